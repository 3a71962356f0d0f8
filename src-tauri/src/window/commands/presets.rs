//! What is known of well-known sources.
use super::Answer;
use crate::shell::Shell;
use tauri::State;
use tidings::boundary::CommandError;
use tidings_engine::FeedId;
use tidings_engine::preset::{self, OwnPresets, PresetError, PresetSummary, Proposal, Values};

/// All presets, the user's own first.
#[tauri::command]
pub(super) async fn presets(shell: State<'_, Shell>) -> Answer<Vec<PresetSummary>> {
    let (presets, _) = OwnPresets::of(&shell.data_dir).with_built_in();
    Ok(presets.iter().map(preset::Preset::summary).collect())
}

/// What an address may belong to, the best first; before it the preset that somebody named, if there is one of this ID.
#[tauri::command]
pub(super) async fn recognise(shell: State<'_, Shell>, url: String, named: Option<String>) -> Answer<Vec<Proposal>> {
    let (presets, _) = OwnPresets::of(&shell.data_dir).with_built_in();
    let mut proposals = preset::recognise(&url, &presets);
    let named = named.and_then(|id| presets.iter().find(|preset| preset.id == id));
    if let Some(proposal) = named.and_then(|preset| preset.proposed(&url, &Values::new())) {
        proposals.retain(|other| other.preset.id != proposal.preset.id);
        proposals.insert(0, proposal);
    }
    Ok(proposals)
}

/// Makes a preset of a feed's settings.
#[tauri::command]
pub(super) async fn save_preset(shell: State<'_, Shell>, feed: FeedId, name: String, replace: bool) -> Answer<()> {
    let config = shell.engine.feed(feed).await?.feed.config;
    let saved = preset::id_of(&name).and_then(|id| preset::saved(&id, name.trim(), &config));
    let preset = saved.map_err(|error| refused(&error))?;
    OwnPresets::of(&shell.data_dir).write(&preset, replace).map_err(|error| refused(&error))?;
    Ok(())
}

/// The feed that a preset makes of what was answered, or of an address where that is none of its questions.
#[tauri::command]
pub(super) async fn fill_preset(shell: State<'_, Shell>, id: String, url: String, answers: Values) -> Answer<Proposal> {
    let preset = OwnPresets::of(&shell.data_dir).find(&id).map_err(|error| refused(&error))?;
    preset.answered(&url, &answers).map_err(|error| refused(&error))
}

fn refused(error: &PresetError) -> CommandError {
    let code = if matches!(error, PresetError::Exists(_)) { "preset-exists" } else { "bad-preset" };
    CommandError::new(code, error.to_string())
}
