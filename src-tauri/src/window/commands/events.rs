//! The history.
use super::Answer;
use crate::shell::Shell;
use tauri::State;
use tidings_engine::{Event, EventId, Gap, GapQuery, MarkedRead, Page, PageQuery, Scope};

#[tauri::command]
pub(super) async fn page(shell: State<'_, Shell>, query: PageQuery) -> Answer<Page> {
    Ok(shell.engine.page(query).await?)
}

#[tauri::command]
pub(super) async fn event(shell: State<'_, Shell>, id: EventId) -> Answer<Event> {
    Ok(shell.engine.event(id).await?)
}

#[tauri::command]
pub(super) async fn gaps(shell: State<'_, Shell>, query: GapQuery) -> Answer<Vec<Gap>> {
    Ok(shell.engine.gaps(query).await?)
}

#[tauri::command]
pub(super) async fn mark_read(shell: State<'_, Shell>, events: Vec<EventId>, read: bool) -> Answer<()> {
    Ok(shell.engine.mark_read(events, read).await?)
}

#[tauri::command]
pub(super) async fn mark_all_read(shell: State<'_, Shell>, scope: Scope, until: EventId) -> Answer<MarkedRead> {
    Ok(shell.engine.mark_all_read(scope, until).await?)
}

#[tauri::command]
pub(super) async fn undo_mark_all_read(shell: State<'_, Shell>, undo: u64) -> Answer<()> {
    Ok(shell.engine.undo_mark_all_read(undo).await?)
}

#[tauri::command]
pub(super) async fn star(shell: State<'_, Shell>, event: EventId, starred: bool) -> Answer<()> {
    Ok(shell.engine.star(event, starred).await?)
}
