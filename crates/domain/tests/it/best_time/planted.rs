//! Channels with a known effect of the hour, made up from a seed: trend, weekday effect, media types that go with
//! certain hours, an effect of the gap, a change of clocks, weeks without posts, heavy or common noise.

use domain::analytics::history::{PostColumns, ViewReadings};
use domain::analytics::query::MaxGap;
use domain::analytics::{AGES_H, Dataset, History};
use domain::best_time::{Objective, Settings};
use domain::channels::Channel;
use domain::ids::{ChannelId, WorkspaceId};
use domain::posts::{MediaType, Source};
use domain::zone::Zone;
use jiff::civil::date;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal, StudentT};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const WEEKDAY_EFFECTS: [f64; 7] = [0.03, 0.06, 0.04, 0.0, -0.03, -0.08, -0.05];

/// When a channel posts.
#[derive(Debug, Clone, Copy)]
pub enum Hours {
    /// nine of ten between 9 and 19, the others at any hour
    Day,
    /// around 14, with a standard deviation of 3.2 h
    Bell,
    /// any hour alike
    Round,
    /// two shifts: around 9 and around 20
    Shifts,
}

#[derive(Debug, Clone, Copy)]
pub enum Residual {
    Normal,
    /// Student's t with 3 degrees of freedom, scaled to the same spread
    HeavyTails,
    /// half of the variance common to posts of the same hours
    Common,
}

#[derive(Debug, Clone)]
pub struct Plant {
    pub seed: u64,
    pub posts: usize,
    /// ratio of the peak to the baseline, minus 1
    pub effect: f64,
    /// hour of the day of the peak; `None`: somewhere between 9 and 19
    pub peak: Option<f64>,
    /// standard deviation of the bump, hours
    pub width_h: f64,
    pub hours: Hours,
    pub residual: Residual,
    pub posts_a_day: f64,
    /// trend, weekday, media, gap effects and pauses
    pub confounded: bool,
    /// with readings at growing ages; without, one dump
    pub curves: bool,
}

impl Plant {
    pub fn new(seed: u64, posts: usize, effect: f64) -> Self {
        Self {
            seed,
            posts,
            effect,
            peak: None,
            width_h: 2.5,
            hours: Hours::Day,
            residual: Residual::Normal,
            posts_a_day: 4.0,
            confounded: true,
            curves: false,
        }
    }

    pub fn grow(&self) -> Planted {
        let mut dice = ChaCha8Rng::seed_from_u64(self.seed);
        let zone = Zone::find("Europe/Berlin").expect("a zone");
        let peak = self.peak.unwrap_or_else(|| 9.0 + 10.0 * dice.random::<f64>());
        let mut at = self.times(&mut dice, &zone);
        at.sort_unstable();
        let effect = |dow: usize, hour: f64| {
            let away = (hour - peak + 12.0).rem_euclid(24.0) - 12.0;
            let bump = (-0.5 * (away / self.width_h).powi(2)).exp();
            (1.0 + self.effect * bump).ln() + if self.confounded { WEEKDAY_EFFECTS[dow] } else { 0.0 }
        };
        let end = at.last().expect("posts") + 40 * DAY;
        let mut posts = PostColumns::default();
        let mut readings = ViewReadings { offsets: vec![0], ..ViewReadings::default() };
        let mut common = 0.0;
        let mut effects = Vec::new();
        for (index, now) in at.iter().copied().enumerate() {
            let local = zone.local(now);
            let (dow, hour) = (
                local.weekday().to_monday_zero_offset() as usize,
                f64::from(local.hour()) + f64::from(local.minute()) / 60.0,
            );
            effects.push(effect(dow, hour).exp());
            let since_h = index.checked_sub(1).map_or(24.0, |before| (now - at[before]) as f64 / 3600.0);
            // videos go out in the evening
            let video = dice.random::<f64>() < if hour > 15.0 { 0.6 } else { 0.2 };
            let mut other = 0.0;
            if self.confounded {
                other += 0.5 * index as f64 / self.posts as f64;
                other += if video { 0.25 } else { 0.0 };
                other += if since_h < 1.0 { -0.08 } else { 0.0 };
            }
            let mut log = 9.0 + effect(dow, hour) + other;
            let decay = (-since_h / 3.0).exp();
            let fresh: f64 = dice.sample(StandardNormal);
            common = decay * common + (1.0 - decay * decay).sqrt() * fresh;
            log += 0.3
                * match self.residual {
                    Residual::Normal => dice.sample::<f64, _>(StandardNormal),
                    Residual::HeavyTails => {
                        StudentT::new(3.0).expect("three degrees").sample(&mut dice) / 3.0_f64.sqrt()
                    }
                    Residual::Common => (common + dice.sample::<f64, _>(StandardNormal)) / 2.0_f64.sqrt(),
                };
            let total = log.exp();
            let mut counted = now;
            let mut views = 0;
            if self.curves {
                // half of the views come within `half` hours
                let half = 14.0 * (0.2 * dice.sample::<f64, _>(StandardNormal)).exp();
                for age_h in [1.0, 2.0, 3.5, 7.0, 13.0, 23.0, 25.0, 47.0, 80.0, 167.0, 170.0_f64] {
                    counted = now + (age_h * 3600.0) as i64;
                    views = (total * age_h / (age_h + half)) as i64;
                    readings.at.push(counted);
                    readings.views.push(views);
                }
            } else {
                counted = counted.max(end);
                views = views.max(total as i64);
                readings.at.push(counted);
                readings.views.push(views);
            }
            readings.offsets.push(readings.at.len());
            posts.post_id.push(index as i64 + 1);
            posts.date_utc.push(now);
            posts.views.push(Some(views));
            posts.forwards.push(None);
            posts.reactions.push(None);
            posts.replies.push(None);
            posts.counted_at.push(Some(counted));
            posts.media_type.push(Some(if video { MediaType::Video } else { MediaType::Photo }));
            posts.source.push(Source::Imported);
            posts.text_chars.push(0);
            posts.text.push(String::new());
            posts.hashtags.push(Vec::new());
        }
        let history = History {
            channel: Channel {
                id: ChannelId(1),
                workspace_id: WorkspaceId(1),
                telegram_id: None,
                username: Some("planted".to_owned()),
                title: "Planted".to_owned(),
                zone: zone.name().to_owned(),
                demo: true,
                created_at: 0,
            },
            as_of: Some(end),
            posts,
            readings,
            daily: Vec::new(),
            sources: Vec::new(),
            link_joins: Vec::new(),
        };
        let mean = effects.iter().sum::<f64>() / effects.len() as f64;
        let surface = (0..168).map(|cell| effect(cell / 24, (cell % 24) as f64 + 0.5).exp() / mean - 1.0).collect();
        Planted { data: Dataset::measure(history, &AGES_H, MaxGap::Usual), zone, peak, surface }
    }

    /// Instants of the posts, from the new year of 2025 on: the clocks change twice a year.
    fn times(&self, dice: &mut ChaCha8Rng, zone: &Zone) -> Vec<i64> {
        let mut times = Vec::new();
        let mut day = date(2025, 1, 6);
        while times.len() < self.posts {
            let pause = self.confounded && (40..54).contains(&day.day_of_year());
            let expected = self.posts_a_day;
            let count = expected.floor() as usize + usize::from(dice.random::<f64>() < expected.fract());
            for _ in 0..if pause { 0 } else { count } {
                let hour: f64 = match self.hours {
                    Hours::Day if dice.random::<f64>() < 0.9 => 9.0 + 10.0 * dice.random::<f64>(),
                    Hours::Day | Hours::Round => 24.0 * dice.random::<f64>(),
                    Hours::Bell => 14.0 + 3.2 * dice.sample::<f64, _>(StandardNormal),
                    Hours::Shifts => {
                        let shift = if dice.random() { 9.0 } else { 20.0 };
                        shift + 1.5 * dice.sample::<f64, _>(StandardNormal)
                    }
                };
                if times.len() < self.posts {
                    times.push(zone.midnight(day) + (hour.clamp(0.0, 23.99) * 3600.0) as i64);
                }
            }
            day = day.tomorrow().expect("before the end of time");
        }
        times
    }
}

pub struct Planted {
    pub data: Dataset,
    pub zone: Zone,
    /// hour of the day
    pub peak: f64,
    /// true lift of each of the 168 cells over the channel's mean slot, weighted as it posts
    pub surface: Vec<f64>,
}

impl Planted {
    pub fn settings(&self, objective: Objective) -> Settings {
        Settings::new(objective, self.zone.clone())
    }

    pub fn truth(&self, dow: u8, hour: u8) -> f64 {
        self.surface[usize::from(dow) * 24 + usize::from(hour)]
    }

    /// Hours between the middle of an hour and the peak, round the clock.
    pub fn hours_from_peak(&self, hour: u8) -> f64 {
        ((f64::from(hour) + 0.5 - self.peak + 12.0).rem_euclid(24.0) - 12.0).abs()
    }
}
