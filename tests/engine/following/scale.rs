//! Many feeds, and many events: exact, whatever the number.
//!
//! Deliberately not here: what they cost (`./dev bench`).
use super::{LIMIT, Recorder, direct, options};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tidings_engine::store::Store;
use tidings_engine::{Engine, FeedId, History, Scope};
use tidings_test_support::sse_server::{EVENT_STREAM, Gate, SseServer};
use tidings_test_support::{allow_many_files, eventually, stress};

const FEEDS: usize = 1000;
/// The most that may be kept in memory of what was seen of the one connection of a usual feed, in bytes of its text.
const SEEN_OF_A_FEED: usize = 2 * 1024;
/// Between the connections of two feeds at the start.
const STAGGER: Duration = Duration::from_millis(5);

/// The data of all events, by the name of the feed, oldest first.
fn stored(data_dir: &Path) -> HashMap<i64, Vec<String>> {
    let mut stored: HashMap<_, Vec<_>> = HashMap::new();
    let keep = &mut |event: tidings_engine::Event| {
        stored.entry(event.summary.feed_id.0).or_default().push(event.data);
        ControlFlow::Continue(())
    };
    History::open(data_dir).unwrap().export(&Scope::All, "", None, keep).unwrap();
    stored
}

/// At its start an engine connects its feeds one after the other; then each of them gets every event of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_feeds_start_one_by_one_and_each_gets_its_events() {
    allow_many_files();
    let gate = Gate::new();
    let server = gate
        .server(|mut connection, gate| async move {
            let name = connection.request.target()[1..].to_owned();
            connection.send(format!("{EVENT_STREAM}id: 1\ndata: {name} 1\n\n")).await;
            gate.pass().await;
            connection.send(format!("id: 2\ndata: {name} 2\n\n")).await;
            connection.closed().await;
        })
        .await;
    let dir = tempfile::tempdir().unwrap();
    {
        let mut store = Store::open(dir.path()).unwrap();
        for number in 1..=FEEDS {
            let feed = store.add_feed(&direct(&server.url(&format!("/{number}"))).checked().unwrap()).unwrap();
            assert_eq!(usize::try_from(feed.id.0), Ok(number));
        }
    }
    let start = Instant::now();
    let engine = Engine::open(options(dir.path(), &Arc::new(Recorder::default()), true)).unwrap();
    let all = |events: u64| {
        let engine = engine.clone();
        async move { (engine.counts().await.unwrap().all == events).then_some(()) }
    };
    eventually(LIMIT * 3, "the first event of each feed", async || all(FEEDS as u64).await).await;

    let requests = server.requests();
    assert_eq!(requests.len(), FEEDS, "one request a feed");
    for request in &requests {
        let turn: u32 = request.target()[1..].parse().unwrap();
        let after = request.accepted - start;
        assert!(after >= STAGGER * (turn - 1), "feed {turn} connected after {after:?}, before its turn");
    }
    // Now all at once.
    (0..FEEDS).for_each(|_| gate.open());
    eventually(LIMIT * 3, "the second event of each feed", async || all(2 * FEEDS as u64).await).await;
    let seen: usize = (1..=FEEDS)
        .map(|number| {
            let log = engine.log(FeedId(i64::try_from(number).unwrap())).unwrap();
            assert_eq!(log.attempts.len(), 1, "feed {number}");
            serde_json::to_string(&log.attempts).unwrap().len()
        })
        .sum();
    assert!(seen <= FEEDS * SEEN_OF_A_FEED, "{seen} bytes of {FEEDS} feeds");
    engine.shut_down().await;
    let stored = stored(dir.path());
    for number in 1..=FEEDS {
        let expected = [format!("{number} 1"), format!("{number} 2")];
        assert_eq!(stored[&i64::try_from(number).unwrap()], expected, "feed {number}");
    }
    assert_eq!(server.requests().len(), FEEDS);
}

/// A flood on one feed is stored whole and in order, and told in numbers without a gap.
#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_exact_in_count_and_order() {
    let events = if stress() { 100_000 } else { 10_000 };
    let server = SseServer::start(move |mut connection| async move {
        connection.send(EVENT_STREAM).await;
        for first in (1..=events).step_by(500) {
            let part: Vec<_> = (first..first + 500).map(|n| format!("id: {n}\ndata: e{n}\n\n")).collect();
            connection.send(part.concat()).await;
        }
        connection.closed().await;
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let engine = Engine::open(options(dir.path(), &Arc::new(Recorder::default()), true)).unwrap();
    engine.add_feed(direct(&server.url("/"))).await.unwrap();
    let all = async || (engine.counts().await.unwrap().all >= events).then_some(());
    eventually(LIMIT * 6, "the end of the burst", all).await;
    assert_eq!(engine.counts().await.unwrap().all, events);
    engine.shut_down().await;
    assert_eq!(stored(dir.path())[&1], (1..=events).map(|n| format!("e{n}")).collect::<Vec<_>>());
    assert_eq!(server.requests().len(), 1);
}
