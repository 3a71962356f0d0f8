//! The cookies that servers give one source, kept while it lives.
//!
//! Deliberately not here: cookies on disk, and cookies that the user gives (they are a header of the request).
use reqwest::cookie::{CookieStore as _, Jar};
use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use std::sync::{Mutex, PoisonError};
use url::{Origin, Url};

/// Past this size of the `Cookie` header, in bytes, the cookies of an origin are forgotten. Servers would refuse it.
const HEADER_LIMIT: usize = 8 * 1024;

/// Once an origin has set so many bytes of cookies, those are kept that go with the present request, and no others: some are
/// over, and one that invents a new name or path each time would fill the memory.
const SET_LIMIT: usize = 64 * 1024;

/// The cookies of so many origins are kept; a redirect may lead to a new one each time.
const ORIGINS: usize = 32;

/// One jar for each origin, the origins that were met last. Cookies as such know no ports; but what one server of a computer
/// sets is nothing to tell another one that it redirects to.
#[derive(Debug, Default)]
pub(super) struct Cookies {
    jars: Mutex<Vec<OfOrigin>>,
}

#[derive(Debug)]
struct OfOrigin {
    origin: Origin,
    jar: Jar,
    /// How many bytes were set since the jar was new.
    set: usize,
}

impl OfOrigin {
    const fn new(origin: Origin, jar: Jar) -> Self {
        Self { origin, jar, set: 0 }
    }
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
        let mut of = match jars.iter().position(|of| of.origin == origin) {
            Some(at) => jars.remove(at),
            None => OfOrigin::new(origin, Jar::default()),
        };
        of.set += headers.get_all(SET_COOKIE).iter().map(HeaderValue::len).sum::<usize>();
        of.jar.set_cookies(&mut set, url);
        let header = of.jar.cookies(url);
        if header.as_ref().is_some_and(|header| header.len() > HEADER_LIMIT) {
            of = OfOrigin::new(of.origin, Jar::default());
        } else if of.set > SET_LIMIT {
            of = OfOrigin::new(of.origin, only(header.as_ref(), url));
        }
        if jars.len() == ORIGINS {
            jars.remove(0);
        }
        jars.push(of);
    }

    /// The `Cookie` header for a request to this URL.
    pub(super) fn header(&self, url: &Url) -> Option<HeaderValue> {
        let jars = self.jars.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = url.origin();
        jars.iter().find(|of| of.origin == origin).and_then(|of| of.jar.cookies(url))
    }
}

/// A jar with the cookies of a `Cookie` header, for the whole origin.
fn only(header: Option<&HeaderValue>, url: &Url) -> Jar {
    let jar = Jar::default();
    let pairs = header.and_then(|header| header.to_str().ok()).unwrap_or_default();
    for pair in pairs.split("; ").filter(|pair| !pair.is_empty()) {
        jar.add_cookie_str(&format!("{pair}; Path=/"), url);
    }
    jar
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

        // What no request takes along is not kept for ever, and what each takes is not lost with it.
        cookies.keep(&one, &set("session=1; Path=/"));
        for number in 0..100 {
            cookies.keep(&one, &set(&format!("c{number}={}; Path=/never", "x".repeat(1000))));
        }
        let jars = cookies.jars.lock().unwrap();
        assert!(
            jars[0].set < SET_LIMIT && jars[0].jar.cookies(&one.join("/never/").unwrap()).unwrap().len() < SET_LIMIT
        );
        drop(jars);
        assert_eq!(cookies.header(&one), Some(HeaderValue::from_static("session=1")));

        for port in 1000..1100 {
            cookies.keep(&Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap(), &set("a=1"));
        }
        assert_eq!(cookies.jars.lock().unwrap().len(), ORIGINS);
    }
}
