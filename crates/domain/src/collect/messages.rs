//! Messages to posts: an album is one post, a forward is marked, a service message is none.
//!
//! The album rule. Telegram keeps an album as several messages with one `grouped_id`; readers see one post. Its key
//! and its date are those of its first message, its text is the first there is, and each counter is the greatest of a
//! message: whoever sees or forwards an album does so with all of its parts, and a reaction stands at one of them.

use std::collections::BTreeMap;

use super::message::Message;
use crate::posts::{Counters, MediaType};

/// Telegram allows ten parts.
pub const ALBUM_PARTS_MAX: i32 = 10;

/// A post as its messages tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPost {
    /// Telegram's, of the first message
    pub id: i32,
    /// ids of all its messages, rising; one unless it is an album
    pub parts: Vec<i32>,
    /// unix seconds
    pub date: i64,
    pub text: Option<String>,
    pub media_type: MediaType,
    /// messages of an album
    pub album_size: Option<i64>,
    pub forwarded: bool,
    pub counters: Counters,
}

/// The posts of some messages, in the order of their ids. A message that is there twice counts once, as it stands last.
pub fn posts_of(messages: &[Message]) -> Vec<ReadPost> {
    let messages: BTreeMap<i32, &Message> =
        messages.iter().filter(|message| message.is_post()).map(|message| (message.id, message)).collect();
    let mut albums: BTreeMap<i64, usize> = BTreeMap::new();
    let mut posts: Vec<ReadPost> = Vec::with_capacity(messages.len());
    for message in messages.into_values() {
        let known = message.grouped_id.and_then(|group| albums.get(&group).copied());
        if let Some(album) = known.and_then(|index| posts.get_mut(index)) {
            album.add(message);
            continue;
        }
        if let Some(group) = message.grouped_id {
            albums.insert(group, posts.len());
        }
        posts.push(ReadPost::begin(message));
    }
    posts
}

impl ReadPost {
    fn begin(message: &Message) -> Self {
        let is_album = message.grouped_id.is_some();
        Self {
            id: message.id,
            parts: vec![message.id],
            date: message.date,
            text: text_of(message),
            media_type: if is_album { MediaType::Album } else { message.media_type },
            album_size: is_album.then_some(1),
            forwarded: message.forwarded_from.is_some(),
            counters: message.counters,
        }
    }

    fn add(&mut self, part: &Message) {
        self.parts.push(part.id);
        self.album_size = Some(self.parts.len() as i64);
        self.text = self.text.take().or_else(|| text_of(part));
        self.forwarded |= part.forwarded_from.is_some();
        self.counters = greatest(self.counters, part.counters);
    }
}

/// Counter by counter the greater one; one that is not known counts for nothing.
fn greatest(a: Counters, b: Counters) -> Counters {
    Counters {
        views: a.views.max(b.views),
        forwards: a.forwards.max(b.forwards),
        reactions: a.reactions.max(b.reactions),
        replies: a.replies.max(b.replies),
    }
}

fn text_of(message: &Message) -> Option<String> {
    Some(message.text.clone()).filter(|text| !text.is_empty())
}

/// Of a slice of a history, read from the newest message down, what may be taken: its lowest album may go on below, so
/// it is left for the next slice. A slice that is one album is taken as it is: albums are shorter than slices.
pub fn without_cut_album(messages: &[Message]) -> Vec<Message> {
    let lowest = messages.iter().min_by_key(|message| message.id);
    let Some(group) = lowest.and_then(|message| message.grouped_id) else { return messages.to_vec() };
    let kept: Vec<Message> = messages.iter().filter(|message| message.grouped_id != Some(group)).cloned().collect();
    if kept.is_empty() { messages.to_vec() } else { kept }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::collect::message::ForwardedFrom;

    pub fn message(id: i32, grouped_id: Option<i64>) -> Message {
        Message {
            id,
            date: 1_768_046_400 + i64::from(id),
            edit_date: None,
            text: String::new(),
            links: Vec::new(),
            media_type: MediaType::Photo,
            grouped_id,
            forwarded_from: None,
            author: None,
            counters: Counters { views: Some(i64::from(id)), ..Counters::default() },
            reactions: Vec::new(),
            is_service: false,
        }
    }

    #[test]
    fn an_album_is_one_post_with_its_first_id_and_its_greatest_counters() {
        let first = Message {
            counters: Counters { views: Some(90), forwards: Some(4), reactions: Some(7), replies: None },
            ..message(5, Some(1))
        };
        let second = Message {
            text: "three pictures".to_owned(),
            counters: Counters { views: Some(91), forwards: Some(3), reactions: None, replies: Some(2) },
            ..message(6, Some(1))
        };
        let posts = posts_of(&[message(7, Some(1)), second, first, message(8, None)]);
        let album = ReadPost {
            id: 5,
            parts: vec![5, 6, 7],
            date: 1_768_046_405,
            text: Some("three pictures".to_owned()),
            media_type: MediaType::Album,
            album_size: Some(3),
            forwarded: false,
            counters: Counters { views: Some(91), forwards: Some(4), reactions: Some(7), replies: Some(2) },
        };
        assert_eq!(posts.len(), 2);
        assert_eq!(posts[0], album);
        assert_eq!((posts[1].album_size, posts[1].media_type), (None, MediaType::Photo));
    }

    #[test]
    fn service_messages_are_no_posts_and_forwards_are_marked() {
        let service = Message { is_service: true, ..message(1, None) };
        let from = ForwardedFrom { channel_id: None, message_id: None, username: None, name: None, date: 1 };
        let forward = Message { forwarded_from: Some(from), ..message(2, None) };
        let posts = posts_of(&[service, forward]);
        assert_eq!((posts.len(), posts[0].id, posts[0].forwarded, posts[0].text.as_deref()), (1, 2, true, None));
    }

    #[test]
    fn the_lowest_album_of_a_slice_waits_for_the_next_one() {
        let ids = |messages: &[Message]| messages.iter().map(|message| message.id).collect::<Vec<_>>();
        let slice = [message(9, None), message(8, Some(2)), message(7, Some(1)), message(6, Some(1))];
        assert_eq!(ids(&without_cut_album(&slice)), [9, 8]);
        assert_eq!(ids(&without_cut_album(&slice[..1])), [9]);
        assert_eq!(ids(&without_cut_album(&slice[2..])), [7, 6], "there would be no end otherwise");
        assert_eq!(ids(&without_cut_album(&[])), [0; 0]);
    }

    /// Messages with rising ids, some of them albums, some of them holes.
    fn history() -> impl Strategy<Value = Vec<Message>> {
        prop::collection::vec((1..4_i32, 1..=ALBUM_PARTS_MAX, any::<bool>()), 1..30).prop_map(|plan| {
            let mut id = 0;
            let mut all = Vec::new();
            for (index, (hole, parts, is_album)) in plan.into_iter().enumerate() {
                id += hole;
                for _ in 0..if is_album { parts } else { 1 } {
                    all.push(message(id, is_album.then_some(index as i64)));
                    id += 1;
                }
            }
            all
        })
    }

    proptest! {
        #[test]
        fn a_history_read_in_slices_is_the_same_posts(history in history(), limit in 11..100_usize) {
            let mut read = Vec::new();
            let mut below = i32::MAX;
            loop {
                let slice: Vec<Message> =
                    history.iter().rev().filter(|message| message.id < below).take(limit).cloned().collect();
                let is_end = slice.len() < limit;
                let taken = if is_end { slice } else { without_cut_album(&slice) };
                below = taken.iter().map(|message| message.id).min().unwrap_or(below);
                read.extend(posts_of(&taken));
                if is_end { break; }
            }
            read.sort_by_key(|post| post.id);
            prop_assert_eq!(read, posts_of(&history));
        }

        #[test]
        fn the_order_of_messages_does_not_matter(history in history(), seed in any::<prop::sample::Index>()) {
            let mut turned = history.clone();
            turned.rotate_left(seed.index(history.len()));
            prop_assert_eq!(posts_of(&turned), posts_of(&history));
        }
    }
}
