//! An HTTP server that says exactly the bytes a test wants, when it wants them.
//!
//! Deliberately not here: any judgement of what it is asked. It parses as little as a test needs to look at, and keeps
//! each request as it came.
//!
//! ```no_run
//! # async fn example() {
//! use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
//!
//! let server = SseServer::start(|mut connection| async move {
//!     connection.send(EVENT_STREAM).await;
//!     connection.send("data: hello\n\n").await;
//!     connection.closed().await; // until the client goes
//! })
//! .await;
//! println!("{}", server.url("/events"));
//! # }
//! ```
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

/// The head of an event stream that ends with the connection.
pub const EVENT_STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// The head of an event stream in chunks (see [`chunk`]).
pub const CHUNKED_EVENT_STREAM: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The longest that anything is waited for before a test fails.
pub const LIMIT: Duration = Duration::from_secs(10);

/// One chunk of a chunked body. An empty one ends the body.
pub fn chunk(data: impl AsRef<[u8]>) -> Vec<u8> {
    let data = data.as_ref();
    [format!("{:x}\r\n", data.len()).as_bytes(), data, b"\r\n"].concat()
}

/// A response with a body of known length.
pub fn response(status: &str, content_type: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The bytes up to and with the blank line.
    pub head: Vec<u8>,
    /// When the connection was accepted.
    pub accepted: Instant,
    /// When the head was complete.
    pub at: Instant,
    /// When the client ended the connection, if it was seen (by [`Connection::closed`]).
    pub ended: Option<Instant>,
    /// Counts from 0.
    pub number: usize,
}

impl Received {
    /// The request line's target: path and query, or what a proxy is asked for.
    pub fn target(&self) -> &str {
        let line = self.head.split(|&byte| byte == b'\r').next().unwrap_or_default();
        std::str::from_utf8(line).unwrap_or_default().split(' ').nth(1).unwrap_or_default()
    }

    /// The values of a header, as bytes, in the order they came.
    pub fn values(&self, name: &str) -> Vec<&[u8]> {
        let lines = self.head.split(|&byte| byte == b'\n').skip(1);
        lines
            .filter_map(|line| {
                let colon = line.iter().position(|&byte| byte == b':')?;
                line[..colon].eq_ignore_ascii_case(name.as_bytes()).then(|| line[colon + 1..].trim_ascii())
            })
            .collect()
    }

    /// The value of a header that comes once.
    pub fn header(&self, name: &str) -> Option<String> {
        match self.values(name).as_slice() {
            [] => None,
            [value] => Some(String::from_utf8_lossy(value).into_owned()),
            several => panic!("{name} came {} times", several.len()),
        }
    }
}

/// One accepted connection whose request has come. It ends when this is dropped.
pub struct Connection {
    /// What was asked.
    pub request: Received,
    io: Io,
    requests: Arc<watch::Sender<Vec<Received>>>,
}

impl Connection {
    /// Sends bytes, at once. A client that is gone is no error: its test says what it expects of the client.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        if self.io.write_all(bytes.as_ref()).await.is_ok() {
            let _ = self.io.flush().await;
        }
    }

    /// Waits until the client ends the connection, and notes when.
    pub async fn closed(&mut self) {
        let mut rest = [0; 1024];
        while !matches!(self.io.read(&mut rest).await, Ok(0) | Err(_)) {}
        let number = self.request.number;
        self.requests.send_modify(|requests| requests[number].ended = Some(Instant::now()));
    }

    /// Ends the server's direction of the connection in order (with TLS: says goodbye) and keeps the other open.
    pub async fn half_close(&mut self) {
        let _ = self.io.shutdown().await;
    }

    /// Ends the connection with a reset.
    pub fn reset(self) {
        let stream = match &self.io {
            Io::Plain(stream) => stream,
            Io::Tls(stream) => stream.get_ref().0,
        };
        stream.set_zero_linger().unwrap();
    }

    /// Passes bytes in both directions between the client and `other`, until one of them ends: what a proxy does.
    pub async fn tunnel_to(&mut self, mut other: TcpStream) {
        let _ = tokio::io::copy_bidirectional(&mut self.io, &mut other).await;
    }
}

/// A running server. It stops when this is dropped.
pub struct SseServer {
    address: SocketAddr,
    scheme: &'static str,
    requests: Arc<watch::Sender<Vec<Received>>>,
    accepting: JoinHandle<()>,
}

impl SseServer {
    /// Starts on a free port. `handler` runs for each connection once its request head has come.
    pub async fn start<H, F>(handler: H) -> Self
    where
        H: Fn(Connection) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        Self::serve(None, handler).await
    }

    /// The same behind TLS.
    pub async fn start_tls<H, F>(config: Arc<ServerConfig>, handler: H) -> Self
    where
        H: Fn(Connection) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        Self::serve(Some(config.into()), handler).await
    }

    /// Answers each request with the next of `answers` and ends the connection; the last answer is repeated.
    pub async fn answering<const N: usize>(answers: [&'static str; N]) -> Self {
        Self::start(move |mut connection| async move {
            connection.send(answers[connection.request.number.min(N - 1)]).await;
        })
        .await
    }

    /// Answers each request with an event stream that begins with `body`, and holds it.
    pub async fn streaming(body: impl Into<String>) -> Self {
        let stream: Arc<str> = format!("{EVENT_STREAM}{}", body.into()).into();
        Self::start(move |mut connection| {
            let stream = Arc::clone(&stream);
            async move {
                connection.send(&*stream).await;
                connection.closed().await;
            }
        })
        .await
    }

    async fn serve<H, F>(tls: Option<TlsAcceptor>, handler: H) -> Self
    where
        H: Fn(Connection) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let requests = Arc::new(watch::Sender::new(Vec::new()));
        let handler = Arc::new(handler);
        let recorded = Arc::clone(&requests);
        let accepting = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let accepted = Instant::now();
                let (tls, handler, requests) = (tls.clone(), Arc::clone(&handler), Arc::clone(&recorded));
                tokio::spawn(async move {
                    let _ = stream.set_nodelay(true);
                    let mut io = match tls {
                        None => Io::Plain(stream),
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => Io::Tls(Box::new(stream)),
                            Err(_) => return,
                        },
                    };
                    if let Some(head) = read_head(&mut io).await {
                        let request = record(&requests, head, accepted);
                        handler(Connection { request, io, requests }).await;
                    }
                });
            }
        });
        Self { address, scheme, requests, accepting }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path on this server.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Received> {
        self.requests.borrow().clone()
    }

    /// Waits for the request of this number, from 0.
    pub async fn request(&self, number: usize) -> Received {
        self.when(|requests| requests.get(number).cloned()).await
    }

    /// Waits until the client has ended the connection of this number, seen by [`Connection::closed`].
    pub async fn ended(&self, number: usize) -> Received {
        self.when(|requests| requests.get(number).filter(|request| request.ended.is_some()).cloned()).await
    }

    async fn when<T>(&self, find: impl Fn(&[Received]) -> Option<T>) -> T {
        let mut requests = self.requests.subscribe();
        let found = async {
            loop {
                if let Some(found) = find(&requests.borrow_and_update()) {
                    return found;
                }
                requests.changed().await.unwrap();
            }
        };
        tokio::time::timeout(LIMIT, found).await.expect("the request did not come in time")
    }
}

impl Drop for SseServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Holds connections back until the test lets them go on, one by one or all.
#[derive(Debug, Clone)]
pub struct Gate(Arc<tokio::sync::Semaphore>);

impl Gate {
    /// A closed one.
    pub fn new() -> Self {
        Self(Arc::new(tokio::sync::Semaphore::new(0)))
    }

    /// Lets one go on.
    pub fn open(&self) {
        self.0.add_permits(1);
    }

    /// Waits to be let through.
    pub async fn pass(&self) {
        self.0.acquire().await.unwrap().forget();
    }

    /// Starts a server whose connections wait at this gate where `handler` says so.
    pub async fn server<H, F>(&self, handler: H) -> SseServer
    where
        H: Fn(Connection, Self) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let gate = self.clone();
        SseServer::start(move |connection| handler(connection, gate.clone())).await
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

async fn read_head(io: &mut Io) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(io.read_u8().await.ok()?);
    }
    Some(head)
}

fn record(requests: &watch::Sender<Vec<Received>>, head: Vec<u8>, accepted: Instant) -> Received {
    let mut received = Received { head, accepted, at: Instant::now(), ended: None, number: 0 };
    requests.send_modify(|requests| {
        received.number = requests.len();
        requests.push(received.clone());
    });
    received
}

enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Io {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buf),
        }
    }
}

impl AsyncWrite for Io {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
