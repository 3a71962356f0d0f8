//! One HTTP exchange: from a request to an open event stream, redirects and all.
//!
//! Deliberately not here: when to make the next one (`reconnection.rs`).
use reqwest::header::HeaderMap;
use std::path::PathBuf;
use url::Url;

/// Where connections are made through.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Proxy {
    /// The proxy variables of the environment.
    #[default]
    System,
    None,
    /// `http://`, `https://`, `socks5://` or `socks5h://`, with credentials if need be.
    Url(Url),
}

/// What the connections of several sources may share.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ConnectorOptions {
    pub proxy: Proxy,
    /// PEM files with further certificate authorities.
    pub authorities: Vec<PathBuf>,
    /// Accepts any certificate (`--insecure`).
    pub insecure: bool,
    /// Names the program in `User-Agent`, e.g. `Tidings/0.1.0`.
    pub user_agent: String,
}

/// Makes connections. Cheap to clone; one for each set of options is enough for any number of sources.
#[derive(Debug, Clone)]
pub struct Connector {}

/// Why a connector could not be made: a certificate file that cannot be read, a proxy URL that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConnectorError(pub String);

impl Connector {
    /// Reads the certificate files and prepares the HTTP client.
    pub fn new(options: &ConnectorOptions) -> Result<Self, ConnectorError> {
        let _ = options;
        Ok(Self {})
    }
}

/// How a source that comes back says where it left off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Resume {
    /// The `Last-Event-ID` header (the standard).
    #[default]
    Header,
    /// A query parameter of this name, filled from the last event ID or the resume token.
    Query(String),
    Nothing,
}

/// What to ask for.
#[derive(Debug, Clone)]
pub struct Request {
    /// http or https. A user name and password in it become Basic credentials.
    pub url: Url,
    /// The feed's own headers; one of a name that we would send replaces ours.
    pub headers: HeaderMap,
    /// Lets credentials and the feed's headers follow a redirect to another origin.
    pub credentials_follow_redirects: bool,
    pub resume: Resume,
}
