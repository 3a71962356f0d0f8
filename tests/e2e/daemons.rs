//! What real notification daemons make of an announcement: it is shown, replaced in place, taken back and clicked.
//!
//! Deliberately not here: the exact calls (`tests/ipc/notifications.rs`), and what follows from a click.
use crate::{LIMIT, pictures};
use rstest::rstest;
use std::sync::Arc;
use tempfile::TempDir;
use tidings::hook::Programs;
use tidings::notification::{self, Action};
use tidings_engine::announce::{Burst, Hold, Plan};
use tidings_engine::{Answer, Engine, EngineOptions, EventId, Settings, SystemClock, Target};
use tidings_event_source::Policy;
use tidings_test_support::{Area, Desktop, DesktopSession, LiveStream, NotificationDaemon, eventually};
use tokio::sync::mpsc;

/// An engine that announces on a desktop what a stream says. Events of the same `key` replace one another.
struct Announcing {
    engine: Engine,
    notifier: Arc<notification::Desktop>,
    actions: mpsc::UnboundedReceiver<Action>,
    stream: LiveStream,
    _dir: TempDir,
}

impl Announcing {
    async fn on(desktop: &DesktopSession) -> Self {
        let stream = LiveStream::start().await;
        let dir = tempfile::tempdir().expect("a directory");
        let (send, actions) = mpsc::unbounded_channel();
        let answered = move |action| drop(send.send(action));
        let notifier = Arc::new(notification::Desktop::connect_at(desktop.bus_address(), answered));
        let engine = Engine::open(EngineOptions {
            data_dir: dir.path().to_owned(),
            user_agent: "test".to_owned(),
            notifier: Arc::clone(&notifier) as _,
            clock: Arc::new(SystemClock),
            connect: true,
            policy: Policy::FEED,
            hooks: Arc::new(Programs::default()),
            secrets: Arc::new(tidings_engine::NoSecrets),
        })
        .expect("a new history");
        let config = serde_json::json!({
            "name": "Machine room",
            "url": stream.url(),
            "proxy": { "kind": "none" },
            "mapping": { "groupKey": "{{ event.json.key }}", "icon": "{{ event.json.icon }}" },
        });
        engine.add_feed(serde_json::from_value(config).expect("settings")).await.expect("a feed");
        Self { engine, notifier, actions, stream, _dir: dir }
    }

    /// Waits until the daemon has taken the notification of an event, and returns the daemon's number for it.
    async fn number(&self, event: EventId) -> u32 {
        let what = format!("an answer about event {event}");
        let wait = eventually(LIMIT, &what, async || match self.engine.why(event).await.ok()?.told?.answer? {
            Answer::Delivered { number } => Some(number),
            other => panic!("{other:?}"),
        });
        wait.await
    }
}

/// How many notifications are on the screen.
fn count(desktop: &DesktopSession, daemon: NotificationDaemon) -> usize {
    match daemon {
        NotificationDaemon::Dunst => desktop.run("dunstctl", ["count", "displayed"]).trim().parse().expect("a count"),
        _ => desktop.popups().len(),
    }
}

async fn when_shown(desktop: &DesktopSession, daemon: NotificationDaemon, expected: usize) {
    let what = format!("{expected} notifications of {daemon:?} on the screen");
    eventually(LIMIT, &what, async || (count(desktop, daemon) == expected).then_some(())).await;
}

/// Opens what the topmost notification is about.
fn click(desktop: &DesktopSession, daemon: NotificationDaemon) {
    let Area { x, y, height, .. } = desktop.popups()[0];
    match daemon {
        // The left button of the mouse closes.
        NotificationDaemon::Dunst => desktop.click(x + 20, y + 20, 2),
        // A click on the text closes; what would follow from it has a button of its own, the first.
        NotificationDaemon::Xfce4 => desktop.click(x + 50, y + height - 30, 1),
        _ => desktop.click(x + 20, y + 20, 1),
    }
}

#[rstest]
#[case(NotificationDaemon::Dunst, "dunst")]
#[case(NotificationDaemon::Xfce4, "xfce")]
#[case(NotificationDaemon::Flashback, "flashback")]
#[tokio::test(flavor = "multi_thread")]
async fn an_announcement_is_shown_replaced_in_place_taken_back_and_clicked(
    #[case] daemon: NotificationDaemon,
    #[case] name: &str,
) {
    // This one shows one after the other.
    let two = if daemon == NotificationDaemon::Flashback { 1 } else { 2 };
    let desktop = Desktop { notifications: daemon, tray: false, ..Desktop::default() }.start();
    let mut announcing = Announcing::on(&desktop).await;
    // Urgent ones stay until somebody closes them, however long this test takes.
    let say = |title: &str, body: &str, key: &str, icon: &str| {
        let link = "https://machines.example/";
        let event = serde_json::json!({
            "title": title, "message": body, "key": key, "icon": icon, "url": link, "priority": 5,
        });
        announcing.stream.say(&event.to_string());
    };
    say("Disk full", "Only 1 MB left on /var, & <b>no</b> more", "disk", "drive-harddisk");
    let number = announcing.number(EventId(1)).await;
    when_shown(&desktop, daemon, 1).await;
    say("Disk ok", "12 GB are free on /var", "disk", "drive-harddisk");
    assert_eq!(announcing.number(EventId(2)).await, number, "it takes the place of the first");
    when_shown(&desktop, daemon, 1).await;
    say("Door open", "Since 14:02", "door", "🚪");
    assert_ne!(announcing.number(EventId(3)).await, number);
    when_shown(&desktop, daemon, two).await;
    if let Some(folder) = pictures() {
        let popups = desktop.popups();
        let left = popups.iter().map(|popup| popup.x).min().expect("a window");
        let bottom = popups.iter().map(|popup| popup.y + popup.height).max().expect("a window");
        let area = Area { x: left - 6, y: 0, width: 1280 - (left - 6), height: bottom + 8 };
        desktop.screenshot_of(area, &folder.join(format!("notification-{name}.png")));
    }

    announcing.notifier.withdraw(Target::Event(EventId(3)));
    when_shown(&desktop, daemon, 1).await;
    click(&desktop, daemon);
    let action = tokio::time::timeout(LIMIT, announcing.actions.recv()).await.expect("a click").expect("it runs");
    assert_eq!(action, Action::Open { target: Some(Target::Event(EventId(2))), activation_token: None });
    when_shown(&desktop, daemon, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_daemon_has_no_room_for_is_told_of_when_it_has() {
    /// More than notification-daemon takes at a time, which are some twenty.
    const EVENTS: i64 = 40;
    let desktop = Desktop { notifications: NotificationDaemon::Flashback, tray: false, ..Desktop::default() }.start();
    let announcing = Announcing::on(&desktop).await;
    let settings = announcing.engine.settings().await.expect("settings");
    let settings = Settings { burst: Burst { size: 100, seconds: 10 }, ..settings };
    announcing.engine.change_settings(settings).await.expect("saved");
    for number in 1..=EVENTS {
        // Urgent ones stay.
        let event = serde_json::json!({ "title": format!("Disk {number} failed"), "priority": 5 });
        announcing.stream.say(&event.to_string());
    }
    let refused = Plan::Digest { because: Hold::Refused };
    // How many it took, once it has said of each whether it takes it.
    let took = eventually(LIMIT, "an answer about each", async || {
        let mut taken = 0;
        for event in (1..=EVENTS).map(EventId) {
            let why = announcing.engine.why(event).await.ok()?;
            if why.plan? != refused {
                why.told?.answer?;
                taken += 1;
            }
        }
        (taken < EVENTS).then_some(taken)
    });
    let taken = took.await;
    assert_ne!(taken, 0);
    for number in 1..=taken {
        announcing.notifier.withdraw(Target::Event(EventId(number)));
    }
    // It is tried again after 5 s, and then after 10 s.
    announcing.number(EventId(EVENTS)).await;
    let told = announcing.engine.why(EventId(EVENTS)).await.expect("known").told.expect("told");
    assert_eq!(told.events, (EVENTS - taken).unsigned_abs(), "each of the others, once");
    assert_eq!(announcing.engine.why(EventId(taken + 1)).await.expect("known").told, Some(told));
}
