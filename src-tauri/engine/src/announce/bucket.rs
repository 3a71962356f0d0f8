//! A token bucket: how many of a kind may follow one another.
//!
//! Pure: the time comes in from outside. Deliberately not here: what becomes of those that may not (`policy.rs`).
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use ts_rs::TS;

/// How many notifications of a feed are shown one by one; what exceeds them is counted in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Burst {
    /// So many, 1 to 1000 …
    pub size: u32,
    /// … in so many seconds, 1 to 3600.
    pub seconds: u32,
}

impl Default for Burst {
    fn default() -> Self {
        Self { size: 5, seconds: 10 }
    }
}

impl Burst {
    /// Within its bounds.
    pub(crate) fn bounded(self) -> Self {
        Self { size: self.size.clamp(1, 1000), seconds: self.seconds.clamp(1, 3600) }
    }

    /// How long an empty bucket takes to fill.
    pub(super) fn period(self) -> Duration {
        Duration::from_secs(self.bounded().seconds.into())
    }

    fn token(self) -> Duration {
        self.period() / self.bounded().size
    }
}

/// Holds tokens up to the size of a burst; each comes back after its share of the period.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bucket {
    /// When it will be full again if nothing more is taken. `None`: it is full.
    full_at: Option<Instant>,
}

impl Bucket {
    /// Takes a token, if there is one.
    pub(super) fn take(&mut self, burst: Burst, now: Instant) -> bool {
        let full_at = self.full_at.map_or(now, |full_at| full_at.max(now)) + burst.token();
        // The shares of a period are rounded down, so that many of them never exceed it.
        let enough = full_at <= now + burst.period();
        if enough {
            self.full_at = Some(full_at);
        }
        enough
    }
}
