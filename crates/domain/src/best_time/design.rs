//! The columns of the model and their prior.

use nalgebra::{DMatrix, DVector};

use super::answer::{Crowding, Factor, Gap};
use super::clock::{HOUR_COLUMNS, TIME_COLUMNS, WEEKDAY_COLUMNS, WEEKEND_COLUMNS};
use super::normal_equations::NormalEquations;
use super::observations::{Content, Moment, Observations};
use crate::posts::MediaType;

/// Prior spreads in log views. The intercept is free; a media type may halve or double the views;
const INTERCEPT_SPREAD: f64 = 3.0;
const MEDIA_SPREAD: f64 = 0.5;

/// Gap and crowding go with the hour: the first post of a morning follows a long gap. Taken for free they would hide
/// half of what the hour does, taken for nothing they would pass for it; so the spread of each is the likeliest of these.
const CIRCUMSTANCE_SPREADS: [f64; 4] = [0.005, 0.03, 0.08, 0.2];

/// Spreads of time for a first fit, neither none nor large.
pub const MIDDLING: TimeSpreads = TimeSpreads { hour: 0.06, weekday: 0.06, weekend: 0.02 };

const CROWDING_FROM: usize = 1 + Gap::ALL.len();
const TIME_FROM: usize = CROWDING_FROM + Crowding::ALL.len();
const HOUR_FROM: usize = TIME_FROM + WEEKDAY_COLUMNS;
const WEEKEND_FROM: usize = HOUR_FROM + HOUR_COLUMNS;
const MEDIA_FROM: usize = WEEKEND_FROM + WEEKEND_COLUMNS;
const _: () = assert!(MEDIA_FROM == TIME_FROM + TIME_COLUMNS);

/// Columns of all that depends on the clock.
pub const TIME: std::ops::Range<usize> = TIME_FROM..MEDIA_FROM;
/// Columns of the hour of the day.
pub const HOUR: std::ops::Range<usize> = HOUR_FROM..WEEKEND_FROM;
/// Columns of weekend × hour.
pub const WEEKEND: std::ops::Range<usize> = WEEKEND_FROM..MEDIA_FROM;

/// Prior spreads of what depends on the clock, log views.
#[derive(Debug, Clone, Copy)]
pub struct TimeSpreads {
    pub hour: f64,
    pub weekday: f64,
    pub weekend: f64,
}

/// Intercept, gap, crowding, weekday, hour, weekend × hour, then one column a media type.
#[derive(Debug, Clone)]
pub struct Design {
    /// those seen, in order; `None` = not known
    media: Vec<Option<MediaType>>,
    /// prior spreads of gap and of crowding
    circumstances: [f64; 2],
}

impl Design {
    pub fn of(contents: &[Content]) -> Self {
        let mut media: Vec<Option<MediaType>> = contents.iter().map(|content| content.media).collect();
        media.sort_unstable();
        media.dedup();
        Self { media, circumstances: [CIRCUMSTANCE_SPREADS[2]; 2] }
    }

    /// The same with the likeliest spreads of the effects of gap and of crowding.
    pub fn with_circumstances(self, equations: &NormalEquations, variance: f64) -> Option<Self> {
        let mut best: Option<(f64, Self)> = None;
        for gap in CIRCUMSTANCE_SPREADS {
            for crowding in CIRCUMSTANCE_SPREADS {
                let design = Self { circumstances: [gap, crowding], ..self.clone() };
                let evidence = equations.posterior(&design.prior(MIDDLING), variance)?.evidence;
                if best.as_ref().is_none_or(|(other, _)| evidence > *other) {
                    best = Some((evidence, design));
                }
            }
        }
        best.map(|(_, design)| design)
    }

    pub fn width(&self) -> usize {
        MEDIA_FROM + self.media.len()
    }

    /// The columns, apart from the clock's, in which a post has a 1. A media type not seen before has none.
    fn levels(&self, moment: &Moment, content: &Content) -> [Option<usize>; 4] {
        let media = self.media.iter().position(|media| *media == content.media);
        [
            Some(0),
            Some(1 + moment.gap as usize),
            Some(CROWDING_FROM + moment.crowding as usize),
            media.map(|media| MEDIA_FROM + media),
        ]
    }

    /// One row a post.
    pub fn matrix(&self, observations: &Observations, posts: &[usize]) -> DMatrix<f64> {
        let mut matrix = DMatrix::zeros(posts.len(), self.width());
        for (place, index) in posts.iter().copied().enumerate() {
            let levels = self.levels(&observations.moments[index], &observations.contents[index]);
            for column in levels.into_iter().flatten() {
                matrix[(place, column)] = 1.0;
            }
            for (column, value) in observations.rows[index].iter().enumerate() {
                matrix[(place, TIME_FROM + column)] = *value;
            }
        }
        matrix
    }

    /// What coefficients say of one post, without the intercept.
    pub fn effect(&self, observations: &Observations, index: usize, coefficients: &DVector<f64>) -> f64 {
        let levels = self.levels(&observations.moments[index], &observations.contents[index]);
        let levels: f64 = levels.into_iter().flatten().map(|column| coefficients[column]).sum();
        let time: f64 =
            observations.rows[index].iter().zip(coefficients.rows_range(TIME).iter()).map(|(x, c)| x * c).sum();
        levels + time - coefficients[0]
    }

    /// Prior variances.
    pub fn prior(&self, spreads: TimeSpreads) -> DVector<f64> {
        DVector::from_fn(self.width(), |column, _| {
            let spread = match column {
                0 => INTERCEPT_SPREAD,
                1..CROWDING_FROM => self.circumstances[0],
                CROWDING_FROM..TIME_FROM => self.circumstances[1],
                TIME_FROM..HOUR_FROM => spreads.weekday,
                HOUR_FROM..WEEKEND_FROM => spreads.hour,
                WEEKEND_FROM..MEDIA_FROM => spreads.weekend,
                _ => MEDIA_SPREAD,
            };
            spread * spread
        })
    }

    /// Every factor with its levels and their columns.
    pub fn factors(&self) -> [Vec<(Factor, usize)>; 4] {
        let media = |(index, media): (usize, &Option<MediaType>)| {
            (media.map_or(Factor::MediaTypeUnknown, Factor::MediaType), MEDIA_FROM + index)
        };
        [
            self.media.iter().enumerate().map(media).collect(),
            Gap::ALL.into_iter().map(|gap| (Factor::Gap(gap), 1 + gap as usize)).collect(),
            Crowding::ALL
                .into_iter()
                .map(|crowding| (Factor::Crowding(crowding), CROWDING_FROM + crowding as usize))
                .collect(),
            (0..WEEKDAY_COLUMNS).map(|dow| (Factor::Weekday(dow as u8), TIME_FROM + dow)).collect(),
        ]
    }
}
