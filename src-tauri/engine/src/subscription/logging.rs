//! What happens to a subscription, as the entries of its feed's connection log.
//!
//! Deliberately not here: how many of them are kept, and who reads them (`connection_log.rs`).
use super::presence::Presence;
use crate::clock::{now, whole_milliseconds};
use crate::connection_log::{ConnectionLog, ConnectionStep, Logged, Scrub, Steps, long_text, shown_address, text};
use crate::secret::Hidden;
use crate::{Cause, FeedConfig, FeedId};
use std::time::Duration;
use tidings_event_source::{Frame, Occurrence, Policy, Sight, Sighting, Url, Witness};
use tokio::time::Instant;

pub(super) struct Logging {
    feed: FeedId,
    log: ConnectionLog,
    /// As it may be shown.
    url: Box<str>,
    policy: Policy,
    event_limit: usize,
    config: FeedConfig,
    hidden: Hidden,
    /// The reconnection time that this connection asked for last: many servers do with every event.
    retry: Option<u64>,
    /// Whether an event came over this connection.
    delivered: bool,
    /// Whether the program's own log says that it is connected.
    is_open: bool,
}

/// Looks on for the log, without the secrets of the feed.
struct Looking {
    log: ConnectionLog,
    steps: Steps,
    /// Whether something came over this connection.
    heard: bool,
}

impl Witness for Looking {
    fn saw(&mut self, Sighting { at, what }: Sighting) {
        if matches!(what, Sight::Requested(_)) {
            self.heard = false;
            self.log.began(at);
        }
        self.steps.see(what, |step| self.log.step(at, step));
    }

    fn received(&mut self, bytes: &[u8]) {
        if !std::mem::replace(&mut self.heard, true) {
            self.log.step(Instant::now(), ConnectionStep::FirstByte);
        }
        self.log.received(bytes);
    }
}

impl Logging {
    pub(super) fn new(feed: FeedId, log: ConnectionLog, config: &FeedConfig, policy: Policy) -> Self {
        let url = Url::parse(&config.url).map(|url| shown_address(&url)).unwrap_or_default();
        Self {
            feed,
            log,
            url,
            policy,
            event_limit: config.event_limit_in_bytes(),
            config: config.clone(),
            hidden: Hidden::default(),
            retry: None,
            delivered: false,
            is_open: false,
        }
    }

    /// From now on these are left out of what servers say.
    pub(super) fn hide(&mut self, hidden: Hidden) {
        self.hidden = hidden;
    }

    /// Who looks on while the feed is followed.
    pub(super) fn witness(&self) -> Box<dyn Witness> {
        let steps = Steps::new(Scrub::new(&self.config, self.hidden.clone()));
        Box::new(Looking { log: self.log.clone(), steps, heard: false })
    }

    pub(super) const fn hidden(&self) -> &Hidden {
        &self.hidden
    }

    /// Something happened that is no occurrence of the source.
    pub(super) fn add(&self, what: Logged) {
        self.log.add(what);
    }

    /// Something came over the connection.
    pub(super) fn frame(&mut self, frame: Frame<'_>, now: i64) {
        if matches!(frame, Frame::Event(_)) && !std::mem::replace(&mut self.delivered, true) {
            self.log.step(Instant::now(), ConnectionStep::FirstEvent);
        }
        let what = match frame {
            Frame::Event(event) => Logged::Event {
                event_type: text(event.event_type),
                last_event_id: text(event.last_event_id),
                size: event.data.len() as u64,
            },
            Frame::Comment(comment) => Logged::Comment { text: text(comment.strip_prefix(' ').unwrap_or(comment)) },
            Frame::Retry(asked) if self.retry == Some(asked) => return,
            Frame::Retry(asked) => {
                self.retry = Some(asked);
                Logged::Retry { asked, used: whole_milliseconds(self.policy.bounded(Duration::from_millis(asked))) }
            }
            Frame::LastEventId(id) => Logged::Id { last_event_id: text(id) },
            Frame::Oversized { size, .. } => Logged::Oversized { size, limit: self.event_limit as u64 },
        };
        self.log.add_at(now, what);
    }

    /// Something happened to the connection.
    pub(super) fn occurred(&mut self, occurrence: &Occurrence<'_>, has_network: bool) {
        let what = match occurrence {
            Occurrence::Frame(frame) => return self.frame(*frame, now()),
            Occurrence::Connecting { attempt, last_event_id, last_event_id_unsendable } => Logged::Connect {
                attempt: *attempt,
                url: self.url.clone(),
                resumed: last_event_id.map(text),
                unsendable: *last_event_id_unsendable,
            },
            Occurrence::Waiting => Logged::Waiting,
            Occurrence::Open(opened) => {
                (self.retry, self.delivered) = (None, false);
                if !std::mem::replace(&mut self.is_open, true) {
                    tracing::debug!(
                        feed = self.feed.0,
                        status = opened.status,
                        protocol = opened.protocol,
                        "connected"
                    );
                }
                let redirected = (opened.redirects > 0).then(|| Url::parse(opened.url).ok()).flatten();
                Logged::Open {
                    status: opened.status,
                    protocol: opened.protocol.into(),
                    content_type: text(opened.content_type),
                    redirected: redirected.map(|url| self.hidden.hidden_in(&shown_address(&url))),
                    first_byte: whole_milliseconds(opened.time_to_head),
                }
            }
            Occurrence::Lost { retry_in, polling: true, .. } => {
                Logged::Polled { retry_in: whole_milliseconds(*retry_in) }
            }
            Occurrence::Lost { failure, retry_in, needs_attention, .. } => {
                let cause = Cause::of(failure, &self.config, &self.hidden);
                self.is_open = false;
                tracing::debug!(feed = self.feed.0, why = cause.short, ?retry_in, "not connected");
                Logged::Error {
                    layer: cause.layer.into(),
                    message: long_text(&cause.message),
                    chinese: long_text(&cause.chinese),
                    short: text(&cause.short),
                    // Without a network the next attempt follows when there is one.
                    retry_in: has_network.then(|| whole_milliseconds(*retry_in)),
                    needs_attention: *needs_attention,
                }
            }
            Occurrence::Closed(failure) => {
                let cause = Cause::of(failure, &self.config, &self.hidden);
                self.is_open = false;
                tracing::debug!(feed = self.feed.0, why = cause.short, "closed");
                Logged::Closed { message: long_text(&cause.message), chinese: long_text(&cause.chinese) }
            }
        };
        self.log.add(what);
    }

    /// Whether it is connected, for the share of time in which it was.
    pub(super) fn set_presence(&self, presence: &Presence) {
        self.log.set_presence(presence.is_connected(), presence.last());
    }

    /// Tidings ends the connection.
    pub(super) fn end(&self, presence: &Presence, now: i64) {
        self.log.add_at(now, Logged::End);
        self.log.set_presence(false, presence.until(now));
    }
}
