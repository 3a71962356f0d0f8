//! What somebody may have meant by something that is almost an address.
//!
//! Deliberately not here: asking anybody whether it exists.
use std::net::IpAddr;
use url::{Host, Url};

/// The address with the scheme that it lacks: `https`, or `http` where a server without certificate is the rule (this
/// computer, the home network). `None` for what has one already, or is no address either way.
pub fn completed_address(text: &str) -> Option<String> {
    let text = text.trim();
    // What stands before an @ may be a password, or the name in a mail address: nothing is guessed of that.
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || c == '@') {
        return None;
    }
    let text = match text.split_once("://") {
        // Web sockets and the like: the same server may have a stream.
        Some(("http" | "https", _)) => return None,
        Some((scheme, rest)) if scheme.chars().all(|c| c.is_ascii_alphabetic()) => rest,
        Some(_) => return None,
        None => text.trim_start_matches('/'),
    };
    let secure = Url::parse(&format!("https://{text}")).ok()?;
    let host = secure.host()?;
    let known = match &host {
        Host::Domain(name) => name.contains('.') || *name == "localhost",
        Host::Ipv4(_) | Host::Ipv6(_) => true,
    };
    let has_port = text.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains(':'));
    if !known && !has_port {
        return None;
    }
    let plain = match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name == "localhost"
                || !name.contains('.')
                || [".local", ".localhost", ".lan", ".internal", ".home.arpa"].iter().any(|end| name.ends_with(end))
        }
        Host::Ipv4(address) => is_near(IpAddr::V4(address)),
        Host::Ipv6(address) => is_near(IpAddr::V6(address)),
    };
    let plain = plain && secure.port() != Some(8443);
    Some(format!("{}://{text}", if plain { "http" } else { "https" }))
}

fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_added_where_it_is_missing() {
        for (text, expected) in [
            ("ntfy.sh/topic/sse", Some("https://ntfy.sh/topic/sse")),
            (" example.org:8443/events?x=1 ", Some("https://example.org:8443/events?x=1")),
            ("//example.org/events", Some("https://example.org/events")),
            ("localhost:4874/events", Some("http://localhost:4874/events")),
            ("192.168.1.5/events", Some("http://192.168.1.5/events")),
            ("[::1]:80/", Some("http://[::1]:80/")),
            ("homeassistant.local:8123/api/stream", Some("http://homeassistant.local:8123/api/stream")),
            ("printer:631/events", Some("http://printer:631/events")),
            ("wss://example.org/stream", Some("https://example.org/stream")),
            ("8.8.8.8/events", Some("https://8.8.8.8/events")),
            ("https://example.org/", None),
            ("http://example.org/", None),
            ("example", None),
            ("two words.org", None),
            ("mailto:a@example.org", None),
            ("", None),
        ] {
            assert_eq!(completed_address(text).as_deref(), expected, "{text}");
        }
    }
}
