//! Waiting for a condition, with a limit: the only way a test waits.
//!
//! Deliberately not here: sleeping for a length of time and hoping.
use std::time::{Duration, Instant};

/// How often a condition is looked at.
const EVERY: Duration = Duration::from_millis(20);

/// Waits until `condition` gives something, looking every 20 ms.
///
/// # Panics
/// When `limit` has passed: "`what` did not happen within …".
pub async fn eventually<T>(limit: Duration, what: &str, condition: impl AsyncFnMut() -> Option<T>) -> T {
    let Some(found) = within(limit, condition).await else { panic!("{what} did not happen within {limit:?}") };
    found
}

/// [`eventually`] for those who can say more of what did not happen: nothing when `limit` has passed.
pub async fn within<T>(limit: Duration, mut condition: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = condition().await {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Something that moves, until it has come to rest: it was the same so many times in a row.
#[derive(Debug)]
pub struct Rest<T> {
    last: Option<T>,
    again: u32,
    wanted: u32,
}

impl<T: Clone + PartialEq> Rest<T> {
    /// At rest once it was the same again so many times.
    pub const fn after(wanted: u32) -> Self {
        Self { last: None, again: 0, wanted }
    }

    /// It is this now; the same, if it has come to rest.
    pub fn now(&mut self, now: T) -> Option<T> {
        self.again = if self.last.as_ref() == Some(&now) { self.again + 1 } else { 0 };
        self.last = Some(now.clone());
        (self.again >= self.wanted).then_some(now)
    }
}

/// [`eventually`] for tests without a runtime.
///
/// # Panics
/// When `limit` has passed.
pub fn eventually_blocking<T>(limit: Duration, what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < end, "{what} did not happen within {limit:?}");
        std::thread::sleep(EVERY);
    }
}
