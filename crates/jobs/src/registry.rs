//! All jobs and when they run: the one list.

use futures::future::BoxFuture;
use services::Ctx;
use services::best_time::{RecordExperimentOutcomes, RefreshEvidence};
use services::bot_updates::TrimBotUpdates;
use services::channels::PurgeChannels;
use services::collect::account::TrimAccountCalls;
use services::collect::bot::CountMembers;
use services::collect::preview::CollectPreview;
use services::collect::refresh::RefreshChannel;
use services::collect::retention::ApplyRetention;
use services::demo::AdvanceDemo;
use services::forecast::ForecastYoungPosts;
use services::maintenance::UpkeepDatabase;
use tokio_util::sync::CancellationToken;

use crate::{
    Outcome, advance_demo, apply_retention, backtest_best_time, collect_preview, count_members, forecast_young_posts,
    purge_channels, record_experiment_outcomes, refresh_channel, trim_account_calls, trim_bot_updates, upkeep_database,
};

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// What is known about a kind of job.
pub struct Job {
    /// in the queue
    pub kind: &'static str,
    /// tries before it is kept as failed
    pub attempts_max: i64,
    /// seconds between two runs; `None`: only when something enqueues it. A scheduled job's kind is its dedup key.
    pub every_s: Option<i64>,
    pub body: fn(Ctx, serde_json::Value, CancellationToken) -> BoxFuture<'static, Outcome>,
}

const REGISTRY: &[Job] = &[
    Job {
        kind: AdvanceDemo::KIND,
        attempts_max: 3,
        every_s: Some(5 * MINUTE_S),
        body: |ctx, _, stopping| Box::pin(advance_demo::run(ctx, stopping)),
    },
    Job {
        kind: ApplyRetention::KIND,
        attempts_max: 5,
        every_s: Some(6 * HOUR_S),
        body: |ctx, _, stopping| Box::pin(apply_retention::run(ctx, stopping)),
    },
    Job {
        kind: UpkeepDatabase::KIND,
        attempts_max: 5,
        every_s: Some(DAY_S),
        body: |ctx, _, stopping| Box::pin(upkeep_database::run(ctx, stopping)),
    },
    // also every hour, in case a deletion was cut short before it was enqueued again
    Job {
        kind: PurgeChannels::KIND,
        attempts_max: 10,
        every_s: Some(HOUR_S),
        body: |ctx, _, stopping| Box::pin(purge_channels::run(ctx, stopping)),
    },
    // looks every minute; a channel's turn comes when its newest posts are young enough to move
    Job {
        kind: CollectPreview::KIND,
        attempts_max: 3,
        every_s: Some(MINUTE_S),
        body: |ctx, _, stopping| Box::pin(collect_preview::run(ctx, stopping)),
    },
    Job {
        kind: RefreshChannel::KIND,
        attempts_max: 3,
        every_s: None,
        body: |ctx, payload, _| Box::pin(refresh_channel::run(ctx, payload)),
    },
    // a quarter of the youngest age that forecasts are kept at
    Job {
        kind: ForecastYoungPosts::KIND,
        attempts_max: 3,
        every_s: Some(15 * MINUTE_S),
        body: |ctx, _, stopping| Box::pin(forecast_young_posts::run(ctx, stopping)),
    },
    Job {
        kind: RecordExperimentOutcomes::KIND,
        attempts_max: 5,
        every_s: Some(30 * MINUTE_S),
        body: |ctx, _, stopping| Box::pin(record_experiment_outcomes::run(ctx, stopping)),
    },
    // looks every hour; a channel's turn comes at most once a day, when its data have moved
    Job {
        kind: RefreshEvidence::KIND,
        attempts_max: 3,
        every_s: Some(HOUR_S),
        body: |ctx, _, stopping| Box::pin(backtest_best_time::run(ctx, stopping)),
    },
    // several a day, so that one that failed is made up for the same day
    Job {
        kind: CountMembers::KIND,
        attempts_max: 3,
        every_s: Some(6 * HOUR_S),
        body: |ctx, _, stopping| Box::pin(count_members::run(ctx, stopping)),
    },
    Job {
        kind: TrimAccountCalls::KIND,
        attempts_max: 3,
        every_s: Some(DAY_S),
        body: |ctx, _, _| Box::pin(trim_account_calls::run(ctx)),
    },
    Job {
        kind: TrimBotUpdates::KIND,
        attempts_max: 3,
        every_s: Some(DAY_S),
        body: |ctx, _, _| Box::pin(trim_bot_updates::run(ctx)),
    },
];

pub fn registry() -> &'static [Job] {
    REGISTRY
}

pub(crate) fn find(kind: &str) -> Option<&'static Job> {
    REGISTRY.iter().find(|job| job.kind == kind)
}

pub(crate) fn kinds() -> Vec<&'static str> {
    REGISTRY.iter().map(|job| job.kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_unique_and_spelt_like_words_in_an_address() {
        let mut kinds = kinds();
        for kind in &kinds {
            assert!(kind.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{kind}");
        }
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), REGISTRY.len());
    }

    #[test]
    fn every_job_ends_some_time() {
        for job in REGISTRY {
            assert!((1..=20).contains(&job.attempts_max), "{}", job.kind);
        }
    }
}
