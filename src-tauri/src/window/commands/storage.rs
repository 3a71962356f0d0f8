//! The history as a file.
use super::Answer;
use crate::shell::Shell;
use std::path::Path;
use tauri::State;
use tidings::boundary::{CommandError, DataFacts};

#[tauri::command]
pub(super) async fn forget_set_aside(shell: State<'_, Shell>) -> Answer<()> {
    Ok(shell.engine.forget_set_aside().await?)
}

#[tauri::command]
pub(super) async fn show_data(shell: State<'_, Shell>) -> Answer<()> {
    match shell.engine.set_aside() {
        Some(set_aside) => show(&set_aside.file, false).await,
        None => show(&shell.data_dir, true).await,
    }
}

#[tauri::command]
pub(super) async fn data_facts(shell: State<'_, Shell>) -> Answer<DataFacts> {
    Ok(DataFacts { folder: shell.data_dir.display().to_string(), space: shell.engine.space().await? })
}

/// Opens a folder, or the folder of a file, in the desktop's file manager.
pub(crate) async fn show(path: &Path, folder: bool) -> Answer<()> {
    let shown = path.to_owned();
    // Another program is started, which may take a moment.
    let opened = tauri::async_runtime::spawn_blocking(move || {
        if folder {
            tauri_plugin_opener::open_path(&shown, None::<&str>)
        } else {
            tauri_plugin_opener::reveal_item_in_dir(&shown)
        }
    });
    let refused = |why: String| {
        CommandError::new(
            "show-data",
            format!("{} was not shown, because the desktop refused it: {why}.", path.display()),
        )
    };
    opened.await.map_err(|error| refused(error.to_string()))?.map_err(|error| refused(error.to_string()))
}
