//! `openapi`: the document of the public API.

use std::process::ExitCode;

use super::print_line;
use crate::api::document;

#[derive(Debug, clap::Args)]
#[command(
    about = "Print the OpenAPI 3.1 document of the HTTP API",
    after_help = "Example:\n  analyticbot openapi > openapi.json"
)]
pub struct Args;

pub fn run() -> ExitCode {
    let pretty = serde_json::to_string_pretty(&document::document()).unwrap_or_default();
    print_line(&pretty);
    ExitCode::SUCCESS
}
