//! Where log lines go: standard error, as text or JSON.

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};
use crate::failure::Failure;

/// A command says its result itself; of the log only what is wrong belongs on its terminal, unless asked for.
const FILTER_OF_COMMANDS: &str = "warn";

pub fn start(config: &Config, serves: bool) -> Result<(), Failure> {
    let filter = if !serves && config.is_default("log.filter") { FILTER_OF_COMMANDS } else { &config.log.filter };
    let filter = EnvFilter::try_new(filter).map_err(|error| {
        Failure::usage(
            "log.filter",
            format!("log.filter is {filter:?}: {error}; for example \"info\" or \"warn,store=debug\""),
        )
    })?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // a second start in one process (tests) keeps the first
    let _ = match config.log.format {
        LogFormat::Text => log.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    Ok(())
}
