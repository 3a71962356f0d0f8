//! `tidings demo`: what it serves, and that a client gets exactly what it missed.
use crate::command::{Running, run, tidings};
use rustix::process::Signal;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// The demo on a port of the system's choice, and the address of its server.
fn demo() -> (Running, String) {
    let mut demo = Running::start(&mut tidings(["demo", "--port", "0"]));
    assert_eq!(demo.line(), "Demo feeds, until you press Ctrl-C:\n");
    let told = [demo.line(), demo.line(), demo.line()];
    let events = told[0].split_whitespace().next().expect("an address").to_owned();
    let server = events.strip_suffix("/events").expect("the address of the events").to_owned();
    for (line, path) in told.iter().zip(["/events", "/once", "/flaky"]) {
        assert_eq!(line.split_whitespace().next(), Some(&*format!("{server}{path}")));
    }
    (demo, server)
}

/// What `watch` says of the demo, line by line.
fn watched(url: &str, more: &[&str]) -> Vec<Value> {
    let arguments: Vec<_> = ["watch", "--format", "ndjson", url].iter().chain(more).copied().collect();
    run(arguments).good().lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

fn events(lines: &[Value]) -> Vec<&Value> {
    lines.iter().filter(|line| line["type"] == "event").collect()
}

fn id(event: &Value) -> u64 {
    event["id"].as_str().and_then(|id| id.parse().ok()).expect("a number")
}

fn ask(server: &str, request: &str) -> String {
    let mut connection = TcpStream::connect(server.trim_start_matches("http://")).expect("it listens");
    connection.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("UTF-8");
    answer
}

#[test]
fn a_client_that_comes_back_gets_what_it_missed() {
    let (demo, server) = demo();
    let url = format!("{server}/events");
    let first = watched(&url, &["--max-events", "4"]);
    assert_eq!(first[0]["url"], *url);
    let seen = events(&first);
    let title = |event: &Value| {
        let data: Value = serde_json::from_str(event["data"].as_str().expect("text")).expect("JSON");
        data["title"].as_str().expect("a title").to_owned()
    };
    assert_eq!(title(seen[0]), "Welcome to the demo feed");
    assert_eq!(
        seen.iter().map(|event| event["event"].as_str().expect("a type")).collect::<Vec<_>>(),
        ["message", "weather", "build", "message"]
    );
    let begin = id(seen[0]);
    assert_eq!(seen.iter().map(|event| id(event)).collect::<Vec<_>>(), [begin, begin + 1, begin + 2, begin + 3]);

    // Two clients that left at different events; both get what came after, at once and the same.
    for left_at in [0, 2] {
        let again = watched(&url, &["--max-events", "1", "--last-event-id", &id(seen[left_at]).to_string()]);
        assert_eq!(events(&again)[0]["data"], seen[left_at + 1]["data"]);
        assert_eq!(id(events(&again)[0]), begin + left_at as u64 + 1);
    }
    demo.signal(Signal::TERM);
    assert_eq!(demo.end().good(), "");
}

#[test]
fn one_event_at_a_time_is_a_way_to_serve() {
    let (_demo, server) = demo();
    let lines = watched(&format!("{server}/once"), &["--max-events", "1"]);
    let newest = id(events(&lines)[0]);
    let answer = |id: u64| ask(&server, &format!("GET /once HTTP/1.1\r\nHost: h\r\nLast-Event-ID: {id}\r\n\r\n"));
    let before = answer(newest - 1);
    assert!(before.contains(&format!("\r\n\r\nretry: 2000\n\nid: {newest}\n")), "{before}");
    assert!(before.contains("Content-Type: text/event-stream\r\n"), "{before}");
}

#[test]
fn a_stream_that_breaks_off_is_resumed() {
    let (_demo, server) = demo();
    let lines = watched(&format!("{server}/flaky"), &["--max-events", "5"]);
    let kinds: Vec<_> = lines.iter().map(|line| line["type"].as_str().expect("a type")).collect();
    // One of the first four is a ping without data. What broke off in the middle never shows.
    assert_eq!(kinds.iter().filter(|kind| **kind == "error").count(), 1, "{kinds:?}");
    let ids: Vec<_> = events(&lines).into_iter().map(id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    let error = lines.iter().find(|line| line["type"] == "error").expect("found before");
    assert_eq!(error["retry_in_ms"], 2000);
}

#[test]
fn it_tells_what_is_there_and_refuses_the_rest() {
    let (_demo, server) = demo();
    let welcome = ask(&server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(welcome.starts_with("HTTP/1.1 200 OK\r\n") && welcome.contains("/events"), "{welcome}");
    for (request, status) in [
        ("GET /nothing HTTP/1.1\r\n\r\n", "404 Not Found"),
        ("POST /events HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "405 Method Not Allowed"),
        ("hello\r\n\r\n", "400 Bad Request"),
    ] {
        let answer = ask(&server, request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request}: {answer}");
    }
}

#[test]
fn a_port_that_is_taken_is_told() {
    let (_demo, server) = demo();
    let port = server.rsplit(':').next().expect("a port");
    let sentence = run(["demo", "--port", port]).failure(1);
    assert!(sentence.starts_with(&format!("The demo cannot listen on port {port}: ")), "{sentence}");
}
