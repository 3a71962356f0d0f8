//! Nothing lost, nothing twice.
use super::{LIMIT, Running, direct};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tidings_engine::{Counts, EngineEvent, FeedConfig, FeedState, RepeatRule, ResumeMode};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

/// Sends the events from the one after `Last-Event-ID` up to `last`, then does nothing until the client goes.
async fn numbered(last: usize) -> SseServer {
    SseServer::start(move |mut connection| async move {
        let from: usize = connection.request.header("Last-Event-ID").map_or(0, |id| id.parse().unwrap());
        connection.send(EVENT_STREAM).await;
        let events: Vec<_> = (from + 1..=last).map(|n| format!("id: {n}\ndata: e{n}\n\n")).collect();
        connection.send(events.concat()).await;
        connection.closed().await;
    })
    .await
}

fn expected(last: usize) -> Vec<String> {
    (1..=last).map(|n| format!("e{n}")).collect()
}

#[tokio::test]
async fn one_event_and_close_is_polling() {
    let server = SseServer::start(|mut connection| async move {
        let number = connection.request.number;
        connection.send(format!("{EVENT_STREAM}retry: 1000\nid: {number}\ndata: e{number}\n\n")).await;
    })
    .await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    let every = running.when(feed, "polling", |state| match state {
        FeedState::Polling { every_ms, .. } => Some(every_ms),
        _ => None,
    });
    assert_eq!(every.await, 1000);
    assert_eq!(running.titles(3).await[..3], ["e0", "e1", "e2"]);
    assert_eq!(server.request(0).await.header("Last-Event-ID"), None);
    assert_eq!(server.request(1).await.header("Last-Event-ID").as_deref(), Some("0"));
    assert_eq!(server.request(2).await.header("Last-Event-ID").as_deref(), Some("1"));
    assert_eq!(server.request(0).await.header("User-Agent").as_deref(), Some("Tidings/test"));
}

#[tokio::test]
async fn goes_on_from_the_cursor_after_a_restart() {
    let server = numbered(3).await;
    let running = Running::new();
    running.add(&server.url("/")).await;
    assert_eq!(running.titles(3).await, expected(3));
    let running = running.restarted().await;
    assert_eq!(server.request(1).await.header("Last-Event-ID").as_deref(), Some("3"));
    assert_eq!(running.titles(3).await, expected(3));
    assert_eq!(running.engine.counts().await.unwrap(), Counts { all: 3, unread: 3, starred: 0 });
}

#[tokio::test]
async fn cursor_and_reconnection_time_without_an_event_survive_a_restart() {
    let server = SseServer::start(|mut connection| async move {
        if connection.request.number == 0 {
            connection.send(format!("{EVENT_STREAM}retry: 7000\n\nid: só\n\ndata: e\n\nid: 9\n\n")).await;
            connection.closed().await;
        } else {
            connection.send(format!("{EVENT_STREAM}data: f\n\n")).await;
        }
    })
    .await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    running.titles(1).await;
    let data_dir = running.dir.path().to_owned();
    let cursor = move || {
        let connection = rusqlite::Connection::open(data_dir.join("tidings.db")).unwrap();
        connection.query_row("SELECT last_event_id FROM cursors", [], |row| row.get::<_, String>(0)).ok()
    };
    eventually(LIMIT, "the cursor's move", async || cursor().filter(|id| id == "9")).await;
    let running = running.restarted().await;
    assert_eq!(server.request(1).await.header("Last-Event-ID").as_deref(), Some("9"));
    let every = running.when(feed, "polling", |state| match state {
        FeedState::Polling { every_ms, .. } => Some(every_ms),
        _ => None,
    });
    assert_eq!(every.await, 7000);
}

#[tokio::test]
async fn what_comes_again_is_counted_and_told_once() {
    let server = SseServer::start(|mut connection| async move {
        connection.send(format!("{EVENT_STREAM}retry: 1000\nid: 1\ndata: same\n\ndata: other\nid: 2\n\n")).await;
    })
    .await;
    let running = Running::new();
    let mut told = running.engine.events();
    running.add(&server.url("/")).await;
    let mut repeated = vec![];
    while repeated.len() < 2 {
        if let EngineEvent::Repeated { id, count } = &told.next().await.unwrap().event {
            repeated.push((id.0, *count));
        }
    }
    assert_eq!(repeated, [(1, 2), (2, 2)]);
    let events = running.events().await;
    assert_eq!(events.len(), 2);
    assert!(events[0].count >= 2);
    assert_eq!(running.notifier.titles(), ["same", "other"]);
}

/// However often it ends in the middle, each event is there once and in order.
#[tokio::test]
async fn restarts_in_the_middle_of_a_flood_lose_and_double_nothing() {
    const LAST: usize = 6000;
    let server = numbered(LAST).await;
    let mut running = Running::new();
    running.add(&server.url("/")).await;
    for goal in [1, 500, 1300, 2900, 4000] {
        let stored = async || (running.engine.counts().await.unwrap().all >= goal).then_some(());
        eventually(LIMIT, "the arrival of some events", stored).await;
        running = running.restarted().await;
    }
    let stored = async || (running.engine.counts().await.unwrap().all >= LAST as u64).then_some(());
    eventually(LIMIT, "the arrival of all events", stored).await;
    running.engine.shut_down().await;
    let mut stored = vec![];
    let history = tidings_engine::History::open(running.dir.path()).unwrap();
    history
        .export(&tidings_engine::Scope::All, "", None, &mut |event| {
            stored.push(event.summary.title);
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(stored, expected(LAST));
}

/// A disk that cannot be written slows the socket; when it can again, nothing is missing.
#[tokio::test]
async fn slow_storage_slows_the_server() {
    const EVENTS: usize = 1_000;
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let server = SseServer::start(move |mut connection| {
        let counter = Arc::clone(&counter);
        async move {
            connection.send(EVENT_STREAM).await;
            for n in 1..=EVENTS {
                connection
                    .send(format!("data: {{\"title\":\"e{n}\",\"padding\":\"{}\"}}\n\n", "x".repeat(64 * 1024)))
                    .await;
                counter.store(n, Ordering::Relaxed);
            }
            connection.closed().await;
        }
    })
    .await;
    let running = Running::new();
    // Another program holds the database.
    let other = rusqlite::Connection::open(running.dir.path().join("tidings.db")).unwrap();
    let feed = running.add(&server.url("/")).await;
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let problem = async || running.engine.storage_problem();
    let problem = eventually(LIMIT, "the report that storing fails", problem).await;
    assert!(
        problem.message.ends_with("another program holds it. Close that program; it is tried again."),
        "{problem:?}"
    );
    // The sockets' own buffers fill as well; far less than all has left the server.
    let mut last = 0;
    let stalled = async || (std::mem::replace(&mut last, sent.load(Ordering::Relaxed)) == last).then_some(last);
    let stalled_at = eventually(LIMIT, "a stall of the server", stalled).await;
    assert!(stalled_at < EVENTS, "the server sent everything");
    // A user who wants something meanwhile is told why not, at once.
    let refused = running.engine.pause_feed(feed.id, true).await.unwrap_err();
    assert_eq!(refused.code(), "store");

    other.execute_batch("ROLLBACK").unwrap();
    let stored = async || (running.engine.counts().await.unwrap().all == EVENTS as u64).then_some(());
    eventually(LIMIT * 3, "the arrival of all events", stored).await;
    assert_eq!(running.engine.storage_problem(), None);
    assert_eq!(running.events().await[0].title, format!("e{EVENTS}"));
}

#[tokio::test]
async fn resumes_by_a_query_parameter_or_not_at_all() {
    let server = SseServer::start(|mut connection| async move {
        connection.send(format!("{EVENT_STREAM}retry: 1000\nid: a b\ndata: e\n\n")).await;
    })
    .await;
    let running = Running::new();
    let resume = ResumeMode::Query { parameter: "since".to_owned(), path: None, types: vec![] };
    running.engine.add_feed(FeedConfig { resume, ..direct(&server.url("/?x=1")) }).await.unwrap();
    assert_eq!(server.request(0).await.target(), "/?x=1");
    let second = server.request(1).await;
    assert_eq!((second.target(), second.header("Last-Event-ID")), ("/?x=1&since=a+b", None));
}

/// As ntfy does it: no `id:` at all, but an `id` in the data, and other events in between whose `id` is nothing to resume from.
#[tokio::test]
async fn resumes_from_a_value_of_the_last_message() {
    let server = SseServer::start(|mut connection| async move {
        let number = connection.request.number;
        let events = [
            format!("event: open\ndata: {{\"id\":\"open-{number}\"}}\n\n"),
            format!("data: {{\"id\":\"m{number}\",\"message\":\"hi {number}\"}}\n\n"),
            format!("event: keepalive\ndata: {{\"id\":\"alive-{number}\"}}\n\n"),
        ];
        connection.send(format!("{EVENT_STREAM}retry: 1000\n\n{}", events.concat())).await;
        if number == 1 || number == 2 {
            connection.closed().await;
        }
    })
    .await;
    let running = Running::new();
    let resume = ResumeMode::Query { parameter: "since".to_owned(), path: Some("$.id".to_owned()), types: vec![] };
    let feed = running.engine.add_feed(FeedConfig { resume, ..direct(&server.url("/t/sse")) }).await.unwrap();
    running.titles(6).await;
    let running = running.restarted().await;
    running.titles(9).await;
    // The settings are others: what was remembered by the former ones means nothing.
    let resume = ResumeMode::Query {
        parameter: "since".to_owned(),
        path: Some("id".to_owned()),
        types: vec!["open".to_owned(), "keepalive".to_owned()],
    };
    running.engine.edit_feed(feed.id, FeedConfig { resume, ..feed.config }).await.unwrap();
    running.titles(12).await;
    let target = async |number| server.request(number).await.target().to_owned();
    assert_eq!(target(0).await, "/t/sse");
    assert_eq!(target(1).await, "/t/sse?since=m0");
    assert_eq!(target(2).await, "/t/sse?since=m1");
    let edited = async || server.requests().get(3).map(|request| request.target().to_owned());
    assert_eq!(eventually(LIMIT, "a request after the edit", edited).await, "/t/sse");
    let then = eventually(LIMIT, "a resumption by the other value", async || {
        server.requests().iter().map(|request| request.target().to_owned()).find(|target| target.contains("alive-"))
    });
    assert!(then.await.starts_with("/t/sse?since=alive-"));
}

/// What counts as the same event again is the user's to say.
#[tokio::test]
async fn repeats_are_known_by_a_key_where_there_is_one() {
    // Of each delivery the ID and the data are others; of the third event nothing is.
    let server = SseServer::start(|mut connection| async move {
        let number = connection.request.number;
        let events = [
            format!("id: {number}\ndata: {{\"meta\":{{\"id\":\"a\"}},\"n\":{number}}}\n\n"),
            format!("event: other\ndata: {{\"meta\":{{\"id\":\"a\"}},\"n\":{number}}}\n\n"),
            "id: x\ndata: no key\n\n".to_owned(),
        ];
        connection.send(format!("{EVENT_STREAM}retry: 1000\n\n{}", events.concat())).await;
        if number > 0 {
            connection.closed().await;
        }
    })
    .await;
    let running = Running::new();
    let repeats = RepeatRule::Key { path: "meta.id".to_owned() };
    running.engine.add_feed(FeedConfig { repeats, ..direct(&server.url("/")) }).await.unwrap();
    let counts = async || {
        let counts: Vec<_> = running.events().await.iter().rev().map(|event| event.count).collect();
        (counts.iter().sum::<u32>() == 6).then_some(counts)
    };
    assert_eq!(eventually(LIMIT, "all deliveries", counts).await, [2, 2, 2]);
    assert_eq!(running.notifier.titles().len(), 3);
}

#[tokio::test]
async fn every_delivery_counts_where_the_user_says_so() {
    let server = SseServer::start(|mut connection| async move {
        connection.send(format!("{EVENT_STREAM}retry: 1000\nid: 1\ndata: same\n\n")).await;
        if connection.request.number == 2 {
            connection.closed().await;
        }
    })
    .await;
    let running = Running::new();
    let config = FeedConfig { repeats: RepeatRule::Never, ..direct(&server.url("/")) };
    running.engine.add_feed(config).await.unwrap();
    assert_eq!(running.titles(3).await, ["same"; 3]);
    assert_eq!(running.notifier.titles(), ["same"; 3]);
}
