//! A small server on this computer, as the demo and a replay are one.
//!
//! Deliberately not here: what is served (`demo.rs`, `replay.rs`).
pub(crate) mod http;

use self::http::{Head, read_head};
use std::future::Future;
use std::io;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

/// Clients at the same time; more of them wait in the listener's queue.
const MOST_CLIENTS: usize = 64;
/// How long a request may take to come.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// A request, and the way back to who made it.
pub(crate) struct Asked {
    pub(crate) head: Head,
    /// What else the client says; its end tells that the client has gone.
    pub(crate) from: OwnedReadHalf,
    pub(crate) to: OwnedWriteHalf,
}

/// Listens on the loopback interface: on `port`, or else on the first of the usual ones that is free.
pub(crate) async fn listen(port: Option<u16>, usual: RangeInclusive<u16>) -> io::Result<TcpListener> {
    let mut ports = port.map_or(usual, |port| port..=port);
    loop {
        let Some(port) = ports.next() else { return Err(io::ErrorKind::AddrInUse.into()) };
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && !ports.is_empty() => {}
            result => return result,
        }
    }
}

/// Answers each request with what is `served`, until dropped.
pub(crate) async fn serve<S, A>(listener: TcpListener, served: S, answer: fn(Asked, Arc<S>) -> A) -> io::Result<()>
where
    S: Send + Sync + 'static,
    A: Future<Output = io::Result<()>> + Send + 'static,
{
    let served = Arc::new(served);
    let places = Arc::new(Semaphore::new(MOST_CLIENTS));
    let mut clients = tokio::task::JoinSet::new();
    loop {
        let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
        let Ok((client, _)) = listener.accept().await else {
            // A client that has gone already, or no file descriptors for the moment.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let served = Arc::clone(&served);
        clients.spawn(async move {
            // A client that goes away ends its task, and that is all there is to it.
            let _ = hear(client, served, answer).await;
            drop(place);
        });
        while clients.try_join_next().is_some() {}
    }
}

async fn hear<S, A>(client: TcpStream, served: Arc<S>, answer: fn(Asked, Arc<S>) -> A) -> io::Result<()>
where
    A: Future<Output = io::Result<()>>,
{
    client.set_nodelay(true)?;
    let (mut from, to) = client.into_split();
    let Ok(head) = timeout(REQUEST_LIMIT, read_head(&mut from)).await else { return Ok(()) };
    let Some(head) = head? else { return http::refuse(to, "400 Bad Request").await };
    answer(Asked { head, from, to }, served).await
}
