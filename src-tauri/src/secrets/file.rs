//! A file of secrets that only the user can read, where there is no keyring.
//!
//! It is replaced as a whole, so that after a crash there is the old one or the new one. Only the process that owns the data
//! directory writes it. Deliberately not here: encryption. A key would have to lie beside it
//! (`docs/decisions/secrets.md`).
use crate::whole_file::create_private;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tidings_engine::{Secret, SecretPlace, SecretsError};

/// What is read is of this version, or refused: a later one may keep what would be lost by writing it back.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Content {
    /// For people who open it.
    #[serde(default)]
    note: String,
    version: u32,
    secrets: BTreeMap<String, Secret>,
}

#[derive(Debug)]
pub(super) struct SecretsFile {
    path: PathBuf,
    /// One change at a time.
    changing: Mutex<()>,
}

impl SecretsFile {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path, changing: Mutex::new(()) }
    }

    pub(super) fn keep(&self, key: &str, secret: &Secret) -> Result<(), SecretsError> {
        let _turn = self.turn();
        let mut content = self.content()?;
        content.secrets.insert(key.to_owned(), secret.clone());
        self.write(&content)
    }

    pub(super) fn read(&self, key: &str) -> Result<Secret, SecretsError> {
        self.content()?.secrets.remove(key).ok_or(SecretsError::Missing(SecretPlace::File))
    }

    pub(super) fn forget(&self, key: &str) -> Result<(), SecretsError> {
        let _turn = self.turn();
        let mut content = self.content()?;
        if content.secrets.remove(key).is_none() {
            return Ok(());
        }
        self.write(&content)
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn content(&self) -> Result<Content, SecretsError> {
        let refuse = |why: String| SecretsError::File { path: self.path.clone(), what: "read", why };
        let text = match std::fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Content { note: String::new(), version: VERSION, secrets: BTreeMap::new() });
            }
            Err(error) => return Err(refuse(error.to_string())),
        };
        // The error of the parser would quote what it read.
        let content: Content = serde_json::from_slice(&text)
            .map_err(|_| refuse("it is damaged; set it aside and enter the passwords and tokens again".to_owned()))?;
        if content.version != VERSION {
            return Err(refuse(format!("it is of version {}, which a newer Tidings wrote", content.version)));
        }
        Ok(content)
    }

    fn write(&self, content: &Content) -> Result<(), SecretsError> {
        let note = "Passwords and tokens of Tidings. Show this file to nobody.".to_owned();
        let content = Content { note, version: VERSION, secrets: content.secrets.clone() };
        let written = serde_json::to_vec_pretty(&content).map_err(io::Error::from).and_then(|text| self.replace(&text));
        written.map_err(|error| SecretsError::File { path: self.path.clone(), what: "written", why: error.to_string() })
    }

    fn replace(&self, text: &[u8]) -> io::Result<()> {
        let new = self.path.with_extension("json.new");
        match std::fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = create_private(&new)?;
        file.write_all(text)?;
        file.sync_all()?;
        std::fs::rename(&new, &self.path)?;
        sync_directory(&self.path)
    }
}

/// The new name survives a loss of power.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_stay_in_a_file_that_only_the_user_can_read() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("s.json");
        let file = SecretsFile::new(path.clone());
        assert_eq!(file.read("a"), Err(SecretsError::Missing(SecretPlace::File)));
        assert_eq!(file.forget("a"), Ok(()));
        assert!(!path.exists(), "nothing is written without a secret");
        file.keep("a", &Secret::new("one")).expect("kept");
        file.keep("b", &Secret::new("\u{1f511} \"two\"")).expect("kept");
        let again = SecretsFile::new(path.clone());
        assert_eq!(again.read("b"), Ok(Secret::new("\u{1f511} \"two\"")));
        again.forget("b").expect("forgotten");
        assert_eq!((again.read("a").is_ok(), again.read("b").is_ok()), (true, false));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_cannot_be_understood_is_not_overwritten() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("s.json");
        for (text, why) in [
            (
                "{\"version\":1,\"secrets\":{\"a\":\"s3cr",
                "it is damaged; set it aside and enter the passwords and tokens again",
            ),
            ("{\"version\":2,\"secrets\":{}}", "it is of version 2, which a newer Tidings wrote"),
        ] {
            std::fs::write(&path, text).expect("written");
            let refused = SecretsFile::new(path.clone()).keep("b", &Secret::new("two"));
            assert_eq!(refused, Err(SecretsError::File { path: path.clone(), what: "read", why: why.to_owned() }));
            assert_eq!(std::fs::read_to_string(&path).expect("there"), text);
        }
    }
}
