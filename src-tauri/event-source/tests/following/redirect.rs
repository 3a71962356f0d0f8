//! Redirects: where they lead, what travels along, and how they fail.
use crate::{IMPATIENT, end, follow, follow_request, next_lines, opened_url, with_headers};
use tidings_event_source::{Layer, Policy, QueryCredential};
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, Received, SseServer};

/// A server that answers `/redirect/CODE?to=LOCATION`, and any other path with an open stream.
async fn server() -> SseServer {
    SseServer::start(|mut connection: Connection| async move {
        let target = connection.request.target().to_owned();
        match target.strip_prefix("/redirect/").and_then(|rest| rest.split_once("?to=")) {
            Some((code, location)) => {
                connection
                    .send(format!("HTTP/1.1 {code} Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"))
                    .await;
            }
            None => connection.send(EVENT_STREAM).await,
        }
        connection.closed().await;
    })
    .await
}

#[tokio::test]
async fn follows_each_code_relative_or_absolute() {
    let server = server().await;
    for code in [301, 302, 303, 307, 308] {
        for location in ["/there?x=1", &server.url("/there?x=1"), "../there?x=1#part", "//HOST/there?x=1"] {
            let location = location.replace("HOST", &server.address().to_string());
            let mut source = follow(&server.url(&format!("/redirect/{code}?to={location}")), Policy::BROWSER);
            assert_eq!(opened_url(&mut source).await, server.url("/there?x=1"), "{code} {location}");
        }
    }
    assert!(server.requests().iter().all(|request| request.head.starts_with(b"GET ")));
    let last = server.requests().pop().unwrap();
    assert_eq!(last.header("accept").as_deref(), Some("text/event-stream"));
}

#[tokio::test]
async fn the_next_connection_asks_the_own_url_again() {
    let server = SseServer::start(|mut connection: Connection| async move {
        connection
            .send(match connection.request.target() {
                "/" => "HTTP/1.1 301 Moved Permanently\r\nLocation: /there\r\n\r\n",
                _ => "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: 1\ndata: x\n\n",
            })
            .await;
    })
    .await;
    let mut source = follow(&server.url("/"), IMPATIENT);
    let lines = next_lines(&mut source, 6).await;
    assert_eq!(lines[4..], ["connecting 1 from #1", "open 200"]);
    let requests = server.requests();
    let targets: Vec<_> = requests.iter().map(Received::target).collect();
    assert_eq!(targets, ["/", "/there", "/", "/there"]);
    assert_eq!(requests[3].header("last-event-id").as_deref(), Some("1"));
}

#[tokio::test]
async fn credentials_stay_with_their_origin() {
    let (own, other) = (server().await, server().await);
    let headers = [("authorization", "Bearer t"), ("cookie", "mine=1"), ("x-token", "1")];

    // A redirect within the origin keeps them, one to another origin does not, …
    let mut source = follow_request(with_headers(&own.url("/redirect/307?to=/there"), &headers), Policy::BROWSER);
    opened_url(&mut source).await;
    let there = own.request(1).await;
    let away = own.url(&format!("/redirect/307?to={}", other.url("/there")));
    let mut source = follow_request(with_headers(&away, &headers), Policy::BROWSER);
    assert_eq!(opened_url(&mut source).await, other.url("/there"));
    let elsewhere = other.request(0).await;
    for (name, value) in headers {
        assert_eq!(there.header(name).as_deref(), Some(value), "{name}");
        assert_eq!(elsewhere.header(name), None, "{name}");
    }
    assert_eq!(elsewhere.header("accept").as_deref(), Some("text/event-stream"));

    // … unless the feed says so.
    let mut request = with_headers(&away, &headers);
    request.credentials_follow_redirects = true;
    let mut source = follow_request(request, Policy::BROWSER);
    opened_url(&mut source).await;
    let trusted = other.request(1).await;
    for (name, value) in headers {
        assert_eq!(trusted.header(name).as_deref(), Some(value), "{name}");
    }
}

#[tokio::test]
async fn credentials_of_the_url_stay_with_their_origin_too() {
    let (own, other) = (server().await, server().await);
    let with_password = |url: String| url.replacen("http://", "http://anna:secret@", 1);
    let mut source = follow(&with_password(own.url("/redirect/302?to=/there")), Policy::BROWSER);
    assert_eq!(opened_url(&mut source).await, own.url("/there"));
    assert_eq!(own.request(1).await.header("authorization").as_deref(), Some("Basic YW5uYTpzZWNyZXQ="));

    let away = own.url(&format!("/redirect/302?to={}", other.url("/there")));
    let mut source = follow(&with_password(away), Policy::BROWSER);
    opened_url(&mut source).await;
    assert_eq!(other.request(0).await.header("authorization"), None);
}

#[tokio::test]
async fn cookies_stay_with_their_origin() {
    let other = server().await;
    let location = other.url("/there");
    let own = SseServer::start(move |mut connection: Connection| {
        let location = location.clone();
        async move {
            let head = format!("HTTP/1.1 302 Found\r\nSet-Cookie: a=1; Path=/\r\nLocation: {location}\r\n\r\n");
            connection.send(head).await;
        }
    })
    .await;
    let mut source = follow(&own.url("/"), Policy::BROWSER);
    opened_url(&mut source).await;
    source.reconnect_now();
    opened_url(&mut source).await;
    assert_eq!(own.request(1).await.header("cookie").as_deref(), Some("a=1"));
    assert_eq!(other.request(0).await.header("cookie"), None);
    assert_eq!(other.request(1).await.header("cookie"), None);
}

#[tokio::test]
async fn a_redirect_that_leads_nowhere_fails_the_connection() {
    let table = [
        ("HTTP/1.1 302 Found\r\n\r\n", "it names no address"),
        ("HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/\r\n\r\n", "what it names is not an http or https address"),
        ("HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n", "what it names is not an http or https address"),
        ("HTTP/1.1 302 Found\r\nLocation: /again\r\n\r\n", "it does not come to an end after 20 steps"),
    ];
    for (answer, problem) in table {
        let server = SseServer::answering([answer]).await;
        let mut source = follow(&server.url("/"), Policy::BROWSER);
        let end = end(&mut source).await;
        assert_eq!(end.retry_in, None, "{answer}");
        assert_eq!(end.layer, Layer::HttpStatus);
        assert_eq!(end.message, format!("The server's redirect leads nowhere: {problem}."));
        let expected = if answer.contains("again") { 21 } else { 1 };
        assert_eq!(server.requests().len(), expected);
    }
}

#[tokio::test]
async fn twenty_redirects_are_followed() {
    let server = SseServer::start(|mut connection: Connection| async move {
        let number = connection.request.number;
        if number < 20 {
            connection.send(format!("HTTP/1.1 302 Found\r\nLocation: /{number}\r\n\r\n")).await;
        } else {
            connection.send(EVENT_STREAM).await;
        }
    })
    .await;
    let mut source = follow(&server.url("/"), Policy::BROWSER);
    assert_eq!(opened_url(&mut source).await, server.url("/19"));
}

/// A secret in the query is sent with each request to its own origin, and shown nowhere.
#[tokio::test]
async fn a_credential_in_the_query_stays_with_its_origin() {
    let other = server().await;
    let elsewhere = other.url("/there?x=1");
    let own = SseServer::start(move |mut connection: Connection| {
        let location = match connection.request.target().split('?').next() {
            Some("/within") => "/there?x=1".to_owned(),
            Some("/away") => elsewhere.clone(),
            _ => String::new(),
        };
        async move {
            let redirect = format!("HTTP/1.1 307 Elsewhere\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
            connection.send(if location.is_empty() { EVENT_STREAM.to_owned() } else { redirect }).await;
            connection.closed().await;
        }
    })
    .await;
    let mut opened = Vec::new();
    for path in ["/within", "/away?a=1"] {
        let mut request = with_headers(&own.url(path), &[]);
        request.query_credential = Some(QueryCredential { name: "k".into(), value: "s&cret".into() });
        assert!(!format!("{request:?}").contains("cret"));
        opened.push(opened_url(&mut follow_request(request, Policy::BROWSER)).await);
    }
    assert_eq!(opened, [own.url("/there?x=1"), other.url("/there?x=1")]);
    let requests = own.requests();
    let targets: Vec<_> = requests.iter().map(Received::target).collect();
    assert_eq!(targets, ["/within?k=s%26cret", "/there?x=1&k=s%26cret", "/away?a=1&k=s%26cret"]);
    assert_eq!(other.request(0).await.target(), "/there?x=1");
}
