//! The window of a program that could not begin, because its history cannot be opened, or because a process without a window
//! uses it: it says so, and starts again when the user has done something about it, or has had that process give way.
//!
//! Deliberately not here: engine, tray and notifications, none of which there is.
use crate::commands::storage;
use crate::{desktop_font, main_window};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tauri::{AppHandle, State};
use tidings::boundary::CommandError;
use tidings::control::{self, ControlError, NO_WINDOW, Reply, Request};
use tidings_engine::store::Store;
use tidings_engine::{EngineError, StoreError};

/// How long a process that gives way may take to store what has arrived.
const GIVING_WAY: Duration = Duration::from_secs(20);

/// Why there is no more than a page.
#[derive(Debug)]
pub(crate) enum Why {
    /// The history cannot be opened.
    History(StoreError),
    /// A process without a window uses it. Its sentence.
    Headless(String),
}

struct Stopped {
    why: Why,
    data_dir: PathBuf,
}

/// Shows the page until the window is closed.
pub(crate) fn show(why: Why, data_dir: PathBuf) -> tauri::Result<()> {
    tauri::Builder::default()
        .manage(Stopped { why, data_dir })
        .invoke_handler(tauri::generate_handler![subscribe, show_data, start_again])
        .setup(|app| {
            desktop_font::find();
            main_window::make(app.handle())?;
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run_return(|_, _| {});
    Ok(())
}

/// The page's first question. There is nothing to subscribe to.
#[tauri::command]
#[expect(clippy::needless_pass_by_value, reason = "what a command takes is made for it alone")]
fn subscribe(stopped: State<'_, Stopped>) -> Result<(), CommandError> {
    Err(match &stopped.why {
        Why::History(error) => EngineError::Store(error.clone()).into(),
        Why::Headless(message) => CommandError::new(NO_WINDOW, message),
    })
}

#[tauri::command]
async fn show_data(stopped: State<'_, Stopped>) -> Result<(), CommandError> {
    storage::show(&stopped.data_dir, true).await
}

#[tauri::command]
async fn start_again(app: AppHandle, stopped: State<'_, Stopped>) -> Result<(), CommandError> {
    if let Why::Headless(_) = stopped.why {
        take_over(&stopped.data_dir).await?;
    }
    app.restart()
}

/// Has the process that uses the history end, and waits until it has.
async fn take_over(data_dir: &Path) -> Result<(), CommandError> {
    match control::ask(data_dir, Request::GiveWay).await {
        // It may be ending by itself.
        Ok(Reply::Done) | Err(ControlError::NotRunning) => {}
        Ok(Reply::Refused { message, .. }) => return Err(CommandError::new(NO_WINDOW, message)),
        Ok(_) => return Err(CommandError::new(NO_WINDOW, "The running Tidings answers something else.")),
        Err(error) => return Err(CommandError::new(NO_WINDOW, error.to_string())),
    }
    let data_dir = data_dir.to_owned();
    let free = tokio::task::spawn_blocking(move || Store::until_free(&data_dir));
    match tokio::time::timeout(GIVING_WAY, free).await {
        Ok(Ok(free)) => free.map_err(|error| EngineError::Store(error).into()),
        Ok(Err(_)) | Err(_) => Err(CommandError::new(
            NO_WINDOW,
            "The Tidings without a window was asked to end, and is still at it. Try again in a while, or end it with the program that \
             started it.",
        )),
    }
}
