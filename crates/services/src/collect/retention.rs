//! Keeping facts as long as the workspace wishes (setting `retention`; for good unless set). Old snapshots leave the
//! sums of their day behind, and the newest snapshot of a post always stays, so reach and totals do not change.

use std::collections::BTreeMap;

use domain::ids::{ChannelId, WorkspaceId};
use domain::zone::{Zone, add_days};
use jiff::civil::Date;
use serde::Serialize;
use store::Tx;
use store::collect::Series;
use store::retention::Summary;
use tokio_util::sync::CancellationToken;

use crate::{Ctx, Result, settings};

/// Posts shortened in one unit of work.
const POSTS_PER_STEP: i64 = 1000;
/// Days of each table removed in one unit of work.
const DAYS_PER_STEP: i64 = 1000;

/// Job: trims every workspace by its setting.
pub struct ApplyRetention;

impl ApplyRetention {
    pub const KIND: &'static str = "apply-retention";
}

/// What went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Trimmed {
    pub snapshots: u64,
    /// rows of daily facts, sources and sums
    pub days: u64,
}

/// Trims all workspaces in short units of work, until done or `stopping`; run again, it goes on where it was.
pub async fn apply(ctx: &Ctx, stopping: &CancellationToken) -> Result<Trimmed> {
    let workspaces = store::identity::list_all_workspaces(&mut ctx.db.read().await?).await?;
    let mut trimmed = Trimmed::default();
    for workspace in workspaces {
        trim_workspace(ctx, workspace.id, stopping, &mut trimmed).await?;
    }
    Ok(trimmed)
}

async fn trim_workspace(
    ctx: &Ctx,
    workspace: WorkspaceId,
    stopping: &CancellationToken,
    trimmed: &mut Trimmed,
) -> Result<()> {
    let (retention, channels) = {
        let mut tx = ctx.db.read().await?;
        (settings::retention_of(&mut tx, workspace).await?, store::channels::list(&mut tx, workspace).await?)
    };
    let today = Zone::utc().day(ctx.now());
    for channel in channels {
        if let Some(days) = retention.snapshots_days {
            // whole days, so that a day's sums are written once
            let before = Zone::utc().midnight(add_days(today, -i64::from(days)));
            let mut after = Some(i64::MIN);
            while let (Some(post), false) = (after, stopping.is_cancelled()) {
                after = trim_snapshots(ctx, channel.id, before, post, trimmed).await?;
            }
        }
        if let Some(days) = retention.daily_days {
            let before = add_days(today, -i64::from(days));
            while !stopping.is_cancelled() && trim_days(ctx, channel.id, before, trimmed).await? {}
        }
    }
    Ok(())
}

/// One step; the post to go on after, `None` when there is nothing left to trim.
async fn trim_snapshots(
    ctx: &Ctx,
    channel: ChannelId,
    before: i64,
    after: i64,
    trimmed: &mut Trimmed,
) -> Result<Option<i64>> {
    let mut tx = ctx.db.write().await?;
    let series = store::retention::list_trimmable(&mut tx, channel, before, after, POSTS_PER_STEP).await?;
    let Some(last) = series.last().map(|series| series.post_id) else { return Ok(None) };
    let mut sums = BTreeMap::new();
    let mut removed = 0;
    let shortened: Vec<Series> = series
        .into_iter()
        .map(|series| {
            let keep_from = kept_from(&series, before);
            removed += keep_from;
            add_sums(&series, keep_from, &mut sums);
            Series { post_id: series.post_id, snapshots: series.snapshots[keep_from..].to_vec() }
        })
        .collect();
    let sums: Vec<Summary> = sums.into_values().collect();
    store::retention::write_trimmed(&mut tx, channel, &shortened, removed as i64, &sums).await?;
    bump_and_commit(ctx, tx, channel).await?;
    trimmed.snapshots += removed as u64;
    Ok(Some(last))
}

/// Position of the first snapshot that stays: from `before` on, and in any case the newest.
fn kept_from(series: &Series, before: i64) -> usize {
    let old = series.snapshots.partition_point(|snapshot| snapshot.at < before);
    old.min(series.snapshots.len().saturating_sub(1))
}

/// Sums up the snapshots that go, by their UTC day.
fn add_sums(series: &Series, keep_from: usize, sums: &mut BTreeMap<Date, Summary>) {
    for pair in series.snapshots.windows(2).take(keep_from) {
        let (snapshot, next) = (pair[0], pair[1]);
        let day = Zone::utc().day(snapshot.at);
        let sum = sums.entry(day).or_insert_with(|| Summary {
            day: day.to_string(),
            posts: 0,
            snapshots: 0,
            views_gained: 0,
        });
        sum.snapshots += 1;
        sum.posts += i64::from(Zone::utc().day(next.at) != day);
        if let (Some(from), Some(to)) = (snapshot.counters.views, next.counters.views) {
            sum.views_gained += to - from;
        }
    }
}

/// One step; `false` when there was nothing to remove.
async fn trim_days(ctx: &Ctx, channel: ChannelId, before: Date, trimmed: &mut Trimmed) -> Result<bool> {
    let mut tx = ctx.db.write().await?;
    let removed = store::retention::delete_daily_before(&mut tx, channel, before, DAYS_PER_STEP).await?;
    if removed == 0 {
        return Ok(false);
    }
    bump_and_commit(ctx, tx, channel).await?;
    trimmed.days += removed;
    Ok(true)
}

async fn bump_and_commit(ctx: &Ctx, mut tx: Tx, channel: ChannelId) -> Result<()> {
    store::collect::bump(&mut tx, channel, ctx.now()).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use domain::posts::{Counters, Snapshot};

    use super::*;

    const DAY_S: i64 = 86_400;

    fn series(readings: &[(i64, i64)]) -> Series {
        let snapshot = |&(at, views)| Snapshot { at, counters: Counters { views: Some(views), ..Counters::default() } };
        Series { post_id: 1, snapshots: readings.iter().map(snapshot).collect() }
    }

    #[test]
    fn the_newest_snapshot_stays_however_old() {
        assert_eq!(kept_from(&series(&[(1, 5), (2, 6)]), 100), 1);
        assert_eq!(kept_from(&series(&[(1, 5), (2, 6), (100, 7), (101, 8)]), 100), 2);
        assert_eq!(kept_from(&series(&[(100, 7)]), 100), 0);
    }

    #[test]
    fn a_post_counts_on_a_day_when_the_last_of_its_snapshots_there_goes() {
        let series = series(&[(10, 100), (20, 110), (DAY_S + 5, 150), (DAY_S + 9, 160)]);
        let mut sums = BTreeMap::new();
        add_sums(&series, 3, &mut sums);
        let sums: Vec<_> =
            sums.into_values().map(|sum| (sum.day, sum.posts, sum.snapshots, sum.views_gained)).collect();
        assert_eq!(sums, [("1970-01-01".to_owned(), 1, 2, 50), ("1970-01-02".to_owned(), 0, 1, 10)]);
    }
}
