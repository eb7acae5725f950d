//! A channel's daily facts and views by source, all days in one row, from SQLite (see [`crate::packed`]): a year of them
//! are some 3,000 rows.

use domain::analytics::history::{DailyFact, SourceFact};
use domain::ids::ChannelId;
use jiff::civil::Date;
use sqlx::SqliteConnection;

use crate::{Result, packed};

/// Null without a day.
const DAILY: &str = "SELECT group_concat(concat_ws(char(31), day, ifnull(subscribers, ''), ifnull(joined, ''), \
    ifnull(\"left\", ''), ifnull(notifications_on, ''), source, ifnull(flow_source, ''), \
    ifnull(notifications_source, '')), char(30)) \
    FROM (SELECT * FROM channel_daily WHERE channel_id = $1 AND day >= $2 AND day <= $3 ORDER BY day)";

/// The names of origins come from files: they are laid end to end. Both are null without a day.
const SOURCES: &str = "SELECT group_concat(concat_ws(char(31), day, ifnull(views, ''), source, octet_length(origin)), \
    char(30)), group_concat(origin, '') \
    FROM (SELECT day, origin, views, source FROM channel_source_daily \
    WHERE channel_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, origin)";

/// As [`crate::collect::list_daily`].
pub(crate) async fn daily(
    conn: &mut SqliteConnection,
    channel: ChannelId,
    first: Date,
    last: Date,
) -> Result<Vec<DailyFact>> {
    let found: Option<String> =
        sqlx::query_scalar(DAILY).bind(channel).bind(first.to_string()).bind(last.to_string()).fetch_one(conn).await?;
    packed::rows(&found.unwrap_or_default(), "channel_daily", channel)
        .map(|mut fields| {
            let day = fields.value("day")?;
            let subscribers = fields.known("subscribers")?;
            let joined = fields.known("joined")?;
            let left = fields.known("left")?;
            let notifications_on = fields.known("notifications_on")?;
            let source = fields.value("source")?;
            let flow_source = fields.known("flow_source")?.unwrap_or(source);
            let notifications_source = fields.known("notifications_source")?.unwrap_or(source);
            Ok(DailyFact {
                day,
                subscribers,
                joined,
                left,
                notifications_on,
                source,
                flow_source,
                notifications_source,
            })
        })
        .collect()
}

/// As [`crate::collect::list_sources`].
pub(crate) async fn sources(
    conn: &mut SqliteConnection,
    channel: ChannelId,
    first: Date,
    last: Date,
) -> Result<Vec<SourceFact>> {
    let (found, origins): (Option<String>, Option<String>) =
        sqlx::query_as(SOURCES).bind(channel).bind(first.to_string()).bind(last.to_string()).fetch_one(conn).await?;
    let (found, origins) = (found.unwrap_or_default(), origins.unwrap_or_default());
    let mut origins = origins.as_str();
    packed::rows(&found, "channel_source_daily", channel)
        .map(|mut fields| {
            let day = fields.value("day")?;
            let views = fields.known("views")?;
            let source = fields.value("source")?;
            let origin = fields.text_of(&mut origins, "origin")?.to_owned();
            Ok(SourceFact { day, origin, views, source })
        })
        .collect()
}
