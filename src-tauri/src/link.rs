//! Opening a link outside, after a look at its scheme: links come from events, which anybody may have written.
//!
//! Deliberately not here: files and folders, which only the window opens.
use crate::boundary::CommandError;
use url::Url;

/// Opens `link` with the desktop's program for it; only http, https and mailto.
pub fn open(link: &str) -> Result<(), CommandError> {
    let url = checked(link)?;
    open::that_detached(url.as_str()).map_err(|error| {
        CommandError::new("link", format!("The link was not opened, because the desktop refused it: {error}."))
    })
}

fn checked(link: &str) -> Result<Url, CommandError> {
    let refused = |why: &str| CommandError::new("bad-link", format!("The link was not opened, because {why}."));
    let url = Url::parse(link.trim()).map_err(|_| refused("it is not an address"))?;
    // Only a mail address may still have one, and what opens it may take it for two.
    if url.as_str().contains(' ') {
        return Err(refused("it has a space in it"));
    }
    match url.scheme() {
        "http" | "https" | "mailto" => Ok(url),
        scheme => Err(refused(&format!("only web and mail addresses are, and it begins with {scheme}:"))),
    }
}

#[cfg(test)]
mod tests {
    use super::checked;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// What passes is a web or mail address that no program can take for an option or for two arguments.
        #[test]
        fn any_link_is_an_address_or_refused(
            scheme in prop_oneof!["(https?|mailto|HTTP|tidings|file|javascript|data|-+[a-z]+)", any::<String>()],
            rest in prop_oneof!["[:/@?#%a-z0-9 \\\\\"'$();&|<>-]{0,40}", any::<String>()],
        ) {
            for link in [format!("{scheme}:{rest}"), format!("{scheme}://{rest}"), rest.clone()] {
                if let Ok(url) = checked(&link) {
                    prop_assert!(matches!(url.scheme(), "http" | "https" | "mailto"), "{url}");
                    prop_assert!(!url.as_str().chars().any(|c| c.is_control() || c == ' '), "{url:?}");
                    prop_assert!(!url.as_str().starts_with('-'));
                }
            }
        }
    }

    #[test]
    fn only_web_and_mail_addresses_pass() {
        let cases = [
            ("https://example.com/a?b=c#d", Some("https://example.com/a?b=c#d")),
            ("HTTP://example.com", Some("http://example.com/")),
            ("mailto:ada@example.com", Some("mailto:ada@example.com")),
            (" https://example.com/ ", Some("https://example.com/")),
            ("https://example.com/$(reboot)\" x", Some("https://example.com/$(reboot)%22%20x")),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("data:text/html,hello", None),
            ("smb://example.com/share", None),
            ("mailto:ada@example.com?subject=Disk full", Some("mailto:ada@example.com?subject=Disk%20full")),
            ("mailto:ada@example.com --attach /etc/passwd", None),
            ("-x", None),
            ("", None),
        ];
        for (link, expected) in cases {
            assert_eq!(checked(link).ok().map(String::from).as_deref(), expected, "{link:?}");
        }
    }
}
