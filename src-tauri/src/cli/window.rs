//! `tidings` without a command: becomes the window, which is another executable beside this one.
//!
//! Where a window runs already, it is asked to show itself: that takes milliseconds, loading all that a window needs does not.
//!
//! Deliberately not here: the window itself, and how one process asks another (`control.rs`).
use super::{Failed, Outcome};
use crate::control::{self, Reply, Request};
use crate::platform::dirs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

const NAME: &str = if cfg!(windows) { "tidings-window.exe" } else { "tidings-window" };

pub(super) fn open(data_dir: Option<PathBuf>, hidden: bool, link: Option<String>) -> Outcome {
    if let Some(link) = &link
        && !is_link(link)
    {
        return Err(Failed::Usage(no_command(link)));
    }
    if shown_by_running(data_dir.clone(), link.clone()) {
        return Ok(());
    }
    let beside = std::env::current_exe().map_err(Failed::work)?.with_file_name(NAME);
    let mut window = Command::new(&beside);
    if let Some(dir) = data_dir {
        window.arg("--data-dir").arg(dir);
    }
    if hidden {
        window.arg("--hidden");
    }
    window.args(link);
    become_it(window).map_err(|error| Failed::Work(not_opened(&beside, &error)))
}

/// Schemes are written in any case.
fn is_link(text: &str) -> bool {
    text.split_once(':').is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("tidings"))
}

/// What is typed may be an address with a password in it.
fn no_command(given: &str) -> String {
    let scheme = given.split_once(':').map_or("", |(scheme, _)| scheme);
    if ["http", "https"].iter().any(|http| scheme.eq_ignore_ascii_case(http)) {
        return "To follow an address: tidings watch URL.".to_owned();
    }
    if given.contains('@') {
        return "There is no such command; see --help.".to_owned();
    }
    format!("There is no command {given:?}; see --help.")
}

/// Whether a window that runs already has shown itself. Whatever else there is to say, the executable of the window says, also to
/// those who see no terminal.
fn shown_by_running(data_dir: Option<PathBuf>, link: Option<String>) -> bool {
    let Ok(data_dir) = dirs::data_dir(data_dir) else { return false };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return false };
    matches!(runtime.block_on(control::ask(&data_dir, Request::Show { link })), Ok(Reply::Done))
}

fn not_opened(beside: &Path, error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        format!(
            "The window cannot be opened, because {} is missing; install Tidings whole, or use a command (see --help).",
            beside.display()
        )
    } else {
        format!("The window cannot be opened, because {} does not start: {error}.", beside.display())
    }
}

/// The same process goes on as the window, so that whoever started it can wait for it and signal it.
#[cfg(unix)]
fn become_it(mut window: Command) -> io::Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(window.exec())
}

#[cfg(not(unix))]
fn become_it(mut window: Command) -> io::Result<()> {
    let status = window.status()?;
    std::process::exit(status.code().unwrap_or(1))
}
