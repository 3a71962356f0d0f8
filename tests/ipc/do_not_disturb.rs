//! A desktop that is asked not to disturb: each says so in its own way, and what comes meanwhile waits for one digest.
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tidings::hook::Programs;
use tidings::notification::Desktop;
use tidings_engine::announce::{Hold, Plan};
use tidings_engine::{Engine, EngineOptions, FeedConfig, FeedId, SystemClock};
use tidings_event_source::Policy;
use tidings_test_support::{LiveStream, NotificationRecorder, SessionBus, eventually, within};
use zbus::object_server::SignalEmitter;
use zbus::{Connection, OwnedVariant, Variant, fdo, interface};

const LIMIT: Duration = Duration::from_secs(20);

/// An engine that announces on a bus, and a feed whose server tells what it is told to.
struct World {
    engine: Engine,
    feed: FeedId,
    stream: LiveStream,
    _dir: TempDir,
}

impl World {
    async fn on(bus: &str) -> Self {
        let stream = LiveStream::start().await;
        let dir = tempfile::tempdir().expect("a directory");
        let engine = Engine::open(EngineOptions {
            data_dir: dir.path().to_owned(),
            user_agent: "test".to_owned(),
            notifier: Arc::new(Desktop::connect_at(bus, |_| {})),
            clock: Arc::new(SystemClock),
            connect: true,
            policy: Policy::FEED,
            hooks: Arc::new(Programs::default()),
            secrets: Arc::new(tidings_engine::NoSecrets),
        })
        .expect("a new history");
        let config = serde_json::json!({ "name": "builds", "url": stream.url(), "proxy": { "kind": "none" } });
        let config: FeedConfig = serde_json::from_value(config).expect("settings");
        let feed = engine.add_feed(config).await.expect("a feed").id;
        Self { engine, feed, stream, _dir: dir }
    }

    /// Waits until events are held back because of the desktop, or are not.
    async fn becomes(&self, held: bool) {
        self.waits_for(if held { Plan::Digest { because: Hold::DoNotDisturb } } else { Plan::Alone }).await;
    }

    /// Waits until this is decided about an event, as a test shows.
    async fn waits_for(&self, expected: Plan) {
        let mut last = None;
        let wait = within(LIMIT, async || {
            let test = self.engine.send_test(self.feed, "message".to_owned(), "is anybody there?".to_owned()).await;
            last = test.expect("a test").remove(0).plan;
            (last == Some(expected)).then_some(())
        });
        assert!(wait.await.is_some(), "{expected:?} is wanted, and {last:?} is decided");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_meanwhile_waits_and_becomes_one_digest() {
    const HELD: usize = 12;
    let recorder = NotificationRecorder::start().await;
    recorder.set_inhibited(true).await;
    let world = World::on(recorder.bus_address()).await;
    world.becomes(true).await;
    for number in 1..=HELD {
        world.stream.say(&format!("build {number} failed"));
    }
    let all = async || (world.engine.counts().await.expect("a count").all == HELD as u64).then_some(());
    eventually(LIMIT, "the events", all).await;
    assert_eq!(told(&recorder), [""; 0]);
    recorder.set_inhibited(false).await;
    world.becomes(false).await;
    let digest = format!("builds: {HELD} events while the desktop was not to disturb");
    eventually(LIMIT, "the digest", async || told(&recorder).contains(&digest).then_some(())).await;
    world.stream.say("build 13 passed");
    let next = async || told(&recorder).contains(&"build 13 passed".to_owned()).then_some(());
    eventually(LIMIT, "the next event", next).await;
    assert_eq!(told(&recorder), [digest, "build 13 passed".to_owned()], "each is told of once");
}

/// What a service was asked to show, but for tests.
fn told(recorder: &NotificationRecorder) -> Vec<String> {
    let all = recorder.notifications().into_iter().map(|shown| shown.summary);
    all.filter(|summary| !summary.starts_with("Test: ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_goes_or_makes_place_for_another_asks_for_nothing_any_more() {
    let mut recorder = NotificationRecorder::start().await;
    recorder.set_inhibited(true).await;
    let world = World::on(recorder.bus_address()).await;
    world.becomes(true).await;
    recorder.stop().await;
    world.waits_for(Plan::Digest { because: Hold::NoService }).await;
    recorder.start_again().await;
    world.becomes(true).await;
    recorder.stop().await;
    let other = NotificationRecorder::start_on(recorder.bus_address()).await;
    world.becomes(false).await;
    other.set_inhibited(true).await;
    world.becomes(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_goes_takes_it_along() {
    let mut bus = SessionBus::start();
    let recorder = NotificationRecorder::start_on(bus.address()).await;
    recorder.set_inhibited(true).await;
    let world = World::on(bus.address()).await;
    world.becomes(true).await;
    bus.stop();
    // What is announced now is refused, and so another bus is looked for.
    world.becomes(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn xfce_says_it_among_its_settings() {
    let recorder = NotificationRecorder::start().await;
    recorder.set_name("Xfce Notify Daemon");
    let world = World::on(recorder.bus_address()).await;
    world.becomes(false).await;
    // Its settings come later than whoever reads them.
    let settings = Xfconf::on(recorder.bus_address(), Some(true)).await;
    world.becomes(true).await;
    Xfconf::set(&settings, Some(false)).await;
    world.becomes(false).await;
    Xfconf::set(&settings, Some(true)).await;
    world.becomes(true).await;
    Xfconf::set(&settings, None).await;
    world.becomes(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_another_desktop_say_nothing() {
    let mut recorder = NotificationRecorder::start().await;
    let settings = Xfconf::on(recorder.bus_address(), Some(true)).await;
    let world = World::on(recorder.bus_address()).await;
    // Known to be read by now, since it is read whenever this changes.
    recorder.set_inhibited(true).await;
    world.becomes(true).await;
    recorder.set_inhibited(false).await;
    world.becomes(false).await;
    recorder.set_name("Xfce Notify Daemon");
    recorder.start_again().await;
    world.becomes(true).await;
    drop(settings);
    world.becomes(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gnome_says_it_through_the_settings_portal() {
    let recorder = NotificationRecorder::start().await;
    recorder.set_name("gnome-shell");
    let portal = Portal::on(recorder.bus_address(), false).await;
    let world = World::on(recorder.bus_address()).await;
    world.becomes(true).await;
    Portal::set(&portal, true).await;
    world.becomes(false).await;
    Portal::set(&portal, false).await;
    world.becomes(true).await;
}

/// Xfce's settings, as far as they matter here.
struct Xfconf(Option<bool>);

#[interface(name = "org.xfce.Xfconf")]
impl Xfconf {
    fn get_property(&self, channel: &str, property: &str) -> fdo::Result<OwnedVariant> {
        assert_eq!((channel, property), ("xfce4-notifyd", "/do-not-disturb"));
        self.0.map(OwnedVariant::from).ok_or_else(|| fdo::Error::Failed("there is no such property".to_owned()))
    }

    #[zbus(signal)]
    async fn property_changed(
        emitter: &SignalEmitter<'_>,
        channel: &str,
        property: &str,
        value: Variant<'_>,
    ) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn property_removed(emitter: &SignalEmitter<'_>, channel: &str, property: &str) -> zbus::Result<()>;
}

impl Xfconf {
    const PATH: &str = "/org/xfce/Xfconf";

    async fn on(bus: &str, value: Option<bool>) -> Connection {
        let builder = zbus::connection::Builder::address(bus).serve_at(Self::PATH, Self(value));
        builder.name("org.xfce.Xfconf").build().await.expect("the settings come to the bus")
    }

    async fn set(connection: &Connection, value: Option<bool>) {
        let settings = connection.object_server().interface::<_, Self>(Self::PATH).await.expect("they are served");
        settings.get_mut().await.0 = value;
        let emitter = settings.signal_emitter();
        let told = match value {
            Some(value) => {
                Self::property_changed(emitter, "xfce4-notifyd", "/do-not-disturb", Variant::from(value)).await
            }
            None => Self::property_removed(emitter, "xfce4-notifyd", "/do-not-disturb").await,
        };
        told.expect("the bus takes a signal");
    }
}

/// The settings portal with GNOME's setting, which says whether notifications are shown.
struct Portal(bool);

#[interface(name = "org.freedesktop.portal.Settings")]
impl Portal {
    fn read(&self, namespace: &str, key: &str) -> OwnedVariant {
        assert_eq!((namespace, key), ("org.gnome.desktop.notifications", "show-banners"));
        // As the portal does it, for reasons of its own.
        let value = Variant::Variant(Box::new(Variant::from(self.0)));
        OwnedVariant::try_from(value).expect("it has no file in it")
    }

    #[zbus(signal)]
    async fn setting_changed(
        emitter: &SignalEmitter<'_>,
        namespace: &str,
        key: &str,
        value: Variant<'_>,
    ) -> zbus::Result<()>;
}

impl Portal {
    const PATH: &str = "/org/freedesktop/portal/desktop";

    async fn on(bus: &str, shows: bool) -> Connection {
        let builder = zbus::connection::Builder::address(bus).serve_at(Self::PATH, Self(shows));
        builder.name("org.freedesktop.portal.Desktop").build().await.expect("the portal comes to the bus")
    }

    async fn set(connection: &Connection, shows: bool) {
        let portal = connection.object_server().interface::<_, Self>(Self::PATH).await.expect("it is served");
        portal.get_mut().await.0 = shows;
        let (namespace, key) = ("org.gnome.desktop.notifications", "show-banners");
        let told = Self::setting_changed(portal.signal_emitter(), namespace, key, Variant::from(shows)).await;
        told.expect("the bus takes a signal");
    }
}
