//! Views of posts by the hour, day or week they were published in: line, the window before, marks where posts were
//! published, and a brush over the whole history.

use charming::component::{Axis, DataZoom, DataZoomType, FilterMode};
use charming::element::{AxisPointerType, AxisType, LineStyle, Sampling, Symbol, Trigger};
use charming::series::Line;
use domain::analytics::daily::Day;
use jiff::civil::{Date, DateTime, Time};

use crate::look::{self, Below};
use crate::numbers::clock;
use crate::patch::{self, Sheet};
use crate::{Cursor, Frame, Spec, Style};

/// Series of the marks where posts were published; the bridge knows it by this name.
const MARKS: &str = "post marks";
/// Share of the plot's height.
const MARK_HEIGHT_PERCENT: f64 = 3.5;
/// The brush begins about where the plot does, right of the axis' labels, pixels.
const BRUSH_LEFT: f64 = 38.0;
/// From so many buckets on a line is drawn through a sample that keeps its shape.
const SAMPLED_FROM: usize = 2000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Hour,
    Day,
    Week,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// where it begins on the channel's clock
    pub start: DateTime,
    /// sum of views of the posts published in it; `None` = not known
    pub views: Option<f64>,
    pub posts: u64,
    /// views of the bucket one window earlier; `None` = not known or not asked for
    pub before: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ViewsOverTime {
    pub step: Step,
    /// in order, without holes
    pub buckets: Vec<Bucket>,
    /// the buckets shown at first, (first, last) inclusive; `None` = all, and no brush. A picture draws only these.
    pub shown: Option<(usize, usize)>,
}

impl ViewsOverTime {
    /// Days of a window beside those of the window before it (may be empty).
    pub fn of_days(days: &[Day], before: &[Day]) -> Self {
        let views = |day: &Day| day.views.map(|views| views as f64);
        let buckets = days
            .iter()
            .enumerate()
            .map(|(index, day)| Bucket {
                start: at_midnight(day.day),
                views: views(day),
                posts: day.posts,
                before: before.get(index).and_then(views),
            })
            .collect();
        Self { step: Step::Day, buckets, shown: None }
    }
}

fn at_midnight(day: Date) -> DateTime {
    day.to_datetime(Time::midnight())
}

pub fn spec(input: &ViewsOverTime, style: &Style) -> Spec {
    let words = style.words;
    let header = [name_of(input.step, style), words.views, words.period_before, words.posts];
    if input.buckets.iter().all(|bucket| bucket.views.is_none()) {
        return look::nothing(style, words.title_views, &header);
    }
    let last = input.buckets.len() - 1;
    let shown = input.shown.map(|(from, to)| (from.min(last), to.clamp(from.min(last), last)));
    let picture = matches!(style.frame, Frame::Picture(_));
    let buckets = match shown {
        Some((from, to)) if picture => &input.buckets[from..=to],
        _ => input.buckets.as_slice(),
    };
    let brush = shown.filter(|_| !picture);
    let seen = brush.map_or(buckets, |(from, to)| &buckets[from..=to]);

    let views: Vec<Option<f64>> = buckets.iter().map(|bucket| bucket.views).collect();
    let before: Vec<Option<f64>> = buckets.iter().map(|bucket| bucket.before).collect();
    let with_before = before.iter().any(Option::is_some);
    // one path for all marks: thousands of symbols would make the brush stutter
    let marks: Vec<Vec<Option<f64>>> = buckets
        .iter()
        .enumerate()
        .filter(|(_, bucket)| bucket.posts > 0)
        .flat_map(|(index, _)| [Some(0.0), Some(MARK_HEIGHT_PERCENT), None].map(|end| vec![Some(index as f64), end]))
        .collect();

    let color = style.palette.series(0);
    let mut names = vec![words.this_period];
    names.extend(with_before.then_some(words.period_before));
    let below = Below { legend: true, brush: brush.is_some() };
    let mut chart = look::chart(style, words.title_views)
        .grid(look::grid(style, below))
        .x_axis(
            look::name_axis(style, buckets.iter().map(|bucket| tick(input.step, bucket.start, style)).collect())
                .boundary_gap(false),
        )
        .y_axis(look::number_axis(style, "@short").min(0))
        .y_axis(Axis::new().type_(AxisType::Value).show(false).min(0).max(100))
        .tooltip(look::tooltip(style, Trigger::Axis, AxisPointerType::Line))
        .legend(look::legend(style, names));
    let dots = look::lone_dots(words.this_period, color, &views);
    let mut line = look::line(style, words.this_period, color).area_style(look::area(color)).z(3).data(views);
    if buckets.len() >= SAMPLED_FROM {
        line = line.sampling(Sampling::Lttb);
    }
    // first, because the brush shows the first series
    chart = chart.series(line);
    if with_before {
        chart = chart.series(look::line_before(style, words.period_before).data(before));
    }
    if let Some(dots) = dots {
        chart = chart.series(dots);
    }
    chart = chart.series(
        Line::new()
            .id(MARKS)
            .y_axis_index(1)
            .symbol(Symbol::None)
            .line_style(LineStyle::new().color(style.palette.axis.as_str()).width(1.5).opacity(0.7))
            .data(marks),
    );
    if let Some((from, to)) = brush {
        let side = look::edges(style).side;
        let range = |zoom: DataZoom| zoom.start_value(from as i64).end_value(to as i64).filter_mode(FilterMode::Filter);
        chart = chart.data_zoom(range(DataZoom::new().type_(DataZoomType::Inside))).data_zoom(range(
            DataZoom::new()
                .type_(DataZoomType::Slider)
                .left(side + BRUSH_LEFT)
                .right(side + 8.0)
                .bottom(look::brush_bottom(style))
                .border_color("transparent")
                .background_color(style.palette.grid.as_str())
                .filler_color(style.palette.usual.as_str()),
        ));
    }

    let mut sheet = Sheet::new(&chart, style);
    if with_before {
        sheet.dash(1, patch::PREVIOUS);
    }
    sheet.round_line(0);
    let marks = sheet.series_count() - 1;
    sheet.silent(marks);
    sheet.brush(style);
    if brush.is_some() {
        // while zooming ECharts chooses them anew
        sheet.tidy_labels('x', 0);
    } else {
        sheet.few_labels(buckets.len());
    }
    sheet.contain_labels();

    Spec {
        option: sheet.finish(),
        label: label(input.step, seen, style),
        table: look::table(
            header,
            buckets.iter().map(|bucket| {
                // an empty cell is left out of the tooltip
                let before = if with_before { words.full_or_dash(bucket.before) } else { String::new() };
                [
                    heading(input.step, bucket.start, style),
                    words.full_or_dash(bucket.views),
                    before,
                    words.full(bucket.posts as f64),
                ]
            }),
        ),
        cursor: Cursor::along_x(),
    }
}

fn name_of<'a>(step: Step, style: &Style<'a>) -> &'a str {
    match step {
        Step::Hour => style.words.time,
        Step::Day | Step::Week => style.words.day,
    }
}

/// Under the axis.
fn tick(step: Step, start: DateTime, style: &Style) -> String {
    match step {
        Step::Hour if start.hour() != 0 => clock(start),
        _ => style.words.day(start.date()),
    }
}

/// In tooltip and table.
fn heading(step: Step, start: DateTime, style: &Style) -> String {
    let words = style.words;
    match step {
        Step::Hour => format!("{}, {}", words.weekday_day(start.date()), clock(start)),
        Step::Day => words.weekday_day(start.date()),
        Step::Week => words.fill(words.week_of, &[("day", &words.day(start.date()))]),
    }
}

fn label(step: Step, seen: &[Bucket], style: &Style) -> String {
    let words = style.words;
    let views: Vec<Option<f64>> = seen.iter().map(|bucket| bucket.views).collect();
    let (Some(high), Some(low), Some(first), Some(last)) =
        (look::highest(&views), look::lowest(&views), seen.first(), seen.last())
    else {
        return format!("{}. {}.", words.title_views, words.no_data);
    };
    let name = |index: usize| heading(step, seen[index].start, style);
    words.fill(
        words.label_views,
        &[
            ("first", &words.day(first.start.date())),
            ("last", &words.day(last.start.date())),
            ("high", &words.full(high.1)),
            ("high_day", &name(high.0)),
            ("low", &words.full(low.1)),
            ("low_day", &name(low.0)),
        ],
    )
}
