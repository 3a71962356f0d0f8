//! A history that cannot be used, as the window shows it.
use crate::window::Window;
use crate::{run, tidings};
use std::fs;
use tidings_test_support::Desktop;

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
    let listed = tidings(&desktop, &["feed", "list"]).stderr(std::process::Stdio::piped()).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&listed.stderr), "");
}
