//! Runs the programs that rules start: a few side by side, each within its time, its output kept in part.
//!
//! Deliberately not here: which programs, and whether they may be started (the engine's `hook.rs`).
#[cfg(unix)]
#[path = "hook/unix.rs"]
mod process;
#[cfg(not(unix))]
#[path = "hook/unsupported.rs"]
mod process;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;
use tidings_engine::hook::{HookEnd, HookOutcome, HookStart, Hooks, Report};

/// How many run side by side, and how many wait for their turn.
const RUNNING: usize = 4;
const WAITING: usize = 256;

/// Runs programs on threads of its own, which end when there is nothing to do.
#[derive(Default)]
pub struct Programs {
    turns: Arc<Mutex<Turns>>,
}

#[derive(Default)]
struct Turns {
    running: usize,
    waiting: VecDeque<(HookStart, Report)>,
}

impl Hooks for Programs {
    fn start(&self, start: HookStart, report: Report) {
        let mut turns = lock(&self.turns);
        if turns.running >= RUNNING {
            if turns.waiting.len() < WAITING {
                turns.waiting.push_back((start, report));
                return;
            }
            drop(turns);
            return report(not_started(format!("{WAITING} others are waiting already.")));
        }
        turns.running += 1;
        turns.waiting.push_back((start, report));
        drop(turns);
        let shared = Arc::clone(&self.turns);
        let worker = thread::Builder::new().name("tidings-hook".into()).stack_size(256 * 1024);
        if let Err(error) = worker.spawn(move || work(&shared)) {
            let mut turns = lock(&self.turns);
            turns.running -= 1;
            let left = if turns.running == 0 { std::mem::take(&mut turns.waiting) } else { VecDeque::new() };
            drop(turns);
            // Otherwise those that run take them over.
            for (_, report) in left {
                report(not_started(format!("no thread could be started ({error}).")));
            }
        }
    }
}

/// Runs what waits, one after the other, until nothing does.
fn work(shared: &Mutex<Turns>) {
    loop {
        let next = {
            let mut turns = lock(shared);
            let next = turns.waiting.pop_front();
            if next.is_none() {
                turns.running -= 1;
            }
            next
        };
        let Some((start, report)) = next else { return };
        report(process::run(&start).unwrap_or_else(not_started));
    }
}

fn not_started(reason: String) -> HookOutcome {
    HookOutcome { end: HookEnd::NotStarted { reason }, output: String::new(), took: Duration::ZERO }
}

fn lock(turns: &Mutex<Turns>) -> MutexGuard<'_, Turns> {
    turns.lock().unwrap_or_else(PoisonError::into_inner)
}
