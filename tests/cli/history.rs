//! `tidings list`, `search` and `export`: the stored events, as people and as programs read them.
use crate::command::{Running, run, tidings};
use crate::headless::headless;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use tidings_engine::Gap;
use tidings_engine::store::{Arrival, NewEvent, Store};
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

/// A data directory that holds the events of two feeds. Nobody runs on it.
async fn stored() -> TempDir {
    let serving = |body: &'static str| {
        SseServer::start(move |mut connection| async move {
            connection.send(format!("{EVENT_STREAM}{body}")).await;
            connection.closed().await;
        })
    };
    let builds = serving(
        "event: build\nid: 1\ndata: {\"title\":\"Build 1 failed\",\"message\":\"Two tests, \\\"quoted\\\"\",\"priority\":5,\"url\":\"https://ci.example.org/1\"}\n\n\
         event: build\nid: 2\ndata: {\"title\":\"Build 2 passed\"}\n\n",
    )
    .await;
    let notes = serving("data: first line\ndata: second, line\n\ndata: \u{1b}[31mred\n\n").await;
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().to_str().expect("UTF-8").to_owned();
    // One after the other, so that the order is known.
    for (name, server, total) in [("builds", &builds, 2), ("notes", &notes, 4)] {
        run(["feed", "add", name, &server.url("/"), "--data-dir", &path]).good();
        let engine = headless(dir.path(), &[]);
        eventually_blocking(crate::command::LIMIT, "all events", || {
            (lines(dir.path(), &["export"]).len() == total).then_some(())
        });
        run(["feed", "pause", name, "--data-dir", &path]).good();
        engine.signal(Signal::TERM);
        assert_eq!(engine.end().status, 0);
    }
    dir
}

fn output(dir: &Path, arguments: &[&str]) -> String {
    run(arguments.iter().chain(&["--data-dir", dir.to_str().expect("UTF-8")])).good()
}

fn lines(dir: &Path, arguments: &[&str]) -> Vec<String> {
    output(dir, arguments).lines().map(str::to_owned).collect()
}

/// Lines of text without their time, which is always as wide.
fn without_times(lines: &[String]) -> Vec<&str> {
    lines.iter().map(|line| line.get(18..).unwrap_or_else(|| panic!("{line}"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn stored_events_are_read_in_every_way() {
    let dir = stored().await;
    let dir = dir.path();

    let red = "notes   ␛[31mred";
    let list = lines(dir, &["list"]);
    assert_eq!(list.len(), 4);
    let list = without_times(&list);
    assert!(
        list[0].starts_with("notes   ") && list[0].contains("red") && !list[0].contains('\u{1b}'),
        "{red}: {list:?}"
    );
    assert_eq!(
        list[1..],
        [
            "notes   first line – second, line",
            "builds  Build 2 passed",
            "builds  Build 1 failed – Two tests, \"quoted\"",
        ]
    );
    assert_eq!(without_times(&lines(dir, &["list", "--limit", "1"])).len(), 1);
    assert_eq!(without_times(&lines(dir, &["list", "--feed", "BUILDS", "--limit", "1"])), ["builds  Build 2 passed"]);
    assert_eq!(lines(dir, &["list", "--limit", "0"]), [""; 0]);

    assert_eq!(without_times(&lines(dir, &["search", "passed"])), ["builds  Build 2 passed"]);
    assert_eq!(
        without_times(&lines(dir, &["search", "two", "te*"])),
        ["builds  Build 1 failed – Two tests, \"quoted\""]
    );
    assert_eq!(lines(dir, &["search", "two", "te"]), [""; 0], "words are whole unless the user says otherwise");
    assert_eq!(lines(dir, &["search", "nowhere"]), [""; 0]);
    assert_eq!(lines(dir, &["search", "build", "--feed", "notes"]), [""; 0]);

    let failed: Value =
        serde_json::from_str(&output(dir, &["search", "failed", "--format", "ndjson"])).expect("an object");
    let received = failed["received"].as_str().expect("a time").to_owned();
    assert_eq!(
        failed,
        json!({
            "type": "event", "feed": "builds", "event": "build", "id": "1", "number": 1, "received": received,
            "data": "{\"title\":\"Build 1 failed\",\"message\":\"Two tests, \\\"quoted\\\"\",\"priority\":5,\"url\":\"https://ci.example.org/1\"}",
            "title": "Build 1 failed", "body": "Two tests, \"quoted\"", "link": "https://ci.example.org/1",
            "urgency": "urgent", "count": 1, "read": false, "starred": false,
        })
    );
    assert!(output(dir, &["list", "--format", "ndjson", "--feed", "builds", "--limit", "1"]).starts_with(
        "{\"type\":\"event\",\"feed\":\"builds\",\"event\":\"build\",\"data\":\"{\\\"title\\\":\\\"Build 2 passed\\\"}\",\"id\":\"2\",\"number\":2,\"received\":\""
    ));

    let numbers = |arguments: &[&str]| -> Vec<i64> {
        let objects = lines(dir, arguments);
        objects
            .iter()
            .map(|line| serde_json::from_str::<Value>(line).expect("an object")["number"].as_i64().expect("a number"))
            .collect()
    };
    assert_eq!(numbers(&["export"]), [1, 2, 3, 4]);
    assert_eq!(numbers(&["export", "--feed", "notes"]), [3, 4]);
    for (since, expected) in
        [(&*received, 4), ("1h", 4), ("2020-01-01", 4), ("2999-01-01", 0), ("2999-01-01T00:00:00Z", 0)]
    {
        assert_eq!(numbers(&["export", "--since", since]).len(), expected, "{since}");
    }
    let csv = output(dir, &["export", "--format", "csv", "--feed", "notes"]);
    let (head, rows) = csv.split_once("\r\n").expect("a head line");
    assert_eq!(head, "number,received,feed,event,id,title,body,link,urgency,count,read,starred,data");
    assert!(
        rows.contains(
            ",notes,message,,first line,\"second, line\",,normal,1,false,false,\"first line\nsecond, line\"\r\n"
        ),
        "{rows}"
    );
    assert_eq!(output(dir, &["export", "--format", "csv", "--since", "2999-01-01"]), format!("{head}\r\n"));

    let other = run(["list", "--feed", "other", "--data-dir", dir.to_str().expect("UTF-8")]).failure(1);
    assert_eq!(other, "There is no feed “other”; see tidings feed list.");
}

#[test]
fn where_nothing_is_stored_there_is_nothing_to_read() {
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path().join("never used");
    for command in [&["list"][..], &["search", "x"], &["export"], &["list", "--format", "ndjson"]] {
        assert_eq!(output(&dir, command), "", "{command:?}");
    }
    assert!(!dir.exists(), "reading makes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_well_when_its_reader_goes() {
    let dir = stored().await;
    let path = dir.path().to_str().expect("UTF-8");
    for command in [&["list"][..], &["list", "--format", "ndjson"], &["export"], &["export", "--format", "csv"]] {
        let mut command = tidings(command);
        let mut reading = Running::start_unread(command.args(["--data-dir", path]));
        drop(reading.stdout());
        assert_eq!(reading.end().good(), "");
    }
}

/// A feed whose source cannot replay, with what it missed.
#[test]
fn times_without_a_connection_stand_between_the_events() {
    let dir = tempfile::tempdir().expect("a directory");
    let at = |text: &str| text.parse::<jiff::Timestamp>().expect("a time").as_millisecond();
    {
        let mut store = Store::open(dir.path()).expect("a new store");
        let config = serde_json::from_value(json!({ "name": "door", "url": "http://h/" })).expect("a feed");
        let feed = store.add_feed(&config).expect("a feed").id;
        let event = |data, time| Arrival::Event(Box::new(NewEvent::new(feed, "message", data, "", at(time))));
        let gap = |from, until| Arrival::Gap(Gap { feed_id: feed, from: at(from), until: at(until) });
        let arrivals = [
            event("opened", "2026-03-01T02:00:00Z"),
            gap("2026-03-01T02:10:00Z", "2026-03-01T06:40:00Z"),
            event("closed", "2026-03-01T06:40:00Z"),
            event("opened again", "2026-03-01T07:00:00Z"),
            gap("2026-03-01T23:00:00Z", "2026-03-02T01:00:00Z"),
            gap("2026-03-02T01:00:10Z", "2026-03-02T01:00:40Z"),
        ];
        store.append(&arrivals).expect("they are stored");
    }
    let dir = dir.path();
    let expected = "\
— not connected 2026-03-02 01:00:10–01:00:40 —
— not connected 2026-03-01 23:00 – 2026-03-02 01:00 —
2026-03-01 07:00  door  opened again
2026-03-01 06:40  door  closed
— not connected 2026-03-01 02:10–06:40 —
2026-03-01 02:00  door  opened
";
    assert_eq!(output(dir, &["list", "--feed", "door"]), expected);
    // Of several feeds, of what is searched for, and to programs that do not ask, nothing is said.
    assert_eq!(lines(dir, &["list"]).len(), 3);
    assert_eq!(lines(dir, &["search", "opened", "--feed", "door"]).len(), 2);
    assert_eq!(lines(dir, &["list", "--feed", "door", "--format", "ndjson"]).len(), 3);
    let asked = lines(dir, &["list", "--feed", "door", "--format", "ndjson", "--gaps"]);
    let kinds: Vec<Value> = asked.iter().map(|line| serde_json::from_str(line).expect("an object")).collect();
    let names: Vec<_> = kinds.iter().map(|line| line["type"].as_str().expect("a type")).collect();
    assert_eq!(names, ["gap", "gap", "event", "event", "gap", "event"]);
    let first = json!({
        "type": "gap", "feed": "door", "from": "2026-03-01T02:10:00.000Z", "until": "2026-03-01T06:40:00.000Z",
    });
    assert_eq!(kinds[4], first);
    // What lies before the oldest line is not above it.
    assert_eq!(lines(dir, &["list", "--feed", "door", "--limit", "1"]).len(), 3);

    let shown = output(dir, &["feed", "show", "door"]);
    assert!(
        shown.ends_with(
            "announced     yes
not connected 2026-03-02 01:00:10–01:00:40
not connected 2026-03-01 23:00 – 2026-03-02 01:00
not connected 2026-03-01 02:10–06:40
"
        ),
        "{shown}"
    );
    let shown: Value =
        serde_json::from_str(&output(dir, &["feed", "show", "door", "--format", "ndjson"])).expect("JSON");
    assert_eq!(shown["gaps"].as_array().map(Vec::len), Some(3));
    assert_eq!(shown["gaps"][2]["until"], json!("2026-03-01T06:40:00.000Z"));
}
