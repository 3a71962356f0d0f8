//! What a feed's settings ask of its connections, and whether they can be asked at all.
//!
//! Deliberately not here: making the connections (`subscription.rs`).
use super::keys::Keys;
use super::look;
use crate::FeedRetention;
use crate::announce::FeedAnnouncing;
use crate::secret::FeedSecrets;
use crate::{
    Credential, FeedConfig, FeedFault, GivenSecret, Intake, Mapping, ProxyChoice, ResumeMode, Secret, SecretOf, Signals,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::path::PathBuf;
use std::time::Duration;
use tidings_event_source::{
    ClientIdentity, ConnectorOptions, Fingerprint, Probing, Proxy, QueryCredential, Request, Resume, decoder,
};
use url::{Host, Url};

/// The longest name of a feed or a folder, in characters.
const NAME_LIMIT: u32 = 200;
/// The bounds of an event size limit that makes sense: a short event passes, the store can hold it.
const EVENT_LIMITS: std::ops::RangeInclusive<u64> = 1024..=256 * 1024 * 1024;

impl FeedConfig {
    /// These settings as they are kept: trimmed, with a name. Each fault has its own sentence.
    pub fn checked(mut self) -> Result<Self, FeedFault> {
        self.url = self.url.trim().into();
        self.name = one_line(&self.name);
        self.folder = folder_name(&self.folder)?;
        self.icon = self.icon.trim().into();
        self.credential = self.credential.checked()?;
        let nothing = FeedSecrets::default();
        let url = self.request(&nothing)?.url;
        self.proxy(&nothing)?;
        if self.name.is_empty() {
            self.name = url.host_str().unwrap_or_default().into();
            if let Some(port) = url.port() {
                self.name = format!("{}:{port}", self.name);
            }
        }
        if is_long(&self.name) {
            return Err(FeedFault::LongName { limit: NAME_LIMIT });
        }
        if self.event_limit.is_some_and(|limit| !EVENT_LIMITS.contains(&limit)) {
            return Err(FeedFault::EventLimit);
        }
        if !look::fits_icon(&self.icon) {
            return Err(FeedFault::Icon);
        }
        self.keys()?;
        // The way in which it is shown.
        let pinned = self.pinned.as_deref().map(str::parse::<Fingerprint>).transpose();
        self.pinned = pinned?.map(|pinned| pinned.to_string());
        self.certificate_file = self.certificate_file.take().filter(|file| !file.trim().is_empty());
        if self.idle_limit == Some(0) {
            return Err(FeedFault::IdleLimit);
        }
        Intake::new(&self)?;
        Ok(self)
    }

    /// How connections with these settings and secrets are made, and what is asked for: for who follows an address without an
    /// engine. Fails with a sentence for what cannot be sent.
    pub fn asking(&self, given: Vec<GivenSecret>, user_agent: &str) -> Result<(ConnectorOptions, Request), FeedFault> {
        let secrets = FeedSecrets::new(given);
        self.credential.clone().checked()?;
        Ok((self.connector_options(user_agent, &secrets)?, self.request(&secrets)?))
    }

    /// What to ask the server for.
    pub(crate) fn request(&self, secrets: &FeedSecrets) -> Result<Request, FeedFault> {
        Ok(Request {
            url: web_address(&self.url)?,
            headers: self.header_map(secrets)?,
            query_credential: match (&self.credential, secrets.get(&SecretOf::Credential)) {
                (Credential::Query { name }, Some(secret)) => {
                    Some(QueryCredential { name: name.clone(), value: secret.reveal().to_owned() })
                }
                _ => None,
            },
            credentials_follow_redirects: self.credentials_follow_redirects,
            resume: match &self.resume {
                ResumeMode::Header => Resume::Header,
                ResumeMode::Nothing => Resume::Nothing,
                ResumeMode::Query { parameter, .. } if parameter.is_empty() => {
                    return Err(FeedFault::ResumeParameter);
                }
                ResumeMode::Query { parameter, .. } => Resume::Query(parameter.clone()),
            },
        })
    }

    /// What its events are known by.
    pub(crate) fn keys(&self) -> Result<Keys, FeedFault> {
        Keys::of(self)
    }

    /// What the connections may share with those of other feeds.
    pub(crate) fn connector_options(
        &self,
        user_agent: &str,
        secrets: &FeedSecrets,
    ) -> Result<ConnectorOptions, FeedFault> {
        Ok(ConnectorOptions {
            proxy: self.proxy(secrets)?,
            authorities: self.ca_file.iter().map(PathBuf::from).collect(),
            insecure: self.insecure,
            pinned: self.pinned.as_deref().map(str::parse).transpose()?,
            identity: self.certificate_file.as_ref().map(|file| ClientIdentity {
                file: PathBuf::from(file),
                password: secrets
                    .get(&SecretOf::Certificate)
                    .map(|secret| secret.reveal().to_owned())
                    .unwrap_or_default(),
            }),
            user_agent: user_agent.to_owned(),
            probing: Probing::default(),
        })
    }

    /// Whether what it names is reached without any network: this computer itself.
    pub(crate) fn is_on_this_computer(&self) -> bool {
        let Ok(url) = Url::parse(&self.url) else { return false };
        match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
            // RFC 6761, 6.3: these names are never looked up elsewhere.
            Some(Host::Domain(name)) => {
                let name = name.strip_suffix('.').unwrap_or(name);
                name == "localhost" || name.ends_with(".localhost")
            }
            None => false,
        }
    }

    pub(crate) fn event_limit_in_bytes(&self) -> usize {
        self.event_limit.and_then(|limit| limit.try_into().ok()).unwrap_or(decoder::DEFAULT_EVENT_LIMIT)
    }

    pub(crate) fn idle_limit_as_duration(&self) -> Option<Duration> {
        self.idle_limit.map(|seconds| Duration::from_secs(seconds.into()))
    }

    /// Whether a connection made with these settings would be another one than with those.
    pub(crate) fn connects_otherwise_than(&self, other: &Self) -> bool {
        let plain = |config: &Self| Self {
            name: String::new(),
            folder: String::new(),
            color: None,
            icon: String::new(),
            notify: true,
            signals: Signals::default(),
            mapping: Mapping::default(),
            rules: Vec::new(),
            announcing: FeedAnnouncing::default(),
            retention: FeedRetention::default(),
            ..config.clone()
        };
        plain(self) != plain(other)
    }

    /// Whether this is another stream than that, to which a last event ID means nothing: another server or path. A
    /// query often holds a token, so its change alone makes no other stream.
    pub(crate) fn is_another_stream_than(&self, other: &Self) -> bool {
        match (Url::parse(&self.url), Url::parse(&other.url)) {
            (Ok(url), Ok(other)) => url.origin() != other.origin() || url.path() != other.path(),
            _ => true,
        }
    }

    fn proxy(&self, secrets: &FeedSecrets) -> Result<Proxy, FeedFault> {
        match &self.proxy {
            ProxyChoice::System => Ok(Proxy::System),
            ProxyChoice::None => Ok(Proxy::None),
            ProxyChoice::Url(address) => {
                let url = Url::parse(address.trim()).ok().filter(Url::has_host);
                let url = url.filter(|url| matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h"));
                let mut url = url.ok_or(FeedFault::Proxy)?;
                if let Some(password) = secrets.get(&SecretOf::Proxy) {
                    // Fails for no such address.
                    let _ = url.set_password(Some(password.reveal()));
                }
                Ok(Proxy::Url(url))
            }
        }
    }

    /// Several headers of one name are all sent. The sentences name headers, never their values, which may be secret.
    fn header_map(&self, secrets: &FeedSecrets) -> Result<HeaderMap, FeedFault> {
        let mut headers = HeaderMap::new();
        let no_password = (!self.credential.needs_secret()).then(|| Secret::new(""));
        let credential = secrets.get(&SecretOf::Credential).or(no_password.as_ref());
        let credential = credential.and_then(|secret| self.credential.header(secret));
        let own = self.headers.iter().map(|header| {
            let kept = secrets.get(&SecretOf::Header(header.name.trim().to_ascii_lowercase()));
            let value = kept.filter(|_| header.value.is_empty()).map_or(&*header.value, Secret::reveal);
            (&*header.name, value.to_owned())
        });
        for (name, value) in own.chain(credential) {
            let name = name.trim();
            if name.is_empty() {
                return Err(FeedFault::UnnamedHeader);
            }
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| FeedFault::HeaderName { name: name.escape_debug().to_string() })?;
            let mut value =
                HeaderValue::from_str(value.trim()).map_err(|_| FeedFault::HeaderValue { name: name.to_string() })?;
            // Left out of what is shown, and never indexed by HTTP/2.
            value.set_sensitive(true);
            headers.append(name, value);
        }
        Ok(headers)
    }
}

/// An http or https address with a host.
fn web_address(text: &str) -> Result<Url, FeedFault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(FeedFault::NoAddress);
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            return Err(FeedFault::NoScheme);
        }
        Err(error) => return Err(FeedFault::NoUrl { why: error.to_string() }),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FeedFault::OtherScheme { scheme: url.scheme().to_owned() });
    }
    Ok(url)
}

/// The name of a folder as it is kept: on one line, without space around it.
pub(crate) fn folder_name(text: &str) -> Result<String, FeedFault> {
    let name = one_line(text);
    if is_long(&name) {
        return Err(FeedFault::LongFolder { limit: NAME_LIMIT });
    }
    Ok(name)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a name is longer than one may be.
fn is_long(name: &str) -> bool {
    name.chars().nth(NAME_LIMIT as usize).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_computer_needs_no_network() {
        let table = [
            ("http://localhost:4874/events", true),
            ("http://LOCALHOST./", true),
            ("http://feed.localhost/", true),
            ("http://127.0.0.1/", true),
            ("http://127.1.2.3:80/", true),
            ("http://[::1]:80/", true),
            ("http://[::ffff:127.0.0.1]/", true),
            ("http://notlocalhost/", false),
            ("http://localhost.example.org/", false),
            ("http://192.168.1.5/", false),
            ("http://[fe80::1]/", false),
            ("http://0.0.0.0/", false),
        ];
        for (url, expected) in table {
            let config: FeedConfig = serde_json::from_value(serde_json::json!({ "name": "x", "url": url })).unwrap();
            assert_eq!(config.is_on_this_computer(), expected, "{url}");
        }
    }
}
