//! Everything is marked as read, and that is taken back: exactly what was unread is unread again.
//!
//! What was marked is remembered in memory, as runs of numbers, for as long as the engine runs and for the last few times:
//! a crash or an end makes it final. Deliberately not here: the rows (`store/marks.rs`).
use super::{AT_ONCE, Core};
use crate::{EngineError, EngineEvent, EventId, MarkedRead, Scope};
use std::collections::VecDeque;
use std::ops::RangeInclusive;

/// How many times can be taken back.
const TIMES: usize = 8;

/// What was marked as read at one time, or at several.
#[derive(Default)]
pub(super) struct Undo {
    last: u64,
    times: VecDeque<(u64, Runs)>,
}

/// Numbers, as runs of such as follow one another, the highest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Runs(Vec<RangeInclusive<i64>>);

impl Runs {
    /// Adds numbers that are lower than those that are there.
    fn add(&mut self, events: &[EventId]) {
        let mut numbers: Vec<i64> = events.iter().map(|event| event.0).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        for number in numbers {
            match self.0.last_mut() {
                Some(run) if *run.start() == number + 1 => *run = number..=*run.end(),
                _ => self.0.push(number..=number),
            }
        }
    }
}

impl Runs {
    /// Runs of at most `limit` numbers together, one after the other.
    fn parts(self, limit: i64) -> impl Iterator<Item = Vec<RangeInclusive<i64>>> + Send {
        let mut rest: VecDeque<_> = self.0.into();
        std::iter::from_fn(move || {
            let mut left = limit;
            let mut part = Vec::new();
            while left > 0
                && let Some(run) = rest.pop_front()
            {
                let (first, last) = run.into_inner();
                let end = last.min(first + left - 1);
                left -= end - first + 1;
                part.push(first..=end);
                if end < last {
                    rest.push_front(end + 1..=last);
                }
            }
            (!part.is_empty()).then_some(part)
        })
    }
}

impl Undo {
    fn remember(&mut self, runs: Runs) -> u64 {
        self.last += 1;
        self.times.push_back((self.last, runs));
        if self.times.len() > TIMES {
            self.times.pop_front();
        }
        self.last
    }

    fn get(&self, undo: u64) -> Option<Runs> {
        self.times.iter().find(|(number, _)| *number == undo).map(|(_, runs)| runs.clone())
    }

    fn forget(&mut self, undo: u64) {
        self.times.retain(|(number, _)| *number != undo);
    }
}

impl Core {
    pub(in crate::engine) async fn mark_all_read(
        &self,
        scope: Scope,
        until: EventId,
    ) -> Result<MarkedRead, EngineError> {
        let mut runs = Runs::default();
        let mut events = 0;
        let done = loop {
            let scope = scope.clone();
            match self.change(move |store| store.mark_all_read(&scope, until, AT_ONCE)).await {
                Ok(marked) => {
                    runs.add(&marked.events);
                    events += marked.events.len() as u64;
                    self.surroundings.overview.set_counts(&marked.counts);
                    if marked.events.len() < AT_ONCE as usize {
                        break Ok(());
                    }
                }
                Err(error) => break Err(error),
            }
        };
        if events > 0 {
            self.teller.tell(EngineEvent::Marked { events: vec![], read: Some(true), starred: None });
        }
        // Also what was marked before something failed can be taken back.
        let undo = (events > 0).then(|| super::lock(&self.undo).remember(runs));
        done?;
        Ok(MarkedRead { events, undo })
    }

    pub(in crate::engine) async fn undo_mark_all_read(&self, undo: u64) -> Result<(), EngineError> {
        let runs = super::lock(&self.undo).get(undo).ok_or(EngineError::TooLate)?;
        let mut any = false;
        let mut done = Ok(());
        for part in runs.parts(AT_ONCE.into()) {
            match self.change(move |store| store.mark_unread(&part)).await {
                Ok(marked) => {
                    any |= !marked.events.is_empty();
                    self.surroundings.overview.set_counts(&marked.counts);
                }
                Err(error) => {
                    done = Err(error);
                    break;
                }
            }
        }
        if any {
            self.teller.tell(EngineEvent::Marked { events: vec![], read: Some(false), starred: None });
        }
        // What failed in the middle can be tried again, as a whole.
        if done.is_ok() {
            super::lock(&self.undo).forget(undo);
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_as_runs() {
        let mut runs = Runs::default();
        runs.add(&[12, 10, 11, 7].map(EventId));
        runs.add(&[6, 5, 1].map(EventId));
        assert_eq!(runs, Runs(vec![10..=12, 5..=7, 1..=1]));
    }

    #[test]
    fn runs_are_taken_in_parts() {
        let parts: Vec<_> = Runs(vec![10..=14, 5..=6, 1..=1]).parts(3).collect();
        assert_eq!(parts, [vec![10..=12], vec![13..=14, 5..=5], vec![6..=6, 1..=1]]);
    }

    #[test]
    fn only_the_last_few_times_are_remembered() {
        let mut undo = Undo::default();
        let numbers: Vec<u64> = (0..=TIMES).map(|_| undo.remember(Runs::default())).collect();
        assert!(undo.get(numbers[0]).is_none(), "the first is forgotten");
        assert!(undo.get(numbers[1]).is_some());
        undo.forget(numbers[1]);
        assert!(undo.get(numbers[1]).is_none(), "each is taken back once");
    }
}
