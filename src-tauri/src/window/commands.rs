//! What the page may ask, by subject. A command has it done by whom it concerns, mostly the engine, and answers.
//!
//! Deliberately not here: the types that cross the boundary (`boundary.rs`), and which commands are allowed (`build.rs`,
//! `tauri.conf.json`).
mod announcing;
pub(crate) mod demo;
mod events;
mod feeds;
mod files;
mod jobs;
mod presets;
mod program;
pub(crate) mod storage;

use tidings::boundary::CommandError;

/// What a command answers.
type Answer<T> = Result<T, CommandError>;

pub(crate) fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        program::subscribe,
        program::change_settings,
        program::change_network,
        program::secrets,
        program::move_secrets,
        program::open_link,
        program::set_unsaved,
        program::drawn,
        storage::forget_set_aside,
        storage::show_data,
        storage::data_facts,
        jobs::start_export,
        jobs::start_feeds_export,
        jobs::start_backup,
        jobs::backups,
        jobs::start_restore,
        jobs::start_vacuum,
        jobs::start_recording,
        jobs::cancel_job,
        jobs::dismiss_job,
        jobs::show_job,
        files::begin_file,
        files::add_to_file,
        files::take_dropped,
        files::read_dropped,
        files::look_at_transcript,
        files::look_at_backup,
        files::start_replay,
        program::autostart,
        program::set_autostart,
        program::save_log,
        events::page,
        events::event,
        events::gaps,
        events::mark_read,
        events::mark_all_read,
        events::undo_mark_all_read,
        events::star,
        feeds::feed,
        feeds::read_offer,
        feeds::add_feed,
        feeds::edit_feed,
        feeds::remove_feed,
        feeds::restore_feed,
        feeds::delete_feed,
        feeds::move_item,
        feeds::arrange,
        feeds::pause_feeds,
        feeds::reconnect,
        feeds::try_rules,
        feeds::read_log,
        feeds::curl,
        feeds::test_address,
        feeds::preview_events,
        feeds::end_test,
        feeds::figures,
        feeds::telling_feeds,
        feeds::preview_import,
        feeds::import_feeds,
        presets::presets,
        presets::recognise,
        presets::fill_preset,
        presets::save_preset,
        announcing::why,
        announcing::mute,
        announcing::unmute,
        announcing::send_test,
        announcing::set_in_view,
        demo::start_demo,
    ]
}
