//! Several feeds come in or change at once: all of them, or none.
//!
//! Deliberately not here: which (`feeds_file/`).
use super::feeds::{Forget, feeds, insert, place, to_json};
use super::{Store, StoreError};
use crate::arrangement::tidied;
use crate::{Feed, FeedConfig, FeedId, Placed};

/// A feed as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedFeed {
    /// The one that changes; `None`: it is new.
    pub id: Option<FeedId>,
    /// What the user chose.
    pub config: FeedConfig,
    /// Whether it rests.
    pub paused: bool,
    /// What becomes meaningless, if it changes.
    pub forget: Forget,
}

impl Store {
    /// Adds feeds and replaces what was chosen for others, in one transaction. New ones come to the end, or to the end of
    /// their folders. Those that were named, as they are now, and the order of all feeds.
    pub fn import_feeds(&mut self, imported: &[ImportedFeed]) -> Result<(Vec<Feed>, Vec<FeedId>), StoreError> {
        let mut import = || {
            let transaction = self.connection.transaction()?;
            let mut now = Vec::with_capacity(imported.len());
            for ImportedFeed { id, config, paused, forget } in imported {
                let id = if let Some(id) = *id {
                    let sql = "UPDATE feeds SET config = ?2, paused = ?3 WHERE id = ?1";
                    transaction.prepare_cached(sql)?.execute((id.0, to_json(config)?, paused))?;
                    forget.apply(&transaction, id)?;
                    id
                } else {
                    insert(&transaction, config, *paused)?
                };
                now.push(Feed { id, config: config.clone(), paused: *paused });
            }
            let placed: Vec<_> = feeds(&transaction)?
                .into_iter()
                .map(|stored| Placed { feed: stored.feed.id, folder: stored.feed.config.folder })
                .collect();
            let order: Vec<_> = tidied(&placed).into_iter().map(|placed| placed.feed).collect();
            place(&transaction, &order)?;
            transaction.commit()?;
            Ok((now, order))
        };
        let (now, order) = import().map_err(|error| self.error(&error))?;
        for feed in &now {
            let known = self.feeds.entry(feed.id).or_default();
            known.cursor = None;
            if imported.iter().any(|one| one.id == Some(feed.id) && one.forget != Forget::Nothing) {
                self.rewound.remove(&feed.id);
            }
        }
        self.copy_feeds();
        Ok((now, order))
    }
}
