//! Keys of programs that read the public API (slice identity).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::{ApiKeyId, ChannelId, PersonId, WorkspaceId};

/// What a key may do. Scopes for writing come with the features that they open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// every question of the public API
    #[serde(rename = "read:analytics")]
    ReadAnalytics,
}

impl Scope {
    pub const ALL: [Self; 1] = [Self::ReadAnalytics];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadAnalytics => "read:analytics",
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a scope: use {allowed}", allowed = Scope::ALL.map(Scope::as_str).join(", "))]
pub struct UnknownScope(pub String);

/// A key as it is listed. Only a hash of its secret is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub workspace_id: WorkspaceId,
    pub name: String,
    /// the last characters of the secret, to tell keys apart
    pub ending: String,
    pub scopes: Vec<Scope>,
    /// `None`: every channel of the workspace, also those to come
    pub channels: Option<Vec<ChannelId>>,
    /// `None`: the shell, or somebody since removed
    pub created_by: Option<PersonId>,
    /// unix seconds, like the others
    pub created_at: i64,
    /// `None`: never
    pub expires_at: Option<i64>,
    /// noted about once a minute; `None`: never used
    pub used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

impl ApiKey {
    /// Whether the key opens anything at `now` (unix seconds).
    pub fn is_usable(&self, now: i64) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_spelled_one_way() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
        let error = "read:everything".parse::<Scope>().unwrap_err().to_string();
        assert!(error.contains("read:analytics"), "{error}");
    }

    #[test]
    fn a_key_ends_at_its_second() {
        let key = ApiKey {
            id: ApiKeyId(1),
            workspace_id: WorkspaceId(1),
            name: "Grafana".to_owned(),
            ending: "abcd".to_owned(),
            scopes: vec![Scope::ReadAnalytics],
            channels: None,
            created_by: None,
            created_at: 0,
            expires_at: Some(100),
            used_at: None,
            revoked_at: None,
        };
        assert!(key.is_usable(99) && !key.is_usable(100));
        assert!(ApiKey { expires_at: None, ..key.clone() }.is_usable(i64::MAX));
        assert!(!ApiKey { revoked_at: Some(1), ..key }.is_usable(2));
    }
}
