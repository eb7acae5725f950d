//! What is asked of the recommender and how the owner wants to choose.

use serde::{Deserialize, Serialize};

use crate::analytics::Dataset;
use crate::analytics::dataset::TOTAL_AGE_S;
use crate::zone::Zone;

/// What a good time is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Objective {
    /// V(3): views in the first three hours
    #[serde(rename = "3h")]
    First3h,
    /// V(24): views a day after posting
    #[serde(rename = "24h")]
    At24h,
    /// the newest count of a post at least seven days old
    #[serde(rename = "total")]
    Total,
}

impl Objective {
    pub const ALL: [Self; 3] = [Self::First3h, Self::At24h, Self::Total];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::First3h => "3h",
            Self::At24h => "24h",
            Self::Total => "total",
        }
    }

    /// The age the outcome is read at, hours; `None` for the total.
    pub fn age_h(self) -> Option<u32> {
        match self {
            Self::First3h => Some(3),
            Self::At24h => Some(24),
            Self::Total => None,
        }
    }

    /// The outcome of one post, views; `None` where it is not measured or the post is too young.
    pub fn outcome(self, data: &Dataset, index: usize) -> Option<f64> {
        match self.age_h() {
            Some(age_h) => data.view_at(age_h, index),
            None if data.as_of.is_some() && data.is_old_enough(index, TOTAL_AGE_S) => {
                data.posts.views[index].map(|views| views as f64)
            }
            None => None,
        }
    }
}

impl std::str::FromStr for Objective {
    type Err = UnknownObjective;

    fn from_str(text: &str) -> Result<Self, UnknownObjective> {
        Self::ALL
            .into_iter()
            .find(|objective| objective.as_str() == text)
            .ok_or_else(|| UnknownObjective(text.to_owned()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an objective: use 3h, 24h or total")]
pub struct UnknownObjective(pub String);

/// A part of the audience that lives by one clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AudienceZone {
    pub zone: Zone,
    /// share of the audience, in any unit: only the proportions count; shares that are not above 0 are left out
    pub weight: f64,
}

/// Hours of the night nobody should be woken in, on the channel's clock. Runs over midnight where `from > to`;
/// empty where both are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// first quiet hour, 0..=23
    pub from: u8,
    /// first hour that is not quiet any more, 0..=23
    pub to: u8,
}

impl QuietHours {
    pub fn contains(self, hour: u8) -> bool {
        if self.from <= self.to { (self.from..self.to).contains(&hour) } else { hour >= self.from || hour < self.to }
    }
}

/// The question. The same dataset, settings and seed give the same answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub objective: Objective,
    /// the clock that slots are named by: the channel's
    pub zone: Zone,
    /// clocks of a split audience; empty = everybody lives by `zone`
    pub audience: Vec<AudienceZone>,
    pub quiet_hours: Option<QuietHours>,
    /// weekdays (0 = Monday) never posted on
    pub never_on: Vec<u8>,
    /// least distance of two recommended slots on the clock of the week, hours
    pub min_spacing_h: u8,
    /// a post this much older counts half; `None` = every post counts the same
    pub half_life_days: Option<u32>,
    /// official views by hour of `zone` (`top_hours`), any unit: a weak prior for the early objectives
    pub top_hours: Option<[f64; 24]>,
    pub seed: u64,
}

/// Two posts closer than this compete for the same readers (metrics §4 counts posts within two hours), so slots
/// recommended together are further apart.
pub const MIN_SPACING_H: u8 = 3;

impl Settings {
    /// Total views, everybody in `zone`, nothing excluded, every post counts the same.
    pub fn new(objective: Objective, zone: Zone) -> Self {
        Self {
            objective,
            zone,
            audience: Vec::new(),
            quiet_hours: None,
            never_on: Vec::new(),
            min_spacing_h: MIN_SPACING_H,
            half_life_days: None,
            top_hours: None,
            seed: 0,
        }
    }

    /// Whether the owner would post then; `dow` 0 = Monday, on the channel's clock.
    pub fn allows(&self, dow: u8, hour: u8) -> bool {
        !self.never_on.contains(&dow) && !self.quiet_hours.is_some_and(|quiet| quiet.contains(hour))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_run_over_midnight() {
        let night = QuietHours { from: 23, to: 7 };
        assert!(night.contains(23) && night.contains(0) && night.contains(6));
        assert!(!night.contains(7) && !night.contains(22));
        let noon = QuietHours { from: 12, to: 14 };
        assert!(noon.contains(12) && !noon.contains(14) && !noon.contains(0));
        assert!((0..24).all(|hour| !QuietHours { from: 5, to: 5 }.contains(hour)));
    }

    #[test]
    fn objectives_are_spelled_as_they_travel() {
        for objective in Objective::ALL {
            assert_eq!(objective.as_str().parse(), Ok(objective));
            assert_eq!(serde_json::to_string(&objective).unwrap(), format!("{:?}", objective.as_str()));
        }
        assert!("7d".parse::<Objective>().unwrap_err().to_string().contains("total"));
    }
}
