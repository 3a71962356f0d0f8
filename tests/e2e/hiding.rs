//! The window while nobody sees it: after a while its web view is let go, and it comes back to where it was.
//!
//! Deliberately not here: how much memory that saves (`tests/bench`).
use crate::starts::window_is_shown;
use crate::window::Window;
use crate::{LIMIT, run};
use std::fs;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tidings_test_support::{Desktop, DesktopSession, eventually};

/// How many processes draw pages on this desktop.
fn web_views(desktop: &DesktopSession) -> usize {
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
    ours.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_window_lets_its_web_view_go_and_comes_back_to_where_it_was() {
    let desktop = Desktop::default().start();
    let server = SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        for number in 1..=60 {
            connection.send(format!("data: event {number}\n\n")).await;
        }
        connection.closed().await;
    })
    .await;
    let window = Window::open_with(&desktop, &["--release-after", "1"]).await;
    window.add_feed("feed", &server.url("/")).await;
    window.show_feed("feed").await;
    window.wait_for_event("event 60").await;
    desktop.run("wmctrl", ["-c", "Tidings"]);
    window_is_shown(&desktop, false).await;
    eventually(LIMIT, "the end of the web view", async || (web_views(&desktop) == 0).then_some(())).await;

    run(&desktop, &[]);
    window_is_shown(&desktop, true).await;
    window.is_made_anew().await;
    window.wait_for_words("[data-testid=list-title]", "feed").await;
    window.wait_for_event("event 60").await;
    window.end().await;
}
