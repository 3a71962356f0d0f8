//! What people do in the window from day to day, each way from its beginning to its end, mostly by keyboard.
//!
//! Deliberately not here: what goes wrong (`faults.rs`), starting and ending (`starts.rs`, `hiding.rs`).
use crate::window::{Window, feed};
use crate::{LIMIT, ndjson, run, stored};
use serde_json::Value;
use thirtyfour::Key;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tidings_test_support::{Desktop, DesktopSession, Rest, TrayItem, eventually};

/// A server that tells these events, and then holds.
async fn telling(events: &'static [&'static str]) -> SseServer {
    SseServer::start(move |mut connection| async move {
        connection.send(EVENT_STREAM).await;
        for event in events {
            connection.send(format!("{event}\n\n")).await;
        }
        connection.closed().await;
    })
    .await
}

/// Waits until the stored events of a feed, newest first, are such.
async fn wait_for_stored(desktop: &DesktopSession, name: &str, field: &str, wanted: &[bool]) {
    let what = format!("{field} {wanted:?}");
    let wait = eventually(LIMIT, &what, async || {
        let found: Vec<_> = stored(desktop, name).iter().map(|event| event[field].as_bool()).collect();
        (found == wanted.iter().map(|wanted| Some(*wanted)).collect::<Vec<_>>()).then_some(())
    });
    wait.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_pasted_and_followed() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let server = telling(&["event: greeting\ndata: hello"]).await;
    let window = Window::open(&desktop).await;
    // Cut out of a field, it is in the clipboard.
    window.fill("[data-testid=first-url]", &server.url("/events")).await;
    window.press(Key::Control + "a").await;
    window.press(Key::Control + "x").await;
    window.click("[data-testid=first-run] h1").await;
    window.press(Key::Control + "v").await;
    window.wait_for("[data-testid=feed-dialog]").await;
    assert_eq!(window.value("[data-testid=feed-url]").await, server.url("/events"));
    assert!(ndjson(&desktop, &["feed", "list", "--format", "ndjson"]).1.is_empty(), "nothing is added by pasting");
    window.press(Key::Enter + "").await;
    window.wait_for(&feed("127.0.0.1")).await;
    assert_eq!(window.wait_for_event("hello").await, "greeting");
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_found_starred_and_found_again() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let events = &["data: the first backup", "event: deploy\ndata: version two", "data: the second backup"];
    let server = telling(events).await;
    run(&desktop, &["feed", "add", "builds", &server.url("/"), "--no-notify"]);
    let window = Window::open(&desktop).await;
    window.wait_for_event("the second backup").await;
    let titles = async |wanted: &'static [&'static str]| {
        let what = format!("the rows {wanted:?}");
        let wait = eventually(LIMIT, &what, async || {
            (window.texts("[data-testid=event-title]").await == wanted).then_some(())
        });
        wait.await;
    };

    window.press("/").await;
    window.press("backup").await;
    titles(&["the second backup", "the first backup"]).await;
    let marked = async || (window.texts("[data-testid=event-title] mark").await == ["backup", "backup"]).then_some(());
    eventually(LIMIT, "the word marked in both rows", marked).await;
    // Out of the field, to the second row, and a star for it.
    window.press(Key::Enter + "").await;
    window.click("[data-testid=event-row]").await;
    window.press("j").await;
    window.wait_for_words("[data-testid=detail-title]", "the first backup").await;
    window.press("s").await;
    wait_for_stored(&desktop, "builds", "starred", &[false, false, true]).await;

    window.press("gs").await;
    titles(&["the first backup"]).await;
    window.press("ga").await;
    titles(&["the second backup", "version two", "the first backup"]).await;
    window.press("/").await;
    window.press("is:starred type:message").await;
    titles(&["the first backup"]).await;
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_tried_on_what_has_come_before_it_is_saved() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let server = telling(&["data: build 1 passed", "data: build 2 failed", "data: build 3 passed"]).await;
    run(&desktop, &["feed", "add", "builds", &server.url("/")]);
    let window = Window::open(&desktop).await;
    window.show_feed("builds").await;
    window.wait_for_event("build 3 passed").await;
    window.click("[data-testid=feed-menu]").await;
    window.click("[data-testid=menu-rules]").await;
    window.wait_for("[data-testid=rules-dialog]").await;
    window.click("[data-testid=pane-rules]").await;
    window.click("[data-testid=rule-add]").await;
    window.fill("[data-testid=rule-words]", "failed").await;
    let by_rule = async || {
        let rows = window.texts("[data-testid=history-row]").await;
        let found: Vec<_> = rows.into_iter().filter(|row| row.contains("Rule 1")).collect();
        (found.len() == 1).then(|| found.concat())
    };
    let matched = eventually(LIMIT, "one event that the rule matches", by_rule).await;
    assert!(matched.contains("build 2 failed"), "{matched}");
    assert_eq!(ndjson(&desktop, &["feed", "show", "builds", "--format", "ndjson"]).1[0]["rules"], Value::Array(vec![]));
    window.click("[data-testid=rules-save]").await;
    window.wait_for_none("[data-testid=rules-dialog]").await;
    let rules = ndjson(&desktop, &["feed", "show", "builds", "--format", "ndjson"]).1[0]["rules"].clone();
    assert_eq!(rules.as_array().map(Vec::len), Some(1), "{rules}");
    window.end().await;
}

/// The page is loaded anew, as after a fault of the web view: the user is where he was.
#[tokio::test(flavor = "multi_thread")]
async fn a_reload_keeps_the_place() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let server = SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        for number in 1..=400 {
            connection.send(format!("event: {}\ndata: event {number}\n\n", number % 7)).await;
        }
        connection.closed().await;
    })
    .await;
    run(&desktop, &["feed", "add", "many", &server.url("/"), "--no-notify"]);
    let window = Window::open(&desktop).await;
    window.show_feed("many").await;
    window.wait_for_event("event 400").await;
    // The place is far below the first page.
    window.run("document.querySelector('[data-testid=event-list]').scrollTop = 9000").await;
    let top = "const list = document.querySelector('[data-testid=event-list]')?.getBoundingClientRect();
        if (!list) return '';
        const rows = [...document.querySelectorAll('[data-testid=event-row]')];
        return rows.find((row) => row.getBoundingClientRect().bottom > list.top + 1)?.dataset.id ?? ''";
    let mut rest = Rest::after(1);
    let still = eventually(LIMIT, "a list that has come to rest", async || {
        rest.now(window.run(top).await).filter(|first| first != "")
    });
    let before = still.await;
    let remembered =
        format!("return (localStorage.getItem('tidings.view') ?? '').includes('\"id\":{}')", before.as_str().unwrap());
    eventually(LIMIT, "the place written down", async || (window.run(&remembered).await == true).then_some(())).await;
    window.run("location.reload()").await;
    window.wait_for_words("[data-testid=list-title]", "many").await;
    let same = async || (window.run(top).await == before).then_some(());
    eventually(LIMIT, "the same row at the top", same).await;
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_is_marked_as_read_and_that_taken_back() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let server = telling(&["data: one", "data: two", "data: three"]).await;
    run(&desktop, &["feed", "add", "feed", &server.url("/"), "--no-notify"]);
    let window = Window::open(&desktop).await;
    window.wait_for_event("three").await;
    // One is read already, and remains so.
    window.click("[data-testid=event-row]").await;
    wait_for_stored(&desktop, "feed", "read", &[true, false, false]).await;
    window.click("[data-testid=mark-all-read]").await;
    wait_for_stored(&desktop, "feed", "read", &[true, true, true]).await;
    window.click("[data-testid=undo]").await;
    wait_for_stored(&desktop, "feed", "read", &[true, false, false]).await;
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_is_changed_in_place_and_remembered() {
    let desktop = Desktop::default().start();
    let server = telling(&["data: one", "data: two"]).await;
    run(&desktop, &["feed", "add", "feed", &server.url("/"), "--no-notify"]);
    let window = Window::open(&desktop).await;
    window.wait_for_event("two").await;
    window.click("[data-testid=event-row]").await;
    window.wait_for_words("[data-testid=scope-all]", "All events").await;
    window.press(Key::Control + ",").await;
    window.click("[data-testid=language] option[value=zh-CN]").await;
    window.wait_for_words("[data-testid=scope-all]", "所有事件").await;
    assert_eq!(window.attributes("html", "lang").await, ["zh-CN"]);
    window.press(Key::Escape + "").await;
    window.wait_for_words("[data-testid=detail-title]", "two").await;
    let tray = TrayItem::find(desktop.bus_address()).await;
    let entries = async || tray.menu().await.into_iter().any(|entry| entry.label.contains("打开")).then_some(());
    eventually(LIMIT, "the tray's menu in Chinese", entries).await;
    window.end().await;

    let window = Window::open(&desktop).await;
    window.wait_for_words("[data-testid=scope-all]", "所有事件").await;
    window.end().await;
}
