//! Files that are refused: each with a sentence that names what is wrong and the way out, and the database as before.

use std::path::PathBuf;

use domain::identity::Role;
use services::Viewer;
use services::collect::import::{self, ImportError, ImportRequest, Kind, Progress};
use store::{Db, Settings};
use tokio_util::sync::CancellationToken;

use crate::place::{DAILY, DAY_S, NOW, POSTS, Place, SNAPSHOTS, SOURCES};

/// The refusal of a file, after which nothing is different.
async fn refused(kind: Kind, content: impl AsRef<[u8]>) -> String {
    let place = Place::new().await;
    place.posts("known,1,1760000000,10,,,,text,x\n").await;
    let before = place.rows().await;
    let error = place.import(kind, content).await.expect_err("refused");
    assert_eq!(place.rows().await, before, "after {error}");
    assert_eq!(place.channels().await.len(), 1);
    error.to_string()
}

/// The refusal of one bad row among good ones, which is on line 3.
async fn refused_row(kind: Kind, row: impl AsRef<[u8]>) -> String {
    let (header, good) = match kind {
        Kind::Posts => (POSTS, "known,2,1760000000,10,,,,text,x\n"),
        Kind::Snapshots => (SNAPSHOTS, "known,1,1760000001,10,,,\n"),
        Kind::Daily => (DAILY, "known,2025-10-01,1,,,\n"),
        Kind::Sources => (SOURCES, "known,2025-10-01,search,1\n"),
    };
    let error = refused(kind, [header.as_bytes(), good.as_bytes(), row.as_ref(), b"\n"].concat()).await;
    assert!(error.contains("1 bad row in a file of") && error.contains("line 3"), "{error}");
    assert!(error.contains("--skip-bad-rows FILE"), "{error}");
    error
}

async fn assert_cell(kind: Kind, row: &str, column: &str, value: &str, expected: &str) {
    let error = refused_row(kind, row).await;
    let wanted = format!("line 3, column {column}, value {value:?}: expected {expected}");
    assert!(error.contains(&wanted), "{error}\nwanted: {wanted}");
}

#[tokio::test]
async fn a_count_that_is_no_number() {
    assert_cell(Kind::Posts, "known,3,1760000000,many,,,,,", "views", "many", "a whole number from 0").await;
    assert_cell(Kind::Snapshots, "known,1,1760000002,1.5,,,", "views", "1.5", "a whole number from 0").await;
    assert_cell(Kind::Daily, "known,2025-10-02,9.15K,,,", "subscribers", "9.15K", "a whole number from 0").await;
    assert_cell(Kind::Sources, "known,2025-10-02,search,?", "views", "?", "a whole number from 0").await;
}

#[tokio::test]
async fn a_negative_count() {
    assert_cell(Kind::Posts, "known,3,1760000000,1,-2,,,,", "forwards", "-2", "a whole number from 0").await;
    assert_cell(Kind::Daily, "known,2025-10-02,1,,-5,", "left", "-5", "a whole number from 0").await;
}

#[tokio::test]
async fn a_number_that_does_not_fit() {
    let big = "9223372036854775808";
    assert_cell(Kind::Posts, &format!("known,3,1760000000,{big},,,,,"), "views", big, "a whole number").await;
    assert_cell(Kind::Posts, &format!("known,{big},1760000000,1,,,,,"), "post_id", big, "a whole number from 1").await;
    assert_cell(Kind::Posts, &format!("known,3,{big},1,,,,,"), "date_utc", big, "an instant").await;
}

#[tokio::test]
async fn a_date_that_is_none() {
    assert_cell(Kind::Posts, "known,3,01.11.2025,1,,,,,", "date_utc", "01.11.2025", "an instant").await;
    assert_cell(Kind::Snapshots, "known,1,,1,,,", "taken_at_utc", "", "an instant").await;
    assert_cell(Kind::Daily, "known,2025-02-30,1,,,", "day", "2025-02-30", "a day such as").await;
}

#[tokio::test]
async fn a_date_more_than_a_day_ahead() {
    let later = NOW + DAY_S + 1;
    assert_cell(
        Kind::Posts,
        &format!("known,3,{later},1,,,,,"),
        "date_utc",
        &later.to_string(),
        "a date that has come",
    )
    .await;
    assert_cell(
        Kind::Snapshots,
        &format!("known,1,{later},1,,,"),
        "taken_at_utc",
        &later.to_string(),
        "a date that has come",
    )
    .await;
    assert_cell(Kind::Daily, "known,2025-11-03,1,,,", "day", "2025-11-03", "a date that has come").await;
    let milliseconds = (NOW * 1000).to_string();
    assert_cell(
        Kind::Posts,
        &format!("known,3,{milliseconds},1,,,,,"),
        "date_utc",
        &milliseconds,
        "a date that has come: at most a day after now, in unix seconds (not milliseconds)",
    )
    .await;
}

#[tokio::test]
async fn a_media_type_nobody_knows() {
    assert_cell(
        Kind::Posts,
        "known,3,1760000000,1,,,,hologram,",
        "media_type",
        "hologram",
        "one of text, photo, video",
    )
    .await;
}

#[tokio::test]
async fn a_text_that_is_not_utf8() {
    let error = refused_row(Kind::Posts, b"known,3,1760000000,1,,,,text,\xcf\xf0\xe8\xe2\xe5\xf2").await;
    assert!(error.contains("line 3, column text, value") && error.contains("UTF-8"), "{error}");
}

#[tokio::test]
async fn a_channel_without_a_name() {
    assert_cell(Kind::Posts, ",3,1760000000,1,,,,,", "channel", "", "a channel's name").await;
    let error =
        refused(Kind::Daily, "channel_id,day,subscribers,joined,left,notifications_on\n-100123,2025-10-01,1,,,\n")
            .await;
    assert!(error.contains("line 2, column channel_id, value \"-100123\""), "{error}");
}

#[tokio::test]
async fn a_row_with_too_few_or_too_many_cells() {
    let error =
        refused(Kind::Posts, format!("{POSTS}a,1,1760000000\na,2,1760000000,1,,,,,x,y\na,3,1760000000,1,,,,,\n")).await;
    assert!(error.contains("2 bad rows") && error.contains("line 2: 3 cells where the header has 9\n"), "{error}");
    assert!(error.contains("line 3: 10 cells where the header has 9"), "{error}");
}

#[tokio::test]
async fn a_file_cut_in_the_middle() {
    let error = refused(Kind::Posts, format!("{POSTS}a,1,1760000000,1,,,,,x\na,2,17600")).await;
    assert!(error.contains("line 3: 3 cells where the header has 9; the file seems to be cut off"), "{error}");
    let error = refused(Kind::Posts, format!("{POSTS}a,1,1760000000,1,,,,,x\na,2,1760000000,1,,,,,\"some te")).await;
    assert!(
        error.contains("line 3: a quote (\") opened on line 3 is never closed: the file seems to be cut off"),
        "{error}"
    );
}

#[tokio::test]
async fn a_quote_that_is_not_doubled() {
    let error = refused_row(Kind::Posts, "known,3,1760000000,1,,,,,\"so \"called\" news\"").await;
    assert!(error.contains("column text") && error.contains("a comma after the closing quote"), "{error}");
}

#[tokio::test]
async fn a_row_without_an_end() {
    let error = refused(Kind::Posts, format!("{POSTS}a,1,1760000000,1,,,,,\"{}", "x".repeat(5 << 20))).await;
    assert!(error.contains("begins on line 2 has no end within 4 MiB"), "{error}");
}

#[tokio::test]
async fn the_same_post_with_other_values() {
    assert_cell(
        Kind::Posts,
        "known,2,1760000000,11,,,,text,x",
        "post_id",
        "2",
        "the same values as line 2 has for this post",
    )
    .await;
    assert_cell(
        Kind::Snapshots,
        "known,1,1760000001,11,,,",
        "taken_at_utc",
        "post 1 at 1760000001",
        "the same values as line 2 has",
    )
    .await;
    assert_cell(
        Kind::Daily,
        "known,2025-10-01,2,,,",
        "day",
        "2025-10-01",
        "the same values as line 2 has for this day",
    )
    .await;
    assert_cell(
        Kind::Sources,
        "known,2025-10-01,search,2",
        "source",
        "search on 2025-10-01",
        "the same values as line 2 has",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_post_with_other_values_far_apart() {
    let mut content = POSTS.to_owned();
    for post in 1..=150_000 {
        content.push_str(&format!("a,{post},1760000000,1,,,,,\n"));
    }
    content.push_str("a,77,1760000000,2,,,,,\n");
    let error = refused(Kind::Posts, content).await;
    assert!(
        error.contains("line 150002, column post_id, value \"77\": expected the same values as line 78 has"),
        "{error}"
    );
}

#[tokio::test]
async fn an_unknown_channel() {
    let error = refused(Kind::Snapshots, format!("{SNAPSHOTS}nobody,1,1760000001,10,,,\n")).await;
    assert!(
        error.contains(
            "line 2, column channel, value \"nobody\": expected a channel of this workspace: import its posts first"
        ),
        "{error}"
    );
    refused(Kind::Daily, format!("{DAILY}nobody,2025-10-01,10,,,\n")).await;
    refused(Kind::Sources, format!("{SOURCES}nobody,2025-10-01,search,10\n")).await;
}

#[tokio::test]
async fn a_channel_of_another_workspace_is_unknown() {
    let place = Place::new().await;
    place.posts("known,1,1760000000,10,,,,text,x\n").await;
    let mut tx = place.ctx.db.write().await.expect("tx");
    let other = store::identity::insert_workspace(&mut tx, "other", NOW).await.expect("a workspace");
    tx.commit().await.expect("commit");
    let viewer = Viewer::Operator { workspace: other.id };
    let request = ImportRequest::new(Kind::Daily, place.file("d.csv", format!("{DAILY}known,2025-10-01,10,,,\n")));
    let error = import::run(&place.ctx, &viewer, &request, &(), &CancellationToken::new()).await.expect_err("refused");
    assert!(error.to_string().contains("value \"known\""), "{error}");
}

#[tokio::test]
async fn a_snapshot_of_an_unknown_post() {
    assert_cell(Kind::Snapshots, "known,7,1760000001,1,,,", "post_id", "7", "a post of known: import the posts first")
        .await;
}

#[tokio::test]
async fn counts_older_than_their_post() {
    let place = Place::new().await;
    let path = place.file("p.csv", format!("{POSTS}a,1,1760000000,10,,,,,\n"));
    let request = ImportRequest { taken_at: Some(1_759_999_999), ..ImportRequest::new(Kind::Posts, path) };
    let error = place.run(&request).await.expect_err("refused").to_string();
    assert!(error.contains("column date_utc, value \"1760000000\": expected a date not after --taken-at"), "{error}");
}

#[tokio::test]
async fn counts_of_the_future() {
    let place = Place::new().await;
    let path = place.file("p.csv", format!("{POSTS}a,1,1760000000,10,,,,,\n"));
    let request = ImportRequest { taken_at: Some(NOW + 2 * DAY_S), ..ImportRequest::new(Kind::Posts, path) };
    let error = place.run(&request).await.expect_err("refused");
    assert!(error.is_wrong_usage() && error.to_string().contains("--taken-at"), "{error}");
}

#[tokio::test]
async fn an_unknown_zone() {
    let place = Place::new().await;
    let path = place.file("p.csv", format!("{POSTS}a,1,1760000000,10,,,,,\n"));
    let request = ImportRequest { tz: Some("Mars/Olympus".to_owned()), ..ImportRequest::new(Kind::Posts, path) };
    let error = place.run(&request).await.expect_err("refused");
    assert!(error.is_wrong_usage() && error.to_string().contains("\"Mars/Olympus\" is not a time zone"), "{error}");
}

#[tokio::test]
async fn semicolons_tabs_and_bars() {
    for (sign, name) in [(";", "semicolons"), ("\t", "tabs"), ("|", "bars")] {
        let error = refused(Kind::Posts, format!("{POSTS}a,1,1760000000,10,,,,,\n").replace(',', sign)).await;
        assert!(error.contains(&format!("parted by {name}")) && error.contains("comma"), "{error}");
    }
}

#[tokio::test]
async fn wrong_headers() {
    for (header, wanted) in [
        (
            "channel,post_id,date_utc,views,forwards,reactions,replies,media_type,text,likes",
            "an unknown column \"likes\"",
        ),
        ("channel,post_id,date_utc,views,forwards,reactions,media_type,text", "no column \"replies\""),
        (
            "channel,post_id,date_utc,views,views,forwards,reactions,replies,media_type,text",
            "the column \"views\" twice",
        ),
        (
            "post_id,date_utc,views,forwards,reactions,replies,media_type,text",
            "no column channel (a name) or channel_id",
        ),
        (
            "channel,channel_id,post_id,date_utc,views,forwards,reactions,replies,media_type,text",
            "both channel and channel_id",
        ),
        ("1,2025-10-01T00:00:00Z,10,,,,text,x,y", "line 1 begins the data at once"),
    ] {
        let error = refused(Kind::Posts, format!("{header}\na,1,1760000000,10,,,,,\n")).await;
        assert!(error.contains(wanted), "{error}");
        assert!(error.contains("channel or channel_id, post_id, date_utc"), "{error}");
    }
}

#[tokio::test]
async fn a_file_of_another_kind() {
    let error = refused(Kind::Daily, format!("{POSTS}a,1,1760000000,10,,,,,\n")).await;
    assert!(
        error.contains("unknown column \"post_id\"") && error.contains("a file of daily has the columns"),
        "{error}"
    );
}

#[tokio::test]
async fn utf16() {
    let content: Vec<u8> = [0xff, 0xfe].into_iter().chain(POSTS.bytes().flat_map(|byte| [byte, 0])).collect();
    assert!(refused(Kind::Posts, content).await.contains("UTF-16: save it as UTF-8"));
}

#[tokio::test]
async fn an_empty_file() {
    assert!(refused(Kind::Posts, "").await.contains("is empty"));
    assert!(refused(Kind::Posts, "\u{feff}\n\n").await.contains("is empty"));
}

#[tokio::test]
async fn no_file_a_folder_and_a_file_nobody_may_read() {
    let place = Place::new().await;
    let no_file = place.run(&ImportRequest::new(Kind::Posts, place.path("nowhere.csv"))).await.expect_err("refused");
    assert!(matches!(no_file, ImportError::NoFile(_)) && no_file.is_wrong_usage(), "{no_file}");
    let folder = place.run(&ImportRequest::new(Kind::Posts, place.path("."))).await.expect_err("refused");
    assert!(matches!(folder, ImportError::IsFolder(_)), "{folder}");
    // refuses to be read whoever asks
    #[cfg(target_os = "linux")]
    {
        let request = ImportRequest::new(Kind::Posts, PathBuf::from("/proc/self/mem"));
        let unreadable = place.run(&request).await.expect_err("refused");
        assert!(matches!(unreadable, ImportError::Unreadable { .. }), "{unreadable}");
    }
}

#[tokio::test]
async fn options_for_one_channel_on_a_file_of_two() {
    let place = Place::new().await;
    let path = place.file("p.csv", format!("{POSTS}a,1,1760000000,1,,,,,\nb,1,1760000000,1,,,,,\n"));
    let base = ImportRequest::new(Kind::Posts, path);
    for (request, option) in [
        (ImportRequest { channel: Some("a".to_owned()), ..base.clone() }, "--channel"),
        (ImportRequest { title: Some("A".to_owned()), ..base }, "--title"),
    ] {
        let error = place.run(&request).await.expect_err("refused");
        assert!(error.is_wrong_usage(), "{error}");
        assert!(
            error.to_string().starts_with(&format!(
                "{option} needs a file with one channel; this one has \"a\" and, on line 3, \"b\""
            )),
            "{error}"
        );
        assert_eq!(place.channels().await, []);
    }
}

#[tokio::test]
async fn only_the_first_twenty_bad_rows_are_told() {
    let rows: String = (1..=1000).map(|post| format!("a,{post},x,1,,,,,\n")).collect();
    let error = refused(Kind::Posts, format!("{POSTS}{rows}")).await;
    assert!(error.starts_with("1000 bad rows"), "{error}");
    assert!(error.contains("line 21, column date_utc") && !error.contains("line 22,"), "{error}");
    assert!(error.contains("and 980 more\n"), "{error}");
}

#[tokio::test]
async fn bad_rows_that_cannot_be_written() {
    let place = Place::new().await;
    let path = place.file("p.csv", format!("{POSTS}a,x,1760000000,1,,,,,\n"));
    let request = ImportRequest {
        skip_bad_rows: Some(place.path("no/such/folder.csv")),
        ..ImportRequest::new(Kind::Posts, path)
    };
    let error = place.run(&request).await.expect_err("refused");
    assert!(matches!(error, ImportError::SkipFile { .. }), "{error}");
    assert_eq!(place.channels().await, []);
}

#[tokio::test]
async fn bad_rows_are_written_over_nothing_but_a_file_of_bad_rows() {
    let place = Place::new().await;
    let content = format!("{POSTS}a,x,1760000000,1,,,,,\na,1,1760000000,1,,,,,\n");
    let input = place.file("p.csv", &content);
    let letter = place.file("letter.txt", "Dear reader,\nline,problem\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&input, place.path("link.csv")).expect("linked");
    let skip_to =
        |path: PathBuf| ImportRequest { skip_bad_rows: Some(path), ..ImportRequest::new(Kind::Posts, input.clone()) };
    for (name, wanted) in [
        ("p.csv", "it is the file to import"),
        ("./p.csv", "it is the file to import"),
        #[cfg(unix)]
        ("link.csv", "it is the file to import"),
        ("test.db", "it is the database"),
        ("test.db-wal", "it is the database"),
        ("test.db-shm", "it is the database"),
        ("letter.txt", "it is a file that holds something else"),
    ] {
        let error = place.run(&skip_to(place.path(name))).await.expect_err("refused");
        assert!(error.to_string().contains(wanted) && error.is_wrong_usage(), "{name}: {error}");
    }
    assert_eq!(std::fs::read_to_string(&input).expect("readable"), content);
    assert_eq!(std::fs::read_to_string(letter).expect("readable"), "Dear reader,\nline,problem\n");
    assert_eq!(place.channels().await, []);
    assert!(place.rows().await.contains(&("import_run".to_owned(), 0)));

    // a file that is refused for its header leaves no file behind
    let bad = place.path("bad.csv");
    let other = place.file("other.csv", "who,what\n1,2\n");
    let request = ImportRequest { skip_bad_rows: Some(bad.clone()), ..ImportRequest::new(Kind::Posts, other) };
    assert!(matches!(place.run(&request).await, Err(ImportError::Header { .. })));
    assert!(!bad.exists());

    // one of ours is replaced, an empty one filled
    std::fs::write(&bad, "").expect("written");
    for _ in 0..2 {
        assert_eq!(place.run(&skip_to(bad.clone())).await.expect("imports").skipped, 1);
        assert_eq!(std::fs::read_to_string(&bad).expect("readable").lines().count(), 2);
    }
}

/// Does to the run what another process does that goes on with it, once that many rows are read.
struct TakenOver {
    url: String,
    rows: u64,
    statement: &'static str,
}

impl Progress for TakenOver {
    fn advance(&self, _: u64, _: u64, rows: u64) {
        if rows < self.rows {
            return;
        }
        let (url, statement) = (self.url.clone(), self.statement);
        let other = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let db = Db::open(&Settings { url, max_connections: 1 }).await.expect("opens");
                store::testing::run(&db, statement).await.expect("done");
                db.close().await;
            });
        });
        other.join().expect("the other process");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_another_process_took_over_is_left_to_it() {
    const GONE: &str =
        "DELETE FROM import_stage; UPDATE channel SET import_run_id = NULL, deleted_at = 1; DELETE FROM import_run";
    const FURTHER: &str = "UPDATE import_run SET progress = 'further'";
    for (statement, rows, runs) in [(GONE, 0, 0), (GONE, 1, 0), (FURTHER, 0, 1), (FURTHER, 1, 1)] {
        let place = Place::new().await;
        let request = ImportRequest::new(Kind::Posts, place.file("p.csv", format!("{POSTS}a,1,1760000000,1,,,,,\n")));
        let other = TakenOver { url: place.url(), rows, statement };
        let outcome = import::run(&place.ctx, &place.viewer, &request, &other, &CancellationToken::new()).await;
        assert!(matches!(outcome, Err(ImportError::Elsewhere)), "{statement}, {rows} rows: {outcome:?}");
        assert!(place.rows().await.contains(&("import_run".to_owned(), runs)), "{statement}, {rows} rows");
    }
    // a run that fails by itself meanwhile does not take the other's away
    let place = Place::new().await;
    let request = ImportRequest::new(Kind::Posts, place.file("p.csv", format!("{POSTS}a,x,1760000000,1,,,,,\n")));
    let other = TakenOver { url: place.url(), rows: 1, statement: FURTHER };
    let outcome = import::run(&place.ctx, &place.viewer, &request, &other, &CancellationToken::new()).await;
    assert!(matches!(outcome, Err(ImportError::BadRows { .. })), "{outcome:?}");
    assert!(place.rows().await.contains(&("import_run".to_owned(), 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk() {
    let place = Place::new().await;
    place.posts("known,1,1760000000,10,,,,text,x\n").await;
    let before = place.rows().await;
    store::testing::fill_disk_at(&place.ctx.db, 400).await.expect("limited");
    let text = "long ".repeat(200);
    let rows: String = (1..=5000).map(|post| format!("a,{post},1760000000,1,,,,,{text}\n")).collect();
    let error = place.import(Kind::Posts, format!("{POSTS}{rows}")).await.expect_err("refused");
    assert!(error.to_string().starts_with("the disk is full"), "{error}");
    assert_eq!(place.rows().await, before);
}

#[tokio::test]
async fn a_read_only_folder() {
    // a folder in which not even the superuser can make a file
    let url = "sqlite:///proc/analyticbot.db".to_owned();
    let error = Db::open(&Settings { url, max_connections: 1 }).await.expect_err("refused").to_string();
    assert!(error.contains("read-only"), "{error}");
}

#[tokio::test]
async fn a_database_of_a_newer_version() {
    let place = Place::new().await;
    store::testing::run(
        &place.ctx.db,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
            VALUES (9999, 'of tomorrow', 1, x'00', 0)",
    )
    .await
    .expect("written");
    let db = Db::open(&Settings { url: place.url(), max_connections: 1 }).await.expect("opens");
    let error = db.migrate().await.expect_err("refused").to_string();
    assert!(error.contains("newer version (migration 9999") && error.contains("nothing was touched"), "{error}");
}

#[tokio::test]
async fn somebody_who_may_only_look() {
    let place = Place::new().await;
    let mut tx = place.ctx.db.write().await.expect("tx");
    let person = store::identity::insert_person(&mut tx, None, "Guest", None, NOW).await.expect("a person");
    tx.commit().await.expect("commit");
    let viewer = Viewer::Person { person, workspace: place.viewer.workspace(), role: Role::Viewer };
    let request = ImportRequest::new(Kind::Posts, place.file("p.csv", POSTS));
    let error = import::run(&place.ctx, &viewer, &request, &(), &CancellationToken::new()).await.expect_err("refused");
    assert!(matches!(error, ImportError::Refused(services::Error::Forbidden { .. })), "{error}");
}
