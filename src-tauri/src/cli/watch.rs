//! `tidings watch`: event streams on standard output, without the engine and without a memory.
//!
//! Deliberately not here: how a stream is followed (the event-source crate), buffering of the output (`output.rs`).
mod announcing;
mod ndjson;
mod recorded;
mod text;

pub(super) use ndjson::write_rest;

use self::announcing::Announcing;
use self::recorded::Recorded;
use super::decode::say_dropped;
use super::feed::credential;
use super::interrupt::Interrupt;
use super::output::{Output, reader_gone};
use super::{Failed, Format, Outcome, argument, log, say, shown};
use crate::platform::world;
use clap::Args;
use futures_util::TryStreamExt as _;
use futures_util::stream::FuturesUnordered;
use http::HeaderMap;
use std::cell::RefCell;
use std::future::{self, Future};
use std::io;
use std::path::PathBuf;
use std::time::Duration;
use tidings_engine::{EngineError, FeedConfig, ProxyChoice, WorldChange};
use tidings_event_source::{Connector, ConnectorOptions, EventSource, Frame, Occurrence, Policy, decoder};
use tokio::sync::watch;

/// How long an interrupted command may still write to a reader that does not read.
const GRACE: Duration = Duration::from_millis(300);

/// Write the events of one or more streams to standard output
///
/// Comes back when a connection is lost, as a browser does: what a browser gives up (a status other than 200, a response
/// that is no event stream) ends it, unless --persist is given.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status:
  0  after --max-events or --timeout, when interrupted, or when nobody reads the output any more
  1  all streams are closed for good
  2  bad usage

Examples:
  tidings watch http://localhost:4874/events
  tidings watch --format ndjson https://example.org/events | jq .data
  tidings watch --max-events 1 --timeout 60 https://example.org/deployed && ./celebrate")]
pub(super) struct Watch {
    /// The address of an event stream (http or https)
    #[arg(value_name = "URL", required = true)]
    urls: Vec<String>,
    /// A header to send; may be repeated
    #[arg(long = "header", value_name = "'Name: value'", allow_hyphen_values = true)]
    headers: Vec<String>,
    /// Resume after this event
    #[arg(long, value_name = "ID", default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    last_event_id: String,
    /// End after so many events, of all streams together
    #[arg(long, value_name = "N")]
    max_events: Option<u64>,
    /// End after so many seconds; fractions are allowed
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<String>,
    /// How events are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Do not give up: try again after failures that would end it
    #[arg(long)]
    persist: bool,
    /// Announce events on the desktop as well
    #[arg(long)]
    notify: bool,
    /// Write all that goes over the connections into this file, for tidings replay; passwords and tokens are hidden, data is not
    #[arg(long, value_name = "FILE")]
    transcript: Option<PathBuf>,
    #[command(flatten)]
    credential: credential::Typed,
    #[command(flatten)]
    network: Network,
}

/// How connections are made.
#[derive(Debug, Args)]
struct Network {
    /// A PEM file with certificate authorities to trust as well
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Accept any certificate
    #[arg(long)]
    insecure: bool,
    /// Connect through this proxy (http, https, socks5 or socks5h) [default: that of the environment]
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
}

/// Why following ends before all streams are closed.
enum End {
    /// All events that were asked for have been written.
    Enough,
    /// Standard output cannot be written any more.
    Output(io::Error),
    /// The transcript cannot be written any more.
    Transcript(String),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Watch {
    pub(super) fn run(self) -> Outcome {
        let addresses: Vec<_> =
            self.urls.iter().map(|given| argument::address(given)).collect::<Result<_, _>>().map_err(Failed::Usage)?;
        let headers: HeaderMap = self
            .headers
            .iter()
            .map(|given| argument::header(given))
            .collect::<Result<_, _>>()
            .map_err(Failed::Usage)?;
        let timeout = self.timeout.as_deref().map(argument::seconds).transpose().map_err(Failed::Usage)?;
        if self.transcript.is_some() && addresses.len() > 1 {
            return Err(Failed::Usage("A transcript is of one stream; name one address.".into()));
        }
        let credential = self.credential.check().map_err(Failed::Usage)?;
        let proxy = self.network.proxy().map_err(Failed::Usage)?;
        // What has to be asked for comes last: nobody types a password to be told of a typing mistake then.
        let secrets = credential.secrets().map_err(Failed::Usage)?;
        let asking = |address: &argument::Address| {
            let config = credential.apply(FeedConfig::new("", address.url.clone()));
            let config = FeedConfig { proxy: proxy.clone(), insecure: self.network.insecure, ..config };
            let (options, mut request) = config.asking(secrets.clone(), crate::USER_AGENT)?;
            for name in headers.keys() {
                request.headers.remove(name);
            }
            request.headers.extend(headers.clone());
            Ok((options, request))
        };
        let asked: Vec<_> = addresses
            .iter()
            .map(asking)
            .collect::<Result<_, EngineError>>()
            .map_err(|error| Failed::Usage(error.to_string()))?;
        // How connections are made depends on no address.
        let options = asked.first().map(|(options, _)| options.clone()).unwrap_or_default();
        let options = ConnectorOptions { authorities: self.network.ca.into_iter().collect(), ..options };
        let connector = Connector::new(&options).map_err(|error| Failed::Usage(error.to_string()))?;
        log::start(None);

        let interrupt = Interrupt::listen(timeout, GRACE).map_err(Failed::work)?;
        if self.max_events == Some(0) {
            return Ok(());
        }
        let policy = if self.persist { Policy::FEED } else { Policy::BROWSER };
        // Everything that touches the network shares this thread: passing bytes from thread to thread would cost more
        // than all the rest.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failed::work)?;
        runtime.block_on(async {
            let announcing = self.notify.then(|| Announcing::new(&addresses));
            let printer = Printer::new(self.format, self.max_events, &addresses, announcing.as_ref())?;
            let printer = RefCell::new(printer);
            let disruptions = watch::Sender::new(());
            let recorded = match (&self.transcript, &*asked) {
                (Some(file), [(_, request)]) => Some(Recorded::begin(file, request).map_err(Failed::Work)?),
                _ => None,
            };
            let feeds: FuturesUnordered<_> = asked
                .into_iter()
                .enumerate()
                .map(|(feed, (_, request))| {
                    let limit = decoder::DEFAULT_EVENT_LIMIT;
                    let mut source = EventSource::new(connector.clone(), request, policy, &self.last_event_id, limit);
                    if let Some(recorded) = &recorded {
                        source.set_witness(recorded.witness());
                    }
                    follow(source, feed, &printer, recorded.as_ref(), disruptions.subscribe())
                })
                .collect();
            let outcome = tokio::select! {
                biased;
                () = interrupt.came() => Ok(()),
                () = reader_gone() => Ok(()),
                () = later(announcing.as_ref()) => Ok(()),
                () = disrupt(&disruptions), if self.persist => Ok(()),
                end = all_closed(feeds) => end,
            };
            if let Some(announcing) = &announcing {
                announcing.finish().await;
            }
            outcome
        })
    }
}

/// Tells of events that could not be announced when they came. Never completes.
async fn later(announcing: Option<&Announcing>) {
    match announcing {
        Some(announcing) => announcing.later().await,
        None => future::pending().await,
    }
}

impl Network {
    /// Fails with a sentence.
    fn proxy(&self) -> Result<ProxyChoice, String> {
        let proxy = self.proxy.as_deref().map(argument::proxy).transpose()?;
        Ok(proxy.map_or(ProxyChoice::System, |url| ProxyChoice::Url(url.into())))
    }
}

/// Completes when nothing is left to follow, which is a failure unless enough events have come.
async fn all_closed(feeds: FuturesUnordered<impl Future<Output = Result<(), End>>>) -> Outcome {
    match feeds.try_collect::<()>().await {
        Ok(()) => Err(Failed::Silently),
        Err(End::Enough) => Ok(()),
        Err(End::Output(error)) => super::unless_reader_gone(Err(error)),
        Err(End::Transcript(sentence)) => Err(Failed::Work(sentence)),
    }
}

/// Writes what one stream brings. What has arrived already is written in one go.
async fn follow(
    mut source: EventSource,
    feed: usize,
    printer: &RefCell<Printer<'_>>,
    recorded: Option<&Recorded>,
    mut disruptions: watch::Receiver<()>,
) -> Result<(), End> {
    loop {
        let occurrence = tokio::select! {
            biased;
            Ok(()) = disruptions.changed() => {
                source.disrupted();
                continue;
            }
            occurrence = source.next() => occurrence,
        };
        let Some(occurrence) = occurrence else { return Ok(()) };
        if let Some(recorded) = recorded {
            recorded.occurred(&occurrence).map_err(End::Transcript)?;
        }
        let mut printer = printer.borrow_mut();
        printer.write(feed, &occurrence)?;
        while let Some(occurrence) = source.buffered() {
            printer.write(feed, &occurrence)?;
        }
        printer.output.flush()?;
    }
}

/// Says when the computer slept or its network changed. Never completes. Without a network the attempts go on: they are
/// few by then.
async fn disrupt(disruptions: &watch::Sender<()>) {
    world::watch_kernel(|change| {
        if change != WorldChange::NetworkGone {
            disruptions.send_replace(());
        }
    })
    .await;
}

/// Writes occurrences in the format that was asked for, and counts events.
struct Printer<'a> {
    output: Output,
    style: Style,
    /// How many events may still be written.
    left: Option<u64>,
    announcing: Option<&'a Announcing>,
}

enum Style {
    Text(text::Text),
    Ndjson(ndjson::Ndjson),
}

impl<'a> Printer<'a> {
    fn new(
        format: Format,
        max_events: Option<u64>,
        addresses: &[argument::Address],
        announcing: Option<&'a Announcing>,
    ) -> Result<Self, Failed> {
        let feeds = addresses.iter().map(|address| &*address.shown);
        let style = match format {
            Format::Text => Style::Text(text::Text::new(feeds)),
            Format::Ndjson => Style::Ndjson(ndjson::Ndjson::new(feeds)),
        };
        Ok(Self { output: Output::stdout()?, style, left: max_events, announcing })
    }

    fn write(&mut self, feed: usize, occurrence: &Occurrence<'_>) -> Result<(), End> {
        match &mut self.style {
            Style::Text(text) => text.write(&mut self.output, feed, occurrence)?,
            Style::Ndjson(ndjson) => ndjson.write(&mut self.output, feed, occurrence)?,
        }
        match occurrence {
            Occurrence::Frame(Frame::Event(event)) => {
                if let Some(announcing) = self.announcing {
                    announcing.offer(feed, event);
                }
                if let Some(left) = &mut self.left {
                    *left -= 1;
                    if *left == 0 {
                        self.output.flush()?;
                        return Err(End::Enough);
                    }
                }
            }
            Occurrence::Frame(Frame::Oversized { size, .. }) => say_dropped(*size),
            Occurrence::Connecting { last_event_id_unsendable: true, .. } => {
                say("The last event ID cannot be sent in a header, so the server is not told where to resume.");
            }
            _ => {}
        }
        Ok(())
    }
}
