//! What comes in, into the store: events and the cursors they imply, many in one transaction.
//!
//! Deliberately not here: when a transaction is made and of how much (`writer.rs`).
use super::activity::{self, Opened, Tally};
use super::details::Details;
use super::feeds::{Cursor, FeedCounts, More, count};
use super::window::{UNRECOGNISED, Window, fingerprint};
use super::{Store, StoreError, gaps};
use crate::clock::now;
use crate::feed::keys::{DataPath, Recognition};
use crate::mapping::{self, Mapped};
use crate::template::Incoming;
use crate::{EventId, FeedId, Gap, Hook, Taken, Urgency, Verdict};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Something of a feed to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// An event; its last event ID becomes the cursor.
    Event(Box<NewEvent>),
    /// The last event ID changed without an event.
    LastEventId(FeedId, Box<str>),
    /// An event that a rule dropped; its last event ID becomes the cursor.
    Dropped(FeedId, Box<str>),
    /// From now on a query parameter resumes from this.
    ResumeToken(FeedId, Box<str>),
    /// What is kept or lost together, such as the parts of one event. None of it is such a group.
    Together(FeedId, Vec<Arrival>),
    /// It was connected at this moment, in milliseconds since the Unix epoch.
    Connected(FeedId, i64),
    /// It was not connected.
    Gap(Gap),
    /// A connection was made.
    Opened(Opened),
    /// The server asked for this reconnection time, in milliseconds.
    ReconnectionTime(FeedId, u64),
}

impl Arrival {
    /// Whose it is.
    pub fn feed(&self) -> FeedId {
        match self {
            Self::Event(event) => event.feed,
            Self::LastEventId(feed, _)
            | Self::Dropped(feed, _)
            | Self::ResumeToken(feed, _)
            | Self::Together(feed, _)
            | Self::Connected(feed, _)
            | Self::ReconnectionTime(feed, _) => *feed,
            Self::Gap(gap) => gap.feed_id,
            Self::Opened(opened) => opened.feed,
        }
    }

    /// Itself, or what it is a group of: one for each [`Outcome`].
    pub fn each(&self) -> &[Self] {
        match self {
            Self::Together(_, parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// The same, taken apart.
    pub(crate) fn into_each(self) -> Vec<Self> {
        match self {
            Self::Together(_, parts) => parts,
            one => vec![one],
        }
    }

    /// Itself and another, kept or lost together.
    pub(crate) fn together_with(self, other: Self) -> Self {
        let feed = self.feed();
        let mut parts = self.into_each();
        parts.push(other);
        Self::Together(feed, parts)
    }

    /// Says by what its events are known when they come again.
    pub(crate) fn recognise(&mut self, by: &Recognition) {
        match self {
            Self::Event(event) => event.recognise(by),
            Self::Together(_, parts) => parts.iter_mut().for_each(|part| part.recognise(by)),
            _ => {}
        }
    }

    /// About how many bytes it occupies.
    pub fn size(&self) -> usize {
        size_of::<NewEvent>()
            + match self {
                Self::Event(event) => {
                    event.data.len() + event.last_event_id.len() + event.mapped.title.len() + event.mapped.body.len()
                }
                Self::LastEventId(_, id) | Self::Dropped(_, id) | Self::ResumeToken(_, id) => id.len(),
                Self::Together(_, parts) => parts.iter().map(Self::size).sum(),
                Self::ReconnectionTime(..) | Self::Connected(..) | Self::Gap(_) | Self::Opened(_) => 0,
            }
    }
}

/// An event that has come and is not stored yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Whose it is.
    pub feed: FeedId,
    /// Its type.
    pub event_type: Box<str>,
    /// As it came.
    pub data: Box<str>,
    /// The last event ID in force; may be empty.
    pub last_event_id: Box<str>,
    /// Milliseconds since the Unix epoch.
    pub received_at: i64,
    /// What it is about.
    pub mapped: Mapped,
    /// Whether it was missed while the feed was not connected, and comes as part of what was.
    pub catch_up: bool,
    /// What rules say of it.
    pub verdict: Verdict,
    /// What a rule wants started for it, once it is stored.
    pub hook: Option<Arc<Hook>>,
    /// What went wrong with a template or a rule, as a sentence.
    pub problem: Option<Box<str>>,
    /// Which part of what came it is, from 1; 0 when it was not split.
    pub part: u32,
    /// By which value of its data it is known when it comes again; `None`: by all of it.
    key: Option<Key>,
    fingerprint: i64,
}

/// A value in the data of an event, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    path: Arc<DataPath>,
    value: String,
}

impl Key {
    fn is_in(&self, data: &[u8]) -> bool {
        let found = std::str::from_utf8(data).ok().and_then(|data| self.path.find(data));
        found.is_some_and(|found| found == self.value)
    }
}

impl NewEvent {
    /// Maps an event by default, for storing.
    pub fn new(feed: FeedId, event_type: &str, data: &str, last_event_id: &str, received_at: i64) -> Self {
        Self {
            feed,
            event_type: event_type.into(),
            data: data.into(),
            last_event_id: last_event_id.into(),
            received_at,
            mapped: mapping::map(event_type, data),
            catch_up: false,
            verdict: Verdict::without_rule(data),
            hook: None,
            problem: None,
            part: 0,
            key: None,
            fingerprint: fingerprint(event_type, last_event_id, data, 0),
        }
    }

    /// An event that was taken in, for storing.
    pub fn of(feed: FeedId, event: &Incoming<'_>, taken: Taken<'_>) -> Self {
        let Taken { data, part, mapped, verdict, hook, problem } = taken;
        Self {
            feed,
            event_type: event.event_type.into(),
            fingerprint: fingerprint(event.event_type, event.last_event_id, &data, part),
            data: data.into(),
            last_event_id: event.last_event_id.into(),
            received_at: event.received_at,
            mapped,
            catch_up: event.catch_up,
            verdict,
            hook,
            problem: problem.map(String::into_boxed_str),
            part,
            key: None,
        }
    }

    /// Says by what it is known when it comes again.
    fn recognise(&mut self, by: &Recognition) {
        match by {
            Recognition::Whole => {}
            Recognition::Key(path) => {
                self.key = path.find(&self.data).map(|value| Key { path: Arc::clone(path), value });
                if let Some(key) = &self.key {
                    self.fingerprint = fingerprint(&self.event_type, &key.value, "", 0);
                }
            }
            Recognition::Never => self.fingerprint = UNRECOGNISED,
        }
    }
}

/// What became of an arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is a new event.
    Added(EventId),
    /// It is this event again, which has now come so often.
    Repeated(EventId, u32),
    /// It moved the cursor, and is nothing new.
    Noted,
    /// It was dropped, and counted.
    Dropped,
    /// Its feed is gone.
    Ignored,
}

/// What a transaction did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// One for each arrival, in their order; for a group, one for each of its parts.
    pub outcomes: Vec<Outcome>,
    /// How the feeds that have new events now count.
    pub counts: Vec<(FeedId, FeedCounts)>,
}

impl Store {
    /// Stores what came, all of it or nothing: when this returns, it survives the power going.
    pub fn append<'a>(&mut self, arrivals: impl IntoIterator<Item = &'a Arrival>) -> Result<Commit, StoreError> {
        let mut touched = BTreeSet::new();
        self.try_append(arrivals, &mut touched).map_err(|error| {
            // What was learnt since the last commit is not so.
            for feed in touched {
                self.feeds.insert(feed, super::Known::default());
            }
            self.error(&error)
        })
    }

    fn try_append<'a>(
        &mut self,
        arrivals: impl IntoIterator<Item = &'a Arrival>,
        touched: &mut BTreeSet<FeedId>,
    ) -> rusqlite::Result<Commit> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut outcomes = Vec::new();
        let mut moved = BTreeSet::new();
        let mut added: BTreeMap<FeedId, More> = BTreeMap::new();
        let mut activity: BTreeMap<(FeedId, i64), Tally> = BTreeMap::new();
        let now = now();
        for arrival in arrivals.into_iter().flat_map(Arrival::each) {
            let feed = arrival.feed();
            let Some(known) = self.feeds.get_mut(&feed) else {
                outcomes.push(Outcome::Ignored);
                continue;
            };
            touched.insert(feed);
            let cursor = match &mut known.cursor {
                Some(cursor) => cursor,
                none => none.insert(Cursor::load(&transaction, feed)?),
            };
            if cursor.take(arrival) {
                moved.insert(feed);
            }
            let outcome = match arrival {
                Arrival::Event(event) => add(&transaction, &mut known.window, event)?,
                Arrival::Dropped(..) => Outcome::Dropped,
                Arrival::Gap(gap) => {
                    gaps::add(&transaction, *gap, false)?;
                    Outcome::Noted
                }
                Arrival::Opened(opened) => {
                    if let Some(gap) = opened.made_up {
                        gaps::add(&transaction, gap, true)?;
                    }
                    Outcome::Noted
                }
                _ => Outcome::Noted,
            };
            if let Some((at, tally)) = Tally::of(arrival, now) {
                *activity.entry((feed, activity::minute(at))).or_default() += tally;
            }
            match outcome {
                Outcome::Added(_) => {
                    let more = added.entry(feed).or_default();
                    more.events += 1;
                    more.unread += 1;
                }
                Outcome::Dropped => added.entry(feed).or_default().dropped += 1,
                _ => {}
            }
            outcomes.push(outcome);
        }
        for feed in &moved {
            if let Some(cursor) = self.feeds.get(feed).and_then(|known| known.cursor.as_ref()) {
                cursor.save(&transaction, *feed)?;
            }
        }
        for ((feed, minute), tally) in activity {
            activity::add(&transaction, feed, minute, tally)?;
            // Once an hour is often enough.
            if let Some(known) = self.feeds.get_mut(&feed)
                && known.swept.replace(minute / 60) != Some(minute / 60)
            {
                activity::forget_before(&transaction, feed, now)?;
            }
        }
        let counts = added.into_iter().map(|(feed, more)| Ok((feed, count(&transaction, feed, more)?)));
        let commit = Commit { counts: counts.collect::<rusqlite::Result<_>>()?, outcomes };
        transaction.commit()?;
        Ok(commit)
    }
}

/// Adds an event, or counts the one that it repeats.
fn add(connection: &Connection, window: &mut Option<Window>, event: &NewEvent) -> rusqlite::Result<Outcome> {
    if event.fingerprint != UNRECOGNISED {
        if window.is_none() {
            *window = Some(Window::load(connection, event.feed)?);
        }
        let alike = window.iter().flat_map(|window| window.candidates(event.fingerprint));
        for id in alike {
            let same = is_same(connection, id, event)?;
            if same == Same::Pruned {
                return Ok(Outcome::Noted);
            }
            if same == Same::Yes {
                let mut statement = connection.prepare_cached(
                    "UPDATE events SET count = count + 1, latest_at = ?2 WHERE id = ?1 RETURNING count",
                )?;
                let count = statement.query_row((id.0, event.received_at), |row| row.get(0))?;
                return Ok(Outcome::Repeated(id, count));
            }
        }
    }
    let Mapped { title, body, link, urgency, .. } = &event.mapped;
    connection
        .prepare_cached(
            "INSERT INTO events (feed_id, received_at, latest_at, urgency, fingerprint, type, last_event_id, title, link,
                                 body, data, details, part)
             VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute((
            event.feed.0,
            event.received_at,
            urgency_to_sql(*urgency),
            event.fingerprint,
            &event.event_type,
            &event.last_event_id,
            title,
            link,
            body,
            &event.data,
            Details::of(event)?,
            event.part,
        ))?;
    let id = EventId(connection.last_insert_rowid());
    connection
        .prepare_cached("INSERT INTO events_text (rowid, title, body) VALUES (?1, ?2, ?3)")?
        .execute((id.0, title, body))?;
    if let Some(window) = window {
        window.push(event.fingerprint, id);
    }
    Ok(Outcome::Added(id))
}

/// Whether a stored event is the one that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Same {
    Yes,
    No,
    /// It has the same fingerprint, and nothing else is left of it.
    Pruned,
}

/// Whether a stored event is this one: of the same type and key, or else of the same type, ID and data.
fn is_same(connection: &Connection, id: EventId, event: &NewEvent) -> rusqlite::Result<Same> {
    let mut statement = connection.prepare_cached("SELECT type, last_event_id, data FROM events WHERE id = ?1")?;
    let same = statement.query_row([id.0], |row| {
        let data = row.get_ref(2)?.as_bytes()?;
        Ok(row.get_ref(0)?.as_bytes()? == event.event_type.as_bytes()
            && match &event.key {
                Some(key) => key.is_in(data),
                None => row.get_ref(1)?.as_bytes()? == event.last_event_id.as_bytes() && data == event.data.as_bytes(),
            })
    });
    Ok(match same.optional()? {
        Some(true) => Same::Yes,
        Some(false) => Same::No,
        None => Same::Pruned,
    })
}

const fn urgency_to_sql(urgency: Urgency) -> i64 {
    match urgency {
        Urgency::Low => 0,
        Urgency::Normal => 1,
        Urgency::High => 2,
        Urgency::Urgent => 3,
    }
}

pub(super) const fn urgency_from_sql(urgency: i64) -> Urgency {
    match urgency {
        0 => Urgency::Low,
        2 => Urgency::High,
        3 => Urgency::Urgent,
        _ => Urgency::Normal,
    }
}
