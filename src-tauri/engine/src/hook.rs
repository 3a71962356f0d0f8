//! Programs that rules start for events: what is handed to them, whether they may be started, and what became of them.
//!
//! A program is started once for a stored event and never again for the same one: after a crash between the commit and
//! the start it is not started. Deliberately not here: starting and ending processes (the shell's `hook.rs`).
use crate::clock::now;
use crate::{DecidedBy, EventId, FeedId, Hook};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use ts_rs::TS;

/// How many reports of a feed are kept, for as long as the engine runs.
const KEPT: usize = 50;
/// How much of a program's output is kept, in bytes.
pub const OUTPUT_LIMIT: usize = 4 * 1024;

/// A program to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookStart {
    /// The program and its arguments. There is no shell.
    pub command: Vec<String>,
    /// For its standard input: the event as JSON, on one line.
    pub input: String,
    /// After that it is killed, with its process group.
    pub time_limit: Duration,
}

/// How a program ended, or why it was not started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum HookEnd {
    /// By itself; 0 means that all is well.
    Exited {
        /// Its exit status.
        status: i32,
    },
    /// By a signal that was not ours.
    Signalled {
        /// The number of the signal.
        signal: i32,
    },
    /// It ran for longer than its time limit and was killed.
    TimedOut,
    /// It could not be started.
    NotStarted {
        /// A sentence.
        reason: String,
    },
}

/// What became of a program, as who ran it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookOutcome {
    /// How it ended.
    pub end: HookEnd,
    /// What it wrote to standard output and standard error, at most [`OUTPUT_LIMIT`] bytes.
    pub output: String,
    /// How long it ran.
    pub took: Duration,
}

/// Takes the outcome, once.
pub type Report = Box<dyn FnOnce(HookOutcome) + Send>;

/// Who runs programs. The real one lives in the shell; tests record.
pub trait Hooks: Send + Sync + 'static {
    /// Takes a program to run and returns at once. As many run side by side, and wait, as the runner sees fit; one that is
    /// too many is reported as not started. `report` is called when it is over, from any thread.
    fn start(&self, start: HookStart, report: Report);
}

/// Runs nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHooks;

impl Hooks for NoHooks {
    fn start(&self, _: HookStart, report: Report) {
        let end = HookEnd::NotStarted { reason: "This process starts no programs.".to_owned() };
        report(HookOutcome { end, output: String::new(), took: Duration::ZERO });
    }
}

/// What became of a program that a rule wanted to be started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HookReport {
    /// The event it was for.
    pub event: EventId,
    /// The number of the rule then; the first is 1.
    pub rule: u32,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// When it was over, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub at: i64,
    /// How it ended.
    pub end: HookEnd,
    /// What it wrote; its beginning, if it was much.
    pub output: String,
    /// How long it ran, in milliseconds.
    #[ts(type = "number")]
    pub took: u64,
}

/// A stored event, as a program gets it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Input<'a> {
    pub(crate) feed: FeedId,
    pub(crate) feed_name: &'a str,
    pub(crate) event: EventId,
    pub(crate) r#type: &'a str,
    pub(crate) last_event_id: &'a str,
    pub(crate) received_at: i64,
    pub(crate) title: &'a str,
    pub(crate) body: &'a str,
    pub(crate) link: Option<&'a str>,
    pub(crate) urgency: &'static str,
    pub(crate) data: &'a str,
}

/// Starts programs where that is allowed, and keeps what became of them.
pub(crate) struct Starter {
    hooks: Arc<dyn Hooks>,
    allowed: AtomicBool,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log(Mutex<HashMap<FeedId, VecDeque<HookReport>>>);

impl Log {
    fn feeds(&self) -> MutexGuard<'_, HashMap<FeedId, VecDeque<HookReport>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, feed: FeedId, report: HookReport) {
        let program = report.command.first().map(String::as_str).unwrap_or_default();
        match &report.end {
            HookEnd::Exited { status: 0 } => {
                tracing::info!(target: "tidings::hook", feed = feed.0, event = report.event.0, program, "a hook ended");
            }
            end => {
                let output = report.output.as_str();
                tracing::warn!(target: "tidings::hook", feed = feed.0, event = report.event.0, program, ?end, output, "a hook failed");
            }
        }
        let mut feeds = self.feeds();
        let reports = feeds.entry(feed).or_default();
        if reports.len() >= KEPT {
            reports.pop_front();
        }
        reports.push_back(report);
    }
}

impl Starter {
    pub(crate) fn new(hooks: Arc<dyn Hooks>, allowed: bool) -> Self {
        Self { hooks, allowed: AtomicBool::new(allowed), log: Arc::default() }
    }

    pub(crate) fn set_allowed(&self, allowed: bool) {
        self.allowed.store(allowed, Ordering::Relaxed);
    }

    /// The last reports of a feed, newest last.
    pub(crate) fn log(&self, feed: FeedId) -> Vec<HookReport> {
        self.log.feeds().get(&feed).map(|reports| reports.iter().cloned().collect()).unwrap_or_default()
    }

    pub(crate) fn forget(&self, feed: FeedId) {
        self.log.feeds().remove(&feed);
    }

    /// Starts a rule's program for a stored event, unless the settings forbid it.
    pub(crate) fn start(&self, hook: &Hook, decided_by: &DecidedBy, input: &Input<'_>) {
        let rule = if let DecidedBy::Rule { number, .. } = decided_by { *number } else { 0 };
        let (log, feed, event, command) = (Arc::clone(&self.log), input.feed, input.event, hook.command.clone());
        let report: Report = Box::new(move |outcome: HookOutcome| {
            let HookOutcome { end, mut output, took } = outcome;
            output.truncate(output.floor_char_boundary(OUTPUT_LIMIT));
            let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            log.keep(feed, HookReport { event, rule, command, at: now(), end, output, took });
        });
        if !self.allowed.load(Ordering::Relaxed) {
            let reason = "Hooks are switched off; allow them in the settings.".to_owned();
            let end = HookEnd::NotStarted { reason };
            return report(HookOutcome { end, output: String::new(), took: Duration::ZERO });
        }
        let input = serde_json::to_string(input).unwrap_or_default() + "\n";
        let time_limit = Duration::from_secs(hook.time_limit.into());
        self.hooks.start(HookStart { command: hook.command.clone(), input, time_limit }, report);
    }
}
