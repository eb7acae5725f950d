//! Daily facts and sources of views.

use std::collections::{BTreeSet, HashMap};

use domain::analytics::history::{DailyFact, SourceFact};
use domain::ids::ChannelId;
use domain::posts::Source;
use jiff::civil::Date;

use super::{Written, batch, lock};
use crate::summaries::{self, day_number};
use crate::{Error, Result, Tx, execute, on};

#[derive(sqlx::FromRow)]
struct DailyRow {
    day: String,
    subscribers: Option<i64>,
    joined: Option<i64>,
    left: Option<i64>,
    notifications_on: Option<i64>,
    source: Source,
    /// `None`: the same as `source`
    flow_source: Option<Source>,
    notifications_source: Option<Source>,
}

#[derive(sqlx::FromRow)]
struct SourceRow {
    day: String,
    origin: String,
    views: Option<i64>,
    source: Source,
}

pub(super) fn day(table: &'static str, channel: ChannelId, text: &str) -> Result<Date> {
    text.parse().map_err(|_| Error::Data {
        table,
        column: "day",
        row: format!("channel {channel} day {text:?}"),
        problem: "not a day".to_owned(),
    })
}

/// Writes days, each at most once in `days`; of a known day what is then believed (`docs/provenance.md`).
pub async fn upsert_daily(tx: &mut Tx, channel: ChannelId, days: &[DailyFact]) -> Result<Written> {
    const COLUMNS: usize = 9;
    lock(tx, channel).await?;
    let mut written = Written::default();
    let mut touched = BTreeSet::new();
    for batch in days.chunks(batch::ROWS) {
        let (Some(first), Some(last)) =
            (batch.iter().map(|fact| fact.day).min(), batch.iter().map(|fact| fact.day).max())
        else {
            break;
        };
        let known: HashMap<Date, DailyFact> =
            list_daily(tx, channel, first, last).await?.into_iter().map(|fact| (fact.day, fact)).collect();
        let mut changed = Vec::with_capacity(batch.len());
        for new in batch {
            let after = known.get(&new.day).map_or(*new, |old| old.updated(new));
            count(&mut written, known.get(&new.day), &after, &mut changed);
        }
        if changed.is_empty() {
            continue;
        }
        let sql = batch::statement(
            tx.backend(),
            "INSERT INTO channel_daily (channel_id, day, subscribers, joined, \"left\", notifications_on, source, \
                flow_source, notifications_source) VALUES ",
            COLUMNS,
            changed.len(),
            " ON CONFLICT (channel_id, day) DO UPDATE SET subscribers = excluded.subscribers, \
                joined = excluded.joined, \"left\" = excluded.\"left\", \
                notifications_on = excluded.notifications_on, source = excluded.source, \
                flow_source = excluded.flow_source, notifications_source = excluded.notifications_source",
        );
        execute!(tx, |conn| {
            let mut query = sqlx::query(sql);
            for fact in &changed {
                query = query
                    .bind(channel)
                    .bind(fact.day.to_string())
                    .bind(fact.subscribers)
                    .bind(fact.joined)
                    .bind(fact.left)
                    .bind(fact.notifications_on)
                    .bind(fact.source)
                    .bind(fact.flow_source)
                    .bind(fact.notifications_source);
            }
            query.execute(conn)
        })?;
        touched.extend(changed.iter().map(|fact| day_number(fact.day)));
    }
    summaries::mark(tx, channel, &touched).await?;
    Ok(written)
}

/// Writes views by source, each (day, origin) at most once in `facts`; of a known one what is then believed.
pub async fn upsert_sources(tx: &mut Tx, channel: ChannelId, facts: &[SourceFact]) -> Result<Written> {
    const COLUMNS: usize = 5;
    lock(tx, channel).await?;
    let mut written = Written::default();
    for batch in facts.chunks(batch::ROWS) {
        let (Some(first), Some(last)) =
            (batch.iter().map(|fact| fact.day).min(), batch.iter().map(|fact| fact.day).max())
        else {
            break;
        };
        let known: HashMap<(Date, String), SourceFact> = list_sources(tx, channel, first, last)
            .await?
            .into_iter()
            .map(|fact| ((fact.day, fact.origin.clone()), fact))
            .collect();
        let mut changed = Vec::with_capacity(batch.len());
        for new in batch {
            let before = known.get(&(new.day, new.origin.clone()));
            let after = before.map_or_else(|| new.clone(), |old| old.updated(new));
            count(&mut written, before, &after, &mut changed);
        }
        if changed.is_empty() {
            continue;
        }
        let sql = batch::statement(
            tx.backend(),
            "INSERT INTO channel_source_daily (channel_id, day, origin, views, source) VALUES ",
            COLUMNS,
            changed.len(),
            " ON CONFLICT (channel_id, day, origin) DO UPDATE SET views = excluded.views, source = excluded.source",
        );
        execute!(tx, |conn| {
            let mut query = sqlx::query(sql);
            for fact in &changed {
                query = query
                    .bind(channel)
                    .bind(fact.day.to_string())
                    .bind(&fact.origin)
                    .bind(fact.views)
                    .bind(fact.source);
            }
            query.execute(conn)
        })?;
    }
    Ok(written)
}

fn count<T: PartialEq + Clone>(written: &mut Written, before: Option<&T>, after: &T, changed: &mut Vec<T>) {
    match before {
        Some(before) if before == after => {
            written.unchanged += 1;
            return;
        }
        Some(_) => written.updated += 1,
        None => written.inserted += 1,
    }
    changed.push(after.clone());
}

/// Days in `first ..= last`, in order.
pub async fn list_daily(tx: &mut Tx, channel: ChannelId, first: Date, last: Date) -> Result<Vec<DailyFact>> {
    const SQL: &str = "SELECT day, subscribers, joined, \"left\", notifications_on, source, flow_source, notifications_source \
        FROM channel_daily \
        WHERE channel_id = $1 AND day >= $2 AND day <= $3 ORDER BY day";
    let rows: Vec<DailyRow> = on!(tx, |conn| sqlx::query_as(SQL)
        .bind(channel)
        .bind(first.to_string())
        .bind(last.to_string())
        .fetch_all(conn))?;
    rows.into_iter()
        .map(|row| {
            Ok(DailyFact {
                day: day("channel_daily", channel, &row.day)?,
                subscribers: row.subscribers,
                joined: row.joined,
                left: row.left,
                notifications_on: row.notifications_on,
                source: row.source,
                flow_source: row.flow_source.unwrap_or(row.source),
                notifications_source: row.notifications_source.unwrap_or(row.source),
            })
        })
        .collect()
}

/// Views by source of the days in `first ..= last`, by day, then origin.
pub async fn list_sources(tx: &mut Tx, channel: ChannelId, first: Date, last: Date) -> Result<Vec<SourceFact>> {
    const SQL: &str = "SELECT day, origin, views, source FROM channel_source_daily \
        WHERE channel_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, origin";
    let rows: Vec<SourceRow> = on!(tx, |conn| sqlx::query_as(SQL)
        .bind(channel)
        .bind(first.to_string())
        .bind(last.to_string())
        .fetch_all(conn))?;
    rows.into_iter()
        .map(|row| {
            Ok(SourceFact {
                day: day("channel_source_daily", channel, &row.day)?,
                origin: row.origin,
                views: row.views,
                source: row.source,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::both_dbs;
    use crate::collect::tests::channel;

    both_dbs! {
        async fn a_day_keeps_who_told_what(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            let day = date(2026, 1, 1);
            let official = DailyFact { subscribers: Some(100), ..DailyFact::told_by(Source::Official, day) };
            let file = DailyFact {
                subscribers: Some(90),
                joined: Some(5),
                left: Some(1),
                ..DailyFact::told_by(Source::Imported, day)
            };
            for fact in [&file, &official, &file] {
                upsert_daily(&mut tx, channel, std::slice::from_ref(fact)).await.unwrap();
            }
            let believed = DailyFact {
                subscribers: Some(100),
                source: Source::Official,
                notifications_source: Source::Imported,
                ..file
            };
            let found = list_daily(&mut tx, channel, day, day).await.unwrap();
            assert_eq!((found[0].sources().collect::<Vec<_>>(), found.len()), (believed.sources().collect(), 1));
            assert_eq!((found[0].subscribers, found[0].joined, found[0].left), (Some(100), Some(5), Some(1)));
            let again = upsert_daily(&mut tx, channel, &[file]).await.unwrap();
            assert_eq!(again.unchanged, 1);
        }

        async fn views_by_origin_are_of_the_most_exact_source(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            let fact = |source, views| SourceFact { day: date(2026, 1, 1), origin: "search".to_owned(), views, source };
            for fact in [fact(Source::Official, Some(7)), fact(Source::Imported, Some(9)), fact(Source::Official, None)] {
                upsert_sources(&mut tx, channel, &[fact]).await.unwrap();
            }
            let found = list_sources(&mut tx, channel, date(2026, 1, 1), date(2026, 1, 1)).await.unwrap();
            assert_eq!(found, [fact(Source::Official, Some(7))]);
        }

        async fn days_written_before_sources_were_told_apart_keep_theirs(db: &Db) {
            const AS_BEFORE: &str = "UPDATE channel_daily SET flow_source = NULL, notifications_source = NULL";
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            let day = date(2026, 1, 1);
            let fact = DailyFact { joined: Some(5), ..DailyFact::told_by(Source::Official, day) };
            upsert_daily(&mut tx, channel, &[fact]).await.unwrap();
            execute!(&mut tx, |conn| sqlx::query(AS_BEFORE).execute(conn)).unwrap();
            assert_eq!(list_daily(&mut tx, channel, day, day).await.unwrap(), [fact]);
        }
    }
}
