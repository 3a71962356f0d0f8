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
use tidings_engine::{LogEntry, Logged};

pub(super) fn show(owner: &mut Owner, feed: &str, follow: bool, format: Format) -> Outcome {
    let feed = owner.feed_running(feed)?.id;
    let mut writer = Writer { output: Output::stdout()?, format, last: 0 };
    let request = Request::FeedLog { feed, follow };
    if !follow {
        let Reply::FeedLog(entries) = owner.ask_running(request)? else { return Err(not_understood()) };
        return unless_reader_gone(writer.write(&entries));
    }
    owner.follow(request, |reply| match reply {
        Reply::FeedLog(entries) => match writer.write(&entries) {
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
    /// The number of the last entry that was written.
    last: u64,
}

/// An entry as other programs read it.
#[derive(Debug, Serialize)]
struct Line<'a> {
    time: String,
    number: u64,
    #[serde(flatten)]
    what: &'a Logged,
}

impl Writer {
    fn write(&mut self, entries: &[LogEntry]) -> io::Result<()> {
        let clock = moment::Clock::local();
        for LogEntry { number, at, what } in entries {
            let left_out = number.saturating_sub(self.last + 1);
            self.last = *number;
            match self.format {
                Format::Ndjson => {
                    self.output.json_line(&Line { time: moment::rfc3339(*at), number: *number, what })?;
                }
                Format::Text => {
                    if left_out > 0 {
                        let entries = if left_out == 1 { "entry is" } else { "entries are" };
                        self.output.line(&format!("({left_out} {entries} not kept)"))?;
                    }
                    self.output
                        .line(format!("{}  {:10}  {}", clock.exactly(*at), word(what), words(what)).trim_end())?;
                }
            }
        }
        self.output.flush()
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
        Logged::Closed { message } => message.to_string(),
        Logged::NoNetwork => "the first attempt follows when there is one".to_owned(),
        Logged::Disrupted => "the computer slept, or its network changed".to_owned(),
        Logged::Reconnect => "another connection was asked for".to_owned(),
        Logged::End => "Tidings ended the connection".to_owned(),
    }
}
