//! `tidings rule …` and `tidings feed edit --map`: what is kept, what is refused, and what stored events would become.
use crate::command::{LIMIT, Ran, run};
use crate::headless::headless;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

fn tidings(dir: &Path, arguments: &[&str]) -> Ran {
    // What stands after -- is another program's.
    let own = arguments.iter().position(|argument| *argument == "--").unwrap_or(arguments.len());
    let (own, others) = arguments.split_at(own);
    run(own.iter().chain(&["--data-dir", dir.to_str().expect("UTF-8")]).chain(others))
}

fn ndjson(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

/// A data directory with the feed "b".
fn with_feed() -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    tidings(dir.path(), &["feed", "add", "b", "http://127.0.0.1:9/"]).good();
    dir
}

#[test]
fn rules_are_added_listed_moved_and_removed() {
    let dir = with_feed();
    let dir = dir.path();
    assert_eq!(tidings(dir, &["rule", "list", "b"]).good(), "");
    assert_eq!(
        tidings(dir, &["rule", "add", "b", "--type", "ping", "--type", "pong", "--drop"]).good(),
        "Added rule 1.\n"
    );
    let loud = [
        "rule",
        "add",
        "b",
        "--name",
        "loud",
        "--if",
        "event.json.n > 3",
        "--announce",
        "urgent",
        "--sound",
        "bell",
        "--link",
        "https://a.example/{{ event.id }}",
        "--time-limit",
        "5",
        "--at",
        "1",
        "--",
        "siren",
        "--loud",
    ];
    assert_eq!(tidings(dir, &loud).good(), "Added rule 1.\n");
    assert_eq!(
        tidings(dir, &["rule", "add", "b", "--words", "all well", "--regex", "^ok", "--silent"]).good(),
        "Added rule 3.\n"
    );
    assert_eq!(tidings(dir, &["rule", "add", "b", "--announce"]).good(), "Added rule 4.\n");
    assert_eq!(
        tidings(dir, &["rule", "list", "b"]).good(),
        "1  loud: if event.json.n > 3 → announce urgent, sound bell, link https://a.example/{{ event.id }}, start siren --loud
2  type ping or pong → drop
3  regex ^ok, words all well → silent
4  all → announce
"
    );
    let listed = ndjson(&tidings(dir, &["rule", "list", "b", "--format", "ndjson"]).good());
    assert_eq!(
        listed[0],
        json!({
            "number": 1, "name": "loud",
            "when": { "eventTypes": [], "expression": "event.json.n > 3", "regex": "", "words": "" },
            "then": {
                "action": { "kind": "announce", "urgency": "urgent" }, "sound": "bell",
                "link": "https://a.example/{{ event.id }}",
                "hook": { "command": ["siren", "--loud"], "timeLimit": 5 },
            },
        })
    );
    assert_eq!(tidings(dir, &["rule", "move", "b", "4", "2"]).good(), "Rule 4 is rule 2 now.\n");
    assert_eq!(tidings(dir, &["rule", "remove", "b", "1"]).good(), "Removed rule 1.\n");
    assert_eq!(
        tidings(dir, &["rule", "list", "b"]).good(),
        "1  all → announce\n2  type ping or pong → drop\n3  regex ^ok, words all well → silent\n"
    );
}

#[test]
fn what_cannot_work_is_refused_with_its_place() {
    let dir = with_feed();
    let dir = dir.path();
    for (arguments, status, sentence) in [
        (
            &["rule", "add", "b", "--if", "event.json.n > nine"][..],
            1,
            "The expression of rule 1 cannot be used: line 1, column 16: “nine” is not known; there are body, event, feed, link, title and urgency.",
        ),
        (&["rule", "add", "b", "--regex", "("], 1, "The regular expression of rule 1 cannot be used: unclosed group."),
        (
            &["rule", "add", "b", "--sound", "../x"],
            1,
            "The sound of rule 1 cannot be used: it is no name of a sound theme, such as message-new-instant.",
        ),
        (&["rule", "remove", "b", "1"], 1, "“b” has no rules."),
        (&["rule", "list", "c"], 1, "There is no feed “c”; see tidings feed list."),
        (
            &["feed", "edit", "b", "--map", "title={{ event.json.x"],
            1,
            "The title template cannot be used: line 1, column 15: unexpected end of input, expected end of variable block.",
        ),
        (
            &["feed", "edit", "b", "--map", "subject=x"],
            2,
            "\"subject\" is no field that can be mapped; see tidings feed edit --help.",
        ),
        (&["feed", "edit", "b", "--map", "first-events=some"], 2, "\"some\" is no number; write first-events=NUMBER."),
        (&["rule"], 2, "What should be done with the rules? One of: list, add, remove, move, log, test."),
        (
            &["feed"],
            2,
            "What should be done with the feeds? One of: add, list, show, edit, test, log, record, curl, send-test, pause, resume, reconnect, remove, restore, move, folder.",
        ),
    ] {
        assert_eq!(tidings(dir, arguments).failure(status), sentence, "{arguments:?}");
    }
    assert_eq!(tidings(dir, &["rule", "list", "b"]).good(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_and_mapping_are_tried_and_then_take_effect() {
    let server = SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        for (id, data) in
            [r#"{"t":"one","n":1}"#, r#"{"t":"two","n":9}"#, "three", r#"[{"t":"x"},{"t":"y"}]"#].iter().enumerate()
        {
            connection.send(format!("id: {id}\ndata: {data}\n\n")).await;
        }
        connection.closed().await;
    })
    .await;
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path();
    tidings(dir, &["feed", "add", "b", &server.url("/"), "--map", "title={{ event.json.t }}"]).good();
    let engine = headless(dir, &[]);
    let stored = |count: usize| {
        eventually_blocking(crate::command::LIMIT, "all events", || {
            let exported = tidings(dir, &["export"]).good();
            (exported.lines().count() == count).then(|| ndjson(&exported))
        })
    };
    let titles = |events: &[Value]| -> Vec<String> {
        events.iter().map(|event| event["title"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(titles(&stored(4)), ["one", "two", "three", "t: x (+1 more)"]);

    let rules = dir.join("rules.json");
    let text = r#"[{"name":"few","when":{"expression":"event.json.n > 5"},"then":{"action":{"kind":"announce","urgency":"high"}}},
                   {"when":{"words":"three"},"then":{"action":{"kind":"drop"}}},
                   {"when":{"expression":"(event.json.n | default(0)) // 0 > 1"},"then":{"action":{"kind":"silent"}}}]"#;
    std::fs::write(&rules, text).expect("written");
    let rules = rules.to_str().expect("UTF-8");
    assert_eq!(
        tidings(dir, &["rule", "test", "b", "--rules", rules]).good(),
        "      #4  announce normal  no rule  t: x (+1 more)
          The expression of rule 3 failed: line 1: unable to calculate 0 // 0.
      #3  drop             rule 2  three
      #2  announce high    rule 1 (few)  two
      #1  announce normal  no rule  one
          The expression of rule 3 failed: line 1: unable to calculate 1 // 0.
4 events: 3 announced, 0 kept silently, 1 dropped.
"
    );
    let tried =
        ndjson(&tidings(dir, &["rule", "test", "b", "--rules", rules, "--limit", "3", "--format", "ndjson"]).good());
    assert_eq!(tried.len(), 3);
    assert_eq!(
        tried[2],
        json!({
            "number": 2, "part": 0, "outcome": "announce", "because": "rule", "rule": 1, "rule_name": "few",
            "urgency": "high", "title": "two", "body": "", "link": null, "icon": null, "group_key": null,
            "happened": null, "problem": null,
        })
    );

    // Saved, they are for what comes from now on; the process that runs takes them at once.
    tidings(dir, &["rule", "add", "b", "--regex", "^three$", "--drop"]).good();
    let changes = ["feed", "edit", "b", "--map", "split=event.json", "--map", "title=<{{ event.json.t }}>"];
    tidings(dir, &changes).good();
    let shown = tidings(dir, &["feed", "show", "b"]).good();
    assert!(
        shown.ends_with("map           title=<{{ event.json.t }}>\nmap           split=event.json\nrule          1  regex ^three$ → drop\n"),
        "{shown}"
    );
    // Another path is another stream: everything is sent once more.
    tidings(dir, &["feed", "edit", "b", "--url", &server.url("/other")]).good();
    let events = stored(4 + 2);
    assert_eq!(titles(&events)[4..], ["<x>", "<y>"]);
    assert_eq!((&events[4]["data"], &events[4]["id"]), (&json!(r#"{"t":"x"}"#), &json!("3")));
    let dropped = || ndjson(&tidings(dir, &["feed", "list", "--format", "ndjson"]).good())[0]["dropped"].clone();
    eventually_blocking(crate::command::LIMIT, "the count of dropped events", || (dropped() == json!(1)).then_some(()));
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
}

/// In a shell, in their order.
fn run_commands_of(page: &str, dir: &Path) {
    let blocks = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands: Vec<&str> = blocks.flat_map(str::lines).collect();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands {
        let ran = std::process::Command::new("/bin/sh")
            .args(["-ec", &format!("tidings() {{ \"$TIDINGS\" --data-dir \"$DIR\" \"$@\"; }}; {command}")])
            .env("TIDINGS", env!("CARGO_BIN_EXE_tidings"))
            .env("DIR", dir)
            .output()
            .expect("a shell");
        assert!(ran.status.success() && ran.stderr.is_empty(), "{command}: {ran:?}");
    }
}

#[test]
fn the_recipes_can_be_followed() {
    let dir = tempfile::tempdir().expect("a directory");
    run_commands_of(include_str!("../../docs/recipes.md"), dir.path());
    let feeds = ndjson(&tidings(dir.path(), &["feed", "list", "--format", "ndjson"]).good());
    assert_eq!(feeds.len(), 10);
}

#[test]
fn commands_of_the_page_work() {
    let dir = tempfile::tempdir().expect("a directory");
    tidings(dir.path(), &["feed", "add", "builds", "http://127.0.0.1:9/"]).good();
    run_commands_of(include_str!("../../docs/mapping-and-rules.md"), dir.path());
    let left = tidings(dir.path(), &["feed", "show", "builds"]).good();
    assert!(
        left.ends_with(
            "map           title={{ event.json.name }}: {{ event.json.status }}
map           split=event.json
map           first-seconds=2
rule          1  type ping → drop
rule          2  if event.json.status == 'failed' → announce urgent, sound bell
rule          3  words failed → announce high, start /usr/local/bin/siren --seconds 3
"
        ),
        "{left}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_that_rules_start_are_accounted_for() {
    let server = SseServer::streaming("data: one\n\n").await;
    let dir = tempfile::tempdir().expect("a directory");
    let dir = dir.path();
    tidings(dir, &["feed", "add", "house", &server.url("/")]).good();
    let program = ["rule", "add", "house", "--", "/bin/sh", "-c", "grep -o '\"title\":\"one\"'; echo no >&2; exit 3"];
    tidings(dir, &program).good();
    tidings(dir, &["settings", "set", "allow-hooks", "on"]).good();
    let log = ["rule", "log", "house"];
    assert_eq!(
        tidings(dir, &log).failure(1),
        "Tidings is not running, so no feed is connected; start it, or use tidings run."
    );
    let engine = headless(dir, &[]);
    let told = eventually_blocking(LIMIT, "the account of a program", || {
        Some(tidings(dir, &log).good()).filter(|told| !told.is_empty())
    });
    let lines: Vec<_> = told.lines().collect();
    let (before, took) = lines[0].split_once(" with status 3 after ").expect("how it ended");
    assert!(before.ends_with("  event 1, rule 1: /bin/sh ended") && took.ends_with(" ms"), "{told}");
    assert_eq!(lines[1..], ["    \"title\":\"one\"", "    no"]);
    let report = &ndjson(&tidings(dir, &[&log[..], &["--format", "ndjson"]].concat()).good())[0];
    assert_eq!(report["end"], json!({ "kind": "exited", "status": 3 }));
    assert_eq!(
        (&report["event"], &report["rule"], &report["output"]),
        (&json!(1), &json!(1), &json!("\"title\":\"one\"\nno\n"))
    );
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
}
