//! Feeds come in from a file through the dialog, as a person chooses it.
//!
//! Deliberately not here: what a file may say (`tests/cli/feeds_file.rs`).
use crate::window::{Window, feed};
use crate::{ndjson, run};
use tidings_test_support::Desktop;
use tidings_test_support::sse_server::SseServer;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_chosen_shown_and_its_feeds_are_followed() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let server = SseServer::streaming("data: hello from the pack\n\n").await;
    let pack = desktop.data_home().join("pack.toml");
    let text = format!(
        "format = 1\ntitle = \"Our servers\"\n[[feed]]\nname = \"builds\"\nurl = \"{}\"\nfolder = \"Work\"\n\
         [[feed]]\nname = \"careless\"\nurl = \"https://127.0.0.1:9/\"\ninsecure = true\n",
        server.url("/events")
    );
    std::fs::create_dir_all(desktop.data_home()).expect("a directory");
    std::fs::write(&pack, text).expect("written");

    let window = Window::open(&desktop).await;
    // They are asked for when the page opens, and move what stands below them.
    window.wait_for("[data-testid=first-source]").await;
    window.click("[data-testid=first-import]").await;
    window.choose_file("[data-testid=import-file]", &pack).await;
    window.wait_for_words("[data-testid=import-dialog] h2", "Our servers").await;
    window.wait_for_words("[data-testid=import-item]:last-child", "Accepts any certificate").await;
    assert!(ndjson(&desktop, &["feed", "list", "--format", "ndjson"]).1.is_empty(), "nothing is added by looking");
    window.click("[data-testid=import-take]").await;
    window.wait_for(&feed("builds")).await;
    window.wait_for_event("hello from the pack").await;
    window.wait_for_none(&feed("careless")).await;
    assert!(run(&desktop, &["feeds", "export"]).contains("folder = \"Work\""));
    window.click("[data-testid=undo]").await;
    window.wait_for_none(&feed("builds")).await;
    window.end().await;
}
