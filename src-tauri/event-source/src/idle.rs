//! How long a silence is normal: learned from when bytes come, so that a connection that is dead without saying so is
//! noticed.
//!
//! Deliberately not here: clocks and timers; all times come in as arguments. A peer that is gone altogether is found by
//! TCP keep-alive and HTTP/2 ping (`connection.rs`), whatever is learned here.
use std::time::{Duration, Instant};

/// No silence shorter than this is suspicious.
pub const LEAST_LIMIT: Duration = Duration::from_secs(30);

/// A silence of this many times the longest normal gap is taken for death.
const PATIENCE: f64 = 2.5;

/// How many gaps are remembered.
const REMEMBERED: usize = 16;

/// How many gaps must speak for a rhythm before it is believed.
const EVIDENCE: usize = 3;

/// Bytes closer together than this belong to one beat.
const BEAT: Duration = Duration::from_secs(1);

/// Learns the rhythm of a stream.
///
/// Comments are heartbeats: nothing else is their purpose, so the longest of the gaps between them counts as normal.
/// Events are heartbeats only where they come like one: when at least three of the remembered gaps are about as long as
/// the longest. A stream of news that comes as it pleases teaches nothing, and its silence means nothing.
#[derive(Debug, Clone, Default)]
pub struct Rhythm {
    gaps: Gaps,
    comments: Gaps,
    last_byte: Option<Instant>,
    last_comment: Option<Instant>,
    /// When a gap was last remembered, and the longest since then.
    beat: Option<Instant>,
    longest_since: Duration,
}

impl Rhythm {
    /// A connection opened: the time without one is no gap.
    pub fn opened(&mut self, now: Instant) {
        self.last_byte = Some(now);
        self.last_comment = None;
        self.beat = Some(now);
        self.longest_since = Duration::ZERO;
    }

    /// Bytes came.
    pub fn bytes(&mut self, now: Instant) {
        if let Some(before) = self.last_byte.replace(now) {
            self.longest_since = self.longest_since.max(now.saturating_duration_since(before));
        }
        if self.beat.is_none_or(|beat| now.saturating_duration_since(beat) >= BEAT) {
            self.gaps.remember(self.longest_since);
            self.beat = Some(now);
            self.longest_since = Duration::ZERO;
        }
    }

    /// A comment came (after [`bytes`](Self::bytes), which brought it).
    pub fn comment(&mut self, now: Instant) {
        match self.last_comment {
            Some(before) if now.saturating_duration_since(before) < BEAT => {}
            before => {
                self.last_comment = Some(now);
                if let Some(before) = before {
                    self.comments.remember(now.saturating_duration_since(before));
                }
            }
        }
    }

    /// The silence was taken for death. Should that have been wrong, it is not to happen again soon: all is learned
    /// anew.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// When the present silence began: with the last byte, or with the opening of the connection.
    pub fn since(&self) -> Option<Instant> {
        self.last_byte
    }

    /// How long a silence may be, once that is known.
    pub fn limit(&self) -> Option<Duration> {
        let heartbeat = self.comments.len >= EVIDENCE || self.gaps.are_regular();
        let longest = self.gaps.longest().max(self.comments.longest());
        heartbeat.then(|| longest.mul_f64(PATIENCE).max(LEAST_LIMIT))
    }
}

/// The last few gaps, in milliseconds.
#[derive(Debug, Clone, Default)]
struct Gaps {
    ring: [u32; REMEMBERED],
    len: usize,
    next: usize,
}

impl Gaps {
    fn remember(&mut self, gap: Duration) {
        self.ring[self.next] = u32::try_from(gap.as_millis()).unwrap_or(u32::MAX);
        self.next = (self.next + 1) % REMEMBERED;
        self.len = (self.len + 1).min(REMEMBERED);
    }

    fn remembered(&self) -> &[u32] {
        &self.ring[..self.len]
    }

    fn longest(&self) -> Duration {
        Duration::from_millis(self.remembered().iter().copied().max().unwrap_or(0).into())
    }

    /// Whether enough of them are within a fifth of the longest. A flood has only short gaps, which prove little: there,
    /// all of them have to agree.
    fn are_regular(&self) -> bool {
        let longest = self.longest();
        let similar =
            self.remembered().iter().filter(|&&gap| Duration::from_millis(gap.into()) >= longest.mul_f64(0.8)).count();
        similar >= if longest < BEAT { REMEMBERED } else { EVIDENCE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds after the opening, and whether what came is a comment.
    type Byte = (f64, bool);

    /// The limit after these.
    fn limit_after(times: &[Byte]) -> Option<f64> {
        let start = Instant::now();
        let mut rhythm = Rhythm::default();
        rhythm.opened(start);
        for &(time, comment) in times {
            let now = start + Duration::from_secs_f64(time);
            rhythm.bytes(now);
            if comment {
                rhythm.comment(now);
            }
        }
        rhythm.limit().map(|limit| limit.as_secs_f64())
    }

    fn every(period: f64, count: i32, comment: bool) -> Vec<Byte> {
        (1..=count).map(|n| (period * f64::from(n), comment)).collect()
    }

    #[test]
    fn learns_from_heartbeats_only() {
        let steady_with_news: Vec<_> = {
            let mut times = every(15.0, 8, true);
            times.extend([(3.0, false), (16.0, false), (40.0, false), (41.5, false), (100.0, false)]);
            times.sort_by(|a, b| a.0.total_cmp(&b.0));
            times
        };
        let busy_with_comments: Vec<_> = (1..=200).map(|n| (f64::from(n), n % 60 == 0)).collect();
        let flood: Vec<_> = (0..5_000).map(|n| (f64::from(n) / 1000.0, false)).collect();
        let table: [(&str, Vec<Byte>, Option<f64>); 11] = [
            ("nothing came", vec![], None),
            ("two heartbeats are no rhythm", every(20.0, 2, false), None),
            ("three are", every(20.0, 3, false), Some(50.0)),
            ("never under 30 s", every(1.0, 5, false), Some(30.0)),
            ("comments, four for three gaps", every(15.0, 4, true), Some(37.5)),
            ("a fast ticker needs longer", every(0.5, 20, false), None),
            ("but is learned", every(0.5, 40, false), Some(30.0)),
            ("a flood teaches nothing", flood, None),
            ("news come as they please", vec![(2.0, false), (90.0, false), (91.0, false), (400.0, false)], None),
            ("comments among news", steady_with_news, Some(37.5)),
            ("rare comments in a busy stream", busy_with_comments, Some(150.0)),
        ];
        for (name, times, expected) in table {
            assert_eq!(limit_after(&times), expected, "{name}");
        }
    }

    #[test]
    fn old_gaps_are_forgotten() {
        let mut times = every(60.0, 4, false);
        times.extend((1..=REMEMBERED).map(|n| (240.0 + 15.0 * f64::from(u8::try_from(n).unwrap()), false)));
        assert_eq!(limit_after(&times), Some(37.5));
    }

    #[test]
    fn a_reconnection_is_no_gap_and_forgetting_starts_anew() {
        let start = Instant::now();
        let mut rhythm = Rhythm::default();
        rhythm.opened(start);
        for n in 1..=3 {
            rhythm.bytes(start + Duration::from_secs(20 * n));
        }
        let again = start + Duration::from_secs(1_000);
        rhythm.opened(again);
        rhythm.bytes(again + Duration::from_secs(20));
        assert_eq!(rhythm.limit(), Some(Duration::from_secs(50)));
        rhythm.forget();
        assert_eq!(rhythm.limit(), None);
    }
}
