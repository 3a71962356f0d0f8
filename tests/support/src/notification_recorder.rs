//! A notification service in the test process: it records what it is asked to show, and answers as a person would.
//!
//! Deliberately not here: pixels. For what a real daemon makes of a notification there is dunst (`desktop_session.rs`).
use crate::SessionBus;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use zbus::names::{BusName, OwnedUniqueName};
use zbus::object_server::SignalEmitter;
use zbus::{Connection, DBusError, OwnedVariant, interface, message::Header};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// How long a test waits for a notification.
const LIMIT: Duration = Duration::from_secs(20);
/// What GNOME, KDE and dunst can all do.
const CAPABILITIES: [&str; 4] = ["actions", "body", "body-markup", "icon-static"];

/// A call of `Notify`.
#[derive(Debug, Clone)]
pub struct Notification {
    /// When the call came.
    pub at: Instant,
    /// The service's number for it.
    pub id: u32,
    /// The number of the notification it replaces, or 0.
    pub replaces: u32,
    /// The name of the program.
    pub app: String,
    /// An icon name or path; may be empty.
    pub icon: String,
    /// Title; plain text.
    pub summary: String,
    /// Body; markup where the service can do that.
    pub body: String,
    /// Keys and labels by turns.
    pub actions: Vec<String>,
    /// Urgency, category and the like.
    pub hints: HashMap<String, OwnedVariant>,
    /// Milliseconds; -1: the service decides.
    pub timeout: i32,
    /// The connection it came over.
    pub sender: OwnedUniqueName,
}

impl Notification {
    /// The hint `urgency`: 0 low, 1 normal, 2 critical.
    pub fn urgency(&self) -> Option<u8> {
        self.hints.get("urgency").and_then(|hint| u8::try_from(hint.clone()).ok())
    }
}

/// How the service behaves.
#[derive(Debug, Clone)]
struct Behaviour {
    name: String,
    capabilities: Vec<String>,
    /// Whether it is asked not to disturb, and says so as KDE's does.
    inhibited: bool,
    delay: Duration,
    /// A sentence with which every `Notify` is refused.
    refusal: Option<String>,
    /// The button that is pressed before `Notify` has been answered.
    pressed_early: Option<String>,
}

#[derive(Debug, Default)]
struct Record {
    notifications: Vec<Notification>,
    /// What is on the screen, as it were: ID and who is told of its end.
    shown: HashMap<u32, OwnedUniqueName>,
    /// Numbers of notifications that the program closed itself.
    closed: Vec<u32>,
    last_id: u32,
}

#[derive(Debug)]
struct Shared {
    record: Mutex<Record>,
    behaviour: Mutex<Behaviour>,
    count: watch::Sender<usize>,
}

impl Shared {
    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// What a service that is asked for too much answers.
#[derive(Debug, DBusError)]
#[zbus(prefix = "org.freedesktop.Notifications")]
enum Refusal {
    #[zbus(error)]
    ZBus(zbus::Error),
    MaxNotificationsExceeded(String),
}

struct Interface(Arc<Shared>);

#[interface(name = "org.freedesktop.Notifications")]
impl Interface {
    #[expect(clippy::too_many_arguments, reason = "the interface's signature")]
    async fn notify(
        &self,
        app: String,
        replaces: u32,
        icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedVariant>,
        timeout: i32,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> Result<u32, Refusal> {
        let Behaviour { delay, refusal, pressed_early, .. } = self.0.behaviour().clone();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if let Some(reason) = refusal {
            return Err(Refusal::MaxNotificationsExceeded(reason));
        }
        let sender: OwnedUniqueName = header.sender().expect("a bus names the sender").to_owned().into();
        let (id, count) = {
            let mut record = self.0.record();
            let id = if record.shown.contains_key(&replaces) { replaces } else { record.last_id + 1 };
            record.last_id = record.last_id.max(id);
            record.shown.insert(id, sender.clone());
            let at = Instant::now();
            let notification = Notification {
                at,
                id,
                replaces,
                app,
                icon,
                summary,
                body,
                actions,
                hints,
                timeout,
                sender: sender.clone(),
            };
            record.notifications.push(notification);
            (id, record.notifications.len())
        };
        if let Some(key) = pressed_early {
            Self::action_invoked(&told_to(emitter, sender), id, &key).await?;
        }
        self.0.count.send_replace(count);
        Ok(id)
    }

    async fn close_notification(&self, id: u32, #[zbus(signal_emitter)] emitter: SignalEmitter<'_>) {
        let sender = {
            let mut record = self.0.record();
            record.closed.push(id);
            record.shown.remove(&id)
        };
        if let Some(sender) = sender {
            // 3: closed by a call.
            let _ = Self::notification_closed(&told_to(emitter, sender), id, 3).await;
        }
    }

    fn get_capabilities(&self) -> Vec<String> {
        self.0.behaviour().capabilities.clone()
    }

    fn get_server_information(&self) -> (String, &'static str, &'static str, &'static str) {
        (self.0.behaviour().name.clone(), "Tidings", "1", "1.2")
    }

    #[zbus(property)]
    fn inhibited(&self) -> bool {
        self.0.behaviour().inhibited
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, key: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn activation_token(emitter: &SignalEmitter<'_>, id: u32, token: &str) -> zbus::Result<()>;
}

/// As dunst does: signals go to the connection that called `Notify`, and to nobody else.
fn told_to(emitter: SignalEmitter<'_>, sender: OwnedUniqueName) -> SignalEmitter<'static> {
    emitter.into_owned().set_destination(BusName::Unique(sender.into_inner()))
}

/// A recording notification service. Dropped, it leaves the bus.
#[derive(Debug)]
pub struct NotificationRecorder {
    shared: Arc<Shared>,
    connection: Option<Connection>,
    address: String,
    _bus: Option<SessionBus>,
}

impl NotificationRecorder {
    /// A service on a session bus of its own.
    ///
    /// # Panics
    /// When the bus cannot be started.
    pub async fn start() -> Self {
        let bus = SessionBus::start();
        let address = bus.address().to_owned();
        Self::on(address, Some(bus)).await
    }

    /// A service on a bus that is there already, such as a desktop's without a daemon.
    ///
    /// # Panics
    /// When the bus cannot be reached or the name is taken.
    pub async fn start_on(address: &str) -> Self {
        Self::on(address.to_owned(), None).await
    }

    async fn on(address: String, bus: Option<SessionBus>) -> Self {
        let capabilities = CAPABILITIES.map(String::from).to_vec();
        let shared = Arc::new(Shared {
            record: Mutex::default(),
            behaviour: Mutex::new(Behaviour {
                name: "recorder".to_owned(),
                capabilities,
                inhibited: false,
                delay: Duration::ZERO,
                refusal: None,
                pressed_early: None,
            }),
            count: watch::Sender::new(0),
        });
        let mut recorder = Self { shared, connection: None, address, _bus: bus };
        recorder.start_again().await;
        recorder
    }

    /// The address of the bus it is on.
    pub fn bus_address(&self) -> &str {
        &self.address
    }

    /// What it was asked to show so far, oldest first.
    pub fn notifications(&self) -> Vec<Notification> {
        self.shared.record().notifications.clone()
    }

    /// The numbers of what is shown now, ascending.
    pub fn shown(&self) -> Vec<u32> {
        let mut ids: Vec<_> = self.shared.record().shown.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// The numbers of the notifications that the program closed itself, in that order.
    pub fn closed_by_program(&self) -> Vec<u32> {
        self.shared.record().closed.clone()
    }

    /// Waits until there are at least `count` calls and returns them all.
    ///
    /// # Panics
    /// When they do not come within 20 s.
    pub async fn at_least(&self, count: usize) -> Vec<Notification> {
        let mut counted = self.shared.count.subscribe();
        let come = tokio::time::timeout(LIMIT, counted.wait_for(|now| *now >= count)).await.is_ok();
        let notifications = self.notifications();
        assert!(come, "{count} notifications did not come within {LIMIT:?}, but {}", notifications.len());
        notifications
    }

    /// A person presses the button `key` (`default`: the notification itself), upon which it closes.
    ///
    /// # Panics
    /// When nothing of this number is shown.
    pub async fn invoke(&self, id: u32, key: &str) {
        let emitter = self.emitter(id);
        Interface::action_invoked(&emitter, id, key).await.expect("the bus takes a signal");
        // The program may have been quicker, and closed it itself.
        let closes = self.shared.record().shown.remove(&id).is_some();
        if closes {
            Interface::notification_closed(&emitter, id, 2).await.expect("the bus takes a signal");
        }
    }

    /// Tells everybody on the bus of a pressed button, as most services do, also of notifications that it does not know, as
    /// one does that shows other programs' too or outlived the program.
    ///
    /// # Panics
    /// When it has left the bus.
    pub async fn tell_all_of_press(&self, id: u32, key: &str) {
        let connection = self.connection.as_ref().expect("the service runs");
        let emitter = SignalEmitter::new(connection, PATH).expect("the path is valid");
        Interface::action_invoked(&emitter, id, key).await.expect("the bus takes a signal");
    }

    /// A person closes the notification.
    ///
    /// # Panics
    /// When nothing of this number is shown.
    pub async fn dismiss(&self, id: u32) {
        let emitter = self.emitter(id);
        self.shared.record().shown.remove(&id);
        // 2: closed by the user.
        Interface::notification_closed(&emitter, id, 2).await.expect("the bus takes a signal");
    }

    /// The compositor hands out a token with which the program may raise its window; comes before [`Self::invoke`].
    ///
    /// # Panics
    /// When nothing of this number is shown.
    pub async fn give_activation_token(&self, id: u32, token: &str) {
        Interface::activation_token(&self.emitter(id), id, token).await.expect("the bus takes a signal");
    }

    /// From now on each `Notify` is answered this late.
    pub fn answer_after(&self, delay: Duration) {
        self.shared.behaviour().delay = delay;
    }

    /// From now on each `Notify` is refused with this sentence; `None`: no longer.
    pub fn refuse(&self, reason: Option<&str>) {
        self.shared.behaviour().refusal = reason.map(str::to_owned);
    }

    /// From now on a person is quicker than the service: the button is pressed before `Notify` is answered.
    pub fn press_early(&self, key: &str) {
        self.shared.behaviour().pressed_early = Some(key.to_owned());
    }

    /// What it says it can do.
    pub fn set_capabilities(&self, capabilities: &[&str]) {
        self.shared.behaviour().capabilities = capabilities.iter().map(|word| (*word).to_owned()).collect();
    }

    /// What it says it is called; known to whoever asks from now on.
    pub fn set_name(&self, name: &str) {
        name.clone_into(&mut self.shared.behaviour().name);
    }

    /// It is asked not to disturb, or may again, and says so as KDE's service does. What it is asked to show is recorded all
    /// the same.
    ///
    /// # Panics
    /// When it has left the bus.
    pub async fn set_inhibited(&self, inhibited: bool) {
        self.shared.behaviour().inhibited = inhibited;
        let connection = self.connection.as_ref().expect("the service runs");
        let interface = connection.object_server().interface::<_, Interface>(PATH).await.expect("it is served");
        let told = interface.get().await.inhibited_changed(interface.signal_emitter()).await;
        told.expect("the bus takes a signal");
    }

    /// Leaves the bus, as a daemon that is stopped or crashes. What was recorded stays.
    ///
    /// # Panics
    /// When the bus is gone.
    pub async fn stop(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close().await.expect("the bus is still there");
        }
    }

    /// Comes (back) to the bus, as a daemon that is started: numbers begin anew, nothing is shown.
    ///
    /// # Panics
    /// When the bus cannot be reached or the name is taken.
    pub async fn start_again(&mut self) {
        self.stop().await;
        {
            let mut record = self.shared.record();
            record.shown.clear();
            record.last_id = 0;
        }
        let connection = zbus::connection::Builder::address(self.address.as_str())
            .name(NAME)
            .serve_at(PATH, Interface(self.shared.clone()))
            .build()
            .await;
        self.connection = Some(connection.expect("the notification service can be put on the bus"));
    }

    fn emitter(&self, id: u32) -> SignalEmitter<'static> {
        let sender = self.shared.record().shown.get(&id).cloned();
        let sender = sender.unwrap_or_else(|| panic!("no notification {id} is shown"));
        let connection = self.connection.as_ref().expect("the service runs");
        told_to(SignalEmitter::new(connection, PATH).expect("the path is valid"), sender)
    }
}
