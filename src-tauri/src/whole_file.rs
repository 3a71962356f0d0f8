//! Files that are there whole or not at all, and that only the user can read.
//!
//! Deliberately not here: what is written into them, and in which folder they lie.
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A file that only the user can read, from its first byte on. Fails if there is one of this name.
pub(crate) fn create_private(file: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// Writes a file that only the user can read: all of it or nothing. One that is there is replaced if that is wanted. Fails
/// with a sentence.
pub fn write_private(file: &Path, content: &[u8], replace: bool) -> Result<(), String> {
    let (whole, part) = Whole::at(file, replace)?;
    whole.write(part, content).map(drop).map_err(|error| not_written(file, &error))
}

/// Why a file of this name is not written, as a sentence.
pub(crate) fn not_written(file: &Path, error: &io::Error) -> String {
    format!("{} cannot be written: {error}.", file.display())
}

/// A file on its way: written under another name beside its place, and put there at the end. Dropped before, nothing is
/// left of it.
pub(crate) struct Whole {
    file: PathBuf,
    /// What is not in its place yet, the content last. The first of them was made by this one, so that no other takes the same
    /// name meanwhile.
    unfinished: Vec<PathBuf>,
}

impl Whole {
    /// In `folder`, under a name of this stem that nothing has yet, also nothing that is on its way. And its content, still
    /// empty.
    pub(crate) fn new(folder: &Path, stem: &str, extension: &str) -> io::Result<(Self, File)> {
        fs::create_dir_all(folder)?;
        let name = |number: u32| match number {
            1 => format!("{stem}.{extension}"),
            number => format!("{stem} ({number}).{extension}"),
        };
        for file in (1..=999).map(|number| folder.join(name(number))) {
            match Self::begin(&file) {
                // Asked when the name is taken: who had it before may have finished just now.
                Ok(begun) if !file.exists() => return Ok(begun),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Under this name. Fails with a sentence if there is something that is not to be replaced.
    pub(crate) fn at(file: &Path, replace: bool) -> Result<(Self, File), String> {
        if !replace && file.exists() {
            return Err(format!("{} is there already; --replace replaces it.", file.display()));
        }
        // What a killed process left.
        let _ = fs::remove_file(beside(file, "part"));
        Self::begin(file).map_err(|error| not_written(file, &error))
    }

    fn begin(file: &Path) -> io::Result<(Self, File)> {
        let part = beside(file, "part");
        let content = create_private(&part)?;
        Ok((Self { file: file.to_owned(), unfinished: vec![part] }, content))
    }

    /// Where the content is put by what makes its file itself. Nothing is there, and nobody else uses this name.
    pub(crate) fn place_to_fill(&mut self) -> PathBuf {
        let place = beside(&self.file, "part.made");
        // What a killed process left.
        let _ = fs::remove_file(&place);
        self.unfinished.push(place.clone());
        place
    }

    /// Writes all of the content and finishes.
    pub(crate) fn write(self, mut part: File, content: &[u8]) -> io::Result<PathBuf> {
        part.write_all(content)?;
        part.sync_all()?;
        self.finish()
    }

    /// Puts it in its place.
    pub(crate) fn finish(mut self) -> io::Result<PathBuf> {
        if let Some(content) = self.unfinished.last() {
            fs::rename(content, &self.file)?;
            self.unfinished.pop();
        }
        Ok(self.file.clone())
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        for file in self.unfinished.iter().rev() {
            let _ = fs::remove_file(file);
        }
    }
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_that_begin_at_once_do_not_meet() {
        let dir = tempfile::tempdir().expect("a directory");
        let begin = || Whole::new(dir.path(), "events", "csv").expect("begun");
        let (one, two, three) = (begin(), begin(), begin());
        drop(two);
        let finished = [one, three].map(|(whole, part)| whole.write(part, b"x").expect("finished"));
        assert_eq!(finished, ["events.csv", "events (3).csv"].map(|name| dir.path().join(name)));
        assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 2);
    }
}
