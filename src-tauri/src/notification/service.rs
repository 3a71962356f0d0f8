//! Delivery to the freedesktop notification service: one lasting connection that sends and listens.
//!
//! Deliberately not here: what a notification says (`description.rs`) and what its id stands for (`shown.rs`).
//!
//! One connection, because some services tell of a click only to the connection that sent the notification, and others
//! take a notification down when its sender's connection ends.
use super::description::{self, Capabilities};
use super::shown::{About, Shown};
use super::{ANSWER_TIME, Job, Link, Listeners, Service, do_not_disturb, icon};
use futures_util::StreamExt as _;
use notify_rust::Hint;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tidings_engine::{Announcement, Answer, Target};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use zbus::Variant;
use zbus::proxy::{CacheProperties, OwnerChangedStream, SignalStream};

/// Without a session bus nothing tells when one appears; a later announcement looks again, not more often than this.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// How long the next announcement waits until it is written down that the last was delivered. A disk may take long; one that
/// hangs holds no alert up for ever.
const WRITING_TIME: Duration = Duration::from_secs(10);

/// How many signals are kept until a `Notify` is answered. Most services signal to everybody on the bus about everybody's
/// notifications, so the ones kept are mostly not ours.
const EARLY: usize = 64;

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Notifications {
    #[expect(clippy::too_many_arguments, reason = "the specification's method")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[String],
        hints: HashMap<&str, Variant<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;
    fn close_notification(&self, id: u32) -> zbus::Result<()>;
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;
}

/// Delivers until the queue ends. Runs on the notification thread.
pub(super) fn run(address: Option<String>, jobs: mpsc::Receiver<Job>, listeners: &Listeners<'_>) {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(serve(address, jobs, listeners)),
        Err(error) => tracing::error!(%error, "no notifications"),
    }
}

async fn serve(address: Option<String>, mut jobs: mpsc::Receiver<Job>, listeners: &Listeners<'_>) {
    let mut waiting = None;
    loop {
        match Session::open(address.as_deref(), listeners).await {
            Ok(mut session) => {
                let bus = session.proxy.inner().connection().clone();
                let ended = tokio::select! {
                    ended = session.serve(waiting.take(), &mut jobs) => ended,
                    never = do_not_disturb::follow(&bus, listeners) => match never {},
                };
                do_not_disturb::forget(listeners);
                match ended {
                    Ended::Queue => return,
                    Ended::Bus => {
                        tracing::warn!("the session bus is gone, and with it the notification service");
                        // Only with something to announce is another bus looked for: nothing is to wait for a service here.
                        if let Some(reports) = &*listeners.reports.borrow() {
                            reports.service(true);
                        }
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "no session bus: notifications are not delivered"),
        }
        listeners.set(Service::Absent);
        let looked = Instant::now();
        loop {
            match jobs.recv().await {
                None => return,
                Some(job) if looked.elapsed() >= LOOK_AGAIN => {
                    waiting = Some(job);
                    break;
                }
                Some(job) => refuse(job, "there is no session bus", listeners),
            }
        }
    }
}

/// Says of a job that it cannot be done.
fn refuse(job: Job, why: &str, listeners: &Listeners<'_>) {
    match job {
        Job::Announce(announcement) => listeners.refused(announcement.id, why),
        Job::Tell { title, .. } => tracing::warn!(why, title, "a notification was not delivered"),
        Job::Withdraw(_) => {}
        Job::Delivered(done) => drop(done.send(())),
    }
}

/// Why a session ended.
enum Ended {
    Queue,
    Bus,
}

/// What the service tells of a notification, by its id.
#[derive(Debug)]
enum Signal {
    ActionInvoked(u32, String),
    ActivationToken(u32, String),
    NotificationClosed(u32),
}

impl Signal {
    /// `None` for what is no signal of the specification.
    fn of(message: &zbus::Message) -> Option<Self> {
        let body = message.body();
        match message.header().member()?.as_str() {
            "ActionInvoked" => body.deserialize().ok().map(|(id, key)| Self::ActionInvoked(id, key)),
            "ActivationToken" => body.deserialize().ok().map(|(id, token)| Self::ActivationToken(id, token)),
            "NotificationClosed" => {
                body.deserialize::<(u32, u32)>().ok().map(|(id, _reason)| Self::NotificationClosed(id))
            }
            _ => None,
        }
    }

    fn id(&self) -> u32 {
        match self {
            Self::ActionInvoked(id, _) | Self::ActivationToken(id, _) | Self::NotificationClosed(id) => *id,
        }
    }
}

/// What is known of the service just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// It is there; what it can do has not been asked.
    Unasked,
    /// It would start when called. It is not called before there is something to show: during a login that could start
    /// another service than the desktop's own.
    Startable,
    Absent,
    /// Its last call was not answered in time.
    Silent,
    Present(Capabilities),
}

/// The time with one connection to the bus.
struct Session<'a> {
    proxy: NotificationsProxy<'static>,
    signals: SignalStream<'static>,
    owners: OwnerChangedStream<'static>,
    known: Known,
    /// Whether the bus would start a service.
    startable: bool,
    shown: Shown,
    /// Signals about notifications that are not known yet, heard while a `Notify` waits for its answer: one of them may
    /// be about the notification whose id that answer gives. A service need not answer before it signals.
    early: VecDeque<Signal>,
    /// Found out with the first notification.
    icon: Option<String>,
    /// Whether the engine was told that a service is there, or could be started.
    told: Option<bool>,
    listeners: &'a Listeners<'a>,
}

impl<'a> Session<'a> {
    async fn open(address: Option<&str>, listeners: &'a Listeners<'a>) -> zbus::Result<Self> {
        let builder = match address {
            Some(address) => zbus::connection::Builder::address(address),
            None => zbus::connection::Builder::session(),
        };
        let connection = builder.method_timeout(ANSWER_TIME).build().await?;
        let proxy = NotificationsProxy::builder(&connection).cache_properties(CacheProperties::No).build().await?;
        // Listening begins before anything is asked or sent, so that no answer is missed.
        let signals = proxy.inner().receive_all_signals().await?;
        let owners = proxy.inner().receive_owner_changed().await?;
        let bus = zbus::fdo::DBusProxy::new(&connection).await?;
        let name = proxy.inner().destination();
        let there = bus.name_has_owner(name.clone()).await?;
        let startable = bus.list_activatable_names().await?.iter().any(|startable| startable.as_str() == name.as_str());
        let mut session = Self {
            proxy,
            signals,
            owners,
            known: Known::Absent,
            startable,
            shown: Shown::default(),
            early: VecDeque::new(),
            icon: None,
            told: None,
            listeners,
        };
        session.owner_changed(there);
        Ok(session)
    }

    async fn serve(&mut self, waiting: Option<Job>, jobs: &mut mpsc::Receiver<Job>) -> Ended {
        if let Some(job) = waiting {
            self.deliver(job).await;
        }
        loop {
            if self.known == Known::Unasked {
                self.ask().await;
            }
            self.report();
            tokio::select! {
                owner = self.owners.next() => match owner {
                    Some(owner) => self.owner_changed(owner.is_some()),
                    None => return Ended::Bus,
                },
                signal = self.signals.next() => match signal {
                    Some(signal) => {
                        if let Some(signal) = Signal::of(&signal) {
                            self.heard(signal);
                        }
                    }
                    None => return Ended::Bus,
                },
                job = jobs.recv() => match job {
                    Some(job) => self.deliver(job).await,
                    None => return Ended::Queue,
                },
            }
        }
    }

    fn report(&mut self) {
        self.listeners.set(match self.known {
            Known::Unasked | Known::Startable => Service::Unknown,
            Known::Absent => Service::Absent,
            Known::Silent => Service::Silent,
            Known::Present(_) => Service::Present,
        });
        let there = self.known != Known::Absent;
        if let Some(reports) = &*self.listeners.reports.borrow()
            && self.told != Some(there)
        {
            self.told = Some(there);
            reports.service(there);
        }
    }

    /// Another service, or none: it knows nothing of what its predecessor showed.
    fn owner_changed(&mut self, there: bool) {
        tracing::debug!(there, "the notification service");
        self.shown.clear();
        self.early.clear();
        self.known = match (there, self.startable) {
            (true, _) => Known::Unasked,
            (false, true) => Known::Startable,
            (false, false) => Known::Absent,
        };
    }

    fn heard(&mut self, signal: Signal) {
        match signal {
            Signal::ActionInvoked(id, key) => {
                if let Some(action) = self.shown.action(id, &key) {
                    (self.listeners.on_action)(action);
                }
            }
            Signal::ActivationToken(id, token) => self.shown.set_activation_token(id, token),
            Signal::NotificationClosed(id) => self.shown.remove(id),
        }
    }

    /// Makes a call and goes on listening meanwhile: what a full queue of signals holds up is the answer to the call.
    /// `None`: the service changed before it answered, so its answer means nothing any more.
    async fn call<T>(&mut self, call: impl Future<Output = T>) -> Option<T> {
        let mut call = std::pin::pin!(call);
        loop {
            tokio::select! {
                // The answer first: the signals behind it may be about the notification that it names.
                biased;
                result = &mut call => return Some(result),
                Some(owner) = self.owners.next() => {
                    self.owner_changed(owner.is_some());
                    return None;
                }
                Some(signal) = self.signals.next() => match Signal::of(&signal) {
                    Some(signal) if self.shown.contains(signal.id()) => self.heard(signal),
                    Some(signal) => {
                        self.early.truncate(EARLY - 1);
                        self.early.push_front(signal);
                    }
                    None => {}
                },
            }
        }
    }

    /// Asks what the service can do, which shows too whether it answers at all.
    async fn ask(&mut self) {
        let proxy = self.proxy.clone();
        match self.call(proxy.get_capabilities()).await {
            None => {}
            Some(Ok(names)) => {
                let has = |name: &str| names.iter().any(|one| one == name);
                self.known = Known::Present(Capabilities {
                    actions: has("actions"),
                    body_markup: has("body-markup"),
                    images: has("icon-static") || has("icon-multi"),
                    sound: has("sound"),
                });
            }
            Some(Err(error)) => self.failed(&error),
        }
    }

    async fn deliver(&mut self, job: Job) {
        match job {
            Job::Delivered(done) => drop(done.send(())),
            Job::Withdraw(target) => self.withdraw(target).await,
            Job::Announce(_) | Job::Tell { .. } => {
                if matches!(self.known, Known::Unasked | Known::Startable | Known::Silent) {
                    self.ask().await;
                }
                match self.known {
                    Known::Present(can) => self.send(job, can).await,
                    Known::Absent => match job {
                        Job::Announce(Announcement { id, .. }) => drop(self.listeners.answered(id, Answer::NoService)),
                        job => refuse(job, "there is no notification service", self.listeners),
                    },
                    Known::Silent | Known::Unasked | Known::Startable => {
                        refuse(job, "the notification service does not answer", self.listeners);
                    }
                }
            }
        }
    }

    async fn send(&mut self, job: Job, can: Capabilities) {
        let icon = self.icon.get_or_insert_with(icon::name_or_path).as_str();
        let (announcement, notification, about) = match job {
            Job::Announce(announcement) => {
                let notification = description::announcement(&announcement, can, icon);
                let Announcement { id, replaces: key, target, feed, link, .. } = announcement;
                let link = link.map(|address| match target {
                    Target::Event(event) => Link::Of(event),
                    Target::Feed(_) | Target::Unread => Link::Address(address),
                });
                (id, notification, About { target: Some(target), feed, link, key })
            }
            Job::Tell { title, body, language } => {
                (None, description::own(&title, &body, language, can, icon), About::default())
            }
            Job::Withdraw(_) | Job::Delivered(_) => return,
        };
        let replaces = self.shown.replaced_by(about.key.as_deref());
        let proxy = self.proxy.clone();
        let sent = proxy.notify(
            &notification.appname,
            replaces,
            &notification.icon,
            &notification.summary,
            &notification.body,
            &notification.actions,
            hints(&notification),
            notification.timeout.into(),
        );
        self.early.clear();
        match self.call(sent).await {
            Some(Ok(id)) => {
                self.shown.insert(id, about);
                let written = self.listeners.answered(announcement, Answer::Delivered { number: id });
                while let Some(signal) = self.early.pop_back() {
                    self.heard(signal);
                }
                // So that no more than one is told again after a crash.
                let _ = self.call(timeout(WRITING_TIME, written)).await;
            }
            Some(Err(error)) => {
                self.failed(&error);
                match self.known {
                    Known::Absent => drop(self.listeners.answered(announcement, Answer::NoService)),
                    _ => self.listeners.refused(announcement, &words(&error)),
                }
            }
            None => self.listeners.refused(announcement, "it changed while the notification was delivered to it"),
        }
    }

    async fn withdraw(&mut self, target: Target) {
        if let Some(id) = self.shown.id_about(target) {
            self.shown.remove(id);
            let proxy = self.proxy.clone();
            if let Some(Err(error)) = self.call(proxy.close_notification(id)).await {
                tracing::debug!(%error, "a notification was not taken back");
            }
        }
    }

    fn failed(&mut self, error: &zbus::Error) {
        match error {
            zbus::Error::InputOutput(io) if io.kind() == std::io::ErrorKind::TimedOut => self.known = Known::Silent,
            zbus::Error::MethodError(name, ..) if means_absent(name) => self.known = Known::Absent,
            // A refusal, such as too many at once, says nothing about the next one.
            _ => {}
        }
        tracing::debug!(%error, "the notification service");
    }
}

/// An error in the service's own words, as far as there are any.
fn words(error: &zbus::Error) -> String {
    match error {
        zbus::Error::MethodError(name, words, _) => match words.as_deref().filter(|words| !words.is_empty()) {
            Some(words) => words.to_owned(),
            None => name.to_string(),
        },
        zbus::Error::InputOutput(io) if io.kind() == std::io::ErrorKind::TimedOut => {
            format!("it did not answer within {} s", ANSWER_TIME.as_secs())
        }
        error => error.to_string(),
    }
}

/// Whether the bus says by this error that nobody answers to the service's name, and that it could start nobody.
fn means_absent(error: &str) -> bool {
    error
        .strip_prefix("org.freedesktop.DBus.Error.")
        .is_some_and(|error| error == "ServiceUnknown" || error == "NameHasNoOwner" || error.starts_with("Spawn."))
}

/// The hints of a notification in the specification's types; the kinds that `description.rs` uses.
fn hints(notification: &notify_rust::Notification) -> HashMap<&str, Variant<'_>> {
    notification.hints.iter().filter_map(hint).collect()
}

fn hint(hint: &Hint) -> Option<(&str, Variant<'_>)> {
    match hint {
        Hint::Category(name) => Some(("category", Variant::from(name.as_str()))),
        Hint::SoundName(name) => Some(("sound-name", Variant::from(name.as_str()))),
        Hint::Urgency(urgency) => Some(("urgency", Variant::U8(*urgency as u8))),
        Hint::ImagePath(name) => Some(("image-path", Variant::from(name.as_str()))),
        Hint::Transient(transient) => Some(("transient", Variant::Bool(*transient))),
        Hint::DesktopEntry(name) => Some(("desktop-entry", Variant::from(name.as_str()))),
        _ => None,
    }
}
