//! How a command ends badly: one sentence with the way out, and an exit code.

use std::process::ExitCode;

use serde::Serialize;
use services::{Error, What};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// asked for rightly, but it could not be done
    Failed = 1,
    /// what was typed cannot be meant: an unknown channel, zone, question or parameter
    Usage = 2,
}

/// What a person reads on standard error.
#[derive(Debug, Serialize)]
pub struct Failure {
    #[serde(skip)]
    pub exit: Exit,
    /// for machines
    pub code: &'static str,
    pub message: String,
    /// the parameter that is wrong
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// more to say, e.g. the bad rows of a file
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
}

impl Failure {
    pub fn failed(code: &'static str, message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, code, message: message.into(), field: None, details: Vec::new() }
    }

    pub fn usage(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            code: "invalid",
            message: message.into(),
            field: Some(field.into()),
            details: Vec::new(),
        }
    }

    /// Writes it to standard error and gives the exit code.
    pub fn report(&self, as_json: bool) -> ExitCode {
        if as_json {
            eprintln!("{}", serde_json::json!({ "error": self }));
        } else {
            eprintln!("analyticbot: {}", self.message);
            for detail in &self.details {
                eprintln!("  {detail}");
            }
        }
        ExitCode::from(self.exit as u8)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::NotFound(What::Channel) => Self {
                code: "not_found",
                ..Self::usage(
                    "channel",
                    "there is no such channel here: `analyticbot channel list` shows those there are",
                )
            },
            Error::NotFound(What::Workspace) => Self {
                code: "not_found",
                ..Self::usage(
                    "workspace",
                    "there is no such workspace: leave --workspace away to use the one called default",
                )
            },
            Error::NotFound(_) => Self { exit: Exit::Usage, ..Self::failed("not_found", error.to_string()) },
            Error::Invalid { field, allowed } => Self::usage(field.clone(), format!("{field}: {allowed}")),
            Error::Conflict(_) => Self::failed("conflict", error.to_string()),
            Error::Unavailable(_) => Self::failed("unavailable", error.to_string()),
            Error::Forbidden { .. } | Error::SignInNeeded => Self::failed("forbidden", error.to_string()),
            Error::Obstructed { until, .. } => {
                let until = until.and_then(|at| jiff::Timestamp::from_second(at).ok());
                let again = until.map_or_else(String::new, |until| format!("; try again after {until}"));
                Self::failed("obstructed", format!("{error}{again}"))
            }
            Error::LimitedUntil { .. } => Self::failed("limited", error.to_string()),
            Error::Internal { .. } => Self::failed(
                "internal",
                format!("{error}: the cause stands in the log above; `analyticbot doctor` checks the usual suspects"),
            ),
        }
    }
}

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Self {
        Self { code: "config", ..Self::usage("config", error.to_string()) }
    }
}
