//! The decoder through its public surface.
//!
//! Deliberately not here: connections (`../following`), and comparisons with eventsource-client
//! (`../eventsource_client`).
mod arbitrary;
mod cases;
mod checks;
mod limits;
mod memory;
mod reading;
mod reference;
mod sources;
