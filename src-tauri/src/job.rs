//! Long work that the user waits for: how far it is, how it ended, and its end before its time.
//!
//! Each job has a thread of its own, and nothing waits for it. What is told is a short list of which the last state counts:
//! whoever listens too slowly misses nothing but steps in between. Deliberately not here: the work.
use serde::Serialize;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use ts_rs::TS;

/// The least time between two tellings of how far a job is.
const TELL: Duration = Duration::from_millis(100);

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Work {
    /// Events are written to a file.
    Export,
    /// The feeds are written to a file.
    Feeds,
    /// Everything is copied.
    Backup,
    /// A backup is made ready; then the program starts again.
    Restore,
    /// Spare space is given back to the disk.
    Vacuum,
    /// The connections of a feed are recorded, until the user has enough.
    Record,
    /// A transcript is replayed, until the user has enough.
    Replay,
}

/// How a job fares.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Progress {
    /// It is under way.
    Running {
        /// From 0 to 1; null where it cannot be known.
        part: Option<f32>,
    },
    /// It is done.
    Done {
        /// How much it was: events or feeds of an export, bytes of anything else.
        #[ts(type = "number")]
        amount: u64,
        /// The file that was made.
        file: Option<PathBuf>,
    },
    /// It failed, and left nothing behind but what the message names.
    Failed {
        /// Why, as a sentence.
        message: String,
    },
}

/// Long work, as the window shows it. One that was cancelled is gone.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct Job {
    /// Ascends by one with each job of a run.
    #[ts(type = "number")]
    pub id: u64,
    /// What is done.
    pub work: Work,
    /// How it fares.
    #[serde(flatten)]
    pub progress: Progress,
}

/// What a job ended with.
pub struct Done {
    /// As in [`Progress::Done`].
    pub amount: u64,
    /// As in [`Progress::Done`].
    pub file: Option<PathBuf>,
}

/// The jobs of this run: those under way, and those that have ended until the user has taken note.
#[derive(Clone, Default)]
pub struct Jobs(Arc<Shared>);

#[derive(Default)]
struct Shared {
    list: watch::Sender<Vec<Job>>,
    last: AtomicU64,
    cancelled: Mutex<HashMap<u64, Arc<Cancelled>>>,
}

impl Jobs {
    /// The list, and how it changes.
    pub fn list(&self) -> watch::Receiver<Vec<Job>> {
        self.0.list.subscribe()
    }

    /// Begins work on a thread of its own. `run` breaks it off when it is told to, with [`ControlFlow::Break`], and leaves
    /// nothing behind then, nor when it fails (with a sentence) but what the sentence names.
    pub fn start(
        &self,
        work: Work,
        run: impl FnOnce(&Reporter) -> Result<ControlFlow<(), Done>, String> + Send + 'static,
    ) -> u64 {
        let id = self.0.last.fetch_add(1, Ordering::Relaxed) + 1;
        let cancelled = Arc::<Cancelled>::default();
        self.cancelled().insert(id, Arc::clone(&cancelled));
        let job = Job { id, work, progress: Progress::Running { part: None } };
        self.0.list.send_modify(|list| list.push(job));
        let jobs = self.clone();
        let started = std::thread::Builder::new().name("tidings-job".to_owned()).spawn(move || {
            let reporter = Reporter { jobs, id, cancelled, told: Mutex::new(Instant::now()) };
            let ended = run(&reporter);
            reporter.jobs.end(id, ended);
        });
        if let Err(error) = started {
            self.end(
                id,
                Err(format!("No thread could be started for it: {error}. Close other programs and try again.")),
            );
        }
        id
    }

    /// Has a job end before its time. That there is none is no error: it has just ended.
    pub fn cancel(&self, id: u64) {
        if let Some(cancelled) = self.cancelled().get(&id) {
            cancelled.ask();
        }
    }

    /// Has all jobs end before their time, and waits until they have.
    pub async fn end_all(&self) {
        self.cancelled().values().for_each(|cancelled| cancelled.ask());
        let ended = |list: &Vec<Job>| !list.iter().any(|job| matches!(job.progress, Progress::Running { .. }));
        // Who tells is here.
        let _ = self.list().wait_for(ended).await;
    }

    /// Takes a job that has ended off the list.
    pub fn dismiss(&self, id: u64) {
        self.0.list.send_modify(|list| {
            list.retain(|job| job.id != id || matches!(job.progress, Progress::Running { .. }));
        });
    }

    /// The file that a job made.
    pub fn file(&self, id: u64) -> Option<PathBuf> {
        let list = self.0.list.borrow();
        list.iter().find(|job| job.id == id).and_then(|job| match &job.progress {
            Progress::Done { file, .. } => file.clone(),
            _ => None,
        })
    }

    fn end(&self, id: u64, ended: Result<ControlFlow<(), Done>, String>) {
        self.cancelled().remove(&id);
        let progress = match ended {
            Ok(ControlFlow::Break(())) => None,
            Ok(ControlFlow::Continue(Done { amount, file })) => Some(Progress::Done { amount, file }),
            Err(message) => Some(Progress::Failed { message }),
        };
        self.0.list.send_modify(|list| match progress {
            Some(progress) => {
                if let Some(job) = list.iter_mut().find(|job| job.id == id) {
                    job.progress = progress;
                }
            }
            None => list.retain(|job| job.id != id),
        });
    }

    fn cancelled(&self) -> MutexGuard<'_, HashMap<u64, Arc<Cancelled>>> {
        self.0.cancelled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a job is to end before its time.
#[derive(Default)]
struct Cancelled {
    asked: AtomicBool,
    told: Notify,
}

impl Cancelled {
    fn ask(&self) {
        self.asked.store(true, Ordering::Relaxed);
        self.told.notify_one();
    }
}

/// By what work says how far it is, and hears that it is to end.
pub struct Reporter {
    jobs: Jobs,
    id: u64,
    cancelled: Arc<Cancelled>,
    told: Mutex<Instant>,
}

impl Reporter {
    /// So much of so much is done. [`ControlFlow::Break`]: the user wants no more of it.
    pub fn at(&self, done: u64, total: u64) -> ControlFlow<()> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() >= TELL {
            *told = Instant::now();
            #[expect(clippy::cast_precision_loss, reason = "a line is drawn as long as this")]
            let part = (total > 0).then(|| (done.min(total) as f32) / (total as f32));
            self.jobs.0.list.send_modify(|list| {
                if let Some(job) = list.iter_mut().find(|job| job.id == self.id) {
                    job.progress = Progress::Running { part };
                }
            });
        }
        if self.cancelled.asked.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Completes when the user wants no more of it. Cancel-safe.
    pub async fn cancelled(&self) {
        self.cancelled.told.notified().await;
    }
}
