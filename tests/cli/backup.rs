//! `tidings backup` and `tidings restore`: everything as one file, and the way back, with and without a running engine.
//!
//! Deliberately not here: a restore that is interrupted (the engine's `store/restore.rs`).
use crate::command::{LIMIT, Ran, run_with_input};
use crate::headless::headless;
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tidings_engine::store::Store;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

const PASSPHRASE: &str = "correct horse battery\n";

fn tidings_with(dir: &Path, arguments: &[&str], input: &str) -> Ran {
    run_with_input(&[arguments, &["--data-dir", dir.to_str().expect("UTF-8")]].concat(), input.as_bytes())
}

fn tidings(dir: &Path, arguments: &[&str]) -> Ran {
    tidings_with(dir, arguments, "")
}

fn restore(dir: &Path, file: &Path, more: &[&str], input: &str) -> Ran {
    tidings_with(dir, &[&["restore", file.to_str().expect("UTF-8")], more].concat(), input)
}

fn dir() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// What a user sees of a directory.
fn seen(dir: &Path) -> [String; 4] {
    [&["export"][..], &["feeds", "export"], &["settings"], &["preset", "list"]].map(|what| tidings(dir, what).good())
}

/// The directory that the earlier data were set aside in.
fn set_aside(dir: &Path) -> PathBuf {
    let entries = fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path());
    let mut aside = entries.filter(|path| path.to_string_lossy().contains("before-restore-"));
    aside.next().expect("set aside")
}

fn event_of(dir: &Path, feed: &str) -> String {
    eventually_blocking(LIMIT, &format!("an event of {feed}"), || {
        let events = tidings(dir, &["list", "--feed", feed, "--format", "ndjson"]).good();
        let event: Value = serde_json::from_str(events.lines().next()?).expect("an object");
        event["data"].as_str().map(str::to_owned)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_back_and_what_was_there_is_set_aside() {
    let server = SseServer::start(|mut connection| async move {
        let seen = connection.request.header("authorization").unwrap_or_default();
        connection.send(format!("{EVENT_STREAM}id: 1\ndata: {seen}\n\n")).await;
        connection.closed().await;
    })
    .await;
    let url = server.url("/");
    let here = dir();
    let here = here.path();
    let add = ["feed", "add", "ci", &url, "--auth", "bearer", "--secret-stdin", "--folder", "Work"];
    tidings_with(here, &add, "s3cret-token\n").good();
    tidings(here, &["settings", "set", "keep-days", "90"]).good();
    tidings(here, &["preset", "save", "Our CI", "--feed", "ci"]).good();
    let engine = headless(here, &[]);
    assert_eq!(event_of(here, "ci"), "Bearer s3cret-token");
    let (sealed, plain) = (here.join("sealed.backup"), here.join("plain.backup"));
    let file = sealed.to_str().expect("UTF-8");
    let made = tidings_with(here, &["backup", file, "--with-secrets", "--passphrase-stdin"], PASSPHRASE).good();
    assert!(made.starts_with("Wrote ") && made.ends_with(&format!(" bytes into {file}.\n")), "{made}");
    assert_eq!(tidings(here, &["backup", file]).failure(1), format!("{file} is there already; --replace replaces it."));
    tidings(here, &["backup", plain.to_str().expect("UTF-8")]).good();
    drop(engine);
    let expected = seen(here);
    for file in [&sealed, &plain] {
        assert_eq!(fs::metadata(file).expect("there").permissions().mode() & 0o777, 0o600);
        let content = fs::read(file).expect("read");
        // Its event repeats the token: that is the server's word.
        let secret = content.windows(12).filter(|part| part == b"s3cret-token").count();
        assert!(secret <= 4, "{secret}");
    }

    // To a process that follows another feed.
    let there = dir();
    let there = there.path();
    tidings(there, &["feed", "add", "old", "http://127.0.0.1:9/"]).good();
    let engine = headless(there, &[]);
    assert_eq!(
        restore(there, &sealed, &["--passphrase-stdin"], "wrong\n").failure(1),
        "The passphrase is not the one with which the passwords and tokens were sealed: check it."
    );
    assert!(restore(there, &sealed, &[], "").failure(2).contains("--without-secrets leaves them out"));
    let asked = server.requests().len();
    let said = restore(there, &sealed, &["--passphrase-stdin"], PASSPHRASE).good();
    let aside = set_aside_when_there(there);
    assert_eq!(said, format!("Restored {}. What was there before is in {}.\n", sealed.display(), aside.display()));
    assert_eq!(server.request(asked).await.header("authorization").as_deref(), Some("Bearer s3cret-token"));
    assert_eq!(server.request(asked).await.header("last-event-id").as_deref(), Some("1"), "it goes on");
    let now = seen(there);
    assert_eq!(now[1..], expected[1..]);
    assert!(tidings(&aside, &["feed", "list"]).good().contains("old"));
    drop(engine);

    // Where nobody runs, and nothing was; without the passwords.
    let third = dir();
    let third = third.path();
    restore(third, &sealed, &["--without-secrets"], "").good();
    assert_eq!(seen(third), expected);
    assert!(!third.join("tidings.secrets.json").exists());
    // To where it is from: the password that is kept there still opens the feed.
    restore(here, &plain, &[], "").good();
    let engine = headless(here, &[]);
    let asked = server.requests().len().saturating_sub(1);
    assert_eq!(server.request(asked).await.header("authorization").as_deref(), Some("Bearer s3cret-token"));
    drop(engine);
}

/// The running process begins anew a moment after it has answered.
fn set_aside_when_there(dir: &Path) -> PathBuf {
    eventually_blocking(LIMIT, "the new data", || {
        let pending = ["restore.ready", "restore.placing"].iter().any(|name| dir.join(name).exists());
        let answers = std::os::unix::net::UnixStream::connect(dir.join("control.sock")).is_ok();
        (!pending && answers).then_some(())
    });
    set_aside(dir)
}

#[test]
fn a_running_process_begins_anew_also_when_the_asker_has_left() {
    let (here, there) = (dir(), dir());
    tidings(here.path(), &["feed", "add", "new", "http://127.0.0.1:9/"]).good();
    let file = here.path().join("b");
    tidings(here.path(), &["backup", file.to_str().expect("UTF-8")]).good();
    let engine = headless(there.path(), &[]);
    let mut asker = eventually_blocking(LIMIT, "the control socket", || {
        std::os::unix::net::UnixStream::connect(there.path().join("control.sock")).ok()
    });
    let request = serde_json::json!({ "request": "restore", "file": file });
    asker.write_all(format!("{request}\n").as_bytes()).expect("asked");
    drop(asker);
    eventually_blocking(LIMIT, "the restored feed", || {
        tidings(there.path(), &["feed", "list"]).stdout.contains("new").then_some(())
    });
    drop(engine);
}

#[test]
fn programs_of_rules_are_off_after_a_restore() {
    let (here, there) = (dir(), dir());
    tidings(here.path(), &["settings", "set", "allow-hooks", "on"]).good();
    let file = here.path().join("b");
    tidings(here.path(), &["backup", file.to_str().expect("UTF-8")]).good();
    let said = restore(there.path(), &file, &[], "");
    assert_eq!(
        (said.status, &*said.stderr),
        (
            0,
            "tidings: The rules in the backup may start no programs until you allow it: tidings settings set allow-hooks on.\n"
        )
    );
    let settings = tidings(there.path(), &["settings"]).good();
    assert!(settings.lines().any(|line| line.split_whitespace().eq(["allow-hooks", "off"])), "{settings}");
}

#[test]
fn what_is_no_backup_changes_nothing() {
    let home = dir();
    let home = home.path();
    tidings(home, &["feed", "add", "there", "http://127.0.0.1:9/"]).good();
    let elsewhere = dir();
    let good = elsewhere.path().join("good");
    tidings(home, &["backup", good.to_str().expect("UTF-8")]).good();
    let whole = fs::read(&good).expect("read");
    let before = seen(home);

    // Backups as a stranger would make them, each with this in its schema.
    let with = |sql: &str| {
        let dir = dir();
        fs::write(dir.path().join("tidings.db"), &whole).expect("written");
        let store = Store::open(dir.path()).expect("a history");
        store.connection().execute_batch(sql).expect("changed");
        drop(store);
        fs::read(dir.path().join("tidings.db")).expect("read")
    };
    let newer = {
        let mut newer = whole.clone();
        newer[60..64].copy_from_slice(&999_u32.to_be_bytes());
        newer
    };
    let mut damaged = whole.clone();
    let end = damaged.len();
    damaged[4096..end / 2].fill(0x5a);
    let mut other = whole.clone();
    other[68..72].fill(0);
    let table = [
        ("an empty file", vec![], "it is something else, or only a part"),
        ("a text", b"my novel".repeat(100), "it is something else, or only a part"),
        ("half of one", whole[..whole.len() / 2].to_vec(), "it is no backup that Tidings can restore"),
        ("a damaged one", damaged, "it is no backup that Tidings can restore"),
        ("a newer one", newer, "was written by a newer Tidings (format 999"),
        ("another database", other, "it is another database"),
        (
            "a trigger",
            with("CREATE TRIGGER evil AFTER INSERT ON events BEGIN DELETE FROM feeds; END"),
            "it is another database",
        ),
        ("a view", with("CREATE VIEW evil AS SELECT 1"), "it is another database"),
        ("a table", with("CREATE TABLE evil (x)"), "it is another database"),
        (
            "a later format",
            with("UPDATE backup SET content = CAST('{\"format\":2,\"madeAt\":0}' AS BLOB) WHERE name = 'about'"),
            "was written by a newer Tidings (format 2",
        ),
    ];
    for (what, content, sentence) in table {
        let file = elsewhere.path().join("file");
        fs::write(&file, content).expect("written");
        let said = restore(home, &file, &[], "").failure(1);
        assert!(said.contains(sentence), "{what}: {said}");
        assert_eq!(seen(home), before, "{what}");
        let left: Vec<_> =
            fs::read_dir(home).expect("a directory").map(|entry| entry.expect("an entry").file_name()).collect();
        assert!(!left.iter().any(|name| name.to_string_lossy().contains("restore")), "{what}: {left:?}");
    }
    let missing = elsewhere.path().join("missing");
    assert!(restore(home, &missing, &[], "").failure(1).contains("No such file or directory"));

    // Presets that would leave their folder, and more that no backup has.
    let odd = with("INSERT INTO backup VALUES ('presets/../../evil', x'41'), ('presets/', x'41'), ('other', x'41')");
    let file = elsewhere.path().join("file");
    fs::write(&file, odd).expect("written");
    restore(home, &file, &[], "").good();
    assert_eq!(seen(home), before);
    assert!(!home.join("presets").exists());
}

#[test]
fn there_has_to_be_something_to_back_up() {
    let home = dir();
    let file = home.path().join("b");
    let said = tidings(home.path(), &["backup", file.to_str().expect("UTF-8")]).failure(1);
    assert!(said.ends_with("there is nothing in it yet, so there is nothing to back up."), "{said}");
    assert!(!file.exists() && !home.path().join("b.part").exists());
}
