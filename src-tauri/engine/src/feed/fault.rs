//! Why a feed cannot have such settings: as a word with its details, for who says it in another language, and as an English
//! sentence.
//!
//! Deliberately not here: finding it (`connecting.rs`, `credential.rs`).
use crate::template::TemplateFault;
use serde::{Deserialize, Serialize};
use tidings_event_source::connection::{ConnectorError, NoFingerprint};
use ts_rs::TS;

/// Why a feed cannot have such settings. None has a password or token in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum FeedFault {
    /// There is no address.
    #[error("The address is missing: enter the URL of an event stream.")]
    NoAddress,
    /// It is no address of the web.
    #[error("The address has to begin with http:// or https://.")]
    NoScheme,
    /// It is no address at all.
    #[error("The address is not a URL ({why}): check it for typing mistakes.")]
    NoUrl {
        /// What the standard calls it, in English.
        why: String,
    },
    /// It is the address of something else.
    #[error("Tidings follows http and https addresses; this one begins with “{scheme}:”.")]
    OtherScheme {
        /// What it begins with.
        scheme: String,
    },
    /// The name is too long.
    #[error("The name is longer than {limit} characters: shorten it.")]
    LongName {
        /// The longest, in characters.
        limit: u32,
    },
    /// The folder's name is too long.
    #[error("The folder's name is longer than {limit} characters: shorten it.")]
    LongFolder {
        /// The longest, in characters.
        limit: u32,
    },
    /// The event size limit makes no sense.
    #[error("The event size limit has to be between 1 KiB and 256 MiB.")]
    EventLimit,
    /// The icon is too long.
    #[error("The icon has to be one or two letters, or an emoji: shorten it.")]
    Icon,
    /// The idle limit is none.
    #[error("The idle limit has to be at least one second.")]
    IdleLimit,
    /// What is trusted is no fingerprint.
    #[error("{NoFingerprint}")]
    Fingerprint,
    /// To resume by a query parameter, it has to be known by which.
    #[error("To resume by a query parameter, name the parameter.")]
    ResumeParameter,
    /// It is no path to a value.
    #[error(
        "“{path}” is no path to a value in JSON data: write a name (id), names with dots (meta.id) or a JSON Pointer (/meta/id)."
    )]
    Path {
        /// As it was typed.
        path: String,
    },
    /// It is no address of a proxy.
    #[error("The proxy address has to begin with http://, https://, socks5:// or socks5h://.")]
    Proxy,
    /// A header has no name.
    #[error("A header has no name: give it one, or remove it.")]
    UnnamedHeader,
    /// No header can be called so.
    #[error("“{name}” cannot be a header's name: use letters, digits and hyphens.")]
    HeaderName {
        /// As it was typed.
        name: String,
    },
    /// What a header says cannot travel in one.
    #[error("The value of the header “{name}” has a line break or another control character: remove it.")]
    HeaderValue {
        /// Its name.
        name: String,
    },
    /// The secret is sent in a header without a name …
    #[error("The header that carries the secret has no name: give it one.")]
    UnnamedSecretHeader,
    /// … in a parameter of the address …
    #[error("The parameter that carries the secret has no name: give it one.")]
    UnnamedSecretParameter,
    /// … or in a cookie.
    #[error("The cookie that carries the secret has no name: give it one.")]
    UnnamedSecretCookie,
    /// The user name cannot be sent.
    #[error("The user name has a colon or a control character, which cannot be sent: check it.")]
    UserName,
    /// No cookie can be called so.
    #[error("A cookie's name has no spaces, commas, semicolons, quotes and equals signs: check it.")]
    CookieName,
    /// A certificate file is not here.
    #[error("Its certificate file {file} cannot be read here: {why}.")]
    CertificateFile {
        /// Where it should be.
        file: String,
        /// What the system says, in its language.
        why: String,
    },
    /// A template, an expression or a regular expression cannot be used.
    #[error("{0}")]
    Template(TemplateFault),
    /// What has no word of its own, such as a certificate that cannot be used.
    #[error("{sentence}")]
    Other {
        /// In English.
        sentence: String,
    },
}

impl FeedFault {
    /// What is only known as a sentence.
    pub(crate) const fn other(sentence: String) -> Self {
        Self::Other { sentence }
    }
}

impl From<TemplateFault> for FeedFault {
    fn from(fault: TemplateFault) -> Self {
        Self::Template(fault)
    }
}

impl From<NoFingerprint> for FeedFault {
    fn from(_: NoFingerprint) -> Self {
        Self::Fingerprint
    }
}

impl From<ConnectorError> for FeedFault {
    fn from(ConnectorError(sentence): ConnectorError) -> Self {
        Self::other(sentence)
    }
}
