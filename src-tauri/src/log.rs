//! The last lines of the log, kept in memory, so that a user can hand them on with what went wrong; without what is secret.
//!
//! Deliberately not here: what is logged, and writing to standard error.
use std::collections::{BTreeSet, VecDeque};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tidings_engine::Feed;
use tracing_subscriber::fmt::MakeWriter;

/// The environment variable that says what to write to standard error, as `tracing_subscriber` filters are written: `debug`,
/// `warn,tidings_engine=debug`.
pub const VARIABLE: &str = "TIDINGS_LOG";

/// How many bytes of lines are kept.
const KEPT: usize = 512 * 1024;

/// The lines. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Lines>>);

#[derive(Debug, Default)]
struct Lines {
    lines: VecDeque<String>,
    bytes: usize,
}

impl Log {
    /// What is kept, oldest first, with nothing in it of what these feeds' servers are called or are sent.
    pub fn scrubbed(&self, feeds: &[Feed]) -> String {
        let text: String = self.lines().lines.iter().map(String::as_str).collect();
        scrub(&text, feeds)
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A writer of one line.
pub struct Line<'a>(&'a Log);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes).into_owned();
        let mut kept = self.0.lines();
        kept.bytes += line.len();
        kept.lines.push_back(line);
        while kept.bytes > KEPT {
            let Some(oldest) = kept.lines.pop_front() else { break };
            kept.bytes -= oldest.len();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self)
    }
}

/// Replaces addresses by their schemes and a number for each host, and whatever else the feeds' settings have that is
/// theirs: names, hosts, the values of headers; and the user's home.
fn scrub(text: &str, feeds: &[Feed]) -> String {
    let mut scrubbed = text.to_owned();
    let mut secrets = BTreeSet::new();
    let mut hosts = Vec::new();
    for feed in feeds {
        secrets.extend(feed.config.headers.iter().map(|header| header.value.clone()));
        if let Ok(url) = url::Url::parse(&feed.config.url) {
            secrets.extend([feed.config.url.clone(), url.as_str().to_owned()]);
            secrets.extend(url.query().map(str::to_owned));
            secrets.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
            secrets.extend(url.password().map(str::to_owned));
            hosts.extend(url.host_str().map(str::to_owned));
        }
    }
    let mut secrets: Vec<_> = secrets.into_iter().filter(|secret| secret.len() > 3).collect();
    // The longest first: one may be part of another.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    scrubbed = without_addresses(&scrubbed, &mut hosts);
    for secret in secrets {
        scrubbed = scrubbed.replace(&secret, "[hidden]");
    }
    let mut hosts: Vec<_> = hosts.iter().zip(1..).collect();
    hosts.sort_by_key(|(host, _)| std::cmp::Reverse(host.len()));
    for (host, number) in hosts {
        scrubbed = scrubbed.replace(host.as_str(), &format!("[host {number}]"));
    }
    for feed in feeds.iter().filter(|feed| feed.config.name.len() > 3) {
        scrubbed = scrubbed.replace(&feed.config.name, &format!("[feed {}]", feed.id));
    }
    match std::env::var("HOME") {
        Ok(home) if home.len() > 1 => scrubbed.replace(&home, "~"),
        _ => scrubbed,
    }
}

/// Cuts what follows the host of each address, and learns the hosts.
fn without_addresses(text: &str, hosts: &mut Vec<String>) -> String {
    let mut scrubbed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, address) = rest.split_at(at + 3);
        scrubbed.push_str(before);
        let end = address.find(|c: char| c.is_whitespace() || "\"'`<>".contains(c)).unwrap_or(address.len());
        let end = without_end(&address[..end]).len();
        let authority = address[..end].split(['/', '?', '#']).next().unwrap_or_default();
        let to = authority.rsplit('@').next().unwrap_or_default();
        let host = host(to);
        if !host.is_empty() && !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
        scrubbed.push_str(to);
        if authority.len() < end {
            scrubbed.push_str("/…");
        }
        rest = &address[end..];
    }
    scrubbed + rest
}

/// An address without the signs after it that belong to the text around it. Within it they may stand anywhere, and the bracket
/// of an IPv6 host is its own.
fn without_end(address: &str) -> &str {
    let trimmed = address.trim_end_matches([')', ']', '}', ',', ';', ':', '.']);
    match address[trimmed.len()..].find(']') {
        Some(bracket) if trimmed.contains('[') && !trimmed.contains(']') => &address[..=trimmed.len() + bracket],
        _ => trimmed,
    }
}

/// The host of what may have a port.
fn host(to: &str) -> &str {
    let end = if to.starts_with('[') { to.find(']').map(|bracket| bracket + 1) } else { to.find(':') };
    &to[..end.unwrap_or(to.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_feed_is_left() {
        let mut hosts = vec![];
        let text = "GET https://ada:pw@ci.example:8080/events?token=s3cret, then http://10.0.0.1 failed";
        assert_eq!(without_addresses(text, &mut hosts), "GET https://ci.example:8080/…, then http://10.0.0.1 failed");
        let feed: Feed = serde_json::from_value(serde_json::json!({
            "id": 3, "paused": false, "name": "Payroll", "url": "https://ci.example/events?token=s3cret",
            "headers": [{ "name": "Authorization", "value": "Bearer abc" }],
        }))
        .expect("a feed");
        let text = "Payroll ci.example https://ci.example/a Bearer abc s3cret https://other.example/x other.example";
        let scrubbed = scrub(text, &[feed]);
        assert_eq!(scrubbed, "[feed 3] [host 1] https://[host 1]/… [hidden] [hidden] https://[host 2]/… [host 2]");
    }

    #[test]
    fn an_address_is_cut_at_its_own_end() {
        for (text, expected) in [
            ("url (https://ntfy.sh/alerts,s3cret-topic/sse): x", "url (https://[host 1]/…): x"),
            ("https://h.example/a;b)c]d. More", "https://[host 1]/…. More"),
            ("to https://h.example, or http://h.example:81.", "to https://[host 1], or http://[host 1]:81."),
            ("http://[2001:db8::1]/topic", "http://[host 1]/…"),
            ("[http://[2001:db8::1]], http://[2001:db8::1]:81/x]", "[http://[host 1]], http://[host 1]:81/…]"),
            (
                "http://example.com/ http://payroll.example.com/ payroll.example.com",
                "http://[host 1]/… http://[host 2]/… [host 2]",
            ),
        ] {
            assert_eq!(scrub(text, &[]), expected, "{text}");
        }
    }

    #[test]
    fn no_more_is_kept_than_so_much() {
        let log = Log::default();
        for n in 0..20_000 {
            log.make_writer().write_all(format!("line {n:060}\n").as_bytes()).expect("memory");
        }
        let kept = log.scrubbed(&[]);
        assert!(kept.len() <= KEPT && kept.len() > KEPT - 100, "{}", kept.len());
        assert!(kept.ends_with("19999\n"));
    }
}
