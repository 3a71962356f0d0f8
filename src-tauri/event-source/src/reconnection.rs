//! When to connect again, and whether: the standard's reconnection time, and the back-off on top of it.
//!
//! Deliberately not here: clocks, timers, randomness and sockets. All that is needed comes in as an argument, so that a
//! table can test each rule.
use crate::error::TlsProblem;
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

/// From this many refusals in a row the user has to look. Fewer may be a login page on the way, or a server that is being
/// brought up to date: they are tried again as soon as any failure is.
const REFUSALS_UNTIL_ATTENTION: u32 = 3;

/// The wait from then on; it doubles up to [`LONGEST_REFUSED_WAIT`].
const FIRST_REFUSED_WAIT: Duration = Duration::from_mins(1);
const LONGEST_REFUSED_WAIT: Duration = Duration::from_mins(15);

/// What follows the end of a connection, or of the attempt at one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Connect again.
    Retry {
        /// The wait until then.
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
            Failure::RefusedWithin { .. } => Self::Unauthorized,
            Failure::NotAnEventStream { .. } | Failure::Redirect { .. } | Failure::Unsendable { .. } => Self::Refused,
            // The user is told at once, and a changed certificate is not asked for again and again.
            Failure::Tls { problem: TlsProblem::Changed { .. } | TlsProblem::ClientCertificate { .. }, .. } => {
                Self::Unauthorized
            }
            Failure::Tls { problem, .. } if problem.is_about_certificate() => Self::Refused,
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
    /// Starts with the [initial reconnection time](Policy::INITIAL_RECONNECTION_TIME), within the policy's bounds.
    pub fn new(policy: Policy) -> Self {
        let time = policy.bounded(Policy::INITIAL_RECONNECTION_TIME);
        Self { policy, time, failures: 0, refusals: 0, opened: None }
    }

    /// The reconnection time in force.
    pub const fn time(&self) -> Duration {
        self.time
    }

    /// A `retry` field came: the reconnection time is from now on what it asks, in milliseconds, within the policy's
    /// bounds.
    pub fn retry(&mut self, milliseconds: u64) {
        self.time = self.policy.bounded(Duration::from_millis(milliseconds));
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
        // A server that held the request for so long works as well: it may answer with its first event.
        if open_for >= PROVEN_AFTER || matches!(failure, Failure::NoAnswer { .. }) {
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
            Outcome::Refused | Outcome::Unauthorized if !self.policy.persistent => (self.back_off(random), false),
            Outcome::Refused => self.refused(random),
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

    /// The wait after a refusal, and whether the user has to look.
    fn refused(&mut self, random: f64) -> (Duration, bool) {
        self.refusals = self.refusals.saturating_add(1);
        let Some(doublings) = self.refusals.checked_sub(REFUSALS_UNTIL_ATTENTION) else {
            return (self.back_off(random), false);
        };
        let wait = FIRST_REFUSED_WAIT * (1 << doublings.min(8));
        (wait.min(LONGEST_REFUSED_WAIT).max(self.time), true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::RedirectProblem;

    fn status(status: u16) -> Failure {
        Failure::Status { status, reason: String::new(), retry_after: None }
    }

    fn host() -> String {
        "h".to_owned()
    }

    fn refused() -> Failure {
        Failure::Refused { address: host() }
    }

    /// The waits in milliseconds that follow these failures, one after the other, without a connection between.
    fn waits(policy: Policy, retry: u64, failures: &[Failure], random: f64) -> Vec<u128> {
        let mut reconnection = Reconnection::new(policy);
        reconnection.retry(retry);
        failures
            .iter()
            .map(|failure| match reconnection.ended(failure, Instant::now(), random) {
                Next::Retry { after, .. } => after.as_millis(),
                Next::Close => 0,
            })
            .collect()
    }

    #[test]
    fn the_back_off_doubles_up_to_five_minutes_and_is_never_under_the_reconnection_time() {
        let failures = vec![refused(); 12];
        let table: [(u64, f64, [u128; 12]); 5] = [
            (
                3_000,
                0.0,
                [3_750, 4_500, 6_000, 9_000, 15_000, 27_000, 51_000, 99_000, 195_000, 300_000, 300_000, 300_000],
            ),
            (
                3_000,
                1.0,
                [4_500, 6_000, 9_000, 15_000, 27_000, 51_000, 99_000, 195_000, 300_000, 300_000, 300_000, 300_000],
            ),
            (100, 0.0, [1_250, 1_500, 2_000, 3_000, 5_000, 9_000, 17_000, 33_000, 65_000, 129_000, 257_000, 300_000]),
            (290_000, 0.5, [300_000; 12]),
            (600_000, 0.5, [600_000; 12]),
        ];
        for (retry, random, expected) in table {
            assert_eq!(waits(Policy::FEED, retry, &failures, random), expected, "{retry} {random}");
        }
        // A random number out of bounds does no harm.
        assert_eq!(waits(Policy::FEED, 4_000, &failures[..1], 7.0), [6_000]);
        assert_eq!(waits(Policy::FEED, 4_000, &failures[..1], -7.0), [5_000]);
    }

    #[test]
    fn the_reconnection_time_stays_within_the_policys_bounds() {
        let table = [
            (Policy::FEED, 0, 1_000),
            (Policy::FEED, 1_500, 1_500),
            (Policy::FEED, u64::MAX, 3_600_000),
            (Policy::BROWSER, 0, 100),
            (Policy::BROWSER, u64::MAX, 86_400_000),
        ];
        for (policy, asked, used) in table {
            let mut reconnection = Reconnection::new(policy);
            assert_eq!(reconnection.time(), Duration::from_secs(3));
            reconnection.retry(asked);
            assert_eq!(reconnection.time(), Duration::from_millis(used), "{asked}");
        }
    }

    #[test]
    fn an_event_or_a_minute_of_open_stream_ends_the_back_off_and_a_bare_connection_does_not() {
        let first = |open_for: u64, delivered: bool| {
            let start = Instant::now();
            let mut reconnection = Reconnection::new(Policy::FEED);
            for _ in 0..5 {
                reconnection.ended(&refused(), start, 0.0);
            }
            reconnection.opened(start);
            if delivered {
                reconnection.delivered();
            }
            let failure = Failure::Ended { delivered };
            match reconnection.ended(&failure, start + Duration::from_secs(open_for), 0.0) {
                Next::Retry { after, polling, .. } => (after.as_millis(), polling),
                Next::Close => panic!("closed"),
            }
        };
        assert_eq!(first(1, false), (27_000, false));
        assert_eq!(first(59, false), (27_000, false));
        assert_eq!(first(60, false), (3_750, false));
        // A clean end after delivering waits the reconnection time and no more.
        assert_eq!(first(0, true), (3_000, true));

        // A failure after delivering backs off from the start.
        let mut reconnection = Reconnection::new(Policy::FEED);
        let now = Instant::now();
        for _ in 0..3 {
            reconnection.opened(now);
            reconnection.delivered();
            let broken = Failure::BrokeOff { address: host(), kind: std::io::ErrorKind::ConnectionReset };
            let next = Next::Retry { after: Duration::from_millis(3_750), needs_attention: false, polling: false };
            assert_eq!(reconnection.ended(&broken, now, 0.0), next);
        }
    }

    #[test]
    fn refusals_slow_down_and_call_for_attention_when_three_come_in_a_row() {
        let refusals = [
            status(404),
            Failure::NotAnEventStream { content_type: None, excerpt: String::new() },
            Failure::Tls { problem: TlsProblem::Expired { host: host() }, certificate: None },
            Failure::Redirect { problem: RedirectProblem::TooMany },
        ];
        let mut reconnection = Reconnection::new(Policy::FEED);
        let now = Instant::now();
        let mut next = |failure: &Failure| match reconnection.ended(failure, now, 0.0) {
            Next::Retry { after, needs_attention, .. } => (after.as_secs(), needs_attention),
            Next::Close => panic!("closed"),
        };
        let waits: Vec<_> = refusals.iter().chain(&refusals).map(&mut next).collect();
        let expected =
            [(3, false), (4, false), (60, true), (120, true), (240, true), (480, true), (900, true), (900, true)];
        assert_eq!(waits, expected);
        // Anything else in between breaks the row.
        assert_eq!(next(&status(503)), (6, false));
        assert_eq!(next(&status(404)), (9, false));
        assert_eq!(next(&status(401)), (900, true));
        assert_eq!(next(&status(404)), (15, false));
    }

    #[test]
    fn what_the_standard_fails_a_browser_closes() {
        let closes = [
            status(204),
            status(404),
            status(500),
            status(429),
            Failure::NotAnEventStream { content_type: None, excerpt: String::new() },
            Failure::Redirect { problem: RedirectProblem::NoLocation },
        ];
        let retries = [
            refused(),
            Failure::NameLookup { host: host() },
            Failure::Tls { problem: TlsProblem::SelfSigned { host: host() }, certificate: None },
            Failure::Tls { problem: TlsProblem::NotTls { host: host() }, certificate: None },
            Failure::NotHttp { address: host() },
            Failure::Dropped { address: host() },
            Failure::HeadTooLarge,
            Failure::Compression,
            Failure::NoAnswer { after: Duration::from_mins(10) },
            Failure::Idle { after: Duration::from_secs(30) },
            Failure::Ended { delivered: false },
        ];
        for failure in closes {
            assert_eq!(waits(Policy::BROWSER, 3_000, std::slice::from_ref(&failure), 0.0), [0], "{failure}");
            let feed = waits(Policy::FEED, 3_000, std::slice::from_ref(&failure), 0.0);
            assert_eq!(feed == [0], failure == status(204), "{failure}");
        }
        for failure in retries {
            assert_eq!(waits(Policy::BROWSER, 3_000, std::slice::from_ref(&failure), 0.0), [3_750], "{failure}");
        }
    }

    #[test]
    fn retry_after_lengthens_and_never_shortens() {
        let table = [(429, 100, 100), (503, 1, 3), (503, 7_200, 3_600), (404, 100, 100), (401, 100, 900)];
        for (code, asked, wait) in table {
            let retry_after = Some(Duration::from_secs(asked));
            let failure = Failure::Status { status: code, reason: String::new(), retry_after };
            assert_eq!(waits(Policy::FEED, 3_000, &[failure], 0.0)[0] / 1000, wait, "{code} {asked}");
        }
    }
}
