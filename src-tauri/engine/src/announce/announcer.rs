//! Hands announcements to the notifier: at once where that is right, later where a summary waits.
//!
//! Deliberately not here: what is right (`burst.rs`).
use super::burst::{Bursts, Candidate};
use super::{Announcement, Notifier};
use crate::FeedId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::Notify;

/// Shared by the thread that commits events and the task that waits for summaries.
pub(crate) struct Announcer {
    notifier: Arc<dyn Notifier>,
    bursts: Mutex<Bursts>,
    /// A summary waits that did not before.
    waiting: Notify,
    /// Whether the user wants anything announced.
    enabled: AtomicBool,
}

impl Announcer {
    pub(crate) fn new(notifier: Arc<dyn Notifier>, enabled: bool) -> Self {
        let enabled = AtomicBool::new(enabled);
        Self { notifier, bursts: Mutex::default(), waiting: Notify::new(), enabled }
    }

    /// Whether anything is announced from now on.
    pub(crate) fn set_enabled(&self, enabled: bool) {
        self.enabled.store(enabled, Ordering::Relaxed);
        if !enabled {
            *self.bursts() = Bursts::default();
        }
    }

    /// Announces an event that is stored, now or as part of a summary.
    pub(crate) fn offer(&self, event: Candidate) {
        if !self.enabled.load(Ordering::Relaxed) {
            return;
        }
        let (announcement, waits) = {
            let mut bursts = self.bursts();
            let announcement = bursts.offer(event, Instant::now());
            (announcement, bursts.due().is_some())
        };
        if waits {
            self.waiting.notify_one();
        }
        if let Some(announcement) = announcement {
            self.notifier.announce(announcement);
        }
    }

    /// Announces something that is no event.
    pub(crate) fn tell(&self, announcement: Announcement) {
        if self.enabled.load(Ordering::Relaxed) {
            self.notifier.announce(announcement);
        }
    }

    /// What waits of a feed is not announced any more.
    pub(crate) fn forget(&self, feed: FeedId) {
        self.bursts().forget(feed);
    }

    /// Tells summaries when they are due, for ever.
    pub(crate) async fn run(&self) {
        loop {
            let due = self.bursts().due();
            match due {
                None => self.waiting.notified().await,
                Some(due) => tokio::time::sleep_until(due.into()).await,
            }
            let due = self.bursts().take_due(Instant::now());
            for announcement in due {
                self.notifier.announce(announcement);
            }
        }
    }

    fn bursts(&self) -> MutexGuard<'_, Bursts> {
        self.bursts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
