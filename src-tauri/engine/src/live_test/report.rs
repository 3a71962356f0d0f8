//! How a live test fares, as the window and the command line show it: folded from what is observed, one thing at a time.
//!
//! Deliberately not here: the network, and words in any language (but for the sentences of failures and findings).
use super::FirstEvents;
use super::diagnosis::{Arrival, Finding, Observed, Weight, diagnose};
use crate::clock::whole_milliseconds;
use crate::connection_log::{shown_address, text};
use crate::preset::Listening;
use crate::secret::Hidden;
use crate::template::Incoming;
use crate::{Cause, Decision, FeedConfig, Intake, ProxyChoice, Urgency};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use tidings_event_source::connection::address;
use tidings_event_source::{Certificate, Event, Failure, Frame, Layer, Observation, Request, Sight, Sighting};
use ts_rs::TS;

/// The least time between two tellings while things stream in.
pub(super) const CALM: Duration = Duration::from_millis(100);
/// How much of an event's data is shown, in bytes.
const DATA: usize = 4 * 1024;
/// How many arrivals are looked at.
const ARRIVALS: usize = 64;
/// How many comments or events of one type are looked at for a rhythm.
const BEATS: usize = 16;
/// Types and data of events that usually are heartbeats.
const HEARTBEATS: &[&str] =
    &["ping", "heartbeat", "keepalive", "keep-alive", "keep_alive", "alive", "h", "hb", "heart", "❤", "💓"];

/// A layer that is passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// The name has an address.
    Lookup,
    /// The connection stands.
    Tcp,
    /// It is encrypted, and the server is who it says.
    Tls,
    /// The server answered.
    Http,
    /// The answer is an event stream.
    ContentType,
    /// Something came over it.
    FirstBytes,
    /// An event came.
    FirstEvent,
    /// It beats.
    Heartbeat,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Self; 8] = [
        Self::Lookup,
        Self::Tcp,
        Self::Tls,
        Self::Http,
        Self::ContentType,
        Self::FirstBytes,
        Self::FirstEvent,
        Self::Heartbeat,
    ];

    /// Which one a failure is of. `opened`: it befell an open stream.
    fn of(failure: &Failure, opened: bool) -> Self {
        match failure {
            _ if opened => Self::FirstBytes,
            Failure::NameLookup { .. } | Failure::Unsendable { .. } => Self::Lookup,
            Failure::Refused { .. }
            | Failure::Unreachable { .. }
            | Failure::ConnectTimeout { .. }
            | Failure::Proxy { .. }
            | Failure::ProxyCredentials
            | Failure::SocksCredentials
            | Failure::ProxyUnreachable { .. } => Self::Tcp,
            Failure::NotAnEventStream { .. } => Self::ContentType,
            failure if failure.layer() == Layer::Tls => Self::Tls,
            _ => Self::Http,
        }
    }
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "StepVerdict")]
pub enum Verdict {
    /// Nothing is known yet.
    Waiting,
    /// As it should be.
    Good,
    /// It works, but.
    Warning,
    /// Here it ends.
    Failed,
    /// It is not needed, or was not reached.
    Skipped,
}

/// What a step found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(rename = "StepDetail")]
pub enum Detail {
    /// The addresses of a name.
    Addresses {
        /// At most four of them.
        addresses: Vec<String>,
        /// How many there are.
        count: usize,
    },
    /// An address needs no lookup.
    IsAddress,
    /// Who is connected.
    Connected {
        /// Host and port of the server.
        to: String,
        /// Host and port of the proxy that it goes through.
        proxy: Option<String>,
    },
    /// The connection is not encrypted.
    Plain,
    /// TLS, and whose certificate.
    Tls {
        /// "1.2", "1.3"
        version: Option<String>,
        /// The names it is for, separated by commas; cut.
        names: String,
        /// Who signed it.
        issuer: String,
        /// Until when it is good, in milliseconds since the Unix epoch.
        #[ts(type = "number | null")]
        expires: Option<i64>,
        /// Whether it was checked at all.
        checked: bool,
    },
    /// The answer.
    Answer {
        /// Its status.
        status: u16,
        /// "HTTP/1.1", "HTTP/2.0"
        protocol: String,
        /// How many redirects led there.
        redirects: u32,
        /// Where to, if there were any; without secrets.
        to: Option<String>,
    },
    /// The media type as the server wrote it.
    Type {
        /// Empty: none.
        value: String,
    },
    /// How much has come.
    Bytes {
        /// So far.
        #[ts(type = "number")]
        count: u64,
    },
    /// How many events have come.
    Events {
        /// So far.
        #[ts(type = "number")]
        count: u64,
        /// Of the first.
        first_type: String,
    },
    /// By what it beats.
    Beats {
        /// What comes again and again.
        what: Heartbeat,
        /// About how often, in milliseconds; `None`: it came once.
        #[ts(type = "number | null")]
        every: Option<u64>,
    },
}

/// What a source shows by that it is alive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Heartbeat {
    /// A comment, which is not an event.
    Comment,
    /// Events of this type.
    Event {
        /// The type.
        event_type: String,
    },
}

/// A step as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TestStep {
    /// Which one.
    pub step: Step,
    /// How it went.
    pub verdict: Verdict,
    /// How long it took, in milliseconds.
    #[ts(type = "number | null")]
    pub took: Option<u64>,
    /// What was found.
    pub detail: Option<Detail>,
}

/// An event as the feed would have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "EventPreview")]
pub struct Preview {
    /// Its type.
    pub event_type: String,
    /// The last event ID in force.
    pub last_event_id: String,
    /// Its data, cut.
    pub data: String,
    /// What the mapping makes of it.
    pub title: String,
    /// See there.
    pub body: String,
    /// See there.
    pub urgency: Urgency,
    /// What the rules say of it.
    pub decision: Decision,
    /// Milliseconds since the test began.
    #[ts(type = "number")]
    pub after: u64,
}

/// What a test comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(rename = "TestOutcome")]
pub enum Outcome {
    /// It is not over.
    Running,
    /// It is an event stream, and something came over it.
    Works,
    /// It is an event stream; nothing has come yet.
    Silent,
    /// The server took the request and has not answered yet: many do not before their first event.
    Unanswered,
    /// It does not work.
    Failed,
}

/// How a test fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TestReport {
    /// What is asked for, without secrets.
    pub url: String,
    /// What it comes to.
    pub outcome: Outcome,
    /// All steps, in their order.
    pub steps: Vec<TestStep>,
    /// The first events.
    pub previews: Vec<Preview>,
    /// How many events have come.
    #[ts(type = "number")]
    pub events: u64,
    /// The preset that knows the stream by what came.
    pub source: Option<String>,
    /// Why it failed.
    pub cause: Option<Cause>,
    /// What is wrong or worth knowing, the gravest first.
    pub findings: Vec<Finding>,
    /// How long it has taken, in milliseconds.
    #[ts(type = "number")]
    pub took: u64,
}

/// A report while it grows.
pub(super) struct Report {
    told: TestReport,
    observed: Observed,
    started: Instant,
    /// When the step before ended.
    mark: Instant,
    proxy: Option<String>,
    insecure: bool,
    config: FeedConfig,
    hidden: Hidden,
    /// When the answer came.
    answered: Option<Instant>,
    bytes: u64,
    comments: Vec<Instant>,
    beats: Vec<(String, Instant)>,
    listening: Listening,
    first: FirstEvents,
}

impl Report {
    pub(super) fn new(
        config: &FeedConfig,
        request: &Request,
        hidden: Hidden,
        proxy: Option<String>,
        listening: Listening,
        started: Instant,
    ) -> Self {
        let mut observed = Observed::new(request.url.clone(), request.headers.clone(), crate::clock::now() / 1000);
        observed.sends_query_credential = request.query_credential.is_some();
        // Through a tunnel, and by SOCKS, a proxy answers for itself.
        let passes_on = request.url.scheme() == "http"
            && matches!(&config.proxy, ProxyChoice::Url(proxy) if proxy.starts_with("http"));
        observed.relay = proxy.clone().filter(|_| passes_on);
        let step = |step| TestStep { step, verdict: Verdict::Waiting, took: None, detail: None };
        let told = TestReport {
            url: shown_address(&request.url).into(),
            outcome: Outcome::Running,
            steps: Step::ALL.map(step).into(),
            previews: vec![],
            events: 0,
            source: None,
            cause: None,
            findings: vec![],
            took: 0,
        };
        Self {
            told,
            observed,
            hidden,
            config: config.clone(),
            started,
            mark: started,
            proxy,
            insecure: config.insecure,
            answered: None,
            bytes: 0,
            comments: vec![],
            beats: vec![],
            listening,
            first: FirstEvents::default(),
        }
    }

    /// Keeps the first events there.
    pub(super) fn keeping(self, first: FirstEvents) -> Self {
        Self { first, ..self }
    }

    pub(super) fn observed(&self) -> &Observed {
        &self.observed
    }

    /// As it is now.
    pub(super) fn told(&mut self) -> &TestReport {
        self.told.took = whole_milliseconds(self.started.elapsed());
        &self.told
    }

    pub(super) fn done(self) -> TestReport {
        self.told
    }

    /// Takes something in; whether it is worth telling at once.
    pub(super) fn observe(&mut self, observation: Observation<'_>, intake: &Intake) -> bool {
        match observation {
            Observation::Step(Sighting { at, what }) => self.step(at.into_std(), what),
            Observation::Opened(_) => {
                let (value, now) = (self.observed.content_type().unwrap_or_default(), Instant::now());
                self.settle(Step::ContentType, Verdict::Good, None, Some(Detail::Type { value }));
                self.observed.opened = Some(now - self.started);
                self.told.outcome = Outcome::Silent;
                true
            }
            Observation::Bytes(count) => self.bytes(count),
            Observation::Frame(frame) => self.frame(frame, intake),
        }
    }

    fn step(&mut self, at: Instant, what: Sight) -> bool {
        let took = Some(whole_milliseconds(at.saturating_duration_since(self.mark)));
        match what {
            Sight::Requested(asked) => {
                self.observed.requests.push(asked.url);
                self.observed.connected = false;
                self.mark = at;
                for step in &mut self.told.steps[..=Step::Http as usize] {
                    *step = TestStep { verdict: Verdict::Waiting, took: None, detail: None, ..step.clone() };
                }
                return true;
            }
            Sight::LookedUp(addresses) => {
                let shown = addresses.iter().take(4).map(ToString::to_string).collect();
                let detail = Detail::Addresses { addresses: shown, count: addresses.len() };
                self.settle(Step::Lookup, Verdict::Good, took, Some(detail));
            }
            Sight::Handshake => self.connected(took),
            Sight::Certificate(der, _) => {
                self.observed.certificate = Certificate::read(&der);
                let detail = self.tls_detail(None);
                self.told.steps[Step::Tls as usize].detail = Some(detail);
                return false;
            }
            Sight::Proved(tls13) => {
                let detail = self.tls_detail(Some(if tls13 { "1.3" } else { "1.2" }));
                self.told.steps[Step::Tls as usize].detail = Some(detail);
                return false;
            }
            Sight::Connected if self.verdict(Step::Tcp) == Verdict::Waiting => {
                self.observed.connected = true;
                self.connected(took);
                self.settle(Step::Tls, Verdict::Skipped, None, Some(Detail::Plain));
            }
            Sight::Connected => {
                self.observed.connected = true;
                let verdict = if self.insecure { Verdict::Warning } else { Verdict::Good };
                self.told.steps[Step::Tls as usize].verdict = verdict;
                self.told.steps[Step::Tls as usize].took = took;
            }
            Sight::Answered(answer) => {
                self.answered = Some(at);
                let redirects = u32::try_from(self.observed.requests.len().saturating_sub(1)).unwrap_or(u32::MAX);
                let to = self
                    .observed
                    .requests
                    .last()
                    .filter(|_| redirects > 0)
                    .map(|url| self.hidden.hidden_in(&shown_address(url)).into());
                let (status, protocol) = (answer.status, answer.protocol.to_owned());
                let good = if status < 400 && status != 204 { Verdict::Good } else { Verdict::Failed };
                self.settle(Step::Http, good, took, Some(Detail::Answer { status, protocol, redirects, to }));
                self.observed.answers.push(*answer);
            }
            Sight::Body(body) => {
                self.observed.body = String::from_utf8_lossy(&body).into_owned();
                // A server that refuses a token may repeat it.
                self.hidden.hide(&mut self.observed.body);
                return false;
            }
        }
        self.mark = at;
        true
    }

    fn connected(&mut self, took: Option<u64>) {
        if self.verdict(Step::Lookup) == Verdict::Waiting {
            self.settle(Step::Lookup, Verdict::Skipped, None, Some(Detail::IsAddress));
        }
        let to = self.observed.requests.last().map(address).unwrap_or_default();
        self.settle(Step::Tcp, Verdict::Good, took, Some(Detail::Connected { to, proxy: self.proxy.clone() }));
    }

    fn tls_detail(&self, version: Option<&str>) -> Detail {
        let certificate = self.observed.certificate.as_ref();
        Detail::Tls {
            version: version.map(str::to_owned),
            names: text(&certificate.map(|certificate| certificate.names.join(", ")).unwrap_or_default()).into(),
            issuer: text(certificate.map_or("", |certificate| &*certificate.issuer)).into(),
            expires: certificate.map(|certificate| certificate.not_after.saturating_mul(1000)),
            checked: !self.insecure,
        }
    }

    fn bytes(&mut self, count: usize) -> bool {
        let now = Instant::now();
        let first = self.bytes == 0;
        self.bytes += count as u64;
        if self.observed.arrivals.len() < ARRIVALS {
            self.observed.arrivals.push(Arrival { at: now - self.started, frames: 0 });
        }
        let took = if first { self.since_answer(now) } else { self.told.steps[Step::FirstBytes as usize].took };
        self.settle(Step::FirstBytes, Verdict::Good, took, Some(Detail::Bytes { count: self.bytes }));
        self.told.outcome = Outcome::Works;
        false
    }

    fn frame(&mut self, frame: Frame<'_>, intake: &Intake) -> bool {
        let now = Instant::now();
        if let Some(arrival) = self.observed.arrivals.last_mut() {
            arrival.frames += 1;
        }
        match frame {
            Frame::Event(event) => self.event(&event, now, intake),
            Frame::Comment(comment) => {
                self.listening.comment(comment);
                self.recognised();
                if self.comments.len() < BEATS {
                    self.comments.push(now);
                    self.beat();
                }
                false
            }
            Frame::Retry(_) | Frame::LastEventId(_) | Frame::Oversized { .. } => false,
        }
    }

    fn event(&mut self, event: &Event<'_>, now: Instant, intake: &Intake) -> bool {
        self.told.events += 1;
        let first = self.told.events == 1;
        let (took, first_type) = match &self.told.steps[Step::FirstEvent as usize] {
            TestStep { took, detail: Some(Detail::Events { first_type, .. }), .. } => (*took, first_type.clone()),
            _ => (self.since_answer(now), text(event.event_type).into()),
        };
        let detail = Detail::Events { count: self.told.events, first_type };
        self.settle(Step::FirstEvent, Verdict::Good, took, Some(detail));
        if is_heartbeat(event) && self.beats.len() < BEATS {
            self.beats.push((text(event.event_type).into(), now));
            self.beat();
        }
        let incoming = Incoming {
            event_type: event.event_type,
            data: event.data,
            last_event_id: event.last_event_id,
            received_at: crate::clock::now(),
            catch_up: false,
        };
        self.listening.event(&incoming);
        self.recognised();
        if self.first.take(event, incoming.received_at, now - self.started) {
            self.told.previews = self.first.previews(intake);
        }
        first
    }

    fn recognised(&mut self) {
        if self.told.source.is_none() {
            self.told.source = self.listening.found().map(str::to_owned);
        }
    }

    fn beat(&mut self) {
        let of_events = self.beats.last().map(|(event_type, _)| event_type.clone());
        let (what, times): (_, Vec<_>) = match of_events {
            Some(event_type) if self.comments.len() < 2 => {
                let times = self.beats.iter().filter(|(of, _)| *of == event_type).map(|(_, at)| *at).collect();
                (Heartbeat::Event { event_type }, times)
            }
            _ => (Heartbeat::Comment, self.comments.clone()),
        };
        let mut gaps: Vec<_> = times.windows(2).map(|pair| whole_milliseconds(pair[1] - pair[0])).collect();
        gaps.sort_unstable();
        let every = gaps.get(gaps.len() / 2).copied();
        self.settle(Step::Heartbeat, Verdict::Good, None, Some(Detail::Beats { what, every }));
    }

    /// It is over: by a failure, or because the time is.
    pub(super) fn ended(&mut self, failure: Option<Failure>) {
        let opened = self.observed.opened.is_some();
        match &failure {
            // That a stream ends is no failure of the address.
            Some(Failure::Ended { .. }) if opened => {
                let came = self.bytes > 0;
                if !came {
                    self.settle(Step::FirstBytes, Verdict::Warning, None, None);
                }
                self.told.outcome = if came { Outcome::Works } else { Outcome::Silent };
            }
            Some(failure) => {
                let step = Step::of(failure, opened);
                for earlier in &mut self.told.steps[..step as usize] {
                    if earlier.verdict == Verdict::Waiting {
                        earlier.verdict = Verdict::Skipped;
                    }
                }
                let took = whole_milliseconds(self.mark.elapsed());
                if step == Step::ContentType {
                    let value = self.observed.content_type().unwrap_or_default();
                    self.settle(step, Verdict::Failed, None, Some(Detail::Type { value }));
                } else {
                    let TestStep { took: known, detail, .. } = self.told.steps[step as usize].clone();
                    self.settle(step, Verdict::Failed, known.or(Some(took)), detail);
                }
                for later in &mut self.told.steps[step as usize + 1..] {
                    if later.verdict == Verdict::Waiting {
                        later.verdict = Verdict::Skipped;
                    }
                }
                self.told.outcome = Outcome::Failed;
                self.told.cause = Some(Cause::of(failure, &self.config, &self.hidden));
            }
            None if opened => {}
            // Until when it went well.
            None if self.verdict(Step::Tcp) == Verdict::Good && self.verdict(Step::Tls) != Verdict::Waiting => {
                self.told.outcome = Outcome::Unanswered;
            }
            None => {
                let asked = self.observed.requests.last().unwrap_or(&self.observed.asked);
                let is_address = self.proxy.is_none() && !matches!(asked.host(), Some(url::Host::Domain(_)));
                if is_address && self.verdict(Step::Lookup) == Verdict::Waiting {
                    self.settle(Step::Lookup, Verdict::Skipped, None, Some(Detail::IsAddress));
                }
                let waiting = self.told.steps.iter_mut().find(|step| step.verdict == Verdict::Waiting);
                if let Some(step) = waiting {
                    step.verdict = Verdict::Failed;
                }
                self.told.outcome = Outcome::Failed;
            }
        }
        self.observed.failure = failure;
        self.observed.over = true;
        self.diagnose();
    }

    /// What a Mastodon server says of where its streams are.
    pub(super) fn learned(&mut self, streaming: Option<url::Url>) {
        self.observed.streaming = streaming;
        self.diagnose();
    }

    fn diagnose(&mut self) {
        self.told.findings = diagnose(&self.observed);
        for finding in &mut self.told.findings {
            self.hidden.hide(&mut finding.message);
            // An address that repeats a secret is none to show.
            finding.proposal = finding.proposal.take().filter(|url| *self.hidden.hidden_in(url) == **url);
        }
        let of = |mistake: &Finding| (mistake.weight == Weight::Warning).then(|| mistake.what.step()).flatten();
        for step in self.told.findings.iter().filter_map(of) {
            let step = &mut self.told.steps[step as usize];
            if step.verdict == Verdict::Good {
                step.verdict = Verdict::Warning;
            }
        }
    }

    fn since_answer(&self, now: Instant) -> Option<u64> {
        self.answered.map(|answered| whole_milliseconds(now.saturating_duration_since(answered)))
    }

    fn verdict(&self, step: Step) -> Verdict {
        self.told.steps[step as usize].verdict
    }

    fn settle(&mut self, step: Step, verdict: Verdict, took: Option<u64>, detail: Option<Detail>) {
        self.told.steps[step as usize] = TestStep { step, verdict, took, detail };
    }
}

fn is_heartbeat(event: &Event<'_>) -> bool {
    let beats = |text: &str| HEARTBEATS.iter().any(|beat| text.eq_ignore_ascii_case(beat));
    beats(event.event_type) || (event.data.len() < 16 && beats(event.data.trim().trim_matches('"')))
}

pub(super) fn cut(text: &str) -> String {
    if text.len() <= DATA { text.to_owned() } else { format!("{}…", &text[..text.floor_char_boundary(DATA)]) }
}
