//! Messages of albums that arrive one by one: together they are one post.

use domain::ids::ChannelId;

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
    }
}
