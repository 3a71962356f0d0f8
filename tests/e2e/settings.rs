//! What the settings do outside of the window: the entry by which the desktop starts Tidings, the history's file, files for others.
//!
//! Deliberately not here: what is only shown (the page's own tests, in `ui/`), backups (`restore.rs`), import (`import.rs`).
use crate::restore::{entries, settings_of_data};
use crate::starts::window_is_shown;
use crate::window::{Window, feed};
use crate::{LIMIT, ndjson, run, text, tidings};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use thirtyfour::Key;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tidings_test_support::{Desktop, Process, TrayItem, eventually};

const AUTOSTART: &str = "[data-testid=setting-autostart]";

async fn settings(window: &Window) {
    window.click("body").await;
    window.press(Key::Control + ",").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_switch_writes_what_the_desktop_starts_and_takes_it_away() {
    let desktop = Desktop::default().start();
    let entry = PathBuf::from(desktop.variable("XDG_CONFIG_HOME")).join("autostart/org.tidings.Tidings.desktop");
    let window = Window::open(&desktop).await;
    settings(&window).await;
    let turn = async |on: bool| {
        window.click(AUTOSTART).await;
        window.wait_for(&format!("{AUTOSTART}[aria-checked={on}]")).await;
    };
    window.wait_for(&format!("{AUTOSTART}[aria-checked=false]")).await;
    assert!(!entry.exists());
    turn(true).await;
    let written = fs::read_to_string(&entry).expect("an entry");
    let program = Path::new(env!("CARGO_BIN_EXE_tidings")).display();
    let exec: Vec<_> = written.lines().filter(|line| line.starts_with("Exec=")).collect();
    assert_eq!(exec, [format!("Exec=\"{program}\" --hidden")], "{written}");
    turn(false).await;
    assert!(!entry.exists());
    turn(true).await;
    // The desktop's own settings turn it off in their way.
    fs::write(&entry, written + "Hidden=true\n").expect("written");
    window.press(Key::Escape + "").await;
    settings(&window).await;
    window.wait_for(&format!("{AUTOSTART}[aria-checked=false]")).await;
    turn(true).await;
    window.end().await;

    // As the next session begins: it is there, in the tray, and does not show itself.
    let launched = desktop.command("gio").arg("launch").arg(&entry).status().expect("gio");
    assert!(launched.success());
    TrayItem::find(desktop.bus_address()).await;
    window_is_shown(&desktop, false).await;
    let mut second = Process::start(&mut tidings(&desktop, &[]));
    assert!(eventually(LIMIT, "the end of the second start", async || second.ended()).await.success());
    window_is_shown(&desktop, true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spare_space_is_given_back_and_how_far_that_is_shown() {
    /// So much that it takes many steps.
    const EVENTS: usize = 40;
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let server = SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        let text = "x".repeat(1_000_000);
        for number in 1..=EVENTS {
            connection.send(format!("id: {number}\ndata: event {number} {text}\n\n")).await;
        }
        connection.closed().await;
    })
    .await;
    run(&desktop, &["feed", "add", "large", &server.url("/"), "--no-notify"]);
    let window = Window::open(&desktop).await;
    window.wait_for_event(&format!("event {EVENTS} ")).await;
    let database = desktop.data_home().join("tidings/tidings.db");
    run(&desktop, &["feed", "remove", "large", "--with-history"]);
    window.wait_for_none(&feed("large")).await;
    settings_of_data(&window).await;
    // What was deleted a moment ago can still come back: it becomes spare when it cannot.
    let spare = async || {
        let shown = window.texts("[data-testid=settings-dialog]").await.concat();
        shown.contains("of that is spare").then_some(())
    };
    window.until("spare space", spare).await;
    let before = fs::metadata(&database).expect("the history").len();
    assert!(before > 30_000_000, "{before} bytes");
    window
        .run(
            "window.parts = [];
             const look = () => {
               const value = document.querySelector('[data-testid=job] progress')?.value;
               if (value > 0 && parts.at(-1) !== value) parts.push(value);
             };
             new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });",
        )
        .await;
    window.press_in("[data-testid=vacuum]", Key::Enter + "").await;
    window.wait_for_words("[data-testid=job][data-state=done]", "given back").await;
    let parts: Vec<f64> = serde_json::from_value(window.run("return window.parts").await).expect("numbers");
    assert!(parts.len() > 1 && parts.is_sorted() && parts.iter().all(|part| *part < 1.0), "{parts:?}");
    let none = async || spare().await.is_none().then_some(());
    window.until("the end of the spare space", none).await;
    window.end().await;
    assert!(ndjson(&desktop, &["list", "--format", "ndjson"]).1.is_empty());
    let after = fs::metadata(&database).expect("the history").len();
    assert!(after < before / 10, "{after} of {before} bytes");
}

/// What a user sees of the tokens in addresses before the file is made, and what is in it then.
#[tokio::test(flavor = "multi_thread")]
async fn chosen_feeds_leave_as_a_file_with_a_warning_of_what_is_in_it() {
    const WARNING: &str = "[data-testid=save-warning]";
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let home = PathBuf::from(desktop.variable("HOME"));
    let add = |name: &str, url: &str, more: &[&str]| {
        drop(run(&desktop, &[&["feed", "add", name, url, "--no-notify"], more].concat()));
    };
    add("plain", "http://127.0.0.1:9/plain", &["--folder", "Work"]);
    add("telling", "http://127.0.0.1:9/telling?token=s3cret", &[]);
    add("left out", "http://127.0.0.1:9/left-out?key=0ther", &[]);
    let window = Window::open(&desktop).await;
    window.wait_for(&feed("left out")).await;
    settings_of_data(&window).await;
    window.press_in("[data-testid=feeds-export]", Key::Enter + "").await;
    window.wait_for_words(WARNING, "telling").await;
    let offered = window.texts("[data-testid=save-dialog] li .cut").await;
    assert_eq!(offered.len(), 3, "{offered:?}");
    let warning = window.texts(WARNING).await.concat();
    assert!(warning.contains("left out") && !warning.contains("plain"), "{warning}");
    let place = offered.iter().position(|name| name == "left out").expect("it is offered") + 1;
    window.click(&format!("[data-testid=save-dialog] li:nth-child({place}) [data-testid=choose-feed]")).await;
    let fewer = async || {
        let now = window.texts(WARNING).await.concat();
        (now.contains("telling") && !now.contains("left out")).then_some(())
    };
    window.until("a warning of one address", fewer).await;
    window.press_in("[data-testid=save]", Key::Enter + "").await;
    window.wait_for_words("[data-testid=job][data-state=done]", "Feeds exported: 2").await;
    let files: Vec<_> = [home.clone(), home.join("Downloads")]
        .iter()
        .flat_map(|folder| entries(folder, "tidings-feeds-", ".toml"))
        .collect();
    let [file] = files.as_slice() else { panic!("one file: {files:?}") };
    let written = fs::read_to_string(file).expect("text");
    assert_eq!(
        written,
        run(&desktop, &["feeds", "export", "--feed", "plain", "--feed", "telling"]),
        "as the command writes it"
    );
    assert!(written.contains("token=s3cret") && !written.contains("0ther") && !written.contains("left"), "{written}");

    let other = home.join("another computer");
    let other = other.to_str().expect("UTF-8");
    run(&desktop, &["feeds", "import", file.to_str().expect("UTF-8"), "--data-dir", other]);
    let came = ndjson(&desktop, &["feed", "list", "--format", "ndjson", "--data-dir", other]).1;
    let mut came: Vec<_> = came.iter().map(|feed| [text(feed, "name"), text(feed, "url")]).collect();
    came.sort_unstable();
    assert_eq!(came, [["plain", "http://127.0.0.1:9/plain"], ["telling", "http://127.0.0.1:9/telling?token=s3cret"]]);
    window.end().await;
}

/// The program's own log, as somebody hands it on with a report of a fault.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_saved_without_what_feeds_are_called_and_sent() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let home = PathBuf::from(desktop.variable("HOME"));
    run(&desktop, &["feed", "add", "Very private", "http://secret-host.test:9/events?token=s3cret", "--no-notify"]);
    let window = Window::open(&desktop).await;
    window.wait_for_state("Very private", &["waiting"]).await;
    settings(&window).await;
    window.press_in("[data-testid=settings-about]", Key::Enter + "").await;
    window.press_in("[data-testid=save-log]", Key::Enter + "").await;
    let saved = async || {
        let folders = [home.clone(), home.join("Downloads")];
        let file = folders.iter().find_map(|folder| entries(folder, "tidings-log-", ".txt").pop())?;
        let mode = fs::metadata(&file).ok()?.permissions().mode() & 0o777;
        fs::read_to_string(file).ok().filter(|text| !text.is_empty()).map(|text| (text, mode))
    };
    let (saved, mode) = eventually(LIMIT, "the log as a file", saved).await;
    assert_eq!(mode, 0o600);
    assert!(saved.starts_with(&format!("Tidings {}, linux\n", env!("CARGO_PKG_VERSION"))), "{saved}");
    assert!(saved.contains("not connected feed=1 why=\"DNS\""), "{saved}");
    for private in ["Very private", "secret-host", "s3cret"] {
        assert!(!saved.contains(private), "{private}: {saved}");
    }
    window.end().await;
}
