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

use super::Measured;
use crate::{Error, Result};

/// Bytes of measured ranges. The idle server stays under 100 MiB with this filled.
const MEASURED_BYTES_MAX: u64 = 32 << 20;
/// What nobody asks for goes, so that an idle server is small.
const IDLE: Duration = Duration::from_secs(600);
/// Cards of every channel a server with many workspaces shows in ten minutes; a few dozen bytes each.
const HEADLINES_MAX: u64 = 20_000;

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
    headlines: Moka<(ChannelId, i64), CardHeadline>,
}

impl Cache {
    pub fn new() -> Self {
        let measured = Moka::builder()
            .max_capacity(MEASURED_BYTES_MAX)
            .weigher(|_, measured: &Arc<Measured>| u32::try_from(bytes(&measured.dataset)).unwrap_or(u32::MAX))
            .time_to_idle(IDLE)
            .build();
        Self { measured, headlines: Moka::builder().max_capacity(HEADLINES_MAX).time_to_idle(IDLE).build() }
    }

    pub(super) async fn measured(
        &self,
        key: Key,
        load: impl Future<Output = Result<Measured>>,
    ) -> Result<Arc<Measured>> {
        let load = async { load.await.map(Arc::new) };
        self.measured.try_get_with(key, load).await.map_err(|error: Arc<Error>| (*error).clone())
    }

    pub(super) async fn headline(
        &self,
        key: (ChannelId, i64),
        load: impl Future<Output = Result<CardHeadline>>,
    ) -> Result<CardHeadline> {
        self.headlines.try_get_with(key, load).await.map_err(|error: Arc<Error>| (*error).clone())
    }

    #[cfg(test)]
    pub(super) async fn ranges(&self) -> u64 {
        self.measured.run_pending_tasks().await;
        self.measured.entry_count()
    }
}

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
