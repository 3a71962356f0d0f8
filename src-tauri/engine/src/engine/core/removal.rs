//! Feeds go: with their history left behind, and then they can be brought back for a day; or together with it.
//!
//! Deliberately not here: the rows (`store/retired.rs`, `store/feeds.rs`).
use super::{Core, end};
use crate::announce::MuteFor;
use crate::clock::{milliseconds, now};
use crate::{EngineError, EngineEvent, Feed, FeedId};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// For how long a removed feed can be brought back.
pub const RESTORABLE: Duration = Duration::from_hours(24);
/// Until it is tried again, when settings could not be forgotten.
const AFTER_FAILURE: Duration = Duration::from_mins(10);

impl Core {
    /// Removes a feed. Its history stays.
    pub(in crate::engine) async fn remove_feed(&self, id: FeedId) -> Result<(), EngineError> {
        let mut subscriptions = self.subscriptions.lock().await;
        let feed = self.feed(id)?;
        end(&mut subscriptions, id).await;
        let at = now();
        if let Err(error) = self.change(move |store| store.retire_feed(id, at)).await {
            if !feed.paused {
                self.start(&mut subscriptions, feed, Duration::ZERO);
            }
            return Err(error);
        }
        let mutes = self.surroundings.announcer.mutes();
        self.muted
            .lock()
            .await
            .extend(mutes.iter().filter_map(|mute| Some((mute.feed?, *mute))).filter(|(of, _)| *of == id));
        self.surroundings.overview.retire(id, at);
        self.has_gone(id);
        self.forgetting.notify_one();
        Ok(())
    }

    /// Brings a removed feed back, to the place where it stood.
    pub(in crate::engine) async fn restore_feed(&self, id: FeedId) -> Result<Feed, EngineError> {
        let mut subscriptions = self.subscriptions.lock().await;
        let retired = self.change(move |store| store.restore_feed(id)).await?.ok_or(EngineError::NotRestorable(id))?;
        let order = self.change(|store| store.feeds()).await?.into_iter().map(|stored| stored.feed.id).collect();
        let feed = retired.feed;
        self.surroundings.overview.restore(feed.clone(), retired.counts);
        self.surroundings.overview.set_order(order);
        if let Some(mute) = self.muted.lock().await.remove(&id) {
            self.surroundings.announcer.mute(Some(id), mute.until.map_or(MuteFor::Ever, MuteFor::Until));
        }
        self.tell_removed();
        self.tell_arranged();
        if !feed.paused {
            self.start(&mut subscriptions, feed.clone(), Duration::ZERO);
        }
        Ok(feed)
    }

    /// Deletes a feed, there or removed before, together with its history.
    pub(in crate::engine) async fn delete_feed(self: Arc<Self>, id: FeedId) -> Result<(), EngineError> {
        {
            let mut subscriptions = self.subscriptions.lock().await;
            let there = self.feed(id);
            if there.is_err() && !self.surroundings.overview.is_retired(id) {
                return Err(EngineError::NoSuchFeed(id));
            }
            end(&mut subscriptions, id).await;
            let left = self.surroundings.overview.kept_secrets(id);
            if let Err(error) = self.change(move |store| store.delete_feed(id)).await {
                if let Ok(feed) = there
                    && !feed.paused
                {
                    self.start(&mut subscriptions, feed, Duration::ZERO);
                }
                return Err(error);
            }
            self.surroundings.overview.remove(id);
            self.has_gone(id);
            drop(subscriptions);
            self.surroundings.vault.forget(left).await;
        }
        tokio::spawn(async move { self.sweep().await });
        Ok(())
    }

    /// Forgets the settings of each removed feed when it can no longer be brought back; for ever.
    pub(super) async fn forget_removed(&self) {
        let restorable = milliseconds(RESTORABLE);
        loop {
            let next = self.change(move |store| {
                let before = store.retired()?;
                let next = store.forget_retired(now().saturating_sub(restorable))?;
                Ok((next, before, store.retired()?))
            });
            let wait = match next.await {
                Ok((next, before, retired)) => {
                    let still = |kept: &_| retired.iter().any(|retired| retired.feed.config.secrets.contains(kept));
                    let kept = before.into_iter().flat_map(|retired| retired.feed.config.secrets);
                    self.surroundings.vault.forget(kept.filter(|kept| !still(kept)).collect()).await;
                    if self.surroundings.overview.set_retired(retired) {
                        self.tell_removed();
                        self.sweep().await;
                    }
                    next.map(|at| u64::try_from(at.saturating_add(restorable).saturating_sub(now())).unwrap_or(0))
                }
                Err(EngineError::ShutDown) => return,
                Err(error) => {
                    tracing::warn!(%error, "the settings of removed feeds are not forgotten yet");
                    Some(u64::try_from(AFTER_FAILURE.as_millis()).unwrap_or(u64::MAX))
                }
            };
            match wait {
                None => self.forgetting.notified().await,
                Some(wait) => {
                    tokio::select! {
                        () = sleep(Duration::from_millis(wait)) => {}
                        () = self.forgetting.notified() => {}
                    }
                }
            }
        }
    }

    /// What follows when a feed has gone, with or without its history.
    fn has_gone(&self, id: FeedId) {
        self.hooks.forget(id);
        self.surroundings.announcer.forget(id);
        // First what is left of it, so that whoever hears that it has gone knows.
        self.tell_removed();
        self.teller.tell(EngineEvent::FeedRemoved { feed: id });
    }

    fn tell_removed(&self) {
        self.teller.tell(EngineEvent::Removed { feeds: self.surroundings.overview.removed() });
    }
}
