//! What a browser downloads, after brotli, and the limits it may not pass.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::site::{OUTPUT_NAME, PKG, SPLIT_MANIFEST, with_suffix};

const KIB: u64 = 1024;
/// Targets of the product: a first visit on a phone in under a second.
const WASM_LIMIT_BYTES: u64 = 450 * KIB;
const CHARTS_LIMIT_BYTES: u64 = 250 * KIB;
/// The app and the parts of one page: what is loaded when that page is the first. No target of the product, but what
/// the largest page needs now and a little more, so that nothing grows unseen.
const PAGE_LIMIT_BYTES: u64 = 760 * KIB;

/// Prints the sizes; false when a limit is passed.
pub fn check(site: &Path) -> Result<bool> {
    let pkg = site.join(PKG);
    let app = format!("{OUTPUT_NAME}.wasm");
    let files = [
        (app.as_str(), Some(WASM_LIMIT_BYTES)),
        ("charts.js", Some(CHARTS_LIMIT_BYTES)),
        (&format!("{OUTPUT_NAME}.js"), None),
        (&format!("{OUTPUT_NAME}.css"), None),
    ];
    let mut within = true;
    for (name, limit) in files {
        within &= row(name, packed(&pkg, name)?, limit);
    }
    for (page, parts) in pages(&pkg)? {
        let parts: Vec<u64> = parts.iter().map(|part| packed(&pkg, &format!("{part}.wasm"))).collect::<Result<_>>()?;
        let total = packed(&pkg, &app)? + parts.iter().sum::<u64>();
        within &= row(&format!("{app} + {page}"), total, Some(PAGE_LIMIT_BYTES));
    }
    Ok(within)
}

fn row(name: &str, packed: u64, limit: Option<u64>) -> bool {
    let verdict = match limit {
        None => String::new(),
        Some(limit) if packed <= limit => format!("within {} KiB", limit / KIB),
        Some(limit) => format!("OVER the limit of {} KiB", limit / KIB),
    };
    println!("{name:<28} {:>7.1} KiB   {verdict}", packed as f64 / KIB as f64);
    limit.is_none_or(|limit| packed <= limit)
}

/// Page → file names, without their ending, of the parts it needs.
fn pages(pkg: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let path = pkg.join(SPLIT_MANIFEST);
    let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let manifest: BTreeMap<String, Vec<String>> = serde_json::from_slice(&text).context("the manifest of the parts")?;
    Ok(manifest.into_iter().map(|(name, parts)| (page_name(&name).to_owned(), parts)).collect())
}

/// `__post_route_view_1234` reads better as `post`.
fn page_name(part: &str) -> &str {
    let part = part.trim_start_matches('_');
    part.split_once("_route_view").map_or(part, |(page, _)| page)
}

/// Bytes of a file after brotli.
fn packed(pkg: &Path, name: &str) -> Result<u64> {
    let path = with_suffix(&pkg.join(name), "br");
    let meta = fs::metadata(&path)
        .with_context(|| format!("{} is missing; `./dev build` makes the release site", path.display()))?;
    Ok(meta.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files with their sizes after brotli, and one page made of two parts.
    fn site(app_bytes: u64, part_bytes: u64) -> Result<tempfile::TempDir> {
        let folder = tempfile::tempdir()?;
        let pkg = folder.path().join(PKG);
        fs::create_dir_all(&pkg)?;
        fs::write(pkg.join(SPLIT_MANIFEST), r#"{"__post_route_view_77": ["split_post", "chunk_1"]}"#)?;
        let sizes = [("app.wasm", app_bytes), ("split_post.wasm", part_bytes)];
        for (name, bytes) in
            sizes.into_iter().chain(["charts.js", "app.js", "app.css", "chunk_1.wasm"].map(|name| (name, 1)))
        {
            fs::write(pkg.join(format!("{name}.br")), vec![0; bytes as usize])?;
        }
        Ok(folder)
    }

    #[test]
    fn the_limit_itself_passes_and_one_byte_more_does_not() -> Result<()> {
        assert!(check(site(WASM_LIMIT_BYTES, 1)?.path())?);
        assert!(!check(site(WASM_LIMIT_BYTES + 1, 1)?.path())?);
        Ok(())
    }

    #[test]
    fn a_page_is_the_app_and_all_its_parts() -> Result<()> {
        let rest = PAGE_LIMIT_BYTES - WASM_LIMIT_BYTES;
        assert!(check(site(WASM_LIMIT_BYTES, rest - 1)?.path())?);
        assert!(!check(site(WASM_LIMIT_BYTES, rest)?.path())?);
        assert_eq!(page_name("__post_route_view_77"), "post");
        Ok(())
    }

    #[test]
    fn a_missing_file_is_an_error_not_a_pass() -> Result<()> {
        let folder = site(1, 1)?;
        fs::remove_file(folder.path().join(PKG).join("charts.js.br"))?;
        assert!(check(folder.path()).is_err());
        Ok(())
    }
}
