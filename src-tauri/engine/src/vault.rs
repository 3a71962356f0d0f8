//! The engine's way to whoever keeps secrets: beside the network's thread, because a keyring may wait for a person.
//!
//! Deliberately not here: which secrets there are (`engine/core/secrets.rs`).
use crate::secret::FeedSecrets;
use crate::{EngineError, FeedConfig, GivenSecret, KeptSecret, Secret, SecretOf, SecretPlace, Secrets, SecretsError};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Who keeps secrets, asked on threads that may block.
pub(crate) struct Vault {
    secrets: Arc<dyn Secrets>,
    /// One at a time asks the keyring: a locked one asks the user once, and the others find it unlocked. Neither can it
    /// occupy the threads that look names up.
    keyring: Arc<Semaphore>,
}

impl Vault {
    pub(crate) fn new(secrets: Arc<dyn Secrets>) -> Self {
        Self { secrets, keyring: Arc::new(Semaphore::new(1)) }
    }

    /// All secrets of a feed.
    pub(crate) async fn of(&self, feed: &FeedConfig) -> Result<FeedSecrets, EngineError> {
        let mut secrets = Vec::with_capacity(feed.secrets.len());
        for kept in feed.secrets.iter().filter(|kept| feed.uses(&kept.of)) {
            secrets.push(GivenSecret { of: kept.of.clone(), secret: self.read(kept).await? });
        }
        let secrets = FeedSecrets::new(secrets);
        if feed.lacks_secret(&secrets) { Err(SecretsError::NotGiven.into()) } else { Ok(secrets) }
    }

    pub(crate) async fn read(&self, kept: &KeptSecret) -> Result<Secret, SecretsError> {
        let wanted = kept.clone();
        self.ask(kept.place, move |secrets| secrets.read(&wanted)).await
    }

    /// Keeps secrets there, each under a key of its own. All or none.
    pub(crate) async fn keep(
        &self,
        place: SecretPlace,
        feed: &str,
        given: Vec<GivenSecret>,
    ) -> Result<Vec<KeptSecret>, SecretsError> {
        let mut all = Vec::with_capacity(given.len());
        for GivenSecret { of, secret } in given {
            let kept = KeptSecret { of, place, key: new_key()? };
            let (key, label) = (kept.key.clone(), label(&kept.of, feed));
            let keep = move |secrets: &dyn Secrets| secrets.keep(place, &key, &label, &secret);
            match self.ask(place, keep).await {
                Ok(()) => all.push(kept),
                Err(error) => {
                    self.forget(all).await;
                    return Err(error);
                }
            }
        }
        Ok(all)
    }

    /// Forgets what nobody has a use for any more. What cannot be forgotten harms nobody.
    pub(crate) async fn forget(&self, unused: Vec<KeptSecret>) {
        for kept in unused {
            let place = kept.place;
            if let Err(error) = self.ask(place, move |secrets| secrets.forget(&kept)).await {
                tracing::warn!(%error, "a password or token that is not used any more stays in {}", place.words());
            }
        }
    }

    /// Where new ones are kept.
    pub(crate) async fn place(&self) -> SecretPlace {
        let secrets = Arc::clone(&self.secrets);
        spawn_blocking(move || secrets.place()).await.unwrap_or(SecretPlace::File)
    }

    async fn ask<T: Send + 'static>(
        &self,
        place: SecretPlace,
        ask: impl FnOnce(&dyn Secrets) -> Result<T, SecretsError> + Send + 'static,
    ) -> Result<T, SecretsError> {
        let turn = match place {
            // Never closed.
            SecretPlace::Keyring => Arc::clone(&self.keyring).acquire_owned().await.ok(),
            SecretPlace::File => None,
        };
        let secrets = Arc::clone(&self.secrets);
        // Ends otherwise only together with the runtime, or by a panic of the keyring's library.
        let asked = spawn_blocking(move || {
            // Also where nobody waits for the answer any more: the keyring still asks its question.
            let _turn = turn;
            ask(&*secrets)
        });
        let asked = asked.await;
        asked.unwrap_or_else(|_| Err(SecretsError::Keyring("it failed internally".to_owned())))
    }
}

/// Whose the proxy's password is that no feed names.
pub(crate) const ALL_FEEDS: &str = "all feeds";

/// What people see who look at their keyring.
pub(crate) fn label(of: &SecretOf, feed: &str) -> String {
    format!("Tidings: {} of {feed}", word(of))
}

const fn word(of: &SecretOf) -> &'static str {
    match of {
        SecretOf::Credential => "password or token",
        SecretOf::Header(_) => "header",
        SecretOf::Proxy => "proxy password",
        SecretOf::Certificate => "certificate password",
    }
}

/// 128 bits by chance. An import cannot name the secret of another feed, because nobody can guess its key.
pub(crate) fn new_key() -> Result<String, SecretsError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| SecretsError::Keyring(error.to_string()))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
