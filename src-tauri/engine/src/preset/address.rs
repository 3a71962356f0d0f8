//! The forms of addresses: patterns that find names in them, and templates that put them in.
//!
//! Deliberately not here: which source is meant (`recognition.rs`).
use super::{Address, Values};
use regex::Regex;
use std::fmt::Write as _;
use url::Url;

/// A compiled [`Address`].
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    hosts: Vec<Regex>,
    path: Option<Regex>,
    query: Vec<(String, Regex)>,
    /// How much it says: the longer its literal text, the more particular. A host says more than any path.
    pub(super) weight: usize,
}

/// What a `{name}` stands for.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// A label of a host, with its dots as the ends.
    Host,
    /// A part of a path.
    Path,
    /// A value in a query.
    Query,
}

impl Pattern {
    pub(super) fn new(address: &Address) -> Result<Self, String> {
        let hosts = address.host.iter().map(|host| compile(host, Part::Host)).collect::<Result<_, _>>()?;
        let path = (!address.path.is_empty()).then(|| compile(&address.path, Part::Path)).transpose()?;
        let query = address.query.iter().map(|(name, value)| Ok((name.clone(), compile(value, Part::Query)?)));
        let literal = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        let host = address.host.iter().map(|host| 100 + literal(host)).min().unwrap_or_default();
        let query_weight: usize = address.query.keys().map(|name| 5 + literal(name)).sum();
        if hosts_empty(address) && address.path.is_empty() && address.query.is_empty() {
            return Err("an address names neither host nor path nor query.".to_owned());
        }
        Ok(Self {
            hosts,
            path,
            query: query.collect::<Result<_, String>>()?,
            weight: host + literal(&address.path) + query_weight,
        })
    }

    /// What its names stand for in an address of this form; `None` for any other.
    pub(super) fn find(&self, url: &Url) -> Option<Values> {
        let mut found = Values::new();
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str()?),
            None => url.host_str()?.to_owned(),
        };
        if !self.hosts.is_empty() {
            // A pattern that names no port fits all.
            let fits = |regex: &Regex| {
                let bare = url.host_str().unwrap_or_default();
                names(regex, &host).or_else(|| names(regex, bare))
            };
            found.extend(self.hosts.iter().find_map(fits)?);
        }
        if let Some(path) = &self.path {
            found.extend(names(path, url.path())?);
        }
        for (name, value) in &self.query {
            let given = url.query_pairs().find(|(given, _)| given == name.as_str())?.1;
            found.extend(names(value, &given)?);
        }
        Some(found)
    }
}

fn hosts_empty(address: &Address) -> bool {
    address.host.iter().all(String::is_empty)
}

fn names(regex: &Regex, text: &str) -> Option<Values> {
    let found = regex.captures(text)?;
    let value = |name: &str| Some((name.to_owned(), found.name(name)?.as_str().to_owned()));
    Some(regex.capture_names().flatten().filter_map(value).collect())
}

/// Whether a text can name what was found.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 32
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn compile(pattern: &str, part: Part) -> Result<Regex, String> {
    let (one, many) = match part {
        Part::Host => ("[^.:]+", "[^:]+"),
        Part::Path => ("[^/]+", ".+"),
        Part::Query => (".+", ".*"),
    };
    let mut regex = String::from("^");
    for piece in pieces(pattern)? {
        match piece {
            Piece::Text(text) => {
                for (at, literal) in text.split('*').enumerate() {
                    if at > 0 {
                        regex.push_str(many);
                    }
                    regex.push_str(&regex::escape(literal));
                }
            }
            Piece::Name(name) => {
                let (name, of) = name.strip_suffix('*').map_or((name, one), |name| (name, many));
                if !is_name(name) {
                    return Err(format!("“{{{name}}}” in “{pattern}” is no name: use small letters, digits and _."));
                }
                let _ = write!(regex, "(?P<{name}>{of})");
            }
        }
    }
    regex.push('$');
    Regex::new(&regex).map_err(|_| format!("“{pattern}” is no pattern: each name may stand in it once."))
}

enum Piece<'a> {
    Text(&'a str),
    Name(&'a str),
}

/// The pieces of `a{name}b`.
fn pieces(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(format!("“{text}” has a brace that is not closed."));
        };
        pieces.push(Piece::Text(before));
        pieces.push(Piece::Name(name));
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// Whether a template speaks only of these names.
pub(super) fn check_template(template: &str, known: &[&str]) -> Result<(), String> {
    for piece in pieces(template)? {
        if let Piece::Name(name) = piece
            && !known.contains(&name)
        {
            return Err(format!("“{{{name}}}” is not known; there are {}.", known.join(", ")));
        }
    }
    Ok(())
}

/// A template with its names filled in. What is not known is left out.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let Ok(pieces) = pieces(template) else { return template.to_owned() };
    pieces.iter().fold(String::new(), |filled, piece| match piece {
        Piece::Text(text) => filled + text,
        Piece::Name(name) => filled + &value(name).unwrap_or_default(),
    })
}

/// Scheme, user, host and port of an address, as they are written before its path.
pub(super) fn origin(url: &Url) -> String {
    url[..url::Position::BeforePath].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn address(host: &[&str], path: &str, query: &[(&str, &str)]) -> Address {
        Address {
            host: host.iter().map(|&host| host.to_owned()).collect(),
            path: path.to_owned(),
            query: query.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
            ..Address::default()
        }
    }

    #[rstest]
    #[case(&["ntfy.sh", "ntfy.*"], "/{topics}/sse", &[], "https://ntfy.example.org/a,b/sse?since=1", Some("topics=a,b"))]
    #[case(&["ntfy.sh", "ntfy.*"], "/{topics}/sse", &[], "https://example.org/a/sse", None)]
    #[case(&["ntfy.sh"], "/{topics}/sse", &[], "https://ntfy.sh:8443/a/sse", Some("topics=a"))]
    #[case(&["*:8123"], "/api/stream", &[], "http://home.local:8123/api/stream", Some(""))]
    #[case(&["*:8123"], "/api/stream", &[], "http://home.local/api/stream", None)]
    #[case(&["{language}.wikipedia.org"], "", &[], "https://de.wikipedia.org/wiki/Berlin", Some("language=de"))]
    #[case(&["{language}.wikipedia.org"], "", &[], "https://de.m.wikipedia.org/", None)]
    #[case(&["{database}.firebaseio.com"], "/{path*}.json", &[], "https://x.firebaseio.com/a/b.json", Some("database=x path=a/b"))]
    #[case(&[], "/.well-known/mercure", &[("topic", "{topic}")], "https://h/.well-known/mercure?topic=https%3A%2F%2Fa%2F%7Bid%7D", Some("topic=https://a/{id}"))]
    #[case(&[], "/.well-known/mercure", &[("topic", "*")], "https://h/.well-known/mercure", None)]
    #[case(&[], "/x", &[("feed", "eventsource")], "https://h/x?feed=eventsource&a=1", Some(""))]
    #[case(&[], "/x", &[("feed", "eventsource")], "https://h/x?feed=longpoll", None)]
    fn addresses(
        #[case] host: &[&str],
        #[case] path: &str,
        #[case] query: &[(&str, &str)],
        #[case] url: &str,
        #[case] expected: Option<&str>,
    ) {
        let pattern = Pattern::new(&address(host, path, query)).unwrap();
        let found = pattern.find(&Url::parse(url).unwrap());
        let found = found.map(|found| found.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>());
        assert_eq!(found.map(|found| found.join(" ")).as_deref(), expected);
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for (host, path, sentence) in [
            (&["a"][..], "/{x", "“/{x” has a brace that is not closed."),
            (&["a"], "/{X y}", "“{X y}” in “/{X y}” is no name: use small letters, digits and _."),
            (&["a"], "/{x}/{x}", "“/{x}/{x}” is no pattern: each name may stand in it once."),
            (&[], "", "an address names neither host nor path nor query."),
        ] {
            assert_eq!(Pattern::new(&address(host, path, &[])).unwrap_err(), sentence);
        }
    }
}
