//! What the user configured: one URL to follow, and how.
//!
//! Deliberately not here: how it fares just now (`feed_state.rs`).
mod connecting;
pub mod credential;
mod curl;
mod data_path;
mod fault;
pub(crate) mod keys;
mod look;

pub(crate) use connecting::folder_name;
pub use credential::Credential;
pub(crate) use credential::{carries_secret, with_user};
pub use fault::FeedFault;
pub use look::FeedColor;

use crate::announce::FeedAnnouncing;
use crate::{FeedRetention, KeptSecret, Mapping, Rule, Signals};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Identifies a feed for its whole life; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(type = "number")]
pub struct FeedId(pub i64);

impl std::fmt::Display for FeedId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A request header of a feed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Header {
    /// Any case.
    pub name: String,
    /// What it says. Of one that carries a secret it is kept apart and empty here.
    pub value: String,
}

/// Shows no value that may be a secret.
impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = if credential::carries_secret(&self.name) { "…" } else { &self.value };
        write!(f, "{:?}: {value:?}", self.name)
    }
}

/// Where a feed's connections go through.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "url", rename_all = "camelCase")]
pub enum ProxyChoice {
    /// The proxy variables of the environment.
    #[default]
    System,
    /// Straight to the server.
    None,
    /// `http://`, `https://`, `socks5://` or `socks5h://`, with a user name if need be. Its password is kept apart.
    Url(String),
}

/// Shows no user name and no password.
impl std::fmt::Debug for ProxyChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::System => f.write_str("System"),
            Self::None => f.write_str("None"),
            Self::Url(url) => write!(f, "Url({:?})", url.rsplit('@').next().unwrap_or_default()),
        }
    }
}

/// How a feed resumes after a pause in the connection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ResumeMode {
    /// The `Last-Event-ID` header.
    #[default]
    Header,
    /// A query parameter filled with the last event ID, or with a value of the last event's data.
    Query {
        /// Its name.
        parameter: String,
        /// Where the value stands in the JSON data: `id`, `meta.id`, `/meta/id`. `None`: the last event ID is sent.
        #[serde(default)]
        path: Option<String>,
        /// The types of the events that carry the value; none: those without a type of their own (`message`).
        #[serde(default)]
        types: Vec<String>,
    },
    /// The source cannot resume.
    Nothing,
}

/// What counts as the same event again. The same event adds to the count of the first, and is not announced.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum RepeatRule {
    /// One of the same type, ID and data; without an ID, none.
    #[default]
    Whole,
    /// One of the same type and the same value in its data; an event without the value is compared as a whole.
    Key {
        /// Where the value stands in the JSON data: `id`, `meta.id`, `/meta/id`.
        path: String,
    },
    /// None: every delivery counts.
    Never,
}

/// What the user chose for a feed. Unknown fields of a newer version are refused when importing, not when reading the
/// store, which has a version of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FeedConfig {
    /// What the user calls it; empty means the host of the URL.
    pub name: String,
    /// http or https.
    pub url: String,
    /// The folder it stands in, by its name; empty: none. A folder is there as long as a feed is in it.
    #[serde(default)]
    pub folder: String,
    /// The colour of its icon; `None`: one of its own.
    #[serde(default)]
    pub color: Option<FeedColor>,
    /// One or two letters, or an emoji; empty: the first letter of its name.
    #[serde(default)]
    pub icon: String,
    /// Sent with each request; one of a name that Tidings would send replaces that.
    #[serde(default)]
    pub headers: Vec<Header>,
    /// How it says who asks. Sent to the origin of its address only, unless `credentials_follow_redirects` says otherwise.
    #[serde(default)]
    pub credential: Credential,
    /// Which of its secrets are kept, and where. Only the engine writes this; what callers hand in is ignored.
    #[serde(default)]
    pub secrets: Vec<KeptSecret>,
    /// How it says where it left off.
    #[serde(default)]
    pub resume: ResumeMode,
    /// What counts as the same event again.
    #[serde(default)]
    pub repeats: RepeatRule,
    /// Where its connections go through.
    #[serde(default)]
    pub proxy: ProxyChoice,
    /// A PEM file with further certificate authorities.
    #[serde(default)]
    pub ca_file: Option<String>,
    /// A file with the client's certificate and key: PEM, or PKCS#12 whose password is kept apart.
    #[serde(default)]
    pub certificate_file: Option<String>,
    /// SHA-256 of the only server certificate that is accepted, as `AB:CD:…`: whoever signed it, and no other.
    #[serde(default)]
    pub pinned: Option<String>,
    /// Accepts any certificate.
    #[serde(default)]
    pub insecure: bool,
    /// Lets credentials and headers follow a redirect to another origin.
    #[serde(default)]
    pub credentials_follow_redirects: bool,
    /// Whether its events are announced.
    #[serde(default = "yes")]
    pub notify: bool,
    /// How they are, as far as it is otherwise than for all feeds.
    #[serde(default)]
    pub announcing: FeedAnnouncing,
    /// Bytes; an event larger than this is dropped. `None`: 16 MiB.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub event_limit: Option<u64>,
    /// Seconds without a byte after which the connection is taken for dead. `None`: learned.
    #[serde(default)]
    pub idle_limit: Option<u32>,
    /// Which of its events are meant for Tidings and not for its reader.
    #[serde(default)]
    pub signals: Signals,
    /// How its events become title, body, link and so on.
    #[serde(default)]
    pub mapping: Mapping,
    /// Which of its events are announced, kept silently or dropped: the first that matches decides.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What is kept of its events, as far as it is otherwise than for all feeds.
    #[serde(default)]
    pub retention: FeedRetention,
}

impl FeedConfig {
    /// A feed with every choice at its default.
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            folder: String::new(),
            color: None,
            icon: String::new(),
            headers: vec![],
            credential: Credential::None,
            secrets: vec![],
            resume: ResumeMode::default(),
            repeats: RepeatRule::default(),
            proxy: ProxyChoice::default(),
            ca_file: None,
            certificate_file: None,
            pinned: None,
            insecure: false,
            credentials_follow_redirects: false,
            notify: true,
            announcing: FeedAnnouncing::default(),
            event_limit: None,
            idle_limit: None,
            signals: Signals::default(),
            mapping: Mapping::default(),
            rules: vec![],
            retention: FeedRetention::default(),
        }
    }
}

const fn yes() -> bool {
    true
}

/// A configured feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Feed {
    /// The feed.
    pub id: FeedId,
    /// What the user chose.
    #[serde(flatten)]
    pub config: FeedConfig,
    /// Whether it rests until the user says otherwise.
    pub paused: bool,
}
