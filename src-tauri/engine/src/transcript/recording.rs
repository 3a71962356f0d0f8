//! A recording of a feed: what goes over its connections from now on, handed to who writes it down.
//!
//! The feed never waits for the writer. What it has not taken yet is kept, up to a bound; beyond it the recording ends and
//! says so, because one with a hole would not be what went over the wire. Deliberately not here: the file.
use super::{PIECE, Recorded, head};
use crate::connection_log::{ConnectionLog, ConnectionStep};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio::time::Instant;

/// How much may wait for the writer, in bytes.
const WAITING: usize = 64 * 1024 * 1024;
/// How much is handed over at once, in bytes, and a line.
const AT_ONCE: usize = 256 * 1024;

/// Where a connection log puts what is recorded.
pub(crate) struct Tap {
    began: Instant,
    queue: Mutex<Queue>,
    grown: Notify,
}

#[derive(Default)]
struct Queue {
    records: VecDeque<(u64, Recorded)>,
    bytes: usize,
    /// The time of the newest.
    last: u64,
    /// There will be nothing more.
    ended: bool,
    /// Because the writer was too slow.
    overrun: bool,
}

impl Tap {
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), queue: Mutex::default(), grown: Notify::new() }
    }

    pub(crate) fn connect(&self) {
        self.push(Instant::now(), Recorded::Connect);
    }

    /// The stream is open already; these steps of its attempt are known.
    pub(crate) fn join<'a>(&self, steps: impl Iterator<Item = &'a ConnectionStep>) {
        self.push(self.began, Recorded::Connect);
        steps.for_each(|step| self.step(self.began, step));
        self.push(self.began, Recorded::Joined);
    }

    pub(crate) fn step(&self, at: Instant, step: &ConnectionStep) {
        // What comes first is seen in what comes.
        if !matches!(step, ConnectionStep::FirstByte | ConnectionStep::FirstEvent) {
            self.push(at, Recorded::Step(step.clone()));
        }
    }

    pub(crate) fn body(&self, bytes: &[u8]) {
        let now = Instant::now();
        bytes.chunks(PIECE).for_each(|piece| self.push(now, Recorded::Body(piece.into())));
    }

    pub(crate) fn end_of_stream(&self, why: &str) {
        self.push(Instant::now(), Recorded::End(why.to_owned()));
    }

    /// There will be nothing more.
    pub(crate) fn end(&self) {
        self.queue().ended = true;
        self.grown.notify_one();
    }

    fn push(&self, at: Instant, what: Recorded) {
        let mut queue = self.queue();
        if queue.ended {
            return;
        }
        let at = u64::try_from(at.saturating_duration_since(self.began).as_micros()).unwrap_or(u64::MAX);
        queue.last = queue.last.max(at);
        queue.bytes += what.size();
        let at = queue.last;
        if queue.bytes > WAITING {
            (queue.ended, queue.overrun) = (true, true);
            let why = "Tidings could not write as quickly as the stream came, and ended the recording.".to_owned();
            queue.records.push_back((at, Recorded::End(why)));
        } else {
            queue.records.push_back((at, what));
        }
        drop(queue);
        self.grown.notify_one();
    }

    /// Up to about [`AT_ONCE`] bytes of what waits, and whether nothing will follow. What is made of it is made elsewhere: the
    /// network waits for this lock.
    fn take(&self) -> (Vec<(u64, Recorded)>, bool) {
        let mut queue = self.queue();
        let (mut taken, mut size) = (vec![], 0);
        while size < AT_ONCE
            && let Some(record) = queue.records.pop_front()
        {
            size += record.1.size();
            taken.push(record);
        }
        queue.bytes = queue.bytes.saturating_sub(size);
        (taken, queue.ended && queue.records.is_empty())
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records a feed, until it is dropped. It has one reader.
pub struct Recording {
    tap: Arc<Tap>,
    log: ConnectionLog,
    /// The first line, until it is handed over.
    head: Option<String>,
}

impl Recording {
    pub(crate) fn new(tap: Arc<Tap>, log: ConnectionLog, url: &str) -> Self {
        Self { tap, log, head: Some(head(url)) }
    }

    /// The next lines, without their ends; at first at once. `None` when there will be none any more: the feed is gone, the
    /// engine ends, or the writer was too slow ([`Self::overrun`]). Cancel-safe.
    pub async fn next(&mut self) -> Option<Vec<String>> {
        if let Some(head) = self.head.take() {
            return Some(vec![head]);
        }
        loop {
            let (records, ended) = self.tap.take();
            if !records.is_empty() {
                return Some(records.into_iter().map(|(at, record)| record.line(at)).collect());
            }
            if ended {
                return None;
            }
            self.tap.grown.notified().await;
        }
    }

    /// Whether it ended because the lines were not taken as quickly as they came.
    pub fn overrun(&self) -> bool {
        self.tap.queue().overrun
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.log.leave(&self.tap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection_log::Logged;

    #[tokio::test(start_paused = true)]
    async fn a_writer_that_is_too_slow_ends_the_recording_and_is_told() {
        let log = ConnectionLog::default();
        let mut recording = log.record("http://h/");
        let mebibyte = vec![b'x'; 1024 * 1024];
        for _ in 0..100 {
            log.received(&mebibyte);
        }
        let mut last = String::new();
        let mut bytes = 0;
        while let Some(lines) = recording.next().await {
            bytes += lines.iter().map(String::len).sum::<usize>();
            last = lines.last().cloned().unwrap_or(last);
        }
        assert!(recording.overrun());
        assert!(last.contains(r#""step":"end","why":"Tidings could not write"#), "{last}");
        assert!(bytes < WAITING + AT_ONCE, "{bytes} bytes");
        drop(recording);
        assert!(!log.is_watched());
    }

    #[tokio::test(start_paused = true)]
    async fn a_recording_ends_with_its_log() {
        let log = ConnectionLog::default();
        let mut recording = log.record("http://h/");
        assert!(
            recording.next().await.is_some_and(|lines| lines[0].starts_with(r#"{"transcript":1"#)),
            "the first line"
        );
        log.add(Logged::End);
        log.end();
        assert_eq!(recording.next().await, None, "there was no connection that could end");
    }
}
