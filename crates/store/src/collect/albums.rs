//! Messages of albums that arrive one by one: together they are one post.

use domain::ids::ChannelId;
use domain::posts::Counters;

use crate::{Result, Tx, execute, on};

/// An album as far as it has arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Album {
    /// the least id of its messages
    pub post_id: i64,
    pub messages: i64,
}

/// Notes a message of an album; the album with it. A message noted twice counts once.
pub async fn add_message(tx: &mut Tx, channel: ChannelId, album: &str, message_id: i64) -> Result<Album> {
    const ADD: &str = "INSERT INTO channel_album_message (channel_id, message_id, album) VALUES ($1, $2, $3) \
        ON CONFLICT (channel_id, message_id) DO NOTHING";
    const SQL: &str = "SELECT MIN(message_id) AS post_id, COUNT(*) AS messages FROM channel_album_message \
        WHERE channel_id = $1 AND album = $2";
    execute!(tx, |conn| sqlx::query(ADD).bind(channel).bind(message_id).bind(album).execute(conn))?;
    on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(album).fetch_one(conn))
}

/// A message of an album as an account reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub message_id: i64,
    /// the same for all messages of the album
    pub album: String,
    /// unix seconds
    pub date: i64,
    pub counters: Counters,
    /// empty when there is none
    pub text: String,
}

#[derive(sqlx::FromRow)]
struct PartRow {
    message_id: i64,
    album: String,
    date_utc: i64,
    views: Option<i64>,
    forwards: Option<i64>,
    reactions: Option<i64>,
    replies: Option<i64>,
    text: Option<String>,
}

impl From<PartRow> for Part {
    fn from(row: PartRow) -> Self {
        let (views, forwards, reactions, replies) = (row.views, row.forwards, row.reactions, row.replies);
        Self {
            message_id: row.message_id,
            album: row.album,
            date: row.date_utc,
            counters: Counters { views, forwards, reactions, replies },
            text: row.text.unwrap_or_default(),
        }
    }
}

/// Notes a message as it was read now; a counter that was not told stays as it was.
pub async fn note_part(tx: &mut Tx, channel: ChannelId, part: &Part) -> Result<()> {
    const SQL: &str = "INSERT INTO channel_album_message \
            (channel_id, message_id, album, date_utc, views, forwards, reactions, replies, text) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (channel_id, message_id) DO UPDATE \
        SET date_utc = excluded.date_utc, text = excluded.text, \
            views = COALESCE(excluded.views, channel_album_message.views), \
            forwards = COALESCE(excluded.forwards, channel_album_message.forwards), \
            reactions = COALESCE(excluded.reactions, channel_album_message.reactions), \
            replies = COALESCE(excluded.replies, channel_album_message.replies)";
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(channel)
        .bind(part.message_id)
        .bind(&part.album)
        .bind(part.date)
        .bind(part.counters.views)
        .bind(part.counters.forwards)
        .bind(part.counters.reactions)
        .bind(part.counters.replies)
        .bind(&part.text)
        .execute(conn))?;
    Ok(())
}

/// A part's counters alone; those that were not told stay.
pub async fn count_part(tx: &mut Tx, channel: ChannelId, message_id: i64, counters: Counters) -> Result<()> {
    const SQL: &str = "UPDATE channel_album_message SET views = COALESCE($3, views), \
        forwards = COALESCE($4, forwards), reactions = COALESCE($5, reactions), replies = COALESCE($6, replies) \
        WHERE channel_id = $1 AND message_id = $2";
    execute!(tx, |conn| sqlx::query(SQL)
        .bind(channel)
        .bind(message_id)
        .bind(counters.views)
        .bind(counters.forwards)
        .bind(counters.reactions)
        .bind(counters.replies)
        .execute(conn))?;
    Ok(())
}

/// The messages of an album that an account has read, by message.
pub async fn list_parts(tx: &mut Tx, channel: ChannelId, album: &str) -> Result<Vec<Part>> {
    const SQL: &str = "SELECT message_id, album, date_utc, views, forwards, reactions, replies, text \
        FROM channel_album_message WHERE channel_id = $1 AND album = $2 AND date_utc IS NOT NULL ORDER BY message_id";
    let rows: Vec<PartRow> = on!(tx, |conn| sqlx::query_as(SQL).bind(channel).bind(album).fetch_all(conn))?;
    Ok(rows.into_iter().map(Part::from).collect())
}

/// The same of all albums of a channel.
pub async fn list_all_parts(tx: &mut Tx, channel: ChannelId) -> Result<Vec<Part>> {
    const SQL: &str = "SELECT message_id, album, date_utc, views, forwards, reactions, replies, text \
        FROM channel_album_message WHERE channel_id = $1 AND date_utc IS NOT NULL ORDER BY message_id";
    let rows: Vec<PartRow> = on!(tx, |conn| sqlx::query_as(SQL).bind(channel).fetch_all(conn))?;
    Ok(rows.into_iter().map(Part::from).collect())
}

/// The album that a message is part of.
pub async fn album_of(tx: &mut Tx, channel: ChannelId, message_id: i64) -> Result<Option<String>> {
    const SQL: &str = "SELECT album FROM channel_album_message WHERE channel_id = $1 AND message_id = $2";
    on!(tx, |conn| sqlx::query_scalar(SQL).bind(channel).bind(message_id).fetch_optional(conn))
}

/// The post that a message is part of; itself when it is no part of a known album.
pub async fn post_of(tx: &mut Tx, channel: ChannelId, message_id: i64) -> Result<i64> {
    const SQL: &str = "SELECT MIN(other.message_id) FROM channel_album_message one \
        JOIN channel_album_message other ON other.channel_id = one.channel_id AND other.album = one.album \
        WHERE one.channel_id = $1 AND one.message_id = $2";
    let first: Option<i64> = on!(tx, |conn| sqlx::query_scalar(SQL).bind(channel).bind(message_id).fetch_one(conn))?;
    Ok(first.unwrap_or(message_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::both_dbs;
    use crate::collect::tests::channel;

    both_dbs! {
        async fn the_first_message_stands_for_the_album(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            for (message_id, messages) in [(10, 1), (11, 2), (11, 2), (12, 3)] {
                let album = add_message(&mut tx, channel, "a", message_id).await.unwrap();
                assert_eq!(album, Album { post_id: 10, messages });
            }
            assert_eq!(add_message(&mut tx, channel, "b", 13).await.unwrap(), Album { post_id: 13, messages: 1 });
            for (message_id, post_id) in [(10, 10), (12, 10), (13, 13), (99, 99)] {
                assert_eq!(post_of(&mut tx, channel, message_id).await.unwrap(), post_id);
            }
        }

        async fn parts_keep_what_was_read_of_them(db: &Db) {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await.id;
            add_message(&mut tx, channel, "a", 10).await.unwrap();
            assert_eq!(list_parts(&mut tx, channel, "a").await.unwrap(), [], "the bot tells nothing of it");
            let counters = Counters { views: Some(5), forwards: Some(1), ..Counters::default() };
            let part = Part { message_id: 10, album: "a".to_owned(), date: 7, counters, text: "two".to_owned() };
            note_part(&mut tx, channel, &part).await.unwrap();
            let second = Part { message_id: 11, text: String::new(), ..part.clone() };
            note_part(&mut tx, channel, &second).await.unwrap();
            let views = Counters { views: Some(9), ..Counters::default() };
            count_part(&mut tx, channel, 10, views).await.unwrap();
            let counted = Part { counters: Counters { views: Some(9), ..counters }, ..part };
            assert_eq!(list_parts(&mut tx, channel, "a").await.unwrap(), [counted.clone(), second.clone()]);
            assert_eq!(list_all_parts(&mut tx, channel).await.unwrap(), [counted, second]);
            assert_eq!(album_of(&mut tx, channel, 11).await.unwrap().as_deref(), Some("a"));
        }
    }
}
