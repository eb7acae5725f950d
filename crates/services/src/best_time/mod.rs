//! Best time to post (metrics §4): advice for a channel, how its owner wants to choose, the proof from the channel's
//! own past, and experiments with slots.

mod backtest;
mod experiments;
mod kept_settings;
mod target;

use std::sync::Arc;

use domain::analytics::outcomes::{self, Outcomes};
use domain::analytics::query::{MaxGap, Measure};
use domain::analytics::{Answer, Dataset};
use domain::best_time::backtest::Report;
use domain::best_time::{Cell, Objective, Settings, recommend};
use domain::channels::{Channel, ChannelRef};
use domain::screens::{BestTimeScreen, Evidence, ProvenAdvice};
use domain::zone::Zone;
use store::Tx;

use crate::analytics::{Demand, freshness};
use crate::identity::{Viewer, permission, require};
use crate::{Ctx, Result, audit, channels};

pub use backtest::{Backtested, RefreshEvidence, backtest, refresh_evidence};
pub use experiments::{
    BLOCKS_MAX, RecordExperimentOutcomes, approve, assign, propose, record_outcomes, stop, waiting_experiments,
    withdraw,
};
use target::Loaded;
pub use target::{Asked, Target, target};

/// Zones that most audiences of channels live by: their rules come with the screen.
const NEAR_ZONES: [&str; 20] = [
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Istanbul",
    "Europe/Kyiv",
    "Europe/Minsk",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Tbilisi",
    "Asia/Yekaterinburg",
    "Asia/Tashkent",
    "Asia/Almaty",
    "Asia/Bishkek",
    "Asia/Novosibirsk",
    "Asia/Vladivostok",
    "Asia/Dubai",
    "Asia/Tehran",
    "Asia/Kolkata",
    "America/New_York",
    "America/Los_Angeles",
];

/// Everything the screen needs to compute the advice itself.
pub async fn screen(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef) -> Result<BestTimeScreen> {
    let mut tx = ctx.db.read().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let freshness = freshness(ctx, &mut tx, &channel).await?;
    let evidence = evidence(&mut tx, &channel).await?;
    let experiment = experiments::newest(&mut tx, &channel).await?;
    let kept = kept_settings::read(&mut tx, &channel).await?;
    drop(tx);
    let packed = outcomes(ctx, &channel, freshness.version).await?;
    let settings = settings(&channel, kept, &packed.outcomes)?;
    Ok(BestTimeScreen {
        slug: channel.slug(),
        freshness,
        zones: Zone::names().into_iter().map(str::to_owned).collect(),
        near_zones: near_zones(&settings)?,
        outcomes: packed.outcomes.clone(),
        settings,
        evidence,
        experiment,
        may_edit: require(viewer, permission::EDIT_CHANNEL).is_ok(),
        may_approve: require(viewer, permission::APPROVE_EXPERIMENT).is_ok(),
        channel,
    })
}

/// The advice with its proof, as it is now.
pub async fn best_times(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    asked: &Asked,
) -> Result<Answer<ProvenAdvice>> {
    load(ctx, viewer, channel, asked).await?.advise()
}

/// What every hour of the week is worth, for a picture: 168 cells, or none without enough data.
pub async fn week(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, asked: &Asked) -> Result<Vec<Cell>> {
    let loaded = load(ctx, viewer, channel, asked).await?;
    Ok(recommend(&loaded.data, &loaded.settings).cells)
}

/// The rules of a zone that did not come with the screen.
pub async fn zone(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, name: &str) -> Result<Zone> {
    channels::find(ctx, viewer, channel).await?;
    Ok(Zone::find(name)?)
}

/// Keeps how the channel's owner wants to choose. The clock is the channel's own, whatever `settings.zone` says.
pub async fn save_settings(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, settings: &Settings) -> Result<()> {
    require(viewer, permission::EDIT_CHANNEL)?;
    kept_settings::check(settings)?;
    let mut tx = ctx.db.write().await?;
    let channel = channels::find_in(&mut tx, viewer, channel).await?;
    let before = kept_settings::read(&mut tx, &channel).await?;
    let after = kept_settings::KeptSettings::of(settings);
    if before.as_ref() == Some(&after) {
        return Ok(());
    }
    kept_settings::write(ctx, &mut tx, &channel, &after).await?;
    let detail = serde_json::json!({ "from": before, "to": after });
    audit::record(ctx, &mut tx, viewer, "best_time.save_settings", &channel.slug(), &detail).await?;
    Ok(tx.commit().await?)
}

async fn load(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, asked: &Asked) -> Result<Loaded> {
    target(ctx, viewer, channel, asked, Demand::Now).await?.load(ctx).await
}

/// Outcomes and the data version of the rows they were read from.
#[derive(Debug)]
pub(crate) struct Packed {
    pub version: i64,
    pub outcomes: Outcomes,
}

/// Read and measured once a data version.
pub(crate) async fn outcomes(ctx: &Ctx, channel: &Channel, version: i64) -> Result<Arc<Packed>> {
    let load = async {
        let mut tx = ctx.db.read().await?;
        let (version, _) = store::analytics::data_version(&mut tx, channel.id).await?;
        let history = store::analytics::newest_history(&mut tx, channel, outcomes::POSTS_MAX).await?;
        drop(tx);
        let outcomes = Outcomes::of(&Dataset::measure(history, &outcomes::AGES_H, MaxGap::Usual));
        Ok(Packed { version, outcomes })
    };
    ctx.cache.outcomes((channel.id, version), Box::pin(load)).await
}

/// As the channel keeps them; without any, the objective is the channel's headline.
fn settings(channel: &Channel, kept: Option<kept_settings::KeptSettings>, outcomes: &Outcomes) -> Result<Settings> {
    let zone = Zone::find(&channel.zone)?;
    match kept {
        Some(kept) => kept.settings(zone),
        None => Ok(Settings::new(usual_objective(&outcomes.dataset()), zone)),
    }
}

fn usual_objective(data: &Dataset) -> Objective {
    match data.default_measure(0..data.posts.len()) {
        Measure::Reach24 => Objective::At24h,
        Measure::Total => Objective::Total,
    }
}

fn near_zones(settings: &Settings) -> Result<Vec<Zone>> {
    let mut zones = vec![settings.zone.clone()];
    zones.extend(settings.audience.iter().map(|part| part.zone.clone()));
    for name in NEAR_ZONES {
        zones.push(Zone::find(name)?);
    }
    zones.sort_by(|a, b| a.name().cmp(b.name()));
    zones.dedup();
    Ok(zones)
}

/// In order of objective.
async fn evidence(tx: &mut Tx, channel: &Channel) -> Result<Vec<(Objective, Evidence)>> {
    let kept = store::evidence::list(tx, channel.id).await?;
    let mut found = kept.iter().filter_map(|kept| read_evidence(kept).transpose()).collect::<Result<Vec<_>>>()?;
    found.sort_by_key(|(objective, _)| *objective);
    Ok(found)
}

/// `None` for what is not about best times.
fn read_evidence(kept: &store::evidence::Evidence) -> Result<Option<(Objective, Evidence)>> {
    let Some(objective) = backtest::objective_of(&kept.kind) else { return Ok(None) };
    let Report { backtest, permuted, .. } = serde_json::from_str(&kept.report)?;
    Ok(Some((objective, Evidence { backtest, permuted, made_at: kept.made_at, version: kept.version })))
}
