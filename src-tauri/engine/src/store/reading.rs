//! Pages of the history and single events, from any connection.
//!
//! Deliberately not here: which thread reads (`reader.rs`), what a search means (`search.rs`).
use super::append::urgency_from_sql;
use super::details::Details;
use super::search::{self, Search, When};
use super::{feeds, row, vocabulary};
use crate::clock::now;
use crate::{Event, EventId, EventSummary, Feed, FeedConfig, FeedId, Page, PageQuery, Scope, Trial, TrialReport};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params_from_iter};
use std::ops::ControlFlow;

/// The most events of one page, and how many when none are asked for.
const PAGE_LIMIT: u32 = 500;
const PAGE: u32 = 50;
/// How many characters of the body a list shows; 512 are read to find its first line.
const SNIPPET: usize = 200;

/// Conditions that events must meet, and the values in them.
#[derive(Default)]
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    /// Adds a condition, whose `?` stand for these values.
    fn add(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(if self.sql.is_empty() { "WHERE " } else { " AND " });
        self.sql.push_str(condition);
        self.values.extend(values);
    }

    /// Adds a condition that one of these values meets.
    fn add_one_of(&mut self, column: &str, values: Vec<Value>) {
        let marks = vec!["?"; values.len()].join(", ");
        self.add(&format!("{column} IN ({marks})"), values);
    }

    /// What a removed feed left counts as read.
    fn add_read(&mut self, read: bool) {
        let condition = if read {
            format!("(e.read OR e.feed_id IN {RETIRED})")
        } else {
            format!("e.read = 0 AND e.feed_id NOT IN {RETIRED}")
        };
        self.add(&condition, []);
    }

    fn add_scope(&mut self, connection: &Connection, scope: &Scope) -> rusqlite::Result<()> {
        // The events of a removed feed are on their way out.
        self.add("e.feed_id NOT IN (SELECT id FROM feeds WHERE removed)", []);
        match scope {
            Scope::All => {}
            Scope::Unread => self.add_read(false),
            Scope::Starred => self.add("e.starred = 1", []),
            Scope::Feed { feed } => self.add("e.feed_id = ?", [feed.0.into()]),
            // Along the events: the index of a feed's events has those of several in no order.
            Scope::Folder { folder } => {
                let feeds = feeds::in_folder(connection, folder)?;
                self.add("+e.feed_id IN (SELECT value FROM json_each(?))", [feeds.into()]);
            }
        }
        Ok(())
    }

    /// Adds what the operators of a search ask for.
    fn add_operators(&mut self, connection: &Connection, search: Search) -> rusqlite::Result<()> {
        type Name = fn(&FeedConfig) -> &str;
        // A removed feed is found by its name, and is in no folder.
        let named: [(_, bool, Name); 2] =
            [(search.feeds, true, |config| &config.name), (search.folders, false, |config| &config.folder)];
        for (parts, also_retired, name) in named.into_iter().filter(|(parts, ..)| !parts.is_empty()) {
            let parts: Vec<String> = parts.iter().map(|part| part.to_lowercase()).collect();
            let feeds = feeds::matching(connection, also_retired, |config| {
                let name = name(config).to_lowercase();
                parts.iter().any(|part| name.contains(part))
            })?;
            self.add_one_of("e.feed_id", feeds.into_iter().map(|feed| feed.0.into()).collect());
        }
        if !search.types.is_empty() {
            self.add_one_of("e.type", search.types.into_iter().map(Value::from).collect());
        }
        if let Some(read) = search.read {
            self.add_read(read);
        }
        if search.starred {
            self.add("e.starred = 1", []);
        }
        if let Some(after) = search.after {
            self.add("e.received_at >= ?", [resolve(connection, after)?.into()]);
        }
        if let Some(before) = search.before {
            self.add("e.received_at < ?", [resolve(connection, before)?.into()]);
        }
        Ok(())
    }
}

/// A page of the history, newest first.
pub(super) fn page(connection: &Connection, query: &PageQuery) -> rusqlite::Result<Page> {
    let mut search = search::parse(&query.search);
    search.finish(|beginning| vocabulary::beginning_with(connection, beginning));
    let mut conditions = Conditions::default();
    let (from, id) = match search.expression() {
        None => ("events AS e", "e.id"),
        Some(expression) => {
            conditions.add("events_text MATCH ?", [expression.into()]);
            if is_narrow(connection, &query.scope, &search)? {
                ("events AS e CROSS JOIN events_text ON events_text.rowid = e.id", "e.id")
            } else {
                // The index of words leads, from the newest on, and stops when the page is full.
                ("events_text CROSS JOIN events AS e ON e.id = events_text.rowid", "events_text.rowid")
            }
        }
    };
    if let Some(before) = query.before {
        conditions.add(&format!("{id} < ?"), [before.0.into()]);
    }
    if let Some(after) = query.after {
        conditions.add(&format!("{id} > ?"), [after.0.into()]);
    }
    let limit = if query.limit == 0 { PAGE } else { query.limit.min(PAGE_LIMIT) } as usize;
    let with_words = search.expression().is_some();
    let sql = match &query.scope {
        Scope::Folder { folder } if !with_words => {
            conditions.add_scope(connection, &Scope::All)?;
            conditions.add_operators(connection, search)?;
            conditions.values.insert(0, feeds::in_folder(connection, folder)?.into());
            newest_of_each(&conditions.sql, limit + 1)
        }
        scope => {
            conditions.add_scope(connection, scope)?;
            conditions.add_operators(connection, search)?;
            format!("SELECT {SUMMARY} FROM {from} {} ORDER BY {id} DESC LIMIT {}", conditions.sql, limit + 1)
        }
    };
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(conditions.values), summary)?;
    let mut events = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let more = events.len() > limit;
    events.truncate(limit);
    Ok(Page { events, more })
}

/// The newest events of several feeds (a JSON array, the first value): the newest of those that are the newest of each. No
/// more is read than could be on the page, also where some of them speak once a year; and of those, only the index.
fn newest_of_each(conditions: &str, limit: usize) -> String {
    let of_one = format!(
        "SELECT e.id FROM events AS e {conditions} AND e.feed_id = feed.value ORDER BY e.id DESC LIMIT {limit}"
    );
    format!(
        "SELECT {SUMMARY} FROM events AS e WHERE e.id IN (
             SELECT one.value FROM json_each(?) AS feed
             CROSS JOIN json_each((SELECT json_group_array(id) FROM ({of_one}))) AS one
             ORDER BY one.value DESC LIMIT {limit})
         ORDER BY e.id DESC LIMIT {limit}"
    )
}

/// Whether so few events are in question that each may be looked up among the words: a frequent word with a rare mark
/// would otherwise be followed through the whole history.
fn is_narrow(connection: &Connection, scope: &Scope, search: &Search) -> rusqlite::Result<bool> {
    const FEW: f64 = 1000.0;
    // Each look-up of a longer one would gather anew all that it may become.
    if search.words.iter().any(|word| word.unfinished && word.text.chars().nth(vocabulary::LONGEST).is_some()) {
        return Ok(false);
    }
    let feeds = match scope {
        Scope::Feed { feed } => Some(format!("[{feed}]")),
        Scope::Folder { folder } => Some(feeds::in_folder(connection, folder)?),
        Scope::All | Scope::Unread | Scope::Starred => None,
    };
    let mut statement = connection.prepare_cached(
        "SELECT total(events), total(unread), total(starred) FROM feeds
         WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1))",
    )?;
    // Sums that damaged counts cannot make overflow.
    let (events, unread, starred): (f64, f64, f64) =
        statement.query_row([&feeds], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok((feeds.is_some() && events <= FEW)
        || ((*scope == Scope::Unread || search.read == Some(false)) && unread <= FEW)
        || ((*scope == Scope::Starred || search.starred) && starred <= FEW))
}

/// An event, whole.
pub(super) fn event(connection: &Connection, id: EventId) -> rusqlite::Result<Option<Event>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {SUMMARY}, {REST} FROM events AS e WHERE e.id = ?1 AND e.feed_id NOT IN (SELECT id FROM feeds WHERE removed)"
    ))?;
    statement.query_row([id.0], whole).optional()
}

/// What would become of the newest events of a feed, as long as that is `wanted`.
pub(super) fn try_rules(
    connection: &Connection,
    feed: &Feed,
    trial: &Trial,
    wanted: &mut dyn FnMut() -> bool,
) -> rusqlite::Result<TrialReport> {
    let intake = match trial.intake(feed) {
        Ok(intake) => intake,
        Err(fault) => return Ok(TrialReport { fault: Some(fault), events: vec![] }),
    };
    let mut events = Vec::new();
    let mut before = trial.event.map_or(i64::MAX, |event| event.0.saturating_add(1));
    let mut left = if trial.event.is_some() { 1 } else { trial.limit() };
    // One by one: an event may be large.
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {SUMMARY}, {REST} FROM events AS e WHERE e.feed_id = ?1 AND e.id < ?2 ORDER BY e.id DESC LIMIT 1"
    ))?;
    while left > 0 && wanted() {
        let Some(event) = statement.query_row((feed.id.0, before), whole).optional()? else { break };
        if trial.event.is_some_and(|asked| asked != event.summary.id) {
            break;
        }
        before = event.summary.id.0;
        events.extend(Trial::try_event(&intake, &event));
        left -= 1;
    }
    Ok(TrialReport { fault: None, events })
}

/// Calls `each` with the events of a scope, oldest first, until it breaks. Reads a few at a time, so that a slow reader
/// keeps neither many of them nor the database's past.
pub(super) fn export(
    connection: &Connection,
    scope: &Scope,
    search: &str,
    since: Option<i64>,
    each: &mut dyn FnMut(Event) -> ControlFlow<()>,
) -> rusqlite::Result<()> {
    const AT_ONCE: usize = 64;
    let mut last = EventId(0);
    loop {
        let search = search::parse(search);
        let mut conditions = Conditions::default();
        let (from, id) = match search.expression() {
            None => ("events AS e", "e.id"),
            Some(expression) => {
                conditions.add("events_text MATCH ?", [expression.into()]);
                ("events_text CROSS JOIN events AS e ON e.id = events_text.rowid", "events_text.rowid")
            }
        };
        conditions.add(&format!("{id} > ?"), [last.0.into()]);
        conditions.add_scope(connection, scope)?;
        conditions.add_operators(connection, search)?;
        if let Some(since) = since {
            conditions.add("e.received_at >= ?", [since.into()]);
        }
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {SUMMARY}, {REST} FROM {from} {} ORDER BY {id} LIMIT {AT_ONCE}",
            conditions.sql
        ))?;
        let events =
            statement.query_map(params_from_iter(conditions.values), whole)?.collect::<rusqlite::Result<Vec<_>>>()?;
        let full = events.len() == AT_ONCE;
        for event in events {
            last = event.summary.id;
            if each(event).is_break() {
                return Ok(());
            }
        }
        if !full {
            return Ok(());
        }
    }
}

/// The feeds that were removed and whose history stays.
pub(super) const RETIRED: &str = "(SELECT id FROM feeds WHERE retired_at IS NOT NULL)";

/// The columns of [`summary`].
const SUMMARY: &str = "e.id, e.feed_id, e.type, e.title, substr(e.body, 1, 512), e.urgency, e.received_at,
    e.read OR e.feed_id IN (SELECT id FROM feeds WHERE retired_at IS NOT NULL), e.starred, e.count, e.link IS NOT NULL";

fn summary(row: &Row<'_>) -> rusqlite::Result<EventSummary> {
    Ok(EventSummary {
        id: EventId(row.get(0)?),
        feed_id: FeedId(row.get(1)?),
        event_type: row::text(row, 2)?,
        title: row::text(row, 3)?,
        snippet: snippet(&row::text(row, 4)?),
        urgency: urgency_from_sql(row.get(5)?),
        received_at: row.get(6)?,
        read: row.get(7)?,
        starred: row.get(8)?,
        count: u32::try_from(row.get::<_, i64>(9)?).unwrap_or(1),
        has_link: row.get(10)?,
    })
}

/// The columns of [`whole`] after those of [`summary`].
const REST: &str = "e.body, e.link, e.data, e.last_event_id, e.latest_at, e.details";

fn whole(row: &Row<'_>) -> rusqlite::Result<Event> {
    let Details { icon, group_key, happened_at, verdict, problem } =
        Details::read(row::optional_text(row, 16)?.as_deref());
    Ok(Event {
        summary: summary(row)?,
        body: row::text(row, 11)?,
        link: row::optional_text(row, 12)?,
        data: row::text(row, 13)?,
        last_event_id: row::text(row, 14)?,
        latest_at: row.get(15)?,
        icon,
        group_key,
        happened_at,
        verdict,
        problem,
    })
}

/// The first line of a body that says something, at most [`SNIPPET`] characters.
pub(crate) fn snippet(body: &str) -> String {
    let line = body.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    line.char_indices().nth(SNIPPET).map_or(line, |(at, _)| &line[..at]).to_owned()
}

/// A user's point in time in milliseconds since the Unix epoch. `SQLite` knows the time zone.
fn resolve(connection: &Connection, when: When) -> rusqlite::Result<i64> {
    let start_of_day = |modifiers: &str, text: &str| {
        connection.query_row(&format!("SELECT strftime('%s', ?1, {modifiers}) * 1000"), [text], |row| row.get(0))
    };
    match when {
        When::Ago(milliseconds) => Ok(now() - milliseconds),
        When::Date(year, month, day) => start_of_day("'utc'", &format!("{year:04}-{month:02}-{day:02}")),
        When::DaysAgo(days) => start_of_day(&format!("'localtime', 'start of day', '-{days} days', 'utc'"), "now"),
    }
}
