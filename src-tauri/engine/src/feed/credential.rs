//! How a feed says who asks, and how what looks like a secret is taken out of what the user typed.
//!
//! Deliberately not here: keeping the secrets (`engine/core/secrets.rs`), and sending them (`tidings-event-source`).
use super::fault::FeedFault;
use crate::connection_log::is_secret_name;
use crate::secret::FeedSecrets;
use crate::{FeedConfig, GivenSecret, Header, ProxyChoice, Secret, SecretOf};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderName;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use url::Url;

/// How a feed says who asks. The token or password itself is kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Credential {
    /// Not at all.
    #[default]
    None,
    /// By `Authorization: Bearer` and a token (RFC 6750).
    Bearer,
    /// By user name and password (RFC 7617).
    Basic {
        /// The user name; no colon in it.
        user: String,
    },
    /// By a header whose value is the secret.
    Header {
        /// Its name.
        name: String,
    },
    /// By a parameter of the address's query whose value is the secret.
    Query {
        /// Its name.
        name: String,
    },
    /// By a cookie whose value is the secret.
    Cookie {
        /// Its name.
        name: String,
    },
}

impl Credential {
    /// The header that carries the secret; `None` where none does.
    pub(super) fn header(&self, secret: &Secret) -> Option<(&str, String)> {
        let secret = secret.reveal();
        match self {
            Self::None | Self::Query { .. } => None,
            Self::Bearer => Some(("authorization", format!("Bearer {secret}"))),
            Self::Basic { user } => Some(("authorization", basic(user, secret))),
            Self::Header { name } => Some((name, secret.to_owned())),
            Self::Cookie { name } => Some(("cookie", format!("{name}={secret}"))),
        }
    }

    /// Whether nothing can be sent without a secret. A password may be empty.
    pub(super) const fn needs_secret(&self) -> bool {
        !matches!(self, Self::None | Self::Basic { .. })
    }

    /// What the user calls the secret: "the token".
    pub(crate) const fn secret_word(&self) -> &'static str {
        match self {
            Self::None => "the credentials",
            Self::Bearer => "the token",
            Self::Basic { .. } => "the user name or the password",
            Self::Header { .. } | Self::Query { .. } => "the key",
            Self::Cookie { .. } => "the cookie",
        }
    }

    /// Trims names and says what is wrong with them.
    pub(super) fn checked(self) -> Result<Self, FeedFault> {
        let named = |name: &str, unnamed: FeedFault| {
            let name = name.trim().to_owned();
            if name.is_empty() { Err(unnamed) } else { Ok(name) }
        };
        Ok(match self {
            Self::Basic { user } if user.contains(':') || user.contains(char::is_control) => {
                return Err(FeedFault::UserName);
            }
            Self::Header { name } => {
                let name = named(&name, FeedFault::UnnamedSecretHeader)?;
                if HeaderName::from_bytes(name.as_bytes()).is_err() {
                    return Err(FeedFault::HeaderName { name: name.escape_debug().to_string() });
                }
                Self::Header { name }
            }
            Self::Query { name } => Self::Query { name: named(&name, FeedFault::UnnamedSecretParameter)? },
            Self::Cookie { name } => {
                let name = named(&name, FeedFault::UnnamedSecretCookie)?;
                if name.contains(|c: char| c.is_control() || c.is_whitespace() || "=;,\"".contains(c)) {
                    return Err(FeedFault::CookieName);
                }
                Self::Cookie { name }
            }
            other => other,
        })
    }
}

/// The value of `Authorization` for a user name and a password.
fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", with_user(user, password))
}

/// A user name and a password as they are sent.
pub(crate) fn with_user(user: &str, password: &str) -> String {
    BASE64_STANDARD.encode(format!("{user}:{password}"))
}

/// Whether a header of this name usually carries a secret.
pub fn carries_secret(header: &str) -> bool {
    const WORDS: &[&str] = &[
        "auth",
        "authorization",
        "cookie",
        "session",
        "sig",
        "signature",
        "credential",
        "credentials",
        "jwt",
        "pass",
        "pwd",
    ];
    const ENDS: &[&str] = &["key", "token", "secret", "password", "passwd", "passphrase"];
    let name = header.trim().to_ascii_lowercase();
    name.split(['-', '_']).any(|word| WORDS.contains(&word) || ENDS.iter().any(|end| word.ends_with(end)))
}

impl FeedConfig {
    /// Whether the address has something like a token in it, which stands there for everybody to whom it is shown.
    pub fn address_may_tell(&self) -> bool {
        Url::parse(&self.url).is_ok_and(|url| url.query_pairs().any(|(name, _)| is_secret_name(&name, None)))
    }

    /// Takes the secrets out of what the user typed: passwords in addresses and the values of headers that carry secrets.
    /// They are added to `given`, unless one of the same use is there already.
    ///
    /// The first such header becomes the feed's credential if it has none; any other keeps its name here and loses its
    /// value.
    #[must_use]
    pub fn without_secrets(mut self, given: &mut Vec<GivenSecret>) -> Self {
        self.take_from_headers(given);
        self.take_from_address(given);
        if let ProxyChoice::Url(address) = &mut self.proxy
            && let Some(password) = take_password(address)
        {
            give(given, SecretOf::Proxy, password);
        }
        self
    }

    /// Whether there is something in it that [`Self::without_secrets`] takes out.
    pub(crate) fn has_plain_secrets(&self) -> bool {
        let mut given = Vec::new();
        self.clone().without_secrets(&mut given) != *self
    }

    fn take_from_headers(&mut self, given: &mut Vec<GivenSecret>) {
        for mut header in std::mem::take(&mut self.headers) {
            if header.value.trim().is_empty() || !carries_secret(&header.name) {
                self.headers.push(header);
                continue;
            }
            if self.credential == Credential::None {
                let (credential, secret) = recognise(&header);
                self.credential = credential;
                give(given, SecretOf::Credential, secret);
                continue;
            }
            // By its name it is found again.
            header.name.trim().to_owned().clone_into(&mut header.name);
            give(given, SecretOf::Header(header.name.to_ascii_lowercase()), header.value.trim().to_owned());
            header.value.clear();
            self.headers.push(header);
        }
    }

    fn take_from_address(&mut self, given: &mut Vec<GivenSecret>) {
        let Ok(mut url) = Url::parse(self.url.trim()) else { return };
        if url.username().is_empty() && url.password().is_none() {
            return;
        }
        let (user, password) = (decoded(url.username()), decoded(url.password().unwrap_or_default()));
        // Fails for no address that has them.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        self.url = url.into();
        let is_authorization = |name: &str| name.trim().eq_ignore_ascii_case("authorization");
        match &self.credential {
            Credential::None => {
                self.credential = Credential::Basic { user };
                give(given, SecretOf::Credential, password);
            }
            Credential::Basic { user: same } if *same == user => {
                if !password.is_empty() {
                    give(given, SecretOf::Credential, password);
                }
            }
            // What is in the address was never sent beside these.
            Credential::Bearer | Credential::Basic { .. } => {}
            Credential::Header { name } if is_authorization(name) => {}
            _ if self.headers.iter().any(|header| is_authorization(&header.name)) => {}
            _ => {
                self.headers.push(Header { name: "Authorization".to_owned(), value: String::new() });
                give(given, SecretOf::Header("authorization".to_owned()), basic(&user, &password));
            }
        }
    }

    /// Whether a secret of this use means something with these settings.
    pub(crate) fn uses(&self, of: &SecretOf) -> bool {
        match of {
            SecretOf::Credential => self.credential != Credential::None,
            SecretOf::Header(name) => {
                self.headers.iter().any(|header| header.value.is_empty() && header.name.eq_ignore_ascii_case(name))
            }
            // Without a user whose it is, a password is that of another proxy.
            SecretOf::Proxy => matches!(&self.proxy, ProxyChoice::Url(url) if names_a_user(url)),
            SecretOf::Certificate => self.certificate_file.is_some(),
        }
    }

    /// The user whose password a secret of this use is, if it is sent together with one.
    pub(crate) fn user_of(&self, of: &SecretOf) -> Option<String> {
        match (of, &self.credential, &self.proxy) {
            (SecretOf::Credential, Credential::Basic { user }, _) => Some(user.clone()),
            (SecretOf::Proxy, _, ProxyChoice::Url(url)) => Some(decoded(Url::parse(url.trim()).ok()?.username())),
            _ => None,
        }
    }

    /// Whether all the secrets are there without which nothing can be asked.
    pub(crate) fn lacks_secret(&self, secrets: &FeedSecrets) -> bool {
        self.credential.needs_secret() && secrets.get(&SecretOf::Credential).is_none()
    }
}

fn names_a_user(address: &str) -> bool {
    Url::parse(address.trim()).is_ok_and(|url| !url.username().is_empty())
}

/// What the user gives counts more than what was typed elsewhere.
fn give(given: &mut Vec<GivenSecret>, of: SecretOf, secret: String) {
    if !given.iter().any(|given| given.of == of) {
        given.push(GivenSecret { of, secret: Secret::new(secret) });
    }
}

/// The credential that a header is.
fn recognise(header: &Header) -> (Credential, String) {
    let (name, value) = (header.name.trim(), header.value.trim());
    if name.eq_ignore_ascii_case("authorization")
        && let Some((scheme, rest)) = value.split_once(' ')
    {
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") && !rest.is_empty() {
            return (Credential::Bearer, rest.to_owned());
        }
        if scheme.eq_ignore_ascii_case("basic")
            && let Some((user, password)) = BASE64_STANDARD
                .decode(rest)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .as_deref()
                .and_then(|text| text.split_once(':'))
        {
            return (Credential::Basic { user: user.to_owned() }, password.to_owned());
        }
    }
    if name.eq_ignore_ascii_case("cookie")
        && !value.contains(';')
        && let Some((name, value)) = value.split_once('=')
        && !name.trim().is_empty()
    {
        return (Credential::Cookie { name: name.trim().to_owned() }, value.to_owned());
    }
    (Credential::Header { name: name.to_owned() }, value.to_owned())
}

/// Cuts the password out of the address of a proxy.
fn take_password(address: &mut String) -> Option<String> {
    let mut url = Url::parse(address.trim()).ok()?;
    let password = decoded(url.password()?);
    url.set_password(None).ok()?;
    *address = url.into();
    Some(password)
}

/// A user name or password as it is meant, not as it stands in an address.
fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(value: serde_json::Value) -> FeedConfig {
        serde_json::from_value(value).expect("settings")
    }

    /// Address, headers and credential as typed; as kept; and what is kept apart.
    #[test]
    fn what_was_typed_is_taken_apart() {
        let table = [
            ("http://h/", &[][..], "http://h/", &[][..], Credential::None, &[][..]),
            (
                "http://h/",
                &[("Authorization", "Bearer t0ken")],
                "http://h/",
                &[],
                Credential::Bearer,
                &["credential=t0ken"],
            ),
            (
                "http://h/",
                &[("authorization", "basic YW5uYTpzM2NyZXQ6eA==")],
                "http://h/",
                &[],
                Credential::Basic { user: "anna".into() },
                &["credential=s3cret:x"],
            ),
            (
                "http://h/",
                &[("Authorization", "Negotiate x"), ("X-Topic", "news")],
                "http://h/",
                &[("X-Topic", "news")],
                Credential::Header { name: "Authorization".into() },
                &["credential=Negotiate x"],
            ),
            (
                "http://h/",
                &[("Cookie", "sid=a=b")],
                "http://h/",
                &[],
                Credential::Cookie { name: "sid".into() },
                &["credential=a=b"],
            ),
            (
                "http://h/",
                &[("Cookie", "a=1; b=2")],
                "http://h/",
                &[],
                Credential::Header { name: "Cookie".into() },
                &["credential=a=1; b=2"],
            ),
            (
                "http://h/",
                &[("X-Api-Key", "k"), ("CF-Access-Client-Secret", "c")],
                "http://h/",
                &[("CF-Access-Client-Secret", "")],
                Credential::Header { name: "X-Api-Key".into() },
                &["credential=k", "cf-access-client-secret=c"],
            ),
            (
                "https://anna:p%40ss@h/p?q#f",
                &[],
                "https://h/p?q#f",
                &[],
                Credential::Basic { user: "anna".into() },
                &["credential=p@ss"],
            ),
            // The header was sent instead of what stands in the address.
            (
                "https://anna:pass@h/",
                &[("Authorization", "Bearer t")],
                "https://h/",
                &[],
                Credential::Bearer,
                &["credential=t"],
            ),
            (
                "https://anna:pass@h/",
                &[("X-Api-Key", "k")],
                "https://h/",
                &[("Authorization", "")],
                Credential::Header { name: "X-Api-Key".into() },
                &["credential=k", "authorization=Basic YW5uYTpwYXNz"],
            ),
        ];
        for (url, headers, kept_url, kept_headers, credential, secrets) in table {
            let header = |&(name, value): &(&str, &str)| Header { name: name.into(), value: value.into() };
            let mut typed = config(serde_json::json!({ "name": "n", "url": url }));
            typed.headers = headers.iter().map(header).collect();
            let mut given = vec![];
            let kept = typed.without_secrets(&mut given);
            let seen: Vec<_> = given
                .iter()
                .map(|given| {
                    let of = match &given.of {
                        SecretOf::Header(name) => name,
                        SecretOf::Credential => "credential",
                        other => panic!("{other:?}"),
                    };
                    format!("{of}={}", given.secret.reveal())
                })
                .collect();
            assert_eq!((&*kept.url, kept.credential.clone()), (kept_url, credential), "{url} {headers:?}");
            assert_eq!(kept.headers, kept_headers.iter().map(header).collect::<Vec<_>>(), "{url} {headers:?}");
            assert_eq!(seen, secrets, "{url} {headers:?}");
            assert!(!kept.has_plain_secrets(), "{url} {headers:?}");
        }
    }

    #[test]
    fn the_password_of_a_proxy_is_taken_out() {
        let mut given = vec![];
        let proxy = serde_json::json!({ "kind": "url", "url": "socks5://anna:s%3Acret@proxy:1080" });
        let kept =
            config(serde_json::json!({ "name": "n", "url": "http://h/", "proxy": proxy })).without_secrets(&mut given);
        assert_eq!(kept.proxy, ProxyChoice::Url("socks5://anna@proxy:1080".into()));
        assert_eq!(given, [GivenSecret { of: SecretOf::Proxy, secret: Secret::new("s:cret") }]);
    }
}
