//! What a stranger wrote, made fit to be shown: addresses without their password, text without control characters.
//!
//! Deliberately not here: layout (`watch.rs`, `history.rs`).
use std::borrow::Cow;
use std::ops::Range;
use url::Url;

/// An address as it was given, but without the password in it.
pub(super) fn address<'a>(given: &'a str, url: &Url) -> Cow<'a, str> {
    if url.password().is_none() {
        return Cow::Borrowed(given);
    }
    let mut without = url.clone();
    // Fails only for addresses that cannot have a password.
    let _ = without.set_password(None);
    // Only if what remains is the same address is it certain that the password was cut out, and nothing else.
    if let Some(password) = password_within(given) {
        let cut = format!("{}{}", &given[..password.start], &given[password.end..]);
        if Url::parse(&cut).as_ref() == Ok(&without) {
            return Cow::Owned(cut);
        }
    }
    Cow::Owned(without.into())
}

/// The address of a feed, as far as it may be shown.
pub(super) fn stored_address(given: &str) -> Cow<'_, str> {
    Url::parse(given).map_or(Cow::Borrowed("(not an address)"), |url| address(given, &url))
}

/// Where the colon and the password stand in an address of the usual form.
fn password_within(given: &str) -> Option<Range<usize>> {
    let start = given.find("://")? + 3;
    let authority = &given[start..];
    let authority = &authority[..authority.find(['/', '\\', '?', '#']).unwrap_or(authority.len())];
    let at = authority.rfind('@')?;
    let colon = authority[..at].find(':')?;
    Some(start + colon..start + at)
}

/// Text as a terminal may show it: what would move the cursor, change colours, or write from right to left is replaced by
/// a picture of it. Tabs and line ends stay.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_control) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars().map(|character| if is_control(character) { picture(character) } else { character }).collect(),
    )
}

/// [`text`] on a single line.
pub(super) fn line(line: &str) -> Cow<'_, str> {
    match text(line) {
        shown if !shown.contains(['\n', '\t']) => shown,
        shown => Cow::Owned(shown.replace(['\n', '\t'], " ")),
    }
}

fn is_control(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        // Overrides and isolates of the writing direction, which can make a line read as another.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => true,
        _ => character.is_control(),
    }
}

/// The Unicode "control picture" of a control character.
fn picture(character: char) -> char {
    match character {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + character as u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// Whether a header of this name usually carries a secret.
pub(super) fn is_secret(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    ["auth", "cookie", "key", "token", "secret", "password", "session", "signature"]
        .iter()
        .any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_loses_its_password_and_nothing_else() {
        for (given, expected) in [
            ("http://h/p?q=a:b@c", "http://h/p?q=a:b@c"),
            ("http://user@h/", "http://user@h/"),
            ("http://user:secret@h", "http://user@h"),
            ("HTTP://user:secret@h:8080/p?q#f", "HTTP://user@h:8080/p?q#f"),
            ("http://:secret@h/", "http://@h/"),
            ("http://user:se@cret@h/", "http://user@h/"),
            ("http://user:se:cret@h/a:b@c", "http://user@h/a:b@c"),
            // Forms that a URL parser accepts all the same: shown in their usual form.
            ("http:user:secret@h/", "http://user@h/"),
            ("http:\\\\user:secret@h\\p", "http://user@h/p"),
            ("ht\ntp://user:secret@h/", "http://user@h/"),
            ("http:///user:secret@h/", "http://user@h/"),
            ("http://user:sec\tret@h/", "http://user@h/"),
        ] {
            let url = Url::parse(given).expect(given);
            let shown = address(given, &url);
            assert!(!shown.contains("secret"), "{given}");
            assert_eq!(Url::parse(&shown).expect("still an address").password(), None);
            assert!(shown == expected || shown.replace(['\n', '\t'], "") == expected, "{given}: {shown}");
        }
    }

    #[test]
    fn text_cannot_steer_a_terminal() {
        for (given, expected) in [
            ("plain – ünï 🙂\n\ttwo", "plain – ünï 🙂\n\ttwo"),
            ("\u{1b}[31mred\u{7}", "␛[31mred␇"),
            ("a\rb\u{7f}", "a␍b␡"),
            ("\u{9b}31m", "\u{fffd}31m"),
            ("abc\u{202e}fed", "abc\u{fffd}fed"),
        ] {
            assert_eq!(text(given), expected);
        }
        assert_eq!(line("a\nb\tc\u{1b}"), "a b c␛");
    }
}
