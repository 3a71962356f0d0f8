//! Tidings: the shell around the engine. Notifications, the control socket, the command line, the demo server and that
//! of replays, and what the window's backend needs that is not Tauri's.
//!
//! Deliberately not here: Tauri. The window is an executable of its own (`window/main.rs`), so that the command links no
//! web view (`docs/decisions/two-executables.md`).
pub mod boundary;
pub mod cli;
pub mod control;
pub mod demo;
pub mod demo_feed;
pub mod dropped;
pub mod event_channel;
pub mod export;
pub mod handed;
pub mod hook;
pub mod job;
pub mod link;
pub mod log;
mod loopback;
pub mod notification;
pub mod offer;
pub mod platform;
pub mod replay;
pub mod secrets;
pub mod whole_file;
pub mod words;

/// Names this program to servers.
pub const USER_AGENT: &str = concat!("Tidings/", env!("CARGO_PKG_VERSION"));
