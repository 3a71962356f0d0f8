//! Runs Tidings and its peers as whole processes, interleaved, and prints a Markdown table of the ratios.
//!
//! Deliberately not here: thresholds. A regression is found by reading the table (`docs/benchmarks.md`) in review; micro
//! benchmarks of the decoder and the store are criterion's (`benches/` of their crates).
mod load;
mod measure;
mod phases;

use anyhow::{Context, Result};
use std::path::PathBuf;

/// What the phases need to know.
pub(crate) struct Bench {
    /// The folder with the release executables of Tidings and of the peers.
    pub(crate) bin: PathBuf,
    /// Rounds of each comparison; the median is reported.
    pub(crate) rounds: usize,
}

impl Bench {
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}

fn main() -> Result<()> {
    let bin = std::env::current_exe()?.parent().context("the benchmark has no folder")?.to_owned();
    let rounds = std::env::var("ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let bench = Bench { bin, rounds };
    phases::decode(&bench)?;
    phases::linear(&bench)?;
    phases::watch(&bench)?;
    phases::store(&bench)?;
    phases::reconnect(&bench)?;
    phases::headless_phase(&bench)?;
    phases::history(&bench)?;
    Ok(())
}
