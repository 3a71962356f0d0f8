//! What the engine tells those who listen, after it is stored.
//!
//! Deliberately not here: transport to the window (the shell's `event_channel.rs`).
use crate::announce::Mute;
use crate::event::Counts;
use crate::store::{SetAside, StorageProblem};
use crate::{EventId, EventSummary, FeedId, FeedStatus, Gap, Placed, RemovedFeed, Settings};
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};
use ts_rs::TS;

/// Something that happened. Sent after it is committed, never before.
#[expect(clippy::large_enum_variant, reason = "it always stands behind an Arc")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EngineEvent {
    /// New events, oldest first.
    Arrived {
        /// At most 64.
        events: Vec<EventSummary>,
    },
    /// An event came again and was counted, not added.
    Repeated {
        /// The event.
        id: EventId,
        /// How often it has come now.
        count: u32,
    },
    /// A feed is connected again, after a time of which its source tells nothing.
    Gap {
        /// The time.
        gap: Gap,
    },
    /// Marks changed on these events; an empty list means: on many, ask again.
    Marked {
        /// The events.
        events: Vec<EventId>,
        /// `None`: unchanged.
        read: Option<bool>,
        /// `None`: unchanged.
        starred: Option<bool>,
    },
    /// Old events of a feed are gone: all up to this one but the starred ones.
    Pruned {
        /// The feed.
        feed: FeedId,
        /// The newest of them.
        until: EventId,
    },
    /// A feed was added, edited, or changed its state or unread count.
    Feed {
        /// How it is now.
        status: FeedStatus,
    },
    /// The feeds were put in another order, or into other folders.
    Arranged {
        /// All of them, in their order.
        feeds: Vec<Placed>,
    },
    /// A feed was removed: with its history, unless [`Removed`](Self::Removed) before this says that it stays.
    FeedRemoved {
        /// The feed.
        feed: FeedId,
    },
    /// Other feeds than before were removed and left their history, or can be brought back.
    Removed {
        /// The latest first.
        feeds: Vec<RemovedFeed>,
    },
    /// The counts over all feeds changed.
    Counts {
        /// How they are now.
        counts: Counts,
    },
    /// Something is muted that was not, or the other way round.
    Mutes {
        /// What is muted now.
        mutes: Vec<Mute>,
    },
    /// The settings were changed, by whomever.
    Settings {
        /// How they are now.
        settings: Box<Settings>,
    },
    /// Storing fails (disk full, read-only); `None`: it works again.
    Storage {
        /// Why, and where.
        problem: Option<StorageProblem>,
    },
    /// The history was damaged and goes on with what could be read of it. [`Missed`](Self::Missed) follows.
    SetAside {
        /// What became of the damaged file; `None`: the user has taken note.
        set_aside: Option<SetAside>,
    },
    /// The listener was too slow and missed something, or the history was mended: ask for everything again.
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
pub struct EngineEvents {
    /// `None`: the engine has shut down already.
    receiver: Option<broadcast::Receiver<Arc<Envelope>>>,
    /// Came after something was missed, and follows the news of that.
    held: Option<Arc<Envelope>>,
}

impl EngineEvents {
    pub(crate) const fn new(receiver: Option<broadcast::Receiver<Arc<Envelope>>>) -> Self {
        Self { receiver, held: None }
    }

    /// The next event; `None` after the engine has shut down. Cancel-safe.
    pub async fn next(&mut self) -> Option<Arc<Envelope>> {
        if let Some(held) = self.held.take() {
            return Some(held);
        }
        let receiver = self.receiver.as_mut()?;
        match receiver.recv().await {
            Ok(envelope) => Some(envelope),
            Err(RecvError::Closed) => None,
            Err(RecvError::Lagged(_)) => {
                // What was missed ends before the oldest that is still there.
                let held = loop {
                    match receiver.try_recv() {
                        Ok(envelope) => break envelope,
                        Err(TryRecvError::Lagged(_)) => {}
                        Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
                    }
                };
                let missed = Envelope { seq: held.seq.saturating_sub(1), event: EngineEvent::Missed };
                self.held = Some(held);
                Some(Arc::new(missed))
            }
        }
    }
}
