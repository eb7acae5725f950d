//! Channels whose curves are known: posts grow along a share of their final count that follows from the readers'
//! waking hours and the post's pace; counts are read on a schedule.

use domain::analytics::history::ViewReadings;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub const HOUR_S: i64 = 3600;
pub const DAY_S: i64 = 86_400;
const START: i64 = 1_735_689_600; // 2025-01-01
const LIFE_H: f64 = 720.0;

/// (age in hours, share of the final count).
type Shape = &'static [(f64, f64)];

/// Metrics §5, and below 24 h what collectors see.
pub const TYPICAL: Shape = &[
    (0.0, 0.0),
    (0.25, 0.035),
    (1.0, 0.11),
    (3.0, 0.22),
    (6.0, 0.31),
    (12.0, 0.40),
    (24.0, 0.50),
    (48.0, 0.62),
    (72.0, 0.67),
    (168.0, 0.92),
    (LIFE_H, 1.0),
];
/// News: read at once or not at all.
pub const FAST: Shape = &[
    (0.0, 0.0),
    (0.25, 0.06),
    (1.0, 0.20),
    (3.0, 0.41),
    (6.0, 0.55),
    (12.0, 0.68),
    (24.0, 0.80),
    (48.0, 0.90),
    (168.0, 0.97),
    (LIFE_H, 1.0),
];
/// A channel that is found through search.
pub const SLOW: Shape = &[
    (0.0, 0.0),
    (0.25, 0.012),
    (1.0, 0.04),
    (3.0, 0.09),
    (6.0, 0.14),
    (12.0, 0.21),
    (24.0, 0.30),
    (48.0, 0.42),
    (72.0, 0.52),
    (168.0, 0.75),
    (LIFE_H, 1.0),
];

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// every 15 minutes while young, then ever rarer
    Collector,
    /// 1, 3, 6, 12, 24, 48, 72 h and 7 days
    Few,
    /// whenever somebody looks: gaps of 10 minutes to 5 hours, later up to a day
    Irregular,
    /// hourly, with an outage now and then
    Outages,
}

#[derive(Clone, Debug)]
pub struct Kind {
    pub name: &'static str,
    pub shape: Shape,
    /// each channel has a shape of its own instead
    pub any_shape: bool,
    pub posts: usize,
    pub a_day: f64,
    /// final views of a usual post
    pub views: f64,
    /// standard deviations of ln final views and of ln pace of posts
    pub spread: f64,
    pub pace: f64,
    /// of the level and the pace from channel to channel
    pub channel_pace: f64,
    /// how much readers sleep, 0..1
    pub night: f64,
    /// standard deviation of a day's uneven growth
    pub noise: f64,
    pub viral: f64,
    /// e-folds of the level over the channel's life
    pub trend: f64,
    pub schedule: Schedule,
}

pub const USUAL: Kind = Kind {
    name: "usual",
    shape: TYPICAL,
    any_shape: false,
    posts: 120,
    a_day: 4.0,
    views: 20_000.0,
    spread: 0.30,
    pace: 0.20,
    channel_pace: 0.10,
    night: 0.6,
    noise: 0.05,
    viral: 0.0,
    trend: 0.0,
    schedule: Schedule::Collector,
};

pub struct Channel {
    pub date_utc: Vec<i64>,
    pub readings: ViewReadings,
}

struct Post {
    date_utc: i64,
    views: f64,
    pace: f64,
    shape: Shape,
    night: f64,
    /// ln share noise at ages doubling from 15 minutes
    noise: Vec<f64>,
}

pub fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

fn share(shape: Shape, age_h: f64) -> f64 {
    let next = shape.partition_point(|(h, _)| *h <= age_h);
    let Some((h1, s1)) = shape.get(next) else { return 1.0 };
    let (h0, s0) = shape[next - 1];
    let along = ((1.0 + age_h).ln() - (1.0 + h0).ln()) / ((1.0 + h1).ln() - (1.0 + h0).ln());
    s0 + (s1 - s0) * along
}

impl Post {
    /// Hours awake from midnight to an hour of some day: fewest at 3 h, most at 15 h.
    fn awake(&self, at_h: f64) -> f64 {
        let turn = std::f64::consts::TAU / 24.0;
        at_h - self.night * ((turn * (at_h - 9.0)).sin() + (turn * 9.0).sin()) / turn
    }

    fn share(&self, age_h: f64) -> f64 {
        let born_h = self.date_utc.rem_euclid(DAY_S) as f64 / HOUR_S as f64;
        let awake_h = self.awake(born_h + age_h) - self.awake(born_h);
        let place = (age_h / 0.25).log2().max(0.0);
        let (below, part) = ((place.floor() as usize).min(self.noise.len() - 2), place.fract());
        let noise = self.noise[below] * (1.0 - part) + self.noise[below + 1] * part;
        share(self.shape, awake_h.max(1e-3)).powf(self.pace) * noise.exp()
    }

    /// Views at an age, in hours.
    pub fn views_at(&self, age_h: f64) -> f64 {
        self.views * self.share(age_h)
    }
}

impl Channel {
    pub fn new(kind: &Kind, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // most channels are usual
        let shape =
            if kind.any_shape { [TYPICAL, FAST, TYPICAL, SLOW, TYPICAL][(seed % 5) as usize] } else { kind.shape };
        let channel_pace = kind.channel_pace * normal(&mut rng);
        let mut date = START as f64;
        let mut channel =
            Self { date_utc: Vec::new(), readings: ViewReadings { offsets: vec![0], ..ViewReadings::default() } };
        for index in 0..kind.posts {
            date += DAY_S as f64 / kind.a_day * (0.2 + 1.6 * rng.random::<f64>());
            // posted in the day, rarely at night
            let hour = (date as i64).rem_euclid(DAY_S) / HOUR_S;
            if hour < 5 && rng.random::<f64>() < 0.9 {
                date += (5 * HOUR_S) as f64 + rng.random::<f64>() * (6 * HOUR_S) as f64;
            }
            let trend = kind.trend * index as f64 / kind.posts as f64;
            let viral = rng.random::<f64>() < kind.viral;
            let lift = if viral { 1.0 + 0.8 * rng.random::<f64>() } else { 0.0 };
            // growth that is uneven while it lasts and forgotten later
            let mut walk = 0.0;
            let mut noise: Vec<f64> = (0..13)
                .map(|_| {
                    walk = 0.6 * walk + kind.noise * normal(&mut rng);
                    walk
                })
                .collect();
            noise[12] = noise[11];
            let post = Post {
                date_utc: date as i64,
                views: kind.views * (kind.spread * normal(&mut rng) + trend + lift).exp(),
                pace: (channel_pace + kind.pace * normal(&mut rng) + if viral { 0.25 } else { 0.0 }).exp(),
                shape,
                night: kind.night,
                noise,
            };
            channel.date_utc.push(post.date_utc);
            let mut newest = 0.0_f64;
            for at in kind.schedule.instants(post.date_utc, &mut rng) {
                let age_h = (at - post.date_utc) as f64 / HOUR_S as f64;
                // readers come one by one
                let expected = (post.views_at(age_h) - newest).max(0.0);
                let gained = (expected + expected.sqrt() * normal(&mut rng)).max(0.0);
                newest += gained;
                channel.readings.at.push(at);
                channel.readings.views.push(newest.round() as i64);
            }
            channel.readings.offsets.push(channel.readings.at.len());
        }
        channel
    }
}

impl Schedule {
    fn instants(self, from: i64, rng: &mut ChaCha8Rng) -> Vec<i64> {
        let mut ages = Vec::new();
        match self {
            Self::Collector => {
                let mut age = 0;
                for (until, step) in [(2, 900), (12, 3_600), (24, 7_200), (72, 21_600), (240, 43_200)] {
                    while age < until * HOUR_S {
                        age += step;
                        ages.push(age + (rng.random::<f64>() * 120.0) as i64);
                    }
                }
            }
            Self::Few => {
                ages.extend([1, 3, 6, 12, 24, 48, 72, 168].map(|h| h * HOUR_S + (rng.random::<f64>() * 60.0) as i64));
            }
            Self::Irregular => {
                let mut age = 0.0;
                while age < 200.0 {
                    age += (0.17 + 5.0 * rng.random::<f64>().powi(2)) * (1.0 + age / 30.0_f64).min(4.0);
                    ages.push((age * HOUR_S as f64) as i64);
                }
            }
            Self::Outages => {
                // hours by the wall clock, not by the post's age
                let mut at = (from / HOUR_S + 1) * HOUR_S;
                while at < from + 200 * HOUR_S {
                    let down = (at / HOUR_S / 5).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64).rem_euclid(13) == 0;
                    if !down {
                        ages.push(at - from);
                    }
                    at += HOUR_S;
                }
            }
        }
        ages.into_iter().map(|age| from + age).collect()
    }
}
