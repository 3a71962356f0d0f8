//! A feed that is removed, paused or edited while its connection is at any stage leaves nothing behind.
//!
//! Deliberately not here: what an edit keeps (`changes.rs`).
use super::{LIMIT, Recorder, Running, direct, options};
use rstest::rstest;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tidings_engine::{Engine, EngineOptions, FeedConfig, FeedId, FeedState};
use tidings_event_source::Policy;
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tokio::net::{TcpSocket, TcpStream};

/// Comes back so soon that what comes back too often is seen.
const SOON: Policy = Policy {
    least_reconnection_time: Duration::from_millis(20),
    longest_reconnection_time: Duration::from_millis(20),
    persistent: true,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The other side has not taken the connection yet.
    Connecting,
    /// The request is there, the answer is not.
    Waiting,
    /// Events come all the time.
    Open,
    /// The next attempt is near.
    Lost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaving {
    Removed,
    Deleted,
    Paused,
    Edited,
}

/// A server for each stage, and how many connections to it stand.
struct Place {
    url: String,
    standing: Arc<AtomicUsize>,
    server: Option<SseServer>,
    listener: Option<(tokio::net::TcpListener, Vec<TcpStream>)>,
}

impl Place {
    async fn of(stage: Stage) -> Self {
        let standing = Arc::new(AtomicUsize::new(0));
        if stage == Stage::Connecting {
            // The queue of a listener that accepts nothing is full after a few connections.
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let listener = socket.listen(1).unwrap();
            let address = listener.local_addr().unwrap();
            let mut waiting = Vec::new();
            while let Ok(stream) = tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
                waiting.push(stream.unwrap());
            }
            let url = format!("http://{address}/");
            return Self { url, standing, server: None, listener: Some((listener, waiting)) };
        }
        let count = Arc::clone(&standing);
        let server = SseServer::start(move |mut connection| {
            let count = Arc::clone(&count);
            async move {
                count.fetch_add(1, Ordering::SeqCst);
                match stage {
                    Stage::Connecting | Stage::Waiting => connection.closed().await,
                    Stage::Open => {
                        connection.send(EVENT_STREAM).await;
                        while tokio::time::timeout(Duration::from_millis(1), connection.closed()).await.is_err() {
                            connection.send("data: {\"title\":\"leaving\"}\n\n").await;
                        }
                    }
                    Stage::Lost => connection.send(EVENT_STREAM).await,
                }
                count.fetch_sub(1, Ordering::SeqCst);
            }
        })
        .await;
        Self { url: server.url("/"), standing, server: Some(server), listener: None }
    }

    /// How many connections there are, begun ones included.
    fn connections(&self) -> usize {
        if self.listener.is_some() { begun(&self.url) } else { self.standing.load(Ordering::SeqCst) }
    }

    fn requests(&self) -> usize {
        self.server.as_ref().map_or(0, |server| server.requests().len())
    }
}

/// How many connections of this computer to this address wait to be taken: SYN-SENT in the system's table.
fn begun(url: &str) -> usize {
    const SYN_SENT: &str = "02";
    let address: SocketAddr = url["http://".len()..url.len() - 1].parse().unwrap();
    let port = format!(":{:04X}", address.port());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields.len() > 3 && fields[2].ends_with(&port) && fields[3] == SYN_SENT)
        .count()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_behind(
    #[values(Stage::Connecting, Stage::Waiting, Stage::Open, Stage::Lost)] stage: Stage,
    #[values(Leaving::Removed, Leaving::Deleted, Leaving::Paused, Leaving::Edited)] leaving: Leaving,
) {
    let place = Place::of(stage).await;
    // Another feed comes back again and again: its requests are the clock.
    let clock = SseServer::start(|mut connection| async move { connection.send(EVENT_STREAM).await }).await;
    let quiet = SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        pending::<()>().await;
    })
    .await;
    let (dir, notifier) = (tempfile::tempdir().unwrap(), Arc::new(Recorder::default()));
    let engine = Engine::open(EngineOptions { policy: SOON, ..options(dir.path(), &notifier, true) }).unwrap();
    let running = Running { dir, engine, notifier };
    let feed = running.add(&place.url).await.id;
    at(&running, feed, &place, stage).await;

    match leaving {
        Leaving::Removed => running.engine.remove_feed(feed).await.unwrap(),
        Leaving::Deleted => running.engine.delete_feed(feed).await.unwrap(),
        Leaving::Paused => running.engine.pause_feed(feed, true).await.unwrap(),
        Leaving::Edited => {
            let config = FeedConfig { notify: false, ..direct(&quiet.url("/")) };
            running.engine.edit_feed(feed, config).await.unwrap();
        }
    }
    // The call has returned: nothing of the old connection is announced or asked from now on.
    let (announced, asked) = (running.notifier.all().len(), place.requests());
    let stored = |rows: &str| {
        let database = rusqlite::Connection::open(running.dir.path().join("tidings.db")).unwrap();
        database.query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let closed = async || (place.connections() == 0).then_some(());
    eventually(LIMIT, "the end of the old connection", closed).await;
    let ticking = running.add(&clock.url("/")).await.id;
    clock.request(4).await;
    assert_eq!(place.connections(), 0);
    assert_eq!(place.requests(), asked, "asked again after it was {leaving:?}");
    if leaving != Leaving::Paused {
        // What had come before a pause may still be announced in a summary.
        assert_eq!(running.notifier.all().len(), announced, "announced after it was {leaving:?}");
    }

    match leaving {
        Leaving::Removed => assert_eq!(running.state(feed).await, None),
        Leaving::Deleted => {
            assert_eq!(running.state(feed).await, None);
            let rows = "SELECT (SELECT count(*) FROM feeds WHERE id = 1) + (SELECT count(*) FROM events)
                        + (SELECT count(*) FROM cursors WHERE feed_id = 1)";
            let swept = async || (stored(rows) == 0).then_some(());
            eventually(LIMIT, "the deletion of its rows", swept).await;
        }
        Leaving::Paused => assert_eq!(running.state(feed).await, Some(FeedState::Paused)),
        Leaving::Edited => {
            running.when_open(feed).await;
            assert_eq!(quiet.requests().len(), 1);
        }
    }
    // Of tasks and timers, too, nothing: the engine is as it is without feeds.
    for id in [ticking, feed] {
        // The removed one is gone already.
        let _ = running.engine.remove_feed(id).await;
    }
    let fresh = Running::new();
    let at_rest = async || (running.engine.tasks() <= fresh.engine.tasks()).then_some(());
    eventually(LIMIT, "the end of all its tasks", at_rest).await;
}

/// Waits until the feed is at this stage.
async fn at(running: &Running, feed: FeedId, place: &Place, stage: Stage) {
    let there = async || {
        let shown = running.state(feed).await?;
        let reached = match stage {
            Stage::Connecting => place.connections() == 1,
            Stage::Waiting => shown == FeedState::Connecting { waiting_for_server: true } && place.connections() == 1,
            Stage::Open => running.engine.counts().await.unwrap().all > 20,
            // Between any two of many attempts.
            Stage::Lost => place.requests() > 2 && matches!(shown, FeedState::Waiting { .. }),
        };
        reached.then_some(())
    };
    eventually(LIMIT, &format!("{stage:?}"), there).await;
}
