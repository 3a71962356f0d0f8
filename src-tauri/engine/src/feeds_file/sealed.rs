//! Passwords and tokens on their way to another computer: sealed with a passphrase, in the format of age
//! (<https://age-encryption.org/v1>), which other programs open too.
//!
//! What is sealed names the settings by which each feed reaches its server. Whoever changes an address in the file does not
//! get the password sent there. Deliberately not here: any cryptography.
use super::{FileFault, bad};
use crate::{EngineError, FeedConfig, GivenSecret, Secret};
use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, Read as _, Write as _};

/// How much work a passphrase costs that is tried: 2^17 rounds of scrypt, 128 MiB, a third of a second.
const WORK: u8 = 17;
/// The most that is done for a file: 256 MiB.
const MOST_WORK: u8 = 18;
/// The most that is read of what was sealed, in bytes.
const LIMIT: u64 = 16 * 1024 * 1024;

/// The secrets of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SealedFeed {
    /// How it reaches its server.
    pub(crate) way: FeedConfig,
    pub(crate) secrets: Vec<GivenSecret>,
}

/// Seals anything. It takes a while.
pub(crate) fn seal(content: &impl Serialize, passphrase: &Secret) -> Result<String, EngineError> {
    if passphrase.is_empty() {
        return Err(bad("The passphrase is empty: enter one.".to_owned()));
    }
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.reveal().to_owned()));
    recipient.set_work_factor(WORK);
    let sealed = || {
        let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as _)).map_err(io::Error::other)?;
        let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armor)?;
        writer.write_all(&serde_json::to_vec(content)?)?;
        writer.finish()?.finish()
    };
    let sealed: Vec<u8> = sealed().map_err(|error: io::Error| bad(format!("Nothing could be sealed: {error}.")))?;
    String::from_utf8(sealed).map_err(|error| bad(format!("Nothing could be sealed: {error}.")))
}

/// Opens what was sealed. It takes a while.
pub(crate) fn open<T: DeserializeOwned>(sealed: &str, passphrase: &Secret) -> Result<T, EngineError> {
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase.reveal().to_owned()));
    identity.set_max_work_factor(MOST_WORK);
    let opened = || {
        let decryptor = Decryptor::new_buffered(ArmoredReader::new(sealed.as_bytes()))?;
        let mut content = Vec::new();
        decryptor.decrypt(std::iter::once(&identity as _))?.take(LIMIT).read_to_end(&mut content)?;
        Ok(content)
    };
    let content = opened().map_err(|error: DecryptError| match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => EngineError::WrongPassphrase,
        DecryptError::ExcessiveWork { .. } => FileFault::SealedTooHard.into(),
        DecryptError::NoMatchingKeys => FileFault::SealedOtherwise.into(),
        _ => FileFault::SealedDamaged.into(),
    })?;
    serde_json::from_slice(&content).map_err(|_| FileFault::SealedDamaged.into())
}
