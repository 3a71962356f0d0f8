//! What `eventsource-client`, kept as a development dependency, is for: an independent opinion on what a stream means,
//! and a table of the reasons why it is not what Tidings is built on.
//!
//! Deliberately not here: the benchmark, in which it is a peer (benches/decoder.rs).
mod defects;
mod oracle;
mod script;
