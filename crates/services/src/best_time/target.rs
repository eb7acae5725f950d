//! What a question for the best time is about, known before any post is read: enough to tell whether an answer is
//! still the same.

use std::fmt::Write as _;

use domain::analytics::{Answer, Dataset, Meta};
use domain::best_time::{Objective, Settings, recommend};
use domain::channels::{Channel, ChannelRef};
use domain::posts::Source;
use domain::screens::{Freshness, ProvenAdvice};
use domain::zone::Zone;
use store::evidence::Evidence;

use super::kept_settings::{self, KeptSettings};
use super::{backtest, outcomes, read_evidence, settings};
use crate::analytics::{Demand, fresh_channel};
use crate::identity::Viewer;
use crate::{Ctx, Error, Result};

/// What may differ from the channel's settings; `None` leaves them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    pub objective: Option<Objective>,
    /// IANA name of the clock that slots are named by
    pub tz: Option<String>,
    pub seed: Option<u64>,
}

/// A channel, how its owner chooses, and what backtests of its past came to.
#[derive(Debug, Clone)]
pub struct Target {
    pub channel: Channel,
    pub freshness: Freshness,
    asked: Asked,
    /// the clock that slots are named by
    zone: Zone,
    kept: Option<KeptSettings>,
    evidence: Vec<Evidence>,
}

/// What a question is about. A channel that the viewer may not see is as unknown as one that is not.
pub async fn target(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef, asked: &Asked, demand: Demand) -> Result<Target> {
    let (channel, freshness) = fresh_channel(ctx, viewer, channel, demand).await?;
    let zone = match &asked.tz {
        Some(tz) => Zone::find(tz).map_err(|error| Error::invalid("tz", error.to_string()))?,
        None => Zone::find(&channel.zone)?,
    };
    let mut tx = ctx.db.read().await?;
    let kept = kept_settings::read(&mut tx, &channel).await?;
    let mut evidence = store::evidence::list(&mut tx, channel.id).await?;
    evidence.retain(|kept| backtest::objective_of(&kept.kind).is_some());
    Ok(Target { channel, freshness, asked: asked.clone(), zone, kept, evidence })
}

impl Target {
    /// Everything besides the channel and its data version that the answer depends on, as text: another text may mean
    /// another answer. Nothing in it is read from a clock, as nothing in the advice is.
    pub fn basis(&self) -> Result<String> {
        let Asked { objective, seed, tz: _ } = &self.asked;
        let kept = serde_json::to_string(&self.kept)?;
        let mut basis = format!("{} {objective:?} {seed:?} {kept}", self.zone.name());
        for Evidence { kind, made_at, version, report: _ } in &self.evidence {
            _ = write!(basis, " {kind}:{made_at}:{version}");
        }
        Ok(basis)
    }

    /// The advice of exactly this version; `None` when the channel has been written to in the meantime.
    pub async fn answer(&self, ctx: &Ctx) -> Result<Option<Answer<ProvenAdvice>>> {
        let loaded = self.clone().load(ctx).await?;
        if loaded.version == self.freshness.version { loaded.advise().map(Some) } else { Ok(None) }
    }

    pub(super) async fn load(self, ctx: &Ctx) -> Result<Loaded> {
        let packed = outcomes(ctx, &self.channel, self.freshness.version).await?;
        let mut settings = Settings { zone: self.zone, ..settings(&self.channel, self.kept, &packed.outcomes)? };
        if let Some(objective) = self.asked.objective {
            settings.objective = objective;
        }
        if let Some(seed) = self.asked.seed {
            settings.seed = seed;
        }
        let data = packed.outcomes.dataset();
        Ok(Loaded { channel: self.channel, version: packed.version, data, settings, evidence: self.evidence })
    }
}

/// A channel's posts and the question about them.
pub(super) struct Loaded {
    pub channel: Channel,
    /// data version of the posts
    version: i64,
    pub data: Dataset,
    pub settings: Settings,
    evidence: Vec<Evidence>,
}

impl Loaded {
    pub fn advise(&self) -> Result<Answer<ProvenAdvice>> {
        let objective = self.settings.objective;
        let of_objective = |kept: &&Evidence| backtest::objective_of(&kept.kind) == Some(objective);
        let evidence = match self.evidence.iter().find(of_objective) {
            Some(kept) => read_evidence(kept)?.map(|(_, evidence)| evidence),
            None => None,
        };
        let advice = recommend(&self.data, &self.settings).advice(self.channel.slug());
        Ok(Answer { data: ProvenAdvice { advice, evidence }, meta: self.meta() })
    }

    fn meta(&self) -> Meta {
        let dates = &self.data.posts.date_utc;
        Meta {
            channel: Some(self.channel.slug()),
            from: dates.first().copied().unwrap_or_default(),
            to: dates.last().map(|last| last + 1).unwrap_or_default(),
            tz: self.settings.zone.name().to_owned(),
            sources: vec![Source::Estimated],
            as_of: self.data.as_of,
            warnings: Vec::new(),
        }
    }
}
