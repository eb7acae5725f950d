//! Forecast of a young post's views (metrics §5): [`Curves::learn`] from the channel's posts, then
//! [`Curves::forecast`] and [`Curves::band`] of a post from its first readings. Nothing later than the moment a
//! caller names is looked at; no clock, no chance.
//!
//! The method, stage by stage: [`typical`] (the pooled curve and what it leaves open), `growth` (a post's readings
//! as logarithms of views at fixed ages), `model` (their joint distribution: learning it with holes and outliers,
//! and what the first readings say about the rest), `calibration` (how wide the interval has to be for 80 % of the
//! channel's own posts), [`record`] (what was forecast against what came), [`backtest`].
//!
//! That the logarithm of later views is the logarithm of early views plus a constant and noise is Szabo and
//! Huberman, *Predicting the popularity of online content* (Communications of the ACM 53(8), 2010), model LN; several
//! early readings at once as predictors are Pinto, Almeida and Gonçalves, *Using early view patterns to predict the
//! popularity of `YouTube` videos* (WSDM 2013).

pub mod backtest;
mod calibration;
mod curves;
mod growth;
mod model;
pub mod record;
pub mod typical;

use serde::{Deserialize, Serialize};

pub use backtest::Backtest;
pub use curves::Curves;
pub use record::{ForecastRecord, HorizonScore, score};

use crate::posts::Source;

/// Ages, in hours, that views are forecast for.
pub const HORIZONS_H: [u32; 3] = [24, 48, 168];

/// Fewest posts that say what a post of the channel usually reaches.
pub const USUAL_POSTS_MIN: usize = crate::analytics::posts::USUAL_POSTS_MIN;

/// What is expected of one post, from what was known at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// age of the post at that moment, hours
    pub at_age_h: f64,
    /// age at its newest reading, hours; `None` without any
    pub read_at_age_h: Option<f64>,
    /// views at the newest reading; `None` without any
    pub views_now: Option<i64>,
    /// one of each of [`HORIZONS_H`], in order
    pub horizons: Vec<Horizon>,
    pub basis: Basis,
    /// always [`Source::Estimated`]: horizons say of themselves whether they are `measured`
    pub source: Source,
}

impl Forecast {
    /// The next age that the post has not been read at.
    pub fn next_horizon(&self) -> Option<&Horizon> {
        self.horizons.iter().find(|horizon| !horizon.measured)
    }
}

/// Views at one age.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Horizon {
    /// age, hours
    pub h: u32,
    /// the median of what is expected, or V(h) where `measured`
    pub views: f64,
    /// 80 % of posts like this one end between `low` and `high`; both are `views` where `measured`
    pub low: f64,
    pub high: f64,
    /// the post has been read at this age: nothing is left to forecast
    pub measured: bool,
}

/// What a forecast rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// the channel's posts whose growth was measured
    pub curves: u32,
    /// posts that say what a post of the channel usually reaches
    pub levels: u32,
    /// weight of the pooled curve against the channel's own, 0..=1; 1 = nothing is known of this channel's curves
    pub pooled_weight: f64,
}

/// One point of the band drawn ahead of a post's curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BandPoint {
    /// age, hours
    pub at_h: f64,
    pub views: f64,
    pub low: f64,
    pub high: f64,
}

/// Why there is no forecast. Tagged, so that a screen can say it in the reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum NotEnoughData {
    #[error("the post has no readings yet, and only {posts} of {needed} posts say what is usual here")]
    NoReadings { posts: u32, needed: u32 },
    #[error("the post is not published yet")]
    NotPublished,
}
