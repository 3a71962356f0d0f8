//! Addresses without what may be a secret: a log is looked at, copied and sent to others.
//!
//! Deliberately not here: headers, which no log has.
use super::entry::long_text;
use url::Url;

/// Parts of the names of query parameters that usually carry a secret.
const SECRET: &[&str] =
    &["auth", "cookie", "key", "token", "secret", "pass", "pwd", "session", "sig", "credential", "jwt"];

/// An address as a log shows it: without user name, password and fragment, and without the values of query parameters whose
/// names are those of secrets.
pub(crate) fn shown_address(url: &Url) -> Box<str> {
    let mut shown = url.clone();
    // Fails only for addresses that cannot have them.
    let _ = shown.set_password(None);
    let _ = shown.set_username("");
    shown.set_fragment(None);
    if let Some(query) = url.query() {
        let hidden: Vec<_> = query.split('&').map(hidden).collect();
        shown.set_query(Some(&hidden.join("&")));
    }
    long_text(shown.as_str())
}

/// A pair of a query, without its value if that may be a secret.
fn hidden(pair: &str) -> String {
    let Some((name, _)) = pair.split_once('=') else { return pair.to_owned() };
    let decoded = url::form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| name.to_ascii_lowercase());
    let is_secret = decoded.is_none_or(|name| SECRET.iter().any(|part| name.contains(part)));
    if is_secret { format!("{name}=hidden") } else { pair.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
