//! Lists of lying bars: a name on the left, a bar on its track, the value at the right end.

use charming::element::{AxisPointerType, AxisTick, BackgroundStyle, ItemStyle, SplitLine, Symbol, Trigger};
use charming::series::{Bar, Scatter};

use crate::look::{self, Below};
use crate::patch::Sheet;
use crate::{Cursor, Frame, Spec, Style, Table};

pub(crate) struct Row {
    pub(crate) name: String,
    /// length of the bar; `None` = not known, no bar
    pub(crate) value: Option<f64>,
    /// what stands at the end
    pub(crate) text: String,
    /// a tick across the bar: the window before, or what was expected
    pub(crate) tick: Option<f64>,
    /// index into the series colours
    pub(crate) color: usize,
}

/// From so many rows on a picture is filled.
const FULL_PICTURE_ROWS: usize = 6;
const PICTURE_ROW_HEIGHT: f64 = 42.0;
const BAR_WIDTH: u8 = 10;
const TICK_SIZE: [f64; 2] = [2.0, 18.0];
/// Names longer than this are cut, pixels.
const NAME_WIDTH_CARD: u32 = 132;
const NAME_WIDTH_PICTURE: u32 = 300;

/// The chart of `rows`, from top to bottom; `tick_name` explains the ticks.
pub(crate) fn spec(
    rows: &[Row],
    title: &str,
    tick_name: Option<&str>,
    label: String,
    table: Table,
    style: &Style,
) -> Spec {
    let palette = style.palette;
    let tick_name = tick_name.filter(|_| rows.iter().any(|row| row.tick.is_some()));
    let mut grid = look::grid(style, Below { legend: tick_name.is_some(), brush: false });
    if matches!(style.frame, Frame::Picture(_)) && rows.len() < FULL_PICTURE_ROWS {
        // few bars stand together under the title
        grid = grid.height(rows.len() as f64 * PICTURE_ROW_HEIGHT);
    }
    let mut chart = look::chart(style, title)
        .grid(grid)
        .x_axis(look::number_axis(style, "@short").min(0).show(false).split_line(SplitLine::new().show(false)))
        .y_axis(look::name_axis(style, rows.iter().map(|row| row.name.clone()).collect()).inverse(true))
        .y_axis(
            look::name_axis(style, rows.iter().map(|row| row.text.clone()).collect())
                .inverse(true)
                .position("right")
                .axis_tick(AxisTick::new().show(false)),
        )
        .tooltip(look::tooltip(style, Trigger::Axis, AxisPointerType::None))
        .series(
            Bar::new()
                .id("bars")
                .name(title)
                .show_background(true)
                .background_style(
                    BackgroundStyle::new().color(palette.track.as_str()).border_radius(f64::from(BAR_WIDTH) / 2.0),
                )
                .bar_width(f64::from(BAR_WIDTH))
                .data(
                    rows.iter()
                        .map(|row| {
                            charming::datatype::DataPointItem::new(row.value)
                                .item_style(ItemStyle::new().color(palette.series(row.color)))
                        })
                        .collect::<Vec<_>>(),
                ),
        );
    if let Some(name) = tick_name {
        let ticks: Vec<Vec<f64>> =
            rows.iter().enumerate().filter_map(|(index, row)| row.tick.map(|tick| vec![tick, index as f64])).collect();
        chart = chart
            .series(
                Scatter::new()
                    .id("ticks")
                    .name(name)
                    .symbol(Symbol::Rect)
                    .item_style(ItemStyle::new().color(palette.text.as_str()))
                    .data(ticks),
            )
            .legend(look::legend(style, [name]).item_width(3).item_height(12));
    }
    let mut sheet = Sheet::new(&chart, style);
    sheet.corners(0, [BAR_WIDTH / 2; 4]);
    if tick_name.is_some() {
        sheet.symbol(1, TICK_SIZE, [0.0, 0.0]);
        sheet.silent(1);
        sheet.fixed_legend();
    }
    let width = if matches!(style.frame, Frame::Card) { NAME_WIDTH_CARD } else { NAME_WIDTH_PICTURE };
    sheet.cut_labels('y', 0, width);
    sheet.name_labels(0, &palette.text_2, 12);
    sheet.cut_labels('y', 1, width);
    sheet.value_labels(1, &palette.text, 12);
    sheet.contain_labels();
    Spec { option: sheet.finish(), label, table, cursor: Cursor::along_y() }
}
