//! Feeds leave as a file and come in from one: all that were chosen, or none.
//!
//! Deliberately not here: the file (`feeds_file.rs`).
use super::secrets::unused;
use super::{Core, end};
use crate::feeds_file::Standing;
use crate::feeds_file::{
    Chosen, Export, FeedsFile, FileFault, FileFeed, Import, ImportPreview, Imported, Reading, bad,
};
use crate::feeds_file::{open, seal, sealed_feed};
use crate::restoring::SealedSecret;
use crate::secret::FeedSecrets;
use crate::store::{Forget, ImportedFeed};
use crate::subscription::Surroundings;
use crate::{EngineError, Feed, FeedConfig, FeedFault, FeedId, GivenSecret, KeptSecret, Secret};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::time::Duration;
use tidings_event_source::connection::read_certificate_file;
use tokio::task::spawn_blocking;

impl Core {
    /// The file of these feeds.
    pub(in crate::engine) async fn export_feeds(&self, export: Export) -> Result<String, EngineError> {
        let Export { feeds, title, description, passphrase } = export;
        if let Some(missing) = feeds.iter().flatten().find(|id| self.feed(**id).is_err()) {
            return Err(EngineError::NoSuchFeed(*missing));
        }
        let is_wanted = |feed: &Feed| feeds.as_ref().is_none_or(|feeds| feeds.contains(&feed.id));
        let mut file = FeedsFile { title, description, ..FeedsFile::default() };
        let mut to_seal = Vec::new();
        for feed in self.surroundings.overview.all().into_iter().filter(is_wanted) {
            // Also what an older version stored with the settings.
            let mut secrets = Vec::new();
            let kept = feed.config.secrets.clone();
            let config = FeedConfig { secrets: vec![], ..feed.config.without_secrets(&mut secrets) };
            if passphrase.is_some() {
                secrets.extend(self.read_all(&config, kept).await?);
                if !secrets.is_empty() {
                    to_seal.push(sealed_feed(&config, secrets));
                }
            }
            file.feeds.push(FileFeed::new(config, feed.paused));
        }
        if let Some(passphrase) = passphrase {
            file.sealed = Some(seal_beside(to_seal, passphrase).await?);
        }
        file.text()
    }

    /// All passwords and tokens for a backup, sealed; `None`: there are none.
    pub(in crate::engine) async fn seal_secrets(&self, passphrase: Secret) -> Result<Option<String>, EngineError> {
        let mut sealed = Vec::new();
        let Surroundings { overview, vault, .. } = &*self.surroundings;
        for feed in overview.all() {
            for kept in &feed.config.secrets {
                let read = vault.read(kept).await;
                let secret = read.map_err(|error| bad(format!("“{}”: {error}", feed.config.name)))?;
                sealed.push(SealedSecret { key: kept.key.clone(), secret });
            }
        }
        if let Some(kept) = self.settings().network.secret {
            let secret = vault.read(&kept).await?;
            sealed.push(SealedSecret { key: kept.key, secret });
        }
        for kept in overview.retired_secrets() {
            // That of a feed which is gone is not worth a failure.
            if let Ok(secret) = vault.read(&kept).await {
                sealed.push(SealedSecret { key: kept.key, secret });
            }
        }
        if sealed.is_empty() { Ok(None) } else { seal_beside(sealed, passphrase).await.map(Some) }
    }

    /// The secrets that are kept for a feed.
    pub(super) async fn read_all(
        &self,
        config: &FeedConfig,
        kept: Vec<KeptSecret>,
    ) -> Result<Vec<GivenSecret>, EngineError> {
        let mut secrets = Vec::new();
        for kept in kept.into_iter().filter(|kept| config.uses(&kept.of)) {
            let read = self.surroundings.vault.read(&kept).await;
            let secret = read.map_err(|error| bad(format!("“{}”: {error}", config.name)))?;
            secrets.push(GivenSecret { of: kept.of, secret });
        }
        Ok(secrets)
    }

    /// What an import would do.
    pub(in crate::engine) async fn preview_import(&self, import: Import) -> Result<ImportPreview, EngineError> {
        Ok(self.read_file(import).await?.preview)
    }

    async fn read_file(&self, Import { text, passphrase }: Import) -> Result<Reading, EngineError> {
        let file = FeedsFile::read(&text)?;
        let opened = match (&file.sealed, passphrase) {
            (Some(sealed), Some(passphrase)) => Some(open_beside(sealed.clone(), passphrase).await?),
            _ => None,
        };
        let usable = |config: &FeedConfig| self.usable(config);
        Ok(Reading::new(file, opened, &self.surroundings.overview.all(), usable))
    }

    /// Whether the files that settings name are here.
    fn usable(&self, config: &FeedConfig) -> Result<(), FeedFault> {
        for file in config.ca_file.iter().chain(&config.certificate_file) {
            read_certificate_file(Path::new(file))
                .map_err(|error| FeedFault::CertificateFile { file: file.clone(), why: error.to_string() })?;
        }
        // Its password may be missing yet.
        let config = FeedConfig { certificate_file: None, ..config.clone() };
        self.surroundings.connectors.can_be_made(&config, &FeedSecrets::default())
    }

    /// Takes the feeds of these numbers in.
    pub(in crate::engine) async fn import_feeds(
        &self,
        import: Import,
        chosen: Vec<u32>,
    ) -> Result<Imported, EngineError> {
        let _one_at_a_time = self.editing.lock().await;
        let Reading { preview, wanted } = self.read_file(import).await?;
        let numbered = preview.feeds.iter().zip(wanted).filter(|(item, _)| chosen.contains(&item.number));
        let mut feeds = Vec::new();
        let mut new_secrets = Vec::new();
        for (item, wanted) in numbered {
            let kept = match wanted {
                Some(wanted) => self.keep_chosen(wanted).await,
                // Since the preview, a file that it names has gone, say.
                None => Err(bad(match &item.standing {
                    Standing::Refused { reason, .. } => reason.clone(),
                    _ => "It cannot be imported.".to_owned(),
                })),
            };
            match kept {
                Ok((feed, new)) => {
                    feeds.push(feed);
                    new_secrets.extend(new);
                }
                Err(error) => {
                    self.surroundings.vault.forget(new_secrets).await;
                    return Err(FileFault::NotImported { name: item.name.clone(), why: error.to_string() }.into());
                }
            }
        }
        self.take_in(feeds, new_secrets).await
    }

    /// Keeps the secrets of a feed.
    async fn keep_chosen(&self, chosen: Chosen) -> Result<(ImportedFeed, Vec<KeptSecret>), EngineError> {
        let Chosen { feed, config, paused, secrets } = chosen;
        let old = feed.map(|id| self.feed(id)).transpose()?;
        let (config, new) = self.keep_apart(config, secrets, old.as_ref().map(|old| &old.config)).await?;
        let forget = match &old {
            Some(old) if config.resume != old.config.resume => Forget::ResumeToken,
            _ => Forget::Nothing,
        };
        Ok((ImportedFeed { id: feed, config, paused: old.map_or(paused, |old| old.paused), forget }, new))
    }

    async fn take_in(&self, feeds: Vec<ImportedFeed>, new_secrets: Vec<KeptSecret>) -> Result<Imported, EngineError> {
        let mut subscriptions = self.subscriptions.lock().await;
        let mut before: Vec<Feed> = Vec::new();
        let mut anew: Vec<FeedId> = Vec::new();
        for ImportedFeed { id, config, .. } in &feeds {
            let Some(id) = *id else { continue };
            let Ok(old) = self.feed(id) else {
                drop(subscriptions);
                self.surroundings.vault.forget(new_secrets).await;
                return Err(EngineError::NoSuchFeed(id));
            };
            if config.connects_otherwise_than(&old.config) {
                anew.push(id);
            }
            before.push(old);
        }
        for id in &anew {
            end(&mut subscriptions, *id).await;
        }
        let stored = self.change(move |store| store.import_feeds(&feeds)).await;
        let overview = &self.surroundings.overview;
        let (after, order) = match stored {
            Ok(stored) => stored,
            Err(error) => {
                let ended = before.into_iter().filter(|feed| anew.contains(&feed.id) && !feed.paused);
                for feed in ended {
                    self.start(&mut subscriptions, feed, Duration::ZERO);
                }
                drop(subscriptions);
                self.surroundings.vault.forget(new_secrets).await;
                return Err(error);
            }
        };
        let is_new = |feed: &Feed| !before.iter().any(|old| old.id == feed.id);
        let added: Vec<Feed> = after.iter().filter(|feed| is_new(feed)).cloned().collect();
        let mut turn = 0;
        for feed in &after {
            overview.put(feed.clone());
            if !feed.config.notify {
                self.surroundings.announcer.forget(feed.id);
            }
            if !feed.paused && (is_new(feed) || anew.contains(&feed.id)) {
                self.start(&mut subscriptions, feed.clone(), super::STAGGER * turn);
                turn += 1;
            }
        }
        overview.set_order(order);
        self.tell_arranged();
        self.pruning.notify_one();
        drop(subscriptions);
        let now = |id: FeedId| after.iter().find(|feed| feed.id == id).map(|feed| &feed.config);
        let left = before.iter().filter_map(|old| Some(unused(&old.config, now(old.id)?))).flatten();
        self.surroundings.vault.forget(left.collect()).await;
        Ok(Imported { added, changed: before })
    }
}

/// [`seal`], where it holds nobody up.
pub(super) async fn seal_beside(
    content: impl Serialize + Send + 'static,
    passphrase: Secret,
) -> Result<String, EngineError> {
    spawn_blocking(move || seal(&content, &passphrase)).await.unwrap_or(Err(EngineError::ShutDown))
}

/// [`open`], likewise.
async fn open_beside<T: DeserializeOwned + Send + 'static>(
    sealed: String,
    passphrase: Secret,
) -> Result<T, EngineError> {
    spawn_blocking(move || open(&sealed, &passphrase)).await.unwrap_or(Err(EngineError::ShutDown))
}
