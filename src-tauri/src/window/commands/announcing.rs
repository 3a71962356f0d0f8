//! What is announced and why, mutes, and what the user looks at just now.
use super::Answer;
use crate::shell::Shell;
use crate::view;
use tauri::{AppHandle, State};
use tidings_engine::{EventId, FeedId, MuteFor, Scope, Tested, Why};

#[tauri::command]
pub(super) async fn why(shell: State<'_, Shell>, id: EventId) -> Answer<Why> {
    Ok(shell.engine.why(id).await?)
}

#[tauri::command]
pub(super) async fn mute(shell: State<'_, Shell>, feed: Option<FeedId>, length: MuteFor) -> Answer<()> {
    Ok(shell.engine.mute(feed, length).await?)
}

#[tauri::command]
pub(super) async fn unmute(shell: State<'_, Shell>, feed: Option<FeedId>) -> Answer<()> {
    Ok(shell.engine.unmute(feed).await?)
}

#[tauri::command]
pub(super) async fn send_test(
    shell: State<'_, Shell>,
    feed: FeedId,
    event_type: String,
    data: String,
) -> Answer<Vec<Tested>> {
    Ok(shell.engine.send_test(feed, event_type, data).await?)
}

/// Which events the focused window shows; none when it is not focused.
#[tauri::command]
pub(super) async fn set_in_view(app: AppHandle, scope: Option<Scope>) -> Answer<()> {
    view::shows(&app, scope);
    Ok(())
}
