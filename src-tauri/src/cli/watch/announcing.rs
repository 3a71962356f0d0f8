//! `--notify`: events as desktop notifications, not more of them at once than the engine would show.
//!
//! Deliberately not here: what becomes of a click. There is no window to open and nothing stored to mark.
use super::argument;
use crate::notification::Desktop;
use crate::platform::language::language;
use std::cell::RefCell;
use tidings_engine::announce::{Candidate, Choices, Clock as _, Effects, FeedAnnouncing, Policy, SystemClock};
use tidings_engine::{Announcement, AnnouncementId, Answer, EventId, FeedId, Notifier as _, Settings, Target, mapping};
use tidings_event_source::Event;
use tokio::sync::Notify;

pub(super) struct Announcing {
    desktop: Desktop,
    /// What the notifications say they come from: the host, which is short.
    feeds: Vec<String>,
    policy: RefCell<Policy>,
    /// Something waits for its time.
    waiting: Notify,
}

impl Announcing {
    pub(super) fn new(addresses: &[argument::Address]) -> Self {
        let name = |address: &argument::Address| address.url.host_str().unwrap_or(&address.shown).to_owned();
        let choices = Choices { language: language(), ..Choices::from(&Settings::default()) };
        Self {
            desktop: Desktop::connect(|_| {}),
            feeds: addresses.iter().map(name).collect(),
            policy: RefCell::new(Policy::new(choices, SystemClock.zone(), AnnouncementId(0))),
            waiting: Notify::new(),
        }
    }

    pub(super) fn offer(&self, feed: usize, event: &Event<'_>) {
        let mapped = mapping::map(event.event_type, event.data);
        let candidate = Candidate {
            event: EventId(0),
            feed: FeedId(i64::try_from(feed).unwrap_or_default()),
            feed_name: self.feeds[feed].clone(),
            feed_folder: String::new(),
            notify: true,
            choices: FeedAnnouncing::default(),
            silent: None,
            catch_up: false,
            title: mapped.title,
            body: mapped.body,
            urgency: mapped.urgency,
            link: None,
            group: None,
            icon: None,
            sound: None,
        };
        let mut effects = Effects::default();
        self.policy.borrow_mut().offer(candidate, &SystemClock.now(), &mut effects);
        self.announce(effects);
        self.waiting.notify_one();
    }

    /// Tells of what did not fit when it came, as long as it is polled.
    pub(super) async fn later(&self) {
        loop {
            let wait = self.policy.borrow_mut().wait(&SystemClock.now());
            match wait {
                // Something new may change what is waited for; that the time is over is no more than that.
                Some(wait) => drop(tokio::time::timeout(wait, self.waiting.notified()).await),
                None => self.waiting.notified().await,
            }
            self.take_due();
        }
    }

    fn take_due(&self) {
        let mut effects = Effects::default();
        self.policy.borrow_mut().take_due(&SystemClock.now(), &mut effects);
        self.announce(effects);
    }

    /// There is nothing to show but the notification itself, and nobody to take what the desktop says of it.
    fn announce(&self, effects: Effects) {
        for announcement in effects.announce {
            if let Some(id) = announcement.id {
                let delivered = Answer::Delivered { number: 0 };
                self.policy.borrow_mut().answered(id, delivered, &SystemClock.now(), &mut Effects::default());
            }
            let target = announcement.feed.map_or(announcement.target, Target::Feed);
            self.desktop.announce(Announcement { id: None, target, ..announcement });
        }
    }

    /// Tells of what still waits, and waits until the desktop has it all; it is given a few seconds.
    pub(super) async fn finish(&self) {
        loop {
            let wait = self.policy.borrow_mut().wait(&SystemClock.now());
            let Some(wait) = wait else { break };
            tokio::time::sleep(wait).await;
            self.take_due();
        }
        self.desktop.delivered().await;
    }
}
