//! The measured stage: what a [`History`](super::History) says at fixed ages, small enough to travel to the browser.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Window;
use super::history::{DailyFact, History, LOOKBACK_POSTS, LinkJoinsFact, PostColumns, SourceFact, ViewReadings};
use super::posts::views_at_age;
use super::query::{MaxGap, Measure};
use super::statistics::median;
use crate::channels::Channel;
use crate::posts::Counters;

/// The age at which reach is the headline, hours.
pub const HEADLINE_H: u32 = 24;

/// Age from which the newest count stands for a post's total, seconds.
pub const TOTAL_AGE_S: i64 = 7 * 86_400;

const HOUR_S: f64 = 3600.0;

/// Posts with their measured views, daily facts and sources of one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    pub channel: Channel,
    /// newest snapshot of the whole channel, unix seconds
    pub as_of: Option<i64>,
    pub posts: PostColumns,
    /// ages in hours of `measured`
    pub ages_h: Vec<u32>,
    /// `measured[a][i]` = V(`ages_h[a]`) of post `i`, views
    pub measured: Vec<Vec<Option<f64>>>,
    /// V(a) / median V(a) of the 30 posts before, a = age at `as_of`; 1.0 = usual
    pub performance: Vec<Option<f64>>,
    /// views per hour between the last two snapshots
    pub growth_rate: Vec<Option<f64>>,
    /// in order of day
    pub daily: Vec<DailyFact>,
    /// in order of day, then origin
    pub sources: Vec<SourceFact>,
    /// in order of day, then link
    pub link_joins: Vec<LinkJoinsFact>,
}

impl Dataset {
    /// Measures a history at the given ages (hours, ascending).
    pub fn measure(history: History, ages_h: &[u32], max_gap: MaxGap) -> Self {
        let History { channel, as_of, posts, readings, mut daily, mut sources, mut link_joins } = history;
        daily.sort_by_key(|fact| fact.day);
        sources.sort_by(|a, b| (a.day, &a.origin).cmp(&(b.day, &b.origin)));
        link_joins.sort_by(|a, b| (a.day, &a.link).cmp(&(b.day, &b.link)));
        let measured = ages_h
            .iter()
            .map(|h| {
                let age_s = f64::from(*h) * HOUR_S;
                (0..posts.len()).map(|index| views_of(&posts, &readings, index, age_s, max_gap)).collect()
            })
            .collect();
        let performance =
            (0..posts.len()).map(|index| performance(&posts, &readings, as_of?, index, max_gap)).collect();
        let growth_rate = (0..posts.len()).map(|index| growth_rate(&readings, index)).collect();
        Self {
            channel,
            as_of,
            posts,
            ages_h: ages_h.to_vec(),
            measured,
            performance,
            growth_rate,
            daily,
            sources,
            link_joins,
        }
    }

    /// V(h) of every post; `None` when `h` is not among the measured ages.
    pub fn views_at(&self, h: u32) -> Option<&[Option<f64>]> {
        let age = self.ages_h.iter().position(|age| *age == h)?;
        self.measured.get(age).map(Vec::as_slice)
    }

    /// V(h) of one post, views.
    pub fn view_at(&self, h: u32, index: usize) -> Option<f64> {
        self.views_at(h)?.get(index).copied().flatten()
    }

    /// Whether a post had reached an age when the channel was last read.
    pub fn is_old_enough(&self, index: usize, age_s: i64) -> bool {
        self.as_of.is_none_or(|as_of| self.posts.date_utc[index].saturating_add(age_s) <= as_of)
    }

    /// The outcome that stands for a post's reach, views; `None` where not known or the post is too young.
    pub fn outcome(&self, measure: Measure, index: usize) -> Option<f64> {
        match measure {
            Measure::Reach24 => self.view_at(HEADLINE_H, index),
            Measure::Total if self.as_of.is_some() && self.is_old_enough(index, TOTAL_AGE_S) => {
                self.posts.views[index].map(|views| views as f64)
            }
            Measure::Total => None,
        }
    }

    /// What heatmap, content and headline speak of when they are not told: V(24), or the total where fewer than half
    /// of these posts have V(24).
    pub fn default_measure(&self, posts: Range<usize>) -> Measure {
        let count = posts.len();
        let measured = posts.filter(|index| self.view_at(HEADLINE_H, *index).is_some()).count();
        if measured * 2 < count { Measure::Total } else { Measure::Reach24 }
    }

    /// The daily facts of the window's days, in order.
    pub fn daily_in(&self, window: &Window) -> &[DailyFact] {
        let from = self.daily.partition_point(|fact| fact.day < window.first_day);
        let to = self.daily.partition_point(|fact| fact.day <= window.last_day);
        &self.daily[from..to.max(from)]
    }

    /// Joins by invitation link on the window's days, in order.
    pub fn link_joins_in(&self, window: &Window) -> &[LinkJoinsFact] {
        let from = self.link_joins.partition_point(|fact| fact.day < window.first_day);
        let to = self.link_joins.partition_point(|fact| fact.day <= window.last_day);
        &self.link_joins[from..to.max(from)]
    }

    /// Subscribers of the last of the window's daily rows that knows them.
    pub fn subscribers_in(&self, window: &Window) -> Option<i64> {
        self.daily_in(window).iter().rev().find_map(|fact| fact.subscribers)
    }

    pub fn counters(&self, index: usize) -> Counters {
        Counters {
            views: self.posts.views[index],
            forwards: self.posts.forwards[index],
            reactions: self.posts.reactions[index],
            replies: self.posts.replies[index],
        }
    }
}

fn views_of(posts: &PostColumns, readings: &ViewReadings, index: usize, age_s: f64, max_gap: MaxGap) -> Option<f64> {
    let (at, views) = readings.of(index);
    views_at_age(posts.date_utc[index], at, views, age_s, max_gap)
}

/// Metrics §2 *per post*: V(a) / median V(a) of the up to 30 posts before it, a = its age at `as_of`.
fn performance(posts: &PostColumns, readings: &ViewReadings, as_of: i64, index: usize, max_gap: MaxGap) -> Option<f64> {
    let age_s = as_of.checked_sub(posts.date_utc[index]).filter(|age_s| *age_s >= 0)? as f64;
    let own = views_of(posts, readings, index, age_s, max_gap)?;
    let mut before = [0.0; LOOKBACK_POSTS];
    let mut count = 0;
    for earlier in index.saturating_sub(LOOKBACK_POSTS)..index {
        if let Some(views) = views_of(posts, readings, earlier, age_s, max_gap) {
            before[count] = views;
            count += 1;
        }
    }
    ratio(own, median(&mut before[..count])?)
}

/// Views per hour between the last two snapshots.
fn growth_rate(readings: &ViewReadings, index: usize) -> Option<f64> {
    let (at, views) = readings.of(index);
    let ([.., t0, t1], [.., v0, v1]) = (at, views) else { return None };
    ratio((*v1 as f64 - *v0 as f64) * HOUR_S, t1.saturating_sub(*t0) as f64)
}

/// `None` unless the denominator is above 0.
pub(super) fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    (denominator > 0.0).then(|| numerator / denominator)
}
