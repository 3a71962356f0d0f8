//! What a developer of a server sees of the connections of a feed: each attempt step by step, and the stream as it comes.
use crate::command::{Running, run, run_with_input, tidings};
use crate::headless::{add, headless};
use rstest::rstest;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tidings_test_support::sse_server::{EVENT_STREAM, Gate, Received, SseServer};
use tidings_test_support::tls::Authority;

fn shown(dir: &Path, arguments: &[&str]) -> String {
    let dir = dir.to_str().expect("UTF-8");
    run(["feed", "log"].iter().chain(arguments).chain(&["--data-dir", dir])).good()
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// A line without the times in it.
fn timeless(line: &str) -> String {
    match line.trim_start().strip_prefix('+').and_then(|line| line.split_once(" ms  ")) {
        Some((_, rest)) => format!("+ {}", rest.split_whitespace().collect::<Vec<_>>().join(" ")),
        None => line.trim_start().to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_is_shown_step_by_step() {
    let authority = Authority::new("ours");
    let identity = authority.certify(&["127.0.0.1"]);
    let server = SseServer::start_tls(identity.server_config(&["http/1.1"]), |mut connection| async move {
        connection.send(EVENT_STREAM.replace("\r\n\r\n", "\r\nX-Session: s3cret\r\n\r\n")).await;
        connection.send("data: x\n\n").await;
        connection.closed().await;
    })
    .await;
    let dir = tempfile::tempdir().expect("a directory");
    let authority = authority.write_pem(dir.path());
    let (data_dir, url) = (dir.path().to_str().expect("UTF-8"), server.url("/events?key=s3cret"));
    let ca = ["--ca", authority.to_str().expect("UTF-8")];
    let given = ["feed", "add", "house", &url, "--header", "X-Note: s3cret", "--data-dir", data_dir];
    run(given.iter().chain(&ca)).good();
    let mut engine = headless(dir.path(), &["--print"]);
    while !engine.line().contains("stored") {}

    let text = shown(dir.path(), &["house", "--verbose"]);
    let lines: Vec<_> = text.lines().map(timeless).collect();
    let at = |start: &str| {
        lines.iter().position(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}: {text}"))
    };
    let address = server.address();
    let steps = [
        at(&format!("+ TCP {address}")),
        at("+ certificate for 127.0.0.1 · by ours · good until "),
        at("+ TLS 1.3"),
        at(&format!("+ request GET https://{address}/events?key=hidden")),
        at("> accept: text/event-stream"),
        at("> x-note: …"),
        at(&format!("> host: {address}")),
        at(&format!("+ answer 200 · HTTP/1.1 · from {address}")),
        at("< content-type: text/event-stream"),
        at("< x-session: …"),
        at("+ first byte"),
        at("+ first event"),
    ];
    assert!(steps.is_sorted(), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
    assert!(!shown(dir.path(), &["house"]).contains("certificate"), "only for who wants it");

    let objects = objects(&shown(dir.path(), &["house", "--verbose", "--format", "ndjson"]));
    let open = objects.iter().find(|object| object["kind"] == "open").expect("it opened");
    let step = |name: &str| open["steps"].as_array().and_then(|steps| steps.iter().find(|step| step["step"] == name));
    let answer = step("answer").expect("an answer");
    assert!(answer["after"].is_u64(), "{answer}");
    assert_eq!(answer["headers"], json!([["content-type", "text/event-stream"], ["x-session", "…"]]));
    assert_eq!(step("tls").map(|tls| &tls["version"]), Some(&json!("1.3")));
    assert!(!format!("{objects:?}").contains("s3cret"));
    let plain = shown(dir.path(), &["house", "--format", "ndjson"]);
    assert!(!plain.contains("steps"), "only for who wants it: {plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_is_shown_as_it_comes() {
    let gate = Gate::new();
    let server = gate
        .server(|mut connection, gate| async move {
            connection.send(format!("{EVENT_STREAM}data: before\n\n")).await;
            for part in [": note\r\nfoo: bar\r\nid: 7\r\nda", "ta: x\r\ndata: y\r\n\r\nretry: 5000\n\n"] {
                gate.pass().await;
                connection.send(part).await;
            }
            connection.closed().await;
        })
        .await;
    let dir = tempfile::tempdir().expect("a directory");
    add(dir.path(), "house", &server.url("/"));
    let mut engine = headless(dir.path(), &["--print"]);
    while !engine.line().contains("stored") {}
    let mut command = tidings(["feed", "log", "house", "--raw", "--data-dir"]);
    let mut raw = Running::start(command.arg(dir.path()));
    // What is kept of the connection comes first: then somebody looks.
    while !raw.line().contains("  open ") {}
    gate.open();
    gate.open();
    let mut lines = vec![];
    while lines.last().is_none_or(|line: &String| !line.contains("5000")) {
        let line = raw.line();
        lines.push(line.get(14..).unwrap_or_default().trim_end().to_owned());
    }
    lines.retain(|line| !line.starts_with("retry       "));
    assert_eq!(lines, [": note", "foo: bar", "id: 7", "data: x", "data: y", "", "retry: 5000"]);
}

/// The headers of a request but those of the client itself, sorted.
fn headers(request: &Received) -> Vec<(String, String)> {
    let head = String::from_utf8_lossy(&request.head).into_owned();
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let mut headers: Vec<_> =
        headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    headers.retain(|(name, _)| name != "user-agent");
    headers.sort();
    headers
}

/// With the secrets put in, the real curl asks exactly as the feed does; without them there is none in it.
#[rstest]
#[case::nothing(&[], &[])]
#[case::bearer(&["--auth", "bearer"], &[("<token>", "s3cret")])]
#[case::basic(&["--auth", "basic:anna"], &[("<password>", "s3cret")])]
#[case::header(&["--auth", "header:X-Who"], &[("<x-who>", "s3cret")])]
#[case::query(&["--auth", "query:who"], &[("<who>", "s3cret")])]
#[case::cookie(&["--auth", "cookie:sid"], &[("<cookie>", "s3cret")])]
#[case::own_headers(&["--header", "X-Note: it's \"so\"", "--header", "Accept: text/x", "--header", "X-Empty:"], &[])]
#[tokio::test(flavor = "multi_thread")]
async fn the_real_curl_asks_as_the_feed_does(#[case] settings: &[&str], #[case] secrets: &[(&str, &str)]) {
    let server = SseServer::start(|mut connection| async move {
        connection.send(format!("{EVENT_STREAM}data: x\n\n")).await;
        if connection.request.number == 0 {
            connection.closed().await;
        }
    })
    .await;
    let dir = tempfile::tempdir().expect("a directory");
    let data_dir = dir.path().to_str().expect("UTF-8");
    let url = server.url("/events?a=%20x&topic=[1]");
    let add = ["feed", "add", "house", &url, "--data-dir", data_dir];
    let from_stdin: &[&str] = if secrets.is_empty() { &[] } else { &["--secret-stdin"] };
    run_with_input(&[add.as_slice(), settings, from_stdin].concat(), b"s3cret\n").good();
    let curl = run(["feed", "curl", "house", "--data-dir", data_dir]).good();
    assert!(!curl.contains("s3cret"), "{curl}");
    let _engine = headless(dir.path(), &[]);
    let ours = server.request(0).await;

    let command = secrets.iter().fold(curl.trim_end().to_owned(), |curl, (placeholder, secret)| {
        assert!(curl.contains(placeholder), "{curl}");
        curl.replace(placeholder, secret)
    });
    let ran = Command::new("/bin/sh").args(["-c", &format!("{command} --max-time 20")]).output();
    let ran = ran.expect("a shell");
    assert_eq!(ran.stdout, b"data: x\n\n", "{command}: {}", String::from_utf8_lossy(&ran.stderr));
    let theirs = server.request(1).await;
    assert_eq!(theirs.target(), ours.target(), "{command}");
    assert_eq!(headers(&theirs), headers(&ours), "{command}");
}
