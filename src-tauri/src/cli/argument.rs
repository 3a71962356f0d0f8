//! What was typed, checked: addresses, headers, seconds. What may hold a secret is never repeated in a message.
//!
//! Deliberately not here: the parser of the command line (`cli.rs`).
use super::shown;
use http::header::{HeaderName, HeaderValue};
use std::path::Path;
use std::time::Duration;
use tidings_engine::ProxyChoice;
use url::Url;

/// The address of a stream.
pub(super) struct Address {
    pub(super) url: Url,
    /// As it was given, but without a password.
    pub(super) shown: String,
}

/// Fails with a sentence that holds no password.
pub(super) fn address(given: &str) -> Result<Address, String> {
    // What cannot be read as an address may have a password anywhere.
    let hidden = if given.contains('@') { String::from("The address") } else { format!("{given:?}") };
    match Url::parse(given) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            Err(format!("{hidden} cannot be followed; only addresses that begin with http:// or https:// can."))
        }
        Ok(url) => Ok(Address { shown: shown::address(given, &url).into_owned(), url }),
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            Err(format!("{hidden} is not a whole address; it must begin with http:// or https://."))
        }
        Err(error) => Err(format!("{hidden} is not an address: {error}.")),
    }
}

/// Fails with a sentence that holds nothing of the value.
pub(super) fn header(given: &str) -> Result<(HeaderName, HeaderValue), String> {
    let Some((name, value)) = given.split_once(':') else {
        return Err("A header needs a colon between its name and its value: 'Name: value'.".into());
    };
    let (name, value) = (name.trim(), value.trim_matches([' ', '\t']));
    if given.contains(['\r', '\n']) {
        return Err("A header must not contain a line break.".into());
    }
    let parsed = HeaderName::try_from(name).map_err(|_| format!("{name:?} is not the name of a header."))?;
    let mut value = HeaderValue::try_from(value)
        .map_err(|_| format!("The value of the header {parsed} contains a character that cannot be sent."))?;
    // Left out of what is shown.
    value.set_sensitive(true);
    Ok((parsed, value))
}

/// A length of time in seconds. Fails with a sentence.
pub(super) fn seconds(given: &str) -> Result<Duration, String> {
    given
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| format!("{given:?} is no number of seconds."))
}

/// A length of time in seconds or minutes: "10", "10s", "2.5s", "2m". Fails with a sentence.
pub(super) fn length(given: &str) -> Result<Duration, String> {
    let (number, unit) = match given.strip_suffix('m') {
        Some(minutes) => (minutes, 60.0),
        None => (given.strip_suffix('s').unwrap_or(given), 1.0),
    };
    let length = number.trim().parse::<f64>().ok().and_then(|number| Duration::try_from_secs_f64(number * unit).ok());
    length
        .filter(|length| !length.is_zero())
        .ok_or_else(|| format!("{given:?} is no length of time; write seconds (10s) or minutes (2m)."))
}

/// Fails with a sentence that holds no password.
pub(super) fn proxy(given: &str) -> Result<Url, String> {
    let hidden = if given.contains('@') { String::from("The proxy's address") } else { format!("{given:?}") };
    match Url::parse(given) {
        Ok(url) if matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") && url.has_host() => Ok(url),
        _ => Err(format!("{hidden} is not the address of a proxy; write http://host:port or socks5://host:port.")),
    }
}

/// "system", "none", or its address.
pub(super) fn proxy_choice(given: &str) -> Result<ProxyChoice, String> {
    match given {
        "system" => Ok(ProxyChoice::System),
        "none" => Ok(ProxyChoice::None),
        given => proxy(given).map(|url| ProxyChoice::Url(url.into())),
    }
}

/// The whole path, because the process that reads the file may stand elsewhere.
pub(super) fn readable(file: &Path) -> Result<String, String> {
    let unusable =
        |reason: &dyn std::fmt::Display| format!("The certificate file {} cannot be read: {reason}.", file.display());
    std::fs::read(file).map_err(|error| unusable(&error))?;
    let whole = std::path::absolute(file).map_err(|error| unusable(&error))?;
    whole.into_os_string().into_string().map_err(|_| unusable(&"its name is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tidings_test_support::stress;

    #[test]
    fn headers_are_taken_apart_at_the_first_colon() {
        for (given, expected) in [
            ("Name: value", Ok(("name", "value"))),
            ("X-Empty:", Ok(("x-empty", ""))),
            ("a:b:c", Ok(("a", "b:c"))),
            ("no colon", Err("A header needs a colon between its name and its value: 'Name: value'.")),
            ("a: b\r\nc: d", Err("A header must not contain a line break.")),
            ("a: b\n", Err("A header must not contain a line break.")),
            ("b c: d", Err("\"b c\" is not the name of a header.")),
            (": d", Err("\"\" is not the name of a header.")),
            ("a: \u{1}", Err("The value of the header a contains a character that cannot be sent.")),
        ] {
            let header = header(given);
            let seen = header
                .as_ref()
                .map(|(name, value)| (name.as_str(), value.to_str().unwrap_or("?")))
                .map_err(|error| &**error);
            assert_eq!(seen, expected, "{given:?}");
        }
    }

    #[test]
    fn lengths_are_in_seconds_or_minutes() {
        for (given, expected) in [
            ("10s", Some(10.0)),
            ("10", Some(10.0)),
            ("0.5s", Some(0.5)),
            ("2m", Some(120.0)),
            ("0", None),
            ("-1s", None),
            ("soon", None),
            ("", None),
            ("NaN", None),
        ] {
            assert_eq!(length(given).ok().map(|length| length.as_secs_f64()), expected, "{given}");
        }
    }

    #[test]
    fn no_message_holds_a_password() {
        for given in ["ftp://user:secret@h/", "user:secret@h", "http://user:secret@", "http://user:secret@h:99999/"] {
            let sentence = address(given).map(|address| address.shown).expect_err(given);
            assert!(!sentence.contains("secret"), "{sentence}");
        }
        for given in ["ftp://user:secret@h/", "user:secret@h"] {
            assert!(!proxy(given).expect_err(given).contains("secret"));
        }
    }

    /// What command lines are made of, and what they should not be.
    const PARTS: &[&str] = &[
        "http://",
        "https:",
        "ftp://",
        "//",
        "/",
        "\\",
        "@",
        ":",
        "?",
        "#",
        "%",
        "%00",
        "%zz",
        "[::1]",
        "[",
        "]",
        "..",
        "user",
        "host",
        "example.org",
        "é.example",
        "xn--a",
        ":0",
        ":65536",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "X-Key",
        ": ",
        "Authorization",
        "=",
        "-",
        "--",
        "1",
        "e",
        ".",
        "1e308",
        "inf",
        "NaN",
        "💥",
        "\u{202e}",
        "\u{1b}[31m",
    ];

    fn typed() -> impl Strategy<Value = String> {
        let parts = proptest::collection::vec(proptest::sample::select(PARTS), 0..12).prop_map(|parts| parts.concat());
        prop_oneof![4 => parts, 1 => any::<String>()]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: if stress() { 50_000 } else { 2000 }, failure_persistence: None, ..ProptestConfig::default() })]

        /// Nothing typed panics; every complaint is one line; what passes can be used.
        #[test]
        fn anything_may_be_typed(typed in typed()) {
            let one_line = |sentence: String| {
                prop_assert!(!sentence.contains(['\n', '\r', '\0', '\u{1b}']), "{sentence:?}");
                Ok(())
            };
            match address(&typed) {
                Ok(address) => prop_assert!(matches!(address.url.scheme(), "http" | "https") && address.url.has_host()),
                Err(sentence) => one_line(sentence)?,
            }
            match header(&typed) {
                Ok((_, value)) => prop_assert!(!value.as_bytes().iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0))),
                Err(sentence) => one_line(sentence)?,
            }
            match proxy(&typed) {
                Ok(url) => prop_assert!(url.has_host()),
                Err(sentence) => one_line(sentence)?,
            }
            if let Err(sentence) = seconds(&typed) {
                one_line(sentence)?;
            }
        }

        /// Wherever a password stands, neither what is shown nor a complaint holds it.
        #[test]
        fn a_password_is_never_shown(before in typed(), user in "[a-z]{0,5}", after in typed()) {
            const PASSWORD: &str = "geheim-7";
            for given in [format!("{before}{user}:{PASSWORD}@{after}"), format!("http://{user}:{PASSWORD}@{after}")] {
                let shown = match address(&given) {
                    // It is no password there.
                    Ok(address) if address.url.password().is_none_or(|password| !password.contains(PASSWORD)) => continue,
                    Ok(address) => address.shown,
                    Err(sentence) => sentence,
                };
                prop_assert!(!shown.contains(PASSWORD), "{given:?} is shown as {shown:?}");
                if let Err(sentence) = proxy(&given) {
                    prop_assert!(!sentence.contains(PASSWORD), "{given:?}: {sentence:?}");
                }
            }
        }
    }

    #[test]
    fn seconds_may_have_a_fraction_and_must_have_an_end() {
        assert_eq!(seconds("0.25").ok(), Some(Duration::from_millis(250)));
        assert_eq!(seconds("3").ok(), Some(Duration::from_secs(3)));
        for given in ["", "-1", "NaN", "inf", "1e300", "3s"] {
            assert!(seconds(given).is_err(), "{given}");
        }
    }
}
