//! A backup: one file of the whole history with feeds, settings, own presets and, sealed, passwords and tokens.
//!
//! It is a history with one table more, so that nothing of it is in a format of its own. Deliberately not here: the way
//! back (`restore.rs`).
use super::{History, StoreError, database};
use crate::preset::OwnPresets;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::path::Path;

/// The format that is made, and the latest that is restored. That of the history has a number of its own.
pub(super) const FORMAT: u32 = 1;
/// The names of what stands in the table.
const ABOUT: &str = "about";
const SECRETS: &str = "secrets";
const PRESETS: &str = "presets/";
const TABLE: &str = "CREATE TABLE backup (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT, WITHOUT ROWID";
/// The most presets, and the longest content besides the history, in bytes.
const PRESETS_LIMIT: usize = 500;
const CONTENT_LIMIT: i64 = 32 * 1024 * 1024;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// That of what stands beside the history; 1.
    pub format: u32,
    /// Milliseconds since the Unix epoch.
    pub made_at: i64,
}

/// What a backup has besides the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// `None`: it was made by a version that wrote nothing but the history.
    pub about: Option<About>,
    /// Passwords and tokens, sealed.
    pub secrets: Option<String>,
    /// The user's presets: ID and text.
    pub(crate) presets: Vec<(String, String)>,
}

impl History {
    /// Copies everything to a new file that only the user can read. `sealed`: the passwords and tokens, if they are wanted.
    /// Whoever writes to the history meanwhile is not held up. What is written stays when it fails or is broken off.
    pub fn back_up(
        &self,
        file: &Path,
        presets: &OwnPresets,
        sealed: Option<&str>,
        progress: &mut (dyn FnMut(u64, u64) -> ControlFlow<()> + Send),
    ) -> Result<ControlFlow<()>, StoreError> {
        if self.connection.is_none() {
            return Err(StoreError::other(&self.path, "there is nothing in it yet, so there is nothing to back up."));
        }
        if self.copy_to(file, progress)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let about = About { format: FORMAT, made_at: crate::clock::now() };
        let write = || {
            let mut connection = database::connect(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            // One file, which is whole when it is closed.
            connection.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")?;
            let transaction = connection.transaction()?;
            transaction.execute_batch(TABLE)?;
            let put = |name: &str, content: &str| {
                transaction.execute("INSERT INTO backup (name, content) VALUES (?1, ?2)", (name, content.as_bytes()))
            };
            put(ABOUT, &super::feeds::to_json(&about)?)?;
            if let Some(sealed) = sealed {
                put(SECRETS, sealed)?;
            }
            for preset in presets.read().0 {
                put(&format!("{PRESETS}{}", preset.id), &preset.text())?;
            }
            transaction.commit()?;
            connection.close().map_err(|(_, error)| error)
        };
        write().map_err(|error| StoreError::of(file, &error))?;
        Ok(ControlFlow::Continue(()))
    }
}

impl Beside {
    /// What a backup has besides the history.
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'backup'";
        let mut beside = Self::default();
        if connection.query_row(sql, [], |_| Ok(())).optional()?.is_none() {
            return Ok(beside);
        }
        let mut statement = connection.prepare("SELECT name, content FROM backup WHERE length(content) <= ?1")?;
        let mut rows = statement.query([CONTENT_LIMIT])?;
        while let Some(row) = rows.next()? {
            let (name, content): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let Ok(content) = String::from_utf8(content) else { continue };
            match (&*name, name.strip_prefix(PRESETS)) {
                (ABOUT, _) => beside.about = serde_json::from_str(&content).ok(),
                (SECRETS, _) => beside.secrets = Some(content),
                (_, Some(id)) if crate::preset::is_id(id) && beside.presets.len() < PRESETS_LIMIT => {
                    beside.presets.push((id.to_owned(), content));
                }
                _ => {}
            }
        }
        Ok(beside)
    }

    /// Whether there are passwords and tokens in it.
    pub fn is_sealed(&self) -> bool {
        self.secrets.is_some()
    }
}
