//! The control socket among those who do not speak its language: they get a refusal or nothing, and all others go on
//! being served.
use crate::event_channel::engine;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use tidings::control::{Reply, Request, Server, ask};
use tidings_test_support::stress;

/// Says something, and nothing more; everything that is answered.
fn say(data_dir: &Path, what: &[u8]) -> String {
    let mut socket = UnixStream::connect(data_dir.join("control.sock")).expect("it listens");
    socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
    // It may hang up before it has heard everything.
    let _ = socket.write_all(what);
    let _ = socket.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    match socket.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => {
            panic!("{:?} was left without an end: {error}", String::from_utf8_lossy(&what[..what.len().min(200)]))
        }
    }
    String::from_utf8(answer).expect("replies are text")
}

fn one(runtime: &tokio::runtime::Runtime, data_dir: &Path) -> Reply {
    runtime.block_on(ask(data_dir, Request::Feeds)).expect("a reply")
}

/// Requests with pieces of them replaced, lines of anything, and anything.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    const REQUESTS: &[&str] = &[
        r#"{"request":"feeds"}"#,
        r#"{"request":"feedPause","id":1,"paused":true}"#,
        r#"{"request":"feedRemove","id":9223372036854775807}"#,
        r#"{"request":"reconnect","id":null}"#,
        r#"{"request":"feedEdit","id":-1,"config":{"name":"","url":"http://127.0.0.1:9/","headers":[{"name":"a","value":"b"}]}}"#,
        r#"{"request":"show"}"#,
    ];
    let piece = prop_oneof![
        Just(vec![]),
        proptest::collection::vec(any::<u8>(), 0..20),
        Just(b"\n".to_vec()),
        Just(b"[[[[[[".to_vec())
    ];
    let changed = (proptest::sample::select(REQUESTS), any::<proptest::sample::Index>(), 0..12_usize, piece).prop_map(
        |(request, at, len, piece)| {
            let (at, bytes) = (at.index(request.len()), request.as_bytes());
            [&bytes[..at], &piece, &bytes[(at + len).min(bytes.len())..], b"\n"].concat()
        },
    );
    prop_oneof![3 => changed, 1 => proptest::collection::vec(any::<u8>(), 0..400)]
}

#[test]
fn anything_may_be_said_to_the_control_socket() {
    let (dir, engine) = engine();
    let _server = Server::start_headless(dir.path(), engine.clone(), || {}, || {}).expect("a socket");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let cases = if stress() { 5000 } else { 200 };
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let said = runner.run(&proptest::collection::vec(frame(), 1..4), |frames| {
        for line in say(dir.path(), &frames.concat()).lines() {
            prop_assert!(serde_json::from_str::<Reply>(line).is_ok(), "{line}");
        }
        Ok(())
    });
    said.unwrap();
    assert_eq!(one(&runtime, dir.path()), Reply::Feeds(vec![]));
}

#[test]
fn what_is_too_deep_too_long_or_cut_off_ends_that_connection_alone() {
    let (dir, engine) = engine();
    let _server = Server::start_headless(dir.path(), engine.clone(), || {}, || {}).expect("a socket");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let refused =
        |answer: &str| matches!(serde_json::from_str(answer), Ok(Reply::Refused { code, .. }) if code == "bad-request");
    let deep = format!("{{\"request\":{}\n", "[".repeat(1_000_000));
    assert!(refused(&say(dir.path(), deep.as_bytes())));
    // Longer than any request: no reply, an end.
    assert_eq!(say(dir.path(), &vec![b'x'; 5 * 1024 * 1024]), "");
    assert_eq!(say(dir.path(), b"{\"request\":\"feeds\"}"), "");
    assert_eq!(say(dir.path(), b""), "");
    // One who says nothing and stays keeps nobody waiting.
    let _silent = UnixStream::connect(dir.path().join("control.sock")).expect("it listens");
    assert_eq!(one(&runtime, dir.path()), Reply::Feeds(vec![]));
}
