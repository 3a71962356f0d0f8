//! What differs between operating systems, a small module for each thing.
//!
//! Deliberately not here: notifications (`notification/`), which differ too but are a subject of their own.
pub mod autostart;
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) mod bus;
pub mod dirs;
pub mod files;
pub mod language;
#[cfg(target_os = "linux")]
mod network;
#[cfg(target_os = "linux")]
mod sleep;
#[cfg(target_os = "linux")]
mod system_bus;
pub mod world;
