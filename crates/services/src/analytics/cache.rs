//! Measured ranges and card headlines, bounded in bytes. The data version is part of the key, so a writer, in whatever
//! process, makes the old entry unreachable; it goes when room or time runs out. Several askers of the same thing wait
//! for one load.

use std::sync::Arc;
use std::time::Duration;

use domain::analytics::Dataset;
use domain::analytics::query::MaxGap;
use domain::ids::ChannelId;
use domain::screens::Freshness;
use moka::future::Cache as Moka;

use super::target::KnownChannels;
use super::{Drawn, Measured};
use crate::best_time::Packed;
use crate::forecast::Expected;
use crate::{Error, Result};

/// Bytes of measured ranges. The idle server stays under 100 MiB with this filled.
const MEASURED_BYTES_MAX: u64 = 32 << 20;
/// Ranges of which pages are drawn; some kilobytes each.
const DRAWN_MAX: u64 = 512;
/// What nobody asks for goes, so that an idle server is small.
const IDLE: Duration = Duration::from_mins(10);
/// Cards of every channel a server with many workspaces shows in ten minutes; a few dozen bytes each.
const HEADLINES_MAX: u64 = 20_000;

/// Bytes of packed outcomes, for the recommender.
const OUTCOMES_BYTES_MAX: u64 = 8 << 20;
/// Channels whose young posts' forecasts are kept; some hundred bytes a post.
const EXPECTED_MAX: u64 = 256;

/// What a measured range depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub channel: ChannelId,
    pub version: i64,
    /// unix seconds: what is read, not what is asked for
    pub from: i64,
    pub to: i64,
    pub ages_h: Vec<u32>,
    pub max_gap: Gap,
}

/// [`MaxGap`] that can be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Gap {
    Usual,
    Hours(u32),
    Any,
}

impl From<MaxGap> for Gap {
    fn from(max_gap: MaxGap) -> Self {
        match max_gap {
            MaxGap::Usual => Self::Usual,
            MaxGap::Hours(hours) => Self::Hours(hours),
            MaxGap::Any => Self::Any,
        }
    }
}

/// Numbers of a channel's card.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CardHeadline {
    pub subscribers: Option<i64>,
    pub err24: Option<f64>,
    pub freshness: Freshness,
}

/// Cloning shares it.
#[derive(Clone)]
pub(crate) struct Cache {
    measured: Moka<Key, Arc<Measured>>,
    drawn: Moka<Key, Arc<Drawn>>,
    headlines: Moka<(ChannelId, i64), CardHeadline>,
    outcomes: Moka<(ChannelId, i64), Arc<Packed>>,
    expected: Moka<(ChannelId, i64), Arc<Expected>>,
    pub(super) known: KnownChannels,
}

impl Cache {
    pub fn new() -> Self {
        let measured = Moka::builder()
            .max_capacity(MEASURED_BYTES_MAX)
            .weigher(|_, measured: &Arc<Measured>| u32::try_from(bytes(&measured.dataset)).unwrap_or(u32::MAX))
            .time_to_idle(IDLE)
            .build();
        let outcomes = Moka::builder()
            .max_capacity(OUTCOMES_BYTES_MAX)
            .weigher(|_, packed: &Arc<Packed>| u32::try_from(packed.outcomes.len() * OUTCOME_BYTES).unwrap_or(u32::MAX))
            .time_to_idle(IDLE)
            .build();
        Self {
            measured,
            drawn: Moka::builder().max_capacity(DRAWN_MAX).time_to_idle(IDLE).build(),
            headlines: Moka::builder().max_capacity(HEADLINES_MAX).time_to_idle(IDLE).build(),
            outcomes,
            expected: Moka::builder().max_capacity(EXPECTED_MAX).time_to_idle(IDLE).build(),
            known: KnownChannels::new(),
        }
    }

    pub(super) async fn measured(
        &self,
        key: Key,
        load: impl Future<Output = Result<Measured>>,
    ) -> Result<Arc<Measured>> {
        let load = async { load.await.map(Arc::new) };
        self.measured.try_get_with(key, load).await.map_err(|error: Arc<Error>| (*error).clone())
    }

    /// What was measured on the way to something else.
    pub(super) async fn keep_measured(&self, key: Key, measured: Measured) {
        self.measured.insert(key, Arc::new(measured)).await;
    }

    pub(super) async fn drawn(&self, key: Key, load: impl Future<Output = Result<Drawn>>) -> Result<Arc<Drawn>> {
        let load = async { load.await.map(Arc::new) };
        self.drawn.try_get_with(key, load).await.map_err(|error: Arc<Error>| (*error).clone())
    }

    pub(crate) async fn outcomes(
        &self,
        key: (ChannelId, i64),
        load: impl Future<Output = Result<Packed>>,
    ) -> Result<Arc<Packed>> {
        let load = async { load.await.map(Arc::new) };
        self.outcomes.try_get_with(key, load).await.map_err(|error: Arc<Error>| (*error).clone())
    }

    pub(crate) async fn expected(
        &self,
        key: (ChannelId, i64),
        load: impl Future<Output = Result<Expected>>,
    ) -> Result<Arc<Expected>> {
        let load = async { load.await.map(Arc::new) };
        self.expected.try_get_with(key, load).await.map_err(|error: Arc<Error>| (*error).clone())
    }

    pub(super) async fn headline(
        &self,
        key: (ChannelId, i64),
        load: impl Future<Output = Result<CardHeadline>>,
    ) -> Result<CardHeadline> {
        self.headlines.try_get_with(key, load).await.map_err(|error: Arc<Error>| (*error).clone())
    }
}

/// About what the outcomes of one post take in memory.
const OUTCOME_BYTES: usize = 80;

/// About what a dataset takes in memory.
fn bytes(data: &Dataset) -> usize {
    /// columns of a post other than texts and measured ages
    const POST: usize = 240;
    const FACT: usize = 96;
    let texts: usize = data.posts.text.iter().map(String::capacity).sum();
    let tags: usize = data.posts.hashtags.iter().flatten().map(|tag| tag.capacity() + size_of::<String>()).sum();
    let measured = data.measured.len() * size_of::<Option<f64>>();
    data.posts.len() * (POST + measured) + texts + tags + (data.daily.len() + data.sources.len()) * FACT
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use domain::analytics::AGES_H;
    use domain::analytics::History;
    use domain::analytics::history::{PostColumns, ViewReadings};
    use domain::channels::Channel;
    use domain::ids::WorkspaceId;

    use super::*;
    use crate::What;

    fn key(version: i64) -> Key {
        Key { channel: ChannelId(1), version, from: 0, to: 1, ages_h: AGES_H.to_vec(), max_gap: Gap::Usual }
    }

    fn measured(text_bytes: usize) -> Measured {
        let channel = Channel {
            id: ChannelId(1),
            workspace_id: WorkspaceId(1),
            telegram_id: None,
            username: None,
            title: String::new(),
            zone: "UTC".to_owned(),
            demo: false,
            created_at: 0,
        };
        let (posts, readings) = (PostColumns::default(), ViewReadings { offsets: vec![0], ..ViewReadings::default() });
        let history = History {
            channel,
            as_of: None,
            posts,
            readings,
            daily: Vec::new(),
            sources: Vec::new(),
            link_joins: Vec::new(),
        };
        let mut dataset = Dataset::measure(history, &AGES_H, MaxGap::Usual);
        dataset.posts.text.push(String::with_capacity(text_bytes));
        Measured { version: 0, dataset }
    }

    #[tokio::test]
    async fn askers_at_the_same_time_share_one_load_and_another_version_loads_anew() {
        let (cache, loads) = (Cache::new(), AtomicUsize::new(0));
        let load = || async {
            tokio::task::yield_now().await;
            loads.fetch_add(1, Ordering::SeqCst);
            Ok(measured(0))
        };
        let asked = futures::future::join_all((0..8).map(|_| cache.measured(key(1), load()))).await;
        assert!(asked.iter().all(Result::is_ok));
        assert_eq!(loads.load(Ordering::SeqCst), 1);
        cache.measured(key(2), load()).await.expect("loads");
        assert_eq!(loads.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_failed_load_is_not_kept() {
        let cache = Cache::new();
        let failed = cache.measured(key(1), async { Err(Error::NotFound(What::Channel)) }).await;
        assert_eq!(failed.err(), Some(Error::NotFound(What::Channel)));
        assert!(cache.measured(key(1), async { Ok(measured(0)) }).await.is_ok());
    }

    #[tokio::test]
    async fn what_is_kept_is_bounded_in_bytes() {
        let cache = Cache::new();
        for version in 0..100 {
            cache.measured(key(version), async { Ok(measured(1 << 20)) }).await.expect("loads");
        }
        cache.measured.run_pending_tasks().await;
        assert!(cache.measured.weighted_size() <= MEASURED_BYTES_MAX);
        assert!(cache.measured.entry_count() > 0);
    }
}
