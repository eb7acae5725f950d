//! Telegram's own statistics: the JSON of a graph, and the daily facts in it.
//!
//! What a line means is told by which graph it is in and at which place, never by its label: labels are in the
//! account's language. Only views by source have no fixed places; their labels become origins in [`origin_of`].
//! Days are UTC midnights. The day that is still running has a level (subscribers, notifications) but no flow yet:
//! what joined, left and was seen so far would pass for a whole day, so it waits until the day is over.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::analytics::history::{DailyFact, SourceFact};
use crate::posts::Source;

/// The graphs of a channel's statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GraphKind {
    /// subscribers, a level
    Growth,
    /// joined and left, flows
    Followers,
    /// notifications on (and off), levels
    Mute,
    /// views by hour of the day: its x is no date
    TopHours,
    Interactions,
    IvInteractions,
    ViewsBySource,
    NewFollowersBySource,
    Languages,
    ReactionsByEmotion,
    StoryInteractions,
    StoryReactionsByEmotion,
}

impl GraphKind {
    /// In the order of `stats.broadcastStats`.
    pub const ALL: [Self; 12] = [
        Self::Growth,
        Self::Followers,
        Self::Mute,
        Self::TopHours,
        Self::Interactions,
        Self::IvInteractions,
        Self::ViewsBySource,
        Self::NewFollowersBySource,
        Self::Languages,
        Self::ReactionsByEmotion,
        Self::StoryInteractions,
        Self::StoryReactionsByEmotion,
    ];

    /// As Telegram names the field, without `_graph`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Growth => "growth",
            Self::Followers => "followers",
            Self::Mute => "mute",
            Self::TopHours => "top_hours",
            Self::Interactions => "interactions",
            Self::IvInteractions => "iv_interactions",
            Self::ViewsBySource => "views_by_source",
            Self::NewFollowersBySource => "new_followers_by_source",
            Self::Languages => "languages",
            Self::ReactionsByEmotion => "reactions_by_emotion",
            Self::StoryInteractions => "story_interactions",
            Self::StoryReactionsByEmotion => "story_reactions_by_emotion",
        }
    }
}

impl std::str::FromStr for GraphKind {
    type Err = UnknownGraph;

    fn from_str(text: &str) -> Result<Self, UnknownGraph> {
        let text = text.strip_suffix("_graph").unwrap_or(text);
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| UnknownGraph(text.to_owned()))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no graph of a channel's statistics")]
pub struct UnknownGraph(pub String);

/// What is wrong with a graph's JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    #[error("it is not JSON: {0}")]
    NotJson(String),
    #[error("it has no list of columns")]
    NoColumns,
    #[error("it has no column of days")]
    NoDays,
    #[error("column {0} does not begin with its name")]
    Nameless(usize),
    #[error("column {column:?} has {values} values for {days} days")]
    Uneven { column: String, values: usize, days: usize },
    #[error("column {column:?}: {value} is not a number")]
    NotANumber { column: String, value: String },
    #[error("{0} ms is no moment")]
    NoMoment(i64),
}

/// A graph as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// as they stand: milliseconds since 1970, or hours of the day
    pub x: Vec<i64>,
    /// in their order
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// as the account's language names it; a fallback is the column's id
    pub label: String,
    /// one for each x; `None` where Telegram has none
    pub values: Vec<Option<f64>>,
}

impl Graph {
    /// Reads the JSON of `StatsGraph`.
    pub fn parse(json: &str) -> Result<Self, GraphError> {
        let whole: Value = serde_json::from_str(json).map_err(|error| GraphError::NotJson(error.to_string()))?;
        let columns = whole["columns"].as_array().ok_or(GraphError::NoColumns)?;
        let mut x = None;
        let mut lines = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            let (id, values) = column
                .as_array()
                .and_then(|column| column.split_first())
                .and_then(|(id, values)| Some((id.as_str()?, values)))
                .ok_or(GraphError::Nameless(index))?;
            // the types say which column is x; a graph without types has it under that name
            if whole["types"][id].as_str().unwrap_or(if id == "x" { "x" } else { "line" }) == "x" {
                x = Some(numbers(id, values)?.into_iter().map(|value| value.map(|value| value as i64)));
            } else {
                let label = whole["names"][id].as_str().unwrap_or(id).to_owned();
                lines.push((id.to_owned(), Line { label, values: numbers(id, values)? }));
            }
        }
        let x: Vec<i64> = x.ok_or(GraphError::NoDays)?.collect::<Option<_>>().ok_or(GraphError::NoDays)?;
        for (id, line) in &lines {
            if line.values.len() != x.len() {
                let (column, values, days) = (id.clone(), line.values.len(), x.len());
                return Err(GraphError::Uneven { column, values, days });
            }
        }
        Ok(Self { x, lines: lines.into_iter().map(|(_, line)| line).collect() })
    }

    /// The UTC days of x.
    fn days(&self) -> Result<Vec<Date>, GraphError> {
        let day = |ms: &i64| {
            let at = Timestamp::from_millisecond(*ms).map_err(|_| GraphError::NoMoment(*ms))?;
            Ok(at.to_zoned(TimeZone::UTC).date())
        };
        self.x.iter().map(day).collect()
    }

    /// Whole numbers of the line at `place`; nothing when there is no such line.
    fn counts(&self, place: usize) -> Vec<Option<i64>> {
        let Some(line) = self.lines.get(place) else { return vec![None; self.x.len()] };
        line.values.iter().map(|value| value.map(as_count)).collect()
    }
}

/// Counts are whole; where Telegram gives a fraction, the nearest.
fn as_count(value: f64) -> i64 {
    value.round().max(0.0) as i64
}

fn numbers(column: &str, values: &[Value]) -> Result<Vec<Option<f64>>, GraphError> {
    let number = |value: &Value| match value {
        Value::Null => Ok(None),
        value => value
            .as_f64()
            .map(Some)
            .ok_or_else(|| GraphError::NotANumber { column: column.to_owned(), value: value.to_string() }),
    };
    values.iter().map(number).collect()
}

/// Daily facts of the graphs that have any, each day once, in order. `today`: the UTC day that is still running.
pub fn daily_facts(graphs: &BTreeMap<GraphKind, Graph>, today: Date) -> Result<Vec<DailyFact>, GraphError> {
    let mut days: BTreeMap<Date, DailyFact> = BTreeMap::new();
    for (kind, graph) in graphs {
        if !matches!(kind, GraphKind::Growth | GraphKind::Followers | GraphKind::Mute) {
            continue;
        }
        let (first, second) = (graph.counts(0), graph.counts(1));
        for ((day, first), second) in graph.days()?.into_iter().zip(first).zip(second) {
            let fact = days.entry(day).or_insert_with(|| DailyFact::told_by(Source::Official, day));
            match kind {
                GraphKind::Growth => fact.subscribers = first,
                GraphKind::Mute => fact.notifications_on = first,
                _ if day < today => (fact.joined, fact.left) = (first, second),
                _ => {}
            }
        }
    }
    days.retain(|_, fact| fact.sources().next().is_some());
    Ok(days.into_values().collect())
}

/// Views by origin of the days that are over.
pub fn source_facts(views_by_source: &Graph, today: Date) -> Result<Vec<SourceFact>, GraphError> {
    let days = views_by_source.days()?;
    let mut facts: BTreeMap<(Date, String), i64> = BTreeMap::new();
    for line in &views_by_source.lines {
        let origin = origin_of(&line.label);
        for (day, value) in days.iter().zip(&line.values).filter(|(day, _)| **day < today) {
            if let Some(value) = value {
                *facts.entry((*day, origin.clone())).or_default() += as_count(*value);
            }
        }
    }
    let fact = |((day, origin), views)| SourceFact { day, origin, views: Some(views), source: Source::Official };
    Ok(facts.into_iter().map(fact).collect())
}

/// What Telegram calls an origin of views, in the languages our sessions and testers speak, as the product names it. One
/// that is not known keeps its label, in lower case and with underscores.
pub fn origin_of(label: &str) -> String {
    let label = label.trim().to_lowercase();
    match label.as_str() {
        "followers" | "subscribers" | "подписчики" => "followers".to_owned(),
        "channels" | "каналы" => "channels".to_owned(),
        "groups" | "группы" => "groups".to_owned(),
        "pm" | "private chats" | "личные сообщения" => "private_chats".to_owned(),
        "search" | "поиск" => "search".to_owned(),
        "url" | "ссылки" => "url".to_owned(),
        "other" | "другие" | "другое" => "other".to_owned(),
        other => other.split_whitespace().collect::<Vec<_>>().join("_"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// 2026-01-01 00:00 UTC, milliseconds.
    const NEW_YEAR_MS: i64 = 1_767_225_600_000;
    const DAY_MS: i64 = 86_400_000;

    fn graph(lines: &[(&str, &[f64])]) -> Graph {
        let days = lines.first().map_or(0, |line| line.1.len()) as i64;
        let mut columns = vec![
            std::iter::once(json!("x"))
                .chain((0..days).map(|day| json!(NEW_YEAR_MS + day * DAY_MS)))
                .collect::<Value>(),
        ];
        let mut names = json!({});
        for (index, (label, values)) in lines.iter().enumerate() {
            let id = format!("y{index}");
            columns.push(std::iter::once(json!(id)).chain(values.iter().map(|value| json!(value))).collect());
            names[&id] = json!(label);
        }
        let types = json!({"x": "x", "y0": "line", "y1": "bar"});
        Graph::parse(&json!({"columns": columns, "names": names, "types": types}).to_string()).expect("a graph")
    }

    #[test]
    fn facts_are_told_by_graph_and_place_and_not_by_label() {
        let graphs = BTreeMap::from([
            (GraphKind::Growth, graph(&[("Общее число", &[100.0, 104.0])])),
            (GraphKind::Followers, graph(&[("Покинули", &[7.0, 9.0]), ("Вступили", &[3.0, 1.0])])),
            (GraphKind::Mute, graph(&[("Вкл.", &[40.4, 41.5]), ("Выкл.", &[60.0, 63.0])])),
            (GraphKind::Languages, graph(&[("uz", &[1.0, 1.0])])),
        ]);
        let facts = daily_facts(&graphs, date(2026, 1, 2)).expect("facts");
        let whole = DailyFact {
            subscribers: Some(100),
            joined: Some(7),
            left: Some(3),
            notifications_on: Some(40),
            ..DailyFact::told_by(Source::Official, date(2026, 1, 1))
        };
        let running = DailyFact {
            subscribers: Some(104),
            notifications_on: Some(42),
            ..DailyFact::told_by(Source::Official, date(2026, 1, 2))
        };
        assert_eq!(facts, [whole, running]);
    }

    #[test]
    fn views_by_source_become_origins_of_days_that_are_over() {
        let graph = graph(&[("Followers", &[10.0, 1.0]), ("PM", &[2.0, 1.0]), ("Some New Thing", &[3.0, 1.0])]);
        let facts = source_facts(&graph, date(2026, 1, 2)).expect("facts");
        let told: Vec<(&str, Option<i64>)> = facts.iter().map(|fact| (fact.origin.as_str(), fact.views)).collect();
        assert_eq!(told, [("followers", Some(10)), ("private_chats", Some(2)), ("some_new_thing", Some(3))]);
    }

    #[test]
    fn odd_shapes_are_named_and_gaps_stay_gaps() {
        for (json, error) in [
            ("[", "it is not JSON: EOF while parsing a list at line 1 column 1"),
            ("{}", "it has no list of columns"),
            (r#"{"columns":[["y0",1]]}"#, "it has no column of days"),
            (r#"{"columns":[["x",1],[]]}"#, "column 1 does not begin with its name"),
            (r#"{"columns":[["x",1,2],["y0",1]]}"#, r#"column "y0" has 1 values for 2 days"#),
            (r#"{"columns":[["x",1],["y0","many"]]}"#, r#"column "y0": "many" is not a number"#),
        ] {
            assert_eq!(Graph::parse(json).expect_err("refused").to_string(), error, "{json}");
        }
        let graph = Graph::parse(r#"{"columns":[["x",0],["y0",null]]}"#).expect("read");
        assert_eq!(graph.lines[0], Line { label: "y0".to_owned(), values: vec![None] });
        let growth = BTreeMap::from([(GraphKind::Growth, graph)]);
        assert_eq!(daily_facts(&growth, date(2026, 1, 1)), Ok(Vec::new()));
        let far = Graph::parse(r#"{"columns":[["x",9e17],["y0",1]]}"#).expect("read");
        let facts = daily_facts(&BTreeMap::from([(GraphKind::Growth, far)]), date(2026, 1, 1));
        assert_eq!(facts, Err(GraphError::NoMoment(900_000_000_000_000_000)));
    }

    #[test]
    fn an_empty_graph_has_no_facts() {
        let empty = graph(&[("Joined", &[])]);
        assert_eq!(daily_facts(&BTreeMap::from([(GraphKind::Followers, empty)]), date(2026, 1, 1)), Ok(Vec::new()));
    }

    #[test]
    fn every_graph_is_found_by_its_name() {
        for kind in GraphKind::ALL {
            assert_eq!(format!("{}_graph", kind.as_str()).parse::<GraphKind>().expect("its own name"), kind);
        }
        assert!("weather".parse::<GraphKind>().is_err());
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused(json in r#"\{"columns":\[(\["[xy][0-9]?"(,-?[0-9]{1,16}){0,3}\],?){0,3}\]\}"#) {
            if let Ok(graph) = Graph::parse(&json) {
                let same_length = graph.lines.iter().all(|line| line.values.len() == graph.x.len());
                prop_assert!(same_length);
                let _ = daily_facts(&BTreeMap::from([(GraphKind::Growth, graph)]), date(2026, 1, 1));
            }
        }
    }
}
