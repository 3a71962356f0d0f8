//! Tray hosts that are not there, come later, and go.
use super::shows;
use crate::LIMIT;
use crate::starts::window_is_shown;
use crate::window::Window;
use tidings_test_support::{Desktop, DesktopSession, TrayItem, eventually};

async fn window_is_listed(desktop: &DesktopSession, listed: bool) {
    let what = if listed { "the window in the list" } else { "no window in the list" };
    let wait = eventually(LIMIT, what, async || {
        (desktop.window_titles().contains(&"Tidings".to_owned()) == listed).then_some(())
    });
    wait.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tray_host_that_comes_later_gets_the_icon_and_takes_none_away() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let window = Window::open(&desktop).await;
    window.wait_for_words("[data-testid=banner]", "no tray icons").await;
    let banners = window.texts("[data-testid=banner]").await;
    assert_eq!(banners.iter().filter(|words| words.contains("tray")).count(), 1, "{banners:?}");
    // Without a tray the window can still be found after it is closed.
    desktop.run("wmctrl", ["-c", "Tidings"]);
    window_is_shown(&desktop, false).await;
    window_is_listed(&desktop, true).await;

    for _ in 0..2 {
        let host = desktop.start_tray_host();
        let tray = TrayItem::find(desktop.bus_address()).await;
        shows(&tray, "No feeds yet", "normal").await;
        window.wait_for_none("[data-testid=banner]").await;
        tray.choose("Open Tidings").await;
        desktop.run("wmctrl", ["-c", "Tidings"]);
        window_is_listed(&desktop, false).await;
        // Nobody could bring it back now, so it comes back by itself.
        drop(host);
        window_is_listed(&desktop, true).await;
        window.wait_for_words("[data-testid=banner]", "no tray icons").await;
    }
    window.end().await;
}
