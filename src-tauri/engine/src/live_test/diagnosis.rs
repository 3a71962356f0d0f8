//! What is wrong with an address, or worth knowing, told from what was observed while it was tried; and a better address
//! where one can be named.
//!
//! Pure: a function of the observations. Deliberately not here: observing (`report.rs`).
mod page;

use super::report::Step;
use crate::clock::whole_milliseconds;
use crate::feed_state::CERTIFICATE_WARNING;
use http::{HeaderMap, HeaderName, header};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tidings_event_source::connection::essence;
use tidings_event_source::error::TlsProblem;
use tidings_event_source::{Answer, Certificate, Failure};
use ts_rs::TS;
use url::Url;

/// A stream whose first bytes come so long after its head …
const HELD: Duration = Duration::from_secs(2);
/// … and are so many events and comments at once was held back on its way.
const CLUMP: u32 = 3;
/// How much of a server's words is repeated, in characters.
const WORDS: usize = 120;

/// Some bytes that came over the stream at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Since the test began.
    pub at: Duration,
    /// How many events, comments and the like were in them.
    pub frames: u32,
}

/// What was observed of an address.
#[derive(Debug, Clone)]
pub struct Observed {
    /// What was asked for.
    pub asked: Url,
    /// The feed's own headers.
    pub headers: HeaderMap,
    /// Whether a password or token goes with the query.
    pub sends_query_credential: bool,
    /// The proxy of the feed's own that passes the request on as it is, so that a refusal may be the proxy's.
    pub relay: Option<String>,
    /// When, in seconds since the Unix epoch.
    pub now: i64,
    /// Each URL that was asked, redirects and all.
    pub requests: Vec<Url>,
    /// What was answered to them.
    pub answers: Vec<Answer>,
    /// The beginning of a body that was no event stream.
    pub body: String,
    /// Whether a connection stood, encrypted if it is to be.
    pub connected: bool,
    /// What the server showed.
    pub certificate: Option<Certificate>,
    /// When the stream opened, since the test began.
    pub opened: Option<Duration>,
    /// What came over it, the first of it.
    pub arrivals: Vec<Arrival>,
    /// Why it ended, if it did within the time.
    pub failure: Option<Failure>,
    /// Whether the test is over.
    pub over: bool,
    /// The same at the host where a Mastodon server has its streams, as it says itself.
    pub streaming: Option<Url>,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Weight {
    /// With that it does not work.
    Failure,
    /// It works, but not as well as it could.
    Warning,
    /// Good to know.
    Note,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Finding {
    /// What.
    #[serde(flatten)]
    pub what: Mistake,
    /// How much it matters.
    pub weight: Weight,
    /// What is so, why, and what to do: for the user, in English.
    pub message: String,
    /// A better address, whole.
    pub proposal: Option<String>,
}

/// The usual mistakes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Mistake {
    /// Asked without TLS of a server that wants it.
    WantsTls,
    /// Asked with TLS of a server that has none.
    HasNoTls,
    /// A page for people.
    HtmlPage {
        /// What it is called; may be empty.
        title: String,
    },
    /// An interface to be asked again and again, not a stream.
    Json,
    /// An ntfy topic, but not its stream.
    NtfyTopic,
    /// Streams are elsewhere on this Mastodon server.
    MastodonStreaming {
        /// On this host.
        host: String,
    },
    /// `CouchDB` has its changes as a stream when it is asked so.
    CouchChanges,
    /// The page names a stream, or a hub that has one.
    Linked,
    /// It has moved for good.
    Moved,
    /// 204: the server says that there is nothing to follow.
    Stop,
    /// 401 or 403.
    Credentials {
        /// Which of them.
        status: u16,
        /// What the server wants, as it says: "Basic", "Bearer".
        wanted: Option<String>,
        /// Whether some were sent.
        given: bool,
    },
    /// 401 or 403, of the server or of the proxy before it: some proxies say 401 where they mean 407.
    CredentialsOfEither {
        /// Which of them.
        status: u16,
    },
    /// The proxy wants a user name and a password.
    ProxyCredentials,
    /// 404 or 410.
    NotFound,
    /// 406, or a header of the feed asks for something else.
    WrongAccept,
    /// 405: the address takes something, but cannot be read.
    WrongMethod,
    /// Another status that says no.
    Refused {
        /// Which.
        status: u16,
        /// What the server says to it, its first words; may be empty.
        words: String,
    },
    /// What came had been held back on its way.
    Buffered {
        /// For so long, in milliseconds.
        #[ts(type = "number")]
        held: u64,
    },
    /// The server took the request and has not answered in the time of the test.
    NoAnswerYet,
    /// Nothing came in the time of the test.
    NothingYet,
    /// The stream ended by itself.
    Ended {
        /// Whether something came before.
        delivered: bool,
    },
    /// The certificate is good for a few days more.
    CertificateEnds {
        /// For so many.
        #[ts(type = "number")]
        days: i64,
    },
    /// The test was over before a connection stood.
    TookTooLong,
    /// Something else, of which the message says all.
    Other,
}

impl Mistake {
    /// The step that it is about, if it went well otherwise.
    pub(super) const fn step(&self) -> Option<Step> {
        match self {
            Self::CertificateEnds { .. } => Some(Step::Tls),
            Self::Moved => Some(Step::Http),
            Self::Buffered { .. } | Self::Ended { .. } => Some(Step::FirstBytes),
            _ => None,
        }
    }
}

impl Observed {
    /// Nothing yet.
    pub fn new(asked: Url, headers: HeaderMap, now: i64) -> Self {
        Self {
            asked,
            headers,
            sends_query_credential: false,
            relay: None,
            now,
            requests: vec![],
            answers: vec![],
            body: String::new(),
            connected: false,
            certificate: None,
            opened: None,
            arrivals: vec![],
            failure: None,
            over: false,
            streaming: None,
        }
    }

    /// The media type of the last answer, as it was written.
    pub(super) fn content_type(&self) -> Option<String> {
        Some(String::from_utf8_lossy(self.header(&header::CONTENT_TYPE)?).into_owned())
    }

    fn header(&self, name: &HeaderName) -> Option<&[u8]> {
        Some(self.answers.last()?.headers.get(name)?.as_bytes())
    }

    fn essence(&self) -> String {
        essence(&self.content_type().unwrap_or_default()).to_ascii_lowercase()
    }

    /// Where the last answer came from.
    fn answered(&self) -> &Url {
        self.requests.last().unwrap_or(&self.asked)
    }

    fn sends_credentials(&self) -> bool {
        self.sends_query_credential
            || self.headers.contains_key(header::AUTHORIZATION)
            || self.headers.contains_key(header::COOKIE)
            || !self.asked.username().is_empty()
            || self.asked.password().is_some()
    }
}

/// Whether its streams may be on another host, which it can be asked for.
pub(super) fn looks_like_mastodon(observed: &Observed) -> bool {
    let failed = match &observed.failure {
        Some(Failure::Status { status, .. }) => !matches!(status, 401 | 403 | 429) && *status < 500 || *status == 502,
        Some(Failure::NotAnEventStream { .. }) => true,
        _ => false,
    };
    failed && observed.asked.path().starts_with("/api/v1/streaming")
}

/// What is wrong or worth knowing, the gravest first.
pub fn diagnose(observed: &Observed) -> Vec<Finding> {
    let mut findings = vec![];
    if let Some(streaming) = elsewhere(observed) {
        findings.push(streaming);
    }
    match &observed.failure {
        Some(failure) => findings.push(of_failure(observed, failure)),
        None if observed.over && observed.opened.is_none() => {
            let what = if observed.connected { Mistake::NoAnswerYet } else { Mistake::TookTooLong };
            findings.push(found(what, None));
        }
        None => {}
    }
    if observed.opened.is_some() {
        findings.extend(of_stream(observed));
    }
    let left = observed.certificate.as_ref().map(|certificate| certificate.not_after.saturating_sub(observed.now));
    let soon = 0..CERTIFICATE_WARNING.as_secs().cast_signed();
    if let Some(days) = left.filter(|left| soon.contains(left)).map(|left| left / 86_400) {
        findings.push(found(Mistake::CertificateEnds { days }, None));
    }
    if let Some(moved) = moved(observed) {
        findings.push(moved);
    }
    findings.sort_by_key(|finding| finding.weight);
    findings
}

fn of_failure(observed: &Observed, failure: &Failure) -> Finding {
    match failure {
        Failure::Dropped { .. } | Failure::NotHttp { .. } | Failure::BrokeOff { .. }
            if observed.answered().scheme() == "http" && observed.opened.is_none() =>
        {
            found(Mistake::WantsTls, with_scheme(&observed.asked, "https"))
        }
        Failure::Tls { problem: TlsProblem::NotTls { .. }, .. } => {
            found(Mistake::HasNoTls, with_scheme(&observed.asked, "http"))
        }
        Failure::Status { status, .. } => of_status(observed, *status),
        Failure::NotAnEventStream { .. } => of_document(observed),
        Failure::Ended { .. } if observed.opened.is_some() => {
            found(Mistake::Ended { delivered: !observed.arrivals.is_empty() }, None)
        }
        other => other_failure(other.to_string()),
    }
}

/// One whose own sentence says all.
fn other_failure(message: String) -> Finding {
    Finding { what: Mistake::Other, weight: Weight::Failure, message, proposal: None }
}

fn of_status(observed: &Observed, status: u16) -> Finding {
    let words = page::first_words(&observed.body, WORDS);
    match status {
        204 => found(Mistake::Stop, None),
        401 | 403 if observed.relay.is_some() => found(Mistake::CredentialsOfEither { status }, None),
        401 | 403 => {
            let wanted = observed.header(&header::WWW_AUTHENTICATE).and_then(scheme_of);
            found(Mistake::Credentials { status, wanted, given: observed.sends_credentials() }, None)
        }
        407 => found(Mistake::ProxyCredentials, None),
        404 | 410 => match known_stream(observed) {
            Some((what, proposal)) => found(what, Some(proposal)),
            None => found(Mistake::NotFound, None),
        },
        405 => found(Mistake::WrongMethod, None),
        406 => found(Mistake::WrongAccept, None),
        // nginx and others say so in words.
        400 if observed.asked.scheme() == "http" && observed.body.to_ascii_lowercase().contains("https port") => {
            found(Mistake::WantsTls, with_scheme(&observed.asked, "https"))
        }
        status => found(Mistake::Refused { status, words }, None),
    }
}

/// The scheme of the first challenge.
fn scheme_of(challenge: &[u8]) -> Option<String> {
    let challenge = String::from_utf8_lossy(challenge);
    let scheme = challenge.split([' ', ',']).next()?.trim();
    let is_token =
        !scheme.is_empty() && scheme.len() <= 32 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_token.then(|| scheme.to_owned())
}

/// An answer with 200 that is something else.
fn of_document(observed: &Observed) -> Finding {
    if let Some((what, proposal)) = known_stream(observed) {
        return found(what, Some(proposal));
    }
    let links = observed.answers.last().and_then(|answer| page::hub(&answer.headers, observed.answered()));
    if let Some(hub) = links.or_else(|| page::stream(&observed.body, observed.answered())) {
        return found(Mistake::Linked, Some(hub.into()));
    }
    let essence = observed.essence();
    if observed.headers.get(header::ACCEPT).is_some_and(|accept| !accept.as_bytes().starts_with(b"text/event-stream")) {
        return found(Mistake::WrongAccept, None);
    }
    if matches!(&*essence, "text/html" | "application/xhtml+xml") {
        return found(Mistake::HtmlPage { title: page::title(&observed.body) }, None);
    }
    if is_json(&essence) || (matches!(&*essence, "" | "text/plain") && page::looks_like_json(&observed.body)) {
        return found(Mistake::Json, None);
    }
    other_failure(observed.failure.as_ref().map(ToString::to_string).unwrap_or_default())
}

fn is_json(essence: &str) -> bool {
    matches!(essence, "application/json" | "text/json" | "application/x-ndjson" | "application/jsonl")
        || essence.ends_with("+json")
}

/// Addresses of well-known programs that are almost those of their streams.
fn known_stream(observed: &Observed) -> Option<(Mistake, String)> {
    let url = &observed.asked;
    let segments: Vec<_> = url.path_segments()?.filter(|segment| !segment.is_empty()).collect();
    let title = page::title(&observed.body);
    let essence = observed.essence();
    match *segments.as_slice() {
        [topic, "json" | "raw" | "ws"] if is_topic(topic) && (essence.ends_with("ndjson") || is_ntfy(url, &title)) => {
            Some((Mistake::NtfyTopic, with_path(url, &format!("/{topic}/sse"))))
        }
        [topic] if is_topic(topic) && is_ntfy(url, &title) => {
            Some((Mistake::NtfyTopic, with_path(url, &format!("/{topic}/sse"))))
        }
        [database, "_changes"] if is_json(&essence) => {
            let mut changes = url.clone();
            changes.set_path(&format!("/{database}/_changes"));
            let others: Vec<_> = url.query_pairs().filter(|(name, _)| name != "feed").collect();
            changes.query_pairs_mut().clear().extend_pairs(others).append_pair("feed", "eventsource");
            Some((Mistake::CouchChanges, changes.into()))
        }
        _ => None,
    }
}

fn is_ntfy(url: &Url, title: &str) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "ntfy.sh" || host.starts_with("ntfy.") || title.to_ascii_lowercase().starts_with("ntfy")
}

fn is_topic(topic: &str) -> bool {
    topic.split(',').all(|topic| {
        (1..=64).contains(&topic.len())
            && topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

/// The same request at the host that a Mastodon server names.
fn elsewhere(observed: &Observed) -> Option<Finding> {
    let url = observed.streaming.as_ref()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = format!("{}{port}", url.host_str()?);
    Some(found(Mistake::MastodonStreaming { host }, Some(url.to_string())))
}

fn of_stream(observed: &Observed) -> Option<Finding> {
    let opened = observed.opened?;
    let Some(first) = observed.arrivals.first() else {
        return (observed.over && observed.failure.is_none()).then(|| found(Mistake::NothingYet, None));
    };
    let held = first.at.saturating_sub(opened);
    // What follows within a moment came in the same clump.
    let clump: u32 = observed
        .arrivals
        .iter()
        .take_while(|arrival| arrival.at.saturating_sub(first.at) < Duration::from_millis(100))
        .map(|arrival| arrival.frames)
        .sum();
    (held >= HELD && clump >= CLUMP).then(|| found(Mistake::Buffered { held: whole_milliseconds(held) }, None))
}

/// The address to which permanent redirects led, where nothing else is to be told of it.
fn moved(observed: &Observed) -> Option<Finding> {
    let redirects = observed.requests.len().checked_sub(1).filter(|&redirects| redirects > 0)?;
    let for_good = observed.answers.iter().take(redirects).all(|answer| matches!(answer.status, 301 | 308));
    let (true, Some(_)) = (for_good, observed.opened) else { return None };
    let mut to = observed.requests.last()?.clone();
    if to.origin() == observed.asked.origin() || to.host() == observed.asked.host() {
        let _ = to.set_username(observed.asked.username());
        let _ = to.set_password(observed.asked.password());
    }
    Some(found(Mistake::Moved, Some(to.into())))
}

fn with_scheme(url: &Url, scheme: &str) -> Option<String> {
    let mut other = url.clone();
    let port = url.port();
    other.set_scheme(scheme).ok()?;
    // The default port of the one is not meant as a port of the other.
    other.set_port(port.filter(|&port| port != 80 && port != 443)).ok()?;
    Some(other.into())
}

fn with_path(url: &Url, path: &str) -> String {
    let mut other = url.clone();
    other.set_path(path);
    other.set_fragment(None);
    other.into()
}

fn found(what: Mistake, proposal: Option<String>) -> Finding {
    let (weight, message) = said(&what);
    Finding { what, weight, message, proposal }
}

fn said(what: &Mistake) -> (Weight, String) {
    use Weight::{Failure, Note, Warning};
    match what {
        Mistake::WantsTls => (Failure, "The server does not answer to http: it probably wants https.".into()),
        Mistake::HasNoTls => (Failure, "The server does not speak https on this port: try http.".into()),
        Mistake::HtmlPage { title } => {
            let title = if title.is_empty() { String::new() } else { format!(" (“{title}”)") };
            (Failure, format!("This is a web page for people{title}, not an event stream: look up the address of the stream in the documentation of the server. A page to log in means that credentials are wanted."))
        }
        Mistake::Json => (Failure, "This address answers once with JSON: it is made to be asked again and again, not to be followed. Look up whether the server has an event stream (SSE) as well.".into()),
        Mistake::NtfyTopic => (Failure, "This is an ntfy topic, but its event stream is at /sse.".into()),
        Mistake::MastodonStreaming { host } => (Failure, format!("This Mastodon server has its streams on another host, {host}.")),
        Mistake::CouchChanges => (Failure, "CouchDB sends its changes as an event stream when it is asked with feed=eventsource.".into()),
        Mistake::Linked => (Failure, "This is no event stream, but it names one.".into()),
        Mistake::Moved => (Note, "The address has moved for good: take the new one, so that the detour is not made each time.".into()),
        Mistake::Stop => (Failure, "The server answered 204 No Content, which tells clients to stop: there is nothing to follow at this address now.".into()),
        Mistake::Credentials { status, wanted, given } => {
            let wants = match wanted.as_deref() {
                Some("Basic") => "It wants a user name and a password (Basic)",
                Some("Bearer") => "It wants a token (Bearer)",
                Some(other) => return (Failure, format!("The server answered {status}. It wants credentials of the kind “{other}”: enter them as a header.")),
                None if *status == 401 => "It wants credentials, but does not say of which kind",
                None if *given => "It does not allow this without other credentials",
                None => "It does not allow this without credentials",
            };
            let then = if *given { "what was sent is not accepted: check it" } else { "none were sent: enter them" };
            (Failure, format!("The server answered {status}. {wants}; {then}."))
        }
        Mistake::CredentialsOfEither { status } => (Failure, format!("The server, or the proxy before it, answered {status}: check the password or token of this feed and that of the proxy.")),
        Mistake::ProxyCredentials => (Failure, "The proxy answered 407: it wants a user name and a password that it accepts. The user name stands in the proxy's address, the password is given apart.".into()),
        Mistake::NotFound => (Failure, "The server knows no such address (404 or 410): check the path for typing mistakes.".into()),
        Mistake::WrongAccept => (Failure, "The server was asked for something other than an event stream: remove a header “Accept” of your own, or check the address.".into()),
        Mistake::WrongMethod => (Failure, "The server answered 405: this address takes requests, but cannot be read as a stream. Check the address.".into()),
        Mistake::Refused { status, words } => {
            let words = if words.is_empty() { String::new() } else { format!(" and says “{words}”") };
            let then = match status {
                429 => "it is asked too often: wait a while",
                500.. => "something is wrong over there: try again later, or tell whoever runs it",
                _ => "check the address and its parameters",
            };
            (Failure, format!("The server answered {status}{words}: {then}."))
        }
        Mistake::Buffered { held } => (Warning, format!("Nothing came for {} s, then a lot at once: something between the server and here holds the stream back. In nginx, proxy_buffering off helps, or the header X-Accel-Buffering: no.", held / 1000)),
        Mistake::NoAnswerYet => (Note, "The connection stands and the request is sent, but the server has not answered yet. Many do not before their first event; the feed will wait for it.".into()),
        Mistake::NothingYet => (Note, "The stream is open, but nothing has come over it yet. That is normal where events are rare; the feed will wait for them.".into()),
        Mistake::Ended { delivered: true } => (Note, "The server ended the stream after what it sent. The feed will ask again by itself, after some seconds.".into()),
        Mistake::Ended { delivered: false } => (Warning, "The server ended the stream at once, without sending anything. The feed will ask again, less and less often.".into()),
        Mistake::CertificateEnds { days } => {
            let when = match days {
                0 => "within a day".to_owned(),
                1 => "in a day".to_owned(),
                days => format!("in {days} days"),
            };
            (Warning, format!("The server's certificate ends {when}: its owner has to renew it."))
        }
        Mistake::TookTooLong => (Failure, "No connection came about in the time of the test: the server may be down, or behind a firewall.".into()),
        Mistake::Other => (Failure, String::new()),
    }
}

#[cfg(test)]
mod tests;
