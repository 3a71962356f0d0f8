//! What happened on the connections of a feed lately, for whoever looks at it: the page of the feed, the command line.
//!
//! In memory only, and the last of it only. What happened to connections is kept apart from what came over them, so that a
//! busy stream does not push out why the last one broke, and what is remarked of that apart from both; of what came over
//! them more is kept while somebody looks.
//! The steps of the last few attempts are kept besides, and the lines of a stream only for who wants to see them. Nobody waits
//! for a reader and nothing is queued for one: it takes what is there since it last did. Deliberately not here: what happens
//! (`subscription.rs`), what is kept for good (`store/`).
mod attempt;
mod entry;
mod lines;
mod secret;

pub(crate) use attempt::Steps;
pub use attempt::{ConnectionStep, Headers, LogAttempt, LogStep};
pub use entry::{LogBatch, LogEntry, Logged};
pub(crate) use entry::{long_text, text};
pub use lines::RawLine;
pub(crate) use secret::{Scrub, decoded, is_secret_name, shown_address};

use crate::Cause;
use crate::clock::now;
use crate::transcript::{Recording, Tap};
use lines::Lines;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// How much is kept of what happened to connections.
const CONNECTIONS: Bounds = Bounds { entries: 128, bytes: 32 * 1024 };
/// How much of what is remarked of what came over them: a stream can bring any number of it.
const REMARKS: Bounds = Bounds { entries: 32, bytes: 8 * 1024 };
/// How much of what came over them, while nobody looks …
const TRAFFIC: Bounds = Bounds { entries: 64, bytes: 16 * 1024 };
/// … and while somebody does: what comes in a moment at the highest rates.
const TRAFFIC_SEEN: Bounds = Bounds { entries: 1024, bytes: 256 * 1024 };
/// How many attempts are kept with their steps (of which each has a bound of its own) …
const ATTEMPTS: Bounds = Bounds { entries: 4, bytes: 12 * 1024 };
/// … and how many while somebody looks.
const ATTEMPTS_SEEN: Bounds = Bounds { entries: 32, bytes: 128 * 1024 };
/// How many lines are kept for who wants to see them.
const LINES: Bounds = Bounds { entries: 2048, bytes: 512 * 1024 };
/// The least time between two batches for a reader. The first entry after a quiet time goes at once.
const GATHERED: Duration = Duration::from_millis(50);

#[derive(Clone, Copy)]
struct Bounds {
    entries: usize,
    bytes: usize,
}

/// The log of one feed, shared by its subscription and its readers. It outlives the subscription.
#[derive(Clone, Default)]
pub(crate) struct ConnectionLog(Arc<Shared>);

#[derive(Default)]
struct Shared {
    kept: Mutex<Kept>,
    /// Somebody wants to see the stream as it comes.
    watched: AtomicBool,
    /// Something was added, or there will be nothing more.
    grown: Notify,
}

#[derive(Default)]
struct Kept {
    /// That of the newest entry.
    number: u64,
    connections: Ring<LogEntry>,
    remarks: Ring<LogEntry>,
    traffic: Ring<LogEntry>,
    attempts: Ring<Revised>,
    /// Counts the changes of attempts.
    revision: u64,
    /// When the present attempt began, if a step of it was seen.
    began: Option<Instant>,
    /// What somebody wants to see of the stream itself.
    lines: Ring<RawLine>,
    /// That of the newest line.
    line: u64,
    reading: Lines,
    readers: usize,
    line_readers: usize,
    /// Who records.
    taps: Vec<Arc<Tap>>,
    /// Whether there is an attempt that goes on, …
    attempting: bool,
    /// … and whether its stream is open.
    open: bool,
    ended: bool,
    facts: Facts,
}

/// What is known of the connections of a feed without being kept for good.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// Milliseconds from the start of the last attempt that succeeded to the head of the answer.
    pub(crate) first_byte: Option<u64>,
    /// Why a connection was lost, or not made, the last time; and when.
    pub(crate) last_error: Option<(i64, Cause)>,
    /// Whether it is connected.
    pub(crate) connected: bool,
    /// Until when it is known to have been connected, in this run.
    pub(crate) connected_until: Option<i64>,
}

impl Facts {
    fn learn(&mut self, at: i64, what: &Logged) {
        match what {
            Logged::Open { first_byte, .. } => self.first_byte = Some(*first_byte),
            Logged::Error { layer, message, chinese, short, .. } => {
                let [layer, message, chinese, short] = [layer, message, chinese, short].map(ToString::to_string);
                self.last_error = Some((at, Cause { layer, message, chinese, short, fingerprint: None }));
            }
            _ => {}
        }
    }
}

/// An attempt, which changes as it goes on.
struct Revised {
    revision: u64,
    attempt: LogAttempt,
}

/// What a [`Ring`] holds.
trait Numbered {
    /// Ascends from one to the next.
    fn number(&self) -> u64;
    /// About how many bytes it occupies.
    fn size(&self) -> usize;
}

impl Numbered for LogEntry {
    fn number(&self) -> u64 {
        self.number
    }

    fn size(&self) -> usize {
        self.size()
    }
}

impl Numbered for Revised {
    fn number(&self) -> u64 {
        self.attempt.number
    }

    fn size(&self) -> usize {
        size_of::<u64>() + self.attempt.size()
    }
}

impl Numbered for RawLine {
    fn number(&self) -> u64 {
        self.number
    }

    fn size(&self) -> usize {
        self.size_kept()
    }
}

/// The last of something.
struct Ring<T> {
    entries: VecDeque<T>,
    bytes: usize,
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Self { entries: VecDeque::new(), bytes: 0 }
    }
}

impl<T: Numbered> Ring<T> {
    fn push(&mut self, entry: T, bounds: Bounds) {
        self.bytes += entry.size();
        self.entries.push_back(entry);
        self.shrink(bounds);
    }

    fn shrink(&mut self, bounds: Bounds) {
        while self.entries.len() > bounds.entries || self.bytes > bounds.bytes {
            let Some(oldest) = self.entries.pop_front() else { return };
            self.bytes -= oldest.size();
        }
    }

    /// Changes the newest, if there is one.
    fn change(&mut self, bounds: Bounds, change: impl FnOnce(&mut T)) {
        let Some(newest) = self.entries.back_mut() else { return };
        let before = newest.size();
        change(newest);
        self.bytes = self.bytes - before + newest.size();
        self.shrink(bounds);
    }

    /// Those after the entry of this number, oldest first.
    fn after(&self, number: u64) -> impl Iterator<Item = &T> {
        self.entries.range(self.entries.partition_point(|entry| entry.number() <= number)..)
    }
}

impl Kept {
    fn traffic_bounds(&self) -> Bounds {
        if self.readers > 0 { TRAFFIC_SEEN } else { TRAFFIC }
    }

    fn attempt_bounds(&self) -> Bounds {
        if self.readers > 0 { ATTEMPTS_SEEN } else { ATTEMPTS }
    }

    fn after(&self, number: u64) -> Vec<LogEntry> {
        let rings = [&self.connections, &self.remarks, &self.traffic];
        let mut entries: Vec<_> = rings.into_iter().flat_map(|ring| ring.after(number)).cloned().collect();
        // Three ascending runs.
        entries.sort_by_key(|entry| entry.number);
        entries
    }

    /// The attempts that have changed since.
    fn changed_after(&self, revision: u64) -> Vec<LogAttempt> {
        let changed = self.attempts.entries.iter().filter(|revised| revised.revision > revision);
        changed.map(|revised| revised.attempt.clone()).collect()
    }

    /// Takes note of what becomes of the present connection.
    fn turn(&mut self, what: &Logged) {
        let why = match what {
            Logged::Connect { .. } => {
                (self.attempting, self.open) = (true, false);
                return self.taps.iter().for_each(|tap| tap.connect());
            }
            Logged::Open { .. } => {
                self.open = true;
                return;
            }
            Logged::Error { message, .. } | Logged::Closed { message, .. } => message,
            Logged::Polled { .. } => "The server ended the stream.",
            Logged::Reconnect => "Another connection was asked for.",
            Logged::End => "Tidings ended the connection.",
            _ => return,
        };
        self.open = false;
        if std::mem::take(&mut self.attempting) {
            self.taps.iter().for_each(|tap| tap.end_of_stream(why));
        }
    }

    fn is_watched(&self) -> bool {
        self.line_readers > 0 || !self.taps.is_empty()
    }

    fn begin_attempt(&mut self, number: u64) {
        self.revision += 1;
        let (revision, bounds) = (self.revision, self.attempt_bounds());
        self.attempts.push(Revised { revision, attempt: LogAttempt::new(number) }, bounds);
        self.began = None;
        self.reading.reset();
    }

    fn revise(&mut self, change: impl FnOnce(&mut LogAttempt)) {
        self.revision += 1;
        let (revision, bounds) = (self.revision, self.attempt_bounds());
        self.attempts.change(bounds, |revised| {
            revised.revision = revision;
            change(&mut revised.attempt);
        });
    }
}

impl ConnectionLog {
    /// Something happened just now.
    pub(crate) fn add(&self, what: Logged) {
        self.add_at(now(), what);
    }

    /// Something happened at that time, in milliseconds since the Unix epoch.
    pub(crate) fn add_at(&self, at: i64, what: Logged) {
        let mut kept = self.kept();
        kept.number += 1;
        let entry = LogEntry { number: kept.number, at, what };
        if entry.what.is_traffic() {
            let bounds = kept.traffic_bounds();
            kept.traffic.push(entry, bounds);
        } else if entry.what.is_remark() {
            kept.remarks.push(entry, REMARKS);
        } else {
            kept.facts.learn(at, &entry.what);
            kept.turn(&entry.what);
            if let Logged::Connect { .. } = entry.what {
                kept.begin_attempt(entry.number);
            }
            kept.connections.push(entry, CONNECTIONS);
        }
        self.tell(kept);
    }

    /// The present attempt began at that time, unless it has begun already.
    pub(crate) fn began(&self, at: Instant) {
        self.kept().began.get_or_insert(at);
    }

    /// The present attempt passed a step.
    pub(crate) fn step(&self, at: Instant, what: ConnectionStep) {
        let mut kept = self.kept();
        let began = *kept.began.get_or_insert(at);
        let after = u64::try_from(at.saturating_duration_since(began).as_micros()).unwrap_or(u64::MAX);
        kept.taps.iter().for_each(|tap| tap.step(at, &what));
        kept.revise(|attempt| attempt.add(after, what));
        self.tell(kept);
    }

    /// Whether somebody wants to see the stream as it comes.
    pub(crate) fn is_watched(&self) -> bool {
        self.0.watched.load(Ordering::Relaxed)
    }

    /// This came over the stream. Costs nothing to speak of unless somebody wants to see it.
    pub(crate) fn received(&self, bytes: &[u8]) {
        if !self.is_watched() {
            return;
        }
        let mut kept = self.kept();
        kept.taps.iter().for_each(|tap| tap.body(bytes));
        if kept.line_readers > 0 {
            let Kept { reading, lines, line, .. } = &mut *kept;
            let at = now();
            reading.read(bytes, |text, size| {
                *line += 1;
                lines.push(RawLine { number: *line, at, text, size }, LINES);
            });
        }
        self.tell(kept);
    }

    /// Tells readers that something was added.
    fn tell(&self, kept: MutexGuard<'_, Kept>) {
        let looked_at = kept.readers > 0;
        drop(kept);
        if looked_at {
            self.0.grown.notify_waiters();
        }
    }

    /// Reads along, from what is kept on; `lines`: also the stream itself, from now on.
    pub(crate) fn read(&self, lines: bool) -> LogReader {
        let mut kept = self.kept();
        kept.readers += 1;
        if lines {
            kept.line_readers += 1;
            self.0.watched.store(true, Ordering::Relaxed);
        }
        let line = kept.line;
        LogReader { log: self.clone(), lines, read: None, revision: 0, line, not_before: Instant::now() }
    }

    /// Records what goes over the connections from now on. `url`: as it may be shown.
    pub(crate) fn record(&self, url: &str) -> Recording {
        let tap = Arc::new(Tap::new());
        let mut kept = self.kept();
        if kept.open
            && let Some(Revised { attempt, .. }) = kept.attempts.entries.back()
        {
            // What led to the open stream; the redirects before it are past.
            let asked = |step: &LogStep| matches!(step.what, ConnectionStep::Request { .. });
            let last = attempt.steps.iter().rposition(asked).unwrap_or_default();
            tap.join(attempt.steps[last..].iter().map(|step| &step.what));
        }
        if kept.ended {
            tap.end();
        }
        kept.taps.push(Arc::clone(&tap));
        self.0.watched.store(true, Ordering::Relaxed);
        drop(kept);
        Recording::new(tap, self.clone(), url)
    }

    /// Somebody does not record any more.
    pub(crate) fn leave(&self, tap: &Arc<Tap>) {
        let mut kept = self.kept();
        kept.taps.retain(|other| !Arc::ptr_eq(other, tap));
        self.0.watched.store(kept.is_watched(), Ordering::Relaxed);
    }

    /// What is kept.
    pub(crate) fn all(&self) -> LogBatch {
        let kept = self.kept();
        LogBatch { fresh: true, entries: kept.after(0), attempts: kept.changed_after(0), lines: vec![] }
    }

    #[cfg(test)]
    fn entries(&self) -> Vec<LogEntry> {
        self.all().entries
    }

    pub(crate) fn facts(&self) -> Facts {
        self.kept().facts.clone()
    }

    /// Whether it is connected, and until when it is known to have been.
    pub(crate) fn set_presence(&self, connected: bool, until: Option<i64>) {
        let mut kept = self.kept();
        kept.facts.connected = connected;
        kept.facts.connected_until = until;
    }

    /// There will be nothing more: its feed is gone, or the engine ends.
    pub(crate) fn end(&self) {
        let mut kept = self.kept();
        kept.ended = true;
        kept.taps.iter().for_each(|tap| tap.end());
        drop(kept);
        self.0.grown.notify_waiters();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the log of a feed along. While there is one, more is kept.
pub struct LogReader {
    log: ConnectionLog,
    /// The lines of the stream as well.
    lines: bool,
    /// Up to this entry; `None` before the first batch.
    read: Option<u64>,
    /// Up to this change of attempts.
    revision: u64,
    /// Up to this line.
    line: u64,
    not_before: Instant,
}

impl LogReader {
    /// What happened since the last batch, at most 20 times a second; at first all that is kept, at once, be it nothing.
    /// `None` when there will be nothing more. Cancel-safe. Needs a tokio runtime with time.
    pub async fn next(&mut self) -> Option<LogBatch> {
        sleep_until(self.not_before).await;
        loop {
            // Created before the look, so that nothing is added unnoticed in between.
            let grown = self.log.0.grown.notified();
            {
                let kept = self.log.kept();
                let read = self.read.unwrap_or_default();
                let is_new =
                    kept.number > read || kept.revision > self.revision || (self.lines && kept.line > self.line);
                if self.read.is_none() || is_new {
                    let fresh = self.read.is_none();
                    let lines = if self.lines { kept.lines.after(self.line).cloned().collect() } else { vec![] };
                    let (entries, attempts) = (kept.after(read), kept.changed_after(self.revision));
                    (self.read, self.revision, self.line) = (Some(kept.number), kept.revision, kept.line);
                    self.not_before = Instant::now() + GATHERED;
                    return Some(LogBatch { fresh, entries, attempts, lines });
                }
                if kept.ended {
                    return None;
                }
            }
            grown.await;
        }
    }
}

impl Drop for LogReader {
    fn drop(&mut self) {
        let mut kept = self.log.kept();
        kept.readers -= 1;
        let (traffic, attempts) = (kept.traffic_bounds(), kept.attempt_bounds());
        kept.traffic.shrink(traffic);
        kept.attempts.shrink(attempts);
        if self.lines {
            kept.line_readers -= 1;
            if kept.line_readers == 0 {
                (kept.lines, kept.reading) = (Ring::default(), Lines::default());
                self.log.0.watched.store(kept.is_watched(), Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn event(id: u64) -> Logged {
        Logged::Event { event_type: "message".into(), last_event_id: id.to_string().into(), size: 5 }
    }

    fn error() -> Logged {
        Logged::Error {
            layer: "network".into(),
            message: "It broke off.".into(),
            chinese: "连接中断。".into(),
            short: "lost".into(),
            retry_in: Some(3000),
            needs_attention: false,
        }
    }

    fn numbers(entries: &[LogEntry]) -> Vec<u64> {
        entries.iter().map(|entry| entry.number).collect()
    }

    #[test]
    fn a_flood_does_not_push_out_what_happened_to_connections() {
        let log = ConnectionLog::default();
        log.add(error());
        for id in 0..10_000 {
            log.add(event(id));
        }
        let kept = numbers(&log.entries());
        assert_eq!(kept[0], 1);
        assert_eq!(kept[1..], (9_938..=10_001).collect::<Vec<_>>());
    }

    #[test]
    fn events_that_are_too_large_do_not_push_it_out_either() {
        let log = ConnectionLog::default();
        log.add(error());
        for size in 0..1000 {
            log.add(Logged::Oversized { size, limit: 0 });
            log.add(Logged::Retry { asked: size, used: size });
        }
        for id in 0..1000 {
            log.add(event(id));
        }
        let kept = numbers(&log.entries());
        assert_eq!(kept, [1].into_iter().chain(1970..=2001).chain(2938..=3001).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_kept_is_bounded_in_bytes_as_well() {
        let log = ConnectionLog::default();
        for _ in 0..1000 {
            log.add(Logged::Comment { text: "x".repeat(1000).into() });
        }
        let kept = log.kept();
        assert!(kept.traffic.bytes <= TRAFFIC.bytes, "{} bytes", kept.traffic.bytes);
        assert_eq!(kept.traffic.bytes, kept.traffic.entries.iter().map(LogEntry::size).sum::<usize>());
        assert!(kept.traffic.entries.len() < TRAFFIC.entries);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_gets_what_is_kept_and_then_what_comes_in_batches() {
        let log = ConnectionLog::default();
        for id in 0..100 {
            log.add(event(id));
        }
        let mut reader = log.read(false);
        let first = reader.next().await.expect("what is kept");
        assert_eq!((first.fresh, numbers(&first.entries)), (true, (37..=100).collect()));
        assert!(reader.next().now_or_never().is_none(), "there is nothing new");
        for id in 0..1000 {
            log.add(event(id));
        }
        log.add(error());
        let second = reader.next().await.expect("what came");
        assert_eq!((second.fresh, numbers(&second.entries)), (false, (101..=1101).collect()));
        // More than is kept meanwhile: the newest of it.
        for id in 0..3000 {
            log.add(event(id));
        }
        let third = reader.next().await.expect("what came");
        assert_eq!(numbers(&third.entries), (3078..=4101).collect::<Vec<_>>());
        log.end();
        assert!(reader.next().await.is_none());
        drop(reader);
        assert_eq!(log.entries().len(), 1 + 64, "what was kept for the reader is let go");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_waits_is_woken() {
        let log = ConnectionLog::default();
        let mut reader = log.read(false);
        assert_eq!(reader.next().await, Some(LogBatch { fresh: true, ..LogBatch::default() }));
        let added = log.clone();
        let adding = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            added.add(error());
            tokio::time::sleep(Duration::from_secs(5)).await;
            added.end();
        });
        assert_eq!(reader.next().await.map(|batch| batch.entries.len()), Some(1));
        assert_eq!(reader.next().await, None);
        adding.await.expect("added");
    }

    fn connect() -> Logged {
        Logged::Connect { attempt: 1, url: "http://h/".into(), resumed: None, unsendable: false }
    }

    /// The numbers of attempts and how many steps each has.
    fn attempts(batch: &LogBatch) -> Vec<(u64, usize)> {
        batch.attempts.iter().map(|attempt| (attempt.number, attempt.steps.len())).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_are_told_as_they_go_on_and_the_last_few_are_kept() {
        let log = ConnectionLog::default();
        let mut reader = log.read(false);
        log.add(connect());
        let began = Instant::now();
        log.step(began, ConnectionStep::Lookup { addresses: "::1".into() });
        assert_eq!(reader.next().await.map(|batch| attempts(&batch)), Some(vec![(1, 1)]));
        log.step(began + Duration::from_millis(7), ConnectionStep::FirstByte);
        let told = reader.next().await.expect("a step");
        assert_eq!((attempts(&told), told.entries.len()), (vec![(1, 2)], 0));
        assert_eq!(told.attempts[0].steps[1].after, 7000);
        for _ in 0..40 {
            log.add(connect());
            log.step(Instant::now(), ConnectionStep::FirstByte);
        }
        assert_eq!(reader.next().await.map(|batch| batch.attempts.len()), Some(ATTEMPTS_SEEN.entries));
        drop(reader);
        assert_eq!(attempts(&log.all()), [(38, 1), (39, 1), (40, 1), (41, 1)]);
        let kept = log.kept();
        assert_eq!(kept.attempts.bytes, kept.attempts.entries.iter().map(Numbered::size).sum::<usize>());
    }

    #[tokio::test(start_paused = true)]
    async fn lines_are_kept_only_for_who_wants_them() {
        let log = ConnectionLog::default();
        let mut reader = log.read(false);
        log.received(b"data: 1\n");
        assert!(!log.is_watched());
        assert_eq!(reader.next().await.map(|batch| batch.lines.len()), Some(0));
        let mut lines = log.read(true);
        assert!(log.is_watched());
        log.received(b"data: 2\n: note");
        log.received(b" two\n\n");
        let told = lines.next().await.expect("lines");
        let texts: Vec<_> = told.lines.iter().map(|line| (line.number, &*line.text)).collect();
        assert_eq!(texts, [(1, "data: 2"), (2, ": note two"), (3, "")]);
        for _ in 0..5000 {
            log.received(b"data: 3\n");
        }
        let told = lines.next().await.expect("lines");
        assert_eq!((told.lines.len(), told.lines[0].number), (LINES.entries, 5003 - LINES.entries as u64 + 1));
        drop(lines);
        assert!(!log.is_watched());
        assert_eq!(log.kept().lines.entries.capacity(), 0, "what was kept for the reader is let go");
    }
}
