//! What a browser downloads, after brotli, and the limits it may not pass.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::site::{OUTPUT_NAME, PKG, with_suffix};

const KIB: u64 = 1024;
/// Targets of the product: a first visit on a phone in under a second. The dashboard needs the first file and the
/// charts; another page needs its part too, all in all no more than that again by half.
const WASM_LIMIT_BYTES: u64 = 450 * KIB;
const PART_LIMIT_BYTES: u64 = 225 * KIB;
const CHARTS_LIMIT_BYTES: u64 = 250 * KIB;
/// Parts are named by the splitter: this, the name of the lazy route, a number.
const PART_PREFIX: &str = "split_";

/// Prints the sizes; false when a limit is passed.
pub fn check(site: &Path) -> Result<bool> {
    let pkg = site.join(PKG);
    let mut limited = vec![
        (format!("{OUTPUT_NAME}.wasm"), Some(WASM_LIMIT_BYTES)),
        ("charts.js".to_owned(), Some(CHARTS_LIMIT_BYTES)),
        (format!("{OUTPUT_NAME}.js"), None),
        (format!("{OUTPUT_NAME}.css"), None),
    ];
    limited.extend(parts(&pkg)?.into_iter().map(|part| (part, Some(PART_LIMIT_BYTES))));
    let mut within = true;
    for (name, limit) in limited {
        let path = pkg.join(&name);
        let plain = length(&path)?;
        let packed = length(&with_suffix(&path, "br"))?;
        let verdict = match limit {
            None => String::new(),
            Some(limit) if packed <= limit => format!("within {} KiB", limit / KIB),
            Some(limit) => {
                within = false;
                format!("OVER the limit of {} KiB", limit / KIB)
            }
        };
        println!("{:<32} {:>8.1} KiB   brotli {:>7.1} KiB   {verdict}", shown(&name), in_kib(plain), in_kib(packed));
    }
    Ok(within)
}

/// File names of the lazily loaded parts, sorted.
fn parts(pkg: &Path) -> Result<Vec<String>> {
    let mut parts = Vec::new();
    for entry in fs::read_dir(pkg).with_context(|| format!("cannot list {}", pkg.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with(PART_PREFIX) && Path::new(&name).extension().is_some_and(|extension| extension == "wasm") {
            parts.push(name);
        }
    }
    parts.sort();
    Ok(parts)
}

/// `split___post_route_view_1234.wasm` reads better as `post_route_view`.
fn shown(name: &str) -> &str {
    let Some(part) = name.strip_prefix(PART_PREFIX) else { return name };
    part.rsplit_once('_').map_or(part, |(part, _number)| part).trim_start_matches('_')
}

fn length(path: &Path) -> Result<u64> {
    let meta = fs::metadata(path)
        .with_context(|| format!("{} is missing; `./dev build` makes the release site", path.display()))?;
    Ok(meta.len())
}

fn in_kib(bytes: u64) -> f64 {
    bytes as f64 / KIB as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(wasm_packed_bytes: u64) -> Result<tempfile::TempDir> {
        let folder = tempfile::tempdir()?;
        fs::create_dir_all(folder.path().join(PKG))?;
        for name in ["app.wasm", "charts.js", "app.js", "app.css"] {
            fs::write(folder.path().join(PKG).join(name), "x")?;
            let packed = if name == "app.wasm" { wasm_packed_bytes } else { 1 };
            fs::write(folder.path().join(PKG).join(format!("{name}.br")), vec![0; packed as usize])?;
        }
        Ok(folder)
    }

    #[test]
    fn the_limit_itself_passes_and_one_byte_more_does_not() -> Result<()> {
        assert!(check(site(WASM_LIMIT_BYTES)?.path())?);
        assert!(!check(site(WASM_LIMIT_BYTES + 1)?.path())?);
        Ok(())
    }

    #[test]
    fn lazy_parts_have_a_limit_too() -> Result<()> {
        let folder = site(1)?;
        let part = folder.path().join(PKG).join("split___post_route_view_77.wasm");
        fs::write(&part, "x")?;
        fs::write(with_suffix(&part, "br"), vec![0; PART_LIMIT_BYTES as usize + 1])?;
        assert!(!check(folder.path())?);
        assert_eq!(shown("split___post_route_view_77.wasm"), "post_route_view");
        Ok(())
    }

    #[test]
    fn a_missing_file_is_an_error_not_a_pass() -> Result<()> {
        let folder = site(1)?;
        fs::remove_file(folder.path().join(PKG).join("charts.js.br"))?;
        assert!(check(folder.path()).is_err());
        Ok(())
    }
}
