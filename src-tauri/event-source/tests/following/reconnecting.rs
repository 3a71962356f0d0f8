//! When the next connection comes, measured between sockets where that can be done without waiting for luck; the
//! tables of the rules stand beside them (`src/reconnection.rs`).
use crate::{IMPATIENT, follow, next, next_lines};
use std::time::Duration;
use tidings_event_source::{Occurrence, Policy};
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, SseServer};

/// The wait that is reported for what this answer ends with.
async fn wait_after(answer: &'static str, policy: Policy) -> Duration {
    let server = SseServer::answering([answer]).await;
    let mut source = follow(&server.url("/"), policy);
    loop {
        if let Some(Occurrence::Lost { retry_in, .. }) = source.next().await {
            return retry_in;
        }
    }
}

#[tokio::test]
async fn retry_holds_at_once_and_within_bounds() {
    let seconds = Duration::from_secs;
    let table = [
        // A retry in a block without data, as many servers send it; the policy's bounds for each.
        ("retry: 10000\n\ndata: x\n\n", seconds(10), seconds(10)),
        ("data: x\nretry: 10000\n\n", seconds(10), seconds(10)),
        ("data: x\n\nretry: 10000\n", seconds(10), seconds(10)),
        ("retry: 0\ndata: x\n\n", seconds(1), Duration::from_millis(100)),
        ("retry: 99999999999\ndata: x\n\n", seconds(3600), seconds(86400)),
        ("retry: 99999999999999999999999\ndata: x\n\n", seconds(3600), seconds(86400)),
        ("retry: 5000\nretry:\ndata: x\n\n", seconds(5), seconds(5)),
        ("retry: 5000\nretry: 1e3\ndata: x\n\n", seconds(5), seconds(5)),
        ("data: x\n\n", seconds(3), seconds(3)),
    ];
    for (body, feed, browser) in table {
        let answer: &'static str = format!("{EVENT_STREAM}{body}").leak();
        assert_eq!(wait_after(answer, Policy::FEED).await, feed, "{body:?}");
        assert_eq!(wait_after(answer, Policy::BROWSER).await, browser, "{body:?}");
    }
}

#[tokio::test]
async fn an_end_without_delivering_waits_longer() {
    let wait = wait_after(EVENT_STREAM, Policy::FEED).await;
    assert!(wait >= Duration::from_millis(3750) && wait <= Duration::from_millis(4500), "{wait:?}");
}

/// The reported wait is the one that follows, and the next connection is never earlier.
#[tokio::test]
async fn the_wait_that_is_reported_follows() {
    let server = SseServer::start(|mut connection: Connection| async move {
        connection.send(EVENT_STREAM).await;
        connection.send("retry: 120\ndata: x\n\n").await;
    })
    .await;
    let mut source = follow(&server.url("/"), Policy::BROWSER);
    let mut losses = 0;
    while losses < 3 {
        if let Some(Occurrence::Lost { retry_in, .. }) = source.next().await {
            assert_eq!(retry_in, Duration::from_millis(120));
            losses += 1;
        }
    }
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
    for pair in server.requests().windows(2) {
        assert!(pair[1].at - pair[0].at >= Duration::from_millis(120));
    }
}

#[tokio::test]
async fn attempts_are_counted_until_one_opens() {
    let server = SseServer::answering(["garbage\r\n\r\n", "garbage\r\n\r\n", EVENT_STREAM, "garbage\r\n\r\n"]).await;
    let mut source = follow(&server.url("/"), IMPATIENT);
    assert_eq!(
        next_lines(&mut source, 10).await,
        [
            "connecting 1",
            "lost network",
            "connecting 2",
            "lost network",
            "connecting 3",
            "open 200",
            "lost closed-by-server",
            "connecting 1",
            "lost network",
            "connecting 2",
        ]
    );
}

#[tokio::test]
async fn reconnect_now_ends_the_old_connection_before_the_new_one_begins() {
    let server = SseServer::streaming("id: 1\ndata: x\n\n").await;
    let mut source = follow(&server.url("/"), Policy::FEED);
    assert_eq!(next_lines(&mut source, 3).await, ["connecting 1", "open 200", "message “x” #1"]);
    source.reconnect_now();
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1 from #1", "open 200"]);
    let old = server.ended(0).await;
    let new = server.request(1).await;
    assert!(old.ended.unwrap() <= new.accepted);

    // It also cuts a wait short, and an attempt.
    let server = SseServer::answering(["HTTP/1.1 401 X\r\n\r\n"]).await;
    let mut source = follow(&server.url("/"), Policy::FEED);
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "lost http-status (needs attention)"]);
    source.reconnect_now();
    assert_eq!(next(&mut source).await, "connecting 2");
    source.reconnect_now();
    assert_eq!(next(&mut source).await, "connecting 3");
    assert_eq!(next(&mut source).await, "lost http-status (needs attention)");
}

#[tokio::test]
async fn a_feed_asks_for_attention_after_three_refusals_in_a_row() {
    let server =
        SseServer::answering(["HTTP/1.1 404 X\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"]).await;
    let mut source = follow(&server.url("/"), Policy::FEED);
    let mut waits = Vec::new();
    while waits.len() < 6 {
        if let Some(Occurrence::Lost { retry_in, needs_attention, .. }) = source.next().await {
            waits.push((retry_in.as_secs() / 60, needs_attention));
            source.reconnect_now();
        }
    }
    assert_eq!(waits, [(0, false), (0, false), (1, true), (2, true), (4, true), (8, true)]);
}

/// "Retry soon" shortens a wait, never lengthens one, and touches neither a connection nor a closed source.
#[tokio::test]
async fn a_wait_can_be_shortened() {
    let server = SseServer::start(|mut connection: Connection| async move {
        let answer = match connection.request.number {
            0 => "retry: 600000\ndata: x\n\n",
            1 => "retry: 100\ndata: x\n\n",
            _ => "data: y\n\n",
        };
        connection.send(format!("{EVENT_STREAM}{answer}")).await;
        if connection.request.number == 2 {
            connection.closed().await;
        }
    })
    .await;
    let mut source = follow(&server.url("/"), Policy::FEED);
    let lines = ["connecting 1", "open 200", "retry 600000", "message “x”", "lost closed-by-server (polling)"];
    assert_eq!(next_lines(&mut source, 5).await, lines);
    source.retry_within(Duration::from_millis(10));
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
    source.retry_within(Duration::ZERO);
    assert_eq!(
        next_lines(&mut source, 3).await,
        ["retry 100", "message “x”", "lost closed-by-server (polling)"],
        "a connection stays"
    );
    source.retry_within(Duration::from_hours(1));
    assert_eq!(next_lines(&mut source, 3).await, ["connecting 1", "open 200", "message “y”"]);
    assert_eq!(server.requests().len(), 3);

    let stop = SseServer::answering(["HTTP/1.1 204 No Content\r\n\r\n"]).await;
    let mut source = follow(&stop.url("/"), Policy::FEED);
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "closed http-status"]);
    source.retry_within(Duration::ZERO);
    assert_eq!(next(&mut source).await, "over");
}
