//! `tidings feeds export|import`: feeds go from one data directory to another, and nothing secret goes with them unsealed.
//!
//! Deliberately not here: what a file may say (the engine's `feeds_file/tests.rs`).
use crate::command::{LIMIT, Ran, Running, run_with_input};
use crate::headless::headless;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

const PASSPHRASE: &str = "correct horse battery";

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        let dir = self.0.path().to_str().expect("UTF-8");
        run_with_input(&[arguments, &["--data-dir", dir]].concat(), input.as_bytes())
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).expect("written");
        path
    }

    fn import(&self, file: &Path, more: &[&str]) -> Ran {
        self.run(&[&["feeds", "import", file.to_str().expect("UTF-8")], more].concat())
    }

    fn names(&self) -> Vec<String> {
        let list = self.run(&["feed", "list", "--format", "ndjson"]).good();
        let name = |line: &str| serde_json::from_str::<Value>(line).expect("an object")["name"].clone();
        list.lines().map(|line| name(line).as_str().expect("a name").to_owned()).collect()
    }
}

/// Feeds of several kinds, with secrets that begin with s3cret.
fn furnish(home: &Home, url: &str) {
    let add = |more: &[&str], input: &str| drop(home.run_with(&[&["feed", "add"], more].concat(), input).good());
    add(&["token", &format!("{url}token"), "--auth", "bearer", "--secret-stdin", "--folder", "Work"], "s3cret-token\n");
    let with_password = url.replace("http://", "http://anna:s3cret-password@");
    add(&["password", &format!("{with_password}password"), "--color", "teal", "--icon", "🔒"], "");
    let header =
        ["--header", "X-Api-Key: s3cret-key", "--header", "X-Second-Token: s3cret-second", "--header", "X-Topic: a"];
    add(&[&["headers", &format!("{url}headers"), "--folder", "Work"], &header[..]].concat(), "");
    let proxied = ["--proxy", "http://anna:s3cret-proxy@127.0.0.1:9"];
    add(&[&["proxied", &format!("{url}proxied")], &proxied[..]].concat(), "");
    add(
        &["mapped", &format!("{url}mapped"), "--map", "title={{ event.json.x }}", "--keep-days", "7", "--no-notify"],
        "",
    );
    home.run(&["feed", "pause", "mapped"]).good();
}

/// Everything under a directory.
fn contents(dir: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            all.extend(contents(&entry));
        } else if entry.extension().is_none_or(|end| end != "sock") {
            all.extend(fs::read(&entry).expect("read"));
        }
    }
    all
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_move_with_their_secrets_sealed_and_are_followed() {
    let server = SseServer::start(|mut connection| async move {
        let seen = connection.request.header("authorization").unwrap_or_default();
        connection.send(format!("{EVENT_STREAM}data: {seen}\n\n")).await;
        connection.closed().await;
    })
    .await;
    let (here, there) = (Home::new(), Home::new());
    furnish(&here, &server.url("/"));
    let engine = headless(here.0.path(), &[]);
    let file = here.0.path().join("feeds.toml");
    let path = file.to_str().expect("UTF-8");
    let export = ["feeds", "export", path, "--with-secrets", "--passphrase-stdin"];
    assert_eq!(here.run_with(&export, &format!("{PASSPHRASE}\n")).good(), format!("Wrote 5 feeds into {path}.\n"));
    assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    let sealed = fs::read_to_string(&file).expect("text");
    assert!(!sealed.contains("s3cret") && !sealed.contains(PASSPHRASE), "{sealed}");
    assert_eq!(here.run_with(&export, "x\n").failure(1), format!("{path} is there already; --replace replaces it."));
    let plain = here.run(&["feeds", "export"]).good();
    assert_eq!(sealed.split("\n[sealed]").next(), Some(&*plain), "the rest is the same");
    drop(engine);

    let engine = headless(there.0.path(), &[]);
    let import = ["feeds", "import", path, "--passphrase-stdin"];
    assert_eq!(
        there.run_with(&import, "wrong\n").failure(1),
        "The passphrase is not the one with which the passwords and tokens were sealed: check it."
    );
    assert_eq!(
        there.import(&file, &[]).failure(2),
        "There is no terminal to ask for the passphrase; give it on standard input with --passphrase-stdin; --without-secrets leaves them out."
    );
    assert_eq!(there.names(), [""; 0]);
    let said = there.run_with(&import, &format!("{PASSPHRASE}\n"));
    assert_eq!((said.status, &*said.stdout), (0, "Added 5 feeds.\n"));
    assert_eq!(said.stderr, "tidings: proxied: it goes through the proxy 127.0.0.1:9/\n");
    assert_eq!(there.run(&["feeds", "export"]).good(), plain, "export, import and export give the same");
    for (feed, header) in [("token", "Bearer s3cret-token"), ("password", "Basic YW5uYTpzM2NyZXQtcGFzc3dvcmQ=")] {
        let data = eventually_blocking(LIMIT, &format!("an event of {feed}"), || {
            let events = there.run(&["list", "--feed", feed, "--format", "ndjson"]).good();
            events.lines().next().map(|line| serde_json::from_str::<Value>(line).expect("an object")["data"].clone())
        });
        assert_eq!(data, header);
    }
    drop(engine);
    fs::remove_file(there.0.path().join("tidings.secrets.json")).expect("the only place of the secrets");
    // What servers repeat is theirs.
    let left = contents(there.0.path());
    for secret in ["s3cret-key", "s3cret-second", "s3cret-proxy", PASSPHRASE] {
        assert!(!has(&left, secret), "{secret}");
    }
}

#[test]
fn an_import_shows_what_it_would_do_and_does_what_is_chosen() {
    let home = Home::new();
    home.run(&["feed", "add", "builds", "https://ci.example.org/events", "--folder", "Work"]).good();
    home.run(&["feed", "add", "same", "https://same.example.org/"]).good();
    let pack = home.file(
        "pack.toml",
        r#"format = 1
title = "Our servers"
description = "What everybody here follows."

[[feed]]
name = "build server"
url = "https://ci.example.org/events"
folder = "Ours"

[[feed]]
name = "same"
url = "https://same.example.org/"

[[feed]]
name = "new one"
url = "https://new.example.org/"
folder = "Work"
insecure = true
rules = [{ name = "siren", then = { hook = { command = ["rm", "-rf", "/"] } } }]

[[feed]]
name = "another"
url = "https://another.example.org/"

[[feed]]
name = "broken"
url = "https://broken.example.org/"
colour = "red"
"#,
    );
    assert_eq!(
        home.import(&pack, &["--dry-run"]).good(),
        "\
Our servers
What everybody here follows.
  change   build server  https://ci.example.org/events
           of “builds”: name, folder
           in the folder Ours
  there    same          https://same.example.org/
* add      new one       https://new.example.org/
           in the folder Work
           a rule of it would start a program, which is left out: rm -rf /
           it accepts any certificate
* add      another       https://another.example.org/
  refused  broken        https://broken.example.org/
           “colour” means nothing.
"
    );
    assert_eq!(home.names(), ["builds", "same"]);
    let json = home.import(&pack, &["--dry-run", "--format", "ndjson"]).good();
    let third: Value = serde_json::from_str(json.lines().nth(2).expect("a line")).expect("an object");
    assert_eq!((&third["number"], &third["standing"]), (&json!(3), &json!({ "kind": "new" })));

    let only = |name: &str, more: &[&str]| home.import(&pack, &[&["--only", name], more].concat());
    assert_eq!(only("nothing", &[]).failure(1), "There is no feed “nothing” in the file; see --dry-run.");
    assert_eq!(only("broken", &[]).failure(1), "“broken” cannot be imported: “colour” means nothing.");
    assert_eq!(
        only("build server", &[]).failure(1),
        "The address of “build server” is followed already; --update replaces its settings."
    );
    let said = only("new one", &[]);
    assert_eq!((said.status, &*said.stdout), (0, "Added 1 feed. Followed already: 2.\n"));
    assert_eq!(
        said.stderr,
        "tidings: new one: a rule of it would start a program, which is left out: rm -rf /\n\
         tidings: new one: it accepts any certificate\n\
         tidings: “broken” is left out: “colour” means nothing.\n"
    );
    assert_eq!(home.names(), ["builds", "new one", "same"], "at the end of its folder");
    let shown = home.run(&["feed", "show", "new one", "--format", "ndjson"]).good();
    assert!(!shown.contains("rm") && shown.contains("siren"), "{shown}");

    let said = home.import(&pack, &["--update"]);
    assert_eq!((said.status, &*said.stdout), (0, "Added 1 feed. Changed 1 feed. Followed already: 2.\n"));
    assert_eq!(home.names(), ["build server", "new one", "same", "another"]);
    assert_eq!(home.import(&pack, &["--update"]).stdout, "Nothing was imported. Followed already: 4.\n");
}

#[test]
fn what_cannot_be_imported_changes_nothing() {
    let home = Home::new();
    home.run(&["feed", "add", "there", "https://there.example.org/"]).good();
    let before = home.run(&["feeds", "export"]).good();
    let list = "The file is no list of feeds that Tidings can read: ";
    let missing = home.0.path().join("missing");
    assert_eq!(
        home.import(&missing, &[]).failure(1),
        format!("{} cannot be read: No such file or directory (os error 2).", missing.display())
    );
    for (text, sentence) in [
        ("", "There is nothing in the file.".to_owned()),
        (
            "format = 9\n",
            "The file is of format 9, which a newer Tidings wrote; this one reads up to format 1. Nothing was changed."
                .to_owned(),
        ),
        ("format = 1\nowner = 1\n", format!("{list}“owner” means nothing.")),
        (&"http://h/\n".repeat(300_000), "The file is larger than 2 MiB, so it is no list of feeds.".to_owned()),
    ] {
        assert_eq!(home.import(&home.file("f", text), &[]).failure(1), sentence);
    }
    let file = home.0.path().join("f");
    fs::write(&file, b"\xff\xfe\x00h").expect("written");
    assert_eq!(
        home.import(&file, &[]).failure(1),
        format!("{} is no text (UTF-8), so it is no list of feeds.", file.display())
    );
    // All or nothing: the second cannot be sent as it is.
    let file = home.file("f", "http://a/\nhttp://b:s\u{1}cret@b/\n");
    let said = home.import(&file, &[]);
    assert!(said.status == 0 || said.stderr.contains("Nothing was imported"), "{said:?}");
    if said.status != 0 {
        assert_eq!(home.run(&["feeds", "export"]).good(), before);
    }
}

#[test]
fn other_lists_are_taken() {
    let home = Home::new();
    let opml = home.file(
        "reader.opml",
        "<opml version='2.0'><body><outline text='Work'><outline text='CI' xmlUrl='https://ci.example.org/'/></outline>\
         <outline title='News' url='https://news.example.org/'/></body></opml>",
    );
    assert_eq!(home.import(&opml, &[]).good(), "Added 2 feeds.\n");
    let list = "https://a.example.org/\n# a remark\nhttps://ci.example.org/\n";
    let said = home.run_with(&["feeds", "import", "-"], list).good();
    assert_eq!(said, "Added 1 feed. Followed already: 1.\n");
    assert_eq!(home.names(), ["CI", "News", "a.example.org"]);
    let text = home.run(&["feeds", "export", "--feed", "CI", "--title", "Mine"]).good();
    assert!(
        text.contains("title = \"Mine\"") && text.contains("folder = \"Work\"") && !text.contains("News"),
        "{text}"
    );
}

#[test]
fn addresses_that_may_tell_are_named() {
    let home = Home::new();
    home.run(&["feed", "add", "telling", "https://h.example.org/?access_token=abc"]).good();
    let said = home.run(&["feeds", "export"]);
    assert_eq!(
        said.stderr,
        "tidings: The addresses of these feeds have parameters that may be secret; look at them before you give the file to somebody: telling.\n"
    );
}

#[test]
fn an_engine_that_follows_is_asked() {
    let home = Home::new();
    let mut engine: Running = headless(home.0.path(), &[]);
    let list = home.file("list", "http://127.0.0.1:9/a\nhttp://127.0.0.1:9/b\n");
    assert_eq!(home.import(&list, &[]).good(), "Added 2 feeds.\n");
    assert_eq!(home.names().len(), 2);
    assert!(engine.ended().is_none());
}
