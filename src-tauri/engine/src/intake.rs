//! What becomes of an event between its stream and the store: signals are told from news, which is split, mapped and judged.
//!
//! Compiled from the settings of a feed, once for each change of them. Pure. Deliberately not here: storing it (`store/`),
//! announcing it (`announce/`).
use crate::mapping::mapper::Problem;
use crate::mapping::{self, Mapped, Mapper, Mapping};
use crate::rule::Rules;
use crate::signal::{Meaning, Recogniser};
use crate::store::{Arrival, NewEvent};
use crate::template::{Incoming, Subject, TemplateFault};
use crate::{DecidedBy, Decision, FeedConfig, FeedId, Hook, Rule, Verdict};
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Takes the events of a feed.
#[derive(Debug)]
pub struct Intake {
    feed_name: String,
    signals: Recogniser,
    mapper: Mapper,
    rules: Rules,
    first_events: u32,
    first_time: Duration,
    /// Why the settings of the feed are not followed.
    fault: Option<String>,
}

/// The [`Intake`] of a feed as it is now: replaced when its settings change, asked by its subscription for each event.
#[derive(Debug, Clone)]
pub(crate) struct SharedIntake(Arc<Mutex<Arc<Intake>>>);

impl SharedIntake {
    pub(crate) fn new(config: &FeedConfig) -> Self {
        Self(Arc::new(Mutex::new(Arc::new(Intake::of_stored(config)))))
    }

    pub(crate) fn get(&self) -> Arc<Intake> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn set(&self, config: &FeedConfig) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(Intake::of_stored(config));
    }
}

/// An event, or a part of one, on its way to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken<'a> {
    /// As it came, or what of it the part is.
    pub data: Cow<'a, str>,
    /// Which part it is, from 1; 0 for an event that was not split.
    pub part: u32,
    /// What it is about.
    pub mapped: Mapped,
    /// What rules say of it.
    pub verdict: Verdict,
    /// What is to be started for it.
    pub hook: Option<Arc<Hook>>,
    /// What went wrong with a template or a rule, as a sentence.
    pub problem: Option<String>,
}

impl Intake {
    /// Compiles the signals, the mapping and the rules of a feed.
    pub fn new(config: &FeedConfig) -> Result<Self, TemplateFault> {
        let signals = Recogniser::new(&config.signals)?;
        Ok(Self { signals, ..Self::of(&config.name, &config.mapping, &config.rules)? })
    }

    /// Compiles a mapping and rules, for events that are no signals.
    pub fn of(feed_name: &str, mapping: &Mapping, rules: &[Rule]) -> Result<Self, TemplateFault> {
        Ok(Self {
            feed_name: feed_name.to_owned(),
            signals: Recogniser::default(),
            mapper: Mapper::new(mapping)?,
            rules: Rules::new(rules)?,
            first_events: mapping.first_events,
            first_time: Duration::from_secs(mapping.first_seconds.into()),
            fault: None,
        })
    }

    /// The same for settings that were stored: where this version cannot compile what another one could, events are
    /// mapped by default, and each says so.
    fn of_stored(config: &FeedConfig) -> Self {
        Self::new(config).unwrap_or_else(|fault| Self {
            feed_name: config.name.clone(),
            signals: Recogniser::new(&config.signals).unwrap_or_default(),
            mapper: Mapper::default(),
            rules: Rules::default(),
            first_events: config.mapping.first_events,
            first_time: Duration::from_secs(config.mapping.first_seconds.into()),
            fault: Some(fault.to_string()),
        })
    }

    /// What an event is. Only news is to be taken.
    pub fn meaning(&self, event: &Incoming<'_>) -> Meaning {
        self.signals.meaning(event, &self.feed_name)
    }

    /// Whether an open stream proves that the server does not refuse the feed.
    pub(crate) fn open_is_welcome(&self) -> bool {
        !self.signals.expects_refusals()
    }

    /// Whether an event belongs to what a server tells first: it is the `number`th (from 1) after its connection opened,
    /// and came so long after that.
    pub fn is_first(&self, number: u32, after: Duration) -> bool {
        number <= self.first_events || after < self.first_time
    }

    /// Takes an event. `first`: it is kept silently, whatever the rules say, unless they drop it.
    pub fn take<'a>(&self, event: &Incoming<'a>, first: bool) -> Vec<Taken<'a>> {
        if self.mapper.is_default() && self.rules.is_empty() {
            let mapped = mapping::map(event.event_type, event.data);
            let verdict = silenced(Verdict::without_rule(event.data), first);
            let data = Cow::Borrowed(event.data);
            return vec![Taken { data, part: 0, mapped, verdict, hook: None, problem: self.fault.clone() }];
        }
        let subject = Subject::new(event, &self.feed_name);
        let mut problem = Problem::default();
        match self.mapper.split(&subject, &mut problem) {
            None => vec![self.take_one(event, Cow::Borrowed(event.data), 0, &subject, first, problem)],
            Some(parts) => {
                let take = |(data, part): (String, u32)| {
                    let of_part = Incoming { data: &data, ..*event };
                    let subject = Subject::new(&of_part, &self.feed_name);
                    let taken = self.take_one(&of_part, Cow::Borrowed(""), part, &subject, first, Problem::default());
                    Taken { data: Cow::Owned(data), ..taken }
                };
                parts.into_iter().zip(1..).map(take).collect()
            }
        }
    }

    fn take_one<'a>(
        &self,
        event: &Incoming<'_>,
        data: Cow<'a, str>,
        part: u32,
        subject: &Subject,
        first: bool,
        mut problem: Problem,
    ) -> Taken<'a> {
        let mut mapped = self.mapper.map_subject(event, subject, &mut problem);
        let (verdict, hook) = self.rules.judge(event, subject, &mut mapped, &mut problem);
        let verdict = silenced(verdict, first);
        // Neither told nor acted upon, whatever a rule says of it.
        let hook = hook.filter(|_| !first);
        Taken { data, part, mapped, verdict, hook, problem: problem.0 }
    }

    /// What of an event is to be stored, in one transaction.
    pub(crate) fn arrival(&self, feed: FeedId, event: &Incoming<'_>, first: bool) -> Arrival {
        let mut arrivals: Vec<_> = self
            .take(event, first)
            .into_iter()
            .map(|taken| match taken.verdict.decision {
                Decision::Drop => Arrival::Dropped(feed, event.last_event_id.into()),
                _ => Arrival::Event(Box::new(NewEvent::of(feed, event, taken))),
            })
            .collect();
        match arrivals.len() {
            1 => arrivals.remove(0),
            _ => Arrival::Together(feed, arrivals),
        }
    }
}

fn silenced(verdict: Verdict, first: bool) -> Verdict {
    if first && verdict.decision == Decision::Announce {
        return Verdict { decision: Decision::Silent, decided_by: DecidedBy::FirstSnapshot, ..verdict };
    }
    verdict
}
