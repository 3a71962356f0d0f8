//! The `tidings-window` executable: the window, the tray, and what the page may ask. The only code that names Tauri.
//!
//! Deliberately not here: anything that the command line needs too; that is the library beside it.
mod app;
mod arguments;
mod commands;
mod desktop_font;
mod drops;
mod hiding;
mod main_window;
mod page;
mod picture;
mod shell;
mod stopped;
mod tray;
mod view;
mod wish;

use std::process::ExitCode;

fn main() -> ExitCode {
    app::main()
}
