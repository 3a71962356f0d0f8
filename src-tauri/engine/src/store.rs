//! The history on disk: one SQLite database in the data directory.
//!
//! Deliberately not here: what the rows mean to a user (`event.rs`, `feed.rs`).

/// Why the store cannot be opened or used. Each message says what failed, why, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("Another Tidings (process {pid}) is using {path}.")]
    Owned { path: String, pid: u32 },
    #[error(
        "The history in {path} was written by a newer Tidings (format {found}; this one reads up to {known}). Install that version; nothing was changed."
    )]
    Newer { path: String, found: u32, known: u32 },
    #[error("The history in {path} cannot be used: {reason}")]
    Sqlite { path: String, reason: String },
}

/// Reads the history beside a running engine, without asking it.
pub struct History {}

#[expect(clippy::unused_self, unused_variables)]
impl History {
    /// Opens the database of `data_dir` for reading. An empty or missing one is an empty history.
    pub fn open(data_dir: &std::path::Path) -> Result<Self, StoreError> {
        Ok(Self {})
    }

    pub fn feeds(&self) -> Result<Vec<crate::Feed>, StoreError> {
        Ok(vec![])
    }

    pub fn page(&self, query: &crate::PageQuery) -> Result<crate::Page, StoreError> {
        Ok(crate::Page::default())
    }

    pub fn event(&self, id: crate::EventId) -> Result<Option<crate::Event>, StoreError> {
        Ok(None)
    }

    /// Calls `each` with the events of `scope` received at or after `since` (milliseconds since the Unix epoch), oldest
    /// first, until it breaks. Memory does not grow with their number.
    pub fn export(
        &self,
        scope: crate::Scope,
        since: Option<i64>,
        each: &mut dyn FnMut(crate::Event) -> std::ops::ControlFlow<()>,
    ) -> Result<(), StoreError> {
        Ok(())
    }
}
