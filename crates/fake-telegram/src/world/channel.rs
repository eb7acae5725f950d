//! A channel: its posts, who is in it, and the numbered events that clients follow.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::scenario::{ChannelPlan, Media, PostPlan, Service};

use super::growth::{Counts, Growth};
use super::number;

/// Age in seconds at which a post has gathered 43 % of its views, before its own variation.
const PACE_S: f64 = 3.0 * 3_600.0;
pub const MEMBERS_DEFAULT: i32 = 1_000;
/// Emoji of posts whose counts say how many reactions but not which.
const USUAL_REACTIONS: [(&str, f64); 3] = [("👍", 0.6), ("❤", 0.3), ("🔥", 0.1)];

#[derive(Debug, Clone)]
pub struct Post {
    pub id: i32,
    /// Unix seconds.
    pub date: i64,
    pub text: String,
    pub media: Media,
    pub grouped_id: Option<i64>,
    pub forward: Option<Forward>,
    /// Unix seconds.
    pub edit_date: Option<i64>,
    pub author: Option<String>,
    pub service: Option<Service>,
    pub pinned: bool,
    pub future: bool,
    pub growth: Growth,
    /// Views that clients have added by looking.
    pub seen: i64,
    /// Seconds, see [`Growth::at`].
    pub pace_s: f64,
    /// Emoji and weight.
    pub emoji: Vec<(String, f64)>,
}

impl Post {
    /// Its counters at `now`.
    pub fn counts(&self, now: i64) -> Counts {
        let counts = self.growth.at(self.date, now, self.pace_s);
        Counts { views: counts.views.map(|views| views + self.seen), ..counts }
    }

    /// Emoji and count at `now`; they add up to the reactions of [`Post::counts`].
    pub fn reactions(&self, now: i64) -> Vec<(String, i64)> {
        let Some(total) = self.counts(now).reactions else { return Vec::new() };
        let weights: f64 = self.emoji.iter().map(|(_, weight)| weight).sum();
        let mut left = total;
        let mut counts = Vec::new();
        for (index, (emoji, weight)) in self.emoji.iter().enumerate() {
            let last = index + 1 == self.emoji.len();
            let count = if last { left } else { ((total as f64 * weight / weights).round() as i64).min(left) };
            left -= count;
            if count > 0 {
                counts.push((emoji.clone(), count));
            }
        }
        counts
    }
}

/// Where a post was forwarded from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forward {
    Channel {
        channel: i64,
        post: i32,
        /// Unix seconds.
        date: i64,
    },
    /// Somebody who hides behind a name.
    Name(String),
}

/// What clients follow by pts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    New(i32),
    Edited(i32),
    Deleted(Vec<i32>),
}

/// An event and the state after it.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub pts: i32,
    pub pts_count: i32,
    pub event: Event,
}

/// Facts of a UTC day.
#[derive(Debug, Clone)]
pub struct Day {
    /// Its midnight, Unix seconds.
    pub start: i64,
    pub subscribers: i64,
    pub joined: i64,
    pub left: i64,
    /// Share of members with notifications on.
    pub notifications_on: Option<f64>,
}

pub struct Channel {
    pub id: i64,
    pub username: String,
    pub title: String,
    pub about: String,
    /// Unix seconds.
    pub created: i64,
    pub members: i32,
    pub private: bool,
    /// Its public page shows posts.
    pub preview: bool,
    /// Official statistics are answered.
    pub stats: bool,
    pub posts: BTreeMap<i32, Post>,
    /// Of all that ever were.
    newest_id: i32,
    /// Accounts and bots.
    pub admins: BTreeSet<i64>,
    pub joined: BTreeSet<i64>,
    pub days: Vec<Day>,
    pub events: Vec<Recorded>,
    pub pts: i32,
    /// The world's seed.
    pub seed: u64,
}

impl Channel {
    /// Without posts and members; `now` in Unix seconds.
    pub fn empty(plan: &ChannelPlan, id: i64, now: i64, seed: u64) -> Self {
        Self {
            id,
            username: plan.username.clone(),
            title: plan.title.clone().unwrap_or_else(|| plan.username.clone()),
            about: plan.about.clone(),
            created: now,
            members: plan.members.unwrap_or(MEMBERS_DEFAULT),
            private: plan.private,
            preview: !plan.no_preview,
            stats: plan.stats,
            posts: BTreeMap::new(),
            newest_id: 0,
            admins: BTreeSet::new(),
            joined: BTreeSet::new(),
            days: Vec::new(),
            events: Vec::new(),
            pts: 1,
            seed,
        }
    }

    /// The next message's id; those of deleted ones are not given again.
    pub fn next_id(&self) -> i32 {
        self.newest_id + 1
    }

    /// Adds what `plan` says at `now` and records it; `names`: username → id, for forwards.
    pub fn add(&mut self, plan: &PostPlan, now: i64, names: &HashMap<String, i64>) -> Vec<i32> {
        let ids = self.place(plan, now, names);
        for id in &ids {
            self.record(Event::New(*id), 1);
        }
        ids
    }

    /// As [`Channel::add`], but before anybody follows: nothing is recorded.
    pub fn place(&mut self, plan: &PostPlan, now: i64, names: &HashMap<String, i64>) -> Vec<i32> {
        let first = plan.id.unwrap_or_else(|| self.next_id());
        let size = plan.album.unwrap_or(1).max(1);
        let date = plan.date.map_or(now, jiff::Timestamp::as_second);
        let group = number(self.seed, &format!("album {} {first}", self.id)) as i64 & i64::MAX;
        for part in 0..size {
            let reactions = (!plan.reactions.is_empty()).then(|| plan.reactions.iter().map(|(_, count)| count).sum());
            let usual = USUAL_REACTIONS.map(|(emoji, weight)| (emoji.to_owned(), weight));
            let given = plan.reactions.iter().map(|(emoji, count)| (emoji.clone(), *count as f64));
            let post = Post {
                id: first + part,
                date,
                text: if part == 0 { plan.text.clone() } else { String::new() },
                media: if plan.album.is_some() && plan.media == Media::Text { Media::Photo } else { plan.media },
                grouped_id: plan.album.map(|_| group),
                forward: plan.forwarded_from.as_ref().map(|from| forward(from, names, date)),
                edit_date: plan.edited_after.map(|seconds| date + seconds),
                author: plan.author.clone(),
                service: plan.service,
                pinned: plan.pinned,
                future: plan.future,
                growth: Growth::Target(Counts {
                    // a post always has a counter, a service message never
                    views: plan.service.is_none().then(|| plan.views.unwrap_or(i64::from(self.members) / 2)),
                    forwards: plan.forwards,
                    reactions,
                    replies: plan.replies,
                }),
                seen: 0,
                pace_s: self.pace_s(first),
                emoji: if plan.reactions.is_empty() { usual.to_vec() } else { given.collect() },
            };
            self.newest_id = self.newest_id.max(post.id);
            self.posts.insert(post.id, post);
        }
        (first..first + size).collect()
    }

    /// Each post is quicker or slower than others by up to two times.
    pub fn pace_s(&self, post: i32) -> f64 {
        PACE_S * 2_f64.powf(super::fraction(self.seed, &format!("pace {} {post}", self.id)) * 2.0 - 1.0)
    }

    pub fn edit(&mut self, id: i32, text: &str, now: i64) -> Option<()> {
        let post = self.posts.get_mut(&id)?;
        text.clone_into(&mut post.text);
        post.edit_date = Some(now);
        self.record(Event::Edited(id), 1);
        Some(())
    }

    pub fn delete(&mut self, ids: &[i32]) {
        let gone: Vec<i32> = ids.iter().copied().filter(|id| self.posts.remove(id).is_some()).collect();
        let count = gone.len() as i32;
        self.record(Event::Deleted(gone), count);
    }

    fn record(&mut self, event: Event, pts_count: i32) {
        self.pts += pts_count;
        self.events.push(Recorded { pts: self.pts, pts_count, event });
    }
}

fn forward(from: &str, names: &HashMap<String, i64>, date: i64) -> Forward {
    let linked = from.split_once('/').and_then(|(name, post)| Some((names.get(name)?, post.parse().ok()?)));
    match linked {
        Some((channel, post)) => Forward::Channel { channel: *channel, post, date },
        None => Forward::Name(from.to_owned()),
    }
}
