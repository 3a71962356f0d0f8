//! What the user chose for the whole program.
//!
//! Deliberately not here: what is chosen per feed (`feed.rs`).
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Light, dark, or as the desktop has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the desktop has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// The program's settings. Every field has a default, so that older stores read well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// Light or dark.
    pub theme: Theme,
    /// Whether closing the window leaves the app in the tray.
    pub close_to_tray: bool,
    /// Whether the user has been told that closing the window leaves the app running.
    pub told_about_tray: bool,
    /// Whether anything is announced at all.
    pub notify: bool,
    /// Whether rules may start programs.
    pub allow_hooks: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { theme: Theme::System, close_to_tray: true, told_about_tray: false, notify: true, allow_hooks: false }
    }
}
