//! Many rows in one statement: what makes an import fast is statements by the hundred rows.

use std::sync::Arc;

use sqlx::AssertSqlSafe;

use crate::Backend;

/// Rows a statement. More gains nothing; the number of parameters stays below SQLite's 32766 with 15 columns a row.
pub const ROWS: usize = 250;

/// `VALUES ($1, $2), ($3, $4) …` after `head` and before `tail`; made from constants only.
pub fn statement(backend: Backend, head: &str, columns: usize, rows: usize, tail: &str) -> AssertSqlSafe<Arc<str>> {
    use std::fmt::Write as _;

    let mut sql = String::with_capacity(head.len() + tail.len() + rows * columns * 6);
    sql.push_str(head);
    let mut parameter = 0;
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            parameter += 1;
            if column > 0 {
                sql.push(',');
            }
            match backend {
                // named parameters are looked up one by one there, plain ones are not
                Backend::Sqlite => sql.push('?'),
                Backend::Postgres => {
                    // writing to a String cannot fail
                    let _ = write!(sql, "${parameter}");
                }
            }
        }
        sql.push(')');
    }
    sql.push_str(tail);
    AssertSqlSafe(sql.into())
}

/// How a list of ids arrives in one parameter.
pub fn id_list(backend: Backend, ids: impl Iterator<Item = i64>) -> String {
    let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
    match backend {
        Backend::Sqlite => format!("[{}]", ids.join(",")),
        Backend::Postgres => ids.join(","),
    }
}

/// `… post_id IN` the list of [`id_list`] in `$2`: each has its own function for lists.
macro_rules! in_id_list {
    ($select:literal) => {
        $crate::Dialect {
            sqlite: concat!($select, " IN (SELECT value FROM json_each($2))"),
            postgres: concat!($select, " = ANY(CAST(string_to_array($2, ',') AS BIGINT[]))"),
        }
    };
}
pub(crate) use in_id_list;

/// Executes a statement for every batch of [`ROWS`] rows, binding the next batch while the database works on the one
/// before: `execute_batches!(tx, rows, |batch| sqlx::query(…)…)`.
macro_rules! execute_batches {
    ($tx:expr, $rows:expr, |$batch:ident| $query:expr) => {
        match $tx {
            $crate::Tx::Sqlite(inner) => $crate::collect::batch::execute_batches!(@on inner, $rows, |$batch| $query),
            $crate::Tx::Postgres(inner) => $crate::collect::batch::execute_batches!(@on inner, $rows, |$batch| $query),
        }
    };
    (@on $inner:ident, $rows:expr, |$batch:ident| $query:expr) => {{
        let mut batches = $rows.chunks($crate::collect::batch::ROWS);
        let mut bound = batches.next().map(|$batch| $query);
        let mut outcome = Ok(());
        while let Some(query) = bound.take() {
            // the first poll hands the statement to the database; then the next one is bound
            let (done, next) = futures::join!(query.execute(&mut **$inner), async { batches.next().map(|$batch| $query) });
            match done {
                Ok(_) => bound = next,
                Err(error) => outcome = Err($crate::Error::from(error)),
            }
        }
        outcome
    }};
}
pub(crate) use execute_batches;
