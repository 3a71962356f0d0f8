//! The recent window of a feed: by what its last events are recognised when they come again.
//!
//! Deliberately not here: the comparison of the events themselves (`append.rs`), which a fingerprint only prompts as long as
//! they are stored.
use crate::{EventId, FeedId};
use rusqlite::Connection;
use std::collections::VecDeque;

/// How many events of a feed an event is compared with.
pub(super) const LENGTH: u16 = 1000;

/// Fingerprints and IDs of the last events of a feed, oldest first, the pruned ones among them. 16 bytes an event.
pub(super) struct Window {
    fingerprints: VecDeque<i64>,
    ids: VecDeque<EventId>,
}

impl Window {
    /// Reads it from the store.
    pub(super) fn load(connection: &Connection, feed: FeedId) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare_cached(
            "SELECT fingerprint, id FROM (
                 SELECT fingerprint, id FROM (
                     SELECT fingerprint, id FROM events WHERE feed_id = ?1 ORDER BY id DESC LIMIT ?2)
                 UNION ALL
                 SELECT fingerprint, event_id FROM pruned WHERE feed_id = ?1)
             ORDER BY id DESC LIMIT ?2",
        )?;
        let mut rows = statement.query((feed.0, LENGTH))?;
        let mut window = Self { fingerprints: VecDeque::new(), ids: VecDeque::new() };
        while let Some(row) = rows.next()? {
            window.fingerprints.push_front(row.get(0)?);
            window.ids.push_front(EventId(row.get(1)?));
        }
        Ok(window)
    }

    /// Adds a new event and forgets the oldest.
    pub(super) fn push(&mut self, fingerprint: i64, id: EventId) {
        if self.ids.len() >= LENGTH.into() {
            self.fingerprints.pop_front();
            self.ids.pop_front();
        }
        self.fingerprints.push_back(fingerprint);
        self.ids.push_back(id);
    }

    /// The events that may be the one of this fingerprint, newest first.
    pub(super) fn candidates(&self, fingerprint: i64) -> impl Iterator<Item = EventId> {
        let alike = move |(at, other): (usize, &i64)| (*other == fingerprint).then(|| self.ids[at]);
        self.fingerprints.iter().enumerate().rev().filter_map(alike)
    }
}

/// The number of an event that is never taken for another.
pub(super) const UNRECOGNISED: i64 = 0;

/// A number that is the same for the same event, or the same part (from 1) of one; [`UNRECOGNISED`] without an ID. It
/// stands in the store, so its value may never change. A collision costs a comparison; with an event that was pruned, of which
/// nothing else is left, it would cost the new event, but among 2⁶³ values none is to be expected.
pub(super) fn fingerprint(event_type: &str, last_event_id: &str, data: &str, part: u32) -> i64 {
    // The multiply-and-fold step of wyhash and its kin, eight bytes at a time.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    fn fold(state: u64, word: u64) -> u64 {
        let product = u128::from(state ^ word) * u128::from(FACTOR);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are taken")]
        let (low, high) = (product as u64, (product >> 64) as u64);
        low ^ high ^ word
    }
    if last_event_id.is_empty() {
        return UNRECOGNISED;
    }
    let mut state = FACTOR;
    for part in [event_type, last_event_id, data] {
        let mut words = part.as_bytes().chunks_exact(8);
        for word in &mut words {
            state = fold(state, word.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
        state = fold(state, words.remainder().iter().fold(1, |word, byte| word << 8 | u64::from(*byte)));
    }
    // Parts that are alike are different events all the same.
    if part > 0 {
        state = fold(state, part.into());
    }
    // Never 0; the sign is of no meaning.
    (state | 1).cast_signed()
}
