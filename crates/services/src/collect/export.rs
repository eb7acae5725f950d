//! Facts out, in files that the import reads back to the same facts.

use std::io::Write;

use domain::analytics::history::DailyFact;
use domain::analytics::query::Bound;
use domain::channels::{Channel, ChannelRef};
use domain::posts::MediaType;
use domain::zone::{Zone, add_days};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use store::collect::PostFacts;

use crate::entitlements::{self, Feature};
use crate::identity::{permission, require};
use crate::{Ctx, Error, Viewer, channels};

/// Posts read at a time: what bounds the memory.
const PAGE: i64 = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

/// What to export: `from <= x < to`, days in the zone `tz` (default: the channel's).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Range {
    pub from: Option<Bound>,
    pub to: Option<Bound>,
    pub tz: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Refused(#[from] Error),
    #[error("the export cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

impl From<store::Error> for ExportError {
    fn from(error: store::Error) -> Self {
        Self::Refused(error.into())
    }
}

/// Writes the posts of a channel in order of their dates; how many.
pub async fn posts(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    range: &Range,
    format: Format,
    out: &mut (dyn Write + Send),
) -> Result<u64, ExportError> {
    let channel = allowed_channel(ctx, viewer, channel).await?;
    let zone = zone_of(&channel, range)?;
    let instant = |bound: Bound| match bound {
        Bound::Day(day) => zone.midnight(day),
        Bound::Instant(at) => at,
    };
    let (from, to) = (range.from.map_or(i64::MIN, instant), range.to.map_or(i64::MAX, instant));
    let mut sheet = Sheet::begin::<PostRow<'_>>(format, &channel, out)?;
    let mut tx = ctx.db.read().await?;
    let mut after = None;
    loop {
        let page = store::collect::list_posts(&mut tx, channel.id, from, to, after, PAGE).await?;
        for post in &page {
            sheet.write(&PostRow::of(post))?;
        }
        match page.last() {
            Some(last) => after = Some((last.date_utc, last.post_id)),
            None => return sheet.end(),
        }
    }
}

/// Writes the daily facts of a channel in order of their days; how many. Days are those of the source (UTC).
pub async fn daily(
    ctx: &Ctx,
    viewer: &Viewer,
    channel: &ChannelRef,
    range: &Range,
    format: Format,
    out: &mut (dyn Write + Send),
) -> Result<u64, ExportError> {
    let channel = allowed_channel(ctx, viewer, channel).await?;
    let zone = Zone::utc();
    let day = |bound: Bound| match bound {
        Bound::Day(day) => day,
        Bound::Instant(at) => zone.day(at),
    };
    let first = range.from.map_or(Date::MIN, day);
    let last = range.to.map_or(Date::MAX, |to| add_days(day(to), -1));
    let mut sheet = Sheet::begin::<DailyRow>(format, &channel, out)?;
    let facts = store::collect::list_daily(&mut ctx.db.read().await?, channel.id, first, last).await?;
    for fact in &facts {
        sheet.write(&DailyRow::of(fact))?;
    }
    sheet.end()
}

async fn allowed_channel(ctx: &Ctx, viewer: &Viewer, channel: &ChannelRef) -> Result<Channel, ExportError> {
    require(viewer, permission::EXPORT)?;
    entitlements::allow(ctx, viewer, Feature::Export).await?;
    Ok(channels::find(ctx, viewer, channel).await?)
}

fn zone_of(channel: &Channel, range: &Range) -> Result<Zone, ExportError> {
    Zone::find(range.tz.as_deref().unwrap_or(&channel.zone)).map_err(|error| Error::from(error).into())
}

/// A row of an export; field names are the columns of metrics §1, in their order.
trait ExportRow: Serialize {
    const COLUMNS: &'static [&'static str];
    fn cells(&self) -> Vec<String>;
}

#[derive(Serialize)]
struct PostRow<'a> {
    post_id: i64,
    /// unix seconds
    date_utc: i64,
    views: Option<i64>,
    forwards: Option<i64>,
    reactions: Option<i64>,
    replies: Option<i64>,
    media_type: Option<MediaType>,
    text: Option<&'a str>,
}

impl<'a> PostRow<'a> {
    fn of(post: &'a PostFacts) -> Self {
        Self {
            post_id: post.post_id,
            date_utc: post.date_utc,
            views: post.counters.views,
            forwards: post.counters.forwards,
            reactions: post.counters.reactions,
            replies: post.counters.replies,
            media_type: post.media_type,
            text: post.text.as_deref(),
        }
    }
}

impl ExportRow for PostRow<'_> {
    const COLUMNS: &'static [&'static str] =
        &["post_id", "date_utc", "views", "forwards", "reactions", "replies", "media_type", "text"];

    fn cells(&self) -> Vec<String> {
        let date = Timestamp::from_second(self.date_utc).map_or(self.date_utc.to_string(), |at| at.to_string());
        vec![
            self.post_id.to_string(),
            date,
            count(self.views),
            count(self.forwards),
            count(self.reactions),
            count(self.replies),
            self.media_type.map(|media| media.as_str().to_owned()).unwrap_or_default(),
            self.text.unwrap_or_default().to_owned(),
        ]
    }
}

#[derive(Serialize)]
struct DailyRow {
    day: Date,
    subscribers: Option<i64>,
    joined: Option<i64>,
    left: Option<i64>,
    notifications_on: Option<i64>,
}

impl DailyRow {
    fn of(fact: &DailyFact) -> Self {
        Self {
            day: fact.day,
            subscribers: fact.subscribers,
            joined: fact.joined,
            left: fact.left,
            notifications_on: fact.notifications_on,
        }
    }
}

impl ExportRow for DailyRow {
    const COLUMNS: &'static [&'static str] = &["day", "subscribers", "joined", "left", "notifications_on"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.day.to_string(),
            count(self.subscribers),
            count(self.joined),
            count(self.left),
            count(self.notifications_on),
        ]
    }
}

fn count(value: Option<i64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The file being written, row by row.
struct Sheet<'a> {
    format: Format,
    /// `channel` and the username, or `channel_id` and the number
    channel: (&'static str, String),
    out: &'a mut (dyn Write + Send),
    rows: u64,
}

impl<'a> Sheet<'a> {
    fn begin<R: ExportRow>(
        format: Format,
        channel: &Channel,
        out: &'a mut (dyn Write + Send),
    ) -> Result<Self, ExportError> {
        let channel = match (&channel.username, channel.telegram_id) {
            (Some(username), _) => ("channel", username.clone()),
            (None, Some(telegram_id)) => ("channel_id", telegram_id.to_string()),
            (None, None) => ("channel", channel.slug()),
        };
        let mut sheet = Self { format, channel, out, rows: 0 };
        if format == Format::Csv {
            let columns = std::iter::once(sheet.channel.0).chain(R::COLUMNS.iter().copied());
            let columns: Vec<String> = columns.map(str::to_owned).collect();
            sheet.line(&columns)?;
        }
        Ok(sheet)
    }

    fn write<R: ExportRow>(&mut self, row: &R) -> Result<(), ExportError> {
        match self.format {
            Format::Csv => {
                let mut cells = row.cells();
                cells.insert(0, self.channel.1.clone());
                self.line(&cells)?;
            }
            Format::Json => {
                self.out.write_all(if self.rows == 0 { b"[\n" } else { b",\n" })?;
                let (name, value) = &self.channel;
                let value = match value.parse::<i64>() {
                    Ok(number) if *name == "channel_id" => number.to_string(),
                    _ => serde_json::to_string(value).map_err(Error::from)?,
                };
                let rest = serde_json::to_string(row).map_err(Error::from)?;
                // every row has fields, so a comma always follows
                write!(self.out, "{{\"{name}\":{value},{}", &rest[1..])?;
            }
        }
        self.rows += 1;
        Ok(())
    }

    fn line(&mut self, cells: &[String]) -> Result<(), ExportError> {
        let mut line = csv::Writer::from_writer(Vec::new());
        line.write_record(cells).map_err(std::io::Error::other)?;
        let line = line.into_inner().map_err(|error| std::io::Error::other(error.to_string()))?;
        Ok(self.out.write_all(&line)?)
    }

    fn end(self) -> Result<u64, ExportError> {
        if self.format == Format::Json {
            self.out.write_all(if self.rows == 0 { b"[]\n" } else { b"\n]\n" })?;
        }
        self.out.flush()?;
        Ok(self.rows)
    }
}
