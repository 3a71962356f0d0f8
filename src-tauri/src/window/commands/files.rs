//! Files that the page hands over, and what is done with them: it knows their bytes, not their paths.
//!
//! Deliberately not here: files of feeds, which are text (`feeds.rs`).
use super::Answer;
use crate::shell::Shell;
use std::io;
use tauri::State;
use tauri::ipc::{InvokeBody, Request, Response};
use tidings::boundary::{BackupFile, CommandError};
use tidings::export;
use tidings::job::Work;
use tidings::replay::feed::{FeedReplay, TranscriptFacts, WantedReplay};
use tidings_engine::Feed;

/// Begins a file of that name. The number by which it is known; it takes the place of one that was begun before.
#[tauri::command]
pub(super) async fn begin_file(shell: State<'_, Shell>, name: String) -> Answer<u32> {
    shell.handed.begin(&name).map_err(|error| not_handed(&error))
}

/// Adds the next bytes of a file: the body of the request, whose header `file` has the number.
#[tauri::command]
pub(super) async fn add_to_file(shell: State<'_, Shell>, request: Request<'_>) -> Answer<()> {
    let number = request.headers().get("file").and_then(|value| value.to_str().ok()?.parse().ok());
    let number = number.ok_or_else(|| not_handed(&io::ErrorKind::InvalidInput.into()))?;
    let added = match request.body() {
        InvokeBody::Raw(bytes) => shell.handed.add(number, bytes),
        // A web view without bodies of requests.
        InvokeBody::Json(numbers) => {
            let bytes: Vec<u8> = serde_json::from_value(numbers.clone()).unwrap_or_default();
            shell.handed.add(number, &bytes)
        }
    };
    added.map_err(|error| not_handed(&error))
}

/// What the file is called that was dropped on the window and that the page was not given. Once.
#[tauri::command]
pub(super) async fn take_dropped(shell: State<'_, Shell>) -> Answer<Option<String>> {
    shell.dropped.take().map_err(|error| not_dropped(&error))
}

/// Its next bytes; none: that was all.
#[tauri::command]
pub(super) async fn read_dropped(shell: State<'_, Shell>) -> Answer<Response> {
    shell.dropped.read().map(Response::new).map_err(|error| not_dropped(&error))
}

#[tauri::command]
pub(super) async fn look_at_transcript(shell: State<'_, Shell>, file: u32) -> Answer<TranscriptFacts> {
    let facts = shell.handed.look(file, TranscriptFacts::of).map_err(|error| not_handed(&error))?;
    facts.map_err(no_replay)
}

#[tauri::command]
pub(super) async fn look_at_backup(shell: State<'_, Shell>, file: u32) -> Answer<BackupFile> {
    let backup = shell.handed.look(file, |file| export::backup(file.path(), file.name.clone()));
    let backup = backup.map_err(|error| not_handed(&error))?;
    backup.map_err(|error| CommandError::new("no-backup", error.to_string()))
}

/// Replays a transcript that was handed over, and follows it with a feed of its own, until that job is cancelled.
#[tauri::command]
pub(super) async fn start_replay(shell: State<'_, Shell>, file: u32, wanted: WantedReplay) -> Answer<Feed> {
    let file = shell.handed.take(file).map_err(|error| not_handed(&error))?;
    let begun = FeedReplay::begin(shell.engine.clone(), &shell.data_dir, file, wanted).await;
    let (feed, replay) = begun.map_err(no_replay)?;
    shell.channel.jobs().start(Work::Replay, move |reporter| tauri::async_runtime::block_on(replay.run(reporter)));
    Ok(feed)
}

fn not_dropped(error: &io::Error) -> CommandError {
    CommandError::new(
        "not-dropped",
        format!("What was dropped cannot be taken: {error}. Choose the file in the dialog that it is for."),
    )
}

fn no_replay(message: String) -> CommandError {
    CommandError::new("no-replay", message)
}

pub(super) fn not_handed(error: &io::Error) -> CommandError {
    CommandError::new(
        "not-handed-over",
        format!("The file cannot be taken over: {error}. Choose it again; on a full disk make room first."),
    )
}
