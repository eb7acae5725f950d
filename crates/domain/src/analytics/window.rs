//! A window resolved in a zone: `from <= date_utc < to`.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::query::{Query, QueryError};
use crate::zone::Zone;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// unix seconds, inclusive
    pub from: i64,
    /// unix seconds, exclusive
    pub to: i64,
    /// first local day touched
    pub first_day: Date,
    /// last local day touched, inclusive
    pub last_day: Date,
    pub zone: Zone,
}
