//! What the engine knows of its feeds at this moment: their settings, states and counts, without asking the disk.
//!
//! Deliberately not here: how states come about (`subscription.rs`), telling of changes (`teller.rs`).
use crate::announce::FeedAnnouncing;
use crate::arrangement::tidied;
use crate::connection_log::ConnectionLog;
use crate::intake::SharedIntake;
use crate::store::{FeedCounts, RetiredFeed, StoredFeed};
use crate::{Counts, Feed, FeedConfig, FeedId, FeedState, FeedStatus, KeptSecret, Placed, RemovedFeed, Retention};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The feeds as they are now.
pub(crate) struct Overview {
    feeds: Mutex<Feeds>,
    /// Something changed that is to be told.
    pub(crate) stirred: Notify,
}

#[derive(Default)]
struct Feeds {
    by_id: BTreeMap<FeedId, Entry>,
    /// The user's order, with the feeds of each folder together.
    order: Vec<FeedId>,
    /// Those that were removed and whose history stays, the latest first.
    retired: Vec<RetiredFeed>,
    counts_changed: bool,
}

struct Entry {
    feed: Feed,
    state: FeedState,
    counts: FeedCounts,
    /// Milliseconds since the Unix epoch.
    certificate_valid_until: Option<i64>,
    last_byte: LastByte,
    log: ConnectionLog,
    intake: SharedIntake,
    changed: bool,
}

impl Entry {
    fn new(feed: Feed, counts: FeedCounts, changed: bool) -> Self {
        Self {
            state: initial_state(&feed),
            counts,
            certificate_valid_until: None,
            last_byte: LastByte::default(),
            log: ConnectionLog::default(),
            intake: SharedIntake::new(&feed.config),
            changed,
            feed,
        }
    }

    fn status(&self) -> FeedStatus {
        FeedStatus {
            feed: self.feed.clone(),
            state: self.state.clone(),
            unread: self.counts.unread,
            dropped: self.counts.dropped,
            certificate_valid_until: self.certificate_valid_until,
            last_byte_at: self.last_byte.get(),
        }
    }
}

/// When the last byte of a feed came: set by its subscription without a lock, read by whoever looks.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastByte(Arc<AtomicI64>);

impl LastByte {
    /// Milliseconds since the Unix epoch.
    pub(crate) fn set(&self, at: i64) {
        self.0.store(at, Ordering::Relaxed);
    }

    fn get(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|at| *at != 0)
    }
}

/// What announcing has to know of a feed.
pub(crate) struct Announced {
    pub(crate) name: String,
    pub(crate) folder: String,
    pub(crate) notify: bool,
    pub(crate) choices: FeedAnnouncing,
}

impl Announced {
    pub(crate) fn of(config: &FeedConfig) -> Self {
        let FeedConfig { name, folder, notify, announcing, .. } = config;
        Self { name: name.clone(), folder: folder.clone(), notify: *notify, choices: *announcing }
    }
}

impl Overview {
    pub(crate) fn new(feeds: Vec<StoredFeed>, retired: Vec<RetiredFeed>) -> Self {
        let placed = |stored: &StoredFeed| placed(&stored.feed);
        let order = tidied(&feeds.iter().map(placed).collect::<Vec<_>>());
        let order = order.into_iter().map(|placed| placed.feed).collect();
        let entry = |stored: StoredFeed| (stored.feed.id, Entry::new(stored.feed, stored.counts, false));
        let by_id = feeds.into_iter().map(entry).collect();
        Self { feeds: Mutex::new(Feeds { by_id, order, retired, counts_changed: false }), stirred: Notify::new() }
    }

    pub(crate) fn statuses(&self) -> Vec<FeedStatus> {
        self.feeds().in_order().map(Entry::status).collect()
    }

    pub(crate) fn status(&self, id: FeedId) -> Option<FeedStatus> {
        self.feeds().by_id.get(&id).map(Entry::status)
    }

    pub(crate) fn feed(&self, id: FeedId) -> Option<Feed> {
        self.feeds().by_id.get(&id).map(|entry| entry.feed.clone())
    }

    pub(crate) fn all(&self) -> Vec<Feed> {
        self.feeds().in_order().map(|entry| entry.feed.clone()).collect()
    }

    pub(crate) fn last_byte(&self, id: FeedId) -> LastByte {
        self.feeds().by_id.get(&id).map(|entry| entry.last_byte.clone()).unwrap_or_default()
    }

    /// What happened on the connections of a feed; of a feed that is gone, one that nobody reads.
    pub(crate) fn log(&self, id: FeedId) -> ConnectionLog {
        self.feeds().by_id.get(&id).map(|entry| entry.log.clone()).unwrap_or_default()
    }

    /// There will be nothing more in any log.
    pub(crate) fn end_logs(&self) {
        self.feeds().by_id.values().for_each(|entry| entry.log.end());
    }

    /// What takes the events of a feed in; none of a feed that is gone.
    pub(crate) fn intake(&self, id: FeedId) -> Option<SharedIntake> {
        self.feeds().by_id.get(&id).map(|entry| entry.intake.clone())
    }

    pub(crate) fn announced(&self, id: FeedId) -> Option<Announced> {
        self.feeds().by_id.get(&id).map(|entry| Announced::of(&entry.feed.config))
    }

    /// The user's order.
    pub(crate) fn arrangement(&self) -> Vec<Placed> {
        self.feeds().in_order().map(|entry| placed(&entry.feed)).collect()
    }

    pub(crate) fn set_order(&self, order: Vec<FeedId>) {
        self.feeds().order = order;
    }

    /// The sum over all feeds. What removed ones left counts, but not as unread.
    pub(crate) fn counts(&self) -> Counts {
        let feeds = self.feeds();
        let left = feeds.retired.iter().map(|retired| FeedCounts { unread: 0, ..retired.counts });
        let counts = feeds.by_id.values().map(|entry| entry.counts).chain(left);
        counts.fold(Counts::default(), |sum, counts| Counts {
            all: sum.all + counts.events,
            unread: sum.unread + counts.unread,
            starred: sum.starred + counts.starred,
        })
    }

    /// The feeds of which not everything is kept, removed ones too: what is, and how many events are too many.
    pub(crate) fn bounded(&self, all: Retention) -> Vec<(FeedId, Retention, u64)> {
        let feeds = self.feeds();
        let there = feeds.by_id.values().map(|entry| (&entry.feed, entry.counts));
        let retired = feeds.retired.iter().map(|retired| (&retired.feed, retired.counts));
        let bounded = there.chain(retired).filter_map(|(feed, counts)| {
            let retention = feed.config.retention.or(all);
            let FeedCounts { events, starred, .. } = counts;
            let spare = match retention.events {
                0 => 0,
                kept => events.saturating_sub(starred + u64::from(kept)),
            };
            (!retention.is_unbounded()).then_some((feed.id, retention, spare))
        });
        bounded.collect()
    }

    /// Adds a feed, or replaces what the user chose of one.
    pub(crate) fn put(&self, feed: Feed) {
        let mut feeds = self.feeds();
        if let Some(entry) = feeds.by_id.get_mut(&feed.id) {
            if entry.feed.paused != feed.paused {
                entry.state = initial_state(&feed);
            }
            if entry.feed.config != feed.config {
                entry.intake.set(&feed.config);
            }
            entry.feed = feed;
            entry.changed = true;
        } else {
            feeds.order.push(feed.id);
            feeds.by_id.insert(feed.id, Entry::new(feed, FeedCounts::default(), true));
        }
        drop(feeds);
        self.stirred.notify_one();
    }

    pub(crate) fn remove(&self, id: FeedId) {
        let mut feeds = self.feeds();
        feeds.take(id);
        feeds.retired.retain(|retired| retired.feed.id != id);
        feeds.counts_changed = true;
        drop(feeds);
        self.stirred.notify_one();
    }

    /// Removes a feed whose history stays.
    pub(crate) fn retire(&self, id: FeedId, at: i64) {
        let mut feeds = self.feeds();
        if let Some(Entry { feed, counts, .. }) = feeds.take(id) {
            feeds.retired.insert(0, RetiredFeed { feed, at, counts });
        }
        feeds.counts_changed = true;
        drop(feeds);
        self.stirred.notify_one();
    }

    /// Takes a removed feed back.
    pub(crate) fn restore(&self, feed: Feed, counts: FeedCounts) {
        let id = feed.id;
        self.remove(id);
        self.put(feed);
        self.set_counts(&[(id, counts)]);
    }

    pub(crate) fn is_retired(&self, id: FeedId) -> bool {
        self.feeds().retired.iter().any(|retired| retired.feed.id == id)
    }

    /// What is kept of the secrets of a feed, there or removed.
    pub(crate) fn kept_secrets(&self, id: FeedId) -> Vec<KeptSecret> {
        let feeds = self.feeds();
        let there = feeds.by_id.get(&id).map(|entry| &entry.feed);
        let retired = || feeds.retired.iter().map(|retired| &retired.feed).find(|feed| feed.id == id);
        there.or_else(retired).map(|feed| feed.config.secrets.clone()).unwrap_or_default()
    }

    /// What is kept of the secrets of all removed feeds.
    pub(crate) fn retired_secrets(&self) -> Vec<KeptSecret> {
        self.feeds().retired.iter().flat_map(|retired| retired.feed.config.secrets.clone()).collect()
    }

    /// Whether these are others than before.
    pub(crate) fn set_retired(&self, retired: Vec<RetiredFeed>) -> bool {
        let mut feeds = self.feeds();
        let others = feeds.retired != retired;
        feeds.retired = retired;
        feeds.counts_changed |= others;
        others
    }

    /// The removed feeds that left something, the latest first.
    pub(crate) fn removed(&self) -> Vec<RemovedFeed> {
        self.feeds().retired.iter().map(RemovedFeed::of).collect()
    }

    /// Sets the state of a feed; a paused one stays so.
    pub(crate) fn set_state(&self, id: FeedId, state: FeedState) {
        if let Some(entry) = self.feeds().by_id.get_mut(&id).filter(|entry| !entry.feed.paused) {
            entry.changed |= entry.state != state;
            entry.state = state;
        }
        self.stirred.notify_one();
    }

    /// Until when the certificate is valid that the server of a feed shows, in seconds since the Unix epoch.
    pub(crate) fn set_certificate(&self, id: FeedId, valid_until: Option<i64>) {
        if let Some(entry) = self.feeds().by_id.get_mut(&id) {
            entry.certificate_valid_until = valid_until.map(|seconds| seconds.saturating_mul(1000));
        }
    }

    pub(crate) fn set_counts(&self, counts: &[(FeedId, FeedCounts)]) {
        let mut feeds = self.feeds();
        for (id, counts) in counts {
            if let Some(entry) = feeds.by_id.get_mut(id).filter(|entry| entry.counts != *counts) {
                entry.changed |= entry.counts.unread != counts.unread || entry.counts.dropped != counts.dropped;
                entry.counts = *counts;
                feeds.counts_changed = true;
            } else if let Some(retired) = feeds.retired.iter_mut().find(|retired| retired.feed.id == *id) {
                retired.counts = *counts;
                feeds.counts_changed = true;
            }
        }
        drop(feeds);
        self.stirred.notify_one();
    }

    /// What changed since this was last asked.
    pub(crate) fn take_changes(&self) -> (Vec<FeedStatus>, bool) {
        let mut feeds = self.feeds();
        let changed =
            feeds.by_id.values_mut().filter_map(|entry| std::mem::take(&mut entry.changed).then(|| entry.status()));
        (changed.collect(), std::mem::take(&mut feeds.counts_changed))
    }

    fn feeds(&self) -> MutexGuard<'_, Feeds> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feeds {
    fn in_order(&self) -> impl Iterator<Item = &Entry> {
        self.order.iter().filter_map(|id| self.by_id.get(id))
    }

    fn take(&mut self, id: FeedId) -> Option<Entry> {
        self.order.retain(|other| *other != id);
        self.by_id.remove(&id).inspect(|entry| entry.log.end())
    }
}

fn placed(feed: &Feed) -> Placed {
    Placed { feed: feed.id, folder: feed.config.folder.clone() }
}

fn initial_state(feed: &Feed) -> FeedState {
    if feed.paused { FeedState::Paused } else { FeedState::Connecting { waiting_for_server: false } }
}
