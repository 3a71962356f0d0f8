//! The whole engine against a server that says exactly the bytes a test wants.
mod absence;
mod announcing;
mod arranging;
mod changes;
mod delivery;
mod ending;
mod failures;
mod faults;
mod figures;
mod leaving;
mod log;
mod network;
mod removal;
mod retention;
mod scale;
mod telling;
mod world;

use crate::config::config;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tidings_engine::{
    Announcement, Engine, EngineOptions, EventSummary, Feed, FeedConfig, FeedId, FeedState, NoHooks, Notifier,
    PageQuery, SystemClock,
};
use tidings_event_source::Policy;
use tidings_test_support::eventually;

/// The longest that anything is waited for.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// Keeps what it is given.
#[derive(Default)]
pub(crate) struct Recorder(Mutex<Vec<Announcement>>);

impl Notifier for Recorder {
    /// Fails at the title "fault" and at every alert of a feed named so.
    fn announce(&self, announcement: Announcement) {
        assert!(!announcement.title.starts_with("fault"), "a notifier with a fault");
        self.0.lock().unwrap().push(announcement);
    }
}

impl Recorder {
    pub(crate) fn titles(&self) -> Vec<String> {
        self.0.lock().unwrap().iter().map(|announcement| announcement.title.clone()).collect()
    }

    pub(crate) fn all(&self) -> Vec<Announcement> {
        self.0.lock().unwrap().clone()
    }
}

/// An engine in a directory of its own.
pub(crate) struct Running {
    pub(crate) dir: TempDir,
    pub(crate) engine: Engine,
    pub(crate) notifier: Arc<Recorder>,
}

impl Running {
    pub(crate) fn new() -> Self {
        Self::open(tempfile::tempdir().unwrap())
    }

    pub(crate) fn open(dir: TempDir) -> Self {
        Self::open_connecting(dir, true)
    }

    pub(crate) fn open_connecting(dir: TempDir, connect: bool) -> Self {
        let notifier = Arc::new(Recorder::default());
        let engine = Engine::open(options(dir.path(), &notifier, connect)).unwrap();
        Self { dir, engine, notifier }
    }

    /// Ends the engine and starts it again. On a slow disk the store may close after the engine's two seconds.
    pub(crate) async fn restarted(self) -> Self {
        self.engine.shut_down().await;
        let Self { dir, notifier, .. } = self;
        let open = async || Engine::open(options(dir.path(), &notifier, true)).ok();
        let engine = eventually(LIMIT, "the end of the former engine", open).await;
        Self { dir, engine, notifier }
    }

    pub(crate) async fn add(&self, url: &str) -> Feed {
        self.engine.add_feed(direct(url)).await.unwrap()
    }

    /// All events, newest first.
    pub(crate) async fn events(&self) -> Vec<EventSummary> {
        let query = PageQuery { limit: 500, ..PageQuery::default() };
        self.engine.page(query).await.unwrap().events
    }

    /// The titles of all events, oldest first, once there are so many.
    pub(crate) async fn titles(&self, count: usize) -> Vec<String> {
        let titles = async || {
            let titles: Vec<_> = self.events().await.into_iter().rev().map(|event| event.title).collect();
            (titles.len() >= count).then_some(titles)
        };
        eventually(LIMIT, &format!("the arrival of {count} events"), titles).await
    }

    pub(crate) async fn state(&self, feed: FeedId) -> Option<FeedState> {
        self.engine.feeds().await.unwrap().into_iter().find(|status| status.id() == feed).map(|status| status.state)
    }

    /// Waits for a state that gives something.
    pub(crate) async fn when<T>(&self, feed: FeedId, what: &str, mut find: impl FnMut(FeedState) -> Option<T>) -> T {
        eventually(LIMIT, what, async || self.state(feed).await.and_then(&mut find)).await
    }

    pub(crate) async fn when_open(&self, feed: FeedId) {
        self.when(feed, "an open stream", |state| matches!(state, FeedState::Open { .. }).then_some(())).await;
    }
}

pub(crate) fn options(data_dir: &Path, notifier: &Arc<Recorder>, connect: bool) -> EngineOptions {
    EngineOptions {
        data_dir: data_dir.to_owned(),
        user_agent: "Tidings/test".to_owned(),
        notifier: Arc::clone(notifier) as Arc<dyn Notifier>,
        clock: Arc::new(SystemClock),
        connect,
        policy: Policy::FEED,
        hooks: Arc::new(NoHooks),
        secrets: Arc::new(crate::secrets::Memory),
    }
}

/// A feed on this machine, past whatever proxy the environment names.
pub(crate) fn direct(url: &str) -> FeedConfig {
    FeedConfig { proxy: tidings_engine::ProxyChoice::None, ..config("test", url) }
}
