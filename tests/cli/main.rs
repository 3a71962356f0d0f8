//! The `tidings` command as a user meets it: its output, its exit status, its signals.
//!
//! Deliberately not here: the window (`tests/e2e`), and what the engine does with events (`tests/engine`).
#![cfg(target_os = "linux")]
mod announcing;
mod backup;
mod command;
mod crash;
mod decode;
mod demo;
mod docs;
mod ends;
mod feeds;
mod feeds_file;
mod generate;
mod headless;
mod history;
mod inspecting;
mod log;
mod notify;
mod presets;
mod restore_killed;
mod rules;
mod secrets;
mod storage;
mod testing;
mod transcripts;
mod usage;
mod watch;
mod ways;
mod world;
