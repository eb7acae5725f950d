//! Who is asking.

use domain::identity::{Person, Role};
use domain::ids::{PersonId, WorkspaceId};

use crate::{Error, Result};

/// Every use case takes one; there is no way in without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// A signed-in member of a workspace.
    Person { person: Person, workspace: WorkspaceId, role: Role },
    /// Whoever has the shell, working in one workspace: may all, and the audit says "operator".
    Operator { workspace: WorkspaceId },
}

impl Viewer {
    pub fn workspace(&self) -> WorkspaceId {
        match self {
            Self::Person { workspace, .. } | Self::Operator { workspace } => *workspace,
        }
    }

    pub fn role(&self) -> Role {
        match self {
            Self::Person { role, .. } => *role,
            Self::Operator { .. } => Role::Owner,
        }
    }

    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person { person, .. } => Some(person),
            Self::Operator { .. } => None,
        }
    }

    pub fn person_id(&self) -> Option<PersonId> {
        self.person().map(|person| person.id)
    }
}

/// Refuses whoever has less than `needs`; the roles that actions need are in [`super::permission`].
pub fn require(viewer: &Viewer, needs: Role) -> Result<()> {
    if viewer.role() >= needs { Ok(()) } else { Err(Error::Forbidden { needs }) }
}
