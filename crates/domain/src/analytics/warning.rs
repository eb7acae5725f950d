//! What is wrong or partial about an answer; part of the result, not a footnote.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::dataset::HEADLINE_H;
use super::history::{DailyFact, SourceFact};
use super::reach::left_out;
use super::{Answer, Dataset, Meta, Window};
use crate::posts::Source;

/// Tagged, so that a screen can say it in the reader's language; `Display` is the English of the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Warning {
    #[error("er counts only what is known; not known here: {}", missing.join(", "))]
    ErComponentsMissing { missing: Vec<String> },
    #[error("daily facts are UTC days; they are not shifted to {tz}")]
    DailyFactsAreUtc { tz: String },
    #[error("{posts} posts are younger than {h} h and left out")]
    TooYoung { h: u32, posts: u64 },
    #[error("{posts} posts are old enough but have no usable pair of snapshots at {h} h")]
    Unmeasured { h: u32, posts: u64 },
    #[error("fewer than half of the posts have V(24): totals of posts at least 7 days old take its place")]
    MeasureIsTotal,
    #[error("views of {posts} posts are not known and left out")]
    ViewsMissing { posts: u64 },
    #[error("no subscriber counts: err is not known")]
    SubscribersMissing,
    #[error("no sources of views are known for this window")]
    SourcesMissing,
    #[error("some views are rounded labels from the public page")]
    RoundedViews,
}

/// What a question notes down while it works: the sources it used and what to warn of.
#[derive(Debug, Default)]
pub(super) struct Notes {
    sources: BTreeSet<Source>,
    warnings: Vec<Warning>,
}

impl Notes {
    pub fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn used(&mut self, source: Source) {
        if source != Source::Missing {
            self.sources.insert(source);
        }
    }

    /// The views of these posts were used.
    pub fn posts(&mut self, data: &Dataset, posts: Range<usize>) {
        for source in &data.posts.source[posts.clone()] {
            self.used(*source);
        }
        let unknown = data.posts.views[posts.clone()].iter().filter(|views| views.is_none()).count();
        if unknown > 0 {
            self.warn(Warning::ViewsMissing { posts: unknown as u64 });
        }
        if data.posts.source[posts].contains(&Source::Preview) {
            self.warn(Warning::RoundedViews);
        }
    }

    /// `er` of these posts was used: names the components that none of them knows.
    pub fn er(&mut self, data: &Dataset, posts: Range<usize>) {
        let columns = [
            ("forwards", &data.posts.forwards),
            ("reactions", &data.posts.reactions),
            ("replies", &data.posts.replies),
        ];
        let missing: Vec<String> = columns
            .into_iter()
            .filter(|(_, column)| column[posts.clone()].iter().all(Option::is_none))
            .map(|(name, _)| name.to_owned())
            .collect();
        if !posts.is_empty() && !missing.is_empty() {
            self.warn(Warning::ErComponentsMissing { missing });
        }
    }

    /// V(h) of these posts was asked for: says how many are left out at the headline age, or at the first one asked
    /// for when that is not among them. The rows carry the counts of the others.
    pub fn ages(&mut self, data: &Dataset, posts: Range<usize>, hours: &[u32]) {
        let Some(h) = hours.iter().copied().find(|h| *h == HEADLINE_H).or(hours.first().copied()) else { return };
        let (too_young, unmeasured) = left_out(data, posts, h);
        if too_young > 0 {
            self.warn(Warning::TooYoung { h, posts: too_young });
        }
        if unmeasured > 0 {
            self.warn(Warning::Unmeasured { h, posts: unmeasured });
        }
    }

    /// These daily facts were used.
    pub fn daily(&mut self, window: &Window, facts: &[DailyFact]) {
        for source in facts.iter().flat_map(DailyFact::sources) {
            self.used(source);
        }
        self.utc_days(window, facts.is_empty());
    }

    /// These facts about sources of views were used.
    pub fn source_facts(&mut self, window: &Window, facts: &[&SourceFact]) {
        for fact in facts {
            self.used(fact.source);
        }
        self.utc_days(window, facts.is_empty());
    }

    fn utc_days(&mut self, window: &Window, unused: bool) {
        let tz = window.zone.name();
        if !unused && tz != "UTC" && tz != "Etc/UTC" {
            self.warn(Warning::DailyFactsAreUtc { tz: tz.to_owned() });
        }
    }

    /// Takes over what a part of the answer noted down.
    pub fn part<T>(&mut self, part: Answer<T>) -> T {
        self.sources.extend(part.meta.sources);
        for warning in part.meta.warnings {
            self.warn(warning);
        }
        part.data
    }

    pub fn answer<T>(self, data: &Dataset, window: &Window, value: T) -> Answer<T> {
        Answer {
            data: value,
            meta: Meta {
                channel: Some(data.channel.slug()),
                from: window.from,
                to: window.to,
                tz: window.zone.name().to_owned(),
                sources: self.sources.into_iter().collect(),
                as_of: data.as_of,
                warnings: self.warnings,
            },
        }
    }
}
