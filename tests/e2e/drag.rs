//! Files that are dragged out of another program and let go over the window.
//!
//! Deliberately not here: what each kind of file is for (the page's own tests, in `ui/`).
use crate::window::{Window, feed};
use crate::{LIMIT, ndjson};
use std::fs::{self, File};
use std::path::Path;
use tidings_test_support::sse_server::SseServer;
use tidings_test_support::{Area, Desktop, DesktopSession, Process, eventually};

/// A program with a file in its window. Dropped, it ends.
struct DragSource<'a> {
    desktop: &'a DesktopSession,
    said: std::path::PathBuf,
    _process: Process,
}

impl<'a> DragSource<'a> {
    /// Somewhere in its window.
    const HANDLE: (u32, u32) = (80, 30);

    async fn of(desktop: &'a DesktopSession, file: &Path) -> Self {
        let said = desktop.data_home().join("drag-source.log");
        let output = File::create(&said).expect("a file");
        let process = Process::start(desktop.drag_source(file).stdout(output));
        let source = Self { desktop, said, _process: process };
        let shown = async || desktop.windows_called("drag-source").pop();
        eventually(LIMIT, "the window to drag from", shown).await;
        source
    }

    /// Drags the file to a place of the window and lets it go there, once the page says that it takes it.
    async fn drag_to(&self, window: &Window, x: u32, y: u32) {
        window
            .run(
                "window.over = 0;
                 addEventListener('dragover', (event) => { if (event.dataTransfer.dropEffect === 'copy') over += 1; });",
            )
            .await;
        let mouse = |arguments: &[&str]| drop(self.desktop.run("xdotool", arguments));
        let (from_x, from_y) = Self::HANDLE;
        mouse(&["mousemove", &from_x.to_string(), &from_y.to_string(), "mousedown", "1"]);
        // Whoever drags moves on: what lies below is asked anew each time.
        let mut step = 0;
        let mut until = async |word: &str| {
            let moved = async || {
                step += 1;
                mouse(&["mousemove", &(x + step % 8).to_string(), &y.to_string()]);
                fs::read_to_string(&self.said).is_ok_and(|said| said.lines().any(|line| line == word)).then_some(())
            };
            eventually(LIMIT, word, moved).await;
        };
        until("begun").await;
        until("accepted").await;
        let taken = async || {
            step += 1;
            mouse(&["mousemove", &(x + step % 8).to_string(), &y.to_string()]);
            (window.run("return over").await.as_u64() > Some(1)).then_some(())
        };
        eventually(LIMIT, "the page's consent", taken).await;
        mouse(&["mouseup", "1"]);
        let dropped = async || fs::read_to_string(&self.said).is_ok_and(|said| said.contains("dropped")).then_some(());
        eventually(LIMIT, "the drop", dropped).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_dropped_is_shown_before_anything_is_taken_from_it() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let server = SseServer::streaming("data: hello from the pack\n\n").await;
    fs::create_dir_all(desktop.data_home()).expect("a directory");
    let pack = desktop.data_home().join("our pack.toml");
    let text = format!(
        "format = 1\ntitle = \"Our servers\"\n[[feed]]\nname = \"builds\"\nurl = \"{}\"\n",
        server.url("/events")
    );
    fs::write(&pack, text).expect("written");
    let window = Window::open(&desktop).await;
    window.wait_for("[data-testid=first-source]").await;
    let source = DragSource::of(&desktop, &pack).await;
    let Some(Area { x, y, width, height }) = desktop.windows_called("Tidings").pop() else { panic!("no window") };
    source.drag_to(&window, x + width / 2, y + height / 2).await;
    window.wait_for_words("[data-testid=import-dialog] h2", "Our servers").await;
    window.wait_for_words("[data-testid=import-item]", "builds").await;
    assert!(ndjson(&desktop, &["feed", "list", "--format", "ndjson"]).1.is_empty(), "nothing is added by dropping");
    drop(source);
    window.click("[data-testid=import-take]").await;
    window.wait_for(&feed("builds")).await;
    window.wait_for_event("hello from the pack").await;
    window.end().await;
}
