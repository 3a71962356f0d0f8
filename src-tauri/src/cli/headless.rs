//! `tidings run`: the whole engine with notifications; without a window if asked.
//!
//! Deliberately not here: the window (`window.rs` opens it).
use super::interrupt::Interrupt;
use super::{DataDir, Failed, Outcome, log, shown, window};
use crate::control::Server;
use crate::hook::Programs;
use crate::notification::{self, Action, Desktop};
use crate::platform::language::language;
use crate::platform::{files, world};
use crate::replay;
use crate::secrets::Places;
use clap::Args;
use std::collections::HashMap;
use std::io::{self, Write as _};
use std::mem::{Discriminant, discriminant};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tidings_engine::{
    Announcement, Engine, EngineEvent, EngineEvents, EngineOptions, FeedId, FeedState, FeedStatus, Language, Notifier,
    Reports, SystemClock,
};
use tidings_event_source::Policy;
use tokio::sync::{Notify, mpsc};

/// How long an interrupted engine may take to store what has arrived.
const GRACE: Duration = Duration::from_secs(10);

/// Follow all feeds, store and announce their events
///
/// With --headless there is no window and no tray icon, and nothing of a desktop is needed. It ends on SIGTERM, on Ctrl-C, and when its
/// terminal closes (unless `nohup` says otherwise).
/// What it does is logged on standard error; the environment variable `TIDINGS_LOG` says how much (warn, info, debug).
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) data: DataDir,
    /// Without a window
    #[arg(long)]
    headless: bool,
    /// Write a line to standard output for each stored event and each announcement
    #[arg(long, requires = "headless")]
    print: bool,
}

impl Run {
    pub(super) fn run(self) -> Outcome {
        if !self.headless {
            return window::open(self.data.chosen, false, None);
        }
        let data_dir = self.data.path()?;
        log::start(Some("info"));
        files::allow_many();
        let interrupt = Interrupt::listen(None, GRACE).map_err(Failed::work)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failed::work)?;
        runtime.block_on(async {
            while headless(data_dir.clone(), &interrupt, self.print).await? == Next::Anew {
                tracing::info!("a backup was restored; beginning anew");
            }
            Ok(())
        })
    }
}

/// What follows when the engine has ended.
#[derive(PartialEq, Eq)]
enum Next {
    End,
    /// Another history is there.
    Anew,
}

async fn headless(data_dir: PathBuf, interrupt: &Interrupt, printed: bool) -> Result<Next, Failed> {
    let (answer, mut answers) = mpsc::unbounded_channel();
    let announcer = Arc::new(Announcer { desktop: OnceLock::new(), reports: OnceLock::new(), answer, printed });
    let engine = Engine::open(EngineOptions {
        data_dir: data_dir.clone(),
        user_agent: crate::USER_AGENT.into(),
        notifier: Arc::clone(&announcer) as _,
        clock: Arc::new(SystemClock),
        connect: true,
        policy: Policy::FEED,
        hooks: Arc::new(Programs::default()),
        secrets: Arc::new(Places::new(&data_dir)),
    })
    .map_err(Failed::work)?;
    if let Some(set_aside) = engine.set_aside() {
        tracing::warn!("{}", set_aside.sentence());
    }
    replay::feed::sweep(&engine, &data_dir).await;
    // The directory is ours, so the desktop may be talked to.
    let desktop = announcer.desktop();
    // Listening comes first: what changes while the feeds are asked for is told afterwards.
    let events = engine.events();
    let (restored, give_way) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (on_restored, on_give_way) = (Arc::clone(&restored), Arc::clone(&give_way));
    let control = Server::start_headless(
        &data_dir,
        engine.clone(),
        move || on_give_way.notify_one(),
        move || on_restored.notify_one(),
    );
    if let Err(error) = &control {
        tracing::warn!(%error, "other commands cannot ask this process");
    }
    let mut report = Report { feeds: HashMap::new(), printed };
    for status in engine.feeds().await.map_err(Failed::work)? {
        report.feed(&status);
    }
    tracing::info!(data_dir = %data_dir.display(), feeds = report.feeds.len(), "running");
    let serving = async {
        tokio::join!(report.all(events), async {
            while let Some(action) = answers.recv().await {
                notification::obey(&engine, action, false).await;
            }
        });
    };
    let next = tokio::select! {
        () = interrupt.came() => Next::End,
        () = give_way.notified() => {
            tracing::info!("a window goes on from here");
            Next::End
        }
        () = restored.notified() => Next::Anew,
        () = serving => Next::End,
        () = world::watch(|change| engine.world_changed(change)) => Next::End,
    };
    drop(control);
    engine.shut_down().await;
    desktop.delivered().await;
    if next == Next::End {
        tracing::info!("ended");
    }
    Ok(next)
}

/// Delivers announcements, and writes them if asked.
struct Announcer {
    /// Connected when it is first needed.
    desktop: OnceLock<Desktop>,
    /// What the desktop reports by, given before it is connected.
    reports: OnceLock<Reports>,
    /// Takes what the user asked for on a notification.
    answer: mpsc::UnboundedSender<Action>,
    printed: bool,
}

impl Announcer {
    fn desktop(&self) -> &Desktop {
        self.desktop.get_or_init(|| {
            let answer = self.answer.clone();
            // Nobody listens any more while the process ends.
            let desktop = Desktop::connect(move |action| drop(answer.send(action)));
            if let Some(reports) = self.reports.get() {
                desktop.report_to(reports.clone());
            }
            desktop
        })
    }
}

impl Notifier for Announcer {
    fn announce(&self, announcement: Announcement) {
        if self.printed {
            let Announcement { feed_name, title, body, .. } = &announcement;
            let dash = if body.is_empty() { "" } else { " – " };
            print(&format!("announced  {feed_name}  {title}{dash}{body}"));
        }
        self.desktop().announce(announcement);
    }

    fn report_to(&self, reports: Reports) -> bool {
        self.reports.set(reports).is_ok()
    }

    fn language(&self) -> Language {
        language()
    }
}

/// Tells the log, and standard output if asked, what happens.
struct Report {
    /// The name of each feed, and its last known state.
    feeds: HashMap<FeedId, (String, Discriminant<FeedState>)>,
    printed: bool,
}

impl Report {
    /// Everything, until the engine has shut down.
    async fn all(&mut self, mut events: EngineEvents) {
        while let Some(envelope) = events.next().await {
            match &envelope.event {
                EngineEvent::Arrived { events } if self.printed => {
                    for event in events {
                        let feed = self.feeds.get(&event.feed_id).map_or("?", |(name, _)| name);
                        print(&format!("stored     {feed}  {}  {}", event.event_type, event.title));
                    }
                }
                EngineEvent::Missed if self.printed => {
                    print("missed     more has come than could be written here; it is stored");
                }
                EngineEvent::Feed { status } => self.feed(status),
                EngineEvent::FeedRemoved { feed } => {
                    if let Some((name, _)) = self.feeds.remove(feed) {
                        tracing::info!(feed = name, "removed");
                    }
                }
                _ => {}
            }
        }
    }

    /// Logs a feed's state if it is another than before.
    fn feed(&mut self, status: &FeedStatus) {
        let state = discriminant(&status.state);
        let name = &status.feed.config.name;
        let before = self.feeds.insert(status.id(), (name.clone(), state));
        if before.is_some_and(|(_, before)| before == state) {
            return;
        }
        match &status.state {
            FeedState::Paused => tracing::info!(feed = name, "paused"),
            FeedState::Connecting { .. } => tracing::debug!(feed = name, "connecting"),
            FeedState::Open { .. } => tracing::info!(feed = name, "open"),
            FeedState::Polling { every_ms, .. } => tracing::info!(feed = name, every_ms, "polling"),
            FeedState::Waiting { cause, .. } => tracing::info!(feed = name, "lost: {}", cause.message),
            FeedState::NoNetwork => tracing::info!(feed = name, "waiting for a network"),
            FeedState::NeedsAttention { cause, .. } => {
                tracing::warn!(feed = name, "needs attention: {}", cause.message);
            }
            FeedState::Closed { cause } => tracing::warn!(feed = name, "closed: {}", cause.message),
        }
    }
}

/// A line of standard output. That nobody reads it is no reason to stop following.
fn print(line: &str) {
    let time = jiff::Zoned::now().strftime("%H:%M:%S").to_string();
    let _ = writeln!(io::stdout(), "{time}  {}", shown::line(line));
}
