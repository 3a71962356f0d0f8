//! As much of HTTP/1.1 as the demo needs: a GET, and an answer that ends with the connection.
//!
//! Deliberately not here: what is served (`story.rs`).
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// A request larger than this is refused.
const HEAD_LIMIT: usize = 16 * 1024;

/// What matters of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) method: String,
    /// Without the query.
    pub(super) path: String,
    pub(super) last_event_id: Option<u64>,
}

/// Reads a request up to its blank line; `None` if it is none, or too large.
pub(super) async fn read_head(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Head>> {
    let mut bytes = Vec::new();
    let mut from = from.take(HEAD_LIMIT as u64);
    while !bytes.ends_with(b"\r\n\r\n") {
        if from.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
    Ok(parse_head(&String::from_utf8_lossy(&bytes)))
}

fn parse_head(head: &str) -> Option<Head> {
    let mut lines = head.split("\r\n");
    let mut request = lines.next()?.split(' ');
    let (method, target) = (request.next()?, request.next()?);
    request.next().filter(|version| version.starts_with("HTTP/1."))?;
    let path = target.split('?').next().unwrap_or(target);
    let last_event_id = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("last-event-id"))
        .and_then(|(_, value)| value.trim().parse().ok());
    Some(Head { method: method.into(), path: path.into(), last_event_id })
}

/// The head of a stream that ends when the connection does. Pages of other origins may read it: there is no secret in it.
pub(super) async fn begin(to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    to.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\
          Access-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n",
    )
    .await
}

/// A whole answer.
pub(super) async fn whole(mut to: impl AsyncWrite + Unpin, content_type: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nCache-Control: no-cache\r\n\
         Access-Control-Allow-Origin: *\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    to.write_all(answer.as_bytes()).await?;
    to.shutdown().await
}

pub(super) async fn tell(to: impl AsyncWrite + Unpin, text: &str) -> io::Result<()> {
    whole(to, "text/plain; charset=utf-8", text).await
}

pub(super) async fn refuse(mut to: impl AsyncWrite + Unpin, status: &str) -> io::Result<()> {
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    to.write_all(answer.as_bytes()).await?;
    to.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_far_as_it_matters() {
        let head = |method: &str, path: &str, last_event_id| {
            Some(Head { method: method.into(), path: path.into(), last_event_id })
        };
        for (given, expected) in [
            ("GET /events HTTP/1.1\r\n\r\n", head("GET", "/events", None)),
            ("GET /events?x=/y HTTP/1.0\r\nHost: h\r\nlast-event-ID: 12\r\n\r\n", head("GET", "/events", Some(12))),
            ("GET / HTTP/1.1\r\nLast-Event-ID: of another server\r\n\r\n", head("GET", "/", None)),
            ("POST / HTTP/1.1\r\n\r\n", head("POST", "/", None)),
            ("GET / HTTP/2\r\n\r\n", None),
            ("nonsense\r\n\r\n", None),
        ] {
            assert_eq!(parse_head(given), expected, "{given:?}");
        }
    }
}
