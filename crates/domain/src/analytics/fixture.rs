//! Small channels for tests, built post by post.

use jiff::civil::Date;

use super::history::{DailyFact, History, LinkJoinsFact, SourceFact, ViewReadings};
use super::query::MaxGap;
use super::{AGES_H, Dataset};
use crate::channels::Channel;
use crate::ids::{ChannelId, WorkspaceId};
use crate::posts::{MediaType, Source};

pub const HOUR: i64 = 3600;
pub const DAY: i64 = 86_400;

pub fn channel() -> Channel {
    Channel {
        id: ChannelId(1),
        workspace_id: WorkspaceId(1),
        telegram_id: Some(1_000_001),
        username: Some("orbit".to_owned()),
        title: "Orbit Daily".to_owned(),
        zone: "UTC".to_owned(),
        demo: false,
        created_at: 0,
    }
}

/// Posts are to be added in order of date.
pub struct Fixture {
    history: History,
}

impl Fixture {
    pub fn new() -> Self {
        Self {
            history: History {
                channel: channel(),
                as_of: None,
                posts: super::history::PostColumns::default(),
                readings: ViewReadings { offsets: vec![0], at: Vec::new(), views: Vec::new() },
                daily: Vec::new(),
                sources: Vec::new(),
                link_joins: Vec::new(),
            },
        }
    }

    /// A post whose counts were never read more than once, long ago or not at all.
    pub fn post(&mut self, post_id: i64, date_utc: i64, views: Option<i64>) -> &mut Self {
        let posts = &mut self.history.posts;
        posts.post_id.push(post_id);
        posts.date_utc.push(date_utc);
        posts.views.push(views);
        posts.forwards.push(None);
        posts.reactions.push(None);
        posts.replies.push(None);
        posts.counted_at.push(None);
        posts.media_type.push(Some(MediaType::Photo));
        posts.source.push(Source::Imported);
        posts.text_chars.push(0);
        posts.text.push(String::new());
        posts.hashtags.push(Vec::new());
        self.history.readings.offsets.push(self.history.readings.at.len());
        self
    }

    /// A post with readings (instant, views); the last one gives its newest count.
    pub fn post_read(&mut self, post_id: i64, date_utc: i64, readings: &[(i64, i64)]) -> &mut Self {
        self.post(post_id, date_utc, readings.last().map(|(_, views)| *views));
        for (at, views) in readings {
            self.history.readings.at.push(*at);
            self.history.readings.views.push(*views);
            self.history.as_of = self.history.as_of.max(Some(*at));
        }
        *self.history.posts.counted_at.last_mut().unwrap() = readings.last().map(|(at, _)| *at);
        *self.history.readings.offsets.last_mut().unwrap() = self.history.readings.at.len();
        self
    }

    /// Counters of the last post.
    pub fn counters(&mut self, forwards: Option<i64>, reactions: Option<i64>, replies: Option<i64>) -> &mut Self {
        *self.history.posts.forwards.last_mut().unwrap() = forwards;
        *self.history.posts.reactions.last_mut().unwrap() = reactions;
        *self.history.posts.replies.last_mut().unwrap() = replies;
        self
    }

    /// What the last post carries.
    pub fn media(&mut self, media_type: Option<MediaType>) -> &mut Self {
        *self.history.posts.media_type.last_mut().unwrap() = media_type;
        self
    }

    /// Text of the last post, with its hashtags.
    pub fn text(&mut self, text: &str, hashtags: &[&str]) -> &mut Self {
        *self.history.posts.text_chars.last_mut().unwrap() = text.chars().count() as u32;
        text.clone_into(self.history.posts.text.last_mut().unwrap());
        *self.history.posts.hashtags.last_mut().unwrap() = hashtags.iter().map(|&tag| tag.to_owned()).collect();
        self
    }

    pub fn daily(&mut self, day: Date, subscribers: Option<i64>, joined: Option<i64>, left: Option<i64>) -> &mut Self {
        self.history.daily.push(DailyFact { subscribers, joined, left, ..DailyFact::told_by(Source::Official, day) });
        self
    }

    pub fn link_joins(&mut self, day: Date, link: &str, name: Option<&str>, joined: i64) -> &mut Self {
        let name = name.map(str::to_owned);
        self.history.link_joins.push(LinkJoinsFact { day, link: link.to_owned(), name, joined });
        self
    }

    pub fn views_from(&mut self, day: Date, origin: &str, views: Option<i64>) -> &mut Self {
        self.history.sources.push(SourceFact { day, origin: origin.to_owned(), views, source: Source::Official });
        self
    }

    pub fn history(&self) -> History {
        self.history.clone()
    }

    pub fn dataset(&self) -> Dataset {
        Dataset::measure(self.history(), &AGES_H, MaxGap::Usual)
    }
}
