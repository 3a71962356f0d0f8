//! Feeds that are edited, paused, removed and reconnected while they are connected.
use super::{LIMIT, Running, direct};
use tidings_engine::{Engine, EngineError, EngineEvent, FeedConfig, FeedRetention, FeedState, Header, StoreError};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

/// Sends one event and waits until the client goes.
async fn patient() -> SseServer {
    SseServer::start(|mut connection| async move {
        let number = connection.request.number;
        connection.send(format!("{EVENT_STREAM}id: {number}\ndata: e{number}\n\n")).await;
        connection.closed().await;
    })
    .await
}

#[tokio::test]
async fn edited_feed_ends_its_connection_before_the_next_begins() {
    let (first, second) = (patient().await, patient().await);
    let running = Running::new();
    let feed = running.add(&first.url("/")).await;
    running.titles(1).await;
    let config = FeedConfig {
        headers: vec![Header { name: "X-Key".to_owned(), value: "k".to_owned() }],
        ..direct(&second.url("/"))
    };
    let edited = running.engine.edit_feed(feed.id, config).await.unwrap();
    assert_eq!(edited.config.url, second.url("/"));
    let request = second.request(0).await;
    let ended = first.ended(0).await.ended.unwrap();
    assert!(ended <= request.at, "the old connection lived {:?} longer", ended - request.at);
    assert_eq!(request.header("X-Key").as_deref(), Some("k"));
    // An ID of another server means nothing to this one.
    assert_eq!(request.header("Last-Event-ID"), None);
    assert_eq!(first.requests().len(), 1);
}

#[tokio::test]
async fn another_name_or_query_keeps_what_it_can() {
    let server = patient().await;
    let running = Running::new();
    let feed = running.add(&server.url("/?token=a")).await;
    running.titles(1).await;
    let retention = FeedRetention { days: Some(30), ..FeedRetention::default() };
    let mut config = FeedConfig { name: "renamed".to_owned(), notify: false, retention, ..feed.config };
    running.engine.edit_feed(feed.id, config.clone()).await.unwrap();
    config.url = server.url("/?token=b");
    running.engine.edit_feed(feed.id, config).await.unwrap();
    let second = server.request(1).await;
    assert_eq!((second.target(), second.header("Last-Event-ID").as_deref()), ("/?token=b", Some("0")));
    assert_eq!(running.engine.feeds().await.unwrap()[0].feed.config.name, "renamed");
}

#[tokio::test]
async fn paused_feed_rests_until_it_goes_on() {
    let server = patient().await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    running.titles(1).await;
    running.engine.pause_feed(feed, true).await.unwrap();
    server.ended(0).await;
    assert_eq!(running.state(feed).await, Some(FeedState::Paused));
    running.engine.reconnect(None).await.unwrap();
    let running = running.restarted().await;
    assert_eq!(running.state(feed).await, Some(FeedState::Paused));
    running.engine.pause_feed(feed, false).await.unwrap();
    assert_eq!(server.request(1).await.header("Last-Event-ID").as_deref(), Some("0"));
    running.when_open(feed).await;
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn deleted_feed_takes_its_events_with_it() {
    let (server, other) = (patient().await, patient().await);
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    running.add(&other.url("/")).await;
    running.titles(2).await;
    let mut told = running.engine.events();
    running.engine.delete_feed(feed).await.unwrap();
    server.ended(0).await;
    assert_eq!(running.engine.feeds().await.unwrap().len(), 1);
    assert_eq!(running.events().await.len(), 1);
    assert_eq!(running.engine.counts().await.unwrap().all, 1);
    while !matches!(told.next().await.unwrap().event, EngineEvent::FeedRemoved { feed: removed } if removed == feed) {}
    assert!(matches!(running.engine.delete_feed(feed).await, Err(EngineError::NoSuchFeed(id)) if id == feed));
    assert!(matches!(running.engine.pause_feed(feed, true).await, Err(EngineError::NoSuchFeed(_))));
    assert!(matches!(running.engine.reconnect(Some(feed)).await, Err(EngineError::NoSuchFeed(_))));
    let swept = async || {
        let connection = rusqlite::Connection::open(running.dir.path().join("tidings.db")).unwrap();
        let rows: i64 = connection.query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap();
        (rows == 1).then_some(())
    };
    eventually(LIMIT, "the deletion of its rows", swept).await;
}

#[tokio::test]
async fn reconnecting_makes_a_new_connection_at_once() {
    let server = patient().await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    running.titles(1).await;
    running.engine.reconnect(Some(feed)).await.unwrap();
    running.titles(2).await;
    running.engine.reconnect(None).await.unwrap();
    running.titles(3).await;
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn feed_that_was_told_to_stop_stays_closed_until_the_user_asks() {
    let server = SseServer::start(|mut connection| async move {
        if connection.request.number == 0 {
            connection.send("HTTP/1.1 204 No Content\r\n\r\n").await;
        } else {
            connection.send(format!("{EVENT_STREAM}data: back\n\n")).await;
            connection.closed().await;
        }
    })
    .await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    let cause = running.when(feed, "a closed feed", |state| match state {
        FeedState::Closed { cause } => Some(cause),
        _ => None,
    });
    assert_eq!(cause.await.short, "204");
    running.engine.reconnect(Some(feed)).await.unwrap();
    assert_eq!(running.titles(1).await, ["back"]);
}

#[tokio::test]
async fn bad_settings_are_refused_before_anything_changes() {
    let server = patient().await;
    let running = Running::new();
    let bad = FeedConfig { ca_file: Some("/nowhere/ca.pem".to_owned()), ..direct(&server.url("/")) };
    let Err(EngineError::BadFeed(fault)) = running.engine.add_feed(bad.clone()).await else { panic!("added") };
    assert!(fault.to_string().contains("/nowhere/ca.pem"), "{fault}");
    // A stranger's file of feeds may name anything: what has no end is not read to its end.
    let endless = FeedConfig { ca_file: Some("/dev/zero".to_owned()), ..direct(&server.url("/")) };
    let Err(EngineError::BadFeed(fault)) = running.engine.add_feed(endless).await else { panic!("added") };
    assert!(fault.to_string().contains("it is no file"), "{fault}");
    assert_eq!(running.engine.feeds().await.unwrap(), []);
    let feed = running.add(&server.url("/")).await;
    running.when_open(feed.id).await;
    assert!(running.engine.edit_feed(feed.id, bad).await.is_err());
    assert!(running.engine.edit_feed(feed.id, direct("ftp://a")).await.is_err());
    assert_eq!(running.engine.feeds().await.unwrap()[0].feed, feed);
    running.when_open(feed.id).await;
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn engine_that_does_not_connect_edits_feeds_all_the_same() {
    let server = patient().await;
    let running = Running::open_connecting(tempfile::tempdir().unwrap(), false);
    let feed = running.add(&server.url("/")).await.id;
    running.engine.pause_feed(feed, true).await.unwrap();
    running.engine.pause_feed(feed, false).await.unwrap();
    running.engine.edit_feed(feed, direct(&server.url("/b"))).await.unwrap();
    running.engine.shut_down().await;
    assert_eq!(server.requests().len(), 0);
    assert!(matches!(running.engine.feeds().await, Err(EngineError::ShutDown)));
    assert!(matches!(running.engine.delete_feed(feed).await, Err(EngineError::ShutDown)));
}

#[tokio::test]
async fn data_directory_has_one_engine_and_is_free_after_it() {
    let running = Running::new();
    let options = || super::options(running.dir.path(), &running.notifier, true);
    let Err(EngineError::Store(StoreError::Owned { pid, .. })) = Engine::open(options()) else { panic!("two owners") };
    assert_eq!(pid, std::process::id());
    running.engine.shut_down().await;
    let opened = eventually(LIMIT, "the end of the engine", async || Engine::open(options()).ok()).await;
    opened.shut_down().await;
    // Dropped without a word, it lets go as well, a little later.
    drop(eventually(LIMIT, "the end of the engine", async || Engine::open(options()).ok()).await);
    let opened = eventually(LIMIT, "the end of a dropped engine", async || Engine::open(options()).ok()).await;
    opened.shut_down().await;
}
