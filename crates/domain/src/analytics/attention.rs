//! What on the dashboard asks for the reader's attention: pure rules over what is known.

use serde::{Deserialize, Serialize};

use super::curve::title;
use super::posts::{against_usual, in_window};
use super::{Dataset, Window};

/// Data not read for longer than this many days are said to be old.
pub const STALE_AFTER_DAYS: i64 = 2;
/// A post from this many times the usual on is worth a word …
pub const WELL_ABOVE: f64 = 1.5;
/// … and one up to this many times.
pub const WELL_BELOW: f64 = 0.6;
/// Posts looked at, newest first.
pub const LAST_POSTS: usize = 10;
/// Loss of subscribers over the window, as a share, from which it is urgent.
pub const URGENT_LOSS: f64 = 0.02;

const DAY_S: i64 = 86_400;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Bad,
    Warn,
    Info,
    Neutral,
}

/// Tagged, so that a screen says it in the reader's language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Attention {
    /// the channel was last read at `as_of` (unix seconds), `days` whole days ago
    Stale {
        as_of: i64,
        days: i64,
    },
    NoPosts,
    /// from the window's first to its last known count
    SubscribersFalling {
        from: i64,
        to: i64,
        change: f64,
    },
    /// `ratio` times what is usual `h` hours after posting; 1.0 = usual
    BelowUsual {
        post_id: i64,
        title: String,
        h: u32,
        ratio: f64,
    },
    AboveUsual {
        post_id: i64,
        title: String,
        h: u32,
        ratio: f64,
    },
    ViewsUnknown {
        posts: u64,
    },
    NoSubscribers,
}

impl Attention {
    pub fn severity(&self) -> Severity {
        match self {
            Self::SubscribersFalling { change, .. } if *change <= -URGENT_LOSS => Severity::Bad,
            Self::Stale { .. } | Self::SubscribersFalling { .. } | Self::BelowUsual { .. } => Severity::Warn,
            Self::AboveUsual { .. } | Self::ViewsUnknown { .. } => Severity::Info,
            Self::NoPosts | Self::NoSubscribers => Severity::Neutral,
        }
    }
}

/// What asks for attention, the most severe first. `now`: unix seconds.
pub fn attention(data: &Dataset, window: &Window, now: i64) -> Vec<Attention> {
    let mut items = Vec::new();
    if let Some(as_of) = data.as_of {
        let days = now.saturating_sub(as_of) / DAY_S;
        if days >= STALE_AFTER_DAYS {
            items.push(Attention::Stale { as_of, days });
        }
    }
    let posts = in_window(data, window);
    if posts.is_empty() {
        items.push(Attention::NoPosts);
    }
    let mut counts = data.daily_in(window).iter().filter_map(|fact| fact.subscribers);
    match (counts.next(), counts.next_back()) {
        (None, _) => items.push(Attention::NoSubscribers),
        (Some(from), Some(to)) if to < from => {
            items.push(Attention::SubscribersFalling { from, to, change: to as f64 / from as f64 - 1.0 });
        }
        _ => {}
    }
    let unknown = data.posts.views[posts.clone()].iter().filter(|views| views.is_none()).count();
    if unknown > 0 {
        items.push(Attention::ViewsUnknown { posts: unknown as u64 });
    }
    for index in posts.rev().take(LAST_POSTS) {
        let Some(against) = against_usual(data, index) else { continue };
        let (post_id, title, h, ratio) =
            (data.posts.post_id[index], title(&data.posts.text[index]), against.h, against.ratio);
        if ratio >= WELL_ABOVE {
            items.push(Attention::AboveUsual { post_id, title, h, ratio });
        } else if ratio <= WELL_BELOW {
            items.push(Attention::BelowUsual { post_id, title, h, ratio });
        }
    }
    // stable: posts stay newest first
    items.sort_by_key(Attention::severity);
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture};
    use crate::zone::Zone;
    use jiff::civil::date;
    use serde_json::json;

    fn window() -> Window {
        Window::of_days(date(1970, 1, 1), date(1970, 1, 30), Zone::utc())
    }

    #[test]
    fn an_empty_channel_has_no_posts_and_no_subscribers() {
        let items = attention(&Fixture::new().dataset(), &window(), 100 * DAY);
        assert_eq!(items, [Attention::NoPosts, Attention::NoSubscribers]);
    }

    #[test]
    fn posts_far_from_usual_and_old_data() {
        let mut fixture = Fixture::new();
        for (post_id, views) in [(1, 100), (2, 100), (3, 100), (4, 100), (5, 100), (6, 150), (7, 60), (8, 100)] {
            let at = (post_id - 1) * DAY;
            fixture.post_read(post_id, at, &[(at + DAY, views)]).text("A title", &[]);
        }
        fixture.daily(date(1970, 1, 1), Some(1000), None, None).daily(date(1970, 1, 5), Some(990), None, None);
        let data = fixture.dataset();
        let items = attention(&data, &window(), 8 * DAY + 3 * DAY - 1);
        assert_eq!(
            serde_json::to_value(&items).unwrap(),
            json!([
                {"code": "stale", "as_of": 8 * DAY, "days": 2},
                {"code": "subscribers_falling", "from": 1000, "to": 990, "change": 990.0 / 1000.0 - 1.0},
                {"code": "below_usual", "post_id": 7, "title": "A title", "h": 24, "ratio": 0.6},
                {"code": "above_usual", "post_id": 6, "title": "A title", "h": 24, "ratio": 1.5},
            ])
        );
        assert!(!attention(&data, &window(), 9 * DAY).iter().any(|item| matches!(item, Attention::Stale { .. })));
        assert!(!attention(&data, &window(), 0).iter().any(|item| matches!(item, Attention::Stale { .. })));
    }

    #[test]
    fn a_great_loss_is_urgent_and_unknown_views_are_said() {
        let mut fixture = Fixture::new();
        fixture.post(1, 0, None);
        fixture.daily(date(1970, 1, 1), Some(1000), None, None).daily(date(1970, 1, 5), Some(980), None, None);
        let items = attention(&fixture.dataset(), &window(), 0);
        assert_eq!(items[0].severity(), Severity::Bad);
        assert_eq!(items[1], Attention::ViewsUnknown { posts: 1 });
    }
}
