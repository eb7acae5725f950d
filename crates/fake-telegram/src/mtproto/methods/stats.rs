//! Official statistics: only in their data centre, only for administrators, graphs partly async.

use std::collections::BTreeMap;

use grammers_tl_types::{enums, functions, types};
use serde_json::{Value, json};

use crate::world::{Channel, Counts, Day, Forward, Post, State};

use super::{Caller, Failure, shape};

const DAY_S: i64 = 86_400;
/// Days a graph covers at most.
const DAYS_MAX: usize = 30;
/// Posts in `recent_posts_interactions`.
const RECENT_MAX: usize = 100;
/// Public forwards in one answer at most.
const FORWARDS_MAX: i32 = 100;
/// Channels with fewer posts than this get an error where a graph would be.
const POSTS_MIN: usize = 2;

/// 303 to the right data centre, then who may ask.
fn admitted<'s>(caller: &Caller<'_>, state: &'s State, input: &enums::InputChannel) -> Result<&'s Channel, Failure> {
    let account = caller.account()?;
    let channel = caller.channel(state, input)?;
    if !channel.admins.contains(&account) || !channel.stats {
        return Err(Failure::new(400, "CHAT_ADMIN_REQUIRED"));
    }
    right_centre(caller)?;
    Ok(channel)
}

fn right_centre(caller: &Caller<'_>) -> Result<(), Failure> {
    let dc = caller.centres.world.scenario.stats_dc;
    if caller.dc == dc { Ok(()) } else { Err(Failure::new(303, &format!("STATS_MIGRATE_{dc}"))) }
}

// ---- graphs ---------------------------------------------------------------------------------------------------------

/// A line of a graph: name, colour, a value for each x.
struct Series(&'static str, &'static str, Vec<f64>);

/// The JSON that official clients draw.
fn graph(x: &[i64], kind: &str, series: &[Series], more: &Value) -> String {
    let mut columns = vec![json!(std::iter::once(json!("x")).chain(x.iter().map(|x| json!(x))).collect::<Vec<_>>())];
    let (mut types, mut names, mut colors) = (json!({"x": "x"}), json!({}), json!({}));
    for (index, Series(name, color, values)) in series.iter().enumerate() {
        let id = format!("y{index}");
        let values = values.iter().map(|value| json!(value));
        columns.push(json!(std::iter::once(json!(id)).chain(values).collect::<Vec<_>>()));
        types[&id] = json!(kind);
        names[&id] = json!(name);
        colors[&id] = json!(color);
    }
    let zoom = [x.first().copied().unwrap_or_default(), x.last().copied().unwrap_or_default()];
    let mut whole = json!({
        "columns": columns, "types": types, "names": names, "colors": colors, "hidden": [],
        "subchart": {"show": true, "defaultZoom": zoom}, "strokeWidth": 2,
        "xTickFormatter": "statsFormat('day')", "xTooltipFormatter": "statsFormat('day')",
        "xRangeFormatter": "null", "yTickFormatter": "statsFormatTick", "yTooltipFormatter": "statsFormatTooltip",
    });
    if let (Some(whole), Some(more)) = (whole.as_object_mut(), more.as_object()) {
        whole.extend(more.clone());
    }
    whole.to_string()
}

/// The days that the statistics cover, oldest first; the last one is still running.
fn days(channel: &Channel, now: i64) -> Vec<&Day> {
    let known: Vec<&Day> = channel.days.iter().filter(|day| day.start <= now).collect();
    known[known.len().saturating_sub(DAYS_MAX)..].to_vec()
}

/// What all posts together gathered on each day.
fn gathered(channel: &Channel, days: &[&Day], now: i64, of: impl Fn(Counts) -> Option<i64>) -> Vec<f64> {
    let until = |post: &Post, at: i64| if at <= post.date { 0 } else { of(post.counts(at)).unwrap_or_default() };
    days.iter()
        .map(|day| {
            let end = (day.start + DAY_S).min(now);
            channel.posts.values().map(|post| until(post, end) - until(post, day.start)).sum::<i64>() as f64
        })
        .collect()
}

/// The graph of this name, or why there is none.
fn drawn(channel: &Channel, name: &str, now: i64) -> Result<String, &'static str> {
    if channel.posts.len() < POSTS_MIN {
        return Err("Not enough data to display.");
    }
    let days = days(channel, now);
    let x: Vec<i64> = days.iter().map(|day| day.start * 1_000).collect();
    let per_day = |of: fn(&Day) -> f64| -> Vec<f64> { days.iter().map(|day| of(day)).collect() };
    let views = || gathered(channel, &days, now, |counts| counts.views);
    let share = |part: f64| views().into_iter().map(|count| (count * part).round()).collect::<Vec<f64>>();
    let nothing = json!({});
    Ok(match name {
        "growth" => {
            let total = per_day(|day| day.subscribers as f64);
            graph(&x, "line", &[Series("Total followers", "BLUE#3497ED", total)], &nothing)
        }
        "followers" => {
            let joined = Series("Joined", "GREEN#4BD964", per_day(|day| day.joined as f64));
            let left = Series("Left", "RED#FE3C30", per_day(|day| day.left as f64));
            graph(&x, "line", &[joined, left], &nothing)
        }
        "mute" => {
            let on = per_day(|day| (day.subscribers as f64 * day.notifications_on.unwrap_or_default()).round());
            let off = days.iter().zip(&on).map(|(day, on)| day.subscribers as f64 - on).collect();
            let series = [Series("Unmuted", "BLUE#3497ED", on), Series("Muted", "RED#FE3C30", off)];
            graph(&x, "line", &series, &nothing)
        }
        "top_hours" => {
            // x is an hour of the day here, not a date
            let mut hours = [0.0; 24];
            for post in channel.posts.values() {
                let hour = post.date.rem_euclid(DAY_S) / 3_600;
                hours[hour as usize] += post.counts(now).views.unwrap_or_default() as f64;
            }
            let x: Vec<i64> = (0..24).collect();
            graph(&x, "line", &[Series("Views", "BLUE#3497ED", hours.to_vec())], &json!({"xTickFormatter": "null"}))
        }
        "interactions" => {
            let shares = gathered(channel, &days, now, |counts| counts.forwards);
            let series = [Series("Views", "BLUE#3497ED", views()), Series("Shares", "GOLDEN#DFAB38", shares)];
            graph(&x, "step", &series, &json!({"y_scaled": true}))
        }
        "views_by_source" => {
            let series = [
                Series("Followers", "BLUE#3497ED", share(0.62)),
                Series("URL", "GREEN#4BD964", share(0.2)),
                Series("Search", "GOLDEN#DFAB38", share(0.1)),
                Series("Other", "RED#FE3C30", share(0.08)),
            ];
            graph(&x, "bar", &series, &json!({"stacked": true}))
        }
        "new_followers_by_source" => {
            let joined = |part: f64| days.iter().map(|day| (day.joined as f64 * part).round()).collect();
            let series = [Series("URL", "BLUE#3497ED", joined(0.7)), Series("Search", "GREEN#4BD964", joined(0.3))];
            graph(&x, "bar", &series, &json!({"stacked": true}))
        }
        "languages" => {
            let series = [
                Series("Russian", "BLUE#3497ED", share(0.6)),
                Series("Uzbek", "GREEN#4BD964", share(0.3)),
                Series("English", "GOLDEN#DFAB38", share(0.1)),
            ];
            graph(&x, "area", &series, &json!({"percentage": true, "stacked": true}))
        }
        "reactions_by_emotion" => {
            let all = gathered(channel, &days, now, |counts| counts.reactions);
            let positive: Vec<f64> = all.iter().map(|count| (count * 0.8).round()).collect();
            let other = all.iter().zip(&positive).map(|(all, positive)| all - positive).collect();
            let series = [Series("Positive", "GREEN#4BD964", positive), Series("Other", "BLUE#3497ED", other)];
            graph(&x, "bar", &series, &json!({"stacked": true}))
        }
        // no instant views and no stories in this world
        _ => return Err("Not enough data to display."),
    })
}

/// The graph itself, or what stands in its place.
fn ready(channel: &Channel, name: &str, now: i64) -> enums::StatsGraph {
    match drawn(channel, name, now) {
        Ok(data) => types::StatsGraph { json: types::DataJson { data }.into(), zoom_token: None }.into(),
        Err(error) => types::StatsGraphError { error: error.to_owned() }.into(),
    }
}

/// A graph to ask for later. The token says what and since when.
fn later(caller: &Caller<'_>, channel: &Channel, name: &str) -> enums::StatsGraph {
    types::StatsGraphAsync { token: format!("{}:{name}:{}", channel.id, caller.now) }.into()
}

pub fn get_broadcast_stats(
    caller: &Caller<'_>,
    call: functions::stats::GetBroadcastStats,
) -> Result<enums::stats::BroadcastStats, Failure> {
    let state = caller.centres.world.lock();
    let channel = admitted(caller, &state, &call.channel)?;
    let now = caller.now;
    let days = days(channel, now);
    let (first, last) = (days.first(), days.last());
    let whole = |value: Option<i64>| value.unwrap_or_default() as f64;
    let pair = |current: f64, previous: f64| types::StatsAbsValueAndPrev { current, previous }.into();
    let per_post = |of: fn(Counts) -> Option<i64>| {
        let mean = |from: i64, to: i64| {
            let of: Vec<i64> = channel
                .posts
                .values()
                .filter(|post| post.service.is_none() && (from..to).contains(&post.date))
                .map(|post| of(post.counts(now)).unwrap_or_default())
                .collect();
            if of.is_empty() { 0.0 } else { of.iter().sum::<i64>() as f64 / of.len() as f64 }
        };
        pair(mean(now - 7 * DAY_S, now + 1), mean(now - 14 * DAY_S, now - 7 * DAY_S))
    };
    let subscribers = whole(last.map(|day| day.subscribers));
    let notified = last.and_then(|day| day.notifications_on).unwrap_or_default();
    let recent = channel.posts.values().rev().filter(|post| post.service.is_none()).take(RECENT_MAX);
    Ok(types::stats::BroadcastStats {
        period: types::StatsDateRangeDays {
            min_date: first.map_or(now, |day| day.start) as i32,
            max_date: last.map_or(now, |day| day.start) as i32,
        }
        .into(),
        followers: pair(subscribers, whole(first.map(|day| day.subscribers))),
        views_per_post: per_post(|counts| counts.views),
        shares_per_post: per_post(|counts| counts.forwards),
        reactions_per_post: per_post(|counts| counts.reactions),
        views_per_story: pair(0.0, 0.0),
        shares_per_story: pair(0.0, 0.0),
        reactions_per_story: pair(0.0, 0.0),
        enabled_notifications: types::StatsPercentValue { part: (subscribers * notified).round(), total: subscribers }
            .into(),
        // the first four come filled, as Telegram does it
        growth_graph: ready(channel, "growth", now),
        followers_graph: ready(channel, "followers", now),
        mute_graph: ready(channel, "mute", now),
        top_hours_graph: ready(channel, "top_hours", now),
        interactions_graph: later(caller, channel, "interactions"),
        iv_interactions_graph: later(caller, channel, "iv_interactions"),
        views_by_source_graph: later(caller, channel, "views_by_source"),
        new_followers_by_source_graph: later(caller, channel, "new_followers_by_source"),
        languages_graph: later(caller, channel, "languages"),
        reactions_by_emotion_graph: later(caller, channel, "reactions_by_emotion"),
        story_interactions_graph: later(caller, channel, "story_interactions"),
        story_reactions_by_emotion_graph: later(caller, channel, "story_reactions_by_emotion"),
        recent_posts_interactions: recent
            .map(|post| {
                let counts = post.counts(now);
                let count = |of: Option<i64>| of.unwrap_or_default() as i32;
                types::PostInteractionCountersMessage {
                    msg_id: post.id,
                    views: count(counts.views),
                    forwards: count(counts.forwards),
                    reactions: count(counts.reactions),
                }
                .into()
            })
            .collect(),
    }
    .into())
}

pub fn load_async_graph(
    caller: &Caller<'_>,
    call: functions::stats::LoadAsyncGraph,
) -> Result<enums::StatsGraph, Failure> {
    caller.account()?;
    right_centre(caller)?;
    let invalid = || Failure::new(400, "GRAPH_INVALID_RELOAD");
    let mut parts = call.token.splitn(3, ':');
    let channel: i64 = parts.next().and_then(|id| id.parse().ok()).ok_or_else(invalid)?;
    let name = parts.next().ok_or_else(invalid)?.to_owned();
    let since: i64 = parts.next().and_then(|at| at.parse().ok()).ok_or_else(invalid)?;
    if caller.now - since > caller.centres.world.scenario.graph_token_seconds {
        return Err(Failure::new(400, "GRAPH_EXPIRED_RELOAD"));
    }
    let mut state = caller.centres.world.lock();
    let polls = state.graph_polls.entry(call.token.clone()).or_default();
    *polls += 1;
    if *polls < caller.centres.world.scenario.graph_polls {
        return Ok(types::StatsGraphAsync { token: call.token }.into());
    }
    let channel = state.channels.get(&channel).ok_or_else(invalid)?;
    Ok(ready(channel, &name, caller.now))
}

/// Views of one post, hour by hour.
fn post_views(post: &Post, now: i64) -> enums::StatsGraph {
    let first = post.date.div_euclid(3_600) * 3_600;
    let hours: Vec<i64> = (0..72).map(|hour| first + hour * 3_600).filter(|at| *at <= now).collect();
    let until = |at: i64| post.counts(at.clamp(post.date, now)).views.unwrap_or_default();
    let values = hours.iter().map(|at| (until(at + 3_600) - until(*at)) as f64).collect();
    let x: Vec<i64> = hours.iter().map(|at| at * 1_000).collect();
    let data = graph(&x, "line", &[Series("Views", "BLUE#3497ED", values)], &json!({}));
    types::StatsGraph { json: types::DataJson { data }.into(), zoom_token: None }.into()
}

pub fn get_message_stats(
    caller: &Caller<'_>,
    call: functions::stats::GetMessageStats,
) -> Result<enums::stats::MessageStats, Failure> {
    let state = caller.centres.world.lock();
    let channel = admitted(caller, &state, &call.channel)?;
    let post = channel.posts.get(&call.msg_id).ok_or_else(|| Failure::new(400, "MESSAGE_ID_INVALID"))?;
    let reactions = post.reactions(caller.now);
    let reactions_by_emotion_graph = if reactions.is_empty() {
        types::StatsGraphError { error: "Not enough data to display.".to_owned() }.into()
    } else {
        let total = reactions.iter().map(|(_, count)| *count).sum::<i64>() as f64;
        let x = [post.date.div_euclid(DAY_S) * DAY_S * 1_000];
        let data = graph(&x, "bar", &[Series("Positive", "GREEN#4BD964", vec![total])], &json!({"stacked": true}));
        types::StatsGraph { json: types::DataJson { data }.into(), zoom_token: None }.into()
    };
    Ok(types::stats::MessageStats { views_graph: post_views(post, caller.now), reactions_by_emotion_graph }.into())
}

/// Forwards of a post into the world's other channels, newest first; the offset is how many were given.
pub fn get_public_forwards(
    caller: &Caller<'_>,
    call: functions::stats::GetMessagePublicForwards,
) -> Result<enums::stats::PublicForwards, Failure> {
    let state = caller.centres.world.lock();
    let origin = admitted(caller, &state, &call.channel)?.id;
    let from = |post: &Post| matches!(post.forward, Some(Forward::Channel { channel, post, .. }) if channel == origin && post == call.msg_id);
    let mut found: BTreeMap<(i64, i64, i32), (&Channel, &Post)> = BTreeMap::new();
    for channel in state.channels.values().filter(|channel| !channel.private) {
        for post in channel.posts.values().filter(|post| from(post)) {
            found.insert((-post.date, channel.id, post.id), (channel, post));
        }
    }
    let start: usize = call.offset.parse().unwrap_or_default();
    let limit = call.limit.clamp(1, FORWARDS_MAX) as usize;
    let page: Vec<&(&Channel, &Post)> = found.values().skip(start).take(limit).collect();
    let end = start + page.len();
    let chats = page.iter().flat_map(|(channel, post)| shape::mentioned(channel.id, [*post]));
    let chats = shape::chats(&caller.centres.world, &state, caller.account()?, chats);
    Ok(types::stats::PublicForwards {
        count: found.len() as i32,
        forwards: page
            .iter()
            .map(|(channel, post)| {
                types::PublicForwardMessage { message: shape::message(channel, post, caller.now) }.into()
            })
            .collect(),
        next_offset: (end < found.len()).then(|| end.to_string()),
        chats,
        users: Vec::new(),
    }
    .into())
}
