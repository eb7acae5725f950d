//! Up to five posts by hours after posting, over the band of what is usual. Each line has its dash and its name at
//! its end.

use charming::datatype::DataPoint;
use charming::element::{AxisPointerType, Trigger};
use domain::analytics::curve::{PostCurve, UsualCurve};
use domain::forecast::BandPoint;

use crate::look::{self, Below};
use crate::numbers::UNKNOWN;
use crate::patch::{self, Sheet};
use crate::{Cursor, Spec, Style, Table, ahead};

pub const POSTS_MAX: usize = patch::SERIES.len();
/// Wanted count of hour labels.
const TICKS: f64 = 4.0;
/// A title in the legend, pixels.
const LEGEND_NAME_WIDTH: u32 = 150;
/// Share of the chart up to which a line is too short for its name.
const SHORT_LINE: f64 = 0.3;
/// A title at a line's end.
const END_LABEL_CHARS: usize = 24;
/// Names at the ends of lines closer than this share of the highest would lie on one another.
const LABEL_ROOM: f64 = 0.12;

/// `forecasts`: one of each of `posts`, in order; empty or missing where nothing is forecast. `until_h`: the age, in
/// hours, at which the chart ends.
pub fn spec(
    posts: &[PostCurve],
    forecasts: &[&[BandPoint]],
    usual: Option<&UsualCurve>,
    until_h: f64,
    style: &Style,
) -> Spec {
    let words = style.words;
    let posts = &posts[..posts.len().min(POSTS_MAX)];
    if posts.iter().all(|post| post.points.len() < 2) {
        return look::nothing(style, words.title_compare_posts, &[words.age, words.views]);
    }
    let names = distinct_names(posts, style);
    let band = usual.map(band_points).filter(|points| points.len() > 1);
    // place of the post, its forecast
    let ahead: Vec<(usize, &[BandPoint])> = (0..posts.len())
        .zip(forecasts)
        .map(|(place, band)| (place, ahead::within(band, until_h)))
        .filter(|(_, band)| !band.is_empty())
        .collect();
    let mut legend: Vec<&str> = names.iter().map(String::as_str).collect();
    legend.extend((!ahead.is_empty()).then_some(words.forecast));
    legend.extend(band.as_ref().map(|_| words.usual_range));

    let mut chart = look::chart(style, words.title_compare_posts)
        .grid(look::grid(style, Below { legend: true, brush: false }))
        .x_axis(
            look::number_axis(style, &format!("{{value}} {}", words.hours_unit))
                .min(0)
                .max(until_h)
                .interval(hour_step(until_h))
                .split_line(charming::element::SplitLine::new().show(false)),
        )
        .y_axis(look::number_axis(style, "@short").min(0))
        .tooltip(look::tooltip(style, Trigger::Axis, AxisPointerType::Line))
        .legend(look::legend(style, legend));
    for (index, (post, name)) in posts.iter().zip(&names).enumerate() {
        let data: Vec<Vec<f64>> =
            post.points.iter().filter(|(h, _)| *h <= until_h).map(|&(h, views)| vec![h, views]).collect();
        chart = chart.series(look::line(style, name, style.palette.series(index)).z(3).data(data));
    }
    for (place, band) in &ahead {
        chart = chart.series(ahead::line(style, &names[*place], style.palette.series(*place), band, 1.0));
    }
    for (place, band) in &ahead {
        let [floor, height] = ahead::band(style, &names[*place], style.palette.series(*place), band, 1.0);
        chart = chart.series(floor).series(height);
    }
    if let Some(points) = &band {
        let pair = |value: fn(&(f64, f64, f64)) -> f64| -> Vec<DataPoint> {
            points.iter().map(|point| vec![point.0, value(point)].into()).collect()
        };
        let [floor, height] =
            look::band(style, words.usual_range, pair(|point| point.1), pair(|point| point.2 - point.1));
        chart = chart.series(floor).series(height);
    }
    let mut sheet = Sheet::new(&chart, style);
    let apart = labels_apart(posts, until_h);
    for (index, (post, name)) in posts.iter().zip(&names).enumerate() {
        sheet.dash(index, patch::SERIES[index]);
        sheet.round_line(index);
        // beside a short line with a forecast there is no room for a name: legend and list have it
        let is_cramped = |last_h: f64| last_h < until_h * SHORT_LINE && ahead.iter().any(|(place, _)| *place == index);
        let last = last_within(post, until_h).filter(|_| apart[index]);
        if let Some((_, views)) = last.filter(|(last_h, _)| !is_cramped(*last_h)) {
            let short: String = name.chars().take(END_LABEL_CHARS).collect();
            let cut = if short.len() < name.len() { "…" } else { "" };
            sheet.end_label(index, &format!("{}{cut} {}", short.trim_end(), words.short(views)), &style.palette.text);
        }
    }
    let bands = posts.len() + ahead.len();
    for place in 0..ahead.len() {
        let band = bands + 2 * place;
        ahead::finish(&mut sheet, posts.len() + place, [band, band + 1]);
    }
    for series in bands + 2 * ahead.len()..sheet.series_count() {
        sheet.stack_all(series);
        sheet.silent(series);
    }
    sheet.tidy_labels('x', 0);
    sheet.contain_labels();

    sheet.cut_legend(LEGEND_NAME_WIDTH);

    let stops = stops(until_h);
    let said: Vec<String> = posts
        .iter()
        .zip(&names)
        .filter_map(|(post, name)| {
            post.points.last().map(|&(h, views)| format!("{name} {} ({})", words.short(views), words.age(h.round())))
        })
        .collect();
    let mut label = vec![words.fill(words.label_compare_posts, &[("posts", &said.join(", "))])];
    // of several posts the table tells
    label.extend(ahead.first().filter(|_| posts.len() == 1).and_then(|(_, band)| ahead::label(style, band)));
    Spec {
        option: sheet.finish(),
        label: label.join(" "),
        table: table(posts, &names, &ahead, usual, &stops, style),
        cursor: Cursor::Axis { dim: "x".to_owned(), stops: Some(stops) },
    }
}

/// Age and views where the line of a post ends.
fn last_within(post: &PostCurve, until_h: f64) -> Option<(f64, f64)> {
    post.points.iter().rfind(|(h, _)| *h <= until_h).copied()
}

/// Which posts' names have room at the ends of their lines, highest line first; the legend and the list have them all.
fn labels_apart(posts: &[PostCurve], until_h: f64) -> Vec<bool> {
    let ends: Vec<Option<f64>> = posts.iter().map(|post| Some(last_within(post, until_h)?.1)).collect();
    let room = LABEL_ROOM * ends.iter().flatten().copied().fold(0.0, f64::max);
    let mut highest_first: Vec<(usize, f64)> =
        ends.iter().enumerate().filter_map(|(index, end)| Some((index, (*end)?))).collect();
    highest_first.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut apart = vec![false; posts.len()];
    let mut lowest = f64::INFINITY;
    for (index, end) in highest_first {
        if lowest - end >= room {
            apart[index] = true;
            lowest = end;
        }
    }
    apart
}

/// Two posts that begin alike get their numbers; ECharts and the legend know a series by its name.
fn distinct_names(posts: &[PostCurve], style: &Style) -> Vec<String> {
    let titles: Vec<String> = posts.iter().map(|post| look::post_title(&post.title, style.words)).collect();
    posts
        .iter()
        .zip(&titles)
        .map(|(post, title)| {
            let twice = titles.iter().filter(|other| *other == title).count() > 1;
            if twice { format!("{title} #{}", post.post_id) } else { title.clone() }
        })
        .collect()
}

/// (age, low, high) where both quartiles are known.
fn band_points(usual: &UsualCurve) -> Vec<(f64, f64, f64)> {
    (0..usual.ages_h.len())
        .filter_map(|index| Some((usual.ages_h[index], usual.low[index]?, usual.high[index]?)))
        .collect()
}

/// A whole number of hours that people count in.
fn hour_step(until_h: f64) -> f64 {
    const STEPS: [f64; 9] = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 72.0, 168.0];
    STEPS.into_iter().find(|step| until_h / step <= TICKS + 0.5).unwrap_or(until_h)
}

/// Ages at which cursor and table stop: hourly for a day, then wider.
fn stops(until_h: f64) -> Vec<f64> {
    let step = |h: f64| match h {
        early if early < 24.0 => 1.0,
        middle if middle < 72.0 => 3.0,
        _ => 12.0,
    };
    let mut stops = Vec::new();
    let mut h = 1.0f64.min(until_h);
    while h < until_h {
        stops.push(h);
        h = if h < 24.0 { h + 1.0 } else { h + step(h) };
    }
    stops.push(until_h);
    stops
}

fn table(
    posts: &[PostCurve],
    names: &[String],
    ahead: &[(usize, &[BandPoint])],
    usual: Option<&UsualCurve>,
    stops: &[f64],
    style: &Style,
) -> Table {
    let words = style.words;
    let mut header = vec![words.age.to_owned()];
    header.extend(names.iter().cloned());
    header.extend(ahead.iter().map(|(place, _)| match posts.len() {
        1 => words.forecast.to_owned(),
        _ => format!("{}: {}", names[*place], words.forecast),
    }));
    header.extend(usual.map(|_| words.usual.to_owned()));
    let rows = stops
        .iter()
        .map(|&h| {
            let mut row = vec![words.age(h)];
            row.extend(posts.iter().map(|post| words.full_or_dash(between(&post.points, h))));
            row.extend(
                ahead.iter().map(|(_, band)| ahead::interval_at(style, band, h).unwrap_or_else(|| UNKNOWN.to_owned())),
            );
            row.extend(usual.map(|usual| {
                let medians: Vec<(f64, f64)> =
                    usual.ages_h.iter().zip(&usual.median).filter_map(|(&age, &median)| Some((age, median?))).collect();
                words.full_or_dash(between(&medians, h))
            }));
            row
        })
        .collect();
    Table { header, rows }
}

/// The line's value at `h`, as drawn; `None` outside it.
fn between(points: &[(f64, f64)], h: f64) -> Option<f64> {
    let after = points.iter().position(|&(age, _)| age >= h)?;
    let (age, views) = points[after];
    if (age - h).abs() < f64::EPSILON {
        return Some(views);
    }
    let (age_before, views_before) = points[after.checked_sub(1)?];
    Some(views_before + (views - views_before) * (h - age_before) / (age - age_before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_at_the_ends_of_lines_do_not_lie_on_one_another() {
        let ends_at = |views: &[f64]| -> Vec<PostCurve> {
            let curve = |views: &f64| PostCurve {
                post_id: 1,
                title: String::new(),
                points: vec![(0.0, 0.0), (48.0, *views), (90.0, 1.0)],
            };
            views.iter().map(curve).collect()
        };
        assert_eq!(labels_apart(&ends_at(&[476.0, 487.0, 415.0]), 48.0), [false, true, true]);
        assert_eq!(labels_apart(&ends_at(&[100.0, 50.0, 10.0]), 48.0), [true; 3]);
        assert_eq!(labels_apart(&ends_at(&[0.0, 0.0]), 48.0), [true, true]);
        assert!(labels_apart(&[], 48.0).is_empty());
    }

    #[test]
    fn the_table_reads_what_the_line_shows() {
        let points = [(0.0, 0.0), (1.0, 100.0), (3.0, 200.0)];
        assert_eq!(
            [between(&points, 0.5), between(&points, 1.0), between(&points, 2.0), between(&points, 4.0)],
            [Some(50.0), Some(100.0), Some(150.0), None]
        );
    }

    #[test]
    fn hours_are_counted_as_people_do() {
        assert_eq!([24.0, 48.0, 72.0, 168.0].map(|until| hour_step(until) as i64), [6, 12, 24, 48]);
        assert_eq!(stops(2.0), [1.0, 2.0]);
        assert_eq!(stops(72.0).last(), Some(&72.0));
    }
}
