//! The whole engine among servers that misbehave at random, for a while, and what must hold at the end.
//!
//! One seed names one run: `TIDINGS_SEED=… ./dev test` repeats what the servers and the user do, as far as time allows.
//! There is one test here, because it looks at what its process occupies. Deliberately not here: each fault by itself
//! (`tests/engine/following/faults.rs`).
mod occupied;
mod server;
mod user;

use occupied::Occupied;
use server::{Feeds, Server};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tidings_engine::{
    Announcement, Engine, EngineEvent, EngineEvents, EngineOptions, Event, FeedId, History, Notifier, PageQuery, Scope,
    SystemClock,
};
use tidings_event_source::Policy;
use tidings_test_support::fault::STORY;
use tidings_test_support::{eventually, stress};
use user::{User, config};

/// The feeds' policy with shorter waits, so that many failures fit into the time.
const POLICY: Policy = Policy {
    least_reconnection_time: Duration::from_millis(20),
    longest_reconnection_time: Duration::from_millis(60),
    persistent: true,
};

/// How long the servers may take to tell everything once they behave.
const LIMIT: Duration = Duration::from_mins(1);
/// The same for many more feeds.
const LIMIT_OF_STRESS: Duration = Duration::from_mins(5);

/// The most memory at any moment, and the most that may remain when all feeds are gone. The process is not optimised and
/// holds the servers too; both bounds are far above what is needed, and far below what a leak or an unbounded queue takes.
const MOST_MEMORY: u64 = 384 << 20;
const MOST_LEFT: u64 = 96 << 20;

/// Counts.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Notifier for Counting {
    fn announce(&self, _: Announcement) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_or_left_behind_among_misbehaving_servers() {
    let seed = std::env::var("TIDINGS_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().expect("a number"));
    println!("seed {seed}");
    let (time, feeds) = if stress() {
        (Duration::from_mins(2), Feeds { good: 50, faulty: 150, length: 1500 })
    } else {
        (Duration::from_secs(6), Feeds { good: 10, faulty: 40, length: 600 })
    };

    let server = Server::start(seed, feeds, time).await;
    let directory = tempfile::tempdir().unwrap();
    let announced = Arc::new(Counting::default());
    let engine = Engine::open(EngineOptions {
        data_dir: directory.path().to_owned(),
        user_agent: "Tidings/test".to_owned(),
        notifier: Arc::clone(&announced) as _,
        clock: Arc::new(SystemClock),
        connect: true,
        policy: POLICY,
        hooks: Arc::new(tidings_engine::NoHooks),
        secrets: Arc::new(tidings_engine::NoSecrets),
    })
    .unwrap();
    // What is opened once and kept, such as a connection that reads, belongs to the rest.
    engine.page(PageQuery::default()).await.unwrap();
    let at_rest = (Occupied::sockets(), settled(&engine).await);
    let listening = tokio::spawn(listen(engine.events()));

    let mut ids = HashMap::new();
    for path in server.paths() {
        ids.insert(engine.add_feed(config(&server.url(&path))).await.unwrap().id, path);
    }
    let faulty: Vec<FeedId> = ids.iter().filter(|(_, path)| server::is_faulty(path)).map(|(id, _)| *id).collect();
    let mut user = User::new(engine.clone(), fastrand::Rng::with_seed(seed), faulty.clone());
    let mut most_memory = 0;
    let end = Instant::now() + time;
    while Instant::now() < end {
        user.does_something(&server).await;
        most_memory = most_memory.max(Occupied::memory());
    }
    user.leaves().await;

    server.behave();
    let stories: HashMap<_, _> = ids.iter().map(|(id, path)| (*id, server.story(path).length)).collect();
    let complete = async || {
        for id in &faulty {
            user.helps(*id).await;
        }
        most_memory = most_memory.max(Occupied::memory());
        let counts = stored_by_feed(directory.path());
        stories
            .iter()
            .all(|(id, length)| counts.get(id).is_some_and(|count| usize::try_from(*count).unwrap() >= *length))
            .then_some(())
    };
    let limit = if stress() { LIMIT_OF_STRESS } else { LIMIT };
    eventually(limit, &format!("seed {seed}: the end of all stories"), complete).await;

    let run = Run { seed, server, ids, user };
    let events = run.stories_are_whole(directory.path());
    let requests = run.no_loop_is_tight();
    assert!(announced.0.load(Ordering::Relaxed) > 0, "seed {seed}: nothing was announced");

    // Nothing is left behind.
    for id in run.ids.keys() {
        engine.delete_feed(*id).await.unwrap();
    }
    let left = async || {
        let now = (Occupied::sockets(), engine.tasks());
        // Repeated for the sake of a failure, which shall say what was left.
        println!("{now:?} sockets and tasks");
        (now.0 <= at_rest.0 && now.1 <= at_rest.1).then_some(())
    };
    eventually(LIMIT, &format!("seed {seed}: the return to {at_rest:?} sockets and tasks"), left).await;
    engine.shut_down().await;
    listening.await.unwrap();
    let ended =
        async || (Occupied::threads("tidings-network") + Occupied::threads("tidings-writer") == 0).then_some(());
    eventually(LIMIT, &format!("seed {seed}: the end of the engine's threads"), ended).await;
    let left = Occupied::memory();
    println!(
        "{} feeds, {requests} requests, {events} events, at most {} MiB, at the end {} MiB",
        run.ids.len(),
        most_memory >> 20,
        left >> 20
    );
    assert!(most_memory < MOST_MEMORY, "seed {seed}: {most_memory} bytes of memory");
    // Four times as many feeds leave more of the allocator's memory in pieces, and this test keeps each request.
    let most_left = if stress() { 2 * MOST_LEFT } else { MOST_LEFT };
    assert!(left < most_left, "seed {seed}: {left} bytes of memory remained");
}

/// A run that is over but for its end.
struct Run {
    seed: u64,
    server: Server,
    /// The path of each feed.
    ids: HashMap<FeedId, String>,
    user: User,
}

impl Run {
    /// Each story once and in order, and of feeds that are gone, nothing. How many events that makes.
    fn stories_are_whole(&self, data_dir: &Path) -> usize {
        let seed = self.seed;
        // Compared as they are read: what this test holds would be counted as the engine's.
        let mut heard: HashMap<FeedId, usize> = HashMap::new();
        let compare = &mut |event: Event| {
            let feed = event.summary.feed_id;
            if event.summary.event_type == STORY {
                let path = self.ids.get(&feed).unwrap_or_else(|| panic!("seed {seed}: {event:?} of no feed"));
                let number = heard.entry(feed).or_default();
                *number += 1;
                assert_eq!(event.data, self.server.story(path).data(*number), "seed {seed}: {path}");
            }
            ControlFlow::Continue(())
        };
        History::open(data_dir).unwrap().export(&Scope::All, "", None, compare).unwrap();
        for (id, path) in &self.ids {
            assert_eq!(heard.get(id), Some(&self.server.story(path).length), "seed {seed}: {path}");
        }
        heard.values().sum()
    }

    /// Between two requests of a feed lies at least the policy's time, unless the user asked. How many requests there were.
    fn no_loop_is_tight(&self) -> usize {
        let asked = self.server.requests_by_path();
        let seed = self.seed;
        for (id, path) in &self.ids {
            let moments = &asked[path];
            if !server::is_faulty(path) {
                assert_eq!(moments.len(), 1, "seed {seed}: requests of {path}, which was served well");
            }
            let early = moments.windows(2).filter(|pair| pair[1] - pair[0] < POLICY.least_reconnection_time).count();
            let wishes = self.user.wishes_of(*id);
            assert!(early <= wishes, "seed {seed}: {path} came back too early {early} times, wished {wishes} times");
        }
        let total = asked.values().map(Vec::len).sum();
        assert!(total > self.ids.len() * 3, "seed {seed}: only {total} requests: nothing was tried");
        total
    }
}

/// How many tasks an engine without feeds has, once what it does at its start is done.
async fn settled(engine: &Engine) -> usize {
    let mut before = 0;
    let same = async || {
        let now = engine.tasks();
        // None at all: its thread has not begun yet.
        (std::mem::replace(&mut before, now) == now && now > 0).then_some(now)
    };
    eventually(LIMIT, "a settled number of tasks", same).await
}

/// Follows the numbers of what is told, until the engine ends.
async fn listen(mut events: EngineEvents) {
    let mut seq = 0;
    while let Some(envelope) = events.next().await {
        let gap = matches!(envelope.event, EngineEvent::Missed);
        assert!(envelope.seq == seq + 1 || gap && envelope.seq > seq, "{} after {seq}", envelope.seq);
        seq = envelope.seq;
    }
}

/// How many events of its story each feed has.
fn stored_by_feed(data_dir: &Path) -> HashMap<FeedId, i64> {
    let database = rusqlite::Connection::open(data_dir.join("tidings.db")).unwrap();
    let mut statement =
        database.prepare("SELECT feed_id, count(*) FROM events WHERE type = ?1 GROUP BY feed_id").unwrap();
    let rows = statement.query_map([STORY], |row| Ok((FeedId(row.get(0)?), row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}
