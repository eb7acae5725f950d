//! Every chart as data: one file a chart, each a pure function from an answer of `domain::analytics` (and the reader's
//! [`Words`] and [`Palette`]) to a [`Spec`]. The browser draws a specification with a trimmed ECharts bundle
//! (`frontend/charts`); feature `render` draws the same one to SVG and PNG on the server.
//!
//! To add another chart: a file here with `pub fn spec(&input, &Style) -> Spec`, built with `charming`; what `charming`
//! cannot say goes through a named function of `patch.rs`. A series or component that ECharts has not drawn here
//! before must also be listed in `frontend/charts/echarts.js`.

pub mod compare_channels;
pub mod compare_posts;
pub mod content;
pub mod daily;
pub mod growth;
pub mod heatmap;
pub mod numbers;
pub mod overview;
pub mod palette;
pub mod post_views;
pub mod reach_by_age;
pub mod reach_trend;
#[cfg(feature = "render")]
pub mod render;
pub mod sources;
pub mod spec;
pub mod subscribers;
pub mod top;
pub mod trending;
pub mod view_curve;
pub mod views_over_time;
pub mod words;

mod ahead;
mod bars;
mod look;
mod patch;

pub use palette::Palette;
pub use spec::{Cursor, Frame, Picture, Spec, Style, Table};
pub use words::{Language, Words};
