//! Edges between channels: who sends readers.

use domain::collect::edge::{Edge, Sender};
use domain::ids::ChannelId;

use crate::{Result, Tx, execute, on};

/// An edge that is there takes over what is told now; `true`: something is different from before.
pub async fn upsert(tx: &mut Tx, channel: ChannelId, edge: &Edge) -> Result<bool> {
    const FIND: &str = "SELECT kind, peer_id, message_id, username, title, post_id, at, views FROM channel_edge \
        WHERE channel_id = $1 AND kind = $2 AND peer_id = $3 AND message_id = $4";
    const SQL: &str = "INSERT INTO channel_edge (channel_id, kind, peer_id, message_id, username, title, post_id, at, views) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (channel_id, kind, peer_id, message_id) DO UPDATE \
        SET username = COALESCE(excluded.username, channel_edge.username), \
            title = COALESCE(excluded.title, channel_edge.title), \
            post_id = COALESCE(excluded.post_id, channel_edge.post_id), \
            at = COALESCE(excluded.at, channel_edge.at), views = COALESCE(excluded.views, channel_edge.views)";
    let known: Option<Edge> = on!(tx, |conn| sqlx::query_as(FIND)
        .bind(channel)
        .bind(edge.kind)
        .bind(edge.peer_id)
        .bind(edge.message_id)
        .fetch_optional(conn))?;
    if known.as_ref() == Some(edge) {
        return Ok(false);
    }
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(channel)
        .bind(edge.kind)
        .bind(edge.peer_id)
        .bind(edge.message_id)
        .bind(&edge.username)
        .bind(&edge.title)
        .bind(edge.post_id)
        .bind(edge.at)
        .bind(edge.views)
        .execute(conn))?;
    Ok(true)
}

/// Channels that send readers, by what was published since a moment (unix seconds); most views first.
pub async fn list_senders(tx: &mut Tx, channel: ChannelId, since: i64, limit: i64) -> Result<Vec<Sender>> {
    const SQL: &str = "SELECT peer_id, MAX(username) AS username, MAX(title) AS title, \
            CAST(SUM(CASE WHEN kind = 'forward' THEN 1 ELSE 0 END) AS BIGINT) AS forwards, \
            CAST(SUM(CASE WHEN kind = 'mention' THEN 1 ELSE 0 END) AS BIGINT) AS mentions, \
            CAST(SUM(views) AS BIGINT) AS views, MAX(at) AS last_at \
        FROM channel_edge WHERE channel_id = $1 AND (at IS NULL OR at >= $2) GROUP BY peer_id \
        ORDER BY COALESCE(SUM(views), 0) DESC, peer_id LIMIT $3";
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(since).bind(limit).fetch_all(conn))
}

#[cfg(test)]
mod tests {
    use domain::collect::edge::EdgeKind;

    use super::*;
    use crate::both_dbs;
    use crate::collect::tests::channel;

    both_dbs! {
        async fn senders_are_channels_with_their_messages_together(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            let forward = Edge {
                kind: EdgeKind::Forward,
                peer_id: 7,
                message_id: 1,
                username: Some("moon".to_owned()),
                title: None,
                post_id: Some(3),
                at: Some(100),
                views: Some(50),
            };
            assert!(upsert(&mut tx, channel, &forward).await.unwrap());
            assert!(!upsert(&mut tx, channel, &forward).await.unwrap());
            let seen_again = Edge { username: None, title: Some("Moon".to_owned()), views: Some(60), ..forward.clone() };
            assert!(upsert(&mut tx, channel, &seen_again).await.unwrap());
            let username = Some("moon".to_owned());
            let mention = Edge { kind: EdgeKind::Mention, message_id: 2, username, post_id: None, at: Some(200), views: Some(5), ..seen_again };
            upsert(&mut tx, channel, &mention).await.unwrap();
            let other = Edge { peer_id: 8, username: None, title: None, at: None, views: None, ..forward };
            upsert(&mut tx, channel, &other).await.unwrap();
            let moon = Sender {
                peer_id: 7,
                username: Some("moon".to_owned()),
                title: Some("Moon".to_owned()),
                forwards: 1,
                mentions: 1,
                views: Some(65),
                last_at: Some(200),
            };
            let quiet = Sender { peer_id: 8, username: None, title: None, forwards: 1, mentions: 0, views: None, last_at: None };
            assert_eq!(list_senders(&mut tx, channel, 0, 10).await.unwrap(), [moon.clone(), quiet]);
            let since = list_senders(&mut tx, channel, 150, 1).await.unwrap();
            assert_eq!(since, [Sender { forwards: 0, views: Some(5), ..moon }]);
        }
    }
}
