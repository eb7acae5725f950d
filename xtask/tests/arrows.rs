//! The allowed arrows between crates (ARCHITECTURE.md, "Arrows"), and the two absences that make them worth having:
//! the browser build carries no database, and nothing but the server's configuration reads the environment.
//!
//! To add a crate: a row in [`ALLOWED`] and in ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Crate → crates of this workspace it may depend on, outside its tests.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("charts", &["domain"]),
    ("store", &["domain"]),
    ("telegram", &[]),
    ("mtproto", &["domain"]),
    ("preview", &["domain"]),
    ("services", &["store", "telegram", "mtproto", "preview", "charts", "domain"]),
    ("bot", &["services", "telegram", "domain"]),
    ("collector", &["services", "mtproto", "domain"]),
    ("jobs", &["services", "store", "domain"]),
    ("app", &["domain", "charts", "services"]),
    ("frontend", &["app"]),
    (
        "server",
        &["app", "bot", "collector", "jobs", "services", "store", "telegram", "mtproto", "preview", "charts", "domain"],
    ),
    ("xtask", &[]),
    // stands in for the outside: knows nothing of the product, and only tests may use it
    ("fake-telegram", &[]),
];

/// A crate's tests may also use these: a database to look into, the values in it.
const ALLOWED_IN_TESTS: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("mtproto", &["fake-telegram"]),
    ("preview", &["fake-telegram"]),
    ("services", &["store", "telegram", "fake-telegram"]),
    ("bot", &["fake-telegram", "store"]),
    ("collector", &["store", "fake-telegram"]),
    ("jobs", &["store", "preview", "fake-telegram"]),
    ("app", &["store"]),
    ("server", &["fake-telegram"]),
];

/// What must never reach the browser.
const NOT_IN_THE_BROWSER: &[&str] =
    &["sqlx", "tokio", "axum", "hyper", "services", "store", "jobs", "rquickjs", "resvg"];

/// Reasons stand beside the same names in deny.toml.
const BANNED: &[&str] = &["openssl-sys", "native-tls", "aws-lc-sys", "chrono-tz"];

/// Ways to read the environment at run time.
const ENVIRONMENT_READS: &[&str] = &["env::var(", "env::var_os(", "env::vars(", "env::vars_os("];
/// The one place that may, besides tests, benchmarks, build scripts and `store`'s databases for tests.
const ENVIRONMENT_READER: &str = "server/src/config/mod.rs";
const TEST_DATABASES: &str = "crates/store/src/testing.rs";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace").to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

/// Crate → the crates of this workspace it names, apart by kind of dependency.
fn arrows() -> BTreeMap<String, Vec<(String, bool)>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("packages").clone();
    let text = |value: &Value| value.as_str().expect("a name").to_owned();
    let ours: BTreeSet<String> = packages.iter().map(|package| text(&package["name"])).collect();
    packages
        .iter()
        .map(|package| {
            let targets = package["dependencies"].as_array().expect("dependencies").iter();
            let targets = targets
                .filter(|dependency| ours.contains(dependency["name"].as_str().expect("a name")))
                .map(|dependency| (text(&dependency["name"]), dependency["kind"] == "dev"))
                .collect();
            (text(&package["name"]), targets)
        })
        .collect()
}

fn row(table: &[(&str, &'static [&'static str])], name: &str) -> &'static [&'static str] {
    table.iter().find(|(of, _)| *of == name).map_or(&[], |(_, targets)| targets)
}

#[test]
fn crates_depend_only_along_the_arrows() {
    let arrows = arrows();
    let mut wrong = Vec::new();
    for (name, targets) in &arrows {
        if !ALLOWED.iter().any(|(of, _)| of == name) {
            wrong.push(format!("`{name}` has no row here: say what it may depend on"));
        }
        for (target, in_tests) in targets {
            let allowed = row(ALLOWED, name).contains(&target.as_str())
                || (*in_tests && row(ALLOWED_IN_TESTS, name).contains(&target.as_str()));
            if !allowed {
                let kind = if *in_tests { " in its tests" } else { "" };
                wrong.push(format!("`{name}` may not depend on `{target}`{kind}"));
            }
        }
    }
    for (name, _) in ALLOWED {
        if !arrows.contains_key(*name) {
            wrong.push(format!("`{name}` has a row but is no crate"));
        }
    }
    assert!(wrong.is_empty(), "arrows of ARCHITECTURE.md broken:\n  {}", wrong.join("\n  "));
}

#[test]
fn the_browser_build_carries_no_server() {
    let tree =
        cargo(&["tree", "-p", "frontend", "--target", "wasm32-unknown-unknown", "-e", "normal", "--prefix", "none"]);
    let carried: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(carried.contains("domain") && carried.contains("leptos"), "not the tree of the browser build:\n{tree}");
    let found: Vec<&&str> = NOT_IN_THE_BROWSER.iter().filter(|name| carried.contains(**name)).collect();
    assert!(
        found.is_empty(),
        "the browser build carries {found:?}; put it behind `app`'s feature `ssr` (cargo tree -p frontend --target \
         wasm32-unknown-unknown -i NAME shows the way)"
    );
}

#[test]
fn banned_crates_are_not_in_the_lock() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    let found: Vec<&&str> = BANNED.iter().filter(|name| lock.contains(&format!("\nname = \"{name}\"\n"))).collect();
    assert!(found.is_empty(), "{found:?} came in through a dependency; deny.toml says why they may not");
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let root = root();
    let mut wrong = Vec::new();
    for folder in ["app/src", "frontend/src", "server/src", "crates"] {
        for file in rust_files(&root.join(folder)) {
            let name = file.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
            let may = name == ENVIRONMENT_READER
                || name.ends_with("/build.rs")
                || name == TEST_DATABASES
                || name.contains("/tests/")
                || name.contains("/benches/");
            if may {
                continue;
            }
            let code = std::fs::read_to_string(&file).expect("a source file");
            // a module of tests ends the file; what stands in it is not the product
            let code = code.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate() {
                if ENVIRONMENT_READS.iter().any(|read| line.contains(read)) {
                    wrong.push(format!("{name}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "add a key to {ENVIRONMENT_READER} and hand the value down:\n  {}", wrong.join("\n  "));
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
