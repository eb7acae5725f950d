//! What is exported is what the import reads back.

use domain::analytics::query::Bound;
use domain::channels::ChannelRef;
use services::collect::export::{self, Format, Range};
use services::collect::import::Kind;

use crate::place::{DAILY, POSTS, Place};

const ROWS: &str = "a,5,2025-10-01T10:00:00Z,100,2,,1,photo,\"привет, \"\"мир\"\"\r\n#Тег\"\n\
    a,6,2025-10-02T10:00:00Z,,,,,,\na,7,2025-10-03T10:00:00Z,7,0,0,0,text, spaces stay \n";

async fn posts(place: &Place, range: &Range, format: Format) -> String {
    let mut out = Vec::new();
    let channel = ChannelRef::parse("a");
    export::posts(&place.ctx, &place.viewer, &channel, range, format, &mut out).await.expect("exports");
    String::from_utf8(out).expect("UTF-8")
}

#[tokio::test]
async fn posts_come_back_as_they_went() {
    let place = Place::new().await;
    place.posts(ROWS).await;
    let text = posts(&place, &Range::default(), Format::Csv).await;
    assert_eq!(
        text,
        format!("{POSTS}{ROWS}")
            .replace(" spaces stay ", "\" spaces stay \"")
            .replace("\" spaces stay \"", " spaces stay ")
    );
    place.clock.advance(3600);
    let report = place.import(Kind::Posts, &text).await.expect("imports");
    assert_eq!((report.unchanged, report.rows), (3, 3));
    let elsewhere = Place::new().await;
    elsewhere.import(Kind::Posts, &text).await.expect("imports");
    assert_eq!(posts(&elsewhere, &Range::default(), Format::Csv).await, text);
}

#[tokio::test]
async fn days_are_the_channels_days_unless_a_zone_is_named() {
    let place = Place::new().await;
    place
        .posts("a,1,2025-10-01T20:00:00Z,,,,,,\na,2,2025-10-01T21:00:00Z,,,,,,\na,3,2025-10-02T21:00:00Z,,,,,,\n")
        .await;
    let day = |day: i8| Some(Bound::Day(jiff::civil::date(2025, 10, day)));
    let ids = |text: String| {
        text.lines().skip(1).map(|line| line.split(',').nth(1).expect("an id").to_owned()).collect::<Vec<_>>()
    };
    let utc = Range { from: day(2), to: day(3), tz: None };
    assert_eq!(ids(posts(&place, &utc, Format::Csv).await), ["3"]);
    let moscow = Range { tz: Some("Europe/Moscow".to_owned()), ..utc };
    assert_eq!(ids(posts(&place, &moscow, Format::Csv).await), ["2"]);
    let instants = Range { from: Some(Bound::Instant(1_759_352_400)), to: None, tz: None };
    assert_eq!(ids(posts(&place, &instants, Format::Csv).await), ["2", "3"]);
}

#[tokio::test]
async fn json_has_the_columns_as_fields() {
    let place = Place::new().await;
    place.posts(ROWS).await;
    let rows: serde_json::Value =
        serde_json::from_str(&posts(&place, &Range::default(), Format::Json).await).expect("JSON");
    assert_eq!(rows.as_array().expect("a list").len(), 3);
    assert_eq!(
        rows[0],
        serde_json::json!({"channel": "a", "post_id": 5, "date_utc": 1_759_312_800, "views": 100, "forwards": 2, "reactions": null, "replies": 1, "media_type": "photo", "text": "привет, \"мир\"\r\n#Тег"})
    );
    let none = Range { from: Some(Bound::Instant(1_900_000_000)), ..Range::default() };
    assert_eq!(posts(&place, &none, Format::Json).await, "[]\n");
    assert_eq!(posts(&place, &none, Format::Csv).await, POSTS);
}

#[tokio::test]
async fn daily_facts_come_back_as_they_went() {
    let place = Place::new().await;
    place.posts("a,1,1760000000,,,,,,\n").await;
    let rows = "a,2025-10-01,1000,10,5,\na,2025-10-02,,,,7\na,2025-10-03,1007,,,\n";
    place.import(Kind::Daily, format!("{DAILY}{rows}")).await.expect("imports");
    let channel = ChannelRef::parse("a");
    let mut out = Vec::new();
    let written = export::daily(&place.ctx, &place.viewer, &channel, &Range::default(), Format::Csv, &mut out)
        .await
        .expect("exports");
    assert_eq!((written, String::from_utf8(out).expect("UTF-8")), (3, format!("{DAILY}{rows}")));
    let mut out = Vec::new();
    let range = Range {
        from: Some(Bound::Day(jiff::civil::date(2025, 10, 2))),
        to: Some(Bound::Day(jiff::civil::date(2025, 10, 3))),
        tz: None,
    };
    export::daily(&place.ctx, &place.viewer, &channel, &range, Format::Json, &mut out).await.expect("exports");
    let rows: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    assert_eq!(
        rows,
        serde_json::json!([{"channel": "a", "day": "2025-10-02", "subscribers": null, "joined": null, "left": null, "notifications_on": 7}])
    );
}
