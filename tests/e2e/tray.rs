//! Closing the window leaves the icon in the tray, and nothing is missed meanwhile.
use crate::window::Window;
use crate::{LIMIT, stored};
use tidings_test_support::{Desktop, TrayItem, Tutorial, TutorialServer, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn closing_hides_to_the_tray_and_its_menu_brings_the_window_back() {
    let desktop = Desktop::default().start();
    let server = TutorialServer::start(Tutorial::Nchan);
    let window = Window::open(&desktop).await;
    window.add_feed("nchan", &server.url()).await;
    window.wait_for_state("nchan", &["open", "connecting"]).await;
    let tray = TrayItem::find(desktop.bus_address()).await;
    let normal = tray.icon().await;

    let titled =
        |desktop: &tidings_test_support::DesktopSession| desktop.window_titles().contains(&"Tidings".to_owned());
    eventually(LIMIT, "the window", async || titled(&desktop).then_some(())).await;
    desktop.run("wmctrl", ["-c", "Tidings"]);
    eventually(LIMIT, "the end of the window", async || (!titled(&desktop)).then_some(())).await;
    let told = eventually(LIMIT, "a word about the tray", async || {
        desktop.announced().into_iter().find(|shown| shown.summary.contains("tray"))
    });
    told.await;

    server.publish("while hidden");
    let wait = eventually(LIMIT, "storing", async || stored(&desktop, "nchan").into_iter().next());
    wait.await;
    let announced = eventually(LIMIT, "a notification", async || {
        desktop
            .announced()
            .into_iter()
            .find(|shown| format!("{}{}", shown.summary, shown.body).contains("while hidden"))
    });
    announced.await;
    // The icon says that something is unread.
    eventually(LIMIT, "another icon", async || (tray.icon().await != normal).then_some(())).await;

    tray.choose("Open Tidings").await;
    eventually(LIMIT, "the window again", async || titled(&desktop).then_some(())).await;
    window.show_feed("nchan").await;
    window.wait_for_event("while hidden").await;

    // Quitting from the menu ends the program and its icon.
    tray.choose("Quit").await;
    eventually(LIMIT, "the end of the window", async || (!titled(&desktop)).then_some(())).await;
}
