//! What on the dashboard asks to be looked at: only what the numbers say, each rule with its threshold by name.

use domain::analytics::curve::title;
use domain::analytics::posts::{against_usual, in_window};
use domain::analytics::{Dataset, Window};
use domain::screens::Attention;
use domain::zone::{Zone, days_between};

const HOUR_S: i64 = 3600;

/// A collector reads old posts once a day; an hour more, and it is late.
const STALE_AFTER_H: i64 = 25;
/// Telegram's daily statistics come a day late.
const DAILY_FACTS_OLD_AFTER_DAYS: i64 = 2;
/// One bad day is noise.
const FALLING_DAYS: usize = 3;
/// A channel that posts daily and then does not.
const QUIET_AFTER_DAYS: i64 = 3;
/// Below this age a few hundred views decide, so nothing is said.
const YOUNG_FROM_H: f64 = 2.0;
/// After this age a post is no news.
const YOUNG_UNTIL_H: f64 = 72.0;
/// About one post in twenty is above.
const ABOVE: f64 = 1.6;
const BELOW: f64 = 0.55;
/// Posts named at most, so that the list stays a list.
const POSTS_MAX: usize = 3;

/// Most urgent first. `now` in unix seconds.
pub(super) fn attention(data: &Dataset, window: &Window, now: i64) -> Vec<Attention> {
    let mut found: Vec<Attention> = [
        stale_numbers(data, now),
        subscribers_falling(data),
        quiet(data, now),
        unmeasured(data, window),
        no_subscribers(data),
        daily_facts_old(data, now),
    ]
    .into_iter()
    .flatten()
    .chain(unusual_posts(data))
    .collect();
    found.sort_by_key(Attention::rank);
    found
}

fn stale_numbers(data: &Dataset, now: i64) -> Option<Attention> {
    let as_of = data.as_of?;
    let hours = (now - as_of) / HOUR_S;
    (hours >= STALE_AFTER_H).then_some(Attention::StaleNumbers { as_of, hours })
}

fn no_subscribers(data: &Dataset) -> Option<Attention> {
    data.daily.iter().all(|fact| fact.subscribers.is_none()).then_some(Attention::NoSubscribers)
}

fn daily_facts_old(data: &Dataset, now: i64) -> Option<Attention> {
    let day = data.daily.last()?.day;
    let days = days_between(day, Zone::utc().day(now));
    // where the numbers as a whole are old, that is said instead
    let fresh = data.as_of.is_some_and(|as_of| now - as_of < STALE_AFTER_H * HOUR_S);
    (fresh && days > DAILY_FACTS_OLD_AFTER_DAYS).then_some(Attention::DailyFactsOld { day, days })
}

fn subscribers_falling(data: &Dataset) -> Option<Attention> {
    let nets: Vec<i64> =
        data.daily.iter().rev().map_while(|fact| Some(fact.joined? - fact.left?)).take_while(|net| *net < 0).collect();
    (nets.len() >= FALLING_DAYS)
        .then(|| Attention::SubscribersFalling { days: nets.len() as i64, net: nets.iter().sum() })
}

fn quiet(data: &Dataset, now: i64) -> Option<Attention> {
    let newest = *data.posts.date_utc.last()?;
    // a channel imported years ago is not "quiet" but old: its numbers are stale
    let seen = data.as_of.unwrap_or(newest).min(now);
    let days = (seen - newest) / (24 * HOUR_S);
    (days >= QUIET_AFTER_DAYS).then_some(Attention::Quiet { days })
}

fn unmeasured(data: &Dataset, window: &Window) -> Option<Attention> {
    let measured24 = &data.measured[data.ages_h.iter().position(|h| *h == 24)?];
    let old_enough = |index: &usize| data.as_of.is_some_and(|as_of| data.posts.date_utc[*index] + 24 * HOUR_S <= as_of);
    let old: Vec<usize> = in_window(data, window).filter(old_enough).collect();
    let without = old.iter().filter(|index| measured24[**index].is_none()).count();
    (without * 2 > old.len()).then_some(Attention::Unmeasured { posts: without as u64, of: old.len() as u64 })
}

fn unusual_posts(data: &Dataset) -> impl Iterator<Item = Attention> {
    let newest_first = (0..data.posts.len()).rev();
    newest_first.filter_map(|index| unusual_post(data, index)).take(POSTS_MAX)
}

fn unusual_post(data: &Dataset, index: usize) -> Option<Attention> {
    let age_h = (data.as_of? - data.posts.date_utc[index]) as f64 / HOUR_S as f64;
    if !(YOUNG_FROM_H..=YOUNG_UNTIL_H).contains(&age_h) {
        return None;
    }
    let against = against_usual(data, index)?;
    let (post_id, title) = (data.posts.post_id[index], title(&data.posts.text[index]));
    if against.ratio >= ABOVE {
        Some(Attention::PostAbove { post_id, title, against })
    } else if against.ratio <= BELOW {
        Some(Attention::PostBelow { post_id, title, against })
    } else {
        None
    }
}
