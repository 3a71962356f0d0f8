//! The database file: its format and the way from older ones, and what happens to a damaged or a newer one.
//!
//! Deliberately not here: rows (`append.rs`, `marks.rs`, `feeds.rs`, `reading.rs`).
use super::{StoreError, owner};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The steps from an empty database to the present format; the version of a database is how many it has taken. A step
/// that was released is never changed.
const MIGRATIONS: &[&str] = &[include_str!("format-1.sql")];

/// "TIDN": tells our databases from others.
const APPLICATION_ID: i32 = 0x5449_444e;

/// How long a connection waits for a lock that another one holds.
const BUSY: Duration = Duration::from_secs(1);

/// Where the database of a data directory is.
pub(super) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("tidings.db")
}

/// Opens for writing. The second value is where a damaged database went.
pub(super) fn open(path: &Path) -> Result<(Connection, Option<PathBuf>), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::of(path, &error);
    if let Some(found) =
        version_untouched(path).or_else(|error| if is_damage(&error) { Ok(None) } else { Err(failed(error)) })?
    {
        refuse_newer(path, found, MIGRATIONS.len())?;
    }
    match open_present(path) {
        Ok(connection) => Ok((connection, None)),
        Err(error) if is_damage(&error) => {
            let aside = set_aside(path).map_err(|error| StoreError::Sqlite {
                path: path.display().to_string(),
                reason: format!("it is damaged and cannot be moved out of the way ({error})."),
            })?;
            Ok((open_present(path).map_err(failed)?, Some(aside)))
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
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    let version = version(&connection).map_err(failed)?;
    refuse_newer(path, version, MIGRATIONS.len())?;
    match version {
        0 => Ok(None),
        version if version as usize == MIGRATIONS.len() => Ok(Some(connection)),
        _ => Err(StoreError::Sqlite {
            path: path.display().to_string(),
            reason: "it was written by an older Tidings. Start Tidings once, which brings it up to date.".to_owned(),
        }),
    }
}

fn connect(path: &Path, mode: OpenFlags) -> rusqlite::Result<Connection> {
    // Without SQLITE_OPEN_URI: a path is a path. A connection stays on one thread at a time, so SQLite needs no mutex.
    let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn open_present(path: &Path) -> rusqlite::Result<Connection> {
    // SQLite gives its further files the mode of this one.
    owner::private_file().open(path).map_err(|error| cannot_open(&error))?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // FULL: a commit that returned survives the power going, which a cursor must. In batches it costs little.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY;
         PRAGMA journal_size_limit = 8388608;",
    )?;
    migrate(&mut connection, path, MIGRATIONS)?;
    if fs::exists(suspicion(path)).unwrap_or(false) {
        check(&connection)?;
        let _ = fs::remove_file(suspicion(path));
    }
    Ok(connection)
}

/// The version of a database that is only looked at; `None` when there is none yet.
fn version_untouched(path: &Path) -> rusqlite::Result<Option<u32>> {
    if !fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0) {
        return Ok(None);
    }
    version(&connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?).map(Some)
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn refuse_newer(path: &Path, found: u32, known: usize) -> Result<(), StoreError> {
    let known = u32::try_from(known).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::Newer { path: path.display().to_string(), found, known });
    }
    Ok(())
}

/// Takes the steps that are missing, each in its own transaction, after a copy of what was there.
fn migrate(connection: &mut Connection, path: &Path, migrations: &[&str]) -> rusqlite::Result<()> {
    let found = version(connection)?;
    if found > 0 && (found as usize) < migrations.len() {
        back_up(connection, path, found)?;
    }
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
    connection.execute("VACUUM INTO ?1", [backup.to_string_lossy()])?;
    Ok(())
}

/// Looks at every page.
fn check(connection: &Connection) -> rusqlite::Result<()> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(sqlite_error(rusqlite::ffi::SQLITE_CORRUPT, verdict)) }
}

/// The mark of a database in which damage was met while it was in use.
fn suspicion(path: &Path) -> PathBuf {
    path.with_file_name("tidings.suspect")
}

/// Leaves the mark. Without it damage is met again, which is no worse than the first time.
pub(super) fn suspect(path: &Path) {
    let _ = owner::private_file().open(suspicion(path));
}

/// Moves a database and the files beside it out of the way, under a name that says what they are.
fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let aside = (seconds..u64::MAX)
        .map(|number| path.with_file_name(format!("tidings.damaged-{number}.db")))
        .find(|aside| !aside.exists())
        .unwrap_or_default();
    for suffix in ["", "-wal", "-shm"] {
        let with_suffix = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        match fs::rename(with_suffix(path), with_suffix(&aside)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let _ = fs::remove_file(suspicion(path));
    Ok(aside)
}

/// Whether the file itself is broken, rather than the disk full or busy.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Why, and what to do, in a sentence.
pub(super) fn reason(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full. Free some space; nothing is lost meanwhile.".to_owned(),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "it cannot be written. Check the permissions of the directory and whether the disk is read-only.".to_owned()
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program holds it. Close that program; it is tried again.".to_owned()
        }
        Some(ErrorCode::SystemIoFailure) => format!("the disk reports an error ({error}). Check the disk."),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "it is damaged. Start Tidings again: it puts the file aside and begins a new history.".to_owned()
        }
        _ => format!("{error}."),
    }
}

fn cannot_open(error: &std::io::Error) -> rusqlite::Error {
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull => rusqlite::ffi::SQLITE_FULL,
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
}
