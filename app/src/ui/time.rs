//! Days and moments in the reader's language, on the channel's clock.

use domain::zone::Zone;
use jiff::civil::Date;

use super::number::words;
use crate::t;

pub fn weekday_short(monday_zero: usize) -> &'static str {
    words().weekday(monday_zero)
}

/// `18 Nov`
pub fn day(date: Date) -> String {
    words().day(date)
}

/// `18 Nov 2025`
pub fn day_year(date: Date) -> String {
    format!("{} {}", day(date), date.year())
}

/// `Wed 18 Nov`
pub fn weekday_day(date: Date) -> String {
    words().weekday_day(date)
}

/// `14:32`
pub fn clock(zone: &Zone, at: i64) -> String {
    let local = zone.local(at);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// `18 Nov 2025, 14:32`
pub fn moment(zone: &Zone, at: i64) -> String {
    format!("{}, {}", day_year(zone.day(at)), clock(zone, at))
}

/// `18 Nov 2025, 14:32` on a clock `offset_s` seconds east of UTC
pub fn moment_at_offset(at: i64, offset_s: i32) -> String {
    moment(&Zone::utc(), at + i64::from(offset_s))
}

/// How long before `now`: `42 min ago`, `6 h ago`, `3 days ago`; the moment itself beyond a month.
pub fn ago(zone: &Zone, at: i64, now: i64) -> String {
    ago_within_month(at, now).unwrap_or_else(|| moment(zone, at))
}

/// [`ago`], or nothing beyond a month.
pub fn ago_within_month(at: i64, now: i64) -> Option<String> {
    // minutes
    const DAY: i64 = 24 * 60;
    const TWO_DAYS: i64 = 2 * DAY;
    const MONTH: i64 = 31 * DAY;
    match (now - at).max(0) / 60 {
        0 => Some(t!("ago-now")),
        minutes @ 1..60 => Some(t!("ago-minutes", n = minutes)),
        minutes @ 60..TWO_DAYS => Some(t!("ago-hours", n = minutes / 60)),
        minutes @ TWO_DAYS..MONTH => Some(t!("ago-days", n = minutes / DAY)),
        _ => None,
    }
}

/// Ages up to this are said in hours.
const HOURS_UP_TO: u32 = 72;

/// Age of a post: `6 h`, `72 h`, `7 days`.
pub fn age(hours: u32) -> String {
    if hours <= HOURS_UP_TO { t!("age-hours", n = i64::from(hours)) } else { t!("age-days", n = i64::from(hours / 24)) }
}

/// `UTC+5`, `UTC+5:30`
pub fn offset(zone: &Zone, at: i64) -> String {
    let minutes = zone.offset(at) / 60;
    if minutes == 0 {
        return "UTC".to_owned();
    }
    let sign = if minutes < 0 { '−' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    if rest == 0 { format!("UTC{sign}{hours}") } else { format!("UTC{sign}{hours}:{rest:02}") }
}
