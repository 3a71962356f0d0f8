//! A transport for `eventsource-client` that answers from a script: its whole client, without a socket.
use bytes::Bytes;
use eventsource_client::{Client, ClientBuilder, ReconnectOptions, SSE};
use futures_util::{Stream, StreamExt, stream};
use launchdarkly_sdk_transport::{ByteStream, HttpTransport, Request, Response, ResponseFuture, TransportError};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// What the transport answers to one request.
pub(crate) enum Answer {
    Refused,
    Response { status: u16, headers: Vec<(&'static str, &'static str)>, body: Vec<Bytes> },
}

impl Answer {
    /// An event stream that comes in these chunks and ends.
    pub(crate) fn stream<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let body = chunks.into_iter().map(Bytes::copy_from_slice).collect();
        Self::Response { status: 200, headers: vec![("content-type", "text/event-stream")], body }
    }

    /// A response without a body.
    pub(crate) fn head(status: u16, headers: Vec<(&'static str, &'static str)>) -> Self {
        Self::Response { status, headers, body: Vec::new() }
    }
}

/// Answers in order; what is asked after the last answer waits for ever.
#[derive(Clone, Default)]
pub(crate) struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    requests: Arc<Mutex<Vec<Request<Option<Bytes>>>>>,
}

impl Script {
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.into_iter().collect())), ..Self::default() }
    }

    /// What the client yields.
    pub(crate) fn client(
        &self,
        options: ReconnectOptions,
    ) -> impl Stream<Item = eventsource_client::Result<SSE>> + Unpin + use<> {
        let builder = ClientBuilder::for_url("http://example.test/stream").expect("a valid URL");
        builder.reconnect(options).build_with_transport(self.clone()).stream()
    }

    /// Of each request so far: its URL and its `Last-Event-ID`.
    pub(crate) fn requests(&self) -> Vec<(String, Option<String>)> {
        let requests = self.requests.lock().expect("not poisoned");
        requests
            .iter()
            .map(|request| {
                let id = request.headers().get("last-event-id");
                (request.uri().to_string(), id.map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned()))
            })
            .collect()
    }
}

impl HttpTransport for Script {
    fn request(&self, request: Request<Option<Bytes>>) -> ResponseFuture {
        self.requests.lock().expect("not poisoned").push(request);
        let answer = self.answers.lock().expect("not poisoned").pop_front();
        Box::pin(async move {
            match answer {
                None => std::future::pending().await,
                Some(Answer::Refused) => {
                    Err(TransportError::new(std::io::Error::from(std::io::ErrorKind::ConnectionRefused)))
                }
                Some(Answer::Response { status, headers, body }) => {
                    let mut response = Response::builder().status(status);
                    for (name, value) in headers {
                        response = response.header(name, value);
                    }
                    let body: ByteStream = Box::pin(stream::iter(body).map(Ok));
                    Ok(response.body(body).expect("a valid response"))
                }
            }
        })
    }
}
