//! Sleep and networks that come and go, as the kernel and the system bus tell them to real processes.
use crate::command::{LIMIT, Running, run, tidings};
use crate::headless::headless_with;
use rustix::process::Signal;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::network_namespace::{entered, plug_in, unplug};
use tidings_test_support::sse_server::{EVENT_STREAM, Gate, SseServer};
use tidings_test_support::{SessionBus, SystemMock};

/// Answers with one event and an end; the next request is due in ten minutes.
const IN_TEN_MINUTES: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 600000\ndata: x\n\n";

/// A data directory with these feeds.
fn feeds(feeds: &[(&str, &str, &[&str])]) -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for (name, url, more) in feeds {
        add(dir.path(), name, url, more);
    }
    dir
}

fn add(dir: &Path, name: &str, url: &str, more: &[&str]) {
    let add = ["feed", "add", name, url, "--data-dir", dir.to_str().expect("UTF-8")];
    run(add.iter().chain(more)).good();
}

/// A headless engine in the daylight of this bus.
fn headless_on(bus: &SessionBus, dir: &Path) -> Running {
    headless_with(dir, |command| {
        command.env("DBUS_SYSTEM_BUS_ADDRESS", bus.address());
    })
}

/// The state of a feed that runs, as programs read it.
fn state(dir: &Path, feed: &str) -> Option<String> {
    let show = ["feed", "show", feed, "--format", "ndjson", "--data-dir", dir.to_str().expect("UTF-8")];
    let shown: Value = serde_json::from_str(&run(show).good()).expect("an object");
    shown["state"].as_str().map(str::to_owned)
}

#[track_caller]
fn when(dir: &Path, feed: &str, expected: &str) {
    eventually_blocking(LIMIT, &format!("the state {expected} of {feed}"), || {
        (state(dir, feed).as_deref() == Some(expected)).then_some(())
    });
}

/// Waits until so many requests have come and the feed waits for its next one.
async fn when_tried(server: &SseServer, dir: &Path, times: usize) {
    server.request(times - 1).await;
    when(dir, "feed", "polling");
    assert_eq!(server.requests().len(), times);
}

/// Has something said until it is heard, since nothing shows when somebody begins to listen. Returns how often the feed
/// was tried by then.
async fn until_heard(server: &SseServer, dir: &Path, say: impl AsyncFn()) -> usize {
    let before = server.requests().len();
    loop {
        say().await;
        // Long after the second in which it would be tried.
        if tokio::time::timeout(Duration::from_secs(5), server.request(before)).await.is_ok() {
            when(dir, "feed", "polling");
            return server.requests().len();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_and_continued_it_tries_again_at_once() {
    let server = SseServer::answering([IN_TEN_MINUTES]).await;
    let open = SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        loop {
            connection.send(":\n").await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let dir = feeds(&[("feed", &server.url("/"), &[]), ("open", &open.url("/"), &[])]);
    let engine = headless_with(dir.path(), |_| {});
    when_tried(&server, dir.path(), 1).await;
    when(dir.path(), "open", "open");
    engine.signal(Signal::STOP);
    let stat = format!("/proc/{}/stat", engine.id());
    let stopped = || std::fs::read_to_string(&stat).ok().filter(|stat| stat.contains(") T ")).map(drop);
    eventually_blocking(LIMIT, "the stop", stopped);
    engine.signal(Signal::CONT);
    when_tried(&server, dir.path(), 2).await;
    // What is open and lives goes on.
    assert_eq!((state(dir.path(), "open").as_deref(), open.requests().len()), (Some("open"), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn woken_by_logind_it_tries_again_at_once_also_after_the_bus_restarted() {
    let mut bus = SessionBus::start();
    let server = SseServer::answering([IN_TEN_MINUTES]).await;
    let dir = feeds(&[("feed", &server.url("/"), &[])]);
    let _engine = headless_on(&bus, dir.path());
    when_tried(&server, dir.path(), 1).await;
    // It comes later than its listener.
    let logind = SystemMock::logind(bus.address()).await;
    let tried = until_heard(&server, dir.path(), async || logind.prepare_for_sleep(false).await).await;
    logind.prepare_for_sleep(true).await;
    logind.prepare_for_sleep(false).await;
    when_tried(&server, dir.path(), tried + 1).await;

    drop(logind);
    bus.stop();
    bus.start_again();
    let logind = SystemMock::logind(bus.address()).await;
    let tried = until_heard(&server, dir.path(), async || logind.prepare_for_sleep(false).await).await;
    logind.prepare_for_sleep(false).await;
    when_tried(&server, dir.path(), tried + 1).await;
}

#[test]
fn past_a_login_page_it_tries_again_at_once() {
    if !entered("world::past_a_login_page_it_tries_again_at_once") {
        return;
    }
    plug_in();
    runtime().block_on(async {
        let bus = SessionBus::start();
        let network_manager = SystemMock::network_manager(bus.address()).await;
        let server = SseServer::answering([IN_TEN_MINUTES]).await;
        let dir = feeds(&[("feed", &server.url("/"), &[])]);
        let _engine = headless_on(&bus, dir.path());
        when_tried(&server, dir.path(), 1).await;
        let tried = until_heard(&server, dir.path(), async || network_manager.set_state(70).await).await;
        network_manager.set_connectivity(2).await;
        network_manager.set_connectivity(4).await;
        when_tried(&server, dir.path(), tried + 1).await;
        // What NetworkManager does not manage may lead anywhere all the same: routes count.
        network_manager.set_state(20).await;
        network_manager.set_state(70).await;
        when_tried(&server, dir.path(), tried + 2).await;
    });
}

#[test]
fn without_a_network_it_waits_for_one() {
    if !entered("world::without_a_network_it_waits_for_one") {
        return;
    }
    runtime().block_on(async {
        let end = Gate::new();
        let server = SseServer::start({
            let end = end.clone();
            move |mut connection| {
                let end = end.clone();
                async move {
                    let number = connection.request.number;
                    connection.send(format!("{EVENT_STREAM}retry: 600000\nid: {number}\ndata: e{number}\n\n")).await;
                    end.pass().await;
                }
            }
        })
        .await;
        let near = SseServer::streaming("").await;
        let dir = feeds(&[("lost", "http://192.0.2.1/", &["--proxy", "none"]), ("near", &near.url("/"), &[])]);
        let path = dir.path();
        let _engine = headless_with(path, |_| {});
        when(path, "lost", "no-network");
        when(path, "near", "open");
        // The server is a proxy on this computer; the feed is not.
        add(path, "far", "http://feed.example/", &["--proxy", &server.url("")]);
        when(path, "far", "no-network");
        let list = run(["feed", "list", "--data-dir", path.to_str().expect("UTF-8")]).good();
        assert!(list.contains("3  far   no network; the next try follows when there is one\n"), "{list}");
        assert_eq!(server.requests().len(), 0);

        plug_in();
        when(path, "far", "open");
        assert_eq!(server.requests().len(), 1);
        // An open stream may outlive it; nothing is tried without it.
        unplug();
        end.open();
        when(path, "far", "no-network");
        assert_eq!((state(path, "near").as_deref(), server.requests().len()), (Some("open"), 1));
        plug_in();
        when(path, "far", "open");
        assert_eq!(server.requests().len(), 2);
        assert_eq!(server.request(1).await.header("last-event-id").as_deref(), Some("0"));
    });
}

#[test]
fn a_persistent_watch_tries_again_when_the_network_changes() {
    if !entered("world::a_persistent_watch_tries_again_when_the_network_changes") {
        return;
    }
    runtime().block_on(async {
        let server = SseServer::answering([IN_TEN_MINUTES]).await;
        let mut watch = Running::start(&mut watch(&["--persist", &server.url("/")]));
        let lines = |watch: &mut Running| [watch.line(), watch.line(), watch.line()].map(|line| kind(&line));
        assert_eq!(lines(&mut watch), ["open", "event", "error"]);
        plug_in();
        assert_eq!(lines(&mut watch), ["open", "event", "error"]);
        // Stopped and continued, as by Ctrl-Z and fg.
        watch.signal(Signal::STOP);
        watch.signal(Signal::CONT);
        assert_eq!(lines(&mut watch), ["open", "event", "error"]);
        assert_eq!(server.requests().len(), 3);
    });
}

fn watch(arguments: &[&str]) -> Command {
    tidings(["watch", "--format", "ndjson"].iter().chain(arguments))
}

fn kind(line: &str) -> String {
    let line: Value = serde_json::from_str(line).expect("an object");
    line["type"].as_str().expect("a type").to_owned()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}
