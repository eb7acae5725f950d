//! When a public page is read: at once when the channel is new, then the oftener the younger its newest post is; older
//! posts a few times, as their counts hardly move.

use ::preview::Error as Refused;
use store::collect::preview::Progress;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// Pages of posts never read, a visit: twenty seconds with the usual pause, so that no channel keeps the others waiting.
pub(super) const PAGES_UNREAD_MAX: u32 = 10;
/// Pages read again, a visit: 600 posts.
pub(super) const PAGES_AGAIN_MAX: u32 = 30;

/// Posts younger than the first are read again so often as the second says.
const DAYS: (i64, i64) = (3 * DAY_S, 6 * HOUR_S);
const WEEKS: (i64, i64) = (14 * DAY_S, DAY_S);

/// What of the older posts a visit reads again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Again {
    /// posts published after that, unix seconds; `None`: just the newest page
    pub after: Option<i64>,
    /// what [`Progress`] holds once that is done
    pub days_read_at: i64,
    pub weeks_read_at: i64,
}

pub(super) fn again(before: &Progress, now: i64) -> Again {
    let is_due = |read_at: i64, every_s: i64| before.newest_id > 0 && now - read_at >= every_s;
    if is_due(before.weeks_read_at, WEEKS.1) {
        Again { after: Some(now - WEEKS.0), days_read_at: now, weeks_read_at: now }
    } else if is_due(before.days_read_at, DAYS.1) {
        Again { after: Some(now - DAYS.0), days_read_at: now, weeks_read_at: before.weeks_read_at }
    } else {
        Again { after: None, days_read_at: before.days_read_at, weeks_read_at: before.weeks_read_at }
    }
}

/// Seconds until the next visit, by the age of the newest post.
pub(super) fn pause_s(newest_age_s: Option<i64>, has_unread: bool) -> i64 {
    let by_age = match newest_age_s {
        Some(..HOUR_S) => 5 * MINUTE_S,
        Some(..21_600) => 15 * MINUTE_S,
        Some(..DAY_S) => 30 * MINUTE_S,
        Some(..259_200) => 2 * HOUR_S,
        _ => 6 * HOUR_S,
    };
    if has_unread { MINUTE_S } else { by_age }
}

/// When a refused page is tried again, unix seconds.
pub(super) fn again_at(refused: &Refused, now: i64) -> i64 {
    match refused {
        // rounded up: not a moment before we may
        Refused::Wait { wait, .. } => now + wait.as_secs() as i64 + 1,
        Refused::Unreachable(_) => now + 10 * MINUTE_S,
        Refused::Elsewhere(_) | Refused::Status(_) | Refused::TooLong { .. } | Refused::Page(_) => now + 6 * HOUR_S,
        Refused::NotFound | Refused::NoPreview { .. } | Refused::Disallowed => now + DAY_S,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_760_000_000;

    #[test]
    fn young_posts_are_read_often_and_old_ones_rarely() {
        let ages = [60, 2 * HOUR_S, 12 * HOUR_S, 2 * DAY_S, 30 * DAY_S];
        let pauses: Vec<i64> = ages.iter().map(|age| pause_s(Some(*age), false)).collect();
        assert_eq!(pauses, [5 * MINUTE_S, 15 * MINUTE_S, 30 * MINUTE_S, 2 * HOUR_S, 6 * HOUR_S]);
        assert_eq!(pause_s(None, false), 6 * HOUR_S);
        assert_eq!(pause_s(Some(30 * DAY_S), true), MINUTE_S, "what was never read goes on");
    }

    #[test]
    fn older_posts_are_read_again_now_and_then() {
        let new = Progress::default();
        assert_eq!(again(&new, NOW).after, None, "everything is still to be read");
        let read = Progress { newest_id: 9, days_read_at: NOW - HOUR_S, weeks_read_at: NOW - HOUR_S, ..new };
        assert_eq!(again(&read, NOW).after, None);
        let later = again(&read, NOW + 6 * HOUR_S);
        assert_eq!(later.after, Some(NOW + 6 * HOUR_S - 3 * DAY_S));
        assert_eq!((later.days_read_at, later.weeks_read_at), (NOW + 6 * HOUR_S, NOW - HOUR_S));
        let next_day = again(&read, NOW + DAY_S);
        assert_eq!((next_day.after, next_day.weeks_read_at), (Some(NOW - 13 * DAY_S), NOW + DAY_S));
    }
}
