//! What was decided about announcing an event, and what became of it: the answer to "why?".
//!
//! Deliberately not here: deciding (`policy.rs`), rows (`store/outcomes.rs`).
use crate::EventId;
use crate::rule::{DecidedBy, Decision, Verdict};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Identifies an announcement in the history: of one event, or of several together. Never reused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[ts(type = "number")]
pub struct AnnouncementId(pub i64);

impl AnnouncementId {
    /// Whether it is that of a test, which stands for no stored event and is written down nowhere.
    pub const fn is_test(self) -> bool {
        self.0 < 0
    }
}

/// Why an event is never announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Silence {
    /// Notifications are switched off.
    Off,
    /// Those of its feed are.
    FeedOff,
    /// A rule keeps it silent.
    Rule,
    /// There is nothing to read in it.
    Empty,
    /// It belongs to what the server tells first on each connection.
    FirstSnapshot,
    /// It came into view while the window was focused.
    InView,
    /// It came before this was written down.
    Unrecorded,
}

impl Silence {
    /// What rules say, as far as it is silence.
    pub(crate) const fn of(verdict: &Verdict) -> Option<Self> {
        match (verdict.decision, &verdict.decided_by) {
            (Decision::Announce, _) => None,
            (_, DecidedBy::Empty) => Some(Self::Empty),
            (_, DecidedBy::FirstSnapshot) => Some(Self::FirstSnapshot),
            _ => Some(Self::Rule),
        }
    }
}

/// Why an event waits for a digest. Times are milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Hold {
    /// Everything is muted.
    Muted {
        /// `None`: until the user says so.
        #[ts(type = "number | null")]
        until: Option<i64>,
    },
    /// Its feed is muted.
    FeedMuted {
        /// `None`: until the user says so.
        #[ts(type = "number | null")]
        until: Option<i64>,
    },
    /// Quiet hours.
    QuietHours {
        /// When they end.
        #[ts(type = "number")]
        until: i64,
    },
    /// The desktop is asked not to disturb.
    DoNotDisturb,
    /// There is no notification service.
    NoService,
    /// The notification service refused it, or did not answer.
    Refused,
    /// It was missed while the feed was not connected, and came with others when it was again.
    CatchUp,
}

/// What was decided about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Plan {
    /// Announced by itself.
    Alone,
    /// Counted in the summary of a burst.
    Summary,
    /// Announced later, together with others.
    Digest {
        /// Why.
        because: Hold,
    },
    /// Kept without a word.
    Silent {
        /// Why.
        because: Silence,
    },
}

/// What the notification service said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Answer {
    /// It has it.
    Delivered {
        /// The service's own number for it; 0 where it gives none.
        number: u32,
    },
    /// It refused, in these words, or did not answer in time. It is tried again, together with others.
    Refused {
        /// Its words, or ours.
        words: String,
    },
    /// There is none. It is told when one appears.
    NoService,
    /// Nobody wants it any more: notifications were switched off, or its feeds are gone.
    Dropped,
}

/// An announcement, as far as it has got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// How many events it is about.
    #[ts(type = "number")]
    pub events: u64,
    /// When the service answered last; milliseconds since the Unix epoch. `None`: it waits.
    #[ts(type = "number | null")]
    pub at: Option<i64>,
    /// What the service said; `None`: it waits.
    pub answer: Option<Answer>,
    /// In which words the service refused it, or a part of it, last; it may have taken it since.
    pub refusal: Option<String>,
    /// A later event took the place of this one in the same notification.
    pub replaced_by: Option<EventId>,
}

/// Why an event was announced, or was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Why {
    /// The event.
    pub event: EventId,
    /// How often it came; only the first time counts.
    pub count: u32,
    /// What rules said.
    pub verdict: Verdict,
    /// Why its mapping or a rule could not be applied.
    pub problem: Option<String>,
    /// What was decided; `None`: nothing yet.
    pub plan: Option<Plan>,
    /// The announcement that it is part of.
    pub told: Option<Told>,
}

/// A change of what is known of the outcomes of events; kept in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// This was decided.
    Decided {
        /// Whose event.
        feed: crate::FeedId,
        /// Which.
        event: EventId,
        /// What.
        plan: Plan,
        /// The announcement that it is part of; none for a silent one.
        announcement: Option<AnnouncementId>,
    },
    /// The events of one announcement belong to another now (or to the same), for this reason.
    Merged {
        /// The announcement that they were part of.
        from: AnnouncementId,
        /// The one that they are part of.
        into: AnnouncementId,
        /// Why.
        because: Hold,
    },
    /// The service refused it; it is told again, together with others.
    Refused {
        /// The announcement.
        announcement: AnnouncementId,
        /// Its words, or ours.
        words: String,
    },
    /// The service answered.
    Answered {
        /// About which announcement.
        announcement: AnnouncementId,
        /// What.
        answer: Answer,
        /// When; milliseconds since the Unix epoch.
        at: i64,
    },
    /// These are the mutes now.
    Mutes(Vec<super::Mute>),
}
