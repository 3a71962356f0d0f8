//! The way back from a backup: it is looked at whole and made ready beside the present data, which is then set aside and
//! never deleted.
//!
//! Killed at any moment there are the old data or the new: what is made ready becomes the new data by the renaming of one
//! directory, and from then on every start finishes what was begun. Deliberately not here: who may do this
//! (`engine/restoring.rs`), secrets.
use super::backup::{Beside, FORMAT};
use super::database::{self, MIGRATIONS};
use super::owner::{sync, unless_missing};
use super::{Fault, Store, StoreError, owner, row};
use crate::{FeedConfig, Settings};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is being made ready: it may go at any time.
const NEW: &str = "restore.new";
/// What is ready: the present data are set aside next.
const READY: &str = "restore.ready";
/// What takes their place; they are set aside.
const PLACING: &str = "restore.placing";
/// Names the directory that they are set aside in.
const ASIDE: &str = "aside";
/// All that a history consists of, besides the copies of older formats ([`is_older_copy`]). Secrets stay: each has a key of
/// its own.
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

/// A backup that is being made ready, as a history that nobody owns yet.
pub struct Ready {
    data_dir: PathBuf,
    connection: Connection,
    /// What it has besides.
    pub beside: Beside,
    alone: Alone,
}

/// The directories for which a backup is being made ready in this process. Others are kept out by the owner's lock.
static MAKING: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn making() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    MAKING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Only one is made ready for a directory at a time, from the first byte to the decision.
struct Alone(PathBuf);

impl Alone {
    fn with(data_dir: &Path) -> Result<Self, StoreError> {
        if making().insert(data_dir.to_owned()) {
            return Ok(Self(data_dir.to_owned()));
        }
        let reason = "a backup is being put in its place just now. Wait until that is done.".to_owned();
        Err(StoreError::Unusable { path: data_dir.display().to_string(), fault: Fault::Busy, reason })
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        making().remove(&self.0);
    }
}

/// What a backup has besides the history, without changing it.
pub fn look(file: &Path) -> Result<Beside, StoreError> {
    let connection = open(file)?;
    let beside = Beside::read(&connection).map_err(|error| no_backup(file, &error.to_string()))?;
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
        let alone = Alone::with(data_dir)?;
        let folder = data_dir.join(NEW);
        let made = Self::make_in(data_dir, &folder, file, progress);
        if !matches!(made, Ok(ControlFlow::Continue(_))) {
            let _ = fs::remove_dir_all(&folder);
        }
        let made = made?.map_continue(|(connection, beside)| Self {
            data_dir: data_dir.to_owned(),
            connection,
            beside,
            alone,
        });
        Ok(made)
    }

    fn make_in(
        data_dir: &Path,
        folder: &Path,
        file: &Path,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), (Connection, Beside)>, StoreError> {
        // What opens and closes a file gives up the locks that this process has on it.
        let whole = |path: &Path| fs::canonicalize(path).ok();
        if whole(file).is_some_and(|file| whole(&database::path(data_dir)) == Some(file)) {
            return Err(no_backup(file, "it is the history in use"));
        }
        drop(open(file)?);
        let begin = || {
            owner::make_directory(data_dir)?;
            remove(folder)?;
            owner::make_directory(folder)
        };
        begin().map_err(|error| StoreError::of_io(folder, &error))?;
        if copy(file, &database::path(folder), progress)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let broken = |error: rusqlite::Error| match Fault::of(&error) {
            // It is the copy that fails, not what was copied.
            Fault::DiskFull | Fault::DiskError => StoreError::of(folder, &error),
            _ => no_backup(file, &error.to_string()),
        };
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
        Ok(ControlFlow::Continue((connection, beside)))
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
        let Self { data_dir, connection, beside, alone: _alone } = self;
        let folder = data_dir.join(NEW);
        let decided = Self::decide(&data_dir, &folder, connection, &beside);
        decided.inspect_err(|_| drop(fs::remove_dir_all(&folder)))
    }

    fn decide(data_dir: &Path, folder: &Path, connection: Connection, beside: &Beside) -> Result<PathBuf, StoreError> {
        let closed = connection
            .execute_batch("DROP TABLE IF EXISTS backup")
            .and_then(|()| connection.close().map_err(|(_, error)| error));
        closed.map_err(|error| StoreError::of(folder, &error))?;
        let aside = free_name(data_dir);
        let write = || {
            let presets = folder.join("presets");
            if !beside.presets.is_empty() {
                owner::make_directory(&presets)?;
            }
            for (id, text) in &beside.presets {
                write(&presets.join(format!("{id}.toml")), text)?;
            }
            write(&folder.join(ASIDE), aside.file_name().unwrap_or_default().to_string_lossy().as_ref())?;
            File::open(database::path(folder))?.sync_all()?;
            sync(folder)?;
            remove(&data_dir.join(READY))?;
            fs::rename(folder, data_dir.join(READY))?;
            sync(data_dir)
        };
        write().map_err(|error| StoreError::of_io(folder, &error))?;
        Ok(aside)
    }

    /// It is not wanted any more.
    pub fn discard(self) {
        let Self { data_dir, connection, alone: _alone, .. } = self;
        drop(connection);
        let _ = fs::remove_dir_all(data_dir.join(NEW));
    }
}

/// Whether something waits to become the data.
pub(super) fn is_pending(data_dir: &Path) -> bool {
    [READY, PLACING].iter().any(|name| data_dir.join(name).exists())
}

/// Removes what a killed process was making ready, by whoever owns the directory.
pub(super) fn clear(data_dir: &Path) {
    let making = making();
    if !making.contains(data_dir) {
        let _ = fs::remove_dir_all(data_dir.join(NEW));
    }
}

/// Whether it is a copy of a history from before it was brought to a later format.
fn is_older_copy(name: &OsStr) -> bool {
    let format = name.to_str().and_then(|name| name.strip_prefix("tidings.format-")?.strip_suffix(".db"));
    format.is_some_and(|format| format.parse::<u32>().is_ok())
}

/// Puts what is ready in the place of the data, by whoever owns the directory.
pub(super) fn finish(data_dir: &Path) -> io::Result<()> {
    finish_by(data_dir, &mut |from, to| fs::rename(from, to))
}

/// [`finish`], where `step` renames.
fn finish_by(data_dir: &Path, step: &mut dyn FnMut(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    let (ready, placing) = (data_dir.join(READY), data_dir.join(PLACING));
    if !is_pending(data_dir) {
        return Ok(());
    }
    if !placing.exists() {
        // All that is there now is old, however often this is begun.
        let name = fs::read_to_string(ready.join(ASIDE))?;
        let aside = data_dir.join(Path::new(name.trim()).file_name().ok_or(io::ErrorKind::InvalidData)?);
        owner::make_directory(&aside)?;
        for name in DATA {
            unless_missing(step(&data_dir.join(name), &aside.join(name)))?;
        }
        // The next one of that name would replace it.
        for entry in fs::read_dir(data_dir)? {
            let name = entry?.file_name();
            if is_older_copy(&name) {
                step(&data_dir.join(&name), &aside.join(&name))?;
            }
        }
        sync(&aside)?;
        step(&ready, &placing)?;
        sync(data_dir)?;
    }
    for name in DATA {
        unless_missing(step(&placing.join(name), &data_dir.join(name)))?;
    }
    sync(data_dir)?;
    fs::remove_dir_all(&placing)
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

/// Opens it to look at, if it says that it is a history of a format that is known.
fn open(file: &Path) -> Result<Connection, StoreError> {
    let opened = || {
        let connection = database::connect_to_look(file)?;
        let application: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        let version = database::version(&connection)?;
        Ok((connection, application, version))
    };
    let (connection, application, version) = opened().map_err(|error: rusqlite::Error| {
        if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
            return no_backup(file, "it is something else, or only a part");
        }
        no_backup(file, &error.to_string())
    })?;
    if application != database::APPLICATION_ID {
        return Err(no_backup(file, "it is another database"));
    }
    database::refuse_newer(file, version, MIGRATIONS.len())?;
    Ok(connection)
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

/// Copies a history, and what stands in its log only: a process that was killed leaves one.
fn copy(
    file: &Path,
    to: &Path,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, StoreError> {
    let unread = |error: io::Error| no_backup(file, &error.to_string());
    let mut parts = vec![(File::open(file).map_err(unread)?, to.to_owned())];
    if database::has_log(file) {
        parts.push((File::open(database::log(file)).map_err(unread)?, database::log(to)));
    }
    let lengths = parts.iter().map(|(part, _)| part.metadata().map(|metadata| metadata.len()));
    let total = lengths.sum::<io::Result<u64>>().map_err(unread)?;
    let mut bytes = vec![0; COPIED_AT_ONCE];
    let mut done = 0;
    for (mut from, to) in parts {
        let unwritten = |error: io::Error| StoreError::of_io(&to, &error);
        let mut copy = owner::private_file().create_new(true).open(&to).map_err(unwritten)?;
        loop {
            let read = from.read(&mut bytes).map_err(unread)?;
            if read == 0 {
                break;
            }
            copy.write_all(&bytes[..read]).map_err(unwritten)?;
            done += read as u64;
            if progress(done, total).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        copy.sync_all().map_err(unwritten)?;
    }
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
            fs::write(dir.join("tidings.format-1.db"), "older").unwrap();

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
            assert!(!dir.join("tidings.format-1.db").exists() && aside.join("tidings.format-1.db").exists());
            if interrupted.is_ok() {
                assert_eq!(last, 2 * DATA.len() + 2, "all steps were tried");
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
            assert!(dir.path().join(NEW).exists());
            drop(Store::open(dir.path()).unwrap());
            assert_eq!(feeds(dir.path()), ["old"]);
            assert!(!dir.path().join(NEW).exists(), "a copy that nobody finishes takes space");
        }
        let stop = &mut |_, _| ControlFlow::Break(());
        assert!(Ready::make(dir.path(), &database::path(backup.path()), stop).unwrap().is_break());
        assert!(!dir.path().join(NEW).exists());
    }

    #[test]
    fn one_is_made_ready_at_a_time() {
        let (backup, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        drop(store(backup.path(), "new"));
        let file = database::path(backup.path());
        let go_on = &mut |_, _| ControlFlow::Continue(());
        let ControlFlow::Continue(first) = Ready::make(dir.path(), &file, go_on).unwrap() else { panic!("broken off") };
        let refused = Ready::make(dir.path(), &file, go_on).err().expect("the first is not done");
        assert!(refused.to_string().ends_with("just now. Wait until that is done."), "{refused}");
        // Nor does a start take it away.
        drop(Store::open(dir.path()).unwrap());
        first.commit().unwrap();
        assert!(Ready::make(dir.path(), &file, go_on).unwrap().is_continue());
        drop(Store::open(dir.path()).unwrap());
        assert_eq!(feeds(dir.path()), ["new"]);
    }

    #[test]
    fn the_history_in_use_is_no_backup() {
        let dir = tempfile::tempdir().unwrap();
        drop(store(dir.path(), "old"));
        let go_on = &mut |_, _| ControlFlow::Continue(());
        let refused = Ready::make(dir.path(), &database::path(dir.path()), go_on).err().expect("it is the same file");
        assert!(refused.to_string().contains("it is the history in use"), "{refused}");
        assert_eq!(feeds(dir.path()), ["old"]);
    }

    #[test]
    fn what_a_killed_process_left_in_its_log_comes_along() {
        let (killed, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let running = tempfile::tempdir().unwrap();
        let store = store(running.path(), "new");
        let file = database::path(killed.path());
        fs::copy(database::path(running.path()), &file).unwrap();
        fs::copy(database::log(&database::path(running.path())), database::log(&file)).unwrap();
        drop(store);
        assert!(look(&file).unwrap().about.is_none());
        let go_on = &mut |_, _| ControlFlow::Continue(());
        let ControlFlow::Continue(ready) = Ready::make(dir.path(), &file, go_on).unwrap() else { panic!("broken off") };
        ready.commit().unwrap();
        assert_eq!(feeds(dir.path()), ["new"]);
    }

    #[test]
    fn what_cannot_be_decided_leaves_nothing() {
        let (backup, dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        drop(store(backup.path(), "new"));
        // In the place of what is ready, a file that cannot be replaced by a directory.
        fs::write(dir.path().join(READY), "").unwrap();
        let go_on = &mut |_, _| ControlFlow::Continue(());
        let made = Ready::make(dir.path(), &database::path(backup.path()), go_on).unwrap();
        let ControlFlow::Continue(ready) = made else { panic!("broken off") };
        ready.commit().unwrap_err();
        assert!(!dir.path().join(NEW).exists());
    }
}
