//! Deletes old events, bit by bit, and what is kept of them: what became of them, and the gaps between them.
//!
//! An event that is pruned is still recognised when it comes again, as long as it would be if it were stored: a server
//! that repeats itself brings nothing back. Deliberately not here: when this is done (`engine/prune.rs`).
use super::feeds::{FeedCounts, More, count};
use super::window::{LENGTH, UNRECOGNISED};
use super::{Store, StoreError};
use crate::{EventId, FeedId};
use rusqlite::{Connection, OptionalExtension as _};

/// What is to be kept of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kept {
    /// Events that came at this moment or later, in milliseconds since the Unix epoch; `None`: of any age.
    pub since: Option<i64>,
    /// So many of the newest, besides the starred ones; `None`: any number.
    pub events: Option<u64>,
}

/// What was pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// How many events.
    pub events: u64,
    /// The newest of them: of the feed, all up to it are gone but the starred ones. `None`: none was.
    pub until: Option<EventId>,
    /// How the feed counts now.
    pub counts: FeedCounts,
    /// When the event came that is the next to go, in milliseconds since the Unix epoch; `None`: there is none.
    pub next: Option<i64>,
    /// Whether there is more to prune.
    pub more: bool,
}

impl Store {
    /// Deletes at most `limit` of the oldest events of a feed that are not to be kept, and what is kept of them.
    pub fn prune(&mut self, feed: FeedId, kept: Kept, limit: u32) -> Result<Pruned, StoreError> {
        if !self.feeds.contains_key(&feed) && !self.is_retired(feed)? {
            return Ok(Pruned::default());
        }
        let connected_until = self.connected_until(feed)?;
        let pruned = self.try_prune(feed, kept, limit, connected_until).map_err(|error| self.error(&error))?;
        if pruned.until.is_some()
            && let Some(known) = self.feeds.get_mut(&feed)
        {
            known.cursor = None;
        }
        Ok(pruned)
    }

    fn try_prune(
        &mut self,
        feed: FeedId,
        kept: Kept,
        limit: u32,
        connected_until: Option<i64>,
    ) -> rusqlite::Result<Pruned> {
        let transaction = self.connection.transaction()?;
        let counts = count(&transaction, feed, More::default())?;
        let spare = kept.events.map_or(0, |events| counts.events.saturating_sub(counts.starred + events));
        let gone = Gone::find(&transaction, feed, kept.since, spare.min(limit.into()), limit)?;
        let Some(until) = gone.until() else {
            return Ok(Pruned { counts, next: gone.next, ..Pruned::default() });
        };
        gone.remember(&transaction, feed)?;
        gone.delete(&transaction)?;
        delete_outcomes(&transaction, feed, until)?;
        // With the last of its events goes all that is known of the time before.
        let gaps_until = gone.next.or(kept.since).unwrap_or(gone.newest_at);
        transaction
            .prepare_cached("DELETE FROM gaps WHERE feed_id = ?1 AND until_at <= ?2")?
            .execute((feed.0, gaps_until))?;
        if let Some(at) = connected_until {
            // That it was connected is no event, and stays known.
            transaction
                .prepare_cached(
                    "INSERT INTO cursors (feed_id, connected_until) VALUES (?1, ?2)
                     ON CONFLICT DO UPDATE SET connected_until = max(coalesce(connected_until, 0), ?2)",
                )?
                .execute((feed.0, at))?;
        }
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let less = More { events: -number(gone.events.len()), unread: -gone.unread, ..More::default() };
        let counts = count(&transaction, feed, less)?;
        transaction.commit()?;
        let more = gone.full || spare > gone.events.len() as u64;
        Ok(Pruned { events: gone.events.len() as u64, until: Some(until), counts, next: gone.next, more })
    }
}

/// Events that go.
struct Gone {
    /// With their fingerprints, oldest first.
    events: Vec<(EventId, i64)>,
    unread: i64,
    /// When the newest of them came.
    newest_at: i64,
    /// When the first came that stays.
    next: Option<i64>,
    /// There may be more than were asked for.
    full: bool,
}

impl Gone {
    /// The oldest events that came before `since`, and at least `spare` of them; at most `limit`.
    fn find(
        connection: &Connection,
        feed: FeedId,
        since: Option<i64>,
        spare: u64,
        limit: u32,
    ) -> rusqlite::Result<Self> {
        let mut gone = Self { events: Vec::new(), unread: 0, newest_at: 0, next: None, full: false };
        let mut statement = connection.prepare_cached(
            "SELECT id, received_at, read, fingerprint FROM events WHERE feed_id = ?1 AND starred = 0
             ORDER BY id LIMIT ?2",
        )?;
        let mut rows = statement.query((feed.0, i64::from(limit) + 1))?;
        while let Some(row) = rows.next()? {
            let received_at: i64 = row.get(1)?;
            let goes = (gone.events.len() as u64) < spare || since.is_some_and(|since| received_at < since);
            if !goes || gone.events.len() == limit as usize {
                gone.full = goes;
                gone.next = Some(received_at);
                break;
            }
            gone.events.push((EventId(row.get(0)?), row.get(3)?));
            gone.unread += i64::from(!row.get::<_, bool>(2)?);
            gone.newest_at = gone.newest_at.max(received_at);
        }
        Ok(gone)
    }

    fn until(&self) -> Option<EventId> {
        self.events.last().map(|(id, _)| *id)
    }

    /// Keeps by what those are recognised that are among the last of the feed, and forgets those that are not any more.
    fn remember(&self, connection: &Connection, feed: FeedId) -> rusqlite::Result<()> {
        let first: Option<i64> = connection
            .prepare_cached(
                "SELECT id FROM (
                     SELECT id FROM (SELECT id FROM events WHERE feed_id = ?1 ORDER BY id DESC LIMIT ?2)
                     UNION ALL
                     SELECT event_id FROM pruned WHERE feed_id = ?1)
                 ORDER BY id DESC LIMIT 1 OFFSET ?2 - 1",
            )?
            .query_row((feed.0, LENGTH), |row| row.get(0))
            .optional()?;
        let first = first.unwrap_or(0);
        let mut insert = connection
            .prepare_cached("INSERT OR IGNORE INTO pruned (event_id, feed_id, fingerprint) VALUES (?1, ?2, ?3)")?;
        for (event, fingerprint) in &self.events {
            if event.0 >= first && *fingerprint != UNRECOGNISED {
                insert.execute((event.0, feed.0, fingerprint))?;
            }
        }
        connection
            .prepare_cached("DELETE FROM pruned WHERE feed_id = ?1 AND event_id < ?2")?
            .execute((feed.0, first))?;
        Ok(())
    }

    fn delete(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut words = connection.prepare_cached(
            "INSERT INTO events_text (events_text, rowid, title, body)
             SELECT 'delete', id, title, body FROM events WHERE id = ?1",
        )?;
        let mut event = connection.prepare_cached("DELETE FROM events WHERE id = ?1")?;
        for (id, _) in &self.events {
            words.execute([id.0])?;
            event.execute([id.0])?;
        }
        Ok(())
    }
}

/// Deletes what was decided about events of which none is left. The last decision of a feed stays: what comes after it is
/// not decided yet.
fn delete_outcomes(connection: &Connection, feed: FeedId, until: EventId) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM outcomes WHERE feed_id = ?1 AND first_event <= ?2 AND last_event <= ?2
           AND first_event < (SELECT max(first_event) FROM outcomes WHERE feed_id = ?1)
           AND NOT EXISTS (SELECT 1 FROM events WHERE events.feed_id = ?1
                           AND events.id BETWEEN outcomes.first_event AND outcomes.last_event)
         RETURNING announcement",
    )?;
    let announcements = statement.query_map((feed.0, until.0), |row| row.get::<_, Option<i64>>(0))?;
    let announcements = announcements.collect::<rusqlite::Result<Vec<_>>>()?;
    // The last one tells which number is the next.
    let mut delete = connection.prepare_cached(
        "DELETE FROM announcements WHERE id = ?1 AND answer IS NOT NULL AND id < (SELECT max(id) FROM announcements)
         AND NOT EXISTS (SELECT 1 FROM outcomes WHERE announcement = ?1)",
    )?;
    for announcement in announcements.into_iter().flatten() {
        delete.execute([announcement])?;
    }
    Ok(())
}
