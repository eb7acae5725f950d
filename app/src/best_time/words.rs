//! The recommender's answers in the reader's words.

use domain::best_time::experiment::HourOfWeek;
use domain::best_time::{Factor, Objective};
use domain::zone::Zone;

use crate::i18n::text_with;
use crate::t;
use crate::ui::number::{self, signed_percent_whole as change};
use crate::ui::thumb::media_name;
use crate::ui::time;

/// `At 24 h`, as the switch says it.
pub fn objective(objective: Objective) -> String {
    text_with(&format!("best-time-objective-{}", objective.as_str()), &[])
}

/// `views at 24 h`, inside a sentence.
pub fn views(objective: Objective) -> String {
    text_with(&format!("best-time-views-{}", objective.as_str()), &[])
}

/// `Tue 18:00–19:00`
pub fn slot(dow: u8, hour: u8) -> String {
    format!("{} {hour:02}:00–{:02}:00", time::weekday_short(usize::from(dow)), (hour + 1) % 24)
}

pub fn hour_of_week(slot_: HourOfWeek) -> String {
    slot(slot_.dow, slot_.hour)
}

/// `Tue 24 Nov, 18:00`
pub fn date_and_hour(zone: &Zone, at: i64) -> String {
    format!("{}, {}", time::weekday_day(zone.day(at)), time::clock(zone, at))
}

/// `+5% to +19%`
pub fn range(low: f64, high: f64) -> String {
    t!("best-time-range", low = change(low), high = change(high))
}

pub fn posts(n: u32) -> String {
    t!("count-posts-text", n = i64::from(n), text = number::full(i64::from(n)))
}

/// A level of what else matters, and what kind of thing it is.
pub fn factor(factor: Factor) -> (String, String) {
    match factor {
        Factor::MediaType(media) => (media_name(Some(media)).unwrap_or_default(), t!("best-time-factor-media")),
        Factor::MediaTypeUnknown => (t!("media-unknown"), t!("best-time-factor-media")),
        Factor::Gap(gap) => (text_with(&format!("best-time-gap-{}", gap.as_str()), &[]), t!("best-time-factor-gap")),
        Factor::Crowding(crowding) => {
            (text_with(&format!("best-time-crowding-{}", crowding.as_str()), &[]), t!("best-time-factor-crowding"))
        }
        Factor::Weekday(dow) => (time::weekday_short(usize::from(dow)).to_owned(), t!("best-time-factor-weekday")),
    }
}

/// Key of the verdict's sentence for the part of the day that an hour lies in.
pub fn part_of_day(hour: u8) -> &'static str {
    match hour {
        5..=7 => "best-time-found-early-morning",
        8..=10 => "best-time-found-morning",
        11..=13 => "best-time-found-midday",
        14..=16 => "best-time-found-afternoon",
        17..=19 => "best-time-found-early-evening",
        20..=23 => "best-time-found-evening",
        _ => "best-time-found-night",
    }
}
