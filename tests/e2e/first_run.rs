//! What a person sees who starts Tidings for the first time.
use crate::window::Window;
use crate::{LIMIT, pictures, stored};
use tidings_test_support::{Desktop, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_the_demo_feed() {
    let desktop = Desktop::default().start();
    let window = Window::open(&desktop).await;
    window.wait_for("[data-testid=first-run]").await;
    if let Some(folder) = pictures() {
        window.picture(&folder.join("first-run.png")).await;
    }

    window.click("[data-testid=try-demo]").await;
    window.wait_for("[data-testid=event-row]").await;
    let shown = eventually(LIMIT, "a notification of the demo feed", async || desktop.announced().into_iter().next());
    let shown = shown.await;
    assert!(!shown.summary.is_empty());

    // Several events, one of them read in full.
    let count = if pictures().is_some() { 8 } else { 3 };
    let wait = eventually(LIMIT * 4, "events of the demo feed", async || {
        (window.texts("[data-testid=event-row]").await.len() >= count).then_some(())
    });
    wait.await;
    window.click("[data-testid=event-row]").await;
    let title = window.wait_for("[data-testid=detail-title]").await;
    assert!(window.texts("[data-testid=event-title]").await.contains(&title), "{title}");
    let name = window.wait_for("[data-testid=detail-feed]").await;
    assert!(stored(&desktop, &name).len() >= count);
    if let Some(folder) = pictures() {
        window.picture(&folder.join("window.png")).await;
        // The corner with the tray and the notifications.
        let file = folder.join("notification.png");
        desktop.run("scrot", ["--overwrite", "--autoselect", "880,0,400,320", file.to_str().expect("a UTF-8 path")]);
    }
    window.end().await;
}
