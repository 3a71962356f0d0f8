//! The first events of a test, and how they would be announced: with the settings that are tried, and with others, such as a
//! preset's before it is taken.
//!
//! Deliberately not here: the test.
use super::report::{Preview, cut};
use crate::clock::whole_milliseconds;
use crate::connection_log::text;
use crate::template::Incoming;
use crate::{EngineError, FeedConfig, FeedFault, Intake};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tidings_event_source::Event;

/// How many are kept, and shown.
const EVENTS: usize = 5;
/// How much of their data is kept, in bytes. An event that is larger is not kept.
const SIZE: usize = 1024 * 1024;

/// What is shared by a test and those who look at it. Cloning it is cheap.
#[derive(Debug, Clone, Default)]
pub struct FirstEvents(Arc<Mutex<Vec<First>>>);

/// An event as it came.
#[derive(Debug)]
struct First {
    event_type: String,
    last_event_id: String,
    data: String,
    /// Milliseconds since the Unix epoch.
    received_at: i64,
    /// Milliseconds since the test began.
    after: u64,
}

impl FirstEvents {
    /// How they would be announced with these settings. Fails for a mapping or rules that cannot be used.
    pub fn with(&self, config: &FeedConfig) -> Result<Vec<Preview>, EngineError> {
        let intake = Intake::new(config).map_err(FeedFault::from)?;
        Ok(self.previews(&intake))
    }

    /// Takes another one in, as long as there is room for it. Whether there was.
    pub(super) fn take(&self, event: &Event<'_>, received_at: i64, after: Duration) -> bool {
        let mut events = self.events();
        let size: usize = events.iter().map(|event| event.data.len()).sum();
        if events.len() == EVENTS || size + event.data.len() > SIZE {
            return false;
        }
        events.push(First {
            event_type: event.event_type.to_owned(),
            last_event_id: event.last_event_id.to_owned(),
            data: event.data.to_owned(),
            received_at,
            after: whole_milliseconds(after),
        });
        true
    }

    pub(super) fn previews(&self, intake: &Intake) -> Vec<Preview> {
        let events = self.events();
        let previews = events.iter().flat_map(|event| {
            let incoming = Incoming {
                event_type: &event.event_type,
                data: &event.data,
                last_event_id: &event.last_event_id,
                received_at: event.received_at,
                catch_up: false,
            };
            intake.take(&incoming, false).into_iter().take(EVENTS).map(|taken| Preview {
                event_type: text(&event.event_type).into(),
                last_event_id: text(&event.last_event_id).into(),
                data: cut(&taken.data),
                title: taken.mapped.title,
                body: cut(&taken.mapped.body),
                urgency: taken.mapped.urgency,
                decision: taken.verdict.decision,
                after: event.after,
            })
        });
        previews.take(EVENTS).collect()
    }

    fn events(&self) -> MutexGuard<'_, Vec<First>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
