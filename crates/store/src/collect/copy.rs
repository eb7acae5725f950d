//! `COPY … FROM STDIN` in its binary form: how rows that are certainly new go into Postgres. Nothing has to be escaped,
//! and the server plans nothing. The form: <https://www.postgresql.org/docs/current/sql-copy.html>.

use sqlx::encode::IsNull;
use sqlx::postgres::{PgArgumentBuffer, PgConnection, PgCopyIn};
use sqlx::{Encode, Postgres};

use crate::{Error, Result};

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// No flags, no extension of the header.
const HEADER_REST: [u8; 8] = [0; 8];
/// From so many rows on it is worth its two more answers of the server.
pub const ROWS_MIN: usize = 50;
/// Bytes gathered before they are sent: the server works on one piece while the next is made.
const PIECE_BYTES: usize = 256 << 10;
/// In the place of a value's length: it is not known.
const NULL: i32 = -1;
/// In the place of a row's number of columns: there are no more rows.
const END: i16 = -1;

/// Rows on their way in. Unless [finished](Copy::finish), none of them is written.
pub struct Copy<'c> {
    to: PgCopyIn<&'c mut PgConnection>,
    piece: PgArgumentBuffer,
    columns: i16,
}

impl<'c> Copy<'c> {
    /// `statement`: `COPY table (…) FROM STDIN WITH (FORMAT binary)`, of so many columns.
    pub async fn begin(conn: &'c mut PgConnection, statement: &'static str, columns: i16) -> Result<Self> {
        let to = conn.copy_in_raw(statement).await?;
        let mut piece = PgArgumentBuffer::default();
        piece.extend_from_slice(SIGNATURE);
        piece.extend_from_slice(&HEADER_REST);
        Ok(Self { to, piece, columns })
    }

    /// Begins a row. Its values follow, as many as there are columns, in their order and of exactly their types.
    pub async fn row(&mut self) -> Result<()> {
        if self.piece.len() >= PIECE_BYTES {
            self.to.send(self.piece.as_slice()).await?;
            self.piece.clear();
        }
        self.piece.extend_from_slice(&self.columns.to_be_bytes());
        Ok(())
    }

    pub fn value<'q>(&mut self, value: impl Encode<'q, Postgres>) -> Result<&mut Self> {
        let start = self.piece.len();
        self.piece.extend_from_slice(&NULL.to_be_bytes());
        let encoded = value.encode(&mut self.piece).map_err(|error| Error::Driver(sqlx::Error::Encode(error)))?;
        if let IsNull::No = encoded {
            let begins = start + size_of::<i32>();
            let length = i32::try_from(self.piece.len() - begins)
                .map_err(|error| Error::Driver(sqlx::Error::Encode(error.into())))?;
            self.piece[start..begins].copy_from_slice(&length.to_be_bytes());
        }
        Ok(self)
    }

    /// Sends what is left: the rows are there.
    pub async fn finish(mut self) -> Result<()> {
        self.piece.extend_from_slice(&END.to_be_bytes());
        self.to.send(self.piece.as_slice()).await?;
        self.to.finish().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::posts::{Counters, Source};

    use super::ROWS_MIN;
    use crate::collect::posts::write_new_posts;
    use crate::collect::tests::{channel, post};
    use crate::collect::{PostFacts, find_posts};
    use crate::{Error, testing};

    #[tokio::test]
    async fn every_value_comes_back_as_it_went_in() {
        testing::on_postgres(|db| async move {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            let odd = PostFacts {
                counters: Counters { views: Some(i64::MAX), forwards: Some(i64::MIN), ..Counters::default() },
                counted_at: Some(-1),
                media_type: None,
                album_size: Some(10),
                forwarded: None,
                source: Source::Official,
                text: Some("tab\t, \\N, \\., \"quotes\"\r\n, \u{1f9ea}".to_owned()),
                ..post(1)
            };
            let silent = PostFacts { text: None, ..post(2) };
            // a few pieces
            let long = (3..80).map(|id| PostFacts { text: Some("Ж".repeat(20_000)), ..post(id) });
            let posts: Vec<_> = [odd, silent].into_iter().chain(long).collect();
            write_new_posts(&mut tx, channel.id, &posts).await.unwrap();
            let found = find_posts(&mut tx, channel.id, 1..80).await.unwrap();
            assert_eq!(found.len(), posts.len());
            assert!(posts.iter().all(|post| found[&post.post_id] == *post));
        })
        .await;
    }

    #[tokio::test]
    async fn a_refused_row_takes_the_others_with_it_and_the_connection_goes_on() {
        testing::on_postgres(|db| async move {
            let mut tx = db.write().await.unwrap();
            let channel = channel(&mut tx).await;
            tx.commit().await.unwrap();
            let mut tx = db.write().await.unwrap();
            let mut posts: Vec<_> = (0..ROWS_MIN as i64).map(post).collect();
            posts.push(post(1));
            let twice = write_new_posts(&mut tx, channel.id, &posts).await;
            assert!(matches!(twice, Err(Error::Conflict { .. })), "{twice:?}");
            drop(tx);
            let mut tx = db.write().await.unwrap();
            assert!(find_posts(&mut tx, channel.id, 1..3).await.unwrap().is_empty());
            posts.pop();
            write_new_posts(&mut tx, channel.id, &posts).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
    }
}
