//! `WebKitWebDriver`, which starts a program on a desktop and drives the page in its window.
//!
//! Deliberately not here: the client (thirtyfour, in the tests themselves).
use crate::DesktopSession;
use crate::process::{Process, free_port};
use serde_json::{Value, json};
use std::path::Path;

/// A running driver, good for one session after another. Dropped, it ends.
#[derive(Debug)]
pub struct WebDriver {
    _process: Process,
    port: u16,
}

impl WebDriver {
    /// Starts a driver on a free port; the programs it starts run on `desktop`.
    ///
    /// # Panics
    /// When `WebKitWebDriver` cannot be started.
    pub fn start(desktop: &DesktopSession) -> Self {
        // The client's HTTP library wants to be told which cryptography to use, though it only speaks to this driver in
        // clear text. Told twice is no harm.
        let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
        let port = free_port();
        let mut command = desktop.command("WebKitWebDriver");
        command.args(["--host=127.0.0.1", &format!("--port={port}")]).env("TAURI_WEBVIEW_AUTOMATION", "true");
        let mut process = Process::start(&mut command);
        process.listening_on(port);
        Self { _process: process, port }
    }

    /// Where the client connects to.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The capability that makes a new session start `program` with `arguments`: its name and its value.
    pub fn capability(program: &Path, arguments: &[&str]) -> (&'static str, Value) {
        ("webkitgtk:browserOptions", json!({ "binary": program, "args": arguments }))
    }
}
