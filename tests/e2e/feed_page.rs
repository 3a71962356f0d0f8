//! A feed in the real window: its page, its folder, its export, what is copied of its events.
//!
//! Deliberately not here: each control of these views (the page's own tests, in `ui/`).
use crate::window::{Window, feed};
use crate::{LIMIT, ndjson, run};
use thirtyfour::Key;
use tidings_test_support::sse_server::{EVENT_STREAM, Gate, SseServer};
use tidings_test_support::{Desktop, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_feed_tells_its_connection_live_and_takes_its_settings() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let gate = Gate::new();
    let server = gate
        .server(|mut connection, gate| async move {
            connection.send(EVENT_STREAM).await;
            connection.send("id: 1\nevent: build\ndata: one\n\n").await;
            gate.pass().await;
            connection.send("id: 2\nevent: build\ndata: two\n\n").await;
            gate.pass().await;
        })
        .await;
    run(&desktop, &["feed", "add", "builds", &server.url("/"), "--no-notify"]);
    let window = Window::open(&desktop).await;
    window.show_feed("builds").await;
    window.wait_for_event("one").await;
    window.click("[data-testid=tab-connection]").await;
    let told = async |wanted: &str| {
        let what = format!("a line of the log with '{wanted}'");
        let wait = eventually(LIMIT, &what, async || {
            let lines = window.texts("[data-testid=log-line]").await;
            lines.iter().any(|line| line.contains(wanted)).then_some(())
        });
        wait.await;
    };
    told("200 text/event-stream").await;
    told("id 1").await;
    gate.open();
    told("id 2").await;
    // The server ends the connection, and is asked again from where it left off.
    gate.open();
    told("after 2").await;

    window.click("[data-testid=tab-settings]").await;
    window.fill("[data-testid=feed-settings] [data-testid=feed-name]", "The farm").await;
    window.click("[data-testid=settings-save]").await;
    window.wait_for(&feed("The farm")).await;
    let feeds = ndjson(&desktop, &["feed", "list", "--format", "ndjson"]).1;
    assert_eq!(feeds[0]["name"], "The farm");
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_a_connection_is_copied_without_its_password() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let server = SseServer::streaming("id: 1\nevent: build\ndata: one\n\n").await;
    let url = server.url("/events").replace("://", "://anna:s3cret@");
    run(&desktop, &["settings", "set", "secrets", "file"]);
    run(&desktop, &["feed", "add", "builds", &url, "--no-notify"]);
    let window = Window::open(&desktop).await;
    window.show_feed("builds").await;
    window.wait_for_event("one").await;
    assert_eq!(server.request(0).await.header("authorization").as_deref(), Some("Basic YW5uYTpzM2NyZXQ="));
    window.click("[data-testid=tab-connection]").await;
    window.wait_for("[data-testid=log-line][data-kind=open]").await;
    window.click("[data-testid=log-copy]").await;
    window.click("[data-testid=tab-events]").await;
    let copied = window.pasted("[data-testid=search]", "text/event-stream").await;
    assert!(copied.contains("200 text/event-stream") && copied.contains("id 1"), "{copied}");
    assert!(copied.contains(&server.url("/events")), "{copied}");
    for secret in ["s3cret", "YW5uYTpzM2NyZXQ"] {
        assert!(!copied.contains(secret), "{copied}");
    }
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_put_into_a_folder_by_its_menu() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    for name in ["builds", "home"] {
        run(&desktop, &["feed", "add", name, "http://127.0.0.1:9/", "--no-notify"]);
    }
    let window = Window::open(&desktop).await;
    window.show_feed("builds").await;
    window.click("[data-testid=feed-menu]").await;
    window.wait_for("[data-testid=menu-move]").await;
    window.click("[data-testid=menu-move]").await;
    window.click("[data-testid=menu-new-folder]").await;
    window.wait_for("[data-testid=folder-dialog]").await;
    window.fill("[data-testid=folder-name]", "At work").await;
    window.press(Key::Enter + "").await;
    window.wait_for_words("[data-testid=folder-row]", "At work").await;
    let folders = async || {
        let feeds = ndjson(&desktop, &["feed", "list", "--format", "ndjson"]).1;
        let found: Vec<_> = feeds.iter().map(|feed| (feed["name"].as_str(), feed["folder"].as_str())).collect();
        (found.contains(&(Some("builds"), Some("At work"))) && found.contains(&(Some("home"), None))).then_some(())
    };
    window.until("one feed in the folder", folders).await;
    window.click("[data-testid=undo]").await;
    window.wait_for_none("[data-testid=folder-row]").await;
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_copied_and_what_is_in_view_exported() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let gate = Gate::new();
    let server = gate
        .server(|mut connection, _| async move {
            connection.send(EVENT_STREAM).await;
            connection.send("event: build\ndata: one\n\nevent: build\ndata: two\n\n").await;
            connection.closed().await;
        })
        .await;
    run(&desktop, &["feed", "add", "builds", &server.url("/"), "--no-notify"]);
    let window = Window::open(&desktop).await;
    window.wait_for_event("two").await;
    window.click("[data-testid=event-row]").await;
    window.wait_for_words("[data-testid=detail-title]", "two").await;
    window.press(Key::Control + "c").await;
    window.pasted("[data-testid=search]", "two").await;

    window.fill("[data-testid=search]", "one").await;
    let one = async || (window.texts("[data-testid=event-title]").await == ["one"]).then_some(());
    window.until("the one that is looked for", one).await;
    window.click("body").await;
    window.press(Key::Control + ",").await;
    window.click("[data-testid=settings-data]").await;
    window.click("[data-testid=export-ndjson]").await;
    window.wait_for("[data-testid=job][data-state=done]").await;
    let exported = exported(&desktop);
    assert_eq!(exported.len(), 1, "{exported:?}");
    assert_eq!(exported[0].lines().count(), 1, "{exported:?}");
    assert!(exported[0].contains("\"data\":\"one\""), "{exported:?}");
    window.end().await;
}

/// The files that were exported, as they read.
fn exported(desktop: &tidings_test_support::DesktopSession) -> Vec<String> {
    fn files(directory: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                files(&path, found);
            } else if path.extension().is_some_and(|end| end == "ndjson") {
                found.push(std::fs::read_to_string(path).expect("text"));
            }
        }
    }
    let mut found = Vec::new();
    files(std::path::Path::new(desktop.variable("HOME")), &mut found);
    found
}
