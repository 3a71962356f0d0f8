//! The shell's ways out: notifications on a real session bus, the channel to the window, the types of the boundary, and
//! what the executables are linked with.
//!
//! Deliberately not here: the real window (`tests/e2e`).
#![cfg(target_os = "linux")]
mod do_not_disturb;
mod event_channel;
mod executables;
mod hooks;
mod hostile;
mod jobs;
mod notifications;
mod types;
