//! What can be wrong with the store: the kinds that a user is told apart, and the sentence for each.
//!
//! Deliberately not here: what is done about it (`writer.rs` waits, `damage.rs` mends).
use rusqlite::ErrorCode;
use rusqlite::ffi;
use serde::{Deserialize, Serialize};
use std::io;
use ts_rs::TS;

/// Why the store cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// No space is left. Events wait at their servers; it goes on by itself.
    DiskFull,
    /// The file, its directory or the disk cannot be written, or not even be read.
    ReadOnly,
    /// Another program holds the database.
    Busy,
    /// The disk, or the way to it, reports an error.
    DiskError,
    /// The content of the file is broken.
    Damaged,
    /// The file system has no locks, so that two programs could not be kept from writing at once.
    NoLocks,
    /// Of a later format than this program knows.
    Newer,
    /// Anything else.
    Other,
}

impl Fault {
    pub(super) fn of(error: &rusqlite::Error) -> Self {
        // Memory that the readers share lies in a file too, and growing that one is told by a code of its own.
        if let rusqlite::Error::SqliteFailure(error, _) = error
            && matches!(error.extended_code, ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_IOERR_GETTEMPPATH)
        {
            return Self::DiskFull;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => Self::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::SystemIoFailure) => Self::DiskError,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            Some(ErrorCode::FileLockingProtocolFailed | ErrorCode::NoLargeFileSupport) => Self::NoLocks,
            _ => Self::Other,
        }
    }

    pub(super) fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Other,
        }
    }

    /// Why, and what to do, as the end of a sentence; `cause` is the system's own word for it.
    pub(super) fn reason(self, cause: &str) -> String {
        match self {
            Self::DiskFull => "the disk is full. Free some space; nothing is lost meanwhile.".to_owned(),
            Self::ReadOnly => {
                "it cannot be read or written. Check the permissions of the directory and whether the disk is read-only."
                    .to_owned()
            }
            Self::Busy => "another program holds it. Close that program; it is tried again.".to_owned(),
            Self::DiskError => format!("the disk reports an error ({cause}). Check the disk; it is tried again."),
            Self::Damaged => {
                "it is damaged. Start Tidings again: it keeps what can be read and puts the file aside.".to_owned()
            }
            Self::NoLocks => format!(
                "its file system has no locks ({cause}). Keep the data on a local disk: --data-dir names another directory."
            ),
            Self::Newer | Self::Other => format!("{cause}."),
        }
    }
}

/// Storing fails, or the store cannot be opened: what a window or another process is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StorageProblem {
    /// Of which kind.
    pub fault: Fault,
    /// The database, or the directory that should hold it.
    pub path: String,
    /// A sentence for the user: what failed, why, what to do.
    pub message: String,
}
