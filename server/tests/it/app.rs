//! The router on a database of its own, with a set clock and a small site.

use std::path::Path;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use server::AppState;
use server::config::{ApiSettings, Secret, ServerSettings};
use server::router::router;
use server::site_files::SiteFiles;
use services::collect::account::Accounts;
use services::{Clock, Ctx, SiteSettings, Viewer, demo};
use store::{Db, Settings};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// 2026-06-01 12:00 UTC.
pub const NOW: i64 = 1_780_315_200;

pub struct TestApp {
    pub router: Router,
    pub state: AppState,
    pub operator: Viewer,
    pub folder: tempfile::TempDir,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("ASCII"))
    }
}

impl TestApp {
    /// Signed in as the demo owner, without any channel.
    pub async fn demo() -> Self {
        Self::with(SiteSettings { demo: true, ..SiteSettings::default() }, 0, None, None).await
    }

    /// Nobody is signed in.
    pub async fn signed_out() -> Self {
        Self::with(SiteSettings::default(), 0, None, None).await
    }

    /// Nobody is signed in, and a caller of the API has this many answers computed a minute.
    pub async fn with_quota(computed_per_minute: u32) -> Self {
        Self::with(SiteSettings::default(), computed_per_minute, None, None).await
    }

    /// The Mini App of this bot; nobody is signed in.
    pub async fn with_bot(bot: telegram::BotToken) -> Self {
        Self::with(SiteSettings { bot: Some(bot), ..SiteSettings::default() }, 0, None, None).await
    }

    /// The Mini App of this bot where accounts may read everything; nobody is signed in.
    pub async fn with_bot_and_accounts(bot: telegram::BotToken, accounts: Accounts) -> Self {
        Self::with(SiteSettings { bot: Some(bot), ..SiteSettings::default() }, 0, None, Some(accounts)).await
    }

    /// Signed in as the demo owner, with accounts configured.
    pub async fn with_accounts(accounts: Accounts) -> Self {
        Self::with(SiteSettings { demo: true, ..SiteSettings::default() }, 0, None, Some(accounts)).await
    }

    /// Telegram brings this bot's updates with this secret; nobody is signed in.
    pub async fn with_webhook(bot: telegram::BotToken, secret: &str) -> Self {
        Self::with(SiteSettings { bot: Some(bot), ..SiteSettings::default() }, 0, Some(secret), None).await
    }

    /// The product's clock, unix seconds.
    pub fn now(&self) -> i64 {
        self.state.ctx.now()
    }

    /// One made-up channel with a short past.
    pub async fn with_a_channel() -> Self {
        let app = Self::demo().await;
        app.fill().await;
        app
    }

    pub async fn fill(&self) {
        self.fill_with_days(12).await;
    }

    pub async fn fill_with_days(&self, days: u32) {
        let options = demo::Options { seed: 1, channels: 1, days };
        demo::fill(&self.state.ctx, &self.operator, options).await.expect("a made-up channel");
    }

    async fn with(
        site: SiteSettings,
        computed_per_minute: u32,
        webhook_secret: Option<&str>,
        accounts: Option<Accounts>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let db = Db::open(&Settings { url, max_connections: 4 }).await.expect("a database");
        db.migrate().await.expect("migrations");
        let ctx = Ctx::new(db, Clock::set(NOW), site).with_accounts(accounts);
        services::identity::ensure_default_workspace(&ctx).await.expect("the workspace");
        let operator = services::identity::operator(&ctx, "default").await.expect("the operator");
        let site_folder = folder.path().join("site");
        write_site(&site_folder);
        let settings = ServerSettings {
            bind: "127.0.0.1:0".parse().expect("an address"),
            public_url: None,
            frame_ancestors: vec!["https://web.telegram.org".to_owned()],
            metrics_bind: None,
            metrics_token: None,
        };
        let api = ApiSettings { computed_per_minute };
        let secret = webhook_secret.map(|secret| serde_json::from_value::<Secret>(secret.into()).expect("a secret"));
        let settings = server::state::Settings { server: &settings, api: &api, webhook_secret: secret.as_ref() };
        let schema = ctx.db.version().await.expect("a version");
        let state =
            AppState::new(ctx, settings, None, SiteFiles::folder(site_folder), schema, CancellationToken::new());
        Self { router: router(state.clone()), state, operator, folder }
    }

    /// The slug of the made-up channel.
    pub async fn slug(&self) -> String {
        let channels = services::channels::visible(&self.state.ctx, &self.operator).await.expect("channels");
        channels.first().expect("a channel").slug()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request("GET", path, headers)).await
    }
}

/// From a browser on this machine, unless the headers say otherwise.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        request = request.header("host", "127.0.0.1:8080");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).expect("a request")
}

fn write_site(folder: &Path) {
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file of the site");
    std::fs::create_dir_all(folder.join("pkg")).expect("the folder of the site");
    write("pkg/app.js", "console.log('plain')");
    write("pkg/app.js.br", "pretend brotli");
    write("pkg/app.js.gz", "pretend gzip");
    write("pkg/app.wasm", "\0asm");
    write("favicon.svg", "<svg/>");
}
