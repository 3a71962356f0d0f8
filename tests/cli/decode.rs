//! `tidings decode`: standard input becomes JSON, or a number.
use crate::command::{Running, run_with_input, tidings};
use std::io::Write as _;
use std::process::Stdio;

#[test]
fn every_event_becomes_a_line() {
    let stream = "\u{feff}: welcome\n\ndata: one\n\nevent: note\nid: 7\ndata: two\r\ndata: \"three\"\\\t\u{1}é\r\n\r\n\
                  retry: 100\n\nid: 8\n\nevent: ping\n\ndata:\n\nid\ndata: last\n\ndata: cut off";
    let expected = r#"{"type":"event","event":"message","data":"one","id":""}
{"type":"event","event":"note","data":"two\n\"three\"\\\t\u0001é","id":"7"}
{"type":"event","event":"message","data":"","id":"8"}
{"type":"event","event":"message","data":"last","id":""}
"#;
    assert_eq!(run_with_input(&["decode"], stream.as_bytes()).good(), expected);
    assert_eq!(run_with_input(&["decode", "--count"], stream.as_bytes()).good(), "4\n");
    assert_eq!(run_with_input(&["decode"], b"").good(), "");
    assert_eq!(run_with_input(&["decode", "--count"], b"").good(), "0\n");
}

#[test]
fn invalid_bytes_are_replaced() {
    let decoded = run_with_input(&["decode"], b"data: \xff\xfe\n\n").good();
    assert_eq!(decoded, "{\"type\":\"event\",\"event\":\"message\",\"data\":\"\u{fffd}\u{fffd}\",\"id\":\"\"}\n");
}

#[test]
fn much_arrives_whole() {
    // More than the output holds at once, with characters to escape across its end.
    let data: String = (0..200_000).map(|number| char::from(b"abc\"\\\tdef"[number % 9])).collect();
    let stream = format!("data: {data}\n\n").repeat(3);
    let decoded = run_with_input(&["decode"], stream.as_bytes()).good();
    let line = serde_json::json!({ "type": "event", "event": "message", "data": data, "id": "" });
    let lines: Vec<serde_json::Value> =
        decoded.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    assert_eq!(lines, vec![line; 3]);
    assert_eq!(run_with_input(&["decode", "--count"], stream.as_bytes()).good(), "3\n");
}

#[test]
fn what_is_too_large_is_dropped_and_told() {
    let stream = format!("data: {}\n\ndata: next\n\n", "x".repeat(17 * 1024 * 1024));
    let ran = run_with_input(&["decode"], stream.as_bytes());
    assert_eq!(ran.status, 0);
    assert_eq!(ran.stdout, "{\"type\":\"event\",\"event\":\"message\",\"data\":\"next\",\"id\":\"\"}\n");
    assert_eq!(ran.stderr, "tidings: An event of 17825792 bytes was dropped; the limit is 16777216 bytes.\n");
}

#[test]
fn a_live_stream_is_shown_as_it_comes() {
    let mut decode = Running::start(tidings(["decode"]).stdin(Stdio::piped()));
    let mut stream = decode.stdin();
    for number in 0..3 {
        write!(stream, "data: {number}\n\n").expect("it reads");
        assert_eq!(
            decode.line(),
            format!("{{\"type\":\"event\",\"event\":\"message\",\"data\":\"{number}\",\"id\":\"\"}}\n")
        );
    }
    drop(stream);
    assert_eq!(decode.end().good(), "");
}

#[test]
fn it_ends_well_when_its_reader_goes() {
    let mut decode = Running::start_unread(tidings(["decode"]).stdin(Stdio::piped()));
    drop(decode.stdout());
    let mut stream = decode.stdin();
    // It may be gone before all is written.
    let _ = stream.write_all("data: x\n\n".repeat(10_000).as_bytes());
    drop(stream);
    assert_eq!(decode.end().good(), "");
}
