//! The window of a program that could not begin, because its history cannot be opened: it says why, and starts again when
//! the user has done something about it.
//!
//! Deliberately not here: engine, tray and notifications, none of which there is.
use crate::commands::storage;
use crate::{desktop_font, main_window};
use std::path::PathBuf;
use tauri::{AppHandle, State};
use tidings::boundary::CommandError;
use tidings_engine::{EngineError, StoreError};

struct Stopped {
    error: StoreError,
    data_dir: PathBuf,
}

/// Shows the page until the window is closed.
pub(crate) fn show(error: StoreError, data_dir: PathBuf) -> tauri::Result<()> {
    tauri::Builder::default()
        .manage(Stopped { error, data_dir })
        .invoke_handler(tauri::generate_handler![subscribe, show_data, start_again])
        .setup(|app| {
            desktop_font::find();
            main_window::make(app.handle())?;
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(|_, _| {});
    Ok(())
}

/// The page's first question. There is nothing to subscribe to.
#[tauri::command]
#[expect(clippy::needless_pass_by_value, reason = "what a command takes is made for it alone")]
fn subscribe(stopped: State<'_, Stopped>) -> Result<(), CommandError> {
    Err(EngineError::Store(stopped.error.clone()).into())
}

#[tauri::command]
async fn show_data(stopped: State<'_, Stopped>) -> Result<(), CommandError> {
    storage::show(&stopped.data_dir, true).await
}

#[tauri::command]
#[expect(clippy::needless_pass_by_value, reason = "what a command takes is made for it alone")]
fn start_again(app: AppHandle) {
    app.restart();
}
