//! A file that the page hands over piece by piece: chosen in a field or dropped on the window, where the page knows its bytes
//! and no path.
//!
//! There is one at a time, in a folder that is emptied when the program starts. Deliberately not here: what becomes of it
//! (`replay/feed.rs`, a restore).
use crate::whole_file::create_private;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where it lies, in the data directory.
const FOLDER: &str = "handed-over";

/// The place for it.
#[derive(Debug)]
pub struct Handed {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    last: u32,
    present: Option<Present>,
}

#[derive(Debug)]
struct Present {
    number: u32,
    output: File,
    file: HandedFile,
}

/// A file that was handed over. Dropped, it is removed.
#[derive(Debug)]
pub struct HandedFile {
    path: PathBuf,
    /// What the user calls it.
    pub name: String,
}

impl HandedFile {
    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Moves it to another place, where it stays.
    pub(crate) fn keep_at(self, place: &Path) -> io::Result<()> {
        fs::rename(&self.path, place)
    }
}

impl Drop for HandedFile {
    fn drop(&mut self) {
        // It may have been moved.
        let _ = fs::remove_file(&self.path);
    }
}

impl Handed {
    /// In this data directory, without what an earlier run has left.
    pub fn new(data_dir: &Path) -> Self {
        let folder = data_dir.join(FOLDER);
        let _ = fs::remove_dir_all(&folder);
        Self { folder, state: Mutex::default() }
    }

    /// Begins a file; one that was begun before is forgotten. The number by which it is known.
    pub fn begin(&self, name: &str) -> io::Result<u32> {
        let mut state = self.state();
        state.present = None;
        fs::create_dir_all(&self.folder)?;
        let number = state.last + 1;
        let path = self.folder.join(number.to_string());
        let output = create_private(&path)?;
        let name = Path::new(name).file_name().map_or_else(|| name.into(), |name| name.to_string_lossy().into_owned());
        state.last = number;
        state.present = Some(Present { number, output, file: HandedFile { path, name } });
        Ok(number)
    }

    /// Adds its next bytes. [`io::ErrorKind::NotFound`]: another was begun since.
    pub fn add(&self, number: u32, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let present = state.present.as_mut().filter(|present| present.number == number);
        present.ok_or(io::ErrorKind::NotFound)?.output.write_all(bytes)
    }

    /// What is done with it while it stays here.
    pub fn look<T>(&self, number: u32, look: impl FnOnce(&HandedFile) -> T) -> io::Result<T> {
        let state = self.state();
        let present = state.present.as_ref().filter(|present| present.number == number);
        Ok(look(&present.ok_or(io::ErrorKind::NotFound)?.file))
    }

    /// Takes it away from here.
    pub fn take(&self, number: u32) -> io::Result<HandedFile> {
        let mut state = self.state();
        let present = state.present.take_if(|present| present.number == number);
        Ok(present.ok_or(io::ErrorKind::NotFound)?.file)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_in_pieces_and_goes_when_nobody_wants_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let handed = Handed::new(dir.path());
        let first = handed.begin("first.transcript").expect("begun");
        handed.add(first, b"one ").expect("added");
        handed.add(first, b"two").expect("added");
        let read = |number| handed.look(number, |file| (file.name.clone(), fs::read(file.path()).expect("read")));
        assert_eq!(read(first).expect("there"), ("first.transcript".into(), b"one two".to_vec()));

        let second = handed.begin("../../second").expect("begun");
        let gone = |result: io::Result<()>| result.expect_err("another was begun").kind();
        assert_eq!(gone(handed.add(first, b"three")), io::ErrorKind::NotFound);
        assert_eq!(gone(handed.take(first).map(drop)), io::ErrorKind::NotFound);
        handed.add(second, b"x").expect("added");
        let files = || fs::read_dir(dir.path().join(FOLDER)).map_or(0, Iterator::count);
        assert_eq!(files(), 1);

        let file = handed.take(second).expect("there");
        assert_eq!(file.name, "second");
        drop(file);
        assert_eq!(files(), 0);

        handed.begin("left").expect("begun");
        std::mem::forget(handed);
        let _ = Handed::new(dir.path());
        assert_eq!(files(), 0, "a run that was killed leaves nothing behind for the next");
    }
}
