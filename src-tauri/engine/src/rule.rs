//! Rules: which events are announced and how much they matter, which are kept silently, which are not kept at all.
//!
//! Ordered, and the first that matches decides. What they decide is a value, the [`Verdict`]: announcing takes it as its
//! input, the store keeps it with the event, "Why?" shows it. Deliberately not here: what an event is about
//! (`mapping.rs`), floods, quiet hours and mutes (`announce/`), running hooks (`hook.rs`).
mod rules;

pub use rules::{RULES_LIMIT, Rules};

use crate::Urgency;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A rule of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Rule {
    /// What the user calls it; may be empty.
    pub name: String,
    /// Which events it is for.
    pub when: When,
    /// What becomes of them.
    pub then: Then,
}

/// Which events a rule is for: those that meet every condition that is given. Without any, all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct When {
    /// The event's type is one of these; empty for any.
    pub event_types: Vec<String>,
    /// An expression that is true, over `event`, `feed`, and `title`, `body`, `link` and `urgency` as mapped; empty for
    /// none.
    pub expression: String,
    /// A regular expression that is found in the data, title or body; empty for none.
    pub regex: String,
    /// Words that all occur in the title or body, whatever the case; empty for none.
    pub words: String,
}

/// What becomes of the events of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Then {
    /// Announced, kept silently, or dropped.
    pub action: Action,
    /// A name of the desktop's sound theme, such as `message-new-instant`; empty for none of its own.
    pub sound: String,
    /// A template for the link, instead of the mapped one; empty for that.
    pub link: String,
    /// A program that is started for each of them.
    pub hook: Option<Hook>,
}

/// What a rule does with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Action {
    /// Kept, and announced as the announcing policy sees fit.
    Announce {
        /// How much it matters; `None`: as mapped.
        #[serde(default)]
        urgency: Option<Urgency>,
    },
    /// Kept and listed, not announced.
    Silent,
    /// Not kept at all. The cursor moves past it, and its feed counts it.
    Drop,
}

impl Default for Action {
    fn default() -> Self {
        Self::Announce { urgency: None }
    }
}

/// A program to start for an event. Nothing is started unless the settings allow hooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Hook {
    /// The program and its arguments, as they are: there is no shell.
    pub command: Vec<String>,
    /// Seconds after which it is killed, with all that it started; 1 to 300.
    #[serde(default = "Hook::default_time_limit")]
    pub time_limit: u32,
}

impl Hook {
    const fn default_time_limit() -> u32 {
        30
    }
}

/// What rules say of an event. It is made once, before the event is stored, and does not change afterwards; whether and
/// when an event that is to be announced is shown is the announcing policy's to say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// What becomes of it.
    pub decision: Decision,
    /// Because of what.
    #[serde(default)]
    pub decided_by: DecidedBy,
    /// The sound to announce it with: a name of the desktop's sound theme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub sound: Option<String>,
}

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    /// Kept, and announced with the urgency it was mapped with, or that the rule gave it: that of its
    /// [`Mapped`](crate::mapping::Mapped).
    #[default]
    Announce,
    /// Kept and listed, not announced.
    Silent,
    /// Not kept at all.
    Drop,
}

/// Because of what a [`Verdict`] is as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum DecidedBy {
    /// No rule matched: what is new is announced.
    #[default]
    NoRule,
    /// No rule matched, and there is nothing to read in it.
    Empty,
    /// It belongs to what the server tells first on each connection, which is kept silently.
    FirstSnapshot,
    /// The first rule that matched.
    Rule {
        /// Its place in the list; the first is 1.
        number: u32,
        /// Its name then; may be empty.
        name: String,
    },
}
