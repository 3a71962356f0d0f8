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
pub async fn eventually<T>(limit: Duration, what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = condition().await {
            return found;
        }
        assert!(Instant::now() < end, "{what} did not happen within {limit:?}");
        tokio::time::sleep(EVERY).await;
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
