//! The history on disk: one `SQLite` database in the data directory, owned by one process.
//!
//! A [`Store`] is a plain value that blocks on the disk; it lives on a thread of its own (`writer.rs`). Deliberately not
//! here: what the rows mean to a user (`event.rs`, `feed.rs`), what follows from a commit (`engine.rs`).
mod append;
mod database;
mod feeds;
mod history;
mod marks;
mod owner;
mod reader;
mod reading;
mod search;
mod window;
mod writer;

pub use append::{Arrival, Commit, NewEvent, Outcome};
pub use feeds::{Cursor, FeedCounts, StoredFeed};
pub use history::History;
pub use marks::Marked;
pub(crate) use reader::Readers;
pub(crate) use reading::snippet;
pub(crate) use writer::{Writer, WriterNews};

use crate::FeedId;
use owner::Owner;
use rusqlite::Connection;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use window::Window;

/// Why the store cannot be opened or used. Each message says what failed, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the data directory.
    #[error("Another Tidings (process {pid}) is using {path}.")]
    Owned {
        /// The data directory.
        path: String,
        /// The owner; 0 when it could not be read.
        pid: u32,
    },
    /// The database is of a later format than this program knows. It is left as it is.
    #[error(
        "The history in {path} was written by a newer Tidings (format {found}; this one reads up to {known}). Install that version; nothing was changed."
    )]
    Newer {
        /// The database file.
        path: String,
        /// Its format.
        found: u32,
        /// The latest format this program knows.
        known: u32,
    },
    /// The database, or a file beside it, cannot be read or written.
    #[error("The history in {path} cannot be used: {reason}")]
    Sqlite {
        /// The database file.
        path: String,
        /// Why, and what to do, in a sentence.
        reason: String,
    },
}

impl StoreError {
    fn of(path: &Path, error: &rusqlite::Error) -> Self {
        Self::Sqlite { path: path.display().to_string(), reason: database::reason(error) }
    }
}

/// The database, open for writing, and the lock on its directory.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    set_aside: Option<PathBuf>,
    /// The feeds that exist, each with what is known of its rows without asking again.
    feeds: HashMap<FeedId, Known>,
    /// Held until the database is closed; the field order sees to it.
    _owner: Owner,
}

/// What the store remembers of a feed between transactions; read when first needed, forgotten after a failure.
#[derive(Default)]
struct Known {
    window: Option<Window>,
    cursor: Option<Cursor>,
}

impl Store {
    /// Takes the data directory (made if missing), opens the database and brings it to the present format.
    ///
    /// A damaged database is renamed and a new one begun; [`Self::set_aside`] tells. A newer one is refused untouched.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let owner = Owner::take(data_dir)?;
        let path = database::path(data_dir);
        let (connection, set_aside) = database::open(&path)?;
        let mut store = Self { connection, path, set_aside, feeds: HashMap::new(), _owner: owner };
        for stored in store.feeds()? {
            store.feeds.insert(stored.feed.id, Known::default());
        }
        Ok(store)
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where a damaged database was moved to when this one was opened.
    pub fn set_aside(&self) -> Option<&Path> {
        self.set_aside.as_deref()
    }

    /// The connection, for what a test has to bring about: a full disk, a count by hand.
    #[doc(hidden)]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Words for a failure of this store. Damage is noted, so that the next start looks at the whole database.
    fn error(&self, error: &rusqlite::Error) -> StoreError {
        if database::is_damage(error) {
            database::suspect(&self.path);
        }
        StoreError::of(&self.path, error)
    }
}
