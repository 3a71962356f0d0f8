//! Runs Tidings and its peers as whole processes, interleaved, and prints a Markdown table of the ratios.
//!
//! Deliberately not here: thresholds. A regression is found by reading the table (`docs/benchmarks.md`) in review; micro
//! benchmarks of the decoder and the store are criterion's (`benches/` of their crates).
mod announce;
mod crowd;
mod load;
mod measure;
mod phases;
mod scale;
mod window;

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

/// Measures something, and prints a table of it.
type Phase = fn(&Bench) -> Result<()>;

/// All phases in their order. With names on the command line only those run.
const PHASES: &[(&str, Phase)] = &[
    ("decode", phases::decode),
    ("linear", phases::linear),
    ("watch", phases::watch),
    ("store", phases::store),
    ("reconnect", phases::reconnect),
    ("headless", phases::headless_phase),
    ("history", phases::history),
    ("idle", scale::idle),
    ("steady", scale::steady),
    ("announce", announce::announce),
    ("window", window::window),
];

fn main() -> Result<()> {
    let bin = std::env::current_exe()?.parent().context("the benchmark has no folder")?.to_owned();
    let rounds = std::env::var("ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let bench = Bench { bin, rounds };
    let wanted: Vec<_> = std::env::args().skip(1).collect();
    for (name, phase) in PHASES {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            phase(&bench)?;
        }
    }
    Ok(())
}
