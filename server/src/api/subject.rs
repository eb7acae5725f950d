//! What a request is about: resolved to channels, window and data version first, computed only when it must be.

use std::fmt::Write as _;

use domain::analytics::post_list::Place;
use domain::analytics::posts::PostView;
use domain::analytics::{Meta, Query, Window};
use domain::channels::{Channel, ChannelRef};
use domain::posts::Source;
use domain::screens::Freshness;
use serde::{Deserialize, Serialize};
use services::analytics::{self, CompareTarget, Demand, Target};
use services::best_time;
use services::channels::{self, Listed};
use services::{Ctx, Viewer};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::cursor::{self, ChannelsCursor, PostsCursor};
use super::parameters::{CHANNELS_DEFAULT_LIMIT, Given};
use super::question::Question;
use crate::problem::Problem;

/// Longest window of a request, days: five years with two leap days.
pub const LONGEST_WINDOW_DAYS: i64 = 1_827;
const DAY_S: i64 = 86_400;

/// Part of every tag, besides the program's version: to be raised when the same data answer otherwise.
const ANSWERS_REVISION: u32 = 1;

/// Seconds that a client may keep what is not a [`Question`].
const BEST_TIMES_MAX_AGE_S: u32 = 180;
const POSTS_MAX_AGE_S: u32 = 30;
const COMPARE_MAX_AGE_S: u32 = 60;
const CHANNELS_MAX_AGE_S: u32 = 30;

/// As the path names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelName(String);

impl From<String> for ChannelName {
    fn from(name: String) -> Self {
        Self(name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Channels,
    Compare,
    Question(ChannelName, Question),
    BestTimes(ChannelName),
    Posts(ChannelName),
    Post(ChannelName, i64),
    PostViews(ChannelName, i64),
}

/// A request, understood.
#[derive(Debug, Clone)]
pub struct Asked {
    what: What,
    given: Given,
    /// what is asked for: the given query, or that of the page before
    query: Query,
    /// where a list of posts goes on, and what its first request said
    after: Option<(Place, String)>,
}

/// What a request is about, at one moment.
#[derive(Debug, Clone)]
pub enum Subject {
    Channel(Target),
    /// and what of it is not in the channel's data version
    Advice(best_time::Target, String),
    Compare(CompareTarget),
    Channels(Vec<(Channel, Freshness)>),
}

impl Subject {
    /// Each that the answer is about, of those the viewer may see.
    fn channels(&self) -> impl Iterator<Item = (&Channel, &Freshness)> {
        let (one, many): (_, &[_]) = match self {
            Self::Channel(target) => (Some((&target.channel, &target.freshness)), &[]),
            Self::Advice(target, _) => (Some((&target.channel, &target.freshness)), &[]),
            Self::Compare(target) => (None, &target.channels),
            Self::Channels(channels) => (None, channels),
        };
        one.into_iter().chain(many.iter().map(|(channel, freshness)| (channel, freshness)))
    }

    fn window(&self) -> Option<&Window> {
        match self {
            Self::Channel(target) => Some(&target.window),
            Self::Compare(target) => Some(&target.window),
            Self::Advice(..) | Self::Channels(_) => None,
        }
    }

    /// What the answer depends on besides: of advice what the owner has chosen and what backtests came to.
    fn basis(&self) -> Option<&str> {
        match self {
            Self::Advice(_, basis) => Some(basis),
            Self::Channel(_) | Self::Compare(_) | Self::Channels(_) => None,
        }
    }
}

/// Says whether an answer is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub tag: [u8; 16],
    /// last write of facts, unix seconds
    pub changed_at: i64,
    pub max_age_s: u32,
}

impl Asked {
    pub fn new(what: What, given: Given) -> Result<Self, Problem> {
        let resumed = if matches!(what, What::Posts(_)) { PostsCursor::resume(&given)? } else { None };
        let (query, after) = match resumed {
            Some((query, place, said)) => (query, Some((place, said))),
            None => (given.query.clone(), None),
        };
        Ok(Self { what, given, query, after })
    }

    pub async fn subject(&self, ctx: &Ctx, viewer: &Viewer, demand: Demand) -> Result<Subject, Problem> {
        let (name, tells_a_window) = match &self.what {
            What::Channels => return Ok(Subject::Channels(channels::fresh(ctx, viewer).await?)),
            What::Compare => {
                let target = analytics::compare_target(ctx, viewer, &self.query).await?;
                self.check_length(&target.window)?;
                return Ok(Subject::Compare(target));
            }
            What::BestTimes(name) => {
                let asked = best_time::Asked {
                    objective: self.given.objective,
                    tz: self.query.tz.clone(),
                    ..best_time::Asked::default()
                };
                let target = best_time::target(ctx, viewer, &ChannelRef::parse(&name.0), &asked, demand).await?;
                let basis = target.basis()?;
                return Ok(Subject::Advice(target, basis));
            }
            What::Question(name, _) | What::Posts(name) => (name, true),
            What::Post(name, _) | What::PostViews(name, _) => (name, false),
        };
        let target = analytics::target(ctx, viewer, &ChannelRef::parse(&name.0), &self.query, demand).await?;
        if tells_a_window {
            self.check_length(&target.window)?;
        }
        Ok(Subject::Channel(target))
    }

    fn check_length(&self, window: &Window) -> Result<(), Problem> {
        if window.to - window.from <= LONGEST_WINDOW_DAYS * DAY_S {
            return Ok(());
        }
        let field = if self.query.from.is_some() { "from" } else { "to" };
        Err(Problem::invalid(field, format!("a window of at most 5 years ({LONGEST_WINDOW_DAYS} days)")))
    }

    fn max_age_s(&self) -> u32 {
        match &self.what {
            What::Question(_, question) => question.max_age_s(),
            What::BestTimes(_) => BEST_TIMES_MAX_AGE_S,
            What::Channels => CHANNELS_MAX_AGE_S,
            What::Compare => COMPARE_MAX_AGE_S,
            What::Posts(_) | What::Post(..) | What::PostViews(..) => POSTS_MAX_AGE_S,
        }
    }

    /// Hashes everything that the answer depends on: the code, the question, what the viewer may see of it and in which
    /// version, the window as resolved, of advice what the owner has chosen and what backtests came to.
    pub fn stamp(&self, subject: &Subject) -> Stamp {
        let mut text = String::new();
        let mut changed_at = 0;
        for (channel, freshness) in subject.channels() {
            _ = write!(text, " {}:{}:{}", channel.id, freshness.version, freshness.changed_at);
            changed_at = changed_at.max(freshness.changed_at);
        }
        if let Some(window) = subject.window() {
            _ = write!(text, " {}..{} {}", window.from, window.to, window.zone.name());
        }
        text.extend(subject.basis());
        Stamp { tag: self.tag(&text), changed_at, max_age_s: self.max_age_s() }
    }

    /// Tells one question from others, whatever the version of its answer: what is asked, as it was asked, and what the
    /// viewer may see of it.
    pub fn question(&self, subject: &Subject) -> [u8; 16] {
        let mut text = String::new();
        for (channel, _) in subject.channels() {
            _ = write!(text, " {}", channel.id);
        }
        let Query { from, to, tz, .. } = &self.query;
        _ = write!(text, " {from:?}..{to:?} {tz:?}");
        text.extend(subject.basis());
        self.tag(&text)
    }

    fn tag(&self, of_subject: &str) -> [u8; 16] {
        let mut text = format!("{} {ANSWERS_REVISION}{of_subject}", env!("CARGO_PKG_VERSION"));
        let Query { hours, max_gap, measure, sort, limit, min_views, .. } = &self.query;
        let kind = match &self.what {
            What::Channels => "channels".to_owned(),
            What::Compare => format!("compare {}", self.given.compare_sort.as_str()),
            What::Question(_, question) => question.name().to_owned(),
            What::BestTimes(_) => "best-times".to_owned(),
            What::Posts(_) => format!("posts {:?} {}", self.after, cursor::said(&self.given.query)),
            What::Post(_, post_id) => format!("post {post_id}"),
            What::PostViews(_, post_id) => format!("views {post_id}"),
        };
        let page = self.given.cursor.as_deref().unwrap_or_default();
        _ = write!(text, " {kind} {hours:?} {max_gap:?} {measure:?} {sort:?} {limit:?} {min_views:?} {page}");
        let mut tag = [0; 16];
        tag.copy_from_slice(&Sha256::digest(text)[..16]);
        tag
    }

    /// The answer as JSON; `None` when the subject has been written to in the meantime.
    pub async fn compute(&self, ctx: &Ctx, viewer: &Viewer, subject: &Subject) -> Result<Option<Vec<u8>>, Problem> {
        match (subject, &self.what) {
            (Subject::Channel(target), What::Question(_, question)) => {
                let Some(loaded) = target.load(ctx, &self.query).await? else { return Ok(None) };
                question.answer(&loaded, &self.query).map(Some)
            }
            (Subject::Channel(target), What::Posts(_)) => {
                let Some(loaded) = target.load(ctx, &self.query).await? else { return Ok(None) };
                let answer =
                    analytics::answers::posts(&loaded, &self.query, self.after.as_ref().map(|(place, _)| place));
                let next = answer.data.end.map(|place| self.next(place, &target.window)).transpose()?;
                body(&Posts { posts: answer.data.posts, next }, &answer.meta).map(Some)
            }
            (Subject::Channel(target), What::Post(_, post_id)) => {
                let read = analytics::post_row(ctx, viewer, &key(target), *post_id).await?;
                if read.version != target.freshness.version {
                    return Ok(None);
                }
                body(&read.answer.data, &read.answer.meta).map(Some)
            }
            (Subject::Channel(target), What::PostViews(_, post_id)) => {
                let read = analytics::post_views(ctx, viewer, &key(target), *post_id).await?;
                if read.version != target.freshness.version {
                    return Ok(None);
                }
                body(&read.answer.data, &read.answer.meta).map(Some)
            }
            (Subject::Advice(target, _), _) => {
                let answer = target.answer(ctx).await?;
                answer.map(|answer| body(&answer.data, &answer.meta)).transpose()
            }
            (Subject::Compare(target), _) => {
                let answer = target.answer(ctx, self.given.compare_sort, &self.query).await?;
                answer.map(|answer| body(&answer.data, &answer.meta)).transpose()
            }
            (Subject::Channels(channels), _) => self.list(ctx, viewer, channels).await.map(Some),
            (Subject::Channel(_), What::Channels | What::Compare | What::BestTimes(_)) => {
                Err(Problem::new(http::StatusCode::INTERNAL_SERVER_ERROR, "this request has no subject"))
            }
        }
    }

    fn next(&self, place: Place, window: &Window) -> Result<String, Problem> {
        let said = match &self.after {
            Some((_, said)) => said.clone(),
            None => cursor::said(&self.given.query),
        };
        let bounds = (window.from, window.to);
        cursor::encode(&PostsCursor::new(place, bounds, window.zone.name(), &self.query, &said))
    }

    async fn list(&self, ctx: &Ctx, viewer: &Viewer, fresh: &[(Channel, Freshness)]) -> Result<Vec<u8>, Problem> {
        let start = match &self.given.cursor {
            None => 0,
            Some(text) => {
                let cursor: ChannelsCursor = cursor::decode(text)?;
                let last = fresh.iter().position(|(channel, _)| channel.id == cursor.after);
                last.ok_or_else(|| Problem::invalid("cursor", "of a list that is still there: begin anew without it"))?
                    + 1
            }
        };
        let end = fresh.len().min(start + self.query.limit.unwrap_or(CHANNELS_DEFAULT_LIMIT));
        let page = channels::with_counts(ctx, viewer, &fresh[start..end]).await?;
        let next = match fresh[start..end].last() {
            Some((last, _)) if end < fresh.len() => Some(cursor::encode(&ChannelsCursor { after: last.id })?),
            _ => None,
        };
        let meta = ApiMeta {
            channel: None,
            from: None,
            to: None,
            tz: "UTC",
            sources: &[],
            as_of: fresh.iter().filter_map(|(_, freshness)| freshness.as_of).max(),
            warnings: Vec::new(),
        };
        let channels = page.into_iter().map(ListedChannel::from).collect();
        Ok(serde_json::to_vec(&ApiAnswer { data: &Channels { channels, next }, meta })
            .map_err(services::Error::from)?)
    }
}

/// Telegram's id or the username may have two meanings; our key has one.
fn key(target: &Target) -> ChannelRef {
    ChannelRef::parse(&target.channel.slug())
}

/// A page of posts.
#[derive(Debug, Serialize, Deserialize, PartialEq, ToSchema)]
pub struct Posts {
    pub posts: Vec<PostView>,
    /// `cursor` of the next page; null on the last
    pub next: Option<String>,
}

/// A page of channels, by title.
#[derive(Debug, Serialize, Deserialize, PartialEq, ToSchema)]
pub struct Channels {
    pub channels: Vec<ListedChannel>,
    /// `cursor` of the next page; null on the last
    pub next: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, PartialEq, ToSchema)]
pub struct ListedChannel {
    /// what stands for the channel in addresses
    pub channel: String,
    pub title: String,
    pub telegram_id: Option<i64>,
    pub username: Option<String>,
    /// IANA zone
    pub tz: String,
    /// made up
    pub demo: bool,
    /// how many are stored
    pub posts: i64,
    pub snapshots: i64,
    /// days with daily facts
    pub days: i64,
    /// newest snapshot, unix seconds
    pub as_of: Option<i64>,
    /// last write of facts, unix seconds
    pub changed_at: i64,
}

impl From<Listed> for ListedChannel {
    fn from(listed: Listed) -> Self {
        Self {
            channel: listed.channel.slug(),
            title: listed.channel.title,
            telegram_id: listed.channel.telegram_id,
            username: listed.channel.username,
            tz: listed.channel.zone,
            demo: listed.channel.demo,
            posts: listed.posts,
            snapshots: listed.snapshots,
            days: listed.days,
            as_of: listed.freshness.as_of,
            changed_at: listed.freshness.changed_at,
        }
    }
}

/// What an answer is about and how far to trust it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Meta)]
pub struct ApiMeta<'a> {
    /// null where an answer spans channels
    channel: Option<&'a str>,
    /// unix seconds, inclusive; null where there is no window
    from: Option<i64>,
    /// unix seconds, exclusive; null where there is no window
    to: Option<i64>,
    /// IANA zone of days and hours
    tz: &'a str,
    /// where the numbers come from
    sources: &'a [Source],
    /// newest snapshot, unix seconds
    as_of: Option<i64>,
    /// what is partial about the answer
    warnings: Vec<ApiWarning<'a>>,
}

/// What is partial about an answer. Besides these two it has the fields that its code speaks of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub struct ApiWarning<'a> {
    /// `code` and its fields
    #[serde(flatten)]
    #[schema(inline)]
    warning: &'a domain::analytics::Warning,
    /// the same in English
    message: String,
}

#[derive(Serialize)]
struct ApiAnswer<'a, T: Serialize> {
    data: &'a T,
    meta: ApiMeta<'a>,
}

/// The JSON of an answer.
pub fn body<T: Serialize>(data: &T, meta: &Meta) -> Result<Vec<u8>, Problem> {
    let warnings = meta.warnings.iter().map(|warning| ApiWarning { warning, message: warning.to_string() }).collect();
    let meta = ApiMeta {
        channel: meta.channel.as_deref(),
        from: Some(meta.from),
        to: Some(meta.to),
        tz: &meta.tz,
        sources: &meta.sources,
        as_of: meta.as_of,
        warnings,
    };
    Ok(serde_json::to_vec(&ApiAnswer { data, meta }).map_err(services::Error::from)?)
}
