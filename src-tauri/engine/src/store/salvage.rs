//! Rows of a broken database, as far as they can be read and are sound, into a new one.
//!
//! It knows tables by what the new database has, so that a new table is rescued without a word here, if its rows have
//! numbers: by these it is read over holes. Of those without, what was decided about events is given up, and what came in
//! each minute is counted again. Deliberately not here: which file takes the place of which (`damage.rs`).
use super::damage::REBUILD_WORDS;
use super::feeds_copy::Copied;
use super::{database, row, window};
use crate::FeedConfig;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Row, Statement, params_from_iter};
use std::path::Path;

/// A number that no table gives out in a lifetime: a larger one is damaged, and after the largest none could follow.
const LAST_NUMBER: i64 = 1 << 53;

/// What could be rescued.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rescued {
    pub(super) feeds: u64,
    pub(super) events: u64,
    /// Events that are known to have been there, by the counts of their feeds.
    pub(super) lost: u64,
}

/// Opens a broken database so that it is not changed and shows what can be seen of it. `None` when it is none.
pub(super) fn open(path: &Path) -> Option<Connection> {
    let connection = database::connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
    // A file that is shorter than it says, and tables whose definitions are broken, keep nobody from the others.
    let as_far_as_possible = "PRAGMA writable_schema = ON; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF";
    connection.execute_batch(as_far_as_possible).ok()?;
    database::version(&connection).ok()?;
    Some(connection)
}

/// The format that a broken database says it has.
pub(super) fn format(connection: &Connection) -> usize {
    database::version(connection).map_or(0, |version| version as usize)
}

/// Copies what can be read of `from`, and what `feeds` has of feeds besides. Fails only when `into` cannot be written.
pub(super) fn copy(from: Option<&Connection>, into: &mut Connection, feeds: &[Copied]) -> rusqlite::Result<Rescued> {
    let transaction = into.transaction()?;
    let mut lost_events = Vec::new();
    if let Some(from) = from {
        for table in tables(&transaction)? {
            let is_events = table == "events";
            let lost = Table::of(&transaction, table)?.copy(from, &transaction)?;
            if is_events {
                lost_events = lost;
            }
        }
    }
    add_feeds(&transaction, feeds)?;
    let rescued = put_in_order(&transaction, from, &lost_events)?;
    transaction.commit()?;
    Ok(rescued)
}

/// The ordinary tables, without those that belong to an index of words.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        connection.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    names.filter(|name| !matches!(name, Ok(name) if name.starts_with("sqlite_"))).collect()
}

struct Table {
    name: String,
    /// Those that both databases have.
    columns: Vec<String>,
}

impl Table {
    fn of(connection: &Connection, name: String) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let columns = statement.query_map([&name], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(Self { name, columns })
    }

    /// Copies what can be read, and tells after which rows something was lost, in their order.
    fn copy(&self, from: &Connection, into: &Connection) -> rusqlite::Result<Vec<i64>> {
        let columns = self.columns.join(", ");
        // Along the table itself: an index may be what is broken.
        let read = format!("SELECT rowid, {columns} FROM {} NOT INDEXED WHERE rowid > ?1 ORDER BY rowid", self.name);
        let marks = vec!["?"; self.columns.len()].join(", ");
        let mut insert = into.prepare(&format!("INSERT INTO {} ({columns}) VALUES ({marks})", self.name))?;
        let mut holes = Vec::new();
        let Ok(mut read) = from.prepare(&read) else { return Ok(holes) };
        let mut keep = |row: &[Value]| self.keep(&mut insert, row);

        let mut after = i64::MIN;
        loop {
            let Stopped::AtHole(last) = scan(&mut read, after, &mut keep, &mut holes)? else { return Ok(holes) };
            holes.push(last);
            let Some(resumed) = beyond_hole(&mut read, last) else { return Ok(holes) };
            after = resumed;
        }
    }

    /// Inserts a row if it is sound, and tells whether it did.
    fn keep(&self, insert: &mut Statement<'_>, row: &[Value]) -> rusqlite::Result<bool> {
        if !self.is_sound(row) {
            return Ok(false);
        }
        match insert.execute(params_from_iter(row)) {
            Ok(_) => Ok(true),
            // The new database has rules that this row breaks, so it is not as it was written.
            Err(error)
                if matches!(
                    error.sqlite_error_code(),
                    Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether a row can be what was once written. `SQLite` notices a broken page, not a broken text. Fingerprints prove
    /// nothing: they are of what the user chose when the event came.
    fn is_sound(&self, row: &[Value]) -> bool {
        match &*self.name {
            "feeds" => {
                let config = self.columns.iter().position(|name| name == "config").and_then(|at| row.get(at));
                matches!(config, Some(Value::Text(config)) if serde_json::from_str::<FeedConfig>(config).is_ok())
            }
            // A page that was never written, in the middle of a text.
            "events" => !row.iter().any(|value| matches!(value, Value::Text(text) if text.contains("\0\0\0\0"))),
            _ => true,
        }
    }
}

/// How a scan ended.
enum Stopped {
    AtEnd,
    /// After this row something cannot be read.
    AtHole(i64),
}

/// Hands the rows after `after` to `keep`, until they end or cannot be read. `holes` gets what precedes each that is not
/// kept.
fn scan(
    read: &mut Statement<'_>,
    after: i64,
    keep: &mut dyn FnMut(&[Value]) -> rusqlite::Result<bool>,
    holes: &mut Vec<i64>,
) -> rusqlite::Result<Stopped> {
    let columns = read.column_count();
    let mut last = after;
    let Ok(mut rows) = read.query([after]) else { return Ok(Stopped::AtHole(last)) };
    loop {
        let row = match rows.next() {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(Stopped::AtEnd),
            Err(_) => return Ok(Stopped::AtHole(last)),
        };
        // Rows ascend; one that does not is on a page that is not its own.
        let before = match row.get::<_, i64>(0) {
            Ok(rowid) if rowid > last => std::mem::replace(&mut last, rowid),
            _ => return Ok(Stopped::AtHole(last)),
        };
        let values = (1..columns).map(|at| value(row, at)).collect::<Option<Vec<_>>>();
        let values = values.filter(|_| last <= LAST_NUMBER);
        let kept = values.map_or(Ok(false), |values| keep(&values))?;
        if !kept {
            holes.push(before);
        }
    }
}

/// A value; `None` when it cannot be read or is a text that is none.
fn value(row: &Row<'_>, at: usize) -> Option<Value> {
    match row.get_ref(at).ok()? {
        ValueRef::Text(bytes) => Some(Value::Text(std::str::from_utf8(bytes).ok()?.to_owned())),
        other => Value::try_from(other).ok(),
    }
}

/// The smallest place after `hole` from which on rows can be read again, by steps that double and then halve; `None` when
/// there is none.
fn beyond_hole(read: &mut Statement<'_>, hole: i64) -> Option<i64> {
    let mut readable = |after: i64| -> bool {
        let Ok(mut rows) = read.query([after]) else { return false };
        rows.next().is_ok()
    };
    // Negative numbers are never given out.
    let mut unreadable = hole.max(0);
    let mut step = 1_i64;
    let mut found = loop {
        let after = unreadable.checked_add(step)?;
        if readable(after) {
            break after;
        }
        unreadable = after;
        step = step.checked_mul(2)?;
    };
    while found - unreadable > 1 {
        let middle = unreadable + (found - unreadable) / 2;
        if readable(middle) {
            found = middle;
        } else {
            unreadable = middle;
        }
    }
    Some(found)
}

/// Adds the feeds that could not be read, from their second copy, and puts all in its order.
fn add_feeds(into: &Connection, feeds: &[Copied]) -> rusqlite::Result<()> {
    let mut insert =
        into.prepare("INSERT OR IGNORE INTO feeds (id, position, config, paused) VALUES (?1, ?2, ?3, ?4)")?;
    let mut order = into.prepare("UPDATE feeds SET position = ?2 WHERE id = ?1")?;
    let mut retire = knows(into, "feeds", "retired_at")?
        .then(|| into.prepare("UPDATE feeds SET retired_at = ?2 WHERE id = ?1"))
        .transpose()?;
    for (Copied { feed, retired_at }, position) in feeds.iter().zip(1_i64..) {
        if let Ok(config) = serde_json::to_string(&feed.config) {
            insert.execute((feed.id.0, position, config, feed.paused))?;
        }
        order.execute((feed.id.0, position))?;
        if let (Some(retire), Some(at)) = (&mut retire, retired_at) {
            retire.execute((feed.id.0, at))?;
        }
    }
    Ok(())
}

/// Sees to it that the rows fit together: no orphans, true counts, numbers that are not given out twice, the index of
/// words; and cursors from which nothing is skipped that a server can send again. Events were lost after each of `lost`.
fn put_in_order(into: &Connection, from: Option<&Connection>, lost: &[i64]) -> rusqlite::Result<Rescued> {
    // A count may be damaged too.
    let counted = "SELECT coalesce(sum(max(0, min(events, 1 << 40))), 0) FROM feeds";
    let counted: i64 = into.query_row(counted, [], |row| row.get(0))?;
    into.execute_batch(
        "DELETE FROM events WHERE feed_id NOT IN (SELECT id FROM feeds);
         DELETE FROM cursors WHERE feed_id NOT IN (SELECT id FROM feeds);",
    )?;
    remove_orphans(into)?;
    into.execute_batch(
        "UPDATE feeds SET
           events = (SELECT count(*) FROM events WHERE feed_id = feeds.id),
           unread = (SELECT count(*) FROM events WHERE feed_id = feeds.id AND read = 0),
           starred = (SELECT count(*) FROM events WHERE feed_id = feeds.id AND starred = 1);",
    )?;
    let last_number = sequence(from, "events");
    for table in ["feeds", "events"] {
        if let Some(last) = sequence(from, table) {
            let updated =
                into.execute("UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", (table, last))?;
            if updated == 0 {
                into.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)", (table, last))?;
            }
        }
    }
    let newest: i64 = into.query_row("SELECT coalesce(max(id), 0) FROM events", [], |row| row.get(0))?;
    // What comes twice is recognised, as far back as that.
    let recognised = last_number.unwrap_or(newest).max(newest) - i64::from(window::LENGTH);
    let first_lost = lost.iter().copied().find(|before| *before >= recognised);
    // The newest may be lost too.
    if let Some(before) = first_lost.or_else(|| (last_number != Some(newest)).then_some(newest)) {
        rewind(into, before)?;
    }
    add_cursors(into)?;
    if knows(into, "activity", "minute")? {
        into.execute_batch(COUNT_ACTIVITY)?;
    }
    // What was decided about events is not rescued; nothing is announced a second time because of that.
    into.execute_batch("DELETE FROM outcomes; DELETE FROM announcements;")?;
    into.execute_batch(super::outcomes::NOTHING_LATE)?;
    into.execute_batch(REBUILD_WORDS)?;
    let (feeds, events): (i64, i64) =
        into.query_row("SELECT count(*), coalesce(sum(events), 0) FROM feeds WHERE NOT removed", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    let kept: i64 = into.query_row("SELECT coalesce(sum(events), 0) FROM feeds", [], |row| row.get(0))?;
    Ok(Rescued { feeds: number(feeds), events: number(events), lost: number(counted.min(1 << 40) - kept) })
}

/// What came in each minute, as far as its events are there.
const COUNT_ACTIVITY: &str = "INSERT OR IGNORE INTO activity (feed_id, minute, events, opened, absent)
    SELECT feed_id, received_at / 60000, count(*), 0, 0 FROM events
    WHERE received_at >= (unixepoch() - 8 * 86400) * 1000 GROUP BY 1, 2";

/// Has each feed asked again for what follows its last event up to the one of this number.
fn rewind(into: &Connection, number: i64) -> rusqlite::Result<()> {
    into.execute(
        "INSERT INTO cursors (feed_id, last_event_id)
         SELECT feed_id, last_event_id FROM events
         WHERE id IN (SELECT max(id) FROM events WHERE id <= ?1 GROUP BY feed_id) AND last_event_id <> ''
         ON CONFLICT DO UPDATE SET last_event_id = excluded.last_event_id",
        [number],
    )?;
    rewind_resume_tokens(into, number, |_| true)
}

/// Has the feeds whose cursors could not be read go on after the last of their events.
fn add_cursors(into: &Connection) -> rusqlite::Result<()> {
    let mut without = into.prepare("SELECT id FROM feeds WHERE id NOT IN (SELECT feed_id FROM cursors)")?;
    let without = without.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    into.execute_batch(
        "INSERT OR IGNORE INTO cursors (feed_id, last_event_id)
         SELECT feed_id, last_event_id FROM events
         WHERE id IN (SELECT max(id) FROM events GROUP BY feed_id) AND last_event_id <> ''",
    )?;
    rewind_resume_tokens(into, i64::MAX, |feed| without.contains(&feed))
}

/// [`rewind`] for those of some feeds that resume from a value in the data.
fn rewind_resume_tokens(into: &Connection, number: i64, of: impl Fn(i64) -> bool) -> rusqlite::Result<()> {
    /// So many events at least do not all go without the value.
    const LOOKED_AT: u32 = 1000;
    if !knows(into, "cursors", "resume_token")? {
        // It is of a format that knew no such sources.
        return Ok(());
    }
    let mut events =
        into.prepare("SELECT type, data FROM events WHERE feed_id = ?1 AND id <= ?2 ORDER BY id DESC LIMIT ?3")?;
    // What was rescued may be of an older format than feeds are read by.
    let mut feeds = into.prepare("SELECT id, config FROM feeds WHERE NOT removed")?;
    let feeds = feeds.query_map([], |row| Ok((row.get::<_, i64>(0)?, row::feed_config(row, 1)?)))?;
    for (feed, config) in feeds.collect::<rusqlite::Result<Vec<_>>>()? {
        let Some(keys) = config.keys().ok().filter(|keys| keys.has_token() && of(feed)) else { continue };
        let mut rows = events.query((feed, number, LOOKED_AT))?;
        let mut token = None;
        while token.is_none()
            && let Some(row) = rows.next()?
        {
            token = keys.token(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
        }
        // Without one it keeps what it has: to ask from nowhere brings no more than that.
        if let Some(token) = token {
            into.execute(
                "INSERT INTO cursors (feed_id, resume_token) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET resume_token = excluded.resume_token",
                (feed, token),
            )?;
        }
    }
    Ok(())
}

/// Whether a format has a column.
fn knows(connection: &Connection, table: &str, column: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2";
    connection.query_row(sql, [table, column], |row| Ok(row.get::<_, i64>(0)? > 0))
}

/// Deletes rows that refer to what could not be read.
fn remove_orphans(into: &Connection) -> rusqlite::Result<()> {
    let mut statement =
        into.prepare("SELECT DISTINCT \"table\", rowid FROM pragma_foreign_key_check WHERE rowid IS NOT NULL")?;
    let orphans = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for (table, rowid) in orphans {
        into.execute(&format!("DELETE FROM {table} WHERE rowid = ?1"), [rowid])?;
    }
    Ok(())
}

/// The last number that a table gave out.
fn sequence(from: Option<&Connection>, table: &str) -> Option<i64> {
    let read = |from: &Connection| {
        from.query_row("SELECT seq FROM sqlite_sequence WHERE name = ?1", [table], |row| row.get(0)).optional()
    };
    read(from?).ok().flatten().filter(|last| (0..=LAST_NUMBER).contains(last))
}
