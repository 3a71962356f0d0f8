//! Whatever comes in from outside, or stands in the database: no panic, every bound holds, nothing else suffers.
//!
//! `cargo test` runs the checks on random input for a bounded time and on `hostile/corpus/`, inputs that failed once or
//! nearly; the fuzz targets (`src-tauri/engine/fuzz`) run the same checks for as long as one likes. Deliberately not
//! here: event streams (`src-tauri/event-source/tests/decoder`), the command line (`src-tauri/src/cli/argument.rs`).
mod checks;
mod input;
mod rows;
