//! Finding channels, and who is in them.

use grammers_tl_types::{enums, functions, types};

use crate::world::{Channel, State};

use super::{Caller, Failure, shape};

pub fn resolve_username(
    caller: &Caller<'_>,
    call: functions::contacts::ResolveUsername,
) -> Result<enums::contacts::ResolvedPeer, Failure> {
    let account = caller.account()?;
    let mut state = caller.centres.world.lock();
    if let Some(bot) = state.bots.values().find(|bot| bot.username.eq_ignore_ascii_case(&call.username)) {
        let peer = types::PeerUser { user_id: bot.id }.into();
        let users = vec![shape::bot(bot.id, &bot.name, &bot.username)];
        return Ok(types::contacts::ResolvedPeer { peer, chats: Vec::new(), users }.into());
    }
    let channel = state
        .channel_named(&call.username)
        .filter(|channel| !channel.private || channel.joined.contains(&account))
        .ok_or_else(|| Failure::new(400, "USERNAME_NOT_OCCUPIED"))?;
    let peer = shape::peer(channel.id);
    let chats = vec![shape::chat(&caller.centres.world, channel, account)];
    Ok(types::contacts::ResolvedPeer { peer, chats, users: Vec::new() }.into())
}

pub fn get_channels(
    caller: &Caller<'_>,
    call: functions::channels::GetChannels,
) -> Result<enums::messages::Chats, Failure> {
    let account = caller.account()?;
    let state = caller.centres.world.lock();
    let chats = call
        .id
        .iter()
        .map(|input| Ok(shape::chat(&caller.centres.world, caller.channel(&state, input)?, account)))
        .collect::<Result<_, Failure>>()?;
    Ok(types::messages::Chats { chats }.into())
}

pub fn get_full_channel(
    caller: &Caller<'_>,
    call: functions::channels::GetFullChannel,
) -> Result<enums::messages::ChatFull, Failure> {
    let account = caller.account()?;
    let state = caller.centres.world.lock();
    let channel = caller.channel(&state, &call.channel)?;
    Ok(types::messages::ChatFull {
        full_chat: shape::channel_full(&caller.centres.world, channel, account).into(),
        chats: vec![shape::chat(&caller.centres.world, channel, account)],
        users: Vec::new(),
    }
    .into())
}

/// Who of the accounts and bots is in a channel, in Telegram's words.
fn participant(caller: &Caller<'_>, channel: &Channel, id: i64) -> enums::ChannelParticipant {
    let date = channel.created as i32;
    if channel.admins.contains(&id) {
        types::ChannelParticipantAdmin {
            can_edit: false,
            is_self: caller.account == Some(id),
            user_id: id,
            inviter_id: (caller.account == Some(id)).then_some(id),
            promoted_by: id,
            date,
            admin_rights: shape::admin_rights(),
            rank: None,
        }
        .into()
    } else {
        types::ChannelParticipant { user_id: id, date, subscription_until_date: None, rank: None }.into()
    }
}

fn person(caller: &Caller<'_>, state: &State, id: i64) -> Option<enums::User> {
    let account = state.accounts.get(&id).map(|account| shape::user(&account.plan, caller.account == Some(id)));
    account.or_else(|| state.bots.get(&id).map(|bot| shape::bot(id, &bot.name, &bot.username)))
}

pub fn get_participants(
    caller: &Caller<'_>,
    call: functions::channels::GetParticipants,
) -> Result<enums::channels::ChannelParticipants, Failure> {
    let account = caller.account()?;
    let state = caller.centres.world.lock();
    let channel = caller.channel(&state, &call.channel)?;
    if !channel.admins.contains(&account) {
        return Err(Failure::new(400, "CHAT_ADMIN_REQUIRED"));
    }
    let ids: Vec<i64> = match call.filter {
        enums::ChannelParticipantsFilter::ChannelParticipantsAdmins => channel.admins.iter().copied().collect(),
        enums::ChannelParticipantsFilter::ChannelParticipantsBots => {
            channel.joined.iter().copied().filter(|id| state.bots.contains_key(id)).collect()
        }
        _ => channel.joined.iter().copied().collect(),
    };
    let page = ids.iter().skip(call.offset.max(0) as usize).take(call.limit.clamp(0, 200) as usize);
    let page: Vec<i64> = page.copied().collect();
    Ok(types::channels::ChannelParticipants {
        count: ids.len() as i32,
        participants: page.iter().map(|id| participant(caller, channel, *id)).collect(),
        chats: vec![shape::chat(&caller.centres.world, channel, account)],
        users: page.iter().filter_map(|id| person(caller, &state, *id)).collect(),
    }
    .into())
}

pub fn get_participant(
    caller: &Caller<'_>,
    call: functions::channels::GetParticipant,
) -> Result<enums::channels::ChannelParticipant, Failure> {
    let account = caller.account()?;
    let state = caller.centres.world.lock();
    let channel = caller.channel(&state, &call.channel)?;
    let id = match &call.participant {
        enums::InputPeer::PeerSelf => account,
        enums::InputPeer::User(user) => user.user_id,
        _ => return Err(Failure::new(400, "PARTICIPANT_ID_INVALID")),
    };
    if !channel.joined.contains(&id) {
        return Err(Failure::new(400, "USER_NOT_PARTICIPANT"));
    }
    Ok(types::channels::ChannelParticipant {
        participant: participant(caller, channel, id),
        chats: vec![shape::chat(&caller.centres.world, channel, account)],
        users: person(caller, &state, id).into_iter().collect(),
    }
    .into())
}

/// Lets the account follow a channel, or not any more; the update that says so.
fn follow(caller: &Caller<'_>, input: &enums::InputChannel, follow: bool) -> Result<enums::Updates, Failure> {
    let account = caller.account()?;
    let mut state = caller.centres.world.lock();
    let id = caller.channel(&state, input)?.id;
    let Some(channel) = state.channels.get_mut(&id) else { return Err(Failure::new(400, "CHANNEL_INVALID")) };
    if follow {
        channel.members += i32::from(channel.joined.insert(account));
    } else if channel.joined.remove(&account) {
        channel.admins.remove(&account);
        channel.members -= 1;
    } else {
        return Err(Failure::new(400, "USER_NOT_PARTICIPANT"));
    }
    Ok(types::Updates {
        updates: vec![types::UpdateChannel { channel_id: id }.into()],
        users: Vec::new(),
        chats: vec![shape::chat(&caller.centres.world, channel, account)],
        date: caller.now as i32,
        seq: 0,
    }
    .into())
}

pub fn join_channel(
    caller: &Caller<'_>,
    call: functions::channels::JoinChannel,
) -> Result<enums::messages::ChatInviteJoinResult, Failure> {
    let updates = follow(caller, &call.channel, true)?;
    Ok(types::messages::ChatInviteJoinResultOk { updates }.into())
}

pub fn leave_channel(caller: &Caller<'_>, call: functions::channels::LeaveChannel) -> Result<enums::Updates, Failure> {
    follow(caller, &call.channel, false)
}
