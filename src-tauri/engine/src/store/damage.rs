//! A damaged database: mended where only the index of words broke, else put aside, and what can be read of it goes on in
//! a new one ([why](../../../../docs/decisions/damaged-history.md)).
//!
//! Killed at any moment, it is finished by the next start. Deliberately not here: how rows are read from a broken file
//! (`salvage.rs`).
use super::database::{self, MIGRATIONS};
use super::owner::unless_missing;
use super::{StoreError, feeds_copy, owner, salvage};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use ts_rs::TS;

/// What became of a damaged database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SetAside {
    /// The damaged file, under its new name.
    pub file: PathBuf,
    /// How many feeds go on.
    #[ts(type = "number")]
    pub feeds: u64,
    /// How many events could be read and are in the history.
    #[ts(type = "number")]
    pub events: u64,
    /// How many are known to be missing; those that nothing readable tells of are not among them.
    #[ts(type = "number")]
    pub lost: u64,
}

impl SetAside {
    /// A sentence for the user.
    pub fn sentence(&self) -> String {
        let count = |number: u64, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let lost = match self.lost {
            0 => String::new(),
            lost => format!("; {} could not be read", count(lost, "event")),
        };
        format!(
            "The history was damaged. It goes on with {} and {} that could be read{lost}. The damaged file was put aside as {}.",
            count(self.feeds, "feed"),
            count(self.events, "event"),
            self.file.display()
        )
    }
}

/// Rows of a damaged database on their way into a new one.
fn rescue(path: &Path) -> PathBuf {
    path.with_file_name("tidings.rescue.db")
}

/// What is told of the file that was put aside, for as long as that file stays where it is.
fn report(path: &Path) -> PathBuf {
    path.with_file_name("tidings.damaged.json")
}

/// The last file that was put aside, until it is moved away or the user has taken note ([`forget`]).
pub(super) fn reported(path: &Path) -> Option<SetAside> {
    let report: SetAside = serde_json::from_slice(&fs::read(report(path)).ok()?).ok()?;
    // The directory may have been moved as a whole.
    let file = path.with_file_name(report.file.file_name()?);
    file.exists().then_some(SetAside { file, ..report })
}

/// The user has taken note.
pub(super) fn forget(path: &Path) -> io::Result<()> {
    unless_missing(fs::remove_file(report(path)))
}

/// Repairs a database in which only the content of the index of words is wrong: that is made anew from the events. An
/// index whose very pages are broken cannot even be emptied.
pub(super) fn mend_words(path: &Path) -> rusqlite::Result<Connection> {
    let connection = database::connect_to_write(path)?;
    let tables = {
        let mut statement = connection.prepare(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'events_text*'
             AND name NOT GLOB 'sqlite_*'",
        )?;
        statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?
    };
    for table in tables {
        database::check(&connection, Some(&table))?;
    }
    connection.execute_batch(REBUILD_WORDS)?;
    database::check(&connection, None)?;
    connection.execute_batch("INSERT INTO events_text (events_text, rank) VALUES ('integrity-check', 1)")?;
    Ok(connection)
}

pub(super) const REBUILD_WORDS: &str = "INSERT INTO events_text (events_text) VALUES ('rebuild')";

/// Puts a damaged database aside and what can be read of it in its place. When this fails, all is as it was.
pub(super) fn replace(path: &Path) -> Result<SetAside, StoreError> {
    let rescue = rescue(path);
    let rescued = fill(path, &rescue).inspect_err(|_| {
        let _ = fs::remove_file(&rescue);
    })?;
    let moved = || {
        let file = free_name(path);
        let set_aside = SetAside { file, feeds: rescued.feeds, events: rescued.events, lost: rescued.lost };
        // Told first: what is told of a file that is not there yet is told to nobody.
        write_privately(&report(path), &serde_json::to_vec(&set_aside)?)?;
        fs::rename(path, &set_aside.file)?;
        finish(path)?;
        Ok(set_aside)
    };
    moved().map_err(|error: io::Error| {
        // Once the damaged file is moved, the next start goes on with the new one.
        if path.exists() {
            let _ = fs::remove_file(&rescue);
        }
        StoreError::of_io(path, &error)
    })
}

/// Makes a new database of the damaged one's format from the rows that can be read.
fn fill(path: &Path, rescue: &Path) -> Result<salvage::Rescued, StoreError> {
    remove(rescue).map_err(|error| StoreError::of_io(rescue, &error))?;
    let failed = |error: rusqlite::Error| StoreError::of(path, &error);
    let broken = salvage::open(path);
    let format = broken.as_ref().map_or(0, salvage::format);
    // Where it cannot be known, the rows are taken to be of the present one.
    let known = MIGRATIONS.len();
    let format = if (1..=known).contains(&format) { format } else { known };
    owner::private_file().open(rescue).map_err(|error| StoreError::of_io(rescue, &error))?;
    let mut new = database::connect_to_write(rescue).map_err(failed)?;
    // One file, which is whole when it is closed.
    new.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF")
        .map_err(failed)?;
    database::take_steps(&mut new, &MIGRATIONS[..format]).map_err(failed)?;
    let copy = feeds_copy::read(path);
    let rescued = salvage::copy(broken.as_ref(), &mut new, &copy).map_err(failed)?;
    new.close().map_err(|(_, error)| failed(error))?;
    Ok(rescued)
}

/// Ends what a killed process began: its new database was complete before the damaged one was moved.
pub(super) fn finish(path: &Path) -> io::Result<()> {
    let rescue = rescue(path);
    if fs::exists(path)? {
        return remove(&rescue);
    }
    if !fs::exists(&rescue)? {
        return Ok(());
    }
    // A log beside the new database would be taken for its own.
    let aside = reported(path).map_or_else(|| free_name(path), |report| report.file);
    for suffix in ["-wal", "-shm"] {
        unless_missing(fs::rename(beside(path, suffix), beside(&aside, suffix)))?;
    }
    fs::rename(&rescue, path)?;
    let _ = fs::remove_file(database::suspicion(path));
    path.parent().map_or(Ok(()), owner::sync)
}

/// The path with something behind its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(file: &Path) -> io::Result<()> {
    ["", "-journal"].into_iter().try_for_each(|suffix| unless_missing(fs::remove_file(beside(file, suffix))))
}

/// A name that says what the file is, and that no file has yet.
fn free_name(path: &Path) -> PathBuf {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    (seconds..u64::MAX)
        .map(|number| path.with_file_name(format!("tidings.damaged-{number}.db")))
        .find(|aside| !aside.exists())
        .unwrap_or_default()
}

/// Replaces a small file in one step; only the user can read it.
pub(super) fn write_privately(path: &Path, content: &[u8]) -> io::Result<()> {
    use io::Write as _;
    let new = beside(path, ".new");
    let written = || {
        let mut file = owner::private_file().truncate(true).open(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, path)
    };
    written().inspect_err(|_| drop(fs::remove_file(&new)))
}
