//! The database file: its format and the way from older ones.
//!
//! Deliberately not here: rows (`append.rs`, `marks.rs`, `feeds.rs`, `reading.rs`), what happens to a damaged file
//! (`damage.rs`).
use super::{Fault, SetAside, StoreError, damage, feeds_copy, owner};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The steps from an empty database to the present format; the version of a database is how many it has taken. A step
/// that was released is never changed.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("format-1.sql"),
    include_str!("format-2.sql"),
    include_str!("format-3.sql"),
    include_str!("format-4.sql"),
    include_str!("format-5.sql"),
    include_str!("format-6.sql"),
    include_str!("format-7.sql"),
];

/// "TIDN": tells our databases from others.
pub(super) const APPLICATION_ID: i32 = 0x5449_444e;

/// How many bytes every database begins with that say what it is.
const HEAD: u64 = 100;

/// How long a connection waits for a lock that another one holds.
const BUSY: Duration = Duration::from_secs(1);

/// Where the database of a data directory is.
pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("tidings.db")
}

/// Opens for writing. The second value is what became of a damaged database.
pub(super) fn open(path: &Path) -> Result<(Connection, Option<SetAside>), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::of(path, &error);
    damage::finish(path).map_err(|error| StoreError::of_io(path, &error))?;
    if path.is_dir() {
        return Err(StoreError::other(path, "a directory stands in its place. Move it away."));
    }
    if let Some(found) =
        version_untouched(path).or_else(|error| if is_damage(&error) { Ok(None) } else { Err(failed(error)) })?
    {
        refuse_newer(path, found, MIGRATIONS.len())?;
    }
    let opened = if was_emptied(path) {
        Err(corrupt("it is empty"))
    } else {
        open_present(path)
            .or_else(|error| if is_damage(&error) { damage::mend_words(path).or(Err(error)) } else { Err(error) })
    };
    match opened {
        Ok(connection) => {
            let _ = fs::remove_file(suspicion(path));
            Ok((connection, None))
        }
        Err(error) if is_damage(&error) => {
            let set_aside = damage::replace(path)?;
            Ok((open_present(path).map_err(failed)?, Some(set_aside)))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Opens for reading beside an owner, or without one. `None`: there is nothing to read yet.
pub(super) fn open_for_reading(path: &Path) -> Result<Option<Connection>, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::of(path, &error);
    if !fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0) {
        return Ok(None);
    }
    if let Some(found) = version_untouched(path).map_err(failed)? {
        refuse_newer(path, found, MIGRATIONS.len())?;
    }
    let connect = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|connection| version(&connection).map(|version| (connection, version)));
    let (connection, version) = connect.or_else(|error| connect_to_unchanging(path).ok_or(error)).map_err(failed)?;
    match version {
        0 => Ok(None),
        version if version as usize == MIGRATIONS.len() => Ok(Some(connection)),
        _ => Err(StoreError::other(
            path,
            "it was written by an older Tidings. Start Tidings once, which brings it up to date.",
        )),
    }
}

/// Where nothing can be written, `SQLite` cannot make the files beside the database by which readers and writers agree.
/// Without a log there is nothing to agree on, as long as nobody can write.
fn connect_to_unchanging(path: &Path) -> Option<(Connection, u32)> {
    if has_log(path) {
        return None;
    }
    let connection = connect_immutable(path).ok()?;
    let version = version(&connection).ok()?;
    Some((connection, version))
}

/// Opens a file without a log that nobody writes to: no further file is made beside it.
pub(super) fn connect_immutable(path: &Path) -> rusqlite::Result<Connection> {
    let whole = fs::canonicalize(path).map_err(|error| cannot_open(&error))?;
    let mut url =
        url::Url::from_file_path(whole).map_err(|()| cannot_open(&std::io::ErrorKind::InvalidInput.into()))?;
    url.set_query(Some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(url.as_str(), flags)
}

/// Opens a file only to look at it, together with its log if it has one.
pub(super) fn connect_to_look(path: &Path) -> rusqlite::Result<Connection> {
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() < HEAD) {
        return Err(sqlite_error(rusqlite::ffi::SQLITE_NOTADB, "file is not a database".to_owned()));
    }
    if has_log(path) { connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY) } else { connect_immutable(path) }
}

/// Whether the content of a database is gone that had feeds in it.
fn was_emptied(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.len() == 0) && !feeds_copy::read(path).is_empty()
}

pub(super) fn connect(path: &Path, mode: OpenFlags) -> rusqlite::Result<Connection> {
    // Without SQLITE_OPEN_URI: a path is a path. A connection stays on one thread at a time, so SQLite needs no mutex.
    let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn open_present(path: &Path) -> rusqlite::Result<Connection> {
    // SQLite gives its further files the mode of this one.
    owner::private_file().open(path).map_err(|error| cannot_open(&error))?;
    let mut connection = connect_to_write(path)?;
    migrate(&mut connection, path, MIGRATIONS)?;
    if fs::exists(suspicion(path)).unwrap_or(false) {
        check(&connection, None)?;
    }
    Ok(connection)
}

pub(super) fn connect_to_write(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // INCREMENTAL: what is spare can be given back a little at a time; said before the first table is made. FULL: a commit that returned survives the power going, which a cursor must. In batches it costs little.
    // Said of a file that is so already, it is written again, for which a full disk has no room.
    let mode: i64 = connection.query_row("PRAGMA auto_vacuum", [], |row| row.get(0))?;
    if mode != 2 {
        connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")?;
    }
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY;
         PRAGMA journal_size_limit = 8388608;",
    )?;
    Ok(connection)
}

/// The version of a database that is only looked at; `None` when there is none yet.
///
/// `SQLite` itself looks, and nobody else: a process that opens and closes the file by other means gives up all the locks
/// that it has on it.
fn version_untouched(path: &Path) -> rusqlite::Result<Option<u32>> {
    if !fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0) {
        return Ok(None);
    }
    version(&connect_to_look(path)?).map(Some)
}

/// Where a database keeps what does not stand in its file yet.
pub(super) fn log(path: &Path) -> PathBuf {
    damage::beside(path, "-wal")
}

/// Whether something of a database stands in its log only.
pub(super) fn has_log(path: &Path) -> bool {
    fs::metadata(log(path)).is_ok_and(|log| log.len() > 0)
}

pub(super) fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

pub(super) fn refuse_newer(path: &Path, found: u32, known: usize) -> Result<(), StoreError> {
    let known = u32::try_from(known).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::Newer { path: path.display().to_string(), found, known });
    }
    Ok(())
}

/// Brings a database to the present format, after a copy of what was there.
fn migrate(connection: &mut Connection, path: &Path, migrations: &[&str]) -> rusqlite::Result<()> {
    let found = version(connection)?;
    if found > 0 && (found as usize) < migrations.len() {
        back_up(connection, path, found)?;
    }
    take_steps(connection, migrations)
}

/// Takes the steps that are missing, each in its own transaction.
pub(super) fn take_steps(connection: &mut Connection, migrations: &[&str]) -> rusqlite::Result<()> {
    let found = version(connection)?;
    for (step, version) in migrations.iter().zip(1_u32..).skip(found as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Copies the database next to itself, named after its format.
fn back_up(connection: &Connection, path: &Path, version: u32) -> rusqlite::Result<()> {
    let backup = path.with_file_name(format!("tidings.format-{version}.db"));
    // An earlier copy is of an attempt that did not get through: the database is as it was, so the copy may go.
    fs::write(&backup, []).map_err(|error| cannot_open(&error))?;
    fs::remove_file(&backup).map_err(|error| cannot_open(&error))?;
    owner::private_file().open(&backup).map_err(|error| cannot_open(&error))?;
    // Half a copy is of no use, and takes space on a disk that may be full.
    vacuum_into(connection, &backup).inspect_err(|_| drop(fs::remove_file(&backup)))
}

/// Copies all that is not spare into a file that is empty. A path is a path, also where it is no text.
pub(super) fn vacuum_into(connection: &Connection, file: &Path) -> rusqlite::Result<()> {
    #[cfg(unix)]
    let name = std::os::unix::ffi::OsStrExt::as_bytes(file.as_os_str());
    #[cfg(not(unix))]
    let name = file.to_str().ok_or_else(|| cannot_open(&std::io::ErrorKind::InvalidInput.into()))?.as_bytes();
    connection.execute("VACUUM INTO ?1", [ToSqlOutput::Borrowed(ValueRef::Text(name))]).map(drop)
}

/// Looks at every page, or at those of one table and its indexes.
pub(super) fn check(connection: &Connection, table: Option<&str>) -> rusqlite::Result<()> {
    let verdict: String = match table {
        None => connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?,
        Some(table) => connection.query_row(&format!("PRAGMA quick_check('{table}')"), [], |row| row.get(0))?,
    };
    if verdict == "ok" { Ok(()) } else { Err(corrupt(&verdict)) }
}

/// The mark of a database in which damage was met while it was in use.
pub(super) fn suspicion(path: &Path) -> PathBuf {
    path.with_file_name("tidings.suspect")
}

/// Leaves the mark. Without it damage is met again, which is no worse than the first time.
pub(super) fn suspect(path: &Path) {
    let _ = owner::private_file().open(suspicion(path));
}

fn is_damage(error: &rusqlite::Error) -> bool {
    Fault::of(error) == Fault::Damaged
}

fn corrupt(how: &str) -> rusqlite::Error {
    sqlite_error(rusqlite::ffi::SQLITE_CORRUPT, how.to_owned())
}

fn cannot_open(error: &std::io::Error) -> rusqlite::Error {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => rusqlite::ffi::SQLITE_FULL,
        _ => rusqlite::ffi::SQLITE_CANTOPEN,
    };
    sqlite_error(code, error.to_string())
}

fn sqlite_error(code: i32, message: String) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), Some(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: &[&str] = &["CREATE TABLE a(x) STRICT", "ALTER TABLE a ADD COLUMN y"];
    const FIRST: &str = "CREATE TABLE a(x)";

    fn tables(connection: &Connection) -> Vec<String> {
        let mut statement = connection.prepare("SELECT name FROM pragma_table_info('a')").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn older_format_is_backed_up_and_taken_forward() {
        let dir = tempfile::tempdir().unwrap();
        let path = path(dir.path());
        let mut connection = Connection::open(&path).unwrap();
        migrate(&mut connection, &path, &[FIRST]).unwrap();
        connection.execute("INSERT INTO a VALUES (7)", []).unwrap();
        migrate(&mut connection, &path, &[FIRST, "ALTER TABLE a ADD COLUMN y"]).unwrap();

        assert_eq!(version(&connection).unwrap(), 2);
        assert_eq!(tables(&connection), ["x", "y"]);
        let backup = Connection::open(dir.path().join("tidings.format-1.db")).unwrap();
        assert_eq!(version(&backup).unwrap(), 1);
        assert_eq!(tables(&backup), ["x"]);
        assert_eq!(backup.query_row("SELECT x FROM a", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
    }

    #[test]
    fn failed_step_leaves_what_was_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = path(dir.path());
        let mut connection = Connection::open(&path).unwrap();
        migrate(&mut connection, &path, &[FIRST]).unwrap();
        let broken = [FIRST, "ALTER TABLE a ADD COLUMN y; SELECT nonsense"];
        for _ in 0..2 {
            migrate(&mut connection, &path, &broken).unwrap_err();
            assert_eq!((version(&connection).unwrap(), tables(&connection)), (1, vec!["x".to_owned()]));
        }
        migrate(&mut connection, &path, &[FIRST, STEPS[1]]).unwrap();
        assert_eq!(tables(&connection), ["x", "y"]);
    }

    #[test]
    fn new_database_needs_no_backup() {
        let dir = tempfile::tempdir().unwrap();
        let path = path(dir.path());
        migrate(&mut Connection::open(&path).unwrap(), &path, &[FIRST, STEPS[1]]).unwrap();
        assert!(!dir.path().join("tidings.format-0.db").exists());
    }

    /// Slow by its size: a column, filled and indexed.
    const SLOW: &str =
        "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = hex(x) || hex(zeroblob(60)); CREATE INDEX a_y ON a (y)";
    const ROWS: i64 = 30_000;
    /// Set in the process that migrates to be killed: where.
    const MIGRATE: &str = "TIDINGS_TEST_MIGRATE";

    #[test]
    fn killed_at_any_moment_it_is_completed_by_the_next_start() {
        if let Some(file) = std::env::var_os(MIGRATE) {
            let mut connection = connect_to_write(Path::new(&file)).unwrap();
            migrate(&mut connection, Path::new(&file), &[FIRST, SLOW]).unwrap();
            return;
        }
        let rounds = if tidings_test_support::stress() { 100 } else { 6 };
        let dir = tempfile::tempdir().unwrap();
        let path = path(dir.path());
        let old = path.with_extension("old");
        let mut connection = Connection::open(&old).unwrap();
        migrate(&mut connection, &old, &[FIRST]).unwrap();
        let rows = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?1) INSERT INTO a SELECT x FROM n";
        connection.execute(rows, [ROWS]).unwrap();
        connection.close().unwrap();
        let migrating = || {
            let this = "store::database::tests::killed_at_any_moment_it_is_completed_by_the_next_start";
            let mut command = std::process::Command::new(std::env::current_exe().unwrap());
            command.args([this, "--exact"]).env(MIGRATE, &path).stdout(std::process::Stdio::null());
            command.spawn().unwrap()
        };
        let start = || {
            for entry in fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()) {
                if entry != old {
                    fs::remove_file(entry).unwrap();
                }
            }
            fs::copy(&old, &path).unwrap();
            (migrating(), std::time::Instant::now())
        };
        let (mut whole, begun) = start();
        assert!(whole.wait().unwrap().success());
        let length = begun.elapsed();
        let mut interrupted = 0;
        for seed in 0..rounds {
            let moment = length.mul_f64(fastrand::Rng::with_seed(seed).f64());
            let (mut killed, begun) = start();
            while begun.elapsed() < moment && killed.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            killed.kill().unwrap();
            killed.wait().unwrap();
            let mut connection = connect_to_write(&path).unwrap();
            let found = version(&connection).unwrap();
            let expected: &[&str] = if found == 1 { &["x"] } else { &["x", "y"] };
            assert_eq!(tables(&connection), expected, "seed {seed}: half a step");
            interrupted += usize::from(found == 1);
            migrate(&mut connection, &path, &[FIRST, SLOW]).unwrap();
            let whole = "SELECT count(*), sum(x), sum(y = hex(x) || hex(zeroblob(60))) FROM a";
            let whole: (i64, i64, i64) =
                connection.query_row(whole, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
            assert_eq!(whole, (ROWS, ROWS * (ROWS + 1) / 2, ROWS), "seed {seed}");
            check(&connection, None).unwrap();
            let backup = Connection::open(dir.path().join("tidings.format-1.db")).unwrap();
            let kept: i64 = backup.query_row("SELECT count(*) FROM a", [], |row| row.get(0)).unwrap();
            assert_eq!((version(&backup).unwrap(), kept), (1, ROWS), "seed {seed}: the copy");
        }
        println!("{interrupted} of {rounds} were killed before the step was through");
    }
}
