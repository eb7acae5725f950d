//! Snapshots of posts, packed: one row a post.

use std::collections::{BTreeSet, HashMap};

use domain::ids::ChannelId;
use domain::posts::Snapshot;

use super::batch::{self, execute_batches, id_list, in_id_list};
use super::copy::{self, Copy};
use super::posts::write_counters;
use super::{Written, add_totals, lock};
use crate::series::{decode, encode, merge, newest_known};
use crate::summaries::{self, day_of};
use crate::{Dialect, Error, Result, Tx, on};

/// Snapshots of one post, in time order, one an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    pub post_id: i64,
    pub snapshots: Vec<Snapshot>,
}

/// Merges snapshots into those known, each post at most once in `series`; an instant known already takes the new
/// values. Also sets the posts' newest counts and the channel's newest snapshot. Counts snapshots, not posts.
pub async fn merge_snapshots(tx: &mut Tx, channel: ChannelId, series: &[Series]) -> Result<Written> {
    lock(tx, channel).await?;
    let mut written = Written::default();
    let mut newest_at = None;
    let mut touched = BTreeSet::new();
    for batch in series.chunks(batch::ROWS) {
        let mut known = find_series(tx, channel, batch.iter().map(|series| series.post_id)).await?;
        let (mut fresh, mut changed) = (Vec::new(), Vec::new());
        let mut newest = Vec::with_capacity(batch.len());
        for series in batch.iter().filter(|series| !series.snapshots.is_empty()) {
            let there = known.remove(&series.post_id);
            let is_new = there.is_none();
            let before = there.unwrap_or_default();
            let after = merge(&before, &series.snapshots);
            let inserted = after.len() - before.len();
            let updated = if inserted == 0 && after == before { 0 } else { changed_values(&before, &after) };
            written.inserted += inserted as u64;
            written.updated += updated as u64;
            written.unchanged += (series.snapshots.len() - inserted - updated) as u64;
            if inserted > 0 || updated > 0 {
                let last = after[after.len() - 1].at;
                newest_at = newest_at.max(Some(last));
                newest.push((series.post_id, newest_known(&after), last));
                let rows = if is_new { &mut fresh } else { &mut changed };
                rows.push(Series { post_id: series.post_id, snapshots: after });
            }
        }
        write_new_series(tx, channel, &fresh).await?;
        write_series(tx, channel, &changed).await?;
        touched.extend(write_counters(tx, channel, &newest).await?.into_iter().map(day_of));
    }
    summaries::mark(tx, channel, &touched).await?;
    add_totals(tx, channel, 0, written.inserted as i64, newest_at).await?;
    Ok(written)
}

/// How many snapshots of `before` have other values in `after`, which has all their instants.
fn changed_values(before: &[Snapshot], after: &[Snapshot]) -> usize {
    let mut after = after.iter();
    before
        .iter()
        .filter(|old| after.find(|new| new.at == old.at).is_some_and(|new| new.counters != old.counters))
        .count()
}

/// The series of those of the given posts that have one.
pub async fn find_series(
    tx: &mut Tx,
    channel: ChannelId,
    ids: impl Iterator<Item = i64>,
) -> Result<HashMap<i64, Vec<Snapshot>>> {
    const SQL: Dialect = in_id_list!("SELECT post_id, series FROM snapshot_series WHERE channel_id = $1 AND post_id");
    let (sql, ids) = (SQL.of(tx), id_list(tx.backend(), ids));
    let rows: Vec<(i64, Vec<u8>)> = on!(tx, |conn| sqlx::query_as(sql).bind(channel).bind(&ids).fetch_all(conn))?;
    rows.into_iter().map(|(post_id, bytes)| Ok((post_id, unpack(channel, post_id, &bytes)?))).collect()
}

/// Series of posts with an id above `after`, by id.
pub async fn list_series(tx: &mut Tx, channel: ChannelId, after: i64, limit: i64) -> Result<Vec<Series>> {
    const SQL: &str = "SELECT post_id, series FROM snapshot_series WHERE channel_id = $1 AND post_id > $2 \
        ORDER BY post_id LIMIT $3";
    let rows: Vec<(i64, Vec<u8>)> =
        on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(after).bind(limit).fetch_all(conn))?;
    rows.into_iter()
        .map(|(post_id, bytes)| Ok(Series { post_id, snapshots: unpack(channel, post_id, &bytes)? }))
        .collect()
}

pub(crate) fn unpack(channel: ChannelId, post_id: i64, bytes: &[u8]) -> Result<Vec<Snapshot>> {
    decode(bytes).map_err(|problem| damaged(channel, post_id, problem))
}

pub(crate) fn damaged(channel: ChannelId, post_id: i64, problem: &str) -> Error {
    Error::Data {
        table: "snapshot_series",
        column: "series",
        row: format!("channel {channel} post {post_id}"),
        problem: problem.to_owned(),
    }
}

/// Inserts series none of which is there yet, none of them empty.
pub(crate) async fn write_new_series(tx: &mut Tx, channel: ChannelId, series: &[Series]) -> Result<()> {
    const COPY: &str = "COPY snapshot_series (channel_id, post_id, snapshots, first_at, last_at, series) \
        FROM STDIN WITH (FORMAT binary)";
    const COLUMNS: i16 = 6;
    let inner = match tx {
        Tx::Postgres(inner) if series.len() >= copy::ROWS_MIN => inner,
        tx => return write_series(tx, channel, series).await,
    };
    let mut copy = Copy::begin(inner, COPY, COLUMNS).await?;
    for Series { post_id, snapshots } in series {
        copy.row().await?;
        copy.value(channel)?
            .value(*post_id)?
            .value(snapshots.len() as i64)?
            .value(snapshots.first().map_or(0, |first| first.at))?
            .value(snapshots.last().map_or(0, |last| last.at))?
            .value(encode(snapshots))?;
    }
    copy.finish().await
}

/// Inserts or replaces whole rows, none of them empty.
pub(crate) async fn write_series(tx: &mut Tx, channel: ChannelId, series: &[Series]) -> Result<()> {
    const COLUMNS: usize = 6;
    let backend = tx.backend();
    let statement = |rows| {
        batch::statement(
            backend,
            "INSERT INTO snapshot_series (channel_id, post_id, snapshots, first_at, last_at, series) VALUES ",
            COLUMNS,
            rows,
            " ON CONFLICT (channel_id, post_id) DO UPDATE SET snapshots = excluded.snapshots, \
                first_at = excluded.first_at, last_at = excluded.last_at, series = excluded.series",
        )
    };
    execute_batches!(tx, series, |batch| {
        let mut query = sqlx::query(statement(batch.len()));
        for Series { post_id, snapshots } in batch {
            query = query
                .bind(channel)
                .bind(post_id)
                .bind(snapshots.len() as i64)
                .bind(snapshots.first().map_or(0, |first| first.at))
                .bind(snapshots.last().map_or(0, |last| last.at))
                .bind(encode(snapshots));
        }
        query
    })
}
