//! Metrics §2 *heatmap*: lift by weekday and hour in seven steps from orange over grey to blue; hatched where nothing
//! was ever posted.

use charming::component::{Axis, VisualMap, VisualMapPiece, VisualMapType};
use charming::element::{AxisPointerType, AxisTick, Emphasis, ItemStyle, Orient, SplitLine, Trigger};
use charming::series::Heatmap;
use domain::analytics::heatmap::HeatCell;

use crate::look::{self, Below};
use crate::patch::Sheet;
use crate::{Cursor, Spec, Style};

const HOURS: usize = 24;
const DAYS: usize = 7;
/// Steps away from usual on either side.
const STEPS: f64 = 3.0;
/// A lift of this much or more gets the strongest colour: the first that covers most cells. Not finer than the first:
/// a difference of a few percent must not look like one.
const SCALES: [f64; 5] = [0.15, 0.20, 0.30, 0.50, 1.0];
/// This share of the cells decides the scale, so that one odd cell does not flatten the rest.
const COVERED: f64 = 0.9;

/// `picked`: weekday (0 = Monday) and hour of the cell with a ring.
pub fn spec(cells: &[HeatCell], picked: Option<(u8, u8)>, style: &Style) -> Spec {
    let words = style.words;
    let header = [words.hour, words.lift, words.posts, words.median];
    let posts: u64 = cells.iter().map(|cell| cell.n).sum();
    if posts == 0 || cells.len() != HOURS * DAYS {
        return look::nothing(style, words.title_heatmap, &header);
    }
    let palette = style.palette;
    let scale = scale(cells);
    let row = |cell: &HeatCell| f64::from(cell.dow) * HOURS as f64 + f64::from(cell.hour);
    let place = |cell: &HeatCell, step: f64| vec![f64::from(cell.hour), f64::from(cell.dow), step, row(cell)];
    let tried: Vec<&HeatCell> = cells.iter().filter(|cell| cell.n > 0).collect();
    let step_of = |cell: &HeatCell| step(cell.lift.unwrap_or_default(), scale);
    let is_picked = |cell: &HeatCell| picked == Some((cell.dow, cell.hour));
    let data: Vec<Vec<f64>> =
        tried.iter().filter(|cell| !is_picked(cell)).map(|cell| place(cell, step_of(cell))).collect();
    let untried: Vec<Vec<f64>> = cells.iter().filter(|cell| cell.n == 0).map(|cell| place(cell, 0.0)).collect();
    let hatched = !untried.is_empty();

    let hours: Vec<String> = (0..HOURS).map(|hour| format!("{hour:02}")).collect();
    let days: Vec<String> = (0..DAYS).map(|day| words.weekday(day).to_owned()).collect();
    let axis = |axis: Axis| axis.split_line(SplitLine::new().show(false)).axis_tick(AxisTick::new().show(false));
    let cell_style = || ItemStyle::new().border_color(palette.surface.as_str()).border_width(2).border_radius(5);
    let pieces = (0..palette.lift.len())
        .map(|index| {
            let at = index as f64 - STEPS;
            VisualMapPiece::new().min(at).max(at).color(palette.lift[index].as_str())
        })
        .collect::<Vec<_>>();
    let edges = look::edges(style);
    let mut chart = look::chart(style, words.title_heatmap)
        .grid(look::grid(style, Below { legend: true, brush: false }))
        .x_axis(axis(look::name_axis(style, hours)).position("top"))
        .y_axis(axis(look::name_axis(style, days)).inverse(true))
        .tooltip(look::tooltip(style, Trigger::Item, AxisPointerType::None))
        .visual_map(
            VisualMap::new()
                .type_(VisualMapType::Piecewise)
                .dimension(2)
                .pieces(pieces)
                .orient(Orient::Horizontal)
                .left(edges.side)
                .bottom(edges.bottom)
                .item_width(18)
                .item_height(12)
                .text_style(
                    charming::element::TextStyle::new().color(palette.axis.as_str()).font_size(look::LABEL_SIZE),
                ),
        )
        .series(
            Heatmap::new()
                .id("tried")
                .name(words.lift)
                .item_style(cell_style())
                .emphasis(
                    Emphasis::new().item_style(ItemStyle::new().border_color(palette.text.as_str()).border_width(2)),
                )
                .data(vec![data.into_iter().map(Into::into).collect::<Vec<charming::datatype::DataPoint>>()]),
        );
    if hatched {
        chart = chart
            .series(
                Heatmap::new()
                    .id("untried")
                    .name(words.no_posts_yet)
                    .item_style(cell_style().color("transparent"))
                    .emphasis(
                        Emphasis::new()
                            .item_style(ItemStyle::new().border_color(palette.axis.as_str()).border_width(2)),
                    )
                    .data(vec![untried.into_iter().map(Into::into).collect::<Vec<charming::datatype::DataPoint>>()]),
            )
            .legend(
                look::legend(style, [words.no_posts_yet]).left("auto").right(edges.side).item_width(18).item_height(12),
            );
    }
    if let Some(cell) = tried.iter().find(|cell| is_picked(cell)) {
        // a series of its own, so that no neighbour covers the ring
        let color = palette.lift[(step_of(cell) + STEPS) as usize].as_str();
        let ring = cell_style().color(color).border_color(palette.text.as_str());
        chart = chart.series(
            Heatmap::new()
                .id("picked")
                .name(words.lift)
                .item_style(ring)
                .data(vec![vec![place(cell, step_of(cell)).into()]]),
        );
    }
    let mut sheet = Sheet::new(&chart, style);
    sheet.unnest_data();
    sheet.swatches(&words.change(-scale), &words.change(scale));
    sheet.every_label('x', 4);
    if hatched {
        sheet.hatch(1, &palette.zero);
        sheet.fixed_legend();
    }
    sheet.contain_labels();

    let name = |cell: &HeatCell| format!("{} {:02}:00", words.weekday(usize::from(cell.dow)), cell.hour);
    let by_lift = |a: &&&HeatCell, b: &&&HeatCell| a.lift.unwrap_or_default().total_cmp(&b.lift.unwrap_or_default());
    let said = |cell: Option<&&HeatCell>| {
        cell.map_or_else(String::new, |cell| format!("{} {}", name(cell), words.change_or_dash(cell.lift)))
    };
    Spec {
        option: sheet.finish(),
        label: words.fill(
            words.label_heatmap,
            &[
                ("posts", &words.full(posts as f64)),
                ("best", &said(tried.iter().max_by(by_lift))),
                ("worst", &said(tried.iter().min_by(by_lift))),
            ],
        ),
        table: look::table(
            header,
            cells.iter().map(|cell| {
                let lift = if cell.n > 0 { words.change_or_dash(cell.lift) } else { words.no_posts_yet.to_owned() };
                let median = cell.median.map_or_else(String::new, |x| words.change(x.exp() - 1.0));
                [name(cell), lift, words.full(cell.n as f64), median]
            }),
        ),
        cursor: Cursor::Item { dim: "x".to_owned(), columns: HOURS },
    }
}

fn scale(cells: &[HeatCell]) -> f64 {
    let mut sizes: Vec<f64> =
        cells.iter().filter(|cell| cell.n > 0).filter_map(|cell| cell.lift).map(f64::abs).collect();
    sizes.sort_by(f64::total_cmp);
    let most = sizes
        .get(((sizes.len() as f64 * COVERED) as usize).min(sizes.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default();
    SCALES.into_iter().find(|scale| *scale >= most).unwrap_or(1.0)
}

/// −3 to 3, for the seven colours.
fn step(lift: f64, scale: f64) -> f64 {
    // + 0.0: a rounded −0 is 0
    (lift / scale * STEPS).round().clamp(-STEPS, STEPS) + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_odd_cell_does_not_set_the_scale() {
        let cell =
            |lift: f64| HeatCell { dow: 0, hour: 0, n: 3, median: Some(lift), score: Some(lift), lift: Some(lift) };
        let mut cells: Vec<_> = (0..40).map(|index| cell(f64::from(index) * 0.003)).collect();
        cells.push(cell(2.5));
        assert!((scale(&cells) - 0.15).abs() < 1e-9, "{}", scale(&cells));
    }

    #[test]
    fn steps_are_whole_and_end_at_three() {
        let steps = [0.15, 0.9, -0.15, 0.02, 0.06].map(|lift| step(lift, 0.15) as i64);
        assert_eq!(steps, [3, 3, -3, 0, 1]);
    }
}
