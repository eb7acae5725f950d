//! What may come of a call, in the product's words. Nobody sleeps in here: a wait is told, and the caller decides.

use grammers_client::InvocationError;
use grammers_client::sender::RpcError;

/// Why a call has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// `FLOOD_WAIT` and its kind.
    #[error("Telegram asks to wait {seconds} s before the next {method}")]
    Wait { seconds: u32, method: &'static str },
    #[error("the session has ended ({reason}): sign in again")]
    SignedOut { reason: String },
    #[error("Telegram has banned the account: use another one")]
    Banned,
    #[error("the account is no administrator there: make it one")]
    NotAdministrator,
    #[error("the channel is private, or the account was removed from it")]
    Private,
    #[error("nobody and nothing has this name or number")]
    NotFound,
    #[error("this is no channel but a person, a bot or a group")]
    NotAChannel,
    #[error("Telegram has no statistics for it")]
    NoStatistics,
    #[error("the graph has expired: read the statistics again")]
    GraphExpired,
    /// The connection was given up as well; the next call makes a new one.
    #[error("Telegram has not answered {method} in time")]
    Silent { method: &'static str },
    #[error("Telegram cannot be reached: {detail}")]
    Unreachable { detail: String },
    #[error("Telegram refused {method}: {code} {name}")]
    Refused { code: i32, name: String, method: &'static str },
    #[error("the answer to {method} cannot be read ({detail}): this version may be too old")]
    Malformed { method: &'static str, detail: String },
    /// Not on the list of what a session may do; nothing was sent.
    #[error("{method} is not among the methods a session may call")]
    NotAllowed { method: &'static str },
    #[error("the account has been stopped")]
    Stopped,
}

impl CallError {
    /// The same call may go well later, without anybody doing anything.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Wait { .. } | Self::Silent { .. } | Self::Unreachable { .. } | Self::GraphExpired => true,
            Self::Refused { code, .. } => *code >= 500 || *code < 0,
            _ => false,
        }
    }

    /// The account cannot be used before a person does something.
    pub fn ends_the_account(&self) -> bool {
        matches!(self, Self::SignedOut { .. } | Self::Banned | Self::Stopped)
    }

    /// One word for metrics.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Wait { .. } => "wait",
            Self::SignedOut { .. } => "signed_out",
            Self::Banned => "banned",
            Self::NotAdministrator => "not_administrator",
            Self::Private => "private",
            Self::NotFound => "not_found",
            Self::NotAChannel => "not_a_channel",
            Self::NoStatistics => "no_statistics",
            Self::GraphExpired => "graph_expired",
            Self::Silent { .. } => "silent",
            Self::Unreachable { .. } => "unreachable",
            Self::Refused { .. } => "refused",
            Self::Malformed { .. } => "malformed",
            Self::NotAllowed { .. } => "not_allowed",
            Self::Stopped => "stopped",
        }
    }
}

/// Why an account cannot be started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("the session cannot be opened: it was sealed with another key or for another account, or is damaged")]
    Unsealed,
    #[error("the session was written by a newer version (format {0})")]
    Version(u8),
    #[error("a stand-in for Telegram must be on loopback, {0} is not")]
    NotLoopback(std::net::SocketAddr),
    #[error("the session's data centre {0} is unknown")]
    UnknownCentre(i32),
    #[error("the system has no random numbers to give: {0}")]
    NoRandomness(String),
}

/// What Telegram's error means (core.telegram.org/api/errors).
pub(crate) fn refused(error: &RpcError, method: &'static str) -> CallError {
    let named = |names: &[&str]| names.contains(&error.name.as_str());
    if error.code == 420 {
        // in `2FA_CONFIRM_WAIT_60` grammers takes the first number for the value
        let last = error.name.rsplit_once('_').and_then(|(_, last)| last.parse().ok());
        return CallError::Wait { seconds: last.or(error.value).unwrap_or(WAIT_UNTOLD_S), method };
    }
    if named(&["USER_DEACTIVATED", "USER_DEACTIVATED_BAN", "PHONE_NUMBER_BANNED"]) {
        return CallError::Banned;
    }
    if (error.code == 401 && !error.is("SESSION_PASSWORD_NEEDED")) || error.is("AUTH_KEY_*") {
        return CallError::SignedOut { reason: error.name.clone() };
    }
    if named(&["CHAT_ADMIN_REQUIRED"]) {
        return CallError::NotAdministrator;
    }
    if named(&["CHANNEL_PRIVATE", "CHANNEL_PUBLIC_GROUP_NA", "CHAT_FORBIDDEN", "USER_BANNED_IN_CHANNEL"]) {
        return CallError::Private;
    }
    if named(&[
        "USERNAME_NOT_OCCUPIED",
        "USERNAME_INVALID",
        "CHANNEL_INVALID",
        "PEER_ID_INVALID",
        "MESSAGE_ID_INVALID",
        "MSG_ID_INVALID",
    ]) {
        return CallError::NotFound;
    }
    if named(&["BROADCAST_REQUIRED", "MEGAGROUP_REQUIRED"]) {
        return CallError::NoStatistics;
    }
    if named(&["GRAPH_EXPIRED_RELOAD", "GRAPH_INVALID_RELOAD", "GRAPH_OUTDATED_RELOAD"]) {
        return CallError::GraphExpired;
    }
    // grammers takes the data centre out of `STATS_MIGRATE_5`; it is what matters
    let name = match error.value {
        Some(value) if error.code == MIGRATE => format!("{}_{value}", error.name),
        _ => error.name.clone(),
    };
    CallError::Refused { code: error.code, name, method }
}

/// "Ask another data centre".
pub(crate) const MIGRATE: i32 = 303;

/// A wait without a number: longer than a hiccup, shorter than a person's patience.
const WAIT_UNTOLD_S: u32 = 60;

/// What happened below Telegram's answers.
pub(crate) fn failed(error: &InvocationError, method: &'static str) -> CallError {
    match error {
        InvocationError::Rpc(error) => refused(error, method),
        InvocationError::Deserialize(error) => CallError::Malformed { method, detail: error.to_string() },
        error => CallError::Unreachable { detail: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use grammers_tl_types::types;

    use super::*;

    fn heard(code: i32, name: &str) -> CallError {
        let error = RpcError::from(types::RpcError { error_code: code, error_message: name.to_owned() });
        refused(&error, "a.b")
    }

    #[test]
    fn telegrams_errors_in_our_words() {
        let wait = |seconds| CallError::Wait { seconds, method: "a.b" };
        assert_eq!(heard(420, "FLOOD_WAIT_86400"), wait(86_400));
        assert_eq!(heard(420, "FLOOD_PREMIUM_WAIT_3"), wait(3));
        assert_eq!(heard(420, "2FA_CONFIRM_WAIT_90"), wait(90));
        assert_eq!(heard(420, "TAKEOUT"), wait(WAIT_UNTOLD_S));
        assert_eq!(heard(401, "USER_DEACTIVATED_BAN"), CallError::Banned);
        assert!(matches!(heard(406, "AUTH_KEY_DUPLICATED"), CallError::SignedOut { .. }));
        assert!(matches!(heard(401, "SESSION_REVOKED"), CallError::SignedOut { .. }));
        assert_eq!(heard(400, "CHAT_ADMIN_REQUIRED"), CallError::NotAdministrator);
        assert_eq!(heard(400, "CHANNEL_PRIVATE"), CallError::Private);
        assert_eq!(heard(400, "GRAPH_OUTDATED_RELOAD"), CallError::GraphExpired);
        assert!(heard(-503, "Timeout").is_temporary());
        assert!(heard(500, "RPC_CALL_FAIL").is_temporary());
        assert!(!heard(400, "ANYTHING").is_temporary());
    }
}
