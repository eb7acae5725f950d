//! One connection: the session layer. Salts, message ids, containers, acknowledgements, pings; calls go to `methods`.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use flate2::Compression;
use flate2::read::{GzDecoder, GzEncoder};
use grammers_tl_types::{Deserializable, Identifiable, RawVec, Serializable, enums, functions, name_for_id, types};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinSet;

use crate::clock::wall;
use crate::scenario::Fault;
use crate::world::{Call, Push};

use super::envelope::{self, Key};
use super::handshake::Handshake;
use super::methods::{self, Caller, Failure, Unwrapped};
use super::transport::{self, Reader, Writer};
use super::{DataCentres, KeyRecord, lock, shape};

const CONTAINER: u32 = 0x73f1_f8dc;
const GZIP_PACKED: u32 = 0x3072_cfa1;
const RPC_RESULT: u32 = 0xf35c_6d01;
/// Answers longer than this leave packed, where that makes them shorter.
const PACK_BYTES_MIN: usize = 512;
/// A message id may be so far from our clock, in seconds.
const PAST_S_MAX: i64 = 300;
const FUTURE_S_MAX: i64 = 30;
/// Salts known ahead, and the seconds each is good for.
const SALTS: i64 = 32;
const SALT_S: i32 = 1_800;
/// Inside a container or a packed message; deeper is nonsense.
const DEPTH_MAX: u32 = 4;
/// Frames read ahead of the one being answered.
const READ_AHEAD: usize = 64;
/// What a packed message may unpack to, in bytes.
const UNPACKED_BYTES_MAX: u64 = 16 << 20;

pub async fn accept(centres: Arc<DataCentres>, dc: i32, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(Arc::clone(&centres), dc, stream));
                }
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

/// Why a connection ends.
enum End {
    /// The client went, or said something that cannot be understood.
    Gone,
    /// A fault, or a transport error, says so.
    Cut,
}

impl From<std::io::Error> for End {
    fn from(_: std::io::Error) -> Self {
        Self::Gone
    }
}

/// Something to send later, from a delayed answer.
struct Late {
    message: i64,
    body: Vec<u8>,
}

struct Connection {
    centres: Arc<DataCentres>,
    dc: i32,
    number: u64,
    writer: Writer,
    handshake: Handshake,
    key: Option<Key>,
    session: i64,
    salt: i64,
    last_id: i64,
    /// Messages sent that asked for an acknowledgement.
    content_sent: i32,
    /// The client wants updates.
    follows: bool,
    late: mpsc::UnboundedSender<Late>,
}

async fn serve(centres: Arc<DataCentres>, dc: i32, stream: TcpStream) {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    if centres.is_silent(dc) {
        // held open: the client's connect succeeds and nothing follows
        std::future::pending::<()>().await;
    }
    let Ok((reader, writer)) = transport::accept(stream).await else { return };
    let (late, later) = mpsc::unbounded_channel();
    let pushes = centres.world.pushes.subscribe();
    let mut connection = Connection {
        centres,
        dc,
        number: NUMBER.fetch_add(1, Ordering::Relaxed),
        writer,
        handshake: Handshake::default(),
        key: None,
        session: 0,
        salt: 0,
        last_id: 0,
        content_sent: 0,
        follows: false,
        late,
    };
    connection.run(reader, later, pushes).await;
    connection.writer.close().await;
    connection.with_key(|record, number| record.live.remove(&number));
}

impl Connection {
    async fn run(
        &mut self,
        mut reader: Reader,
        mut later: mpsc::UnboundedReceiver<Late>,
        mut pushes: broadcast::Receiver<Push>,
    ) {
        let (frames, mut next_frame) = mpsc::channel(READ_AHEAD);
        // a frame must not be cut in two by the other branches below
        let mut reading = JoinSet::new();
        reading.spawn(async move {
            while let Ok(frame) = reader.next().await {
                if frames.send(frame).await.is_err() {
                    break;
                }
            }
        });
        loop {
            let done = tokio::select! {
                frame = next_frame.recv() => match frame {
                    Some(frame) => self.frame(frame).await,
                    None => Err(End::Gone),
                },
                Some(late) = later.recv() => self.answer(late.message, &late.body).await,
                push = pushes.recv() => match push {
                    Ok(push) => self.push(&push).await,
                    Err(_) => Ok(()),
                },
            };
            if done.is_err() {
                break;
            }
        }
    }

    /// Runs on the record of this connection's key.
    fn with_key<T>(&self, run: impl FnOnce(&mut KeyRecord, u64) -> T) -> Option<T> {
        let key = self.key.as_ref()?;
        lock(&self.centres.keys).get_mut(&(self.dc, key.id)).map(|record| run(record, self.number))
    }

    // ---- in ---------------------------------------------------------------------------------------------------------

    async fn frame(&mut self, frame: Vec<u8>) -> Result<(), End> {
        if self.centres.is_silent(self.dc) {
            return Ok(());
        }
        match envelope::key_id(&frame) {
            None => Err(End::Gone),
            Some(0) => self.plain(&frame).await,
            Some(id) => {
                let key = lock(&self.centres.keys).get(&(self.dc, id)).map(|record| record.key.clone());
                let Some(key) = key else {
                    self.writer.send_error(404).await?;
                    return Err(End::Cut);
                };
                let plain = envelope::open(&key, &frame).ok_or(End::Gone)?;
                self.key = Some(key);
                self.sealed(&plain).await
            }
        }
    }

    /// A message of the key exchange.
    async fn plain(&mut self, frame: &[u8]) -> Result<(), End> {
        let body = frame.get(20..).ok_or(End::Gone)?;
        let answer = self.handshake.answer(&self.centres.rsa, body, wall().as_secs() as i32).map_err(|refused| {
            tracing::warn!("data centre {}: {refused}", self.dc);
            End::Gone
        })?;
        let id = self.message_id(1);
        let length = answer.body.len() as u32;
        self.writer.send(&[&[0; 8][..], &id.to_le_bytes(), &length.to_le_bytes(), &answer.body].concat()).await?;
        if let Some(key) = answer.key {
            self.centres.admit(self.dc, *key.bytes(), None);
        }
        Ok(())
    }

    async fn sealed(&mut self, plain: &[u8]) -> Result<(), End> {
        let number = |from: usize| {
            plain.get(from..from + 8).and_then(|bytes| bytes.try_into().ok()).map(i64::from_le_bytes).ok_or(End::Gone)
        };
        let (salt, session, id) = (number(0)?, number(8)?, number(16)?);
        let word = |from: usize| {
            plain.get(from..from + 4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_le_bytes).ok_or(End::Gone)
        };
        let (sequence, length) = (word(24)?, word(28)? as usize);
        let body = plain.get(32..32 + length).ok_or(End::Gone)?;
        self.session = session;
        let one_session = self.centres.world.scenario.one_session_per_key;
        self.salt = self
            .with_key(|record, number| {
                record.live.insert(number, session);
                if one_session && record.live.values().any(|other| *other != session) {
                    record.void = Some((406, "AUTH_KEY_DUPLICATED".to_owned()));
                }
                record.salt
            })
            .ok_or(End::Gone)?;
        if !(0..SALTS).contains(&salt.wrapping_sub(self.salt)) {
            return self.bad_salt(id, sequence).await;
        }
        let off = (id >> 32) - wall().as_secs() as i64;
        if !(-PAST_S_MAX..=FUTURE_S_MAX).contains(&off) {
            let error_code = if off < 0 { 16 } else { 17 };
            let notice = types::BadMsgNotification { bad_msg_id: id, bad_msg_seqno: sequence, error_code };
            return self.send(1, false, &enums::BadMsgNotification::from(notice).to_bytes()).await;
        }
        if self.with_key(|record, _| record.sessions.insert(session)) == Some(true) {
            let created = types::NewSessionCreated { first_msg_id: id, unique_id: session ^ 1, server_salt: self.salt };
            self.send(1, true, &enums::NewSession::from(created).to_bytes()).await?;
        }
        self.message(id, sequence, body, 0).await
    }

    async fn bad_salt(&mut self, id: i64, sequence: i32) -> Result<(), End> {
        let notice = types::BadServerSalt {
            bad_msg_id: id,
            bad_msg_seqno: sequence,
            error_code: 48,
            new_server_salt: self.salt,
        };
        self.send(1, false, &enums::BadMsgNotification::from(notice).to_bytes()).await
    }

    /// A message, perhaps out of a container.
    async fn message(&mut self, id: i64, sequence: i32, body: &[u8], depth: u32) -> Result<(), End> {
        let kind = body.get(..4).and_then(|id| id.try_into().ok()).map(u32::from_le_bytes).ok_or(End::Gone)?;
        let rest = &body[4..];
        if depth > DEPTH_MAX {
            return Err(End::Gone);
        }
        match kind {
            CONTAINER => {
                let mut messages = Vec::new();
                let mut at = 4;
                let count = rest.get(..4).and_then(|count| count.try_into().ok()).map_or(0, u32::from_le_bytes);
                for _ in 0..count {
                    let head = rest.get(at..at + 16).ok_or(End::Gone)?;
                    let id = i64::from_le_bytes(head[..8].try_into().unwrap_or_default());
                    let sequence = i32::from_le_bytes(head[8..12].try_into().unwrap_or_default());
                    let length = u32::from_le_bytes(head[12..].try_into().unwrap_or_default()) as usize;
                    messages.push((id, sequence, rest.get(at + 16..at + 16 + length).ok_or(End::Gone)?));
                    at += 16 + length;
                }
                for (id, sequence, body) in messages {
                    Box::pin(self.message(id, sequence, body, depth + 1)).await?;
                }
                Ok(())
            }
            GZIP_PACKED => {
                let unpacked = unpack(rest).ok_or(End::Gone)?;
                Box::pin(self.message(id, sequence, &unpacked, depth + 1)).await
            }
            types::MsgsAck::CONSTRUCTOR_ID | types::HttpWait::CONSTRUCTOR_ID => Ok(()),
            functions::Ping::CONSTRUCTOR_ID | functions::PingDelayDisconnect::CONSTRUCTOR_ID => {
                let ping_id = rest.get(..8).and_then(|id| id.try_into().ok()).map_or(0, i64::from_le_bytes);
                self.send(1, false, &enums::Pong::from(types::Pong { msg_id: id, ping_id }).to_bytes()).await
            }
            functions::GetFutureSalts::CONSTRUCTOR_ID => {
                let now = wall().as_secs() as i32;
                // one after the other, half an hour each
                let salt = |index: i64| {
                    let valid_since = now - 60 + index as i32 * SALT_S;
                    types::FutureSalt { valid_since, valid_until: valid_since + SALT_S, salt: self.salt + index }
                };
                let salts = RawVec((0..SALTS).map(salt).collect());
                let salts = types::FutureSalts { req_msg_id: id, now, salts };
                self.send(1, false, &enums::FutureSalts::from(salts).to_bytes()).await
            }
            functions::DestroySession::CONSTRUCTOR_ID => {
                let session_id = rest.get(..8).and_then(|id| id.try_into().ok()).map_or(0, i64::from_le_bytes);
                let known = self.with_key(|record, _| record.sessions.remove(&session_id)).unwrap_or_default();
                let answer = if known {
                    enums::DestroySessionRes::from(types::DestroySessionOk { session_id })
                } else {
                    enums::DestroySessionRes::from(types::DestroySessionNone { session_id })
                };
                self.send(1, false, &answer.to_bytes()).await
            }
            types::MsgsStateReq::CONSTRUCTOR_ID => {
                let asked = types::MsgsStateReq::from_bytes(rest).map_err(|_| End::Gone)?;
                // 4: received
                let info = vec![4; asked.msg_ids.len()];
                let answer = types::MsgsStateInfo { req_msg_id: id, info };
                self.send(1, false, &enums::MsgsStateInfo::from(answer).to_bytes()).await
            }
            _ => self.call(id, sequence, body).await,
        }
    }

    // ---- calls ------------------------------------------------------------------------------------------------------

    async fn call(&mut self, id: i64, sequence: i32, body: &[u8]) -> Result<(), End> {
        let Some(Unwrapped { constructor, arguments, without_updates }) = methods::unwrap(body) else {
            return self.fail(id, &Failure::new(400, "INPUT_REQUEST_INVALID")).await;
        };
        self.follows |= !without_updates;
        let method = name_for_id(constructor);
        let (account, void) = self.with_key(|record, _| (record.user, record.void.clone())).unwrap_or_default();
        let fault = self.centres.world.befalls(method, self.dc, account);
        match &fault {
            Some(Fault::DropBefore) => return Err(End::Cut),
            Some(Fault::Transport(code)) => {
                self.writer.send_error(*code).await?;
                return Err(End::Cut);
            }
            Some(Fault::BadSalt) => {
                self.salt = self
                    .with_key(|record, _| {
                        record.salt = record.salt.rotate_left(5) ^ 0x5a5a;
                        record.salt
                    })
                    .unwrap_or_default();
                return self.bad_salt(id, sequence).await;
            }
            Some(Fault::VoidKey(error)) => {
                let code = if error == "AUTH_KEY_DUPLICATED" { 406 } else { 401 };
                self.with_key(|record, _| record.void = Some((code, error.clone())));
            }
            _ => {}
        }
        let void = self.with_key(|record, _| record.void.clone()).unwrap_or(void);
        let result = match (&fault, void, account) {
            (Some(Fault::Error(code, name)), ..) => Err(Failure::new(*code, name)),
            (Some(Fault::FloodWait(seconds)), ..) => Err(Failure::flood(*seconds)),
            (_, Some((code, name)), _) => Err(Failure::new(code, &name)),
            (_, None, Some(account)) => match lock(&self.centres.rates).take(method, account, self.centres.moment()) {
                Err(seconds) => Err(Failure::flood(seconds)),
                Ok(()) => Ok(()),
            },
            (_, None, None) => Ok(()),
        };
        let result = result.and_then(|()| {
            let key = self.key.as_ref().map_or(0, |key| key.id);
            methods::dispatch(&Caller::new(&self.centres, self.dc, key, account), constructor, arguments)
        });
        self.centres.world.lock().calls.push(Call {
            method: method.to_owned(),
            dc: self.dc,
            account,
            error: result.as_ref().err().map(|failure| failure.name.clone()),
        });
        let mut body = match result {
            Ok(body) => body,
            Err(failure) => failure.to_bytes(),
        };
        shape::veil(&self.centres.world.lock(), &mut body);
        match fault {
            Some(Fault::DropAfter) => return Err(End::Cut),
            Some(Fault::Silence) => return Ok(()),
            Some(Fault::DelayMs(delay)) => {
                self.answer_later(id, body, delay);
                let ack = types::MsgsAck { msg_ids: vec![id] };
                return self.send(1, false, &enums::MsgsAck::from(ack).to_bytes()).await;
            }
            Some(Fault::AnswerTwice) => self.answer(id, &body).await?,
            Some(Fault::Malformed) => body.truncate((body.len() / 2).next_multiple_of(4).max(4)),
            Some(Fault::UnknownConstructor) => {
                let constructor = shape::FUTURE_CONSTRUCTOR.to_le_bytes();
                body.splice(..4, constructor);
            }
            Some(Fault::FutureMessage) => {
                let message = types::Message::CONSTRUCTOR_ID.to_le_bytes();
                if let Some(at) = body.chunks(4).position(|word| word == message) {
                    body.splice(at * 4..at * 4 + 4, shape::FUTURE_CONSTRUCTOR.to_le_bytes());
                }
            }
            _ => {}
        }
        match self.centres.world.scenario.latency_ms {
            0 => self.answer(id, &body).await,
            latency => {
                self.answer_later(id, body, latency);
                Ok(())
            }
        }
    }

    /// Other calls are answered meanwhile.
    fn answer_later(&self, message: i64, body: Vec<u8>, delay_ms: u64) {
        let late = self.late.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            // the client may have gone meanwhile
            let _ = late.send(Late { message, body });
        });
    }

    // ---- out --------------------------------------------------------------------------------------------------------

    async fn fail(&mut self, id: i64, failure: &Failure) -> Result<(), End> {
        self.answer(id, &failure.to_bytes()).await
    }

    async fn answer(&mut self, id: i64, body: &[u8]) -> Result<(), End> {
        let mut result = Vec::with_capacity(body.len() + 12);
        result.extend(RPC_RESULT.to_le_bytes());
        result.extend(id.to_le_bytes());
        match (body.len() > PACK_BYTES_MIN).then(|| pack(body)).filter(|packed| packed.len() < body.len()) {
            Some(packed) => result.extend(packed),
            None => result.extend(body),
        }
        self.send(1, true, &result).await
    }

    async fn push(&mut self, push: &Push) -> Result<(), End> {
        if !self.follows || self.centres.is_silent(self.dc) {
            return Ok(());
        }
        let account = self.with_key(|record, _| record.user).flatten();
        let key = self.key.as_ref().map_or(0, |key| key.id);
        let update = methods::updates::pushed(&Caller::new(&self.centres, self.dc, key, account), push);
        match update {
            Some(update) => {
                let mut body = update.to_bytes();
                shape::veil(&self.centres.world.lock(), &mut body);
                self.send(3, true, &body).await
            }
            None => Ok(()),
        }
    }

    /// `kind`: what the id is modulo 4, 1 for answers and 3 for what comes unasked.
    async fn send(&mut self, kind: i64, content: bool, body: &[u8]) -> Result<(), End> {
        let Some(key) = self.key.clone() else { return Err(End::Gone) };
        let id = self.message_id(kind);
        let sequence = self.content_sent * 2 + i32::from(content);
        self.content_sent += i32::from(content);
        let mut plain = Vec::with_capacity(body.len() + 64);
        plain.extend(self.salt.to_le_bytes());
        plain.extend(self.session.to_le_bytes());
        plain.extend(id.to_le_bytes());
        plain.extend(sequence.to_le_bytes());
        plain.extend((body.len() as u32).to_le_bytes());
        plain.extend(body);
        Ok(self.writer.send(&envelope::seal(&key, plain)).await?)
    }

    fn message_id(&mut self, kind: i64) -> i64 {
        let now = wall();
        let id = ((now.as_secs() as i64) << 32 | i64::from(now.subsec_nanos()) << 2) & !3;
        self.last_id = id.max((self.last_id & !3) + 4) | kind;
        self.last_id
    }
}

/// The bytes inside `gzip_packed`.
fn unpack(arguments: &[u8]) -> Option<Vec<u8>> {
    let packed = Vec::<u8>::from_bytes(arguments).ok()?;
    let mut unpacked = Vec::new();
    GzDecoder::new(packed.as_slice()).take(UNPACKED_BYTES_MAX).read_to_end(&mut unpacked).ok()?;
    Some(unpacked)
}

fn pack(body: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    // reading from memory does not fail
    let _ = GzEncoder::new(body, Compression::fast()).read_to_end(&mut packed);
    let mut out = GZIP_PACKED.to_le_bytes().to_vec();
    packed.serialize(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_and_unpacks() {
        let body = b"again and again ".repeat(100);
        let packed = pack(&body);
        assert!(packed.len() < body.len());
        assert_eq!(unpack(&packed[4..]), Some(body));
    }
}
