//! The window while nobody sees it: after a while its web view is let go, and it comes back to where it was.
//!
//! Deliberately not here: how much memory that saves (`tests/bench`).
use crate::starts::window_is_shown;
use crate::window::Window;
use crate::{LIMIT, run};
use std::collections::BTreeSet;
use std::fs;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tidings_test_support::{Area, Desktop, DesktopSession, Rest, eventually};

/// The processes that draw pages on this desktop.
fn web_views(desktop: &DesktopSession) -> Vec<String> {
    let runtime_dir = format!("XDG_RUNTIME_DIR={}", desktop.variable("XDG_RUNTIME_DIR"));
    let processes = fs::read_dir("/proc").expect("processes can be listed").flatten();
    let ours = processes.filter(|process| {
        let is = |file: &str, what: &dyn Fn(&[u8]) -> bool| {
            // A process that has ended meanwhile has no files.
            fs::read(process.path().join(file)).is_ok_and(|content| what(&content))
        };
        is("comm", &|name| name.starts_with(b"WebKitWebProces"))
            && is("environ", &|all| all.split(|byte| *byte == 0).any(|variable| variable == runtime_dir.as_bytes()))
    });
    ours.map(|process| process.file_name().to_string_lossy().into_owned()).collect()
}

/// A feed of 60 events in a window that keeps its web view for a second when it is hidden.
async fn window_of_a_feed(desktop: &DesktopSession) -> (Window, SseServer) {
    let server = SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        for number in 1..=60 {
            connection.send(format!("data: event {number}\n\n")).await;
        }
        connection.closed().await;
    })
    .await;
    let window = Window::open_with(desktop, &["--release-after", "1"]).await;
    window.add_feed("feed", &server.url("/")).await;
    window.show_feed("feed").await;
    window.wait_for_event("event 60").await;
    (window, server)
}

async fn let_go(desktop: &DesktopSession) {
    desktop.run("wmctrl", ["-c", "Tidings"]);
    window_is_shown(desktop, false).await;
    eventually(LIMIT, "the end of the web view", async || web_views(desktop).is_empty().then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_window_lets_its_web_view_go_and_comes_back_to_where_it_was() {
    let desktop = Desktop::default().start();
    let (window, _server) = window_of_a_feed(&desktop).await;
    let_go(&desktop).await;

    run(&desktop, &[]);
    window_is_shown(&desktop, true).await;
    window.is_made_anew().await;
    window.wait_for_words("[data-testid=list-title]", "feed").await;
    window.wait_for_event("event 60").await;
    window.end().await;
}

/// The new web view is held up, as one is on a slow computer.
#[tokio::test(flavor = "multi_thread")]
async fn until_the_page_is_drawn_the_window_looks_as_it_did() {
    let desktop = Desktop::default().start();
    let (window, _server) = window_of_a_feed(&desktop).await;
    let Some(Area { x, y, width, height }) = desktop.windows_called("Tidings").pop() else { panic!("no window") };
    // Some titles in the list: elsewhere is what counts seconds, and where a notification comes.
    let area = Area { x: x + width / 4, y: y + height / 2, width: width / 8, height: height / 3 };
    window.wait_for_state("feed", &["open"]).await;
    let mut rest = Rest::after(10);
    let looked = eventually(LIMIT, "a window at rest", async || rest.now(desktop.pixels(area))).await;
    let the_same = || desktop.pixels(area) == looked;
    let colours: BTreeSet<_> = looked.iter().collect();
    assert!(the_same() && colours.len() > 20, "{} colours", colours.len());
    let_go(&desktop).await;
    assert!(!the_same());

    run(&desktop, &[]);
    let process = eventually(LIMIT, "a new web view", async || web_views(&desktop).pop()).await;
    let signal = |name: &str| desktop.run("kill", [name, process.as_str()]);
    signal("-STOP");
    eventually(LIMIT, "the window as it looked", async || the_same().then_some(())).await;
    signal("-CONT");
    window.is_made_anew().await;
    window.wait_for_event("event 60").await;
    // What the page draws now is seen.
    window.fill("[data-testid=search]", "60").await;
    eventually(LIMIT, "what the page shows", async || (!the_same()).then_some(())).await;
    window.end().await;
}
