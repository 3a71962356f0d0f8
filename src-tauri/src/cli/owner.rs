//! Whoever may change the feeds of a data directory: the process that runs on it, or else this one.
//!
//! Deliberately not here: what is changed (`feed.rs`).
use super::feed::find;
use super::interrupt::Interrupt;
use super::output::reader_gone;
use super::{Failed, Outcome, storage};
use crate::control::{self, ControlError, Reply, Request};
use crate::secrets::Places;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tidings_engine::{
    Announcement, Engine, EngineError, EngineOptions, Feed, FeedId, FeedStatus, Gap, GapQuery, History, NoHooks,
    Notifier, RemovedFeed, Settings, StoreError, SystemClock,
};
use tidings_event_source::Policy;
use tokio::runtime::Runtime;

/// A process that owns the directory but does not answer yet (it starts, or is another command) is given this long.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is being written when the user has enough is given this long.
const GRACE: Duration = Duration::from_secs(1);

pub(super) struct Owner {
    data_dir: PathBuf,
    runtime: Runtime,
    /// Opened when nobody else runs on the directory and something has to be changed.
    engine: Option<Engine>,
}

/// The feeds as they can be seen: with their state if they are running.
pub(super) enum Seen {
    Running(Vec<FeedStatus>),
    Resting(Vec<Feed>),
}

impl Owner {
    pub(super) fn of(data_dir: PathBuf) -> Result<Self, Failed> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failed::work)?;
        Ok(Self { data_dir, runtime, engine: None })
    }

    /// Has something done. A refusal is a failure.
    pub(super) fn ask(&mut self, request: Request) -> Result<Reply, Failed> {
        let Self { data_dir, runtime, engine } = self;
        let reply = runtime.block_on(async {
            let until = Instant::now() + PATIENCE;
            loop {
                if let Some(engine) = engine {
                    return Ok(control::answer(engine, request).await);
                }
                match control::ask(data_dir, request.clone()).await {
                    Err(ControlError::NotRunning) => {}
                    reply => return reply.map_err(Failed::work),
                }
                match Engine::open(options(data_dir.clone())) {
                    Ok(opened) => *engine = Some(opened),
                    Err(EngineError::Store(StoreError::Owned { .. })) if Instant::now() < until => {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    Err(error) => return Err(Failed::work(error)),
                }
            }
        })?;
        match reply {
            Reply::Refused { message, .. } => Err(Failed::Work(message)),
            reply => Ok(reply),
        }
    }

    /// [`ask`](Self::ask) for what means nothing unless feeds are being followed.
    pub(super) fn ask_running(&mut self, request: Request) -> Result<Reply, Failed> {
        match self.look()? {
            Seen::Running(_) if self.engine.is_none() => self.ask(request),
            _ => Err(not_running()),
        }
    }

    /// Asks the running process for something that goes on, and hands each reply to `each` until that breaks, the user has
    /// enough, or the reader of standard output goes away. That the other side ends is a failure.
    pub(super) fn follow(&mut self, request: Request, mut each: impl FnMut(Reply) -> ControlFlow<Outcome>) -> Outcome {
        let interrupt = Interrupt::listen(None, GRACE).map_err(Failed::work)?;
        self.runtime.block_on(async {
            let mut end = None;
            let following = control::follow(&self.data_dir, request, |reply| match each(reply) {
                ControlFlow::Continue(()) => ControlFlow::Continue(()),
                ControlFlow::Break(outcome) => {
                    end = Some(outcome);
                    ControlFlow::Break(())
                }
            });
            tokio::select! {
                biased;
                () = interrupt.came() => return Ok(()),
                () = reader_gone() => return Ok(()),
                followed = following => followed.map_err(Failed::work)?,
            }
            end.unwrap_or_else(|| Err(Failed::Work("Tidings has ended, or the feed was removed.".into())))
        })
    }

    /// [`ask`](Self::ask) for what is answered with a feed.
    pub(super) fn ask_for_feed(&mut self, request: Request) -> Result<Feed, Failed> {
        match self.ask(request)? {
            Reply::Feed(feed) => Ok(feed),
            _ => Err(not_understood()),
        }
    }

    /// What holds for all feeds.
    pub(super) fn settings(&mut self) -> Result<Box<Settings>, Failed> {
        match self.ask(Request::Settings)? {
            Reply::Settings(settings) => Ok(settings),
            _ => Err(not_understood()),
        }
    }

    /// The feed that is meant by a name or an id.
    pub(super) fn feed(&mut self, meant: &str) -> Result<Feed, Failed> {
        find(&self.feeds()?, meant).cloned().map_err(Failed::Work)
    }

    /// The same, for what means nothing unless feeds are being followed.
    pub(super) fn feed_running(&mut self, meant: &str) -> Result<Feed, Failed> {
        let Seen::Running(feeds) = self.look()? else { return Err(not_running()) };
        let feeds: Vec<_> = feeds.into_iter().map(|status| status.feed).collect();
        find(&feeds, meant).cloned().map_err(Failed::Work)
    }

    /// All feeds.
    pub(super) fn feeds(&mut self) -> Result<Vec<Feed>, Failed> {
        let Reply::Feeds(feeds) = self.ask(Request::Feeds)? else { return Err(not_understood()) };
        Ok(feeds.into_iter().map(|status| status.feed).collect())
    }

    /// The feeds that were removed and whose history stays.
    pub(super) fn removed(&mut self) -> Result<Vec<RemovedFeed>, Failed> {
        let Reply::RemovedFeeds(feeds) = self.ask(Request::RemovedFeeds)? else { return Err(not_understood()) };
        Ok(feeds)
    }

    /// [`removed`](Self::removed), without becoming their owner.
    pub(super) fn look_at_removed(&self) -> Result<Vec<RemovedFeed>, Failed> {
        let history = History::open(&self.data_dir).map_err(Failed::work)?;
        Ok(history.retired().map_err(Failed::work)?.iter().map(RemovedFeed::of).collect())
    }

    /// The times in which a feed was not connected, newest first. Read beside whoever owns them.
    pub(super) fn gaps(&self, feed: FeedId) -> Result<Vec<Gap>, Failed> {
        let history = History::open(&self.data_dir).map_err(Failed::work)?;
        history.gaps(GapQuery { feed, from: None, until: None }).map_err(Failed::work)
    }

    /// Looks at the feeds without becoming their owner.
    pub(super) fn look(&self) -> Result<Seen, Failed> {
        // A history that cannot be read is told below, if it matters.
        if let Ok(history) = History::open(&self.data_dir) {
            storage::warn(&self.data_dir, &history);
        }
        match self.runtime.block_on(control::ask(&self.data_dir, Request::Feeds)) {
            Ok(Reply::Feeds(feeds)) => Ok(Seen::Running(feeds)),
            Ok(Reply::Refused { message, .. }) => Err(Failed::Work(message)),
            Ok(_) => Err(not_understood()),
            Err(ControlError::NotRunning) => {
                let history = History::open(&self.data_dir).map_err(Failed::work)?;
                Ok(Seen::Resting(history.feeds().map_err(Failed::work)?))
            }
            Err(error) => Err(Failed::work(error)),
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if let Some(engine) = &self.engine {
            self.runtime.block_on(engine.shut_down());
        }
    }
}

fn not_running() -> Failed {
    Failed::Work("Tidings is not running, so no feed is connected; start it, or use tidings run.".into())
}

pub(super) fn not_understood() -> Failed {
    Failed::Work("The running Tidings gave an unexpected answer; it may be of another version, so restart it.".into())
}

fn options(data_dir: PathBuf) -> EngineOptions {
    let secrets = Arc::new(Places::new(&data_dir));
    EngineOptions {
        data_dir,
        secrets,
        user_agent: crate::USER_AGENT.into(),
        notifier: Arc::new(Nobody),
        clock: Arc::new(SystemClock),
        connect: false,
        policy: Policy::FEED,
        hooks: Arc::new(NoHooks),
    }
}

/// Nothing arrives while feeds are edited, so nothing is announced.
struct Nobody;

impl Notifier for Nobody {
    fn announce(&self, _: Announcement) {}
}
