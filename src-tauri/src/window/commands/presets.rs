//! What is known of well-known sources.
use super::Answer;
use crate::shell::Shell;
use tauri::State;
use tidings::boundary::CommandError;
use tidings_engine::preset::{self, OwnPresets, PresetError, PresetSummary, Proposal, Values};

/// All presets, the user's own first.
#[tauri::command]
pub(super) async fn presets(shell: State<'_, Shell>) -> Answer<Vec<PresetSummary>> {
    let (presets, _) = OwnPresets::of(&shell.data_dir).with_built_in();
    Ok(presets.iter().map(preset::Preset::summary).collect())
}

/// What an address may belong to, the best first.
#[tauri::command]
pub(super) async fn recognise(shell: State<'_, Shell>, url: String) -> Answer<Vec<Proposal>> {
    let (presets, _) = OwnPresets::of(&shell.data_dir).with_built_in();
    Ok(preset::recognise(&url, &presets))
}

/// The feed that a preset makes of what was answered, or of an address where that is none of its questions.
#[tauri::command]
pub(super) async fn fill_preset(shell: State<'_, Shell>, id: String, url: String, answers: Values) -> Answer<Proposal> {
    let preset = OwnPresets::of(&shell.data_dir).find(&id).map_err(|error| refused(&error))?;
    preset.answered(&url, &answers).map_err(|error| refused(&error))
}

fn refused(error: &PresetError) -> CommandError {
    CommandError::new("bad-preset", error.to_string())
}
