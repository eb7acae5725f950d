//! Subscribers by day. The axis does not start at 0, and says where it starts.

use charming::element::{AxisPointerType, Trigger};
use domain::analytics::growth::GrowthDay;

use crate::look::{self, Below};
use crate::patch::Sheet;
use crate::{Cursor, Frame, Picture, Spec, Style};

/// Room kept above and below the line, as a share of its span.
const MARGIN: f64 = 0.15;

/// Where the number axis starts: a card's subtitle must say it. `None` without any counts.
pub fn axis_start(days: &[GrowthDay]) -> Option<f64> {
    let counts: Vec<Option<f64>> = counts(days);
    let (low, high) = (look::lowest(&counts)?.1, look::highest(&counts)?.1);
    let room = ((high - low) * MARGIN).max(1.0);
    let step = 10f64.powf(room.log10().ceil());
    Some(((low - room) / step).floor().max(0.0) * step)
}

fn counts(days: &[GrowthDay]) -> Vec<Option<f64>> {
    days.iter().map(|day| day.subscribers.map(|people| people as f64)).collect()
}

pub fn spec(days: &[GrowthDay], style: &Style) -> Spec {
    let words = style.words;
    let header = [words.day, words.subscribers, words.net];
    let counts = counts(days);
    let (Some(start), Some(first), Some(last)) = (axis_start(days), days.first(), days.last()) else {
        return look::nothing(style, words.title_subscribers, &header);
    };
    let known = || counts.iter().flatten().copied();
    let label = words.fill(
        words.label_subscribers,
        &[
            ("first", &words.day(first.day)),
            ("last", &words.day(last.day)),
            ("start", &words.full_or_dash(known().next())),
            ("end", &words.full_or_dash(known().next_back())),
        ],
    );
    let frame = said_where(style, start);
    let style = &Style { frame: &frame, ..*style };
    let color = style.palette.series(0);
    let mut chart = look::chart(style, words.title_subscribers)
        .grid(look::grid(style, Below::default()))
        .x_axis(look::name_axis(style, days.iter().map(|day| words.day(day.day)).collect()).boundary_gap(false))
        .y_axis(look::number_axis(style, "@short").min(start).min_interval(1))
        .tooltip(look::tooltip(style, Trigger::Axis, AxisPointerType::Line));
    let dots = look::lone_dots(words.subscribers, color, &counts);
    chart =
        chart.series(look::line(style, words.subscribers, color).area_style(look::area(color)).data(counts.clone()));
    if let Some(dots) = dots {
        chart = chart.series(dots);
    }
    let mut sheet = Sheet::new(&chart, style);
    sheet.round_line(0);
    sheet.few_labels(days.len());
    sheet.contain_labels();
    let net = |value: Option<i64>| value.map_or_else(|| words.full_or_dash(None), |value| words.signed(value as f64));
    Spec {
        option: sheet.finish(),
        label,
        table: look::table(
            header,
            days.iter()
                .zip(&counts)
                .map(|(day, count)| [words.weekday_day(day.day), words.full_or_dash(*count), net(day.net)]),
        ),
        cursor: Cursor::along_x(),
    }
}

/// A picture's subtitle tells where the axis starts.
fn said_where(style: &Style, start: f64) -> Frame {
    match style.frame {
        Frame::Picture(picture) if start > 0.0 => {
            let from = style.words.fill(style.words.axis_from, &[("from", &style.words.full(start))]);
            Frame::Picture(Picture { subtitle: format!("{} · {from}", picture.subtitle), note: picture.note.clone() })
        }
        frame => frame.clone(),
    }
}
