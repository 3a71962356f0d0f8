//! The program as a whole: what the page is told, the settings, links.
use super::{Answer, jobs, storage};
use crate::page::WindowPage;
use crate::picture;
use crate::shell::Shell;
use tauri::ipc::Channel;
use tauri::{AppHandle, State, WebviewWindow};
use tidings::boundary::{CommandError, Snapshot, WindowMessage};
use tidings::link;
use tidings::platform::{autostart, dirs};
use tidings::whole_file::write_private;
use tidings_engine::{NetworkSettings, Secret, SecretPlace, SecretsFacts, Settings};

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

/// `password`: of the proxy's user; `None`: as it is kept.
#[tauri::command]
pub(super) async fn change_network(
    shell: State<'_, Shell>,
    network: NetworkSettings,
    password: Option<Secret>,
) -> Answer<()> {
    Ok(shell.engine.change_network(network, password).await?)
}

/// Where passwords and tokens are kept.
#[tauri::command]
pub(super) async fn secrets(shell: State<'_, Shell>) -> Answer<SecretsFacts> {
    Ok(shell.engine.secrets().await?)
}

/// Keeps all passwords and tokens there from now on. How many were moved.
#[tauri::command]
pub(super) async fn move_secrets(shell: State<'_, Shell>, to: SecretPlace) -> Answer<u32> {
    let settings = shell.engine.settings().await?;
    shell.engine.change_settings(Settings { secret_place: Some(to), ..settings }).await?;
    Ok(shell.engine.move_secrets(to).await?)
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

/// The page has drawn its first frame.
#[tauri::command]
#[expect(clippy::needless_pass_by_value, reason = "what a command takes is made for it alone")]
pub(super) fn drawn(app: AppHandle) {
    picture::drawn(&app);
}

/// Whether the program starts with the desktop; `None`: it cannot be had here.
#[tauri::command]
pub(super) async fn autostart() -> Answer<Option<bool>> {
    Ok(autostart::entry().map(|entry| autostart::is_on(&entry)))
}

#[tauri::command]
pub(super) async fn set_autostart(shell: State<'_, Shell>, on: bool) -> Answer<()> {
    let refused = |why: String| CommandError::new("autostart", format!("That was not changed, because {why}."));
    let entry = autostart::entry().ok_or_else(|| refused("the environment names no home".to_owned()))?;
    let program = autostart::program().map_err(|error| refused(error.to_string()))?;
    let data_dir = Some(shell.data_dir.as_path()).filter(|dir| dirs::data_dir(None).as_deref() != Ok(dir));
    autostart::set(&entry, on, &program, data_dir)
        .map_err(|error| refused(format!("{} cannot be written: {error}", entry.display())))
}

/// Saves the last lines of the log, with nothing in it of feeds and their servers, and shows them.
#[tauri::command]
pub(super) async fn save_log(app: AppHandle, shell: State<'_, Shell>) -> Answer<()> {
    let feeds: Vec<_> = shell.engine.feeds().await?.into_iter().map(|status| status.feed).collect();
    let name = format!("tidings-log-{}.txt", jiff::Zoned::now().strftime("%Y-%m-%d-%H%M%S"));
    let file = jobs::downloads(&app)?.join(name);
    let text =
        format!("Tidings {}, {}\n{}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, shell.log.scrubbed(&feeds));
    let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
    let folder = folder.map_err(|error| format!("{} cannot be written: {error}.", file.display()));
    let written = folder.and_then(|()| write_private(&file, text.as_bytes(), true));
    written.map_err(|why| CommandError::new("log", format!("The log was not saved, because {why}")))?;
    storage::show(&file, false).await
}
