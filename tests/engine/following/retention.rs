//! Old events go while the engine runs, and it is told.
use super::{LIMIT, Running, direct};
use crate::store::came_at;
use tidings_engine::store::Store;
use tidings_engine::{EngineEvent, EventId, FeedConfig, FeedId, FeedRetention, Retention, Settings};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

async fn flood() -> SseServer {
    SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        for n in 1..=300 {
            connection.send(format!("id: {n}\ndata: e{n}\n\n")).await;
        }
        connection.closed().await;
    })
    .await
}

async fn until_left(running: &Running, titles: &[&str]) {
    let left = async || {
        let left: Vec<_> = running.events().await.into_iter().map(|event| event.title).collect();
        (left == titles).then_some(())
    };
    eventually(LIMIT, "the end of all but those", left).await;
}

#[tokio::test]
async fn a_feed_keeps_so_many_and_says_which_are_gone() {
    let server = flood().await;
    let running = Running::new();
    let mut events = running.engine.events();
    let retention = FeedRetention { days: None, events: Some(3) };
    running.engine.add_feed(FeedConfig { retention, ..direct(&server.url("/")) }).await.unwrap();
    until_left(&running, &["e300", "e299", "e298"]).await;
    assert_eq!(running.engine.counts().await.unwrap().all, 3);
    let gone = async {
        loop {
            if let EngineEvent::Pruned { until, .. } = &events.next().await.unwrap().event
                && *until == EventId(297)
            {
                return;
            }
        }
    };
    tokio::time::timeout(LIMIT, gone).await.expect("the last of those that are gone is told");
}

#[tokio::test]
async fn the_settings_hold_for_feeds_without_a_choice_of_their_own() {
    let server = flood().await;
    let running = Running::new();
    let id = running.add(&server.url("/")).await.id;
    let config = running.engine.feed(id).await.unwrap().feed.config;
    running.titles(300).await;
    let keep = |events| Settings { retention: Retention { days: 0, events }, ..Settings::default() };
    running.engine.change_settings(keep(5)).await.unwrap();
    until_left(&running, &["e300", "e299", "e298", "e297", "e296"]).await;
    let own = FeedRetention { days: None, events: Some(2) };
    running.engine.edit_feed(id, FeedConfig { retention: own, ..config }).await.unwrap();
    until_left(&running, &["e300", "e299"]).await;
}

/// A directory with a paused feed and events of this age, in days, of which two are kept.
fn aged(events: &[(&str, i64)]) -> (tempfile::TempDir, Store, FeedId) {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let feed = store.add_feed(&direct("http://127.0.0.1:9")).unwrap().id;
    store.pause_feed(feed, true).unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    for (title, days) in events {
        store.append(&[came_at(feed, title, now - days * 86_400_000)]).unwrap();
    }
    let retention = Retention { days: 2, events: 0 };
    store.save_settings(&Settings { retention, ..Settings::default() }).unwrap();
    (dir, store, feed)
}

#[tokio::test]
async fn what_is_too_old_goes_at_the_start() {
    let (dir, store, _) = aged(&[("ancient", 10_000), ("old", 3), ("young", 1)]);
    drop(store);
    let running = Running::open(dir);
    until_left(&running, &["young"]).await;
}

#[tokio::test]
async fn an_old_event_goes_with_its_star() {
    let (dir, mut store, _) = aged(&[("starred", 4), ("old", 3), ("young", 1)]);
    store.star(EventId(1), true).unwrap();
    drop(store);
    let running = Running::open(dir);
    until_left(&running, &["young", "starred"]).await;
    running.engine.star(EventId(1), false).await.unwrap();
    until_left(&running, &["young"]).await;
}

#[tokio::test]
async fn a_removed_feed_goes_with_the_last_of_its_events() {
    let (dir, mut store, feed) = aged(&[("old", 3)]);
    store.retire_feed(feed, 1000).unwrap();
    assert_eq!(store.forget_retired(1000).unwrap(), None);
    drop(store);
    let running = Running::open(dir);
    let gone = async || running.engine.removed_feeds().await.unwrap().is_empty().then_some(());
    eventually(LIMIT, "the end of the feed", gone).await;
}
