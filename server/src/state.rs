//! What every request handler may need.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRef;
use http::HeaderValue;
use leptos::config::LeptosOptions;
use services::Ctx;
use tokio_util::sync::CancellationToken;

use crate::api::answering::Answers;
use crate::api::quota::Quota;
use crate::config::{ApiSettings, Secret, ServerSettings};
use crate::live::Live;
use crate::security;
use crate::shared::Shared;
use crate::site_files::SiteFiles;

/// How long a request waits for a connection to the database before it is told that there is none. Commands, imports
/// and jobs wait longer.
const DATABASE_PATIENCE: Duration = Duration::from_secs(3);

/// Cloning shares it: every layer of the router clones its state with every request.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

pub struct Parts {
    pub ctx: Ctx,
    pub leptos_options: LeptosOptions,
    pub site_files: SiteFiles,
    /// sources of the policy's `frame-ancestors`, e.g. `'self' https://web.telegram.org`
    pub frame_ancestors: Arc<str>,
    /// Content-Security-Policy of all that is not the app's document
    pub policy_of_others: HeaderValue,
    /// scheme and host people reach the app at, where the settings say
    pub public_origin: Option<Arc<str>>,
    pub live: Live,
    pub api: Api,
    /// opens the webhook of the bot
    pub webhook_secret: Option<Arc<str>>,
    /// opens `/metrics` on the app's address
    pub metrics_token: Option<Arc<str>>,
    /// newest migration applied when the process started
    pub schema_version: Option<i64>,
    /// cancelled when the process has been asked to stop: new work goes elsewhere, what runs is finished
    pub stopping: CancellationToken,
}

/// What the public API keeps between requests.
pub struct Api {
    pub answers: Answers,
    pub quota: Quota,
    /// with other replicas, where there is Redis
    pub shared: Option<Shared>,
}

/// What of the settings requests are answered by.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    pub server: &'a ServerSettings,
    pub api: &'a ApiSettings,
    /// where Telegram calls us
    pub webhook_secret: Option<&'a Secret>,
}

impl AppState {
    pub fn new(
        ctx: Ctx,
        Settings { server: settings, api, webhook_secret }: Settings<'_>,
        shared: Option<Shared>,
        site_files: SiteFiles,
        schema_version: Option<i64>,
        stopping: CancellationToken,
    ) -> Self {
        let frame_ancestors =
            if settings.frame_ancestors.is_empty() { "'none'".to_owned() } else { settings.frame_ancestors.join(" ") };
        let leptos_options = LeptosOptions::builder()
            .output_name(env!("LEPTOS_OUTPUT_NAME"))
            .site_pkg_dir("pkg")
            .site_addr(settings.bind)
            .build();
        let ctx = ctx.impatient(DATABASE_PATIENCE);
        let quota = Quota::new(api.computed_per_minute, shared.clone());
        Self(Arc::new(Parts {
            live: Live::start(ctx.clone(), stopping.clone()),
            ctx,
            api: Api { answers: Answers::new(), quota, shared },
            webhook_secret: webhook_secret.map(|secret| secret.expose().into()),
            metrics_token: settings.metrics_token.as_ref().map(|token| token.expose().into()),
            leptos_options,
            site_files,
            policy_of_others: security::policy_of_others(&frame_ancestors),
            frame_ancestors: frame_ancestors.into(),
            public_origin: settings.public_url.as_deref().map(Into::into),
            schema_version,
            stopping,
        }))
    }
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}
