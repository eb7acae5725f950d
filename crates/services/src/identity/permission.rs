//! What each role may do: the one place to read and to change it. A higher role may all that a lower one may. API keys
//! have no role: what they may is [`super::require_numbers`] and nothing else.

use domain::identity::Role;

/// asked by [`super::require_numbers`]
pub const SEE_NUMBERS: Role = Role::Viewer;
pub const HAVE_A_SESSION: Role = Role::Viewer;
pub const EXPORT: Role = Role::Viewer;
pub const SEE_MEMBERS: Role = Role::Viewer;
pub const SEE_SETTINGS: Role = Role::Viewer;

pub const IMPORT: Role = Role::Editor;
pub const ADD_CHANNEL: Role = Role::Editor;
pub const EDIT_CHANNEL: Role = Role::Editor;
pub const REFRESH_CHANNEL: Role = Role::Editor;

pub const APPROVE_EXPERIMENT: Role = Role::Owner;
pub const DELETE_CHANNEL: Role = Role::Owner;
pub const MANAGE_MEMBERS: Role = Role::Owner;
pub const INVITE: Role = Role::Owner;
pub const MANAGE_API_KEYS: Role = Role::Owner;
pub const MANAGE_ACCOUNTS: Role = Role::Owner;
pub const CHANGE_SETTINGS: Role = Role::Owner;
pub const SEE_AUDIT: Role = Role::Owner;
