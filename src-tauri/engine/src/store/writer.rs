//! The one thread that writes: what comes is committed in groups, whatever is waiting in one transaction.
//!
//! One event alone is committed at once; while that is written to the disk, others gather, and a flood goes in batches.
//! The queue is bounded in number and bytes: when it is full, its feeders wait, and so do their sockets. When the disk
//! fails, nothing is dropped: the batch is tried again, and everybody waits. When the database is found to be damaged, it
//! is mended or replaced in between, and the batch goes into what is there then. Deliberately not here: the rows.
use super::{Arrival, Commit, Fault, SetAside, Store, StoreError, StoredFeed};
use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// How many arrivals may wait, or be in the transaction under way.
const QUEUE_LENGTH: usize = 512;
/// How many bytes of them. An arrival that is larger goes alone.
const QUEUE_BYTES: u32 = 4 * 1024 * 1024;
/// How many arrivals go into one transaction.
const BATCH: usize = 500;
/// The pause after a failure: doubling from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);
/// How often in one run a damaged database is mended: a disk that breaks each of them shall not be filled with them.
const MENDINGS: u32 = 3;

/// What the writer tells, on its own thread.
pub(crate) enum WriterNews {
    /// A transaction is committed: these arrivals, and what became of each.
    Committed(Vec<Arrival>, Commit),
    /// Storing fails, for this reason; `None`: it works again.
    Storage(Option<StoreError>),
    /// The database was damaged and is sound again, with these feeds; and what became of the damaged one, unless it could
    /// be repaired.
    Mended(Vec<StoredFeed>, Option<SetAside>),
}

/// The handle of the writing thread, which ends when the handle goes away, after writing what is in the queue.
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
    places: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

type Change = Box<dyn FnOnce(Result<&mut Store, StoreError>) + Send>;

enum Job {
    Arrival(Arrival, Room),
    /// Something of the user's, in its turn. While storing fails it is told so instead of waiting.
    Change(Change),
    /// Somebody met damage while reading the file of this generation. Answered when it is mended, or cannot be.
    Mend(u64, oneshot::Sender<Result<(), StoreError>>),
    /// Writes what is in the queue and closes the store.
    Finish(oneshot::Sender<()>),
}

/// The room an arrival takes in the queue, given back after its transaction.
struct Room {
    _place: OwnedSemaphorePermit,
    _bytes: OwnedSemaphorePermit,
}

impl Writer {
    /// Starts the thread, which takes the store and tells `listen` what it does, which may add to it.
    pub(crate) fn start(
        store: Store,
        listen: impl FnMut(WriterNews, &mut Store) + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (jobs, received) = mpsc::channel();
        let path = store.path().to_owned();
        let thread = Thread {
            store,
            listen,
            jobs: received,
            waiting: VecDeque::new(),
            finished: None,
            ending: false,
            mendings: 0,
        };
        thread::Builder::new()
            .name("tidings-writer".to_owned())
            .spawn(move || thread.run())
            .map_err(|error| StoreError::other(&path, format!("no thread could be started ({error}).")))?;
        let semaphore = |size| Arc::new(Semaphore::new(size));
        Ok(Self { jobs, places: semaphore(QUEUE_LENGTH), bytes: semaphore(QUEUE_BYTES as usize) })
    }

    /// Hands an arrival over, as soon as there is room for it. `false` when the writer has ended. Cancel-safe: an
    /// arrival is either in the queue or not.
    pub(crate) async fn append(&self, arrival: Arrival) -> bool {
        let size = u32::try_from(arrival.size()).unwrap_or(u32::MAX).min(QUEUE_BYTES);
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return false };
        let Ok(bytes) = Arc::clone(&self.bytes).acquire_many_owned(size).await else { return false };
        self.jobs.send(Job::Arrival(arrival, Room { _place: place, _bytes: bytes })).is_ok()
    }

    /// Changes something, after what is in the queue already. `None` when the writer has ended. The answer can be awaited
    /// on any runtime.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Option<Result<T, StoreError>> {
        let (answer, answered) = oneshot::channel();
        let change: Change = Box::new(move |store| {
            // An asker who has gone away is no error; the change is made.
            let _ = answer.send(store.and_then(change));
        });
        self.jobs.send(Job::Change(change)).ok()?;
        answered.await.ok()
    }

    /// Has the database looked at in which damage was met, and mended, unless that was done since: `seen` is the generation
    /// in which it was met. `None` when the writer has ended.
    pub(crate) async fn mend(&self, seen: u64) -> Option<Result<(), StoreError>> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send(Job::Mend(seen, answer)).ok()?;
        answered.await.ok()
    }

    /// Writes what is in the queue and closes the store. Returns when that is done.
    pub(crate) async fn finish(&self) {
        let (done, finished) = oneshot::channel();
        if self.jobs.send(Job::Finish(done)).is_ok() {
            // Ends with an error when the thread ends otherwise, which is as good.
            let _ = finished.await;
        }
    }
}

struct Thread<L> {
    store: Store,
    listen: L,
    jobs: mpsc::Receiver<Job>,
    /// Taken from `jobs` while the disk failed.
    waiting: VecDeque<Job>,
    finished: Option<oneshot::Sender<()>>,
    /// It is time to end: what is waiting is tried once more, and nothing else is waited for.
    ending: bool,
    /// How often the database was mended.
    mendings: u32,
}

impl<L: FnMut(WriterNews, &mut Store)> Thread<L> {
    fn run(mut self) {
        while let Some(job) = self.next() {
            let go_on = match job {
                Job::Arrival(arrival, room) => self.commit_with_others(arrival, room),
                Job::Change(change) => {
                    change(Ok(&mut self.store));
                    true
                }
                Job::Mend(seen, answer) => {
                    let mended = if self.store.generation() > seen { Ok(()) } else { self.mend() };
                    let _ = answer.send(mended);
                    true
                }
                Job::Finish(done) => {
                    self.finished = Some(done);
                    false
                }
            };
            if !go_on {
                break;
            }
        }
        // The lock on the data directory is given up before anyone hears that it is.
        drop(self.store);
        if let Some(done) = self.finished {
            let _ = done.send(());
        }
    }

    fn next(&mut self) -> Option<Job> {
        let waiting = self.waiting.pop_front();
        if self.ending { waiting } else { waiting.or_else(|| self.jobs.recv().ok()) }
    }

    /// Commits an arrival together with those that wait behind it. `false`: it is time to end.
    fn commit_with_others(&mut self, arrival: Arrival, room: Room) -> bool {
        let mut batch = vec![arrival];
        let mut rooms = vec![room];
        while batch.len() < BATCH {
            match self.waiting.pop_front().or_else(|| self.jobs.try_recv().ok()) {
                Some(Job::Arrival(arrival, room)) => {
                    batch.push(arrival);
                    rooms.push(room);
                }
                Some(other) => {
                    self.waiting.push_front(other);
                    break;
                }
                None => break,
            }
        }
        match self.commit(&batch) {
            Some(commit) => {
                self.tell(WriterNews::Committed(batch, commit));
                true
            }
            None => false,
        }
    }

    /// A fault of those who are told does not keep anything from being stored.
    fn tell(&mut self, news: WriterNews) {
        if panic::catch_unwind(AssertUnwindSafe(|| (self.listen)(news, &mut self.store))).is_err() {
            tracing::error!("what follows from a commit failed; the events are stored");
        }
    }

    /// Tries until it works. `None`: it is time to end, and it did not.
    fn commit(&mut self, batch: &[Arrival]) -> Option<Commit> {
        let mut pause = FIRST_PAUSE;
        let mut told: Option<Fault> = None;
        loop {
            let mut error = match self.store.append(batch) {
                Ok(commit) => {
                    if told.is_some() {
                        tracing::info!("events are stored again");
                        self.tell(WriterNews::Storage(None));
                    }
                    return Some(commit);
                }
                Err(error) => error,
            };
            if error.fault() == Fault::Damaged {
                match self.mend() {
                    Ok(()) => continue,
                    Err(why_not) => error = why_not,
                }
            }
            // Once, not with each attempt: the same fault may be met at different places.
            if told != Some(error.fault()) {
                tracing::error!("{error}");
                self.tell(WriterNews::Storage(Some(error.clone())));
                told = Some(error.fault());
            }
            if self.ending {
                return None;
            }
            self.pause(pause, &error);
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    /// Has a damaged database mended, or replaced by what can be read of it.
    fn mend(&mut self) -> Result<(), StoreError> {
        if self.mendings == MENDINGS {
            return Err(self.store.damaged());
        }
        let before = self.store.set_aside().cloned();
        self.store.mend()?;
        self.mendings += 1;
        let set_aside = self.store.set_aside().filter(|now| Some(*now) != before.as_ref()).cloned();
        if let Some(set_aside) = &set_aside {
            tracing::error!("{}", set_aside.sentence());
        } else {
            tracing::warn!("the history was damaged, and was repaired without loss");
        }
        let feeds = self.store.feeds()?;
        self.tell(WriterNews::Mended(feeds, set_aside));
        Ok(())
    }

    /// Waits, while it tells those who want to change something why they cannot. The time to end cuts it short: one more
    /// attempt may succeed, and what is not stored then may be something that nobody sends again.
    fn pause(&mut self, pause: Duration, error: &StoreError) {
        let end = Instant::now() + pause;
        let mut jobs = std::mem::take(&mut self.waiting);
        loop {
            let job = match jobs.pop_front() {
                Some(job) => Ok(job),
                None => self.jobs.recv_timeout(end.saturating_duration_since(Instant::now())),
            };
            match job {
                Ok(Job::Change(change)) => change(Err(error.clone())),
                Ok(Job::Mend(_, answer)) => drop(answer.send(Err(error.clone()))),
                Ok(Job::Finish(done)) => {
                    self.finished = Some(done);
                    self.ending = true;
                    break;
                }
                Ok(arrival @ Job::Arrival(..)) => self.waiting.push_back(arrival),
                Err(mpsc::RecvTimeoutError::Timeout) => break,
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    self.ending = true;
                    break;
                }
            }
        }
        self.waiting.extend(jobs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FeedConfig;
    use std::fs;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// What stands in the way may go away.
    #[test]
    fn a_mending_that_failed_is_tried_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let feed = store.add_feed(&FeedConfig::new("a", "http://127.0.0.1:9/")).unwrap().id;
        let arrivals = [Arrival::LastEventId(feed, "1".into())];
        let (file, away) = (dir.path().join("tidings.db"), dir.path().join("away"));
        fs::rename(&file, &away).unwrap();
        fs::create_dir(&file).unwrap();
        store.mend().unwrap_err();
        let error = store.append(&arrivals).expect_err("there is no table");
        assert_eq!(error.fault(), Fault::Damaged);
        fs::remove_dir(&file).unwrap();
        fs::rename(&away, &file).unwrap();
        store.mend().unwrap();
        assert!(store.append(&arrivals).is_ok());
    }

    /// A page and each of its events meet the same damage side by side.
    #[tokio::test]
    async fn a_damage_that_many_meet_is_mended_once() {
        let dir = tempfile::tempdir().unwrap();
        let mended = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&mended);
        let listen = move |news, _: &mut Store| {
            counted.fetch_add(u32::from(matches!(news, WriterNews::Mended(..))), Ordering::Relaxed);
        };
        let writer = Writer::start(Store::open(dir.path()).unwrap(), listen).unwrap();
        for _ in 0..=MENDINGS {
            assert_eq!(writer.mend(0).await, Some(Ok(())));
        }
        assert_eq!(mended.load(Ordering::Relaxed), 1);
        // Another one, in what is there now.
        assert_eq!(writer.mend(1).await, Some(Ok(())));
        assert_eq!(mended.load(Ordering::Relaxed), 2);
    }
}
