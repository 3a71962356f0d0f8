//! A stored event, as a list shows it and as a whole; and how pages of them are asked for.
//!
//! Deliberately not here: how they are stored (`store/`), how title and body are found (`mapping.rs`).
use crate::{FeedId, Verdict};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Identifies a stored event; ascending in the order of arrival, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(type = "number")]
pub struct EventId(pub i64);

impl std::fmt::Display for EventId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Urgency {
    /// Can wait.
    Low,
    /// Most are.
    #[default]
    Normal,
    /// Should be seen soon.
    High,
    /// Should be seen now.
    Urgent,
}

impl Urgency {
    /// The word for it in templates, on the command line and in exports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

/// An event as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventSummary {
    /// The event.
    pub id: EventId,
    /// Whose it is.
    pub feed_id: FeedId,
    /// The standard's event type; `message` where the source names none.
    pub event_type: String,
    /// One line.
    pub title: String,
    /// The first line of the body, at most 200 characters; may be empty.
    pub snippet: String,
    /// How much it matters.
    pub urgency: Urgency,
    /// Milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub received_at: i64,
    /// Whether the user has read it.
    pub read: bool,
    /// Whether the user starred it.
    pub starred: bool,
    /// How often it came: 1, or more when the source delivered the same event again.
    pub count: u32,
    /// Whether the whole event has a link.
    pub has_link: bool,
}

/// A stored event, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: EventSummary,
    /// What else it says; may be empty.
    pub body: String,
    /// http, https or mailto.
    pub link: Option<String>,
    /// As it came.
    pub data: String,
    /// The last event ID in force when it came; may be empty.
    pub last_event_id: String,
    /// When it came the last time; equal to `received_at` when it came once.
    #[ts(type = "number")]
    pub latest_at: i64,
    /// A name of the desktop's icon theme, or one emoji.
    pub icon: Option<String>,
    /// An announcement replaces an earlier one of the same key.
    pub group_key: Option<String>,
    /// When it happened, as the source says, in milliseconds since the Unix epoch.
    #[ts(type = "number | null")]
    pub happened_at: Option<i64>,
    /// What rules said of it when it came.
    pub verdict: Verdict,
    /// What went wrong with a template or a rule when it came, as a sentence.
    pub problem: Option<String>,
}

/// Which events a list is of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Scope {
    /// All events.
    #[default]
    All,
    /// Those not read.
    Unread,
    /// Those starred.
    Starred,
    /// Those of one feed.
    Feed {
        /// The feed.
        feed: FeedId,
    },
    /// Those of the feeds that are in a folder.
    Folder {
        /// Its name.
        folder: String,
    },
}

/// Asks for a page, newest first, by key: no page costs more for lying deeper.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct PageQuery {
    /// Of which events.
    pub scope: Scope,
    /// Words, all of which must occur (the last may be unfinished, unless a space follows it; so may those that end with
    /// `*`), quoted phrases, and operators: `feed:` and
    /// `folder:` (part of a name), `type:`, `is:unread`, `is:read`, `is:starred`, `after:` and `before:` (`2026`, `2026-05`, `2026-05-04`,
    /// `today`, `yesterday`, `30m`, `12h`, `7d`, `2w`). Nothing typed is an error. Empty for all events.
    pub search: String,
    /// Only events older than this one.
    pub before: Option<EventId>,
    /// Only events newer than this one.
    pub after: Option<EventId>,
    /// At most 500; 0 asks for 50.
    pub limit: u32,
}

/// What was marked as read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MarkedRead {
    /// How many events.
    #[ts(type = "number")]
    pub events: u64,
    /// By which it can be taken back; `None`: there was nothing to mark.
    #[ts(type = "number | null")]
    pub undo: Option<u64>,
}

/// A page of events, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The events.
    pub events: Vec<EventSummary>,
    /// Whether older events than these exist in the scope.
    pub more: bool,
}

/// A time in which a feed was not connected, and of which its source told nothing afterwards: events may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Whose it is.
    pub feed_id: FeedId,
    /// The last moment before it, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub from: i64,
    /// The first moment after it, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub until: i64,
}

/// Asks for the gaps of a feed that reach into a span of time: the newest 1,000 of them, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct GapQuery {
    /// Of which feed.
    pub feed: FeedId,
    /// Milliseconds since the Unix epoch; `None`: from the beginning.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub from: Option<i64>,
    /// Milliseconds since the Unix epoch; `None`: up to now.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub until: Option<i64>,
}

/// How many events there are, by scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
pub struct Counts {
    /// All of them.
    #[ts(type = "number")]
    pub all: u64,
    /// Those not read.
    #[ts(type = "number")]
    pub unread: u64,
    /// Those starred.
    #[ts(type = "number")]
    pub starred: u64,
}
