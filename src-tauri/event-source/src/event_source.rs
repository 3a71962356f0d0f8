//! One URL, followed: connects, yields what comes, waits, connects again, as the policy says.
//!
//! Deliberately not here: storage of the last event ID (the caller keeps it and hands it in), and tasks: this is a
//! value that its owner drives.
use crate::{Connector, Failure, Frame, Policy, Request};
use std::time::Duration;

/// What happens while a URL is followed.
#[derive(Debug, PartialEq, Eq)]
pub enum Occurrence<'a> {
    /// A connection is being attempted.
    Connecting {
        /// 1 for the first attempt after a stream was open (or ever), then counting up.
        attempt: u32,
        /// What the request says of the past: the last event ID that is sent, if any.
        last_event_id: Option<&'a str>,
        /// Set when there is a last event ID that cannot travel in a header and is left out.
        last_event_id_unsendable: bool,
    },
    /// The connection stands and the request is sent; the server has not answered yet (many do not before their first
    /// event).
    Waiting,
    /// The response head is that of an event stream.
    Open(Opened<'a>),
    /// Something came over the stream.
    Frame(Frame<'a>),
    /// The connection was lost, or not made, and another follows after `retry_in`.
    Lost {
        failure: &'a Failure,
        /// The wait that really follows, jitter included.
        retry_in: Duration,
        /// The user has to do something before this can work (wrong credentials, wrong address).
        needs_attention: bool,
        /// Ended cleanly after delivering: the normal way of servers that answer with one event and close.
        polling: bool,
    },
    /// Given up for good: the server said stop (204), or the policy is the browser's.
    Closed(&'a Failure),
}

/// The facts of an opened event stream.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened<'a> {
    /// The final URL as requested, after redirects; without fragment and password.
    pub url: &'a str,
    pub status: u16,
    /// "HTTP/1.1", "HTTP/2.0"
    pub protocol: &'static str,
    pub content_type: &'a str,
    /// From the start of the attempt to the response head.
    pub time_to_head: Duration,
}

/// One URL, followed.
pub struct EventSource {}

impl EventSource {
    /// Follows what `request` names. Nothing happens before [`next`](Self::next) is called.
    ///
    /// `last_event_id` is the ID to resume from, empty for none; `event_limit` bounds one event, in bytes.
    pub fn new(
        connector: Connector,
        request: Request,
        policy: Policy,
        last_event_id: &str,
        event_limit: usize,
    ) -> Self {
        let _ = (connector, request, policy, last_event_id, event_limit);
        Self {}
    }

    /// What happens next; `None` once closed. Cancel-safe: a future that is dropped loses nothing.
    pub async fn next(&mut self) -> Option<Occurrence<'_>> {
        None
    }

    /// The next occurrence that is already here (decoded from bytes that have arrived), without waiting.
    pub fn buffered(&mut self) -> Option<Occurrence<'_>> {
        None
    }

    /// Ends the present connection or wait, if any, and connects at once ("Reconnect now"; also reopens a closed one).
    pub fn reconnect_now(&mut self) {}

    /// The last event ID in force.
    pub fn last_event_id(&self) -> &str {
        ""
    }

    /// What [`Resume::Query`](crate::Resume::Query) sends instead of the last event ID, when the source resumes from
    /// something else (ntfy: the message's own `id`).
    pub fn set_resume_token(&mut self, token: &str) {
        let _ = token;
    }

    /// The reconnection time in force.
    pub fn reconnection_time(&self) -> Duration {
        Policy::INITIAL_RECONNECTION_TIME
    }

    /// When the last byte came, if any came over this connection.
    pub fn last_byte_at(&self) -> Option<std::time::Instant> {
        None
    }
}
