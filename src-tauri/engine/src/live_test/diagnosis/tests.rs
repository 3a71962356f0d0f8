//! Each of the usual mistakes, told from what is observed of it.
use super::*;
use http::HeaderValue;

fn observed(asked: &str) -> Observed {
    let asked = Url::parse(asked).expect(asked);
    let requests = vec![asked.clone()];
    Observed { requests, over: true, ..Observed::new(asked, HeaderMap::new(), 1_800_000_000) }
}

fn answer(status: u16, headers: &[(&'static str, &str)]) -> Answer {
    let headers = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header's value")));
    Answer { status, protocol: "HTTP/1.1", headers: headers.collect(), from: None }
}

/// Answered with this status.
fn status(asked: &str, status: u16, headers: &[(&'static str, &str)], body: &str) -> Observed {
    let failure = Failure::Status { status, reason: String::new(), retry_after: None };
    let answers = vec![answer(status, headers)];
    Observed { answers, failure: Some(failure), body: body.into(), ..observed(asked) }
}

/// Answered with a document.
fn document(asked: &str, content_type: &str, body: &str) -> Observed {
    let failure = Failure::NotAnEventStream { content_type: Some(content_type.into()), excerpt: body.into() };
    let answers = vec![answer(200, &[("content-type", content_type)])];
    Observed { answers, failure: Some(failure), body: body.into(), ..observed(asked) }
}

/// A stream of which these came: milliseconds after the head, frames.
fn stream(arrivals: &[(u64, u32)]) -> Observed {
    let opened = Duration::from_millis(50);
    let arrivals =
        arrivals.iter().map(|&(after, frames)| Arrival { at: opened + Duration::from_millis(after), frames });
    let answers = vec![answer(200, &[("content-type", "text/event-stream")])];
    Observed { answers, opened: Some(opened), arrivals: arrivals.collect(), ..observed("http://h/events") }
}

fn failed(asked: &str, failure: Failure) -> Observed {
    Observed { failure: Some(failure), ..observed(asked) }
}

fn credentials(status: u16, wanted: Option<&str>, given: bool) -> Mistake {
    Mistake::Credentials { status, wanted: wanted.map(str::to_owned), given }
}

#[track_caller]
fn check(observed: &Observed, expected: &[(Mistake, Option<&str>)]) {
    let findings = diagnose(observed);
    let found: Vec<_> = findings.iter().map(|found| (found.what.clone(), found.proposal.as_deref())).collect();
    assert_eq!(found, expected, "{}", observed.asked);
    for finding in findings {
        assert!(finding.message.ends_with('.'), "no sentence: {finding:?}");
    }
}

#[test]
fn the_wrong_scheme_is_noticed() {
    let address = || "h:8080".to_owned();
    let not_tls = || Failure::Tls { problem: TlsProblem::NotTls { host: "h".into() }, certificate: None };
    check(
        &failed("http://h:8080/e?a=1", Failure::Dropped { address: address() }),
        &[(Mistake::WantsTls, Some("https://h:8080/e?a=1"))],
    );
    check(&failed("http://h/e", Failure::NotHttp { address: address() }), &[(Mistake::WantsTls, Some("https://h/e"))]);
    check(
        &status("http://h:8443/e", 400, &[], "<h1>400</h1>The plain HTTP request was sent to HTTPS port"),
        &[(Mistake::WantsTls, Some("https://h:8443/e"))],
    );
    check(&failed("https://h:8080/e", not_tls()), &[(Mistake::HasNoTls, Some("http://h:8080/e"))]);
    check(&failed("https://h/e", not_tls()), &[(Mistake::HasNoTls, Some("http://h/e"))]);
}

#[test]
fn a_page_is_called_that_and_what_it_names_is_proposed() {
    check(
        &document("https://h/", "text/html; charset=utf-8", "<html><title>Log in &amp; go</title>"),
        &[(Mistake::HtmlPage { title: "Log in & go".into() }, None)],
    );
    check(
        &document(
            "https://h/a/b",
            "text/html",
            "<LINK rel=alternate type='text/event-stream' title=\"x > y\" href=\"../events?a=1&amp;b=2\">",
        ),
        // A tag ends at its first `>`: what is written so is not found, and nothing breaks.
        &[(Mistake::HtmlPage { title: String::new() }, None)],
    );
    check(
        &document(
            "https://h/a/b",
            "text/html",
            "<link rel=icon href=x><LINK rel=alternate type='text/event-stream' href=\"../events?a=1&amp;b=2\">",
        ),
        &[(Mistake::Linked, Some("https://h/events?a=1&b=2"))],
    );
    check(
        &document("https://h/", "text/html", "<link type=text/event-stream href=javascript:alert(1)>"),
        &[(Mistake::HtmlPage { title: String::new() }, None)],
    );
    let mut hub = document("https://h/books/1", "application/ld+json", "{}");
    hub.answers = vec![answer(
        200,
        &[
            ("content-type", "application/ld+json"),
            ("link", "</books/1.jsonld>; rel=\"self\", <https://hub.example/.well-known/mercure>; rel=\"mercure\""),
        ],
    )];
    check(
        &hub,
        &[(Mistake::Linked, Some("https://hub.example/.well-known/mercure?topic=https%3A%2F%2Fh%2Fbooks%2F1.jsonld"))],
    );
}

#[test]
fn what_is_made_to_be_polled_is_called_that() {
    for content_type in ["application/json", "application/hal+json; charset=utf-8", "application/x-ndjson"] {
        check(&document("https://h/api", content_type, "{}"), &[(Mistake::Json, None)]);
    }
    check(&document("https://h/api", "text/plain", " [1]"), &[(Mistake::Json, None)]);
    check(
        &document("http://db:5984/shop/_changes?feed=continuous&since=now", "application/json", "{}"),
        &[(Mistake::CouchChanges, Some("http://db:5984/shop/_changes?since=now&feed=eventsource"))],
    );
}

#[test]
fn an_ntfy_topic_leads_to_its_stream() {
    let page = "<!doctype html><title>ntfy web</title>";
    for (asked, content_type, body, proposal) in [
        ("https://ntfy.sh/builds", "text/html", page, "https://ntfy.sh/builds/sse"),
        (
            "https://push.example/builds,alerts?since=all",
            "text/html",
            page,
            "https://push.example/builds,alerts/sse?since=all",
        ),
        ("https://push.example/builds/json", "application/x-ndjson", "", "https://push.example/builds/sse"),
        ("https://ntfy.example/builds/raw", "text/plain", "", "https://ntfy.example/builds/sse"),
    ] {
        check(&document(asked, content_type, body), &[(Mistake::NtfyTopic, Some(proposal))]);
    }
    check(
        &document("https://push.example/not.a.topic", "text/html", page),
        &[(Mistake::HtmlPage { title: "ntfy web".into() }, None)],
    );
}

#[test]
fn a_mastodon_server_leads_to_its_streaming_host() {
    let mut observed = status("https://social.example/api/v1/streaming/user?x=1", 404, &[], "");
    assert!(looks_like_mastodon(&observed));
    observed.streaming = Url::parse("https://streaming.social.example/api/v1/streaming/user?x=1").ok();
    check(
        &observed,
        &[
            (
                Mistake::MastodonStreaming { host: "streaming.social.example".into() },
                Some("https://streaming.social.example/api/v1/streaming/user?x=1"),
            ),
            (Mistake::NotFound, None),
        ],
    );
    observed.streaming = None;
    check(&observed, &[(Mistake::NotFound, None)]);
    assert!(!looks_like_mastodon(&status("https://h/api/v1/streaming/user", 401, &[], "")));
    assert!(!looks_like_mastodon(&status("https://h/elsewhere", 404, &[], "")));
}

#[test]
fn a_status_says_what_is_wanted() {
    let basic = &[("www-authenticate", "Basic realm=\"x\", charset=\"UTF-8\"")];
    check(&status("https://h/", 401, basic, ""), &[(credentials(401, Some("Basic"), false), None)]);
    check(&status("https://anna:x@h/", 401, basic, ""), &[(credentials(401, Some("Basic"), true), None)]);
    check(&status("https://h/", 401, &[], ""), &[(credentials(401, None, false), None)]);
    check(&status("https://h/", 403, &[], ""), &[(credentials(403, None, false), None)]);
    check(
        &status("https://h/", 401, &[("www-authenticate", "Be\"arer")], ""),
        &[(credentials(401, None, false), None)],
    );
    let mut with_token = status("https://h/", 401, &[("www-authenticate", "Bearer")], "");
    with_token.headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Bearer x"));
    check(&with_token, &[(credentials(401, Some("Bearer"), true), None)]);
    let proxied = Observed { relay: Some("proxy:3128".into()), ..status("http://h/", 401, &[], "") };
    check(&proxied, &[(Mistake::CredentialsOfEither { status: 401 }, None)]);
    for (code, expected) in [
        (204, Mistake::Stop),
        (404, Mistake::NotFound),
        (410, Mistake::NotFound),
        (405, Mistake::WrongMethod),
        (406, Mistake::WrongAccept),
        (407, Mistake::ProxyCredentials),
        (503, Mistake::Refused { status: 503, words: String::new() }),
    ] {
        check(&status("https://h/", code, &[], ""), &[(expected, None)]);
    }
    check(
        &status("https://h/", 400, &[], "Missing \"topic\"\n parameter."),
        &[(Mistake::Refused { status: 400, words: "Missing \"topic\" parameter.".into() }, None)],
    );
}

#[test]
fn a_header_that_asks_for_something_else_is_noticed() {
    let mut observed = document("https://h/", "application/json", "{}");
    observed.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    check(&observed, &[(Mistake::WrongAccept, None)]);
}

#[test]
fn a_stream_that_is_held_back_is_noticed() {
    check(&stream(&[(4_000, 3)]), &[(Mistake::Buffered { held: 4_000 }, None)]);
    check(&stream(&[(4_000, 1), (4_010, 1), (4_020, 1)]), &[(Mistake::Buffered { held: 4_000 }, None)]);
    check(&stream(&[(4_000, 1), (5_000, 5)]), &[]);
    check(&stream(&[(0, 1), (4_000, 9)]), &[]);
    check(&stream(&[(1_500, 9)]), &[]);
}

#[test]
fn silence_and_an_end_are_no_failures() {
    check(&stream(&[]), &[(Mistake::NothingYet, None)]);
    check(&observed("http://h/"), &[(Mistake::TookTooLong, None)]);
    check(&Observed { connected: true, ..observed("https://h/") }, &[(Mistake::NoAnswerYet, None)]);
    let ended = Some(Failure::Ended { delivered: true });
    check(&Observed { failure: ended.clone(), ..stream(&[(0, 1)]) }, &[(Mistake::Ended { delivered: true }, None)]);
    check(&Observed { failure: ended, ..stream(&[]) }, &[(Mistake::Ended { delivered: false }, None)]);
}

#[test]
fn a_permanent_redirect_is_proposed_once_it_is_known_to_work() {
    let mut observed = stream(&[(0, 1)]);
    observed.asked = Url::parse("http://anna:x@h/events").expect("a URL");
    observed.requests = vec![observed.asked.clone(), Url::parse("https://h/events").expect("a URL")];
    observed.answers.insert(0, answer(301, &[]));
    check(&observed, &[(Mistake::Moved, Some("https://anna:x@h/events"))]);
    observed.answers[0].status = 307;
    check(&observed, &[]);
}

#[test]
fn a_certificate_that_ends_soon_is_noticed() {
    let end_in = |days: i64| Observed {
        certificate: Some(Certificate {
            names: vec![],
            issuer: String::new(),
            not_after: 1_800_000_000 + days * 86_400 + 60,
        }),
        ..stream(&[(0, 1)])
    };
    check(&end_in(13), &[(Mistake::CertificateEnds { days: 13 }, None)]);
    check(&end_in(14), &[]);
}
