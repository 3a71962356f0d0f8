//! Threads that read while the writer writes, each with a connection of its own.
//!
//! Deliberately not here: what they read (`reading.rs`).
use super::{Space, Store, StoreError, activity, database, gaps, outcomes, reading, space};
use crate::announce::Why;
use crate::figures::{Counted, FiguresQuery};
use crate::{Event, EventId, Feed, Gap, GapQuery, Page, PageQuery, Trial, TrialReport};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use tokio::sync::oneshot;

/// Readers of one database: one for pages and events, one for searches and one for trials, so that neither keeps a list
/// waiting.
pub(crate) struct Readers {
    lists: Reader,
    searches: Reader,
    trials: Reader,
}

impl Readers {
    /// Readers of the database of a store that is open.
    pub(crate) fn new(store: &Store) -> Self {
        let reader =
            || Reader { path: store.path.clone(), generation: Arc::clone(&store.generation), jobs: Mutex::new(None) };
        Self { lists: reader(), searches: reader(), trials: reader() }
    }

    /// Which of the files that took each other's place is read, counted from 0.
    pub(crate) fn generation(&self) -> u64 {
        self.lists.generation.load(Ordering::Acquire)
    }

    /// Ends the threads, after what they have been asked already.
    pub(crate) fn end(&self) {
        lock(&self.lists.jobs).take();
        lock(&self.searches.jobs).take();
        lock(&self.trials.jobs).take();
    }

    /// A page of the history.
    pub(crate) async fn page(&self, query: PageQuery) -> Result<Page, StoreError> {
        let reader = if query.search.is_empty() { &self.lists } else { &self.searches };
        reader.read(move |connection| reading::page(connection, &query)).await
    }

    /// What would become of events; stops soon after its future is dropped.
    pub(crate) async fn try_rules(&self, feed: Feed, trial: Trial) -> Result<TrialReport, StoreError> {
        let wanted = Arc::new(());
        let held = Arc::downgrade(&wanted);
        let report = self
            .trials
            .read(move |connection| reading::try_rules(connection, &feed, &trial, &mut || held.strong_count() > 0))
            .await;
        drop(wanted);
        report
    }

    /// An event, whole.
    pub(crate) async fn event(&self, id: EventId) -> Result<Option<Event>, StoreError> {
        self.lists.read(move |connection| reading::event(connection, id)).await
    }

    /// Why an event was announced, or was not.
    pub(crate) async fn why(&self, id: EventId) -> Result<Option<Why>, StoreError> {
        self.lists.read(move |connection| outcomes::why(connection, id)).await
    }

    /// How much there is on the disk.
    pub(crate) async fn space(&self) -> Result<Space, StoreError> {
        self.lists.read(space::space).await
    }

    /// The times in which a feed was not connected, newest first.
    pub(crate) async fn gaps(&self, query: GapQuery) -> Result<Vec<Gap>, StoreError> {
        self.lists.read(move |connection| gaps::gaps(connection, query)).await
    }

    /// What is counted of a feed.
    pub(crate) async fn count(&self, query: FiguresQuery, now: i64) -> Result<Counted, StoreError> {
        self.lists.read(move |connection| activity::count(connection, query, now)).await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) + Send>;

/// A thread that starts with the first question to it and ends with its handle.
struct Reader {
    path: PathBuf,
    /// Ascends when another file takes the place of the database.
    generation: Arc<AtomicU64>,
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
}

impl Reader {
    /// Reads on the thread. The answer can be awaited on any runtime.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let path = self.path.clone();
        let job: Job = Box::new(move |connection| {
            let read =
                connection.and_then(|connection| read(connection).map_err(|error| StoreError::of(&path, &error)));
            // An asker who has gone away is no error.
            let _ = answer.send(read);
        });
        // A job that is not taken drops its answer, which tells below.
        let _ =
            lock(&self.jobs).get_or_insert_with(|| start(self.path.clone(), Arc::clone(&self.generation))).send(job);
        answered.await.unwrap_or_else(|_| Err(self.unavailable()))
    }

    fn unavailable(&self) -> StoreError {
        StoreError::other(&self.path, "no thread could be started to read it. Start Tidings again.")
    }
}

fn start(path: PathBuf, generation: Arc<AtomicU64>) -> mpsc::Sender<Job> {
    let (sender, jobs) = mpsc::channel::<Job>();
    let run = move || {
        let mut connection = None;
        let mut opened = 0;
        for job in jobs {
            let present = generation.load(Ordering::Acquire);
            if opened != present {
                connection = None;
                opened = present;
            }
            if connection.is_none() {
                connection = match database::open_for_reading(&path) {
                    Ok(opened) => opened,
                    Err(error) => {
                        job(Err(error));
                        continue;
                    }
                };
            }
            match &connection {
                Some(connection) => job(Ok(connection)),
                None => job(Err(StoreError::other(&path, "it has gone away. Start Tidings again."))),
            }
        }
    };
    // Without a thread the receiver is gone, and whoever asks is told so.
    if let Err(error) = thread::Builder::new().name("tidings-reader".to_owned()).spawn(run) {
        tracing::error!(%error, "no thread to read the history");
    }
    sender
}
