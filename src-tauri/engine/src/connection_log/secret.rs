//! Addresses and headers without what may be a secret: a log is looked at, copied and sent to others.
//!
//! Hidden is what is known to be a secret of the feed, what the user gave as a header, and what is called as secrets are.
//! Deliberately not here: event data, which nobody but the feed's user can judge.
use super::entry::long_text;
use crate::feed::carries_secret;
use crate::secret::Hidden;
use crate::{Credential, FeedConfig, SecretOf};
use http::{HeaderName, HeaderValue, header};
use url::Url;

/// Parts of the names of query parameters and headers that usually carry a secret.
const SECRET: &[&str] =
    &["auth", "cookie", "key", "token", "secret", "pass", "pwd", "session", "sig", "credential", "jwt"];

/// Headers that have such a part in their names and carry none.
const NO_SECRET: &[HeaderName] = &[
    header::WWW_AUTHENTICATE,
    header::PROXY_AUTHENTICATE,
    header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
    header::STRICT_TRANSPORT_SECURITY,
];

/// Headers that a user gives and that never carry one.
const HARMLESS: &[HeaderName] = &[
    header::ACCEPT,
    header::ACCEPT_CHARSET,
    header::ACCEPT_ENCODING,
    header::ACCEPT_LANGUAGE,
    header::CACHE_CONTROL,
    header::CONNECTION,
    header::CONTENT_TYPE,
    header::HOST,
    header::ORIGIN,
    header::PRAGMA,
    header::REFERER,
    header::USER_AGENT,
];

/// Schemes of `Authorization` that may be named; what stands before the first blank of another may be the secret itself.
const SCHEMES: &[&str] = &["basic", "bearer", "digest", "negotiate", "token", "apikey"];

/// What stands instead of a secret.
const HIDDEN: &str = "…";

/// What of a feed's requests and their answers is not shown.
#[derive(Clone, Default)]
pub(crate) struct Scrub {
    hidden: Hidden,
    /// Names of headers, in lower case.
    headers: Vec<String>,
    /// The name of the query parameter that carries the credential.
    query: Option<String>,
}

impl Scrub {
    pub(crate) fn new(config: &FeedConfig, hidden: Hidden) -> Self {
        let kept = config.secrets.iter().filter_map(|kept| match &kept.of {
            SecretOf::Header(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        });
        let (mut headers, mut query) = (kept.collect::<Vec<_>>(), None);
        match &config.credential {
            Credential::Header { name } => headers.push(name.to_ascii_lowercase()),
            Credential::Query { name } => query = Some(name.clone()),
            _ => {}
        }
        Self { hidden, headers, query }
    }

    /// Without a feed: hides these, the query parameter of this name, and what is called as secrets are.
    pub(crate) fn hiding(hidden: Hidden, query: Option<String>) -> Self {
        Self { hidden, headers: Vec::new(), query }
    }

    /// An address, cut if it is long.
    pub(crate) fn address(&self, url: &Url) -> Box<str> {
        let mut shown = String::from(presentable(url, self.query.as_deref()));
        self.hidden.hide(&mut shown);
        long_text(&shown)
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &HeaderName, value: &HeaderValue) -> String {
        let text = String::from_utf8_lossy(value.as_bytes());
        let mut shown = match *name {
            header::AUTHORIZATION | header::PROXY_AUTHORIZATION => match text.split_once(' ') {
                Some((scheme, _)) if SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) => {
                    format!("{scheme} {HIDDEN}")
                }
                _ => HIDDEN.to_owned(),
            },
            header::COOKIE => text.split("; ").map(cookie).collect::<Vec<_>>().join("; "),
            header::SET_COOKIE => match text.split_once(';') {
                Some((pair, attributes)) => format!("{};{attributes}", cookie(pair)),
                None => cookie(&text),
            },
            _ if self.is_secret(name) || (value.is_sensitive() && !HARMLESS.contains(name)) => HIDDEN.to_owned(),
            _ => self.without_values(&without_login(&text)),
        };
        self.hidden.hide(&mut shown);
        shown
    }

    fn is_secret(&self, name: &HeaderName) -> bool {
        self.headers.iter().any(|secret| secret == name.as_str())
            || (!NO_SECRET.contains(name) && is_secret_name(name.as_str(), None))
    }

    /// Whatever looks like a pair of a query or fragment in a text, without its value if that may be a secret.
    fn without_values(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['?', '&', '#']) {
            let (before, after) = rest.split_at(at + 1);
            let end = after.find(['?', '&', '#', '>', '"', ',', ';', ' ']).unwrap_or(after.len());
            shown.push_str(before);
            shown.push_str(&hidden(&after[..end], self.query.as_deref()));
            rest = &after[end..];
        }
        shown + rest
    }
}

/// An address as a log shows it: without user name, password and fragment, and without the values of query parameters whose
/// names are those of secrets.
pub(crate) fn shown_address(url: &Url) -> Box<str> {
    long_text(presentable(url, None).as_str())
}

/// `secret`: the name of a further parameter that is one.
pub(crate) fn presentable(url: &Url, secret: Option<&str>) -> Url {
    let mut shown = url.clone();
    // Fails only for addresses that cannot have them.
    let _ = shown.set_password(None);
    let _ = shown.set_username("");
    shown.set_fragment(None);
    if let Some(query) = url.query() {
        let hidden: Vec<_> = query.split('&').map(|pair| hidden(pair, secret)).collect();
        shown.set_query(Some(&hidden.join("&")));
    }
    shown
}

/// A pair of a query, without its value if that may be a secret.
fn hidden(pair: &str, secret: Option<&str>) -> String {
    let Some((name, _)) = pair.split_once('=') else { return pair.to_owned() };
    let is_secret = decoded(name).is_none_or(|name| is_secret_name(&name, secret));
    if is_secret { format!("{name}=hidden") } else { pair.to_owned() }
}

/// Whether a parameter or a header of this name usually carries a secret, or is that `secret`.
pub(crate) fn is_secret_name(name: &str, secret: Option<&str>) -> bool {
    let lower = name.to_ascii_lowercase();
    // Whatever is kept apart is hidden, too.
    secret == Some(name) || carries_secret(name) || SECRET.iter().any(|part| lower.contains(part))
}

/// The name of a query parameter as it is meant.
pub(crate) fn decoded(name: &str) -> Option<String> {
    url::form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| name.into_owned())
}

fn cookie(pair: &str) -> String {
    pair.split_once('=').map_or_else(|| HIDDEN.to_owned(), |(name, _)| format!("{name}={HIDDEN}"))
}

/// A text without user names and passwords in the addresses in it.
fn without_login(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("//") {
        let (before, after) = rest.split_at(at + 2);
        let end = after.find(['/', '?', '#', '>', '"', ' ']).unwrap_or(after.len());
        shown.push_str(before);
        rest = after[..end].rfind('@').map_or(after, |at| &after[at + 1..]);
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::{FeedSecrets, GivenSecret, Secret};
    use rstest::rstest;

    #[test]
    fn an_address_shows_no_secret() {
        for (url, expected) in [
            ("https://anna:s3cret@h:8443/p?q=1#f", "https://h:8443/p?q=1"),
            ("https://h/p?since=7&access_token=s3cret&x", "https://h/p?since=7&access_token=hidden&x"),
            ("https://h/p?ApiKey=s3cret&a%75th=s3cret", "https://h/p?ApiKey=hidden&a%75th=hidden"),
            ("https://h/p?X-Amz-Signature=s3cret", "https://h/p?X-Amz-Signature=hidden"),
            ("https://h/p?topic=%2Fnews&match=a=b", "https://h/p?topic=%2Fnews&match=a=b"),
        ] {
            let shown = shown_address(&Url::parse(url).expect(url));
            assert_eq!(&*shown, expected);
        }
    }

    /// Of a feed whose credential is a query parameter "who", with the secret "open sesame".
    fn scrub() -> Scrub {
        let mut config = FeedConfig::new("x", "http://h/");
        config.credential = Credential::Query { name: "who".into() };
        let given = GivenSecret { of: SecretOf::Credential, secret: Secret::new("open sesame") };
        Scrub::new(&config, FeedSecrets::new(vec![given]).hidden(&config))
    }

    #[rstest]
    #[case("authorization", "Bearer s3cret", "Bearer …")]
    #[case("authorization", "s3cret", "…")]
    #[case("authorization", "s3cret s3cret", "…")]
    #[case("proxy-authorization", "Basic s3cret", "Basic …")]
    #[case("cookie", "a=s3cret; b=s3cret", "a=…; b=…")]
    #[case("cookie", "s3cret", "…")]
    #[case("set-cookie", "sid=s3cret; Path=/; HttpOnly", "sid=…; Path=/; HttpOnly")]
    #[case("set-cookie", "s3cret", "…")]
    #[case("x-api-key", "s3cret", "…")]
    #[case("x-csrf-token", "s3cret", "…")]
    #[case("location", "/next?token=s3cret&topic=a", "/next?token=hidden&topic=a")]
    #[case("location", "https://anna:s3cret@h/p?x=1#access_token=s3cret", "https://h/p?x=1#access_token=hidden")]
    #[case("location", "//anna:s3cret@h/p", "//h/p")]
    #[case("location", "/next?who=s3cret", "/next?who=hidden")]
    #[case("link", "<https://h/hub?jwt=s3cret>; rel=\"mercure\"", "<https://h/hub?jwt=hidden>; rel=\"mercure\"")]
    #[case("x-echo", "you said open sesame", "you said …")]
    #[case("x-echo", "you said open%20sesame or open+sesame", "you said … or …")]
    #[case("www-authenticate", "Bearer realm=\"news\"", "Bearer realm=\"news\"")]
    #[case("access-control-allow-credentials", "true", "true")]
    #[case("content-type", "text/event-stream; charset=utf-8", "text/event-stream; charset=utf-8")]
    #[case("keep-alive", "timeout=5", "timeout=5")]
    fn a_header_shows_no_secret(#[case] name: &'static str, #[case] value: &str, #[case] expected: &str) {
        let shown = scrub().header(&HeaderName::from_static(name), &HeaderValue::from_str(value).unwrap());
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_the_user_gave_as_a_header_is_shown_only_where_it_cannot_be_a_secret() {
        let mut value = HeaderValue::from_static("s3cret");
        value.set_sensitive(true);
        assert_eq!(scrub().header(&HeaderName::from_static("x-note"), &value), "…");
        assert_eq!(scrub().header(&header::ACCEPT, &value), "s3cret");
    }
}
