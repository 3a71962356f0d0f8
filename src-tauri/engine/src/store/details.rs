//! What is kept of an event beyond the columns that lists and searches read.
//!
//! Most events have nothing of it, and then it takes no room. Deliberately not here: what the fields mean
//! (`mapping.rs`, `rule.rs`).
use super::NewEvent;
use crate::Verdict;
use serde::{Deserialize, Serialize};

/// As JSON in the column `details`. Every field has a default, so that older events read well.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) icon: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) happened_at: Option<i64>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) verdict: Verdict,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) problem: Option<String>,
}

fn is_default(verdict: &Verdict) -> bool {
    *verdict == Verdict::default()
}

impl Details {
    /// `None` when there is nothing to keep.
    pub(super) fn of(event: &NewEvent) -> rusqlite::Result<Option<String>> {
        let mapped = &event.mapped;
        let details = Self {
            icon: mapped.icon.clone(),
            group_key: mapped.group_key.clone(),
            happened_at: mapped.happened_at,
            verdict: event.verdict.clone(),
            problem: event.problem.as_deref().map(str::to_owned),
        };
        if details == Self::default() {
            return Ok(None);
        }
        serde_json::to_string(&details)
            .map(Some)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
    }

    /// What a later version wrote and this one does not understand is left out rather than the event.
    pub(super) fn read(json: Option<&str>) -> Self {
        json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }
}
