//! `config`: the settings in force, and an example of all.

use std::process::ExitCode;

use clap::Subcommand;

use super::{Shell, print_line};

/// Show the settings in force, or an example with every key explained
#[derive(Debug, Subcommand)]
#[command(after_help = "Example:\n  analyticbot config example > analyticbot.toml")]
pub enum ConfigCommand {
    /// The values in force and where each comes from, with secrets masked
    #[command(after_help = "Example:\n  ANALYTICBOT_SERVER__BIND=127.0.0.1:9000 analyticbot config print")]
    Print,
    /// Every key with its default and meaning, ready to be saved as analyticbot.toml
    #[command(after_help = "Example:\n  analyticbot config example > analyticbot.toml")]
    Example,
}

pub fn print(shell: &Shell, command: &ConfigCommand) -> ExitCode {
    match command {
        ConfigCommand::Example => example(),
        ConfigCommand::Print => {
            print_line(&if shell.json {
                shell.config.print_json().to_string()
            } else {
                shell.config.print().trim_end().to_owned()
            });
            ExitCode::SUCCESS
        }
    }
}

/// Needs no settings: whoever has a broken file asks for it too.
pub fn example() -> ExitCode {
    print_line(crate::config::example().trim_end());
    ExitCode::SUCCESS
}
