//! Passwords and tokens: where they are kept, where they are sent, and that they are nowhere else.
//!
//! Deliberately not here: what the window shows of them (`ui/tests/credentials.test.ts`).
use crate::command::{LIMIT, Ran, Running, tidings};
use crate::headless::headless_with;
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;
use tidings_test_support::SessionBus;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::keyring::Keyring;
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, SseServer, response};

const FILE: &str = "tidings.secrets.json";

/// A data directory, and the bus on which a keyring may be.
struct Home {
    dir: TempDir,
    bus: Option<SessionBus>,
}

impl Home {
    fn without_keyring() -> Self {
        Self { dir: tempfile::tempdir().expect("a directory"), bus: None }
    }

    fn with_keyring() -> (Self, Keyring) {
        let bus = SessionBus::start();
        let keyring = Keyring::start(bus.address());
        (Self { bus: Some(bus), ..Self::without_keyring() }, keyring)
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn on_bus<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Some(bus) = &self.bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus.address());
        }
        command
    }

    /// A command on the directory, with this on standard input.
    fn run(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = tidings(arguments);
        self.on_bus(&mut command).arg("--data-dir").arg(self.path());
        let mut running = Running::start(command.stdin(Stdio::piped()));
        // One that refuses its arguments reads nothing.
        let _ = running.stdin().write_all(input.as_bytes());
        running.end()
    }

    fn engine(&self) -> Running {
        headless_with(self.path(), |command| {
            self.on_bus(command).args(["--print"]).env("TIDINGS_LOG", "debug");
        })
    }

    fn feed(&self, name: &str) -> Value {
        let list = self.run(&["feed", "list", "--format", "ndjson"], "").good();
        let mut feeds = list.lines().map(|line| serde_json::from_str::<Value>(line).expect("an object"));
        feeds.find(|feed| feed["name"] == name).expect("the feed")
    }

    /// Waits until a feed is in this state, and returns its message.
    #[track_caller]
    fn when(&self, name: &str, state: &str) -> String {
        eventually_blocking(LIMIT, &format!("the state {state} of {name}"), || {
            let feed = self.feed(name);
            (feed["state"] == state).then(|| feed["message"].as_str().unwrap_or_default().to_owned())
        })
    }
}

/// Says what was asked with, as an event.
async fn echo(mut connection: Connection) {
    let request = connection.request.clone();
    let target = request.target().to_owned();
    let seen = ["authorization", "cookie", "x-api-key", "x-second-token"]
        .map(|name| request.header(name).unwrap_or_default())
        .join("|");
    connection.send(format!("{EVENT_STREAM}data: {target}|{seen}\n\n")).await;
    connection.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_is_kept_in_a_file_and_sent() {
    let server = SseServer::start(echo).await;
    let home = Home::without_keyring();
    let url = server.url("/p?a=1");
    let with_password = url.replace("http://", "http://anna:s3cret-url@");
    let kept = |what: &str| format!("{what} kept in a file that only you can read, because no keyring is used.\n");
    // How it is added, what is typed, what is told, what the server sees.
    let table: [(&[&str], &str, &str, &str); 8] = [
        (&["--auth", "bearer"], "s3cret-bearer\n", "Its token is", "/p?a=1|Bearer s3cret-bearer|||"),
        (&["--auth", "basic:anna"], "s3cret:b\n", "Its password is", "/p?a=1|Basic YW5uYTpzM2NyZXQ6Yg==|||"),
        (&["--auth", "header:X-Api-Key"], "s3cret-key", "Its key is", "/p?a=1|||s3cret-key|"),
        (&["--auth", "query:t k"], "s3cret&q\n", "Its key is", "/p?a=1&t+k=s3cret%26q||||"),
        (&["--auth", "cookie:sid"], "s3cret-cookie\n", "Its cookie is", "/p?a=1||sid=s3cret-cookie||"),
        (&["--header", "Authorization: Bearer s3cret-typed"], "", "Its token is", "/p?a=1|Bearer s3cret-typed|||"),
        (
            &["--header", "X-Api-Key: s3cret-one", "--header", "X-Second-Token: s3cret-two"],
            "",
            "Its passwords and tokens are",
            "/p?a=1|||s3cret-one|s3cret-two",
        ),
        (&["URL"], "", "Its password is", "/p?a=1|Basic YW5uYTpzM2NyZXQtdXJs|||"),
    ];
    for ((how, typed, told, _), number) in table.iter().zip(1..) {
        let (name, in_url) = (format!("feed {number}"), how[0] == "URL");
        let mut arguments = vec!["feed", "add", &name, if in_url { &with_password } else { &url }];
        arguments.extend(how.iter().filter(|_| !in_url));
        if !typed.is_empty() {
            arguments.push("--secret-stdin");
        }
        let added = home.run(&arguments, typed).good();
        assert_eq!(added, format!("Added “{name}” as feed {number}. {}", kept(told)));
    }
    let file = home.path().join(FILE);
    assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(home.feed("feed 8")["url"], Value::from(url.clone()));
    assert_eq!(home.feed("feed 2")["credential"], "basic:anna");
    assert_eq!(home.feed("feed 2")["secrets"], "file");

    let engine = home.engine();
    for ((how, _, _, expected), number) in table.iter().zip(1..) {
        let name = format!("feed {number}");
        let event = eventually_blocking(LIMIT, &format!("an event over {how:?}"), || {
            let events = home.run(&["list", "--feed", &name, "--format", "ndjson"], "").good();
            events.lines().next().map(str::to_owned)
        });
        let event: Value = serde_json::from_str(&event).expect("an object");
        assert_eq!(event["data"], *expected, "{how:?}");
    }

    // Another token, at once: the connection is made anew.
    let before = server.requests().len();
    let edit = ["feed", "edit", "feed 1", "--auth", "bearer", "--secret-stdin"];
    home.run(&edit, "s3cret-other\n").good();
    assert_eq!(server.request(before).await.header("authorization").as_deref(), Some("Bearer s3cret-other"));
    // A change of something else keeps it.
    home.run(&["feed", "edit", "feed 1", "--resume", "none"], "").good();
    assert_eq!(server.request(before + 1).await.header("authorization").as_deref(), Some("Bearer s3cret-other"));
    home.run(&["feed", "edit", "feed 1", "--auth", "none"], "").good();
    assert_eq!(server.request(before + 2).await.header("authorization"), None);
    for number in 1..=8 {
        home.run(&["feed", "remove", &format!("feed {number}"), "--with-history"], "").good();
    }
    drop(engine);
    let left = fs::read_to_string(&file).expect("there");
    assert!(!left.contains("s3cret"), "what nobody uses is forgotten: {left}");
}

#[test]
fn a_secret_is_asked_for_and_never_an_argument() {
    let home = Home::without_keyring();
    let add = ["feed", "add", "a", "http://127.0.0.1:9/", "--auth"];
    let refused = |more: &[&str], input: &str| home.run(&[&add[..], more].concat(), input).failure(2);
    assert_eq!(
        refused(&["bearer:s3cret"], ""),
        "--auth is one of bearer, basic:USER, header:NAME, query:NAME, cookie:NAME and none; the password or token is asked for."
    );
    assert_eq!(refused(&["bearer", "--secret-stdin"], "\n"), "No password or token was entered, so nothing was done.");
    assert_eq!(
        home.run(&["feed", "add", "a", "http://h/", "--secret-stdin"], "x\n").failure(2),
        "--secret-stdin goes with --auth or another choice that needs a password or token."
    );
    let sentence = home.run(&[&add[..], &["bearer", "--secret-stdin"]].concat(), "two\u{1}lines\n").failure(1);
    assert_eq!(
        sentence,
        "The value of the header “authorization” has a line break or another control character: remove it."
    );
    assert!(!home.path().join(FILE).exists(), "nothing was kept");
}

/// Answers that repeat what they refuse: a status with a body, a page, a redirect, a stream.
async fn tattler(mut connection: Connection) {
    let request = connection.request.clone();
    let target = request.target().to_owned();
    let secret: String = ["authorization", "cookie", "x-api-key", "x-second-token", "proxy-authorization"]
        .into_iter()
        .filter_map(|name| request.header(name))
        .chain([target.clone()])
        .collect();
    let answer = if target.contains("/refused") {
        response("401 Unauthorized", "text/plain", &secret)
    } else if target.contains("/page") {
        response("200 OK", "text/plain", &secret)
    } else if target.contains("/moved") {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        format!("HTTP/1.1 307 Moved\r\nLocation: /stream?{query}&again\r\nContent-Length: 0\r\n\r\n")
    } else {
        format!("{EVENT_STREAM}data: welcome\n\n")
    };
    connection.send(answer).await;
    connection.closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_nowhere_but_where_it_is_kept() {
    let server = SseServer::start(tattler).await;
    let home = Home::without_keyring();
    let ways: [(&str, &[&str], &str); 7] = [
        ("bearer", &["--auth", "bearer"], "PLANTED-bearer\n"),
        ("basic", &["--auth", "basic:anna"], "PLANTED-basic\n"),
        ("header", &["--auth", "header:X-Api-Key"], "PLANTED-header\n"),
        ("query", &["--auth", "query:k"], "PLANTED-query\n"),
        ("cookie", &["--auth", "cookie:sid"], "PLANTED-cookie\n"),
        (
            "typed",
            &["--header", "Authorization: Bearer PLANTED-typed", "--header", "X-Second-Token: PLANTED-second"],
            "",
        ),
        ("proxy", &["--proxy", "PROXY"], ""),
    ];
    let proxy = server.url("").replace("http://", "http://anna:PLANTED-proxy@");
    let mut shown = String::new();
    let mut told = |ran: Ran| {
        shown.push_str(&ran.stdout);
        shown.push_str(&ran.stderr);
    };
    for (kind, how, typed) in ways {
        for path in ["stream", "refused", "page", "moved"] {
            let (name, url) = (format!("{kind} {path}"), server.url(&format!("/{path}?a=1")));
            let how = how.iter().map(|word| if *word == "PROXY" { &*proxy } else { word });
            let mut arguments = vec!["feed", "add", &name, &url];
            arguments.extend(how);
            if !typed.is_empty() {
                arguments.push("--secret-stdin");
            }
            told(home.run(&arguments, typed));
        }
    }
    let mut command = tidings(["run", "--headless", "--print", "--data-dir"]);
    let engine = Running::start(command.arg(home.path()).env("TIDINGS_LOG", "debug"));
    let arrived = |feed: &Value| {
        let (name, message) = (feed["name"].as_str().unwrap_or_default(), feed["message"].as_str().unwrap_or_default());
        match name.rsplit(' ').next() {
            Some("refused") => message.contains("401 Unauthorized"),
            Some("page") => message.contains("text/plain"),
            _ => feed["state"] == "open",
        }
    };
    eventually_blocking(LIMIT, "the expected end of each attempt", || {
        let list = home.run(&["feed", "list", "--format", "ndjson"], "").good();
        let feeds: Vec<Value> = list.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
        (feeds.len() == 28 && feeds.iter().all(arrived)).then_some(())
    });
    told(home.run(&["feed", "show", "bearer refused"], ""));
    told(home.run(&["feed", "edit", "typed refused", "--folder", "x"], ""));
    for (kind, ..) in ways {
        for path in ["refused", "page", "moved"] {
            told(home.run(&["feed", "log", &format!("{kind} {path}"), "--format", "ndjson"], ""));
        }
    }
    for command in [
        &["feed", "list"][..],
        &["feed", "list", "--format", "ndjson"],
        &["list", "--format", "ndjson"],
        &["export"],
        &["settings"],
    ] {
        told(home.run(command, ""));
    }
    engine.signal(rustix::process::Signal::TERM);
    let ended = engine.end();
    assert_eq!(ended.status, 0);
    told(ended);
    assert!(shown.contains("typed stream") && shown.contains("text/plain"), "there is something to look through");
    assert!(!tells(&shown), "{}", around(&shown));

    let mut looked = 0;
    for file in files(home.path()).into_iter().filter(|path| !path.ends_with(FILE)) {
        let bytes = fs::read(&file).expect("a file");
        looked += bytes.len();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!tells(&text), "{}: {}", file.display(), around(&text));
    }
    assert!(looked > 10_000, "the history is among the files");
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|path| path.is_file())
        .collect()
}

/// A secret, and one as it is sent together with its user (anna).
const PLANTED: [&str; 2] = ["PLANTED", "YW5uYTpQTEFOVEVE"];

fn tells(text: &str) -> bool {
    PLANTED.iter().any(|planted| text.contains(planted))
}

/// What stands around a secret that should not be there.
fn around(text: &str) -> String {
    let at = PLANTED.iter().find_map(|planted| text.find(planted)).unwrap_or_default();
    let start = text.floor_char_boundary(at.saturating_sub(150));
    text[start..].chars().take(400).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_is_called_that_and_another_one_is_tried_at_once() {
    let server = SseServer::start(|mut connection: Connection| async move {
        let answer = match connection.request.header("authorization").as_deref() {
            Some("Bearer right") => format!("{EVENT_STREAM}data: x\n\n"),
            Some(_) => response("403 Forbidden", "text/plain", "no"),
            None => response("401 Unauthorized", "text/plain", "no"),
        };
        connection.send(answer).await;
        connection.closed().await;
    })
    .await;
    let home = Home::without_keyring();
    home.run(&["feed", "add", "a", &server.url("/")], "").good();
    let engine = home.engine();
    assert_eq!(
        home.when("a", "needs-attention"),
        "The server answered 401 Unauthorized: it wants a password or a token, and this feed sends none."
    );
    home.run(&["feed", "edit", "a", "--auth", "bearer", "--secret-stdin"], "wrong\n").good();
    server.request(1).await;
    let refused = eventually_blocking(LIMIT, "the refusal of the token", || {
        let message = home.feed("a")["message"].as_str().unwrap_or_default().to_owned();
        message.contains("403").then_some(message)
    });
    assert_eq!(refused, "The server refused the token (403 Forbidden): enter another.");
    home.run(&["feed", "edit", "a", "--auth", "bearer", "--secret-stdin"], "right\n").good();
    home.when("a", "open");
    assert_eq!(server.requests().len(), 3, "each answer was final until the token was another");
    drop(engine);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_keeps_them_and_they_move_only_when_told() {
    let server = SseServer::start(echo).await;
    let (home, mut keyring) = Home::with_keyring();
    let added = home.run(&["feed", "add", "a", &server.url("/"), "--auth", "bearer", "--secret-stdin"], "s3cret\n");
    assert_eq!(added.good(), "Added “a” as feed 1. Its token is kept in the keyring.\n");
    assert!(!home.path().join(FILE).exists());
    let show = home.run(&["feed", "show", "a"], "").good();
    assert!(show.contains("\nsecret        its password or token is kept in the keyring\n"), "{show}");
    let settings = home.run(&["settings"], "").good();
    assert!(settings.contains("(new ones are kept in the keyring; kept: 1 in the keyring)"), "{settings}");

    let engine = home.engine();
    assert_eq!(server.request(0).await.header("authorization").as_deref(), Some("Bearer s3cret"));
    // The keyring goes away: what is connected stays so, and what would need it says so.
    keyring.stop();
    home.run(&["feed", "pause", "a"], "").good();
    home.run(&["feed", "resume", "a"], "").good();
    assert_eq!(
        home.when("a", "needs-attention"),
        "The keyring does not answer, so no password or token can be kept or read: check that the keyring of your desktop is running, then try again."
    );
    keyring.start_again();
    home.run(&["feed", "reconnect", "a"], "").good();
    assert_eq!(server.request(1).await.header("authorization").as_deref(), Some("Bearer s3cret"));

    let moved = home.run(&["settings", "set", "secrets", "file"], "").good();
    assert_eq!(
        moved,
        "secrets is now file. Passwords and tokens that were moved to a file that only you can read: 1.\n"
    );
    keyring.stop();
    home.run(&["feed", "reconnect", "a"], "").good();
    home.when("a", "open");
    // What cannot be moved stays where it is.
    let refused = home.run(&["settings", "set", "secrets", "keyring"], "").failure(1);
    assert!(
        refused.starts_with("secrets is now keyring, but not everything was moved there. The keyring"),
        "{refused}"
    );
    assert_eq!(home.feed("a")["secrets"], "file");
    keyring.start_again();
    home.run(&["settings", "set", "secrets", "keyring"], "").good();
    assert_eq!(home.feed("a")["secrets"], "keyring");
    let left = fs::read_to_string(home.path().join(FILE)).expect("there");
    assert!(!left.contains("s3cret"), "{left}");
    home.when("a", "open");
    drop(engine);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keyring_says_so_and_loses_nothing() {
    const LOCKED: &str =
        "The keyring is locked, so no password or token can be kept or read: unlock it, then try again.";
    let server = SseServer::start(echo).await;
    let (home, keyring) = Home::with_keyring();
    let add = |name: &str| {
        let url = server.url("/");
        home.run(&["feed", "add", name, &url, "--auth", "bearer", "--secret-stdin"], "s3cret\n")
    };
    add("a").good();
    keyring.lock();
    assert_eq!(add("b").failure(1), LOCKED);
    let engine = home.engine();
    assert_eq!(home.when("a", "needs-attention"), LOCKED);
    assert_eq!(server.requests().len(), 0, "nothing is asked without the token");
    // Unlocking needs no restart, and neither does a file instead.
    home.run(&["settings", "set", "secrets", "file"], "").failure(1);
    home.run(&["feed", "edit", "a", "--auth", "bearer", "--secret-stdin"], "s3cret-2\n").good();
    assert_eq!(server.request(0).await.header("authorization").as_deref(), Some("Bearer s3cret-2"));
    assert_eq!(home.feed("a")["secrets"], "file");
    drop(engine);
}

/// Feeds that an older version stored with a token in their headers go on, and are tidied when the user wants it.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_version_stored_still_works() {
    let server = SseServer::start(echo).await;
    let (home, keyring) = Home::with_keyring();
    {
        let mut store = tidings_engine::store::Store::open(home.path()).expect("a store");
        let config = serde_json::json!({
            "name": "old", "url": server.url("/"), "proxy": { "kind": "none" },
            "headers": [{ "name": "Authorization", "value": "Bearer s3cret" }],
        });
        store.add_feed(&serde_json::from_value(config).expect("settings")).expect("added");
    }
    keyring.lock();
    let engine = home.engine();
    assert_eq!(server.request(0).await.header("authorization").as_deref(), Some("Bearer s3cret"));
    // A locked keyring is no reason to refuse another name.
    home.run(&["feed", "edit", "old", "--name", "older"], "").good();
    assert_eq!(home.feed("older")["secrets"], Value::Null);
    let settings = home.run(&["settings"], "").good();
    assert!(settings.contains("kept: those of 1 feeds with their settings"), "{settings}");
    home.run(&["settings", "set", "secrets", "file"], "").good();
    assert_eq!(server.request(1).await.header("authorization").as_deref(), Some("Bearer s3cret"));
    assert_eq!(home.feed("older")["secrets"], "file");
    drop(engine);
    let file = fs::read(home.path().join("tidings.feeds.json")).expect("a copy of the feeds");
    assert!(!String::from_utf8_lossy(&file).contains("s3cret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proxy_of_all_feeds_is_a_setting_and_its_password_a_secret() {
    let proxy = SseServer::start(echo).await;
    let home = Home::without_keyring();
    let address = proxy.url("/").replace("http://", "http://anna@");
    let set = ["settings", "set", "proxy", &address, "--proxy-password", "--secret-stdin"];
    assert_eq!(home.run(&set, "s3cret\n").good(), format!("proxy is now {address}.\n"));
    let settings = home.run(&["settings"], "").good();
    assert!(settings.contains(&address) && settings.contains("kept: 1 in a file that only you can read"), "{settings}");
    home.run(&["feed", "add", "far", "http://feeds.example.test/events"], "").good();
    let engine = home.engine();
    let request = proxy.request(0).await;
    assert_eq!(request.target(), "http://feeds.example.test/events");
    assert_eq!(request.header("proxy-authorization").as_deref(), Some("Basic YW5uYTpzM2NyZXQ="), "anna:s3cret");
    home.when("far", "open");
    // Another way takes effect at once.
    let other = SseServer::start(echo).await;
    home.run(&["settings", "set", "proxy", &other.url("/")], "").good();
    assert_eq!(other.request(0).await.header("proxy-authorization"), None, "nobody is named");
    drop(engine);

    let missing = home.run(&["settings", "set", "ca-file", "none.pem"], "").failure(2);
    assert!(missing.contains("The certificate file none.pem cannot be read"), "{missing}");
    let misplaced = home.run(&["settings", "set", "theme", "dark", "--proxy-password"], "").failure(2);
    assert!(misplaced.contains("--proxy-password goes with the setting proxy."), "{misplaced}");
    home.run(&["settings", "set", "ca-file", "none"], "").good();
}
