//! Settings of feeds: what is taken as it is, what is mended, and the sentence for what cannot work.
use rstest::rstest;
use tidings_engine::{FeedColor, FeedConfig, Header, ProxyChoice, RepeatRule, ResumeMode};

pub(crate) fn config(name: &str, url: &str) -> FeedConfig {
    serde_json::from_value(serde_json::json!({ "name": name, "url": url })).unwrap()
}

fn query(parameter: &str, path: Option<&str>) -> ResumeMode {
    ResumeMode::Query { parameter: parameter.to_owned(), path: path.map(str::to_owned), types: vec![] }
}

fn header(name: &str, value: &str) -> FeedConfig {
    let headers = vec![Header { name: name.to_owned(), value: value.to_owned() }];
    FeedConfig { headers, ..config("x", "http://a.example") }
}

#[rstest]
#[case("", "https://a.example/events", "a.example")]
#[case("  ", "http://localhost:8080/", "localhost:8080")]
#[case("", "http://[::1]:99/", "[::1]:99")]
#[case("  My\n feed ", "http://a.example", "My feed")]
fn names(#[case] name: &str, #[case] url: &str, #[case] expected: &str) {
    assert_eq!(config(name, url).checked().unwrap().name, expected);
}

#[rstest]
#[case::missing(config("x", " "), "The address is missing: enter the URL of an event stream.")]
#[case::relative(config("x", "a.example/events"), "The address has to begin with http:// or https://.")]
#[case::scheme(
    config("x", "ftp://a.example"),
    "Tidings follows http and https addresses; this one begins with “ftp:”."
)]
#[case::host(config("x", "http://"), "The address is not a URL (empty host): check it for typing mistakes.")]
#[case::port(
    config("x", "http://a:99999/"),
    "The address is not a URL (invalid port number): check it for typing mistakes."
)]
#[case::header_name(header("a b", "c"), "“a b” cannot be a header's name: use letters, digits and hyphens.")]
#[case::header_without_name(header(" ", "c"), "A header has no name: give it one, or remove it.")]
#[case::header_value(
    header("Authorization", "se\ncret"),
    "The value of the header “authorization” has a line break or another control character: remove it."
)]
#[case::proxy(
    FeedConfig { proxy: ProxyChoice::Url("a.example:80".to_owned()), ..config("x", "http://a.example") },
    "The proxy address has to begin with http://, https://, socks5:// or socks5h://."
)]
#[case::parameter(
    FeedConfig { resume: query("", None), ..config("x", "http://a.example") },
    "To resume by a query parameter, name the parameter."
)]
#[case::resume_path(
    FeedConfig { resume: query("since", Some("a..b")), ..config("x", "http://a.example") },
    "“a..b” is no path to a value in JSON data: write a name (id), names with dots (meta.id) or a JSON Pointer (/meta/id)."
)]
#[case::key_path(
    FeedConfig { repeats: RepeatRule::Key { path: "*".to_owned() }, ..config("x", "http://a.example") },
    "“*” is no path to a value in JSON data: write a name (id), names with dots (meta.id) or a JSON Pointer (/meta/id)."
)]
#[case::event_limit(
    FeedConfig { event_limit: Some(10), ..config("x", "http://a.example") },
    "The event size limit has to be between 1 KiB and 256 MiB."
)]
#[case::idle_limit(
    FeedConfig { idle_limit: Some(0), ..config("x", "http://a.example") },
    "The idle limit has to be at least one second."
)]
#[case::long_folder(
    FeedConfig { folder: "x".repeat(201), ..config("x", "http://a.example") },
    "The folder's name is longer than 200 characters: shorten it."
)]
#[case::long_icon(
    FeedConfig { icon: "abc".to_owned(), ..config("x", "http://a.example") },
    "The icon has to be one or two letters, or an emoji: shorten it."
)]
#[case::long_name(config(&"x".repeat(201), "http://a.example"), "The name is longer than 200 characters: shorten it.")]
fn faults(#[case] config: FeedConfig, #[case] sentence: &str) {
    match config.checked() {
        Err(fault) => assert_eq!(fault.to_string(), sentence),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_works_is_kept() {
    let config = FeedConfig {
        headers: vec![Header { name: "X-Key".to_owned(), value: "é and spaces".to_owned() }],
        proxy: ProxyChoice::Url("socks5://localhost:1080".to_owned()),
        resume: query("since", Some("$.id")),
        repeats: RepeatRule::Key { path: "/meta/id".to_owned() },
        folder: "Work, elsewhere".to_owned(),
        color: Some(FeedColor::Teal),
        icon: "🏭".to_owned(),
        event_limit: Some(1024),
        idle_limit: Some(1),
        ..config("x", "https://user:pass@a.example/b?c=d#e")
    };
    assert_eq!(config.clone().checked().unwrap(), config);
}
