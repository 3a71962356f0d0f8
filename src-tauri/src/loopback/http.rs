//! As much of HTTP/1.1 as the demo and a replay need: a GET, and an answer that ends with the connection.
//!
//! Deliberately not here: what is served (`crate::demo`, `crate::replay`).
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// A request larger than this is refused.
const HEAD_LIMIT: usize = 16 * 1024;

/// What matters of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    /// Whom the client means, with the port; empty if it does not say.
    pub(crate) host: String,
    pub(crate) last_event_id: Option<u64>,
}

/// Reads a request up to its blank line; `None` if it is none, or too large.
pub(crate) async fn read_head(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Head>> {
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
    let (mut host, mut last_event_id) = (String::new(), None);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        match &*name.to_ascii_lowercase() {
            "host" => host = value.trim().into(),
            "last-event-id" => last_event_id = value.trim().parse().ok(),
            _ => {}
        }
    }
    Some(Head { method: method.into(), path: path.into(), host, last_event_id })
}

/// The head of a stream that ends when the connection does. Pages of other origins may read it: there is no secret in it.
pub(crate) async fn begin(to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    to.write_all(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n\
          Access-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n",
    )
    .await
}

/// A whole answer.
pub(crate) async fn whole(mut to: impl AsyncWrite + Unpin, content_type: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nCache-Control: no-cache\r\n\
         Access-Control-Allow-Origin: *\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    to.write_all(answer.as_bytes()).await?;
    to.shutdown().await
}

pub(crate) async fn tell(to: impl AsyncWrite + Unpin, text: &str) -> io::Result<()> {
    whole(to, "text/plain; charset=utf-8", text).await
}

/// Waits until the client has gone. What it still says is nothing to us.
pub(crate) async fn gone(mut from: impl AsyncRead + Unpin) {
    let mut bytes = [0; 512];
    while matches!(from.read(&mut bytes).await, Ok(1..)) {}
}

pub(crate) async fn refuse(mut to: impl AsyncWrite + Unpin, status: &str) -> io::Result<()> {
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
            let host = if path == "/events" && method == "GET" && last_event_id == Some(12) { "h" } else { "" };
            Some(Head { method: method.into(), path: path.into(), host: host.into(), last_event_id })
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
