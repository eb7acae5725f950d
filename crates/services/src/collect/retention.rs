//! Keeping facts as long as the workspace wishes (setting `retention`; for good unless set). Old snapshots leave the
//! sums of their day behind. Of a post always stay the newest counts and the snapshots that V(h) is read from at the
//! ages of [`AGES_H`], so totals, reach and the view curve of old windows do not change; what goes is the shape of a
//! post's curve between those ages, and V(h) at other ages.

use std::collections::BTreeMap;

use domain::analytics::AGES_H;
use domain::ids::{ChannelId, WorkspaceId};
use domain::posts::{Counters, Snapshot};
use domain::zone::{Zone, add_days};
use jiff::civil::Date;
use serde::Serialize;
use store::Tx;
use store::collect::Series;
use store::retention::{Summary, Trimmable};
use tokio_util::sync::CancellationToken;

use crate::{Ctx, Result, settings};

/// Posts shortened in one unit of work.
const POSTS_PER_STEP: i64 = 1000;
/// Days of each table removed in one unit of work.
const DAYS_PER_STEP: i64 = 1000;
const HOUR_S: i64 = 3600;

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
    pub forecasts: u64,
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
            // a forecast is of no use without the readings it is held against
            while !stopping.is_cancelled() && trim_forecasts(ctx, channel.id, before, trimmed).await? {}
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
    let old = store::retention::list_trimmable(&mut tx, channel, before, after, POSTS_PER_STEP).await?;
    let Some(last) = old.last().map(|old| old.series.post_id) else { return Ok(None) };
    let mut sums = BTreeMap::new();
    let mut removed = 0;
    let mut shortened = Vec::new();
    for Trimmable { date_utc, series } in old {
        let stays = which_stay(&series.snapshots, date_utc, before);
        let gone = stays.iter().filter(|stays| !**stays).count();
        if gone > 0 {
            removed += gone;
            add_sums(&series.snapshots, &stays, &mut sums);
            let kept =
                series.snapshots.into_iter().zip(&stays).filter_map(|(snapshot, stays)| stays.then_some(snapshot));
            shortened.push(Series { post_id: series.post_id, snapshots: kept.collect() });
        }
    }
    // an old series is looked at each time, and mostly what is left of it has to stay
    if removed > 0 {
        let sums: Vec<Summary> = sums.into_values().collect();
        store::retention::write_trimmed(&mut tx, channel, &shortened, removed as i64, &sums).await?;
        bump_and_commit(ctx, tx, channel).await?;
        trimmed.snapshots += removed as u64;
    }
    Ok(Some(last))
}

/// For each snapshot whether it stays: those from `before` on, the newest of all and of each count, and those on
/// either side of every age at which views are measured.
fn which_stay(snapshots: &[Snapshot], date_utc: i64, before: i64) -> Vec<bool> {
    const COUNTS: [fn(&Counters) -> Option<i64>; 4] =
        [|counts| counts.views, |counts| counts.forwards, |counts| counts.reactions, |counts| counts.replies];
    let mut stays: Vec<bool> = snapshots.iter().map(|snapshot| snapshot.at >= before).collect();
    if let Some(newest) = stays.last_mut() {
        *newest = true;
    }
    for count in COUNTS {
        if let Some(newest) = snapshots.iter().rposition(|snapshot| count(&snapshot.counters).is_some()) {
            stays[newest] = true;
        }
    }
    let readings: Vec<usize> =
        (0..snapshots.len()).filter(|index| snapshots[*index].counters.views.is_some()).collect();
    for age_h in AGES_H {
        let at = date_utc.saturating_add(i64::from(age_h) * HOUR_S);
        let after = readings.partition_point(|index| snapshots[*index].at < at);
        // without a reading at that age or later, V(h) is not defined and nothing has to stay for it
        if after < readings.len() {
            for place in after.saturating_sub(1)..=after {
                stays[readings[place]] = true;
            }
        }
    }
    stays
}

/// Sums up the snapshots that go, by their UTC day. The newest never goes.
fn add_sums(snapshots: &[Snapshot], stays: &[bool], sums: &mut BTreeMap<Date, Summary>) {
    for (pair, _) in snapshots.windows(2).zip(stays).filter(|(_, stays)| !**stays) {
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

/// One step; `false` when there was nothing to remove. Nothing that is shown changes, so the data version stays.
async fn trim_forecasts(ctx: &Ctx, channel: ChannelId, before: i64, trimmed: &mut Trimmed) -> Result<bool> {
    let mut tx = ctx.db.write().await?;
    let removed = store::forecast::delete_before(&mut tx, channel, before, POSTS_PER_STEP).await?;
    tx.commit().await?;
    trimmed.forecasts += removed;
    Ok(removed > 0)
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
    use domain::analytics::posts::views_at;
    use domain::analytics::query::MaxGap;

    use super::*;

    const DAY_S: i64 = 86_400;

    fn snapshots(readings: &[(i64, i64)]) -> Vec<Snapshot> {
        let snapshot = |&(at, views)| Snapshot { at, counters: Counters { views: Some(views), ..Counters::default() } };
        readings.iter().map(snapshot).collect()
    }

    #[test]
    fn the_newest_snapshot_stays_however_old() {
        let stay = |readings: &[(i64, i64)]| which_stay(&snapshots(readings), 0, 100);
        assert_eq!(stay(&[(1, 5), (2, 6)]), [false, true]);
        assert_eq!(stay(&[(1, 5), (2, 6), (100, 7), (101, 8)]), [false, false, true, true]);
        assert_eq!(stay(&[(100, 7)]), [true]);
        let mut no_views_at_last = snapshots(&[(1, 5), (2, 6), (3, 7)]);
        no_views_at_last[2].counters = Counters { replies: Some(1), ..Counters::default() };
        assert_eq!(which_stay(&no_views_at_last, 0, 100), [false, true, true], "the newest of each count");
    }

    #[test]
    fn views_at_the_measured_ages_stay_as_they_were() {
        let published = 1_000_000;
        // now and then a reading, none on the hour, and one from before the post's date
        let all: Vec<(i64, i64)> = (0..900).map(|n| (published - 500 + n * n * 7 % 600 + n * 1700, n * 3)).collect();
        let stays = which_stay(&snapshots(&all), published, i64::MAX);
        let kept: Vec<(i64, i64)> =
            all.iter().zip(&stays).filter_map(|(reading, stays)| stays.then_some(*reading)).collect();
        assert!(kept.len() <= 2 * AGES_H.len() + 1, "{} stay", kept.len());
        let v = |readings: &[(i64, i64)], age_h: u32, gap| {
            let (at, views): (Vec<i64>, Vec<i64>) = readings.iter().copied().unzip();
            views_at(published, &at, &views, f64::from(age_h), gap)
        };
        for age_h in AGES_H {
            for gap in [MaxGap::Usual, MaxGap::Hours(1), MaxGap::Any] {
                assert_eq!(v(&kept, age_h, gap), v(&all, age_h, gap), "{age_h} h");
            }
            assert!(v(&kept, age_h, MaxGap::Any).is_some(), "{age_h} h");
        }
    }

    #[test]
    fn a_post_counts_on_a_day_when_the_last_of_its_snapshots_there_goes() {
        let snapshots = snapshots(&[(10, 100), (20, 110), (DAY_S + 5, 150), (DAY_S + 9, 160)]);
        let mut sums = BTreeMap::new();
        add_sums(&snapshots, &[false, false, false, true], &mut sums);
        let sums: Vec<_> =
            sums.into_values().map(|sum| (sum.day, sum.posts, sum.snapshots, sum.views_gained)).collect();
        assert_eq!(sums, [("1970-01-01".to_owned(), 1, 2, 50), ("1970-01-02".to_owned(), 0, 1, 10)]);
    }
}
