//! Native notifications: the engine's [`Notifier`] for the desktop, and what the user answers on a notification.
//!
//! Deliberately not here: what is announced and how often (the engine's `announce.rs`), Tauri and the window (the
//! headless engine and `watch --notify` announce too), and opening links.
mod answer;
mod description;
#[cfg(all(unix, not(target_os = "macos")))]
mod do_not_disturb;
#[cfg(all(unix, not(target_os = "macos")))]
mod icon;
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod native;
#[cfg(all(unix, not(target_os = "macos")))]
mod service;
#[cfg(all(unix, not(target_os = "macos")))]
mod shown;

#[cfg(not(all(unix, not(target_os = "macos"))))]
use native as delivery;
#[cfg(all(unix, not(target_os = "macos")))]
use service as delivery;

pub use answer::obey;
pub use description::shortened;

use crate::platform::language::language;
use std::time::Duration;
use tidings_engine::{Announcement, AnnouncementId, Answer, EventId, FeedId, Language, Notifier, Reports, Target};
use tokio::sync::{mpsc, oneshot, watch};

/// How many notifications may wait for the desktop. The engine announces a few a second at most; only a desktop that does
/// not answer lets them wait.
const QUEUE: usize = 256;

/// How long a call to the notification service may take. A frozen service would otherwise block for ever.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// What the user asked for on a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A click: show what it is about; `None`: only the program.
    Open {
        /// What the notification was about.
        target: Option<Target>,
        /// The right to raise a window that some desktops (Wayland) hand out with the click.
        activation_token: Option<String>,
    },
    /// The button "Open link".
    OpenLink(Link),
    /// The button "Mark read".
    MarkRead {
        /// The event that the notification was about.
        event: EventId,
    },
    /// The button "Mute feed 1 h".
    MuteFeed {
        /// The feed that the notification was about.
        feed: FeedId,
    },
}

/// Where a link is found when it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// In the history, with its event.
    Of(EventId),
    /// In no history, because it is that of a test.
    Address(String),
}

/// How the notification service of the desktop fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Not asked yet.
    Unknown,
    /// It answers, or starts when it is called.
    Present,
    /// There is none. Announcing resumes by itself when one appears.
    Absent,
    /// There is one, and it does not answer. It is asked again with the next announcement.
    Silent,
}

/// One thing to deliver, in order.
enum Job {
    Announce(Announcement),
    /// The program speaks for itself.
    Tell {
        title: String,
        body: String,
        language: Language,
    },
    /// What the notification was about has been seen elsewhere.
    Withdraw(Target),
    /// Everything before this has been delivered, or refused for good.
    Delivered(oneshot::Sender<()>),
}

/// The desktop's notifications, over one lasting connection that sends and listens, on a thread of its own.
///
/// Dropping it delivers what waits; the connection ends after that.
#[derive(Debug)]
pub struct Desktop {
    jobs: mpsc::Sender<Job>,
    service: watch::Receiver<Service>,
    reports: watch::Sender<Option<Reports>>,
}

/// What the thread that delivers has to say, and to whom.
struct Listeners<'a> {
    /// How the service fares.
    service: &'a watch::Sender<Service>,
    /// The engine, once it wants to know.
    reports: watch::Receiver<Option<Reports>>,
    /// Who takes what the user answers.
    on_action: &'a dyn Fn(Action),
}

impl Listeners<'_> {
    /// What is returned ends when the answer is written down.
    fn answered(&self, announcement: Option<AnnouncementId>, answer: Answer) -> impl Future<Output = ()> + use<> {
        let reports = self.reports.borrow();
        let written = announcement.zip(reports.as_ref()).map(|(id, reports)| reports.answered(id, answer));
        async move {
            if let Some(written) = written {
                written.await;
            }
        }
    }

    fn refused(&self, announcement: Option<AnnouncementId>, words: &str) {
        tracing::warn!(words, "a notification was not delivered; its event is in the history");
        drop(self.answered(announcement, Answer::Refused { words: words.to_owned() }));
    }

    /// The service fares so now.
    fn set(&self, next: Service) {
        self.service.send_if_modified(|now| std::mem::replace(now, next) != next);
    }
}

impl Desktop {
    /// Connects to the desktop of this session, without waiting for it.
    ///
    /// `on_action` is called on the notification thread: it must pass on what it gets and not block.
    pub fn connect(on_action: impl Fn(Action) + Send + 'static) -> Self {
        Self::start(None, on_action)
    }

    /// Connects to the desktop on the session bus at `address` instead of the environment's.
    #[cfg(all(unix, not(target_os = "macos")))]
    pub fn connect_at(address: &str, on_action: impl Fn(Action) + Send + 'static) -> Self {
        Self::start(Some(address.to_owned()), on_action)
    }

    fn start(address: Option<String>, on_action: impl Fn(Action) + Send + 'static) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (status, service) = watch::channel(Service::Unknown);
        let (reports, heard) = watch::channel(None);
        let thread = std::thread::Builder::new().name("notification".to_owned()).spawn(move || {
            let listeners = Listeners { service: &status, reports: heard, on_action: &on_action };
            delivery::run(address, queue, &listeners);
        });
        if let Err(error) = thread {
            // The queue is gone with the thread, so every announcement is refused and logged below.
            tracing::error!(%error, "no thread for notifications");
        }
        Self { jobs, service, reports }
    }

    /// How the desktop's notification service fares, and how that changes.
    pub fn service(&self) -> watch::Receiver<Service> {
        self.service.clone()
    }

    /// Says something about the program itself, in this language. A click raises the window.
    pub fn tell(&self, language: Language, title: &str, body: &str) {
        self.submit(Job::Tell { title: title.to_owned(), body: body.to_owned(), language });
    }

    /// Takes back the notification about `target`, if one is on the screen or in the desktop's list.
    pub fn withdraw(&self, target: Target) {
        self.submit(Job::Withdraw(target));
    }

    /// Waits until everything announced so far has been delivered or refused; a service that does not answer is given up
    /// after a few seconds. To be awaited before the process ends.
    pub async fn delivered(&self) {
        let (done, wait) = oneshot::channel();
        let sent = tokio::time::timeout(ANSWER_TIME, self.jobs.send(Job::Delivered(done))).await;
        if matches!(sent, Ok(Ok(()))) {
            let _ = tokio::time::timeout(ANSWER_TIME * 2, wait).await;
        }
    }

    fn submit(&self, job: Job) {
        if let Err(error) = self.jobs.try_send(job) {
            let why = match &error {
                mpsc::error::TrySendError::Full(_) => "the desktop does not answer and too many wait already",
                mpsc::error::TrySendError::Closed(_) => "the notification thread has ended",
            };
            tracing::warn!(why, "a notification was not delivered; its event is in the history");
            let (mpsc::error::TrySendError::Full(job) | mpsc::error::TrySendError::Closed(job)) = error;
            if let (Job::Announce(Announcement { id: Some(id), .. }), Some(reports)) = (job, &*self.reports.borrow()) {
                drop(reports.answered(id, Answer::Refused { words: why.to_owned() }));
            }
        }
    }
}

impl Notifier for Desktop {
    fn announce(&self, announcement: Announcement) {
        self.submit(Job::Announce(announcement));
    }

    fn report_to(&self, reports: Reports) -> bool {
        self.reports.send_replace(Some(reports));
        true
    }

    fn language(&self) -> Language {
        language()
    }
}
