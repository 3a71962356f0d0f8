//! What happened on the connections of a feed lately, for whoever looks at it: the page of the feed, the command line.
//!
//! In memory only, and the last of it only. What happened to connections is kept apart from what came over them, so that a
//! busy stream does not push out why the last one broke; and of what came over them more is kept while somebody looks.
//! Nobody waits for a reader and nothing is queued for one: it takes what is there since it last did. Deliberately not
//! here: what happens (`subscription.rs`), what is kept for good (`store/`).
mod entry;
mod secret;

pub use entry::{LogBatch, LogEntry, Logged};
pub(crate) use entry::{long_text, text};
pub(crate) use secret::shown_address;

use crate::Cause;
use crate::clock::now;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// How much is kept of what happened to connections.
const CONNECTIONS: Bounds = Bounds { entries: 128, bytes: 32 * 1024 };
/// How much of what came over them, while nobody looks …
const TRAFFIC: Bounds = Bounds { entries: 64, bytes: 16 * 1024 };
/// … and while somebody does: what comes in a moment at the highest rates.
const TRAFFIC_SEEN: Bounds = Bounds { entries: 1024, bytes: 256 * 1024 };
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
    /// Something was added, or there will be nothing more.
    grown: Notify,
}

#[derive(Default)]
struct Kept {
    /// That of the newest entry.
    number: u64,
    connections: Ring,
    traffic: Ring,
    readers: usize,
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
            Logged::Error { layer, message, short, .. } => {
                let (layer, message, short) = (layer.to_string(), message.to_string(), short.to_string());
                self.last_error =
                    Some((at, Cause { layer, message, chinese: String::new(), short, fingerprint: None }));
            }
            _ => {}
        }
    }
}

#[derive(Default)]
struct Ring {
    entries: VecDeque<LogEntry>,
    bytes: usize,
}

impl Ring {
    fn push(&mut self, entry: LogEntry, bounds: Bounds) {
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

    /// Those after the entry of this number, oldest first.
    fn after(&self, number: u64) -> impl Iterator<Item = &LogEntry> {
        self.entries.range(self.entries.partition_point(|entry| entry.number <= number)..)
    }
}

impl Kept {
    fn traffic_bounds(&self) -> Bounds {
        if self.readers > 0 { TRAFFIC_SEEN } else { TRAFFIC }
    }

    fn after(&self, number: u64) -> Vec<LogEntry> {
        let mut entries: Vec<_> = self.connections.after(number).chain(self.traffic.after(number)).cloned().collect();
        // Two ascending runs.
        entries.sort_by_key(|entry| entry.number);
        entries
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
        } else {
            kept.facts.learn(at, &entry.what);
            kept.connections.push(entry, CONNECTIONS);
        }
        let looked_at = kept.readers > 0;
        drop(kept);
        if looked_at {
            self.0.grown.notify_waiters();
        }
    }

    /// Reads along, from what is kept on.
    pub(crate) fn read(&self) -> LogReader {
        self.kept().readers += 1;
        LogReader { log: self.clone(), read: None, not_before: Instant::now() }
    }

    /// What is kept.
    pub(crate) fn entries(&self) -> Vec<LogEntry> {
        self.kept().after(0)
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
        self.kept().ended = true;
        self.0.grown.notify_waiters();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads the log of a feed along. While there is one, more is kept.
pub struct LogReader {
    log: ConnectionLog,
    /// Up to this entry; `None` before the first batch.
    read: Option<u64>,
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
                if self.read.is_none() || kept.number > read {
                    let (fresh, entries) = (self.read.is_none(), kept.after(read));
                    self.read = Some(kept.number);
                    self.not_before = Instant::now() + GATHERED;
                    return Some(LogBatch { fresh, entries });
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
        let bounds = kept.traffic_bounds();
        kept.traffic.shrink(bounds);
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
        let mut reader = log.read();
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
        let mut reader = log.read();
        assert_eq!(reader.next().await, Some(LogBatch { fresh: true, entries: vec![] }));
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
}
