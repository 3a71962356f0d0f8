//! A feed that somebody offers: by a `tidings:` link, or by an address that is dropped or pasted.
//!
//! Links come from anywhere: a web page, a mail, another program. One fills in the dialog for a new feed and does nothing
//! else: it adds nothing, asks no server for anything, and can name neither headers nor programs nor whatever makes a
//! connection less safe. Pure. Deliberately not here: opening the links of events (`link.rs`), and the dialog (`ui/`).
use percent_encoding::percent_decode_str;
use serde::Serialize;
use tidings_engine::{Credential, FeedConfig, Secret, SecretOf, preset};
use ts_rs::TS;
use url::Url;

/// The longest text that is looked at, in bytes.
pub const LIMIT: usize = 8 * 1024;
/// The longest name of a feed or a folder, in characters.
const NAME_LIMIT: usize = 200;
const SCHEME: &str = "tidings:";

/// What the dialog for a new feed is filled in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Offer {
    /// http or https, in ASCII, without user name and password. Empty where the link is only to open the dialog.
    pub url: String,
    /// On one line, without characters that cannot be seen; may be empty.
    pub name: String,
    /// Likewise.
    pub folder: String,
    /// The preset to propose. There need not be one of this ID.
    pub preset: Option<String>,
    /// What the user name in the address means.
    pub credential: Credential,
    /// The password in the address.
    pub secret: Option<Secret>,
}

impl Offer {
    /// The dialog as it is when nobody offers anything: what an entry in a menu of the desktop asks for.
    const NOTHING: Self = Self {
        url: String::new(),
        name: String::new(),
        folder: String::new(),
        preset: None,
        credential: Credential::None,
        secret: None,
    };
}

/// Why a text offers nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoOffer {
    /// More than [`LIMIT`].
    #[error("it is longer than {} KiB", LIMIT / 1024)]
    TooLong,
    /// A `tidings:` link to something other than `add`.
    #[error("it asks for something that Tidings does not do; only tidings://add?url=… is known")]
    UnknownAction,
    /// It has a part besides `url`, `name`, `folder` and `preset`: perhaps of an address that is not escaped.
    #[error("it has a part other than url, name, folder and preset; write & in the address as %26")]
    UnknownPart,
    /// One of them twice.
    #[error("it has one part several times")]
    Several,
    /// What is escaped is no text, or is not to be seen.
    #[error("it is not written as a link has to be")]
    Malformed,
    /// There is none.
    #[error("it has no address")]
    NoAddress,
    /// It is no http or https address.
    #[error("it has no address that begins with http:// or https://")]
    NotWeb,
}

/// What this link or address offers.
pub fn read(text: &str) -> Result<Offer, NoOffer> {
    if text.len() > LIMIT {
        return Err(NoOffer::TooLong);
    }
    let text = text.trim();
    match text.split_at_checked(SCHEME.len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(SCHEME) => link(rest),
        _ => offer(text, "", "", None),
    }
}

/// `tidings://add?url=…&name=…`, after its scheme.
fn link(rest: &str) -> Result<Offer, NoOffer> {
    if rest.contains(is_unseen) {
        return Err(NoOffer::Malformed);
    }
    let (action, query) = rest.split_once('?').unwrap_or((rest, ""));
    let action = action.strip_prefix("//").unwrap_or(action);
    // Some desktops write a path where there is none.
    if !action.strip_suffix('/').unwrap_or(action).eq_ignore_ascii_case("add") {
        return Err(NoOffer::UnknownAction);
    }
    if query.contains('#') {
        return Err(NoOffer::Malformed);
    }
    if query.is_empty() {
        return Ok(Offer::NOTHING);
    }
    let (mut url, mut name, mut folder, mut preset) = (None, None, None, None);
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let place = match key {
            "url" => &mut url,
            "name" => &mut name,
            "folder" => &mut folder,
            "preset" => &mut preset,
            _ => return Err(NoOffer::UnknownPart),
        };
        // In an address a plus is a plus; elsewhere forms write it for a space.
        let value = if key == "url" { value.to_owned() } else { value.replace('+', " ") };
        if place.replace(decoded(&value)?).is_some() {
            return Err(NoOffer::Several);
        }
    }
    if preset.as_deref().is_some_and(|id| !preset::is_id(id)) {
        return Err(NoOffer::Malformed);
    }
    let (name, folder) = (name.unwrap_or_default(), folder.unwrap_or_default());
    offer(&url.unwrap_or_default(), &name, &folder, preset)
}

fn offer(url: &str, name: &str, folder: &str, preset: Option<String>) -> Result<Offer, NoOffer> {
    if url.is_empty() {
        return Err(NoOffer::NoAddress);
    }
    // Parsing would drop some of these in silence.
    if url.contains(|c: char| c.is_whitespace() || is_unseen(c)) {
        return Err(NoOffer::Malformed);
    }
    let url = Url::parse(url).map_err(|_| NoOffer::NotWeb)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(NoOffer::NotWeb);
    }
    let mut given = vec![];
    let config = FeedConfig::new(line(name), url).without_secrets(&mut given);
    let secret = given.into_iter().find(|given| given.of == SecretOf::Credential).map(|given| given.secret);
    Ok(Offer {
        url: config.url,
        name: config.name,
        folder: line(folder),
        preset,
        credential: config.credential,
        secret: secret.filter(|secret| !secret.is_empty()),
    })
}

/// What is percent-encoded. Fails for an escape that is none, and for bytes that are no text.
fn decoded(text: &str) -> Result<String, NoOffer> {
    let is_escape = |rest: &str| rest.as_bytes().get(..2).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit));
    if !text.split('%').skip(1).all(is_escape) {
        return Err(NoOffer::Malformed);
    }
    let text = percent_decode_str(text).decode_utf8().map_err(|_| NoOffer::Malformed)?;
    Ok(text.into_owned())
}

/// A name as it can be shown: on one line, cut, without what is not seen.
fn line(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|&c| !is_unseen(c)).take(NAME_LIMIT).collect::<String>().trim().to_owned()
}

/// Control characters, and what changes the direction or the look of the text around it.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tidings_test_support::stress;

    fn plain(url: &str) -> Offer {
        Offer { url: url.into(), ..Offer::NOTHING }
    }

    #[test]
    fn a_link_or_an_address_fills_in_the_dialog() {
        let named = Offer {
            name: "Build farm".into(),
            folder: "Work & play".into(),
            preset: Some("ntfy".into()),
            ..plain("https://h/a?b=c")
        };
        let table = [
            ("tidings://add?url=https://h/e", plain("https://h/e")),
            ("tidings:add?url=http://h/e", plain("http://h/e")),
            ("TIDINGS://ADD/?url=HTTPS%3A%2F%2FH%2Fe", plain("https://h/e")),
            ("  https://h/e\n", plain("https://h/e")),
            ("tidings://add?url=https%3A%2F%2Fh%2Fe%3Fa%3D1%26b%3D%252F", plain("https://h/e?a=1&b=%2F")),
            ("tidings://add?url=https://h/a+b?c=%2B", plain("https://h/a+b?c=+")),
            ("tidings://add?&url=https://h:8443/&", plain("https://h:8443/")),
            (
                "tidings://add?name=Build+farm&preset=ntfy&folder=Work%20%26%20play&url=https%3A%2F%2Fh%2Fa%3Fb%3Dc",
                named,
            ),
            ("tidings://add", plain("")),
            ("tidings:add/?", plain("")),
            // Whoever looks at it sees the host that is asked.
            ("https://аpple.example/", plain("https://xn--pple-43d.example/")),
            ("tidings://add?url=https:\\\\h\\e", plain("https://h/e")),
        ];
        for (text, expected) in table {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_password_in_an_address_becomes_the_credential() {
        for text in ["https://anna:p%40ss@h/e", "tidings://add?url=https%3A%2F%2Fanna%3Ap%2540ss%40h%2Fe"] {
            let offer = read(text).unwrap();
            let expected = Credential::Basic { user: "anna".into() };
            assert_eq!((&*offer.url, &offer.credential), ("https://h/e", &expected), "{text}");
            assert_eq!(offer.secret.as_ref().map(Secret::reveal), Some("p@ss"), "{text}");
            assert!(!format!("{offer:?}").contains("p@ss"), "{text}");
        }
        let offer = read("https://token@h/").unwrap();
        assert_eq!((&*offer.url, offer.secret), ("https://h/", None));
    }

    #[test]
    fn hostile_links_offer_nothing() {
        let long = format!("tidings://add?url=https://h/{}", "a".repeat(LIMIT));
        let table = [
            (&*long, NoOffer::TooLong),
            ("tidings:", NoOffer::UnknownAction),
            ("tidings://", NoOffer::UnknownAction),
            ("tidings://remove?url=https://h/", NoOffer::UnknownAction),
            ("tidings://add.example/?url=https://h/", NoOffer::UnknownAction),
            ("tidings://add/x?url=https://h/", NoOffer::UnknownAction),
            ("tidings:///add?url=https://h/", NoOffer::UnknownAction),
            ("tidings://add?url=", NoOffer::NoAddress),
            ("tidings://add?name=x", NoOffer::NoAddress),
            ("", NoOffer::NoAddress),
            ("tidings://add?url=javascript:alert(1)", NoOffer::NotWeb),
            ("tidings://add?url=file:///etc/passwd", NoOffer::NotWeb),
            ("tidings://add?url=data:text/html,x", NoOffer::NotWeb),
            ("tidings://add?url=tidings://add?url=https://h/", NoOffer::NotWeb),
            ("tidings://add?url=ws://h/", NoOffer::NotWeb),
            ("tidings://add?url=//h/e", NoOffer::NotWeb),
            ("tidings://add?url=h.example", NoOffer::NotWeb),
            ("tidings://add?url=https://", NoOffer::NotWeb),
            ("ftp://h/", NoOffer::NotWeb),
            ("-x", NoOffer::NotWeb),
            // Nothing but these four can be said in a link.
            ("tidings://add?url=https://h/&header=X-Key:1", NoOffer::UnknownPart),
            ("tidings://add?url=https://h/&insecure=true", NoOffer::UnknownPart),
            ("tidings://add?url=https://h/&hook=rm", NoOffer::UnknownPart),
            ("tidings://add?url=https://h/&proxy=http://p/", NoOffer::UnknownPart),
            ("tidings://add?url=https://h/&URL=https://i/", NoOffer::UnknownPart),
            ("tidings://add?url=https://h/e?a=1&b=2", NoOffer::UnknownPart),
            ("tidings://add?url=https://h/&url=https://i/", NoOffer::Several),
            ("tidings://add?url=https://h/&name=a&name=b", NoOffer::Several),
            ("tidings://add?url=https://h/%0Ahttps://i/", NoOffer::Malformed),
            ("tidings://add?url=https://h/%20https://i/", NoOffer::Malformed),
            ("https://h/ https://i/", NoOffer::Malformed),
            ("tidings://add?url=https://h/%00", NoOffer::Malformed),
            ("tidings://add?url=https://h/\u{0}", NoOffer::Malformed),
            ("tidings://add?url=https://h%E2%80%AE/gpj.exe", NoOffer::Malformed),
            ("tidings://add?url=https://h/\u{202e}x", NoOffer::Malformed),
            ("https://h/\u{200b}x", NoOffer::Malformed),
            ("tidings://add?url=https://h/%zz", NoOffer::Malformed),
            ("tidings://add?url=https://h/%", NoOffer::Malformed),
            ("tidings://add?url=https://h/%f", NoOffer::Malformed),
            ("tidings://add?url=https://h/%ff", NoOffer::Malformed),
            ("tidings://add?url=https://h/#&name=x", NoOffer::Malformed),
            ("tidings://add?url=https://h/&preset=../../x", NoOffer::Malformed),
            ("tidings://add?url=https://h/&preset=", NoOffer::Malformed),
        ];
        for (text, expected) in table {
            assert_eq!(read(text), Err(expected), "{}", &text[..text.len().min(80)]);
        }
    }

    #[test]
    fn names_are_shown_as_they_are_read() {
        for (given, expected) in [
            ("a%0Ab%00%09c", "a b c"),
            ("%E2%80%AEevil%E2%81%A6", "evil"),
            ("%20%E2%80%8B%20", ""),
            ("<b>%26amp;", "<b>&amp;"),
        ] {
            let offer = read(&format!("tidings://add?url=https://h/&name={given}&folder={given}")).unwrap();
            assert_eq!((&*offer.name, &*offer.folder), (expected, expected), "{given}");
        }
        let offer = read(&format!("tidings://add?url=https://h/&name={}", "ä".repeat(300))).unwrap();
        assert_eq!(offer.name.chars().count(), NAME_LIMIT);
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: if stress() { 20_000 } else { 500 }, failure_persistence: None, ..ProptestConfig::default()
        })]

        /// Whatever is offered is a web address in plain sight, and nothing of a password is in it.
        #[test]
        fn any_link_offers_a_web_address_or_nothing(
            before in prop_oneof![Just("tidings://add?url="), Just("tidings:add?name=x&url="), Just("tidings://"), Just("")],
            scheme in prop_oneof!["(https?|HTTP|ftp|file|javascript|data|tidings)(:|%3A)(//|%2F%2F)?", any::<String>()],
            rest in prop_oneof!["[:/@?#%&=a-z0-9+ \\\\\u{202e}\u{0}-]{0,40}", "(%[0-9a-f]{2}){0,9}", any::<String>()],
        ) {
            let text = format!("{before}{scheme}{rest}");
            if let Ok(offer) = read(&text) {
                let url = Url::parse(&offer.url).unwrap();
                prop_assert!(matches!(url.scheme(), "http" | "https") && url.has_host(), "{url}");
                prop_assert!(url.username().is_empty() && url.password().is_none(), "{url}");
                prop_assert!(offer.url.bytes().all(|byte| byte.is_ascii_graphic()), "{url}");
                for name in [&offer.name, &offer.folder] {
                    prop_assert!(!name.contains(is_unseen) && name.chars().count() <= NAME_LIMIT, "{name:?}");
                }
            }
        }
    }
}
