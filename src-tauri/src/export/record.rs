//! A stored event as other programs read it. `type`, `event`, `data` and `id` are as in `tidings watch --format ndjson`.
//!
//! Deliberately not here: reading it back.
use jiff::Timestamp;
use serde::Serialize;
use tidings_engine::{Event, Urgency};

/// The fields in the order in which they are written. Names and meanings are kept from version to version.
#[derive(Debug, Serialize)]
pub(crate) struct Record<'a> {
    r#type: &'static str,
    /// The feed's name.
    pub(super) feed: &'a str,
    pub(super) event: &'a str,
    pub(super) data: &'a str,
    /// The last event ID in force when it came.
    pub(super) id: &'a str,
    /// Its number in the history.
    pub(super) number: i64,
    /// RFC 3339, UTC.
    pub(super) received: String,
    pub(super) title: &'a str,
    pub(super) body: &'a str,
    pub(super) link: Option<&'a str>,
    #[serde(serialize_with = "urgency_name")]
    pub(super) urgency: Urgency,
    pub(super) count: u32,
    pub(super) read: bool,
    pub(super) starred: bool,
}

impl<'a> Record<'a> {
    pub(crate) fn new(event: &'a Event, feed: &'a str) -> Self {
        let summary = &event.summary;
        Self {
            r#type: "event",
            feed,
            event: &summary.event_type,
            data: &event.data,
            id: &event.last_event_id,
            number: summary.id.0,
            received: rfc3339(summary.received_at),
            title: &summary.title,
            body: &event.body,
            link: event.link.as_deref(),
            urgency: summary.urgency,
            count: summary.count,
            read: summary.read,
            starred: summary.starred,
        }
    }
}

/// RFC 3339 in UTC with milliseconds, for machines.
pub(crate) fn rfc3339(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).map_or_else(|_| String::new(), |moment| format!("{moment:.3}"))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn urgency_name<S: serde::Serializer>(urgency: &Urgency, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(urgency.word())
}
