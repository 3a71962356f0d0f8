//! A history that cannot be used, as the window shows it.
use crate::starts::window_is_shown;
use crate::window::Window;
use crate::{LIMIT, run, tidings};
use std::fs;
use std::process::Stdio;
use tidings_test_support::{Desktop, Process, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_history_is_a_page_and_not_changed() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    run(&desktop, &["feed", "add", "story", "http://127.0.0.1:9/"]);
    let database = desktop.data_home().join("tidings/tidings.db");
    let mut content = fs::read(&database).expect("the database");
    // The format's number stands at byte 60.
    content[60..64].copy_from_slice(&999_u32.to_be_bytes());
    fs::write(&database, &content).expect("written");

    let window = Window::open(&desktop).await;
    window.wait_for_words("main.stopped", "This history is of a newer Tidings").await;
    window.wait_for_words("main.stopped", "Nothing was changed.").await;
    window.end().await;

    // Whoever started it hears that nothing came of it.
    let mut window = Process::start(tidings(&desktop, &[]).stderr(Stdio::null()));
    window_is_shown(&desktop, true).await;
    // It is seen a moment before it can be closed.
    let closed = eventually(LIMIT, "the end of the window", async || {
        let _ = desktop.command("wmctrl").args(["-c", "Tidings"]).status();
        window.ended()
    });
    assert_eq!(closed.await.code(), Some(1));
    assert!(fs::read(&database).expect("the database") == content, "it was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_history_is_a_banner_until_it_is_dismissed() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    run(&desktop, &["feed", "add", "story", "http://127.0.0.1:9/"]);
    let data = desktop.data_home().join("tidings");
    fs::write(data.join("tidings.db"), "my novel").expect("written");

    let window = Window::open(&desktop).await;
    window.wait_for_words("[data-testid=banner]", "goes on (feeds: 1, events: 0)").await;
    window.wait_for_words("[data-testid=feed-row]", "story").await;
    window.end().await;
    // The next start says it again, until somebody has taken note.
    let window = Window::open(&desktop).await;
    window.wait_for_words("[data-testid=banner]", "the damaged file was put aside").await;
    window.click("[data-testid=banner] [aria-label=Dismiss]").await;
    window.wait_for_none("[data-testid=banner][data-code=set-aside]").await;
    window.end().await;
    let listed = tidings(&desktop, &["feed", "list"]).stderr(Stdio::piped()).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&listed.stderr), "");
}
