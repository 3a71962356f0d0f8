//! Killed at random moments under load: nothing missing, nothing twice in the list, at most one announcement again for each
//! kill.
//!
//! `TIDINGS_SEED=…` repeats what the test does, as far as time allows. Deliberately not here: kills during a migration (the
//! engine's `store/database.rs`), a power cut, which no test on one computer can make.
use crate::command::{LIMIT, run};
use crate::headless::{add, exported, headless_with};
use rustix::process::Signal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, SseServer};
use tidings_test_support::{NotificationRecorder, stress};

/// Between two events of a server.
const PACE: Duration = Duration::from_millis(5);
/// Every so many events one is announced, by a rule: more than a desktop can be told one by one would become a summary.
const ANNOUNCED: u16 = 5;
/// How many events pass between two kills at most.
const MOST_BETWEEN: u64 = 60;
/// A numbered story, told by a server that resumes it by the last event ID.
struct Story {
    name: &'static str,
    /// The latest number that was told.
    told: AtomicU64,
    /// Where it ends; nothing follows.
    end: AtomicU64,
}

impl Story {
    fn told(&self) -> u64 {
        self.told.load(Ordering::SeqCst)
    }

    /// Ends it soon, with an event that is announced. The number of its events.
    fn come_to_an_end(&self) -> u64 {
        let end = (self.told() / u64::from(ANNOUNCED) + 5) * u64::from(ANNOUNCED);
        self.end.store(end, Ordering::SeqCst);
        end
    }

    async fn tell(&self, mut connection: Connection) {
        let last = connection.request.header("last-event-id").map_or(0, |id| id.parse::<u64>().expect("ours"));
        connection.send(format!("{EVENT_STREAM}retry: 100\n\n")).await;
        for number in last + 1.. {
            if number > self.end.load(Ordering::SeqCst) {
                break;
            }
            connection.send(format!("id: {number}\ndata: {} {number}\n\n", self.name)).await;
            self.told.fetch_max(number, Ordering::SeqCst);
            // The load, until nobody hears it.
            tokio::select! {
                () = connection.closed() => return,
                () = tokio::time::sleep(PACE) => {}
            }
        }
        connection.closed().await;
    }
}

async fn serve(stories: [Arc<Story>; 2]) -> SseServer {
    SseServer::start(move |connection: Connection| {
        let path = connection.request.target();
        let story = stories.iter().find(|story| path.ends_with(story.name)).map(Arc::clone).expect("a path of ours");
        async move { story.tell(connection).await }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_it_loses_nothing_and_repeats_one_announcement_at_most() {
    let kills = if stress() { 200 } else { 20 };
    let seed = std::env::var("TIDINGS_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().expect("a number"));
    let mut random = fastrand::Rng::with_seed(seed);
    let desktop = NotificationRecorder::start().await;
    let stories =
        ["one", "two"].map(|name| Arc::new(Story { name, told: AtomicU64::new(0), end: AtomicU64::new(u64::MAX) }));
    let server = serve(stories.clone()).await;
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().to_str().expect("UTF-8");
    for Story { name, .. } in stories.iter().map(AsRef::as_ref) {
        add(dir.path(), name, &server.url(&format!("/{name}")));
        run(["rule", "add", name, "--regex", "[05]$", "--announce", "--data-dir", path]).good();
        run(["rule", "add", name, "--regex", ".", "--silent", "--data-dir", path]).good();
    }
    // Each is announced by itself, so that each can be counted.
    for (key, value) in [("burst", "1000/1"), ("catch-up-digest", "off")] {
        run(["settings", "set", key, value, "--data-dir", path]).good();
    }
    let start = || {
        headless_with(dir.path(), |command| {
            command.env("DBUS_SESSION_BUS_ADDRESS", desktop.bus_address());
        })
    };
    let all_told = || stories.iter().map(|story| story.told()).sum::<u64>();
    for _ in 0..kills {
        let mut engine = start();
        let until = all_told() + random.u64(0..MOST_BETWEEN);
        eventually_blocking(LIMIT, "further events", || (all_told() >= until).then_some(()));
        // Not just after an event was sent, but at any moment between two.
        thread::sleep(PACE.mul_f64(random.f64()));
        engine.signal(Signal::KILL);
        engine.status();
    }

    let engine = start();
    let expected = stories.clone().map(|story| {
        let end = story.come_to_an_end();
        (1..=end).map(|number| format!("{} {number}", story.name)).collect::<Vec<_>>()
    });
    let last: Vec<_> = expected.iter().filter_map(|events| events.last()).collect();
    eventually_blocking(LIMIT, "the last announcements", || {
        let told = desktop.notifications();
        last.iter().all(|last| told.iter().any(|told| told.summary == **last)).then_some(())
    });
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);

    // The list: each once, each story in order.
    let stored = exported(dir.path());
    for (story, expected) in stories.iter().zip(&expected) {
        let told: Vec<_> = stored.iter().filter(|data| data.starts_with(story.name)).cloned().collect();
        assert!(told == *expected, "seed {seed}: of {} were stored: {told:?}", expected.len());
    }
    // The announcements: each once, and of those before a kill at most one again after it. Each life of the engine has a
    // connection of its own, and the bus numbers connections as they come.
    let mut told: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for notification in desktop.notifications() {
        let life = notification.sender.rsplit_once('.').and_then(|(_, life)| life.parse().ok()).expect("a number");
        let first = told.entry(notification.summary.clone()).or_default().insert(life);
        assert!(first, "seed {seed}: {} was announced twice in one life", notification.summary);
    }
    let announced = expected.iter().flat_map(|events| events.chunks(ANNOUNCED.into()).filter_map(<[_]>::last));
    let announced: BTreeSet<_> = announced.collect();
    assert!(told.keys().eq(announced), "seed {seed}: these were announced: {:?}", told.keys());
    let mut again: BTreeMap<u32, u32> = BTreeMap::new();
    for life in told.values().flat_map(|lives| lives.iter().skip(1)) {
        *again.entry(*life).or_default() += 1;
    }
    let (events, repeats) = (stored.len(), again.values().sum::<u32>());
    println!("seed {seed}: {events} events, {} announced, {kills} kills, {repeats} announced again", told.len());
    assert!(again.values().all(|again| *again == 1), "seed {seed}: announced again by each life: {again:?}");
}
