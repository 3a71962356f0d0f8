//! `tidings` without a command: becomes the window, which is another executable beside this one.
//!
//! Deliberately not here: the window itself, and how a second start raises the first (`control.rs`).
use super::{Failed, Outcome};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

const NAME: &str = if cfg!(windows) { "tidings-window.exe" } else { "tidings-window" };

pub(super) fn open(data_dir: Option<PathBuf>, hidden: bool, link: Option<String>) -> Outcome {
    if let Some(link) = &link
        && !link.starts_with("tidings:")
    {
        return Err(Failed::Usage(format!("There is no command {link:?}; see --help.")));
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
