//! Tells the compiler where the site's files are: `ANALYTICBOT_SITE`, else `site` inside the build folder. A release
//! build carries them inside; the folder may be empty (a build of the server alone), never missing.

use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-env-changed=ANALYTICBOT_SITE");
    let site = std::env::var_os("ANALYTICBOT_SITE").map_or_else(|| build_folder().join("site"), PathBuf::from);
    std::fs::create_dir_all(&site).unwrap_or_else(|error| panic!("cannot create {}: {error}", site.display()));
    // a debug build reads the folder while it runs
    if std::env::var_os("PROFILE").is_some_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed={}", site.display());
    } else {
        println!("cargo:rerun-if-changed=build.rs");
    }
    println!("cargo:rustc-env=ANALYTICBOT_SITE={}", site.display());
}

/// `OUT_DIR` is `<build folder>/<profile>/build/<package>/out`.
fn build_folder() -> PathBuf {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    out.ancestors().nth(4).expect("OUT_DIR is four folders deep").to_owned()
}
