//! What was decided about announcing events and what became of it, as rows.
//!
//! Written right after the events, in a transaction of its own that is not waited for until it is on the disk: what the
//! power takes with it is decided again. Deliberately not here: deciding (`announce/`).
use super::append::urgency_from_sql;
use super::details::Details;
use super::{Store, StoreError, row};
use crate::announce::{AnnouncementId, Answer, Candidate, Hold, Mute, Note, Open, Plan, Silence, Told, Why};
use crate::overview::Announced;
use crate::{EventId, FeedId};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row};
use std::collections::{BTreeMap, HashMap};

/// Has it that what is stored is not announced late.
pub(super) const NOTHING_LATE: &str = "INSERT INTO outcomes (feed_id, first_event, last_event, events, plan)
     SELECT feed_id, min(id), max(id), count(*), 25 FROM events GROUP BY feed_id";

/// The last run of outcomes of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    first: EventId,
    last: EventId,
    events: u64,
    plan: Plan,
    announcement: Option<AnnouncementId>,
}

/// A plan as a code and, where it has one, a time. The codes stand in the store, so they may never change.
const fn to_code(plan: Plan) -> (i64, Option<i64>) {
    match plan {
        Plan::Alone => (0, None),
        Plan::Summary => (1, None),
        Plan::Digest { because } => match because {
            Hold::Muted { until } => (10, until),
            Hold::FeedMuted { until } => (11, until),
            Hold::QuietHours { until } => (12, Some(until)),
            Hold::DoNotDisturb => (13, None),
            Hold::NoService => (14, None),
            Hold::Refused => (15, None),
            Hold::CatchUp => (16, None),
        },
        Plan::Silent { because } => match because {
            Silence::Off => (20, None),
            Silence::FeedOff => (21, None),
            Silence::Rule => (22, None),
            Silence::Empty => (23, None),
            Silence::InView => (24, None),
            Silence::Unrecorded => (25, None),
            Silence::FirstSnapshot => (26, None),
        },
    }
}

fn from_code(code: i64, until: Option<i64>) -> Plan {
    let digest = |because| Plan::Digest { because };
    let silent = |because| Plan::Silent { because };
    match code {
        0 => Plan::Alone,
        1 => Plan::Summary,
        10 => digest(Hold::Muted { until }),
        11 => digest(Hold::FeedMuted { until }),
        12 => digest(Hold::QuietHours { until: until.unwrap_or_default() }),
        13 => digest(Hold::DoNotDisturb),
        14 => digest(Hold::NoService),
        15 => digest(Hold::Refused),
        16 => digest(Hold::CatchUp),
        20 => silent(Silence::Off),
        21 => silent(Silence::FeedOff),
        22 => silent(Silence::Rule),
        23 => silent(Silence::Empty),
        24 => silent(Silence::InView),
        26 => silent(Silence::FirstSnapshot),
        _ => silent(Silence::Unrecorded),
    }
}

fn answer_to_sql(answer: &Answer) -> (i64, Value) {
    match answer {
        Answer::Delivered { number } => (0, i64::from(*number).into()),
        Answer::Refused { words } => (1, words.clone().into()),
        Answer::NoService => (2, Value::Null),
        Answer::Dropped => (3, Value::Null),
    }
}

fn answer_from_sql(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Answer>> {
    Ok(match row.get::<_, Option<i64>>(first)? {
        None => None,
        Some(0) => Some(Answer::Delivered {
            number: row.get::<_, Option<i64>>(first + 1)?.and_then(|number| u32::try_from(number).ok()).unwrap_or(0),
        }),
        Some(1) => Some(Answer::Refused { words: row.get::<_, Option<String>>(first + 1)?.unwrap_or_default() }),
        Some(2) => Some(Answer::NoService),
        Some(_) => Some(Answer::Dropped),
    })
}

impl Run {
    fn last_of(connection: &Connection, feed: FeedId) -> rusqlite::Result<Option<Self>> {
        let mut statement = connection.prepare_cached(
            "SELECT first_event, last_event, events, plan, until, announcement FROM outcomes WHERE feed_id = ?1
             ORDER BY first_event DESC LIMIT 1",
        )?;
        let run = statement.query_row([feed.0], |row| {
            Ok(Self {
                first: EventId(row.get(0)?),
                last: EventId(row.get(1)?),
                events: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
                plan: from_code(row.get(3)?, row.get(4)?),
                announcement: row.get::<_, Option<i64>>(5)?.map(AnnouncementId),
            })
        });
        run.optional()
    }

    fn save(&self, connection: &Connection, feed: FeedId) -> rusqlite::Result<()> {
        let (plan, until) = to_code(self.plan);
        connection
            .prepare_cached(
                "INSERT INTO outcomes (feed_id, first_event, last_event, events, plan, until, announcement)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT DO UPDATE SET last_event = ?3, events = ?4",
            )?
            .execute((
                feed.0,
                self.first.0,
                self.last.0,
                self.events.cast_signed(),
                plan,
                until,
                self.announcement.map(|announcement| announcement.0),
            ))?;
        if let Some(announcement) = self.announcement {
            // There is something new in it, which is not announced yet.
            connection
                .prepare_cached(
                    "INSERT INTO announcements (id) VALUES (?1)
                     ON CONFLICT DO UPDATE SET answer = NULL, answered_at = NULL, detail = NULL",
                )?
                .execute([announcement.0])?;
        }
        Ok(())
    }
}

impl Store {
    /// Writes down what was decided and what became of it, in this order, all of it or nothing.
    pub fn note(&mut self, notes: &[Note]) -> Result<(), StoreError> {
        if notes.is_empty() {
            return Ok(());
        }
        let written = self.try_note(notes);
        // Events are waited for again, whatever happened.
        let restored = self.connection.pragma_update(None, "synchronous", "FULL");
        written.and(restored).map_err(|error| {
            for known in self.feeds.values_mut() {
                known.run = None;
            }
            self.error(&error)
        })
    }

    fn try_note(&mut self, notes: &[Note]) -> rusqlite::Result<()> {
        self.connection.pragma_update(None, "synchronous", "NORMAL")?;
        let transaction = self.connection.transaction()?;
        // The runs that grow, written when they have grown.
        let mut runs: BTreeMap<FeedId, Run> = BTreeMap::new();
        for note in notes {
            match note {
                Note::Decided { feed, event, plan, announcement } => {
                    // A feed that is gone took its events with it.
                    let Some(known) = self.feeds.get_mut(feed) else { continue };
                    if known.run.is_none() {
                        known.run = Run::last_of(&transaction, *feed)?;
                    }
                    match &mut known.run {
                        Some(run) if run.plan == *plan && run.announcement == *announcement => {
                            run.last = *event;
                            run.events += 1;
                        }
                        other => {
                            if let Some(grown) = runs.remove(feed) {
                                grown.save(&transaction, *feed)?;
                            }
                            *other = Some(Run {
                                first: *event,
                                last: *event,
                                events: 1,
                                plan: *plan,
                                announcement: *announcement,
                            });
                        }
                    }
                    runs.extend(known.run.map(|run| (*feed, run)));
                }
                Note::Refused { announcement, words } => {
                    save(&transaction, &mut runs)?;
                    transaction
                        .prepare_cached("UPDATE announcements SET refusal = ?2 WHERE id = ?1")?
                        .execute((announcement.0, words))?;
                }
                Note::Merged { from, into, because } => {
                    save(&transaction, &mut runs)?;
                    self.feeds.values_mut().for_each(|known| known.run = None);
                    merge(&transaction, *from, *into, *because)?;
                }
                Note::Answered { announcement, answer, at } => {
                    save(&transaction, &mut runs)?;
                    let (code, detail) = answer_to_sql(answer);
                    transaction
                        .prepare_cached(
                            "UPDATE announcements SET answer = ?2, answered_at = ?3, detail = ?4 WHERE id = ?1",
                        )?
                        .execute((announcement.0, code, at, detail))?;
                }
                Note::Mutes(mutes) => {
                    transaction.execute("DELETE FROM mutes", [])?;
                    let mut insert =
                        transaction.prepare_cached("INSERT INTO mutes (feed_id, until) VALUES (?1, ?2)")?;
                    for mute in mutes {
                        insert.execute((mute.feed.map_or(0, |feed| feed.0), mute.until))?;
                    }
                }
            }
        }
        save(&transaction, &mut runs)?;
        transaction.commit()
    }

    /// What is muted.
    pub fn mutes(&self) -> Result<Vec<Mute>, StoreError> {
        let read = || {
            let mut statement = self.connection.prepare("SELECT feed_id, until FROM mutes ORDER BY feed_id")?;
            let mutes = statement.query_map([], |row| {
                let feed: i64 = row.get(0)?;
                Ok(Mute { feed: (feed != 0).then_some(FeedId(feed)), until: row.get(1)? })
            })?;
            mutes.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.error(&error))
    }

    /// The number of the last announcement.
    pub fn last_announcement(&self) -> Result<AnnouncementId, StoreError> {
        self.connection
            .query_row("SELECT coalesce(max(id), 0) FROM announcements", [], |row| row.get(0).map(AnnouncementId))
            .map_err(|error| self.error(&error))
    }

    /// The announcements that got no answer, or none that lasts: they waited, or were on their way when the program ended.
    pub fn open_announcements(&self) -> Result<Vec<Open>, StoreError> {
        self.read_open().map_err(|error| self.error(&error))
    }

    fn read_open(&self) -> rusqlite::Result<Vec<Open>> {
        let feeds = announced(&self.connection)?;
        let mut statement = self.connection.prepare(
            "SELECT a.id, o.feed_id, o.events, o.last_event, o.plan, o.until
             FROM announcements AS a LEFT JOIN outcomes AS o ON o.announcement = a.id
             WHERE a.answer IS NULL ORDER BY a.id, o.feed_id, o.first_event",
        )?;
        let mut rows = statement.query([])?;
        let mut open: Vec<Open> = Vec::new();
        while let Some(row) = rows.next()? {
            let id = AnnouncementId(row.get(0)?);
            if open.last().is_none_or(|last| last.id != id) {
                open.push(Open { id, parts: Vec::new(), plan: Plan::Alone });
            }
            let (Some(announcement), Some(feed)) = (open.last_mut(), row.get::<_, Option<i64>>(1)?.map(FeedId)) else {
                continue;
            };
            let Some(of) = feeds.get(&feed) else { continue };
            let events = u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0);
            announcement.plan = from_code(row.get(4)?, row.get(5)?);
            let Some(latest) = candidate(&self.connection, EventId(row.get(3)?), of)? else { continue };
            match announcement.parts.last_mut().filter(|(.., earlier)| earlier.feed == feed) {
                Some((count, urgency, earlier)) => {
                    *count += events;
                    *urgency = latest.urgency.max(*urgency);
                    *earlier = latest;
                }
                None => announcement.parts.push((events, latest.urgency, latest)),
            }
        }
        Ok(open)
    }

    /// The events about which nothing was decided, oldest first, at most so many.
    pub fn undecided(&self, limit: u32) -> Result<Vec<Candidate>, StoreError> {
        self.read_undecided(limit).map_err(|error| self.error(&error))
    }

    fn read_undecided(&self, limit: u32) -> rusqlite::Result<Vec<Candidate>> {
        let feeds = announced(&self.connection)?;
        let mut statement = self.connection.prepare(
            "SELECT id FROM events WHERE feed_id = ?1
             AND id > coalesce((SELECT last_event FROM outcomes WHERE feed_id = ?1 ORDER BY first_event DESC LIMIT 1), 0)
             ORDER BY id LIMIT ?2",
        )?;
        let mut undecided = Vec::new();
        for (feed, of) in &feeds {
            let ids = statement.query_map((feed.0, limit), |row| row.get(0).map(EventId))?;
            for id in ids.collect::<rusqlite::Result<Vec<_>>>()? {
                undecided.extend(candidate(&self.connection, id, of)?);
            }
        }
        undecided.sort_by_key(|candidate| candidate.event);
        undecided.truncate(limit as usize);
        Ok(undecided)
    }
}

fn save(connection: &Connection, runs: &mut BTreeMap<FeedId, Run>) -> rusqlite::Result<()> {
    std::mem::take(runs).into_iter().try_for_each(|(feed, run)| run.save(connection, feed))
}

fn merge(connection: &Connection, from: AnnouncementId, into: AnnouncementId, because: Hold) -> rusqlite::Result<()> {
    let (plan, until) = to_code(Plan::Digest { because });
    connection
        .prepare_cached("UPDATE outcomes SET announcement = ?2, plan = ?3, until = ?4 WHERE announcement = ?1")?
        .execute((from.0, into.0, plan, until))?;
    connection
        .prepare_cached(
            "INSERT INTO announcements (id, refusal) VALUES (?2, (SELECT refusal FROM announcements WHERE id = ?1))
             ON CONFLICT DO UPDATE SET answer = NULL, answered_at = NULL, detail = NULL,
                 refusal = coalesce(excluded.refusal, refusal)",
        )?
        .execute((from.0, into.0))?;
    if from != into {
        connection.prepare_cached("DELETE FROM announcements WHERE id = ?1")?.execute([from.0])?;
    }
    Ok(())
}

/// The names of the feeds and what is chosen of their announcements.
fn announced(connection: &Connection) -> rusqlite::Result<HashMap<FeedId, Announced>> {
    let feeds = super::feeds::feeds(connection)?;
    Ok(feeds.into_iter().map(|stored| (stored.feed.id, Announced::of(&stored.feed.config))).collect())
}

/// A stored event as it is offered for announcing again.
fn candidate(connection: &Connection, id: EventId, of: &Announced) -> rusqlite::Result<Option<Candidate>> {
    let mut statement = connection.prepare_cached(
        "SELECT feed_id, title, substr(body, 1, 4096), urgency, link, details FROM events WHERE id = ?1",
    )?;
    let candidate = statement.query_row([id.0], |row| {
        let Details { icon, group_key, verdict, .. } = Details::read(row::optional_text(row, 5)?.as_deref());
        Ok(Candidate {
            event: id,
            feed: FeedId(row.get(0)?),
            feed_name: of.name.clone(),
            feed_folder: of.folder.clone(),
            notify: of.notify,
            choices: of.choices,
            silent: Silence::of(&verdict),
            catch_up: true,
            title: row::text(row, 1)?,
            body: row::text(row, 2)?,
            urgency: urgency_from_sql(row.get(3)?),
            link: row::optional_text(row, 4)?,
            group: group_key,
            icon,
            sound: verdict.sound,
        })
    });
    candidate.optional()
}

/// Why an event was announced or not; `None`: there is no such event.
pub(super) fn why(connection: &Connection, id: EventId) -> rusqlite::Result<Option<Why>> {
    let mut statement = connection.prepare_cached(
        "SELECT feed_id, count, details FROM events WHERE id = ?1 AND feed_id NOT IN (SELECT id FROM feeds WHERE removed)",
    )?;
    let found = statement.query_row([id.0], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?, Details::read(row::optional_text(row, 2)?.as_deref())))
    });
    let Some((feed, count, Details { verdict, problem, .. })) = found.optional()? else { return Ok(None) };
    let mut statement = connection.prepare_cached(
        "SELECT last_event, plan, until, announcement FROM outcomes WHERE feed_id = ?1 AND first_event <= ?2
         ORDER BY first_event DESC LIMIT 1",
    )?;
    let outcome = statement.query_row((feed, id.0), |row| {
        Ok((
            row.get::<_, i64>(0)?,
            from_code(row.get(1)?, row.get(2)?),
            row.get::<_, Option<i64>>(3)?.map(AnnouncementId),
        ))
    });
    let outcome = outcome.optional()?.filter(|(last, ..)| *last >= id.0);
    let mut why = Why { event: id, count, verdict, problem, plan: outcome.map(|(_, plan, _)| plan), told: None };
    if let Some((_, plan, Some(announcement))) = outcome {
        why.told = Some(told(connection, announcement, id, plan)?);
    }
    Ok(Some(why))
}

fn told(connection: &Connection, announcement: AnnouncementId, event: EventId, plan: Plan) -> rusqlite::Result<Told> {
    let mut statement = connection
        .prepare_cached("SELECT coalesce(sum(events), 0), max(last_event) FROM outcomes WHERE announcement = ?1")?;
    let (events, latest): (i64, Option<i64>) =
        statement.query_row([announcement.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut statement =
        connection.prepare_cached("SELECT answered_at, answer, detail, refusal FROM announcements WHERE id = ?1")?;
    let answered =
        statement.query_row([announcement.0], |row| Ok((row.get(0)?, answer_from_sql(row, 1)?, row.get(3)?)));
    let (at, answer, refusal) = answered.optional()?.unwrap_or((None, None, None));
    Ok(Told {
        events: u64::try_from(events).unwrap_or(0),
        at,
        answer,
        refusal,
        replaced_by: latest.filter(|latest| plan == Plan::Alone && *latest > event.0).map(EventId),
    })
}
