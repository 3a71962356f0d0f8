//! The servers send what the tutorials send, byte for byte; otherwise the tests built on them prove nothing.
use std::io::{Read, Write};
use std::net::TcpStream;
use tidings_test_support::{Tutorial, TutorialServer};

/// The first part of the response body that ends in a blank line (`until`), without the dates of the head.
fn body(server: &TutorialServer, headers: &str, until: &str) -> String {
    let url = server.url();
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    connection.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let request = format!("GET /{path} HTTP/1.0\r\nHost: {host}\r\nAccept: text/event-stream\r\n{headers}\r\n");
    // At once: PHP's own server may close a connection on which a part of a request comes first.
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let mut piece = [0; 1024];
    loop {
        let size = connection.read(&mut piece).unwrap();
        answer.push_str(std::str::from_utf8(&piece[..size]).unwrap());
        if let Some((head, body)) = answer.split_once("\r\n\r\n")
            && (size == 0 || body.ends_with(until))
        {
            assert!(head.to_lowercase().contains("content-type: text/event-stream"), "{head}");
            return body.to_owned();
        }
        assert!(size > 0, "ended early: {answer}");
    }
}

#[test]
fn php_says_the_time() {
    let body = body(&TutorialServer::start(Tutorial::PhpTime), "", "\n\n");
    assert!(body.starts_with("data: The server time is: ") && body.ends_with(" +0000\n\n"), "{body}");
}

#[test]
fn php_sends_retry_first() {
    let server = TutorialServer::start(Tutorial::PhpRetryFirst);
    assert_eq!(body(&server, "", "test\n\n"), "retry:10000\n\ndata:this is a test\n\n");
}

#[test]
fn node_pings() {
    let body = body(&TutorialServer::start(Tutorial::NodePing), "", "\n\n");
    assert!(body.starts_with("event: ping\ndata: {\"date\":\"") && body.ends_with("Z\"}\n\n"), "{body}");
}

#[test]
fn java_writes_lines() {
    let lines = "data:Hello World\nevent:load\nid:140312\n\n";
    assert_eq!(body(&TutorialServer::start(Tutorial::JavaLines), "", "\n\n"), lines);
    let server = TutorialServer::start(Tutorial::JavaLinesCrLf);
    assert_eq!(body(&server, "", "\r\n\r\n"), lines.replace('\n', "\r\n"));
}

#[test]
fn chance_has_a_seed() {
    let types = || {
        let server = TutorialServer::start(Tutorial::Random);
        (0..12)
            .map(|id| {
                let body = body(&server, &format!("Last-Event-ID: {id}\r\n"), "\n\n");
                let end = format!("id: {0}\ndata: number {0}\n\n", id + 1);
                body.strip_prefix("retry: 1000\n").and_then(|rest| rest.strip_suffix(&end)).unwrap().to_owned()
            })
            .collect::<Vec<_>>()
    };
    let first = types();
    assert_eq!(first, types());
    assert!(first.contains(&String::new()) && first.contains(&"event: CustomEvent\n".to_owned()), "{first:?}");
}

#[test]
fn asp_leaves_the_space_out() {
    let body = body(&TutorialServer::start(Tutorial::NoSpace), "", "\r\n\r\n");
    assert!(body.starts_with("data:The server time is: ") && body.ends_with("M\r\n\r\n"), "{body}");
}

#[test]
fn nchan_sends_again_what_is_missing() {
    let server = TutorialServer::start(Tutorial::Nchan);
    for message in ["one", "two"] {
        server.publish(message);
    }
    let all = body(&server, "", "data: two\n\n");
    let ids: Vec<_> = all.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
    assert_eq!(ids.len(), 2, "{all}");
    let rest = body(&server, &format!("Last-Event-ID: {}\r\n", ids[0]), "data: two\n\n");
    assert!(!rest.contains("data: one"), "{rest}");
}
