//! `tidings run --headless`: from a server to the history, through crashes.
use crate::command::{LIMIT, Running, run, tidings};
use rstest::rstest;
use rustix::process::Signal;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tidings_engine::store::Store;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, SseServer};

/// A headless engine that owns its directory.
pub(crate) fn headless(dir: &Path, more: &[&str]) -> Running {
    headless_with(dir, |command| {
        command.args(more);
    })
}

/// The same, with more to its command.
pub(crate) fn headless_with(dir: &Path, more: impl FnOnce(&mut Command)) -> Running {
    let mut command = tidings(["run", "--headless"]);
    more(command.arg("--data-dir").arg(dir));
    let engine = Running::start(&mut command);
    let socket = dir.join("control.sock");
    // The address of a socket is short; one with a longer name cannot be tried from here.
    let short = socket.as_os_str().len() < 100;
    eventually_blocking(LIMIT, "an engine that answers", || {
        let answers = if short { UnixStream::connect(&socket).is_ok() } else { socket.exists() };
        answers.then_some(())
    });
    engine
}

pub(crate) fn add(dir: &Path, name: &str, url: &str) {
    run(["feed", "add", name, url, "--data-dir", dir.to_str().expect("UTF-8")]).good();
}

/// The data of all stored events, oldest first.
pub(crate) fn exported(dir: &Path) -> Vec<String> {
    let export = run(["export", "--data-dir", dir.to_str().expect("UTF-8")]).good();
    export
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("an object"))
        .map(|event| event["data"].as_str().expect("text").to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_is_stored_and_listed() {
    let server = SseServer::streaming("event: alert\nid: 1\ndata: {\"title\":\"Fire\"}\n\n").await;
    let dir = tempfile::tempdir().expect("a directory");
    add(dir.path(), "house", &server.url("/"));
    let mut engine = headless(dir.path(), &["--print"]);
    let lines = [engine.line(), engine.line()].map(|line| line.get(8..).unwrap_or_default().to_owned());
    assert!(lines.contains(&"  stored     house  alert  Fire\n".to_owned()), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("  announced  house  Fire")), "{lines:?}");
    let list = run(["list", "--data-dir", dir.path().to_str().expect("UTF-8")]).good();
    assert_eq!(list.split_whitespace().skip(1).collect::<Vec<_>>(), ["house", "Fire"]);
    engine.signal(Signal::TERM);
    let ended = engine.end();
    assert_eq!((ended.status, &*ended.stdout), (0, ""), "{}", ended.stderr);
    server.ended(0).await;
}

/// A server that tells a numbered story, resumes it by the last event ID, and breaks off wherever it likes.
async fn story(length: u64) -> (SseServer, Arc<AtomicU64>) {
    let told = Arc::new(AtomicU64::new(0));
    let newest = Arc::clone(&told);
    let server = SseServer::start(move |mut connection: Connection| {
        let newest = Arc::clone(&newest);
        async move {
            let last = connection.request.header("last-event-id");
            let first = last.map_or(1, |id| id.parse::<u64>().expect("an id of this server") + 1);
            connection.send(format!("{EVENT_STREAM}retry: 1000\n\n")).await;
            for number in first..=length {
                connection.send(format!("id: {number}\ndata: event {number}\n\n")).await;
                newest.fetch_max(number, Ordering::Relaxed);
                // Slow enough to be killed in the middle.
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
            connection.closed().await;
        }
    })
    .await;
    (server, told)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_it_loses_nothing_and_doubles_nothing() {
    const LENGTH: u64 = 600;
    let (server, told) = story(LENGTH).await;
    let dir = tempfile::tempdir().expect("a directory");
    add(dir.path(), "story", &server.url("/"));
    for part in 1..=3 {
        let mut engine = headless(dir.path(), &[]);
        let until = LENGTH / 4 * part;
        eventually_blocking(LIMIT, "a part of the story", || (told.load(Ordering::Relaxed) >= until).then_some(()));
        engine.signal(Signal::KILL);
        engine.status();
    }
    let engine = headless(dir.path(), &[]);
    let whole: Vec<_> = (1..=LENGTH).map(|number| format!("event {number}")).collect();
    eventually_blocking(LIMIT, "the whole story", || (exported(dir.path()).len() >= whole.len()).then_some(()));
    assert_eq!(exported(dir.path()), whole);
    engine.signal(Signal::INT);
    assert_eq!(engine.end().status, 0);
    // It went on from what was stored, and did not ask for all of it again.
    let resumed = server.requests();
    assert_eq!(resumed.len(), 4);
    assert!(resumed[1..].iter().all(|request| request.header("last-event-id").is_some()));
}

/// SIGTERM from the session or a service manager, SIGINT from the keyboard, SIGHUP from a terminal that closes.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn asked_to_end_it_stores_what_has_come(#[values(Signal::TERM, Signal::INT, Signal::HUP)] signal: Signal) {
    const LENGTH: u64 = 200;
    let (server, told) = story(LENGTH).await;
    let dir = tempfile::tempdir().expect("a directory");
    add(dir.path(), "story", &server.url("/"));
    let engine = headless(dir.path(), &[]);
    eventually_blocking(LIMIT, "half of the story", || (told.load(Ordering::Relaxed) >= LENGTH / 2).then_some(()));
    engine.signal(signal);
    assert_eq!(engine.end().status, 0);
    let stored = exported(dir.path());
    assert!(!stored.is_empty());
    assert_eq!(stored, (1..=stored.len()).map(|number| format!("event {number}")).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn started_to_outlive_its_terminal_it_does() {
    let (server, told) = story(1000).await;
    let dir = tempfile::tempdir().expect("a directory");
    add(dir.path(), "story", &server.url("/"));
    // `nohup` without its file: the shell ignores the signal, and what it starts inherits that.
    let mut command = Command::new("/bin/sh");
    command.env_clear().env("HOME", "/nonexistent").stdin(Stdio::null());
    command.args(["-c", "trap '' HUP; exec \"$0\" run --headless --data-dir \"$1\""]);
    let mut engine = Running::start(command.arg(env!("CARGO_BIN_EXE_tidings")).arg(dir.path()));
    let heard = |number| move |told: &AtomicU64| (told.load(Ordering::Relaxed) >= number).then_some(());
    eventually_blocking(LIMIT, "the beginning of the story", || heard(10)(&told));
    engine.signal(Signal::HUP);
    let then = told.load(Ordering::Relaxed);
    eventually_blocking(LIMIT, "more of the story", || heard(then + 50)(&told));
    engine.signal(Signal::TERM);
    assert_eq!(engine.status().code(), Some(0));
}

/// A desktop gives a program 1,024 files at first, which are fewer connections than some people have feeds.
#[tokio::test(flavor = "multi_thread")]
async fn more_feeds_than_files_at_first_are_all_followed() {
    const FEEDS: usize = 100;
    let server = SseServer::start(|mut connection| async move {
        let answer = format!("{EVENT_STREAM}data: {}\n\n", connection.request.target());
        connection.send(answer).await;
        connection.closed().await;
    })
    .await;
    let dir = tempfile::tempdir().expect("a directory");
    {
        let mut store = Store::open(dir.path()).expect("a new history");
        for number in 0..FEEDS {
            let config = serde_json::json!({ "name": "one of many", "url": server.url(&format!("/{number}")) });
            store.add_feed(&serde_json::from_value(config).expect("settings")).expect("a feed");
        }
    }
    let mut command = Command::new("/bin/sh");
    command.env_clear().env("TZ", "UTC").env("HOME", "/nonexistent").stdin(Stdio::null());
    command.args(["-c", "ulimit -Sn 64; exec \"$0\" run --headless --data-dir \"$1\""]);
    let engine = Running::start(command.arg(env!("CARGO_BIN_EXE_tidings")).arg(dir.path()));
    let all = || (exported(dir.path()).len() >= FEEDS).then_some(());
    eventually_blocking(LIMIT, "an event of each feed", all);
    assert_eq!(server.requests().len(), FEEDS);
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
}
