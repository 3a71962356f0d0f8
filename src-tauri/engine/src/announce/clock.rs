//! What time it is: the announcing policy is told, it never asks.
//!
//! Deliberately not here: what follows from the time (`policy.rs`).
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::time::Instant;

/// A moment on both clocks. Bursts are measured on the one that is never set, quiet hours and mutes on the one on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Never goes back; stands still while the machine sleeps.
    pub steady: Instant,
    /// As the user's clock shows it, in whatever zone.
    pub wall: Timestamp,
}

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Moment;
    /// The zone in which the user lives just now.
    fn zone(&self) -> TimeZone;
}

/// The clocks and the time zone of this computer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment { steady: Instant::now(), wall: Timestamp::now() }
    }

    fn zone(&self) -> TimeZone {
        TimeZone::system()
    }
}
