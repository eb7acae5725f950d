//! Channels: finding them, and what they say about themselves.

use std::fmt;

use grammers_tl_types::{enums, functions, types};
use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::error::CallError;

/// A channel as an account addresses it: the access hash is good for that account only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Telegram's, positive.
    pub id: i64,
    pub access_hash: i64,
    /// Without `@`.
    pub username: Option<String>,
    pub title: String,
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("id", &self.id).field("username", &self.username).finish_non_exhaustive()
    }
}

impl Peer {
    pub(crate) fn channel(&self) -> enums::InputChannel {
        types::InputChannel { channel_id: self.id, access_hash: self.access_hash }.into()
    }

    pub(crate) fn input(&self) -> enums::InputPeer {
        types::InputPeerChannel { channel_id: self.id, access_hash: self.access_hash }.into()
    }
}

/// What a channel says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FullChannel {
    pub id: i64,
    pub title: String,
    /// Without `@`.
    pub username: Option<String>,
    pub about: String,
    /// When it was made, unix seconds; for members, when they joined.
    pub created_at: i64,
    pub members: Option<i64>,
    pub is_administrator: bool,
    pub is_member: bool,
    pub can_view_stats: bool,
    /// Data centre that answers for its statistics.
    pub stats_dc: Option<i32>,
    /// Its discussion group.
    pub linked_chat_id: Option<i64>,
}

impl Account {
    /// The channel of this public name; with or without `@`.
    pub async fn resolve(&self, username: &str) -> Result<Peer, CallError> {
        let username = username.trim().trim_start_matches('@').to_owned();
        let request = functions::contacts::ResolveUsername { username, referer: None };
        let enums::contacts::ResolvedPeer::Peer(found) = self.wire.call(self.home(), &request).await?;
        let enums::Peer::Channel(types::PeerChannel { channel_id }) = found.peer else {
            return Err(CallError::NotAChannel);
        };
        let chat = found.chats.into_iter().find(|chat| chat.id() == channel_id).ok_or(CallError::NotFound)?;
        let peer = match chat {
            enums::Chat::Channel(channel) if channel.megagroup => return Err(CallError::NotAChannel),
            enums::Chat::Channel(channel) => peer(channel).ok_or(CallError::NotFound)?,
            enums::Chat::ChannelForbidden(_) => return Err(CallError::Private),
            _ => return Err(CallError::NotAChannel),
        };
        self.wire.session.remember_channel(peer.id, peer.access_hash);
        Ok(peer)
    }

    /// A channel this account has met before, without asking Telegram; its names are not remembered.
    pub fn known_peer(&self, id: i64) -> Option<Peer> {
        let access_hash = self.wire.session.channel(id)?;
        Some(Peer { id, access_hash, username: None, title: String::new() })
    }

    pub async fn full_channel(&self, peer: &Peer) -> Result<FullChannel, CallError> {
        let request = functions::channels::GetFullChannel { channel: peer.channel() };
        let enums::messages::ChatFull::Full(answer) = self.wire.call(self.home(), &request).await?;
        let enums::ChatFull::ChannelFull(full) = answer.full_chat else { return Err(CallError::NotAChannel) };
        let chat = answer.chats.into_iter().find(|chat| chat.id() == peer.id);
        let channel = match chat {
            Some(enums::Chat::Channel(channel)) => channel,
            Some(enums::Chat::ChannelForbidden(_)) => return Err(CallError::Private),
            _ => return Err(CallError::NotFound),
        };
        Ok(FullChannel {
            id: full.id,
            username: public_name(&channel),
            is_administrator: channel.creator || channel.admin_rights.is_some(),
            is_member: !channel.left,
            created_at: i64::from(channel.date),
            title: channel.title,
            about: full.about,
            members: full.participants_count.map(i64::from),
            can_view_stats: full.can_view_stats,
            stats_dc: full.stats_dc,
            linked_chat_id: full.linked_chat_id,
        })
    }
}

/// `None` without an access hash, or with one that opens nothing.
pub(crate) fn peer(channel: types::Channel) -> Option<Peer> {
    if channel.min {
        return None;
    }
    let username = public_name(&channel);
    Some(Peer { id: channel.id, access_hash: channel.access_hash?, username, title: channel.title })
}

/// The first active name: a channel may have several.
pub(crate) fn public_name(channel: &types::Channel) -> Option<String> {
    channel.username.clone().or_else(|| {
        let names = channel.usernames.iter().flatten().map(|enums::Username::Username(name)| name);
        names.filter(|name| name.active).map(|name| name.username.clone()).next()
    })
}
