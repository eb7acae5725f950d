//! People who came to a channel and went, without who they are.

use domain::ids::ChannelId;
use jiff::civil::Date;

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

/// How many came by a link.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LinkJoins {
    pub invite_link: String,
    pub link_name: Option<String>,
    pub joined: i64,
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

/// Joins by link since a moment (unix seconds), most first.
pub async fn list_by_link(tx: &mut Tx, channel: ChannelId, since: i64) -> Result<Vec<LinkJoins>> {
    const SQL: &str = "SELECT invite_link, MAX(link_name) AS link_name, COUNT(*) AS joined \
        FROM channel_member_change \
        WHERE channel_id = $1 AND at >= $2 AND change > 0 AND invite_link IS NOT NULL \
        GROUP BY invite_link ORDER BY COUNT(*) DESC, invite_link";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(since).fetch_all(conn))
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
            for one in [change(1, true, Some("t.me/+a")), change(2, true, None), change(3, false, None)] {
                assert!(insert(&mut tx, channel, &one).await.unwrap());
                assert!(!insert(&mut tx, channel, &one).await.unwrap());
            }
            assert_eq!(flow(&mut tx, channel, date(2025, 10, 9)).await.unwrap(), Flow { joined: 2, left: 1 });
            assert_eq!(flow(&mut tx, channel, date(2025, 10, 8)).await.unwrap(), Flow { joined: 0, left: 0 });
            let links = list_by_link(&mut tx, channel, 0).await.unwrap();
            let poster = LinkJoins { invite_link: "t.me/+a".into(), link_name: Some("poster".into()), joined: 1 };
            assert_eq!(links, [poster]);
            assert_eq!(list_by_link(&mut tx, channel, 1_770_000_000).await.unwrap(), []);
        }
    }
}
