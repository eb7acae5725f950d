//! Static files: the best stored form, types, tags, caching.

use http::StatusCode;

use crate::app::{TestApp, request};

#[tokio::test]
async fn the_precompressed_sibling_the_browser_accepts_is_sent() {
    let app = TestApp::demo().await;
    for (accept, encoding, body) in [
        ("gzip, deflate, br", "br", "pretend brotli"),
        ("gzip", "gzip", "pretend gzip"),
        ("br;q=0, gzip", "gzip", "pretend gzip"),
        ("identity", "", "console.log('plain')"),
    ] {
        let answer = app.get_with("/pkg/app.js", &[("accept-encoding", accept)]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!((answer.header("content-encoding"), answer.text().as_str()), (encoding, body), "{accept}");
        assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
        assert_eq!(answer.header("vary"), "accept-encoding");
    }
    assert_eq!(app.get("/pkg/app.wasm").await.header("content-type"), "application/wasm");
    assert_eq!(app.get("/favicon.svg").await.header("content-type"), "image/svg+xml");
}

#[tokio::test]
async fn a_known_tag_costs_no_body_and_forms_have_tags_of_their_own() {
    let app = TestApp::demo().await;
    let plain = app.get("/pkg/app.js").await;
    let packed = app.get_with("/pkg/app.js", &[("accept-encoding", "br")]).await;
    assert_ne!(plain.header("etag"), packed.header("etag"));
    assert!(plain.header("etag").starts_with('"'), "a strong tag");

    let known = app.get_with("/pkg/app.js", &[("if-none-match", plain.header("etag"))]).await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    assert!(known.bytes.is_empty());
    assert_eq!(known.header("etag"), plain.header("etag"));
    let other = app.get_with("/pkg/app.js", &[("if-none-match", packed.header("etag"))]).await;
    assert_eq!(other.status, StatusCode::OK);

    std::fs::write(app.folder.path().join("site/pkg/app.js"), "console.log('rebuilt')").expect("written");
    let rebuilt = app.get_with("/pkg/app.js", &[("if-none-match", plain.header("etag"))]).await;
    assert_eq!((rebuilt.status, rebuilt.text().as_str()), (StatusCode::OK, "console.log('rebuilt')"));
}

#[tokio::test]
async fn only_a_versioned_address_is_kept_for_good() {
    let app = TestApp::demo().await;
    assert_eq!(app.get("/pkg/app.js").await.header("cache-control"), "no-cache");
    assert_eq!(app.get("/pkg/app.js?v=abc123").await.header("cache-control"), "public, max-age=31536000, immutable");
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let app = TestApp::demo().await;
    let answer = app.send(request("HEAD", "/pkg/app.js", &[])).await;
    assert_eq!((answer.status, answer.header("content-length"), answer.bytes.len()), (StatusCode::OK, "20", 0));
}

#[tokio::test]
async fn nothing_outside_the_site_is_served() {
    let app = TestApp::demo().await;
    for path in ["/../test.db", "/pkg/../../test.db", "/%2e%2e/test.db", "/.git/config", "/pkg/missing.js"] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
}
