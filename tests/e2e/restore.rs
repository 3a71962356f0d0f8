//! A backup made and restored in the window, which starts again with it.
//!
//! Deliberately not here: what a backup holds, and files that are none (`tests/cli/backup.rs`).
use crate::starts::window_is_shown;
use crate::window::{Window, feed};
use crate::{LIMIT, ndjson, run, stored, text};
use std::fs;
use std::path::{Path, PathBuf};
use thirtyfour::Key;
use tidings_test_support::sse_server::SseServer;
use tidings_test_support::{Desktop, DesktopSession, eventually};

/// The files and folders in a folder whose names begin and end so.
pub(crate) fn entries(folder: &Path, begin: &str, end: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with(begin) && name.ends_with(end)
    });
    named.map(|entry| entry.path()).collect()
}

/// What the feeds are called.
pub(crate) fn feeds(desktop: &DesktopSession) -> Vec<String> {
    let feeds = ndjson(desktop, &["feed", "list", "--format", "ndjson"]).1;
    feeds.iter().map(|feed| text(feed, "name").to_owned()).collect()
}

pub(crate) async fn settings_of_data(window: &Window) {
    window.click("body").await;
    window.press(Key::Control + ",").await;
    window.press_in("[data-testid=settings-data]", Key::Enter + "").await;
}

/// Makes a backup, follows another feed, and restores the backup: from the downloads or from elsewhere.
async fn restored(elsewhere: bool) {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let server = SseServer::streaming("id: 1\ndata: before the backup\n\n").await;
    run(&desktop, &["feed", "add", "kept", &server.url("/"), "--no-notify"]);
    let window = Window::open(&desktop).await;
    window.wait_for_event("before the backup").await;
    settings_of_data(&window).await;
    window.press_in("[data-testid=backup]", Key::Enter + "").await;
    window.press_in("[data-testid=save]", Key::Enter + "").await;
    window.wait_for_words("[data-testid=job][data-state=done]", "").await;
    let home = PathBuf::from(desktop.variable("HOME"));
    let folders = [home.clone(), home.join("Downloads")];
    let backups: Vec<_> = folders.iter().flat_map(|folder| entries(folder, "tidings-backup-", ".db")).collect();
    let [backup] = backups.as_slice() else { panic!("one backup: {backups:?}") };

    run(&desktop, &["feed", "add", "later", &server.url("/"), "--no-notify"]);
    window.wait_for(&feed("later")).await;
    settings_of_data(&window).await;
    let restore = if elsewhere {
        let file = home.join("kept elsewhere.db");
        fs::rename(backup, &file).expect("moved");
        window.press_in("[data-testid=restore-ask]", Key::Enter + "").await;
        window.choose_file("[data-testid=restore-file]", &file).await;
        "[data-testid=restore-handed]:checked"
    } else {
        window.press_in("[data-testid=restore-ask]", Key::Enter + "").await;
        "[data-testid=restore-backup]:checked"
    };
    window.wait_for(restore).await;
    window.wait_for("[data-testid=restore]:enabled").await;
    // The program may be gone before a click is answered, so the page clicks by itself.
    window.run("setTimeout(() => document.querySelector('[data-testid=restore]').click(), 100)").await;

    let data = desktop.data_home().join("tidings");
    let aside = eventually(LIMIT, "the data that were set aside", async || entries(&data, "before-restore-", "").pop());
    let aside = aside.await;
    let again = eventually(LIMIT, "the program that has started again", async || {
        data.join("tidings.db").exists().then(|| feeds(&desktop)).filter(|feeds| feeds == &["kept"])
    });
    again.await;
    window_is_shown(&desktop, true).await;
    let titles: Vec<_> = stored(&desktop, "kept").iter().map(|line| text(line, "data").to_owned()).collect();
    assert_eq!(titles, ["before the backup"]);
    let before =
        ndjson(&desktop, &["feed", "list", "--format", "ndjson", "--data-dir", aside.to_str().expect("UTF-8")]);
    let before: Vec<_> = before.1.iter().map(|feed| text(feed, "name").to_owned()).collect();
    assert_eq!(before, ["kept", "later"]);
    let handed = data.join("handed-over");
    assert!(entries(&handed, "", "").is_empty(), "what was handed over is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_the_downloads_takes_the_place_of_all_that_is_there() {
    restored(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_from_elsewhere_takes_it_too() {
    restored(true).await;
}
