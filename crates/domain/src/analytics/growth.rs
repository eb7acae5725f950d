//! Metrics §2 *growth*.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::dataset::ratio;
use super::history::LinkJoinsFact;
use super::statistics::mean;
use super::warning::{Notes, Warning};
use super::{Answer, Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrowthDay {
    pub day: Date,
    pub subscribers: Option<i64>,
    pub joined: Option<i64>,
    pub left: Option<i64>,
    pub net: Option<i64>,
    pub notifications_on: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Growth {
    /// one a local day of the window
    pub days: Vec<GrowthDay>,
    pub joined: Option<i64>,
    pub left: Option<i64>,
    /// joined − left
    pub net: Option<i64>,
    /// left / mean subscribers
    pub churn: Option<f64>,
    /// who came by an invitation link, most first; left out where none is known
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invite_links: Vec<LinkJoins>,
}

/// People who came by one invitation link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkJoins {
    /// without the end of its secret
    pub link: String,
    /// as its maker named it
    pub name: Option<String>,
    pub joined: i64,
}

pub fn growth(data: &Dataset, window: &Window) -> Answer<Growth> {
    let facts = data.daily_in(window);
    let mut notes = Notes::default();
    notes.daily(window, facts);

    let mut rest = facts.iter().peekable();
    let days = window
        .days()
        .map(|day| {
            let fact = rest.next_if(|fact| fact.day == day);
            let (joined, left) = (fact.and_then(|fact| fact.joined), fact.and_then(|fact| fact.left));
            GrowthDay {
                day,
                subscribers: fact.and_then(|fact| fact.subscribers),
                joined,
                left,
                net: difference(joined, left),
                notifications_on: fact.and_then(|fact| fact.notifications_on),
            }
        })
        .collect();
    let subscribers: Vec<f64> = facts.iter().filter_map(|fact| fact.subscribers).map(|count| count as f64).collect();
    if subscribers.is_empty() {
        notes.warn(Warning::SubscribersMissing);
    }
    let joined = facts.iter().filter_map(|fact| fact.joined).reduce(i64::saturating_add);
    let left = facts.iter().filter_map(|fact| fact.left).reduce(i64::saturating_add);
    let churn = left.zip(mean(&subscribers)).and_then(|(left, subscribers)| ratio(left as f64, subscribers));
    let invite_links = invite_links(data.link_joins_in(window));
    notes.answer(data, window, Growth { days, joined, left, net: difference(joined, left), churn, invite_links })
}

fn invite_links(facts: &[LinkJoinsFact]) -> Vec<LinkJoins> {
    let mut links: Vec<LinkJoins> = Vec::new();
    for fact in facts {
        match links.iter_mut().find(|known| known.link == fact.link) {
            Some(known) => {
                known.joined = known.joined.saturating_add(fact.joined);
                // a link may get another name: the newest is the one its maker knows
                known.name = fact.name.clone().or(known.name.take());
            }
            None => links.push(LinkJoins { link: fact.link.clone(), name: fact.name.clone(), joined: fact.joined }),
        }
    }
    links.sort_by(|a, b| b.joined.cmp(&a.joined).then_with(|| a.link.cmp(&b.link)));
    links
}

fn difference(joined: Option<i64>, left: Option<i64>) -> Option<i64> {
    joined.zip(left).map(|(joined, left)| joined.saturating_sub(left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::Fixture;
    use crate::zone::Zone;
    use jiff::civil::date;
    use serde_json::json;

    #[test]
    fn days_and_totals() {
        let mut fixture = Fixture::new();
        fixture.daily(date(2025, 5, 31), Some(1), Some(1), Some(1));
        fixture.daily(date(2025, 6, 1), Some(1000), Some(30), Some(10));
        fixture.daily(date(2025, 6, 3), Some(3000), None, Some(30));
        let window = Window::of_days(date(2025, 6, 1), date(2025, 6, 3), Zone::utc());
        let answer = growth(&fixture.dataset(), &window);
        assert_eq!(
            serde_json::to_value(&answer.data).unwrap(),
            json!({
                "days": [
                    {"day": "2025-06-01", "subscribers": 1000, "joined": 30, "left": 10, "net": 20, "notifications_on": null},
                    {"day": "2025-06-02", "subscribers": null, "joined": null, "left": null, "net": null, "notifications_on": null},
                    {"day": "2025-06-03", "subscribers": 3000, "joined": null, "left": 30, "net": null, "notifications_on": null},
                ],
                "joined": 30, "left": 40, "net": -10, "churn": 0.02
            })
        );
        assert_eq!(answer.meta.warnings, []);
    }

    #[test]
    fn joins_by_link_are_those_of_the_window() {
        let mut fixture = Fixture::new();
        let (june, may) = (|day| date(2025, 6, day), date(2025, 5, 31));
        for (day, link, name, joined) in [
            (may, "t.me/+a", Some("poster"), 100),
            (june(1), "t.me/+a", Some("poster"), 3),
            (june(1), "t.me/+b", None, 9),
            (june(2), "t.me/+a", Some("big poster"), 4),
            (june(3), "t.me/+b", None, 50),
        ] {
            fixture.link_joins(day, link, name, joined);
        }
        let window = Window::of_days(june(1), june(2), Zone::utc());
        let links = serde_json::to_value(growth(&fixture.dataset(), &window).data.invite_links).unwrap();
        assert_eq!(
            links,
            json!([
                {"link": "t.me/+b", "name": null, "joined": 9},
                {"link": "t.me/+a", "name": "big poster", "joined": 7},
            ])
        );
    }

    #[test]
    fn nothing_known() {
        let window = Window::of_days(date(2025, 6, 1), date(2025, 6, 2), Zone::utc());
        let answer = growth(&Fixture::new().dataset(), &window);
        assert_eq!(answer.data.days.len(), 2);
        assert_eq!((answer.data.net, answer.data.churn), (None, None));
        assert_eq!(answer.meta.warnings, [Warning::SubscribersMissing]);
    }
}
