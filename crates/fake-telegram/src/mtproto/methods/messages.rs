//! Posts: history, by id, counters.

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
    let newest_first: Vec<&Post> = channel.posts.values().rev().collect();
    let start = if call.offset_id > 0 {
        newest_first.partition_point(|post| post.id >= call.offset_id)
    } else if call.offset_date > 0 {
        newest_first.partition_point(|post| post.date >= i64::from(call.offset_date))
    } else {
        0
    };
    let limit = (call.limit.max(0) as usize).min(PAGE_MAX) as i64;
    let from = start as i64 + i64::from(call.add_offset);
    let end = (from + limit).clamp(0, newest_first.len() as i64) as usize;
    let from = (from.max(0) as usize).min(end);
    let page = newest_first[from..end]
        .iter()
        .copied()
        .filter(|post| call.max_id <= 0 || post.id < call.max_id)
        .filter(|post| post.id > call.min_id)
        .collect();
    answer(caller, &state, channel, page, Some(from as i32))
}

fn answer(
    caller: &Caller<'_>,
    state: &State,
    channel: &Channel,
    page: Vec<&Post>,
    offset_id_offset: Option<i32>,
) -> Result<enums::messages::Messages, Failure> {
    let mentioned = shape::mentioned(channel.id, page.iter().copied());
    Ok(types::messages::ChannelMessages {
        inexact: false,
        pts: channel.pts,
        count: channel.posts.len() as i32,
        offset_id_offset,
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
    let state = caller.centres.world.lock();
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
