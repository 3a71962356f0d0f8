//! Read and starred, as the user marks events.
//!
//! Deliberately not here: marking in a way that takes long, which is done bit by bit (`engine/core.rs`).
use super::feeds::{FeedCounts, More, count, in_folder};
use super::reading::RETIRED;
use super::{Store, StoreError};
use crate::{EventId, FeedId, Scope};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Statement, params_from_iter};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// What marking changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    /// The events whose mark is another one now.
    pub events: Vec<EventId>,
    /// How their feeds now count.
    pub counts: Vec<(FeedId, FeedCounts)>,
}

impl Store {
    /// Marks events as read or not.
    pub fn mark_read(&mut self, events: &[EventId], read: bool) -> Result<Marked, StoreError> {
        let each = More { unread: if read { -1 } else { 1 }, ..More::default() };
        self.mark(each, |connection, marked| {
            let mut statement = connection
                .prepare_cached("UPDATE events SET read = ?2 WHERE id = ?1 AND read <> ?2 RETURNING feed_id")?;
            mark_each(&mut statement, events, read, marked)
        })
    }

    /// Stars an event or takes its star away.
    pub fn star(&mut self, event: EventId, starred: bool) -> Result<Marked, StoreError> {
        let each = More { starred: if starred { 1 } else { -1 }, ..More::default() };
        self.mark(each, |connection, marked| {
            let mut statement = connection
                .prepare_cached("UPDATE events SET starred = ?2 WHERE id = ?1 AND starred <> ?2 RETURNING feed_id")?;
            mark_each(&mut statement, &[event], starred, marked)
        })
    }

    /// Marks the newest `limit` unread events of a scope, up to and including `until`, as read. Fewer than that marked
    /// means that none is left.
    pub fn mark_all_read(&mut self, scope: &Scope, until: EventId, limit: u32) -> Result<Marked, StoreError> {
        let (condition, of) = match scope {
            Scope::All | Scope::Unread => ("", None),
            Scope::Starred => ("AND starred = 1", None),
            Scope::Feed { feed } => ("AND feed_id = ?3", Some(Value::from(feed.0))),
            Scope::Folder { folder } => {
                let feeds = in_folder(&self.connection, folder).map_err(|error| self.error(&error))?;
                ("AND +feed_id IN (SELECT value FROM json_each(?3))", Some(Value::from(feeds)))
            }
        };
        // Of a removed feed nothing shows as unread.
        let sql = format!(
            "UPDATE events SET read = 1 WHERE id IN
             (SELECT id FROM events WHERE read = 0 AND id <= ?1 AND feed_id NOT IN {RETIRED} {condition}
              ORDER BY id DESC LIMIT ?2)
             RETURNING id, feed_id"
        );
        let parameters = [Some(until.0.into()), Some(limit.into()), of];
        self.mark(More { unread: -1, ..More::default() }, |connection, marked| {
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter(parameters.iter().flatten()))?;
            while let Some(row) = rows.next()? {
                marked.push((EventId(row.get(0)?), FeedId(row.get(1)?)));
            }
            Ok(())
        })
    }

    /// Marks the read ones among the events of these numbers as unread.
    pub fn mark_unread(&mut self, runs: &[RangeInclusive<i64>]) -> Result<Marked, StoreError> {
        self.mark(More { unread: 1, ..More::default() }, |connection, marked| {
            let mut statement = connection.prepare_cached(
                "UPDATE events SET read = 0 WHERE id BETWEEN ?1 AND ?2 AND read = 1 RETURNING id, feed_id",
            )?;
            for run in runs {
                let mut rows = statement.query((run.start(), run.end()))?;
                while let Some(row) = rows.next()? {
                    marked.push((EventId(row.get(0)?), FeedId(row.get(1)?)));
                }
            }
            Ok(())
        })
    }

    /// Marks in one transaction and counts: `each` event that is marked changes the counts of its feed by so much.
    fn mark(
        &mut self,
        each: More,
        mark: impl FnOnce(&Connection, &mut Vec<(EventId, FeedId)>) -> rusqlite::Result<()>,
    ) -> Result<Marked, StoreError> {
        let try_mark = || {
            let transaction = self.connection.transaction()?;
            let mut marked = Vec::new();
            mark(&transaction, &mut marked)?;
            let mut feeds: BTreeMap<FeedId, More> = BTreeMap::new();
            for (_, feed) in &marked {
                let more = feeds.entry(*feed).or_default();
                more.unread += each.unread;
                more.starred += each.starred;
            }
            let counts = feeds.into_iter().map(|(feed, more)| Ok((feed, count(&transaction, feed, more)?)));
            let counts = counts.collect::<rusqlite::Result<_>>()?;
            transaction.commit()?;
            Ok(Marked { events: marked.into_iter().map(|(event, _)| event).collect(), counts })
        };
        try_mark().map_err(|error| self.error(&error))
    }
}

/// Runs `UPDATE … RETURNING feed_id` for each of these events; a mark that is there already returns nothing.
fn mark_each(
    statement: &mut Statement<'_>,
    events: &[EventId],
    mark: bool,
    marked: &mut Vec<(EventId, FeedId)>,
) -> rusqlite::Result<()> {
    for event in events {
        let feed = statement.query_row((event.0, mark), |row| row.get(0).map(FeedId)).optional()?;
        marked.extend(feed.map(|feed| (*event, feed)));
    }
    Ok(())
}
