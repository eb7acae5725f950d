//! Collecting by the bot: what Telegram tells an administrator of a channel without being asked, and the number of
//! members, which is asked for. Views, and posts from before the bot came, are never told.
//!
//! What is heard is nobody's request: it goes to every workspace that has connected the channel this way.

use domain::analytics::history::DailyFact;
use domain::channels::Channel;
use domain::collect::connection::{Connection, Mode, Obstacle};
use domain::ids::ChannelId;
use domain::posts::{Counters, MediaType, Snapshot, Source};
use domain::zone::{Zone, add_days};
use jiff::civil::Date;
use store::Tx;
use store::collect::member_changes::{self, MemberChange};
use store::collect::{self, PostFacts, Series, albums, connections};
use telegram::{BotApi, CallError, bot_api};

use super::connection::{Connected, Introduced, connect_in};
use crate::identity::{Viewer, permission, require};
use crate::{Ctx, Result};

/// Job: asks for the number of members of every channel the bot administers.
pub struct CountMembers;

impl CountMembers {
    pub const KIND: &'static str = "count-members";
}

/// A post as the bot hears it, new or edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardPost {
    pub message_id: i64,
    /// unix seconds
    pub date: i64,
    /// Telegram's `media_group_id`
    pub album: Option<String>,
    pub media: MediaType,
    pub forwarded: bool,
    pub text: Option<String>,
}

/// Somebody came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeardChange {
    pub update_id: i64,
    /// unix seconds
    pub at: i64,
    pub joined: bool,
    /// address and name of the invitation link they came by
    pub link: Option<(String, Option<String>)>,
}

/// Why a channel is not connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no bot here: whoever runs this server sets telegram.bot_token")]
    Off,
    #[error("this is not a channel")]
    NotAChannel,
    #[error("the bot is no administrator of the channel")]
    BotNotAdministrator,
    #[error("you are no administrator of the channel")]
    PersonNotAdministrator,
    #[error("Telegram asks to wait for {seconds} s")]
    Wait { seconds: u32 },
    #[error("Telegram cannot be reached just now")]
    Unreachable,
}

/// Connects a channel that the bot and the viewer both administer; Telegram is asked whether they do. `chat_id` is as
/// the Bot API writes it.
pub async fn connect(ctx: &Ctx, viewer: &Viewer, chat_id: i64) -> Result<Result<Connected, Refusal>> {
    require(viewer, permission::ADD_CHANNEL)?;
    let Some(api) = &ctx.bot_api else { return Ok(Err(Refusal::Off)) };
    let Some(person) = viewer.person().and_then(|person| person.telegram_id) else {
        return Ok(Err(Refusal::PersonNotAdministrator));
    };
    let (introduced, members) = match inspect(api, person, chat_id).await {
        Ok(seen) => seen,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut tx = ctx.db.write().await?;
    let connected = connect_in(ctx, &mut tx, viewer, &introduced, Mode::Bot).await?;
    note_members(ctx, &mut tx, connected.channel.id, members).await?;
    tx.commit().await?;
    Ok(Ok(connected))
}

/// What the channel is called, and how many follow it.
async fn inspect(api: &BotApi, person: i64, chat_id: i64) -> std::result::Result<(Introduced, i64), Refusal> {
    let telegram_id = bot_api::channel_id(chat_id).ok_or(Refusal::NotAChannel)?;
    let chat = api.chat(chat_id).await.map_err(refusal)?;
    if !chat.is_channel {
        return Err(Refusal::NotAChannel);
    }
    if !api.administers(chat_id, api.bot_id()).await.map_err(refusal)? {
        return Err(Refusal::BotNotAdministrator);
    }
    if !api.administers(chat_id, person).await.map_err(refusal)? {
        return Err(Refusal::PersonNotAdministrator);
    }
    let members = api.member_count(chat_id).await.map_err(refusal)?;
    let title = chat.title.unwrap_or_else(|| telegram_id.to_string());
    Ok((Introduced { telegram_id: Some(telegram_id), username: chat.username, title, zone: None }, members))
}

fn refusal(error: CallError) -> Refusal {
    match error {
        CallError::Wait { seconds } => Refusal::Wait { seconds },
        // Telegram tells a bot nothing of a private channel it is not in
        CallError::NotMember | CallError::NotFound | CallError::Blocked => Refusal::BotNotAdministrator,
        error => {
            tracing::warn!("a channel could not be looked at: {error}");
            Refusal::Unreachable
        }
    }
}

/// A channel published or edited a post. `telegram_id` is positive, here and below.
pub async fn hear_post(ctx: &Ctx, telegram_id: i64, heard: &HeardPost) -> Result<()> {
    for connection in connected(ctx, telegram_id).await? {
        let channel = connection.channel_id;
        let mut tx = ctx.db.write().await?;
        let facts = facts(&mut tx, channel, heard).await?;
        let written = collect::upsert_posts(&mut tx, channel, &[facts]).await?;
        finish(ctx, &mut tx, channel, !written.is_unchanged()).await?;
        tx.commit().await?;
    }
    Ok(())
}

async fn facts(tx: &mut Tx, channel: ChannelId, heard: &HeardPost) -> Result<PostFacts> {
    let album = match &heard.album {
        Some(album) => Some(albums::add_message(tx, channel, album, heard.message_id).await?),
        None => None,
    };
    Ok(PostFacts {
        post_id: album.map_or(heard.message_id, |album| album.post_id),
        date_utc: heard.date,
        counters: Counters::default(),
        counted_at: None,
        media_type: Some(if album.is_some() { MediaType::Album } else { heard.media }),
        album_size: album.map(|album| album.messages),
        forwarded: Some(heard.forwarded),
        source: Source::Measured,
        text: heard.text.clone().filter(|text| !text.is_empty()),
    })
}

/// How many reactions a post has by now; of a post that is not known it says nothing.
pub async fn hear_reactions(ctx: &Ctx, telegram_id: i64, message_id: i64, reactions: i64, at: i64) -> Result<()> {
    for connection in connected(ctx, telegram_id).await? {
        let channel = connection.channel_id;
        let mut tx = ctx.db.write().await?;
        let post_id = albums::post_of(&mut tx, channel, message_id).await?;
        if !collect::find_posts(&mut tx, channel, std::iter::once(post_id)).await?.contains_key(&post_id) {
            continue;
        }
        let counters = Counters { reactions: Some(reactions), ..Counters::default() };
        let series = Series { post_id, snapshots: vec![Snapshot { at, counters }] };
        let written = collect::merge_snapshots(&mut tx, channel, &[series]).await?;
        finish(ctx, &mut tx, channel, !written.is_unchanged()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Somebody came or went; told twice, it counts once.
pub async fn hear_change(ctx: &Ctx, telegram_id: i64, heard: &HeardChange) -> Result<()> {
    let day = Zone::utc().day(heard.at);
    for connection in connected(ctx, telegram_id).await? {
        let channel = connection.channel_id;
        let (invite_link, link_name) = heard.link.clone().unzip();
        let change = MemberChange {
            update_id: heard.update_id,
            at: heard.at,
            day,
            joined: heard.joined,
            invite_link,
            link_name: link_name.flatten(),
        };
        let mut tx = ctx.db.write().await?;
        let is_new = member_changes::insert(&mut tx, channel, &change).await?;
        if is_new && is_whole(&connection, day) {
            let fact = flow(&mut tx, channel, day).await?;
            collect::upsert_daily(&mut tx, channel, &[fact]).await?;
        }
        finish(ctx, &mut tx, channel, is_new).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The bot was made an administrator of a channel, or is none any more.
pub async fn hear_standing(ctx: &Ctx, telegram_id: i64, is_administrator: bool) -> Result<()> {
    for connection in connected(ctx, telegram_id).await? {
        let mut tx = ctx.db.write().await?;
        if is_administrator {
            connections::heard(&mut tx, connection.channel_id, Mode::Bot, ctx.now()).await?;
        } else {
            let obstacle = Obstacle::NotAdministrator;
            connections::blocked(&mut tx, connection.channel_id, Mode::Bot, obstacle, None).await?;
        }
        collect::bump(&mut tx, connection.channel_id, ctx.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The channels whose members the bot is to count, for the job.
pub async fn counted(ctx: &Ctx) -> Result<Vec<Connection>> {
    Ok(connections::list_by_mode(&mut ctx.db.read().await?, Mode::Bot).await?)
}

/// Asks for the number of members of one channel and notes it for today; yesterday's comings and goings are complete
/// by now. What Telegram refuses becomes the connection's obstacle.
pub async fn count_members(ctx: &Ctx, connection: &Connection) -> Result<()> {
    let Some(api) = &ctx.bot_api else { return Ok(()) };
    let found = store::channels::find(&mut ctx.db.read().await?, connection.channel_id).await?;
    let Some(Channel { id, telegram_id: Some(telegram_id), .. }) = found else { return Ok(()) };
    let asked = members_as_administrator(api, bot_api::chat_id(telegram_id)).await;
    let now = ctx.now();
    let mut tx = ctx.db.write().await?;
    match asked {
        Ok(members) => {
            let yesterday = add_days(Zone::utc().day(now), -1);
            if connection.obstacle.is_none() && is_whole(connection, yesterday) {
                let fact = flow(&mut tx, id, yesterday).await?;
                collect::upsert_daily(&mut tx, id, &[fact]).await?;
            }
            note_members(ctx, &mut tx, id, members).await?;
        }
        Err(error) => {
            tracing::warn!(channel = id.0, "members cannot be counted: {error}");
            let (obstacle, until) = match error {
                // what is known of the rights stays: when they are back, collecting begins anew
                _ if connection.obstacle == Some(Obstacle::NotAdministrator) => (Obstacle::NotAdministrator, None),
                CallError::Wait { seconds } => (Obstacle::FloodWait, Some(now + i64::from(seconds))),
                CallError::Unreachable(_) | CallError::Token => (Obstacle::Unreachable, None),
                _ => (Obstacle::NotAdministrator, None),
            };
            connections::blocked(&mut tx, id, Mode::Bot, obstacle, until).await?;
            if connection.obstacle != Some(obstacle) {
                collect::bump(&mut tx, id, now).await?;
            }
        }
    }
    Ok(tx.commit().await?)
}

/// Of a public channel anybody is told the number; it must not hide that the bot hears nothing else any more.
async fn members_as_administrator(api: &BotApi, chat_id: i64) -> std::result::Result<i64, CallError> {
    if api.administers(chat_id, api.bot_id()).await? {
        api.member_count(chat_id).await
    } else {
        Err(CallError::NotMember)
    }
}

async fn connected(ctx: &Ctx, telegram_id: i64) -> Result<Vec<Connection>> {
    Ok(connections::find_by_telegram(&mut ctx.db.read().await?, telegram_id, Mode::Bot).await?)
}

/// The bot was there from the day's beginning: on the day it came, some had come and gone before.
fn is_whole(connection: &Connection, day: Date) -> bool {
    connection.connected_at <= Zone::utc().midnight(day)
}

async fn flow(tx: &mut Tx, channel: ChannelId, day: Date) -> Result<DailyFact> {
    let flow = member_changes::flow(tx, channel, day).await?;
    Ok(DailyFact { joined: Some(flow.joined), left: Some(flow.left), ..DailyFact::told_by(Source::Measured, day) })
}

async fn note_members(ctx: &Ctx, tx: &mut Tx, channel: ChannelId, members: i64) -> Result<()> {
    let today = Zone::utc().day(ctx.now());
    let fact = DailyFact { subscribers: Some(members), ..DailyFact::told_by(Source::Measured, today) };
    collect::upsert_daily(tx, channel, &[fact]).await?;
    finish(ctx, tx, channel, true).await
}

async fn finish(ctx: &Ctx, tx: &mut Tx, channel: ChannelId, is_news: bool) -> Result<()> {
    connections::heard(tx, channel, Mode::Bot, ctx.now()).await?;
    if is_news {
        collect::bump(tx, channel, ctx.now()).await?;
    }
    Ok(())
}
