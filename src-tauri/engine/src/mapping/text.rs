//! Text as a person reads it: without control characters, terminal escapes and markup, and of bounded length.
//!
//! Deliberately not here: which text (`object.rs`).
use super::{BODY_LIMIT, TITLE_LIMIT};
use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

/// How much of a text is looked at, in bytes: enough for a body of full length behind its markup.
const LOOK: usize = 4 * BODY_LIMIT;
/// The longest link, in bytes.
const LINK_LIMIT: usize = 2048;

/// One line of at most [`TITLE_LIMIT`] characters.
pub(crate) fn line(text: &str) -> String {
    // A title is short: what lies far behind cannot be in it, unless markup stands before it.
    let clean = clean(text);
    let words: Vec<&str> = clean.split_whitespace().take(TITLE_LIMIT).collect();
    cut(&words.join(" "), TITLE_LIMIT)
}

/// Several lines of at most [`BODY_LIMIT`] bytes.
pub(crate) fn block(text: &str) -> String {
    let clean = clean(text);
    let clean = clean.trim();
    if clean.len() <= BODY_LIMIT {
        return clean.to_owned();
    }
    format!("{}…", head(clean, BODY_LIMIT - '…'.len_utf8()))
}

/// The first line as a title and the rest as a body; all of it is the body when the first line is too long for a title.
pub(crate) fn title_and_body(text: &str) -> (String, String) {
    let clean = clean(text);
    let clean = clean.trim();
    let (first, rest) = clean.split_once('\n').unwrap_or((clean, ""));
    let title = line(first);
    let body = if title.ends_with('…') { clean } else { rest };
    (title, block(body))
}

/// At most `limit` characters, the last of which tells when something was cut off.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => text.chars().take(limit - 1).chain(['…']).collect(),
    }
}

/// An address that may be opened: http, https or mailto.
pub(crate) fn link(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > LINK_LIMIT || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let url = url::Url::parse(text).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| text.to_owned())
}

/// Where no space follows an address: the punctuation of Chinese text, which would be written otherwise in an address.
const ENDS_CHINESE: &str = "，。；：！？、（）《》「」『』【】“”‘’";

/// The first http or https address in a text.
pub(crate) fn first_link(text: &str) -> Option<String> {
    let start = text.match_indices("http").map(|(at, _)| &text[at..]).find(|rest| {
        let rest = rest["http".len()..].trim_start_matches('s');
        rest.starts_with("://")
    })?;
    let end =
        start.find(|c: char| c.is_whitespace() || c.is_control() || "<>\"'`".contains(c) || ENDS_CHINESE.contains(c));
    link(start[..end.unwrap_or(start.len())].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}']))
}

/// At most `limit` bytes, cut between two characters.
fn head(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

/// Without terminal escapes, control characters (but line ends and tabs), characters that turn the direction of
/// writing, and markup.
fn clean(text: &str) -> Cow<'_, str> {
    let text = head(text, LOOK);
    let text = if is_html(text) { Cow::Owned(html_to_text(text)) } else { Cow::Borrowed(text) };
    if !text.chars().any(is_unwanted) {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => skip_escape(&mut chars),
            // C1's form of the same.
            '\u{9b}' => skip_control_sequence(&mut chars),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => clean.push('\n'),
            c if is_unwanted(c) => {}
            c => clean.push(c),
        }
    }
    Cow::Owned(clean)
}

fn is_unwanted(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Skips what follows an ESC (ECMA-48).
fn skip_escape(chars: &mut Peekable<Chars<'_>>) {
    match chars.next() {
        Some('[') => skip_control_sequence(chars),
        // A string of the operating system, device, application: to BEL or ST, within reason.
        Some(']' | 'P' | '_' | '^' | 'X') => {
            while let Some(c) = chars.next_if(|c| *c != '\n') {
                match c {
                    '\u{7}' | '\u{9c}' => return,
                    '\u{1b}' => {
                        chars.next_if_eq(&'\\');
                        return;
                    }
                    _ => {}
                }
            }
        }
        Some(' '..='/') => {
            chars.next_if(|c| matches!(c, '0'..='~'));
        }
        _ => {}
    }
}

fn skip_control_sequence(chars: &mut Peekable<Chars<'_>>) {
    while chars.next_if(|c| matches!(c, ' '..='?')).is_some() {}
    chars.next_if(|c| matches!(c, '@'..='~'));
}

/// Tags that make a text HTML, and not one about `a <b and c> d`.
const TAGS: &[&str] = &[
    "!doctype",
    "a",
    "article",
    "b",
    "blockquote",
    "body",
    "br",
    "code",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "hr",
    "html",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "script",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "table",
    "td",
    "tr",
    "u",
    "ul",
];
/// Tags that stand on a line of their own.
const BLOCKS: &[&str] =
    &["article", "blockquote", "br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "p", "pre", "table", "tr"];

/// The tag that a text starts with, if it is one of [`TAGS`], and what follows its `>`.
fn tag(text: &str) -> Option<(&'static str, &str)> {
    let inner = text.strip_prefix('<')?;
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let end = inner.bytes().take(12).position(|b| !b.is_ascii_alphanumeric() && b != b'!')?;
    let name = TAGS.iter().find(|tag| tag.eq_ignore_ascii_case(&inner[..end]))?;
    if !matches!(inner.as_bytes()[end], b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r') {
        return None;
    }
    // Looked for last: no two tags scan the same text for their end.
    let close = inner.find('>')?;
    Some((name, &inner[close + 1..]))
}

fn is_html(text: &str) -> bool {
    text.match_indices('<').take(64).any(|(at, _)| tag(&text[at..]).is_some())
}

fn html_to_text(mut rest: &str) -> String {
    let mut text = String::with_capacity(rest.len());
    // Where no `>` follows, no tag does.
    let last = rest.rfind('>').map_or("", |at| &rest[at..]).len();
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('&') {
            let (c, after) = entity(rest).unwrap_or(('&', &rest[1..]));
            text.push(c);
            rest = after;
            continue;
        }
        let Some((name, after)) = (rest.len() > last).then(|| tag(rest)).flatten() else {
            text.push('<');
            rest = &rest[1..];
            continue;
        };
        if BLOCKS.contains(&name) && !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let opens = !rest.starts_with("</");
        rest = after;
        if opens && (name == "script" || name == "style") {
            rest = rest.find("</").map_or("", |at| &rest[at..]);
        }
    }
    text.push_str(rest);
    text
}

/// The character reference that a text starts with, and what follows it.
fn entity(text: &str) -> Option<(char, &str)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = &text[1..end];
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "hellip" => '…',
        "ndash" => '–',
        "mdash" => '—',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((c, &text[end + 1..]))
}
