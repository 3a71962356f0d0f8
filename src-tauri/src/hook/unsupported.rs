//! Where processes have no groups that could be ended as one.
use tidings_engine::hook::{HookOutcome, HookStart};

pub(super) fn run(_: &HookStart) -> Result<HookOutcome, String> {
    Err("Programs cannot be started for events on this platform yet.".to_owned())
}
