//! The times in which a feed was not connected, among its events.
//!
//! Deliberately not here: what counts as such a time (the engine's `Gap`).
use crate::cli::{moment, output::Output};
use serde::Serialize;
use std::io::{self, Write as _};
use std::iter::Peekable;
use std::vec::IntoIter;
use tidings_engine::Gap;

/// A gap as other programs read it.
#[derive(Debug, Serialize)]
struct Record<'a> {
    r#type: &'static str,
    /// The feed's name.
    feed: &'a str,
    /// RFC 3339, UTC.
    from: String,
    /// RFC 3339, UTC.
    until: String,
}

/// The gaps of one feed, newest first, that have not been written yet.
pub(super) struct Gaps<'a> {
    feed: &'a str,
    gaps: Peekable<IntoIter<Gap>>,
}

impl<'a> Gaps<'a> {
    /// `gaps` newest first.
    pub(super) fn new(feed: &'a str, gaps: Vec<Gap>) -> Self {
        Self { feed, gaps: gaps.into_iter().peekable() }
    }

    /// The next one that ended after this moment: those stand above an event that came then.
    fn after(&mut self, moment: i64) -> Option<Gap> {
        self.gaps.next_if(|gap| gap.until > moment)
    }

    /// Writes for people those that ended after this moment.
    pub(super) fn write(&mut self, output: &mut Output, clock: &moment::Clock, moment: i64) -> io::Result<()> {
        while let Some(gap) = self.after(moment) {
            writeln!(output, "— not connected {} —", clock.span(gap.from, gap.until))?;
        }
        Ok(())
    }

    /// Writes for programs those that ended after this moment.
    pub(super) fn write_ndjson(&mut self, output: &mut Output, moment: i64) -> io::Result<()> {
        while let Some(gap) = self.after(moment) {
            let (from, until) = (moment::rfc3339(gap.from), moment::rfc3339(gap.until));
            serde_json::to_writer(&mut *output, &Record { r#type: "gap", feed: self.feed, from, until })?;
            output.bytes(b"\n")?;
        }
        Ok(())
    }
}
