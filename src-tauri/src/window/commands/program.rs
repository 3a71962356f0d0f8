//! The program as a whole: what the page is told, the settings, links.
use super::Answer;
use crate::page::WindowPage;
use crate::shell::Shell;
use tauri::ipc::Channel;
use tauri::{State, WebviewWindow};
use tidings::boundary::{CommandError, Snapshot, WindowMessage};
use tidings::link;
use tidings_engine::Settings;

#[tauri::command]
pub(super) async fn subscribe(
    shell: State<'_, Shell>,
    window: WebviewWindow,
    channel: Channel<Vec<WindowMessage>>,
) -> Answer<Snapshot> {
    Ok(shell.channel.subscribe(WindowPage { window, channel }).await?)
}

#[tauri::command]
pub(super) async fn change_settings(shell: State<'_, Shell>, settings: Settings) -> Answer<()> {
    Ok(shell.engine.change_settings(settings).await?)
}

#[tauri::command]
pub(super) async fn open_link(url: String) -> Answer<()> {
    // The desktop's own program is started, which may take a moment.
    let opened = tauri::async_runtime::spawn_blocking(move || link::open(&url)).await;
    opened.map_err(|error| CommandError::new("link", error.to_string()))?
}

/// Whether the page holds what only the user could type again: then it is kept, however long the window is hidden.
#[tauri::command]
#[expect(clippy::needless_pass_by_value, reason = "what a command takes is made for it alone")]
pub(super) fn set_unsaved(shell: State<'_, Shell>, unsaved: bool) {
    shell.hiding.holds_unsaved(unsaved);
}
