//! `/stats`.

use std::path::PathBuf;

use domain::analytics::history::DailyFact;
use domain::channels::Channel;
use domain::posts::{Counters, MediaType, Snapshot, Source};
use domain::zone::{Zone, add_days};
use serde_json::Value;
use store::collect::{PostFacts, Series};

use crate::stage::{ANYA, NOW, Stage, TIMUR, bot_of, buttons, text};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;

/// Draws charts on the server.
fn bundle() -> String {
    let site = std::env::var_os("ANALYTICBOT_SITE")
        .expect("ANALYTICBOT_SITE is not set: it names the built site; `./dev test` builds it and sets it");
    let path = PathBuf::from(site).join("pkg/charts-render.js");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A post a day, 1,000 views in its first day and ten more each day than the day before; fifty more subscribers a day.
async fn fill(stage: &Stage, channel: &Channel) {
    let today = Zone::utc().day(NOW);
    let mut tx = stage.ctx.db.write().await.expect("tx");
    for day in 0..20 {
        let (post_id, date_utc) = (day + 1, NOW - (21 - day) * DAY_S);
        let counters = |views| Counters { views: Some(views), ..Counters::default() };
        let views = 1_000 + day * 10;
        let snapshots = [(12 * HOUR_S, views / 2), (24 * HOUR_S, views), (36 * HOUR_S, views + 20)]
            .map(|(age, views)| Snapshot { at: date_utc + age, counters: counters(views) });
        let post = PostFacts {
            post_id,
            date_utc,
            counters: Counters::default(),
            counted_at: None,
            media_type: Some(MediaType::Text),
            album_size: None,
            forwarded: None,
            source: Source::Measured,
            text: Some(format!("Post {post_id}")),
        };
        store::collect::upsert_posts(&mut tx, channel.id, &[post]).await.expect("a post");
        let series = Series { post_id, snapshots: snapshots.to_vec() };
        store::collect::merge_snapshots(&mut tx, channel.id, &[series]).await.expect("readings");
    }
    let days: Vec<DailyFact> = (0..25)
        .map(|ago| DailyFact {
            subscribers: Some(5_000 - ago * 50),
            ..DailyFact::told_by(Source::Measured, add_days(today, -ago))
        })
        .collect();
    store::collect::upsert_daily(&mut tx, channel.id, &days).await.expect("days");
    store::collect::bump(&mut tx, channel.id, NOW).await.expect("a version");
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn numbers_with_what_they_mean_how_they_changed_and_a_picture() {
    let mut stage = Stage::quiet().await;
    stage.ctx = stage.ctx.clone().with_charts(bundle());
    stage.start();
    let channel = stage.connected(ANYA, 900, "space").await;
    fill(&stage, &channel).await;

    let week = stage.ask(ANYA, "/stats").await;
    let says = text(&week);
    assert!(says.starts_with("Channel space, last 7 days, against as many days before"), "{says}");
    for line in [
        " subscribers (+",
        " views a post in its first 24 hours (+",
        " of subscribers reached by a post in 24 hours",
        " posts",
    ] {
        assert!(says.contains(line), "{line}: {says}");
    }
    let (width, height) = png_size(&stage, &week);
    assert_eq!((width, height), (1_200, 630));
    let rows = buttons(&week);
    let days =
        [("7 days", "s:7:space"), ("30 days", "s:30:space")].map(|(text, data)| (text.to_owned(), data.to_owned()));
    assert_eq!(rows[0], days);
    assert_eq!(rows[1], [("Open the app".to_owned(), "https://app.example/?tgWebAppStartParam=c-space".to_owned())]);

    let month = stage.press(ANYA, &week, "s:30:space").await;
    assert!(text(&month).starts_with("Channel space, last 30 days"), "{month}");
    png_size(&stage, &month);
    // a link to the channel, and the command with a name, lead to the same
    for asked in ["/start c-space", "/stats @space", "/stats@orbit_bot space"] {
        assert_eq!(text(&stage.ask(ANYA, asked).await), says, "{asked}");
    }
    let others = stage.ask(TIMUR, "/stats @space").await;
    assert!(text(&others).starts_with("Среди ваших каналов такого нет."), "{others}");
    stage.end().await;
}

#[tokio::test]
async fn what_is_not_known_is_said_instead_of_a_zero_and_of_several_channels_one_is_chosen() {
    let stage = Stage::new().await;
    stage.connected(ANYA, 900, "space").await;
    let empty = stage.ask(ANYA, "/stats").await;
    for says in ["Subscribers: not known yet.", "Reach: not known yet.", "Share of subscribers reached: not known yet."]
    {
        assert!(text(&empty).contains(says), "{says}: {empty}");
    }
    assert!(empty["photo"].is_null(), "there is nothing to draw");
    stage.connected(ANYA, 901, "comet").await;
    let choice = stage.ask(ANYA, "/stats").await;
    assert_eq!(text(&choice), "Your 2 channels");
    let numbers = stage.press(ANYA, &choice, "s:7:comet").await;
    assert!(text(&numbers).starts_with("Channel comet, last 7 days"), "{numbers}");
    stage.end().await;
}

/// Of the picture that Telegram was sent.
fn png_size(stage: &Stage, message: &Value) -> (u32, u32) {
    let id = message["photo"][0]["file_id"].as_str().unwrap_or_else(|| panic!("no picture: {message}"));
    let bytes = bot_of(&stage.telegram.world.lock()).files[id].clone();
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "no PNG");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}
