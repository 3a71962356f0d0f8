//! When feeds were connected, and the times in which they were not.
//!
//! Deliberately not here: what counts as a gap (`subscription/presence.rs`).
use super::{Store, StoreError};
use crate::{Absence, FeedId, Gap, GapQuery};
use rusqlite::Connection;

pub(super) const ABSENCES: &str =
    "SELECT from_at, until_at, made_up FROM gaps WHERE feed_id = ?1 AND until_at > ?2 ORDER BY until_at DESC, id DESC";
pub(super) const CONNECTED_UNTIL: &str = "SELECT max(at) FROM (
             SELECT connected_until AS at FROM cursors WHERE feed_id = ?1
             UNION ALL
             SELECT latest_at FROM (SELECT latest_at FROM events WHERE feed_id = ?1 ORDER BY id DESC LIMIT 1)
             UNION ALL
             SELECT max(until_at) FROM gaps WHERE feed_id = ?1)";

/// The most gaps that are read at once.
const LIMIT: u32 = 1000;

/// `made_up`: the source told afterwards what was missed.
pub(super) fn add(connection: &Connection, gap: Gap, made_up: bool) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO gaps (feed_id, from_at, until_at, made_up) VALUES (?1, ?2, ?3, ?4)")?
        .execute((gap.feed_id.0, gap.from, gap.until, made_up))?;
    Ok(())
}

/// All times since then in which a feed was not connected, newest first.
pub(super) fn absences(connection: &Connection, feed: FeedId, since: i64) -> rusqlite::Result<Vec<Absence>> {
    let mut statement = connection.prepare_cached(ABSENCES)?;
    let absences = statement.query_map((feed.0, since), |row| {
        Ok(Absence { from: row.get(0)?, until: row.get(1)?, made_up: row.get(2)? })
    })?;
    absences.collect()
}

/// The last moment at which a feed is known to have been connected.
pub(super) fn connected_until(connection: &Connection, feed: FeedId) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached(CONNECTED_UNTIL)?;
    statement.query_row([feed.0], |row| row.get(0))
}

/// The gaps that reach into a span of time, newest first.
pub(super) fn gaps(connection: &Connection, query: GapQuery) -> rusqlite::Result<Vec<Gap>> {
    let mut statement = connection.prepare_cached(
        "SELECT from_at, until_at FROM gaps WHERE feed_id = ?1 AND until_at > ?2 AND from_at < ?3
         AND NOT made_up AND feed_id NOT IN (SELECT id FROM feeds WHERE removed) ORDER BY until_at DESC, id DESC LIMIT ?4",
    )?;
    let span = (query.from.unwrap_or(i64::MIN), query.until.unwrap_or(i64::MAX));
    let gaps = statement.query_map((query.feed.0, span.0, span.1, LIMIT), |row| {
        Ok(Gap { feed_id: query.feed, from: row.get(0)?, until: row.get(1)? })
    })?;
    gaps.collect()
}

impl Store {
    /// The last moment at which a feed is known to have been connected, in milliseconds since the Unix epoch: as it was
    /// noted, or when its newest event came, or when its last gap ended.
    pub fn connected_until(&self, feed: FeedId) -> Result<Option<i64>, StoreError> {
        connected_until(&self.connection, feed).map_err(|error| self.error(&error))
    }
}
