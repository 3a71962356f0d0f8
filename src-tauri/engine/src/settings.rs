//! What the user chose for the whole program.
//!
//! Deliberately not here: what is chosen per feed (`feed.rs`).
mod network;

pub use network::NetworkSettings;

use crate::announce::{Burst, QuietHours};
use crate::{LanguageChoice, Retention, SecretPlace};
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

/// What a click on a notification leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Click {
    /// The event in the window.
    #[default]
    Event,
    /// The event's link, if it has one.
    Link,
}

/// The program's settings. Every field has a default, so that older stores read well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// In which language the program speaks.
    pub language: LanguageChoice,
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
    /// How many notifications of a feed are shown one by one before the rest is counted in one.
    pub burst: Burst,
    /// Whether urgent events are announced in quiet hours, while muted and while the desktop is not to be disturbed.
    pub urgent_passes: bool,
    /// When nothing is announced; afterwards one digest is.
    pub quiet_hours: QuietHours,
    /// Whether nothing is announced of what the focused window shows.
    pub quiet_in_view: bool,
    /// Whether nothing is announced while the desktop is asked not to disturb.
    pub heed_do_not_disturb: bool,
    /// Whether what was missed while a feed was not connected is announced as one.
    pub catch_up_digest: bool,
    /// What a click on a notification leads to.
    pub click: Click,
    /// The way to servers. It is changed by itself ([`crate::Engine::change_network`]), because it may need a password.
    pub network: NetworkSettings,
    /// What is kept of each feed.
    pub retention: Retention,
    /// Where new passwords and tokens are kept; `None`: in the keyring if there is one.
    pub secret_place: Option<SecretPlace>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: LanguageChoice::System,
            theme: Theme::System,
            close_to_tray: true,
            told_about_tray: false,
            notify: true,
            allow_hooks: false,
            burst: Burst::default(),
            urgent_passes: true,
            quiet_hours: QuietHours::default(),
            quiet_in_view: true,
            heed_do_not_disturb: true,
            catch_up_digest: true,
            click: Click::Event,
            network: NetworkSettings::default(),
            retention: Retention::default(),
            secret_place: None,
        }
    }
}
