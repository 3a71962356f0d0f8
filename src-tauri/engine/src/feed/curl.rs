//! A feed's request as a command line of curl, for a report to whoever runs the server.
//!
//! What is a secret, or may be one by its name, is a placeholder in angle brackets. Deliberately not here: the last event ID,
//! which would make another request of it each time.
use crate::connection_log::{decoded, is_secret_name};
use crate::{Credential, FeedConfig, NetworkSettings, ProxyChoice, SecretOf};
use std::path::Path;
use url::Url;

/// Headers of a feed's request, which one of its own may replace.
const STANDARD: [(&str, &str); 3] =
    [("Accept", "text/event-stream"), ("Cache-Control", "no-cache"), ("Accept-Encoding", "identity")];

impl FeedConfig {
    /// The request that this feed makes first, for a POSIX shell. With `-N` what comes is shown at once, and with `-v` the
    /// headers too; redirects are followed. `network`: what holds for all feeds.
    pub fn curl(&self, network: &NetworkSettings) -> String {
        network.applied_to(self.clone()).curl_alone()
    }

    fn curl_alone(&self) -> String {
        let mut words: Vec<String> = ["curl", "-N", "-v", "-L"].map(str::to_owned).into();
        let mut option = |name: &str, value: &str| words.extend([name.to_owned(), quoted(value)]);
        if let Some(file) = &self.ca_file {
            option("--cacert", file);
        }
        if let Some(file) = &self.certificate_file {
            option("--cert", file);
            let is = |known: &str| Path::new(file).extension().is_some_and(|has| has.eq_ignore_ascii_case(known));
            if is("p12") || is("pfx") {
                option("--cert-type", "P12");
            }
            if self.keeps(&SecretOf::Certificate) {
                option("--pass", "<certificate-password>");
            }
        }
        match &self.proxy {
            ProxyChoice::System => {}
            ProxyChoice::None => option("--noproxy", "*"),
            ProxyChoice::Url(address) => {
                let kept = self.keeps(&SecretOf::Proxy).then_some("<proxy-password>");
                option("--proxy", &shown(address, kept, None));
            }
        }
        let credential = match &self.credential {
            Credential::Bearer => Some(("Authorization", "Bearer <token>".to_owned())),
            Credential::Header { name } => Some((name.as_str(), placeholder(name))),
            Credential::Cookie { name } => Some(("Cookie", format!("{name}=<cookie>"))),
            Credential::Basic { user } => {
                option("--user", &format!("{user}:<password>"));
                None
            }
            Credential::None | Credential::Query { .. } => None,
        };
        let own = self.headers.iter().map(|header| {
            let name = header.name.trim();
            let kept = self.keeps(&SecretOf::Header(name.to_ascii_lowercase()));
            let value =
                if kept || is_secret_name(name, None) { placeholder(name) } else { header.value.trim().to_owned() };
            (name, value)
        });
        let own: Vec<_> = own.chain(credential).collect();
        let replaced = |name: &str| own.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        let standard =
            STANDARD.iter().filter(|(name, _)| !replaced(name)).map(|(name, value)| (*name, (*value).to_owned()));
        for (name, value) in standard.chain(own.iter().cloned()) {
            // A header that ends with a colon would be left out by curl.
            option("-H", &if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") });
        }
        if self.insecure || self.pinned.is_some() {
            words.push("--insecure".to_owned());
        }
        let query = match &self.credential {
            Credential::Query { name } => Some(name.as_str()),
            _ => None,
        };
        let url = shown(&self.url, None, query);
        if url.contains(['{', '}', '[', ']']) {
            words.push("--globoff".to_owned());
        }
        words.push(quoted(&url));
        words.join(" ")
    }

    fn keeps(&self, of: &SecretOf) -> bool {
        self.secrets.iter().any(|kept| kept.of == *of)
    }
}

fn placeholder(name: &str) -> String {
    format!("<{}>", name.to_ascii_lowercase())
}

/// An address with placeholders where secrets are: its password, parameters that are called as secrets are, and the one of this
/// name, which is set. `password`: one that is kept apart from the address.
fn shown(address: &str, password: Option<&str>, parameter: Option<&str>) -> String {
    let Ok(url) = Url::parse(address.trim()) else { return "<address>".to_owned() };
    let user = if url.username().is_empty() { "" } else { "<user>" };
    let login = match (password, url.password()) {
        (Some(password), _) => format!("{}:{password}@", url.username()),
        (None, Some(_)) => format!("{user}:<password>@"),
        (None, None) if user.is_empty() => String::new(),
        (None, None) => format!("{user}@"),
    };
    let is = |pair: &str, name: &str| {
        let written = pair.split('=').next().unwrap_or_default();
        decoded(written).is_some_and(|written| written == name)
    };
    let pairs = url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let mut query: Vec<_> = pairs
        .filter(|pair| parameter.is_none_or(|parameter| !is(pair, parameter)))
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) => match decoded(name).filter(|name| is_secret_name(name, None)) {
                Some(meant) => format!("{name}={}", placeholder(&meant)),
                None => pair.to_owned(),
            },
            None => pair.to_owned(),
        })
        .collect();
    if let Some(parameter) = parameter {
        let name: String = url::form_urlencoded::byte_serialize(parameter.as_bytes()).collect();
        query.push(format!("{name}={}", placeholder(parameter)));
    }
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    format!("{}://{login}{host}{port}{}{query}", url.scheme(), url.path())
}

/// A word for a POSIX shell.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"./:=@%+-_".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Header, KeptSecret, SecretPlace};
    use rstest::rstest;

    const STANDARD: &str = "-H 'Accept: text/event-stream' -H 'Cache-Control: no-cache' -H 'Accept-Encoding: identity'";

    #[rstest]
    #[case("https://h/events", "https://h/events")]
    #[case(
        "https://anna:s3cret@h:8443/p?a='x'&access%5Ftoken=s3cret&b",
        "'https://<user>:<password>@h:8443/p?a=%27x%27&access%5Ftoken=<access_token>&b'"
    )]
    #[case("http://[::1]:80/{a}#s3cret", "--globoff 'http://[::1]/%7Ba%7D'")]
    #[case("nonsense s3cret", "'<address>'")]
    fn an_address_has_placeholders(#[case] url: &str, #[case] expected: &str) {
        assert_eq!(
            FeedConfig::new("x", url).curl(&NetworkSettings::default()),
            format!("curl -N -v -L {STANDARD} {expected}")
        );
    }

    #[rstest]
    #[case(Credential::Bearer, "-H 'Authorization: Bearer <token>' 'http://h/?key=<key>'")]
    #[case(Credential::Header { name: "X-Who".into() }, "-H 'X-Who: <x-who>' 'http://h/?key=<key>'")]
    #[case(Credential::Cookie { name: "sid".into() }, "-H 'Cookie: sid=<cookie>' 'http://h/?key=<key>'")]
    #[case(Credential::Query { name: "key".into() }, "'http://h/?key=<key>'")]
    #[case(Credential::Query { name: "my who".into() }, "'http://h/?key=<key>&my+who=<my who>'")]
    fn a_credential_is_a_placeholder(#[case] credential: Credential, #[case] expected: &str) {
        let config = FeedConfig { credential, ..FeedConfig::new("x", "http://h/?key=s3cret") };
        assert_eq!(config.curl(&NetworkSettings::default()), format!("curl -N -v -L {STANDARD} {expected}"));
    }

    #[test]
    fn settings_of_the_network_come_along() {
        let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
        let kept = |of| KeptSecret { of, place: SecretPlace::File, key: "s3cret".into() };
        let config = FeedConfig {
            insecure: true,
            ca_file: Some("/my ca.pem".into()),
            certificate_file: Some("me.p12".into()),
            proxy: ProxyChoice::Url("http://bob@proxy:3128".into()),
            credential: Credential::Basic { user: "anna".into() },
            headers: vec![
                header("X-Token", "s3cret"),
                header("accept", "text/x"),
                header("X-Note", "it's"),
                header("X-Kept", ""),
                header("X-Empty", ""),
            ],
            secrets: vec![kept(SecretOf::Proxy), kept(SecretOf::Certificate), kept(SecretOf::Header("x-kept".into()))],
            ..FeedConfig::new("x", "http://h/")
        };
        let expected = "curl -N -v -L --cacert '/my ca.pem' --cert me.p12 --cert-type P12 --pass '<certificate-password>' \
             --proxy 'http://bob:<proxy-password>@proxy:3128/' --user 'anna:<password>' -H 'Cache-Control: no-cache' \
             -H 'Accept-Encoding: identity' -H 'X-Token: <x-token>' -H 'accept: text/x' -H 'X-Note: it'\\''s' \
             -H 'X-Kept: <x-kept>' -H 'X-Empty;' --insecure http://h/";
        assert_eq!(config.curl(&NetworkSettings::default()), expected);

        let network = NetworkSettings {
            proxy: ProxyChoice::Url("socks5://all:1080".into()),
            ca_file: Some("/all.pem".into()),
            ..NetworkSettings::default()
        };
        let expected = format!("curl -N -v -L --cacert /all.pem --proxy socks5://all:1080 {STANDARD} http://h/");
        assert_eq!(FeedConfig::new("x", "http://h/").curl(&network), expected);
    }
}
