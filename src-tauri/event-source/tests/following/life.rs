//! Signs of life: the limits on silence. Time is paused, so that minutes pass at once where nothing else happens.
use crate::{IMPATIENT, follow, next, next_lines};
use std::time::Duration;
use tidings_event_source::{EventSource, Occurrence, Policy};
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, Gate, SseServer};

/// A stream that says something whenever the gate lets it.
pub(crate) async fn beating(beat: &'static str) -> (SseServer, Gate) {
    let gate = Gate::new();
    let server = SseServer::start({
        let gate = gate.clone();
        move |mut connection: Connection| {
            let gate = gate.clone();
            async move {
                connection.send(EVENT_STREAM).await;
                loop {
                    gate.pass().await;
                    connection.send(beat).await;
                }
            }
        }
    })
    .await;
    (server, gate)
}

#[tokio::test]
async fn a_limit_of_the_users_own() {
    let (server, gate) = beating("data: x\n\n").await;
    let mut source = follow(&server.url("/"), IMPATIENT);
    source.set_idle_limit(Some(Duration::from_millis(100)));
    gate.open();
    assert_eq!(
        next_lines(&mut source, 5).await,
        ["connecting 1", "open 200", "message “x”", "lost idle", "connecting 1"]
    );
}

/// Lets time pass while nothing is on its way through a socket: a paused clock runs ahead whenever every task waits,
/// and does not wait for the network.
pub(crate) async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// How long it takes until the silent source is lost, and how, or `None` after a day.
pub(crate) async fn silence(source: &mut EventSource) -> Option<(Duration, Duration)> {
    tokio::time::pause();
    let before = tokio::time::Instant::now();
    let lost = match tokio::time::timeout(Duration::from_hours(24), source.next()).await {
        Err(_) => None,
        Ok(Some(Occurrence::Lost { failure, retry_in, .. })) => {
            assert_eq!(failure.layer().code(), "idle");
            Some((before.elapsed(), retry_in))
        }
        Ok(other) => panic!("{other:?}"),
    };
    tokio::time::resume();
    lost
}

#[tokio::test]
async fn life_is_proven_or_the_connection_replaced_at_once() {
    let (server, gate) = beating(":\n").await;
    let mut source = follow(&server.url("/"), Policy::FEED);
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
    source.prove_life_within(Duration::from_secs(10));
    gate.open();
    assert_eq!(next(&mut source).await, "comment “”");
    assert_eq!(silence(&mut source).await, None);
    source.prove_life_within(Duration::from_secs(10));
    let (after, retry_in) = silence(&mut source).await.unwrap();
    assert_eq!((after.as_secs(), retry_in), (10, Duration::ZERO));
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_heartbeat_that_stops_is_noticed() {
    for (beat, told) in [(":\n", "comment “”"), ("event: ping\ndata:\n\n", "ping “”")] {
        let (server, gate) = beating(beat).await;
        let mut source = follow(&server.url("/"), Policy::FEED);
        assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
        for _ in 0..4 {
            pass(Duration::from_secs(20)).await;
            gate.open();
            assert_eq!(next(&mut source).await, told);
        }
        let (after, retry_in) = silence(&mut source).await.unwrap();
        assert_eq!(after.as_secs(), 50);
        assert!(retry_in >= Duration::from_secs(3));
    }
}

#[tokio::test]
async fn without_a_heartbeat_silence_means_nothing() {
    let (server, gate) = beating("data: x\n\n").await;
    let mut source = follow(&server.url("/"), Policy::FEED);
    gate.open();
    assert_eq!(next_lines(&mut source, 3).await, ["connecting 1", "open 200", "message “x”"]);
    assert_eq!(silence(&mut source).await, None);
    gate.open();
    assert_eq!(next(&mut source).await, "message “x”");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_head_may_take_ten_minutes_and_no_more() {
    let server = SseServer::start(|mut connection: Connection| async move { connection.closed().await }).await;
    let mut source = follow(&server.url("/"), Policy::BROWSER);
    while source.next().await != Some(Occurrence::Waiting) {}
    tokio::time::pause();
    assert!(tokio::time::timeout(Duration::from_secs(590), source.next()).await.is_err());
    let Some(Occurrence::Lost { failure, .. }) = source.next().await else { panic!() };
    assert_eq!(failure.to_string(), "The server took the request but did not answer for 10 minutes.");
    assert_eq!(failure.layer().code(), "idle");
}
