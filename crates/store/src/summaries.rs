//! Weekly and monthly sums of a channel, kept beside its daily facts. A writer [marks](mark) the days it touches; at the
//! end of its unit of work [`bring_up_to_date`], which [`crate::collect::bump`] calls, sums the periods of those days
//! anew and no others. So they are never behind the facts they are sums of, and never read whole.

use std::collections::{BTreeMap, BTreeSet};

use domain::analytics::summary::{Span, Summary};
use domain::ids::ChannelId;
use domain::posts::{Counters, Source};
use domain::zone::{Zone, days_between};
use jiff::civil::Date;

use crate::collect::batch::id_list;
use crate::collect::lock;
use crate::{Dialect, Error, Result, Tx, execute, on};

const DAY_S: i64 = 86_400;
/// In the place of a day: all of the channel's.
const EVERY_DAY: i64 = i64::MAX;

/// UTC day of an instant, in days since 1970.
pub(crate) fn day_of(at: i64) -> i64 {
    at.div_euclid(DAY_S)
}

/// The same of a written day.
pub(crate) fn day_number(day: Date) -> i64 {
    days_between(jiff::civil::date(1970, 1, 1), day)
}

/// The facts of these days (since 1970, UTC) are other than before.
pub(crate) async fn mark(tx: &mut Tx, channel: ChannelId, days: &BTreeSet<i64>) -> Result<()> {
    const SQL: Dialect = Dialect {
        sqlite: "INSERT INTO channel_summary_due (channel_id, day) SELECT $1, value FROM json_each($2) WHERE TRUE \
            ON CONFLICT DO NOTHING",
        postgres: "INSERT INTO channel_summary_due (channel_id, day) \
            SELECT $1, day FROM UNNEST(CAST(string_to_array($2, ',') AS BIGINT[])) AS day ON CONFLICT DO NOTHING",
    };
    if days.is_empty() {
        return Ok(());
    }
    // whoever marks has the channel to itself, so that two writers never wait for one another's marks
    lock(tx, channel).await?;
    let (sql, days) = (SQL.of(tx), id_list(tx.backend(), days.iter().copied()));
    execute!(tx, |conn| sqlx::query(sql).bind(channel).bind(&days).execute(conn))?;
    Ok(())
}

/// Every period is another one than before: a new zone, a new channel, or sums that are not trusted.
pub async fn mark_all(tx: &mut Tx, channel: ChannelId) -> Result<()> {
    mark(tx, channel, &BTreeSet::from([EVERY_DAY])).await
}

/// Whether sums wait to be made, as they do for channels from before there were any.
pub async fn is_due(tx: &mut Tx, channel: ChannelId) -> Result<bool> {
    const SQL: &str = "SELECT COUNT(*) FROM channel_summary_due WHERE channel_id = $1";
    let due: i64 = on!(tx, |conn| sqlx::query_scalar(SQL).bind(channel).fetch_one(conn))?;
    Ok(due > 0)
}

/// Sums the periods of the marked days; how many periods those were.
pub async fn bring_up_to_date(tx: &mut Tx, channel: ChannelId) -> Result<usize> {
    const TAKE: &str = "DELETE FROM channel_summary_due WHERE channel_id = $1 RETURNING day";
    const CLEAR: &str = "DELETE FROM channel_summary WHERE channel_id = $1";
    let days: Vec<i64> = on!(tx, |conn| sqlx::query_scalar(TAKE).bind(channel).fetch_all(conn))?;
    if days.is_empty() {
        return Ok(0);
    }
    lock(tx, channel).await?;
    let zone = zone_of(tx, channel).await?;
    let periods = if days.contains(&EVERY_DAY) {
        execute!(tx, |conn| sqlx::query(CLEAR).bind(channel).execute(conn))?;
        all_periods(tx, channel, &zone).await?
    } else {
        periods_of(days, &zone)
    };
    for (span, first_day) in &periods {
        match sum(tx, channel, &zone, *span, *first_day).await? {
            Some(summary) => upsert(tx, channel, *span, &summary).await?,
            None => delete(tx, channel, *span, *first_day).await?,
        }
    }
    Ok(periods.len())
}

/// Periods that begin on `first ..= last`, in order; those in which nothing happened are left out.
pub async fn list(tx: &mut Tx, channel: ChannelId, span: Span, first: Date, last: Date) -> Result<Vec<Summary>> {
    const SQL: &str = "SELECT first_day, posts, views, forwards, reactions, replies, subscribers, joined, \"left\" \
        FROM channel_summary WHERE channel_id = $1 AND span = $2 AND first_day >= $3 AND first_day <= $4 \
        ORDER BY first_day";
    let rows: Vec<Row> = on!(tx, |conn| sqlx::query_as(SQL)
        .bind(channel)
        .bind(span.as_str())
        .bind(first.to_string())
        .bind(last.to_string())
        .fetch_all(conn))?;
    rows.into_iter().map(|row| row.summary(channel)).collect()
}

/// Where posts published in `from <= date_utc < to` and facts of the days `first ..= last` come from.
pub async fn list_sources(
    tx: &mut Tx,
    channel: ChannelId,
    (from, to): (i64, i64),
    (first, last): (Date, Date),
) -> Result<Vec<Source>> {
    const SQL: &str = "SELECT source FROM post WHERE channel_id = $1 AND date_utc >= $2 AND date_utc < $3 \
        UNION SELECT source FROM channel_daily WHERE channel_id = $1 AND day >= $4 AND day <= $5 \
            AND subscribers IS NOT NULL \
        UNION SELECT COALESCE(flow_source, source) FROM channel_daily WHERE channel_id = $1 AND day >= $4 AND day <= $5 \
            AND (joined IS NOT NULL OR \"left\" IS NOT NULL)";
    let mut sources: Vec<Source> = on!(tx, |conn| sqlx::query_scalar(SQL)
        .bind(channel)
        .bind(from)
        .bind(to)
        .bind(first.to_string())
        .bind(last.to_string())
        .fetch_all(conn))?;
    sources.sort_unstable();
    sources.retain(|source| *source != Source::Missing);
    Ok(sources)
}

/// First days of the periods whose sums are not those of the facts, of any length; empty when all is well.
pub async fn list_wrong(tx: &mut Tx, channel: ChannelId) -> Result<Vec<(Span, Date)>> {
    let zone = zone_of(tx, channel).await?;
    let mut kept = BTreeMap::new();
    for span in Span::ALL {
        for summary in list(tx, channel, span, Date::MIN, Date::MAX).await? {
            kept.insert((span, summary.first_day), summary);
        }
    }
    let mut periods = all_periods(tx, channel, &zone).await?;
    periods.extend(kept.keys());
    let mut wrong = Vec::new();
    for (span, first_day) in periods {
        if sum(tx, channel, &zone, span, first_day).await?.as_ref() != kept.get(&(span, first_day)) {
            wrong.push((span, first_day));
        }
    }
    Ok(wrong)
}

/// What the facts of a period come to; `None` when there are none.
async fn sum(tx: &mut Tx, channel: ChannelId, zone: &Zone, span: Span, first_day: Date) -> Result<Option<Summary>> {
    const POSTS: &str = "SELECT COUNT(*), CAST(SUM(views) AS BIGINT), CAST(SUM(forwards) AS BIGINT), \
        CAST(SUM(reactions) AS BIGINT), CAST(SUM(replies) AS BIGINT) FROM post \
        WHERE channel_id = $1 AND date_utc >= $2 AND date_utc < $3";
    const DAYS: &str = "SELECT COUNT(*), CAST(SUM(joined) AS BIGINT), CAST(SUM(\"left\") AS BIGINT), \
        (SELECT subscribers FROM channel_daily WHERE channel_id = $1 AND day >= $2 AND day < $3 \
            AND subscribers IS NOT NULL ORDER BY day DESC LIMIT 1) \
        FROM channel_daily WHERE channel_id = $1 AND day >= $2 AND day < $3";
    let end = span.next(first_day);
    let (from, to) = (zone.midnight(first_day), zone.midnight(end));
    let (posts, views, forwards, reactions, replies): (i64, Option<i64>, Option<i64>, Option<i64>, Option<i64>) =
        on!(tx, |conn| sqlx::query_as(POSTS).bind(channel).bind(from).bind(to).fetch_one(conn))?;
    let (days, joined, left, subscribers): (i64, Option<i64>, Option<i64>, Option<i64>) =
        on!(tx, |conn| sqlx::query_as(DAYS)
            .bind(channel)
            .bind(first_day.to_string())
            .bind(end.to_string())
            .fetch_one(conn))?;
    if posts == 0 && days == 0 {
        return Ok(None);
    }
    let counters = match posts {
        0 => Summary::empty(first_day).counters,
        _ => Counters { views, forwards, reactions, replies },
    };
    Ok(Some(Summary::of(first_day, posts as u64, counters, subscribers, joined, left)))
}

async fn upsert(tx: &mut Tx, channel: ChannelId, span: Span, summary: &Summary) -> Result<()> {
    const SQL: &str = "INSERT INTO channel_summary (channel_id, span, first_day, posts, views, forwards, reactions, \
        replies, subscribers, joined, \"left\") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
        ON CONFLICT (channel_id, span, first_day) DO UPDATE SET posts = excluded.posts, views = excluded.views, \
        forwards = excluded.forwards, reactions = excluded.reactions, replies = excluded.replies, \
        subscribers = excluded.subscribers, joined = excluded.joined, \"left\" = excluded.\"left\"";
    let counters = summary.counters;
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(channel)
        .bind(span.as_str())
        .bind(summary.first_day.to_string())
        .bind(summary.posts as i64)
        .bind(counters.views)
        .bind(counters.forwards)
        .bind(counters.reactions)
        .bind(counters.replies)
        .bind(summary.subscribers)
        .bind(summary.joined)
        .bind(summary.left)
        .execute(conn))?;
    Ok(())
}

async fn delete(tx: &mut Tx, channel: ChannelId, span: Span, first_day: Date) -> Result<()> {
    const SQL: &str = "DELETE FROM channel_summary WHERE channel_id = $1 AND span = $2 AND first_day = $3";
    let first_day = first_day.to_string();
    execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(span.as_str()).bind(&first_day).execute(conn))?;
    Ok(())
}

async fn zone_of(tx: &mut Tx, channel: ChannelId) -> Result<Zone> {
    const SQL: &str = "SELECT zone FROM channel WHERE id = $1";
    let name: Option<String> = on!(tx, |conn| sqlx::query_scalar(SQL).bind(channel).fetch_optional(conn))?;
    Zone::find(name.as_deref().unwrap_or("UTC")).map_err(|error| Error::Data {
        table: "channel",
        column: "zone",
        row: format!("channel {channel}"),
        problem: error.to_string(),
    })
}

/// All periods with facts, and perhaps a few beside them without.
async fn all_periods(tx: &mut Tx, channel: ChannelId, zone: &Zone) -> Result<BTreeSet<(Span, Date)>> {
    // the division rounds towards 1970: an instant before it may be of the day before
    const POSTS: &str = "SELECT DISTINCT date_utc / 86400 FROM post WHERE channel_id = $1";
    const DAYS: &str = "SELECT day FROM channel_daily WHERE channel_id = $1";
    let published: Vec<i64> = on!(tx, |conn| sqlx::query_scalar(POSTS).bind(channel).fetch_all(conn))?;
    let written: Vec<String> = on!(tx, |conn| sqlx::query_scalar(DAYS).bind(channel).fetch_all(conn))?;
    let before_1970 = published.iter().filter(|day| **day <= 0).map(|day| day - 1).collect::<Vec<_>>();
    let mut periods = periods_of(published.into_iter().chain(before_1970), zone);
    for day in written {
        let day: Date = day.parse().map_err(|_| Error::Data {
            table: "channel_daily",
            column: "day",
            row: format!("channel {channel} day {day:?}"),
            problem: "not a day".to_owned(),
        })?;
        periods.extend(Span::ALL.map(|span| (span, span.first_day(day))));
    }
    Ok(periods)
}

/// Periods that a UTC day may be part of: its facts are written under its own name, its posts are of one of the two
/// local days that it is part of.
fn periods_of(days: impl IntoIterator<Item = i64>, zone: &Zone) -> BTreeSet<(Span, Date)> {
    let mut periods = BTreeSet::new();
    for number in days {
        let begins = number.saturating_mul(DAY_S);
        let local = [begins, begins.saturating_add(DAY_S - 1)].map(|at| zone.day(at));
        for day in local.into_iter().chain([Zone::utc().day(begins)]) {
            periods.extend(Span::ALL.map(|span| (span, span.first_day(day))));
        }
    }
    periods
}

#[derive(sqlx::FromRow)]
struct Row {
    first_day: String,
    posts: i64,
    views: Option<i64>,
    forwards: Option<i64>,
    reactions: Option<i64>,
    replies: Option<i64>,
    subscribers: Option<i64>,
    joined: Option<i64>,
    left: Option<i64>,
}

impl Row {
    fn summary(self, channel: ChannelId) -> Result<Summary> {
        let first_day = self.first_day.parse().map_err(|_| Error::Data {
            table: "channel_summary",
            column: "first_day",
            row: format!("channel {channel} period {:?}", self.first_day),
            problem: "not a day".to_owned(),
        })?;
        let counters =
            Counters { views: self.views, forwards: self.forwards, reactions: self.reactions, replies: self.replies };
        Ok(Summary::of(first_day, self.posts as u64, counters, self.subscribers, self.joined, self.left))
    }
}

#[cfg(test)]
mod tests {
    use domain::analytics::history::DailyFact;
    use domain::posts::Snapshot;
    use domain::zone::add_days;
    use jiff::civil::date;
    use proptest::prelude::*;
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::collect::tests::{channel, post};
    use crate::collect::{PostFacts, Series, bump, merge_snapshots, upsert_daily, upsert_posts};
    use crate::{both_dbs, channels, retention};

    const NOW: i64 = 1_760_000_000;

    /// What writers do.
    #[derive(Debug, Clone)]
    enum Write {
        /// a post at an hour since the beginning; of a known one, another date
        Post(i64, i64),
        /// a reading of a post that is there
        Reading(i64, i64),
        /// a day's joined and subscribers
        Day(i64, Option<i64>, Option<i64>),
        /// what is older goes
        Trim(i64),
        Zone(usize),
    }

    fn write() -> impl Strategy<Value = Write> {
        prop_oneof![
            4 => (1..12_i64, -40 * 24..100 * 24_i64).prop_map(|(post, hour)| Write::Post(post, hour)),
            4 => (1..12_i64, 0..5_000_i64).prop_map(|(post, views)| Write::Reading(post, views)),
            4 => (0..90_i64, prop::option::of(0..50_i64), prop::option::of(1..900_i64)).prop_map(|(day, joined, subscribers)| Write::Day(day, joined, subscribers)),
            1 => (0..40_i64).prop_map(Write::Trim),
            1 => (0..3_usize).prop_map(Write::Zone),
        ]
    }

    async fn carry_out(tx: &mut Tx, channel: &mut domain::channels::Channel, write: &Write, step: i64) {
        let begin = date(2025, 3, 1);
        match *write {
            Write::Post(id, hour) => {
                let facts = PostFacts { date_utc: Zone::utc().midnight(begin) + hour * 3600, ..post(id) };
                upsert_posts(tx, channel.id, &[facts]).await.unwrap();
            }
            Write::Reading(id, views) => {
                let counters =
                    Counters { views: Some(views), replies: (views % 2 == 0).then_some(views), ..Counters::default() };
                let snapshots = vec![Snapshot { at: NOW + step, counters }];
                merge_snapshots(tx, channel.id, &[Series { post_id: id, snapshots }]).await.unwrap();
            }
            Write::Day(day, joined, subscribers) => {
                let fact = DailyFact {
                    subscribers,
                    joined,
                    left: joined.map(|joined| joined / 3),
                    ..DailyFact::told_by(Source::Official, add_days(begin, day))
                };
                upsert_daily(tx, channel.id, &[fact]).await.unwrap();
            }
            Write::Trim(day) => {
                retention::delete_daily_before(tx, channel.id, add_days(begin, day), 7).await.unwrap();
            }
            Write::Zone(zone) => {
                ["UTC", "Asia/Tashkent", "America/Los_Angeles"][zone].clone_into(&mut channel.zone);
                channels::update(tx, channel).await.unwrap();
            }
        }
    }

    both_dbs! {
        async fn kept_step_by_step_they_are_what_all_facts_come_to(db: &Db) {
            let mut runner = TestRunner::deterministic();
            for _ in 0..12 {
                let writes = prop::collection::vec(write(), 1..25).new_tree(&mut runner).unwrap().current();
                let mut tx = db.write().await.unwrap();
                let mut channel = channel(&mut tx).await;
                for (step, some) in writes.chunks(3).enumerate() {
                    for write in some {
                        carry_out(&mut tx, &mut channel, write, step as i64).await;
                    }
                    bump(&mut tx, channel.id, NOW).await.unwrap();
                    assert_eq!(list_wrong(&mut tx, channel.id).await.unwrap(), [], "step {step} of {writes:?}");
                }
                // not committed: the next round begins with an empty database
            }
        }

        async fn only_touched_periods_are_summed(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            let posts: Vec<_> = (0..300).map(|id| PostFacts { date_utc: NOW - id * DAY_S, ..post(id + 1) }).collect();
            upsert_posts(&mut tx, channel.id, &posts).await.unwrap();
            assert!(is_due(&mut tx, channel.id).await.unwrap());
            bump(&mut tx, channel.id, NOW).await.unwrap();
            assert!(!is_due(&mut tx, channel.id).await.unwrap());
            let reading = Snapshot { at: NOW, counters: Counters { views: Some(8), ..Counters::default() } };
            merge_snapshots(&mut tx, channel.id, &[Series { post_id: 1, snapshots: vec![reading] }]).await.unwrap();
            assert_eq!(bring_up_to_date(&mut tx, channel.id).await.unwrap(), 2, "one week and one month");
            let week = Span::Week.first_day(Zone::utc().day(NOW));
            let weeks = list(&mut tx, channel.id, Span::Week, week, week).await.unwrap();
            assert_eq!((weeks.len(), weeks[0].counters.views, weeks[0].posts), (1, Some(8), 4), "{weeks:?}");
            assert_eq!(bring_up_to_date(&mut tx, channel.id).await.unwrap(), 0);
        }

        async fn what_was_changed_by_hand_is_found_and_mended(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            upsert_posts(&mut tx, channel.id, &[post(1), post(2)]).await.unwrap();
            bump(&mut tx, channel.id, NOW).await.unwrap();
            execute!(&mut tx, |conn| sqlx::query("UPDATE channel_summary SET posts = 9 WHERE span = 'week'").execute(conn)).unwrap();
            let week = Span::Week.first_day(Zone::utc().day(post(1).date_utc));
            assert_eq!(list_wrong(&mut tx, channel.id).await.unwrap(), [(Span::Week, week)]);
            mark_all(&mut tx, channel.id).await.unwrap();
            bring_up_to_date(&mut tx, channel.id).await.unwrap();
            assert_eq!(list_wrong(&mut tx, channel.id).await.unwrap(), []);
        }

        async fn posts_from_before_1970_are_summed_too(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            let old = [-1, -DAY_S, -40 * DAY_S - 7].map(|date_utc| PostFacts { date_utc, ..post(1 - date_utc) });
            upsert_posts(&mut tx, channel.id, &old).await.unwrap();
            mark_all(&mut tx, channel.id).await.unwrap();
            bring_up_to_date(&mut tx, channel.id).await.unwrap();
            assert_eq!(list_wrong(&mut tx, channel.id).await.unwrap(), []);
            let months = list(&mut tx, channel.id, Span::Month, Date::MIN, Date::MAX).await.unwrap();
            assert_eq!(months.iter().map(|month| month.posts).sum::<u64>(), 3);
        }
    }
}
