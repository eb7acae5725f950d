//! The world in Telegram's types.
//!
//! The large types have no default: they are read from a template in which every flag is off, and then filled.

use std::collections::BTreeSet;

use grammers_tl_types::{Deserializable, Identifiable, enums, types};

use crate::scenario::{AccountPlan, Media, Service};
use crate::world::{Channel, Forward, Post, State, World};

/// Where made-up media lie.
const MEDIA_DC: i32 = 2;

/// A type whose template is `words` in little endian.
///
/// # Panics
/// If the template does not fit the schema: a test of this module builds each of them.
fn bare<T: Deserializable>(words: &[u32]) -> T {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    T::from_bytes(&bytes).unwrap_or_else(|error| panic!("{}: {error}", std::any::type_name::<T>()))
}

const VECTOR: u32 = 0x1cb5_c415;
const PEER_CHANNEL: u32 = types::PeerChannel::CONSTRUCTOR_ID;
const NOTIFY: u32 = types::PeerNotifySettings::CONSTRUCTOR_ID;

pub fn peer(channel: i64) -> enums::Peer {
    types::PeerChannel { channel_id: channel }.into()
}

pub fn admin_rights() -> enums::ChatAdminRights {
    let mut rights: types::ChatAdminRights = bare(&[0]);
    rights.change_info = true;
    rights.post_messages = true;
    rights.edit_messages = true;
    rights.delete_messages = true;
    rights.invite_users = true;
    rights.into()
}

/// What an account sees of a channel; access hashes differ from account to account.
pub fn chat(world: &World, channel: &Channel, account: i64) -> enums::Chat {
    if channel.private {
        let forbidden = types::ChannelForbidden {
            broadcast: true,
            megagroup: false,
            monoforum: false,
            id: channel.id,
            access_hash: access_hash(world, account, channel.id),
            title: channel.title.clone(),
            until_date: None,
        };
        return forbidden.into();
    }
    let mut chat: types::Channel = bare(&[0, 0, 0, 0, 0, types::ChatPhotoEmpty::CONSTRUCTOR_ID, 0]);
    chat.id = channel.id;
    chat.broadcast = true;
    chat.access_hash = Some(access_hash(world, account, channel.id));
    chat.title.clone_from(&channel.title);
    chat.username = Some(channel.username.clone());
    chat.date = channel.created as i32;
    chat.left = !channel.joined.contains(&account);
    chat.admin_rights = channel.admins.contains(&account).then(admin_rights);
    chat.participants_count = Some(channel.members);
    chat.into()
}

pub fn access_hash(world: &World, account: i64, channel: i64) -> i64 {
    world.number(&format!("access {account} {channel}")) as i64
}

/// Channels that messages point at, each once, as an answer must name them.
pub fn chats(world: &World, state: &State, account: i64, ids: impl IntoIterator<Item = i64>) -> Vec<enums::Chat> {
    let ids: BTreeSet<i64> = ids.into_iter().collect();
    ids.iter().filter_map(|id| state.channels.get(id)).map(|channel| chat(world, channel, account)).collect()
}

/// The channel itself and those its posts were forwarded from.
pub fn mentioned<'p>(channel: i64, posts: impl IntoIterator<Item = &'p Post>) -> BTreeSet<i64> {
    let from = posts.into_iter().filter_map(|post| match post.forward {
        Some(Forward::Channel { channel, .. }) => Some(channel),
        _ => None,
    });
    from.chain([channel]).collect()
}

pub fn channel_full(world: &World, channel: &Channel, account: i64) -> types::ChannelFull {
    let photo = types::PhotoEmpty::CONSTRUCTOR_ID;
    let mut full: types::ChannelFull = bare(&[0, 0, 0, 0, 0, 0, 0, 0, photo, 0, 0, NOTIFY, 0, VECTOR, 0, 0]);
    let admin = channel.admins.contains(&account);
    full.id = channel.id;
    full.about.clone_from(&channel.about);
    full.participants_count = Some(channel.members);
    full.admins_count = admin.then_some(channel.admins.len() as i32);
    full.can_view_participants = admin;
    full.can_view_stats = admin && channel.stats;
    full.stats_dc = full.can_view_stats.then_some(world.scenario.stats_dc);
    full.pinned_msg_id = channel.posts.values().rev().find(|post| post.pinned).map(|post| post.id);
    full.pts = channel.pts;
    full
}

pub fn user(plan: &AccountPlan, own: bool) -> enums::User {
    let mut user: types::User = bare(&[0, 0, 0, 0]);
    user.id = plan.id;
    user.is_self = own;
    user.access_hash = Some(plan.id ^ 0x5151);
    user.first_name = Some(plan.first_name.clone());
    user.username.clone_from(&plan.username);
    user.phone = own.then(|| plan.phone.clone());
    user.into()
}

/// A bot, for lists of administrators.
pub fn bot(id: i64, name: &str, username: &str) -> enums::User {
    let mut user: types::User = bare(&[0, 0, 0, 0]);
    user.id = id;
    user.bot = true;
    user.bot_info_version = Some(1);
    user.access_hash = Some(id ^ 0x5151);
    user.first_name = Some(name.to_owned());
    user.username = Some(username.to_owned());
    user.into()
}

pub fn user_full(plan: &AccountPlan) -> types::UserFull {
    let mut full: types::UserFull = bare(&[0, 0, 0, 0, types::PeerSettings::CONSTRUCTOR_ID, 0, NOTIFY, 0, 0]);
    full.id = plan.id;
    full
}

pub fn dialog(channel: &Channel) -> enums::Dialog {
    types::Dialog {
        pinned: false,
        unread_mark: false,
        view_forum_as_messages: false,
        peer: peer(channel.id),
        top_message: channel.posts.keys().next_back().copied().unwrap_or_default(),
        read_inbox_max_id: 0,
        read_outbox_max_id: 0,
        unread_count: 0,
        unread_mentions_count: 0,
        unread_reactions_count: 0,
        unread_poll_votes_count: 0,
        notify_settings: enums::PeerNotifySettings::Settings(bare(&[0])),
        pts: Some(channel.pts),
        draft: None,
        folder_id: None,
        ttl_period: None,
    }
    .into()
}

// ---- messages -------------------------------------------------------------------------------------------------------

/// What is answered for an id without a message.
pub fn message_empty(channel: i64, id: i32) -> enums::Message {
    types::MessageEmpty { id, peer_id: Some(peer(channel)) }.into()
}

/// A post as clients see it at `now`.
pub fn message(channel: &Channel, post: &Post, now: i64) -> enums::Message {
    if let Some(service) = post.service {
        return service_message(channel, post, service);
    }
    let mut message: types::Message = bare(&[0, 0, 0, PEER_CHANNEL, 0, 0, 0, 0]);
    let counts = post.counts(now);
    message.id = post.id;
    message.post = true;
    message.peer_id = peer(channel.id);
    message.date = post.date as i32;
    message.message.clone_from(&post.text);
    message.pinned = post.pinned;
    message.views = counts.views.map(|count| count as i32);
    // one flag for both
    message.forwards = message.views.map(|_| counts.forwards.unwrap_or_default() as i32);
    message.replies = counts.replies.map(replies);
    message.reactions = reactions(post, now);
    message.edit_date = post.edit_date.map(|date| date as i32);
    message.post_author.clone_from(&post.author);
    message.grouped_id = post.grouped_id;
    message.fwd_from = post.forward.as_ref().map(|forward| forward_header(forward, post.date));
    message.media = media(post);
    let entities = entities(&post.text);
    message.entities = (!entities.is_empty()).then_some(entities);
    message.into()
}

/// A constructor that no schema has.
pub const FUTURE_CONSTRUCTOR: u32 = 0x0bad_f00d;

/// Gives posts of the future their constructor in what is about to be sent: the schema's types cannot hold it.
pub fn veil(state: &State, body: &mut [u8]) {
    let future: Vec<[u8; 16]> = state
        .channels
        .values()
        .flat_map(|channel| channel.posts.values().filter(|post| post.future).map(move |post| (channel.id, post.id)))
        .map(|(channel, post)| {
            // behind constructor and flags a message has its id and, as nobody but the channel wrote it, its peer
            let parts = [&post.to_le_bytes()[..], &PEER_CHANNEL.to_le_bytes(), &channel.to_le_bytes()].concat();
            parts.try_into().unwrap_or_default()
        })
        .collect();
    let constructor = types::Message::CONSTRUCTOR_ID.to_le_bytes();
    let mut at = 0;
    while !future.is_empty() && at + 28 <= body.len() {
        let (head, tail) = (&body[at..at + 4], &body[at + 12..at + 28]);
        if head == constructor && future.iter().any(|post| post == tail) {
            body[at..at + 4].copy_from_slice(&FUTURE_CONSTRUCTOR.to_le_bytes());
        }
        at += 4;
    }
}

fn service_message(channel: &Channel, post: &Post, service: Service) -> enums::Message {
    let action = match service {
        Service::Created => types::MessageActionChannelCreate { title: channel.title.clone() }.into(),
        Service::Pinned => enums::MessageAction::PinMessage,
        Service::Renamed => types::MessageActionChatEditTitle { title: channel.title.clone() }.into(),
    };
    types::MessageService {
        out: false,
        mentioned: false,
        media_unread: false,
        reactions_are_possible: false,
        silent: false,
        post: true,
        legacy: false,
        id: post.id,
        from_id: None,
        peer_id: peer(channel.id),
        saved_peer_id: None,
        reply_to: None,
        date: post.date as i32,
        action,
        reactions: None,
        ttl_period: None,
    }
    .into()
}

fn replies(count: i64) -> enums::MessageReplies {
    types::MessageReplies {
        comments: false,
        replies: count as i32,
        replies_pts: 0,
        recent_repliers: None,
        channel_id: None,
        max_id: None,
        read_max_id: None,
    }
    .into()
}

/// What a post's `MessageViews` says.
pub fn message_views(post: &Post, now: i64) -> enums::MessageViews {
    let counts = post.counts(now);
    types::MessageViews {
        views: counts.views.map(|count| count as i32),
        forwards: counts.views.map(|_| counts.forwards.unwrap_or_default() as i32),
        replies: counts.replies.map(replies),
    }
    .into()
}

pub fn reactions(post: &Post, now: i64) -> Option<enums::MessageReactions> {
    let results: Vec<enums::ReactionCount> = post
        .reactions(now)
        .into_iter()
        .map(|(emoticon, count)| {
            let reaction = types::ReactionEmoji { emoticon }.into();
            types::ReactionCount { chosen_order: None, reaction, count: count as i32 }.into()
        })
        .collect();
    (!results.is_empty()).then(|| {
        types::MessageReactions {
            min: false,
            can_see_list: false,
            reactions_as_tags: false,
            results,
            recent_reactions: None,
            top_reactors: None,
        }
        .into()
    })
}

fn forward_header(forward: &Forward, date: i64) -> enums::MessageFwdHeader {
    let mut header: types::MessageFwdHeader = bare(&[0, 0]);
    header.date = date as i32;
    match forward {
        Forward::Channel { channel, post, date } => {
            header.from_id = Some(peer(*channel));
            header.channel_post = Some(*post);
            header.date = *date as i32;
        }
        Forward::Name(name) => header.from_name = Some(name.clone()),
    }
    header.into()
}

fn media(post: &Post) -> Option<enums::MessageMedia> {
    let document = |mime: &str, attributes: Vec<enums::DocumentAttribute>| {
        let mut media: types::MessageMediaDocument = bare(&[0]);
        media.voice = post.media == Media::Voice;
        media.video = matches!(post.media, Media::Video | Media::Gif);
        media.document = Some(
            types::Document {
                id: i64::from(post.id) + 1_000_000,
                access_hash: 1,
                file_reference: vec![1],
                date: post.date as i32,
                mime_type: mime.to_owned(),
                size: 1_000,
                thumbs: None,
                video_thumbs: None,
                dc_id: MEDIA_DC,
                attributes,
            }
            .into(),
        );
        Some(media.into())
    };
    let video = |silent: bool| {
        let mut video: types::DocumentAttributeVideo = bare(&[0, 0, 0, 0, 0]);
        video.duration = 12.0;
        (video.w, video.h) = (640, 360);
        video.nosound = silent;
        video.into()
    };
    let audio = |voice: bool| {
        let audio = types::DocumentAttributeAudio { voice, duration: 12, title: None, performer: None, waveform: None };
        audio.into()
    };
    match post.media {
        Media::Text => None,
        Media::Photo => {
            let mut media: types::MessageMediaPhoto = bare(&[0]);
            let size = types::PhotoSize { r#type: "x".to_owned(), w: 800, h: 600, size: 1_000 };
            media.photo = Some(
                types::Photo {
                    has_stickers: false,
                    id: i64::from(post.id) + 1_000_000,
                    access_hash: 1,
                    file_reference: vec![1],
                    date: post.date as i32,
                    sizes: vec![size.into()],
                    video_sizes: None,
                    dc_id: MEDIA_DC,
                }
                .into(),
            );
            Some(media.into())
        }
        Media::Video => document("video/mp4", vec![video(false)]),
        Media::Gif => document("video/mp4", vec![video(true), enums::DocumentAttribute::Animated]),
        Media::Voice => document("audio/ogg", vec![audio(true)]),
        Media::Audio => document("audio/mpeg", vec![audio(false)]),
        Media::Sticker => {
            let sticker = types::DocumentAttributeSticker {
                mask: false,
                alt: "🙂".to_owned(),
                stickerset: enums::InputStickerSet::Empty,
                mask_coords: None,
            };
            let size = types::DocumentAttributeImageSize { w: 512, h: 512 };
            document("image/webp", vec![size.into(), sticker.into()])
        }
        Media::Document => {
            let name = types::DocumentAttributeFilename { file_name: "report.pdf".to_owned() };
            document("application/pdf", vec![name.into()])
        }
        Media::Link => {
            let webpage = types::WebPageEmpty { id: i64::from(post.id), url: None }.into();
            let mut media: types::MessageMediaWebPage = bare(&[0, types::WebPageEmpty::CONSTRUCTOR_ID, 0, 0, 0]);
            media.webpage = webpage;
            Some(media.into())
        }
        Media::Poll => Some(poll(post)),
    }
}

fn poll(post: &Post) -> enums::MessageMedia {
    let text = |text: &str| types::TextWithEntities { text: text.to_owned(), entities: Vec::new() }.into();
    let answer = |option: u8, of: &str| -> enums::PollAnswer {
        types::PollAnswer { text: text(of), option: vec![option], media: None, added_by: None, date: None }.into()
    };
    let words = types::TextWithEntities::CONSTRUCTOR_ID;
    let mut poll: types::Poll = bare(&[0, 0, 0, words, 0, VECTOR, 0, VECTOR, 0, 0, 0]);
    poll.id = i64::from(post.id);
    poll.question = text("Which one?");
    poll.answers = vec![answer(0, "this"), answer(1, "that")];
    let results = bare::<types::PollResults>(&[0]).into();
    types::MessageMediaPoll { poll: poll.into(), results, attached_media: None }.into()
}

/// Addresses and hashtags; Telegram counts in UTF-16 units.
fn entities(text: &str) -> Vec<enums::MessageEntity> {
    let mut found = Vec::new();
    let mut offset = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let units = |text: &str| text.encode_utf16().count() as i32;
        let bare = word.trim_end();
        let length = units(bare);
        if bare.starts_with("https://") || bare.starts_with("http://") {
            found.push(types::MessageEntityUrl { offset, length }.into());
        } else if bare.len() > 1 && bare.starts_with('#') && bare[1..].chars().all(|c| c.is_alphanumeric() || c == '_')
        {
            found.push(types::MessageEntityHashtag { offset, length }.into());
        }
        offset += units(word);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::world::World;

    #[test]
    fn every_template_fits_the_schema_and_survives_the_wire() {
        use grammers_tl_types::Serializable as _;
        let scenario = Scenario::parse(
            r#"
            [[accounts]]
            id = 1
            first_name = "A"
            phone = "1"
            [[channels]]
            username = "a"
            stats = true
            posts = [
                { service = "created" }, { media = "photo" }, { media = "video" }, { media = "gif" },
                { media = "voice" }, { media = "audio" }, { media = "sticker" }, { media = "document" },
                { media = "link", text = "see https://example.org #news" }, { media = "poll" },
                { forwarded_from = "a/2" }, { forwarded_from = "Somebody" }, { reactions = [["👍", 5]], replies = 3 },
            ]
            "#,
        )
        .unwrap();
        let world = World::new(scenario).unwrap();
        let state = world.lock();
        let channel = state.channels.values().next().unwrap();
        for post in channel.posts.values() {
            let sent = message(channel, post, world.clock.now() + 86_400);
            assert_eq!(enums::Message::from_bytes(&sent.to_bytes()).unwrap().to_bytes(), sent.to_bytes());
        }
        let full: enums::ChatFull = channel_full(&world, channel, 1).into();
        assert!(enums::ChatFull::from_bytes(&full.to_bytes()).is_ok());
        let plan = &state.accounts[&1].plan;
        let full: enums::UserFull = user_full(plan).into();
        assert!(enums::UserFull::from_bytes(&full.to_bytes()).is_ok());
        assert!(enums::Chat::from_bytes(&chat(&world, channel, 1).to_bytes()).is_ok());
        assert!(enums::User::from_bytes(&user(plan, true).to_bytes()).is_ok());
    }

    #[test]
    fn only_a_post_of_the_future_is_veiled() {
        use grammers_tl_types::Serializable as _;
        let text = "[[channels]]\nusername = \"a\"\nposts = [{ text = \"b\", author = \"c\" }, { future = true }]";
        let world = World::new(Scenario::parse(text).unwrap()).unwrap();
        let state = world.lock();
        let channel = state.channels.values().next().unwrap();
        let sent: Vec<Vec<u8>> = channel.posts.values().map(|post| message(channel, post, 0).to_bytes()).collect();
        let mut body = sent.concat();
        veil(&state, &mut body);
        let (readable, veiled) = body.split_at(sent[0].len());
        assert_eq!(readable, sent[0]);
        assert!(enums::Message::from_bytes(veiled).is_err());
        assert_eq!(veiled[4..], sent[1][4..]);
    }

    #[test]
    fn entities_are_counted_in_utf16() {
        let found = entities("😀 #news https://a.b");
        let spans: Vec<(i32, i32)> = found.iter().map(|entity| (entity.offset(), entity.length())).collect();
        assert_eq!(spans, [(3, 5), (9, 11)]);
    }
}
