//! Which secrets of which feeds are kept, moved and forgotten.
//!
//! A new secret is kept before the settings that name it are stored, and an old one is forgotten after those that named it
//! are gone: whatever fails in between leaves a secret that nobody uses, never settings without theirs. Deliberately not
//! here: the keyring and the file (the shell's `secrets.rs`).
use super::Core;
use crate::secret::{FeedSecrets, SecretsFacts};
use crate::{EngineError, FeedConfig, FeedId, GivenSecret, KeptSecret, SecretOf, SecretPlace};

impl Core {
    /// The settings as they are stored, and what of them was kept just now. `old`: as they were, if there were some.
    pub(super) async fn keep_apart(
        &self,
        config: FeedConfig,
        given: Vec<GivenSecret>,
        old: Option<&FeedConfig>,
    ) -> Result<(FeedConfig, Vec<KeptSecret>), EngineError> {
        let place = self.secret_place().await;
        let kept = old.map_or(&[][..], |old| &old.secrets);
        let nothing_new = given.is_empty() && old.is_some_and(FeedConfig::has_plain_secrets);
        match self.keep_apart_in(place, config.clone(), given, kept).await {
            // What an older version stored stays where it is rather than keep the user from changing a name.
            Err(EngineError::Secrets(error)) if nothing_new => {
                tracing::warn!(%error, "a password or token stays with the settings of its feed");
                Ok((FeedConfig { secrets: kept.to_vec(), ..config.checked()? }, vec![]))
            }
            kept => kept,
        }
    }

    pub(super) async fn keep_apart_in(
        &self,
        place: SecretPlace,
        config: FeedConfig,
        mut given: Vec<GivenSecret>,
        kept: &[KeptSecret],
    ) -> Result<(FeedConfig, Vec<KeptSecret>), EngineError> {
        let mut config = config.without_secrets(&mut given).checked()?;
        given.retain(|given| config.uses(&given.of));
        let stays = |old: &&KeptSecret| config.uses(&old.of) && !given.iter().any(|new| new.of == old.of);
        config.secrets = kept.iter().filter(stays).cloned().collect();
        given.retain(|given| !given.secret.is_empty());
        self.can_connect(&config, given.clone()).await?;
        let new = self.surroundings.vault.keep(place, &config.name, given).await?;
        config.secrets.extend(new.iter().cloned());
        Ok((config, new))
    }

    /// Whether the settings can be used at all: a certificate file that can be read, a token that can be sent.
    async fn can_connect(&self, config: &FeedConfig, mut given: Vec<GivenSecret>) -> Result<(), EngineError> {
        // The password of the certificate may be kept already.
        for kept in config.secrets.iter().filter(|kept| kept.of == SecretOf::Certificate) {
            given.push(GivenSecret { of: kept.of.clone(), secret: self.surroundings.vault.read(kept).await? });
        }
        let secrets = FeedSecrets::new(given);
        config.request(&secrets)?;
        Ok(self.surroundings.connectors.can_be_made(config, &secrets)?)
    }

    /// What was kept for a change is forgotten if that failed.
    pub(super) async fn unless_failed<T>(
        &self,
        changed: Result<T, EngineError>,
        new: Vec<KeptSecret>,
    ) -> Result<T, EngineError> {
        if changed.is_err() {
            self.surroundings.vault.forget(new).await;
        }
        changed
    }

    pub(super) async fn secret_place(&self) -> SecretPlace {
        match self.settings().secret_place {
            Some(place) => place,
            None => self.surroundings.vault.place().await,
        }
    }

    pub(in crate::engine) async fn secrets_facts(&self) -> SecretsFacts {
        let mut facts = SecretsFacts { place: self.secret_place().await, in_keyring: 0, in_file: 0, with_feeds: 0 };
        let feeds = self.surroundings.overview.all();
        let network = self.settings().network.secret;
        for kept in feeds.iter().flat_map(|feed| &feed.config.secrets).chain(&network) {
            match kept.place {
                SecretPlace::Keyring => facts.in_keyring += 1,
                SecretPlace::File => facts.in_file += 1,
            }
        }
        for feed in &feeds {
            facts.with_feeds += u32::from(feed.config.has_plain_secrets());
        }
        facts
    }

    /// Moves secrets. The old one is forgotten when the new one was read back and the settings that name it are stored.
    pub(in crate::engine) async fn move_secrets(&self, to: SecretPlace) -> Result<u32, EngineError> {
        let (mut moved, mut failed) = match self.move_network_secret(to).await {
            Ok(moved) => (moved, None),
            Err(error) => (0, Some(error)),
        };
        for feed in self.surroundings.overview.all() {
            // From before it is read: a new one that is given meanwhile must not be replaced by the old one.
            let _one_at_a_time = self.editing.lock().await;
            let Ok(feed) = self.feed(feed.id) else { continue };
            let elsewhere = feed.config.secrets.iter().filter(|kept| kept.place != to);
            if elsewhere.clone().next().is_none() && !feed.config.has_plain_secrets() {
                continue;
            }
            let mut given = Vec::new();
            for kept in elsewhere {
                match self.surroundings.vault.read(kept).await {
                    Ok(secret) => given.push(GivenSecret { of: kept.of.clone(), secret }),
                    Err(error) => failed = Some(error.into()),
                }
            }
            match self.move_secrets_of(to, feed.id, given).await {
                Ok(more) => moved += more,
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(moved), Err)
    }

    async fn move_secrets_of(&self, to: SecretPlace, id: FeedId, given: Vec<GivenSecret>) -> Result<u32, EngineError> {
        let old = self.feed(id)?.config;
        let (config, new) = self.keep_apart_in(to, old.clone(), given, &old.secrets).await?;
        for kept in &new {
            if let Err(error) = self.surroundings.vault.read(kept).await {
                self.surroundings.vault.forget(new).await;
                return Err(error.into());
            }
        }
        let count = u32::try_from(new.len()).unwrap_or(u32::MAX);
        self.replace(id, config, new).await?;
        Ok(count)
    }
}

/// What of the old settings' secrets the new ones have no use for.
pub(super) fn unused(old: &FeedConfig, new: &FeedConfig) -> Vec<KeptSecret> {
    old.secrets.iter().filter(|kept| !new.secrets.contains(kept)).cloned().collect()
}
