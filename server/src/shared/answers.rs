//! Computed answers, under the tag that says all they depend on: the second level behind the one in the process.

use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use tokio::time::Instant;

use super::{Shared, deadline};
use crate::metrics::{self, RedisOutcome, RedisRequest};

/// How long an answer is kept, as in the process: a new data version makes it unreachable long before.
const KEPT: Duration = Duration::from_mins(10);
/// Longer answers are computed where they are asked for.
const BODY_BYTES_MAX: usize = 8 << 20;
/// The same as it is stored: what holds the one connection for longer delays others.
const PACKED_BYTES_MAX: usize = 1 << 20;
/// Shorter ones fit into a packet anyway.
const PACKED_FROM_BYTES: usize = 2 << 10;

/// The first byte of what is stored.
const PLAIN: u8 = b'p';
/// With a checksum
const ZLIB: u8 = b'z';

impl Shared {
    /// The answer that a replica has computed, byte for byte.
    pub async fn answer(&self, tag: &[u8; 16], deadline: Instant) -> Option<Bytes> {
        let (key, request) = (self.answer_key(tag), RedisRequest::Find);
        let found = self.0.circuit.ask(request, deadline, |mut redis| async move {
            redis::cmd("GET").arg(key).query_async::<Option<Vec<u8>>>(&mut redis).await
        });
        let answer = found.await?.map(unpack);
        metrics::count_redis(
            request,
            match &answer {
                Some(Ok(_)) => RedisOutcome::Hit,
                Some(Err(_)) => RedisOutcome::Failed,
                None => RedisOutcome::Miss,
            },
        );
        match answer? {
            Ok(body) => Some(body),
            // computed anew, and then replaced
            Err(error) => {
                tracing::warn!("an answer in Redis cannot be read: {error}");
                None
            }
        }
    }

    /// Keeps an answer for the other replicas; nobody waits for that.
    pub fn keep_answer(&self, tag: &[u8; 16], body: Bytes) {
        if body.len() > BODY_BYTES_MAX || !self.is_up() {
            return;
        }
        let (shared, key) = (self.clone(), self.answer_key(tag));
        tokio::spawn(async move {
            let packed = match tokio::task::spawn_blocking(move || pack(&body)).await {
                Ok(Ok(packed)) if packed.len() <= PACKED_BYTES_MAX => packed,
                _ => return,
            };
            let request = RedisRequest::Keep;
            let kept = shared.0.circuit.ask(request, deadline(), |mut redis| async move {
                let mut set = redis::cmd("SET");
                set.arg(key).arg(packed).arg("EX").arg(KEPT.as_secs());
                set.query_async::<()>(&mut redis).await
            });
            if kept.await.is_some() {
                metrics::count_redis(request, RedisOutcome::Done);
            }
        });
    }

    fn answer_key(&self, tag: &[u8; 16]) -> String {
        self.key("answer", &URL_SAFE_NO_PAD.encode(tag))
    }
}

fn pack(body: &[u8]) -> io::Result<Vec<u8>> {
    if body.len() < PACKED_FROM_BYTES {
        return Ok([&[PLAIN], body].concat());
    }
    let mut packed = ZlibEncoder::new(vec![ZLIB], Compression::fast());
    packed.write_all(body)?;
    packed.finish()
}

/// What others have written there is not trusted to be small or whole.
fn unpack(mut stored: Vec<u8>) -> io::Result<Bytes> {
    match stored.first() {
        Some(&PLAIN) => Ok(Bytes::from(stored.split_off(1))),
        Some(&ZLIB) => {
            let mut body = Vec::with_capacity(stored.len() * 4);
            ZlibDecoder::new(&stored[1..]).take(BODY_BYTES_MAX as u64 + 1).read_to_end(&mut body)?;
            if body.len() > BODY_BYTES_MAX {
                return Err(io::Error::other("longer than any of ours"));
            }
            Ok(body.into())
        }
        _ => Err(io::Error::other("not written by this program")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back_byte_for_byte() {
        let long = "{\"post_id\":1,\"views\":1000},".repeat(1_000);
        for body in ["", "{}", long.as_str()] {
            let packed = pack(body.as_bytes()).expect("packed");
            assert_eq!(unpack(packed).expect("unpacked"), body.as_bytes());
        }
        assert!(pack(long.as_bytes()).expect("packed").len() * 10 < long.len());
    }

    #[test]
    fn what_is_not_ours_is_no_answer() {
        let bomb = pack(&vec![0; BODY_BYTES_MAX + 1]).expect("packed");
        let mut cut = pack(&[7; PACKED_FROM_BYTES]).expect("packed");
        cut.truncate(cut.len() - 1);
        let mut turned = pack("0123456789".repeat(500).as_bytes()).expect("packed");
        let middle = turned.len() / 2;
        turned[middle] ^= 1;
        for stored in [Vec::new(), b"{}".to_vec(), b"zzz".to_vec(), bomb, cut, turned] {
            assert!(unpack(stored).is_err());
        }
    }
}
