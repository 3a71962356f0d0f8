//! How many events are kept, and for how long.
//!
//! Starred events are kept in any case. Deliberately not here: deleting those that go (`store/prune.rs`), and when
//! (`engine/prune.rs`).
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

/// What is kept of each feed that has no choice of its own. By default, everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Retention {
    /// Days for which an event is kept after it came; 0: for ever.
    pub days: u32,
    /// How many of its newest events are kept, besides the starred ones; 0: all.
    pub events: u32,
}

/// What is kept of one feed, as far as its user wants it otherwise than for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct FeedRetention {
    /// As [`Retention::days`].
    pub days: Option<u32>,
    /// As [`Retention::events`].
    pub events: Option<u32>,
}

impl FeedRetention {
    /// What is kept of the feed.
    pub fn or(self, all: Retention) -> Retention {
        Retention { days: self.days.unwrap_or(all.days), events: self.events.unwrap_or(all.events) }
    }
}

impl Retention {
    /// Whether nothing ever goes.
    pub const fn is_unbounded(self) -> bool {
        self.days == 0 && self.events == 0
    }

    /// What came before this moment goes; both in milliseconds since the Unix epoch. `None`: nothing does for its age.
    pub fn since(self, now: i64) -> Option<i64> {
        (self.days > 0).then(|| now - i64::from(self.days) * DAY)
    }

    /// When an event that came at this moment goes for its age; both in milliseconds since the Unix epoch.
    pub fn end_of(self, received_at: i64) -> Option<i64> {
        (self.days > 0).then(|| received_at + i64::from(self.days) * DAY)
    }
}
