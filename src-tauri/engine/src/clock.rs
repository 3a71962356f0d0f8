//! The wall clock, by which events are dated: milliseconds since the Unix epoch.
//!
//! Deliberately not here: the clocks by which anything waits, which are tokio's.
use std::time::{Duration, SystemTime};

/// Milliseconds since the Unix epoch; 0 on a computer whose clock stands before it.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, milliseconds)
}

/// In whole milliseconds, for what is told.
pub(crate) fn whole_milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// In whole milliseconds, to reckon with moments.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
