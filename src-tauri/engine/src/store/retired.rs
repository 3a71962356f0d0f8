//! Feeds that the user removed and whose history stays.
//!
//! One of them can be brought back as it was until its settings are forgotten: they hold addresses and credentials, and
//! nobody who removes a feed expects those to stay. After that only what its events need is left: a name and a look.
//! What it left unread counts as read, without being marked, so that it is unread again when it comes back.
//! Deliberately not here: feeds that go together with their events (`feeds.rs`), the time in which one can be brought back
//! (`engine/removal.rs`).
use super::feeds::{FeedCounts, to_json};
use super::{Known, Store, StoreError, row};
use crate::{Feed, FeedConfig, FeedId};
use rusqlite::{Connection, Row};

/// A feed that was removed and whose history stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetiredFeed {
    /// The feed; without an address once its settings are forgotten.
    pub feed: Feed,
    /// When it was removed, in milliseconds since the Unix epoch.
    pub at: i64,
    /// How many events it has.
    pub counts: FeedCounts,
}

impl RetiredFeed {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let feed = Feed { id: FeedId(row.get(0)?), config: row::feed_config(row, 1)?, paused: row.get(2)? };
        Ok(Self { feed, at: row.get(3)?, counts: FeedCounts::from_row(row, 4)? })
    }

    /// Whether it can be brought back.
    pub const fn is_whole(&self) -> bool {
        !self.feed.config.url.is_empty()
    }
}

/// Those that were removed, the latest first.
pub(super) fn retired(connection: &Connection) -> rusqlite::Result<Vec<RetiredFeed>> {
    let mut statement = connection.prepare(
        "SELECT id, config, paused, retired_at, events, unread, starred, dropped FROM feeds
         WHERE retired_at IS NOT NULL AND NOT removed ORDER BY retired_at DESC, id DESC",
    )?;
    statement.query_map([], RetiredFeed::from_row)?.collect()
}

impl Store {
    /// Those that were removed, the latest first.
    pub fn retired(&self) -> Result<Vec<RetiredFeed>, StoreError> {
        retired(&self.connection).map_err(|error| self.error(&error))
    }

    pub(super) fn is_retired(&self, id: FeedId) -> Result<bool, StoreError> {
        let find = || {
            let sql = "SELECT 1 FROM feeds WHERE id = ?1 AND retired_at IS NOT NULL AND NOT removed";
            self.connection.prepare_cached(sql)?.exists([id.0])
        };
        find().map_err(|error| self.error(&error))
    }

    /// Takes a feed away, and leaves its history.
    pub fn retire_feed(&mut self, id: FeedId, at: i64) -> Result<(), StoreError> {
        let updated = self.connection.execute("UPDATE feeds SET retired_at = ?2 WHERE id = ?1", (id.0, at));
        updated.map_err(|error| self.error(&error))?;
        self.feeds.remove(&id);
        self.copy_feeds();
        Ok(())
    }

    /// Brings a removed feed back as it was. `None`: its settings are forgotten, or it is gone.
    pub fn restore_feed(&mut self, id: FeedId) -> Result<Option<RetiredFeed>, StoreError> {
        let found = self.retired()?.into_iter().find(|retired| retired.feed.id == id && retired.is_whole());
        if found.is_some() {
            let updated = self.connection.execute("UPDATE feeds SET retired_at = NULL WHERE id = ?1", [id.0]);
            updated.map_err(|error| self.error(&error))?;
            self.feeds.insert(id, Known::default());
            self.copy_feeds();
        }
        Ok(found)
    }

    /// Forgets the settings of feeds that were removed at or before a time, also those that cannot be understood, and of
    /// those without events everything, once they are swept. When the next of the others was removed.
    pub fn forget_retired(&mut self, until: i64) -> Result<Option<i64>, StoreError> {
        let (due, later): (Vec<_>, Vec<_>) = self.retired()?.into_iter().partition(|retired| retired.at <= until);
        let mut forget = || {
            let mut forgotten = 0;
            let transaction = self.connection.transaction()?;
            for RetiredFeed { feed, counts, .. } in &due {
                let FeedConfig { name, color, icon, retention, .. } = &feed.config;
                let left = serde_json::json!({ "name": name, "url": "", "color": color, "icon": icon, "retention": retention });
                forgotten += transaction.execute(
                    "UPDATE feeds SET config = ?2, removed = ?3 WHERE id = ?1 AND (config <> ?2 OR ?3)",
                    (feed.id.0, to_json(&left)?, counts.events == 0),
                )?;
                transaction.execute("DELETE FROM cursors WHERE feed_id = ?1", [feed.id.0])?;
            }
            transaction.commit()?;
            Ok(forgotten)
        };
        if !due.is_empty() && forget().map_err(|error| self.error(&error))? > 0 {
            self.copy_feeds();
        }
        Ok(later.into_iter().map(|retired| retired.at).min())
    }
}
