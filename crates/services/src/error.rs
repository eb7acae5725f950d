//! What can stand between a person and what they asked for, in words a door (screen, command, API) can act on.
//!
//! To add a case: a variant here, its sentence, and its face in `app::ApiError` and in the commands' exit codes.

use domain::analytics::query::QueryError;
use domain::collect::connection::Obstacle;
use domain::identity::Role;
use domain::zone::ZoneError;
use serde::{Deserialize, Serialize};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", content = "detail", rename_all = "snake_case")]
pub enum Error {
    /// Also what is there but belongs to another workspace: whether it exists is nobody else's business.
    #[error("there is no such {0}")]
    NotFound(What),
    /// Nobody is signed in, or the session has ended.
    #[error("sign in first")]
    SignInNeeded,
    #[error("this needs the role {} or a higher one", needs.as_str())]
    Forbidden { needs: Role },
    /// A value that cannot be used: its name and what is allowed.
    #[error("{field}: {allowed}")]
    Invalid { field: String, allowed: String },
    /// A limit that opens again at `at` (unix seconds).
    #[error("the limit is reached; it opens again at {at}")]
    LimitedUntil { at: i64 },
    #[error("{0}")]
    Unavailable(Outage),
    #[error("{0}")]
    Conflict(Clash),
    /// Something at Telegram stands in the way, until `until` (unix seconds) where that is known.
    #[error("{obstacle}")]
    Obstructed { obstacle: Obstacle, until: Option<i64> },
    /// Ours to fix. The cause is in the log under this id.
    #[error("something went wrong on our side (id {id})")]
    Internal { id: String },
}

/// What was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Workspace,
    Channel,
    Post,
    Member,
    Invitation,
    Experiment,
    ApiKey,
    /// a channel is not collected this way
    Connection,
    /// of Telegram, that collects
    Account,
}

impl std::fmt::Display for What {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Workspace => "workspace",
            Self::Channel => "channel",
            Self::Post => "post",
            Self::Member => "member",
            Self::Invitation => "invitation",
            Self::Experiment => "experiment",
            Self::ApiKey => "API key",
            Self::Connection => "way of collecting",
            Self::Account => "account",
        })
    }
}

/// What is not working just now, and for whom to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    #[error("the database is busy with other writes; try again in a moment")]
    DatabaseBusy,
    #[error("the database cannot be reached just now; try again in a moment")]
    DatabaseUnreachable,
    #[error("the database file or its folder cannot be written to; the numbers can still be read")]
    DatabaseReadOnly,
    #[error("the disk is full; free some space and try again")]
    DiskFull,
    #[error(
        "the database was written by a newer version (its schema is {found}, this program knows {known}); start the newer program"
    )]
    NewerDatabase { found: i64, known: i64 },
    #[error("this process does not read public pages")]
    NoPreviewClient,
    #[error("accounts of Telegram are off here: set mtproto.api_id, mtproto.api_hash and mtproto.encryption_key")]
    NoAccounts,
}

/// What the request collides with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clash {
    #[error("the last owner stays: make somebody else an owner first")]
    LastOwner,
    #[error("this invitation was already used")]
    InvitationUsed,
    #[error("this invitation was taken back")]
    InvitationRevoked,
    #[error("this invitation has expired; ask for a new one")]
    InvitationExpired,
    #[error("the title typed is not the channel's title; nothing was deleted")]
    TitleDiffers,
    #[error("another experiment of this channel is proposed or running: stop it first")]
    ExperimentOpen,
    #[error("this experiment has moved on in the meantime; look again")]
    ExperimentMoved,
    #[error("every post of this experiment has been assigned")]
    ExperimentComplete,
    #[error("the slots assigned last are still ahead: publish then, or withdraw one")]
    SlotsAhead,
    #[error("another one like it exists already")]
    Exists,
    #[error("Telegram has ended this account's session: sign in again")]
    SignInAgain,
    #[error(
        "Telegram could not be told that this account signs out: try again, or end the session in Telegram yourself and remove it by force"
    )]
    NotSignedOut,
    #[error("no account that could read it: sign one in first")]
    NoAccount,
}

impl Error {
    pub fn invalid(field: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), allowed: allowed.into() }
    }

    /// Logs the cause once, under an id that the person sees.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        let id = crate::identity::token::short_id();
        tracing::error!(id, cause = chain(cause), "internal error {id}");
        Self::Internal { id }
    }
}

/// An error and its causes on one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        use store::Error as Stored;
        match error {
            Stored::Busy => Self::Unavailable(Outage::DatabaseBusy),
            Stored::Unreachable(why) => {
                // said here, as the person learns only that it is so
                tracing::warn!("the database cannot be reached: {why}");
                Self::Unavailable(Outage::DatabaseUnreachable)
            }
            Stored::ReadOnly => Self::Unavailable(Outage::DatabaseReadOnly),
            Stored::DiskFull => Self::Unavailable(Outage::DiskFull),
            Stored::NewerDatabase { found, known } => Self::Unavailable(Outage::NewerDatabase { found, known }),
            Stored::Conflict { .. } => Self::Conflict(Clash::Exists),
            error => Self::internal(&error),
        }
    }
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        Self::invalid(error.field, error.allowed)
    }
}

impl From<ZoneError> for Error {
    fn from(error: ZoneError) -> Self {
        Self::invalid("zone", error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_crosses_the_wire_intact() {
        for error in [
            Error::NotFound(What::Channel),
            Error::Forbidden { needs: Role::Owner },
            Error::invalid("zone", "an IANA name"),
            Error::LimitedUntil { at: 1_700_000_000 },
            Error::Unavailable(Outage::NewerDatabase { found: 9, known: 3 }),
            Error::Conflict(Clash::LastOwner),
            Error::Obstructed { obstacle: Obstacle::FloodWait, until: Some(1_700_000_000) },
            Error::Internal { id: "00c0ffee".to_owned() },
        ] {
            let json = serde_json::to_string(&error).expect("serialises");
            assert_eq!(serde_json::from_str::<Error>(&json).expect("reads back"), error, "{json}");
        }
    }

    #[test]
    fn the_causes_are_told_in_one_line() {
        let cause = std::io::Error::other(std::io::Error::other("disk on fire"));
        assert!(chain(&cause).contains("disk on fire"));
    }
}
