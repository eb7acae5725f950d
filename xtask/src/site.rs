//! The folder the server serves or embeds: WebAssembly with its glue, stylesheet, chart bundle, static files,
//! each with its compressed siblings.
//!
//! The folder is brought up to date in place and only what changed is written, so a running debug server keeps
//! serving and an unchanged 1 MB bundle is not compressed again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::wasm;

/// Where scripts and styles live below the site; the server hands the same word to Leptos.
pub const PKG: &str = "pkg";
/// Must equal `LEPTOS_OUTPUT_NAME` in `.cargo/config.toml`: the page asks for `/pkg/app.js` and `/pkg/app.wasm`.
pub const OUTPUT_NAME: &str = "app";

/// The two files Leptos looks for when routes are split; its names, when files are not hashed.
const SPLIT_LOADER: &str = "__wasm_split.______________________.js";
pub const SPLIT_MANIFEST: &str = "__wasm_split_manifest.json";

const BROTLI_QUALITY: u32 = 11;
/// The whole of every file we serve fits, so no match is out of reach.
const BROTLI_WINDOW_BITS: u32 = 24;
const BROTLI_BUFFER_BYTES: usize = 64 * 1024;
/// Under this a compressed copy saves less than its headers cost.
const COMPRESS_FROM_BYTES: u64 = 512;
const COMPRESSIBLE: [&str; 8] = ["js", "mjs", "css", "wasm", "svg", "json", "webmanifest", "txt"];

pub struct Plan {
    pub wasm: PathBuf,
    pub out: PathBuf,
    pub public: Option<PathBuf>,
    /// a folder a language, named by its code, of Fluent files
    pub texts: Option<PathBuf>,
    pub assets: Vec<PathBuf>,
    pub debug: bool,
}

/// Brings `plan.out` up to date.
pub fn build(plan: &Plan) -> Result<()> {
    let pkg = plan.out.join(PKG);
    fs::create_dir_all(&pkg).with_context(|| format!("cannot create {}", pkg.display()))?;
    let mut site = Site { out: &plan.out, kept: BTreeSet::new() };

    let glue = tempfile::tempdir().context("cannot create a temporary folder")?;
    let main = split(&plan.wasm, glue.path())?;
    bindgen(&main, glue.path(), plan.debug)?;
    fs::remove_file(main)?;
    for file in files_below(glue.path())? {
        // wasm-bindgen writes app_bg.wasm; the page asks for app.wasm, and hands that address to the glue
        let name = if file == Path::new("app_bg.wasm") { PathBuf::from("app.wasm") } else { file.clone() };
        site.put(&glue.path().join(&file), &Path::new(PKG).join(name))?;
    }
    for asset in &plan.assets {
        let name = asset.file_name().with_context(|| format!("{} names no file", asset.display()))?;
        site.put(asset, &Path::new(PKG).join(name))?;
    }
    if let Some(texts) = &plan.texts {
        for (language, text) in texts_by_language(texts)? {
            let file = glue.path().join(format!("texts-{language}.txt"));
            fs::write(&file, text)?;
            site.put(&file, &Path::new(PKG).join(format!("texts-{language}.txt")))?;
        }
    }
    if let Some(public) = &plan.public {
        for file in files_below(public)? {
            site.put(&public.join(&file), &file)?;
        }
    }
    // a debug build goes over loopback: 15 MB of names and lines are not worth a minute of compressing
    if !plan.debug {
        site.compress()?;
    }
    site.remove_others()
}

/// Cuts what only `#[lazy]` functions reach out of the WebAssembly, into files that are loaded when they are called.
/// Returns the rest, which is what wasm-bindgen continues with.
fn split(wasm: &Path, out: &Path) -> Result<PathBuf> {
    let bytes = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let main = out.join("app.wasm");
    let glue = format!("./{OUTPUT_NAME}.js");
    let link = format!("./{SPLIT_LOADER}");
    let mut options = wasm_split_cli_support::Options::new(&bytes);
    options.output_dir = out;
    options.main_out_path = &main;
    options.link_name = &link;
    options.main_module = &glue;
    // eyre's error is no std error
    let parts = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow::anyhow!("cannot split {}: {error:#}", wasm.display()))?;
    for part in &parts.split_modules {
        // names and notes of the linker, which nobody reads; wasm-bindgen takes them out of the rest
        let stripped =
            wasm::without_custom_sections(&fs::read(part)?).with_context(|| format!("{}", part.display()))?;
        fs::write(part, stripped)?;
    }
    let manifest = serde_json::to_vec(&parts.prefetch_map).context("the manifest is JSON")?;
    fs::write(out.join(SPLIT_MANIFEST), manifest)?;
    Ok(main)
}

fn bindgen(wasm: &Path, out: &Path, debug: bool) -> Result<()> {
    Bindgen::new()
        .input_path(wasm)
        .out_name(OUTPUT_NAME)
        // the parts call into the rest by the linker's names
        .keep_lld_exports(true)
        .demangle(false)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .debug(debug)
        .keep_debug(debug)
        .remove_name_section(!debug)
        .remove_producers_section(true)
        .generate(out)
        .with_context(|| format!("wasm-bindgen refuses {}", wasm.display()))
}

/// Language code → all its Fluent files in one, without comments and empty lines.
fn texts_by_language(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = files_below(folder)?;
    files.sort();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for file in files {
        let Some(language) = file.parent().and_then(|parent| parent.to_str()) else { continue };
        let text = fs::read_to_string(folder.join(&file)).with_context(|| format!("{}", file.display()))?;
        let all = texts.entry(language.to_owned()).or_default();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            all.push_str(line);
            all.push('\n');
        }
    }
    Ok(texts)
}

struct Site<'a> {
    out: &'a Path,
    /// Everything that belongs into the site, relative to it.
    kept: BTreeSet<PathBuf>,
}

impl Site<'_> {
    /// Copies `from` to `name` below the site unless the same bytes are there already.
    fn put(&mut self, from: &Path, name: &Path) -> Result<()> {
        let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
        write_if_changed(&self.out.join(name), &bytes)?;
        self.kept.insert(name.to_owned());
        Ok(())
    }

    fn compress(&mut self) -> Result<()> {
        for name in self.kept.clone() {
            let path = self.out.join(&name);
            let compressible = name.extension().and_then(|e| e.to_str()).is_some_and(|e| COMPRESSIBLE.contains(&e));
            if !compressible || fs::metadata(&path)?.len() < COMPRESS_FROM_BYTES {
                continue;
            }
            let siblings: [(&str, Encoder); 2] = [("br", brotli), ("gz", gzip)];
            for (suffix, encode) in siblings {
                let sibling = with_suffix(&name, suffix);
                let target = self.out.join(&sibling);
                if !is_newer(&target, &path) {
                    let packed = encode(&fs::read(&path)?)?;
                    fs::write(&target, packed).with_context(|| format!("cannot write {}", target.display()))?;
                }
                self.kept.insert(sibling);
            }
        }
        Ok(())
    }

    fn remove_others(&self) -> Result<()> {
        for file in files_below(self.out)? {
            if !self.kept.contains(&file) {
                fs::remove_file(self.out.join(&file))?;
            }
        }
        Ok(())
    }
}

type Encoder = fn(&[u8]) -> Result<Vec<u8>>;

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let mut writer =
        brotli::CompressorWriter::new(&mut packed, BROTLI_BUFFER_BYTES, BROTLI_QUALITY, BROTLI_WINDOW_BITS);
    writer.write_all(bytes)?;
    drop(writer);
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}

/// `app.wasm` and `br` give `app.wasm.br`.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

fn is_newer(made: &Path, source: &Path) -> bool {
    let modified = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    matches!((modified(made), modified(source)), (Some(made), Some(source)) if made >= source)
}

/// Every file below `folder`, relative to it, hidden ones left out.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let path = folder.join(&below);
        for entry in fs::read_dir(&path).with_context(|| format!("cannot list {}", path.display()))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let name = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(name);
            } else {
                found.push(name);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_a_language_are_one_file_without_comments() -> Result<()> {
        let folder = tempfile::tempdir()?;
        for (file, text) in
            [("en/b.ftl", "b = B\n"), ("en/a.ftl", "# why\na = A\n    .more = and #1\n\n"), ("uz/a.ftl", "a = Ä\n")]
        {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().context("a folder")?)?;
            fs::write(path, text)?;
        }
        let texts = texts_by_language(folder.path())?;
        assert_eq!(texts.keys().collect::<Vec<_>>(), ["en", "uz"]);
        assert_eq!(texts["en"], "a = A\n    .more = and #1\nb = B\n");
        assert_eq!(texts["uz"], "a = Ä\n");
        Ok(())
    }

    #[test]
    fn unchanged_files_are_neither_written_nor_compressed_again_and_strangers_go() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let (from, out) = (folder.path().join("from"), folder.path().join("out"));
        fs::create_dir_all(&from)?;
        fs::write(from.join("a.js"), "let a = 1;\n".repeat(200))?;
        fs::write(from.join("tiny.js"), "1")?;

        let run = || -> Result<()> {
            let mut site = Site { out: &out, kept: BTreeSet::new() };
            site.put(&from.join("a.js"), Path::new("pkg/a.js"))?;
            site.put(&from.join("tiny.js"), Path::new("pkg/tiny.js"))?;
            site.compress()?;
            site.remove_others()
        };
        run()?;
        let packed_at = fs::metadata(out.join("pkg/a.js.br"))?.modified()?;
        fs::write(out.join("pkg/old.js"), "gone")?;
        run()?;

        let mut files = files_below(&out)?;
        files.sort();
        let expected = ["pkg/a.js", "pkg/a.js.br", "pkg/a.js.gz", "pkg/tiny.js"].map(PathBuf::from);
        assert_eq!(files, expected);
        assert_eq!(fs::metadata(out.join("pkg/a.js.br"))?.modified()?, packed_at);

        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut fs::read(out.join("pkg/a.js.br"))?.as_slice(), &mut unpacked)?;
        assert_eq!(unpacked, fs::read(from.join("a.js"))?);
        Ok(())
    }
}
