//! The entries of a connection log, as they cross every boundary: to the page, to another process.
//!
//! Deliberately not here: how many are kept.
use super::{LogAttempt, RawLine};
use crate::Cause;
use crate::clock::whole_milliseconds;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use ts_rs::TS;

/// How much is kept of a type, an ID or a comment, in bytes …
const TEXT: usize = 256;
/// … and of an address or a sentence.
const LONG_TEXT: usize = 2048;

/// Something that happened on a connection of a feed, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogEntry {
    /// Ascends by one with each entry of its feed, from 1, for as long as the engine runs. Where one is missing, it is no
    /// longer kept.
    #[ts(type = "number")]
    pub number: u64,
    /// When, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub at: i64,
    /// What.
    #[serde(flatten)]
    pub what: Logged,
}

/// What happened on a connection. Long texts are cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Logged {
    /// An attempt begins.
    Connect {
        /// 1 for the first after a stream was open (or ever), then counting up.
        attempt: u32,
        /// What is asked for, before any redirect.
        url: Box<str>,
        /// From where the source is to go on: the last event ID or resume token that is sent, if any.
        resumed: Option<Box<str>>,
        /// There is a last event ID, but it cannot travel in a header and is left out.
        unsendable: bool,
    },
    /// The connection stands and the request is sent; the server has not answered yet.
    Waiting,
    /// The server answered with an event stream.
    Open {
        /// 200.
        status: u16,
        /// "HTTP/1.1", "HTTP/2.0"
        protocol: Box<str>,
        /// As the server wrote it.
        content_type: Box<str>,
        /// The last of the addresses that redirects led to; `None` without redirects.
        redirected: Option<Box<str>>,
        /// Milliseconds from the start of the attempt to the head of the answer.
        #[ts(type = "number")]
        first_byte: u64,
    },
    /// The server asked for another reconnection time than before on this connection.
    Retry {
        /// Milliseconds, as asked.
        #[ts(type = "number")]
        asked: u64,
        /// Milliseconds, as used.
        #[ts(type = "number")]
        used: u64,
    },
    /// A comment.
    Comment {
        /// Without its colon and the space after it.
        text: Box<str>,
    },
    /// The last event ID changed without an event.
    Id {
        /// What it is now.
        last_event_id: Box<str>,
    },
    /// An event.
    Event {
        /// Its type.
        event_type: Box<str>,
        /// The last event ID in force; may be empty.
        last_event_id: Box<str>,
        /// The bytes of its data.
        #[ts(type = "number")]
        size: u64,
    },
    /// An event larger than the feed's limit was dropped.
    Oversized {
        /// The bytes it had.
        #[ts(type = "number")]
        size: u64,
        /// The bytes it might have had.
        #[ts(type = "number")]
        limit: u64,
    },
    /// The server answered and closed, as many do; the next request follows by itself.
    Polled {
        /// In so many milliseconds.
        #[ts(type = "number")]
        retry_in: u64,
    },
    /// The connection was lost, or not made.
    Error {
        /// The layer that failed: a code of `tidings_event_source::Layer`.
        layer: Box<str>,
        /// One sentence for the user, in English.
        message: Box<str>,
        /// The same in Chinese; empty where there is none.
        chinese: Box<str>,
        /// A word for it: "401", "refused".
        short: Box<str>,
        /// The next attempt follows in so many milliseconds; `None`: when there is a network.
        #[ts(type = "number | null")]
        retry_in: Option<u64>,
        /// The user has to do something before it can work.
        needs_attention: bool,
    },
    /// The server said stop. Not tried again until the user asks.
    Closed {
        /// One sentence for the user, in English.
        message: Box<str>,
        /// The same in Chinese; empty where there is none.
        chinese: Box<str>,
    },
    /// There is no network; the first attempt follows when there is one.
    NoNetwork,
    /// The computer slept, or its network changed: what waits is tried at once, what is open has to prove that it lives.
    Disrupted,
    /// The user wants another connection at once.
    Reconnect,
    /// Tidings ends the connection: the feed is paused, was changed or removed, or Tidings itself ends.
    End,
}

impl Logged {
    /// An error that no connection had.
    pub(crate) fn of_cause(cause: &Cause, retry_in: Duration) -> Self {
        Self::Error {
            layer: cause.layer.as_str().into(),
            message: long_text(&cause.message),
            chinese: long_text(&cause.chinese),
            short: text(&cause.short),
            retry_in: Some(whole_milliseconds(retry_in)),
            needs_attention: true,
        }
    }

    /// Whether it came over the connection, as opposed to what happened to the connection.
    pub const fn is_traffic(&self) -> bool {
        matches!(self, Self::Comment { .. } | Self::Id { .. } | Self::Event { .. })
    }

    /// Whether it is neither traffic nor anything that happened to the connection, but said of what came over it.
    pub(super) const fn is_remark(&self) -> bool {
        matches!(self, Self::Retry { .. } | Self::Oversized { .. })
    }

    /// About how many bytes it occupies besides itself.
    fn texts(&self) -> usize {
        match self {
            Self::Connect { url, resumed, .. } => url.len() + resumed.as_ref().map_or(0, |text| text.len()),
            Self::Open { protocol, content_type, redirected, .. } => {
                protocol.len() + content_type.len() + redirected.as_ref().map_or(0, |text| text.len())
            }
            Self::Comment { text } => text.len(),
            Self::Id { last_event_id } => last_event_id.len(),
            Self::Event { event_type, last_event_id, .. } => event_type.len() + last_event_id.len(),
            Self::Error { layer, message, chinese, short, .. } => {
                layer.len() + message.len() + chinese.len() + short.len()
            }
            Self::Closed { message, chinese } => message.len() + chinese.len(),
            Self::Waiting
            | Self::Retry { .. }
            | Self::Oversized { .. }
            | Self::Polled { .. }
            | Self::NoNetwork
            | Self::Disrupted
            | Self::Reconnect
            | Self::End => 0,
        }
    }
}

impl LogEntry {
    /// About how many bytes it occupies.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.what.texts()
    }
}

/// What a reader of a log gets at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct LogBatch {
    /// Whether it is all that is kept, instead of what came since the last batch.
    pub fresh: bool,
    /// Oldest first.
    pub entries: Vec<LogEntry>,
    /// Attempts that began or went on, as they are now.
    pub attempts: Vec<LogAttempt>,
    /// The lines that came, if the reader wants them.
    pub lines: Vec<RawLine>,
}

/// A type, an ID or a comment, as much of it as is kept.
pub(crate) fn text(text: &str) -> Box<str> {
    cut(text, TEXT)
}

/// An address or a sentence, as much of it as is kept.
pub(crate) fn long_text(text: &str) -> Box<str> {
    cut(text, LONG_TEXT)
}

pub(super) fn cut(text: &str, limit: usize) -> Box<str> {
    if text.len() <= limit {
        return text.into();
    }
    format!("{}…", &text[..text.floor_char_boundary(limit)]).into()
}
