//! `--notify`: events as desktop notifications, not more of them at once than the engine would show.
//!
//! Deliberately not here: what becomes of a click. There is no window to open and nothing stored to mark.
use super::argument;
use crate::notification::Desktop;
use std::cell::RefCell;
use std::time::Instant;
use tidings_engine::announce::{Bursts, Candidate};
use tidings_engine::{Announcement, EventId, FeedId, Notifier as _, Target, mapping};
use tidings_event_source::Event;
use tokio::sync::Notify;
use tokio::time::sleep_until;

pub(super) struct Announcing {
    desktop: Desktop,
    /// What the notifications say they come from: the host, which is short.
    feeds: Vec<String>,
    bursts: RefCell<Bursts>,
    /// A summary waits for its time.
    waiting: Notify,
}

impl Announcing {
    pub(super) fn new(addresses: &[argument::Address]) -> Self {
        let name = |address: &argument::Address| address.url.host_str().unwrap_or(&address.shown).to_owned();
        Self {
            desktop: Desktop::connect(|_| {}),
            feeds: addresses.iter().map(name).collect(),
            bursts: RefCell::default(),
            waiting: Notify::new(),
        }
    }

    pub(super) fn offer(&self, feed: usize, event: &Event<'_>) {
        let mapped = mapping::map(event.event_type, event.data);
        let candidate = Candidate {
            event: EventId(0),
            feed: FeedId(i64::try_from(feed).unwrap_or_default()),
            feed_name: self.feeds[feed].clone(),
            title: mapped.title,
            body: mapped.body,
            urgency: mapped.urgency,
            link: None,
        };
        let now = self.bursts.borrow_mut().offer(candidate, Instant::now());
        if let Some(announcement) = now {
            self.announce(announcement);
        }
        self.waiting.notify_one();
    }

    /// Tells of what did not fit when it came, as long as it is polled.
    pub(super) async fn later(&self) {
        loop {
            let due = self.bursts.borrow().due();
            match due {
                Some(due) => sleep_until(due.into()).await,
                None => self.waiting.notified().await,
            }
            let summaries = self.bursts.borrow_mut().take_due(Instant::now());
            for summary in summaries {
                self.announce(summary);
            }
        }
    }

    fn announce(&self, announcement: Announcement) {
        let target = Target::Feed(announcement.feed);
        self.desktop.announce(Announcement { target, ..announcement });
    }

    /// Tells of what still waits, and waits until the desktop has it all; it is given a few seconds.
    pub(super) async fn finish(&self) {
        let due = self.bursts.borrow().due();
        if let Some(due) = due {
            let summaries = self.bursts.borrow_mut().take_due(due);
            for summary in summaries {
                self.announce(summary);
            }
        }
        self.desktop.delivered().await;
    }
}
