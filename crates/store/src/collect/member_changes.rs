//! People who came to a channel and went, without who they are.

use domain::analytics::history::{LinkJoinsFact, shown_invite_link};
use domain::ids::ChannelId;
use jiff::civil::Date;

use super::daily::day;
use crate::{Result, Tx, execute, on};

/// Somebody came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    /// of the update of the Bot API that told it
    pub update_id: i64,
    /// unix seconds
    pub at: i64,
    /// of UTC
    pub day: Date,
    /// or left
    pub joined: bool,
    /// the invitation link they came by
    pub invite_link: Option<String>,
    /// as its maker named it
    pub link_name: Option<String>,
}

/// Came and went on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Flow {
    pub joined: i64,
    pub left: i64,
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    day: String,
    invite_link: String,
    link_name: Option<String>,
    joined: i64,
}

/// `false` when it is known already.
pub async fn insert(tx: &mut Tx, channel: ChannelId, change: &MemberChange) -> Result<bool> {
    const SQL: &str = "INSERT INTO channel_member_change \
        (channel_id, update_id, at, day, change, invite_link, link_name) VALUES ($1, $2, $3, $4, $5, $6, $7) \
        ON CONFLICT (channel_id, update_id) DO NOTHING";
    let inserted = execute!(tx, |conn| sqlx::query(SQL)
        .bind(channel)
        .bind(change.update_id)
        .bind(change.at)
        .bind(change.day.to_string())
        .bind(if change.joined { 1_i64 } else { -1 })
        .bind(&change.invite_link)
        .bind(&change.link_name)
        .execute(conn))?;
    Ok(inserted > 0)
}

/// What is known of a day.
pub async fn flow(tx: &mut Tx, channel: ChannelId, day: Date) -> Result<Flow> {
    const SQL: &str = "SELECT COUNT(*) FILTER (WHERE change > 0) AS joined, \
        COUNT(*) FILTER (WHERE change < 0) AS \"left\" FROM channel_member_change WHERE channel_id = $1 AND day = $2";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(day.to_string()).fetch_one(conn))
}

/// Joins by link on the days from `first` to `last`, in order of day.
pub async fn list_link_joins(tx: &mut Tx, channel: ChannelId, first: Date, last: Date) -> Result<Vec<LinkJoinsFact>> {
    const SQL: &str = "SELECT day, invite_link, MAX(link_name) AS link_name, COUNT(*) AS joined \
        FROM channel_member_change \
        WHERE channel_id = $1 AND day >= $2 AND day <= $3 AND change > 0 AND invite_link IS NOT NULL \
        GROUP BY day, invite_link ORDER BY day, invite_link";
    let rows: Vec<LinkRow> = on!(tx, |conn| sqlx::query_as(SQL)
        .bind(channel)
        .bind(first.to_string())
        .bind(last.to_string())
        .fetch_all(conn))?;
    rows.into_iter()
        .map(|row| {
            Ok(LinkJoinsFact {
                day: day("channel_member_change", channel, &row.day)?,
                link: shown_invite_link(&row.invite_link),
                name: row.link_name,
                joined: row.joined,
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
        async fn who_came_and_by_which_link_is_counted_once(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            let change = |update_id, joined, link: Option<&str>| MemberChange {
                update_id,
                at: 1_760_000_000 + update_id,
                day: date(2025, 10, 9),
                joined,
                invite_link: link.map(str::to_owned),
                link_name: link.map(|_| "poster".to_owned()),
            };
            for one in [change(1, true, Some("t.me/+AbCdEfGhIjKl")), change(2, true, None), change(3, false, None)] {
                assert!(insert(&mut tx, channel, &one).await.unwrap());
                assert!(!insert(&mut tx, channel, &one).await.unwrap());
            }
            assert_eq!(flow(&mut tx, channel, date(2025, 10, 9)).await.unwrap(), Flow { joined: 2, left: 1 });
            assert_eq!(flow(&mut tx, channel, date(2025, 10, 8)).await.unwrap(), Flow { joined: 0, left: 0 });
            let (before, day) = (date(2025, 10, 8), date(2025, 10, 9));
            let links = list_link_joins(&mut tx, channel, before, day).await.unwrap();
            let poster =
                LinkJoinsFact { day, link: "t.me/+AbCdEfGh…".into(), name: Some("poster".into()), joined: 1 };
            assert_eq!(links, [poster]);
            assert_eq!(list_link_joins(&mut tx, channel, before, before).await.unwrap(), []);
        }
    }
}
