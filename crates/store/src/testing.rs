//! Databases for tests: a fresh SQLite file always; a fresh Postgres database too when `ANALYTICBOT_TEST_POSTGRES`
//! names a server where the test may create one (dropped again afterwards, also when the test fails).

use std::pin::Pin;
use std::str::FromStr as _;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

use crate::{Db, Error, Result, Settings};

const POSTGRES_VARIABLE: &str = "ANALYTICBOT_TEST_POSTGRES";
/// Connections of a test's database; a Postgres server allows about a hundred for all tests together.
const CONNECTIONS: u32 = 4;

/// Declares one test as two: `name::sqlite` and `name::postgres`. The body gets a migrated, empty `&Db`.
///
/// ```ignore
/// both_dbs! {
///     async fn a_workspace_is_found_by_name(db: &Db) { … }
/// }
/// ```
#[macro_export]
macro_rules! both_dbs {
    ($(async fn $name:ident($db:ident: &Db) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($db: $crate::Db) {
                let $db = &$db;
                $body
            }

            #[tokio::test]
            async fn sqlite() {
                $crate::testing::on_sqlite(body).await;
            }

            #[tokio::test]
            async fn postgres() {
                $crate::testing::on_postgres(body).await;
            }
        }
    )*};
}

/// Runs a test body on a fresh SQLite file.
pub async fn on_sqlite<F: Future<Output = ()> + 'static>(body: impl FnOnce(Db) -> F + 'static) {
    on_empty_sqlite(|url| on_migrated(url, body)).await;
}

/// Runs a test body on a fresh Postgres database; passes without a server to run on, saying so.
pub async fn on_postgres<F: Future<Output = ()> + 'static>(body: impl FnOnce(Db) -> F + 'static) {
    on_empty_postgres(|url| on_migrated(url, body)).await;
}

/// Runs a test body with the address of an SQLite file that is not there yet.
pub async fn on_empty_sqlite<F: Future<Output = ()> + 'static>(body: impl FnOnce(String) -> F) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    pass_on(run_apart(Box::pin(body(url))).await);
}

/// Runs a test body with the address of a Postgres database that is empty; passes without a server, saying so.
pub async fn on_empty_postgres<F: Future<Output = ()> + 'static>(body: impl FnOnce(String) -> F) {
    static NEXT: AtomicU32 = AtomicU32::new(0);

    let Ok(server) = std::env::var(POSTGRES_VARIABLE) else {
        eprintln!("{POSTGRES_VARIABLE} is not set: not run on Postgres");
        return;
    };
    let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let options = PgConnectOptions::from_str(&server).expect("the server's address");
    let mut admin = PgConnection::connect_with(&options).await.expect("the test server answers");
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("the test may create databases");
    let outcome = run_apart(Box::pin(body(address_of(&server, &name)))).await;
    admin.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.expect("the test drops it");
    pass_on(outcome);
}

/// Opens a database as it is.
pub async fn open(url: &str) -> Db {
    Db::open(&Settings { url: url.to_owned(), max_connections: CONNECTIONS }).await.expect("the database opens")
}

async fn on_migrated<F: Future<Output = ()> + 'static>(url: String, body: impl FnOnce(Db) -> F) {
    let db = open(&url).await;
    db.migrate().await.expect("a fresh database migrates");
    Box::pin(body(db.clone())).await;
    db.close().await;
}

/// So that a failing test still cleans up. Boxed, as a test's body may be large.
async fn run_apart(body: Pin<Box<dyn Future<Output = ()>>>) -> std::result::Result<(), tokio::task::JoinError> {
    let here = tokio::task::LocalSet::new();
    here.run_until(async { tokio::task::spawn_local(body).await }).await
}

fn pass_on(outcome: std::result::Result<(), tokio::task::JoinError>) {
    if let Err(failed) = outcome {
        std::panic::resume_unwind(failed.into_panic());
    }
}

/// The same server, another database.
fn address_of(server: &str, database: &str) -> String {
    let (address, options) = server.split_once('?').map_or((server, ""), |(address, options)| (address, options));
    let host = match address.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", rest.split('/').next().unwrap_or(rest)),
        None => address.to_owned(),
    };
    if options.is_empty() { format!("{host}/{database}") } else { format!("{host}/{database}?{options}") }
}

/// A full disk: SQLite refuses to grow past `pages` (its error is the same one). Lasts while `db` is open.
pub async fn fill_disk_at(db: &Db, pages: i64) -> Result<()> {
    let writer = db.sqlite_writer().ok_or(Error::ReadOnly)?;
    sqlx::query(AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"))).execute(writer).await?;
    Ok(())
}

/// Runs a statement that no product code has: to break things on purpose.
pub async fn run(db: &Db, statement: &'static str) -> Result<()> {
    db.outside_transaction(statement).await
}

/// The same at an address, on a connection of its own.
pub async fn run_at(url: &str, statement: &'static str) {
    let mut conn = PgConnection::connect(url).await.expect("the server answers");
    conn.execute(statement).await.expect("the statement runs");
}
