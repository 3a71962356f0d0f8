//! The life of one feed: a task that drives its event source, hands what comes to the writer, and says how it fares.
//!
//! One task owns one feed; others hold a [`Subscription`] and ask. Deliberately not here: when to connect again
//! (`tidings-event-source`), storing (`store/`).
mod backlog;
mod cause;
mod logging;
mod presence;

use self::backlog::{Backlog, Moment};
use self::logging::Logging;
pub(crate) use self::presence::LEAST_GAP;
use self::presence::{Absent, Noted, Opening, Presence};
use crate::announce::{Announcement, Announcer, Target, Words};
use crate::clock::{milliseconds, now};
use crate::connection_log::Logged;
use crate::feed::keys::Keys;
use crate::intake::SharedIntake;
use crate::mapping;
use crate::overview::{LastByte, Overview};
use crate::secret::FeedSecrets;
use crate::signal::Meaning;
use crate::store::{Arrival, Cursor, Opened, Store, Writer};
use crate::template::Incoming;
use crate::vault::Vault;
use crate::world::{Seen, World};
use crate::{Cause, EngineError, Feed, FeedConfig, FeedFault, FeedId, FeedState, SecretsError, Urgency};
use futures_util::FutureExt as _;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tidings_event_source::event_source::RETRY_SPREAD;
use tidings_event_source::{Connector, ConnectorOptions, EventSource, Failure, Frame, Layer, Occurrence, Policy};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How long a subscription may take to end before it is cut off. It ends at once unless storing fails.
const END_LIMIT: Duration = Duration::from_secs(1);
/// When a subscription that failed within Tidings is tried again.
const AFTER_FAULT: Duration = Duration::from_mins(1);
/// When a keyring that the user did not unlock is tried again.
const UNTIL_ASKED: Duration = Duration::from_mins(15);
/// When it is asked again where to go on from, while the store cannot say.
const WITHOUT_CURSOR: Duration = Duration::from_secs(1);

/// What subscriptions share.
pub(crate) struct Surroundings {
    pub(crate) overview: Arc<Overview>,
    pub(crate) writer: Writer,
    pub(crate) announcer: Arc<Announcer>,
    pub(crate) connectors: Connectors,
    pub(crate) vault: Vault,
    pub(crate) policy: Policy,
    pub(crate) world: World,
}

/// One connector for all feeds of the same options.
pub(crate) struct Connectors {
    user_agent: String,
    made: Mutex<HashMap<ConnectorOptions, Connector>>,
}

impl Connectors {
    pub(crate) fn new(user_agent: String) -> Self {
        Self { user_agent, made: Mutex::default() }
    }

    /// The connector for a feed. Fails for a certificate file that cannot be read.
    pub(crate) fn of(&self, feed: &FeedConfig, secrets: &FeedSecrets) -> Result<Connector, FeedFault> {
        let options = feed.connector_options(&self.user_agent, secrets)?;
        // A file may have been replaced since: what depends on one is made anew for each subscription.
        if !options.authorities.is_empty() || options.identity.is_some() {
            return Ok(Connector::new(&options)?);
        }
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connector) = made.get(&options) {
            return Ok(connector.clone());
        }
        let connector = Connector::new(&options)?;
        made.insert(options, connector.clone());
        Ok(connector)
    }

    /// Whether a connector for a feed can be made. None is kept: the feed may never be followed.
    pub(crate) fn can_be_made(&self, feed: &FeedConfig, secrets: &FeedSecrets) -> Result<(), FeedFault> {
        Connector::new(&feed.connector_options(&self.user_agent, secrets)?)?;
        Ok(())
    }
}

/// The handle of a subscription. Dropped without [`Self::end`], it lets the subscription end by itself.
pub(crate) struct Subscription {
    wishes: mpsc::Sender<Wish>,
    task: JoinHandle<()>,
}

/// What others want of a subscription.
enum Wish {
    Reconnect,
    End,
}

impl Subscription {
    /// Starts following a feed after a while. Call it on the network's runtime.
    pub(crate) fn start(surroundings: Arc<Surroundings>, feed: Feed, after: Duration) -> Self {
        let (wishes, received) = mpsc::channel(4);
        let feed_id = feed.id;
        let last_byte = surroundings.overview.last_byte(feed.id);
        let log = Logging::new(feed.id, surroundings.overview.log(feed.id), &feed.config, surroundings.policy);
        let intake = surroundings.overview.intake(feed.id).unwrap_or_else(|| SharedIntake::new(&feed.config));
        let world = surroundings.world.watch();
        let needs_network = !feed.config.is_on_this_computer();
        let task = Task {
            surroundings,
            feed,
            wishes: received,
            world,
            needs_network,
            disruptions: 0,
            at_rest: true,
            last_byte,
            intake,
            backlog: Backlog::new(false),
            opened: Instant::now(),
            since_open: 0,
            presence: Presence::new(feed_id, None),
            log,
            made: None,
            resume_token: None,
            last_event_id: "".into(),
            refused: None,
            heard_at: Moment { steady: Instant::now(), wall: now() },
            alerted: false,
            reconnection_time: None,
        };
        Self { wishes, task: tokio::spawn(task.run(after)) }
    }

    /// Connects anew at once.
    pub(crate) fn reconnect(&self) {
        // A full queue holds the same wish already; a closed one belongs to a task that has ended.
        let _ = self.wishes.try_send(Wish::Reconnect);
    }

    /// Ends it. When this returns, its connection is closed and what came over it is on its way to the store.
    pub(crate) async fn end(mut self) {
        let ended = async {
            let _ = self.wishes.send(Wish::End).await;
            let _ = (&mut self.task).await;
        };
        if timeout(END_LIMIT, ended).await.is_err() {
            self.task.abort();
            let _ = self.task.await;
        }
    }
}

struct Task {
    surroundings: Arc<Surroundings>,
    feed: Feed,
    /// Ends with the subscription's handle, which means [`Wish::End`].
    wishes: mpsc::Receiver<Wish>,
    world: watch::Receiver<Seen>,
    /// A feed on this computer goes on without one.
    needs_network: bool,
    /// Up to here the world's disruptions are answered.
    disruptions: u64,
    /// Between two connections. Then, and without a network, the source is not driven: it waits.
    at_rest: bool,
    last_byte: LastByte,
    /// What takes events in, as the settings are now.
    intake: SharedIntake,
    backlog: Backlog,
    /// When the stream opened the last time, and how many events have come since.
    opened: Instant,
    since_open: u32,
    /// When something came over the present connection, by both clocks.
    heard_at: Moment,
    /// When it was connected.
    presence: Presence,
    /// What happens, for whoever looks at it.
    log: Logging,
    /// The connection that was made last, until that is stored together with something that came over it.
    made: Option<Opened>,
    /// What the source is to resume from, if that is not told yet.
    resume_token: Option<String>,
    /// The last event ID that is stored, or on its way to the store.
    last_event_id: Box<str>,
    /// What the server said with which it refuses the feed, until the connection is ended for it.
    refused: Option<Box<str>>,
    /// Whether the user was told that the feed needs attention; once until it is open again.
    alerted: bool,
    /// As it was last stored.
    reconnection_time: Option<u64>,
}

impl Task {
    async fn run(mut self, after: Duration) {
        if !after.is_zero() && self.rest(after).await.is_break() {
            return;
        }
        loop {
            // A fault of ours in this feed is this feed's alone.
            let ended = AssertUnwindSafe(self.follow()).catch_unwind().await;
            let now = now();
            self.log.end(&self.presence, now);
            let until = self.presence.until(now).map(|until| Arrival::Connected(self.feed.id, until));
            let made = self.made.take().map(Arrival::Opened);
            self.store(until.into_iter().chain(made).reduce(Arrival::together_with)).await;
            let (cause, wait) = match ended {
                Ok(Ok(())) => return,
                Ok(Err(EngineError::Secrets(error))) => {
                    let cause = Cause::of_secrets(&error);
                    self.alert(&cause);
                    (cause, after_secrets(&error))
                }
                Ok(Err(error)) => (Cause::of_settings(&error), AFTER_FAULT),
                Err(_) => (Cause::of_fault(), AFTER_FAULT),
            };
            let retry_at = now + milliseconds(wait);
            self.log.add(Logged::of_cause(&cause, wait));
            self.set_state(FeedState::NeedsAttention { retry_at, cause });
            if self.rest(wait).await.is_break() {
                return;
            }
        }
    }

    /// Waits until the time is over or a reconnection is wished; breaks when it is time to end.
    async fn rest(&mut self, time: Duration) -> ControlFlow<()> {
        match timeout(time, self.wishes.recv()).await {
            Ok(Some(Wish::End) | None) => ControlFlow::Break(()),
            Ok(Some(Wish::Reconnect)) | Err(_) => ControlFlow::Continue(()),
        }
    }

    /// Follows the feed until it is told to end.
    async fn follow(&mut self) -> Result<(), EngineError> {
        let Some(secrets) = self.secrets().await else { return Ok(()) };
        let secrets = secrets?;
        self.log.hide(secrets.hidden(&self.feed.config));
        let connector = self.surroundings.connectors.of(&self.feed.config, &secrets)?;
        let request = self.feed.config.request(&secrets)?;
        let keys = self.feed.config.keys()?;
        let Some((cursor, connected_until)) = self.cursor().await else { return Ok(()) };
        self.presence = Presence::new(self.feed.id, connected_until.map(|until| until.min(now())));
        let limit = self.feed.config.event_limit_in_bytes();
        self.last_event_id = cursor.last_event_id.as_str().into();
        let mut source = EventSource::new(connector, request, self.surroundings.policy, &cursor.last_event_id, limit);
        source.set_witness(self.log.witness());
        source.set_idle_limit(self.feed.config.idle_limit_as_duration());
        self.backlog = Backlog::new(!cursor.last_event_id.is_empty() || !cursor.resume_token.is_empty());
        self.reconnection_time = cursor.reconnection_time;
        if let Some(milliseconds) = cursor.reconnection_time {
            source.set_reconnection_time(milliseconds);
        }
        if keys.has_token() {
            source.set_resume_token(&cursor.resume_token);
        }
        self.at_rest = true;
        if self.network().await.is_break() {
            return Ok(());
        }
        self.disruptions = self.world.borrow_and_update().disruptions;
        loop {
            let waits_for_network = self.waits_for_network();
            if waits_for_network {
                self.set_state(FeedState::NoNetwork);
            }
            // `next` keeps its state in the source, so nothing is begun anew when something else comes first.
            let arrival = tokio::select! {
                biased;
                wish = self.wishes.recv() => match wish {
                    Some(Wish::Reconnect) => {
                        self.reconnect(&mut source);
                        continue;
                    }
                    Some(Wish::End) | None => return Ok(()),
                },
                // Never fails: the world lives as long as what it surrounds.
                Ok(()) = self.world.changed() => {
                    self.heed_world(&mut source);
                    continue;
                }
                occurrence = source.next(), if !waits_for_network => match occurrence {
                    Some(occurrence) => self.take(&occurrence, &keys),
                    // Closed for good; but a wish reopens it.
                    None => match self.wishes.recv().await {
                        Some(Wish::Reconnect) => {
                            self.reconnect(&mut source);
                            continue;
                        }
                        Some(Wish::End) | None => return Ok(()),
                    },
                },
            };
            self.store(arrival).await;
            while self.refused.is_none()
                && let Some(occurrence) = source.buffered()
            {
                let arrival = self.take(&occurrence, &keys);
                self.store(arrival).await;
            }
            if let Some(said) = self.refused.take() {
                source.refused(&said);
            }
            if let Some(token) = self.resume_token.take() {
                source.set_resume_token(&token);
            }
        }
    }

    /// What the feed says who asks by; `None` when it is time to end. A keyring may wait for a person meanwhile.
    async fn secrets(&mut self) -> Option<Result<FeedSecrets, EngineError>> {
        let surroundings = Arc::clone(&self.surroundings);
        let config = self.feed.config.clone();
        let secrets = surroundings.vault.of(&config);
        tokio::pin!(secrets);
        loop {
            tokio::select! {
                biased;
                wish = self.wishes.recv() => if matches!(wish, Some(Wish::End) | None) { return None },
                secrets = &mut secrets => return Some(secrets),
            }
        }
    }

    /// The user wants another connection.
    fn reconnect(&mut self, source: &mut EventSource) {
        self.log.add(Logged::Reconnect);
        source.reconnect_now();
        self.at_rest = false;
    }

    /// Waits for a network before the first attempt; breaks when it is time to end.
    async fn network(&mut self) -> ControlFlow<()> {
        if !self.waits_for_network() {
            return ControlFlow::Continue(());
        }
        self.log.add(Logged::NoNetwork);
        self.set_state(FeedState::NoNetwork);
        let (world, wishes) = (&mut self.world, &mut self.wishes);
        tokio::select! {
            wish = wishes.recv() => match wish {
                Some(Wish::Reconnect) => {
                    self.at_rest = false;
                    return ControlFlow::Continue(());
                }
                Some(Wish::End) | None => return ControlFlow::Break(()),
            },
            _ = world.wait_for(|seen| seen.network) => {}
        }
        self.rest(RETRY_SPREAD.mul_f64(fastrand::f64())).await
    }

    /// Whether the next attempt has to wait until there is a network. One that the user asks for does not.
    fn waits_for_network(&self) -> bool {
        self.at_rest && self.needs_network && !self.world.borrow().network
    }

    /// After a disruption: what waits is tried soon, what is connected has to prove that it lives.
    fn heed_world(&mut self, source: &mut EventSource) {
        let Seen { disruptions, .. } = *self.world.borrow_and_update();
        if disruptions != std::mem::replace(&mut self.disruptions, disruptions) {
            self.log.add(Logged::Disrupted);
            source.disrupted();
        }
    }

    /// From where to go on, and until when it is known to have been connected; `None` when it is time to end.
    async fn cursor(&mut self) -> Option<(Cursor, Option<i64>)> {
        let id = self.feed.id;
        loop {
            // In its turn behind what came over an earlier connection of this feed.
            // A history that cannot be read keeps nobody from following.
            let read =
                move |store: &mut Store| Ok((store.begin_from(id)?, store.connected_until(id).unwrap_or_default()));
            if let Ok(cursor) = self.surroundings.writer.change(read).await? {
                return Some(cursor);
            }
            if self.rest(WITHOUT_CURSOR).await.is_break() {
                return None;
            }
        }
    }

    /// Waits while the queue is full, and so does the socket.
    async fn store(&self, arrival: Option<Arrival>) {
        if let Some(arrival) = arrival {
            self.surroundings.writer.append(arrival).await;
        }
    }

    /// Takes note of an occurrence; what of it has to be stored is returned.
    fn take(&mut self, occurrence: &Occurrence<'_>, keys: &Keys) -> Option<Arrival> {
        if let Occurrence::Frame(frame) = occurrence {
            let now = now();
            self.heard(now);
            self.log.frame(*frame, now);
            let arrival = self.arrival(*frame, now, keys)?;
            // Known with the first that comes, so that a connection costs no transaction of its own.
            return Some(match self.made.take() {
                Some(made) => arrival.together_with(Arrival::Opened(made)),
                None => arrival,
            });
        }
        self.log.occurred(occurrence, !self.needs_network || self.world.borrow().network);
        let arrival = self.change_state(occurrence);
        self.log.set_presence(&self.presence);
        arrival
    }

    /// Takes note of what happened to the connection.
    fn change_state(&mut self, occurrence: &Occurrence<'_>) -> Option<Arrival> {
        match occurrence {
            Occurrence::Frame(_) => {}
            Occurrence::Connecting { last_event_id, .. } => {
                self.at_rest = false;
                self.presence.connecting(last_event_id.is_some(), now());
                self.set_state(FeedState::Connecting { waiting_for_server: false });
                return self.made.take().map(Arrival::Opened);
            }
            Occurrence::Waiting => {
                self.presence.waiting(now());
                self.set_state(FeedState::Connecting { waiting_for_server: true });
            }
            Occurrence::Open(opened) => {
                let now = now();
                self.last_byte.set(now);
                (self.opened, self.since_open) = (Instant::now(), 0);
                self.heard_at = Moment { steady: self.opened, wall: now };
                self.backlog.opened(self.heard_at);
                self.alerted &= !self.intake.get().open_is_welcome();
                self.surroundings.overview.set_certificate(self.feed.id, opened.certificate_valid_until);
                self.set_state(FeedState::Open { since: now });
                let Opening { noted, absent } = self.presence.opened(now);
                let (absent, made_up) = match absent {
                    Absent::Known => (0, None),
                    Absent::Shortly(absent) => (absent, None),
                    Absent::MadeUp(gap) => (0, Some(gap)),
                };
                let made = Opened { feed: self.feed.id, at: now, absent, made_up };
                let noted = match noted {
                    Some(Noted::Gap(gap)) => Arrival::Gap(gap),
                    Some(Noted::Connected(at)) => Arrival::Connected(self.feed.id, at),
                    None => {
                        self.made = Some(made);
                        return None;
                    }
                };
                return Some(noted.together_with(Arrival::Opened(made)));
            }
            Occurrence::Lost { failure, retry_in, needs_attention, polling } => {
                self.at_rest = true;
                let moment = Moment { steady: Instant::now(), wall: now() };
                self.backlog.lost(moment, polling.then_some(*retry_in));
                let due = polling.then(|| moment.wall.saturating_add(milliseconds(*retry_in)));
                self.presence.lost(self.lost_at(failure, &moment), due);
                let retry_at = now() + milliseconds(*retry_in);
                let state = if self.waits_for_network() {
                    FeedState::NoNetwork
                } else if *polling {
                    FeedState::Polling { retry_at, every_ms: milliseconds(*retry_in).unsigned_abs() }
                } else if *needs_attention {
                    let cause = self.cause(failure);
                    self.alert(&cause);
                    FeedState::NeedsAttention { retry_at, cause }
                } else {
                    FeedState::Waiting { retry_at, cause: self.cause(failure) }
                };
                self.set_state(state);
                return self.made.take().map(Arrival::Opened);
            }
            Occurrence::Closed(failure) => {
                self.presence.lost(now(), None);
                self.set_state(FeedState::Closed { cause: self.cause(failure) });
            }
        }
        None
    }

    /// Something came just now.
    fn heard(&mut self, now: i64) {
        self.last_byte.set(now);
        self.heard_at = Moment { steady: Instant::now(), wall: now };
        self.backlog.alive(self.heard_at);
    }

    /// When the connection was lost that is found lost just now.
    fn lost_at(&self, failure: &Failure, now: &Moment) -> i64 {
        /// The clocks of a computer that is awake do not come apart so far.
        const SLEPT: Duration = Duration::from_secs(5);
        let slept = now.slept_since(&self.heard_at) > SLEPT;
        if failure.layer() == Layer::Idle || slept { self.heard_at.wall } else { now.wall }
    }

    fn arrival(&mut self, frame: Frame<'_>, now: i64, keys: &Keys) -> Option<Arrival> {
        let feed = self.feed.id;
        match frame {
            Frame::Event(event) => {
                let intake = self.intake.get();
                let mut incoming = Incoming {
                    event_type: event.event_type,
                    data: event.data,
                    last_event_id: event.last_event_id,
                    received_at: now,
                    catch_up: false,
                };
                match intake.meaning(&incoming) {
                    Meaning::News => {}
                    Meaning::Heartbeat => return self.moved_to(event.last_event_id),
                    Meaning::Refusal => {
                        self.refused = Some(mapping::map(event.event_type, event.data).title.into());
                        return self.moved_to(event.last_event_id);
                    }
                }
                self.last_event_id = event.last_event_id.into();
                self.alerted = false;
                self.since_open = self.since_open.saturating_add(1);
                let first = intake.is_first(self.since_open, self.opened.elapsed());
                incoming.catch_up = self.backlog.takes(Instant::now());
                let mut arrival = intake.arrival(feed, &incoming, first);
                arrival.recognise(&keys.recognition);
                let Some(token) = keys.token(event.event_type, event.data) else { return Some(arrival) };
                let moved = Arrival::ResumeToken(feed, token.as_str().into());
                self.resume_token = Some(token);
                Some(arrival.together_with(moved))
            }
            Frame::LastEventId(id) => self.moved_to(id),
            Frame::Oversized { size, last_event_id } => {
                tracing::warn!(feed = feed.0, size, "an event larger than the limit was dropped");
                self.moved_to(last_event_id)
            }
            // Many servers write it with every event.
            Frame::Retry(time) if self.reconnection_time == Some(time) => None,
            Frame::Retry(time) => {
                self.reconnection_time = Some(time);
                Some(Arrival::ReconnectionTime(feed, time))
            }
            Frame::Comment(_) => None,
        }
    }

    /// The cursor moves without anything to keep. Where it does not move, nothing is written: a heartbeat wakes no disk.
    fn moved_to(&mut self, id: &str) -> Option<Arrival> {
        if *self.last_event_id == *id {
            return None;
        }
        self.last_event_id = id.into();
        Some(Arrival::LastEventId(self.feed.id, id.into()))
    }

    fn set_state(&self, state: FeedState) {
        self.surroundings.overview.set_state(self.feed.id, state);
    }

    /// What the user is told of a failure.
    fn cause(&self, failure: &Failure) -> Cause {
        Cause::of(failure, &self.feed.config, self.log.hidden())
    }

    /// Tells the desktop once that the user has to do something.
    fn alert(&mut self, cause: &Cause) {
        if std::mem::replace(&mut self.alerted, true) {
            return;
        }
        let feed = self.feed.id;
        let Some(announced) = self.surroundings.overview.announced(feed) else { return };
        self.surroundings.announcer.tell(|language| Announcement {
            id: None,
            language,
            replaces: Some(attention_key(feed)),
            target: Target::Feed(feed),
            feed: Some(feed),
            title: (Words::of(language).needs_attention)(&announced.name),
            feed_name: announced.name,
            body: cause.message.clone(),
            urgency: Urgency::High,
            link: None,
            icon: None,
            sound: None,
        });
    }
}

/// When a keyring is asked again. One that is locked asks the user, who has said no just now.
const fn after_secrets(error: &SecretsError) -> Duration {
    match error {
        SecretsError::NoKeyring | SecretsError::Keyring(_) | SecretsError::File { .. } => AFTER_FAULT,
        _ => UNTIL_ASKED,
    }
}

fn attention_key(feed: FeedId) -> String {
    format!("attention-{feed}")
}
