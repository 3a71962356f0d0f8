//! Feeds, their cursors and counts, and the program's settings, as rows.
//!
//! Deliberately not here: what a running subscription knows of them (`overview.rs`).
use super::{Arrival, Known, Store, StoreError, row};
use crate::{Feed, FeedConfig, FeedId, Settings};
use rusqlite::{Connection, OptionalExtension as _, Row};

/// From where a feed goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The last event ID that is safely stored; may be empty.
    pub last_event_id: String,
    /// Milliseconds, as the server last asked; `None` before it did.
    pub reconnection_time: Option<u64>,
    /// What a query parameter resumes from, where that is not the last event ID; may be empty.
    pub resume_token: String,
    /// Milliseconds since the Unix epoch: a moment at which it is known to have been connected.
    pub connected_until: Option<i64>,
    /// Milliseconds since the Unix epoch: when it was connected for the first time.
    pub connected_since: Option<i64>,
}

/// What becomes meaningless when a feed is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forget {
    /// It goes on from where it was.
    Nothing,
    /// It resumes from something else.
    ResumeToken,
    /// It is another stream.
    Cursor,
}

impl Forget {
    /// Within the transaction of the edit. When it was connected stays true.
    pub(super) fn apply(self, connection: &Connection, feed: FeedId) -> rusqlite::Result<()> {
        let forgotten = match self {
            Self::Nothing => return Ok(()),
            Self::ResumeToken => "resume_token = ''",
            Self::Cursor => "last_event_id = '', reconnection_time = NULL, resume_token = ''",
        };
        connection.execute(&format!("UPDATE cursors SET {forgotten} WHERE feed_id = ?1"), [feed.0]).map(drop)
    }
}

impl Cursor {
    pub(super) fn load(connection: &Connection, feed: FeedId) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare_cached(
            "SELECT last_event_id, reconnection_time, resume_token, connected_until, connected_since
             FROM cursors WHERE feed_id = ?1",
        )?;
        let cursor = statement.query_row([feed.0], |row| {
            let reconnection_time: Option<i64> = row.get(1)?;
            Ok(Self {
                last_event_id: row::text(row, 0)?,
                reconnection_time: reconnection_time.map(i64::cast_unsigned),
                resume_token: row::text(row, 2)?,
                connected_until: row.get(3)?,
                connected_since: row.get(4)?,
            })
        });
        Ok(cursor.optional()?.unwrap_or_default())
    }

    /// Moves as something that came says. Whether it moved.
    pub(super) fn take(&mut self, arrival: &Arrival) -> bool {
        fn set<T: PartialEq>(place: &mut T, value: T) -> bool {
            let moves = *place != value;
            *place = value;
            moves
        }
        match arrival {
            Arrival::Event(event) if *event.last_event_id == *self.last_event_id => false,
            Arrival::Event(event) => set(&mut self.last_event_id, event.last_event_id.to_string()),
            Arrival::LastEventId(_, id) | Arrival::Dropped(_, id) => set(&mut self.last_event_id, id.to_string()),
            Arrival::ResumeToken(_, token) => set(&mut self.resume_token, token.to_string()),
            Arrival::ReconnectionTime(_, time) => set(&mut self.reconnection_time, Some(*time)),
            Arrival::Connected(_, at) => set(&mut self.connected_until, Some(*at)),
            Arrival::Opened(opened) => {
                self.connected_since.is_none() && set(&mut self.connected_since, Some(opened.at))
            }
            Arrival::Together(..) | Arrival::Gap(_) => false,
        }
    }

    pub(super) fn save(&self, connection: &Connection, feed: FeedId) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "INSERT INTO cursors
                     (feed_id, last_event_id, reconnection_time, resume_token, connected_until, connected_since)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET last_event_id = ?2, reconnection_time = ?3, resume_token = ?4,
                     connected_until = ?5, connected_since = ?6",
            )?
            .execute((
                feed.0,
                &self.last_event_id,
                self.reconnection_time.map(u64::cast_signed),
                &self.resume_token,
                self.connected_until,
                self.connected_since,
            ))?;
        Ok(())
    }
}

/// How many events a feed has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FeedCounts {
    /// All of them.
    pub events: u64,
    /// Those not read.
    pub unread: u64,
    /// Those starred.
    pub starred: u64,
    /// Those that came and were not kept, because a rule dropped them.
    pub dropped: u64,
}

impl FeedCounts {
    pub(super) fn from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        let count = |at| row.get::<_, i64>(at).map(|count| u64::try_from(count).unwrap_or(0));
        Ok(Self {
            events: count(first)?,
            unread: count(first + 1)?,
            starred: count(first + 2)?,
            dropped: count(first + 3)?,
        })
    }
}

/// Counts so many events more, or less, and says how many that makes. For a feed that is gone, none.
pub(super) fn count(connection: &Connection, feed: FeedId, more: More) -> rusqlite::Result<FeedCounts> {
    let mut statement = connection.prepare_cached(
        "UPDATE feeds SET events = events + ?2, unread = unread + ?3, starred = starred + ?4, dropped = dropped + ?5
         WHERE id = ?1 RETURNING events, unread, starred, dropped",
    )?;
    let counts = statement
        .query_row((feed.0, more.events, more.unread, more.starred, more.dropped), |row| FeedCounts::from_row(row, 0))
        .optional()?;
    Ok(counts.unwrap_or_default())
}

/// By how much counts change.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct More {
    pub(super) events: i64,
    pub(super) unread: i64,
    pub(super) starred: i64,
    pub(super) dropped: i64,
}

fn counts_of(connection: &Connection, feed: FeedId) -> rusqlite::Result<FeedCounts> {
    connection
        .prepare_cached("SELECT events, unread, starred, dropped FROM feeds WHERE id = ?1")?
        .query_row([feed.0], |row| FeedCounts::from_row(row, 0))
}

/// A feed as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFeed {
    /// The feed.
    pub feed: Feed,
    /// How many events it has.
    pub counts: FeedCounts,
}

/// All feeds, in the user's order.
pub(super) fn feeds(connection: &Connection) -> rusqlite::Result<Vec<StoredFeed>> {
    let mut statement = connection.prepare(
        "SELECT id, config, paused, events, unread, starred, dropped FROM feeds
         WHERE NOT removed AND retired_at IS NULL ORDER BY position, id",
    )?;
    let feeds = statement.query_map([], |row| {
        let feed = Feed { id: FeedId(row.get(0)?), config: row::feed_config(row, 1)?, paused: row.get(2)? };
        Ok(StoredFeed { feed, counts: FeedCounts::from_row(row, 3)? })
    })?;
    feeds.collect()
}

/// The feeds in a folder, as a JSON array of their IDs, for `json_each`.
pub(super) fn in_folder(connection: &Connection, folder: &str) -> rusqlite::Result<String> {
    let feeds = matching(connection, false, |config| config.folder == folder)?;
    Ok(format!("[{}]", feeds.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")))
}

/// The feeds whose settings are such, also those that were removed if they are asked for.
pub(super) fn matching(
    connection: &Connection,
    also_retired: bool,
    is: impl Fn(&FeedConfig) -> bool,
) -> rusqlite::Result<Vec<FeedId>> {
    let mut statement = connection.prepare_cached("SELECT id, config FROM feeds WHERE ?1 OR retired_at IS NULL")?;
    let mut rows = statement.query([also_retired])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        if is(&row::feed_config(row, 1)?) {
            found.push(FeedId(row.get(0)?));
        }
    }
    Ok(found)
}

pub(super) fn to_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// The program's settings; the defaults where there are none that can be understood.
pub(super) fn settings(connection: &Connection) -> rusqlite::Result<Settings> {
    let settings = connection.query_row("SELECT settings FROM settings", [], |row| row::json(row, 0)).optional()?;
    Ok(settings.flatten().unwrap_or_default())
}

pub(super) fn save_settings(connection: &Connection, settings: &Settings) -> rusqlite::Result<()> {
    let sql = "INSERT INTO settings (id, settings) VALUES (1, ?1) ON CONFLICT DO UPDATE SET settings = ?1";
    connection.execute(sql, [to_json(settings)?]).map(drop)
}

/// Adds a feed at the end.
pub(super) fn insert(connection: &Connection, config: &FeedConfig, paused: bool) -> rusqlite::Result<FeedId> {
    let sql = "INSERT INTO feeds (position, config, paused) SELECT coalesce(max(position), 0) + 1, ?1, ?2 FROM feeds";
    connection.prepare_cached(sql)?.execute((to_json(config)?, paused))?;
    Ok(FeedId(connection.last_insert_rowid()))
}

/// Puts feeds into this order.
pub(super) fn place(connection: &Connection, order: &[FeedId]) -> rusqlite::Result<()> {
    let sql = "UPDATE feeds SET position = ?2 WHERE id = ?1 AND position IS NOT ?2";
    let mut place = connection.prepare_cached(sql)?;
    for (feed, position) in order.iter().zip(1_i64..) {
        place.execute((feed.0, position))?;
    }
    Ok(())
}

impl Store {
    /// All feeds, in the user's order.
    pub fn feeds(&self) -> Result<Vec<StoredFeed>, StoreError> {
        feeds(&self.connection).map_err(|error| self.error(&error))
    }

    /// Adds a feed at the end.
    pub fn add_feed(&mut self, config: &FeedConfig) -> Result<Feed, StoreError> {
        let id = insert(&self.connection, config, false).map_err(|error| self.error(&error))?;
        self.feeds.insert(id, Known::default());
        self.copy_feeds();
        Ok(Feed { id, config: config.clone(), paused: false })
    }

    /// Replaces what the user chose.
    pub fn edit_feed(&mut self, id: FeedId, config: &FeedConfig, forget: Forget) -> Result<(), StoreError> {
        let mut edit = || {
            let transaction = self.connection.transaction()?;
            transaction.execute("UPDATE feeds SET config = ?2 WHERE id = ?1", (id.0, to_json(config)?))?;
            forget.apply(&transaction, id)?;
            transaction.commit()
        };
        edit().map_err(|error| self.error(&error))?;
        if let Some(known) = self.feeds.get_mut(&id) {
            known.cursor = None;
        }
        if forget != Forget::Nothing {
            self.rewound.remove(&id);
        }
        self.copy_feeds();
        Ok(())
    }

    /// Pauses a feed or lets it go on.
    pub fn pause_feed(&mut self, id: FeedId, paused: bool) -> Result<(), StoreError> {
        let updated = self.connection.execute("UPDATE feeds SET paused = ?2 WHERE id = ?1", (id.0, paused));
        updated.map_err(|error| self.error(&error))?;
        self.copy_feeds();
        Ok(())
    }

    /// Puts the feeds into this order, and into the folders that those say which are given whole.
    pub fn arrange(&mut self, order: &[FeedId], changed: &[Feed]) -> Result<(), StoreError> {
        let mut arrange = || {
            let transaction = self.connection.transaction()?;
            place(&transaction, order)?;
            {
                let mut edit = transaction.prepare_cached("UPDATE feeds SET config = ?2 WHERE id = ?1")?;
                for feed in changed {
                    edit.execute((feed.id.0, to_json(&feed.config)?))?;
                }
            }
            transaction.commit()
        };
        arrange().map_err(|error| self.error(&error))?;
        self.copy_feeds();
        Ok(())
    }

    /// Takes a feed away from everyone at once, together with its events, which [`Self::sweep`] deletes.
    pub fn delete_feed(&mut self, id: FeedId) -> Result<(), StoreError> {
        let updated = self.connection.execute("UPDATE feeds SET removed = 1 WHERE id = ?1", [id.0]);
        updated.map_err(|error| self.error(&error))?;
        self.feeds.remove(&id);
        self.copy_feeds();
        Ok(())
    }

    /// Deletes at most `limit` events of removed feeds, and those feeds that have none left. Whether there is more.
    pub fn sweep(&mut self, limit: u32) -> Result<bool, StoreError> {
        let mut sweep = || {
            let transaction = self.connection.transaction()?;
            // Their counts go with the feeds.
            let some = "(SELECT id FROM events WHERE feed_id IN (SELECT id FROM feeds WHERE removed) LIMIT ?1)";
            transaction.execute(
                &format!(
                    "INSERT INTO events_text (events_text, rowid, title, body)
                     SELECT 'delete', id, title, body FROM events WHERE id IN {some}"
                ),
                [limit],
            )?;
            let deleted = transaction.execute(&format!("DELETE FROM events WHERE id IN {some}"), [limit])?;
            let more = deleted == limit as usize;
            if !more {
                transaction.execute_batch(
                    "DELETE FROM cursors WHERE feed_id IN (SELECT id FROM feeds WHERE removed);
                     DELETE FROM outcomes WHERE feed_id IN (SELECT id FROM feeds WHERE removed);
                     DELETE FROM announcements WHERE id NOT IN
                         (SELECT announcement FROM outcomes WHERE announcement IS NOT NULL);
                     DELETE FROM gaps WHERE feed_id IN (SELECT id FROM feeds WHERE removed);
                     DELETE FROM pruned WHERE feed_id IN (SELECT id FROM feeds WHERE removed);
                     DELETE FROM activity WHERE feed_id IN (SELECT id FROM feeds WHERE removed);
                     DELETE FROM feeds WHERE removed;",
                )?;
            }
            transaction.commit()?;
            Ok(more)
        };
        sweep().map_err(|error| self.error(&error))
    }

    /// From where a feed goes on.
    pub fn cursor(&self, feed: FeedId) -> Result<Cursor, StoreError> {
        Cursor::load(&self.connection, feed).map_err(|error| self.error(&error))
    }

    /// From where a subscription begins: from the cursor, unless events were lost since the last one began.
    pub fn begin_from(&mut self, feed: FeedId) -> Result<Cursor, StoreError> {
        self.rewound.remove(&feed).map_or_else(|| self.cursor(feed), Ok)
    }

    /// How many events a feed has.
    pub fn counts(&self, feed: FeedId) -> Result<FeedCounts, StoreError> {
        counts_of(&self.connection, feed).map_err(|error| self.error(&error))
    }

    /// The program's settings; the defaults before they are first saved, and where they cannot be understood.
    pub fn settings(&self) -> Result<Settings, StoreError> {
        settings(&self.connection).map_err(|error| self.error(&error))
    }

    /// Saves the program's settings.
    pub fn save_settings(&mut self, settings: &Settings) -> Result<(), StoreError> {
        save_settings(&self.connection, settings).map_err(|error| self.error(&error))
    }
}
