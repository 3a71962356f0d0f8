//! What is wrong with the store, said on standard error beside whatever a command answers: what it shows may be old.
//!
//! Deliberately not here: what keeps a command from answering at all, which is its failure.
use super::say;
use crate::control::{self, Reply, Request};
use std::path::Path;
use tidings_engine::History;

/// Says that a running Tidings cannot store just now, and that a damaged history was put aside. Nothing else is to be said.
pub(super) fn warn(data_dir: &Path, history: &History) {
    let asked = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map(|runtime| runtime.block_on(control::ask(data_dir, Request::Storage)));
    // Nobody runs, or one of another version.
    if let Ok(Ok(Reply::Storage(Some(problem)))) = asked {
        say(&problem.message);
    }
    if let Some(set_aside) = history.set_aside() {
        say(&format!("{} This is said until you move that file away.", set_aside.sentence()));
    }
}
