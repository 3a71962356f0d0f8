//! A feed that is removed leaves its history, comes back as it was for a day, and is forgotten after that; everything that
//! was marked as read at once becomes unread again.
//!
//! Deliberately not here: connections that a removed feed must not leave behind (`leaving.rs`).
use super::{LIMIT, Running, direct};
use tidings_engine::{
    EngineError, EngineEvent, EventId, FeedConfig, FeedId, FeedState, Header, History, MuteFor, PageQuery, RESTORABLE,
    RemovedFeed, Scope,
};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

/// Tells one event more with each request, and says which ID it was asked to go on from.
async fn resuming() -> SseServer {
    SseServer::start(|mut connection| async move {
        let number = connection.request.number + 1;
        connection.send(format!("{EVENT_STREAM}id: {number}\ndata: {{\"title\":\"event {number}\"}}\n\n")).await;
        connection.closed().await;
    })
    .await
}

fn secret(url: &str) -> FeedConfig {
    let headers = vec![Header { name: "Authorization".to_owned(), value: "Bearer s3cret".to_owned() }];
    FeedConfig { headers, name: "Old".to_owned(), icon: "O".to_owned(), ..direct(url) }
}

async fn page(running: &Running, scope: Scope, search: &str) -> Vec<(String, bool)> {
    let query = PageQuery { scope, search: search.to_owned(), ..PageQuery::default() };
    let events = running.engine.page(query).await.unwrap().events;
    events.into_iter().map(|event| (event.title, event.read)).collect()
}

async fn removed(running: &Running) -> Vec<RemovedFeed> {
    running.engine.removed_feeds().await.unwrap()
}

#[tokio::test]
async fn a_removed_feed_leaves_its_history_and_comes_back_as_it_was() {
    let (server, other) = (resuming().await, resuming().await);
    let running = Running::new();
    let feed = running.engine.add_feed(secret(&server.url("/"))).await.unwrap();
    running.add(&other.url("/")).await;
    running.titles(2).await;
    running.engine.mute(Some(feed.id), MuteFor::Ever).await.unwrap();
    let mut told = running.engine.events();
    running.engine.remove_feed(feed.id).await.unwrap();
    server.ended(0).await;

    // It is no feed any more; what it left is found, starred, and not unread.
    assert_eq!(running.engine.feeds().await.unwrap().len(), 1);
    assert!(matches!(running.engine.feed(feed.id).await, Err(EngineError::NoSuchFeed(_))));
    assert!(matches!(running.engine.remove_feed(feed.id).await, Err(EngineError::NoSuchFeed(_))));
    assert_eq!(running.engine.mutes(), []);
    let counts = running.engine.counts().await.unwrap();
    assert_eq!((counts.all, counts.unread), (2, 1));
    assert_eq!(page(&running, Scope::Unread, "").await.len(), 1);
    let left = [("event 1".to_owned(), true)];
    assert_eq!(page(&running, Scope::All, "feed:old").await, left);
    assert_eq!(page(&running, Scope::All, "feed:old is:read").await, left);
    assert_eq!(page(&running, Scope::All, "feed:old is:unread").await, []);
    assert_eq!(page(&running, Scope::Feed { feed: feed.id }, "").await, left);
    let event = running.engine.page(PageQuery { search: "feed:old".to_owned(), ..PageQuery::default() }).await.unwrap();
    running.engine.star(event.events[0].id, true).await.unwrap();
    assert_eq!(running.engine.counts().await.unwrap().starred, 1);
    // What stays is told before that it has gone.
    let mut what_stays = None;
    loop {
        match told.next().await.unwrap().event.clone() {
            EngineEvent::Removed { feeds } => what_stays = Some(feeds),
            EngineEvent::FeedRemoved { feed: gone } => break assert_eq!(gone, feed.id),
            _ => {}
        }
    }
    let what_stays = what_stays.expect("it is told first");
    assert_eq!(what_stays, removed(&running).await);
    assert_eq!((what_stays[0].name.as_str(), what_stays[0].events, what_stays[0].restorable), ("Old", 1, true));

    // Everything is marked as read, but not what shows as read.
    running.engine.mark_all_read(Scope::All, EventId(i64::MAX)).await.unwrap();
    let running = running.restarted().await;
    assert_eq!(removed(&running).await, what_stays);
    assert_eq!(server.requests().len(), 1, "nothing asks for it");
    assert_eq!(running.engine.restore_feed(feed.id).await.unwrap(), feed);
    assert_eq!(removed(&running).await, []);
    let request = tokio::time::timeout(LIMIT, server.request(1)).await.unwrap();
    assert_eq!(request.header("last-event-id").as_deref(), Some("1"), "it goes on from where it was");
    running.when_open(feed.id).await;
    let unread = async || {
        (page(&running, Scope::Unread, "feed:old").await
            == [("event 2".to_owned(), false), ("event 1".to_owned(), false)])
        .then_some(())
    };
    eventually(LIMIT, "what was unread and what came since", unread).await;
    assert_eq!(running.engine.feeds().await.unwrap()[0].id(), feed.id, "it stands where it stood");
    assert!(matches!(running.engine.restore_feed(feed.id).await, Err(EngineError::NotRestorable(_))));
}

#[tokio::test]
async fn a_mute_comes_back_with_its_feed() {
    let running = Running::open_connecting(tempfile::tempdir().unwrap(), false);
    let feed = running.add("http://127.0.0.1:9/").await.id;
    running.engine.pause_feed(feed, true).await.unwrap();
    let until = 4_000_000_000_000;
    running.engine.mute(Some(feed), MuteFor::Until(until)).await.unwrap();
    running.engine.remove_feed(feed).await.unwrap();
    running.engine.restore_feed(feed).await.unwrap();
    assert_eq!(
        running.engine.mutes().iter().map(|mute| (mute.feed, mute.until)).collect::<Vec<_>>(),
        [(Some(feed), Some(until))]
    );
    assert_eq!(running.state(feed).await, Some(FeedState::Paused));
}

/// Has it that a feed was removed so long ago, while nobody has the store.
fn removed_earlier(running: &Running, feed: FeedId, milliseconds: i64) {
    let connection = rusqlite::Connection::open(running.dir.path().join("tidings.db")).unwrap();
    let earlier = "UPDATE feeds SET retired_at = retired_at - ?2 WHERE id = ?1";
    assert_eq!(connection.execute(earlier, (feed.0, milliseconds)).unwrap(), 1);
}

#[tokio::test]
async fn after_a_day_its_settings_are_forgotten_and_its_history_stays() {
    let server = resuming().await;
    let running = Running::new();
    let with_history = running.engine.add_feed(secret(&server.url("/"))).await.unwrap().id;
    running.titles(1).await;
    running.engine.pause_feed(with_history, true).await.unwrap();
    let without = running.engine.add_feed(secret("http://127.0.0.1:9/")).await.unwrap().id;
    let late = running.engine.add_feed(secret("http://127.0.0.1:9/")).await.unwrap().id;
    for feed in [with_history, without, late] {
        running.engine.remove_feed(feed).await.unwrap();
    }
    running.engine.shut_down().await;
    let day = i64::try_from(RESTORABLE.as_millis()).unwrap();
    removed_earlier(&running, with_history, day);
    removed_earlier(&running, without, day);
    removed_earlier(&running, late, day - 1500);
    let running = running.restarted().await;
    // One is due with the start, the other when its time comes.
    let forgotten = async || {
        let left = removed(&running).await;
        (left.len() == 1 && left[0].id == with_history && !left[0].restorable).then_some(left)
    };
    let left = eventually(LIMIT, "the forgetting", forgotten).await;
    assert_eq!((left[0].name.as_str(), left[0].icon.as_str(), left[0].events), ("Old", "O", 1));
    assert!(matches!(running.engine.restore_feed(with_history).await, Err(EngineError::NotRestorable(_))));
    assert_eq!(page(&running, Scope::All, "feed:old").await.len(), 1);
    let dir = running.dir.path().to_owned();
    let rows = async || {
        let connection = rusqlite::Connection::open(dir.join("tidings.db")).unwrap();
        let feeds: i64 = connection.query_row("SELECT count(*) FROM feeds", [], |row| row.get(0)).unwrap();
        (feeds == 1).then_some(())
    };
    eventually(LIMIT, "those without a history going altogether", rows).await;
    running.engine.shut_down().await;
    let holds = |name: &str| String::from_utf8_lossy(&std::fs::read(dir.join(name)).unwrap()).contains("s3cret");
    assert!(!holds("tidings.feeds.json"), "the second copy forgets too");
    let connection = rusqlite::Connection::open(dir.join("tidings.db")).unwrap();
    let config: String = connection.query_row("SELECT config FROM feeds", [], |row| row.get(0)).unwrap();
    assert!(!config.contains("s3cret") && !config.contains("127.0.0.1"), "{config}");
}

#[tokio::test]
async fn the_history_of_a_removed_feed_can_be_deleted() {
    let server = resuming().await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    running.titles(1).await;
    running.engine.remove_feed(feed).await.unwrap();
    let mut told = running.engine.events();
    running.engine.delete_feed(feed).await.unwrap();
    assert_eq!(removed(&running).await, []);
    assert_eq!(running.engine.counts().await.unwrap().all, 0);
    assert_eq!(page(&running, Scope::All, "").await, []);
    while told.next().await.unwrap().event != (EngineEvent::FeedRemoved { feed }) {}
    assert!(matches!(running.engine.delete_feed(feed).await, Err(EngineError::NoSuchFeed(_))));
    assert!(matches!(running.engine.restore_feed(feed).await, Err(EngineError::NotRestorable(_))));
}

#[tokio::test]
async fn what_was_marked_read_at_once_is_exactly_that_unread_again() {
    let server = SseServer::start(|mut connection| async move {
        let events = (1..=2500).map(|n| format!("data: {n}\n\n")).collect::<Vec<_>>().concat();
        connection.send(format!("{EVENT_STREAM}{events}")).await;
        connection.closed().await;
    })
    .await;
    let running = Running::new();
    let (first, second) = (running.add(&server.url("/a")).await.id, running.add(&server.url("/b")).await.id);
    let all = async || (running.engine.counts().await.unwrap().all == 5000).then_some(());
    eventually(LIMIT, "the arrival of all", all).await;
    let read: Vec<EventId> = (1..=5000).filter(|n| n % 7 == 0).map(EventId).collect();
    running.engine.mark_read(read, true).await.unwrap();
    let unread = || {
        let history = History::open(running.dir.path()).unwrap();
        let mut unread = Vec::new();
        history
            .export(&Scope::Unread, "", None, &mut |event| {
                unread.push(event.summary.id);
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
        unread
    };
    let before = unread();
    let until = EventId(4000);
    let of_first = running.engine.mark_all_read(Scope::Feed { feed: first }, until).await.unwrap();
    let after_first = unread();
    let all = running.engine.mark_all_read(Scope::All, until).await.unwrap();
    assert_eq!(of_first.events + all.events, (1..=4000).filter(|n| n % 7 != 0).count() as u64);
    assert_eq!(running.engine.mark_all_read(Scope::All, until).await.unwrap().undo, None, "there is nothing left");
    running.engine.undo_mark_all_read(all.undo.unwrap()).await.unwrap();
    assert_eq!(unread(), after_first);
    let again = running.engine.undo_mark_all_read(all.undo.unwrap()).await;
    assert!(matches!(again, Err(EngineError::TooLate)), "{again:?}");
    running.engine.undo_mark_all_read(of_first.undo.unwrap()).await.unwrap();
    assert_eq!(unread(), before);
    let counts = running.engine.counts().await.unwrap();
    assert_eq!(counts.unread, before.len() as u64);
    let of_second = running.engine.feed(second).await.unwrap().unread;
    assert_eq!(of_second + running.engine.feed(first).await.unwrap().unread, counts.unread);
}

#[tokio::test]
async fn several_feeds_pause_together() {
    let running = Running::open_connecting(tempfile::tempdir().unwrap(), false);
    let feeds = [running.add("http://127.0.0.1:9/").await.id, running.add("http://127.0.0.1:9/").await.id];
    running.engine.pause_feeds(vec![feeds[0], FeedId(99), feeds[1]], true).await.unwrap();
    for feed in feeds {
        assert_eq!(running.state(feed).await, Some(FeedState::Paused));
    }
    running.engine.pause_feeds(feeds.to_vec(), false).await.unwrap();
    assert!(running.engine.feeds().await.unwrap().iter().all(|status| !status.feed.paused));
}
