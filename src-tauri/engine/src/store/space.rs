//! The space that the history takes: how much, giving back what is spare, and a copy of all of it.
//!
//! Deliberately not here: what may go (`prune.rs`).
use super::{Store, StoreError, database};
use rusqlite::Connection;
use serde::Serialize;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use ts_rs::TS;

/// Between two looks at how far a copy is.
const LOOK: Duration = Duration::from_millis(100);

/// How much the history takes on the disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, TS)]
pub struct Space {
    /// Its file.
    #[ts(type = "number")]
    pub bytes: u64,
    /// As much of that is spare, and can be given back.
    #[ts(type = "number")]
    pub spare: u64,
}

pub(super) fn space(connection: &Connection) -> rusqlite::Result<Space> {
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, u32>(0)).map(u64::from);
    let page = number("PRAGMA page_size")?;
    Ok(Space { bytes: page * number("PRAGMA page_count")?, spare: page * number("PRAGMA freelist_count")? })
}

impl Store {
    /// Gives so many spare pages back to the disk, or all at once in a file of an older format. What is left then.
    pub fn give_back(&mut self, pages: u32) -> Result<Space, StoreError> {
        let give_back = || {
            const INCREMENTAL: u32 = 2;
            let mode: u32 = self.connection.query_row("PRAGMA auto_vacuum", [], |row| row.get(0))?;
            if mode == INCREMENTAL {
                let mut statement = self.connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
                let mut rows = statement.query([])?;
                while rows.next()?.is_some() {}
            } else {
                self.connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL; VACUUM;")?;
            }
            let space = space(&self.connection)?;
            if space.spare == 0 {
                // The file is shortened by the log's last word. Where somebody reads just now, later.
                self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
            }
            Ok(space)
        };
        give_back().map_err(|error| self.error(&error))
    }
}

/// Copies all that is not spare into a file that is empty. `Break`: it was broken off.
pub(super) fn copy(
    connection: &Connection,
    file: &Path,
    progress: &mut (dyn FnMut(u64, u64) -> ControlFlow<()> + Send),
) -> rusqlite::Result<ControlFlow<()>> {
    let Space { bytes, spare } = space(connection)?;
    let total = bytes.saturating_sub(spare);
    let interrupt = connection.get_interrupt_handle();
    let (done, ended) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let watched = scope.spawn(move || {
            while ended.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                let written = std::fs::metadata(file).map_or(0, |metadata| metadata.len());
                if progress(written.min(total), total).is_break() {
                    interrupt.interrupt();
                    return true;
                }
            }
            false
        });
        let copied = database::vacuum_into(connection, file);
        drop(done);
        match (copied, watched.join().unwrap_or(false)) {
            (Err(_), true) => Ok(ControlFlow::Break(())),
            (copied, _) => copied.map(ControlFlow::Continue),
        }
    })
}
