//! Recording and replaying in the window: what came once comes again, as a feed of its own that leaves nothing behind.
//!
//! Deliberately not here: the bytes of transcripts and of replays (`tests/cli/transcripts.rs`).
use crate::restore::feeds;
use crate::window::{Window, feed};
use crate::{LIMIT, ndjson, run, stored, text};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tidings_test_support::sse_server::{EVENT_STREAM, Gate, SseServer};
use tidings_test_support::{Desktop, DesktopSession, eventually};

const MAPPING: &str = "title={{ event.json.job }}: {{ event.json.state }}";

/// A stream of which a part comes at each opening of the gate, and a feed that maps it.
async fn followed(desktop: &DesktopSession, gate: &Gate) -> SseServer {
    let server = gate
        .server(|mut connection, gate| async move {
            connection.send(EVENT_STREAM).await;
            connection.send("id: 1\ndata: {\"job\":\"web\",\"state\":\"queued\"}\n\n").await;
            gate.pass().await;
            connection.send("id: 2\nevent: build\ndata: {\"job\":\"web\",\"state\":\"failed\"}\n\n").await;
            connection
                .send(": nobody needs this\n\nid: 3\nevent: build\ndata: {\"job\":\"web\",\"state\":\"mended\"}\n\n")
                .await;
            connection.closed().await;
        })
        .await;
    run(desktop, &["feed", "add", "builds", &server.url("/events"), "--no-notify", "--map", MAPPING]);
    server
}

/// The files in the folder of downloads and below whose names end so.
fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let mut found: Vec<_> = files.into_iter().filter(|path| path.to_string_lossy().ends_with(end)).collect();
    found.extend(folders.iter().flat_map(|folder| self::files(folder, end)));
    found
}

/// What was stored of a feed, oldest first: type, data and title.
fn came(desktop: &DesktopSession, name: &str) -> Vec<(String, String, String)> {
    let field = |line: &Value, name: &str| text(line, name).to_owned();
    let lines = stored(desktop, name);
    lines.iter().rev().map(|line| (field(line, "event"), field(line, "data"), field(line, "title"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_comes_again_and_leaves_nothing_behind() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let home = PathBuf::from(desktop.variable("HOME"));
    let gate = Gate::new();
    let server = followed(&desktop, &gate).await;
    let window = Window::open(&desktop).await;
    window.show_feed("builds").await;
    window.wait_for_event("web: queued").await;

    window.click("[data-testid=tab-connection]").await;
    window.click("[data-testid=log-record]").await;
    window.wait_for("[data-testid=job][data-state=running]").await;
    gate.open();
    window.wait_for_event("web: mended").await;
    window.click("[data-testid=job-cancel]").await;
    window.wait_for_words("[data-testid=job][data-state=done]", "transcript").await;
    let recordings = files(&home, ".transcript");
    let [recording] = recordings.as_slice() else { panic!("one recording: {recordings:?}") };
    let recorded = fs::read_to_string(recording).expect("text");
    assert!(recorded.contains("nobody needs this") && !recorded.contains("queued"), "{recorded}");
    window.click("[data-testid=job-dismiss]").await;
    let before = came(&desktop, "builds");
    let asked = server.requests().len();

    // It is understood as the feed from whose log it is begun.
    window.click("[data-testid=log-replay]").await;
    window.choose_file("[data-testid=replay-file]", recording).await;
    window.wait_for_words("[data-testid=replay-facts]", &server.url("/events")).await;
    window.click("[data-testid=replay-speed] option[value=once]").await;
    window.click("[data-testid=replay-start]").await;
    window.wait_for_words("[data-testid=list-title]", "Replay of ").await;
    window.wait_for_event("web: mended").await;
    let replay =
        feeds(&desktop).into_iter().find(|name| name.starts_with("Replay of ")).expect("the feed of the replay");
    assert_eq!(came(&desktop, &replay), before[1..], "the same events, mapped the same");
    assert_eq!(came(&desktop, "builds"), before, "the feed itself has nothing of it");
    assert_eq!(server.requests().len(), asked, "the real server is not asked");
    assert_eq!(files(&desktop.data_home(), ".transcript").len(), 1);

    window.click("[data-testid=job-cancel]").await;
    window.wait_for_none(&feed(&replay)).await;
    window.wait_for_none("[data-testid=job]").await;
    assert_eq!(feeds(&desktop), ["builds"]);
    let all = ndjson(&desktop, &["list", "--format", "ndjson"]).1;
    assert_eq!(all.len(), before.len(), "nothing of the replay stays: {all:?}");
    assert!(files(&desktop.data_home(), ".transcript").is_empty());
    assert!(recording.exists(), "the user's own file stays");
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_does_not_outlive_the_program_that_was_killed() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let file = PathBuf::from(desktop.variable("HOME")).join("slow.transcript");
    // An event at once, and another in an hour.
    let transcript = "{\"transcript\":1,\"url\":\"https://ci.example/events\"}\n\
        {\"t\":0.0,\"step\":\"request\"}\n\
        {\"t\":1.0,\"step\":\"answer\",\"status\":200,\"headers\":[[\"content-type\",\"text/event-stream\"]]}\n\
        {\"t\":2.0,\"step\":\"body\",\"text\":\"data: at once\\n\\n\"}\n\
        {\"t\":3600000.0,\"step\":\"body\",\"text\":\"data: in an hour\\n\\n\"}\n";
    fs::write(&file, transcript).expect("written");
    let window = Window::open(&desktop).await;
    // In the dialog that takes lists of feeds, a transcript is known too.
    window.wait_for("[data-testid=first-source]").await;
    window.click("[data-testid=first-import]").await;
    window.choose_file("[data-testid=import-file]", &file).await;
    window.wait_for_words("[data-testid=replay-facts]", "https://ci.example/events").await;
    window.click("[data-testid=replay-start]").await;
    window.wait_for_event("at once").await;
    window.wait_for_state("Replay of slow", &["open"]).await;
    assert_eq!(feeds(&desktop), ["Replay of slow"]);
    window.end().await;

    let window = Window::open(&desktop).await;
    window.wait_for("[data-testid=first-run]").await;
    assert!(feeds(&desktop).is_empty());
    let gone = async || files(&desktop.data_home(), ".transcript").is_empty().then_some(());
    eventually(LIMIT, "the end of the file", gone).await;
    window.end().await;
}
