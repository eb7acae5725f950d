//! What happens in one made-up channel. Everything follows from the seed, the channel and the day it was made on:
//! asking for a day or a post later gives what asking for all at once would have given.

use std::f64::consts::TAU;

use domain::analytics::history::{DailyFact, SourceFact};
use domain::posts::{Counters, MediaType, Snapshot, Source};
use domain::zone::{Zone, add_days, days_between};
use jiff::civil::{Date, date};

use super::audience::{self, LIFE_H};
use super::cast::{self, Persona};
use super::dice::Dice;
use super::speech::Length;

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 24 * HOUR_S;

/// Days and post ids are counted from here.
const FIRST_DAY: Date = date(2020, 1, 1);
/// Room in the ids for a day's posts and the other messages of its albums.
const IDS_PER_DAY: i64 = 100;
/// An album takes this many ids; its pictures are at most as many.
const ALBUM_IDS: i64 = 6;
const POSTS_PER_DAY_MAX: usize = 12;

const SPREAD: f64 = 0.26;
const PACE_SPREAD: f64 = 0.22;
const TOPIC_SPREAD: f64 = 0.18;
/// Shares of posts.
const AD: f64 = 0.05;
const POLL: f64 = 0.035;
const VIRAL: f64 = 0.022;

/// When posts go out, by local hour.
const POSTING_HOURS: [f64; 24] = [
    0.1, 0.0, 0.0, 0.0, 0.0, 0.05, 0.3, 0.8, 1.4, 1.5, 1.2, 1.0, 1.3, 1.2, 0.9, 0.9, 1.0, 1.2, 1.6, 1.8, 1.5, 1.2, 0.7,
    0.3,
];

/// Where views come from, as Telegram names it, and the usual shares.
const ORIGINS: [(&str, f64); 7] = [
    ("followers", 0.615),
    ("channels", 0.135),
    ("groups", 0.07),
    ("private_chats", 0.05),
    ("search", 0.06),
    ("url", 0.03),
    ("other", 0.04),
];

/// What is thrown for; the second part of a dice key.
mod throw {
    pub const DAY: u64 = 1;
    pub const POST: u64 = 2;
    pub const READING: u64 = 3;
    pub const PEOPLE: u64 = 4;
    pub const ORIGINS: u64 = 5;
    pub const SILENCE: u64 = 6;
    pub const OUTAGE: u64 = 7;
    pub const TOPIC: u64 = 8;
}

pub(super) struct World {
    persona: &'static Persona,
    seed: u64,
    /// place in the list of channels
    index: usize,
    zone: Zone,
    /// the UTC day on which the channel has the subscribers its persona names
    made_on: Date,
    /// ages, in seconds, at which posts are read
    reading_ages: Vec<i64>,
}

/// What sets a post apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Usual,
    Ad,
    Poll,
    Viral,
}

impl Kind {
    fn throw(dice: &mut Dice) -> Self {
        [Self::Ad, Self::Poll, Self::Viral, Self::Usual][dice.weighted(&[AD, POLL, VIRAL, 1.0 - AD - POLL - VIRAL])]
    }

    fn lift(self, dice: &mut Dice) -> f64 {
        match self {
            Self::Usual | Self::Poll => 0.0,
            Self::Ad => -0.36,
            Self::Viral => dice.between(2.5_f64.ln(), 6.0_f64.ln()),
        }
    }

    /// What goes round starts slower and lasts longer.
    fn pace(self) -> f64 {
        if self == Self::Viral { 1.25 } else { 1.0 }
    }
}

/// A post with all of its life.
pub(super) struct MadePost {
    pub post_id: i64,
    /// unix seconds
    pub date_utc: i64,
    pub media_type: MediaType,
    /// pictures of an album
    pub album_size: Option<i64>,
    pub text: String,
    born_h: f64,
    final_views: f64,
    pace: f64,
    forwards: f64,
    reactions: f64,
    replies: Option<f64>,
}

impl World {
    /// The channel at place `index`, made at `made_at` (unix seconds).
    pub fn new(seed: u64, index: usize, made_at: i64) -> Self {
        let (persona, _) = cast::at(index);
        let zone = Zone::find(persona.zone).unwrap_or_else(|_| Zone::utc());
        Self { persona, seed, index, zone, made_on: Zone::utc().day(made_at), reading_ages: reading_ages() }
    }

    /// Posts with `from <= date < to` (unix seconds), in order.
    pub fn posts(&self, from: i64, to: i64) -> Vec<MadePost> {
        let (mut day, last) = (self.zone.day(from), self.zone.day(to));
        let mut posts = Vec::new();
        while day <= last {
            posts.extend(self.posts_of_day(day).into_iter().filter(|post| (from..to).contains(&post.date_utc)));
            day = add_days(day, 1);
        }
        posts
    }

    /// Readings of a post taken in `from < at <= to`, as a collector takes them: every 15 minutes while the post is
    /// young, then every hour, then every few hours, then daily; none while the collector was down.
    pub fn readings(&self, post: &MadePost, from: i64, to: i64) -> Vec<Snapshot> {
        let mut readings = Vec::new();
        for (k, age) in self.reading_ages.iter().enumerate() {
            let late = self.dice(throw::READING, post.post_id as u64 * 1000 + k as u64).whole(0, lateness_max(*age));
            let at = post.date_utc + age + late;
            if at > to {
                break;
            }
            if at > from && !self.collector_down(at) {
                readings.push(Snapshot { at, counters: post.counters(at) });
            }
        }
        readings
    }

    /// Daily facts of the UTC days `first..=last`; the day of `now` is as far as it has come.
    pub fn daily(&self, first: Date, last: Date, now: i64) -> Vec<DailyFact> {
        let mut subscribers = self.subscribers_before(first);
        let mut facts = Vec::new();
        let mut day = first;
        while day <= last {
            let gone = day_gone(day, now);
            let (joined, left) = self.people(day);
            let (joined, left) = (scaled(joined, gone), scaled(left, gone));
            subscribers += joined - left;
            facts.push(DailyFact {
                subscribers: Some(subscribers),
                joined: Some(joined),
                left: Some(left),
                notifications_on: Some(notifications_on(day, subscribers)),
                ..DailyFact::told_by(Source::Official, day)
            });
            day = add_days(day, 1);
        }
        facts
    }

    /// Views of the UTC days `first..=last` by where they came from. Telegram tells a day when it is over, so `last`
    /// is a day that is.
    pub fn sources(&self, first: Date, last: Date) -> Vec<SourceFact> {
        let from = Zone::utc().midnight(first) - LIFE_H as i64 * HOUR_S;
        let posts = self.posts(from, Zone::utc().midnight(add_days(last, 1)));
        let mut facts = Vec::new();
        let mut day = first;
        while day <= last {
            let start = Zone::utc().midnight(day);
            let views: i64 = posts.iter().map(|post| post.views(start + DAY_S) - post.views(start)).sum();
            facts.extend(self.split_by_origin(day, views));
            day = add_days(day, 1);
        }
        facts
    }

    fn posts_of_day(&self, day: Date) -> Vec<MadePost> {
        if self.is_silent(day) {
            return Vec::new();
        }
        let number = day_number(day);
        let mut dice = self.dice(throw::DAY, number as u64);
        let expected = self.persona.posts_per_day * self.persona.weekday_posts[weekday(day)];
        let count = poisson(expected, &mut dice).min(POSTS_PER_DAY_MAX);
        let mut minutes: Vec<i64> =
            (0..count).map(|_| dice.weighted(&POSTING_HOURS) as i64 * 60 + dice.whole(0, 59)).collect();
        minutes.sort_unstable();
        minutes.dedup_by(|later, earlier| *later - *earlier < 10);
        let midnight = self.zone.midnight(day);
        let mut next_id = number * IDS_PER_DAY;
        let mut posts = Vec::new();
        for minute in minutes {
            let mut post_dice = self.dice(throw::POST, next_id as u64);
            let date_utc = midnight + minute * 60 + post_dice.whole(0, 59);
            let post = self.post(next_id, date_utc, day, &mut post_dice);
            next_id += if post.media_type == MediaType::Album { ALBUM_IDS } else { 1 } + dice.whole(0, 1);
            posts.push(post);
        }
        posts
    }

    fn post(&self, post_id: i64, date_utc: i64, day: Date, dice: &mut Dice) -> MadePost {
        let local = self.zone.local(date_utc);
        let born_h = f64::from(local.hour()) + f64::from(local.minute()) / 60.0;
        let kind = Kind::throw(dice);
        let topic = dice.whole(0, self.persona.speech.topics.len() as i64 - 1) as usize;
        let (media_type, media_lift) = self.media(kind, dice);
        let text = self.text(media_type, kind, topic, dice);
        let log_lift = media_lift
            + length_lift(&text)
            + self.topic_lift(topic)
            + self.calendar_lift(born_h, day)
            + kind.lift(dice)
            + SPREAD * dice.normal();
        let [forwards, reactions, replies] = self.rates(kind, dice);
        MadePost {
            post_id,
            date_utc,
            media_type,
            album_size: (media_type == MediaType::Album).then(|| dice.whole(2, ALBUM_IDS)),
            text,
            born_h,
            final_views: self.level(day) * self.persona.reach * log_lift.exp(),
            pace: kind.pace() * (PACE_SPREAD * dice.normal()).exp().clamp(0.6, 1.7),
            forwards,
            reactions,
            replies: self.persona.replies.map(|_| replies),
        }
    }

    /// What people think of a topic, the same for each of its posts; natural logarithm like the other lifts.
    fn topic_lift(&self, topic: usize) -> f64 {
        TOPIC_SPREAD * self.dice(throw::TOPIC, topic as u64).normal()
    }

    /// Hour, weekday, and a slow coming and going over the year.
    fn calendar_lift(&self, born_h: f64, day: Date) -> f64 {
        let persona = self.persona;
        let hour = persona.hour_lift * ((born_h - persona.best_hour) / 24.0 * TAU).cos();
        let season = 0.07 * (day_number(day) as f64 / 58.0 * TAU).sin();
        hour + season + persona.weekday_lift[weekday(day)]
    }

    /// Forwards, reactions and replies of this post, of its views.
    fn rates(&self, kind: Kind, dice: &mut Dice) -> [f64; 3] {
        let persona = self.persona;
        let [forwards, reactions, replies] = [persona.forwards, persona.reactions, persona.replies.unwrap_or(0.0)]
            .map(|rate| rate * (0.35 * dice.normal()).exp());
        match kind {
            Kind::Viral => [forwards * 3.2, reactions, replies],
            Kind::Ad => [forwards, reactions * 0.3, replies],
            Kind::Usual | Kind::Poll => [forwards, reactions, replies],
        }
    }

    fn media(&self, kind: Kind, dice: &mut Dice) -> (MediaType, f64) {
        if kind == Kind::Poll {
            return (MediaType::Poll, 0.10);
        }
        let weights: Vec<f64> = self.persona.media.iter().map(|&(_, weight, _)| weight).collect();
        let (media_type, _, lift) = self.persona.media[dice.weighted(&weights)];
        (media_type, lift)
    }

    fn text(&self, media_type: MediaType, kind: Kind, topic: usize, dice: &mut Dice) -> String {
        let speech = self.persona.speech;
        match kind {
            Kind::Ad => return speech.ad(dice),
            Kind::Poll => return speech.poll(dice),
            Kind::Usual | Kind::Viral => {}
        }
        let length = match (media_type, Length::throw(dice)) {
            (MediaType::Text | MediaType::Link, Length::Empty) => Length::Headline,
            // a voice speaks for itself
            (MediaType::Voice, _) => Length::Empty,
            (_, length) => length,
        };
        speech.post(topic, length, dice)
    }

    /// Subscribers as a smooth line through the persona's number on the day the channel was made.
    fn level(&self, day: Date) -> f64 {
        self.persona.subscribers * (self.persona.growth_per_day * days_between(self.made_on, day) as f64).exp()
    }

    /// (joined, left) of a whole UTC day.
    fn people(&self, day: Date) -> (i64, i64) {
        let mut dice = self.dice(throw::PEOPLE, day_number(day) as u64);
        let level = self.level(day);
        let left = level * 0.0011 * (0.22 * dice.normal()).exp();
        let mut joined = level * (0.0011 + self.persona.growth_per_day).max(0.0003) * (0.30 * dice.normal()).exp();
        // now and then a larger channel mentions this one
        if dice.chance(0.03) {
            joined += level * dice.between(0.002, 0.006);
        }
        (joined.round() as i64, left.round() as i64)
    }

    /// Subscribers at the start of a UTC day: the persona's number on the day made, people counted from there.
    fn subscribers_before(&self, day: Date) -> i64 {
        let net = |day| {
            let (joined, left) = self.people(day);
            joined - left
        };
        let distance = days_between(self.made_on, day);
        let start = self.persona.subscribers as i64;
        if distance >= 0 {
            start + (0..distance).map(|days| net(add_days(self.made_on, days))).sum::<i64>()
        } else {
            start - (1..=-distance).map(|days| net(add_days(self.made_on, -days))).sum::<i64>()
        }
    }

    fn split_by_origin(&self, day: Date, views: i64) -> Vec<SourceFact> {
        let mut dice = self.dice(throw::ORIGINS, day_number(day) as u64);
        let weights = ORIGINS.map(|(_, share)| share * (0.18 * dice.normal()).exp());
        let total: f64 = weights.iter().sum();
        let fact = |(origin, weight): (&str, f64)| SourceFact {
            day,
            origin: origin.to_owned(),
            views: Some((views as f64 * weight / total).round() as i64),
            source: Source::Official,
        };
        ORIGINS.iter().map(|&(origin, _)| origin).zip(weights).map(fact).collect()
    }

    /// In most stretches of 40 days the author is away for two to four days.
    fn is_silent(&self, day: Date) -> bool {
        const STRETCH_DAYS: i64 = 40;
        let number = day_number(day);
        let mut dice = self.dice(throw::SILENCE, (number / STRETCH_DAYS) as u64);
        let (away, start, days) = (dice.chance(0.7), dice.whole(0, STRETCH_DAYS - 5), dice.whole(2, 4));
        away && (start..start + days).contains(&(number % STRETCH_DAYS))
    }

    /// In most stretches of 23 days nothing is read for 7 to 16 hours.
    fn collector_down(&self, at: i64) -> bool {
        const STRETCH_S: i64 = 23 * DAY_S;
        let mut dice = self.dice(throw::OUTAGE, (at / STRETCH_S) as u64);
        let (down, start, hours) = (dice.chance(0.7), dice.whole(0, STRETCH_S - DAY_S), dice.whole(7, 16));
        down && (start..start + hours * HOUR_S).contains(&(at % STRETCH_S))
    }

    fn dice(&self, what: u64, which: u64) -> Dice {
        Dice::of(&[self.seed, self.index as u64, what, which])
    }
}

impl MadePost {
    /// Counters at an instant (unix seconds).
    pub fn counters(&self, at: i64) -> Counters {
        let views = self.views(at);
        let part = |rate: f64| Some((views as f64 * rate) as i64);
        Counters {
            views: Some(views),
            forwards: part(self.forwards),
            reactions: part(self.reactions),
            replies: self.replies.and_then(part),
        }
    }

    fn views(&self, at: i64) -> i64 {
        let age_h = (at - self.date_utc) as f64 / HOUR_S as f64;
        (self.final_views * audience::share(self.born_h, age_h, self.pace)) as i64
    }
}

/// 15 minutes apart for 2 h, hourly to 12 h, every 2 h to a day, every 6 h to 3 days, every 12 h to a week, daily to
/// two weeks, then at three weeks and a month.
fn reading_ages() -> Vec<i64> {
    const STEPS_S: [(i64, i64); 6] = [
        (2 * HOUR_S, 15 * 60),
        (12 * HOUR_S, HOUR_S),
        (DAY_S, 2 * HOUR_S),
        (3 * DAY_S, 6 * HOUR_S),
        (7 * DAY_S, 12 * HOUR_S),
        (14 * DAY_S, DAY_S),
    ];
    let mut ages = Vec::new();
    let mut age = 0;
    for (until, step) in STEPS_S {
        while age < until {
            age += step;
            ages.push(age);
        }
    }
    ages.extend([21 * DAY_S, 30 * DAY_S]);
    ages
}

/// A collector with much to do is a little late, the more so for old posts.
fn lateness_max(age: i64) -> i64 {
    if age <= 12 * HOUR_S { 120 } else { 900 }
}

/// The oldest post that may still get a reading, before an instant.
pub(super) fn reading_horizon_s() -> i64 {
    30 * DAY_S + lateness_max(30 * DAY_S)
}

/// A line is read by more people than a page.
fn length_lift(text: &str) -> f64 {
    match text.chars().count() {
        1..100 => 0.06,
        1000.. => -0.10,
        _ => 0.0,
    }
}

/// Subscribers with notifications on: about a third, drifting slowly.
fn notifications_on(day: Date, subscribers: i64) -> i64 {
    let share = 0.31 + 0.03 * (day_number(day) as f64 / 90.0).sin();
    (subscribers as f64 * share).round() as i64
}

fn day_number(day: Date) -> i64 {
    days_between(FIRST_DAY, day)
}

fn weekday(day: Date) -> usize {
    day.weekday().to_monday_zero_offset() as usize
}

/// Share of a UTC day that is over at `now`.
fn day_gone(day: Date, now: i64) -> f64 {
    ((now - Zone::utc().midnight(day)) as f64 / DAY_S as f64).clamp(0.0, 1.0)
}

fn scaled(count: i64, share: f64) -> i64 {
    (count as f64 * share).round() as i64
}

/// Knuth's way; small means only.
fn poisson(mean: f64, dice: &mut Dice) -> usize {
    let (limit, mut product, mut count) = ((-mean).exp(), dice.unit(), 0);
    while product > limit {
        product *= dice.unit();
        count += 1;
    }
    count
}
