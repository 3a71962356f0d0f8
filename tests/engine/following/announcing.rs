//! What of the events is announced, through the whole engine.
use super::{LIMIT, Recorder, Running, direct, options};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tidings_engine::announce::{Clock, Hold, Moment, Plan};
use tidings_engine::{Engine, EngineOptions, EventId, FeedConfig, MuteFor, Settings, SystemClock, Target, WorldChange};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, Gate, SseServer};

async fn saying(body: &'static str) -> SseServer {
    SseServer::streaming(body).await
}

#[tokio::test]
async fn event_is_announced_with_what_it_is_about() {
    let server = saying("data: {\"title\":\"A\",\"message\":\"B\",\"click\":\"https://a.example\"}\n\ndata:\n\n").await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    // The second has no data: it is listed, not announced.
    assert_eq!(running.titles(2).await, ["A", "message"]);
    let announced = running.notifier.all();
    assert_eq!(announced.len(), 1);
    let a = &announced[0];
    assert_eq!((a.title.as_str(), a.body.as_str(), a.feed_name.as_str()), ("A", "B", "test"));
    assert_eq!(
        (a.link.as_deref(), a.target, a.feed),
        (Some("https://a.example"), Target::Event(EventId(1)), Some(feed))
    );
}

#[tokio::test]
async fn burst_ends_in_an_exact_count() {
    let server = SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        for n in 1..=200 {
            connection.send(format!("data: e{n}\n\n")).await;
        }
        connection.closed().await;
    })
    .await;
    let running = Running::new();
    running.add(&server.url("/")).await;
    let counted = async || running.notifier.titles().last().filter(|title| *title == "test: 195 more events").cloned();
    eventually(LIMIT, "the summary of all", counted).await;
    let announced = running.notifier.all();
    assert_eq!(running.notifier.titles()[..5], ["e1", "e2", "e3", "e4", "e5"]);
    assert!(announced.len() <= 5 + 4, "{:?}", running.notifier.titles());
    assert!(announced[5..].iter().all(|summary| summary.replaces == announced[5].replaces));
}

#[tokio::test]
async fn silent_feed_and_silent_program_are_stored_unannounced() {
    let gate = Gate::new();
    let server = gate
        .server(|mut connection, gate| async move {
            connection.send(EVENT_STREAM).await;
            for n in 1.. {
                gate.pass().await;
                connection.send(format!("data: e{n}\n\n")).await;
            }
        })
        .await;
    let running = Running::new();
    let silent = FeedConfig { notify: false, ..direct(&server.url("/")) };
    let feed = running.engine.add_feed(silent).await.unwrap();
    gate.open();
    running.titles(1).await;
    running.engine.edit_feed(feed.id, FeedConfig { notify: true, ..feed.config }).await.unwrap();
    running.engine.change_settings(Settings { notify: false, ..Settings::default() }).await.unwrap();
    gate.open();
    running.titles(2).await;
    running.engine.change_settings(Settings::default()).await.unwrap();
    gate.open();
    running.titles(3).await;
    eventually(LIMIT, "an announcement", async || running.notifier.titles().first().cloned()).await;
    assert_eq!(running.notifier.titles(), ["e3"]);
    assert_eq!(server.requests().len(), 1);
}

/// The clock of a computer that can sleep for some minutes in no time.
#[derive(Default)]
struct Sleeper(AtomicI64);

impl Clock for Sleeper {
    fn now(&self) -> Moment {
        let slept = jiff::SignedDuration::from_mins(self.0.load(Ordering::SeqCst));
        let now = SystemClock.now();
        Moment { wall: now.wall + slept, ..now }
    }

    fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::UTC
    }
}

#[tokio::test]
async fn what_a_mute_holds_outlives_a_restart_and_is_told_when_the_computer_wakes_after_its_end() {
    let server = saying("id: 1\ndata: one\n\nid: 2\ndata: two\n\n").await;
    let (dir, clock) = (tempfile::tempdir().unwrap(), Arc::new(Sleeper::default()));
    let notifier = Arc::new(Recorder::default());
    let open = || {
        let clock = Arc::clone(&clock) as Arc<dyn Clock>;
        Engine::open(EngineOptions { clock, ..options(dir.path(), &notifier, true) })
    };
    let engine = open().unwrap();
    engine.mute(None, MuteFor::Minutes(60)).await.unwrap();
    engine.add_feed(direct(&server.url("/"))).await.unwrap();
    let decided = async || engine.why(EventId(2)).await.ok().and_then(|why| why.plan);
    let until = engine.mutes()[0].until;
    assert_eq!(eventually(LIMIT, "a decision", decided).await, Plan::Digest { because: Hold::Muted { until } });
    engine.shut_down().await;

    let engine = eventually(LIMIT, "the end of the former engine", async || open().ok()).await;
    assert_eq!(engine.mutes().iter().map(|mute| (mute.feed, mute.until)).collect::<Vec<_>>(), [(None, until)]);
    assert_eq!(notifier.titles(), [""; 0]);
    clock.0.store(61, Ordering::SeqCst);
    engine.world_changed(WorldChange::Resumed);
    let told = async || notifier.titles().first().cloned();
    assert_eq!(eventually(LIMIT, "the digest", told).await, "test: 2 events while muted");
    assert_eq!(engine.mutes(), []);
    let answered = async || engine.why(EventId(1)).await.ok().and_then(|why| why.told).and_then(|told| told.answer);
    eventually(LIMIT, "the note that it was told", answered).await;
    engine.shut_down().await;
    assert_eq!(notifier.titles().len(), 1);
}
