//! The servers: each feed has a path, each connection to it a fault that follows from the seed.
//!
//! Deliberately not here: what the faults are (`tidings_test_support::fault`).
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tidings_test_support::fault::{Fault, Story, tell_well};
use tidings_test_support::sse_server::{Connection, SseServer};

/// How many feeds there are, and how long the story of each is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Feeds {
    pub(crate) good: usize,
    pub(crate) faulty: usize,
    pub(crate) length: usize,
}

/// Two servers, the second of which is where redirects lead.
pub(crate) struct Server {
    feeds: Feeds,
    here: SseServer,
    _elsewhere: SseServer,
    plan: Arc<Plan>,
}

struct Plan {
    seed: u64,
    feeds: Feeds,
    /// Between two events of a feed that is served well: its story takes as long as the chaos.
    pause: Duration,
    behaves: AtomicBool,
    /// How many connections each path has had.
    connections: Mutex<HashMap<String, Arc<AtomicUsize>>>,
}

/// Whether the server misbehaves towards this path.
pub(crate) fn is_faulty(path: &str) -> bool {
    path.starts_with("/faulty")
}

impl Server {
    pub(crate) async fn start(seed: u64, feeds: Feeds, time: Duration) -> Self {
        let pause = time / u32::try_from(feeds.length).expect("a short story");
        let (behaves, connections) = (AtomicBool::new(false), Mutex::default());
        let plan = Arc::new(Plan { seed, feeds, pause, behaves, connections });
        let there = Arc::clone(&plan);
        let elsewhere = SseServer::start(move |connection| {
            let plan = Arc::clone(&there);
            async move {
                let story = plan.story(connection.request.target());
                let part = Fault::CleanEnd;
                part.answer(connection, &story, 5, "").await;
            }
        })
        .await;
        let (same, other) = (Arc::clone(&plan), elsewhere.url(""));
        let here = SseServer::start(move |connection| {
            let (plan, other) = (Arc::clone(&same), other.clone());
            async move { plan.answer(connection, &other).await }
        })
        .await;
        Self { feeds, here, _elsewhere: elsewhere, plan }
    }

    /// The paths that have a story.
    pub(crate) fn paths(&self) -> Vec<String> {
        let good = (0..self.feeds.good).map(|number| format!("/good/{number}"));
        good.chain((0..self.feeds.faulty).map(|number| format!("/faulty/{number}"))).collect()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        self.here.url(path)
    }

    pub(crate) fn story(&self, path: &str) -> Story {
        self.plan.story(path)
    }

    /// From now on every story is told well, and to its end.
    pub(crate) fn behave(&self) {
        self.plan.behaves.store(true, Ordering::Relaxed);
    }

    /// When each path was asked for.
    pub(crate) fn requests_by_path(&self) -> HashMap<String, Vec<Instant>> {
        let mut requests: HashMap<_, Vec<_>> = HashMap::new();
        for request in self.here.requests() {
            requests.entry(request.target().to_owned()).or_default().push(request.accepted);
        }
        requests
    }
}

impl Plan {
    fn story(&self, path: &str) -> Story {
        Story { name: path.to_owned(), length: self.feeds.length }
    }

    async fn answer(&self, connection: Connection, elsewhere: &str) {
        let path = connection.request.target().to_owned();
        let story = self.story(path.split('?').next().unwrap_or_default());
        if !is_faulty(&path) {
            return tell_well(connection, &story, self.pause).await;
        }
        if self.behaves.load(Ordering::Relaxed) {
            return tell_well(connection, &story, Duration::ZERO).await;
        }
        let count = Arc::clone(self.connections.lock().unwrap().entry(path.clone()).or_default());
        let number = count.fetch_add(1, Ordering::Relaxed);
        let mut random = self.random(&path, number);
        let fault = random.choice(Fault::ALL).expect("there are faults");
        // Only a part of what is left, or the story would be over at once.
        let heard = connection.request.header("Last-Event-ID").and_then(|id| id.parse().ok()).unwrap_or(0);
        let part = Story { length: story.length.min(heard + random.usize(0..30)), ..story };
        let elsewhere = format!("{elsewhere}{path}");
        let told = fault.answer(connection, &part, random.usize(0..15), &elsewhere);
        if fault == Fault::HalfOpen {
            // Only the client's own patience ends it.
            return told.await;
        }
        // Cut off wherever it is.
        let _ = tokio::time::timeout(Duration::from_millis(random.u64(10..400)), told).await;
    }

    /// What is random about the connection of this number.
    fn random(&self, path: &str, number: usize) -> fastrand::Rng {
        let mut seed = self.seed;
        for byte in path.bytes().chain(number.to_le_bytes()) {
            seed = fastrand::Rng::with_seed(seed ^ u64::from(byte)).u64(..);
        }
        fastrand::Rng::with_seed(seed)
    }
}
