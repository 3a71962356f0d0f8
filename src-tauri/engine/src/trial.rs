//! Mapping and rules tried on what is stored, before they are saved: what would become of each event.
//!
//! Deliberately not here: which thread does it (`store/reader.rs`); nothing is changed.
use crate::template::{Incoming, TemplateFault};
use crate::{DecidedBy, Event, EventId, Feed, Intake, Mapping, Rule, Taken, Urgency, Verdict};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How many events a trial looks at, at most.
pub const TRIAL_LIMIT: u32 = 1000;

/// What is to be tried on the newest events of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Trial {
    /// Instead of the feed's own; `None`: that one.
    pub mapping: Option<Mapping>,
    /// Instead of the feed's own; `None`: those.
    pub rules: Option<Vec<Rule>>,
    /// At most so many events, the newest; 0 asks for 100, and there are at most 1,000.
    pub limit: u32,
    /// Only this event.
    pub event: Option<EventId>,
}

/// What would become of the events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TrialReport {
    /// Why nothing could be tried: the template or rule, with its place.
    pub fault: Option<TemplateFault>,
    /// Newest first. Parts of an event that would be split stand together, in their order.
    pub events: Vec<Tried>,
}

/// What would become of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    /// The stored event.
    pub id: EventId,
    /// Which part of it, from 1; 0 when it would not be split.
    pub part: u32,
    /// The title it would have.
    pub title: String,
    /// The body it would have.
    pub body: String,
    /// The link it would have.
    pub link: Option<String>,
    /// How much it would matter.
    pub urgency: Urgency,
    /// The icon it would have.
    pub icon: Option<String>,
    /// The group key it would have.
    pub group_key: Option<String>,
    /// When it would have happened, in milliseconds since the Unix epoch.
    #[ts(type = "number | null")]
    pub happened_at: Option<i64>,
    /// What the rules say of it.
    pub verdict: Verdict,
    /// What goes wrong with a template or a rule, as a sentence.
    pub problem: Option<String>,
}

impl Trial {
    /// How many events are asked for.
    pub(crate) fn limit(&self) -> u32 {
        if self.limit == 0 { 100 } else { self.limit.min(TRIAL_LIMIT) }
    }

    /// What takes the events in as the trial wants it.
    pub(crate) fn intake(&self, feed: &Feed) -> Result<Intake, TemplateFault> {
        let config = &feed.config;
        let rules = self.rules.as_ref().unwrap_or(&config.rules);
        Intake::of(&config.name, self.mapping.as_ref().unwrap_or(&config.mapping), rules)
    }

    /// What of the settings would become of a stored event.
    pub(crate) fn try_event(intake: &Intake, event: &Event) -> Vec<Tried> {
        let incoming = Incoming {
            event_type: &event.summary.event_type,
            data: &event.data,
            last_event_id: &event.last_event_id,
            received_at: event.summary.received_at,
            catch_up: false,
        };
        let tried = |taken: Taken<'_>| {
            let Taken { part, mapped, verdict, problem, .. } = taken;
            Tried {
                id: event.summary.id,
                part,
                title: mapped.title,
                body: mapped.body,
                link: mapped.link,
                urgency: mapped.urgency,
                icon: mapped.icon,
                group_key: mapped.group_key,
                happened_at: mapped.happened_at,
                verdict,
                problem,
            }
        };
        intake.take(&incoming, false).into_iter().map(tried).collect()
    }
}

impl Tried {
    /// The rule that decided; its number and its name.
    pub fn rule(&self) -> Option<(u32, &str)> {
        match &self.verdict.decided_by {
            DecidedBy::Rule { number, name } => Some((*number, name)),
            _ => None,
        }
    }
}
