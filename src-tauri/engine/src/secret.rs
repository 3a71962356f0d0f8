//! Passwords, tokens and the like: kept apart from all that is stored, shown or logged.
//!
//! What the user chose of a feed says only that there is a secret, and where it is kept ([`KeptSecret`]). Deliberately not
//! here: the keyring and the file that keep them (the shell's `secrets.rs`), and what they are good for
//! (`feed/credential.rs`).
use crate::FeedConfig;
use crate::feed::with_user;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::PathBuf;
use ts_rs::TS;

/// A password, a token, a cookie. It shows itself to nobody who did not ask for it by [`Self::reveal`].
///
/// It can be serialized, for the way from the window or another process to the engine that keeps it. Nothing that is
/// stored or shown has a field of this type.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(type = "string")]
pub struct Secret(String);

impl Secret {
    /// Takes a secret in.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a secret of a feed is good for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "name", rename_all = "camelCase")]
pub enum SecretOf {
    /// It is the token or password of the feed's [`Credential`](crate::Credential).
    Credential,
    /// It is the value of the feed's header of this name.
    Header(String),
    /// It is the password for the proxy.
    Proxy,
    /// It opens the file of the client certificate.
    Certificate,
}

/// Where secrets are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SecretPlace {
    /// The keyring of the desktop.
    Keyring,
    /// A file that only the user can read.
    File,
}

impl SecretPlace {
    /// As it stands in a sentence: "the keyring".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Keyring => "the keyring",
            Self::File => "a file that only you can read",
        }
    }
}

/// That there is a secret, and where; not the secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
pub struct KeptSecret {
    /// What it is good for.
    pub of: SecretOf,
    /// Where it is.
    pub place: SecretPlace,
    /// What it is found by there. Each secret has another one, made by chance and never used again.
    pub key: String,
}

/// A secret that the user gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GivenSecret {
    /// What it is good for.
    pub of: SecretOf,
    /// Empty: the one that is kept is to be forgotten.
    pub secret: Secret,
}

/// Why a secret could not be kept, read or forgotten. Each message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// Nobody unlocked it.
    #[error("The keyring is locked, so no password or token can be kept or read: unlock it, then try again.")]
    Locked,
    /// No Secret Service answers.
    #[error(
        "The keyring does not answer, so no password or token can be kept or read: check that the keyring of your desktop is running, then try again."
    )]
    NoKeyring,
    /// It answers, but not with what was asked for.
    #[error("The keyring failed ({0}): check that it works, then try again.")]
    Keyring(String),
    /// It was removed there by somebody else, or is that of another user or computer.
    #[error("The password or token of this feed is not in {} any more: enter it again.", .0.words())]
    Missing(SecretPlace),
    /// The settings want one and none was ever given.
    #[error("This feed is to send a password or token, but none is kept: enter it.")]
    NotGiven,
    /// The file cannot be read or written.
    #[error("The file of passwords and tokens, {}, cannot be {what}: {why}.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// "read" or "written".
        what: &'static str,
        /// The system's reason.
        why: String,
    },
    /// There is nobody to keep secrets.
    #[error("Passwords and tokens cannot be kept here.")]
    Nowhere,
}

/// Who keeps secrets. Its calls may block, for as long as a person takes to unlock a keyring; the engine makes them where
/// that disturbs nobody.
pub trait Secrets: Send + Sync + 'static {
    /// Keeps a secret there under this key. Returns once it is certain that it is kept. `label` is for people who look at
    /// their keyring.
    fn keep(&self, place: SecretPlace, key: &str, label: &str, secret: &Secret) -> Result<(), SecretsError>;

    /// Reads a secret.
    fn read(&self, kept: &KeptSecret) -> Result<Secret, SecretsError>;

    /// Forgets a secret. That it is gone already is no error.
    fn forget(&self, kept: &KeptSecret) -> Result<(), SecretsError>;

    /// Where a new secret is kept, if the user does not say where: in the keyring if there is one.
    fn place(&self) -> SecretPlace;
}

/// Nobody: for who has no secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSecrets;

impl Secrets for NoSecrets {
    fn keep(&self, _: SecretPlace, _: &str, _: &str, _: &Secret) -> Result<(), SecretsError> {
        Err(SecretsError::Nowhere)
    }

    fn read(&self, _: &KeptSecret) -> Result<Secret, SecretsError> {
        Err(SecretsError::Nowhere)
    }

    fn forget(&self, _: &KeptSecret) -> Result<(), SecretsError> {
        Ok(())
    }

    fn place(&self) -> SecretPlace {
        SecretPlace::File
    }
}

/// Where passwords and tokens are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecretsFacts {
    /// Where new ones are kept.
    pub place: SecretPlace,
    /// How many are in the keyring.
    pub in_keyring: u32,
    /// How many are in the file.
    pub in_file: u32,
    /// How many feeds have some that an older version stored with their settings.
    pub with_feeds: u32,
}

/// The secrets of a feed, as its connections need them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FeedSecrets(Vec<GivenSecret>);

impl FeedSecrets {
    pub(crate) const fn new(secrets: Vec<GivenSecret>) -> Self {
        Self(secrets)
    }

    pub(crate) fn get(&self, of: &SecretOf) -> Option<&Secret> {
        self.0.iter().find(|given| given.of == *of).map(|given| &given.secret)
    }

    /// What has to be hidden in texts that come from servers: one that refuses a token may repeat it.
    pub(crate) fn hidden(&self, config: &FeedConfig) -> Hidden {
        let texts = self.0.iter().flat_map(|GivenSecret { of, secret }| {
            // A password travels together with its user (RFC 7617).
            let sent = config.user_of(of).map(|user| with_user(&user, secret.reveal()));
            sent.into_iter().chain([secret.reveal().to_owned()])
        });
        Hidden::new(texts)
    }
}

/// Texts that are shown nowhere.
#[derive(Clone, Default)]
pub(crate) struct Hidden(Vec<String>);

impl Hidden {
    /// What is shorter is found in any text.
    const LEAST: usize = 4;

    pub(crate) fn new(texts: impl IntoIterator<Item = String>) -> Self {
        let mut texts: Vec<_> = texts.into_iter().filter(|text| text.len() >= Self::LEAST).collect();
        // As it stands in an address.
        for text in texts.clone() {
            let in_query = url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let in_path = in_query.replace('+', "%20");
            texts.extend([in_query, in_path].into_iter().filter(|written| *written != text));
        }
        // The longest first: one may be part of another.
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self(texts)
    }

    /// The text without them.
    pub(crate) fn hide(&self, text: &mut String) {
        for secret in self.0.iter().filter(|secret| !secret.is_empty()) {
            if text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), "…");
            }
        }
    }

    /// A copy of the text without them.
    pub(crate) fn hidden_in(&self, text: &str) -> Box<str> {
        let mut text = text.to_owned();
        self.hide(&mut text);
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_itself_only_when_asked() {
        let given = GivenSecret { of: SecretOf::Credential, secret: Secret::new("s3cret") };
        let secrets = FeedSecrets::new(vec![given.clone()]);
        assert_eq!(format!("{given:?}"), "GivenSecret { of: Credential, secret: Secret(…) }");
        assert!(!format!("{secrets:?}").contains("s3cret"));
        assert_eq!(secrets.get(&SecretOf::Credential).map(Secret::reveal), Some("s3cret"));
        let mut text = "no such token: s3cret, s3crets".to_owned();
        let config = FeedConfig {
            credential: crate::Credential::Basic { user: "anna".into() },
            ..FeedConfig::new("x", "http://h/")
        };
        secrets.hidden(&config).hide(&mut text);
        assert_eq!(text, "no such token: …, …s");
        // Of anna and her password.
        let mut text = "You sent Basic YW5uYTpzM2NyZXQ=.".to_owned();
        secrets.hidden(&config).hide(&mut text);
        assert_eq!(text, "You sent Basic ….");
    }
}
