//! What the commands, the tray and the notifications share: the engine and the ways out of it.
//!
//! Deliberately not here: anything they do with it.
use crate::hiding::Hiding;
use crate::view::View;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tidings::dropped::Dropped;
use tidings::event_channel::EventChannel;
use tidings::handed::Handed;
use tidings::log::Log;
use tidings::notification::Desktop;
use tidings_engine::Engine;
use tokio::sync::watch;

/// Kept by Tauri as the program's state.
pub(crate) struct Shell {
    pub(crate) engine: Engine,
    /// Where the history lives.
    pub(crate) data_dir: PathBuf,
    /// A file that the page hands over.
    pub(crate) handed: Handed,
    /// A file that was dropped on the window.
    pub(crate) dropped: Dropped,
    /// The last lines of the log.
    pub(crate) log: Log,
    pub(crate) channel: EventChannel,
    pub(crate) desktop: Arc<Desktop>,
    /// Whether somebody shows the tray icon, so that a hidden window can be found again.
    pub(crate) tray_host: watch::Sender<bool>,
    /// What becomes of the window while it is hidden.
    pub(crate) hiding: Hiding,
    /// What somebody sees in it.
    pub(crate) view: View,
    /// Whether the demo server has been started in this process.
    pub(crate) demo: AtomicBool,
}
