//! A history straight from import files, for tests: no staging, no checks, one channel a call.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::analytics::History;
use domain::analytics::history::{DailyFact, PostColumns, SourceFact, ViewReadings};
use domain::channels::Channel;
use domain::collect::hashtags;
use domain::ids::{ChannelId, WorkspaceId};
use domain::posts::{Counters, MediaType, Source};
use jiff::Timestamp;

/// Characters of a text that lists show.
pub const TEXT_CHARS: usize = 280;

/// The files of a channel; those that are `None` are not there.
#[derive(Default)]
pub struct Files {
    pub posts: PathBuf,
    /// unix seconds; when the counters of `posts` were read
    pub taken_at: i64,
    pub snapshots: Option<PathBuf>,
    pub daily: Option<PathBuf>,
    pub sources: Option<PathBuf>,
}

type Row = BTreeMap<String, String>;

struct Post {
    date_utc: i64,
    media_type: Option<MediaType>,
    text: String,
    snapshots: BTreeMap<i64, Counters>,
}

pub fn instant(text: &str) -> i64 {
    text.parse().unwrap_or_else(|_| text.parse::<Timestamp>().unwrap().as_second())
}

fn rows(path: &Path, channel: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows = reader.deserialize().map(|row| row.unwrap());
    rows.filter(|row: &Row| row.get("channel").is_none_or(|name| name == channel)).collect()
}

fn count(row: &Row, column: &str) -> Option<i64> {
    row.get(column).filter(|cell| !cell.is_empty()).map(|cell| cell.parse().unwrap())
}

fn counters(row: &Row) -> Counters {
    Counters {
        views: count(row, "views"),
        forwards: count(row, "forwards"),
        reactions: count(row, "reactions"),
        replies: count(row, "replies"),
    }
}

pub fn history(files: &Files, channel: &str, zone: &str) -> History {
    let mut posts: BTreeMap<i64, Post> = BTreeMap::new();
    let read = |post: &mut Post, at: i64, counters: Counters| {
        if counters != Counters::default() {
            post.snapshots.insert(at, counters);
        }
    };
    for row in rows(&files.posts, channel) {
        let mut post = Post {
            date_utc: instant(&row["date_utc"]),
            media_type: row["media_type"].parse().ok(),
            text: row["text"].clone(),
            snapshots: BTreeMap::new(),
        };
        read(&mut post, files.taken_at, counters(&row));
        posts.insert(row["post_id"].parse().unwrap(), post);
    }
    for row in files.snapshots.iter().flat_map(|path| rows(path, channel)) {
        let post = posts.get_mut(&row["post_id"].parse().unwrap()).unwrap();
        read(post, instant(&row["taken_at_utc"]), counters(&row));
    }
    let mut ordered: Vec<(i64, Post)> = posts.into_iter().collect();
    ordered.sort_by_key(|(post_id, post)| (post.date_utc, *post_id));

    let mut history = History {
        channel: Channel {
            id: ChannelId(1),
            workspace_id: WorkspaceId(1),
            telegram_id: None,
            username: Some(channel.to_owned()),
            title: channel.to_owned(),
            zone: zone.to_owned(),
            demo: false,
            created_at: 0,
        },
        as_of: ordered.iter().flat_map(|(_, post)| post.snapshots.keys().copied()).max(),
        posts: PostColumns::default(),
        readings: ViewReadings { offsets: vec![0], ..ViewReadings::default() },
        daily: Vec::new(),
        sources: Vec::new(),
        link_joins: Vec::new(),
    };
    for (post_id, post) in ordered {
        let newest = |counter: fn(&Counters) -> Option<i64>| post.snapshots.values().rev().find_map(counter);
        let columns = &mut history.posts;
        columns.post_id.push(post_id);
        columns.date_utc.push(post.date_utc);
        columns.views.push(newest(|counters| counters.views));
        columns.forwards.push(newest(|counters| counters.forwards));
        columns.reactions.push(newest(|counters| counters.reactions));
        columns.replies.push(newest(|counters| counters.replies));
        columns.counted_at.push(post.snapshots.keys().next_back().copied());
        columns.media_type.push(post.media_type);
        columns.source.push(Source::Imported);
        columns.text_chars.push(post.text.chars().count() as u32);
        columns.hashtags.push(hashtags::find(&post.text));
        columns.text.push(post.text.chars().take(TEXT_CHARS).collect());
        for (at, counters) in &post.snapshots {
            if let Some(views) = counters.views {
                history.readings.at.push(*at);
                history.readings.views.push(views);
            }
        }
        history.readings.offsets.push(history.readings.at.len());
    }
    for row in files.daily.iter().flat_map(|path| rows(path, channel)) {
        history.daily.push(DailyFact {
            subscribers: count(&row, "subscribers"),
            joined: count(&row, "joined"),
            left: count(&row, "left"),
            notifications_on: count(&row, "notifications_on"),
            ..DailyFact::told_by(Source::Imported, row["day"].parse().unwrap())
        });
    }
    for row in files.sources.iter().flat_map(|path| rows(path, channel)) {
        history.sources.push(SourceFact {
            day: row["day"].parse().unwrap(),
            origin: row["source"].clone(),
            views: count(&row, "views"),
            source: Source::Imported,
        });
    }
    history
}
