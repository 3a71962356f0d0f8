//! The user's own presets: files in the data directory, beside the history.
//!
//! Each is read when it is asked for; they are few and small, and may be edited with any editor. Deliberately not here: their
//! making (`saving.rs`).
use super::{FILE_LIMIT, Preset, PresetError, built_in, is_id};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The folder in the data directory.
const FOLDER: &str = "presets";
/// How many files are looked at.
const LIMIT: usize = 500;

/// The user's presets in a data directory.
#[derive(Debug, Clone)]
pub struct OwnPresets {
    folder: PathBuf,
}

/// A file that is no preset, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad(pub String);

impl OwnPresets {
    /// Of a data directory; there need not be any.
    pub fn of(data_dir: &Path) -> Self {
        Self { folder: data_dir.join(FOLDER) }
    }

    /// All that can be used, by their IDs, and what is wrong with the others.
    pub fn read(&self) -> (Vec<Preset>, Vec<Bad>) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return (vec![], vec![]) };
        let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
        let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
        paths.sort();
        paths.truncate(LIMIT);
        let (mut presets, mut bad) = (vec![], vec![]);
        for path in paths {
            match read(&path) {
                Ok(preset) => presets.push(preset),
                Err(error) => bad.push(Bad(error.to_string())),
            }
        }
        (presets, bad)
    }

    /// These and those that come with the program. One of the user's takes the place of its namesake.
    pub fn with_built_in(&self) -> (Vec<Preset>, Vec<Bad>) {
        let (mut presets, bad) = self.read();
        let replaced: Vec<_> = presets.iter().map(|preset| preset.id.clone()).collect();
        presets.extend(built_in().iter().filter(|preset| !replaced.contains(&preset.id)).cloned());
        (presets, bad)
    }

    /// The preset of this ID.
    pub fn find(&self, id: &str) -> Result<Preset, PresetError> {
        if let Some(path) = self.path(id).filter(|path| path.exists()) {
            return read(&path);
        }
        let found = built_in().iter().find(|preset| preset.id == id);
        found.cloned().ok_or_else(|| PresetError::Unknown(id.to_owned()))
    }

    /// Writes one, all of it or nothing, and says where. It replaces one of the same ID only if it is told to.
    pub fn write(&self, preset: &Preset, replace: bool) -> Result<PathBuf, PresetError> {
        let Some(path) = self.path(&preset.id) else { return Err(PresetError::Unknown(preset.id.clone())) };
        let failed = |error: io::Error| {
            PresetError::Refused(format!("The preset cannot be written to {}: {error}.", path.display()))
        };
        if path.exists() && !replace {
            return Err(PresetError::Exists(preset.id.clone()));
        }
        fs::create_dir_all(&self.folder).map_err(failed)?;
        let unfinished = path.with_extension("part");
        let written = fs::File::create(&unfinished).and_then(|mut file| {
            file.write_all(preset.text().as_bytes())?;
            file.sync_all()
        });
        written.and_then(|()| fs::rename(&unfinished, &path)).map_err(failed)?;
        Ok(path)
    }

    /// `None` for what cannot be the name of a file here.
    fn path(&self, id: &str) -> Option<PathBuf> {
        is_id(id).then(|| self.folder.join(format!("{id}.toml")))
    }
}

fn read(path: &Path) -> Result<Preset, PresetError> {
    let id = path.file_stem().unwrap_or_default().to_string_lossy();
    let bad = |reason: String| PresetError::Bad { id: id.clone().into_owned(), reason };
    let size = fs::metadata(path).map_err(|error| bad(format!("it cannot be read: {error}.")))?.len();
    if size > FILE_LIMIT as u64 {
        return Err(bad(format!("it is larger than {} KiB.", FILE_LIMIT / 1024)));
    }
    let text = fs::read_to_string(path).map_err(|error| bad(format!("it cannot be read: {error}.")))?;
    Preset::parse(&id, &text, true)
}
