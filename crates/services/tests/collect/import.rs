//! Importing good files: what becomes of them, twice, in pieces, beside what is there.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::posts::{Counters, MediaType};
use services::collect::import::{self, ImportError, ImportRequest, Kind, Progress};
use tokio_util::sync::CancellationToken;

use crate::place::{DAILY, DAY_S, NOW, POSTS, Place, SNAPSHOTS, SOURCES};

#[tokio::test]
async fn a_posts_file_makes_a_channel_with_posts_and_one_snapshot_each() {
    let place = Place::new().await;
    let report = place
        .posts(
            "d_code,5,2025-10-01T10:00:00Z,100,2,,1,photo,\"привет, \"\"мир\"\"\n#Тег\"\nd_code,6,1761900000,,,,,,\n",
        )
        .await;
    assert_eq!((report.rows, report.inserted, report.updated, report.unchanged), (2, 2, 0, 0));
    assert_eq!(report.channels, ["d_code"]);
    let channel = place.channel("d_code").await;
    assert_eq!((channel.title.as_str(), channel.zone.as_str()), ("d_code", "UTC"));
    let post = place.post(&channel, 5).await;
    assert_eq!(post.text.as_deref(), Some("привет, \"мир\"\n#Тег"));
    assert_eq!(post.media_type, Some(MediaType::Photo));
    assert_eq!((post.date_utc, post.counted_at), (1_759_312_800, Some(NOW)));
    let counters = Counters { views: Some(100), forwards: Some(2), reactions: None, replies: Some(1) };
    assert_eq!(post.counters, counters);
    assert_eq!(place.snapshots(&channel, 5).await.len(), 1);
    let unknown = place.post(&channel, 6).await;
    assert_eq!((unknown.counters, unknown.counted_at, unknown.media_type), (Counters::default(), None, None));
    assert_eq!(place.snapshots(&channel, 6).await, []);
    assert_eq!(place.version(&channel).await, 1);
}

#[tokio::test]
async fn every_kind_imported_twice_is_imported_once() {
    let place = Place::new().await;
    let files = [
        (
            Kind::Posts,
            format!("{POSTS}a,1,1760000000,10,,,,text,x\na,2,1760000100,20,1,2,3,,\nb,1,1760000000,5,,,,,\n"),
        ),
        (Kind::Snapshots, format!("{SNAPSHOTS}a,1,1760003600,5,,,\na,1,1760007200,8,,,\nb,1,1760003600,2,,,\n")),
        (Kind::Daily, format!("{DAILY}a,2025-10-01,1000,10,5,\na,2025-10-02,1005,,,7\n")),
        (Kind::Sources, format!("{SOURCES}a,2025-10-01,followers,70\na,2025-10-01,search,30\n")),
    ];
    for (kind, content) in &files {
        let report = place.import(*kind, content).await.expect("imports");
        assert_eq!(report.inserted, report.rows, "{kind:?}");
    }
    let (a, rows) = (place.channel("a").await, place.rows().await);
    let version = place.version(&a).await;
    place.clock.advance(3600);
    for (kind, content) in &files {
        let report = place.import(*kind, content).await.expect("imports");
        assert_eq!((report.inserted, report.updated, report.unchanged), (0, 0, report.rows), "{kind:?}");
    }
    assert_eq!(place.rows().await, rows);
    assert_eq!(place.version(&a).await, version, "nothing changed, so no new version");
}

#[tokio::test]
async fn counts_that_changed_are_one_snapshot_more() {
    let place = Place::new().await;
    place.posts("a,1,1760000000,10,,,,,\na,2,1760000000,10,,,,,\n").await;
    let channel = place.channel("a").await;
    place.clock.advance(60);
    let report = place.posts("a,1,1760000000,11,,,,,\na,2,1760000000,10,,,,,\na,3,1760000000,,,,,,new\n").await;
    assert_eq!((report.inserted, report.updated, report.unchanged), (1, 1, 1));
    let taken: Vec<_> = place.snapshots(&channel, 1).await.iter().map(|s| (s.at, s.counters.views)).collect();
    assert_eq!(taken, [(NOW, Some(10)), (NOW + 60, Some(11))]);
    assert_eq!(place.snapshots(&channel, 2).await.len(), 1);
    assert_eq!(place.post(&channel, 1).await.counters.views, Some(11));
    assert_eq!(place.version(&channel).await, 2);
}

#[tokio::test]
async fn an_older_dump_does_not_turn_the_counts_back() {
    let place = Place::new().await;
    place.posts("a,1,1760000000,10,,,,,first\n").await;
    let path = place.file("older.csv", format!("{POSTS}a,1,1760000000,4,,,,,\n"));
    let older = ImportRequest { taken_at: Some(NOW - DAY_S), ..ImportRequest::new(Kind::Posts, path) };
    assert_eq!(place.run(&older).await.expect("imports").updated, 1);
    assert_eq!(place.run(&older).await.expect("imports").unchanged, 1);
    let channel = place.channel("a").await;
    let post = place.post(&channel, 1).await;
    assert_eq!((post.counters.views, post.text.as_deref()), (Some(10), Some("first")));
    assert_eq!(place.snapshots(&channel, 1).await.len(), 2);
}

#[tokio::test]
async fn the_order_of_rows_and_columns_does_not_matter() {
    let place = Place::new().await;
    let content = "text,replies,views,reactions,post_id,date_utc,channel_id,media_type,forwards\n\
        z,,3,,9,1760000900,77,,\ny,,2,,3,1760000300,77,,\nx,,1,,5,1760000500,78,,\n";
    let report = place.import(Kind::Posts, content).await.expect("imports");
    assert_eq!(report.channels, ["77", "78"]);
    let channel = place.channel("77").await;
    assert_eq!((channel.telegram_id, channel.username.as_deref()), (Some(77), None));
    assert_eq!(place.post(&channel, 3).await.text.as_deref(), Some("y"));
    // snapshots in order of time, as a collector writes them
    let snapshots = "channel_id,post_id,taken_at_utc,views,forwards,reactions,replies\n\
        77,9,1760001000,1,,,\n77,3,1760001000,1,,,\n77,9,1760002000,2,,,\n77,3,1760002000,2,,,\n";
    place.import(Kind::Snapshots, snapshots).await.expect("imports");
    let taken: Vec<_> = place.snapshots(&channel, 3).await.iter().map(|s| s.at).collect();
    assert_eq!(taken, [1_760_001_000, 1_760_002_000, NOW]);
}

#[tokio::test]
async fn windows_line_ends_and_a_byte_order_mark_are_fine() {
    let place = Place::new().await;
    let content = format!("\u{feff}{POSTS}a,1,1760000000,10,,,,text,\"two\nlines\"\na,2,1760000000,,,,,,last")
        .replace('\n', "\r\n");
    assert_eq!(place.import(Kind::Posts, content).await.expect("imports").inserted, 2);
    let channel = place.channel("a").await;
    assert_eq!(place.post(&channel, 1).await.text.as_deref(), Some("two\r\nlines"));
    assert_eq!(place.post(&channel, 2).await.text.as_deref(), Some("last"));
}

#[tokio::test]
async fn channel_title_and_zone_are_chosen_by_options() {
    let place = Place::new().await;
    let path = place.file(
        "posts.csv",
        "channel_id,post_id,date_utc,views,forwards,reactions,replies,media_type,text\n5,1,1760000000,1,,,,,\n",
    );
    let request = ImportRequest {
        channel: Some("@d_code".to_owned()),
        title: Some("Код".to_owned()),
        tz: Some("europe/moscow".to_owned()),
        ..ImportRequest::new(Kind::Posts, path)
    };
    assert_eq!(place.run(&request).await.expect("imports").channels, ["d_code"]);
    let channel = place.channel("d_code").await;
    assert_eq!((channel.telegram_id, channel.title.as_str(), channel.zone.as_str()), (Some(5), "Код", "Europe/Moscow"));
    let version = place.version(&channel).await;
    place.run(&request).await.expect("imports");
    assert_eq!(place.version(&channel).await, version);
    // a known channel takes the new zone
    let other = ImportRequest { tz: Some("Asia/Tashkent".to_owned()), ..request };
    place.run(&other).await.expect("imports");
    assert_eq!(place.channel("d_code").await.zone, "Asia/Tashkent");
}

#[tokio::test]
async fn the_same_row_twice_in_a_file_is_one_row() {
    let place = Place::new().await;
    let report = place.posts("a,1,1760000000,10,,,,,x\nA,1,1760000000,10,,,,,x\n").await;
    assert_eq!((report.rows, report.inserted, report.unchanged), (2, 1, 1));
}

#[tokio::test]
async fn a_post_may_be_a_day_ahead_of_the_clock() {
    let place = Place::new().await;
    place.posts(&format!("a,1,{},10,,,,,\n", NOW + DAY_S)).await;
    let channel = place.channel("a").await;
    assert_eq!(place.snapshots(&channel, 1).await[0].at, NOW + DAY_S, "counted at its birth, not before");
}

#[tokio::test]
async fn a_header_alone_is_a_file_without_rows() {
    let place = Place::new().await;
    let before = place.rows().await;
    assert_eq!(place.import(Kind::Posts, POSTS).await.expect("imports").rows, 0);
    assert_eq!(place.rows().await, before);
}

/// Presses Ctrl-C once that many rows are staged.
struct StopAfter {
    rows: u64,
    cancel: CancellationToken,
}

impl Progress for StopAfter {
    fn advance(&self, _: u64, _: u64, rows: u64) {
        if rows >= self.rows {
            self.cancel.cancel();
        }
    }
}

#[derive(Default)]
struct Watch {
    first_rows: AtomicU64,
    last_bytes: AtomicU64,
}

impl Progress for Watch {
    fn advance(&self, done: u64, total: u64, rows: u64) {
        assert!(done <= total);
        assert!(done >= self.last_bytes.swap(done, Ordering::SeqCst), "only forward");
        let _ = self.first_rows.compare_exchange(0, rows, Ordering::SeqCst, Ordering::SeqCst);
    }
}

/// More rows than a chunk holds, in order of time: every chunk is about every post.
fn many_snapshots() -> (String, String, u64) {
    let posts: i64 = 50;
    let rounds: i64 = 5_000;
    let mut file = POSTS.to_owned();
    for post in 1..=posts {
        file.push_str(&format!("a,{post},1750000000,,,,,,\n"));
    }
    let mut snapshots = SNAPSHOTS.to_owned();
    for round in 0..rounds {
        for post in 1..=posts {
            snapshots.push_str(&format!("a,{post},{},{},,,\n", 1_750_000_000 + round * 60, round + post));
        }
    }
    (file, snapshots, (posts * rounds) as u64)
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_leaves_the_database_as_before_and_the_next_run_continues() {
    let place = Place::new().await;
    let (posts, snapshots, total) = many_snapshots();
    place.import(Kind::Posts, posts).await.expect("imports");
    let channel = place.channel("a").await;
    let version = place.version(&channel).await;
    let request = ImportRequest::new(Kind::Snapshots, place.file("many.csv", snapshots));
    let cancel = CancellationToken::new();
    let stop = StopAfter { rows: 100_000, cancel: cancel.clone() };
    let stopped = import::run(&place.ctx, &place.viewer, &request, &stop, &cancel).await;
    let Err(ImportError::Stopped { rows }) = &stopped else { panic!("{stopped:?}") };
    assert!((100_000..total).contains(rows), "{rows}");
    assert!(stopped.unwrap_err().to_string().contains("the same command continues"));
    assert_eq!(place.snapshots(&channel, 7).await, []);
    assert_eq!(place.version(&channel).await, version);
    assert_eq!(place.channels().await.len(), 1, "what is staged is no channel");

    let watch = Watch::default();
    let report =
        import::run(&place.ctx, &place.viewer, &request, &watch, &CancellationToken::new()).await.expect("imports");
    assert_eq!((report.rows, report.inserted), (total, total));
    assert_eq!(report.continued_from, Some(watch.first_rows.load(Ordering::SeqCst)));
    assert!(report.continued_from >= Some(100_000));
    assert_eq!(place.snapshots(&channel, 7).await.len(), 5_000);
    let left: Vec<_> =
        place.rows().await.into_iter().filter(|(table, _)| table.starts_with("import") || table == "channel").collect();
    assert_eq!(left, [("channel".to_owned(), 1), ("import_run".to_owned(), 0), ("import_stage".to_owned(), 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_meanwhile_begins_anew() {
    let place = Place::new().await;
    let (posts, snapshots, total) = many_snapshots();
    place.import(Kind::Posts, posts).await.expect("imports");
    let request = ImportRequest::new(Kind::Snapshots, place.file("many.csv", &snapshots));
    let cancel = CancellationToken::new();
    let stop = StopAfter { rows: 1, cancel: cancel.clone() };
    import::run(&place.ctx, &place.viewer, &request, &stop, &cancel).await.expect_err("stopped");
    place.file("many.csv", format!("{snapshots}a,1,1750999999,9,,,\n"));
    let report = place.run(&request).await.expect("imports");
    assert_eq!((report.rows, report.continued_from), (total + 1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_continues_too() {
    kill_and_continue(&Place::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_while_rows_go_into_postgres_continues_too() {
    store::testing::on_postgres(|db| async {
        let place = Place::on(db, tempfile::tempdir().expect("a folder")).await;
        kill_and_continue(&place).await;
    })
    .await;
}

async fn kill_and_continue(place: &Place) {
    let (posts, snapshots, total) = many_snapshots();
    place.import(Kind::Posts, posts).await.expect("imports");
    let request = ImportRequest::new(Kind::Snapshots, place.file("many.csv", snapshots));
    // a dropped future is what a killed process leaves: committed chunks and nothing else
    let (sender, killed) = tokio::sync::oneshot::channel();
    struct KillAfterFirstChunk(std::sync::Mutex<Option<tokio::sync::oneshot::Sender<()>>>);
    impl Progress for KillAfterFirstChunk {
        fn advance(&self, _: u64, _: u64, rows: u64) {
            if rows > 0
                && let Some(sender) = self.0.lock().expect("lock").take()
            {
                let _ = sender.send(());
            }
        }
    }
    let progress = KillAfterFirstChunk(std::sync::Mutex::new(Some(sender)));
    let cancel = CancellationToken::new();
    tokio::select! {
        finished = import::run(&place.ctx, &place.viewer, &request, &progress, &cancel) => panic!("{finished:?}"),
        _ = killed => {}
    }
    let report = place.run(&request).await.expect("imports");
    assert_eq!((report.rows, report.inserted), (total, total));
    assert!(report.continued_from.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_with_the_same_file_import_it_once() {
    import_twice_at_once(&Place::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_with_the_same_file_import_it_once_into_postgres() {
    store::testing::on_postgres(|db| async {
        let place = Place::on(db, tempfile::tempdir().expect("a folder")).await;
        import_twice_at_once(&place).await;
    })
    .await;
}

async fn import_twice_at_once(place: &Place) {
    let (posts, snapshots, total) = many_snapshots();
    place.import(Kind::Posts, posts).await.expect("imports");
    let request = ImportRequest::new(Kind::Snapshots, place.file("many.csv", snapshots));
    let (one, two) = tokio::join!(place.run(&request), place.run(&request));
    for outcome in [&one, &two] {
        assert!(matches!(outcome, Ok(_) | Err(ImportError::Elsewhere)), "{outcome:?}");
    }
    // whoever gave way may simply do it again
    let again = place.run(&request).await.expect("imports");
    assert_eq!((again.rows, again.inserted + again.unchanged), (total, total));
    let channel = place.channel("a").await;
    let mut tx = place.ctx.db.read().await.expect("tx");
    let counts = store::channels::counts(&mut tx, channel.id).await.expect("counts");
    assert_eq!((counts.posts, counts.snapshots), (50, total as i64));
}

#[tokio::test]
async fn runs_that_nobody_continues_are_forgotten() {
    let place = Place::new().await;
    let request = ImportRequest::new(Kind::Posts, place.file("a.csv", format!("{POSTS}a,1,1760000000,1,,,,,\n")));
    let cancel = CancellationToken::new();
    cancel.cancel();
    import::run(&place.ctx, &place.viewer, &request, &(), &cancel).await.expect_err("stopped");
    assert!(place.rows().await.contains(&("import_run".to_owned(), 1)));
    place.clock.advance(8 * DAY_S);
    place.posts("b,1,1760000000,1,,,,,\n").await;
    assert!(place.rows().await.contains(&("import_run".to_owned(), 0)));
}

#[tokio::test]
async fn bad_rows_are_skipped_into_a_file_with_the_reason() {
    let place = Place::new().await;
    let bad = place.path("bad.csv");
    let content = [
        POSTS.as_bytes(),
        b"a,1,1760000000,10,,,,text,good\n",
        b"a,2,1760000000,ten,,,,text,\"bad, views\"\n",
        b"a,3,1760000000,1,,,,text,\xff\xfe\n",
        b"a,1,1760000000,11,,,,text,good\n",
        b"a,4,1760000000\n",
        b"a,5,1760000000,5,,,,,good too\n",
    ]
    .concat();
    let request = ImportRequest {
        skip_bad_rows: Some(bad.clone()),
        ..ImportRequest::new(Kind::Posts, place.file("posts.csv", content))
    };
    let report = place.run(&request).await.expect("imports");
    assert_eq!((report.rows, report.inserted, report.skipped), (6, 2, 4));
    let mut written = csv::ReaderBuilder::new().flexible(true).from_path(&bad).expect("readable");
    assert_eq!(written.byte_headers().expect("a header").iter().next_back(), Some(&b"problem"[..]));
    let rows: Vec<_> = written.byte_records().map(|row| row.expect("a row")).collect();
    let lines: Vec<_> = rows.iter().map(|row| String::from_utf8_lossy(&row[row.len() - 2]).into_owned()).collect();
    assert_eq!(lines, ["3", "4", "5", "6"]);
    assert_eq!(&rows[0][8], b"bad, views");
    assert_eq!(&rows[1][8], b"\xff\xfe");
    assert!(
        String::from_utf8_lossy(rows[0].iter().next_back().expect("a cell")).contains("column views, value \"ten\"")
    );
    assert!(String::from_utf8_lossy(rows[2].iter().next_back().expect("a cell")).contains("line 2"));
}

#[tokio::test]
async fn two_workspaces_have_a_channel_each() {
    let place = Place::new().await;
    place.posts("a,1,1760000000,10,,,,,\n").await;
    let mut tx = place.ctx.db.write().await.expect("tx");
    let other = store::identity::insert_workspace(&mut tx, "other", NOW).await.expect("a workspace");
    tx.commit().await.expect("commit");
    let viewer = services::Viewer::Operator { workspace: other.id };
    let request = ImportRequest::new(Kind::Posts, place.file("b.csv", format!("{POSTS}a,1,1760000000,99,,,,,\n")));
    let report = import::run(&place.ctx, &viewer, &request, &(), &CancellationToken::new()).await.expect("imports");
    assert_eq!(report.inserted, 1);
    let channel = place.channel("a").await;
    assert_eq!(place.post(&channel, 1).await.counters.views, Some(10));
}

#[tokio::test]
async fn an_import_works_on_postgres_too() {
    store::testing::on_postgres(|db| async {
        let place = Place::on(db, tempfile::tempdir().expect("a folder")).await;
        every_kind(&place).await;
    })
    .await;
}

async fn every_kind(place: &Place) {
    place.posts("a,1,1760000000,10,,,,text,x\na,2,1760000100,20,1,2,3,,\n").await;
    for _ in 0..2 {
        place
            .import(Kind::Snapshots, format!("{SNAPSHOTS}a,1,1760003600,5,,,\na,2,1760007200,8,,,\n"))
            .await
            .expect("imports");
        place.import(Kind::Daily, format!("{DAILY}a,2025-10-01,1000,10,5,\n")).await.expect("imports");
        place.import(Kind::Sources, format!("{SOURCES}a,2025-10-01,search,30\n")).await.expect("imports");
        place.posts("a,1,1760000000,10,,,,text,x\na,2,1760000100,20,1,2,3,,\n").await;
    }
    let channel = place.channel("a").await;
    assert_eq!(place.snapshots(&channel, 1).await.len(), 2);
    let error = place.import(Kind::Posts, format!("{POSTS}b,1,x,,,,,,\n")).await.expect_err("refused").to_string();
    assert!(error.contains("line 2, column date_utc, value \"x\""), "{error}");
    assert_eq!(place.channels().await.len(), 1);
}
