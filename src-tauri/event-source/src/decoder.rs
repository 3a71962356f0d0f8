//! Bytes in, frames out: the standard's section 9.2.6 "Interpreting an event stream".
//!
//! Deliberately not here: I/O of any kind, and what a frame means to the one who reads it.
use crate::Frame;

/// How many bytes of a comment are kept.
pub const COMMENT_LIMIT: usize = 1024;

/// The event size limit unless one is set: 16 MiB.
pub const DEFAULT_EVENT_LIMIT: usize = 16 * 1024 * 1024;

/// Turns the bytes of one event stream into frames, however they are cut into chunks.
#[derive(Debug)]
pub struct Decoder {}

impl Decoder {
    /// A decoder at the start of a stream. `last_event_id` is the one in force from before (the standard keeps it over
    /// a reconnection); `event_limit` bounds one event, in bytes.
    pub fn new(last_event_id: &str, event_limit: usize) -> Self {
        let _ = (last_event_id, event_limit);
        Self {}
    }

    /// The next frame in `input`, which is advanced past what was read. `None`: all of `input` is read, and the next
    /// chunk may follow.
    pub fn decode<'a>(&'a mut self, input: &mut &'a [u8]) -> Option<Frame<'a>> {
        let _ = input;
        None
    }

    /// Starts anew for the next connection: an unfinished block is discarded, the last event ID stays.
    pub fn reset(&mut self) {}

    /// The last event ID in force.
    pub fn last_event_id(&self) -> &str {
        ""
    }
}
