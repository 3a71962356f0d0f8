//! What differs between operating systems, a small module for each thing.
//!
//! Deliberately not here: notifications (`notification/`), which differ too but are a subject of their own.
pub mod dirs;
pub mod files;
