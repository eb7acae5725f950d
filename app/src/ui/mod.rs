//! The design kit: what every page is built from. Class = component name in kebab case (`style/`).

pub mod bar_list;
pub mod card;
pub mod chart;
pub mod clipboard;
pub mod delta;
pub mod forecast;
pub mod formula;
pub mod icon;
pub mod loaded;
pub mod mini_curve;
pub mod number;
pub mod obstacle;
pub mod outcome;
pub mod page_title;
pub mod problem;
pub mod segmented;
pub mod settled;
pub mod source_mark;
pub mod spark;
pub mod thumb;
pub mod time;
pub mod toast;
pub mod warning;
pub mod week_grid;
