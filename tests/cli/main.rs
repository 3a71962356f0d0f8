//! The `tidings` command as a user meets it: its output, its exit status, its signals.
//!
//! Deliberately not here: the window (`tests/e2e`).
