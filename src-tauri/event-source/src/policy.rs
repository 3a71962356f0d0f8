//! The choices that the standard leaves to the client, as one value.
//!
//! Deliberately not here: the state that these choices steer (`reconnection.rs`).
use std::time::Duration;

/// How a client treats failures and how long it waits. There are two values of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The least reconnection time that is used, whatever `retry` asks.
    pub least_reconnection_time: Duration,
    /// The longest reconnection time that is used, whatever `retry` asks.
    pub longest_reconnection_time: Duration,
    /// Whether a response that the standard answers with "fail the connection" is tried again all the same.
    pub persistent: bool,
}

impl Policy {
    /// The reconnection time before any `retry` (the standard: "a few seconds").
    pub const INITIAL_RECONNECTION_TIME: Duration = Duration::from_secs(3);

    /// The browser's rule: whatever the standard calls "fail the connection" ends it.
    pub const BROWSER: Self = Self {
        least_reconnection_time: Duration::from_millis(100),
        longest_reconnection_time: Duration::from_hours(24),
        persistent: false,
    };

    /// The rule of a feed: come back until the user says stop, or the server does (204).
    pub const FEED: Self = Self {
        least_reconnection_time: Duration::from_secs(1),
        longest_reconnection_time: Duration::from_hours(1),
        persistent: true,
    };

    /// A reconnection time that is asked for, within the bounds.
    pub fn bounded(&self, time: Duration) -> Duration {
        time.clamp(self.least_reconnection_time, self.longest_reconnection_time)
    }
}
