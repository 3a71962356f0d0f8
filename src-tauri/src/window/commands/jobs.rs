//! Long work: begun, broken off, shown where it left something.
use super::{Answer, files, storage};
use crate::shell::Shell;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tauri::{AppHandle, Manager as _, State};
use tidings::boundary::{BackupFile, BackupFrom, CommandError};
use tidings::export::{self, ExportFormat};
use tidings::job::{Done, Work};
use tidings::secrets::Places;
use tidings_engine::feeds_file::Export;
use tidings_engine::{FeedId, Scope, Secret, restoring};

/// How much is given back to the disk at once, in pages; new events have precedence in between.
const PAGES: u32 = 256;
const BREATH: Duration = Duration::from_millis(10);

#[tauri::command]
pub(super) async fn start_export(
    app: AppHandle,
    shell: State<'_, Shell>,
    scope: Scope,
    search: String,
    format: ExportFormat,
) -> Answer<u64> {
    let (data_dir, folder) = (shell.data_dir.clone(), downloads(&app)?);
    Ok(shell.channel.jobs().start(Work::Export, move |reporter| {
        export::to_folder(&data_dir, (&scope, &search), format, &folder, reporter)
    }))
}

/// Writes the feeds into a file.
#[tauri::command]
pub(super) async fn start_feeds_export(app: AppHandle, shell: State<'_, Shell>, export: Export) -> Answer<u64> {
    let (engine, folder) = (shell.engine.clone(), downloads(&app)?);
    Ok(shell.channel.jobs().start(Work::Feeds, move |_| {
        let text = tauri::async_runtime::block_on(engine.export_feeds(export)).map_err(|error| error.to_string())?;
        export::feeds_to_folder(&text, &folder)
    }))
}

/// Copies everything; passwords and tokens too, if there is a passphrase to seal them with.
#[tauri::command]
pub(super) async fn start_backup(app: AppHandle, shell: State<'_, Shell>, passphrase: Option<Secret>) -> Answer<u64> {
    let (engine, data_dir, folder) = (shell.engine.clone(), shell.data_dir.clone(), downloads(&app)?);
    Ok(shell.channel.jobs().start(Work::Backup, move |reporter| {
        let sealed = match passphrase {
            Some(passphrase) => tauri::async_runtime::block_on(engine.seal_secrets(passphrase)),
            None => Ok(None),
        };
        let sealed = sealed.map_err(|error| error.to_string())?;
        export::back_up(&data_dir, &folder, sealed.as_deref(), reporter)
    }))
}

/// The backups that are where they are put.
#[tauri::command]
pub(super) async fn backups(app: AppHandle) -> Answer<Vec<BackupFile>> {
    let folder = downloads(&app)?;
    let listed = tauri::async_runtime::spawn_blocking(move || export::backups(&folder)).await;
    Ok(listed.unwrap_or_default())
}

/// Puts one of them in the place of all that is there, and starts the program again.
#[tauri::command]
pub(super) async fn start_restore(
    app: AppHandle,
    shell: State<'_, Shell>,
    from: BackupFrom,
    passphrase: Option<Secret>,
) -> Answer<u64> {
    let (file, handed) = match from {
        BackupFrom::Downloads { name } => {
            (downloads(&app)?.join(Path::new(&name).file_name().unwrap_or_default()), None)
        }
        BackupFrom::Handed { file } => {
            let handed = shell.handed.take(file).map_err(|error| files::not_handed(&error))?;
            (handed.path().to_owned(), Some(handed))
        }
    };
    let data_dir = shell.data_dir.clone();
    Ok(shell.channel.jobs().start(Work::Restore, move |reporter| {
        // It is removed when this has ended.
        let _handed = handed;
        let places = Places::new(&data_dir);
        let progress = &mut |done, total| reporter.at(done, total);
        let made = restoring::make_ready(&data_dir, &file, &places, passphrase.as_ref(), progress);
        match made.map_err(|error| error.to_string())? {
            ControlFlow::Break(()) => Ok(ControlFlow::Break(())),
            ControlFlow::Continue(_) => {
                app.request_restart();
                Ok(ControlFlow::Continue(Done { amount: 0, file: None }))
            }
        }
    }))
}

#[tauri::command]
pub(super) async fn start_recording(app: AppHandle, shell: State<'_, Shell>, feed: FeedId) -> Answer<u64> {
    let (recording, folder) = (shell.engine.record(feed)?, downloads(&app)?);
    Ok(shell.channel.jobs().start(Work::Record, move |reporter| {
        tauri::async_runtime::block_on(export::record(recording, &folder, reporter))
    }))
}

#[tauri::command]
pub(super) async fn start_vacuum(shell: State<'_, Shell>) -> Answer<u64> {
    let engine = shell.engine.clone();
    Ok(shell.channel.jobs().start(Work::Vacuum, move |reporter| {
        tauri::async_runtime::block_on(async {
            let failed = |error: tidings_engine::EngineError| error.to_string();
            let before = engine.space().await.map_err(failed)?;
            loop {
                let now = engine.give_back(PAGES).await.map_err(failed)?;
                if now.spare == 0 {
                    let amount = before.bytes.saturating_sub(now.bytes);
                    return Ok(ControlFlow::Continue(Done { amount, file: None }));
                }
                if reporter.at(before.spare.saturating_sub(now.spare), before.spare).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                tokio::time::sleep(BREATH).await;
            }
        })
    }))
}

#[tauri::command]
pub(super) async fn cancel_job(shell: State<'_, Shell>, id: u64) -> Answer<()> {
    shell.channel.jobs().cancel(id);
    Ok(())
}

#[tauri::command]
pub(super) async fn dismiss_job(shell: State<'_, Shell>, id: u64) -> Answer<()> {
    shell.channel.jobs().dismiss(id);
    Ok(())
}

#[tauri::command]
pub(super) async fn show_job(shell: State<'_, Shell>, id: u64) -> Answer<()> {
    match shell.channel.jobs().file(id) {
        Some(file) => storage::show(&file, false).await,
        None => Ok(()),
    }
}

/// Where what the user asked for is put: the desktop's folder for that, or else the user's own.
pub(super) fn downloads(app: &AppHandle) -> Answer<PathBuf> {
    app.path().download_dir().or_else(|_| app.path().home_dir()).map_err(|error| {
        CommandError::new(
            "no-folder",
            format!("There is no folder to put the file into, because the environment names no home: {error}."),
        )
    })
}
