//! Passwords and tokens: in the keyring of the desktop, or in a file that only the user can read.
//!
//! Which of the two holds a secret is written beside it in the feed's settings, so nothing is searched for and nothing is
//! mistaken for lost while a keyring is away. Deliberately not here: which secrets there are (the engine's
//! `engine/core/secrets.rs`). Why: `docs/decisions/secrets.md`.
mod file;
#[cfg(target_os = "linux")]
mod keyring;
/// Elsewhere there is only the file yet.
#[cfg(not(target_os = "linux"))]
#[path = "secrets/no_keyring.rs"]
mod keyring;

use file::SecretsFile;
use keyring::Keyring;
use std::path::{Path, PathBuf};
use tidings_engine::{KeptSecret, Secret, SecretPlace, Secrets, SecretsError};

/// The name of the file in the data directory.
const FILE: &str = "tidings.secrets.json";

/// The keyring and the file.
#[derive(Debug)]
pub struct Places {
    keyring: Keyring,
    file: SecretsFile,
}

impl Places {
    /// Those of a data directory. Neither is touched before it is asked for something.
    pub fn new(data_dir: &Path) -> Self {
        Self { keyring: Keyring::default(), file: SecretsFile::new(file(data_dir)) }
    }
}

/// The file in which secrets are kept without a keyring.
pub fn file(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

impl Secrets for Places {
    fn keep(&self, place: SecretPlace, key: &str, label: &str, secret: &Secret) -> Result<(), SecretsError> {
        match place {
            SecretPlace::Keyring => self.keyring.keep(key, label, secret),
            SecretPlace::File => self.file.keep(key, secret),
        }
    }

    fn read(&self, kept: &KeptSecret) -> Result<Secret, SecretsError> {
        match kept.place {
            SecretPlace::Keyring => self.keyring.read(&kept.key),
            SecretPlace::File => self.file.read(&kept.key),
        }
    }

    fn forget(&self, kept: &KeptSecret) -> Result<(), SecretsError> {
        match kept.place {
            SecretPlace::Keyring => self.keyring.forget(&kept.key),
            SecretPlace::File => self.file.forget(&kept.key),
        }
    }

    fn place(&self) -> SecretPlace {
        if self.keyring.is_there() { SecretPlace::Keyring } else { SecretPlace::File }
    }
}
