//! What charts share: frame, axes, legend, tooltip, lines. Design §4: horizontal hairlines only, 4 to 6 ticks, labels
//! outside, 2 px lines, legend below.

use charming::Chart;
use charming::component::{Axis, Grid, Legend, LegendItem, LegendType, Title};
use charming::element::{
    AreaStyle, AxisLabel, AxisLine, AxisPointer, AxisPointerType, AxisTick, AxisType, Color, Emphasis, ItemStyle,
    LineStyle, LineStyleType, SplitLine, Symbol, TextStyle, Tooltip, Trigger,
};
use charming::series::{Line, Scatter};

use crate::patch::Sheet;
use crate::{Cursor, Frame, Spec, Style, Table};

pub(crate) const LABEL_SIZE: f64 = 11.0;
pub(crate) const LINE_WIDTH: f64 = 2.0;
/// Widest upright bar, pixels.
pub(crate) const COLUMN_WIDTH_MAX: u8 = 28;
const AREA_OPACITY: f64 = 0.09;
const SPLITS: f64 = 4.0;
const LEGEND_HEIGHT: f64 = 26.0;
pub(crate) const BRUSH_HEIGHT: f64 = 40.0;
const BRUSH_ROOM: f64 = BRUSH_HEIGHT + 10.0;

/// Pixels between the canvas and what is drawn.
pub(crate) struct Edges {
    pub(crate) side: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

pub(crate) fn edges(style: &Style) -> Edges {
    match style.frame {
        Frame::Card => Edges { side: 2.0, top: 12.0, bottom: 2.0 },
        Frame::Picture(_) => Edges { side: 28.0, top: 88.0, bottom: 44.0 },
    }
}

/// An empty chart in its frame: ground, title and notes of a picture.
pub(crate) fn chart(style: &Style, title: &str) -> Chart {
    let chart = Chart::new();
    let Frame::Picture(picture) = style.frame else { return chart };
    let palette = style.palette;
    let note = TextStyle::new().color(palette.axis.as_str()).font_size(LABEL_SIZE).font_weight("normal");
    chart
        .background_color(palette.surface.as_str())
        .title(
            Title::new()
                .text(title)
                .subtext(picture.subtitle.as_str())
                .left(28)
                .top(24)
                .padding(0)
                .item_gap(8)
                .text_style(TextStyle::new().color(palette.text.as_str()).font_size(19).font_weight("600"))
                .subtext_style(TextStyle::new().color(palette.text_2.as_str()).font_size(13)),
        )
        .title(Title::new().text(picture.note.as_str()).left(28).bottom(18).padding(0).text_style(note))
}

/// What stands below the plot.
#[derive(Clone, Copy, Default)]
pub(crate) struct Below {
    pub(crate) legend: bool,
    pub(crate) brush: bool,
}

pub(crate) fn grid(style: &Style, below: Below) -> Grid {
    let Edges { side, top, bottom } = edges(style);
    let legend = if below.legend { LEGEND_HEIGHT } else { 0.0 };
    let brush = if below.brush { BRUSH_ROOM } else { 0.0 };
    Grid::new().left(side).right(side + 2.0).top(top).bottom(bottom + legend + brush)
}

/// Distance of the brush from the bottom.
pub(crate) fn brush_bottom(style: &Style) -> f64 {
    edges(style).bottom + LEGEND_HEIGHT
}

/// Left-aligned under the plot; a tap on an entry hides its series.
pub(crate) fn legend<'a>(style: &Style, names: impl IntoIterator<Item = &'a str>) -> Legend {
    let Edges { side, bottom, .. } = edges(style);
    let items: Vec<LegendItem> =
        names.into_iter().map(|name| LegendItem { name: name.to_owned(), icon: None }).collect();
    Legend::new()
        .type_(LegendType::Scroll)
        .left(side)
        .bottom(bottom)
        .padding(0)
        .item_gap(16)
        .item_width(22)
        .item_height(10)
        .inactive_color(style.palette.line.as_str())
        .text_style(TextStyle::new().color(style.palette.text_2.as_str()).font_size(12))
        .data(items)
}

fn axis_label(style: &Style) -> AxisLabel {
    AxisLabel::new().color(style.palette.axis.as_str()).font_size(LABEL_SIZE)
}

fn bare(axis: Axis) -> Axis {
    axis.axis_line(AxisLine::new().show(false)).axis_tick(AxisTick::new().show(false))
}

pub(crate) fn hairline(style: &Style) -> SplitLine {
    SplitLine::new()
        .show(true)
        .line_style(LineStyle::new().color(style.palette.grid.as_str()).width(1).type_(LineStyleType::Solid))
}

/// An axis of numbers with hairlines; `format` is a formatter's name or template.
pub(crate) fn number_axis(style: &Style, format: &str) -> Axis {
    bare(Axis::new().type_(AxisType::Value).split_number(SPLITS))
        .axis_label(axis_label(style).formatter(format))
        .split_line(hairline(style))
}

/// An axis of names, without lines of its own.
pub(crate) fn name_axis(style: &Style, names: Vec<String>) -> Axis {
    bare(Axis::new().type_(AxisType::Category).data(names))
        .axis_label(axis_label(style))
        .split_line(SplitLine::new().show(false))
}

/// Tooltip and cursor line; the bridge fills the tooltip from the table.
pub(crate) fn tooltip(style: &Style, trigger: Trigger, pointer: AxisPointerType) -> Tooltip {
    let line = LineStyle::new().color(style.palette.axis.as_str()).width(1).type_(LineStyleType::Dashed);
    Tooltip::new()
        .trigger(trigger)
        .background_color(style.palette.tip.as_str())
        .border_width(0)
        .axis_pointer(AxisPointer::new().type_(pointer).line_style(line))
}

/// A line of a series: 2 px, a dot only under the cursor, gaps where values are missing.
pub(crate) fn line(style: &Style, name: &str, color: &str) -> Line {
    Line::new()
        .id(name)
        .name(name)
        .symbol(Symbol::Circle)
        .symbol_size(8)
        .show_symbol(false)
        .connect_nulls(false)
        .line_style(LineStyle::new().color(color).width(LINE_WIDTH))
        .item_style(dot(style, color))
        .emphasis(Emphasis::new().disabled(true))
}

fn dot(style: &Style, color: &str) -> ItemStyle {
    ItemStyle::new().color(color).border_color(style.palette.surface.as_str()).border_width(2)
}

/// Grey and dashed (the dash goes on with [`Sheet::dash`]): the window before.
pub(crate) fn line_before(style: &Style, name: &str) -> Line {
    let color = style.palette.axis.as_str();
    line(style, name, color).line_style(LineStyle::new().color(color).width(1.5)).z(1)
}

pub(crate) fn area(color: &str) -> AreaStyle {
    AreaStyle::new().color(color).opacity(AREA_OPACITY)
}

/// The two series that make a band between `low` and `high`: an unseen floor and the band on top of it.
/// Both need [`Sheet::stack_all`] and [`Sheet::silent`].
pub(crate) fn band(
    style: &Style,
    name: &str,
    floor: Vec<charming::datatype::DataPoint>,
    height: Vec<charming::datatype::DataPoint>,
) -> [Line; 2] {
    let unseen = LineStyle::new().opacity(0).width(0);
    let part = |id: String| {
        Line::new()
            .id(id)
            .symbol(Symbol::None)
            .stack(format!("{name} band"))
            .line_style(unseen.clone())
            .emphasis(Emphasis::new().disabled(true))
            .z(0)
    };
    let color: Color = style.palette.usual.as_str().into();
    [
        part(format!("{name} floor")).data(floor),
        part(format!("{name} band"))
            .name(name)
            .area_style(AreaStyle::new().color(color.clone()).opacity(1))
            .item_style(ItemStyle::new().color(color))
            .data(height),
    ]
}

/// Values with a gap on either side: a line would not show them.
pub(crate) fn lone_points(values: &[Option<f64>]) -> Vec<(usize, f64)> {
    let missing = |index: Option<usize>| index.and_then(|index| values.get(index).copied().flatten()).is_none();
    values
        .iter()
        .enumerate()
        .filter(|(index, _)| missing(index.checked_sub(1)) && missing(Some(index + 1)))
        .filter_map(|(index, value)| value.map(|value| (index, value)))
        .collect()
}

/// Dots for [`lone_points`] of the series `name`, on category axes.
pub(crate) fn lone_dots(name: &str, color: &str, values: &[Option<f64>]) -> Option<Scatter> {
    let points = lone_points(values);
    let data: Vec<Vec<f64>> = points.into_iter().map(|(index, value)| vec![index as f64, value]).collect();
    (!data.is_empty()).then(|| {
        Scatter::new()
            .id(format!("{name} dots"))
            .name(name)
            .symbol_size(6)
            .item_style(ItemStyle::new().color(color))
            .data(data)
    })
}

/// The data as a table of text. A column that says nothing anywhere is left out.
pub(crate) fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Table {
    let rows: Vec<[String; N]> = rows.into_iter().collect();
    let says: [bool; N] = std::array::from_fn(|column| rows.iter().any(|row| !row[column].is_empty()));
    let kept =
        |cells: [String; N]| cells.into_iter().zip(says).filter_map(|(cell, says)| says.then_some(cell)).collect();
    Table { header: kept(header.map(str::to_owned)), rows: rows.into_iter().map(kept).collect() }
}

/// The chart of nothing: says so where the plot would be.
pub(crate) fn nothing(style: &Style, title: &str, header: &[&str]) -> Spec {
    let words = style.words;
    let note = Title::new()
        .text(words.no_data)
        .left("center")
        .top("middle")
        .text_style(TextStyle::new().color(style.palette.axis.as_str()).font_size(13).font_weight("normal"));
    let sheet = Sheet::new(&chart(style, title).title(note), style);
    Spec {
        option: sheet.finish(),
        label: format!("{title}. {}.", words.no_data),
        table: Table { header: header.iter().map(|&name| name.to_owned()).collect(), rows: Vec::new() },
        cursor: Cursor::along_x(),
    }
}

/// The largest of `values` and where it is.
pub(crate) fn highest(values: &[Option<f64>]) -> Option<(usize, f64)> {
    known(values).max_by(|a, b| a.1.total_cmp(&b.1))
}

pub(crate) fn lowest(values: &[Option<f64>]) -> Option<(usize, f64)> {
    known(values).min_by(|a, b| a.1.total_cmp(&b.1))
}

fn known(values: &[Option<f64>]) -> impl Iterator<Item = (usize, f64)> {
    values
        .iter()
        .enumerate()
        .filter_map(|(index, value)| value.filter(|value| value.is_finite()).map(|value| (index, value)))
}

/// The beginning of a post's text, to name it by.
pub(crate) fn post_title(text: &str, words: &crate::Words) -> String {
    const LONGEST: usize = 48;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(words.no_text);
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    let cut: String = line.chars().take(LONGEST - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_between_gaps_are_found() {
        let values = [Some(1.0), None, Some(2.0), Some(3.0), None, None, Some(4.0)];
        assert_eq!(lone_points(&values), [(0, 1.0), (6, 4.0)]);
    }

    #[test]
    fn a_title_is_the_first_line_cut_between_letters() {
        let words = crate::Words::of(crate::Language::En);
        assert_eq!(post_title("\n  Ўзбек \nтекст", &words), "Ўзбек");
        assert_eq!(post_title(" \n", &words), "(no text)");
        let long = post_title(&"қ".repeat(80), &words);
        assert_eq!((long.chars().count(), long.ends_with('…')), (48, true));
    }
}
