//! What the recommender says.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Objective, surface::Posterior};
use crate::posts::MediaType;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// the hour of the day matters on this channel
    Difference,
    /// what differs is no more than chance would make
    NoReliableDifference,
    NotEnoughData,
}

/// An hour of the week on the channel's clock and what posting then is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Slot {
    /// 0 = Monday
    pub dow: u8,
    pub hour: u8,
    /// expected ratio to the channel's mean slot, weighted as it posts, minus 1
    pub lift: f64,
    /// 80 % interval of the expected lift
    pub low: f64,
    pub high: f64,
    /// posts of this hour of the week, among `n_posts`
    pub n: u32,
    /// chance of being among the three best of the slots that may be recommended, 0..=1
    pub p_top3: f64,
}

/// One cell of the heatmap; 168 of them by weekday, then hour.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// 0 = Monday
    pub dow: u8,
    pub hour: u8,
    pub n: u32,
    /// as [`Slot::lift`]
    pub lift: f64,
    pub low: f64,
    pub high: f64,
}

/// An hour of the week that the owner allows and the channel never tried: for an experiment, not a recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct UntriedSlot {
    pub dow: u8,
    pub hour: u8,
    /// what the neighbouring hours let expect, as [`Slot::lift`]; the interval is wide
    pub lift: f64,
    pub low: f64,
    pub high: f64,
}

/// Time since the channel's previous post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gap {
    Under1h,
    From1hTo3h,
    From3hTo8h,
    Over8h,
}

/// Other posts of the channel within two hours before or after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Crowding {
    None,
    One,
    TwoOrMore,
}

/// Something else than the hour that a post's outcome depends on. Travels as `name:level`, e.g. `media_type:video`,
/// `gap:over_8h`, `crowding:one`, `weekday:0` (0 = Monday).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Factor {
    MediaType(MediaType),
    /// posts whose media type is not known
    MediaTypeUnknown,
    Gap(Gap),
    Crowding(Crowding),
    Weekday(u8),
}

impl Gap {
    pub const ALL: [Self; 4] = [Self::Under1h, Self::From1hTo3h, Self::From3hTo8h, Self::Over8h];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Under1h => "under_1h",
            Self::From1hTo3h => "1h_to_3h",
            Self::From3hTo8h => "3h_to_8h",
            Self::Over8h => "over_8h",
        }
    }
}

impl Crowding {
    pub const ALL: [Self; 3] = [Self::None, Self::One, Self::TwoOrMore];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::One => "one",
            Self::TwoOrMore => "two_or_more",
        }
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MediaType(media) => write!(f, "media_type:{}", media.as_str()),
            Self::MediaTypeUnknown => f.write_str("media_type:unknown"),
            Self::Gap(gap) => write!(f, "gap:{}", gap.as_str()),
            Self::Crowding(crowding) => write!(f, "crowding:{}", crowding.as_str()),
            Self::Weekday(dow) => write!(f, "weekday:{dow}"),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a factor")]
pub struct UnknownFactor(pub String);

impl FromStr for Factor {
    type Err = UnknownFactor;

    fn from_str(text: &str) -> Result<Self, UnknownFactor> {
        let known = match text.split_once(':') {
            Some(("media_type", "unknown")) => Some(Self::MediaTypeUnknown),
            Some(("media_type", media)) => media.parse().ok().map(Self::MediaType),
            Some(("gap", gap)) => Gap::ALL.into_iter().find(|known| known.as_str() == gap).map(Self::Gap),
            Some(("crowding", crowding)) => {
                Crowding::ALL.into_iter().find(|known| known.as_str() == crowding).map(Self::Crowding)
            }
            Some(("weekday", dow)) => dow.parse().ok().filter(|dow| *dow < 7).map(Self::Weekday),
            _ => None,
        };
        known.ok_or_else(|| UnknownFactor(text.to_owned()))
    }
}

impl From<Factor> for String {
    fn from(factor: Factor) -> Self {
        factor.to_string()
    }
}

impl TryFrom<String> for Factor {
    type Error = UnknownFactor;

    fn try_from(text: String) -> Result<Self, UnknownFactor> {
        text.parse()
    }
}

/// What else matters, in the same model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Effect {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Factor,
    /// expected ratio to the channel's mean post, all else equal, minus 1
    pub lift: f64,
    /// 80 % interval
    pub low: f64,
    pub high: f64,
    /// posts that this is said of, among `n_posts`
    pub n: u32,
}

/// The whole answer, as the screen draws it; [`BestTimes::advice`] is the public shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BestTimes {
    pub objective: Objective,
    /// posts with a usable outcome
    pub n_posts: u32,
    /// weeks between the first and the last of them, begun ones counted
    pub weeks: u32,
    pub verdict: Verdict,
    /// posts still needed; only with [`Verdict::NotEnoughData`]
    pub missing: Option<u32>,
    /// chance of a difference like this where the hour does not matter; `None` without enough data
    pub p_value: Option<f64>,
    /// residual spread (standard deviation) of log views; `None` without enough data
    pub spread: Option<f64>,
    /// recommended, best first; empty unless the verdict is a difference
    pub slots: Vec<Slot>,
    /// the widest differences seen, none of them reliable; empty unless the verdict is no reliable difference
    pub widest: Vec<Slot>,
    /// the most promising hours without a post, best first
    pub untried: Vec<UntriedSlot>,
    /// by factor, then level
    pub effects: Vec<Effect>,
    /// 168 cells by weekday, then hour; empty without enough data
    pub cells: Vec<Cell>,
    /// what [`super::pick`] draws from; `None` without enough data
    pub posterior: Option<Posterior>,
}

/// The public shape of an answer (metrics §4), of commands and the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Advice {
    pub channel: String,
    pub objective: Objective,
    pub n_posts: u32,
    pub verdict: Verdict,
    /// posts still needed; only there when the data are not enough
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub missing: Option<u32>,
    pub slots: Vec<Slot>,
    pub effects: Vec<Effect>,
}

impl BestTimes {
    /// `channel` is the channel's slug.
    pub fn advice(&self, channel: String) -> Advice {
        Advice {
            channel,
            objective: self.objective,
            n_posts: self.n_posts,
            verdict: self.verdict,
            missing: self.missing,
            slots: self.slots.clone(),
            effects: self.effects.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_survive_their_spelling() {
        let mut factors = vec![Factor::MediaTypeUnknown];
        factors.extend(MediaType::ALL.iter().copied().map(Factor::MediaType));
        factors.extend(Gap::ALL.map(Factor::Gap));
        factors.extend(Crowding::ALL.map(Factor::Crowding));
        factors.extend((0..7).map(Factor::Weekday));
        for factor in factors {
            assert_eq!(factor.to_string().parse(), Ok(factor));
        }
        for wrong in ["", "gap", "gap:9h", "weekday:7", "mood:good"] {
            assert_eq!(wrong.parse::<Factor>(), Err(UnknownFactor(wrong.to_owned())));
        }
    }
}
