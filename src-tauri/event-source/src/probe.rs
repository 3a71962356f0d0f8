//! One attempt at a URL, looked at closely: each step and all that comes, told as it happens.
//!
//! It is the same attempt that an [`EventSource`](crate::EventSource) makes, down to the connection; only what is seen of it
//! is not thrown away. Deliberately not here: what is made of it, and time limits (drop the future).
use crate::connection::{self, Asked, LastEventId, Sighting};
use crate::{Connector, Decoder, Failure, Frame, Request};
use http_body::Body as _;
use reqwest::header::{self, HeaderValue};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use url::Url;

/// How much is read of a body that is no event stream, in bytes.
pub const EXCERPT: usize = 32 * 1024;

/// What happens while a URL is probed.
#[derive(Debug)]
pub enum Observation<'a> {
    /// A step of the attempt. There are several of each where it is redirected.
    Step(Sighting),
    /// The answer is an event stream. The URL is the one that answered, after redirects, with all that is in it.
    Opened(&'a Url),
    /// So many bytes came over the stream, at once.
    Bytes(usize),
    /// Something was found in them.
    Frame(Frame<'a>),
}

/// Connects as a source with this connector and request would, and tells what happens until the stream or the attempt
/// ends, which is the result. Dropped, it ends the connection.
pub async fn probe(
    connector: &Connector,
    request: Request,
    event_limit: usize,
    mut tell: impl FnMut(Observation<'_>) + Send,
) -> Failure {
    let (url, _) = request.resuming_from("");
    let asked = Asked::curious(request, EXCERPT);
    let mut attempt = connector.attempt(Arc::clone(&asked), url, LastEventId::None);
    let opened = poll_fn(|context| {
        let (result, noticed) = connection::watching(true, || attempt.as_mut().poll(context));
        noticed.sightings.into_iter().for_each(|sighting| tell(Observation::Step(sighting)));
        result
    })
    .await;
    drop(attempt);
    let connection::Exchange { head, mut body } = match opened {
        Ok(exchange) => exchange,
        Err(failure) => return failure,
    };
    tell(Observation::Opened(&head.url));
    let mut decoder = Decoder::new("", event_limit);
    let mut delivered = false;
    loop {
        let data = match poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            None => return Failure::Ended { delivered },
            Some(Err(error)) => {
                return connection::broken_stream(&error, &head.url).unwrap_or(Failure::Ended { delivered });
            }
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) if !data.is_empty() => data,
                _ => continue,
            },
        };
        tell(Observation::Bytes(data.len()));
        let mut input = &data[..];
        while let Some(frame) = decoder.decode(&mut input) {
            delivered |= matches!(frame, Frame::Event(_) | Frame::Oversized { .. });
            tell(Observation::Frame(frame));
        }
        tokio::task::yield_now().await;
    }
}

/// Fetches a small document, such as a server's description of itself: without any credentials, following redirects, at
/// most `limit` bytes of it.
pub async fn document(connector: &Connector, url: Url, accept: HeaderValue, limit: usize) -> Option<String> {
    let mut request = Request::new(url.clone());
    request.headers.insert(header::ACCEPT, accept);
    let asked = Asked::curious(request, limit);
    let mut attempt = connector.attempt(asked, url, LastEventId::None);
    let mut seen = Vec::new();
    let ended = poll_fn(|context| {
        let (result, noticed) = connection::watching(true, || attempt.as_mut().poll(context));
        seen.extend(noticed.sightings);
        result
    })
    .await;
    let Err(Failure::NotAnEventStream { .. }) = ended else { return None };
    let body = seen.into_iter().find_map(|seen| match seen.what {
        connection::Sight::Body(body) => Some(body),
        _ => None,
    })?;
    String::from_utf8(body).ok()
}
