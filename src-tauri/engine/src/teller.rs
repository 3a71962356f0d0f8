//! Tells those who listen, in one order for all of them.
//!
//! Deliberately not here: what there is to tell (`engine_event.rs`).
use crate::overview::Overview;
use crate::{EngineEvent, EngineEvents, Envelope};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast;

/// How many envelopes wait for a slow listener.
const LENGTH: usize = 256;
/// How many events one envelope holds at most; with [`LENGTH`] the bound of what a slow listener costs.
pub(crate) const EVENTS_AT_ONCE: usize = 64;
/// The least time between two tellings of states and counts, which may change with every event.
const COALESCE: Duration = Duration::from_millis(100);

/// Sends envelopes. Ends when the engine shuts down.
pub(crate) struct Teller {
    state: Mutex<State>,
}

struct State {
    seq: u64,
    sender: Option<broadcast::Sender<Arc<Envelope>>>,
}

impl Teller {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State { seq: 0, sender: Some(broadcast::Sender::new(LENGTH)) }) }
    }

    pub(crate) fn seq(&self) -> u64 {
        self.state().seq
    }

    pub(crate) fn tell(&self, event: EngineEvent) {
        let mut state = self.state();
        state.seq += 1;
        let seq = state.seq;
        if let Some(sender) = &state.sender {
            // That nobody listens is no error.
            let _ = sender.send(Arc::new(Envelope { seq, event }));
        }
    }

    pub(crate) fn listen(&self) -> EngineEvents {
        EngineEvents::new(self.state().sender.as_ref().map(broadcast::Sender::subscribe))
    }

    /// Ends every listener's stream after what was told.
    pub(crate) fn end(&self) {
        self.state().sender = None;
    }

    /// Tells of states and counts as they change, for ever: the first change at once, further ones together.
    pub(crate) async fn follow(&self, overview: &Overview) {
        loop {
            overview.stirred.notified().await;
            let (changed, counts_changed) = overview.take_changes();
            for status in changed {
                self.tell(EngineEvent::Feed { status });
            }
            if counts_changed {
                self.tell(EngineEvent::Counts { counts: overview.counts() });
            }
            tokio::time::sleep(COALESCE).await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
