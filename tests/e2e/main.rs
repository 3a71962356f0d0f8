//! The program from end to end: real servers, the real window on a real desktop, a real notification daemon, a real tray.
//!
//! Deliberately not here: what one crate can show alone. Each test has a desktop of its own, so they run side by side.
mod bounds;
mod daemons;
mod drag;
mod faults;
mod feed_page;
mod first_run;
mod hiding;
mod import;
mod journeys;
mod links;
mod notifications;
mod packages;
mod replay;
mod restore;
mod settings;
mod starts;
mod storage;
mod tray;
mod tutorials;
mod ways;
mod window;
mod world;

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use tidings_test_support::DesktopSession;

/// How long anything may take on a machine with much else to do.
const LIMIT: Duration = Duration::from_secs(30);

/// Where `./dev shots` wants the pictures of the documentation.
fn pictures() -> Option<PathBuf> {
    std::env::var_os("TIDINGS_SHOTS").map(PathBuf::from)
}

/// `tidings` on a desktop, with that desktop's data directory.
fn tidings(desktop: &DesktopSession, arguments: &[&str]) -> Command {
    let mut command = desktop.command(env!("CARGO_BIN_EXE_tidings"));
    command.args(arguments);
    command
}

/// Runs `tidings` to its end, which must be a good one, and returns what it wrote.
fn run(desktop: &DesktopSession, arguments: &[&str]) -> String {
    desktop.run(env!("CARGO_BIN_EXE_tidings"), arguments)
}

/// Runs `tidings` to its end, whatever that is, and returns its exit status and the JSON lines it wrote.
fn ndjson(desktop: &DesktopSession, arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let output = tidings(desktop, arguments).stdout(Stdio::piped()).output().expect("tidings can be started");
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("each line is a JSON object"));
    (output.status.code(), lines.collect())
}

/// Has announced what the focused window shows: nobody sits before it.
fn look_away(desktop: &DesktopSession) {
    run(desktop, &["settings", "set", "quiet-in-view", "off"]);
}

/// The stored events of a feed, newest first.
fn stored(desktop: &DesktopSession, feed: &str) -> Vec<Value> {
    ndjson(desktop, &["list", "--feed", feed, "--format", "ndjson"]).1
}

/// A field that is a string.
fn text<'a>(line: &'a Value, field: &str) -> &'a str {
    line[field].as_str().unwrap_or_else(|| panic!("no text in {field} of {line}"))
}
