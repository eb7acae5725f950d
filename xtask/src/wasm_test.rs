//! Runs a WebAssembly test program in Node, as cargo's runner for `wasm32-unknown-unknown`.
//!
//! The usual runner comes with wasm-bindgen-cli, which takes longer to compile than this whole workspace; the part of
//! it that drives Node is one script.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

/// wasm-bindgen-test exports every test under a name that starts so; the test's path follows.
const TEST_EXPORT_PREFIX: &str = "__wbgt_";
const DRIVER: &str = include_str!("wasm_test.cjs");

/// Runs the tests whose path contains one of `filters` (all without filters).
pub fn run(wasm: &Path, filters: &[&str]) -> Result<ExitCode> {
    let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
    let bytes = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let mut glue = Bindgen::new()
        .input_bytes("tests", bytes)
        .nodejs(true)?
        .typescript(false)
        .export_wasm(true)
        // the program's `main` belongs to libtest, which cannot run here
        .emit_start(false)
        .generate_output()
        .with_context(|| format!("wasm-bindgen refuses {}", wasm.display()))?;

    let exports: Vec<String> = glue.wasm().exports.iter().map(|export| export.name.clone()).collect();
    let all: Vec<&String> = exports.iter().filter(|name| name.starts_with(TEST_EXPORT_PREFIX)).collect();
    if all.is_empty() {
        bail!("{} has no #[wasm_bindgen_test] functions", wasm.display());
    }
    let chosen: Vec<&String> = all.iter().copied().filter(|name| is_chosen(name, filters)).collect();

    glue.emit(folder.path())?;
    fs::write(folder.path().join("run.cjs"), DRIVER)?;
    let status = Command::new("node")
        .arg(folder.path().join("run.cjs"))
        .arg((all.len() - chosen.len()).to_string())
        .args(chosen)
        .status()
        .context("cannot start node")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn is_chosen(export: &str, filters: &[&str]) -> bool {
    filters.is_empty() || filters.iter().any(|filter| export.contains(filter))
}
