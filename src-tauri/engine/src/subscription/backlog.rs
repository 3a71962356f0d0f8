//! Tells what was missed while a feed was not connected from what happens now: a server that resumes sends the missed
//! events in one go when the stream opens again.
//!
//! Pure: the time comes in from outside. Deliberately not here: how a backlog is announced (`announce/`).
use std::time::{Duration, Instant};

/// Who was away for less missed nothing that would be a flood. A wait that was planned, as between two polls, is not
/// counted.
const AWAY: Duration = Duration::from_mins(1);
/// How far apart the events of a backlog are at most; at first, and when it has gone on for long: a busy stream would
/// otherwise never be out of it.
const GAP: Duration = Duration::from_secs(1);
const LONG: Duration = Duration::from_secs(10);
const LATE_GAP: Duration = Duration::from_millis(50);

/// What one subscription knows of its absences.
#[derive(Debug)]
pub(super) struct Backlog {
    /// With the next opening the feed returns to a stream that it followed before.
    returns: bool,
    /// When something came last.
    alive: Option<Moment>,
    /// Since when it is not connected, and how long it was meant to rest.
    lost: Option<(Moment, Duration)>,
    /// When the stream opened to which the feed returned, and when something of the backlog came last.
    under_way: Option<(Instant, Instant)>,
}

/// A moment on the clock that stands still while the machine sleeps, and on the one that does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) steady: Instant,
    /// Milliseconds since the Unix epoch.
    pub(super) wall: i64,
}

impl Moment {
    /// How long ago `earlier` was, as the clock says that shows more.
    fn since(&self, earlier: &Self) -> Duration {
        let wall = Duration::from_millis(u64::try_from(self.wall - earlier.wall).unwrap_or(0));
        self.steady.saturating_duration_since(earlier.steady).max(wall)
    }

    /// How long the machine slept since `earlier`.
    pub(super) fn slept_since(&self, earlier: &Self) -> Duration {
        self.since(earlier).saturating_sub(self.steady.saturating_duration_since(earlier.steady))
    }
}

impl Backlog {
    /// Nothing is known yet. `returns`: the feed resumes from where it was in an earlier run, or before a pause.
    pub(super) const fn new(returns: bool) -> Self {
        Self { returns, alive: None, lost: None, under_way: None }
    }

    /// Something came.
    pub(super) fn alive(&mut self, now: Moment) {
        // What came before a sleep and is read after it hides that sleep from the next opening.
        self.returns |= self.slept(&now);
        self.alive = Some(now);
    }

    /// The stream ended, or an attempt failed. A poll rests as planned before the next.
    pub(super) fn lost(&mut self, now: Moment, planned: Option<Duration>) {
        self.under_way = None;
        self.lost.get_or_insert((now, planned.unwrap_or_default()));
    }

    /// The stream is open.
    pub(super) fn opened(&mut self, now: Moment) {
        let lost = self.lost.take();
        let away = lost.is_some_and(|(lost, planned)| now.since(&lost).saturating_sub(planned) >= AWAY);
        let returns = std::mem::take(&mut self.returns) || away || self.slept(&now);
        self.under_way = returns.then_some((now.steady, now.steady));
        self.alive = Some(now);
    }

    /// An event came: whether it belongs to what was missed.
    pub(super) fn takes(&mut self, now: Instant) -> bool {
        let Some((opened, latest)) = &mut self.under_way else { return false };
        let gap = if now.saturating_duration_since(*opened) < LONG { GAP } else { LATE_GAP };
        let takes = now.saturating_duration_since(*latest) <= gap;
        *latest = now;
        if !takes {
            self.under_way = None;
        }
        takes
    }

    fn slept(&self, now: &Moment) -> bool {
        self.alive.is_some_and(|alive| now.slept_since(&alive) >= AWAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds on the steady clock, and for how many more the machine slept until then.
    struct World(Instant);

    impl World {
        fn at(&self, seconds: f64, slept: i64) -> Moment {
            let steady = Duration::from_secs_f64(seconds);
            let wall = i64::try_from(steady.as_millis()).unwrap() + slept * 1000;
            Moment { steady: self.0 + steady, wall }
        }
    }

    #[test]
    fn what_comes_at_once_after_a_long_absence_was_missed() {
        let world = World(Instant::now());
        // After how long an absence, how much of it planned, asleep for how long: is what follows a backlog?
        for (away, planned, slept, expected) in [
            (3.0, None, 0, false),
            (59.0, None, 0, false),
            (60.0, None, 0, true),
            (300.0, Some(300), 0, false),
            (360.0, Some(300), 0, true),
            (3.0, None, 3600, true),
            (10.0, Some(10), 3600, true),
        ] {
            let mut backlog = Backlog::new(false);
            backlog.opened(world.at(0.0, 0));
            assert!(!backlog.takes(world.at(0.1, 0).steady), "the first connection missed nothing");
            backlog.alive(world.at(1.0, 0));
            backlog.lost(world.at(1.0, 0), planned.map(Duration::from_secs));
            backlog.lost(world.at(2.0, 0), None);
            backlog.opened(world.at(1.0 + away, slept));
            let opened = world.at(1.0 + away, slept).steady;
            assert_eq!(backlog.takes(opened + Duration::from_millis(100)), expected, "{away} {planned:?} {slept}");
        }
    }

    #[test]
    fn a_backlog_ends_with_the_first_gap() {
        let start = Instant::now();
        let world = World(start);
        let mut backlog = Backlog::new(true);
        backlog.opened(world.at(0.0, 0));
        let mut takes = |ms: u64| backlog.takes(start + Duration::from_millis(ms));
        assert!([0, 900, 1800].into_iter().all(&mut takes));
        assert!(!takes(2900) && !takes(2950), "once it is over it stays so");
        // A resumed feed that is busy is not caught up with for ever.
        backlog = Backlog::new(true);
        backlog.opened(world.at(0.0, 0));
        let caught_up = (0..200).take_while(|n| backlog.takes(start + Duration::from_millis(n * 100))).count();
        assert_eq!(caught_up, 100);
        // One that is as fast as the network goes on.
        backlog = Backlog::new(true);
        backlog.opened(world.at(0.0, 0));
        assert!((0..2000).all(|n| backlog.takes(start + Duration::from_millis(n * 10))));
    }

    #[test]
    fn a_sleep_is_noticed_whatever_is_read_first_after_it() {
        let world = World(Instant::now());
        let mut backlog = Backlog::new(false);
        backlog.opened(world.at(0.0, 0));
        backlog.alive(world.at(1.0, 3600));
        backlog.lost(world.at(2.0, 3600), None);
        backlog.opened(world.at(3.0, 3600));
        assert!(backlog.takes(world.at(3.0, 3600).steady));
    }
}
