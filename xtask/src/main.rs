//! Build steps that cargo does not do itself. `./dev` calls them; nobody has to call them by hand.
//!
//! To add another step: one file with one public function, one arm in [`main`], one line in [`USAGE`].

mod site;
mod size;
mod wasm;
mod wasm_test;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

const USAGE: &str = "\
xtask site --wasm FILE --out DIR [--asset FILE]... [--texts DIR] [--public DIR] [--debug]
    JavaScript glue and WebAssembly into DIR/pkg/app.{js,wasm}, each --asset beside them, --public into DIR;
    the Fluent files of each language below --texts into DIR/pkg/texts-LANGUAGE.txt;
    everything that compresses gets a .br and a .gz sibling; files that no longer belong there are removed.
    --debug keeps the debug names and compresses quickly.
xtask size --site DIR
    prints what a browser downloads and fails when a limit is passed
xtask wasm-test FILE.wasm [FILTER]...
    runs the #[wasm_bindgen_test] functions of a test program in Node; cargo calls it as its runner
";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Vec<String>) -> Result<ExitCode> {
    let Some((command, rest)) = args.split_first() else {
        eprint!("{USAGE}");
        return Ok(ExitCode::from(2));
    };
    match command.as_str() {
        "site" => site::build(&site_plan(rest)?)?,
        "size" => {
            let [flag, site] = rest else { bail!("expected `size --site DIR`") };
            if flag != "--site" {
                bail!("unknown argument `{flag}`; expected `size --site DIR`");
            }
            return Ok(if size::check(site.as_ref())? { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        "wasm-test" => {
            let Some((wasm, filters)) = rest.split_first() else { bail!("expected `wasm-test FILE.wasm [FILTER]...`") };
            // cargo hands over libtest's own flags too; only names select tests here
            let filters: Vec<&str> = filters.iter().map(String::as_str).filter(|arg| !arg.starts_with('-')).collect();
            return wasm_test::run(wasm.as_ref(), &filters);
        }
        "--help" | "-h" | "help" => print!("{USAGE}"),
        other => {
            eprint!("xtask: unknown command `{other}`\n\n{USAGE}");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn site_plan(args: &[String]) -> Result<site::Plan> {
    let (mut wasm, mut out, mut public, mut texts, mut assets, mut debug) = (None, None, None, None, Vec::new(), false);
    let mut args = args.iter();
    while let Some(flag) = args.next() {
        if flag == "--debug" {
            debug = true;
            continue;
        }
        let value = PathBuf::from(args.next().with_context(|| format!("`{flag}` needs a value"))?);
        match flag.as_str() {
            "--wasm" => wasm = Some(value),
            "--out" => out = Some(value),
            "--public" => public = Some(value),
            "--texts" => texts = Some(value),
            "--asset" => assets.push(value),
            other => bail!("unknown argument `{other}`\n\n{USAGE}"),
        }
    }
    Ok(site::Plan {
        wasm: wasm.context("`site` needs --wasm FILE")?,
        out: out.context("`site` needs --out DIR")?,
        public,
        texts,
        assets,
        debug,
    })
}
