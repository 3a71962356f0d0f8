//! What a document that is no event stream says of itself, and of a stream: enough of HTML for that, and no more.
//!
//! Deliberately not here: rendering, scripts, anything that is not in the first bytes.
use http::{HeaderMap, header};
use tidings_event_source::excerpt::{self, one_line, unescaped, without_tags};
use url::Url;

/// How much of a title is shown, in characters.
const TITLE: usize = 80;

/// The title of an HTML page, or nothing.
pub(super) fn title(html: &str) -> String {
    excerpt::title(html, TITLE)
}

/// The first words of a text, or of the text in HTML, on one line.
pub(super) fn first_words(text: &str, limit: usize) -> String {
    if text.trim_start().starts_with('<') { one_line(&without_tags(text), limit) } else { one_line(text, limit) }
}

/// Whether a text begins as JSON does.
pub(super) fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// The stream that a page names by `<link rel="alternate" type="text/event-stream" href="…">`.
pub(super) fn stream(html: &str, page: &Url) -> Option<Url> {
    let lower = html.to_ascii_lowercase();
    lower.match_indices("<link").find_map(|(at, _)| {
        let end = at + lower[at..].find('>')?;
        let tag = &html[at + "<link".len()..end];
        let is_stream = attribute(tag, "type")?.trim().eq_ignore_ascii_case("text/event-stream");
        web_url(page, &unescaped(attribute(tag, "href")?)).filter(|_| is_stream)
    })
}

/// The Mercure hub that a response names in its `Link` headers, for the topic that it names there, or else its own URL.
pub(super) fn hub(headers: &HeaderMap, page: &Url) -> Option<Url> {
    let links = headers.get_all(header::LINK);
    let texts: Vec<_> = links.iter().filter_map(|value| value.to_str().ok()).collect();
    let link = |rel: &str| {
        texts.iter().flat_map(|text| text.split(',')).find_map(|link| {
            let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
            let named = parameters.split(';').any(|parameter| {
                let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
                name.trim().eq_ignore_ascii_case("rel")
                    && value.trim().trim_matches('"').split(' ').any(|one| one == rel)
            });
            named.then_some(target)
        })
    };
    let mut hub = web_url(page, link("mercure")?)?;
    if !hub.query_pairs().any(|(name, _)| name == "topic") {
        let topic = link("self").and_then(|own| page.join(own).ok()).unwrap_or_else(|| page.clone());
        hub.query_pairs_mut().append_pair("topic", topic.as_str());
    }
    Some(hub)
}

fn web_url(page: &Url, text: &str) -> Option<Url> {
    page.join(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// The value of an attribute in the inside of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        let (found, after) = rest.split_at(end);
        rest = after.trim_start();
        let value = if let Some(value) = rest.strip_prefix('=') {
            let value = value.trim_start();
            if let Some(quote @ ('"' | '\'')) = value.chars().next() {
                let (value, after) = value[1..].split_once(quote)?;
                rest = after;
                value
            } else {
                let (value, after) = value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()));
                rest = after;
                value
            }
        } else {
            ""
        };
        if found.eq_ignore_ascii_case(name) {
            return Some(value);
        }
    }
}
