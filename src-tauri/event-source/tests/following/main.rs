//! A source followed through real sockets: what goes over the wire, and what is told of it.
//!
//! Deliberately not here: the decoder's own rules (they have their tests), and waits that only a clock can show (the
//! reconnection's tables).
mod failure;
mod habits;
#[cfg(target_os = "linux")]
mod half_open;
mod http2;
mod life;
mod proxy;
mod reconnecting;
mod redirect;
mod request;
mod response;
mod tls;

use std::time::Duration;
use tidings_event_source::{
    Connector, ConnectorOptions, EventSource, Frame, Layer, Occurrence, Policy, Proxy, Request,
};
use tidings_test_support::sse_server::LIMIT;

/// Tries again soon, so that a test need not wait: browser's rules otherwise.
const IMPATIENT: Policy = Policy {
    least_reconnection_time: Duration::from_millis(10),
    longest_reconnection_time: Duration::from_millis(20),
    persistent: false,
};

/// The same by a feed's rules.
const IMPATIENT_FEED: Policy = Policy { persistent: true, ..IMPATIENT };

fn connector(options: ConnectorOptions) -> Connector {
    Connector::new(&ConnectorOptions { user_agent: "Tidings/0".into(), ..options }).unwrap()
}

fn direct() -> Connector {
    connector(ConnectorOptions { proxy: Proxy::None, ..ConnectorOptions::default() })
}

fn get(url: &str) -> Request {
    Request::new(url.parse().unwrap())
}

fn with_headers(url: &str, headers: &[(&'static str, &str)]) -> Request {
    let mut request = get(url);
    for (name, value) in headers {
        request.headers.append(*name, value.parse().unwrap());
    }
    request
}

fn follow(url: &str, policy: Policy) -> EventSource {
    follow_request(get(url), policy)
}

fn follow_request(request: Request, policy: Policy) -> EventSource {
    EventSource::new(direct(), request, policy, "", 1024 * 1024)
}

/// What happened, in a line: `connecting 1`, `waiting`, `open 200`, `message “data” #id`, `lost network`, …
fn line(occurrence: &Occurrence<'_>) -> String {
    match occurrence {
        Occurrence::Connecting { attempt, last_event_id, last_event_id_unsendable } => {
            let from = last_event_id.map(|id| format!(" from #{id}")).unwrap_or_default();
            let unsendable = if *last_event_id_unsendable { " (ID left out)" } else { "" };
            format!("connecting {attempt}{from}{unsendable}")
        }
        Occurrence::Waiting => "waiting".into(),
        Occurrence::Open(opened) => format!("open {}", opened.status),
        Occurrence::Frame(Frame::Event(event)) => {
            let id = if event.last_event_id.is_empty() { String::new() } else { format!(" #{}", event.last_event_id) };
            format!("{} “{}”{id}", event.event_type, event.data)
        }
        Occurrence::Frame(Frame::Comment(text)) => format!("comment “{text}”"),
        Occurrence::Frame(Frame::Retry(milliseconds)) => format!("retry {milliseconds}"),
        Occurrence::Frame(Frame::LastEventId(id)) => format!("last event ID #{id}"),
        Occurrence::Frame(Frame::Oversized { .. }) => "oversized".into(),
        Occurrence::Lost { failure, needs_attention, polling, .. } => {
            let polling = if *polling { " (polling)" } else { "" };
            let attention = if *needs_attention { " (needs attention)" } else { "" };
            format!("lost {}{polling}{attention}", failure.layer().code())
        }
        Occurrence::Closed(failure) => format!("closed {}", failure.layer().code()),
    }
}

/// The next occurrence as a line, with a limit. `Waiting` is left out: it depends on how fast an answer is.
async fn next(source: &mut EventSource) -> String {
    loop {
        let line = match tokio::time::timeout(LIMIT, source.next()).await.expect("nothing happens") {
            Some(occurrence) => line(&occurrence),
            None => "over".into(),
        };
        if line != "waiting" {
            return line;
        }
    }
}

async fn next_lines(source: &mut EventSource, count: usize) -> Vec<String> {
    let mut lines = Vec::with_capacity(count);
    for _ in 0..count {
        lines.push(next(source).await);
    }
    lines
}

/// How the attempt ended that did not open, or the stream that did: its layer, its sentence, and the wait.
struct End {
    layer: Layer,
    message: String,
    /// `None`: closed.
    retry_in: Option<Duration>,
    needs_attention: bool,
}

async fn end(source: &mut EventSource) -> End {
    tokio::time::timeout(LIMIT, end_without_limit(source)).await.expect("nothing happens")
}

/// For a paused clock, which would run into the limit.
async fn end_without_limit(source: &mut EventSource) -> End {
    loop {
        match source.next().await.expect("over before an end") {
            Occurrence::Lost { failure, retry_in, needs_attention, .. } => {
                let (layer, message) = (failure.layer(), failure.to_string());
                return End { layer, message, retry_in: Some(retry_in), needs_attention };
            }
            Occurrence::Closed(failure) => {
                let (layer, message) = (failure.layer(), failure.to_string());
                return End { layer, message, retry_in: None, needs_attention: false };
            }
            _ => {}
        }
    }
}

/// Reads until the stream is open, and tells the URL it is open at.
async fn opened_url(source: &mut EventSource) -> String {
    loop {
        match tokio::time::timeout(LIMIT, source.next()).await.expect("nothing happens").expect("over") {
            Occurrence::Open(opened) => return opened.url.to_owned(),
            Occurrence::Connecting { .. } | Occurrence::Waiting => {}
            other => panic!("not open: {}", line(&other)),
        }
    }
}
