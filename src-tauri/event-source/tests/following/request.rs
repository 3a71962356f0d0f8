//! What is asked, header by header.
use crate::{IMPATIENT, direct, follow_request, get, next, next_lines, opened_url, with_headers};
use tidings_event_source::{EventSource, Policy, Resume};
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

const ONE_EVENT: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: 7\ndata: x\n\n";

#[tokio::test]
async fn asks_as_the_standard_says() {
    let server = SseServer::answering([EVENT_STREAM]).await;
    let mut source = follow_request(get(&server.url("/path?a=%20b&c#fragment")), Policy::BROWSER);
    assert_eq!(opened_url(&mut source).await, server.url("/path?a=%20b&c"));

    let request = server.request(0).await;
    assert!(request.head.starts_with(b"GET /path?a=%20b&c HTTP/1.1\r\n"));
    let table = [
        ("accept", Some("text/event-stream")),
        ("cache-control", Some("no-cache")),
        ("accept-encoding", Some("identity")),
        ("user-agent", Some("Tidings/0")),
        ("host", Some(&server.address().to_string()[..])),
        ("last-event-id", None),
        ("authorization", None),
        ("cookie", None),
        ("referer", None),
    ];
    for (name, value) in table {
        assert_eq!(request.header(name).as_deref(), value, "{name}");
    }
}

#[tokio::test]
async fn the_users_headers_replace_ours_of_the_same_name() {
    let server = SseServer::answering([EVENT_STREAM]).await;
    let headers = [
        ("accept", "text/event-stream, */*"),
        ("user-agent", "mine"),
        ("authorization", "Bearer t"),
        ("x-token", "1"),
        ("x-token", "2"),
    ];
    let url = server.url("/").replace("http://", "http://anna:secret@");
    let mut source = follow_request(with_headers(&url, &headers), Policy::BROWSER);
    assert_eq!(opened_url(&mut source).await, server.url("/"));

    let request = server.request(0).await;
    assert_eq!(request.header("accept").as_deref(), Some("text/event-stream, */*"));
    assert_eq!(request.header("user-agent").as_deref(), Some("mine"));
    assert_eq!(request.header("authorization").as_deref(), Some("Bearer t"));
    assert_eq!(request.values("x-token"), [b"1", b"2"]);
}

#[tokio::test]
async fn user_and_password_of_the_url_become_basic_credentials() {
    let server = SseServer::answering([EVENT_STREAM]).await;
    let url = server.url("/").replace("http://", "http://anna:s%3Acr%C3%A9t@");
    let mut source = follow_request(get(&url), Policy::BROWSER);
    assert_eq!(opened_url(&mut source).await, server.url("/"));
    // "anna:s:crét"
    assert_eq!(server.request(0).await.header("authorization").as_deref(), Some("Basic YW5uYTpzOmNyw6l0"));
}

#[tokio::test]
async fn the_last_event_id_travels_as_raw_utf8() {
    let server = SseServer::answering([EVENT_STREAM]).await;
    let mut source = EventSource::new(direct(), get(&server.url("/")), Policy::BROWSER, "é…日 1", 1024);
    assert_eq!(next(&mut source).await, "connecting 1 from #é…日 1");
    assert_eq!(next(&mut source).await, "open 200");
    assert_eq!(server.request(0).await.values("last-event-id"), ["é…日 1".as_bytes()]);
}

#[tokio::test]
async fn an_id_that_cannot_travel_is_left_out_and_kept() {
    let server = SseServer::answering([EVENT_STREAM, ONE_EVENT]).await;
    let mut source = EventSource::new(direct(), get(&server.url("/")), IMPATIENT, "a\u{1}b", 1024);
    assert_eq!(next_lines(&mut source, 3).await, ["connecting 1 (ID left out)", "open 200", "lost closed-by-server"]);
    assert_eq!(server.request(0).await.header("last-event-id"), None);
    assert_eq!(source.last_event_id(), "a\u{1}b");
    assert_eq!(
        next_lines(&mut source, 4).await,
        ["connecting 1 (ID left out)", "open 200", "message “x” #7", "lost closed-by-server (polling)"]
    );
    assert_eq!(next(&mut source).await, "connecting 1 from #7");
}

#[tokio::test]
async fn an_id_survives_a_reconnection_and_an_empty_one_is_not_sent() {
    let server = SseServer::answering([
        ONE_EVENT,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: y\n\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid\ndata: z\n\n",
        EVENT_STREAM,
    ])
    .await;
    let mut source = follow_request(get(&server.url("/")), IMPATIENT);
    let lines = next_lines(&mut source, 12).await;
    assert_eq!(lines[2], "message “x” #7");
    assert_eq!(lines[4], "connecting 1 from #7");
    assert_eq!(lines[6], "message “y” #7");
    assert_eq!(lines[10], "message “z”");
    assert_eq!(next(&mut source).await, "connecting 1");
    assert_eq!(next(&mut source).await, "open 200");
    let sent: Vec<_> = server.requests().iter().map(|request| request.header("last-event-id")).collect();
    assert_eq!(sent, [None, Some("7".into()), Some("7".into()), None]);
}

#[tokio::test]
async fn resumes_by_a_query_parameter() {
    let server = SseServer::answering([ONE_EVENT]).await;
    let mut request = get(&server.url("/t?since=all&poll=0"));
    request.resume = Resume::Query("since".into());
    let mut source = follow_request(request, IMPATIENT);
    next_lines(&mut source, 4).await;
    assert_eq!(next(&mut source).await, "connecting 1 from #7");
    next_lines(&mut source, 3).await;
    source.set_resume_token("a b");
    assert_eq!(next(&mut source).await, "connecting 1 from #a b");
    assert_eq!(next(&mut source).await, "open 200");
    let targets: Vec<_> = server.requests().iter().map(|request| request.target().to_owned()).collect();
    assert_eq!(targets, ["/t?since=all&poll=0", "/t?poll=0&since=7", "/t?poll=0&since=a+b"]);
    assert!(server.requests().iter().all(|request| request.header("last-event-id").is_none()));
}

#[tokio::test]
async fn resumes_from_nothing_when_told_so() {
    let server = SseServer::answering([ONE_EVENT]).await;
    let mut request = get(&server.url("/"));
    request.resume = Resume::Nothing;
    let mut source = follow_request(request, IMPATIENT);
    next_lines(&mut source, 4).await;
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
    assert_eq!(server.request(1).await.header("last-event-id"), None);
}

#[tokio::test]
async fn cookies_are_kept_while_the_source_lives() {
    let server = SseServer::answering([
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie: a=1; Path=/; HttpOnly\r\nSet-Cookie: b=2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie: a=3; Path=/\r\n\r\n",
    ])
    .await;
    let mut source = follow_request(get(&server.url("/events")), IMPATIENT);
    next_lines(&mut source, 8).await;
    let mut sent: Vec<_> =
        server.requests().iter().map(|request| request.header("cookie").unwrap_or_default()).collect();
    for cookies in &mut sent {
        let mut pairs: Vec<_> = cookies.split("; ").collect();
        pairs.sort_unstable();
        *cookies = pairs.join("; ");
    }
    assert_eq!(sent, ["", "a=1; b=2", "a=3; b=2"][..sent.len()]);
    assert!(sent.len() >= 2);

    // Another source starts with an empty jar, and one whose user gives cookies sends those.
    let mut other = follow_request(with_headers(&server.url("/other"), &[("cookie", "mine=1")]), IMPATIENT);
    next_lines(&mut other, 5).await;
    let cookies: Vec<_> = server
        .requests()
        .iter()
        .filter(|request| request.target() == "/other")
        .map(|request| request.header("cookie"))
        .collect();
    assert!(cookies.iter().all(|cookie| cookie.as_deref() == Some("mine=1")), "{cookies:?}");
}
