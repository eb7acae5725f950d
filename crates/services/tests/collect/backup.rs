//! Backups and the way back: what is checked, what is refused, what is never half done.

use std::path::PathBuf;

use services::backup::{self, BackupError};
use store::{Db, Settings};

use crate::place::Place;

async fn filled() -> Place {
    let place = Place::new().await;
    place.posts("a,1,1760000000,10,,,,text,one\na,2,1760000100,20,,,,text,two\n").await;
    place
}

async fn backed_up(place: &Place) -> PathBuf {
    let path = place.path("backup.db");
    backup::backup(&place.ctx, &path).await.expect("a backup");
    path
}

/// Opens the database of a place anew, after its file was replaced.
async fn reopened(place: &Place, url: &str) -> Vec<(String, i64)> {
    let db = Db::open(&Settings { url: url.to_owned(), max_connections: 1 }).await.expect("opens");
    db.migrate().await.expect("migrates");
    let mut rows = store::maintenance::row_counts(&mut db.read().await.expect("tx")).await.expect("rows");
    rows.retain(|(table, _)| table != "audit_entry");
    db.close().await;
    let _ = place;
    rows
}

#[tokio::test]
async fn a_backup_goes_back_into_an_empty_place() {
    let place = filled().await;
    let path = place.path("backup.db");
    let report = backup::backup(&place.ctx, &path).await.expect("a backup");
    assert!(report.bytes > 0 && report.rows > Some(4), "{report:?}");
    // the database is still in use, and goes on
    place.posts("a,3,1760000200,30,,,,text,three\n").await;
    let url = format!("sqlite://{}", place.path("other.db").display());
    let restored = backup::restore(&path, &url, false).await.expect("restored");
    assert_eq!(restored.rows, report.rows);
    let rows = reopened(&place, &url).await;
    assert!(rows.contains(&("post".to_owned(), 2)), "{rows:?}");
    let files: Vec<_> = std::fs::read_dir(place.path("."))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert!(files.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{files:?}");
}

#[tokio::test]
async fn a_backup_replaces_the_one_before_at_once() {
    let place = filled().await;
    let path = backed_up(&place).await;
    place.posts("a,3,1760000200,30,,,,text,three\n").await;
    backup::backup(&place.ctx, &path).await.expect("a backup");
    let url = format!("sqlite://{}", place.path("other.db").display());
    backup::restore(&path, &url, false).await.expect("restored");
    assert!(reopened(&place, &url).await.contains(&("post".to_owned(), 3)));
}

#[tokio::test]
async fn a_backup_is_not_written_over_anything_else() {
    let place = filled().await;
    let letter = place.file("letter.txt", "Dear reader");
    for (path, wanted) in [
        (letter.clone(), "exists and is no backup of ours"),
        (place.path("test.db"), "is the database itself"),
        (place.path("no/such/backup.db"), "does not exist: create it first"),
        (place.path("."), "is a folder"),
    ] {
        let error = backup::backup(&place.ctx, &path).await.expect_err("refused").to_string();
        assert!(error.contains(wanted), "{error}");
    }
    assert_eq!(std::fs::read_to_string(letter).expect("readable"), "Dear reader");
}

#[tokio::test]
async fn a_database_with_channels_is_replaced_only_by_force() {
    let place = filled().await;
    let path = backed_up(&place).await;
    place.posts("a,3,1760000200,30,,,,text,three\nb,1,1760000200,30,,,,text,three\n").await;
    place.ctx.db.close().await;
    let error = backup::restore(&path, &place.url(), false).await.expect_err("refused");
    assert!(
        matches!(error, BackupError::NotEmpty { channels: 2, .. }) && error.to_string().contains("--force"),
        "{error}"
    );
    assert!(reopened(&place, &place.url()).await.contains(&("post".to_owned(), 4)), "as before");
    backup::restore(&path, &place.url(), true).await.expect("restored");
    assert!(reopened(&place, &place.url()).await.contains(&("post".to_owned(), 2)));
}

#[tokio::test]
async fn another_programs_database_is_replaced_only_by_force() {
    let place = filled().await;
    let path = backed_up(&place).await;
    let target = place.path("recipes.db");
    let url = format!("sqlite://{}", target.display());
    let theirs = || async {
        let db = Db::open(&Settings { url: url.clone(), max_connections: 1 }).await.expect("opens");
        let written = store::testing::run(&db, "INSERT INTO recipe VALUES ('soup')").await;
        db.close().await;
        written
    };
    for tables in [
        "CREATE TABLE recipe (name TEXT)",
        // one that keeps its migrations as we do
        "CREATE TABLE recipe (name TEXT); CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, \
            description TEXT, installed_on TIMESTAMP, success BOOLEAN, checksum BLOB, execution_time BIGINT); \
            INSERT INTO _sqlx_migrations VALUES (1, 'recipes', NULL, TRUE, x'00', 0)",
    ] {
        let db = Db::open(&Settings { url: url.clone(), max_connections: 1 }).await.expect("opens");
        store::testing::run(&db, tables).await.expect("created");
        db.close().await;
        let error = backup::restore(&path, &url, false).await.expect_err("refused");
        assert!(
            matches!(error, BackupError::NotOurs(_)) && error.to_string().contains("tables of another program"),
            "{error}"
        );
        theirs().await.expect("as before");
        backup::restore(&path, &url, true).await.expect("restored");
        assert!(reopened(&place, &url).await.contains(&("post".to_owned(), 2)));
        std::fs::remove_file(&target).expect("removed");
    }
}

#[tokio::test]
async fn a_database_in_use_is_not_replaced() {
    let place = filled().await;
    let path = backed_up(&place).await;
    let before = place.rows().await;
    let error = backup::restore(&path, &place.url(), true).await.expect_err("refused");
    assert!(matches!(error, BackupError::InUse(_)), "{error}");
    assert_eq!(place.rows().await, before);
    place.posts("a,3,1760000200,30,,,,text,three\n").await;
}

#[tokio::test]
async fn files_that_are_no_backups() {
    let place = filled().await;
    let url = format!("sqlite://{}", place.path("other.db").display());
    let letter = place.file("letter.txt", "Dear reader");
    let empty = place.file("empty.db", "");
    // a database, but another program's
    let foreign = place.path("foreign.db");
    let db = Db::open(&Settings { url: format!("sqlite://{}", foreign.display()), max_connections: 1 })
        .await
        .expect("opens");
    store::testing::run(&db, "CREATE TABLE recipe (name TEXT)").await.expect("created");
    db.close().await;
    for (path, wanted) in [
        (letter, "neither an SQLite database nor an archive of pg_dump"),
        (empty, "neither an SQLite database nor an archive of pg_dump"),
        (foreign, "it is another program's database"),
        (place.path("nowhere.db"), "does not exist"),
        (place.path("."), "is a folder"),
    ] {
        let error = backup::restore(&path, &url, false).await.expect_err("refused").to_string();
        assert!(error.contains(wanted) && error.contains(&path.display().to_string()), "{error}");
        assert!(!place.path("other.db").exists());
    }
}

#[tokio::test]
async fn a_damaged_backup_leaves_the_database_alone() {
    let place = filled().await;
    let path = backed_up(&place).await;
    let mut bytes = std::fs::read(&path).expect("readable");
    let half = bytes.len() / 2;
    let cut = place.file("cut.db", &bytes[..half]);
    bytes[half..].fill(0xa5);
    let rotten = place.file("rotten.db", &bytes);
    let url = format!("sqlite://{}", place.path("other.db").display());
    for path in [cut, rotten] {
        let error = backup::restore(&path, &url, false).await.expect_err("refused");
        assert!(matches!(error, BackupError::Damaged { .. }), "{error:?}");
        assert!(!place.path("other.db").exists());
    }
}

#[tokio::test]
async fn a_backup_of_a_newer_version() {
    let place = filled().await;
    let path = backed_up(&place).await;
    let db =
        Db::open(&Settings { url: format!("sqlite://{}", path.display()), max_connections: 1 }).await.expect("opens");
    store::testing::run(
        &db,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'of tomorrow', 1, x'00', 0)",
    )
    .await
    .expect("written");
    db.close().await;
    let url = format!("sqlite://{}", place.path("other.db").display());
    let error = backup::restore(&path, &url, false).await.expect_err("refused").to_string();
    assert!(error.contains("newer version (migration 9999"), "{error}");
}

#[tokio::test]
async fn a_backup_of_the_other_kind_of_database() {
    let place = filled().await;
    let path = backed_up(&place).await;
    let error = backup::restore(&path, "postgres://somebody:secret@127.0.0.1/nowhere", false)
        .await
        .expect_err("refused")
        .to_string();
    assert!(
        error.contains("a backup of SQLite") && error.contains("is Postgres") && !error.contains("secret"),
        "{error}"
    );
    let dump = place.file("dump", "PGDMP and so on");
    let error = backup::restore(&dump, &place.url(), false).await.expect_err("refused").to_string();
    assert!(error.contains("a backup of Postgres"), "{error}");
}

#[tokio::test]
async fn postgres_is_backed_up_by_its_own_programs() {
    store::testing::on_postgres(|db| async {
        let url = db.postgres_url().expect("an address").to_owned();
        let place = Place::on(db, tempfile::tempdir().expect("a folder")).await;
        place.posts("a,1,1760000000,10,,,,text,one\n").await;
        let path = place.path("backup.dump");
        match backup::backup(&place.ctx, &path).await {
            Ok(report) => assert!(report.bytes > 0),
            Err(BackupError::NoProgram { program }) => {
                eprintln!("{program} is not here: nothing to test");
                return;
            }
            Err(error) => panic!("{error}"),
        }
        place.posts("a,2,1760000000,10,,,,text,two\n").await;
        let error = backup::restore(&path, &url, false).await.expect_err("refused");
        assert!(matches!(error, BackupError::NotEmpty { channels: 1, .. }), "{error}");
        // another program's table beside ours stays
        store::testing::run(&place.ctx.db, "CREATE TABLE recipe (name TEXT)").await.expect("created");
        backup::restore(&path, &url, true).await.expect("restored");
        assert!(place.rows().await.contains(&("post".to_owned(), 1)));
        store::testing::run(&place.ctx.db, "INSERT INTO recipe VALUES ('soup')").await.expect("still there");
    })
    .await;
}
