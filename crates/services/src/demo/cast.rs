//! The channels that are made up, and their habits.

use domain::posts::MediaType;

use super::speech::{self, Speech};

/// A made-up channel: how large, how often, when, and how people take it.
pub(super) struct Persona {
    /// public name; also what the channel is found by when the command runs again
    pub username: &'static str,
    pub title: &'static str,
    /// IANA zone
    pub zone: &'static str,
    /// on the day the channel is made
    pub subscribers: f64,
    /// net share of subscribers won a day
    pub growth_per_day: f64,
    pub posts_per_day: f64,
    /// final views of a usual post / subscribers
    pub reach: f64,
    /// local hour at which a post does best, and by how much (natural logarithm)
    pub best_hour: f64,
    pub hour_lift: f64,
    /// Monday first; natural logarithms
    pub weekday_lift: [f64; 7],
    /// Monday first; how often compared with a usual day
    pub weekday_posts: [f64; 7],
    /// what is posted: share and effect on views (natural logarithm)
    pub media: &'static [(MediaType, f64, f64)],
    /// of views
    pub forwards: f64,
    pub reactions: f64,
    /// `None`: no discussion group, so replies are not known
    pub replies: Option<f64>,
    pub speech: &'static Speech,
}

/// In the order in which `--channels N` takes them: three languages among the first three.
pub(super) const CAST: &[Persona] = &[
    Persona {
        username: "orbit_daily_demo",
        title: "Orbit Daily",
        zone: "Europe/London",
        subscribers: 48_200.0,
        growth_per_day: 0.0006,
        // with the default length of the past, posts enough for the recommender to see the evening
        posts_per_day: 3.9,
        reach: 0.42,
        best_hour: 19.0,
        hour_lift: 0.16,
        weekday_lift: [0.0, 0.04, 0.03, 0.06, 0.02, -0.07, -0.05],
        weekday_posts: [1.0, 1.1, 1.1, 1.15, 1.0, 0.75, 0.7],
        media: &[
            (MediaType::Photo, 0.42, 0.1),
            (MediaType::Text, 0.26, -0.15),
            (MediaType::Video, 0.16, 0.2),
            (MediaType::Album, 0.10, 0.27),
            (MediaType::Link, 0.06, -0.27),
        ],
        forwards: 0.011,
        reactions: 0.021,
        replies: Some(0.0024),
        speech: &speech::orbit_daily::SPEECH,
    },
    Persona {
        username: "osh_va_non_demo",
        title: "Osh va Non",
        zone: "Asia/Tashkent",
        subscribers: 21_700.0,
        growth_per_day: 0.0014,
        posts_per_day: 2.6,
        reach: 0.55,
        best_hour: 18.0,
        hour_lift: 0.20,
        weekday_lift: [-0.04, -0.02, 0.0, 0.0, 0.08, 0.06, 0.04],
        weekday_posts: [0.9, 0.9, 1.0, 1.0, 1.2, 1.1, 0.9],
        media: &[
            (MediaType::Photo, 0.38, 0.03),
            (MediaType::Video, 0.30, 0.24),
            (MediaType::Album, 0.18, 0.14),
            (MediaType::Text, 0.14, -0.24),
        ],
        forwards: 0.019,
        reactions: 0.034,
        replies: Some(0.0051),
        speech: &speech::osh_va_non::SPEECH,
    },
    Persona {
        username: "tihiy_gorod_demo",
        title: "Тихий город",
        zone: "Europe/Moscow",
        subscribers: 112_400.0,
        growth_per_day: -0.0006,
        posts_per_day: 4.3,
        reach: 0.31,
        best_hour: 21.0,
        // pictures are looked at whenever: many posts and no better hour, so that the recommender has to say so
        hour_lift: 0.0,
        weekday_lift: [0.02, 0.02, 0.0, -0.02, -0.03, 0.05, 0.07],
        weekday_posts: [1.0, 1.0, 1.0, 1.0, 1.0, 0.9, 0.85],
        media: &[
            (MediaType::Album, 0.36, 0.14),
            (MediaType::Photo, 0.38, 0.02),
            (MediaType::Text, 0.14, -0.2),
            (MediaType::Video, 0.07, 0.09),
            (MediaType::Audio, 0.05, -0.34),
        ],
        forwards: 0.008,
        reactions: 0.027,
        replies: None,
        speech: &speech::quiet_city::SPEECH,
    },
    Persona {
        username: "slow_code_demo",
        title: "Slow Code",
        zone: "UTC",
        subscribers: 9_640.0,
        growth_per_day: 0.0009,
        posts_per_day: 1.4,
        reach: 0.36,
        best_hour: 9.0,
        // no hour is better than another here: a channel for which "post when it suits you" is the truth
        hour_lift: 0.0,
        weekday_lift: [0.03, 0.05, 0.04, 0.02, 0.0, -0.2, -0.18],
        weekday_posts: [1.1, 1.3, 1.2, 1.3, 1.1, 0.4, 0.3],
        media: &[
            (MediaType::Text, 0.56, 0.05),
            (MediaType::Photo, 0.22, 0.0),
            (MediaType::Link, 0.14, -0.2),
            (MediaType::Document, 0.08, -0.34),
        ],
        forwards: 0.024,
        reactions: 0.018,
        replies: Some(0.0068),
        speech: &speech::slow_code::SPEECH,
    },
    Persona {
        username: "polka_demo",
        title: "Полка над столом",
        zone: "Europe/Moscow",
        subscribers: 3_150.0,
        growth_per_day: 0.0021,
        posts_per_day: 1.9,
        reach: 0.62,
        best_hour: 20.0,
        hour_lift: 0.14,
        weekday_lift: [0.0, 0.0, 0.02, 0.0, -0.02, 0.02, 0.05],
        weekday_posts: [1.0, 1.0, 1.0, 1.0, 0.9, 1.0, 1.1],
        media: &[
            (MediaType::Photo, 0.55, 0.07),
            (MediaType::Text, 0.30, -0.1),
            (MediaType::Voice, 0.05, -0.17),
            (MediaType::Album, 0.10, 0.14),
        ],
        forwards: 0.013,
        reactions: 0.041,
        replies: Some(0.0085),
        speech: &speech::book_shelf::SPEECH,
    },
];

/// More than the cast repeats it with numbers.
pub(super) const CHANNELS_MAX: usize = 50;

/// The channel at a place in the list, from 0.
pub(super) fn at(index: usize) -> (&'static Persona, usize) {
    (&CAST[index % CAST.len()], index / CAST.len())
}
