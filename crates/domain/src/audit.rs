//! Who did what, as it is shown.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub id: i64,
    /// `None`: the shell, a job, or somebody since removed
    pub person: Option<String>,
    /// `slice.action`
    pub action: String,
    /// what it was done to
    pub subject: String,
    pub detail: serde_json::Value,
    /// unix seconds
    pub at: i64,
}
