//! A backup is restored: the history with all that stands in it, and the passwords and tokens that are sealed beside it.
//!
//! It is made ready beside the data that are in use; whoever opens the directory next has it. Deliberately not here: the
//! files (`store/restore.rs`).
use crate::feeds_file::{bad, open};
use crate::store::{Ready, Store};
use crate::vault::{ALL_FEEDS, label, new_key};
use crate::{EngineError, FeedConfig, KeptSecret, Secret, SecretPlace, Secrets, SecretsError};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// A password or token, and what the settings in the backup call it by.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SealedSecret {
    pub(crate) key: String,
    pub(crate) secret: Secret,
}

/// What came of a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Restored {
    /// The directory in which the data are that were there before.
    pub aside: PathBuf,
    /// How many passwords and tokens came with it.
    pub secrets: u32,
    /// Whether rules might start programs in the backup, which they may not until the user allows it again.
    pub hooks_off: bool,
}

/// How far it is: so many bytes of so many. `Break`: nobody wants it any more.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64) -> ControlFlow<()>;

/// Makes a backup ready; whoever opens the directory next has it. It takes a while, and blocks.
///
/// Fails with [`EngineError::Store`] for what is no backup and while another is made ready, with
/// [`EngineError::WrongPassphrase`], and when a secret cannot be kept. Nothing is changed then.
pub fn make_ready(
    data_dir: &Path,
    file: &Path,
    secrets: &dyn Secrets,
    passphrase: Option<&Secret>,
    progress: Progress<'_>,
) -> Result<ControlFlow<(), Restored>, EngineError> {
    let ControlFlow::Continue(mut ready) = Ready::make(data_dir, file, progress)? else {
        return Ok(ControlFlow::Break(()));
    };
    let mut kept = Vec::new();
    match prepare(&mut ready, secrets, passphrase, &mut kept) {
        Ok(hooks_off) => {
            let count = u32::try_from(kept.len()).unwrap_or(u32::MAX);
            let aside = ready.commit().inspect_err(|_| forget(secrets, &kept))?;
            Ok(ControlFlow::Continue(Restored { aside, secrets: count, hooks_off }))
        }
        Err(error) => {
            forget(secrets, &kept);
            ready.discard();
            Err(error)
        }
    }
}

/// [`make_ready`] of a directory that nobody uses, and then puts it in its place.
pub fn restore(
    data_dir: &Path,
    file: &Path,
    secrets: &dyn Secrets,
    passphrase: Option<&Secret>,
    progress: Progress<'_>,
) -> Result<ControlFlow<(), Restored>, EngineError> {
    // Nobody else begins meanwhile. What is there may be damaged, or newer: it is not opened.
    let owned = Store::own(data_dir)?;
    let restored = make_ready(data_dir, file, secrets, passphrase, progress)?;
    drop(owned);
    if restored.is_continue() {
        // Opened once, so that it is known to be good.
        drop(Store::open(data_dir)?);
    }
    Ok(restored)
}

/// Whether rules might start programs in it.
fn prepare(
    ready: &mut Ready,
    secrets: &dyn Secrets,
    passphrase: Option<&Secret>,
    new: &mut Vec<KeptSecret>,
) -> Result<bool, EngineError> {
    let mut settings = ready.settings()?;
    let hooks_off = settings.allow_hooks;
    let place = settings.secret_place.unwrap_or_else(|| secrets.place());
    if hooks_off {
        settings.allow_hooks = false;
        ready.save_settings(&settings)?;
    }
    if let (Some(sealed), Some(passphrase)) = (ready.beside.secrets.clone(), passphrase) {
        let opened: Vec<SealedSecret> = open(&sealed, passphrase)?;
        let opened: HashMap<_, _> = opened.into_iter().map(|sealed| (sealed.key, sealed.secret)).collect();
        if let Some(kept) = &settings.network.secret
            && let Some(secret) = opened.get(&kept.key)
        {
            settings.network.secret = Some(keep(kept, secret, ALL_FEEDS, secrets, place, new)?);
            ready.save_settings(&settings)?;
        }
        ready.change_feeds(|config| with_secrets(config, &opened, secrets, place, new))?;
    }
    Ok(hooks_off)
}

/// Settings whose secrets are kept here, under keys that nothing else has.
fn with_secrets(
    mut config: FeedConfig,
    opened: &HashMap<String, Secret>,
    secrets: &dyn Secrets,
    place: SecretPlace,
    new: &mut Vec<KeptSecret>,
) -> Result<Option<FeedConfig>, EngineError> {
    let mut changed = false;
    for kept in &mut config.secrets {
        let Some(secret) = opened.get(&kept.key) else { continue };
        *kept = keep(kept, secret, &config.name, secrets, place, new)?;
        changed = true;
    }
    Ok(changed.then_some(config))
}

/// Keeps a secret under a key of its own.
fn keep(
    kept: &KeptSecret,
    secret: &Secret,
    feed: &str,
    secrets: &dyn Secrets,
    place: SecretPlace,
    new: &mut Vec<KeptSecret>,
) -> Result<KeptSecret, EngineError> {
    let here = KeptSecret { of: kept.of.clone(), place, key: new_key()? };
    let failed = |error: SecretsError| bad(format!("Nothing was restored, because of “{feed}”: {error}"));
    secrets.keep(place, &here.key, &label(&here.of, feed), secret).map_err(failed)?;
    new.push(here.clone());
    Ok(here)
}

/// What is not forgotten harms nobody.
fn forget(secrets: &dyn Secrets, kept: &[KeptSecret]) {
    for kept in kept {
        let _ = secrets.forget(kept);
    }
}
