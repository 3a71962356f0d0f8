//! `tidings watch`: each kind of line, exactly.
use crate::command::{Running, run, tidings};
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, Gate, SseServer, response};
use tidings_test_support::tls::{Authority, Identity};

/// A stream that stays open.
async fn stream(mut connection: Connection, body: &str) {
    connection.send(format!("{EVENT_STREAM}{body}")).await;
    connection.closed().await;
}

fn ndjson<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    ["watch", "--format", "ndjson", url].into_iter().chain(more.iter().copied()).collect()
}

/// Takes `retry_in_ms` out of an error's line and returns it.
#[track_caller]
fn without_wait(line: &str) -> (String, u64) {
    let (head, wait) = line.split_once(",\"retry_in_ms\":").unwrap_or_else(|| panic!("no error: {line}"));
    let wait = wait.strip_suffix("}\n").and_then(|wait| wait.parse().ok());
    (head.to_owned(), wait.unwrap_or_else(|| panic!("no whole number of milliseconds: {line}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_lines_of_json() {
    let body = ": hi\n\nretry: 100\n\ndata: one\n\nevent: note\nid: ü7\ndata: a\"b\\c\ndata:\td\n\ndata:\n\nid\n\ndata: last\n\n";
    let server = SseServer::start(move |connection| stream(connection, body)).await;
    let url = server.url("/a?b=\"#c");
    let feed = url.replace('"', "\\\"");
    let requested = server.url("/a?b=%22");
    assert_eq!(
        run(ndjson(&url, &["--max-events", "4"])).good(),
        format!(
            r#"{{"type":"open","feed":"{feed}","url":"{requested}","status":200}}
{{"type":"event","feed":"{feed}","event":"message","data":"one","id":""}}
{{"type":"event","feed":"{feed}","event":"note","data":"a\"b\\c\n\td","id":"ü7"}}
{{"type":"event","feed":"{feed}","event":"message","data":"","id":"ü7"}}
{{"type":"event","feed":"{feed}","event":"message","data":"last","id":""}}
"#
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_stream_is_resumed() {
    let server = SseServer::start(async |mut connection: Connection| match connection.request.number {
        0 => connection.send(format!("{EVENT_STREAM}retry: 150\nid: 7\ndata: one\n\n")).await,
        _ => stream(connection, "data: two\n\ndata: three\n\n").await,
    })
    .await;
    let url = server.url("/");
    let mut watch = Running::start(&mut tidings(ndjson(&url, &["--max-events", "2"])));
    assert_eq!(watch.line(), format!("{{\"type\":\"open\",\"feed\":\"{url}\",\"url\":\"{url}\",\"status\":200}}\n"));
    assert_eq!(
        watch.line(),
        format!("{{\"type\":\"event\",\"feed\":\"{url}\",\"event\":\"message\",\"data\":\"one\",\"id\":\"7\"}}\n")
    );
    let (error, wait) = without_wait(&watch.line());
    assert_eq!(error, format!("{{\"type\":\"error\",\"feed\":\"{url}\",\"message\":\"The server ended the stream.\""));
    assert_eq!(wait, 150, "a stream that ended cleanly after delivering waits the reconnection time and no more");
    assert_eq!(watch.line(), format!("{{\"type\":\"open\",\"feed\":\"{url}\",\"url\":\"{url}\",\"status\":200}}\n"));
    assert_eq!(
        watch.line(),
        format!("{{\"type\":\"event\",\"feed\":\"{url}\",\"event\":\"message\",\"data\":\"two\",\"id\":\"7\"}}\n")
    );
    assert_eq!(watch.end().good(), "");
    let requests = server.requests();
    assert_eq!(requests[0].header("last-event-id"), None);
    assert_eq!(requests[1].header("last-event-id").as_deref(), Some("7"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_cannot_be_made_is_an_error_and_tried_again() {
    let unused = tidings_test_support::process::free_port();
    let url = format!("http://127.0.0.1:{unused}/");
    let mut watch = Running::start(&mut tidings(ndjson(&url, &[])));
    let (error, wait) = without_wait(&watch.line());
    assert!(error.starts_with(&format!("{{\"type\":\"error\",\"feed\":\"{url}\",\"message\":\"")), "{error}");
    assert!(error.contains("refused"), "{error}");
    assert!(wait >= 3000, "never before the reconnection time: {wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_and_a_silent_end_are_errors_and_tried_again() {
    let server = SseServer::answering([
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 100\ndata: first\n\n",
        "",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: second\n\n",
    ])
    .await;
    let ran = run(ndjson(&server.url("/"), &["--max-events", "2"])).good();
    let mut lines = ran.lines();
    for (kind, what) in [
        ("open", "200"),
        ("event", "\"first\""),
        ("error", "The server ended the stream."),
        ("error", "closed the connection without an answer"),
        ("error", "something that is not HTTP"),
        ("open", "200"),
        ("event", "\"second\""),
    ] {
        let line = lines.next().unwrap_or_default();
        assert!(line.starts_with(&format!("{{\"type\":\"{kind}\"")) && line.contains(what), "{kind}: {line}");
    }
    assert_eq!(lines.next(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_browser_gives_up_ends_it() {
    for (answer, message) in [
        (response("500 Internal Server Error", "text/plain", "oops"), "The server answered 500 Internal Server Error."),
        (
            response("429 Too Many Requests", "text/plain", ""),
            "The server answered 429 Too Many Requests: it is asked too often.",
        ),
        (response("404 Not Found", "text/html", "<p>gone"), "The server answered 404 Not Found: check the address."),
        (
            response("401 Unauthorized", "text/plain", ""),
            "The server answered 401 Unauthorized: check the user name, password or token.",
        ),
        (
            "HTTP/1.1 204 No Content\r\n\r\n".into(),
            "The server answered 204 No Content, which means that there is nothing to follow any more.",
        ),
    ] {
        let answer: &'static str = answer.leak();
        let server = SseServer::answering([answer]).await;
        let url = server.url("/");
        let ran = run(ndjson(&url, &[]));
        let line = format!("{{\"type\":\"closed\",\"feed\":\"{url}\",\"message\":\"{message}\"}}\n");
        assert_eq!((ran.status, &*ran.stdout, &*ran.stderr), (1, &*line, ""));
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_no_stream() {
    let page = response("200 OK", "text/html; charset=utf-8", "<title>Log in</title>").leak();
    let server = SseServer::answering([page]).await;
    let ran = run(ndjson(&server.url("/"), &[]));
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.contains("HTML page") && ran.stdout.contains("Log in"), "{}", ran.stdout);
    assert_eq!(ran.stdout.lines().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn persisting_it_comes_back_from_all_but_204() {
    let server = SseServer::answering([
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 1000\ndata: x\n\n",
        "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 429 Slowly\r\nContent-Length: 0\r\nRetry-After: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
    ])
    .await;
    let ran = run(ndjson(&server.url("/"), &["--persist"]));
    let kinds: Vec<_> = ran.stdout.lines().map(|line| line.split('"').nth(3).expect("a type")).collect();
    assert_eq!(kinds, ["open", "event", "error", "error", "error", "closed"], "{}", ran.stdout);
    assert_eq!((ran.status, &*ran.stderr), (1, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn persisting_a_page_is_waited_out() {
    let page = response("200 OK", "text/html", "<title>Log in</title>").leak();
    let server = SseServer::answering([page]).await;
    let url = server.url("/");
    let mut watch = Running::start(&mut tidings(ndjson(&url, &["--persist"])));
    let (error, wait) = without_wait(&watch.line());
    assert!(error.starts_with("{\"type\":\"error\"") && error.contains("HTML page"), "{error}");
    assert!(wait >= 3000, "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_says_what_was_typed() {
    let server = SseServer::start(|connection| stream(connection, "data: x\n\n")).await;
    run(ndjson(
        &server.url("/path?q=1"),
        &[
            "--max-events",
            "1",
            "--last-event-id",
            "é 9",
            "--header",
            "X-One:  1 ",
            "--header",
            "X-Two: a",
            "--header",
            "X-Two: b:c",
        ],
    ))
    .good();
    let request = server.request(0).await;
    assert_eq!(request.target(), "/path?q=1");
    assert_eq!(request.values("last-event-id"), ["é 9".as_bytes()]);
    assert_eq!(request.header("accept").as_deref(), Some("text/event-stream"));
    assert_eq!(request.header("user-agent"), Some(format!("Tidings/{}", env!("CARGO_PKG_VERSION"))));
    assert_eq!(request.header("x-one").as_deref(), Some("1"));
    assert_eq!(request.values("x-two"), [b"a".as_slice(), b"b:c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_in_force_from_before_is_that_of_events_without_one() {
    let server = SseServer::start(|connection| stream(connection, "data: x\n\n")).await;
    let ran = run(ndjson(&server.url("/"), &["--max-events", "1", "--last-event-id", "-41"])).good();
    assert!(ran.ends_with("\"data\":\"x\",\"id\":\"-41\"}\n"), "{ran}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_cannot_be_sent_is_told_of() {
    let server = SseServer::start(|connection| stream(connection, "data: x\n\n")).await;
    let ran = run(ndjson(&server.url("/"), &["--max-events", "1", "--last-event-id", "a\u{1}b"]));
    assert_eq!(ran.status, 0);
    assert_eq!(
        ran.stderr,
        "tidings: The last event ID cannot be sent in a header, so the server is not told where to resume.\n"
    );
    assert_eq!(server.request(0).await.header("last-event-id"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_sent_and_never_printed() {
    let server = SseServer::start(async |mut connection: Connection| match connection.request.number {
        0 => connection.send(format!("{EVENT_STREAM}retry: 100\ndata: x\n\n")).await,
        _ => connection.send("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n").await,
    })
    .await;
    let bare = server.url("/");
    let given = bare.replace("http://", "http://user:s3cret@");
    let shown = bare.replace("http://", "http://user@");
    for format in ["ndjson", "text"] {
        let ran = run(["watch", "--format", format, &given]);
        assert_eq!((ran.status, &*ran.stderr), (1, ""));
        assert!(!ran.stdout.contains("s3cret"), "{}", ran.stdout);
        if format == "ndjson" {
            let open = ran.stdout.lines().next().expect("a line");
            let open: serde_json::Value = serde_json::from_str(open).unwrap_or_else(|_| panic!("{}", ran.stdout));
            assert_eq!(open["feed"], *shown);
        }
    }
    assert_eq!(server.request(0).await.header("authorization").as_deref(), Some("Basic dXNlcjpzM2NyZXQ="));
}

#[tokio::test(flavor = "multi_thread")]
async fn several_streams_are_counted_together_and_no_line_is_mixed() {
    let gate = Gate::new();
    let other = gate.clone();
    let first = SseServer::start(move |mut connection| {
        let gate = gate.clone();
        async move {
            connection.send(format!("{EVENT_STREAM}data: a1\n\n")).await;
            gate.pass().await;
            connection.send("data: a2\n\n").await;
            connection.closed().await;
        }
    })
    .await;
    let second = SseServer::start(|connection| stream(connection, "data: b1\n\n")).await;
    let (a, b) = (first.url("/"), second.url("/"));
    let mut watch = Running::start(&mut tidings(["watch", "--format", "ndjson", &a, &b, "--max-events", "3"]));
    let mut lines: Vec<_> = (0..4).map(|_| watch.line()).collect();
    lines.sort();
    other.open();
    lines.push(watch.line());
    let event = |feed, data| {
        format!("{{\"type\":\"event\",\"feed\":\"{feed}\",\"event\":\"message\",\"data\":\"{data}\",\"id\":\"\"}}\n")
    };
    let open = |url: &str| format!("{{\"type\":\"open\",\"feed\":\"{url}\",\"url\":\"{url}\",\"status\":200}}\n");
    let mut expected = vec![event(&a, "a1"), event(&b, "b1"), open(&a), open(&b)];
    expected.sort();
    expected.push(event(&a, "a2"));
    assert_eq!(lines, expected);
    assert_eq!(watch.end().good(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_the_last_of_several_streams_is_closed() {
    let gone = SseServer::answering(["HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"]).await;
    let stops = SseServer::answering([
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 100\ndata: x\n\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
    ])
    .await;
    let ran = run(["watch", "--format", "ndjson", &gone.url("/"), &stops.url("/")]);
    let closed = ran.stdout.lines().filter(|line| line.starts_with("{\"type\":\"closed\"")).count();
    assert_eq!((closed, ran.status), (2, 1), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_final_address_is_told_after_a_redirect() {
    let server = SseServer::start(async |mut connection: Connection| match connection.request.target() {
        "/old" => connection.send("HTTP/1.1 307 Moved\r\nLocation: /new?x=1#part\r\nContent-Length: 0\r\n\r\n").await,
        _ => stream(connection, "data: x\n\n").await,
    })
    .await;
    let (old, new) = (server.url("/old"), server.url("/new?x=1"));
    let ran = run(ndjson(&old, &["--max-events", "1"])).good();
    assert_eq!(
        ran.lines().next(),
        Some(&*format!("{{\"type\":\"open\",\"feed\":\"{old}\",\"url\":\"{new}\",\"status\":200}}"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_arrives_whole_and_in_order() {
    const EVENTS: usize = 20_000;
    let body =
        (0..EVENTS).map(|number| format!("id: {number}\ndata: {{\"n\":{number}}}\n\n")).collect::<Vec<_>>().concat();
    let body: &'static str = body.leak();
    let server = SseServer::start(move |connection| stream(connection, body)).await;
    let url = server.url("/");
    let ran = run(ndjson(&url, &["--max-events", &EVENTS.to_string()])).good();
    let mut lines = ran.lines().skip(1);
    for number in 0..EVENTS {
        let expected = format!(
            "{{\"type\":\"event\",\"feed\":\"{url}\",\"event\":\"message\",\"data\":\"{{\\\"n\\\":{number}}}\",\"id\":\"{number}\"}}"
        );
        assert_eq!(lines.next(), Some(&*expected));
    }
    assert_eq!(lines.next(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_checked_unless_told_otherwise() {
    let directory = tempfile::tempdir().expect("a directory");
    let authority = Authority::new("Test");
    let pem = authority.write_pem(directory.path());
    let trusted = SseServer::start_tls(authority.certify(&["127.0.0.1"]).server_config(&[]), |connection| {
        stream(connection, "data: x\n\n")
    })
    .await;
    let url = trusted.url("/");
    let mut watch = Running::start(&mut tidings(ndjson(&url, &[])));
    let line = watch.line();
    assert!(line.starts_with("{\"type\":\"error\"") && line.contains("authority that is not trusted"), "{line}");
    drop(watch);
    let good = format!("{{\"type\":\"open\",\"feed\":\"{url}\",\"url\":\"{url}\",\"status\":200}}");
    let ca = run(ndjson(&url, &["--max-events", "1", "--ca", pem.to_str().expect("UTF-8")])).good();
    assert_eq!(ca.lines().next(), Some(&*good));

    let own = Identity::self_signed(&["127.0.0.1"], false).server_config(&[]);
    let own = SseServer::start_tls(own, |connection| stream(connection, "data: x\n\n")).await;
    assert_eq!(run(ndjson(&own.url("/"), &["--max-events", "1", "--insecure"])).good().lines().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_used_when_it_is_named() {
    // What a proxy is asked for is a whole address.
    let proxy = SseServer::start(|connection| stream(connection, "data: by proxy\n\n")).await;
    let proxied = run(ndjson("http://feed.invalid/events", &["--max-events", "1", "--proxy", &proxy.url("")])).good();
    assert!(proxied.ends_with("\"data\":\"by proxy\",\"id\":\"\"}\n"), "{proxied}");
    assert_eq!(proxy.request(0).await.target(), "http://feed.invalid/events");
    let mut by_environment = tidings(ndjson("http://feed.invalid/events", &["--max-events", "1"]));
    Running::start(by_environment.env("http_proxy", proxy.url(""))).end().good();
}

/// Puts a placeholder where the time stands.
fn without_times(text: &str) -> String {
    text.lines()
        .map(|line| match line.as_bytes() {
            [b'0'..=b'2', b'0'..=b'9', b':', _, _, b':', ..] => format!("hh:mm:ss{}\n", &line[8..]),
            _ => format!("{line}\n"),
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_text() {
    let server = SseServer::start(async |mut connection: Connection| match connection.request.number {
        0 => {
            let body = "retry: 100\n\ndata: hello\n\nevent: note\ndata: first\ndata:\ndata: \u{1b}[31mthird\u{7}\n\nevent: very-long-type\ndata:\n\n";
            connection.send(format!("{EVENT_STREAM}{body}")).await;
        }
        _ => connection.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await,
    })
    .await;
    let url = server.url("/events");
    let ran = run(["watch", &url]);
    assert_eq!((ran.status, &*ran.stderr), (1, ""));
    let expected = format!(
        "hh:mm:ss  open        {url}
hh:mm:ss  message     hello
hh:mm:ss  note        first

                      ␛[31mthird␇
hh:mm:ss  very-long-type
hh:mm:ss  lost        The server ended the stream. Next try in 100 ms.
hh:mm:ss  closed      The server answered 404 Not Found: check the address.
"
    );
    assert_eq!(without_times(&ran.stdout), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_names_the_stream_when_it_changes() {
    let first = SseServer::answering(["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"]).await;
    let gate = Gate::new();
    let other = gate.clone();
    let second = SseServer::start(move |mut connection| {
        let gate = gate.clone();
        async move {
            gate.pass().await;
            connection.send(format!("{EVENT_STREAM}data: x\n\n")).await;
            connection.closed().await;
        }
    })
    .await;
    let (a, b) = (first.url("/"), second.url("/"));
    let mut watch = Running::start(&mut tidings(["watch", &a, &b, "--max-events", "1"]));
    let mut text = watch.line() + &watch.line();
    other.open();
    text += &watch.end().good();
    assert_eq!(
        without_times(&text),
        format!(
            "==> {a} <==
hh:mm:ss  closed      The server answered 404 Not Found: check the address.
==> {b} <==
hh:mm:ss  open        {b}
hh:mm:ss  message     x
"
        )
    );
}
