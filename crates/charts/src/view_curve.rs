//! Metrics §2 *view curve*: median and mean views of a post by its age.

use charming::element::{AxisPointerType, Trigger};
use domain::analytics::view_curve::CurvePoint;

use crate::look::{self, Below};
use crate::patch::{self, Sheet};
use crate::{Cursor, Spec, Style};

pub fn spec(points: &[CurvePoint], style: &Style) -> Spec {
    let words = style.words;
    let header = [words.age, words.median, words.mean, words.share_of_total, words.posts];
    if points.iter().all(|point| point.median_views.is_none()) {
        return look::nothing(style, words.title_view_curve, &header);
    }
    let median: Vec<Option<f64>> = points.iter().map(|point| point.median_views).collect();
    let mean: Vec<Option<f64>> = points.iter().map(|point| point.mean_views).collect();
    let ages = || points.iter().map(|point| words.age(f64::from(point.h)));
    let (first, second) = (style.palette.series(0), style.palette.series(1));
    let mut chart = look::chart(style, words.title_view_curve)
        .grid(look::grid(style, Below { legend: true, brush: false }))
        .x_axis(look::name_axis(style, ages().collect()).boundary_gap(false))
        .y_axis(look::number_axis(style, "@short").min(0))
        .tooltip(look::tooltip(style, Trigger::Axis, AxisPointerType::Line))
        .legend(look::legend(style, [words.median, words.mean]));
    let dots = [look::lone_dots(words.median, first, &median), look::lone_dots(words.mean, second, &mean)];
    chart = chart
        .series(look::line(style, words.median, first).area_style(look::area(first)).data(median))
        .series(look::line(style, words.mean, second).data(mean));
    for dots in dots.into_iter().flatten() {
        chart = chart.series(dots);
    }
    let mut sheet = Sheet::new(&chart, style);
    sheet.dash(1, patch::SERIES[1]);
    sheet.tidy_labels('x', 0);
    sheet.contain_labels();
    let said: Vec<String> = points
        .iter()
        .filter_map(|point| {
            point.median_views.map(|views| format!("{} {}", words.age(f64::from(point.h)), words.short(views)))
        })
        .collect();
    Spec {
        option: sheet.finish(),
        label: words.fill(words.label_view_curve, &[("ages", &said.join(", "))]),
        table: look::table(
            header,
            points.iter().map(|point| {
                [
                    words.age(f64::from(point.h)),
                    words.full_or_dash(point.median_views),
                    words.full_or_dash(point.mean_views),
                    words.percent_or_dash(point.mean_share),
                    words.full(point.n as f64),
                ]
            }),
        ),
        cursor: Cursor::along_x(),
    }
}
