//! A file that was let go over the window. The page sees that, and on Linux has to ask for the file: the web view of GTK gives it none since
//! 2.50.3, because a page could have made such a drop itself (CVE-2025-13947).
//!
//! The window tells what its toolkit says was dropped from elsewhere. The page asks for that once, piece by piece, and names no path.
//! Deliberately not here: hearing of the drop (`window/drops.rs`), what becomes of the file.
use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How much is read at once, in bytes.
const PIECE: u64 = 1024 * 1024;
/// The largest file that is taken this way, in bytes: the page has it in memory.
const LIMIT: u64 = 256 * 1024 * 1024;

/// The file that was dropped last, until it is asked for.
#[derive(Debug, Default)]
pub struct Dropped(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    dropped: Option<PathBuf>,
    reading: Option<File>,
}

impl Dropped {
    /// This file was dropped, or something else, instead of any before.
    pub fn put(&self, dropped: Option<PathBuf>) {
        *self.state() = State { dropped, reading: None };
    }

    /// What the file is called that was dropped; [`read`](Self::read) reads it then. `None`: there is none, or it was asked for
    /// before.
    pub fn take(&self) -> io::Result<Option<String>> {
        let mut state = self.state();
        let Some(path) = state.dropped.take() else { return Ok(None) };
        // Not opened before that is known: a pipe would wait for somebody at its other end.
        let metadata = path.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        if metadata.len() > LIMIT {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {} MiB", LIMIT >> 20)));
        }
        state.reading = Some(File::open(&path)?);
        Ok(Some(path.file_name().unwrap_or_default().to_string_lossy().into_owned()))
    }

    /// The next bytes of the file; none: that was all.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut state = self.state();
        let mut piece = Vec::new();
        if let Some(file) = &mut state.reading {
            file.take(PIECE).read_to_end(&mut piece)?;
        }
        if piece.is_empty() {
            state.reading = None;
        }
        Ok(piece)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(dropped: &Dropped) -> Vec<u8> {
        let pieces = std::iter::from_fn(|| Some(dropped.read().expect("read")).filter(|piece| !piece.is_empty()));
        pieces.collect::<Vec<_>>().concat()
    }

    #[test]
    fn what_was_dropped_is_given_once_and_nothing_else() {
        let dir = tempfile::tempdir().expect("a directory");
        let (first, second) = (dir.path().join("first.toml"), dir.path().join("second.toml"));
        std::fs::write(&first, "first").expect("written");
        let long = vec![7; 2 * 1024 * 1024 + 3];
        std::fs::write(&second, &long).expect("written");
        let dropped = Dropped::default();
        assert_eq!((dropped.take().expect("nothing is wrong"), whole(&dropped)), (None, vec![]));

        dropped.put(Some(first));
        dropped.put(Some(second.clone()));
        assert!(dropped.read().expect("read").is_empty(), "it was not asked for");
        assert_eq!(dropped.take().expect("there"), Some("second.toml".to_owned()));
        assert!(whole(&dropped) == long, "piece by piece the whole");
        assert_eq!((dropped.take().expect("nothing is wrong"), whole(&dropped)), (None, vec![]));

        dropped.put(Some(second));
        dropped.put(None);
        assert_eq!(dropped.take().expect("nothing is wrong"), None, "something else was dropped since");
        dropped.put(Some(dir.path().to_owned()));
        assert_eq!(dropped.take().expect_err("a directory").to_string(), "it is no file");
        let large = dir.path().join("large");
        File::create(&large).and_then(|file| file.set_len(LIMIT + 1)).expect("a file with a hole");
        dropped.put(Some(large));
        assert_eq!(dropped.take().expect_err("too large").to_string(), "it is larger than 256 MiB");
        dropped.put(Some(dir.path().join("gone")));
        assert_eq!(dropped.take().expect_err("gone").kind(), io::ErrorKind::NotFound);
        assert!(whole(&dropped).is_empty());
    }
}
