//! What a chart is made into, and what it is made with.

use domain::analytics::{Meta, Window};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Palette, Words};

/// A chart as data. Travels to the browser as it is: `frontend/charts/bridge.js` reads the same fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// ECharts' option object. Functions appear by name only (`"formatter": "@short"`), words for them under `texts`;
    /// `frontend/charts/formatters.js` replaces them in the browser and on the server alike.
    pub option: Value,
    /// what the chart shows, in one sentence
    pub label: String,
    /// the chart's data as text; also what tooltip and read-out say
    pub table: Table,
    pub cursor: Cursor,
}

/// Text of a table. Every row has a cell for every column; the first column names the row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// How a place in the chart is a row of its table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Cursor {
    /// The axis `dim` ("x" or "y") is the table's rows: in order, or, with `stops`, row `i` stands at the value `stops[i]`.
    Axis {
        dim: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        stops: Option<Vec<f64>>,
    },
    /// Each item is a row and carries its number last in its value; `columns` items lie side by side.
    Item { dim: String, columns: usize },
}

impl Cursor {
    pub fn along_x() -> Self {
        Self::Axis { dim: "x".to_owned(), stops: None }
    }

    pub fn along_y() -> Self {
        Self::Axis { dim: "y".to_owned(), stops: None }
    }
}

/// Everything about a chart that is not its data.
#[derive(Debug, Clone, Copy)]
pub struct Style<'a> {
    pub words: &'a Words,
    pub palette: &'a Palette,
    pub frame: &'a Frame,
}

impl<'a> Style<'a> {
    /// For a chart inside a card of the page, which has its own title.
    pub fn card(words: &'a Words, palette: &'a Palette) -> Self {
        Self { words, palette, frame: &Frame::Card }
    }
}

/// Where the chart stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// in a page: transparent, title and notes are the page's
    Card,
    /// alone: with ground, title, what it is about and where the numbers come from
    Picture(Picture),
}

/// The words around a picture; the title is the chart's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// channel and period
    pub subtitle: String,
    /// sources, freshness, zone; "Demo data" where it applies
    pub note: String,
}

impl Picture {
    /// Width and height of a picture in CSS pixels; at [`Picture::SCALE`] a PNG of 1200 × 630.
    pub const SIZE: (u32, u32) = (800, 420);
    pub const SCALE: f32 = 1.5;

    /// `title` is the channel's (or whatever stands for several), `demo` whether its numbers are made up.
    pub fn new(title: &str, demo: bool, window: &Window, meta: &Meta, words: &Words) -> Self {
        let mut note = Vec::new();
        if demo {
            note.push(words.demo_data.to_owned());
        }
        note.extend(meta.sources.iter().map(|source| words.provenance(*source).to_owned()));
        if let Some(as_of) = meta.as_of {
            note.push(words.fill(words.as_of, &[("at", &words.moment(window.zone.local(as_of)))]));
        }
        note.push(meta.tz.clone());
        Self {
            subtitle: format!("{title} · {}", words.period(window.first_day, window.last_day)),
            note: note.join(" · "),
        }
    }
}
