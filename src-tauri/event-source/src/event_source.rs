//! One URL, followed: connects, yields what comes, waits, connects again, as the policy says.
//!
//! Deliberately not here: storage of the last event ID (the caller keeps it and hands it in), and tasks: this is a
//! value that its owner drives.
use crate::connection::{self, Asked, Attempt, Exchange, Head, LastEventId, Witness};
use crate::idle::Rhythm;
use crate::reconnection::{Next, Reconnection};
use crate::{Connector, Decoder, Failure, Frame, Policy, Request, Resume};
use bytes::Bytes;
use http_body::Body as _;
use polonius_the_crab::{polonius, polonius_return};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::task::coop;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// After a disruption, sources that wait try again within this time.
pub const RETRY_SPREAD: Duration = Duration::from_secs(1);
/// And what is connected has this long to prove that it lives.
pub const PROOF_OF_LIFE: Duration = Duration::from_secs(10);

/// What happens while a URL is followed.
#[derive(Debug, PartialEq, Eq)]
pub enum Occurrence<'a> {
    /// A connection is being attempted.
    Connecting {
        /// 1 for the first attempt after a stream was open (or ever), then counting up.
        attempt: u32,
        /// What the request says of the past: the last event ID (or resume token) that is sent, if any.
        last_event_id: Option<&'a str>,
        /// Set when there is a last event ID that cannot travel in a header and is left out.
        last_event_id_unsendable: bool,
    },
    /// The connection stands and the request is sent; the server has not answered yet (many do not before their first
    /// event). Left out when the answer comes together with the connection.
    Waiting,
    /// The response head is that of an event stream.
    Open(Opened<'a>),
    /// Something came over the stream. A `retry` is in force already.
    Frame(Frame<'a>),
    /// The connection was lost, or not made, and another follows after `retry_in`.
    Lost {
        /// What happened.
        failure: &'a Failure,
        /// The wait that really follows, jitter included.
        retry_in: Duration,
        /// The user has to do something before this can work (wrong credentials, wrong address).
        needs_attention: bool,
        /// Ended cleanly after delivering: the normal way of servers that answer with one event and close.
        polling: bool,
    },
    /// Given up for good: the server said stop (204), or the policy is the browser's.
    Closed(&'a Failure),
}

/// The facts of an opened event stream.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened<'a> {
    /// The final URL as requested, after redirects; without fragment, user name and password.
    pub url: &'a str,
    /// How many redirects led there.
    pub redirects: u32,
    /// 200.
    pub status: u16,
    /// "HTTP/1.0", "HTTP/1.1", "HTTP/2.0"
    pub protocol: &'static str,
    /// As the server wrote it, with its parameters.
    pub content_type: &'a str,
    /// From the start of the attempt to the response head.
    pub time_to_head: Duration,
    /// Until when the server's certificate is valid, in seconds since the Unix epoch; `None`: without TLS.
    pub certificate_valid_until: Option<i64>,
}

/// One URL, followed.
///
/// Must be driven within a tokio runtime that has I/O and time enabled.
pub struct EventSource {
    connector: Connector,
    asked: Arc<Asked>,
    reconnection: Reconnection,
    decoder: Decoder,
    state: State,
    /// What was read last, and how far it is decoded.
    chunk: Bytes,
    decoded: usize,
    /// Whether an event has come over this connection.
    delivered: bool,
    /// Attempts since a stream was open.
    attempt: u32,
    told_of_the_past: Past,
    resume_token: Option<Box<str>>,
    /// The failure that was reported last.
    failure: Option<Box<Failure>>,
    last_byte: Option<Instant>,
    silence: Silence,
    /// Who looks on.
    witness: Option<Box<dyn Witness>>,
}

enum State {
    /// The next step is a new attempt. `after_old`: a connection has just been dropped, which ends when its task has run.
    Start {
        after_old: bool,
    },
    Connecting {
        attempt: Attempt,
        /// Whether the caller knows already that the connection stands.
        stands: bool,
    },
    Open {
        body: reqwest::Body,
        head: Box<Head>,
    },
    /// The stream is dropped for what was said in it.
    Refused(Box<str>),
    /// Until the next attempt.
    Lost(Pin<Box<Sleep>>),
    Closed,
}

/// How much of the past the present request tells.
enum Past {
    Nothing,
    LastEventId,
    ResumeToken,
    Unsendable,
}

/// What limits a silence, and wakes us when it is over.
#[derive(Default)]
struct Silence {
    rhythm: Rhythm,
    /// The limit that the user set; otherwise the learned one holds.
    limit: Option<Duration>,
    /// By when a byte has to come, whatever the limit ([`EventSource::prove_life_within`]).
    proof_due: Option<Instant>,
    alarm: Option<Pin<Box<Sleep>>>,
}

/// What changed, without a borrow of the source.
#[derive(Clone, Copy)]
enum Step {
    Connecting,
    Waiting,
    Open,
    Bytes,
    Lost(Next),
    Over,
}

impl EventSource {
    /// Follows what `request` names. Nothing happens before [`next`](Self::next) is called.
    ///
    /// `last_event_id` is the ID to resume from, empty for none; `event_limit` bounds one event, in bytes.
    pub fn new(
        connector: Connector,
        request: Request,
        policy: Policy,
        last_event_id: &str,
        event_limit: usize,
    ) -> Self {
        Self {
            connector,
            asked: Asked::new(request),
            reconnection: Reconnection::new(policy),
            decoder: Decoder::new(last_event_id, event_limit),
            state: State::Start { after_old: false },
            chunk: Bytes::new(),
            decoded: 0,
            delivered: false,
            attempt: 0,
            told_of_the_past: Past::Nothing,
            resume_token: None,
            failure: None,
            last_byte: None,
            silence: Silence::default(),
            witness: None,
        }
    }

    /// What happens next; `None` once closed. Cancel-safe: a future that is dropped loses nothing.
    pub async fn next(&mut self) -> Option<Occurrence<'_>> {
        let mut this = self;
        loop {
            polonius!(|this| -> Option<Occurrence<'polonius>> {
                if let Some(occurrence) = this.buffered() {
                    polonius_return!(Some(occurrence));
                }
            });
            match poll_fn(|context| this.poll_step(context)).await {
                Step::Bytes => {}
                step => return this.occurrence(step),
            }
        }
    }

    /// The next occurrence that is already here (decoded from bytes that have arrived), without waiting.
    pub fn buffered(&mut self) -> Option<Occurrence<'_>> {
        if self.chunk.is_empty() {
            return None;
        }
        // Also with nothing left in the chunk: asked in vain, the decoder lets go of what the last event needed.
        let mut input = &self.chunk[self.decoded..];
        let frame = self.decoder.decode(&mut input);
        self.decoded = self.chunk.len() - input.len();
        let frame = frame?;
        match frame {
            Frame::Event(_) | Frame::Oversized { .. } => {
                self.delivered = true;
                self.reconnection.delivered();
            }
            Frame::Retry(milliseconds) => self.reconnection.retry(milliseconds),
            Frame::Comment(_) => {
                if let Some(now) = self.last_byte {
                    self.silence.rhythm.comment(now.into_std());
                }
            }
            Frame::LastEventId(_) => {}
        }
        Some(Occurrence::Frame(frame))
    }

    /// Ends the present connection or wait, if any, and connects at once ("Reconnect now"; also reopens a closed one).
    pub fn reconnect_now(&mut self) {
        if matches!(self.state, State::Closed) {
            self.attempt = 0;
        }
        let after_old = matches!(self.state, State::Connecting { .. } | State::Open { .. });
        self.leave(State::Start { after_old });
    }

    /// What came says that the server refuses this source, although the stream is open: the connection ends, and all is as after
    /// 401. `said`: in the server's words. Does nothing unless the stream is open.
    pub fn refused(&mut self, said: &str) {
        if matches!(self.state, State::Open { .. }) {
            self.leave(State::Refused(said.into()));
        }
    }

    /// The computer slept, or its network changed: a wait ends within a second, at a moment of its own among many sources,
    /// and a connection has to prove within 10 s that it lives.
    pub fn disrupted(&mut self) {
        self.retry_within(RETRY_SPREAD.mul_f64(fastrand::f64()));
        self.prove_life_within(PROOF_OF_LIFE);
    }

    /// Has a wait for the next attempt end after this time, if it would last longer. Does nothing while there is a
    /// connection, and does not reopen a closed source.
    pub fn retry_within(&mut self, time: Duration) {
        if let State::Lost(wait) = &mut self.state {
            let soon = Instant::now() + time;
            if soon < wait.deadline() {
                wait.set(sleep_until(soon));
            }
        }
    }

    /// Has the present connection prove that it lives: unless a byte comes in this time, it is lost and another one
    /// made at once. For after a resume from sleep or a change of network. Does nothing while there is no connection.
    pub fn prove_life_within(&mut self, time: Duration) {
        if matches!(self.state, State::Connecting { .. } | State::Open { .. }) {
            let now = Instant::now();
            // What was silent because this process did not run is no gap to learn from.
            self.silence.rhythm.opened(now.into_std());
            self.silence.proof_due = Some(now + time);
        }
    }

    /// How long a silence of the open stream may be. `None`, as at first: learned from the heartbeats of the source.
    pub fn set_idle_limit(&mut self, limit: Option<Duration>) {
        self.silence.limit = limit;
    }

    /// The last event ID in force.
    pub fn last_event_id(&self) -> &str {
        self.decoder.last_event_id()
    }

    /// What [`Resume::Query`] sends instead of the last event ID, when the source resumes from something else (ntfy: the
    /// message's own `id`). Empty: the last event ID again.
    pub fn set_resume_token(&mut self, token: &str) {
        self.resume_token = (!token.is_empty()).then(|| token.into());
    }

    /// The reconnection time, in milliseconds, that the server asked for in an earlier life of this source.
    pub fn set_reconnection_time(&mut self, milliseconds: u64) {
        self.reconnection.retry(milliseconds);
    }

    /// Has somebody look on. Without one no step is kept.
    pub fn set_witness(&mut self, witness: Box<dyn Witness>) {
        self.witness = Some(witness);
    }

    /// Drives the present state until something happens. All that it waits for stays in `self`.
    fn poll_step(&mut self, context: &mut Context<'_>) -> Poll<Step> {
        // Decoded to its end, or `buffered` would have been served first: give the memory back before the wait.
        self.chunk = Bytes::new();
        self.decoded = 0;
        loop {
            match &mut self.state {
                State::Start { after_old } => {
                    if std::mem::take(after_old) {
                        // One turn for the dropped connection's task, so that the old one ends before the new begins.
                        context.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                    self.start();
                    return Poll::Ready(Step::Connecting);
                }
                State::Connecting { attempt, stands } => {
                    let (result, noticed) =
                        connection::watching(self.witness.is_some(), || attempt.as_mut().poll(context));
                    if let Some(witness) = &mut self.witness {
                        noticed.sightings.into_iter().for_each(|sighting| witness.saw(sighting));
                    }
                    match result {
                        Poll::Ready(Ok(exchange)) => {
                            self.open(exchange);
                            return Poll::Ready(Step::Open);
                        }
                        Poll::Ready(Err(failure)) => return Poll::Ready(self.ended(failure)),
                        Poll::Pending if noticed.connected && !*stands => {
                            *stands = true;
                            return Poll::Ready(Step::Waiting);
                        }
                        Poll::Pending => return self.poll_silence(context),
                    }
                }
                State::Open { body, head } => {
                    // Compressed, a few bytes of the socket become very many of the stream: others have their turn in between.
                    let turn = ready!(coop::poll_proceed(context));
                    let Poll::Ready(frame) = Pin::new(body).poll_frame(context) else {
                        return self.poll_silence(context);
                    };
                    turn.made_progress();
                    match frame {
                        Some(Ok(frame)) => {
                            if let Ok(data) = frame.into_data()
                                && !data.is_empty()
                            {
                                self.received(data);
                                return Poll::Ready(Step::Bytes);
                            }
                        }
                        Some(Err(error)) => {
                            let ended = Failure::Ended { delivered: self.delivered };
                            let failure = connection::broken_stream(&error, &head.url).unwrap_or(ended);
                            return Poll::Ready(self.ended(failure));
                        }
                        None => {
                            let failure = Failure::Ended { delivered: self.delivered };
                            return Poll::Ready(self.ended(failure));
                        }
                    }
                }
                State::Refused(said) => {
                    let failure = Failure::RefusedWithin { said: std::mem::take(said).into_string() };
                    return Poll::Ready(self.ended(failure));
                }
                State::Lost(wait) => match wait.as_mut().poll(context) {
                    Poll::Ready(()) => self.state = State::Start { after_old: false },
                    Poll::Pending => return Poll::Pending,
                },
                State::Closed => return Poll::Ready(Step::Over),
            }
        }
    }

    fn start(&mut self) {
        self.attempt = self.attempt.saturating_add(1);
        self.last_byte = None;
        let request = &self.asked.request;
        let token = self.resume_token.as_deref().filter(|_| matches!(request.resume, Resume::Query(_)));
        let (url, last_event_id) = request.resuming_from(token.unwrap_or(self.decoder.last_event_id()));
        self.told_of_the_past = match last_event_id {
            LastEventId::None => Past::Nothing,
            LastEventId::Unsendable => Past::Unsendable,
            LastEventId::InQuery if token.is_some() => Past::ResumeToken,
            LastEventId::InHeader(_) | LastEventId::InQuery => Past::LastEventId,
        };
        let attempt = self.connector.attempt(Arc::clone(&self.asked), url, last_event_id);
        self.state = State::Connecting { attempt, stands: false };
    }

    fn open(&mut self, Exchange { head, body }: Exchange) {
        let now = Instant::now().into_std();
        self.attempt = 0;
        self.delivered = false;
        self.reconnection.opened(now);
        self.silence.rhythm.opened(now);
        self.silence.proof_due = None;
        self.state = State::Open { body, head: Box::new(head) };
    }

    fn received(&mut self, data: Bytes) {
        let now = Instant::now();
        if let Some(witness) = &mut self.witness {
            witness.received(&data);
        }
        self.last_byte = Some(now);
        self.silence.rhythm.bytes(now.into_std());
        self.silence.proof_due = None;
        self.chunk = data;
    }

    /// Ends the connection when the silence has lasted too long. Called where there is nothing to read.
    fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<Step> {
        let limit = self.silence.limit.or_else(|| self.silence.rhythm.limit());
        let since = self.silence.rhythm.since().map(Instant::from_std);
        let open = matches!(self.state, State::Open { .. });
        let due = since.zip(limit).filter(|_| open).map(|(since, limit)| since + limit);
        let next = [due, self.silence.proof_due].into_iter().flatten().min();
        if self.silence.poll_alarm(next, context).is_pending() {
            return Poll::Pending;
        }
        let now = Instant::now();
        let after = since.map_or(Duration::ZERO, |since| now.duration_since(since));
        let failure = Failure::Idle { after };
        if self.silence.proof_due.is_some_and(|due| due <= now) {
            let next = Next::Retry { after: Duration::ZERO, needs_attention: false, polling: false };
            return Poll::Ready(self.lost(failure, next));
        }
        self.silence.rhythm.forget();
        Poll::Ready(self.ended(failure))
    }

    fn ended(&mut self, failure: Failure) -> Step {
        let next = self.reconnection.ended(&failure, Instant::now().into_std(), fastrand::f64());
        self.lost(failure, next)
    }

    fn lost(&mut self, failure: Failure, next: Next) -> Step {
        self.failure = Some(Box::new(failure));
        self.leave(match next {
            Next::Retry { after, .. } => State::Lost(Box::pin(sleep(after))),
            Next::Close => State::Closed,
        });
        Step::Lost(next)
    }

    /// Ends what there is of a connection.
    fn leave(&mut self, state: State) {
        self.state = state;
        self.chunk = Bytes::new();
        self.decoded = 0;
        self.decoder.reset();
        self.silence.proof_due = None;
        self.silence.alarm = None;
    }

    fn occurrence(&self, step: Step) -> Option<Occurrence<'_>> {
        match step {
            Step::Connecting => {
                let (last_event_id, last_event_id_unsendable) = match self.told_of_the_past {
                    Past::Nothing => (None, false),
                    Past::LastEventId => (Some(self.decoder.last_event_id()), false),
                    Past::ResumeToken => (self.resume_token.as_deref(), false),
                    Past::Unsendable => (None, true),
                };
                Some(Occurrence::Connecting { attempt: self.attempt, last_event_id, last_event_id_unsendable })
            }
            Step::Waiting => Some(Occurrence::Waiting),
            Step::Open => {
                let State::Open { head, .. } = &self.state else { return None };
                Some(Occurrence::Open(Opened {
                    url: &head.shown_url,
                    redirects: head.redirects,
                    status: head.status,
                    protocol: head.protocol,
                    content_type: &head.content_type,
                    time_to_head: head.answered_after,
                    certificate_valid_until: head.certificate_valid_until,
                }))
            }
            Step::Lost(next) => {
                let failure = self.failure.as_deref()?;
                Some(match next {
                    Next::Retry { after, needs_attention, polling } => {
                        Occurrence::Lost { failure, retry_in: after, needs_attention, polling }
                    }
                    Next::Close => Occurrence::Closed(failure),
                })
            }
            Step::Bytes | Step::Over => None,
        }
    }
}

impl Silence {
    /// Ready once `due` has passed. Without a time that is due there is no timer.
    fn poll_alarm(&mut self, due: Option<Instant>, context: &mut Context<'_>) -> Poll<()> {
        /// A silence may last this much longer, so that a busy stream does not set a timer for each read.
        const COARSENESS: Duration = Duration::from_millis(500);

        let Some(due) = due else {
            self.alarm = None;
            return Poll::Pending;
        };
        loop {
            let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep_until(due)));
            let set_to = alarm.deadline();
            if due < set_to || due > set_to + COARSENESS {
                // A new timer, not a reset one: the runtime would wake up at the old time all the same.
                alarm.set(sleep_until(due));
            }
            std::task::ready!(alarm.as_mut().poll(context));
            self.alarm = None;
            if Instant::now() >= due {
                return Poll::Ready(());
            }
        }
    }
}

impl fmt::Debug for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Start { .. } | State::Connecting { .. } => "connecting",
            State::Open { .. } => "open",
            State::Refused(_) | State::Lost(_) => "lost",
            State::Closed => "closed",
        };
        f.debug_struct("EventSource")
            .field("request", &self.asked.request)
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
