//! The figures of a feed: how much came when, and for how much of the time it was connected.
//!
//! Pure: what is counted comes from the store, what is known from the connections of this run. Deliberately not here:
//! counting (`store/activity.rs`).
use crate::clock::milliseconds;
use crate::connection_log::Facts;
use crate::subscription::LEAST_GAP;
use crate::{Cause, FeedId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How many minutes [`Figures::hour`] has.
pub const HOUR_BARS: usize = 60;
/// How many quarters of an hour [`Figures::day`] has.
pub const DAY_BARS: usize = 96;
/// Minutes in each of those.
pub const QUARTER: i64 = 15;
/// The most absences that are told.
const ABSENCES: usize = 200;
const WEEK: i64 = 7 * 86_400_000;

/// Asks for the figures of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FiguresQuery {
    /// Of which feed.
    pub feed: FeedId,
    /// When the day began where the user is, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub today: i64,
}

/// A time in which a feed was not connected, of at least ten seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Absence {
    /// The last moment before it, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub from: i64,
    /// The first moment after it, in milliseconds since the Unix epoch; `None`: it lasts.
    #[ts(type = "number | null")]
    pub until: Option<i64>,
    /// The source told afterwards what was missed, so that nothing is missing.
    pub made_up: bool,
}

/// Why a connection was lost, or not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LastError {
    /// When, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub at: i64,
    /// Why.
    pub cause: Cause,
}

/// The figures of a feed. An event that came again counts again, and one that a rule dropped counts too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// When they were true, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub at: i64,
    /// How many events came in each of the last 60 minutes; the last is the present one.
    pub hour: Vec<u32>,
    /// How many in each of the last 96 quarters of an hour; the last is the present one.
    pub day: Vec<u32>,
    /// How many events came today.
    #[ts(type = "number")]
    pub events_today: u64,
    /// How many connections were made today.
    #[ts(type = "number")]
    pub opened_today: u64,
    /// For which share of today it was connected, from 0 to 1; of the time since its first connection. `None`: it never
    /// was.
    pub connected_today: Option<f64>,
    /// For which share of the last seven days.
    pub connected_week: Option<f64>,
    /// How long the server took to answer the last time, in milliseconds, from the start of the attempt; `None`: it did not
    /// in this run.
    #[ts(type = "number | null")]
    pub first_byte: Option<u64>,
    /// Why a connection was lost, or not made, the last time in this run.
    pub last_error: Option<LastError>,
    /// The times of the last seven days in which it was not connected, newest first.
    pub absences: Vec<Absence>,
}

/// What the store counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    pub(crate) hour: Vec<u32>,
    pub(crate) day: Vec<u32>,
    pub(crate) events_today: u64,
    pub(crate) opened_today: u64,
    /// Milliseconds without a connection that are no absence of their own, today …
    pub(crate) absent_today: i64,
    /// … and in the last seven days.
    pub(crate) absent_week: i64,
    /// When it was connected for the first time, and when it was last, as far as that was noted.
    pub(crate) connected_since: Option<i64>,
    pub(crate) connected_until: Option<i64>,
    /// Newest first; all that are over.
    pub(crate) absences: Vec<Absence>,
}

impl Counted {
    /// The figures at this moment.
    pub(crate) fn figures(self, query: FiguresQuery, facts: Facts, now: i64) -> Figures {
        let mut absences = self.absences;
        let last = self.connected_until.max(facts.connected_until);
        if let Some(from) = last.filter(|_| !facts.connected && self.connected_since.is_some()) {
            absences.insert(0, Absence { from, until: None, made_up: false });
        }
        let share = |from: i64, short: i64| {
            let from = from.max(self.connected_since?);
            let length = now - from;
            let within = |absence: &Absence| (absence.until.unwrap_or(now).min(now) - absence.from.max(from)).max(0);
            let absent = short + absences.iter().map(within).sum::<i64>();
            #[expect(clippy::cast_precision_loss, reason = "milliseconds of a week are exact")]
            let share = 1.0 - absent as f64 / length as f64;
            (length > 0).then(|| share.clamp(0.0, 1.0))
        };
        let (connected_today, connected_week) =
            (share(query.today, self.absent_today), share(now - WEEK, self.absent_week));
        absences.retain(|absence| absence.until.unwrap_or(now) - absence.from >= milliseconds(LEAST_GAP));
        absences.truncate(ABSENCES);
        Figures {
            at: now,
            hour: self.hour,
            day: self.day,
            events_today: self.events_today,
            opened_today: self.opened_today,
            connected_today,
            connected_week,
            first_byte: facts.first_byte,
            last_error: facts.last_error.map(|(at, cause)| LastError { at, cause }),
            absences,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;
    /// Ten in the morning, a month after the beginning.
    const NOW: i64 = 30 * DAY + 10 * HOUR;
    const TODAY: FiguresQuery = FiguresQuery { feed: FeedId(1), today: 30 * DAY };

    fn absence(from: i64, until: i64) -> Absence {
        Absence { from, until: Some(until), made_up: false }
    }

    fn shares(counted: Counted, facts: Facts) -> (Option<f64>, Option<f64>) {
        let figures = counted.figures(TODAY, facts, NOW);
        let rounded = |share: f64| (share * 10_000.0).round() / 10_000.0;
        (figures.connected_today.map(rounded), figures.connected_week.map(rounded))
    }

    fn connected() -> Facts {
        Facts { connected: true, ..Facts::default() }
    }

    #[test]
    fn the_share_is_of_the_time_since_the_first_connection() {
        assert_eq!(shares(Counted::default(), connected()), (None, None));
        let long_ago = || Counted { connected_since: Some(DAY), ..Counted::default() };
        assert_eq!(shares(long_ago(), connected()), (Some(1.0), Some(1.0)));
        // An hour today, and one yesterday.
        let absences = vec![
            absence(NOW - 2 * HOUR, NOW - HOUR),
            absence(NOW - 12 * HOUR, NOW - 11 * HOUR),
            absence(NOW - 8 * DAY, NOW - 7 * DAY),
        ];
        let counted = Counted { absences, ..long_ago() };
        assert_eq!(shares(counted, connected()), (Some(0.9), Some(0.9881)));
        let since =
            Counted { connected_since: Some(NOW - 4 * HOUR), absent_today: HOUR, absent_week: HOUR, ..long_ago() };
        assert_eq!(shares(since, connected()), (Some(0.75), Some(0.75)));
    }

    #[test]
    fn an_absence_that_lasts_counts_up_to_now() {
        let counted =
            Counted { connected_since: Some(DAY), connected_until: Some(NOW - 5 * HOUR), ..Counted::default() };
        let facts = Facts { connected_until: Some(NOW - HOUR), ..Facts::default() };
        let figures = counted.clone().figures(TODAY, facts.clone(), NOW);
        assert_eq!(figures.absences, [Absence { from: NOW - HOUR, until: None, made_up: false }]);
        assert_eq!(shares(counted.clone(), facts), (Some(0.9), Some(0.994)));
        let moment = Facts { connected_until: Some(NOW - 3000), ..Facts::default() };
        assert_eq!(counted.figures(TODAY, moment, NOW).absences, [], "too short to be told");
    }
}
