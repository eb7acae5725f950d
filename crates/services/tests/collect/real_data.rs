//! Four real channels, where `ANALYTICBOT_REAL_DATA` names their folder.

use std::collections::HashMap;

use services::collect::import::{ImportRequest, Kind, parse_instant};

use crate::place::{Place, real_data};

/// 2026-01-01: after all of them were collected.
const LATER: i64 = 1_767_225_600;

#[tokio::test(flavor = "multi_thread")]
async fn four_real_channels_are_imported_twice_as_once() {
    let Some(folder) = real_data() else {
        eprintln!("ANALYTICBOT_REAL_DATA is not set: nothing to import");
        return;
    };
    let folder = folder.join("channels");
    let times = std::fs::read_to_string(folder.join("collection_times.json")).expect("collection times");
    let times: HashMap<String, HashMap<String, String>> = serde_json::from_str(&times).expect("JSON");
    let place = Place::new().await;
    place.clock.advance(LATER - place.ctx.now());
    for (name, tz, posts, with_views) in [
        ("d_code", "Europe/Moscow", 985, 985),
        ("mosrutop", "Europe/Moscow", 502, 502),
        ("nevacomputer", "Africa/Addis_Ababa", 623, 623),
        ("bbcbreaking", "Europe/London", 1925, 1925),
    ] {
        let taken_at = parse_instant(&times[name]["not_before"], LATER).expect("an instant");
        let request = ImportRequest {
            tz: Some(tz.to_owned()),
            taken_at: Some(taken_at),
            ..ImportRequest::new(Kind::Posts, folder.join(format!("{name}.csv")))
        };
        let report = place.run(&request).await.expect("imports");
        assert_eq!((report.rows, report.inserted), (posts, posts), "{name}");
        let channel = place.channel(name).await;
        let version = place.version(&channel).await;
        let mut tx = place.ctx.db.read().await.expect("tx");
        let counts = store::channels::counts(&mut tx, channel.id).await.expect("counts");
        assert_eq!((counts.posts, counts.snapshots), (posts as i64, with_views), "{name}");
        assert_eq!(store::analytics::as_of(&mut tx, channel.id).await.expect("as of"), Some(taken_at));
        let mut file = csv::Reader::from_path(folder.join(format!("{name}.csv"))).expect("readable");
        let stored =
            store::collect::list_posts(&mut tx, channel.id, i64::MIN, i64::MAX, None, 5000).await.expect("posts");
        let stored: HashMap<_, _> = stored.into_iter().map(|post| (post.post_id, post)).collect();
        for row in file.records() {
            let row = row.expect("a row");
            let post = &stored[&row[1].parse().expect("an id")];
            assert_eq!(post.date_utc, parse_instant(&row[2], LATER).expect("an instant"));
            assert_eq!(post.counters.views.map(|views| views.to_string()).unwrap_or_default(), row[3]);
            assert_eq!(post.text.as_deref().unwrap_or_default(), &row[8]);
        }
        drop(tx);
        let again = place.run(&request).await.expect("imports");
        assert_eq!((again.inserted, again.updated, again.unchanged), (0, 0, posts), "{name}");
        assert_eq!(place.version(&channel).await, version, "{name}");
    }
    assert_eq!(place.channels().await.len(), 4);
}
