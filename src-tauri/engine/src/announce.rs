//! Which events are announced, and with which words; a function of events, settings and time.
//!
//! Deliberately not here: delivery to the desktop (the shell's `notification/`).
mod announcer;
mod burst;

pub(crate) use announcer::Announcer;
pub use burst::{Bursts, Candidate};

use crate::{EventId, FeedId, Urgency};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a click on an announcement leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "id", rename_all = "camelCase")]
pub enum Target {
    /// The event it is about.
    Event(EventId),
    /// The feed it is about, when it is about several of its events or about the feed itself.
    Feed(FeedId),
}

/// One native notification, yet to be delivered. Plain text throughout; markup is the deliverer's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Announcements of the same key replace one another in place; `None`: stands alone.
    pub replaces: Option<String>,
    /// What a click on it leads to.
    pub target: Target,
    /// Whose it is.
    pub feed: FeedId,
    /// The feed's name.
    pub feed_name: String,
    /// One line.
    pub title: String,
    /// A few lines at most; may be empty.
    pub body: String,
    /// How much it matters.
    pub urgency: Urgency,
    /// http, https or mailto.
    pub link: Option<String>,
}

/// Who delivers announcements. The real one lives in the shell; tests record.
pub trait Notifier: Send + Sync + 'static {
    /// Takes an announcement for delivery and returns at once: never waits for the desktop. What cannot be delivered is
    /// the notifier's to report; the event is stored already.
    fn announce(&self, announcement: Announcement);
}
