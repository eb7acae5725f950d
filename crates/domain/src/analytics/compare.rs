//! Metrics §2 *compare*.

use std::cmp::Ordering;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::dataset::HEADLINE_H;
use super::overview::{Overview, overview};
use super::query::NotAllowed;
use super::reach::reach;
use super::{Dataset, Window};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedChannel {
    pub channel: String,
    pub title: String,
    #[serde(flatten)]
    pub overview: Overview,
    pub reach24: Option<f64>,
    pub err24: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompareSort {
    #[default]
    Err,
    Err24,
    Reach24,
    AvgReach,
    Subscribers,
    Posts,
    Views,
    Er,
    Growth,
    GrowthPct,
}

impl CompareSort {
    pub const ALL: [Self; 10] = [
        Self::Err,
        Self::Err24,
        Self::Reach24,
        Self::AvgReach,
        Self::Subscribers,
        Self::Posts,
        Self::Views,
        Self::Er,
        Self::Growth,
        Self::GrowthPct,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Err => "err",
            Self::Err24 => "err24",
            Self::Reach24 => "reach24",
            Self::AvgReach => "avg_reach",
            Self::Subscribers => "subscribers",
            Self::Posts => "posts",
            Self::Views => "views",
            Self::Er => "er",
            Self::Growth => "growth",
            Self::GrowthPct => "growth_pct",
        }
    }

    fn value(self, row: &ComparedChannel) -> Option<f64> {
        let count = |value: Option<i64>| value.map(|value| value as f64);
        let overview = &row.overview;
        match self {
            Self::Err => overview.err,
            Self::Err24 => row.err24,
            Self::Reach24 => row.reach24,
            Self::AvgReach => overview.avg_reach,
            Self::Subscribers => count(overview.subscribers),
            Self::Posts => Some(overview.posts as f64),
            Self::Views => count(overview.views),
            Self::Er => overview.er,
            Self::Growth => count(overview.growth),
            Self::GrowthPct => overview.growth_pct,
        }
    }
}

impl FromStr for CompareSort {
    type Err = NotAllowed;

    fn from_str(text: &str) -> Result<Self, NotAllowed> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text).ok_or_else(|| {
            NotAllowed(format!("{text:?} is not an order: use {}", Self::ALL.map(Self::as_str).join(", ")))
        })
    }
}

/// One channel's row. Needs V(24) among the measured ages.
pub fn compared(data: &Dataset, window: &Window) -> ComparedChannel {
    let reach = reach(data, window, &[HEADLINE_H]).data;
    let headline = reach.at(HEADLINE_H);
    ComparedChannel {
        channel: data.channel.slug(),
        title: data.channel.title.clone(),
        overview: overview(data, window).data,
        reach24: headline.and_then(|age| age.reach),
        err24: headline.and_then(|age| age.err),
    }
}

/// Sorts rows descending by `sort` (null last), then by channel.
pub fn sort(rows: &mut [ComparedChannel], sort: CompareSort) {
    rows.sort_by(|a, b| {
        let by_value = match (sort.value(a), sort.value(b)) {
            (Some(a), Some(b)) => b.total_cmp(&a),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_value.then_with(|| a.channel.cmp(&b.channel))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::fixture::{DAY, Fixture};
    use crate::zone::Zone;
    use jiff::civil::date;
    use serde_json::json;

    #[test]
    fn a_row_is_the_overview_with_the_headline() {
        let mut fixture = Fixture::new();
        fixture.post_read(1, 0, &[(DAY, 50)]).daily(date(1970, 1, 1), Some(100), None, None);
        let row = compared(&fixture.dataset(), &Window::new(0, DAY, Zone::utc()));
        assert_eq!(
            serde_json::to_value(&row).unwrap(),
            json!({
                "channel": "orbit", "title": "Orbit Daily", "posts": 1, "views": 50, "forwards": null, "reactions": null,
                "replies": null, "avg_reach": 50.0, "subscribers": 100, "err": 0.5, "er": null, "growth": 0,
                "growth_pct": 0.0, "reach24": 50.0, "err24": 0.5
            })
        );
    }

    #[test]
    fn rows_go_down_by_value_with_the_unknown_last_then_by_channel() {
        let row = |channel: &str, err: Option<f64>| {
            let mut row = compared(&Fixture::new().dataset(), &Window::new(0, DAY, Zone::utc()));
            channel.clone_into(&mut row.channel);
            row.overview.err = err;
            row
        };
        let mut rows = [row("d", None), row("c", Some(0.1)), row("a", None), row("b", Some(0.1)), row("e", Some(0.2))];
        sort(&mut rows, CompareSort::Err);
        assert_eq!(rows.each_ref().map(|row| row.channel.as_str()), ["e", "b", "c", "a", "d"]);
        sort(&mut rows, CompareSort::Posts);
        assert_eq!(rows.each_ref().map(|row| row.channel.as_str()), ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn orders_have_the_names_of_their_columns() {
        for sort in CompareSort::ALL {
            assert_eq!(sort.as_str().parse(), Ok(sort));
            assert_eq!(serde_json::to_value(sort).unwrap(), json!(sort.as_str()));
        }
        assert!("name".parse::<CompareSort>().is_err());
    }
}
