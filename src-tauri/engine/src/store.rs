//! The history on disk: one `SQLite` database in the data directory, owned by one process.
//!
//! A [`Store`] is a plain value that blocks on the disk; it lives on a thread of its own (`writer.rs`). Deliberately not
//! here: what the rows mean to a user (`event.rs`, `feed.rs`), what follows from a commit (`engine.rs`).
mod activity;
mod append;
mod backup;
mod damage;
mod database;
mod details;
mod fault;
mod feeds;
mod feeds_copy;
mod gaps;
mod history;
mod imports;
mod marks;
mod outcomes;
mod owner;
mod prune;
mod reader;
mod reading;
mod restore;
mod retired;
mod row;
mod salvage;
mod search;
mod space;
mod vocabulary;
mod window;
mod writer;

pub use activity::Opened;
pub use append::{Arrival, Commit, NewEvent, Outcome};
pub use backup::{About, Beside};
pub use damage::SetAside;
pub use fault::{Fault, StorageProblem};
pub use feeds::{Cursor, FeedCounts, Forget, StoredFeed};
pub use history::History;
pub use imports::ImportedFeed;
pub use marks::Marked;
pub use prune::{Kept, Pruned};
pub(crate) use reader::Readers;
pub(crate) use reading::snippet;
pub use restore::{Owned, Ready, look};
pub use retired::RetiredFeed;
pub use space::Space;
pub(crate) use writer::{Writer, WriterNews};

use crate::FeedId;
use owner::Owner;
use rusqlite::Connection;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use window::Window;

/// Why the store cannot be opened or used. Each message says what failed, why, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the data directory.
    #[error(
        "Another Tidings{} is using {path}. End it, or name another directory with --data-dir.",
        if *.pid == 0 { String::new() } else { format!(" (process {pid})") }
    )]
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
    Unusable {
        /// The database file, or the directory that should hold it.
        path: String,
        /// Of which kind.
        fault: Fault,
        /// Why, and what to do, in a sentence.
        reason: String,
    },
}

impl StoreError {
    fn of(path: &Path, error: &rusqlite::Error) -> Self {
        Self::unusable(path, Fault::of(error), &error.to_string())
    }

    fn of_io(path: &Path, error: &io::Error) -> Self {
        Self::unusable(path, Fault::of_io(error), &error.to_string())
    }

    /// In the words of its kind; `cause` is the system's own word for it.
    fn unusable(path: &Path, fault: Fault, cause: &str) -> Self {
        Self::Unusable { path: path.display().to_string(), fault, reason: fault.reason(cause) }
    }

    /// Of no kind of its own: the reason says it all.
    fn other(path: &Path, reason: impl Into<String>) -> Self {
        Self::Unusable { path: path.display().to_string(), fault: Fault::Other, reason: reason.into() }
    }

    /// Of which kind it is.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Owned { .. } => Fault::Busy,
            Self::Newer { .. } => Fault::Newer,
            Self::Unusable { fault, .. } => *fault,
        }
    }

    /// What to tell of it.
    pub fn problem(&self) -> StorageProblem {
        let (Self::Owned { path, .. } | Self::Newer { path, .. } | Self::Unusable { path, .. }) = self;
        StorageProblem { fault: self.fault(), path: path.clone(), message: self.to_string() }
    }
}

/// The database, open for writing, and the lock on its directory.
pub struct Store {
    connection: Connection,
    path: PathBuf,
    set_aside: Option<SetAside>,
    /// The feeds that exist, each with what is known of its rows without asking again.
    feeds: HashMap<FeedId, Known>,
    /// From where feeds begin next, after events were lost with a damaged file. Their cursors move on meanwhile, with what
    /// was on its way.
    rewound: HashMap<FeedId, Cursor>,
    /// How often the file was opened anew; whoever reads it beside this has to look.
    generation: Arc<AtomicU64>,
    /// Held until the database is closed; the field order sees to it.
    _owner: Owner,
}

/// What the store remembers of a feed between transactions; read when first needed, forgotten after a failure.
#[derive(Default)]
struct Known {
    window: Option<Window>,
    cursor: Option<Cursor>,
    run: Option<outcomes::Run>,
    /// The hour in which minutes that are no longer shown were forgotten last.
    swept: Option<i64>,
}

impl Store {
    /// Takes the data directory (made if missing), opens the database and brings it to the present format.
    ///
    /// A damaged database is put aside, and what can be read of it goes on in a new one; [`Self::set_aside`] tells. A
    /// newer one is refused untouched.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let owner = Owner::take(data_dir)?;
        let path = database::path(data_dir);
        restore::finish(data_dir).map_err(|error| StoreError::of_io(data_dir, &error))?;
        restore::clear(data_dir);
        let (connection, set_aside) = database::open(&path)?;
        let set_aside = set_aside.or_else(|| damage::reported(&path));
        let mut store = Self {
            connection,
            path,
            set_aside,
            feeds: HashMap::new(),
            rewound: HashMap::new(),
            generation: Arc::default(),
            _owner: owner,
        };
        store.learn_feeds()?;
        // After a restore there is none, whoever finished that.
        if !store.feeds.is_empty() && !feeds_copy::exists(&store.path) {
            store.copy_feeds();
        }
        Ok(store)
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What became of the last database that was damaged: until that file is moved away, or the user has taken note.
    pub fn set_aside(&self) -> Option<&SetAside> {
        self.set_aside.as_ref()
    }

    /// The user has taken note of the damaged file.
    pub fn forget_set_aside(&mut self) -> Result<(), StoreError> {
        damage::forget(&self.path).map_err(|error| StoreError::of_io(&self.path, &error))?;
        self.set_aside = None;
        Ok(())
    }

    /// Closes the database, in which damage was met, looks at all of it and opens what is sound of it, as
    /// [`Self::open`] does.
    pub(crate) fn mend(&mut self) -> Result<(), StoreError> {
        database::suspect(&self.path);
        // The file is closed before it is moved.
        self.connection = Connection::open_in_memory().map_err(|error| StoreError::of(&self.path, &error))?;
        let opened = database::open(&self.path);
        self.generation.fetch_add(1, Ordering::Release);
        let (connection, set_aside) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                // Whatever stands there is met again by the next transaction, which tells.
                if let Ok(connection) = database::connect_to_write(&self.path) {
                    self.connection = connection;
                }
                return Err(error);
            }
        };
        self.connection = connection;
        self.learn_feeds()?;
        if set_aside.is_some() {
            self.set_aside = set_aside;
            self.rewound =
                self.feeds.keys().map(|id| Ok((*id, self.cursor(*id)?))).collect::<Result<_, StoreError>>()?;
        }
        Ok(())
    }

    /// How often the file was opened anew.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    fn learn_feeds(&mut self) -> Result<(), StoreError> {
        self.feeds = self.feeds()?.into_iter().map(|stored| (stored.feed.id, Known::default())).collect();
        Ok(())
    }

    /// The connection, for what a test has to bring about: a full disk, a count by hand.
    #[doc(hidden)]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Damage that is left as it is.
    fn damaged(&self) -> StoreError {
        StoreError::unusable(&self.path, Fault::Damaged, "")
    }

    /// Words for a failure of this store. Damage is noted, so that the next start looks at the whole database.
    fn error(&self, error: &rusqlite::Error) -> StoreError {
        // Mending it failed, and so did opening it after that: there are no tables until it is mended.
        if self.connection.path() == Some("") {
            return self.damaged();
        }
        if Fault::of(error) == Fault::Damaged {
            database::suspect(&self.path);
        }
        StoreError::of(&self.path, error)
    }
}
