//! Closing the window leaves the icon in the tray, and nothing is missed meanwhile.
mod host;
mod states;

use crate::window::Window;
use crate::{LIMIT, run, stored, tidings};
use std::time::{Duration, Instant};
use tauri::image::Image;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tidings_test_support::{Desktop, DesktopSession, Process, TrayItem, Tutorial, TutorialServer, eventually};

/// Starts Tidings in the tray.
async fn hidden(desktop: &DesktopSession) -> (Process, TrayItem) {
    let program = Process::start(&mut tidings(desktop, &["--hidden"]));
    (program, TrayItem::find(desktop.bus_address()).await)
}

fn pixels(image: &Image<'_>) -> Vec<[u8; 4]> {
    image.rgba().as_chunks().0.to_vec()
}

/// A figure's pixels, as it is kept.
fn figure(name: &str) -> Vec<[u8; 4]> {
    let file = format!("{}/icons/tray/{name}.png", env!("CARGO_MANIFEST_DIR"));
    pixels(&Image::from_path(file).expect("the figure can be read"))
}

/// The pixels of the icon in the tray; `None`: it is just being replaced.
async fn picture(tray: &TrayItem) -> Option<Vec<[u8; 4]>> {
    Image::from_path(tray.icon().await).ok().map(|image| pixels(&image))
}

/// Waits until the menu's first line and the icon are these.
async fn shows(tray: &TrayItem, line: &str, name: &str) {
    let figure = figure(name);
    let what = format!("“{line}” in the menu and the figure {name} without a number in the tray");
    let wait = eventually(LIMIT, &what, async || {
        (tray.menu().await[0].label == line && picture(tray).await.as_ref() == Some(&figure)).then_some(())
    });
    wait.await;
}

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

    // The menu leads to each of the latest events.
    let labels: Vec<_> = tray.menu().await.into_iter().map(|entry| entry.label).collect();
    let expected = [
        "1 of 1 connected · 1 unread",
        "",
        "nchan: while hidden",
        "",
        "Open Tidings",
        "Mark all read",
        "",
        "Mute",
        "For 1 hour",
        "Until tomorrow",
        "Until I say so",
        "Pause all",
        "Reconnect all",
        "",
        "Settings…",
        "Quit",
    ];
    assert_eq!(labels, expected);
    desktop.run("wmctrl", ["-c", "Tidings"]);
    eventually(LIMIT, "the end of the window", async || (!titled(&desktop)).then_some(())).await;
    tray.choose("nchan: while hidden").await;
    window.wait_for_words("[data-testid=detail-title]", "while hidden").await;
    eventually(LIMIT, "the window again", async || titled(&desktop).then_some(())).await;
    tray.choose("Settings…").await;
    window.wait_for("[data-testid=theme]").await;

    // Quitting from the menu ends the program and its icon.
    tray.choose("Quit").await;
    eventually(LIMIT, "the end of the window", async || (!titled(&desktop)).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_changes_the_icon_now_and_then_and_leaves_no_files() {
    const EVENTS: usize = 5_000;
    let desktop = Desktop::default().start();
    // A thousand a second.
    let server = SseServer::start(async |mut connection| {
        connection.send(EVENT_STREAM).await;
        let mut time = tokio::time::interval(Duration::from_millis(10));
        for number in 1..=EVENTS {
            if number % 10 == 1 {
                time.tick().await;
            }
            connection.send(format!("id: {number}\ndata: event {number} & more_of_it\n\n")).await;
        }
        connection.closed().await;
    });
    let server = server.await;
    let (_program, tray) = hidden(&desktop).await;
    let signals = tray.signals().await;
    let begun = Instant::now();
    run(&desktop, &["feed", "add", "flood", &server.url("/"), "--no-notify"]);
    let line = format!("1 of 1 connected · {EVENTS} unread");
    let latest: Vec<_> =
        (EVENTS - 4..=EVENTS).rev().map(|number| format!("flood: event {number} & more_of_it")).collect();
    let menu = eventually(LIMIT, "the end of the flood in the menu", async || {
        let labels: Vec<_> = tray.menu().await.into_iter().map(|entry| entry.label).collect();
        (labels[0] == line && labels[2..7] == latest).then_some(labels)
    });
    assert_eq!(menu.await[7..9], ["", "Open Tidings"]);
    // At most one change a second, and an entry's coming and going is told by itself.
    let changes = usize::try_from(begun.elapsed().as_secs()).expect("not that long") + 2;
    let counts = signals.counts();
    let told = |signal: &str| counts.get(signal).copied().unwrap_or_default();
    assert!((1..=changes).contains(&told("NewIcon")), "{changes} changes: {counts:?}");
    assert!((1..=12 * changes).contains(&told("LayoutUpdated")), "{changes} changes: {counts:?}");
    assert!(told("ItemsPropertiesUpdated") <= 12 * changes, "{changes} changes: {counts:?}");
    let files = desktop.run("sh", ["-c", "find \"$XDG_RUNTIME_DIR\"/tidings-tray-* -type f | wc -l"]);
    assert_eq!(files.trim(), "1", "the icon that is shown, and no earlier one");
}
