//! What the engine tells those who listen, after it is stored.
//!
//! Deliberately not here: transport to the window (the shell's `event_channel.rs`).
use crate::event::Counts;
use crate::{EventId, EventSummary, FeedId, FeedStatus};
use serde::Serialize;
use std::sync::Arc;
use ts_rs::TS;

/// Something that happened. Sent after it is committed, never before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EngineEvent {
    /// New events, oldest first.
    Arrived {
        events: Vec<EventSummary>,
    },
    /// An event came again and was counted, not added.
    Repeated {
        id: EventId,
        count: u32,
    },
    /// Marks changed on these events; an empty list means: on many, ask again.
    Marked {
        events: Vec<EventId>,
        read: Option<bool>,
        starred: Option<bool>,
    },
    /// A feed was added, edited, or changed its state or unread count.
    Feed {
        status: FeedStatus,
    },
    FeedRemoved {
        feed: FeedId,
    },
    Counts {
        counts: Counts,
    },
    /// Storing fails (disk full, read-only); `None`: it works again. A sentence for the user.
    Storage {
        problem: Option<String>,
    },
    /// The listener was too slow and missed something: ask for everything again.
    Missed,
}

/// An engine event with its number, which ascends by one in each run of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Envelope {
    /// Ascends by one with each event that is told; the first is 1.
    #[ts(type = "number")]
    pub seq: u64,
    /// What happened.
    pub event: EngineEvent,
}

/// A listener's end. Bounded: one who does not keep up gets [`EngineEvent::Missed`] instead of what it missed.
pub struct EngineEvents {}

impl EngineEvents {
    /// The next event; `None` after the engine has shut down. Cancel-safe.
    pub async fn next(&mut self) -> Option<Arc<Envelope>> {
        None
    }
}
