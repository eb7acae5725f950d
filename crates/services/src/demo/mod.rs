//! Made-up channels, labelled as such wherever they are shown: for a first look, for pictures, for tests. Everything
//! follows from a seed and the moment a channel is made at, and goes on by itself ([`AdvanceDemo`]).

mod audience;
mod cast;
mod dice;
mod speech;
mod world;

use domain::channels::{Channel, ChannelRef};
use domain::posts::{Counters, Source};
use domain::zone::{Zone, add_days};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::channels::NewChannel;
use store::collect::{PostFacts, Series, Written};

use crate::entitlements::{self, Feature};
use crate::identity::{Viewer, permission, require};
use crate::{Ctx, Error, Result, audit, settings};

use world::{MadePost, World, reading_horizon_s};

const DAY_S: i64 = 24 * 3600;
/// Two years make the largest picture worth looking at.
const DAYS_MAX: u32 = 730;

/// Job: brings every demo channel to now.
pub struct AdvanceDemo;

impl AdvanceDemo {
    pub const KIND: &'static str = "advance-demo";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    pub seed: u64,
    pub channels: usize,
    /// length of the past
    pub days: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, channels: 4, days: 120 }
    }
}

/// What became of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Filled {
    pub channel: String,
    pub title: String,
    #[serde(flatten)]
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    Made {
        posts: u64,
        snapshots: u64,
        days: u64,
    },
    /// left as it is
    AlreadyThere,
    /// a channel that is not made up has this name; it is left alone
    NameTaken,
}

/// What a demo channel follows from, kept so that it can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Origin {
    seed: u64,
    /// place in the list of channels
    index: usize,
    /// nothing is older, unix seconds
    from: i64,
}

/// Facts of one channel over some time, ready to write.
struct Facts {
    posts: Vec<PostFacts>,
    series: Vec<Series>,
    daily: Vec<domain::analytics::history::DailyFact>,
    sources: Vec<domain::analytics::history::SourceFact>,
}

/// Makes the channels that are not there yet; the others stay as they are.
pub async fn fill(ctx: &Ctx, viewer: &Viewer, options: Options) -> Result<Vec<Filled>> {
    require(viewer, permission::ADD_CHANNEL)?;
    entitlements::allow(ctx, viewer, Feature::AddChannel).await?;
    check(options)?;
    let mut filled = Vec::new();
    for index in 0..options.channels {
        filled.push(fill_channel(ctx, viewer, index, options).await?);
    }
    Ok(filled)
}

/// The demo channels of all workspaces: the job works for everybody.
pub async fn list_all(ctx: &Ctx) -> Result<Vec<Channel>> {
    let mut tx = ctx.db.read().await?;
    let mut channels = Vec::new();
    for workspace in store::identity::list_all_workspaces(&mut tx).await? {
        let listed = store::channels::list(&mut tx, workspace.id).await?;
        channels.extend(listed.into_iter().filter(|channel| channel.demo));
    }
    Ok(channels)
}

/// Lets a demo channel live up to now: new posts, new readings of young posts, the day's facts. `false` when there
/// was nothing to add.
pub async fn advance(ctx: &Ctx, channel: &Channel) -> Result<bool> {
    let now = ctx.now();
    let mut tx = ctx.db.read().await?;
    let origin: Option<Origin> = settings::read(&mut tx, channel.workspace_id, &origin_key(channel)).await?;
    let as_of = store::analytics::as_of(&mut tx, channel.id).await?;
    drop(tx);
    let Some(origin) = origin.filter(|_| channel.demo) else { return Ok(false) };
    let since = as_of.unwrap_or(origin.from).max(origin.from);
    if now <= since {
        return Ok(false);
    }
    let facts = facts_since(&World::new(origin.seed, origin.index, channel.created_at), origin.from, since, now);
    let mut tx = ctx.db.write().await?;
    // it may have been deleted between the look and now
    if store::channels::find(&mut tx, channel.id).await?.is_none() {
        return Ok(false);
    }
    let (written, ..) = write(&mut tx, channel, &facts).await?;
    if written.is_unchanged() {
        return Ok(false);
    }
    store::collect::bump(&mut tx, channel.id, now).await?;
    tx.commit().await?;
    Ok(true)
}

fn check(options: Options) -> Result<()> {
    if !(1..=cast::CHANNELS_MAX).contains(&options.channels) {
        return Err(Error::invalid("channels", format!("1 to {}", cast::CHANNELS_MAX)));
    }
    if !(1..=DAYS_MAX).contains(&options.days) {
        return Err(Error::invalid("days", format!("1 to {DAYS_MAX}")));
    }
    Ok(())
}

async fn fill_channel(ctx: &Ctx, viewer: &Viewer, index: usize, options: Options) -> Result<Filled> {
    let now = ctx.now();
    let new = new_channel(viewer, index);
    let filled =
        |outcome| Filled { channel: new.username.clone().unwrap_or_default(), title: new.title.clone(), outcome };
    if let Some(there) = find(&mut ctx.db.read().await?, &new).await? {
        return Ok(filled(if there.demo { Outcome::AlreadyThere } else { Outcome::NameTaken }));
    }
    let origin = Origin { seed: options.seed, index, from: first_midnight(&new, options.days, now)? };
    let facts = facts_since(&World::new(options.seed, index, now), origin.from, origin.from, now);
    let mut tx = ctx.db.write().await?;
    let channel = store::channels::insert(&mut tx, &new, now).await?;
    settings::write(ctx, &mut tx, channel.workspace_id, &origin_key(&channel), &origin).await?;
    let (_, posts, snapshots) = write(&mut tx, &channel, &facts).await?;
    store::collect::bump(&mut tx, channel.id, now).await?;
    let outcome = Outcome::Made { posts, snapshots, days: facts.daily.len() as u64 };
    let detail = json!({ "seed": options.seed, "days": options.days });
    audit::record(ctx, &mut tx, viewer, "demo.fill", &channel.slug(), &detail).await?;
    tx.commit().await?;
    Ok(filled(outcome))
}

async fn find(tx: &mut Tx, new: &NewChannel) -> Result<Option<Channel>> {
    let name = ChannelRef::Username(new.username.clone().unwrap_or_default());
    Ok(store::channels::find_by_ref(tx, new.workspace_id, &name).await?)
}

fn new_channel(viewer: &Viewer, index: usize) -> NewChannel {
    let (persona, copy) = cast::at(index);
    // the cast comes round with numbers: Orbit Daily 2
    let numbered = |name: &str, gap: &str| if copy == 0 { name.to_owned() } else { format!("{name}{gap}{}", copy + 1) };
    NewChannel {
        workspace_id: viewer.workspace(),
        telegram_id: None,
        username: Some(numbered(persona.username, "_")),
        title: numbered(persona.title, " "),
        zone: persona.zone.to_owned(),
        demo: true,
    }
}

/// The local midnight that many days before today.
fn first_midnight(new: &NewChannel, days: u32, now: i64) -> Result<i64> {
    let zone = Zone::find(&new.zone)?;
    Ok(zone.midnight(add_days(zone.day(now), -i64::from(days))))
}

fn origin_key(channel: &Channel) -> String {
    format!("demo.{}", channel.id)
}

/// What happened in `since < at <= now`, nothing of it before `from`.
fn facts_since(world: &World, from: i64, since: i64, now: i64) -> Facts {
    let posts = world.posts(from.max(since - reading_horizon_s()), now + 1);
    let series = posts
        .iter()
        .map(|post| Series { post_id: post.post_id, snapshots: world.readings(post, since, now) })
        .filter(|series| !series.snapshots.is_empty())
        .collect();
    let new_posts = posts.iter().filter(|post| post.date_utc >= since).map(post_facts).collect();
    let (first, today) = (Zone::utc().day(from.max(since - DAY_S)), Zone::utc().day(now));
    let yesterday = add_days(today, -1);
    let sources = if first <= yesterday { world.sources(first, yesterday) } else { Vec::new() };
    Facts { posts: new_posts, series, daily: world.daily(first, today, now), sources }
}

fn post_facts(post: &MadePost) -> PostFacts {
    PostFacts {
        post_id: post.post_id,
        date_utc: post.date_utc,
        // the readings say
        counters: Counters::default(),
        counted_at: None,
        media_type: Some(post.media_type),
        album_size: post.album_size,
        forwarded: Some(false),
        source: Source::Measured,
        text: Some(post.text.clone()),
    }
}

/// All that was written, and of it: new posts, new snapshots.
async fn write(tx: &mut Tx, channel: &Channel, facts: &Facts) -> Result<(Written, u64, u64)> {
    let posts = store::collect::upsert_posts(tx, channel.id, &facts.posts).await?;
    let snapshots = store::collect::merge_snapshots(tx, channel.id, &facts.series).await?;
    let mut written = store::collect::upsert_daily(tx, channel.id, &facts.daily).await?;
    written += store::collect::upsert_sources(tx, channel.id, &facts.sources).await?;
    written += posts;
    written += snapshots;
    Ok((written, posts.inserted, snapshots.inserted))
}
