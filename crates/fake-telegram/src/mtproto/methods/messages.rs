//! Posts: history, by id, counters.

use std::collections::BTreeMap;

use grammers_tl_types::{enums, functions, types};

use crate::world::{Channel, Post, State};

use super::{Caller, Failure, shape};

/// Telegram answers no more at once, whatever is asked for.
const PAGE_MAX: usize = 100;

/// Telegram's order: newest first, cut from `offset_id` on, moved by `add_offset`, cut to `limit`, and only then
/// `max_id` and `min_id` take out what does not fit.
pub fn get_history(
    caller: &Caller<'_>,
    call: functions::messages::GetHistory,
) -> Result<enums::messages::Messages, Failure> {
    let state = caller.centres.world.lock();
    let channel = caller.peer(&state, &call.peer)?;
    let page = window(&channel.posts, &call)
        .into_iter()
        .filter(|post| call.max_id <= 0 || post.id < call.max_id)
        .filter(|post| post.id > call.min_id)
        .collect();
    answer(caller, &state, channel, page)
}

/// The cut without `max_id` and `min_id`, newest first. A negative `add_offset` reaches back to newer posts, and what it
/// would reach beyond the newest one is lost.
fn window<'p>(posts: &'p BTreeMap<i32, Post>, call: &functions::messages::GetHistory) -> Vec<&'p Post> {
    let limit = (call.limit.max(0) as usize).min(PAGE_MAX);
    let offset = if call.offset_id > 0 {
        call.offset_id
    } else if call.offset_date > 0 {
        let newest = posts.values().rev().find(|post| post.date < i64::from(call.offset_date));
        newest.map_or(0, |post| post.id + 1)
    } else {
        i32::MAX
    };
    let older = posts.range(..offset).rev().map(|(_, post)| post);
    if call.add_offset >= 0 {
        return older.skip(call.add_offset as usize).take(limit).collect();
    }
    let back = call.add_offset.unsigned_abs() as usize;
    let mut page: Vec<&Post> = posts.range(offset..).take(back).map(|(_, post)| post).collect();
    page.reverse();
    page.truncate(page.len().saturating_sub(back.saturating_sub(limit)));
    page.extend(older.take(limit.saturating_sub(back)));
    page
}

fn answer(
    caller: &Caller<'_>,
    state: &State,
    channel: &Channel,
    page: Vec<&Post>,
) -> Result<enums::messages::Messages, Failure> {
    let mentioned = shape::mentioned(channel.id, page.iter().copied());
    Ok(types::messages::ChannelMessages {
        inexact: false,
        pts: channel.pts,
        count: channel.posts.len() as i32,
        offset_id_offset: None,
        messages: page.iter().map(|post| shape::message(channel, post, caller.now)).collect(),
        topics: Vec::new(),
        chats: shape::chats(&caller.centres.world, state, caller.account()?, mentioned),
        users: Vec::new(),
    }
    .into())
}

pub fn get_by_id(
    caller: &Caller<'_>,
    call: functions::channels::GetMessages,
) -> Result<enums::messages::Messages, Failure> {
    let state = caller.centres.world.lock();
    let channel = caller.channel(&state, &call.channel)?;
    let ids = call.id.iter().take(PAGE_MAX).filter_map(|input| match input {
        enums::InputMessage::Id(message) => Some(message.id),
        enums::InputMessage::Pinned => channel.posts.values().rev().find(|post| post.pinned).map(|post| post.id),
        _ => None,
    });
    let ids: Vec<i32> = ids.collect();
    let found = || ids.iter().filter_map(|id| channel.posts.get(id));
    let messages = ids.iter().map(|id| match channel.posts.get(id) {
        Some(post) => shape::message(channel, post, caller.now),
        None => shape::message_empty(channel.id, *id),
    });
    let mentioned = shape::mentioned(channel.id, found());
    Ok(types::messages::ChannelMessages {
        inexact: false,
        pts: channel.pts,
        count: ids.len() as i32,
        offset_id_offset: None,
        messages: messages.collect(),
        topics: Vec::new(),
        chats: shape::chats(&caller.centres.world, &state, caller.account()?, mentioned),
        users: Vec::new(),
    }
    .into())
}

pub fn get_views(
    caller: &Caller<'_>,
    call: functions::messages::GetMessagesViews,
) -> Result<enums::messages::MessageViews, Failure> {
    let mut state = caller.centres.world.lock();
    let id = caller.peer(&state, &call.peer)?.id;
    if call.increment {
        let seen = state.channels.get_mut(&id).map(|channel| &mut channel.posts);
        let seen = seen.into_iter().flatten().filter(|(id, _)| call.id.contains(id));
        seen.for_each(|(_, post)| post.seen += 1);
    }
    let channel = caller.peer(&state, &call.peer)?;
    let nothing = || types::MessageViews { views: None, forwards: None, replies: None }.into();
    let views = call
        .id
        .iter()
        .take(PAGE_MAX)
        .map(|id| channel.posts.get(id).map_or_else(nothing, |post| shape::message_views(post, caller.now)))
        .collect();
    let chats = shape::chats(&caller.centres.world, &state, caller.account()?, [channel.id]);
    Ok(types::messages::MessageViews { views, chats, users: Vec::new() }.into())
}

/// All of them at once: an account of a scenario is in a few channels.
pub fn get_dialogs(
    caller: &Caller<'_>,
    _: functions::messages::GetDialogs,
) -> Result<enums::messages::Dialogs, Failure> {
    let account = caller.account()?;
    let state = caller.centres.world.lock();
    let joined: Vec<&Channel> =
        state.channels.values().filter(|channel| channel.joined.contains(&account) && !channel.private).collect();
    let last = joined.iter().filter_map(|channel| {
        let post = channel.posts.values().next_back()?;
        Some(shape::message(channel, post, caller.now))
    });
    let own = shape::user(&caller.account_of(&state)?.plan, true);
    Ok(types::messages::Dialogs {
        dialogs: joined.iter().map(|channel| shape::dialog(channel)).collect(),
        messages: last.collect(),
        chats: joined.iter().map(|channel| shape::chat(&caller.centres.world, channel, account)).collect(),
        users: vec![own],
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::world::World;

    /// Telegram's rule word for word: the whole list newest first, an index, a cut.
    fn by_the_rule(ids: &[i32], offset_id: i32, add_offset: i32, limit: i32) -> Vec<i32> {
        let start = if offset_id > 0 { ids.partition_point(|id| *id >= offset_id) as i32 } else { 0 };
        let end = (start + add_offset + limit.min(PAGE_MAX as i32)).clamp(0, ids.len() as i32);
        let from = (start + add_offset).clamp(0, end);
        ids[from as usize..end as usize].to_vec()
    }

    #[test]
    fn every_window_is_as_the_rule_says() {
        let text = "[[channels]]\nusername = \"a\"\ngenerate = { posts = 30, hole_every = 7 }";
        let world = World::new(Scenario::parse(text).unwrap()).unwrap();
        let state = world.lock();
        let channel = state.channels.values().next().unwrap();
        let ids: Vec<i32> = channel.posts.keys().rev().copied().collect();
        for offset_id in [0, 1_001, 1_002, 1_010, 1_015, 1_036, 2_000] {
            for add_offset in [-40, -10, -5, -1, 0, 1, 7, 40] {
                for limit in [0, 1, 5, 10, 200] {
                    let call = functions::messages::GetHistory {
                        peer: enums::InputPeer::Empty,
                        offset_id,
                        offset_date: 0,
                        add_offset,
                        limit,
                        max_id: 0,
                        min_id: 0,
                        hash: 0,
                    };
                    let found: Vec<i32> = window(&channel.posts, &call).iter().map(|post| post.id).collect();
                    let expected = by_the_rule(&ids, offset_id, add_offset, limit);
                    assert_eq!(found, expected, "offset_id {offset_id}, add_offset {add_offset}, limit {limit}");
                }
            }
        }
    }
}
