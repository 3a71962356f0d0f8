//! When old events go: at the start, when something has come or was chosen, and when the oldest one's time is over.
//!
//! Deliberately not here: what goes (`retention.rs`), and deleting it (`store/prune.rs`).
use super::core::Core;
use crate::store::Kept;
use crate::{EngineError, EngineEvent, FeedId, Retention};
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};

/// How many events go in one transaction: new ones wait no longer for it than for one of their own.
const AT_ONCE: u32 = 100;
/// Between two transactions, in which new events have precedence.
const BREATH: Duration = Duration::from_millis(10);
/// The least time between two looks, while events come all the time.
const REST: Duration = Duration::from_secs(1);
/// The least time between two looks for the age of events alone: it is counted in days.
const AGE_REST: Duration = Duration::from_mins(10);
/// The most: the wall clock may be set meanwhile.
const AGE_LIMIT: Duration = Duration::from_hours(24);

impl Core {
    /// Prunes for as long as the engine runs.
    pub(super) async fn prune(&self) {
        // When the event of each feed came that is the next to go for its age, as far as that is known.
        let mut next = HashMap::new();
        loop {
            let due = self.prune_all(&mut next).await;
            tokio::select! {
                () = self.pruning.notified() => {}
                () = at(due) => {}
            }
            sleep(REST).await;
        }
    }

    /// When it is to be done again, if nothing happens before.
    async fn prune_all(&self, next: &mut HashMap<FeedId, i64>) -> Option<Instant> {
        let now = self.surroundings.announcer.now().as_millisecond();
        // It may be older than those that are known to be next.
        if self.unstarred.swap(false, Ordering::Relaxed) {
            next.clear();
        }
        let bounded = self.surroundings.overview.bounded(self.settings().retention);
        next.retain(|feed, _| bounded.iter().any(|(bounded, ..)| bounded == feed));
        let mut end: Option<i64> = None;
        for (feed, retention, spare) in bounded {
            let old = retention.since(now).is_some_and(|since| next.get(&feed).is_none_or(|next| *next < since));
            if spare > 0 || old {
                match self.prune_feed(feed, retention, now).await {
                    Ok(Some(at)) => drop(next.insert(feed, at)),
                    Ok(None) => drop(next.remove(&feed)),
                    Err(EngineError::ShutDown) => return None,
                    Err(error) => tracing::warn!(%error, "old events are kept for the moment"),
                }
            }
            let goes = next.get(&feed).and_then(|next| retention.end_of(*next));
            end = [end, goes].into_iter().flatten().min();
        }
        let wait = Duration::from_millis(u64::try_from(end? - now).unwrap_or(0));
        Some(Instant::now() + wait.clamp(AGE_REST, AGE_LIMIT))
    }

    /// When the event came that is the next to go.
    async fn prune_feed(&self, feed: FeedId, retention: Retention, now: i64) -> Result<Option<i64>, EngineError> {
        let events = Some(u64::from(retention.events)).filter(|events| *events > 0);
        let kept = Kept { since: retention.since(now), events };
        loop {
            let pruned = self.change(move |store| store.prune(feed, kept, AT_ONCE)).await?;
            if let Some(until) = pruned.until {
                self.surroundings.overview.set_counts(&[(feed, pruned.counts)]);
                self.teller.tell(EngineEvent::Pruned { feed, until });
                if pruned.counts.events == 0 && self.surroundings.overview.is_retired(feed) {
                    self.forgetting.notify_one();
                }
            }
            if !pruned.more {
                return Ok(pruned.next);
            }
            sleep(BREATH).await;
        }
    }
}

async fn at(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}
