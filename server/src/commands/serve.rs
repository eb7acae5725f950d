//! `serve`: the app and the background work.

use std::process::ExitCode;

use super::{Shell, print_line};
use crate::failure::Failure;
use crate::serve::{self, Role, Web};
use crate::site_files::SiteFiles;

/// Serve the web app and run the background jobs until stopped
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  analyticbot serve --demo\n  analyticbot serve --bind 127.0.0.1:9000 --roles web")]
pub struct Args {
    /// Sign everybody in as the demo owner; on a loopback address only
    #[arg(long)]
    demo: bool,
    /// Address and port to listen on [default: server.bind of the settings, 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub bind: Option<String>,
    /// What this process does
    #[arg(long, value_enum, value_delimiter = ',', default_value = "web,jobs,bot,collect")]
    roles: Vec<Role>,
}

pub async fn run(shell: &Shell, args: Args) -> Result<ExitCode, Failure> {
    let settings = &shell.config.server;
    let serves_pages = args.roles.contains(&Role::Web);
    if args.demo && !settings.bind.ip().is_loopback() {
        return Err(Failure::usage(
            "bind",
            format!(
                "--demo signs everybody in, so it listens on a loopback address only, not on {}: use --bind 127.0.0.1:{}, or leave --demo away",
                settings.bind.ip(),
                settings.bind.port()
            ),
        ));
    }
    // before anybody is told where it is, and asks it to stop
    let stop = serve::asked_to_stop();
    // the port first: a second server must not touch the database of the first
    let listener = if serves_pages { Some(serve::listen(settings.bind).await?) } else { None };
    let metrics = match settings.metrics_bind.filter(|_| serves_pages) {
        Some(address) => Some(serve::listen(address).await?),
        None => None,
    };
    let site_files = SiteFiles::of_this_build();
    let mut ctx = shell.ctx(args.demo).await?;
    if args.roles.contains(&Role::Bot)
        && let Some(bundle) = site_files.chart_renderer().await
    {
        ctx = ctx.with_charts(bundle);
    }
    let web = match listener {
        Some(listener) => {
            let missing = site_files.missing().await;
            if !missing.is_empty() {
                tracing::warn!(
                    "the site lacks {}: pages are shown but do nothing; build with ./dev build",
                    missing.join(" and ")
                );
            }
            let address = listener.local_addr().map_err(|error| Failure::failed("listen", error.to_string()))?;
            print_line(&if shell.json {
                serde_json::json!({ "address": format!("http://{address}") }).to_string()
            } else {
                format!("AnalyticBot is at http://{address}")
            });
            Some(Web { listener, metrics, site_files })
        }
        None => None,
    };
    serve::run(ctx, &shell.config, web, &args.roles, stop).await?;
    Ok(ExitCode::SUCCESS)
}
