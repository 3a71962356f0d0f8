//! The cookies that servers give one source, kept while it lives.
//!
//! Deliberately not here: cookies on disk, and cookies that the user gives (they are a header of the request).
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use std::sync::{Mutex, PoisonError};
use url::{Origin, Url};

/// Past this size of the `Cookie` header, in bytes, the cookies of an origin are forgotten. Servers would refuse it, and
/// one that invents a new name each time would fill the memory.
const HEADER_LIMIT: usize = 8 * 1024;

/// One jar for each origin. Cookies as such know no ports; but what one server of a computer sets is nothing to tell
/// another one that it redirects to.
#[derive(Debug, Default)]
pub(super) struct Cookies {
    jars: Mutex<Vec<(Origin, Jar)>>,
}

impl Cookies {
    /// Keeps what a response sets.
    pub(super) fn keep(&self, url: &Url, headers: &HeaderMap) {
        let mut set = headers.get_all(SET_COOKIE).iter().peekable();
        if set.peek().is_none() {
            return;
        }
        let mut jars = self.jars.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = url.origin();
        let at = jars.iter().position(|(of, _)| *of == origin).unwrap_or_else(|| {
            jars.push((origin, Jar::default()));
            jars.len() - 1
        });
        let (_, jar) = &mut jars[at];
        jar.set_cookies(&mut set, url);
        if jar.cookies(url).is_some_and(|header| header.len() > HEADER_LIMIT) {
            *jar = Jar::default();
        }
    }

    /// The `Cookie` header for a request to this URL.
    pub(super) fn header(&self, url: &Url) -> Option<HeaderValue> {
        let jars = self.jars.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = url.origin();
        jars.iter().find(|(of, _)| *of == origin).and_then(|(_, jar)| jar.cookies(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_cookies_of_each_origin_apart_and_bounded() {
        let cookies = Cookies::default();
        let one = Url::parse("http://127.0.0.1:1/p").unwrap();
        let other = Url::parse("http://127.0.0.1:2/p").unwrap();
        let set = |value: &str| HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_str(value).unwrap())]);

        cookies.keep(&one, &set("a=1; Path=/"));
        cookies.keep(&one, &set("a=2; Path=/"));
        cookies.keep(&one, &set("b=3; Path=/elsewhere"));
        assert_eq!(cookies.header(&one), Some(HeaderValue::from_static("a=2")));
        assert_eq!(cookies.header(&other), None);

        cookies.keep(&one, &set(&format!("c={}; Path=/", "x".repeat(HEADER_LIMIT))));
        assert_eq!(cookies.header(&one), None);
    }
}
