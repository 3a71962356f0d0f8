//! How `tidings watch` ends: enough events, enough time, a signal, a reader that has gone.
use crate::command::{Running, run, tidings};
use rustix::process::Signal;
use std::io::{BufRead as _, BufReader, Read as _};
use std::time::{Duration, Instant};
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, SseServer};

/// One event, and then silence.
async fn silent() -> SseServer {
    SseServer::streaming("data: x\n\n").await
}

/// More than any pipe holds, for as long as somebody reads.
async fn flood() -> SseServer {
    SseServer::start(async |mut connection: Connection| {
        connection.send(EVENT_STREAM).await;
        let events = format!("data: {}\n\n", "x".repeat(1000)).repeat(64);
        for _ in 0..10_000 {
            connection.send(&events).await;
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn after_its_time() {
    let server = silent().await;
    let before = Instant::now();
    let ran = run(["watch", "--format", "ndjson", &server.url("/"), "--timeout", "0.4"]).good();
    assert!(before.elapsed() >= Duration::from_millis(400), "not before its time");
    assert_eq!(ran.lines().count(), 2);
    assert_eq!(run(["watch", "http://127.0.0.1:9/", "--format", "ndjson", "--timeout", "0"]).status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_its_time_though_nobody_reads() {
    let server = flood().await;
    let mut watch = Running::start_unread(&mut tidings(["watch", &server.url("/"), "--timeout", "0.5"]));
    let kept = watch.stdout();
    assert_eq!(watch.status().code(), Some(0));
    drop(kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_events_at_once() {
    assert_eq!(run(["watch", "http://127.0.0.1:9/", "--max-events", "0"]).good(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_signal() {
    let server = silent().await;
    for signal in [Signal::INT, Signal::TERM] {
        let mut watch = Running::start(&mut tidings(["watch", "--format", "ndjson", &server.url("/")]));
        assert!(watch.line().starts_with("{\"type\":\"open\""));
        assert!(watch.line().starts_with("{\"type\":\"event\""));
        watch.signal(signal);
        assert_eq!(watch.end().good(), "", "{signal:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_signal_while_it_waits_for_its_next_try() {
    let unused = tidings_test_support::process::free_port();
    let mut watch = Running::start(&mut tidings(["watch", &format!("http://127.0.0.1:{unused}/")]));
    watch.line();
    watch.signal(Signal::TERM);
    assert_eq!(watch.end().good(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_signal_though_nobody_reads() {
    let server = flood().await;
    let mut watch = Running::start_unread(&mut tidings(["watch", &server.url("/")]));
    let mut kept = watch.stdout();
    // It writes, so it runs; and then it is stuck, because a pipe holds less than what comes.
    kept.read_exact(&mut vec![0; 100_000]).expect("it writes");
    watch.signal(Signal::INT);
    assert_eq!(watch.status().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_reader_goes_while_events_come() {
    let server = flood().await;
    let mut watch = Running::start_unread(&mut tidings(["watch", "--format", "ndjson", &server.url("/")]));
    watch.stdout().read_exact(&mut [0; 10]).expect("it writes");
    assert_eq!(watch.end().good(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_reader_goes_while_nothing_comes() {
    let server = silent().await;
    let mut watch = Running::start_unread(&mut tidings(["watch", "--format", "ndjson", &server.url("/")]));
    let mut stdout = BufReader::new(watch.stdout());
    // Both lines are read, so the stream is silent from now on.
    for kind in ["open", "event"] {
        let mut line = String::new();
        stdout.read_line(&mut line).expect("UTF-8");
        assert!(line.starts_with(&format!("{{\"type\":\"{kind}\"")), "{line}");
    }
    drop(stdout);
    assert_eq!(watch.end().good(), "");
    server.ended(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_slows_the_server_and_misses_nothing() {
    const EVENTS: usize = 4000;
    let events =
        (0..EVENTS).map(|number| format!("id: {number}\ndata: {}\n\n", "x".repeat(2000))).collect::<Vec<_>>().concat();
    let events: &'static str = events.leak();
    let server = SseServer::streaming(events).await;
    let arguments = ["watch", "--format", "ndjson", &server.url("/"), "--max-events", &EVENTS.to_string()];
    let mut watch = Running::start_unread(&mut tidings(arguments));
    let mut stdout = watch.stdout();
    // It has begun to write, and is stuck with most of the eight megabytes still to come.
    stdout.read_exact(&mut [0; 1]).expect("it writes");
    let mut text = String::new();
    stdout.read_to_string(&mut text).expect("UTF-8");
    assert_eq!(watch.status().code(), Some(0));
    let ids: Vec<_> = text.lines().skip(1).filter_map(|line| line.rsplit('"').nth(1)).map(str::to_owned).collect();
    assert_eq!(ids, (0..EVENTS).map(|number| number.to_string()).collect::<Vec<_>>());
}
