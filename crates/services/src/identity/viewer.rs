//! Who is asking.

use std::sync::Arc;

use domain::api_keys::Scope;
use domain::identity::{Person, Role};
use domain::ids::{ApiKeyId, ChannelId, PersonId, WorkspaceId};

use super::permission;
use crate::{Error, Result};

/// Every use case takes one; there is no way in without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// A signed-in member of a workspace.
    Person { person: Person, workspace: WorkspaceId, role: Role },
    /// Whoever has the shell, working in one workspace: may all, and the audit says "operator".
    Operator { workspace: WorkspaceId },
    /// A program with an API key: sees numbers, and only those.
    Key {
        key: ApiKeyId,
        workspace: WorkspaceId,
        scopes: Arc<[Scope]>,
        /// `None`: every channel of the workspace
        channels: Option<Arc<[ChannelId]>>,
    },
}

impl Viewer {
    pub fn workspace(&self) -> WorkspaceId {
        match self {
            Self::Person { workspace, .. } | Self::Operator { workspace } | Self::Key { workspace, .. } => *workspace,
        }
    }

    /// The least for a key, which [`require`] refuses whatever it asks for.
    pub fn role(&self) -> Role {
        match self {
            Self::Person { role, .. } => *role,
            Self::Operator { .. } => Role::Owner,
            Self::Key { .. } => Role::Viewer,
        }
    }

    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person { person, .. } => Some(person),
            Self::Operator { .. } | Self::Key { .. } => None,
        }
    }

    pub fn person_id(&self) -> Option<PersonId> {
        self.person().map(|person| person.id)
    }

    /// Whether a channel of the workspace is one that the viewer may see.
    pub fn sees(&self, channel: ChannelId) -> bool {
        match self {
            Self::Person { .. } | Self::Operator { .. } => true,
            Self::Key { channels, .. } => channels.as_ref().is_none_or(|channels| channels.contains(&channel)),
        }
    }
}

/// Refuses whoever has less than `needs`, and every key; the roles that actions need are in [`super::permission`].
pub fn require(viewer: &Viewer, needs: Role) -> Result<()> {
    let is_person = !matches!(viewer, Viewer::Key { .. });
    if is_person && viewer.role() >= needs { Ok(()) } else { Err(Error::Forbidden { needs }) }
}

/// Refuses whoever may not see numbers: people by their role, keys by their scopes.
pub fn require_numbers(viewer: &Viewer) -> Result<()> {
    match viewer {
        Viewer::Key { scopes, .. } if scopes.contains(&Scope::ReadAnalytics) => Ok(()),
        _ => require(viewer, permission::SEE_NUMBERS),
    }
}
