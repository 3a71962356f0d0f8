//! `tidings feed log`: what happens on the connections of a running process, as it happens.
use crate::command::{Ran, Running, run, tidings};
use crate::headless::{add, headless};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::path::Path;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::sse_server::{EVENT_STREAM, Gate, SseServer};

fn log(dir: &Path, arguments: &[&str]) -> Ran {
    let dir = dir.to_str().expect("UTF-8");
    run(["feed", "log"].iter().chain(arguments).chain(&["--data-dir", dir]))
}

fn follow(dir: &Path, format: &str) -> Running {
    let mut command = tidings(["feed", "log", "house", "--follow", "--format", format, "--data-dir"]);
    Running::start(command.arg(dir))
}

/// Says something to the first, which ends when the gate is opened; refuses the second, then lasts.
async fn house(gate: &Gate) -> SseServer {
    let gate = gate.clone();
    SseServer::start(move |mut connection| {
        let gate = gate.clone();
        async move {
            match connection.request.number {
                0 => {
                    connection
                        .send(format!("{EVENT_STREAM}:hi\n\nretry: 10\n\nevent: alert\nid: 7\ndata: fire\n\n"))
                        .await;
                    gate.pass().await;
                }
                1 => connection.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n").await,
                _ => {
                    connection.send(EVENT_STREAM).await;
                    connection.closed().await;
                }
            }
        }
    })
    .await
}

/// A line without its time, and "N ms" for how long the answer took.
fn timeless(line: &str) -> Option<String> {
    let (time, rest) = line.trim_end().split_once("  ")?;
    assert!(time.len() == 12 && time.as_bytes()[8] == b'.', "no time: {line}");
    // Whether the answer comes together with the connection is chance.
    let kept = !rest.starts_with("waiting");
    let rest = rest.split(' ').collect::<Vec<_>>();
    let took = |(at, word): (usize, &&str)| {
        if rest.get(at + 1) == Some(&"ms") && rest[0] == "open" { "N".to_owned() } else { (*word).to_owned() }
    };
    kept.then(|| rest.iter().enumerate().map(took).collect::<Vec<_>>().join(" "))
}

/// The first so many lines.
fn lines(running: &mut Running, count: usize) -> Vec<String> {
    let mut lines = vec![];
    while lines.len() < count {
        lines.extend(timeless(&running.line()));
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_shown_and_followed() {
    let gate = Gate::new();
    let server = house(&gate).await;
    let url = server.url("/?token=s3cret");
    let dir = tempfile::tempdir().expect("a directory");
    add(dir.path(), "house", &url);
    assert_eq!(
        log(dir.path(), &["house"]).failure(1),
        "Tidings is not running, so no feed is connected; start it, or use tidings run."
    );
    let engine = headless(dir.path(), &[]);
    assert_eq!(log(dir.path(), &["barn"]).failure(1), "There is no feed “barn”; see tidings feed list.");

    let mut following = follow(dir.path(), "text");
    let url = url.replace("s3cret", "hidden");
    let first = [
        format!("connect     attempt 1 · {url}"),
        "open        200 text/event-stream · HTTP/1.1 · N ms".to_owned(),
        "comment     hi".to_owned(),
        "retry       10 ms, of which 1 s is made".to_owned(),
        "event       alert · id 7 · 4 B".to_owned(),
    ];
    assert_eq!(lines(&mut following, 5), first);
    gate.open();
    let second = [
        "polled      the server answered and closed · next request in 1 s".to_owned(),
        format!("connect     attempt 1 · {url} · resuming after 7"),
    ];
    assert_eq!(lines(&mut following, 2), second);
    let error = lines(&mut following, 1).remove(0);
    assert!(error.starts_with("error       The server answered 503 Service Unavailable. Next try in "), "{error}");

    // What was followed is what is kept; as programs read it, too.
    let kept: Vec<_> = log(dir.path(), &["house"]).good().lines().filter_map(timeless).collect();
    assert_eq!(kept[..7], [first.as_slice(), &second].concat());
    let objects = log(dir.path(), &["house", "--format", "ndjson"]).good();
    let objects: Vec<Value> = objects.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    let mut event = objects.iter().find(|object| object["kind"] == "event").expect("the event").clone();
    let fields = event.as_object_mut().expect("an object");
    let time = fields.remove("time").expect("its time");
    assert!(time.as_str().is_some_and(|time| time.ends_with('Z') && time.len() == 24), "{time}");
    assert!(fields.remove("number").is_some_and(|number| number.is_u64()));
    assert_eq!(event, json!({ "kind": "event", "eventType": "alert", "lastEventId": "7", "size": 4 }));
    assert!(!format!("{objects:?}").contains("s3cret"));

    // Interrupted, it ends well.
    following.signal(Signal::INT);
    assert_eq!(following.end().status, 0);

    // The end of the other process is told.
    let mut following = follow(dir.path(), "ndjson");
    let line: Value = serde_json::from_str(&following.line()).expect("an object");
    assert_eq!((&line["number"], &line["kind"]), (&json!(1), &json!("connect")));
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
    let ended = following.end();
    let sentence = "tidings: Tidings has ended, or the feed was removed.\n";
    assert_eq!((ended.status, &*ended.stderr), (1, sentence));
}

/// One who follows and does not read, or goes away, holds up nothing and leaves nothing behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_follower_that_goes_away_is_let_go() {
    let server = SseServer::streaming("").await;
    let dir = tempfile::tempdir().expect("a directory");
    add(dir.path(), "house", &server.url("/"));
    let engine = headless(dir.path(), &[]);
    let sockets = || {
        let open = std::fs::read_dir(format!("/proc/{}/fd", engine.id())).expect("it runs");
        let targets = open.filter_map(|entry| std::fs::read_link(entry.expect("an entry").path()).ok());
        targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
    };
    let mut first = follow(dir.path(), "text");
    lines(&mut first, 2);
    let one = sockets();
    let mut second = follow(dir.path(), "text");
    lines(&mut second, 2);
    assert_eq!(sockets(), one + 1);
    drop(second);
    eventually_blocking(crate::command::LIMIT, "the end of the connection", || (sockets() == one).then_some(()));
    drop(first);
    eventually_blocking(crate::command::LIMIT, "the end of the connection", || (sockets() == one - 1).then_some(()));
}
