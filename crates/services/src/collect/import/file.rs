//! From bytes to facts: the header, the cells of each kind of file, and chunks of rows.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Seek as _, SeekFrom};

use domain::analytics::history::{DailyFact, SourceFact};
use domain::channels::folded;
use domain::posts::{Counters, MediaType, Snapshot, Source};
use serde::{Deserialize, Serialize};
use store::collect::PostFacts;
use tokio_util::sync::CancellationToken;

use super::cell::{self, Cell};
use super::problem::Problem;
use super::rows::{Flaw, Place, Row, RowError, Rows};
use super::{ImportError, ImportRequest, Kind};

/// Rows of a chunk: enough that a commit is worth its sync to the disk, few enough for memory.
const CHUNK_ROWS: usize = 100_000;
/// Bytes of the file after which a chunk ends early: texts are long.
const CHUNK_BYTES: u64 = 8 << 20;
/// How often, in rows, a reading thread looks whether it should stop.
const STOP_CHECK_ROWS: u64 = 4096;
const CHANNEL_CHARS_MAX: usize = 100;
const ORIGIN_CHARS_MAX: usize = 100;

const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// Columns besides `channel` or `channel_id`.
fn columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Posts => &["post_id", "date_utc", "views", "forwards", "reactions", "replies", "media_type", "text"],
        Kind::Snapshots => &["post_id", "taken_at_utc", "views", "forwards", "reactions", "replies"],
        Kind::Daily => &["day", "subscribers", "joined", "left", "notifications_on"],
        Kind::Sources => &["day", "source", "views"],
    }
}

pub(super) fn columns_text(kind: Kind) -> String {
    format!("channel or channel_id, {}", columns(kind).join(", "))
}

/// A channel as a file names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelName {
    Username(String),
    Id(i64),
    /// as an export of Telegram Desktop names it
    Titled {
        id: i64,
        title: String,
    },
}

impl ChannelName {
    pub fn text(&self) -> String {
        match self {
            Self::Username(name) => name.clone(),
            Self::Id(id) | Self::Titled { id, .. } => id.to_string(),
        }
    }

    /// For a person.
    pub fn shown(&self) -> String {
        match self {
            Self::Titled { title, .. } => title.clone(),
            _ => self.text(),
        }
    }

    pub fn telegram_id(&self) -> Option<i64> {
        match self {
            Self::Username(_) => None,
            Self::Id(id) | Self::Titled { id, .. } => Some(*id),
        }
    }
}

/// A row that is fine by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<T> {
    /// position among the file's channels
    pub channel: usize,
    pub place: Place,
    pub fact: T,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PostSnapshot {
    pub post_id: i64,
    pub snapshot: Snapshot,
}

#[derive(Debug)]
pub enum Facts {
    Posts(Vec<Parsed<PostFacts>>),
    Snapshots(Vec<Parsed<PostSnapshot>>),
    Daily(Vec<Parsed<DailyFact>>),
    Sources(Vec<Parsed<SourceFact>>),
}

#[derive(Debug)]
pub struct BadRow {
    pub place: Place,
    pub fields: Vec<Vec<u8>>,
    pub problems: Vec<Problem>,
}

#[derive(Debug)]
pub struct Chunk {
    pub facts: Facts,
    pub bad: Vec<BadRow>,
    /// rows read, bad ones too
    pub rows: u64,
    /// where the next chunk begins
    pub end: Place,
    /// channels of the file that appeared for the first time in this chunk
    pub new_channels: Vec<ChannelName>,
}

pub struct FileReader {
    rows: Rows<File>,
    layout: Layout,
    cells: Cells,
    channels: Channels,
}

impl FileReader {
    /// Opens the file, understands its header, and stands at `start`: a place an earlier run stopped at, or the
    /// beginning (offset 0), which is the first row after the header.
    pub fn open(
        request: &ImportRequest,
        start: Place,
        channels: Vec<ChannelName>,
        now: i64,
        taken_at: i64,
    ) -> Result<Self, ImportError> {
        let unreadable =
            |error: std::io::Error| ImportError::Unreadable { path: request.path.clone(), reason: error.to_string() };
        let file = File::open(&request.path).map_err(unreadable)?;
        let mut rows = Rows::new(file, Place { offset: 0, line: 1 });
        match rows.peek(UTF8_BOM.len()).map_err(unreadable)? {
            UTF8_BOM => rows.skip(UTF8_BOM.len()),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err(ImportError::Utf16),
            _ => {}
        }
        let header = rows.next().map_err(|error| row_error(error, request))?;
        let header = header.ok_or_else(|| ImportError::Empty(request.path.clone()))?;
        let layout = Layout::of(request.kind, &header)?;
        if start.offset > 0 {
            let mut file = File::open(&request.path).map_err(unreadable)?;
            file.seek(SeekFrom::Start(start.offset)).map_err(unreadable)?;
            rows = Rows::new(file, start);
        }
        let cells = Cells { now, taken_at, explicit_taken_at: request.taken_at.is_some() };
        Ok(Self { rows, layout, cells, channels: Channels::new(channels, request.option_for_one_channel()) })
    }

    /// The next chunk; `None` at the end of the file or when it is to stop.
    pub fn next_chunk(&mut self, stop: &CancellationToken) -> Result<Option<Chunk>, ImportError> {
        let begin = self.rows.place();
        let mut chunk = Chunk {
            facts: match self.layout.kind {
                Kind::Posts => Facts::Posts(Vec::new()),
                Kind::Snapshots => Facts::Snapshots(Vec::with_capacity(CHUNK_ROWS)),
                Kind::Daily => Facts::Daily(Vec::new()),
                Kind::Sources => Facts::Sources(Vec::new()),
            },
            bad: Vec::new(),
            rows: 0,
            end: begin,
            new_channels: Vec::new(),
        };
        while (chunk.rows as usize) < CHUNK_ROWS && chunk.end.offset - begin.offset < CHUNK_BYTES {
            if chunk.rows.is_multiple_of(STOP_CHECK_ROWS) && stop.is_cancelled() {
                return Ok(None);
            }
            let row = match self.rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => return Err(row_error(error, &ImportRequest::new(self.layout.kind, "the file"))),
            };
            chunk.rows += 1;
            let mut reader = RowReader { layout: &self.layout, row: &row, problems: Vec::new() };
            reader.check_shape();
            // cells of a row of another shape are in wrong columns: one problem is enough
            if reader.problems.is_empty() {
                let channel = reader.channel(&mut self.channels, &mut chunk.new_channels)?;
                self.cells.read(&mut reader, channel, &mut chunk.facts);
            }
            let problems = reader.problems;
            if !problems.is_empty() {
                chunk.bad.push(BadRow { place: row.place, fields: row.iter().map(<[u8]>::to_vec).collect(), problems });
            }
            chunk.end = self.rows.place();
        }
        Ok((chunk.rows > 0).then_some(chunk))
    }
}

fn row_error(error: RowError, request: &ImportRequest) -> ImportError {
    match error {
        RowError::Read(error) => ImportError::Unreadable { path: request.path.clone(), reason: error.to_string() },
        RowError::TooLong { .. } => ImportError::EndlessRow { reason: error.to_string() },
    }
}

/// Which field holds which column.
struct Layout {
    kind: Kind,
    header: Vec<String>,
    channel: usize,
    /// the column is `channel_id`
    channel_is_id: bool,
    /// of [`columns`], in their order
    fields: Vec<usize>,
}

impl Layout {
    fn of(kind: Kind, header: &Row<'_>) -> Result<Self, ImportError> {
        let problem = |problem: String| ImportError::Header { kind, problem };
        let mut names = Vec::with_capacity(header.len());
        for name in header.iter() {
            let name = std::str::from_utf8(name).map_err(|_| problem("is not UTF-8".to_owned()))?;
            names.push(name.trim().to_owned());
        }
        if let [only] = names.as_slice() {
            for (sign, found) in [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")] {
                if only.contains(sign) {
                    return Err(ImportError::Separator { found });
                }
            }
        }
        let known = columns(kind);
        for (index, name) in names.iter().enumerate() {
            if name != "channel" && name != "channel_id" && !known.contains(&name.as_str()) {
                return Err(problem(if looks_like_data(name) {
                    format!("is missing: line {} begins the data at once ({name:?})", header.place.line)
                } else {
                    format!("has an unknown column {name:?}")
                }));
            }
            if names[..index].contains(name) {
                return Err(problem(format!("has the column {name:?} twice")));
            }
        }
        let find = |name: &str| names.iter().position(|other| other == name);
        let (channel, channel_is_id) = match (find("channel"), find("channel_id")) {
            (Some(_), Some(_)) => return Err(problem("has both channel and channel_id: keep one".to_owned())),
            (Some(channel), None) => (channel, false),
            (None, Some(channel)) => (channel, true),
            (None, None) => return Err(problem("has no column channel (a name) or channel_id (a number)".to_owned())),
        };
        let mut fields = Vec::with_capacity(known.len());
        for name in known {
            let field = find(name)
                .ok_or_else(|| problem(format!("has no column {name:?} (add it; an empty cell means: not known)")))?;
            fields.push(field);
        }
        Ok(Self { kind, header: names, channel, channel_is_id, fields })
    }

    fn name(&self, column: usize) -> &str {
        columns(self.kind)[column]
    }
}

fn looks_like_data(name: &str) -> bool {
    name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit() || c == '-')
}

/// The channels of the file, by position of first appearance.
struct Channels {
    names: Vec<ChannelName>,
    /// lower-case
    positions: HashMap<String, usize>,
    /// the cell of the row before: files mostly name the same channel again
    last: (Vec<u8>, usize),
    /// the option that allows only one
    single: Option<&'static str>,
}

impl Channels {
    fn new(names: Vec<ChannelName>, single: Option<&'static str>) -> Self {
        let positions = names.iter().enumerate().map(|(index, name)| (folded(&name.text()), index)).collect();
        Self { names, positions, last: (Vec::new(), 0), single }
    }

    fn position(&mut self, name: ChannelName, line: u64, new: &mut Vec<ChannelName>) -> Result<usize, ImportError> {
        let key = folded(&name.text());
        if let Some(position) = self.positions.get(&key) {
            return Ok(*position);
        }
        if let (Some(option), Some(first)) = (self.single, self.names.first()) {
            return Err(ImportError::ManyChannels { option, first: first.text(), second: name.text(), line });
        }
        self.names.push(name.clone());
        new.push(name);
        self.positions.insert(key, self.names.len() - 1);
        Ok(self.names.len() - 1)
    }
}

/// One row and what is wrong with it.
struct RowReader<'a> {
    layout: &'a Layout,
    row: &'a Row<'a>,
    problems: Vec<Problem>,
}

impl RowReader<'_> {
    fn check_shape(&mut self) {
        let (line, found, wanted) = (self.row.place.line, self.row.len(), self.layout.header.len());
        let cut = if self.row.ends_file { "; the file seems to be cut off here: get it whole" } else { "" };
        match self.row.flaw {
            Some(Flaw::Unclosed { line: opened }) => self.problems.push(Problem::of_row(
                line,
                format!("a quote (\") opened on line {opened} is never closed: the file seems to be cut off, or a quote inside a text is not doubled"),
            )),
            Some(Flaw::AfterQuote { field }) => {
                let column = self.layout.header.get(field).map_or("", String::as_str);
                self.problems.push(Problem::of_cell(
                    line,
                    column,
                    self.row.field(field),
                    "a comma after the closing quote (a quote inside a text is written twice)",
                ));
            }
            None if found != wanted => {
                self.problems.push(Problem::of_row(line, format!("{found} cells where the header has {wanted}{cut}")));
            }
            None => {}
        }
    }

    fn channel(&mut self, channels: &mut Channels, new: &mut Vec<ChannelName>) -> Result<usize, ImportError> {
        let cell = self.row.field(self.layout.channel);
        if cell == channels.last.0 && !cell.is_empty() {
            return Ok(channels.last.1);
        }
        let line = self.row.place.line;
        let name = if self.layout.channel_is_id {
            cell::id(cell).map(ChannelName::Id).map_err(|expected| ("channel_id", expected))
        } else {
            channel_name(cell).map_err(|expected| ("channel", expected))
        };
        match name {
            Ok(name) => {
                let position = channels.position(name, line, new)?;
                channels.last = (cell.to_vec(), position);
                Ok(position)
            }
            Err((column, expected)) => {
                self.problems.push(Problem::of_cell(line, column, cell, expected));
                Ok(0)
            }
        }
    }

    /// The cell of a column (see [`columns`]); a wrong one becomes a problem and `None`.
    fn cell<T>(&mut self, column: usize, read: impl FnOnce(&[u8]) -> Cell<T>) -> Option<T> {
        let cell = self.row.field(self.layout.fields[column]);
        match read(cell) {
            Ok(value) => Some(value),
            Err(expected) => {
                let column = self.layout.name(column);
                self.problems.push(Problem::of_cell(self.row.place.line, column, cell, expected));
                None
            }
        }
    }

    /// Four counts from a column on.
    fn counters(&mut self, column: usize) -> Counters {
        Counters {
            views: self.cell(column, cell::count).flatten(),
            forwards: self.cell(column + 1, cell::count).flatten(),
            reactions: self.cell(column + 2, cell::count).flatten(),
            replies: self.cell(column + 3, cell::count).flatten(),
        }
    }
}

fn channel_name(cell: &[u8]) -> Cell<ChannelName> {
    const NAME: &str = "a channel's name, with or without @, of at most 100 characters";
    let name = std::str::from_utf8(cell).map_err(|_| NAME)?.trim().trim_start_matches('@');
    if name.is_empty() || name.chars().count() > CHANNEL_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(NAME);
    }
    // a number is an id, whatever the column is called
    Ok(cell::id(name.as_bytes()).map_or_else(|_| ChannelName::Username(name.to_owned()), ChannelName::Id))
}

fn media_type(cell: &[u8]) -> Cell<Option<MediaType>> {
    const MEDIA: &str = "one of text, photo, video, album, animation, audio, voice, video_note, document, sticker, \
        poll, location, contact, link, giveaway, media, other, or nothing when it is not known";
    match cell.trim_ascii() {
        [] => Ok(None),
        word => std::str::from_utf8(word).ok().and_then(|word| word.parse().ok()).map(Some).ok_or(MEDIA),
    }
}

fn origin(cell: &[u8]) -> Cell<String> {
    const ORIGIN: &str = "where the views came from, such as followers or search, in at most 100 characters";
    let origin = std::str::from_utf8(cell).map_err(|_| ORIGIN)?.trim();
    if origin.is_empty() || origin.chars().count() > ORIGIN_CHARS_MAX {
        return Err(ORIGIN);
    }
    Ok(origin.to_owned())
}

/// Reads the cells of each kind of row.
struct Cells {
    now: i64,
    taken_at: i64,
    explicit_taken_at: bool,
}

impl Cells {
    fn read(&self, reader: &mut RowReader<'_>, channel: usize, facts: &mut Facts) {
        let (now, place) = (self.now, reader.row.place);
        match facts {
            Facts::Posts(posts) => {
                if let Some(fact) = self.post(reader) {
                    posts.push(Parsed { channel, place, fact });
                }
            }
            Facts::Snapshots(snapshots) => {
                let post_id = reader.cell(0, cell::id);
                let at = reader.cell(1, |cell| cell::instant(cell, now));
                let counters = reader.counters(2);
                if let (Some(post_id), Some(at), true) = (post_id, at, reader.problems.is_empty()) {
                    let fact = PostSnapshot { post_id, snapshot: Snapshot { at, counters } };
                    snapshots.push(Parsed { channel, place, fact });
                }
            }
            Facts::Daily(days) => {
                let day = reader.cell(0, |cell| cell::day(cell, now));
                let counts = reader.counters(1);
                if let (Some(day), true) = (day, reader.problems.is_empty()) {
                    let fact = DailyFact {
                        subscribers: counts.views,
                        joined: counts.forwards,
                        left: counts.reactions,
                        notifications_on: counts.replies,
                        ..DailyFact::told_by(Source::Imported, day)
                    };
                    days.push(Parsed { channel, place, fact });
                }
            }
            Facts::Sources(sources) => {
                let day = reader.cell(0, |cell| cell::day(cell, now));
                let origin = reader.cell(1, origin);
                let views = reader.cell(2, cell::count).flatten();
                if let (Some(day), Some(origin), true) = (day, origin, reader.problems.is_empty()) {
                    let fact = SourceFact { day, origin, views, source: Source::Imported };
                    sources.push(Parsed { channel, place, fact });
                }
            }
        }
    }

    fn post(&self, reader: &mut RowReader<'_>) -> Option<PostFacts> {
        const TAKEN_BEFORE: &str = "a date not after --taken-at: counts cannot be older than their post";
        let post_id = reader.cell(0, cell::id);
        let date = reader.cell(1, |cell| {
            let date = cell::instant(cell, self.now)?;
            if self.explicit_taken_at && date > self.taken_at { Err(TAKEN_BEFORE) } else { Ok(date) }
        });
        let counters = reader.counters(2);
        let media_type = reader.cell(6, media_type).flatten();
        let text = reader.cell(7, |cell| cell::text(cell).map(|text| text.map(str::to_owned))).flatten();
        let (post_id, date_utc) = (post_id?, date?);
        reader.problems.is_empty().then(|| PostFacts {
            post_id,
            date_utc,
            counters,
            // a post from a clock that is ahead of ours is counted at its birth
            counted_at: (counters != Counters::default()).then_some(self.taken_at.max(date_utc)),
            media_type,
            album_size: None,
            forwarded: None,
            source: Source::Imported,
            text,
        })
    }
}
