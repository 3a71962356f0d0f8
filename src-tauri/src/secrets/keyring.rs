//! The Secret Service of the desktop (GNOME's keyring, `KWallet`, `KeePassXC`), over D-Bus.
//!
//! Deliberately not here: what is done without one (`file.rs`).
use keyring_core::api::CredentialStoreApi as _;
use keyring_core::{Entry, Error};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tidings_engine::{Secret, SecretsError};
use zbus_secret_service_keyring_store::Store;

/// What our entries are found by, besides their keys.
const SERVICE: &str = "org.tidings.Tidings";

/// Connected when it is first needed. A connection that fails is made anew at the next call: the keyring of a desktop may
/// start late, and restart.
#[derive(Debug, Default)]
pub(super) struct Keyring {
    store: Mutex<Option<Arc<Store>>>,
}

impl Keyring {
    /// Whether a keyring answers, locked or not.
    pub(super) fn is_there(&self) -> bool {
        let nothing = HashMap::from([("service", SERVICE), ("username", "nothing")]);
        // A search for what is not there asks nobody to unlock anything.
        self.with(|store| store.search(&nothing)).is_ok()
    }

    pub(super) fn keep(&self, key: &str, label: &str, secret: &Secret) -> Result<(), SecretsError> {
        self.with(|store| {
            let entry = store.build(SERVICE, key, Some(&HashMap::from([("label", label)])))?;
            entry.set_secret(secret.reveal().as_bytes())?;
            // Some services say yes and keep nothing.
            if entry.get_secret()? == secret.reveal().as_bytes() { Ok(()) } else { Err(Error::NoEntry) }
        })
        .map_err(|error| match error {
            Error::NoEntry => SecretsError::Keyring("what was just kept there is not there".to_owned()),
            error => told(&error),
        })
    }

    pub(super) fn read(&self, key: &str) -> Result<Secret, SecretsError> {
        let secret = self.entry(key, Entry::get_password);
        secret.map(Secret::new).map_err(|error| told(&error))
    }

    pub(super) fn forget(&self, key: &str) -> Result<(), SecretsError> {
        match self.entry(key, Entry::delete_credential) {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(told(&error)),
        }
    }

    fn entry<T>(&self, key: &str, ask: impl Fn(&Entry) -> Result<T, Error>) -> Result<T, Error> {
        self.with(|store| ask(&store.build(SERVICE, key, None)?))
    }

    /// Asks the keyring, over a new connection if the one that there was is gone.
    fn with<T>(&self, ask: impl Fn(&Store) -> Result<T, Error>) -> Result<T, Error> {
        let known = self.store.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(store) = known {
            match ask(&store) {
                Err(Error::PlatformFailure(_)) => {}
                answer => return answer,
            }
        }
        let store = Store::new()?;
        let answer = ask(&store);
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = answer.is_ok().then_some(store);
        answer
    }
}

fn told(error: &Error) -> SecretsError {
    match error {
        Error::NoEntry => SecretsError::Missing(tidings_engine::SecretPlace::Keyring),
        Error::NoStorageAccess(_) => SecretsError::Locked,
        Error::PlatformFailure(_) => SecretsError::NoKeyring,
        // Its other messages may quote what was asked for or found.
        _ => SecretsError::Keyring("it gave an answer of another kind than expected".to_owned()),
    }
}
