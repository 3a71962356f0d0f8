//! What came over the connections of feeds, minute by minute, and the figures that are made of it.
//!
//! Counted in the transactions that bring it, one row for each minute of a feed, so that a flood costs no more than an event.
//! Deliberately not here: what is known of connections without being kept (`connection_log.rs`).
use super::{Arrival, gaps};
use crate::figures::{Counted, DAY_BARS, FiguresQuery, HOUR_BARS, QUARTER};
use crate::{FeedId, Gap};
use rusqlite::{Connection, OptionalExtension as _};
use std::ops::AddAssign;

/// How long the minutes are kept: the week that is shown, and the day it begins in.
const KEPT_DAYS: i64 = 8;
const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// A connection that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Whose.
    pub feed: FeedId,
    /// When, in milliseconds since the Unix epoch.
    pub at: i64,
    /// For how many milliseconds before it was not connected, unless that is told as a gap.
    pub absent: u32,
    /// When it was not connected, for as long as a gap, but was told afterwards what it missed.
    pub made_up: Option<Gap>,
}

/// What a minute brought.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) events: u32,
    pub(super) opened: u32,
    pub(super) absent: u32,
}

impl Tally {
    /// What an arrival adds, and when it came.
    pub(super) fn of(arrival: &Arrival, now: i64) -> Option<(i64, Self)> {
        let event = Self { events: 1, ..Self::default() };
        match arrival {
            Arrival::Event(new) => Some((new.received_at, event)),
            Arrival::Dropped(..) => Some((now, event)),
            Arrival::Opened(opened) => Some((opened.at, Self { events: 0, opened: 1, absent: opened.absent })),
            _ => None,
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.events = self.events.saturating_add(other.events);
        self.opened = self.opened.saturating_add(other.opened);
        self.absent = self.absent.saturating_add(other.absent);
    }
}

/// The minute of a moment.
pub(super) const fn minute(at: i64) -> i64 {
    at.div_euclid(MINUTE)
}

pub(super) fn add(connection: &Connection, feed: FeedId, minute: i64, tally: Tally) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO activity (feed_id, minute, events, opened, absent) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO UPDATE SET events = events + ?3, opened = opened + ?4, absent = absent + ?5",
        )?
        .execute((feed.0, minute, tally.events, tally.opened, tally.absent))?;
    Ok(())
}

/// Forgets the minutes of a feed that are no longer shown.
pub(super) fn forget_before(connection: &Connection, feed: FeedId, now: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM activity WHERE feed_id = ?1 AND minute < ?2")?
        .execute((feed.0, minute(now - KEPT_DAYS * DAY)))?;
    Ok(())
}

/// What is counted of a feed. A range of one index, as long as the week has minutes at most.
pub(super) fn count(connection: &Connection, query: FiguresQuery, now: i64) -> rusqlite::Result<Counted> {
    let FiguresQuery { feed, today } = query;
    let begin = (now - 7 * DAY).min(today);
    let mut hour = Bars::new(minute(now), HOUR_BARS);
    let mut day = Bars::new(minute(now).div_euclid(QUARTER), DAY_BARS);
    let mut counted = Counted::default();
    let mut statement = connection.prepare_cached(COUNT)?;
    let mut rows = statement.query((feed.0, minute(begin)))?;
    while let Some(row) = rows.next()? {
        let (at, events, opened, absent): (i64, u32, u32, i64) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        hour.add(at, events);
        day.add(at.div_euclid(QUARTER), events);
        counted.absent_week += absent;
        if at >= minute(today) {
            counted.events_today += u64::from(events);
            counted.opened_today += u64::from(opened);
            counted.absent_today += absent;
        }
    }
    (counted.hour, counted.day) = (hour.counts, day.counts);
    counted.absences = gaps::absences(connection, feed, begin)?;
    let since = "SELECT connected_since FROM cursors WHERE feed_id = ?1";
    counted.connected_since =
        connection.prepare_cached(since)?.query_row([feed.0], |row| row.get(0)).optional()?.flatten();
    counted.connected_until = gaps::connected_until(connection, feed)?;
    Ok(counted)
}

const COUNT: &str =
    "SELECT minute, events, opened, absent FROM activity WHERE feed_id = ?1 AND minute >= ?2 ORDER BY minute";

/// The bars of a chart, of which the last is the present one.
struct Bars {
    first: i64,
    counts: Vec<u32>,
}

impl Bars {
    fn new(present: i64, bars: usize) -> Self {
        let bars_before = i64::try_from(bars).unwrap_or(i64::MAX) - 1;
        Self { first: present - bars_before, counts: vec![0; bars] }
    }

    /// Adds to the bar at this place; what is before the first is not shown, what is after the present (a clock was set
    /// back) stands with it.
    fn add(&mut self, at: i64, events: u32) {
        let Ok(place) = usize::try_from(at - self.first) else { return };
        let last = self.counts.len() - 1;
        if let Some(count) = self.counts.get_mut(place.min(last)) {
            *count = count.saturating_add(events);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::database::{MIGRATIONS, take_steps};
    use super::*;

    const NOW: i64 = 1_790_000_000_000;
    const FEED: FeedId = FeedId(1);

    fn database() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        take_steps(&mut connection, MIGRATIONS).unwrap();
        connection
    }

    fn tally(events: u32, opened: u32, absent: u32) -> Tally {
        Tally { events, opened, absent }
    }

    #[test]
    fn minutes_are_counted_where_they_belong() {
        let connection = database();
        let ago = |minutes: i64| minute(NOW) - minutes;
        for (at, what) in [
            (ago(0), tally(3, 1, 0)),
            (ago(0), tally(2, 0, 0)),
            (ago(59), tally(7, 0, 0)),
            (ago(60), tally(11, 2, 3000)),
            (ago(23 * 60), tally(13, 0, 0)),
            (ago(26 * 60), tally(17, 1, 500)),
            (ago(8 * 24 * 60), tally(19, 1, 100)),
            // A clock that was set back.
            (ago(-5), tally(1, 0, 0)),
        ] {
            add(&connection, FEED, at, what).unwrap();
        }
        add(&connection, FeedId(2), ago(1), tally(100, 1, 0)).unwrap();
        let today = (minute(NOW) - 24 * 60) * MINUTE;
        let counted = count(&connection, FiguresQuery { feed: FEED, today }, NOW).unwrap();
        let full = |counts: &[u32]| -> Vec<(usize, u32)> {
            counts.iter().copied().enumerate().filter(|(_, count)| *count > 0).collect()
        };
        assert_eq!(full(&counted.hour), [(0, 7), (59, 6)]);
        assert_eq!((counted.hour.len(), counted.day.len()), (HOUR_BARS, DAY_BARS));
        assert_eq!(counted.day.iter().sum::<u32>(), 7 + 6 + 11 + 13);
        assert_eq!((counted.events_today, counted.opened_today), (7 + 6 + 11 + 13, 3));
        assert_eq!((counted.absent_today, counted.absent_week), (3000, 3500));
        forget_before(&connection, FEED, NOW + DAY).unwrap();
        let rows: i64 = connection.query_row("SELECT count(*) FROM activity", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 7, "the minute of the week before is forgotten");
    }

    /// However many events, feeds and minutes there are, a few ranges of indexes are read.
    #[test]
    fn figures_are_looked_up_and_never_searched_for() {
        let connection = database();
        for sql in [COUNT, gaps::ABSENCES, gaps::CONNECTED_UNTIL] {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let values = [&1_i64, &2][..statement.parameter_count()].to_vec();
            let rows = statement.query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
            let plan: Vec<_> = rows.map(Result::unwrap).collect();
            assert!(plan.iter().any(|step| step.starts_with("SEARCH")), "{plan:?}");
            let scans = |step: &&String| {
                step.starts_with("SCAN") && !step.contains("subquery") && !step.contains("CONSTANT ROW")
            };
            assert_eq!(plan.iter().find(scans), None, "{plan:?}");
            assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{plan:?}");
        }
    }
}
