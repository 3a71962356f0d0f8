//! `tidings feed …`: what is kept of it, and that a running process is asked.
use crate::command::{Ran, Running, run, tidings};
use crate::headless::headless;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::Path;
use tempfile::TempDir;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::sse_server::SseServer;

fn data_dir() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

fn feed(dir: &Path, arguments: &[&str]) -> Ran {
    let dir = dir.to_str().expect("UTF-8");
    run(["feed"].iter().chain(arguments).chain(&["--data-dir", dir]))
}

/// The feeds as programs read them.
fn listed(dir: &Path) -> Vec<Value> {
    let list = feed(dir, &["list", "--format", "ndjson"]).good();
    list.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

/// Adds a feed with what there is by default and one with everything, and says what is to be listed of them.
fn add_plain_and_all(dir: &Path) -> (Value, Value) {
    assert_eq!(feed(dir, &["list"]).good(), "");
    assert_eq!(feed(dir, &["add", "plain", "http://127.0.0.1:9/a"]).good(), "Added “plain” as feed 1.\n");
    let ca = dir.join("ca.pem");
    let ca_text = ca.to_str().expect("UTF-8");
    tidings_test_support::tls::Authority::new("Test").write_pem(dir);
    let pem = std::fs::read_dir(dir).expect("a directory").filter_map(Result::ok).map(|entry| entry.path());
    let pem = pem.filter(|path| path.extension().is_some_and(|end| end == "pem")).last().expect("a certificate");
    std::fs::copy(pem, &ca).expect("a copy");
    let added = feed(
        dir,
        &[
            "add",
            "all",
            "https://user:s3cret@h/b",
            "--header",
            "X-Topic: news",
            "--header",
            "Authorization: Bearer s3cret",
            "--resume",
            "query:since",
            "--resume-path",
            "$.id",
            "--repeats",
            "key:meta.id",
            "--proxy",
            "socks5://p:s3cret@h:1080",
            "--ca",
            ca_text,
            "--insecure",
            "--no-notify",
            "--burst",
            "3/60",
            "--urgent-passes",
            "no",
            "--ignore-quiet-hours",
            "--quiet-in-view",
            "yes",
        ],
    );
    let kept = "Its passwords and tokens are kept in a file that only you can read, because no keyring is used.";
    assert_eq!(added.good(), format!("Added “all” as feed 2. {kept}\n"));

    let by_default = json!({
        "title": "", "body": "", "link": "", "icon": "", "urgency": "", "groupKey": "", "time": "", "split": "",
        "firstEvents": 0, "firstSeconds": 0,
    });
    let plain = json!({
        "id": 1, "name": "plain", "url": "http://127.0.0.1:9/a", "folder": null, "color": null, "icon": null, "paused": false, "notify": true, "headers": [], "credential": "none", "secrets": null,
        "burst": null, "urgent_passes": null, "ignores_quiet_hours": false, "quiet_in_view": null, "keep_days": null, "keep_events": null,
        "resume": "header", "resume_path": null, "resume_types": [], "repeats": "whole",
        "proxy": "system", "ca": null, "certificate": null, "trust": null, "refused_certificate": null, "certificate_valid_until": null, "insecure": false,
        "state": null, "message": null, "retry_at": null, "last_byte_at": null, "unread": null, "dropped": null, "signals": { "heartbeats": [], "refusals": [] }, "mapping": by_default, "rules": [],
    });
    let all = json!({
        "id": 2, "name": "all", "url": "https://h/b", "folder": null, "color": null, "icon": null, "paused": false, "notify": false,
        "burst": "3/60", "urgent_passes": false, "ignores_quiet_hours": true, "quiet_in_view": true, "keep_days": null, "keep_events": null,
        "headers": [["X-Topic", "news"]], "credential": "bearer", "secrets": "file",
        "resume": "query:since", "resume_path": "$.id", "resume_types": [], "repeats": "key:meta.id",
        "proxy": "socks5://p@h:1080", "ca": ca_text, "certificate": null, "trust": null, "refused_certificate": null, "certificate_valid_until": null, "insecure": true,
        "state": null, "message": null, "retry_at": null, "last_byte_at": null, "unread": null, "dropped": null, "signals": { "heartbeats": [], "refusals": [] }, "mapping": by_default, "rules": [],
    });
    (plain, all)
}

#[test]
fn what_is_chosen_is_kept() {
    let dir = data_dir();
    let dir = dir.path();
    let (plain, all) = add_plain_and_all(dir);
    let ca = dir.join("ca.pem").display().to_string();
    assert_eq!(listed(dir), [plain, all]);
    assert_eq!(feed(dir, &["list"]).good(), "1  plain  not running\n2  all    not running\n");
    assert_eq!(
        feed(dir, &["show", "ALL"]).good(),
        format!(
            "name          all
id            2
address       https://h/b
state         not running
header        X-Topic: news
credential    bearer
secret        its password or token is kept in a file that only you can read
secret        the password for the proxy is kept in a file that only you can read
resume        query:since from $.id
repeats       key:meta.id
proxy         socks5://p@h:1080
authorities   {ca}
certificates  not checked
announced     no
burst         3/60
urgent passes no
quiet hours   ignored
quiet in view yes
"
        )
    );
}

#[test]
fn what_is_not_named_stays() {
    let dir = data_dir();
    let dir = dir.path();
    let (mut plain, mut every) = add_plain_and_all(dir);
    // What was hidden is not lost.
    assert_eq!(
        feed(dir, &["edit", "all", "--name", "every", "--header", "x-topic: sport"]).good(),
        "Changed “every”.\n"
    );
    every["name"] = json!("every");
    every["headers"] = json!([["x-topic", "sport"]]);
    assert_eq!(listed(dir)[1], every);
    let changes =
        ["edit", "2", "--no-headers", "--no-ca", "--secure", "--notify", "--resume", "none", "--proxy", "none"];
    let types =
        ["edit", "2", "--resume", "query:since", "--resume-path", "/id", "--resume-types", "a,b", "--repeats", "never"];
    feed(dir, &types).good();
    let text = feed(dir, &["show", "2"]).good();
    assert!(text.contains("resume        query:since from /id of a, b\nrepeats       never\n"), "{text}");
    feed(dir, &changes).good();
    feed(dir, &["edit", "every", "--url", "http://h/c", "--resume", "header"]).good();
    for (key, value) in [
        ("headers", json!([])),
        ("ca", json!(null)),
        ("insecure", json!(false)),
        ("notify", json!(true)),
        ("resume", json!("header")),
        ("resume_path", json!(null)),
        ("repeats", json!("never")),
        ("proxy", json!("none")),
        ("url", json!("http://h/c")),
    ] {
        every[key] = value;
    }
    assert_eq!(listed(dir)[1], every);

    // Each choice of a feed's own is made and unmade without the others.
    for (changes, key, value) in [
        (&["--burst", "default"][..], "burst", json!(null)),
        (&["--burst", "1000/3600"], "burst", json!("1000/3600")),
        (&["--urgent-passes", "yes"], "urgent_passes", json!(true)),
        (&["--urgent-passes", "default"], "urgent_passes", json!(null)),
        (&["--heed-quiet-hours"], "ignores_quiet_hours", json!(false)),
        (&["--ignore-quiet-hours"], "ignores_quiet_hours", json!(true)),
        (&["--quiet-in-view", "no"], "quiet_in_view", json!(false)),
        (&["--quiet-in-view", "default"], "quiet_in_view", json!(null)),
        (&["--keep-days", "30"], "keep_days", json!("30")),
        (&["--keep-events", "all"], "keep_events", json!("all")),
        (&["--keep-days", "default"], "keep_days", json!(null)),
        (&["--keep-events", "default"], "keep_events", json!(null)),
    ] {
        feed(dir, &[&["edit", "every"], changes].concat()).good();
        every[key] = value;
        assert_eq!(listed(dir)[1], every, "{changes:?}");
    }

    for (changes, key, value) in [
        (&["--folder", " Work  at home "][..], "folder", json!("Work at home")),
        (&["--color", "teal"], "color", json!("teal")),
        (&["--icon", "🏭"], "icon", json!("🏭")),
    ] {
        feed(dir, &[&["edit", "every"], changes].concat()).good();
        every[key] = value;
        assert_eq!(listed(dir)[1], every, "{changes:?}");
    }
    let text = feed(dir, &["show", "every"]).good();
    assert!(text.contains("folder        Work at home\ncolour        teal\nicon          🏭\n"), "{text}");
    feed(dir, &["edit", "every", "--folder", "", "--color", "default", "--icon", ""]).good();
    for key in ["folder", "color", "icon"] {
        every[key] = json!(null);
    }
    assert_eq!(listed(dir)[1], every);

    assert_eq!(feed(dir, &["pause", "plain"]).good(), "Paused “plain”.\n");
    plain["paused"] = json!(true);
    assert_eq!(listed(dir), [plain.clone(), every]);
    assert_eq!(feed(dir, &["list"]).good(), "1  plain  paused\n2  every  not running\n");
    assert_eq!(feed(dir, &["resume", "plain"]).good(), "Resumed “plain”.\n");
    assert_eq!(feed(dir, &["remove", "every", "--with-history"]).good(), "Deleted “every” and its stored events.\n");
    plain["paused"] = json!(false);
    assert_eq!(listed(dir), [plain]);
}

#[test]
fn feeds_are_put_into_folders_and_in_order() {
    let dir = data_dir();
    let dir = dir.path();
    for name in ["one", "two", "three"] {
        feed(dir, &["add", name, "http://127.0.0.1:9/"]).good();
    }
    feed(dir, &["add", "four", "http://127.0.0.1:9/", "--folder", "Work"]).good();
    assert_eq!(feed(dir, &["move", "one", "--into", "work"]).good(), "Moved “one”.\n", "whatever the case");
    let (loose, out) = ("2  two    not running\n3  three  not running\n", "1  one    not running\n");
    let list = || feed(dir, &["list"]).good();
    assert_eq!(list(), format!("{loose}Work\n  4  four   not running\n  {out}"));
    feed(dir, &["move", "1", "--before", "four"]).good();
    feed(dir, &["move", "three", "--after", "Work"]).good();
    assert_eq!(
        list(),
        "2  two    not running\nWork\n  1  one    not running\n  4  four   not running\n3  three  not running\n"
    );
    assert_eq!(feed(dir, &["folder", "WORK", "--before", "two"]).good(), "Moved the folder “Work”.\n");
    assert_eq!(feed(dir, &["folder", "Work", "--rename", "Day"]).good(), "The folder “Work” is called “Day” now.\n");
    feed(dir, &["move", "four", "--out"]).good();
    assert_eq!(
        list(),
        "Day\n  1  one    not running\n4  four   not running\n2  two    not running\n3  three  not running\n"
    );
    assert_eq!(
        feed(dir, &["folder", "day", "--dissolve"]).good(),
        "Dissolved the folder “Day”; its feeds are where it was.\n"
    );
    assert_eq!(listed(dir).iter().map(|feed| feed["folder"].clone()).collect::<Vec<_>>(), vec![json!(null); 4]);
    for (arguments, sentence) in [
        (&["move", "one", "--into", ""][..], None),
        (&["move", "one", "--before", "Day"], Some("There is no feed “Day”; see tidings feed list.")),
        (&["folder", "Day", "--dissolve"], Some("There is no folder “Day”; see tidings feed list.")),
    ] {
        match sentence {
            None => drop(feed(dir, arguments).good()),
            Some(sentence) => assert_eq!(feed(dir, arguments).failure(1), sentence),
        }
    }
    assert!(feed(dir, &["move", "one"]).failure(2).contains("--before"), "somewhere has to be named");
}

#[test]
fn a_removed_feed_can_be_brought_back() {
    let dir = data_dir();
    let dir = dir.path();
    let before = add_plain_and_all(dir);
    assert_eq!(
        feed(dir, &["remove", "all"]).good(),
        "Removed “all”. Its stored events stay; tidings feed restore brings it back.\n"
    );
    assert_eq!(listed(dir), std::slice::from_ref(&before.0));
    let removed = feed(dir, &["list", "--removed"]).good();
    assert!(
        removed.starts_with("2  all  removed ") && removed.ends_with(", 0 events, can be brought back\n"),
        "{removed}"
    );
    assert_eq!(
        feed(dir, &["restore", "plain"]).failure(1),
        "No feed “plain” was removed; see tidings feed list --removed."
    );
    assert_eq!(feed(dir, &["restore", "ALL"]).good(), "“all” is back.\n");
    assert_eq!(listed(dir), [before.0, before.1]);
    assert_eq!(feed(dir, &["list", "--removed"]).good(), "");
    feed(dir, &["remove", "all"]).good();
    assert_eq!(
        feed(dir, &["remove", "all", "--with-history"]).good(),
        "Deleted “all” and its stored events.\n",
        "also what was removed before"
    );
    assert_eq!(feed(dir, &["list", "--removed"]).good(), "");
}

#[test]
fn what_several_are_called_means_none_that_was_removed() {
    let dir = data_dir();
    let dir = dir.path();
    let add = || drop(feed(dir, &["add", "twin", "http://h/"]).good());
    add();
    feed(dir, &["remove", "twin"]).good();
    add();
    add();
    let several = "Several feeds are called “twin”; name one by its id: 2, 3.";
    assert_eq!(feed(dir, &["remove", "twin", "--with-history"]).failure(1), several);
    let list = ["list", "--feed", "twin", "--data-dir", dir.to_str().expect("UTF-8")];
    assert_eq!(run(list).failure(1), several);
    assert!(feed(dir, &["list", "--removed"]).good().starts_with("1  twin  removed "));
    feed(dir, &["remove", "3"]).good();
    assert_eq!(
        feed(dir, &["restore", "twin"]).failure(1),
        "Several feeds are called “twin”; name one by its id: 3, 1."
    );
}

#[test]
fn a_feed_that_is_not_there_is_told() {
    let dir = data_dir();
    feed(dir.path(), &["add", "twin", "http://h/"]).good();
    for command in [
        &["show", "other"][..],
        &["pause", "other"],
        &["resume", "other"],
        &["reconnect", "other"],
        &["remove", "other"],
        &["edit", "other", "--notify"],
    ] {
        assert_eq!(feed(dir.path(), command).failure(1), "There is no feed “other”; see tidings feed list.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_process_is_asked() {
    let server = SseServer::streaming("").await;
    let dir = data_dir();
    let dir = dir.path();
    let engine = headless(dir, &[]);
    let socket = dir.join("control.sock");
    eventually_blocking(crate::command::LIMIT, "the control socket", || socket.exists().then_some(()));
    assert_eq!(std::fs::metadata(&socket).expect("there").permissions().mode() & 0o777, 0o600);

    assert_eq!(feed(dir, &["add", "live", &server.url("/")]).good(), "Added “live” as feed 1.\n");
    server.request(0).await;
    let state = |expected: &str| {
        let what = format!("the state {expected}");
        eventually_blocking(crate::command::LIMIT, &what, || (listed(dir)[0]["state"] == expected).then_some(()));
    };
    state("open");
    let list = feed(dir, &["list"]).good();
    assert!(list.starts_with("1  live  open since ") && list.ends_with(" s ago\n"), "{list}");
    assert!(list.contains(", last byte "), "{list}");
    feed(dir, &["pause", "live"]).good();
    server.ended(0).await;
    state("paused");
    feed(dir, &["resume", "live"]).good();
    server.request(1).await;
    state("open");
    // Another address: the old connection ends, and the new begins.
    feed(dir, &["edit", "live", "--url", &server.url("/other")]).good();
    assert_eq!(server.request(2).await.target(), "/other");
    assert_eq!(feed(dir, &["remove", "nobody"]).failure(1), "There is no feed “nobody”; see tidings feed list.");
    feed(dir, &["remove", "live"]).good();
    server.ended(2).await;
    assert_eq!(listed(dir), [json!(null); 0]);

    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
    assert!(!socket.exists(), "the socket goes with its process");
}

#[tokio::test(flavor = "multi_thread")]
async fn reconnecting_is_asked_of_a_running_process() {
    let server = SseServer::streaming("").await;
    let dir = data_dir();
    let dir = dir.path();
    for name in ["one", "two", "resting"] {
        feed(dir, &["add", name, &server.url(&format!("/{name}"))]).good();
    }
    feed(dir, &["pause", "resting"]).good();
    for which in ["one", "--all"] {
        let sentence = "Tidings is not running, so no feed is connected; start it, or use tidings run.";
        assert_eq!(feed(dir, &["reconnect", which]).failure(1), sentence);
    }
    let usage = feed(dir, &["reconnect"]);
    assert_eq!((usage.status, &*usage.stdout), (2, ""), "{}", usage.stderr);
    assert_eq!(feed(dir, &["reconnect", "one", "--all"]).status, 2);

    let _engine = headless(dir, &[]);
    let all_open = || {
        let open = || listed(dir).iter().filter(|feed| feed["state"] == "open").count() == 2;
        eventually_blocking(crate::command::LIMIT, "two open feeds", || open().then_some(()));
    };
    all_open();
    assert_eq!(feed(dir, &["reconnect", "ONE"]).good(), "Reconnecting “one”.\n");
    assert_eq!(server.request(2).await.target(), "/one");
    all_open();
    assert_eq!(feed(dir, &["reconnect", "--all"]).good(), "Reconnecting all feeds.\n");
    server.request(4).await;
    all_open();
    assert_eq!(server.requests().len(), 5);
    assert_eq!(
        feed(dir, &["reconnect", "resting"]).failure(1),
        "“resting” is paused; follow it again with tidings feed resume."
    );
}

#[test]
fn two_cannot_run_on_one_directory() {
    let dir = data_dir();
    let engine = headless(dir.path(), &[]);
    let second = run(["run", "--headless", "--data-dir", dir.path().to_str().expect("UTF-8")]).failure(1);
    assert!(second.contains(&format!("process {}", engine.id())), "{second}");
}

#[test]
fn a_socket_that_nobody_answers_is_no_obstacle() {
    let dir = data_dir();
    // Left behind by a process that was killed.
    drop(UnixListener::bind(dir.path().join("control.sock")).expect("a socket"));
    feed(dir.path(), &["add", "a", "http://h/"]).good();
    let engine = headless(dir.path(), &[]);
    eventually_blocking(crate::command::LIMIT, "an answer", || {
        listed(dir.path())[0]["state"].is_string().then_some(())
    });
    engine.signal(Signal::KILL);
}

#[test]
fn a_directory_may_have_a_long_name() {
    let dir = data_dir();
    let long = dir.path().join("a".repeat(100)).join("b".repeat(100));
    std::fs::create_dir_all(&long).expect("a directory");
    let engine = headless(&long, &[]);
    eventually_blocking(crate::command::LIMIT, "the control socket", || {
        long.join("control.sock").exists().then_some(())
    });
    feed(&long, &["add", "a", "http://127.0.0.1:9/"]).good();
    assert!(listed(&long)[0]["state"].is_string(), "the running process answers");
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
}

#[test]
fn commands_that_meet_wait_for_one_another() {
    let dir = data_dir();
    let dir = dir.path().to_str().expect("UTF-8");
    let adding: Vec<_> = (0..4)
        .map(|number| {
            let name = format!("feed {number}");
            Running::start(&mut tidings(["feed", "add", &name, "http://h/", "--data-dir", dir]))
        })
        .collect();
    for add in adding {
        add.end().good();
    }
    assert_eq!(listed(Path::new(dir)).len(), 4);
}
