//! `tidings feed log`: what happens on the connections of a feed, as people and as programs read it.
//!
//! Deliberately not here: what is logged and for how long (the engine).
use crate::cli::output::Output;
use crate::cli::owner::{Owner, not_understood};
use crate::cli::{Failed, Format, Outcome, moment, unless_reader_gone};
use crate::control::{Reply, Request};
use serde::Serialize;
use std::io;
use std::ops::ControlFlow;
use std::time::Duration;
use tidings_engine::{ConnectionStep, Headers, LogAttempt, LogBatch, LogEntry, LogStep, Logged, RawLine};

/// What of it is shown besides.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    /// The steps of attempts.
    pub(super) verbose: bool,
    /// The lines of the stream, instead of what came over it.
    pub(super) raw: bool,
}

pub(super) fn show(owner: &mut Owner, feed: &str, follow: bool, shown: Shown, format: Format) -> Outcome {
    let feed = owner.feed_running(feed)?.id;
    let mut writer = Writer { output: Output::stdout()?, format, shown, last: 0, attempts: Attempts::default() };
    let request = Request::FeedLog { feed, follow, lines: shown.raw };
    if !follow {
        let Reply::FeedLog(batch) = owner.ask(request)? else { return Err(not_understood()) };
        return unless_reader_gone(writer.write(batch));
    }
    owner.follow(request, |reply| match reply {
        Reply::FeedLog(batch) => match writer.write(batch) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(unless_reader_gone(Err(error))),
        },
        Reply::Refused { message, .. } => ControlFlow::Break(Err(Failed::Work(message))),
        _ => ControlFlow::Break(Err(not_understood())),
    })
}

struct Writer {
    output: Output,
    format: Format,
    shown: Shown,
    /// The number of the last entry that was written.
    last: u64,
    attempts: Attempts,
}

/// An entry as other programs read it.
#[derive(Debug, Serialize)]
struct Line<'a> {
    time: String,
    number: u64,
    #[serde(flatten)]
    what: &'a Logged,
    /// Of the attempt that ended with it.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    steps: &'a [LogStep],
}

/// A line of the stream as other programs read it.
#[derive(Debug, Serialize)]
struct Raw<'a> {
    time: String,
    kind: &'static str,
    text: &'a str,
    size: u64,
}

/// Steps as other programs read them, where they come after the entry of their attempt.
#[derive(Debug, Serialize)]
struct Later<'a> {
    kind: &'static str,
    /// The entry with which the attempt began.
    of: u64,
    steps: &'a [LogStep],
}

/// The steps of attempts, and how many of them are written.
#[derive(Default)]
struct Attempts {
    known: Vec<(LogAttempt, usize)>,
    /// The entry with which the present attempt began.
    present: u64,
}

impl Attempts {
    fn learn(&mut self, attempts: Vec<LogAttempt>) {
        for attempt in attempts {
            match self.known.iter_mut().find(|(known, _)| known.number == attempt.number) {
                Some((known, _)) => *known = attempt,
                None => self.known.push((attempt, 0)),
            }
        }
    }

    /// The steps to be written with an entry: those of an attempt are, when it is known how it went.
    fn of(&mut self, number: u64, what: &Logged) -> Vec<LogStep> {
        match what {
            Logged::Connect { .. } => {
                self.known.retain(|(attempt, _)| attempt.number >= number);
                self.present = number;
            }
            Logged::Open { .. } | Logged::Error { .. } | Logged::Closed { .. } => return self.unwritten(),
            _ => {}
        }
        vec![]
    }

    fn unwritten(&mut self) -> Vec<LogStep> {
        let Some((attempt, written)) = self.known.iter_mut().find(|(known, _)| known.number == self.present) else {
            return vec![];
        };
        let from = std::mem::replace(written, attempt.steps.len()).min(attempt.steps.len());
        attempt.steps[from..].to_vec()
    }

    /// The steps that came after those that are written.
    fn later(&mut self) -> Vec<LogStep> {
        let begun = self.known.iter().any(|(known, written)| known.number == self.present && *written > 0);
        if begun { self.unwritten() } else { vec![] }
    }
}

impl Writer {
    fn write(&mut self, batch: LogBatch) -> io::Result<()> {
        let clock = moment::Clock::local();
        if self.shown.verbose {
            self.attempts.learn(batch.attempts);
        }
        let mut lines = batch.lines.iter().peekable();
        for LogEntry { number, at, what } in &batch.entries {
            while let Some(line) = lines.next_if(|line| line.at < *at) {
                self.raw(line, &clock)?;
            }
            let left_out = number.saturating_sub(self.last + 1);
            self.last = *number;
            let steps = if self.shown.verbose { self.attempts.of(*number, what) } else { vec![] };
            if self.shown.raw && what.is_traffic() {
                continue;
            }
            match self.format {
                Format::Ndjson => {
                    let time = moment::rfc3339(*at);
                    self.output.json_line(&Line { time, number: *number, what, steps: &steps })?;
                }
                Format::Text => {
                    if left_out > 0 && !self.shown.raw {
                        let entries = if left_out == 1 { "entry is" } else { "entries are" };
                        self.output.line(&format!("({left_out} {entries} not kept)"))?;
                    }
                    steps.iter().try_for_each(|step| self.step(step))?;
                    self.output
                        .line(format!("{}  {:10}  {}", clock.exactly(*at), word(what), words(what)).trim_end())?;
                }
            }
        }
        lines.try_for_each(|line| self.raw(line, &clock))?;
        let later = if self.shown.verbose { self.attempts.later() } else { vec![] };
        match self.format {
            Format::Ndjson if !later.is_empty() => {
                self.output.json_line(&Later { kind: "steps", of: self.attempts.present, steps: &later })?;
            }
            Format::Ndjson => {}
            Format::Text => later.iter().try_for_each(|step| self.step(step))?,
        }
        self.output.flush()
    }

    /// A step, indented under the attempt.
    fn step(&mut self, LogStep { after, what }: &LogStep) -> io::Result<()> {
        let (word, words, headers) = step(what);
        self.output.line(format!("{:>13}  {word:11} {words}", took(*after)).trim_end())?;
        let Some((mark, headers)) = headers else { return Ok(()) };
        headers.iter().try_for_each(|(name, value)| self.output.line(&format!("{:27}{mark} {name}: {value}", "")))
    }

    fn raw(&mut self, line: &RawLine, clock: &moment::Clock) -> io::Result<()> {
        match self.format {
            Format::Ndjson => {
                let (time, text, size) = (moment::rfc3339(line.at), &*line.text, line.size);
                self.output.json_line(&Raw { time, kind: "line", text, size })
            }
            Format::Text => self.output.line(format!("{}  {}", clock.exactly(line.at), line.text).trim_end()),
        }
    }
}

/// How long after the beginning.
fn took(microseconds: u64) -> String {
    let tenths = microseconds / 100;
    format!("+{}.{} ms", tenths / 10, tenths % 10)
}

/// A word for a step, what of it fits on a line, and the headers that belong to it with a mark, as curl sets it.
fn step(what: &ConnectionStep) -> (&'static str, String, Option<(char, &Headers)>) {
    match what {
        ConnectionStep::Lookup { addresses } => ("name", addresses.to_string(), None),
        ConnectionStep::Tcp { to, proxy: None } => ("TCP", to.to_string(), None),
        ConnectionStep::Tcp { to, proxy: Some(proxy) } => ("TCP", format!("{to}, through the proxy {proxy}"), None),
        ConnectionStep::Certificate { names, issuer, expires, believed } => {
            let expires = expires.map(|expires| format!(" · good until {}", moment::date(expires))).unwrap_or_default();
            let believed = if *believed { "" } else { " · not believed" };
            ("certificate", format!("for {names} · by {issuer}{expires}{believed}"), None)
        }
        ConnectionStep::Tls { version: Some(version) } => ("TLS", version.to_string(), None),
        ConnectionStep::Tls { version: None } => ("TLS", "an earlier session is resumed".to_owned(), None),
        ConnectionStep::Request { url, headers } => ("request", format!("GET {url}"), Some(('>', headers))),
        ConnectionStep::Answer { status, protocol, from, headers } => {
            let from = from.as_ref().map(|from| format!(" · from {from}")).unwrap_or_default();
            ("answer", format!("{status} · {protocol}{from}"), Some(('<', headers)))
        }
        ConnectionStep::FirstByte => ("first byte", String::new(), None),
        ConnectionStep::FirstEvent => ("first event", String::new(), None),
    }
}

const fn word(what: &Logged) -> &'static str {
    match what {
        Logged::Connect { .. } => "connect",
        Logged::Waiting => "waiting",
        Logged::Open { .. } => "open",
        Logged::Retry { .. } => "retry",
        Logged::Comment { .. } => "comment",
        Logged::Id { .. } => "id",
        Logged::Event { .. } => "event",
        Logged::Oversized { .. } => "oversized",
        Logged::Polled { .. } => "polled",
        Logged::Error { .. } => "error",
        Logged::Closed { .. } => "closed",
        Logged::NoNetwork => "no network",
        Logged::Disrupted => "disrupted",
        Logged::Reconnect => "reconnect",
        Logged::End => "end",
    }
}

fn words(what: &Logged) -> String {
    let wait = |milliseconds: u64| moment::wait(Duration::from_millis(milliseconds));
    match what {
        Logged::Connect { attempt, url, resumed, unsendable } => {
            let past = match resumed {
                Some(id) => format!(" · resuming after {id}"),
                None if *unsendable => " · the last event ID cannot be sent in a header".to_owned(),
                None => String::new(),
            };
            format!("attempt {attempt} · {url}{past}")
        }
        Logged::Waiting => "connected; the server has not answered yet".to_owned(),
        Logged::Open { status, protocol, content_type, redirected, first_byte } => {
            let redirected = redirected.as_ref().map(|url| format!(" · redirected to {url}")).unwrap_or_default();
            format!("{status} {content_type} · {protocol} · {first_byte} ms{redirected}")
        }
        Logged::Retry { asked, used } if asked == used => wait(*used),
        Logged::Retry { asked, used } => format!("{}, of which {} is made", wait(*asked), wait(*used)),
        Logged::Comment { text } => text.to_string(),
        Logged::Id { last_event_id } => last_event_id.to_string(),
        Logged::Event { event_type, last_event_id, size } if last_event_id.is_empty() => {
            format!("{event_type} · {size} B")
        }
        Logged::Event { event_type, last_event_id, size } => format!("{event_type} · id {last_event_id} · {size} B"),
        Logged::Oversized { size, limit } => format!("an event of {size} B was dropped; the limit is {limit} B"),
        Logged::Polled { retry_in } => format!("the server answered and closed · next request in {}", wait(*retry_in)),
        Logged::Error { message, retry_in: Some(retry_in), .. } => {
            format!("{message} Next try in {}.", wait(*retry_in))
        }
        Logged::Error { message, retry_in: None, .. } => format!("{message} Next try when there is a network."),
        Logged::Closed { message, .. } => message.to_string(),
        Logged::NoNetwork => "the first attempt follows when there is one".to_owned(),
        Logged::Disrupted => "the computer slept, or its network changed".to_owned(),
        Logged::Reconnect => "another connection was asked for".to_owned(),
        Logged::End => "Tidings ended the connection".to_owned(),
    }
}
