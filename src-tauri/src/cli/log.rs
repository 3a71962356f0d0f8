//! Log lines on standard error.
//!
//! Deliberately not here: results, which go to standard output, and the one sentence of a failure (`cli.rs`).
use crate::log::VARIABLE;
use std::io;
use tracing_subscriber::EnvFilter;

/// Writes what the environment asks for, or else what `default` says; nothing if neither does.
pub(super) fn start(default: Option<&str>) {
    let Some(filter) = std::env::var(VARIABLE).ok().or_else(|| default.map(Into::into)) else { return };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
        .finish();
    // Fails only if there is one already.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
