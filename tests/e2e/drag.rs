//! Files that are dragged out of another program and let go over the window.
//!
//! Deliberately not here: what each kind of file is for (the page's own tests, in `ui/`).
use crate::restore::settings_of_data;
use crate::window::{Window, feed};
use crate::{LIMIT, ndjson};
use std::fs::{self, File};
use std::path::Path;
use thirtyfour::Key;
use tidings_test_support::sse_server::SseServer;
use tidings_test_support::{Area, Desktop, DesktopSession, Process, Rest, eventually};

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
        // Each move is answered, through two processes: whoever lets go before is told of a place that takes nothing.
        let mut rest = Rest::after(5);
        let answered = async || rest.now(window.run("return over").await);
        eventually(LIMIT, "the answer to the last move", answered).await;
        mouse(&["mouseup", "1"]);
        let dropped = async || fs::read_to_string(&self.said).is_ok_and(|said| said.contains("dropped")).then_some(());
        eventually(LIMIT, "the drop", dropped).await;
    }
}

/// The middle of something in the page that has come to rest, where the pointer finds it.
async fn middle(desktop: &DesktopSession, window: &Window, css: &str) -> (u32, u32) {
    let Some(Area { x, y, .. }) = desktop.windows_called("Tidings").pop() else { panic!("no window") };
    window.at_rest(css).await;
    let place = window
        .run(&format!(
            "const {{ left, top, width, height }} = document.querySelector('{css}').getBoundingClientRect();
             return [Math.round(left + width / 2), Math.round(top + height / 2)]"
        ))
        .await;
    let at = |number: usize| place[number].as_u64().and_then(|at| u32::try_from(at).ok()).expect("a place");
    (x + at(0), y + at(1))
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
    let (x, y) = middle(&desktop, &window, "[data-testid=first-run]").await;
    source.drag_to(&window, x, y).await;
    window.wait_for_words("[data-testid=import-dialog] h2", "Our servers").await;
    window.wait_for_words("[data-testid=import-item]", "builds").await;
    assert!(ndjson(&desktop, &["feed", "list", "--format", "ndjson"]).1.is_empty(), "nothing is added by dropping");
    drop(source);
    window.click("[data-testid=import-take]").await;
    window.wait_for(&feed("builds")).await;
    window.wait_for_event("hello from the pack").await;
    window.end().await;
}

/// Whoever has opened the dialog lets the file go on its field.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_dropped_on_a_field_is_chosen() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    fs::create_dir_all(desktop.data_home()).expect("a directory");
    let list = desktop.data_home().join("addresses.txt");
    fs::write(&list, "http://127.0.0.1:9/events\n").expect("written");
    let window = Window::open(&desktop).await;
    settings_of_data(&window).await;
    window.press_in("[data-testid=feeds-import]", Key::Enter + "").await;
    let (x, y) = middle(&desktop, &window, "[data-testid=import-file]").await;
    // It has to be there until the file has arrived.
    let source = DragSource::of(&desktop, &list).await;
    source.drag_to(&window, x, y).await;
    window.wait_for_words("[data-testid=import-item]", "http://127.0.0.1:9/events").await;
    let named = window.run("return document.querySelector('[data-testid=import-file]').files[0].name").await;
    assert_eq!(named, "addresses.txt");
    drop(source);
    window.end().await;
}

/// A script that has come into the page, against all that should keep it out, makes the user drag something of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_drag_that_begins_in_the_page_gives_it_no_file() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    fs::create_dir_all(desktop.data_home()).expect("a directory");
    let secret = desktop.data_home().join("secret.toml");
    fs::write(&secret, "s3cret").expect("written");
    let window = Window::open(&desktop).await;
    window.wait_for("[data-testid=first-source]").await;
    window
        .run(&format!(
            "window.seen = [];
             document.body.insertAdjacentHTML('beforeend',
               '<p id=bait draggable=true>take me</p>');
             bait.style.cssText = 'position: fixed; inset: 200px 400px; background: red; z-index: 9';
             bait.addEventListener('dragstart', ({{ dataTransfer }}) => {{
               dataTransfer.setData('text/uri-list', 'file://{}');
               dataTransfer.setData('text/plain', 'file://{}');
             }});
             for (const type of ['dragover', 'drop'])
               addEventListener(type, (event) => {{
                 event.stopImmediatePropagation();
                 event.preventDefault();
                 seen.push(type);
               }}, true);",
            secret.display(),
            secret.display()
        ))
        .await;
    let (x, y) = middle(&desktop, &window, "#bait").await;
    let mouse = |arguments: &[&str]| drop(desktop.run("xdotool", arguments));
    mouse(&["mousemove", &x.to_string(), &y.to_string(), "mousedown", "1"]);
    let mut step = 0;
    let over = async || {
        step += 1;
        mouse(&["mousemove", &(x + 40 + step % 8).to_string(), &(y + 40).to_string()]);
        let seen = window.run("return seen.filter((type) => type === 'dragover').length").await;
        (seen.as_u64() > Some(1)).then_some(())
    };
    window.until("the page's own drag", over).await;
    mouse(&["mouseup", "1"]);
    let dropped = async || (window.run("return seen.includes('drop')").await == true).then_some(());
    window.until("the drop", dropped).await;
    let taken = window
        .run_to_end(
            "const done = arguments[0]; window.__TAURI_INTERNALS__.invoke('take_dropped').then(done, (why) => done(String(why)))",
            Vec::new(),
        )
        .await;
    assert!(taken.is_null(), "{taken}");
    window.end().await;
}
