//! The user's order changes: feeds and folders are moved, folders renamed, and all of it is put back.
//!
//! Deliberately not here: what a move means (`arrangement.rs`).
use super::Core;
use crate::arrangement::{moved, tidied};
use crate::feed::folder_name;
use crate::{Destination, EngineError, EngineEvent, Feed, FeedConfig, FeedId, Item, Placed};
use std::collections::HashSet;

impl Core {
    /// Moves a feed or a folder. The order before.
    pub(in crate::engine) async fn move_item(&self, item: Item, to: Destination) -> Result<Vec<Placed>, EngineError> {
        let to = match to {
            Destination::Into { folder } => Destination::Into { folder: folder_name(&folder)? },
            beside => beside,
        };
        let _changing = self.subscriptions.lock().await;
        let before = self.surroundings.overview.arrangement();
        self.put_in_order(moved(&before, &item, &to)?).await?;
        Ok(before)
    }

    /// Puts the feeds into an order and into folders. What has gone since is left out; what has come since is at the end.
    pub(in crate::engine) async fn arrange(&self, wanted: Vec<Placed>) -> Result<(), EngineError> {
        let _changing = self.subscriptions.lock().await;
        let present = self.surroundings.overview.arrangement();
        let there: HashSet<FeedId> = present.iter().map(|placed| placed.feed).collect();
        let mut order = Vec::new();
        let mut named = HashSet::new();
        for Placed { feed, folder } in wanted {
            if there.contains(&feed) && named.insert(feed) {
                order.push(Placed { feed, folder: folder_name(&folder)? });
            }
        }
        order.extend(present.into_iter().filter(|placed| !named.contains(&placed.feed)));
        self.put_in_order(order).await
    }

    /// Gives a feed that has come into a folder its place there. While changes of feeds are held.
    pub(super) async fn find_place(&self, feed: FeedId, folder: String) -> Result<(), EngineError> {
        let order = self.surroundings.overview.arrangement();
        let order = moved(&order, &Item::Feed { feed }, &Destination::Into { folder })?;
        self.put_in_order(order).await
    }

    async fn put_in_order(&self, order: Vec<Placed>) -> Result<(), EngineError> {
        let order = tidied(&order);
        let overview = &self.surroundings.overview;
        let changed: Vec<Feed> = order
            .iter()
            .filter_map(|placed| Some((self.feed(placed.feed).ok()?, placed)))
            .filter(|(feed, placed)| feed.config.folder != placed.folder)
            .map(|(feed, placed)| Feed { config: FeedConfig { folder: placed.folder.clone(), ..feed.config }, ..feed })
            .collect();
        let feeds: Vec<FeedId> = order.iter().map(|placed| placed.feed).collect();
        let (kept_order, kept) = (feeds.clone(), changed.clone());
        self.change(move |store| store.arrange(&kept_order, &kept)).await?;
        overview.set_order(feeds);
        for feed in changed {
            overview.put(feed);
        }
        self.tell_arranged();
        Ok(())
    }

    pub(super) fn tell_arranged(&self) {
        self.teller.tell(EngineEvent::Arranged { feeds: self.surroundings.overview.arrangement() });
    }
}
