//! What a server function answers when it cannot: the serialisable face of `services::Error`.

use domain::analytics::period::NotAPeriod;
use domain::collect::connection::Obstacle;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// Says what a person can do about it. `Display` is plain English for logs; screens say it in the reader's language
/// (`ui::problem`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ApiError {
    #[error("not found")]
    NotFound,
    #[error("sign in first")]
    SignIn,
    #[error("your role does not allow this")]
    Forbidden,
    #[error("{field}: {allowed}")]
    Invalid { field: String, allowed: String },
    #[error("this was changed in the meantime: {what}")]
    Conflict { what: String },
    #[error("limited until {until}")]
    Limited { until: i64 },
    #[error("not available: {what}")]
    Unavailable { what: String },
    /// something at Telegram stands in the way, until a moment (unix seconds) where that is known
    #[error("{obstacle}")]
    Obstructed { obstacle: Obstacle, until: Option<i64> },
    #[error("something failed on the server, id {id}")]
    Internal { id: String },
    /// the request did not reach the server, or its answer did not reach us
    #[error("no connection to the server")]
    Offline,
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // on the server it is the request that cannot be read, in the browser the answer
            ServerFnErrorErr::Deserialization(what) if cfg!(feature = "ssr") => {
                Self::Invalid { field: "request".to_owned(), allowed: what }
            }
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Offline
            }
            ServerFnErrorErr::Args(what) | ServerFnErrorErr::MissingArg(what) => {
                Self::Invalid { field: "request".to_owned(), allowed: what }
            }
            other => Self::Unavailable { what: other.to_string() },
        }
    }
}

impl From<NotAPeriod> for ApiError {
    fn from(error: NotAPeriod) -> Self {
        Self::Invalid { field: "period".to_owned(), allowed: error.to_string() }
    }
}
