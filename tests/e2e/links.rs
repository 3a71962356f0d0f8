//! Feeds that come from outside: by a link of the desktop, and in the dialog as people have them, behind what companies put
//! before their servers.
//!
//! Deliberately not here: what is a link and what is none (`src-tauri/src/offer.rs`).
use crate::starts::window_is_shown;
use crate::window::{Window, feed};
use crate::{ndjson, run};
use std::fs;
use std::path::Path;
use tidings_test_support::gateway::{Gateway, PASSWORD, USER, Way};
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tidings_test_support::{Desktop, DesktopSession, Tutorial, TutorialServer};

/// Installs the desktop entry of the packages, for the executable under test.
fn install(desktop: &DesktopSession) {
    let entry = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/org.tidings.Tidings.desktop"));
    let entry = entry.expect("it is there").replace("Exec=tidings", concat!("Exec=", env!("CARGO_BIN_EXE_tidings")));
    let folder = desktop.data_home().join("applications");
    fs::create_dir_all(&folder).expect("a folder can be made");
    fs::write(folder.join("tidings.desktop"), entry).expect("it can be written");
    desktop.run("desktop-file-validate", [folder.join("tidings.desktop").to_str().expect("UTF-8")]);
    desktop.run("update-desktop-database", [folder.to_str().expect("UTF-8")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_fills_in_the_dialog_and_asks_and_adds_nothing() {
    let desktop = Desktop::default().start();
    install(&desktop);
    let server = SseServer::start(|mut connection| async move {
        connection.send(format!("{EVENT_STREAM}event: greeting\ndata: hello\n\n")).await;
        connection.closed().await;
    })
    .await;
    let window = Window::open(&desktop).await;
    desktop.run("wmctrl", ["-c", "Tidings"]);
    window_is_shown(&desktop, false).await;

    // As a web browser or a mail program hands it on.
    let url = server.url("/events").replace("://", "://anna:s3cret@");
    let link = format!("tidings://add?url={}&name=Build+farm&folder=Work", url.replace(':', "%3A").replace('/', "%2F"));
    desktop.run("gio", ["open", &link]);
    window_is_shown(&desktop, true).await;
    window.wait_for("[data-testid=feed-dialog]").await;
    assert_eq!(window.value("[data-testid=feed-url]").await, server.url("/events"));
    assert_eq!(window.value("[data-testid=feed-name]").await, "Build farm");
    assert_eq!(window.value("[data-testid=feed-auth-user]").await, "anna");
    assert!(!window.wait_for("body").await.contains("s3cret"));
    window.wait_for("[data-testid=live-test][data-outcome=held]").await;
    assert!(ndjson(&desktop, &["feed", "list", "--format", "ndjson"]).1.is_empty(), "nothing is added by a link");
    assert_eq!(server.requests().len(), 0, "nobody is asked by a link");

    // Another one does not take away what stands in the dialog.
    desktop.run("gio", ["open", "tidings://add?url=http%3A%2F%2F127.0.0.1%3A9%2Flater"]);
    window.wait_for("[data-testid=toast]").await;
    assert_eq!(window.value("[data-testid=feed-url]").await, server.url("/events"));

    window.click("[data-testid=live-test-again]").await;
    window.wait_for("[data-testid=live-test][data-outcome=works]").await;
    assert_eq!(server.request(0).await.header("authorization").as_deref(), Some("Basic YW5uYTpzM2NyZXQ="));
    window.click("[data-testid=feed-save]").await;
    window.wait_for(&feed("Build farm")).await;
    let added = ndjson(&desktop, &["feed", "show", "Build farm", "--format", "ndjson"]).1;
    assert_eq!((&added[0]["folder"], &added[0]["url"]), (&"Work".into(), &server.url("/events").into()));

    // Its turn has come.
    window.wait_for("[data-testid=live-test][data-outcome=held]").await;
    assert_eq!(window.value("[data-testid=feed-url]").await, "http://127.0.0.1:9/later");
    window.click("[data-testid=feed-cancel]").await;
    // As “Add a feed” in the menu of the desktop.
    desktop.run("gio", ["open", "tidings://add"]);
    window.wait_for("[data-testid=feed-dialog]").await;
    assert_eq!(window.value("[data-testid=feed-url]").await, "");
    window.click("[data-testid=feed-cancel]").await;
    // What is no offer says so, and opens nothing.
    desktop.run("gio", ["open", "tidings://add?url=file%3A%2F%2F%2Fetc%2Fpasswd"]);
    window.wait_for_words("[data-testid=toast]", "nothing that can be followed").await;
    window.wait_for_none("[data-testid=feed-dialog]").await;
    assert_eq!(ndjson(&desktop, &["feed", "list", "--format", "ndjson"]).1.len(), 1);
    window.end().await;

    // A link can be what Tidings is started with.
    let window = Window::open_with(&desktop, &["tidings:add?url=http://127.0.0.1:9/first"]).await;
    window.wait_for("[data-testid=live-test][data-outcome=held]").await;
    assert_eq!(window.value("[data-testid=feed-url]").await, "http://127.0.0.1:9/first");
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_private_authority_and_a_password_is_added_in_the_dialog() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let server = TutorialServer::start(Tutorial::Nchan);
    server.publish("published");
    let gateway = Gateway::start(&[("nchan", server.url())], (2099, 1, 1));
    let window = Window::open(&desktop).await;
    window.fill_dialog("Company", &gateway.url(Way::TlsPassword, "nchan")).await;
    // Layer by layer it says what it lacks.
    let failed = |step: &str| format!("[data-testid=test-step][data-step={step}][data-verdict=failed]");
    window.wait_for(&failed("tls")).await;
    window.click("[data-testid=connecting]").await;
    window.fill("[data-testid=feed-ca]", gateway.authority.to_str().expect("UTF-8")).await;
    window.wait_for(&failed("http")).await;
    window.wait_for("[data-testid=finding][data-kind=credentials]").await;
    window.click("[data-testid=signing-in]").await;
    window.click("[data-testid=feed-auth] option[value=basic]").await;
    window.fill("[data-testid=feed-auth-user]", USER).await;
    window.fill("[data-testid=feed-secret]", PASSWORD).await;
    window.wait_for_words("[data-testid=preview]", "published").await;
    window.click("[data-testid=feed-save]").await;
    window.wait_for(&feed("Company")).await;
    window.wait_for_event("published").await;
    let shown = run(&desktop, &["feed", "show", "Company", "--format", "ndjson"]);
    assert!(!shown.contains(PASSWORD), "{shown}");
    window.end().await;
}
