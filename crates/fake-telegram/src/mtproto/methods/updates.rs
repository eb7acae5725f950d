//! How clients follow a channel: states, differences, pushes.

use grammers_tl_types::{enums, functions, types};

use crate::world::{Channel, Event, Post, Push, Recorded};

use super::{Caller, Failure, shape};

/// Seconds until a client should ask again.
const ASK_AGAIN_S: i32 = 30;
/// Events in one difference at most, whatever the client allows.
const EVENTS_MAX: usize = 100;

pub fn get_state(caller: &Caller<'_>, _: functions::updates::GetState) -> Result<enums::updates::State, Failure> {
    caller.account()?;
    Ok(types::updates::State { pts: 1, qts: 0, date: caller.now as i32, seq: 0, unread_count: 0 }.into())
}

/// Nothing happens outside of channels.
pub fn get_difference(
    caller: &Caller<'_>,
    _: functions::updates::GetDifference,
) -> Result<enums::updates::Difference, Failure> {
    caller.account()?;
    Ok(types::updates::DifferenceEmpty { date: caller.now as i32, seq: 0 }.into())
}

pub fn get_channel_difference(
    caller: &Caller<'_>,
    call: functions::updates::GetChannelDifference,
) -> Result<enums::updates::ChannelDifference, Failure> {
    let state = caller.centres.world.lock();
    let channel = caller.channel(&state, &call.channel)?;
    let missed = missed(channel, call.pts);
    if missed.is_empty() && call.pts >= channel.pts {
        let timeout = Some(ASK_AGAIN_S);
        return Ok(types::updates::ChannelDifferenceEmpty { r#final: true, pts: channel.pts, timeout }.into());
    }
    let account = caller.account()?;
    let before_all = channel.events.first().map_or(channel.pts, |first| first.pts - first.pts_count);
    if call.pts < before_all || missed.len() > caller.centres.world.scenario.difference_events {
        let newest: Vec<&Post> = channel.posts.values().rev().take(10).collect();
        let mentioned = shape::mentioned(channel.id, newest.iter().copied());
        return Ok(types::updates::ChannelDifferenceTooLong {
            r#final: true,
            timeout: Some(ASK_AGAIN_S),
            dialog: shape::dialog(channel),
            messages: newest.iter().map(|post| shape::message(channel, post, caller.now)).collect(),
            chats: shape::chats(&caller.centres.world, &state, account, mentioned),
            users: Vec::new(),
        }
        .into());
    }
    let page = &missed[..missed.len().min((call.limit.max(1) as usize).min(EVENTS_MAX))];
    let pts = page.last().map_or(channel.pts, |recorded| recorded.pts);
    let new_posts: Vec<&Post> = page
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::New(id) => channel.posts.get(id),
            _ => None,
        })
        .collect();
    let others = page.iter().filter(|recorded| !matches!(recorded.event, Event::New(_)));
    let mentioned = shape::mentioned(channel.id, new_posts.iter().copied());
    Ok(types::updates::ChannelDifference {
        r#final: page.len() == missed.len(),
        pts,
        timeout: Some(ASK_AGAIN_S),
        new_messages: new_posts.iter().map(|post| shape::message(channel, post, caller.now)).collect(),
        other_updates: others.filter_map(|recorded| update(channel, recorded, caller.now)).collect(),
        chats: shape::chats(&caller.centres.world, &state, account, mentioned),
        users: Vec::new(),
    }
    .into())
}

/// What happened after `pts`.
fn missed(channel: &Channel, pts: i32) -> &[Recorded] {
    let from = channel.events.partition_point(|recorded| recorded.pts <= pts);
    &channel.events[from..]
}

/// An event as an update; `None` when the post is gone since.
fn update(channel: &Channel, recorded: &Recorded, now: i64) -> Option<enums::Update> {
    let (pts, pts_count) = (recorded.pts, recorded.pts_count);
    Some(match &recorded.event {
        Event::New(id) => {
            let message = shape::message(channel, channel.posts.get(id)?, now);
            types::UpdateNewChannelMessage { message, pts, pts_count }.into()
        }
        Event::Edited(id) => {
            let message = shape::message(channel, channel.posts.get(id)?, now);
            types::UpdateEditChannelMessage { message, pts, pts_count }.into()
        }
        Event::Deleted(ids) => {
            let messages = ids.clone();
            types::UpdateDeleteChannelMessages { channel_id: channel.id, messages, pts, pts_count }.into()
        }
    })
}

/// A push as this connection's client gets it, if it is for it: only members hear of a channel.
pub fn pushed(caller: &Caller<'_>, push: &Push) -> Option<enums::Updates> {
    let state = caller.centres.world.lock();
    let (channel, updates) = match push {
        Push::LoginToken { key } => {
            let short = types::UpdateShort { update: enums::Update::LoginToken, date: caller.now as i32 };
            return (*key == caller.key).then(|| short.into());
        }
        Push::Event { channel, pts } => {
            let channel = state.channels.get(channel)?;
            let recorded = channel.events.iter().rev().find(|recorded| recorded.pts == *pts)?;
            (channel, vec![update(channel, recorded, caller.now)?])
        }
        Push::Counters { channel, post } => {
            let channel = state.channels.get(channel)?;
            let post = channel.posts.get(post)?;
            (channel, counters(channel, post, caller.now))
        }
    };
    let account = caller.account.filter(|account| channel.joined.contains(account) && !channel.private)?;
    let posts = updates.iter().filter_map(|update| match update {
        enums::Update::NewChannelMessage(new) => channel.posts.get(&new.message.id()),
        _ => None,
    });
    let mentioned = shape::mentioned(channel.id, posts);
    let chats = shape::chats(&caller.centres.world, &state, account, mentioned);
    Some(types::Updates { updates, users: Vec::new(), chats, date: caller.now as i32, seq: 0 }.into())
}

fn counters(channel: &Channel, post: &Post, now: i64) -> Vec<enums::Update> {
    let counts = post.counts(now);
    let mut updates = Vec::new();
    if let Some(views) = counts.views {
        let views = views as i32;
        updates.push(types::UpdateChannelMessageViews { channel_id: channel.id, id: post.id, views }.into());
    }
    if let Some(forwards) = counts.forwards {
        let forwards = forwards as i32;
        updates.push(types::UpdateChannelMessageForwards { channel_id: channel.id, id: post.id, forwards }.into());
    }
    if let Some(reactions) = shape::reactions(post, now) {
        let peer = shape::peer(channel.id);
        let update =
            types::UpdateMessageReactions { peer, msg_id: post.id, top_msg_id: None, saved_peer_id: None, reactions };
        updates.push(update.into());
    }
    updates
}
