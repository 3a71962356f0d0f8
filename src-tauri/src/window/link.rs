//! Opening a link outside, after a look at its scheme: links come from events, which anybody may have written.
use tidings::boundary::CommandError;
use url::Url;

/// Opens `link` with the desktop's program for it; only http, https and mailto.
pub(crate) fn open(link: &str) -> Result<(), CommandError> {
    let url = checked(link)?;
    tauri_plugin_opener::open_url(url.as_str(), None::<&str>).map_err(|error| {
        CommandError::new("link", format!("The link was not opened, because the desktop refused it: {error}."))
    })
}

fn checked(link: &str) -> Result<Url, CommandError> {
    let refused = |why: &str| CommandError::new("bad-link", format!("The link was not opened, because {why}."));
    let url = Url::parse(link.trim()).map_err(|_| refused("it is not an address"))?;
    match url.scheme() {
        "http" | "https" | "mailto" => Ok(url),
        scheme => Err(refused(&format!("only web and mail addresses are, and it begins with {scheme}:"))),
    }
}

#[cfg(test)]
mod tests {
    use super::checked;

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
            ("-x", None),
            ("", None),
        ];
        for (link, expected) in cases {
            assert_eq!(checked(link).ok().map(String::from).as_deref(), expected, "{link:?}");
        }
    }
}
