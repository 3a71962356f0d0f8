//! What the decoder finds in an event stream.
//!
//! Deliberately not here: how it is found (`decoder.rs`).

/// One event, as a blank line dispatches it (the standard, 9.2.6 "dispatch the event").
///
/// The parts are borrowed from the decoder or from the chunk it reads, so that an event that nobody keeps costs no
/// allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    /// The event type; `message` when the block named none.
    pub event_type: &'a str,
    /// The `data` lines, joined with LF. May be empty (`data:` alone).
    pub data: &'a str,
    /// The last event ID in force, the block's own or one from before; empty when there is none.
    pub last_event_id: &'a str,
}

/// What one step of the decoder yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A blank line ended a block that has data.
    Event(Event<'a>),
    /// A comment line without its colon, cut to [`crate::decoder::COMMENT_LIMIT`] bytes.
    Comment(&'a str),
    /// A valid `retry` field: the reconnection time in milliseconds that the server asks for, as it stands there
    /// (saturated at `u64::MAX`). It holds from now on, whether or not an event follows.
    Retry(u64),
    /// A blank line ended a block without data that changed the last event ID, which is now this.
    LastEventId(&'a str),
    /// An event larger than the limit was dropped; the stream goes on. Its `id` is in force all the same (a resuming
    /// server would otherwise send the same event for ever).
    Oversized {
        /// The bytes of data, type and ID that the event had (what was cut off is counted, not kept).
        size: u64,
        /// The last event ID now in force.
        last_event_id: &'a str,
    },
}
