//! What of the time without a connection is told, by a source that cannot make up for it.
use super::{LIMIT, Running, direct};
use std::time::{Duration, SystemTime};
use tidings_engine::{EngineEvent, FeedConfig, FeedId, FeedState, Gap, GapQuery, ResumeMode};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

/// Sends an event, with an ID if there is one, and stays.
async fn saying(id: Option<&'static str>) -> SseServer {
    SseServer::start(move |mut connection| async move {
        let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
        connection.send(format!("{EVENT_STREAM}{id}data: {}\n\n", connection.request.number)).await;
        connection.closed().await;
    })
    .await
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

fn all(feed: FeedId) -> GapQuery {
    GapQuery { feed, from: None, until: None }
}

impl Running {
    /// Ends the engine, and lets an hour pass since by what the store says: since the connection and since the events.
    async fn an_hour_later(self, sql: &str) -> Self {
        self.engine.shut_down().await;
        let path = self.dir.path().join("tidings.db");
        // On a slow disk the store may close after the engine's two seconds.
        eventually(LIMIT, "the change of the past", async || {
            rusqlite::Connection::open(&path).unwrap().execute_batch(sql).ok()
        })
        .await;
        self.restarted().await
    }

    async fn gap(&self, feed: FeedId) -> Gap {
        eventually(LIMIT, "a gap", async || self.engine.gaps(all(feed)).await.unwrap().first().copied()).await
    }
}

/// As an orderly end leaves it.
const HOUR_SINCE_THE_END: &str = "UPDATE cursors SET connected_until = connected_until - 3600000;
     UPDATE events SET received_at = received_at - 7200000, latest_at = latest_at - 7200000;";
/// As a crash leaves it: only the arrivals are known.
const HOUR_SINCE_THE_LAST_EVENT: &str = "UPDATE cursors SET connected_until = NULL;
     UPDATE events SET received_at = received_at - 3600000, latest_at = latest_at - 3600000;";

fn is_about_an_hour(gap: Gap, begun: i64) -> bool {
    const HOUR: i64 = 3_600_000;
    (begun - HOUR..=now() - HOUR).contains(&gap.from) && (begun..=now()).contains(&gap.until)
}

#[tokio::test]
async fn a_source_without_ids_leaves_a_gap_after_an_end_and_after_a_crash() {
    for past in [HOUR_SINCE_THE_END, HOUR_SINCE_THE_LAST_EVENT] {
        let begun = now();
        let server = saying(None).await;
        let running = Running::new();
        let feed = running.add(&server.url("/")).await.id;
        running.titles(1).await;
        assert_eq!(running.engine.gaps(all(feed)).await.unwrap(), []);
        let running = running.an_hour_later(past).await;
        let gap = running.gap(feed).await;
        assert!(gap.feed_id == feed && is_about_an_hour(gap, begun), "{gap:?} since {begun}");
        running.titles(2).await;
        // Ended and started again at once, it is the only one.
        let running = running.restarted().await;
        running.titles(3).await;
        assert_eq!(running.engine.gaps(all(feed)).await.unwrap(), [gap]);
        // It is found where it is looked for.
        let between = async |from, until| {
            running.engine.gaps(GapQuery { feed, from: Some(from), until: Some(until) }).await.unwrap().len()
        };
        assert_eq!(between(gap.from - 5, gap.from + 1).await, 1);
        assert_eq!(between(gap.until - 1, gap.until + 5).await, 1);
        assert_eq!((between(0, gap.from).await, between(gap.until, i64::MAX).await), (0, 0));
        assert_eq!(running.engine.gaps(all(FeedId(99))).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_source_that_is_told_where_it_left_off_leaves_none() {
    let server = saying(Some("7")).await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    running.titles(1).await;
    let running = running.an_hour_later(HOUR_SINCE_THE_END).await;
    running.titles(2).await;
    assert_eq!(server.request(1).await.header("Last-Event-ID").as_deref(), Some("7"));
    assert_eq!(running.engine.gaps(all(feed)).await.unwrap(), []);
}

/// An ID that no header can carry, and one that the user wants not to be sent.
#[tokio::test]
async fn an_id_that_is_not_sent_is_none() {
    for (id, resume) in [("a\u{1}b", ResumeMode::Header), ("7", ResumeMode::Nothing)] {
        let begun = now();
        let server = saying(Some(id)).await;
        let running = Running::new();
        let config = FeedConfig { resume, ..direct(&server.url("/")) };
        let feed = running.engine.add_feed(config).await.unwrap().id;
        running.titles(1).await;
        let running = running.an_hour_later(HOUR_SINCE_THE_END).await;
        let gap = running.gap(feed).await;
        assert!(is_about_an_hour(gap, begun), "{gap:?} since {begun}");
        assert_eq!(server.request(1).await.header("Last-Event-ID"), None);
    }
}

#[tokio::test]
async fn a_pause_is_a_gap_and_is_told() {
    let server = saying(None).await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    running.titles(1).await;
    running.engine.pause_feed(feed, true).await.unwrap();
    let running = running.an_hour_later(HOUR_SINCE_THE_END).await;
    assert!(matches!(running.state(feed).await, Some(FeedState::Paused)));
    let mut told = running.engine.events();
    running.engine.pause_feed(feed, false).await.unwrap();
    let gap = running.gap(feed).await;
    let envelope = async {
        loop {
            if let EngineEvent::Gap { gap } = told.next().await.unwrap().event {
                return gap;
            }
        }
    };
    assert_eq!(tokio::time::timeout(LIMIT, envelope).await.expect("it is told"), gap);
    // Removed with its feed.
    running.engine.delete_feed(feed).await.unwrap();
    assert_eq!(running.engine.gaps(all(feed)).await.unwrap(), []);
}

/// A server that answers and closes is polled; that is no absence, however long it waits in between.
#[tokio::test]
async fn polling_leaves_no_gaps() {
    let server = SseServer::start(|mut connection| async move {
        connection.send(format!("{EVENT_STREAM}retry: 11000\ndata: {}\n\n", connection.request.number)).await;
    })
    .await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    tokio::time::timeout(Duration::from_secs(30), server.request(0)).await.expect("a request");
    running.titles(2).await;
    assert_eq!(running.engine.gaps(all(feed)).await.unwrap(), []);
}
