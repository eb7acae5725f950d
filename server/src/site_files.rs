//! The site's files: scripts, WebAssembly, styles, fonts. A release build has them inside; a debug build reads the
//! folder they are built into, so that a rebuilt script shows without rebuilding the server.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use rust_embed::RustEmbed;

/// A file asked for by its version never changes under that name.
const CACHE_OF_VERSIONED: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Kept by the browser, but asked about at every use; the answer is mostly 304.
const CACHE_OF_OTHERS: HeaderValue = HeaderValue::from_static("no-cache");

/// Precompressed siblings, best first: encoding and what it adds to the file's name.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Without these two the pages are shown, but nothing on them moves.
const NEEDED: [&str; 2] = ["pkg/app.js", "pkg/app.wasm"];

#[derive(RustEmbed)]
#[folder = "$ANALYTICBOT_SITE"]
struct Embedded;

#[derive(Clone)]
pub struct SiteFiles(Arc<Source>);

enum Source {
    Embedded,
    Folder(PathBuf),
}

struct SiteFile {
    bytes: Bytes,
    /// quoted; differs whenever the bytes differ
    etag: String,
}

impl SiteFiles {
    /// What this build carries, or the folder a debug build was made beside.
    pub fn of_this_build() -> Self {
        if cfg!(debug_assertions) { Self::folder(env!("ANALYTICBOT_SITE")) } else { Self(Arc::new(Source::Embedded)) }
    }

    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self(Arc::new(Source::Folder(folder.into())))
    }

    /// Names of files without which the pages stay still.
    pub async fn missing(&self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        for name in NEEDED {
            if self.read(name).await.is_none() {
                missing.push(name);
            }
        }
        missing
    }

    /// `ECharts` for the server; `None` in a build without it.
    pub async fn chart_renderer(&self) -> Option<String> {
        self.text("pkg/charts-render.js").await
    }

    /// A text file; `None` when there is no such file.
    pub async fn text(&self, name: &str) -> Option<String> {
        String::from_utf8(self.read(name).await?.bytes.into()).ok()
    }

    /// The answer to a GET or HEAD of a file; `None` when there is no such file.
    pub async fn respond(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
        if method != Method::GET && method != Method::HEAD {
            return None;
        }
        let name = plain_name(uri.path())?;
        let (file, encoding) = self.best(name, headers).await?;
        let versioned = uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("v=")));
        let etag = HeaderValue::from_str(&file.etag).expect("an ETag is ASCII");
        let mut response = if matches(headers, &file.etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let length = file.bytes.len();
            let mut response =
                Response::new(if method == Method::HEAD { Body::empty() } else { Body::from(file.bytes) });
            response.headers_mut().insert(CONTENT_LENGTH, length.into());
            response.headers_mut().insert(CONTENT_TYPE, content_type(name));
            if let Some(encoding) = encoding {
                response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            response
        };
        let fields = response.headers_mut();
        fields.insert(ETAG, etag);
        fields.insert(VARY, HeaderValue::from_static("accept-encoding"));
        fields.insert(CACHE_CONTROL, if versioned { CACHE_OF_VERSIONED } else { CACHE_OF_OTHERS });
        Some(response)
    }

    async fn best(&self, name: &str, headers: &HeaderMap) -> Option<(SiteFile, Option<&'static str>)> {
        for (encoding, suffix) in ENCODINGS {
            if accepts(headers, encoding)
                && let Some(file) = self.read(&format!("{name}{suffix}")).await
            {
                return Some((file, Some(encoding)));
            }
        }
        Some((self.read(name).await?, None))
    }

    async fn read(&self, name: &str) -> Option<SiteFile> {
        match &*self.0 {
            Source::Embedded => {
                let file = Embedded::get(name)?;
                let etag = format!("\"{}\"", hexadecimal(&file.metadata.sha256_hash()[..16]));
                let bytes = match file.data {
                    std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                    std::borrow::Cow::Owned(bytes) => bytes.into(),
                };
                Some(SiteFile { bytes, etag })
            }
            Source::Folder(folder) => read_from_disk(&folder.join(name)).await,
        }
    }
}

async fn read_from_disk(path: &Path) -> Option<SiteFile> {
    let metadata = tokio::fs::metadata(path).await.ok().filter(std::fs::Metadata::is_file)?;
    let changed_ns = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    let bytes = tokio::fs::read(path).await.ok()?;
    Some(SiteFile { etag: format!("\"{changed_ns:x}-{:x}\"", bytes.len()), bytes: bytes.into() })
}

/// The path without its slash when it is made of plain names: nothing hidden, no way up, no compressed sibling.
fn plain_name(path: &str) -> Option<&str> {
    let name = path.strip_prefix('/')?;
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let sibling = ENCODINGS.iter().any(|(_, suffix)| name.ends_with(suffix));
    (!sibling && name.split('/').all(plain)).then_some(name)
}

/// Whether `Accept-Encoding` names the encoding, or `*`, and does not refuse it with `q=0`.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let mut any = false;
    for part in headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
    {
        let mut fields = part.split(';').map(str::trim);
        let name = fields.next().unwrap_or_default();
        let refused = fields
            .filter_map(|field| field.strip_prefix("q="))
            .any(|quality| quality.parse().is_ok_and(|quality: f32| quality == 0.0));
        if name.eq_ignore_ascii_case(encoding) {
            return !refused;
        }
        any |= name == "*" && !refused;
    }
    any
}

fn matches(headers: &HeaderMap, etag: &str) -> bool {
    let asked = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    asked
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|asked| asked == "*" || asked.trim_start_matches("W/") == etag)
}

fn content_type(name: &str) -> HeaderValue {
    let guess = mime_guess::from_path(name).first_or_octet_stream();
    let is_text =
        guess.type_() == mime_guess::mime::TEXT || guess.subtype() == "json" || guess.subtype() == "javascript";
    let text = if is_text { format!("{guess}; charset=utf-8") } else { guess.to_string() };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn only_plain_names_lead_to_files() {
        assert_eq!(plain_name("/pkg/app.js"), Some("pkg/app.js"));
        for path in [
            "/",
            "/../etc/passwd",
            "/pkg/../../x",
            "/.git/config",
            "/pkg//app.js",
            "/pkg/%2e%2e/x",
            "/pkg/app.js.br",
            "pkg/app.js",
        ] {
            assert_eq!(plain_name(path), None, "{path}");
        }
    }

    #[test]
    fn the_browser_chooses_the_encoding() {
        let accept = |value: &'static str| headers(ACCEPT_ENCODING, value);
        assert!(accepts(&accept("gzip, deflate, br"), "br"));
        assert!(accepts(&accept("*"), "br"));
        assert!(!accepts(&accept("gzip;q=1.0"), "br"));
        assert!(!accepts(&accept("*, br;q=0"), "br"));
        assert!(!accepts(&HeaderMap::new(), "gzip"));
    }

    #[test]
    fn a_matching_tag_is_found_in_a_list() {
        let asked = |value: &'static str| headers(IF_NONE_MATCH, value);
        assert!(matches(&asked("\"a\", W/\"b\""), "\"b\""));
        assert!(matches(&asked("*"), "\"b\""));
        assert!(!matches(&asked("\"a\""), "\"b\""));
    }

    #[test]
    fn types_are_those_a_browser_insists_on() {
        assert_eq!(content_type("pkg/app.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("pkg/app.wasm"), "application/wasm");
        assert_eq!(content_type("fonts/inter.woff2"), "font/woff2");
        assert_eq!(content_type("app.css"), "text/css; charset=utf-8");
        assert_eq!(content_type("logo.svg"), "image/svg+xml");
    }
}
