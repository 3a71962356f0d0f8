//! A live test: an address is tried once, with the settings of a feed that need not exist yet, and what is seen of it is
//! told step by step, with what seems to be wrong and a better address where one can be named.
//!
//! It makes the very attempt that the feed's subscription would make. Deliberately not here: storing or announcing anything;
//! the steps themselves (`tidings-event-source`), what is a mistake (`diagnosis.rs`).
mod address;
mod diagnosis;
mod first_events;
mod report;

pub use address::completed_address;
pub use diagnosis::{Finding, Mistake, Observed, Weight, diagnose};
pub use first_events::FirstEvents;
pub use report::{Detail, Heartbeat, Outcome, Preview, Step, TestReport, TestStep, Verdict};

use crate::preset::{self, Listening, Preset};
use crate::secret::{FeedSecrets, Hidden};
use crate::{EngineError, FeedConfig, FeedFault, GivenSecret, Intake};
use diagnosis::looks_like_mastodon;
use report::Report;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tidings_event_source::header::HeaderValue;
use tidings_event_source::{Connector, Failure, Observation, Request, Url, document, probe};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// How long a test lasts unless somebody wants it otherwise.
pub const LENGTH: Duration = Duration::from_secs(10);
/// The longest that it may last.
pub const LONGEST: Duration = Duration::from_hours(1);
/// How long a server's description of itself may take.
const DESCRIPTION_LIMIT: Duration = Duration::from_secs(3);
/// How much of it is read, in bytes.
const DESCRIPTION_SIZE: usize = 256 * 1024;

/// A test that can be made.
pub struct LiveTest {
    config: FeedConfig,
    connector: Connector,
    request: Request,
    intake: Intake,
    hidden: Hidden,
    presets: Vec<Preset>,
    first: FirstEvents,
}

impl LiveTest {
    /// Of the address of these settings, with these secrets. Fails for settings with which nothing can be asked, such as an address that is
    /// none.
    pub fn new(config: FeedConfig, given: Vec<GivenSecret>, user_agent: &str) -> Result<Self, EngineError> {
        let config = config.checked()?;
        let secrets = FeedSecrets::new(given);
        let options = config.connector_options(user_agent, &secrets)?;
        // Of its own: nothing of an earlier test, such as a TLS session, makes it look better than it is.
        let connector = Connector::new(&options).map_err(FeedFault::from)?;
        let request = config.request(&secrets)?;
        let intake = Intake::new(&config).map_err(FeedFault::from)?;
        let presets = preset::built_in().to_vec();
        let hidden = secrets.hidden(&config);
        Ok(Self { config, connector, request, intake, hidden, presets, first: FirstEvents::default() })
    }

    /// Has the source recognised by these presets instead of those that come with the program.
    #[must_use]
    pub fn knowing(self, presets: Vec<Preset>) -> Self {
        Self { presets, ..self }
    }

    /// Its first events, which fill up while it runs.
    pub fn first_events(&self) -> FirstEvents {
        self.first.clone()
    }

    /// Tries it for so long, and tells how it fares: at first at once, then after each step, and a last time with the
    /// result. `tell` is not called again after the future was dropped, which also ends the connection. Needs a tokio
    /// runtime with I/O and time.
    pub async fn run(self, length: Duration, mut tell: impl FnMut(&TestReport) + Send) -> TestReport {
        let Self { config, connector, request, intake, hidden, presets, first } = &self;
        let started = Instant::now();
        let end = started + length.min(LONGEST);
        let proxy = connector.proxy_before(&request.url);
        let listening = Listening::for_signs_of(presets);
        let report = Report::new(config, request, hidden.clone(), proxy, listening, started.into_std());
        let mut report = report.keeping(first.clone());
        tell(report.told());
        let failure = watched(connector, request, end, config.event_limit_in_bytes(), |observation| {
            if let Some(observation) = observation
                && !report.observe(observation, intake)
            {
                return false;
            }
            tell(report.told());
            true
        })
        .await;
        report.ended(failure);
        if looks_like_mastodon(report.observed()) {
            let streaming = timeout(DESCRIPTION_LIMIT, streaming(connector, &request.url, presets)).await;
            report.learned(streaming.ok().flatten());
        }
        tell(report.told());
        report.done()
    }
}

/// Probes until the end of the time, or of what is probed, which is the result then. `take` gets what is observed, and
/// says whether it has told of it; what it has not told of, it is asked to (`None`) a little later, with what came since.
async fn watched(
    connector: &Connector,
    request: &Request,
    end: Instant,
    event_limit: usize,
    take: impl FnMut(Option<Observation<'_>>) -> bool + Send,
) -> Option<Failure> {
    let (untold, mut waiting) = mpsc::channel::<()>(1);
    let take = Mutex::new(take);
    let taken = |observation: Option<Observation<'_>>| {
        let mut take = take.lock().unwrap_or_else(PoisonError::into_inner);
        take(observation)
    };
    let observed = |observation: Observation<'_>| {
        if !taken(Some(observation)) {
            // Full means that it is known already.
            let _ = untold.try_send(());
        }
    };
    let mut probing = pin!(timeout_at(end, probe(connector, request.clone(), event_limit, observed)));
    loop {
        tokio::select! {
            biased;
            ended = &mut probing => return ended.ok(),
            Some(()) = waiting.recv() => {
                tokio::select! {
                    biased;
                    ended = &mut probing => return ended.ok(),
                    () = sleep(report::CALM) => taken(None),
                };
            }
        }
    }
}

/// The address at the host where a server says that its streams are.
async fn streaming(connector: &Connector, url: &Url, presets: &[Preset]) -> Option<Url> {
    let mut url = url.clone();
    // Anybody may ask.
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    let (preset, about) = preset::lookups(url.as_str(), presets).into_iter().next()?;
    let json = document(connector, about, HeaderValue::from_static("application/json"), DESCRIPTION_SIZE).await?;
    preset::with_lookup(preset, url.as_str(), &serde_json::from_str(&json).ok()?)?.parse().ok()
}
