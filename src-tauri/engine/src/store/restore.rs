//! The way back from a backup: it is looked at whole and made ready beside the present data, which is then set aside and
//! never deleted.
//!
//! Killed at any moment there are the old data or the new: what is made ready becomes the new data by the renaming of one
//! directory, and from then on every start finishes what was begun. Deliberately not here: who may do this
//! (`engine/restoring.rs`), secrets.
use super::backup::{Beside, FORMAT};
use super::database::{self, MIGRATIONS};
use super::{Store, StoreError, owner, row};
use crate::{FeedConfig, Settings};
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// What is being made ready: it may go at any time.
const NEW: &str = "restore.new";
/// What is ready: the present data are set aside next.
const READY: &str = "restore.ready";
/// What takes their place; they are set aside.
const PLACING: &str = "restore.placing";
/// Names the directory that they are set aside in.
const ASIDE: &str = "aside";
/// All that a history consists of. Secrets stay: each has a key of its own.
const DATA: &[&str] = &[
    "tidings.db",
    "tidings.db-wal",
    "tidings.db-shm",
    "tidings.feeds.json",
    "tidings.suspect",
    "tidings.damaged.json",
    "tidings.rescue.db",
    "presets",
];
const COPIED_AT_ONCE: usize = 1024 * 1024;
const MAGIC: &[u8] = b"SQLite format 3\0";

/// A backup that is being made ready, as a history that nobody owns yet.
pub struct Ready {
    data_dir: PathBuf,
    connection: Connection,
    /// What it has besides.
    pub beside: Beside,
}

/// What a backup has besides the history, without changing anything.
pub fn look(file: &Path) -> Result<Beside, StoreError> {
    let broken = |error: rusqlite::Error| no_backup(file, &error.to_string());
    head(file)?;
    let path = fs::canonicalize(file).map_err(|error| no_backup(file, &error.to_string()))?;
    let mut url = url::Url::from_file_path(path).map_err(|()| no_backup(file, "its name cannot be understood"))?;
    url.set_query(Some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(url.as_str(), flags).map_err(broken)?;
    let beside = Beside::read(&connection).map_err(broken)?;
    refuse_newer(file, &beside)?;
    Ok(beside)
}

impl Ready {
    /// Copies a backup beside the data and looks at all of it. `progress` is told how many bytes are copied, and of how
    /// many; it may break it off. Nothing is left then, nor when it fails.
    pub fn make(
        data_dir: &Path,
        file: &Path,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Self>, StoreError> {
        let folder = data_dir.join(NEW);
        let made = Self::make_in(data_dir, &folder, file, progress);
        if !matches!(made, Ok(ControlFlow::Continue(_))) {
            let _ = fs::remove_dir_all(&folder);
        }
        made
    }

    fn make_in(
        data_dir: &Path,
        folder: &Path,
        file: &Path,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Self>, StoreError> {
        head(file)?;
        let mut copied = || {
            owner::make_directory(data_dir)?;
            remove(folder)?;
            owner::make_directory(folder)?;
            copy(file, &database::path(folder), progress)
        };
        if copied().map_err(|error| StoreError::of_io(folder, &error))?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let broken = |error: rusqlite::Error| no_backup(file, &error.to_string());
        let connection =
            database::connect(&database::path(folder), OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(broken)?;
        // What a stranger wrote into a schema is not run.
        connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA journal_mode = DELETE").map_err(broken)?;
        database::check(&connection, None).map_err(broken)?;
        if !is_history(&connection).map_err(broken)? {
            return Err(no_backup(file, "it is another database"));
        }
        let beside = Beside::read(&connection).map_err(broken)?;
        refuse_newer(file, &beside)?;
        Ok(ControlFlow::Continue(Self { data_dir: data_dir.to_owned(), connection, beside }))
    }

    /// Replaces the settings of each feed that `change` has others for; `None` keeps them.
    pub(crate) fn change_feeds<E: From<StoreError>>(
        &mut self,
        mut change: impl FnMut(FeedConfig) -> Result<Option<FeedConfig>, E>,
    ) -> Result<(), E> {
        let read = || {
            let mut statement = self.connection.prepare("SELECT id, config FROM feeds")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row::feed_config(row, 1)?)))?;
            rows.collect::<rusqlite::Result<Vec<(i64, FeedConfig)>>>()
        };
        for (id, config) in read().map_err(|error| self.failed(&error))? {
            let Some(changed) = change(config)? else { continue };
            let sql = "UPDATE feeds SET config = ?2 WHERE id = ?1";
            let save = || self.connection.execute(sql, (id, super::feeds::to_json(&changed)?));
            save().map_err(|error| self.failed(&error))?;
        }
        Ok(())
    }

    pub(crate) fn settings(&self) -> Result<Settings, StoreError> {
        super::feeds::settings(&self.connection).map_err(|error| self.failed(&error))
    }

    pub(crate) fn save_settings(&self, settings: &Settings) -> Result<(), StoreError> {
        super::feeds::save_settings(&self.connection, settings).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::of(&database::path(&self.data_dir.join(NEW)), error)
    }

    /// From now on it is what the data directory has: the next start puts it there. In which directory the present data
    /// are set aside.
    pub fn commit(self) -> Result<PathBuf, StoreError> {
        let Self { data_dir, connection, beside } = self;
        let folder = data_dir.join(NEW);
        let failed = |error: io::Error| StoreError::of_io(&folder, &error);
        let closed = connection
            .execute_batch("DROP TABLE IF EXISTS backup")
            .and_then(|()| connection.close().map_err(|(_, error)| error));
        closed.map_err(|error| StoreError::of(&folder, &error))?;
        let aside = free_name(&data_dir);
        let write = || {
            let presets = folder.join("presets");
            if !beside.presets.is_empty() {
                owner::make_directory(&presets)?;
            }
            for (id, text) in &beside.presets {
                write(&presets.join(format!("{id}.toml")), text)?;
            }
            write(&folder.join(ASIDE), aside.file_name().unwrap_or_default().to_string_lossy().as_ref())?;
            File::open(database::path(&folder))?.sync_all()?;
            sync(&folder)?;
            remove(&data_dir.join(READY))?;
            fs::rename(&folder, data_dir.join(READY))?;
            sync(&data_dir)
        };
        write().map_err(failed)?;
        Ok(aside)
    }

    /// It is not wanted any more.
    pub fn discard(self) {
        let folder = self.data_dir.join(NEW);
        drop(self.connection);
        let _ = fs::remove_dir_all(folder);
    }
}

/// Whether something waits to become the data.
pub(super) fn is_pending(data_dir: &Path) -> bool {
    [READY, PLACING].iter().any(|name| data_dir.join(name).exists())
}

/// Puts what is ready in the place of the data, by whoever owns the directory. Whether there was something.
pub(super) fn finish(data_dir: &Path) -> io::Result<bool> {
    finish_by(data_dir, &mut |from, to| fs::rename(from, to))
}

/// [`finish`], where `step` renames.
fn finish_by(data_dir: &Path, step: &mut dyn FnMut(&Path, &Path) -> io::Result<()>) -> io::Result<bool> {
    let (ready, placing) = (data_dir.join(READY), data_dir.join(PLACING));
    if !is_pending(data_dir) {
        return Ok(false);
    }
    if !placing.exists() {
        // All that is there now is old, however often this is begun.
        let name = fs::read_to_string(ready.join(ASIDE))?;
        let aside = data_dir.join(Path::new(name.trim()).file_name().ok_or(io::ErrorKind::InvalidData)?);
        owner::make_directory(&aside)?;
        for name in DATA {
            unless_missing(step(&data_dir.join(name), &aside.join(name)))?;
        }
        sync(&aside)?;
        step(&ready, &placing)?;
        sync(data_dir)?;
    }
    for name in DATA {
        unless_missing(step(&placing.join(name), &data_dir.join(name)))?;
    }
    sync(data_dir)?;
    fs::remove_dir_all(&placing)?;
    Ok(true)
}

/// The data directory, held.
pub struct Owned(#[expect(dead_code, reason = "it is held, not looked at")] owner::Owner);

impl Store {
    /// Takes the data directory, as [`Self::open`] does, without opening what is in it.
    pub fn own(data_dir: &Path) -> Result<Owned, StoreError> {
        owner::Owner::take(data_dir).map(Owned)
    }

    /// Waits until no process owns the data directory, however long that takes. Another may take it the moment after. It blocks.
    pub fn until_free(data_dir: &Path) -> Result<(), StoreError> {
        owner::wait(data_dir)
    }

    /// Finishes a restore that was begun, where nobody else owns the directory just now.
    pub(super) fn finish_restore(data_dir: &Path) {
        if is_pending(data_dir)
            && let Ok(owner) = owner::Owner::take(data_dir)
        {
            // Told by whoever opens what is there then.
            let _ = finish(data_dir);
            drop(owner);
        }
    }
}

/// What a file begins with says whether it is a history, and of which format.
fn head(file: &Path) -> Result<(), StoreError> {
    const VERSION: std::ops::Range<usize> = 60..64;
    const APPLICATION: std::ops::Range<usize> = 68..72;
    let mut head = [0; 100];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut head));
    match read {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(no_backup(file, &error.to_string())),
        Ok(()) if head.starts_with(MAGIC) => {}
        _ => return Err(no_backup(file, "it is something else, or only a part")),
    }
    let number =
        |range: std::ops::Range<usize>| head[range].iter().fold(0_u32, |all, byte| (all << 8) | u32::from(*byte));
    if number(APPLICATION) != database::APPLICATION_ID.cast_unsigned() {
        return Err(no_backup(file, "it is another database"));
    }
    database::refuse_newer(file, number(VERSION), MIGRATIONS.len())
}

fn refuse_newer(file: &Path, beside: &Beside) -> Result<(), StoreError> {
    match &beside.about {
        Some(about) if about.format > FORMAT => {
            Err(StoreError::Newer { path: file.display().to_string(), found: about.format, known: FORMAT })
        }
        _ => Ok(()),
    }
}

/// Whether the tables are those of a history of its format, and nothing is in the schema that would run by itself.
fn is_history(connection: &Connection) -> rusqlite::Result<bool> {
    let schema = |connection: &Connection| {
        let mut statement = connection.prepare(
            "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema
             WHERE name NOT GLOB 'sqlite_*' AND NOT (type = 'table' AND name = 'backup') ORDER BY 1",
        )?;
        statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()
    };
    let format = database::version(connection)? as usize;
    let mut expected = Connection::open_in_memory()?;
    let steps = MIGRATIONS.get(..format).filter(|steps| !steps.is_empty());
    let Some(steps) = steps else { return Ok(false) };
    database::take_steps(&mut expected, steps)?;
    Ok(schema(connection)? == schema(&expected)?)
}

fn copy(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>) -> io::Result<ControlFlow<()>> {
    let mut from = File::open(from)?;
    let total = from.metadata()?.len();
    let mut to = owner::private_file().create_new(true).open(to)?;
    let mut part = vec![0; COPIED_AT_ONCE];
    let mut done = 0;
    loop {
        let read = from.read(&mut part)?;
        if read == 0 {
            break;
        }
        to.write_all(&part[..read])?;
        done += read as u64;
        if progress(done, total).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    to.sync_all()?;
    Ok(ControlFlow::Continue(()))
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    let mut file = owner::private_file().truncate(true).open(file)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A name that no directory has yet.
fn free_name(data_dir: &Path) -> PathBuf {
    let day = jiff::Zoned::now().strftime("%Y-%m-%d").to_string();
    let name = |number: u32| match number {
        1 => format!("before-restore-{day}"),
        number => format!("before-restore-{day}-{number}"),
    };
    (1..=u32::MAX).map(|number| data_dir.join(name(number))).find(|path| !path.exists()).unwrap_or_default()
}

fn no_backup(file: &Path, why: &str) -> StoreError {
    let reason = format!("it is no backup that Tidings can restore ({why}). Nothing was changed.");
    StoreError::Unusable { path: file.display().to_string(), fault: super::Fault::Other, reason }
}

fn remove(folder: &Path) -> io::Result<()> {
    unless_missing(fs::remove_dir_all(folder))
}

fn unless_missing(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// The new names survive a loss of power.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::History;

    fn feeds(dir: &Path) -> Vec<String> {
        History::open(dir).unwrap().feeds().unwrap().into_iter().map(|feed| feed.config.name).collect()
    }

    fn store(dir: &Path, feed: &str) -> Store {
        let mut store = Store::open(dir).unwrap();
        store.add_feed(&FeedConfig::new(feed, "http://127.0.0.1:9/")).unwrap();
        store
    }

    /// Each step of putting the new data in place is the last one before the power goes, once.
    #[test]
    fn interrupted_anywhere_it_is_finished_by_the_next_start() {
        let backup = tempfile::tempdir().unwrap();
        drop(store(backup.path(), "new"));
        let file = database::path(backup.path());
        for last in 0.. {
            let dir = tempfile::tempdir().unwrap();
            let dir = dir.path();
            // Killed: its log is still beside it.
            let old = store(dir, "old");
            let log = fs::read(dir.join("tidings.db-wal")).unwrap();
            let database = fs::read(database::path(dir)).unwrap();
            drop(old);
            fs::write(database::path(dir), database).unwrap();
            fs::write(dir.join("tidings.db-wal"), log).unwrap();

            let go_on = &mut |_, _| ControlFlow::Continue(());
            let ControlFlow::Continue(ready) = Ready::make(dir, &file, go_on).unwrap() else { panic!("broken off") };
            assert_eq!(feeds(dir), ["old"], "not decided yet");
            let aside = ready.commit().unwrap();
            let mut steps = 0;
            let interrupted = finish_by(dir, &mut |from, to| {
                steps += 1;
                if steps > last { Err(io::ErrorKind::Interrupted.into()) } else { fs::rename(from, to) }
            });
            drop(Store::open(dir).unwrap());
            assert_eq!(feeds(dir), ["new"], "interrupted after {last} steps");
            assert_eq!(feeds(&aside), ["old"], "interrupted after {last} steps");
            assert!(!is_pending(dir), "interrupted after {last} steps");
            if interrupted.is_ok() {
                assert_eq!(last, 2 * DATA.len() + 1, "all steps were tried");
                break;
            }
        }
    }

    #[test]
    fn what_was_not_decided_is_not_done() {
        let backup = tempfile::tempdir().unwrap();
        drop(store(backup.path(), "new"));
        let dir = tempfile::tempdir().unwrap();
        drop(store(dir.path(), "old"));
        let go_on = &mut |_, _| ControlFlow::Continue(());
        // Killed before it was decided; and once more, over what that left.
        for _ in 0..2 {
            let made = Ready::make(dir.path(), &database::path(backup.path()), go_on).unwrap();
            assert!(made.is_continue());
            drop(made);
            drop(Store::open(dir.path()).unwrap());
            assert_eq!(feeds(dir.path()), ["old"]);
        }
        let stop = &mut |_, _| ControlFlow::Break(());
        assert!(Ready::make(dir.path(), &database::path(backup.path()), stop).unwrap().is_break());
        assert!(!dir.path().join(NEW).exists());
    }
}
