//! People, workspaces and what a role may do.

use serde::{Deserialize, Serialize};

use crate::ids::{InvitationId, PersonId, WorkspaceId};

/// A session ends this long after it was last used: a working day. Pages inside Telegram, which stay open, use theirs
/// before it ends.
pub const SESSION_S: i64 = 12 * 3600;

/// What a person may do in a workspace. Ordered: a later role may do all that an earlier one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "lowercase"))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// sees numbers
    Viewer,
    /// imports, edits channels, publishes
    Editor,
    /// members, invitations, deleting channels, retention
    Owner,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Owner];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a role: use viewer, editor or owner")]
pub struct UnknownRole(pub String);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Workspace {
    pub id: WorkspaceId,
    /// unique, as typed after `--workspace`
    pub name: String,
    /// unix seconds
    pub created_at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Person {
    pub id: PersonId,
    pub telegram_id: Option<i64>,
    pub name: String,
    /// `en`, `ru` or `uz`; `None` follows the browser
    pub language: Option<String>,
    pub created_at: i64,
}

/// A person's place in a workspace, with the name to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Member {
    pub workspace_id: WorkspaceId,
    pub person_id: PersonId,
    pub name: String,
    pub role: Role,
    pub created_at: i64,
}

/// A link that makes whoever opens it a member. Only the hash of its token is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "sql", derive(sqlx::FromRow))]
pub struct Invitation {
    pub id: InvitationId,
    pub workspace_id: WorkspaceId,
    pub role: Role,
    pub created_by: PersonId,
    pub created_at: i64,
    pub expires_at: i64,
    pub accepted_by: Option<PersonId>,
    pub accepted_at: Option<i64>,
    pub revoked_at: Option<i64>,
}
