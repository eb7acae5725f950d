//! How channels are collected.

use domain::collect::connection::{Connection, Mode, Obstacle};
use domain::ids::{ChannelId, PersonId, WorkspaceId};

use crate::{Result, Tx, execute, on};

/// Connects a channel this way; `false` when it is already.
pub async fn insert(tx: &mut Tx, channel: ChannelId, mode: Mode, by: Option<PersonId>, now: i64) -> Result<bool> {
    const SQL: &str = "INSERT INTO channel_connection (channel_id, mode, connected_by, connected_at) \
        VALUES ($1, $2, $3, $4) ON CONFLICT (channel_id, mode) DO NOTHING";
    let inserted = execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(mode).bind(by).bind(now).execute(conn))?;
    Ok(inserted > 0)
}

/// `false` when it was not connected this way.
pub async fn delete(tx: &mut Tx, channel: ChannelId, mode: Mode) -> Result<bool> {
    const SQL: &str = "DELETE FROM channel_connection WHERE channel_id = $1 AND mode = $2";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(mode).execute(conn))? > 0)
}

/// The channel was heard this way; nothing stands in the way. Whoever was no administrator begins anew: what happened
/// meanwhile was not told.
pub async fn heard(tx: &mut Tx, channel: ChannelId, mode: Mode, now: i64) -> Result<()> {
    const SQL: &str = "UPDATE channel_connection SET heard_at = $3, obstacle = NULL, obstacle_until = NULL, \
        connected_at = CASE WHEN obstacle = $4 THEN $3 ELSE connected_at END WHERE channel_id = $1 AND mode = $2";
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(channel)
        .bind(mode)
        .bind(now)
        .bind(Obstacle::NotAdministrator)
        .execute(conn))?;
    Ok(())
}

/// Something stands in the way, until a moment (unix seconds) where that is known.
pub async fn blocked(
    tx: &mut Tx,
    channel: ChannelId,
    mode: Mode,
    obstacle: Obstacle,
    until: Option<i64>,
) -> Result<()> {
    const SQL: &str = "UPDATE channel_connection SET obstacle = $3, obstacle_until = $4 \
        WHERE channel_id = $1 AND mode = $2";
    execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(mode).bind(obstacle).bind(until).execute(conn))?;
    Ok(())
}

/// Nothing stands in the way any more, although the channel has not been heard yet.
pub async fn unblocked(tx: &mut Tx, channel: ChannelId, mode: Mode) -> Result<()> {
    const SQL: &str = "UPDATE channel_connection SET obstacle = NULL, obstacle_until = NULL \
        WHERE channel_id = $1 AND mode = $2";
    execute!(tx, |conn| sqlx::query(SQL).bind(channel).bind(mode).execute(conn))?;
    Ok(())
}

/// All ways in which visible channels of a workspace are collected, by channel and mode.
pub async fn list(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<Connection>> {
    const SQL: &str = "SELECT c.channel_id, c.mode, c.connected_at, c.heard_at, c.obstacle, c.obstacle_until \
        FROM channel_connection c JOIN channel ON channel.id = c.channel_id \
        WHERE channel.workspace_id = $1 AND channel.deleted_at IS NULL ORDER BY c.channel_id, c.mode";
    on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).fetch_all(conn))
}

/// All visible channels, of whatever workspace, that are collected this way, by channel: for whoever collects.
pub async fn list_by_mode(tx: &mut Tx, mode: Mode) -> Result<Vec<Connection>> {
    const SQL: &str = "SELECT c.channel_id, c.mode, c.connected_at, c.heard_at, c.obstacle, c.obstacle_until \
        FROM channel_connection c JOIN channel ON channel.id = c.channel_id \
        WHERE c.mode = $1 AND channel.deleted_at IS NULL ORDER BY c.channel_id";
    on!(tx, |conn| sqlx::query_as(SQL).bind(mode).fetch_all(conn))
}

/// The visible channels with this id of Telegram, of whatever workspace, that are collected this way.
pub async fn find_by_telegram(tx: &mut Tx, telegram_id: i64, mode: Mode) -> Result<Vec<Connection>> {
    const SQL: &str = "SELECT c.channel_id, c.mode, c.connected_at, c.heard_at, c.obstacle, c.obstacle_until \
        FROM channel_connection c JOIN channel ON channel.id = c.channel_id \
        WHERE channel.telegram_id = $1 AND c.mode = $2 AND channel.deleted_at IS NULL ORDER BY c.channel_id";
    on!(tx, |conn| sqlx::query_as(SQL).bind(telegram_id).bind(mode).fetch_all(conn))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::both_dbs;
    use crate::collect::tests::channel;

    const NOW: i64 = 1_760_000_000;

    both_dbs! {
        async fn a_channel_is_collected_in_several_ways(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            assert!(insert(&mut tx, channel.id, Mode::Preview, None, NOW).await.unwrap());
            assert!(insert(&mut tx, channel.id, Mode::Bot, None, NOW + 1).await.unwrap());
            assert!(!insert(&mut tx, channel.id, Mode::Bot, None, NOW + 2).await.unwrap(), "the first stays");
            blocked(&mut tx, channel.id, Mode::Bot, Obstacle::FloodWait, Some(NOW + 60)).await.unwrap();
            heard(&mut tx, channel.id, Mode::Preview, NOW + 5).await.unwrap();
            let bot = Connection {
                channel_id: channel.id,
                mode: Mode::Bot,
                connected_at: NOW + 1,
                heard_at: None,
                obstacle: Some(Obstacle::FloodWait),
                obstacle_until: Some(NOW + 60),
            };
            let listed = list(&mut tx, channel.workspace_id).await.unwrap();
            assert_eq!((listed.len(), &listed[0], listed[1].heard_at), (2, &bot, Some(NOW + 5)));
            assert_eq!(list_by_mode(&mut tx, Mode::Bot).await.unwrap(), [bot]);
            heard(&mut tx, channel.id, Mode::Bot, NOW + 70).await.unwrap();
            let again = list_by_mode(&mut tx, Mode::Bot).await.unwrap().remove(0);
            assert_eq!((again.heard_at, again.obstacle, again.obstacle_until), (Some(NOW + 70), None, None));
            assert_eq!(again.connected_at, NOW + 1);
            blocked(&mut tx, channel.id, Mode::Bot, Obstacle::NotAdministrator, None).await.unwrap();
            heard(&mut tx, channel.id, Mode::Bot, NOW + 90).await.unwrap();
            let anew = list_by_mode(&mut tx, Mode::Bot).await.unwrap().remove(0);
            assert_eq!((anew.connected_at, anew.heard_at, anew.obstacle), (NOW + 90, Some(NOW + 90), None));
            blocked(&mut tx, channel.id, Mode::Bot, Obstacle::FloodWait, Some(NOW + 99)).await.unwrap();
            unblocked(&mut tx, channel.id, Mode::Bot).await.unwrap();
            assert_eq!(list_by_mode(&mut tx, Mode::Bot).await.unwrap(), [anew]);
            assert!(delete(&mut tx, channel.id, Mode::Bot).await.unwrap());
            assert!(!delete(&mut tx, channel.id, Mode::Bot).await.unwrap());
            crate::channels::hide(&mut tx, channel.id, NOW).await.unwrap();
            assert_eq!(list(&mut tx, channel.workspace_id).await.unwrap(), []);
            assert_eq!(list_by_mode(&mut tx, Mode::Preview).await.unwrap(), []);
        }
    }
}
