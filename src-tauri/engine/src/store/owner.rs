//! One process owns a data directory: a lock file, locked for the life of the process.
//!
//! Deliberately not here: how a second process asks the first (the shell's control socket).
use super::{Fault, StoreError};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;

/// The lock's file in the data directory. It holds the owner's process ID and stays when the owner ends; the lock, which
/// the operating system keeps, does not.
const LOCK_FILE: &str = "tidings.lock";

/// Holds the data directory until dropped.
pub(super) struct Owner {
    _lock: File,
}

impl Owner {
    /// Makes the directory if it is missing, readable by the user alone, and takes it.
    pub(super) fn take(data_dir: &Path) -> Result<Self, StoreError> {
        let path = data_dir.join(LOCK_FILE);
        let failed = |error: io::Error| StoreError::of_io(data_dir, &error);
        make_directory(data_dir).map_err(failed)?;
        let mut file = private_file().read(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                // Where a locked file cannot be read, the owner stays unnamed.
                let _ = file.read_to_string(&mut pid);
                let pid = pid.trim().parse().unwrap_or(0);
                return Err(StoreError::Owned { path: data_dir.display().to_string(), pid });
            }
            Err(TryLockError::Error(error)) => return Err(cannot_lock(data_dir, &error)),
        }
        // The lock is what counts. On a full disk the owner stays unnamed.
        let named = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| write!(file, "{}", std::process::id()));
        if let Err(error) = named {
            tracing::debug!(%error, "the lock's file does not say whose it is");
        }
        Ok(Self { _lock: file })
    }
}

/// Waits until no process owns the directory. It may take one the next moment.
///
/// # Errors
/// When the lock cannot be waited for.
pub(super) fn wait(data_dir: &Path) -> Result<(), StoreError> {
    let failed = |error: io::Error| StoreError::of_io(data_dir, &error);
    let file = private_file().open(data_dir.join(LOCK_FILE)).map_err(failed)?;
    file.lock().map_err(|error| cannot_lock(data_dir, &error))
}

/// Network file systems and some for phones and archives have no locks, or none just now.
fn cannot_lock(data_dir: &Path, error: &io::Error) -> StoreError {
    let fault = match Fault::of_io(error) {
        Fault::Other => Fault::NoLocks,
        fault => fault,
    };
    StoreError::unusable(data_dir, fault, &error.to_string())
}

/// Options that make a file which only the user can read, and keep one that exists.
pub(super) fn private_file() -> fs::OpenOptions {
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// What is not there need not be moved or removed.
pub(super) fn unless_missing(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// The names in a directory survive a loss of power.
#[cfg(unix)]
pub(super) fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A directory that exists keeps its mode: it may be anything that the user named.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
