//! Writes down which commands the page may call: these, and nothing of Tauri's own. `tauri.conf.json` allows them by name.

/// The names of the functions in `src/window/commands/`.
const COMMANDS: &[&str] = &[
    "subscribe",
    "page",
    "event",
    "feed",
    "gaps",
    "add_feed",
    "edit_feed",
    "remove_feed",
    "restore_feed",
    "delete_feed",
    "move_item",
    "arrange",
    "pause_feed",
    "pause_feeds",
    "reconnect",
    "try_rules",
    "hook_log",
    "read_log",
    "test_address",
    "end_test",
    "figures",
    "presets",
    "recognise",
    "fill_preset",
    "mark_read",
    "mark_all_read",
    "undo_mark_all_read",
    "star",
    "change_settings",
    "secrets",
    "move_secrets",
    "why",
    "mute",
    "unmute",
    "send_test",
    "set_in_view",
    "set_unsaved",
    "start_demo",
    "open_link",
    "forget_set_aside",
    "show_data",
    "data_facts",
    "start_export",
    "start_backup",
    "start_vacuum",
    "cancel_job",
    "dismiss_job",
    "show_job",
    "autostart",
    "set_autostart",
    "save_log",
    "start_again",
];

fn main() {
    let attributes = tauri_build::Attributes::new().app_manifest(tauri_build::AppManifest::new().commands(COMMANDS));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
