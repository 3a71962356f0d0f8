//! Occurrences as people read them: the time, the type, the data; one line, or an indented block.
//!
//! Deliberately not here: anything a program should parse (`ndjson.rs`).
use super::{Output, shown};
use crate::cli::moment;
use jiff::Timestamp;
use std::io::{self, IsTerminal as _, Write as _};
use tidings_event_source::{Event, Frame, Occurrence};

/// Types shorter than this are padded, so that data stands in a column.
const TYPE_WIDTH: usize = 10;
/// Where data begins: after "14:30:05  " and the type.
const INDENT: &str = "            ";

pub(super) struct Text {
    clock: moment::Clock,
    /// The feeds' names, when there are several: a line names the feed whenever it changes.
    feeds: Vec<String>,
    current: Option<usize>,
    colours: Colours,
}

/// What is written before and after a part to set it apart; nothing unless a terminal reads it.
struct Colours {
    dim: &'static str,
    bold: &'static str,
    plain: &'static str,
}

impl Text {
    pub(super) fn new<'a>(feeds: impl Iterator<Item = &'a str>) -> Self {
        let coloured = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let colours = if coloured {
            Colours { dim: "\x1b[2m", bold: "\x1b[1m", plain: "\x1b[0m" }
        } else {
            Colours { dim: "", bold: "", plain: "" }
        };
        let feeds = feeds.map(|feed| shown::line(feed).into_owned()).collect();
        Self { clock: moment::Clock::local(), feeds, current: None, colours }
    }

    pub(super) fn write(&mut self, output: &mut Output, feed: usize, occurrence: &Occurrence<'_>) -> io::Result<()> {
        match occurrence {
            Occurrence::Frame(Frame::Event(event)) => self.event(output, feed, event),
            Occurrence::Open(opened) => self.note(output, feed, "open", opened.url),
            Occurrence::Lost { failure, retry_in, .. } => {
                self.note(output, feed, "lost", &format!("{failure} Next try in {}.", moment::wait(*retry_in)))
            }
            Occurrence::Closed(failure) => self.note(output, feed, "closed", &failure.to_string()),
            Occurrence::Connecting { .. } | Occurrence::Waiting | Occurrence::Frame(_) => Ok(()),
        }
    }

    fn event(&mut self, output: &mut Output, feed: usize, event: &Event<'_>) -> io::Result<()> {
        self.feed(output, feed)?;
        let Colours { dim, bold, plain } = self.colours;
        let time = self.clock.time_of_day(Timestamp::now());
        let data = shown::text(event.data);
        let kind = shown::line(event.event_type);
        let mut lines = data.split('\n');
        let first = lines.next().unwrap_or_default();
        writeln!(output, "{dim}{time}{plain}  {bold}{kind:TYPE_WIDTH$}{plain}{}{first}", gap(first))?;
        for line in lines {
            match line {
                "" => output.bytes(b"\n")?,
                line => writeln!(output, "{INDENT}{:TYPE_WIDTH$}{line}", "")?,
            }
        }
        Ok(())
    }

    /// What is not an event.
    fn note(&mut self, output: &mut Output, feed: usize, word: &str, text: &str) -> io::Result<()> {
        self.feed(output, feed)?;
        let Colours { dim, plain, .. } = self.colours;
        let time = self.clock.time_of_day(Timestamp::now());
        writeln!(output, "{dim}{time}  {word:TYPE_WIDTH$}  {}{plain}", shown::line(text))
    }

    fn feed(&mut self, output: &mut Output, feed: usize) -> io::Result<()> {
        if self.feeds.len() > 1 && self.current != Some(feed) {
            self.current = Some(feed);
            writeln!(output, "==> {} <==", self.feeds[feed])?;
        }
        Ok(())
    }
}

/// No blanks at the end of a line without data.
fn gap(first: &str) -> &'static str {
    if first.is_empty() { "" } else { "  " }
}
