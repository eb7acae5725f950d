//! Parameters of requests: one row each says its name, what is allowed, and how the document describes it. What is not
//! known, given twice or not allowed is refused, never guessed or clamped.

use std::borrow::Cow;

use domain::analytics::Query;
use domain::analytics::compare::CompareSort;
use domain::analytics::post_list;
use domain::analytics::query::{MAX_AGE_H, MAX_HOURS, MAX_LIMIT, NotAllowed, QueryError, Sort};
use domain::analytics::top;
use domain::best_time::{Objective, UnknownObjective};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::problem::Problem;

/// Channels of a page when no other number is asked for.
pub const CHANNELS_DEFAULT_LIMIT: usize = 100;
/// Longest value of a parameter, bytes: a cursor is the longest there is.
const VALUE_BYTES_MAX: usize = 1_024;
/// An unknown name is told back to this many characters.
const NAME_CHARS_SHOWN: usize = 40;

/// A parameter as one kind of request knows it; several may share a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    From,
    To,
    Tz,
    TopLimit,
    PostsLimit,
    ChannelsLimit,
    TopSort,
    PostsSort,
    CompareSort,
    TopMinViews,
    PostsMinViews,
    Hours,
    MaxGap,
    Measure,
    Objective,
    Cursor,
}

/// What a request said, parsed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Given {
    pub query: Query,
    pub compare_sort: CompareSort,
    pub objective: Option<Objective>,
    /// as it was handed out
    pub cursor: Option<String>,
    /// whether anything other than `limit` and `cursor` was said
    pub is_narrowed: bool,
}

impl Parameter {
    pub fn name(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::To => "to",
            Self::Tz => "tz",
            Self::TopLimit | Self::PostsLimit | Self::ChannelsLimit => "limit",
            Self::TopSort | Self::PostsSort | Self::CompareSort => "sort",
            Self::TopMinViews | Self::PostsMinViews => "min_views",
            Self::Hours => "hours",
            Self::MaxGap => "max_gap",
            Self::Measure => "measure",
            Self::Objective => "objective",
            Self::Cursor => "cursor",
        }
    }

    pub fn description(self) -> &'static str {
        match self {
            Self::From => {
                "First day (YYYY-MM-DD, from its midnight in the zone) or instant (unix seconds or RFC 3339), inclusive. \
                 Default: 30 days before `to`."
            }
            Self::To => {
                "Day (its midnight) or instant, exclusive. Default: the end of the day of the channel's newest post. \
                 A window holds at most 5 years."
            }
            Self::Tz => "IANA time zone of days, weekdays and hours. Default: the channel's.",
            Self::TopLimit | Self::PostsLimit | Self::ChannelsLimit => "How many at most.",
            Self::TopSort | Self::PostsSort => "Descending; what is not known comes last, equals go by post id.",
            Self::CompareSort => "Descending; what is not known comes last, equals go by channel.",
            Self::TopMinViews | Self::PostsMinViews => "Only posts with at least this many views.",
            Self::Hours => "Ages of posts in hours, parted by commas.",
            Self::MaxGap => {
                "The widest hole between two snapshots that views at an age are read across: hours, or `any`. \
                 Default: the age itself, at least 2 hours."
            }
            Self::Measure => {
                "What stands for a post's outcome: views at 24 h, or newest counts of posts at least 7 days old. \
                 Default: reach24 where at least half of the window's posts have it."
            }
            Self::Objective => {
                "What a time is good for: views in the first 3 hours, views at 24 h, or newest counts of posts at least 7 \
                 days old. Default: what the channel's owner has chosen, else what its headline is about."
            }
            Self::Cursor => "`next` of the page before. The other parameters are repeated or left away.",
        }
    }

    /// JSON Schema of the value.
    pub fn schema(self) -> Value {
        let moment = json!({
            "anyOf": [
                { "type": "string", "format": "date" },
                { "type": "string", "format": "date-time" },
                { "type": "integer", "format": "int64" },
            ],
        });
        let limit =
            |default: usize| json!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": default });
        let sort = |default: Sort| json!({ "type": "string", "enum": Sort::ALL.map(Sort::as_str), "default": default });
        match self {
            Self::From | Self::To => moment,
            Self::Tz => json!({ "type": "string" }),
            Self::TopLimit => limit(top::DEFAULT_LIMIT),
            Self::PostsLimit => limit(post_list::DEFAULT_LIMIT),
            Self::ChannelsLimit => limit(CHANNELS_DEFAULT_LIMIT),
            Self::TopSort => sort(Sort::default()),
            Self::PostsSort => sort(Sort::Date),
            Self::CompareSort => json!({
                "type": "string", "enum": CompareSort::ALL.map(CompareSort::as_str), "default": CompareSort::default(),
            }),
            Self::TopMinViews => json!({
                "type": "integer", "minimum": 0, "maximum": i64::MAX, "default": top::DEFAULT_MIN_VIEWS,
            }),
            Self::PostsMinViews => json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX }),
            Self::Hours => json!({
                "type": "array", "minItems": 1, "maxItems": MAX_HOURS,
                "items": { "type": "integer", "minimum": 1, "maximum": MAX_AGE_H },
            }),
            Self::MaxGap => json!({
                "anyOf": [{ "type": "integer", "minimum": 1, "maximum": u32::MAX }, { "type": "string", "const": "any" }],
            }),
            Self::Measure => json!({ "type": "string", "enum": ["reach24", "total"] }),
            Self::Objective => json!({ "type": "string", "enum": Objective::ALL.map(Objective::as_str) }),
            Self::Cursor => json!({ "type": "string", "maxLength": VALUE_BYTES_MAX }),
        }
    }

    /// A value that is allowed.
    pub fn example(self) -> Value {
        match self {
            Self::From => json!("2026-05-20"),
            Self::To => json!("2026-06-01"),
            Self::Tz => json!("Asia/Tashkent"),
            Self::TopLimit | Self::PostsLimit | Self::ChannelsLimit => json!(20),
            Self::TopSort | Self::PostsSort => json!("views"),
            Self::CompareSort => json!("err24"),
            Self::TopMinViews | Self::PostsMinViews => json!(1_000),
            Self::Hours => json!([1, 24, 168]),
            Self::MaxGap => json!(6),
            Self::Measure => json!("total"),
            Self::Objective => json!("24h"),
            Self::Cursor => Value::Null,
        }
    }

    fn set(self, given: &mut Given, text: &str) -> Result<(), QueryError> {
        given.is_narrowed |= !matches!(self, Self::Cursor | Self::TopLimit | Self::PostsLimit | Self::ChannelsLimit);
        match self {
            Self::Cursor => given.cursor = Some(text.to_owned()),
            Self::CompareSort => given.compare_sort = text.parse().map_err(|error: NotAllowed| error.of("sort"))?,
            Self::Objective => {
                let objective = text.parse().map_err(|error: UnknownObjective| NotAllowed(error.to_string()));
                given.objective = Some(objective.map_err(|error| error.of("objective"))?);
            }
            _ => _ = given.query.set(self.name(), text)?,
        }
        Ok(())
    }
}

/// Reads a query string of which only these parameters are allowed.
pub fn read(raw: Option<&str>, allowed: &[Parameter]) -> Result<Given, Problem> {
    let (mut given, mut seen) = (Given::default(), Vec::new());
    for pair in raw.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decoded(name).map_err(|()| Problem::invalid("query", "text in UTF-8, percent-encoded"))?;
        let Some(parameter) = allowed.iter().find(|parameter| parameter.name() == name) else {
            return Err(unknown(&name, allowed));
        };
        if seen.contains(parameter) {
            return Err(Problem::invalid(&*name, "given once"));
        }
        seen.push(*parameter);
        let value = decoded(value).map_err(|()| Problem::invalid(&*name, "text in UTF-8, percent-encoded"))?;
        if value.len() > VALUE_BYTES_MAX {
            return Err(Problem::invalid(&*name, format!("at most {VALUE_BYTES_MAX} bytes")));
        }
        parameter.set(&mut given, &value).map_err(|error| Problem::invalid(error.field, error.allowed))?;
    }
    Ok(given)
}

/// Id of a post in a path.
pub fn post_id(text: &str) -> Result<i64, Problem> {
    // `+5` and `007` name no post: an address has one spelling
    text.parse()
        .ok()
        .filter(|id: &i64| *id > 0 && id.to_string() == text)
        .ok_or_else(|| Problem::invalid("post_id", "a whole number from 1 on"))
}

fn unknown(name: &str, allowed: &[Parameter]) -> Problem {
    let shown: String = name.chars().take(NAME_CHARS_SHOWN).collect();
    let names: Vec<&str> = allowed.iter().map(|parameter| parameter.name()).collect();
    let names = if names.is_empty() { "none is allowed here".to_owned() } else { format!("use {}", names.join(", ")) };
    Problem::bad_request(&shown, format!("there is no parameter {shown:?}: {names}"))
}

/// As forms encode it.
fn decoded(text: &str) -> Result<Cow<'_, str>, ()> {
    if !text.contains(['%', '+']) {
        return Ok(text.into());
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().map_err(|_| ())?;
    Ok(Cow::Owned(decoded.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::analytics::query::{Bound, MaxGap};

    const ALL: &[Parameter] = &[
        Parameter::From,
        Parameter::Tz,
        Parameter::TopLimit,
        Parameter::Hours,
        Parameter::MaxGap,
        Parameter::CompareSort,
        Parameter::Objective,
        Parameter::Cursor,
    ];

    fn field(raw: &str) -> Option<String> {
        read(Some(raw), ALL).expect_err(raw).field
    }

    #[test]
    fn what_is_said_is_read() {
        let given = read(Some("from=1750000000&hours=24%2C1&max_gap=any&tz=Asia%2FTashkent&sort=views"), ALL);
        let given = given.expect("allowed");
        assert_eq!(given.query.from, Some(Bound::Instant(1_750_000_000)));
        assert_eq!((given.query.hours, given.query.max_gap), (Some(vec![1, 24]), MaxGap::Any));
        assert_eq!((given.query.tz.as_deref(), given.compare_sort), (Some("Asia/Tashkent"), CompareSort::Views));
        assert!(given.is_narrowed);
        for nothing in [None, Some(""), Some("&"), Some("&&")] {
            assert_eq!(read(nothing, ALL).expect("allowed"), Given::default());
        }
        assert!(!read(Some("limit=5&cursor=x"), ALL).expect("allowed").is_narrowed);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(field("colour=red").as_deref(), Some("colour"));
        assert_eq!(field("limit=0").as_deref(), Some("limit"));
        assert_eq!(field("limit=1000000000").as_deref(), Some("limit"));
        assert_eq!(field("limit=5&limit=6").as_deref(), Some("limit"));
        assert_eq!(field("tz=%FF").as_deref(), Some("tz"));
        assert_eq!(field("%FF=1").as_deref(), Some("query"));
        assert_eq!(field(&format!("cursor={}", "x".repeat(VALUE_BYTES_MAX + 1))).as_deref(), Some("cursor"));
        assert_eq!(field(&format!("{}=1", "n".repeat(500))).map(|name| name.len()), Some(NAME_CHARS_SHOWN));
    }

    #[test]
    fn ids_of_posts_have_one_spelling() {
        assert_eq!(post_id("23144").ok(), Some(23_144));
        for wrong in ["", "0", "-1", "+5", "007", "1.0", "9999999999999999999", "x", "１"] {
            assert!(post_id(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_example_is_allowed() {
        for parameter in ALL.iter().filter(|parameter| **parameter != Parameter::Cursor) {
            let value = match parameter.example() {
                Value::String(text) => text,
                Value::Array(items) => items.iter().map(Value::to_string).collect::<Vec<_>>().join(","),
                other => other.to_string(),
            };
            let read = read(Some(&format!("{}={value}", parameter.name())), ALL);
            assert!(read.is_ok(), "{parameter:?}: {read:?}");
        }
    }
}
