//! The window, driven as a person would: what its page shows, clicks, keys.
//!
//! Deliberately not here: what is around the page, such as frame, tray and notifications (`tidings_test_support`).
use crate::LIMIT;
use serde_json::{Value, json};
use std::fmt::Display;
use std::fs::File;
use std::path::{Path, PathBuf};
use thirtyfour::{By, Capabilities, Key, TypingData};
use tidings_test_support::{DesktopSession, Rest, WebDriver, eventually, within};

/// The running window of a desktop.
pub(crate) struct Window {
    // Fields end in this order.
    page: thirtyfour::WebDriver,
    _driver: WebDriver,
    /// Locked while the program runs.
    lock: PathBuf,
}

impl Window {
    /// Starts Tidings on `desktop` and waits for its page.
    pub(crate) async fn open(desktop: &DesktopSession) -> Self {
        Self::open_with(desktop, &[]).await
    }

    /// [`Self::open`] with arguments.
    pub(crate) async fn open_with(desktop: &DesktopSession, arguments: &[&str]) -> Self {
        Self::open_program(desktop, Path::new(env!("CARGO_BIN_EXE_tidings-window")), arguments).await
    }

    /// [`Self::open_with`] of another executable, an installed one for instance.
    pub(crate) async fn open_program(desktop: &DesktopSession, program: &Path, arguments: &[&str]) -> Self {
        let driver = WebDriver::start(desktop);
        let (name, value) = WebDriver::capability(program, arguments);
        let mut capabilities = Capabilities::new();
        capabilities.set(name, value).expect("a capability is JSON");
        let page = thirtyfour::WebDriver::new(driver.url(), capabilities).await.expect("the window opens");
        let lock = desktop.data_home().join("tidings/tidings.lock");
        let window = Self { page, _driver: driver, lock };
        window.wait_for("[data-testid=first-run], [data-testid=add-feed], main.stopped").await;
        window
    }

    /// Waits until the program has made its window again, and goes on there.
    pub(crate) async fn is_made_anew(&self) {
        let made = eventually(LIMIT, "a window made anew", async || {
            let handle = self.page.windows().await.ok()?.into_iter().next()?;
            self.page.switch_to_window(handle).await.ok()
        });
        made.await;
    }

    /// Ends the program abruptly, as the end of a desktop session may, and waits until it has let go of its data.
    pub(crate) async fn end(self) {
        self.page.quit().await.expect("the driver ends the program");
        // The driver kills the program only after it has answered: it must not end first.
        let free = eventually(LIMIT, "the end of the program", async || {
            File::open(&self.lock).expect("a program that ran has left its lock file").try_lock().ok()
        });
        free.await;
    }

    /// The texts of all elements, in the order of the page.
    pub(crate) async fn texts(&self, css: &str) -> Vec<String> {
        self.of_all(css, "element.textContent.replace(/\\s+/g, ' ').trim()").await
    }

    /// An attribute of all elements that have it, in the order of the page.
    pub(crate) async fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let script = format!("element.getAttribute({})", json!(name));
        self.of_all(css, &script).await
    }

    /// Waits until there is such an element and returns the text of the first.
    pub(crate) async fn wait_for(&self, css: &str) -> String {
        self.until(format!("an element {css}"), async || self.texts(css).await.into_iter().next()).await
    }

    /// Waits until the first such element contains `words`.
    pub(crate) async fn wait_for_words(&self, css: &str, words: &str) {
        let wait = self.until(format!("'{words}' in {css}"), async || {
            self.texts(css).await.first().is_some_and(|text| text.contains(words)).then_some(())
        });
        wait.await;
    }

    /// Waits until there is no such element.
    pub(crate) async fn wait_for_none(&self, css: &str) {
        self.until(format!("the end of {css}"), async || self.texts(css).await.is_empty().then_some(())).await;
    }

    /// Waits until there is such an element, and the first of them has come to rest.
    pub(crate) async fn at_rest(&self, css: &str) {
        let mut rest = Rest::after(1);
        let still = self.until(format!("an element {css} at rest"), async || {
            let places = self.of_all(css, "JSON.stringify(element.getBoundingClientRect())").await;
            rest.now(places.into_iter().next()).flatten()
        });
        still.await;
    }

    /// Clicks the first such element once it has come to rest, waiting for it.
    pub(crate) async fn click(&self, css: &str) {
        // An element that the page replaces between finding and clicking is looked for again.
        let click = self.until(format!("a click on {css}"), async || {
            self.at_rest(css).await;
            let element = self.page.find(By::Css(css)).await.ok()?;
            element.click().await.ok()
        });
        click.await;
    }

    /// Replaces what stands in a field.
    pub(crate) async fn fill(&self, css: &str, text: &str) {
        self.wait_for(css).await;
        let field = self.page.find(By::Css(css)).await.expect("the field is there");
        field.clear().await.expect("the field can be cleared");
        field.send_keys(text).await.expect("the field takes keys");
    }

    /// What is in the clipboard, once these words are: what was copied is what a field takes.
    pub(crate) async fn pasted(&self, field: &str, words: &str) -> String {
        self.click(field).await;
        let pasted = self.until(format!("'{words}' in the clipboard"), async || {
            self.press(Key::Control + "a").await;
            self.press(Key::Control + "v").await;
            let value = self.value(field).await;
            value.contains(words).then_some(value)
        });
        pasted.await
    }

    /// Chooses a file in a field for files.
    pub(crate) async fn choose_file(&self, css: &str, file: &Path) {
        self.wait_for(css).await;
        let field = self.page.find(By::Css(css)).await.expect("the field is there");
        field.send_keys(file.to_str().expect("a UTF-8 path")).await.expect("the field takes a file");
    }

    /// Presses keys in an element, which takes the focus.
    pub(crate) async fn press_in(&self, css: &str, keys: impl Into<TypingData>) {
        self.wait_for(css).await;
        let element = self.page.find(By::Css(css)).await.expect("the element is there");
        element.send_keys(keys).await.expect("it takes keys");
    }

    /// Presses keys wherever the focus is.
    pub(crate) async fn press(&self, keys: impl Into<TypingData>) {
        let focused = self.page.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.expect("it takes keys");
    }

    /// What stands in a field.
    pub(crate) async fn value(&self, css: &str) -> String {
        self.of_all(css, "element.value").await.into_iter().next().expect("the field is there")
    }

    /// Runs a script of the page that calls its last argument with what became of it.
    pub(crate) async fn run_to_end(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.page.execute_async(script, arguments).await.expect("the script runs").json().clone()
    }

    /// Runs a script in the page and returns what it returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.expect("the page runs a script").json().clone()
    }

    /// Adds a feed through the dialog and waits until it is in the sidebar.
    pub(crate) async fn add_feed(&self, name: &str, url: &str) {
        self.fill_dialog(name, url).await;
        self.click("[data-testid=feed-save]").await;
        self.wait_for(&feed(name)).await;
    }

    /// Opens the dialog for a new feed, from the sidebar or from the page of the first run, and fills it.
    pub(crate) async fn fill_dialog(&self, name: &str, url: &str) {
        self.click("[data-testid=add-feed]").await;
        self.fill("[data-testid=feed-url]", url).await;
        self.fill("[data-testid=feed-name]", name).await;
    }

    /// Shows one feed's events.
    pub(crate) async fn show_feed(&self, name: &str) {
        self.click(&feed(name)).await;
        self.wait_for_words("[data-testid=list-title]", name).await;
    }

    /// Waits until a feed is in one of these states (`open`, `polling`, …).
    pub(crate) async fn wait_for_state(&self, name: &str, states: &[&str]) {
        let css = format!("{} [data-testid=feed-state]", feed(name));
        let wait = self.until(format!("one of {states:?} of {name}"), async || {
            let now = self.attributes(&css, "data-state").await;
            now.first().is_some_and(|now| states.contains(&now.as_str())).then_some(())
        });
        wait.await;
    }

    /// Waits until the list shows an event whose title begins so, and returns its type.
    pub(crate) async fn wait_for_event(&self, title: &str) -> String {
        let wait = self.until(format!("an event '{title}' in the list"), async || {
            let titles = self.texts("[data-testid=event-row] [data-testid=event-title]").await;
            let types = self.texts("[data-testid=event-row] [data-testid=event-type]").await;
            titles.iter().zip(types).find_map(|(now, of)| now.starts_with(title).then_some(of))
        });
        wait.await
    }

    /// Saves what the page shows.
    pub(crate) async fn picture(&self, file: &Path) {
        self.page.screenshot(file).await.expect("the page can be saved as a picture");
    }

    /// Waits for something in the page. What the page shows instead is said when it does not come.
    pub(crate) async fn until<T>(&self, what: impl Display, condition: impl AsyncFnMut() -> Option<T>) -> T {
        let Some(found) = within(LIMIT, condition).await else {
            let shown =
                self.of_all("body, dialog[open]", "element.innerText.replace(/\\s+/g, ' ').slice(0, 2000)").await;
            panic!("{what} did not happen within {LIMIT:?}. The page shows: {}", shown.join("\nIn front of that: "))
        };
        found
    }

    async fn of_all(&self, css: &str, expression: &str) -> Vec<String> {
        let script = format!(
            "return Array.from(document.querySelectorAll({}), (element) => {expression}).filter((text) => text !== null)",
            json!(css)
        );
        let values = self.page.execute(script, Vec::new()).await.expect("the page runs a script");
        values.convert().expect("texts")
    }
}

/// The selector of a feed in the sidebar.
pub(crate) fn feed(name: &str) -> String {
    format!("[data-testid=feed-row][data-name={}]", json!(name))
}
