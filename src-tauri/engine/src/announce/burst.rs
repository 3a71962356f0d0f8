//! No floods: a few announcements of a feed one by one, what exceeds them as one that counts.
//!
//! Pure: the time comes in from outside. Deliberately not here: who waits for the time to come (`announcer.rs`).
use super::{Announcement, Target};
use crate::{EventId, FeedId, Urgency};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many announcements of a feed may follow one another, and after how long each makes room for another.
const SIZE: u32 = 5;
const TOKEN: Duration = Duration::from_secs(2);
/// How long an empty bucket takes to fill.
const PERIOD: Duration = TOKEN.saturating_mul(SIZE);
/// How often the summary of a burst is brought up to date at most.
const SUMMARY_INTERVAL: Duration = Duration::from_secs(1);
/// How many characters of a body an announcement shows.
const BODY: usize = 400;

/// An event that is to be announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The event.
    pub event: EventId,
    /// Whose it is.
    pub feed: FeedId,
    /// The feed's name.
    pub feed_name: String,
    /// One line.
    pub title: String,
    /// Any length; cut for announcing.
    pub body: String,
    /// How much it matters.
    pub urgency: Urgency,
    /// http, https or mailto.
    pub link: Option<String>,
}

/// What is announced just now, feed by feed.
#[derive(Debug, Default)]
pub struct Bursts {
    feeds: BTreeMap<FeedId, Bucket>,
    /// Makes the keys of summaries differ from one another.
    summaries: u64,
}

/// A token bucket, and the summary of what it does not let through.
#[derive(Debug)]
struct Bucket {
    /// When it will be full again, if nothing more is announced. Until then it is a token short for each [`TOKEN`].
    full_at: Instant,
    summary: Option<Summary>,
}

/// Events that are announced together.
#[derive(Debug)]
struct Summary {
    key: String,
    count: u64,
    latest: Candidate,
    /// The highest of them.
    urgency: Urgency,
    latest_at: Instant,
    told_at: Option<Instant>,
    /// Whether something came since it was told.
    changed: bool,
}

impl Summary {
    /// When it is to be told again; `None` when there is nothing new.
    fn due(&self) -> Option<Instant> {
        self.changed.then(|| self.told_at.map_or(self.latest_at, |told_at| told_at + SUMMARY_INTERVAL))
    }

    fn tell(&mut self, now: Instant) -> Announcement {
        self.told_at = Some(now);
        self.changed = false;
        Announcement {
            replaces: Some(self.key.clone()),
            target: Target::Feed(self.latest.feed),
            feed: self.latest.feed,
            feed_name: self.latest.feed_name.clone(),
            title: match self.count {
                1 => format!("{}: 1 more event", self.latest.feed_name),
                count => format!("{}: {count} more events", self.latest.feed_name),
            },
            body: self.latest.title.clone(),
            urgency: self.urgency,
            link: None,
        }
    }
}

impl Bursts {
    /// What is to be announced now that this event has come: itself, the summary it belongs to, or nothing yet.
    pub fn offer(&mut self, event: Candidate, now: Instant) -> Option<Announcement> {
        let bucket = self.feeds.entry(event.feed).or_insert_with(|| Bucket { full_at: now, summary: None });
        // A burst is over when nothing has come for as long as a bucket takes to fill.
        if bucket.summary.as_ref().is_some_and(|summary| !summary.changed && summary.latest_at + PERIOD <= now) {
            bucket.summary = None;
        }
        if bucket.summary.is_none() {
            let full_at = bucket.full_at.max(now) + TOKEN;
            if full_at <= now + PERIOD {
                bucket.full_at = full_at;
                return Some(alone(event));
            }
            self.summaries += 1;
        }
        let summary = bucket.summary.get_or_insert_with(|| Summary {
            key: format!("burst-{}", self.summaries),
            count: 0,
            latest: event.clone(),
            urgency: event.urgency,
            latest_at: now,
            told_at: None,
            changed: false,
        });
        summary.count += 1;
        summary.urgency = summary.urgency.max(event.urgency);
        summary.latest = event;
        summary.latest_at = now;
        summary.changed = true;
        summary.due().is_some_and(|due| due <= now).then(|| summary.tell(now))
    }

    /// When the next summary is to be told; `None` when none is waiting.
    pub fn due(&self) -> Option<Instant> {
        self.feeds.values().filter_map(|bucket| bucket.summary.as_ref()?.due()).min()
    }

    /// The summaries that are due.
    pub fn take_due(&mut self, now: Instant) -> Vec<Announcement> {
        let summaries = self.feeds.values_mut().filter_map(|bucket| bucket.summary.as_mut());
        summaries
            .filter(|summary| summary.due().is_some_and(|due| due <= now))
            .map(|summary| summary.tell(now))
            .collect()
    }

    /// Forgets a feed that is gone, or is not to be announced any more.
    pub fn forget(&mut self, feed: FeedId) {
        self.feeds.remove(&feed);
    }
}

/// An announcement of one event.
fn alone(event: Candidate) -> Announcement {
    let body = event.body.char_indices().nth(BODY).map_or(event.body.as_str(), |(at, _)| &event.body[..at]).to_owned();
    Announcement {
        replaces: None,
        target: Target::Event(event.event),
        feed: event.feed,
        feed_name: event.feed_name,
        title: event.title,
        body,
        urgency: event.urgency,
        link: event.link,
    }
}
