//! Mutes: nothing is announced for a while, of one feed or of all.
//!
//! Deliberately not here: what becomes of the events (`policy.rs`), rows (`store/outcomes.rs`).
use crate::FeedId;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that is muted now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Mute {
    /// `None`: all feeds.
    pub feed: Option<FeedId>,
    /// Milliseconds since the Unix epoch; `None`: until the user says so.
    #[ts(type = "number | null")]
    pub until: Option<i64>,
}

/// How long something is to be muted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "value", rename_all = "camelCase")]
pub enum MuteFor {
    /// So many minutes.
    Minutes(u32),
    /// Until eight in the morning.
    Tomorrow,
    /// Until this time, in milliseconds since the Unix epoch.
    Until(#[ts(type = "number")] i64),
    /// Until the user says so.
    Ever,
}

/// Eight in the morning is tomorrow's if it is further away than this: who is up at two does not mean the day after.
const NIGHT: SignedDuration = SignedDuration::from_hours(4);

impl MuteFor {
    /// When it ends; `None`: when the user says so.
    pub fn end(self, now: Timestamp, zone: &TimeZone) -> Option<i64> {
        let end = match self {
            Self::Minutes(minutes) => now.checked_add(SignedDuration::from_mins(minutes.into())).ok(),
            Self::Tomorrow => tomorrow(now, zone),
            Self::Until(until) => Timestamp::from_millisecond(until).ok(),
            Self::Ever => None,
        };
        end.map(Timestamp::as_millisecond)
    }
}

fn tomorrow(now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let today = zone.to_datetime(now).date();
    let mornings = [Some(today), today.checked_add(1.day()).ok()].into_iter().flatten();
    let mornings = mornings.filter_map(|day| zone.to_zoned(day.to_datetime(Time::constant(8, 0, 0, 0))).ok());
    mornings.map(|morning| morning.timestamp()).find(|morning| morning.duration_since(now) > NIGHT)
}
