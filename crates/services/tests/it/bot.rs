//! Channels that only the bot hears.

use domain::analytics::Query;
use domain::analytics::history::DailyFact;
use domain::analytics::query::Bound;
use domain::channels::Channel;
use domain::collect::connection::{Connection, Mode, Obstacle};
use domain::posts::{Counters, MediaType, Snapshot, Source};
use domain::zone::{Zone, add_days};
use fake_telegram::FakeTelegram;
use fake_telegram::scenario::{Fault, Rule, Scenario};
use jiff::civil::Date;
use services::collect::bot::{self, HeardChange, HeardPost, Refusal};
use services::collect::connection::{self, Introduced};
use services::{Viewer, analytics, audit, identity};
use store::collect::PostFacts;
use telegram::{BotApi, BotToken, bot_api};

use crate::place::{DAY_S, HOUR_S, NOW, Place, named};

const BOT: i64 = 7_654_321;
/// Administers the channel.
const ANYA: i64 = 5;
const TIMUR: i64 = 6;

const WORLD: &str = r#"
now = "2025-06-15T12:00:00Z"
[[channels]]
username = "orbit"
id = 1234
title = "Orbit"
members = 15432
[[bots]]
token = "7654321:AAmade-up_made-up_made-up"
username = "orbit_bot"
name = "Orbit bot"
admin_of = ["orbit"]
[[people]]
id = 5
first_name = "Anya"
admin_of = ["orbit"]
[[people]]
id = 6
first_name = "Timur"
"#;
const ORBIT: i64 = 1_234;

async fn place() -> (FakeTelegram, Place) {
    let telegram = FakeTelegram::start(Scenario::parse(WORLD).expect("a scenario")).await.expect("it starts");
    let mut place = Place::new().await;
    let token = BotToken::parse("7654321:AAmade-up_made-up_made-up").expect("a token");
    let api = BotApi::new(&token, Some(&telegram.http_url())).expect("an address");
    place.ctx = place.ctx.with_bot_api(Some(api));
    (telegram, place)
}

async fn viewer(place: &Place, telegram_id: i64) -> Viewer {
    identity::viewer_of_bot_chat(&place.ctx, telegram_id, "Somebody", None).await.expect("welcome")
}

/// The channel, connected by Anya now.
async fn connected(place: &Place) -> Channel {
    let anya = viewer(place, ANYA).await;
    let connected = bot::connect(&place.ctx, &anya, bot_api::chat_id(ORBIT)).await.expect("asked");
    connected.expect("connected").channel
}

async fn connection(place: &Place) -> Connection {
    let anya = viewer(place, ANYA).await;
    connection::list(&place.ctx, &anya).await.expect("listed").remove(0)
}

async fn post(place: &Place, channel: &Channel, post_id: i64) -> Option<PostFacts> {
    let mut tx = place.ctx.db.read().await.expect("tx");
    store::analytics::find_post(&mut tx, channel.id, post_id).await.expect("looked for")
}

/// The day's subscribers, joined and left.
async fn day(place: &Place, channel: &Channel, day: Date) -> Option<(Option<i64>, Option<i64>, Option<i64>)> {
    let mut tx = place.ctx.db.read().await.expect("tx");
    let days = store::collect::list_daily(&mut tx, channel.id, day, day).await.expect("days");
    let fact: DailyFact = *days.first()?;
    assert_eq!((fact.source, fact.flow_source), (Source::Measured, Source::Measured));
    Some((fact.subscribers, fact.joined, fact.left))
}

async fn version(place: &Place, channel: &Channel) -> i64 {
    let mut tx = place.ctx.db.read().await.expect("tx");
    store::analytics::data_version(&mut tx, channel.id).await.expect("a version").0
}

fn today() -> Date {
    Zone::utc().day(NOW)
}

fn said(message_id: i64, text: &str) -> HeardPost {
    HeardPost {
        message_id,
        date: NOW,
        album: None,
        media: MediaType::Text,
        forwarded: false,
        text: Some(text.to_owned()),
    }
}

fn joined(update_id: i64, at: i64, link: Option<&str>) -> HeardChange {
    let link = link.map(|link| (format!("https://t.me/+{link}"), Some(link.to_uppercase())));
    HeardChange { update_id, at, joined: true, link }
}

fn left(update_id: i64, at: i64) -> HeardChange {
    HeardChange { joined: false, ..joined(update_id, at, None) }
}

/// Telegram asks for a wait at the next call of a method.
fn wait_once(telegram: &FakeTelegram, method: &str, seconds: u32) {
    let method = Some(method.to_owned());
    let then = Fault::FloodWait(seconds);
    telegram.world.add_rule(Rule { method, dc: None, account: None, skip: 0, times: Some(1), then });
}

async fn count_members(place: &Place) {
    for connection in bot::counted(&place.ctx).await.expect("listed") {
        bot::count_members(&place.ctx, &connection).await.expect("counted");
    }
}

#[tokio::test]
async fn a_channel_is_connected_by_whoever_administers_it_as_the_bot_does() {
    let (telegram, place) = place().await;
    let (anya, timur) = (viewer(&place, ANYA).await, viewer(&place, TIMUR).await);
    let orbit = bot_api::chat_id(ORBIT);
    let connect = async |viewer: &Viewer, chat: i64| {
        let outcome = bot::connect(&place.ctx, viewer, chat).await.expect("asked");
        outcome.map(|connected| connected.is_new_connection)
    };
    assert_eq!(connect(&anya, ANYA).await, Err(Refusal::NotAChannel));
    assert_eq!(connect(&anya, bot_api::chat_id(99)).await, Err(Refusal::BotNotAdministrator), "nobody knows it");
    assert_eq!(connect(&timur, orbit).await, Err(Refusal::PersonNotAdministrator));
    assert_eq!(
        connect(&place.operator(), orbit).await,
        Err(Refusal::PersonNotAdministrator),
        "Telegram knows no operator"
    );
    let is_administrator = |is: bool| {
        let mut state = telegram.world.lock();
        let admins = &mut state.channel_named("orbit").expect("there").admins;
        if is {
            admins.insert(BOT)
        } else {
            admins.remove(&BOT)
        };
    };
    is_administrator(false);
    assert_eq!(connect(&anya, orbit).await, Err(Refusal::BotNotAdministrator));
    is_administrator(true);
    wait_once(&telegram, "bot.getchat", 1);
    assert_eq!(connect(&anya, orbit).await, Ok(true), "a short wait is waited out");
    assert_eq!(connect(&anya, orbit).await, Ok(false));
    let without = place.ctx.clone().with_bot_api(None);
    assert_eq!(bot::connect(&without, &anya, orbit).await.expect("asked").map(drop), Err(Refusal::Off));

    let channel = services::channels::find(&place.ctx, &anya, &named("orbit")).await.expect("hers");
    assert_eq!((channel.telegram_id, channel.title.as_str()), (Some(ORBIT), "Orbit"));
    assert_eq!(day(&place, &channel, today()).await, Some((Some(15_432), None, None)));
    let entries = audit::list(&place.ctx, &anya, None).await.expect("entries");
    assert_eq!((entries.len(), entries[0].action.as_str()), (1, "collect.connect"));
}

#[tokio::test]
async fn posts_are_written_for_every_workspace_that_has_the_channel_and_for_no_other() {
    let (_telegram, place) = place().await;
    let channel = connected(&place).await;
    let introduced =
        |telegram_id| Introduced { telegram_id: Some(telegram_id), username: None, title: "x".to_owned(), zone: None };
    let operator = place.operator();
    // the same channel in another workspace; there once more, but from its public page; and another channel
    let same = connection::connect(&place.ctx, &operator, &introduced(ORBIT), Mode::Bot).await.expect("connected");
    let stranger = place.stranger().await;
    let page = connection::connect(&place.ctx, &stranger, &introduced(ORBIT), Mode::Preview).await.expect("connected");
    let other = connection::connect(&place.ctx, &operator, &introduced(77), Mode::Bot).await.expect("connected");
    bot::hear_post(&place.ctx, ORBIT, &said(10, "Hello\nworld #tag")).await.expect("heard");
    for (channel, is_there) in
        [(&channel, true), (&same.channel, true), (&page.channel, false), (&other.channel, false)]
    {
        assert_eq!(post(&place, channel, 10).await.is_some(), is_there, "{channel:?}");
    }
    bot::hear_post(&place.ctx, 404, &said(1, "of a channel that nobody has")).await.expect("no error");

    let before = version(&place, &channel).await;
    bot::hear_post(&place.ctx, ORBIT, &said(10, "Hello\nworld #tag")).await.expect("told twice");
    assert_eq!(version(&place, &channel).await, before, "nothing is new");
    bot::hear_post(&place.ctx, ORBIT, &said(10, "Mended")).await.expect("edited");
    let mended = post(&place, &channel, 10).await.expect("there");
    assert_eq!((mended.text.as_deref(), mended.counters), (Some("Mended"), Counters::default()), "views are not told");
    assert!(version(&place, &channel).await > before, "open pages hear of it");
}

#[tokio::test]
async fn an_album_is_one_post_and_its_reactions_are_those_of_its_messages() {
    let (_telegram, place) = place().await;
    let channel = connected(&place).await;
    for (message_id, text) in [(20, Some("Three pictures")), (21, None), (22, None)] {
        let part = HeardPost {
            album: Some("a".to_owned()),
            media: MediaType::Photo,
            text: text.map(str::to_owned),
            ..said(message_id, "")
        };
        bot::hear_post(&place.ctx, ORBIT, &part).await.expect("heard");
    }
    let album = post(&place, &channel, 20).await.expect("there");
    assert_eq!(
        (album.media_type, album.album_size, album.text.as_deref()),
        (Some(MediaType::Album), Some(3), Some("Three pictures"))
    );
    assert!(post(&place, &channel, 21).await.is_none() && post(&place, &channel, 22).await.is_none());

    let at = NOW + HOUR_S;
    for (message_id, reactions, at) in [(20, 5, at), (20, 7, at + 60), (20, 7, at + 60), (22, 9, at + 120)] {
        bot::hear_reactions(&place.ctx, ORBIT, message_id, reactions, at).await.expect("heard");
    }
    bot::hear_reactions(&place.ctx, ORBIT, 404, 3, at).await.expect("of a post from before: no error");
    let mut tx = place.ctx.db.read().await.expect("tx");
    let readings = store::analytics::snapshots(&mut tx, channel.id, 20).await.expect("read");
    let none = store::analytics::snapshots(&mut tx, channel.id, 404).await.expect("read");
    let reading =
        |at, reactions| Snapshot { at, counters: Counters { reactions: Some(reactions), ..Counters::default() } };
    assert_eq!(readings, [reading(at, 5), reading(at + 60, 7), reading(at + 120, 9)]);
    assert_eq!(none, []);
}

#[tokio::test]
async fn who_came_and_went_counts_once_and_for_whole_days_only() {
    let (_telegram, place) = place().await;
    let channel = connected(&place).await;
    let hear = async |change: HeardChange| bot::hear_change(&place.ctx, ORBIT, &change).await.expect("heard");
    // today the bot came at noon
    hear(joined(1, NOW + 60, Some("poster"))).await;
    assert_eq!(day(&place, &channel, today()).await, Some((Some(15_432), None, None)), "not the whole day");
    let tomorrow = add_days(today(), 1);
    let noon = NOW + DAY_S;
    for change in [joined(2, noon, Some("poster")), joined(3, noon + 1, Some("advert")), joined(4, noon + 2, None)] {
        hear(change.clone()).await;
        hear(change).await;
    }
    hear(left(5, noon + 3)).await;
    assert_eq!(day(&place, &channel, tomorrow).await, Some((None, Some(3), Some(1))));

    let anya = viewer(&place, ANYA).await;
    let links = async |first: Date, last: Date| {
        let end = Bound::Day(add_days(last, 1));
        let query = Query { from: Some(Bound::Day(first)), to: Some(end), ..Query::default() };
        let growth = analytics::growth(&place.ctx, &anya, &named("orbit"), &query).await.expect("answered").data;
        growth.invite_links.into_iter().map(|link| (link.name.unwrap_or_default(), link.joined)).collect::<Vec<_>>()
    };
    assert_eq!(links(today(), tomorrow).await, [("POSTER".to_owned(), 2), ("ADVERT".to_owned(), 1)]);
    assert_eq!(links(today(), today()).await, [("POSTER".to_owned(), 1)]);
}

#[tokio::test]
async fn members_are_counted_daily_and_a_day_on_which_nobody_came_is_a_zero() {
    let (telegram, place) = place().await;
    let channel = connected(&place).await;
    let members = |members: i32| telegram.world.lock().channel_named("orbit").expect("there").members = members;
    members(15_500);
    count_members(&place).await;
    assert_eq!(day(&place, &channel, today()).await, Some((Some(15_500), None, None)), "the newest of the day");
    for (days, count) in [(1, 15_510), (2, 15_480)] {
        place.clock.advance(DAY_S);
        members(count);
        count_members(&place).await;
        let subscribers = day(&place, &channel, add_days(today(), days)).await;
        assert_eq!(subscribers, Some((Some(count.into()), None, None)));
    }
    assert_eq!(day(&place, &channel, today()).await, Some((Some(15_500), None, None)), "that day was no whole one");
    let whole = day(&place, &channel, add_days(today(), 1)).await;
    assert_eq!(whole, Some((Some(15_510), Some(0), Some(0))), "it is over, and nobody came or went");
}

#[tokio::test]
async fn rights_that_are_lost_are_noticed_and_what_happened_meanwhile_is_not_made_up() {
    let (telegram, place) = place().await;
    let channel = connected(&place).await;
    place.clock.advance(DAY_S);
    bot::hear_standing(&place.ctx, ORBIT, false).await.expect("heard");
    assert_eq!(connection(&place).await.obstacle, Some(Obstacle::NotAdministrator));
    // Telegram tells the number of a public channel to anybody
    telegram.world.lock().channel_named("orbit").expect("there").admins.remove(&BOT);
    place.clock.advance(DAY_S);
    let before = version(&place, &channel).await;
    count_members(&place).await;
    assert_eq!(connection(&place).await.obstacle, Some(Obstacle::NotAdministrator), "the number hides nothing");
    assert_eq!(day(&place, &channel, add_days(today(), 2)).await, None);
    assert_eq!(version(&place, &channel).await, before, "that is no news");

    telegram.world.lock().channel_named("orbit").expect("there").admins.insert(BOT);
    let back = place.ctx.now();
    bot::hear_standing(&place.ctx, ORBIT, true).await.expect("heard");
    let again = connection(&place).await;
    assert_eq!((again.obstacle, again.connected_at), (None, back));
    bot::hear_change(&place.ctx, ORBIT, &joined(9, back + 60, None)).await.expect("heard");
    place.clock.advance(DAY_S);
    count_members(&place).await;
    assert_eq!(day(&place, &channel, add_days(today(), 1)).await, None, "nobody knows who came on that day");
    assert_eq!(day(&place, &channel, add_days(today(), 2)).await, None, "nor on the day it came back");
    let subscribers = day(&place, &channel, add_days(today(), 3)).await;
    assert_eq!(subscribers, Some((Some(15_432), None, None)));
}

#[tokio::test]
async fn rights_that_are_lost_unheard_are_noticed_by_the_daily_count() {
    let (telegram, place) = place().await;
    let channel = connected(&place).await;
    telegram.world.lock().channel_named("orbit").expect("there").admins.remove(&BOT);
    let before = version(&place, &channel).await;
    count_members(&place).await;
    assert_eq!(connection(&place).await.obstacle, Some(Obstacle::NotAdministrator));
    assert!(version(&place, &channel).await > before, "open pages hear of it");
    wait_once(&telegram, "bot.getchatmember", 300);
    count_members(&place).await;
    assert_eq!(connection(&place).await.obstacle, Some(Obstacle::NotAdministrator), "a wait says nothing of rights");
}

#[tokio::test]
async fn a_wait_stands_in_the_way_until_its_end_is_heard() {
    let (telegram, place) = place().await;
    let connected_at = place.ctx.now();
    connected(&place).await;
    wait_once(&telegram, "bot.getchatmembercount", 300);
    count_members(&place).await;
    let waits = connection(&place).await;
    assert_eq!((waits.obstacle, waits.obstacle_until), (Some(Obstacle::FloodWait), Some(NOW + 300)));
    place.clock.advance(600);
    bot::hear_post(&place.ctx, ORBIT, &said(10, "Still here")).await.expect("heard");
    let after = connection(&place).await;
    assert_eq!((after.obstacle, after.connected_at), (None, connected_at), "nothing was missed");
}
