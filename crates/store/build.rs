//! A migration that is added changes this crate, though no file of it: `sqlx::migrate!` reads the folders.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
