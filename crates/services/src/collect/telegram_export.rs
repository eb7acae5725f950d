//! Telegram Desktop's export (`result.json`) of one channel, or of an account with its channels.
//!
//! Such a file holds every message but no view counts: they stay unknown. Messages are read one at a time; an album,
//! which the file shows as single messages, becomes one post.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::sync::{Arc, Mutex};

use domain::posts::{Counters, MediaType, Source};
use domain::zone::Zone;
use jiff::civil::DateTime;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use store::collect::PostFacts;
use tokio_util::sync::CancellationToken;

use super::import::file::{ChannelName, Chunk, Facts, Parsed};
use super::import::staging::Staging;
use super::import::{ImportError, ImportReport, ImportRequest, Place, Progress, Sink, prepare, stage_and_publish};
use crate::{Ctx, Viewer};

/// Posts of a chunk.
const CHUNK_POSTS: usize = 20_000;
/// Telegram allows ten parts.
const ALBUM_PARTS_MAX: i64 = 10;
const READ_BYTES: usize = 1 << 18;

/// What an import of an export did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TelegramReport {
    #[serde(flatten)]
    pub import: ImportReport,
    /// messages of the channels, service messages too
    pub messages: u64,
    /// "channel created", "message pinned" and the like: no posts
    pub service_messages: u64,
    /// posts made of several messages
    pub albums: u64,
    /// messages of an old export that tells only the local time of the computer it was made on; they were read in the
    /// zone given, or UTC
    pub without_zone: u64,
    /// chats of an account's export that are no channels
    pub skipped_chats: Vec<SkippedChat>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedChat {
    pub name: String,
    /// as the export calls it, e.g. `personal_chat`
    pub kind: String,
}

/// Imports a `result.json`. The request's `kind` does not matter; the rest means what it means for a file of posts.
/// Stopped or killed, the same request continues.
pub async fn run(
    ctx: &Ctx,
    viewer: &Viewer,
    request: &ImportRequest,
    progress: &dyn Progress,
    cancel: &CancellationToken,
) -> Result<TelegramReport, ImportError> {
    let (mut request, opened) = prepare(ctx, viewer, request, "telegram-export").await?;
    request.kind = super::import::Kind::Posts;
    request.skip_bad_rows = None;
    let staging = Staging::open(ctx, viewer, &request, opened.identity).await?;
    let zone = Zone::find(request.tz.as_deref().unwrap_or("UTC"))?;
    let seen = Arc::new(Mutex::new(TelegramReport::default()));
    let mut reader = ExportReader {
        request: request.clone(),
        zone,
        taken_at: staging.bookmark.taken_at,
        heads: VecDeque::new(),
        staged: staging.bookmark.offset,
        known_channels: staging.bookmark.channels.len(),
        channels: Vec::new(),
        new_channels: Vec::new(),
        posts: Vec::new(),
        done: 0,
        chunk_rows: 0,
        album: None,
        report: TelegramReport::default(),
        stopped: false,
        failure: None,
    };
    let produce = {
        let seen = Arc::clone(&seen);
        move |send: &Sink<'_>, stop: &CancellationToken| {
            if let Err(error) = reader.read(send, stop) {
                send(Err(error));
            }
            if let Ok(mut seen) = seen.lock() {
                *seen = reader.report;
            }
        }
    };
    let import = stage_and_publish(staging, opened.bytes, progress, cancel, produce).await?;
    let seen = seen.lock().map(|seen| seen.clone()).unwrap_or_default();
    Ok(TelegramReport { import, ..seen })
}

/// A message of the export, as far as it concerns us.
#[derive(Deserialize)]
struct Message {
    id: i64,
    #[serde(rename = "type")]
    kind: String,
    date: Option<String>,
    date_unixtime: Option<String>,
    #[serde(default, deserialize_with = "is_there")]
    forwarded_from: bool,
    photo: Option<IgnoredAny>,
    file: Option<IgnoredAny>,
    media_type: Option<String>,
    poll: Option<IgnoredAny>,
    location_information: Option<IgnoredAny>,
    place_name: Option<IgnoredAny>,
    contact_information: Option<IgnoredAny>,
    giveaway_information: Option<IgnoredAny>,
    giveaway_results: Option<IgnoredAny>,
    game_title: Option<IgnoredAny>,
    invoice_information: Option<IgnoredAny>,
    #[serde(default)]
    text: Text,
    #[serde(default)]
    reactions: Vec<Reaction>,
}

/// The field is there, whatever is in it: a deleted author is `null`, and still the post is a forward.
fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

#[derive(Deserialize)]
struct Reaction {
    #[serde(default)]
    count: i64,
}

/// A text is a string, or a list of strings and of entities with a text each.
#[derive(Default)]
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Part {
            Plain(String),
            Entity { text: String },
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Whole {
            Plain(String),
            Parts(Vec<Part>),
        }
        Ok(Self(match Whole::deserialize(deserializer)? {
            Whole::Plain(text) => text,
            Whole::Parts(parts) => parts
                .into_iter()
                .map(|part| match part {
                    Part::Plain(text) | Part::Entity { text } => text,
                })
                .collect(),
        }))
    }
}

impl Message {
    fn media(&self) -> MediaType {
        match self.media_type.as_deref() {
            Some("video_file") => return MediaType::Video,
            Some("animation") => return MediaType::Animation,
            Some("voice_message") => return MediaType::Voice,
            Some("video_message") => return MediaType::VideoNote,
            Some("sticker") => return MediaType::Sticker,
            Some("audio_file") => return MediaType::Audio,
            Some(_) => return MediaType::Media,
            None => {}
        }
        if self.photo.is_some() {
            MediaType::Photo
        } else if self.file.is_some() {
            MediaType::Document
        } else if self.poll.is_some() {
            MediaType::Poll
        } else if self.location_information.is_some() || self.place_name.is_some() {
            MediaType::Location
        } else if self.contact_information.is_some() {
            MediaType::Contact
        } else if self.giveaway_information.is_some() || self.giveaway_results.is_some() {
            MediaType::Giveaway
        } else if self.game_title.is_some() || self.invoice_information.is_some() || self.text.0.is_empty() {
            MediaType::Other
        } else {
            MediaType::Text
        }
    }
}

/// Kinds that can be parts of an album.
fn fits_album(media: MediaType) -> bool {
    matches!(media, MediaType::Photo | MediaType::Video | MediaType::Document | MediaType::Audio)
}

/// A post, perhaps with more parts to come.
struct Album {
    post: PostFacts,
    /// id of the newest part
    last_id: i64,
    parts: i64,
    extendable: bool,
}

/// A chat's head: what it is.
#[derive(Default)]
struct Chat {
    name: Option<String>,
    kind: Option<String>,
    id: Option<i64>,
}

struct ExportReader {
    request: ImportRequest,
    zone: Zone,
    taken_at: i64,
    /// of the chats to come
    heads: VecDeque<Chat>,
    /// posts staged by an earlier run
    staged: u64,
    known_channels: usize,
    channels: Vec<ChannelName>,
    new_channels: Vec<ChannelName>,
    posts: Vec<Parsed<PostFacts>>,
    /// posts finished so far, staged ones too
    done: u64,
    chunk_rows: u64,
    album: Option<Album>,
    report: TelegramReport,
    stopped: bool,
    /// why reading ended, where the parser's own error would hide it
    failure: Option<ImportError>,
}

impl ExportReader {
    fn read(&mut self, send: &Sink<'_>, stop: &CancellationToken) -> Result<(), ImportError> {
        let path = self.request.path.clone();
        let unreadable =
            |error: std::io::Error| ImportError::Unreadable { path: path.clone(), reason: error.to_string() };
        let json = || -> Result<_, ImportError> {
            let mut input = BufReader::with_capacity(READ_BYTES, File::open(&path).map_err(unreadable)?);
            skip_bom(&mut input).map_err(unreadable)?;
            Ok(serde_json::Deserializer::from_reader(input))
        };
        let (mut heads, mut first, mut second) = (Vec::new(), json()?, json()?);
        let mut outcome = Top(Pass::Heads(&mut heads)).deserialize(&mut first).and_then(|()| first.end());
        if outcome.is_ok() {
            self.heads = heads.into();
            outcome = Top(Pass::Messages { reader: self, send, stop }).deserialize(&mut second);
        }
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if self.stopped {
            return Ok(());
        }
        if let Err(error) = outcome {
            let reason = if error.is_eof() {
                format!("it ends in the middle (line {}): the file seems to be cut off, get it whole", error.line())
            } else {
                error.to_string()
            };
            return Err(ImportError::NotAnExport { path, reason });
        }
        if self.channels.is_empty() {
            return Err(self.no_channel());
        }
        self.flush(send);
        Ok(())
    }

    fn no_channel(&self) -> ImportError {
        let (path, chats) = (self.request.path.clone(), &self.report.skipped_chats);
        match chats.as_slice() {
            [] => ImportError::NotAnExport { path, reason: "it has no chats".to_owned() },
            [only] => ImportError::NoChannel(format!(
                "{:?} is {}, not a channel: only channels can be imported, private talks stay private. Export the channel itself: open it, then ⋮ → Export chat history",
                only.name,
                described(&only.kind)
            )),
            several => ImportError::NoChannel(format!(
                "none of the {} chats in this export is a channel. Export with \"My channels\" ticked, or open the channel, then ⋮ → Export chat history",
                several.len()
            )),
        }
    }

    /// `false`: the chat is no channel, its messages are not wanted.
    fn enter(&mut self, chat: Chat) -> bool {
        let kind = chat.kind.unwrap_or_default();
        let name = chat.name.unwrap_or_default();
        if !matches!(kind.as_str(), "public_channel" | "private_channel") {
            self.report.skipped_chats.push(SkippedChat { name, kind });
            return false;
        }
        // bare ids are positive; with the prefix of the Bot API, -100…
        let id = chat.id.map(|id| id.to_string()).and_then(|id| id.trim_start_matches("-100").parse::<i64>().ok());
        let Some(id) = id.filter(|id| *id > 0) else {
            let reason = format!("the channel {name:?} has no id");
            self.failure = Some(ImportError::NotAnExport { path: self.request.path.clone(), reason });
            return false;
        };
        let title = if name.trim().is_empty() { id.to_string() } else { name };
        let channel = ChannelName::Titled { id, title };
        if let (Some(option), Some(first)) = (self.request.option_for_one_channel(), self.channels.first()) {
            let (first, second) = (first.shown(), channel.shown());
            self.failure = Some(ImportError::ManyChannels { option, first, second, line: self.report.messages });
            return false;
        }
        if self.channels.len() >= self.known_channels {
            self.new_channels.push(channel.clone());
        }
        self.channels.push(channel);
        true
    }

    fn take(&mut self, message: Message, send: &Sink<'_>) {
        self.report.messages += 1;
        if message.kind != "message" {
            self.report.service_messages += 1;
            return;
        }
        let Some(date_utc) = self.date(&message) else {
            let reason = format!("message {} has no readable date", message.id);
            self.failure = Some(ImportError::NotAnExport { path: self.request.path.clone(), reason });
            return;
        };
        let media = message.media();
        let reactions: i64 = message.reactions.iter().map(|reaction| reaction.count.max(0)).sum();
        let counters =
            Counters { reactions: (!message.reactions.is_empty()).then_some(reactions), ..Counters::default() };
        let post = PostFacts {
            post_id: message.id,
            date_utc,
            counters,
            counted_at: counters.reactions.map(|_| self.taken_at.max(date_utc)),
            media_type: Some(media),
            album_size: None,
            forwarded: Some(message.forwarded_from),
            source: Source::Imported,
            text: Some(message.text.0).filter(|text| !text.is_empty()),
        };
        if let Some(album) = &mut self.album
            && album.takes(&post, media)
        {
            self.report.albums += u64::from(album.parts == 1);
            album.add(post);
            return;
        }
        self.finish_post(send);
        self.album = Some(Album { last_id: post.post_id, parts: 1, extendable: fits_album(media), post });
    }

    fn date(&mut self, message: &Message) -> Option<i64> {
        if let Some(at) = message.date_unixtime.as_deref().and_then(|at| at.parse().ok()) {
            return Some(at);
        }
        // exports before 2022 tell the local time of the computer, without its zone
        let local: DateTime = message.date.as_deref()?.parse().ok()?;
        self.report.without_zone += 1;
        let midnight = self.zone.midnight(local.date());
        let naive =
            midnight + i64::from(local.hour()) * 3600 + i64::from(local.minute()) * 60 + i64::from(local.second());
        // on the day of a change of clocks the offset of the moment, not of midnight
        Some(naive + i64::from(self.zone.offset(midnight)) - i64::from(self.zone.offset(naive)))
    }

    /// The post being put together is whole.
    fn finish_post(&mut self, send: &Sink<'_>) {
        let Some(album) = self.album.take() else { return };
        self.done += 1;
        if self.done <= self.staged {
            return;
        }
        let channel = self.channels.len().saturating_sub(1);
        let place = Place { offset: self.done, line: self.done };
        self.posts.push(Parsed { channel, place, fact: album.post });
        self.chunk_rows += 1;
        if self.posts.len() >= CHUNK_POSTS {
            self.flush(send);
        }
    }

    fn flush(&mut self, send: &Sink<'_>) {
        if self.posts.is_empty() && self.new_channels.is_empty() {
            return;
        }
        let chunk = Chunk {
            facts: Facts::Posts(std::mem::take(&mut self.posts)),
            bad: Vec::new(),
            rows: std::mem::take(&mut self.chunk_rows),
            end: Place { offset: self.done, line: self.done },
            new_channels: std::mem::take(&mut self.new_channels),
        };
        self.stopped |= !send(Ok(chunk));
    }

    fn is_over(&self, stop: &CancellationToken) -> bool {
        self.stopped || self.failure.is_some() || stop.is_cancelled()
    }
}

impl Album {
    /// The file marks no albums: parts have ids and moments next to one another, and at most one has a text.
    fn takes(&self, part: &PostFacts, media: MediaType) -> bool {
        self.extendable
            && fits_album(media)
            && self.parts < ALBUM_PARTS_MAX
            && part.post_id == self.last_id + 1
            && part.date_utc.abs_diff(self.post.date_utc) <= 1
            && part.forwarded == self.post.forwarded
            && (part.text.is_none() || self.post.text.is_none())
    }

    fn add(&mut self, part: PostFacts) {
        self.last_id = part.post_id;
        self.parts += 1;
        self.post.media_type = Some(MediaType::Album);
        self.post.album_size = Some(self.parts);
        self.post.text = self.post.text.take().or(part.text);
        // people react to the album; whichever part shows it
        self.post.counters.reactions = self.post.counters.reactions.max(part.counters.reactions);
        self.post.counted_at = self.post.counted_at.max(part.counted_at);
    }
}

fn described(kind: &str) -> String {
    let known: HashMap<&str, &str> = HashMap::from([
        ("personal_chat", "a private chat"),
        ("bot_chat", "a chat with a bot"),
        ("saved_messages", "your saved messages"),
        ("private_group", "a group"),
        ("private_supergroup", "a group"),
        ("public_supergroup", "a group"),
    ]);
    known.get(kind).map_or_else(|| format!("a chat of kind {kind:?}"), |text| (*text).to_owned())
}

fn skip_bom(input: &mut BufReader<File>) -> std::io::Result<()> {
    use std::io::BufRead as _;

    if input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    Ok(())
}

/// The file is read twice: first the heads of its chats, which may stand after their messages, then the messages.
enum Pass<'a, 'b> {
    Heads(&'a mut Vec<Chat>),
    Messages { reader: &'a mut ExportReader, send: &'a Sink<'b>, stop: &'a CancellationToken },
}

impl<'b> Pass<'_, 'b> {
    fn again(&mut self) -> Pass<'_, 'b> {
        match self {
            Self::Heads(heads) => Pass::Heads(heads),
            Self::Messages { reader, send, stop } => Pass::Messages { reader, send: *send, stop },
        }
    }
}

/// The whole file, or a chat of an account: an object.
struct Top<'a, 'b>(Pass<'a, 'b>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the chat's messages or the account's chats")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let mut chat = Chat::default();
        let mut messages = false;
        while let Some(key) = map.next_key::<String>()? {
            match (key.as_str(), &mut self.0) {
                ("chats" | "left_chats", pass) => map.next_value_seed(List(pass.again()))?,
                ("messages", Pass::Messages { reader, send, stop }) => {
                    map.next_value_seed(Messages { reader, send: *send, stop })?;
                }
                ("name", Pass::Heads(_)) => chat.name = map.next_value()?,
                ("type", Pass::Heads(_)) => chat.kind = map.next_value()?,
                ("id", Pass::Heads(_)) => chat.id = map.next_value()?,
                (key, _) => {
                    messages |= key == "messages";
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let Pass::Heads(heads) = self.0 {
            match (messages, chat.kind.is_some()) {
                (true, true) => heads.push(chat),
                (true, false) => return Err(A::Error::custom("a chat does not say of what type it is")),
                (false, true) => return Err(A::Error::custom("the chat has no messages")),
                (false, false) => {}
            }
        }
        Ok(())
    }
}

/// `{"about": …, "list": [chat, …]}`
struct List<'a, 'b>(Pass<'a, 'b>);

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of chats")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "list" {
                map.next_value_seed(List(self.0.again()))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Top(self.0.again()))?.is_some() {}
        Ok(())
    }
}

/// The messages of the next chat.
struct Messages<'a, 'b> {
    reader: &'a mut ExportReader,
    send: &'a Sink<'b>,
    stop: &'a CancellationToken,
}

impl<'de> DeserializeSeed<'de> for Messages<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Messages<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let chat =
            self.reader.heads.pop_front().ok_or_else(|| A::Error::custom("the file changed while it was read"))?;
        if !self.reader.enter(chat) {
            // a refused chat ends the reading, one that is no channel is passed over
            if self.reader.failure.is_some() {
                return Err(A::Error::custom("refused"));
            }
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        while let Some(message) = seq.next_element()? {
            self.reader.take(message, self.send);
            if self.reader.is_over(self.stop) {
                self.reader.stopped |= self.stop.is_cancelled();
                return Err(A::Error::custom("stopped"));
            }
        }
        self.reader.finish_post(self.send);
        Ok(())
    }
}
