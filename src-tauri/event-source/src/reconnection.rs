//! When to connect again, and whether: the standard's reconnection time, and the back-off on top of it.
//!
//! Deliberately not here: clocks, timers, randomness and sockets. All that is needed comes in as an argument, so that a
//! table can test each rule.
use crate::{Failure, Policy};
use std::time::{Duration, Instant};

/// The longest wait that the back-off leads to, unless the reconnection time itself is longer.
const LONGEST_BACK_OFF: Duration = Duration::from_mins(5);

/// A stream that was open this long has proven that the server works, even if it delivered nothing.
const PROVEN_AFTER: Duration = Duration::from_mins(1);

/// The most that a `Retry-After` can ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);

/// The wait when the server wants other credentials.
const UNAUTHORIZED_WAIT: Duration = Duration::from_mins(15);

/// The wait after the first refusal in a row; it doubles up to [`LONGEST_REFUSED_WAIT`].
const FIRST_REFUSED_WAIT: Duration = Duration::from_mins(1);
const LONGEST_REFUSED_WAIT: Duration = Duration::from_mins(15);

/// From this many refusals in a row the user has to look.
const REFUSALS_UNTIL_ATTENTION: u32 = 3;

/// What follows the end of a connection, or of the attempt at one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Connect again.
    Retry {
        after: Duration,
        /// The user has to do something before this can work.
        needs_attention: bool,
        /// A clean end after delivering: no error, the way in which this server works.
        polling: bool,
    },
    /// Never again, unless the user asks.
    Close,
}

/// What a failure means for the next attempt (the table in the user guide, "When it does not work").
enum Outcome {
    /// The server ended the stream after delivering.
    Polled,
    /// Passes by itself.
    Transient,
    /// The answer is not what an event stream's server says; more of the same is to be expected.
    Refused,
    /// Other credentials are needed.
    Unauthorized,
    /// The server said stop.
    Stop,
}

impl Outcome {
    fn of(failure: &Failure) -> Self {
        match failure {
            Failure::Ended { delivered: true } => Self::Polled,
            Failure::Status { status, .. } => match status {
                204 => Self::Stop,
                401 | 403 => Self::Unauthorized,
                408 | 425 | 429 | 500..=599 => Self::Transient,
                _ => Self::Refused,
            },
            Failure::NotAnEventStream { .. } | Failure::Redirect { .. } | Failure::Unsendable { .. } => Self::Refused,
            Failure::Tls { problem } if problem.is_about_certificate() => Self::Refused,
            _ => Self::Transient,
        }
    }
}

/// Whether the standard answers this with "fail the connection" (9.2.3): an answer that came, but is not 200 with the
/// right type, and a redirect that leads nowhere. A network error is no such case.
const fn fails_the_connection(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Status { .. }
            | Failure::NotAnEventStream { .. }
            | Failure::Redirect { .. }
            | Failure::Unsendable { .. }
    )
}

/// The state between the connections of one source.
#[derive(Debug, Clone)]
pub struct Reconnection {
    policy: Policy,
    time: Duration,
    /// Transient failures since the server last proved itself.
    failures: u32,
    /// Refusals in a row.
    refusals: u32,
    opened: Option<Instant>,
}

impl Reconnection {
    /// Starts with the [initial reconnection time](Policy::INITIAL_RECONNECTION_TIME).
    pub const fn new(policy: Policy) -> Self {
        Self { policy, time: Policy::INITIAL_RECONNECTION_TIME, failures: 0, refusals: 0, opened: None }
    }

    /// The reconnection time in force.
    pub const fn time(&self) -> Duration {
        self.time
    }

    /// A `retry` field came: the reconnection time is from now on what it asks, in milliseconds, within the policy's
    /// bounds.
    pub fn retry(&mut self, milliseconds: u64) {
        self.time = Duration::from_millis(milliseconds)
            .clamp(self.policy.least_reconnection_time, self.policy.longest_reconnection_time);
    }

    /// The response head is that of an event stream.
    pub fn opened(&mut self, now: Instant) {
        self.opened = Some(now);
        self.refusals = 0;
    }

    /// An event came: whatever failed before is forgotten.
    pub fn delivered(&mut self) {
        self.failures = 0;
    }

    /// The connection, or the attempt at one, came to its end. `random` is from 0 to 1, and lengthens the wait.
    pub fn ended(&mut self, failure: &Failure, now: Instant, random: f64) -> Next {
        let open_for = self.opened.take().map_or(Duration::ZERO, |opened| now.saturating_duration_since(opened));
        if open_for >= PROVEN_AFTER {
            self.failures = 0;
        }
        if !self.policy.persistent && fails_the_connection(failure) {
            return Next::Close;
        }
        let outcome = Outcome::of(failure);
        if !matches!(outcome, Outcome::Refused) {
            self.refusals = 0;
        }
        let (after, needs_attention) = match outcome {
            Outcome::Stop => return Next::Close,
            Outcome::Polled => return Next::Retry { after: self.time, needs_attention: false, polling: true },
            Outcome::Transient => (self.back_off(random), false),
            // A certificate is also refused under the browser's rule, where it is a network error like any other.
            Outcome::Refused if !self.policy.persistent => (self.back_off(random), false),
            Outcome::Refused => (self.refused_wait(), self.refusals >= REFUSALS_UNTIL_ATTENTION),
            Outcome::Unauthorized => (UNAUTHORIZED_WAIT.max(self.time), true),
        };
        let asked = match failure {
            Failure::Status { retry_after: Some(asked), .. } => (*asked).min(LONGEST_RETRY_AFTER),
            _ => Duration::ZERO,
        };
        Next::Retry { after: after.max(asked), needs_attention, polling: false }
    }

    /// The reconnection time and an extra that doubles with each failure, a quarter to a half of the reconnection time
    /// at first.
    fn back_off(&mut self, random: f64) -> Duration {
        let share = 0.25 + random.clamp(0.0, 1.0) / 4.0;
        let doublings = self.failures.min(16);
        self.failures = self.failures.saturating_add(1);
        let extra = self.time.mul_f64(share * f64::from(1_u32 << doublings));
        (self.time + extra).min(LONGEST_BACK_OFF).max(self.time)
    }

    fn refused_wait(&mut self) -> Duration {
        let doublings = self.refusals.min(8);
        self.refusals = self.refusals.saturating_add(1);
        (FIRST_REFUSED_WAIT * (1 << doublings)).min(LONGEST_REFUSED_WAIT).max(self.time)
    }
}
