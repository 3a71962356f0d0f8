//! What becomes of passwords and tokens between the user, who keeps them, and servers.
//!
//! Deliberately not here: the keyring and the file (`tests/cli/secrets.rs`).
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use tidings_engine::{KeptSecret, Secret, SecretPlace, Secrets, SecretsError};

/// Keeps secrets in memory, for all engines of the tests: no key is used twice.
pub(crate) struct Memory;

static KEPT: LazyLock<Mutex<HashMap<String, Secret>>> = LazyLock::new(Mutex::default);

impl Secrets for Memory {
    fn keep(&self, _: SecretPlace, key: &str, _: &str, secret: &Secret) -> Result<(), SecretsError> {
        KEPT.lock().unwrap().insert(key.to_owned(), secret.clone());
        Ok(())
    }

    fn read(&self, kept: &KeptSecret) -> Result<Secret, SecretsError> {
        KEPT.lock().unwrap().get(&kept.key).cloned().ok_or(SecretsError::Missing(kept.place))
    }

    fn forget(&self, kept: &KeptSecret) -> Result<(), SecretsError> {
        KEPT.lock().unwrap().remove(&kept.key);
        Ok(())
    }

    fn place(&self) -> SecretPlace {
        SecretPlace::Keyring
    }
}
