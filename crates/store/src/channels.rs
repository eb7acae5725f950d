//! Channels of a workspace. Rows that are an import's staging area or are being deleted are never seen here.

use domain::channels::{Channel, ChannelRef, folded};
use domain::ids::{ChannelId, WorkspaceId};

use crate::{Result, Tx, execute, on, summaries};

/// A channel about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChannel {
    pub workspace_id: WorkspaceId,
    pub telegram_id: Option<i64>,
    pub username: Option<String>,
    pub title: String,
    /// IANA zone name
    pub zone: String,
    pub demo: bool,
}

/// What a channel holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct Counts {
    pub posts: i64,
    pub snapshots: i64,
    /// days with daily facts
    pub days: i64,
}

/// Conflict: `channel_workspace_id_telegram_id`, `channel_workspace_id_username_folded`.
pub async fn insert(tx: &mut Tx, channel: &NewChannel, now: i64) -> Result<Channel> {
    const SQL: &str = "INSERT INTO channel (workspace_id, telegram_id, username, title, zone, demo, created_at, \
        username_folded) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
        RETURNING id, workspace_id, telegram_id, username, title, zone, demo, created_at";
    on!(tx, |conn| sqlx::query_as(SQL)
        .bind(channel.workspace_id)
        .bind(channel.telegram_id)
        .bind(&channel.username)
        .bind(&channel.title)
        .bind(&channel.zone)
        .bind(channel.demo)
        .bind(now)
        .bind(channel.username.as_deref().map(folded))
        .fetch_one(conn))
}

pub async fn find(tx: &mut Tx, id: ChannelId) -> Result<Option<Channel>> {
    const SQL: &str = "SELECT id, workspace_id, telegram_id, username, title, zone, demo, created_at FROM channel \
        WHERE id = $1 AND import_run_id IS NULL AND deleted_at IS NULL";
    on!(tx, |conn| sqlx::query_as(SQL).bind(id).fetch_optional(conn))
}

/// Looks only inside the workspace. A number that is no Telegram id there may still be a username made of digits; a
/// username that looks like our key goes before the key, which names only a channel without any other name.
pub async fn find_by_ref(tx: &mut Tx, workspace: WorkspaceId, channel: &ChannelRef) -> Result<Option<Channel>> {
    const BY_USERNAME: &str = "SELECT id, workspace_id, telegram_id, username, title, zone, demo, created_at \
        FROM channel WHERE workspace_id = $1 AND username_folded = $2 \
        AND import_run_id IS NULL AND deleted_at IS NULL";
    const BY_TELEGRAM_ID: &str = "SELECT id, workspace_id, telegram_id, username, title, zone, demo, created_at \
        FROM channel WHERE workspace_id = $1 AND telegram_id = $2 \
        AND import_run_id IS NULL AND deleted_at IS NULL";
    match channel {
        // no name holds a NUL, and Postgres refuses a text with one
        ChannelRef::Username(username) if username.contains('\0') => Ok(None),
        ChannelRef::Username(username) => {
            on!(tx, |conn| sqlx::query_as(BY_USERNAME).bind(workspace).bind(folded(username)).fetch_optional(conn))
        }
        ChannelRef::TelegramId(telegram_id) => {
            let found: Option<Channel> =
                on!(tx, |conn| sqlx::query_as(BY_TELEGRAM_ID).bind(workspace).bind(telegram_id).fetch_optional(conn))?;
            if found.is_some() {
                return Ok(found);
            }
            let username = telegram_id.to_string();
            on!(tx, |conn| sqlx::query_as(BY_USERNAME).bind(workspace).bind(&username).fetch_optional(conn))
        }
        ChannelRef::Key(id) => {
            let username = format!("c{id}");
            let found: Option<Channel> =
                on!(tx, |conn| sqlx::query_as(BY_USERNAME).bind(workspace).bind(&username).fetch_optional(conn))?;
            if found.is_some() {
                return Ok(found);
            }
            let nameless = |found: &Channel| found.username.is_none() && found.telegram_id.is_none();
            Ok(find(tx, *id).await?.filter(|found| found.workspace_id == workspace && nameless(found)))
        }
    }
}

/// By title, then key.
pub async fn list(tx: &mut Tx, workspace: WorkspaceId) -> Result<Vec<Channel>> {
    const SQL: &str = "SELECT id, workspace_id, telegram_id, username, title, zone, demo, created_at FROM channel \
        WHERE workspace_id = $1 AND import_run_id IS NULL AND deleted_at IS NULL ORDER BY lower(title), id";
    on!(tx, |conn| sqlx::query_as(SQL).bind(workspace).fetch_all(conn))
}

/// Writes title, zone, username and Telegram id of an existing channel; `false` when it is gone.
/// Conflict as in [`insert`].
pub async fn update(tx: &mut Tx, channel: &Channel) -> Result<bool> {
    const ZONE: &str = "SELECT zone FROM channel WHERE id = $1";
    const SQL: &str = "UPDATE channel SET telegram_id = $2, username = $3, title = $4, zone = $5, username_folded = $6 \
        WHERE id = $1 AND import_run_id IS NULL AND deleted_at IS NULL";
    let zone: Option<String> = on!(tx, |conn| sqlx::query_scalar(ZONE).bind(channel.id).fetch_optional(conn))?;
    let updated = execute!(tx, |conn| sqlx::query(SQL)
        .bind(channel.id)
        .bind(channel.telegram_id)
        .bind(&channel.username)
        .bind(&channel.title)
        .bind(&channel.zone)
        .bind(channel.username.as_deref().map(folded))
        .execute(conn))?;
    // its weeks and months begin at other moments
    if updated > 0 && zone.is_some_and(|zone| zone != channel.zone) {
        summaries::mark_all(tx, channel.id).await?;
    }
    Ok(updated > 0)
}

/// When the newest post was published, unix seconds.
pub async fn newest_post(tx: &mut Tx, id: ChannelId) -> Result<Option<i64>> {
    const SQL: &str = "SELECT MAX(date_utc) FROM post WHERE channel_id = $1";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(id).fetch_one(conn))
}

pub async fn counts(tx: &mut Tx, id: ChannelId) -> Result<Counts> {
    const SQL: &str = "SELECT COALESCE((SELECT posts FROM data_version WHERE channel_id = $1), 0) AS posts, \
        COALESCE((SELECT snapshots FROM data_version WHERE channel_id = $1), 0) AS snapshots, \
        (SELECT COUNT(*) FROM channel_daily WHERE channel_id = $1) AS days";
    on!(tx, |conn| sqlx::query_as(SQL).bind(id).fetch_one(conn))
}

/// Notes that a refresh was asked for, once in `every_s` seconds: `None`. Otherwise nothing is noted, and the answer is
/// when it was asked for last (unix seconds).
pub async fn claim_refresh(tx: &mut Tx, id: ChannelId, now: i64, every_s: i64) -> Result<Option<i64>> {
    // a moment ahead of now is from before the clock was set back
    const CLAIM: &str = "INSERT INTO channel_refresh (channel_id, asked_at) VALUES ($1, $2) \
        ON CONFLICT (channel_id) DO UPDATE SET asked_at = excluded.asked_at \
        WHERE channel_refresh.asked_at <= excluded.asked_at - $3 OR channel_refresh.asked_at > excluded.asked_at";
    const LAST: &str = "SELECT asked_at FROM channel_refresh WHERE channel_id = $1";
    let claimed = execute!(tx, |conn| sqlx::query(CLAIM).bind(id).bind(now).bind(every_s).execute(conn))?;
    if claimed > 0 {
        return Ok(None);
    }
    on!(tx, |conn| sqlx::query_scalar(LAST).bind(id).fetch_optional(conn))
}

/// Takes the channel out of sight and frees its names at once; its rows go afterwards with [`delete_rows`].
/// `false` when it is gone already.
pub async fn hide(tx: &mut Tx, id: ChannelId, now: i64) -> Result<bool> {
    const SQL: &str = "UPDATE channel SET deleted_at = $2, telegram_id = NULL, username = NULL, username_folded = NULL \
        WHERE id = $1 AND deleted_at IS NULL";
    Ok(execute!(tx, |conn| sqlx::query(SQL).bind(id).bind(now).execute(conn))? > 0)
}

/// Hidden channels whose rows are not all gone yet.
pub async fn list_hidden(tx: &mut Tx) -> Result<Vec<ChannelId>> {
    const SQL: &str = "SELECT id FROM channel WHERE deleted_at IS NOT NULL ORDER BY id";
    on!(tx, |conn| sqlx::query_scalar(SQL).fetch_all(conn))
}

/// Removes up to `limit` rows of a hidden channel, and the channel itself with the last of them.
/// `true` when nothing is left (or the channel is not hidden: then nothing is touched). Call again, each time in a unit of work of its own, until then.
pub async fn delete_rows(tx: &mut Tx, id: ChannelId, limit: i64) -> Result<bool> {
    const BATCHES: [&str; 7] = [
        "DELETE FROM snapshot_series WHERE channel_id = $1 AND post_id IN \
            (SELECT post_id FROM snapshot_series WHERE channel_id = $1 ORDER BY post_id LIMIT $2)",
        "DELETE FROM post WHERE channel_id = $1 AND post_id IN \
            (SELECT post_id FROM post WHERE channel_id = $1 ORDER BY post_id LIMIT $2)",
        "DELETE FROM channel_daily WHERE channel_id = $1 AND day IN \
            (SELECT day FROM channel_daily WHERE channel_id = $1 ORDER BY day LIMIT $2)",
        "DELETE FROM channel_source_daily WHERE channel_id = $1 AND day IN \
            (SELECT day FROM channel_source_daily WHERE channel_id = $1 ORDER BY day LIMIT $2)",
        "DELETE FROM channel_daily_summary WHERE channel_id = $1 AND day IN \
            (SELECT day FROM channel_daily_summary WHERE channel_id = $1 ORDER BY day LIMIT $2)",
        "DELETE FROM channel_summary WHERE channel_id = $1 AND first_day IN \
            (SELECT first_day FROM channel_summary WHERE channel_id = $1 ORDER BY first_day LIMIT $2)",
        "DELETE FROM forecast WHERE channel_id = $1 AND post_id IN \
            (SELECT post_id FROM forecast WHERE channel_id = $1 ORDER BY post_id LIMIT $2)",
    ];
    const HIDDEN: &str = "SELECT COUNT(*) FROM channel WHERE id = $1 AND deleted_at IS NOT NULL";
    const CHANNEL: &str = "DELETE FROM channel WHERE id = $1";
    let hidden: i64 = on!(tx, |conn| sqlx::query_scalar(HIDDEN).bind(id).fetch_one(conn))?;
    if hidden == 0 {
        return Ok(true);
    }
    for batch in BATCHES {
        let removed = execute!(tx, |conn| sqlx::query(batch).bind(id).bind(limit).execute(conn))?;
        if removed > 0 {
            return Ok(false);
        }
    }
    execute!(tx, |conn| sqlx::query(CHANNEL).bind(id).execute(conn))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, both_dbs, identity};

    const NOW: i64 = 1_760_000_000;

    async fn workspace(tx: &mut Tx) -> WorkspaceId {
        identity::insert_workspace(tx, "default", NOW).await.unwrap().id
    }

    fn new(workspace_id: WorkspaceId, username: &str) -> NewChannel {
        NewChannel {
            workspace_id,
            telegram_id: None,
            username: Some(username.to_owned()),
            title: username.to_uppercase(),
            zone: "UTC".to_owned(),
            demo: false,
        }
    }

    both_dbs! {
        async fn a_channel_is_found_by_every_name(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = workspace(&mut tx).await;
            let mut channel = insert(&mut tx, &new(workspace, "d_code"), NOW).await.unwrap();
            channel.telegram_id = Some(77);
            channel.title = "Код".to_owned();
            assert!(update(&mut tx, &channel).await.unwrap());
            tx.commit().await.unwrap();

            let mut tx = db.read().await.unwrap();
            for name in ["@D_Code", "77"] {
                let found = find_by_ref(&mut tx, workspace, &ChannelRef::parse(name)).await.unwrap();
                assert_eq!(found.as_ref(), Some(&channel), "{name}");
            }
            assert_eq!(find_by_ref(&mut tx, workspace, &ChannelRef::parse("d_\0code")).await.unwrap(), None);
            assert_eq!(find_by_ref(&mut tx, WorkspaceId(workspace.0 + 1), &ChannelRef::parse("d_code")).await.unwrap(), None);
            assert_eq!(list(&mut tx, workspace).await.unwrap(), [channel.clone()]);
            assert_eq!(counts(&mut tx, channel.id).await.unwrap(), Counts::default());
            assert_eq!(newest_post(&mut tx, channel.id).await.unwrap(), None);
        }

        async fn a_username_that_looks_like_a_key_is_a_username(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = workspace(&mut tx).await;
            let nameless = insert(&mut tx, &NewChannel { username: None, ..new(workspace, "x") }, NOW).await.unwrap();
            let key = nameless.slug();
            let found = find_by_ref(&mut tx, workspace, &ChannelRef::parse(&key)).await.unwrap();
            assert_eq!(found.as_ref(), Some(&nameless));
            let named = insert(&mut tx, &new(workspace, &key), NOW).await.unwrap();
            let padded = insert(&mut tx, &new(workspace, &format!("c00{}", nameless.id)), NOW).await.unwrap();
            for wanted in [&named, &padded] {
                let found = find_by_ref(&mut tx, workspace, &ChannelRef::parse(&wanted.slug())).await.unwrap();
                assert_eq!(found.as_ref(), Some(wanted));
            }
            // the key of a channel that has a name is no name of it
            let found = find_by_ref(&mut tx, workspace, &ChannelRef::Key(named.id)).await.unwrap();
            assert_eq!(found, None);
        }

        async fn names_in_other_scripts_are_compared_without_case(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = workspace(&mut tx).await;
            let mut channel = insert(&mut tx, &new(workspace, "Новости"), NOW).await.unwrap();
            assert_eq!(channel.username.as_deref(), Some("Новости"), "shown as it was written");
            for name in ["новости", "НОВОСТИ"] {
                let found = find_by_ref(&mut tx, workspace, &ChannelRef::parse(name)).await.unwrap();
                assert_eq!(found.as_ref(), Some(&channel), "{name}");
            }
            channel.username = Some("Вести".to_owned());
            assert!(update(&mut tx, &channel).await.unwrap());
            let found = find_by_ref(&mut tx, workspace, &ChannelRef::parse("вести")).await.unwrap();
            assert_eq!(found.as_ref(), Some(&channel));
            assert_eq!(find_by_ref(&mut tx, workspace, &ChannelRef::parse("новости")).await.unwrap(), None);
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            let again = insert(&mut tx, &new(workspace, "ВЕСТИ"), NOW).await;
            assert!(matches!(again, Err(Error::Conflict { .. })), "{again:?}");
        }

        async fn names_are_unique_in_a_workspace(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = workspace(&mut tx).await;
            insert(&mut tx, &NewChannel { telegram_id: Some(5), ..new(workspace, "one") }, NOW).await.unwrap();
            tx.commit().await.unwrap();
            for (channel, index) in [
                (new(workspace, "ONE"), "channel_workspace_id_username_folded"),
                (NewChannel { telegram_id: Some(5), ..new(workspace, "two") }, "channel_workspace_id_telegram_id"),
            ] {
                let mut tx = db.write().await.unwrap();
                match insert(&mut tx, &channel, NOW).await {
                    Err(Error::Conflict { constraint }) => assert_eq!(constraint, index),
                    other => panic!("{other:?}"),
                }
            }
        }

        async fn a_refresh_is_claimed_now_and_then(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = workspace(&mut tx).await;
            let channel = insert(&mut tx, &new(workspace, "a"), NOW).await.unwrap();
            let other = insert(&mut tx, &new(workspace, "b"), NOW).await.unwrap();
            for (now, expected) in [(NOW, None), (NOW + 9, Some(NOW)), (NOW + 10, None), (NOW + 10, Some(NOW + 10)), (NOW, None)] {
                assert_eq!(claim_refresh(&mut tx, channel.id, now, 10).await.unwrap(), expected, "{now}");
            }
            assert_eq!(claim_refresh(&mut tx, other.id, NOW, 10).await.unwrap(), None);
        }

        async fn a_deleted_channel_is_gone_at_once_and_its_rows_in_batches(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let workspace = workspace(&mut tx).await;
            let channel = insert(&mut tx, &new(workspace, "gone"), NOW).await.unwrap();
            crate::collect::tests::fill(&mut tx, channel.id, 7).await;
            assert!(delete_rows(&mut tx, channel.id, 3).await.unwrap(), "a visible channel is not touched");
            assert_eq!(counts(&mut tx, channel.id).await.unwrap().posts, 7);
            assert!(hide(&mut tx, channel.id, NOW).await.unwrap());
            assert!(!hide(&mut tx, channel.id, NOW).await.unwrap());
            assert_eq!(find(&mut tx, channel.id).await.unwrap(), None);
            // the name is free again
            insert(&mut tx, &new(workspace, "gone"), NOW).await.unwrap();
            let mut calls = 1;
            while !delete_rows(&mut tx, channel.id, 3).await.unwrap() {
                calls += 1;
            }
            assert!(calls > 3, "{calls}");
            assert_eq!(list_hidden(&mut tx).await.unwrap(), []);
            assert_eq!(list(&mut tx, workspace).await.unwrap().len(), 1);
        }
    }
}
