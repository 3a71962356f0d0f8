//! What becomes of a test event: each step on the way, and what the notification service says in the end.
//!
//! Deliberately not here: the sending (`engine/core.rs`). A test event is not stored and counts for nothing.
use super::{Answer, Plan};
use crate::{Urgency, Verdict};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What became of a test event, or of a part of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tested {
    /// Its title, as mapped.
    pub title: String,
    /// Its body, as mapped.
    pub body: String,
    /// Its link, as mapped.
    pub link: Option<String>,
    /// How much it matters, as mapped or as a rule says.
    pub urgency: Urgency,
    /// What rules say.
    pub verdict: Verdict,
    /// Why the mapping or a rule could not be applied.
    pub problem: Option<String>,
    /// What is decided about announcing it; `None`: it is dropped.
    pub plan: Option<Plan>,
    /// What the notification service said; `None`: nothing was announced, or nobody says what became of it.
    pub answer: Option<Answer>,
}
