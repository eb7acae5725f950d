//! What every answer tells the browser it may not do, and which changing requests are refused.

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use crate::problem::Problem;
use crate::state::AppState;
use crate::webhook::WEBHOOK_PATH;

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// For answers that are not the app's document, which brings its own policy with a nonce: no script at all, whatever a
/// plain error page or a data file might hold. Script files are run under the policy of the page that asked for them.
/// Inline style attributes are what the plain error pages are dressed with.
const POLICY_OF_OTHERS: &str = "default-src 'self'; script-src 'none'; style-src-attr 'unsafe-inline'; \
    base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors ";

/// Headers on everything, static files too.
pub fn add_headers(state: &AppState, fields: &mut HeaderMap) {
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    fields.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    fields.insert(
        PERMISSIONS_POLICY,
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    // pages and answers are a person's own; files have said already how long they keep
    fields.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    fields.entry(CONTENT_SECURITY_POLICY).or_insert_with(|| state.policy_of_others.clone());
}

/// `frame_ancestors` are origins, which the settings have checked; were one not, nobody could frame us.
pub fn policy_of_others(frame_ancestors: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("{POLICY_OF_OTHERS}{frame_ancestors}"))
        .unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
}

/// A request that changes something must come from our own page: it carries a header that other origins cannot set
/// unasked, and the browser's word about where it comes from, if any, must agree. The public API takes no cookie: no
/// page can make a browser ask it in a person's name.
pub fn refuse_forged(state: &AppState, request: &Request) -> Option<Response> {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let path = request.uri().path();
    let takes_cookies = !path.starts_with("/api/v2/") && path != WEBHOOK_PATH;
    if !changes || !takes_cookies {
        return None;
    }
    let detail = judge(request.headers(), state.public_origin.as_deref()).err()?;
    Some(Problem::new(StatusCode::FORBIDDEN, detail).into_response())
}

fn judge(headers: &HeaderMap, public_origin: Option<&str>) -> Result<(), String> {
    if !headers.contains_key(app::session::CSRF_HEADER) {
        return Err(format!(
            "a changing request needs the header {}; reload the page and try again",
            app::session::CSRF_HEADER
        ));
    }
    if is_same_origin(headers, public_origin) {
        Ok(())
    } else {
        Err("this request comes from another site; open the app itself and try there".to_owned())
    }
}

/// What the browser says about the page that sent a request. A client that says nothing is not a browser, and no
/// other site can make it act in a person's name.
pub fn is_same_origin(headers: &HeaderMap, public_origin: Option<&str>) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text(&SEC_FETCH_SITE)
        && site != "same-origin"
        && site != "none"
    {
        return false;
    }
    let Some(origin) = text(&ORIGIN) else { return true };
    let host_of_origin = origin.split_once("://").map(|(_, host)| host);
    public_origin == Some(origin) || (host_of_origin.is_some() && host_of_origin == text(&HOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields.iter().map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_changing_request_comes_from_our_own_page() {
        let ours = [
            ("x-analyticbot", "1"),
            ("host", "stats.example"),
            ("origin", "https://stats.example"),
            ("sec-fetch-site", "same-origin"),
        ];
        assert!(judge(&headers(&ours), None).is_ok());
        assert!(judge(&headers(&ours[1..]), None).is_err(), "without the header");
        for stranger in [
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", "https://stats.example.evil.example"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let mut fields = headers(&ours);
            fields.insert(stranger.0, HeaderValue::from_static(stranger.1));
            assert!(judge(&fields, None).is_err(), "{stranger:?}");
        }
    }

    #[test]
    fn behind_a_proxy_the_public_address_counts() {
        let proxied =
            headers(&[("x-analyticbot", "1"), ("host", "127.0.0.1:8080"), ("origin", "https://stats.example")]);
        assert!(judge(&proxied, Some("https://stats.example")).is_ok());
        assert!(judge(&proxied, None).is_err());
    }
}
