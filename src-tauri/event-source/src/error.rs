//! Why a connection did not open, or ended.
//!
//! Deliberately not here: what follows from it (`reconnection.rs`), and how it is told from the errors of the libraries
//! below (`connection/cause.rs`).
use crate::Fingerprint;
use crate::connection;
use crate::excerpt::{one_line, title, without_tags};
use std::fmt;
use std::time::Duration;

/// The layer that failed, as the user is told it. Stable: stored, and shown by the window in its own language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// The name has no address.
    NameLookup,
    /// No connection, or one that broke off, or an answer that is not HTTP.
    Network,
    /// The TLS handshake, mostly for its certificate.
    Tls,
    /// An answer, but with a status that is not 200.
    HttpStatus,
    /// A refusal within an open stream.
    Refusal,
    /// An answer with 200 and another content type.
    NotAnEventStream,
    /// More than a bound allows.
    TooLarge,
    /// Silence.
    Idle,
    /// The other side hung up.
    ClosedByServer,
}

impl Layer {
    /// A stable name, in kebab case (`name-lookup`, `network`, `tls`, `http-status`, `refusal`, `not-an-event-stream`,
    /// `too-large`, `idle`, `closed-by-server`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::NameLookup => "name-lookup",
            Self::Network => "network",
            Self::Tls => "tls",
            Self::HttpStatus => "http-status",
            Self::Refusal => "refusal",
            Self::NotAnEventStream => "not-an-event-stream",
            Self::TooLarge => "too-large",
            Self::Idle => "idle",
            Self::ClosedByServer => "closed-by-server",
        }
    }
}

/// Why a connection did not open, or ended. Its `Display` is one sentence for the user, without secrets: it names hosts
/// and ports, never user names, passwords, paths or queries.
///
/// A `host` is a name or an address, an `address` is both host and port as they were asked for.
#[expect(missing_docs, reason = "the sentence of each variant says what it is")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    #[error("The name “{host}” was not found: check the address, and whether this computer is online.")]
    NameLookup { host: String },
    #[error("“{address}” refused the connection: check that the server is running and that the port is right.")]
    Refused {
        /// Host and port.
        address: String,
    },
    #[error("“{address}” cannot be reached from here: check whether this computer is online.")]
    Unreachable { address: String },
    #[error("“{address}” did not take the connection within {} seconds: it may be down, or behind a firewall.", after.as_secs())]
    ConnectTimeout { address: String, after: Duration },
    #[error(
        "The proxy did not pass the connection to “{address}” on: check the proxy's address, user name and password."
    )]
    Proxy {
        /// Host and port of what was asked for, not of the proxy.
        address: String,
    },
    /// Status 407, asked for a tunnel.
    #[error(
        "The proxy wants a user name and a password that it accepts (407 Proxy Authentication Required): check them."
    )]
    ProxyCredentials,
    /// A SOCKS proxy refused before anything was asked for.
    #[error("The proxy does not accept the user name and password, or wants some: check those of the proxy.")]
    SocksCredentials,
    #[error("The proxy “{proxy}” cannot be reached: check that it is running, and the proxy setting.")]
    ProxyUnreachable {
        /// Host and port.
        proxy: String,
    },
    #[error("{problem}")]
    Tls {
        problem: TlsProblem,
        /// The server's, if it is what is wrong: one that the user may pin.
        certificate: Option<Fingerprint>,
    },
    /// The connection failed while the answer, or the stream, was being read.
    #[error("The connection to “{address}” broke off{}.", Broken(*kind))]
    BrokeOff { address: String, kind: std::io::ErrorKind },
    #[error("“{address}” closed the connection without an answer: check the port, and whether it wants https.")]
    Dropped { address: String },
    #[error("“{address}” answered with something that is not HTTP: check the port, and whether it wants https.")]
    NotHttp { address: String },
    /// The head of the response did not end within [`RESPONSE_HEAD_LIMIT`](crate::connection::RESPONSE_HEAD_LIMIT).
    #[error("The head of the server's answer is larger than {} KiB.", crate::connection::RESPONSE_HEAD_LIMIT / 1024)]
    HeadTooLarge,
    #[error("The server took the request but did not answer for {} minutes.", after.as_secs() / 60)]
    NoAnswer { after: Duration },
    #[error("The server answered {}{}.", StatusLine(*status, reason), advice(*status))]
    Status {
        status: u16,
        /// The standard phrase for the status; empty where it has none.
        reason: String,
        /// From the moment of the answer.
        retry_after: Option<Duration>,
    },
    /// The owner of the event source found it in the stream: see [`EventSource::refused`](crate::EventSource::refused).
    #[error("The server refused this feed within the stream{}: check the user name, password or token.", Said(said))]
    RefusedWithin {
        /// In its own words; may be empty.
        said: String,
    },
    #[error("The server's redirect leads nowhere: {problem}.")]
    Redirect { problem: RedirectProblem },
    #[error("The server answered with {}, not with an event stream: check the address.", Answer(content_type.as_deref(), excerpt))]
    NotAnEventStream {
        content_type: Option<String>,
        /// The first bytes of the body, as text; may be empty.
        excerpt: String,
    },
    /// What came cannot be uncompressed.
    #[error("The server says that it compresses the stream, but the stream cannot be uncompressed.")]
    Compression,
    #[error("Nothing came from the server for {} seconds, so the connection counts as dead.", after.as_secs())]
    Idle { after: Duration },
    #[error("The server ended the stream.")]
    Ended {
        /// Whether an event had come over this connection. An end after delivering is normal.
        delivered: bool,
    },
    /// The request cannot be made at all, such as for a URL that is not http(s).
    #[error("The request cannot be sent: {why}.")]
    Unsendable { why: String },
}

impl Failure {
    /// The layer to name.
    pub const fn layer(&self) -> Layer {
        match self {
            Self::NameLookup { .. } => Layer::NameLookup,
            Self::Refused { .. }
            | Self::Unreachable { .. }
            | Self::ConnectTimeout { .. }
            | Self::Proxy { .. }
            | Self::ProxyCredentials
            | Self::SocksCredentials
            | Self::ProxyUnreachable { .. }
            | Self::BrokeOff { .. }
            | Self::NotHttp { .. }
            | Self::Compression
            | Self::Unsendable { .. } => Layer::Network,
            Self::Tls { .. } => Layer::Tls,
            Self::Status { .. } | Self::Redirect { .. } => Layer::HttpStatus,
            Self::RefusedWithin { .. } => Layer::Refusal,
            Self::NotAnEventStream { .. } => Layer::NotAnEventStream,
            Self::HeadTooLarge => Layer::TooLarge,
            Self::NoAnswer { .. } | Self::Idle { .. } => Layer::Idle,
            Self::Dropped { .. } | Self::Ended { .. } => Layer::ClosedByServer,
        }
    }
}

/// What is wrong with the TLS connection.
#[expect(missing_docs, reason = "the sentence of each variant says what it is")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsProblem {
    #[error("The certificate of “{host}” is self-signed: add it as an authority if you trust it.")]
    SelfSigned { host: String },
    #[error(
        "The certificate of “{host}” comes from an authority that is not trusted here: add that authority if you trust it."
    )]
    UnknownIssuer { host: String },
    #[error("The certificate that “{host}” showed is for another name: check the address.")]
    WrongHost { host: String },
    #[error("The certificate of “{host}” has expired: its owner has to renew it.")]
    Expired { host: String },
    #[error("The certificate of “{host}” is not valid yet: check this computer's clock.")]
    NotYetValid { host: String },
    #[error("The certificate of “{host}” has been revoked by its authority.")]
    Revoked { host: String },
    #[error("The certificate of “{host}” is not acceptable: {detail}.")]
    BadCertificate { host: String, detail: String },
    #[error(
        "The certificate of “{host}” is not the one that is trusted: SHA-256 {seen} instead of {pinned}. Somebody may be listening in; trust the new one only if you know why it changed."
    )]
    Changed { host: String, pinned: Fingerprint, seen: Fingerprint },
    #[error("“{host}” wants a client certificate that it accepts: check the one of this feed, or choose one.")]
    ClientCertificate { host: String },
    #[error("No certificate authorities are installed on this computer, so “{host}” cannot be verified.")]
    NoAuthorities { host: String },
    #[error("“{host}” refused the TLS handshake ({alert}).")]
    HandshakeRefused { host: String, alert: String },
    #[error(
        "“{host}” does not speak TLS on this port: check the port, and whether the address should begin with http."
    )]
    NotTls { host: String },
    #[error("The TLS handshake with “{host}” failed: {detail}.")]
    Handshake { host: String, detail: String },
}

impl TlsProblem {
    /// Whether the certificate is what is wrong: trying again will not help before somebody acts.
    pub const fn is_about_certificate(&self) -> bool {
        !matches!(self, Self::HandshakeRefused { .. } | Self::NotTls { .. } | Self::Handshake { .. })
    }
}

/// What is wrong with a redirect.
#[expect(missing_docs, reason = "the sentence of each variant says what it is")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectProblem {
    #[error("it names no address")]
    NoLocation,
    #[error("what it names is not an http or https address")]
    NotHttp,
    #[error("it does not come to an end after {} steps", crate::connection::REDIRECT_LIMIT)]
    TooMany,
}

struct StatusLine<'a>(u16, &'a str);

impl fmt::Display for StatusLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(status, reason) = self;
        if reason.is_empty() { write!(f, "{status}") } else { write!(f, "{status} {reason}") }
    }
}

/// What the user can do about a status, where something can be said.
const fn advice(status: u16) -> &'static str {
    match status {
        204 => ", which means that there is nothing to follow any more",
        401 | 403 => ": check the user name, password or token",
        404 | 410 => ": check the address",
        407 => ": the proxy wants a user name and a password",
        429 => ": it is asked too often",
        _ => "",
    }
}

/// How much of what a server says goes into a sentence, in characters.
const EXCERPT: usize = 60;

/// The words of a server, as far as they fit into a sentence and without quotes of their own.
pub fn said(words: &str) -> String {
    one_line(words, EXCERPT).trim_matches('"').to_owned()
}

/// How a connection broke off, where there are words for it.
struct Broken(std::io::ErrorKind);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == std::io::ErrorKind::Other { Ok(()) } else { write!(f, ": {}", self.0) }
    }
}

/// The words of a server, as far as they fit into a sentence.
struct Said<'a>(&'a str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = said(self.0);
        if said.is_empty() { Ok(()) } else { write!(f, " (“{said}”)") }
    }
}

/// What came instead of an event stream, in words.
struct Answer<'a>(Option<&'a str>, &'a str);

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(content_type, excerpt) = self;
        let essence = content_type.map(connection::essence);
        let html = essence.is_some_and(|essence| {
            essence.eq_ignore_ascii_case("text/html") || essence.eq_ignore_ascii_case("application/xhtml+xml")
        });
        match essence {
            Some(essence) if html => write!(f, "{essence}, an HTML page")?,
            Some(essence) if !essence.is_empty() => f.write_str(essence)?,
            _ => f.write_str("a body of no stated type")?,
        }
        let mut text = if html { title(excerpt, EXCERPT) } else { one_line(excerpt, EXCERPT) };
        if html && text.is_empty() {
            text = one_line(&without_tags(excerpt), EXCERPT);
        }
        if text.is_empty() { Ok(()) } else { write!(f, " (“{text}”)") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_came_instead_of_a_stream() {
        let table = [
            (
                Some("text/html; charset=utf-8"),
                "<!doctype html><html><head><title>Log in – Café\n Wi-Fi</title>",
                "The server answered with text/html, an HTML page (“Log in – Café Wi-Fi”), not with an event stream: check the address.",
            ),
            (
                Some("text/html"),
                "<h1>It works!</h1>",
                "The server answered with text/html, an HTML page (“It works!”), not with an event stream: check the address.",
            ),
            (
                Some("application/json"),
                "{\"error\":\n \"gone\"}",
                "The server answered with application/json (“{\"error\": \"gone\"}”), not with an event stream: check the address.",
            ),
            (
                None,
                "",
                "The server answered with a body of no stated type, not with an event stream: check the address.",
            ),
        ];
        for (content_type, excerpt, sentence) in table {
            let failure = Failure::NotAnEventStream {
                content_type: content_type.map(str::to_owned),
                excerpt: excerpt.to_owned(),
            };
            assert_eq!(failure.to_string(), sentence);
        }
    }

    #[test]
    fn names_the_status_and_what_to_do() {
        let table = [
            (404, "Not Found", "The server answered 404 Not Found: check the address."),
            (401, "Unauthorized", "The server answered 401 Unauthorized: check the user name, password or token."),
            (503, "Service Unavailable", "The server answered 503 Service Unavailable."),
            (599, "", "The server answered 599."),
        ];
        for (status, reason, sentence) in table {
            let failure = Failure::Status { status, reason: reason.to_owned(), retry_after: None };
            assert_eq!(failure.to_string(), sentence);
        }
    }
}
