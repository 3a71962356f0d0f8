//! A server on this computer that says a transcript again: the same answers with the same bytes, at the pace at which they
//! came or another.
//!
//! The first request gets the first recorded answer, the next one the next, as the clients that come back did when it was
//! recorded; after the last, a request is told that there is nothing more (204). Deliberately not here: what a transcript is
//! (the engine), the feed that follows one in the window (`replay/feed.rs`), and TLS, compression or HTTP/2, in which it may have been recorded.
pub mod feed;

use crate::loopback::http::{self, Head};
use crate::loopback::{self, Asked};
use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tidings_engine::transcript::{RecordedAnswer, Transcript};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::{Instant, sleep_until};

/// Where the stream is, unless told otherwise.
pub const PATH: &str = "/events";
/// Where it listens unless told otherwise, or on one of the next few ports.
pub const PORT: u16 = 4890;

/// How many times as quickly as it came a transcript may be said again.
const SPEEDS: RangeInclusive<f64> = 0.001..=1_000_000.0;

/// Headers that are about the connection or the encoding of what was recorded, or that would have a client do something with
/// another server than this one.
const NOT_SAID: &[&str] = &[
    "access-control-allow-credentials",
    "access-control-allow-origin",
    "alt-svc",
    "connection",
    "content-encoding",
    "content-length",
    "keep-alive",
    "location",
    "proxy-authenticate",
    "proxy-connection",
    "refresh",
    "set-cookie",
    "strict-transport-security",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

/// How a transcript is said again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    /// So many times as quickly as it came; `None`: without any wait.
    pub speed: Option<f64>,
    /// After the last answer it begins anew.
    pub repeat: bool,
    /// Pages of any origin may read it.
    pub any_origin: bool,
}

/// A speed of a replay. Fails with a sentence.
pub(crate) fn speed(given: &str) -> Result<f64, String> {
    let speed = given.parse().ok().filter(|speed| SPEEDS.contains(speed));
    let (from, to) = (SPEEDS.start(), SPEEDS.end());
    speed.ok_or_else(|| format!("{given:?} is no speed of a replay; write a number from {from} to {to}."))
}

/// What is said again.
pub struct Replay {
    /// Where the stream is.
    path: String,
    transcript: Transcript,
    manner: Manner,
    /// How many requests were answered.
    asked: AtomicUsize,
}

impl Replay {
    /// Begins with the first answer, at [`PATH`].
    pub fn new(transcript: Transcript, manner: Manner) -> Self {
        Self { path: PATH.to_owned(), transcript, manner, asked: AtomicUsize::new(0) }
    }

    /// What the next request gets.
    fn next(&self) -> Option<&RecordedAnswer> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let answers = &self.transcript.answers;
        if self.manner.repeat { answers.get(number % answers.len()) } else { answers.get(number) }
    }
}

/// Listens on the loopback interface: on `port`, or else on [`PORT`] or one of the next few that is free.
pub async fn listen(port: Option<u16>) -> io::Result<TcpListener> {
    loopback::listen(port, PORT..=PORT + 9).await
}

/// Serves until dropped.
pub async fn serve(listener: TcpListener, replay: Replay) -> io::Result<()> {
    loopback::serve(listener, replay, answer).await
}

async fn answer(Asked { head, from, to }: Asked, replay: Arc<Replay>) -> io::Result<()> {
    let began = Instant::now();
    if !is_for_this_computer(&head) {
        // A page of somebody else's, whose name was made to lead here.
        return http::refuse(to, "403 Forbidden").await;
    }
    if head.method != "GET" {
        return http::refuse(to, "405 Method Not Allowed").await;
    }
    if head.path != replay.path {
        return http::refuse(to, "404 Not Found").await;
    }
    let Some(answer) = replay.next() else { return nothing_more(to).await };
    // Whoever listens to a stream says nothing more: reading only tells that it has gone.
    tokio::select! {
        result = say(to, &replay, answer, began) => result,
        () = http::gone(from) => Ok(()),
    }
}

/// Tells a client to stop (the standard, 9.2.3).
async fn nothing_more(mut to: OwnedWriteHalf) -> io::Result<()> {
    to.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await?;
    to.shutdown().await
}

/// Whether the request names this computer, as those of other computers and of pages elsewhere do not.
fn is_for_this_computer(head: &Head) -> bool {
    let name = head.host.rsplit_once(':').map_or(&*head.host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { &head.host }
    });
    ["127.0.0.1", "localhost", ""].iter().any(|ours| name.eq_ignore_ascii_case(ours))
}

async fn say(mut to: OwnedWriteHalf, replay: &Replay, answer: &RecordedAnswer, began: Instant) -> io::Result<()> {
    let wait = async |after: Duration| {
        if let Some(speed) = replay.manner.speed {
            sleep_until(began + after.div_f64(speed)).await;
        }
    };
    wait(answer.after).await;
    to.write_all(&head(answer, replay.manner.any_origin)).await?;
    for piece in replay.transcript.pieces(answer)? {
        let piece = piece?;
        wait(piece.after).await;
        to.write_all(&piece.bytes).await?;
    }
    wait(answer.length).await;
    to.shutdown().await
}

/// The head of an answer. Its body ends with the connection.
fn head(answer: &RecordedAnswer, any_origin: bool) -> Vec<u8> {
    let reason = ::http::StatusCode::from_u16(answer.status).ok().and_then(|status| status.canonical_reason());
    let mut head = format!("HTTP/1.1 {} {}\r\n", answer.status, reason.unwrap_or_default()).into_bytes();
    for (name, value) in answer.headers.iter().filter(|(name, _)| !NOT_SAID.contains(&name.as_str())) {
        head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    if any_origin {
        head.extend(b"access-control-allow-origin: *\r\n");
    }
    head.extend(b"connection: close\r\n\r\n");
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_names_this_computer_is_answered() {
        for (host, expected) in [
            ("127.0.0.1:4890", true),
            ("localhost:4890", true),
            ("LocalHost", true),
            ("", true),
            ("evil.example:4890", false),
            ("127.0.0.1.evil.example", false),
            ("localhost:x", false),
        ] {
            let head = Head { method: "GET".into(), path: PATH.into(), host: host.into(), last_event_id: None };
            assert_eq!(is_for_this_computer(&head), expected, "{host}");
        }
    }
}
