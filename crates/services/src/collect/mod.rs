//! Facts in and out: importing files, exporting them, keeping them as long as the workspace wishes, reading them afresh.
//!
//! To import another kind of file: its columns and rows in `import/file.rs`, what is staged in `import/staging.rs`, how
//! it becomes visible in `import/publish.rs`; then a test in `tests/import_bad_input.rs`.

pub mod account;
pub mod bot;
pub mod connection;
pub mod export;
pub mod import;
pub mod preview;
pub mod refresh;
pub mod retention;
pub mod session;
pub mod telegram_export;
