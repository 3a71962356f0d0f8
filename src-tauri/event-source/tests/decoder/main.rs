//! The decoder through its public surface.
//!
//! Deliberately not here: connections (`event_source.rs`), and comparisons with eventsource-client
//! (`eventsource_client.rs`).
mod arbitrary;
mod cases;
mod checks;
mod limits;
mod memory;
mod reading;
mod reference;
mod sources;
