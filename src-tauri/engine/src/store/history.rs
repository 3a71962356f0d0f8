//! The history as another process reads it, beside its owner or without one.
//!
//! Deliberately not here: writing of any kind.
use super::{
    Fault, RetiredFeed, SetAside, Store, StoreError, damage, database, feeds, gaps, outcomes, owner, reading, retired,
    space,
};
use crate::announce::Why;
use crate::{Event, EventId, Feed, Gap, GapQuery, Page, PageQuery, Scope, Trial, TrialReport};
use rusqlite::Connection;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Reads the history beside a running engine, without asking it.
pub struct History {
    /// `None`: there is no history yet.
    pub(super) connection: Option<Connection>,
    pub(super) path: PathBuf,
}

impl History {
    /// Opens the database of `data_dir` for reading. An empty or missing one is an empty history.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let path = database::path(data_dir);
        Store::finish_restore(data_dir);
        Ok(Self { connection: database::open_for_reading(&path)?, path })
    }

    /// What became of the last database that was damaged: until that file is moved away, or the user has taken note.
    pub fn set_aside(&self) -> Option<SetAside> {
        damage::reported(&self.path)
    }

    /// All feeds, in the user's order.
    pub fn feeds(&self) -> Result<Vec<Feed>, StoreError> {
        let feeds = self.read(feeds::feeds)?.unwrap_or_default();
        Ok(feeds.into_iter().map(|stored| stored.feed).collect())
    }

    /// The feeds that were removed and whose history stays, the latest first.
    pub fn retired(&self) -> Result<Vec<RetiredFeed>, StoreError> {
        Ok(self.read(retired::retired)?.unwrap_or_default())
    }

    /// A page of the history, newest first.
    pub fn page(&self, query: &PageQuery) -> Result<Page, StoreError> {
        Ok(self.read(|connection| reading::page(connection, query))?.unwrap_or_default())
    }

    /// An event, whole.
    pub fn event(&self, id: EventId) -> Result<Option<Event>, StoreError> {
        Ok(self.read(|connection| reading::event(connection, id))?.flatten())
    }

    /// What would become of the newest events of a feed with another mapping or other rules.
    pub fn try_rules(&self, feed: &Feed, trial: &Trial) -> Result<TrialReport, StoreError> {
        let report = self.read(|connection| reading::try_rules(connection, feed, trial, &mut || true))?;
        // Where nothing is stored yet, faults are told all the same.
        Ok(report.unwrap_or_else(|| TrialReport { fault: trial.intake(feed).err(), events: vec![] }))
    }

    /// Why an event was announced, or was not.
    pub fn why(&self, id: EventId) -> Result<Option<Why>, StoreError> {
        Ok(self.read(|connection| outcomes::why(connection, id))?.flatten())
    }

    /// The times in which a feed was not connected, newest first.
    pub fn gaps(&self, query: GapQuery) -> Result<Vec<Gap>, StoreError> {
        Ok(self.read(|connection| gaps::gaps(connection, query))?.unwrap_or_default())
    }

    /// Calls `each` with the events of `scope` that a search finds (all, if it is empty) and that were received at or after `since` (milliseconds since the Unix epoch), oldest
    /// first, until it breaks. Memory does not grow with their number.
    pub fn export(
        &self,
        scope: &Scope,
        search: &str,
        since: Option<i64>,
        each: &mut dyn FnMut(Event) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(|connection| reading::export(connection, scope, search, since, each)).map(drop)
    }

    /// Copies the whole history, without what is spare in its file, to a new file that only the user can read. `progress`
    /// is told now and then how many bytes are written, about, and of how many; it may break it off.
    ///
    /// Whoever writes to the history meanwhile is not held up. What is written stays when it fails or is broken off.
    pub fn copy_to(
        &self,
        file: &Path,
        progress: &mut (dyn FnMut(u64, u64) -> ControlFlow<()> + Send),
    ) -> Result<ControlFlow<()>, StoreError> {
        let Some(connection) = &self.connection else { return Ok(ControlFlow::Continue(())) };
        // Only the user can read it from the first byte on.
        owner::private_file().create_new(true).open(file).map_err(|error| StoreError::of_io(file, &error))?;
        space::copy(connection, file, progress).map_err(|error| {
            // The disk that is written to, unless it is the history that cannot be read.
            let written = matches!(Fault::of(&error), Fault::DiskFull | Fault::ReadOnly | Fault::DiskError);
            StoreError::of(if written { file } else { &self.path }, &error)
        })
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<Option<T>, StoreError> {
        self.connection.as_ref().map(read).transpose().map_err(|error| StoreError::of(&self.path, &error))
    }
}
