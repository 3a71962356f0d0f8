//! Occurrences as JSON, an object a line, for programs.
//!
//! Deliberately not here: when lines are written out (`watch.rs`).
use super::Output;
use std::io;
use tidings_event_source::{Event, Frame, Occurrence, Opened};

/// The beginnings of each feed's lines, escaped once.
pub(super) struct Ndjson {
    feeds: Vec<Heads>,
}

struct Heads {
    open: String,
    event: String,
    error: String,
    closed: String,
}

impl Ndjson {
    pub(super) fn new<'a>(feeds: impl Iterator<Item = &'a str>) -> Self {
        let heads = |feed: &str| {
            let feed = serde_json::Value::from(feed);
            let head = |kind| format!(r#"{{"type":"{kind}","feed":{feed}"#);
            Heads {
                open: head("open") + r#","url":"#,
                event: head("event") + r#","event":"#,
                error: head("error") + r#","message":"#,
                closed: head("closed") + r#","message":"#,
            }
        };
        Self { feeds: feeds.map(heads).collect() }
    }

    pub(super) fn write(&self, output: &mut Output, feed: usize, occurrence: &Occurrence<'_>) -> io::Result<()> {
        let heads = &self.feeds[feed];
        match occurrence {
            Occurrence::Frame(Frame::Event(event)) => {
                output.bytes(heads.event.as_bytes())?;
                write_rest(output, event)
            }
            Occurrence::Open(Opened { url, status, .. }) => {
                output.bytes(heads.open.as_bytes())?;
                output.json_string(url)?;
                output.bytes(format!(",\"status\":{status}}}\n").as_bytes())
            }
            Occurrence::Lost { failure, retry_in, .. } => {
                output.bytes(heads.error.as_bytes())?;
                output.json_string(&failure.to_string())?;
                output.bytes(format!(",\"retry_in_ms\":{}}}\n", retry_in.as_millis()).as_bytes())
            }
            Occurrence::Closed(failure) => {
                output.bytes(heads.closed.as_bytes())?;
                output.json_string(&failure.to_string())?;
                output.bytes(b"}\n")
            }
            Occurrence::Connecting { .. } | Occurrence::Waiting | Occurrence::Frame(_) => Ok(()),
        }
    }
}

/// An event's line, from the value of `event` on.
pub(in crate::cli) fn write_rest(output: &mut Output, event: &Event<'_>) -> io::Result<()> {
    output.json_string(event.event_type)?;
    output.bytes(b",\"data\":")?;
    output.json_string(event.data)?;
    output.bytes(b",\"id\":")?;
    output.json_string(event.last_event_id)?;
    output.bytes(b"}\n")
}
