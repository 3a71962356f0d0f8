//! The private desktop and the recording notification service do what the tests built on them rely on.
use futures_util::StreamExt;
use std::time::Duration;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::{Announced, Desktop, NotificationDaemon, NotificationRecorder, eventually};

const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn a_desktop_shows_notifications_and_ends_what_is_on_it() {
    let desktop = Desktop::default().start();
    desktop.run("notify-send", ["--urgency=critical", "Disk <full>", "Only 1 MB\nleft"]);
    let announced = eventually_blocking(LIMIT, "a notification", || desktop.announced().pop());
    let expected = Announced {
        id: announced.id,
        urgency: "CRITICAL".into(),
        summary: "Disk <full>".into(),
        body: "Only 1 MB left".into(),
    };
    assert_eq!(announced, expected);
    desktop.run("xdg-open", ["http://example.org/"]);
    assert_eq!(desktop.opened(), ["http://example.org/"]);

    let mut left_behind = desktop.command("sleep").arg("600").spawn().unwrap();
    let bus = desktop.bus_address().strip_prefix("unix:path=").unwrap().to_owned();
    drop(desktop);
    assert!(!left_behind.wait().unwrap().success());
    assert!(!std::path::Path::new(&bus).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorder_answers_as_a_person_would() {
    let mut recorder = NotificationRecorder::start().await;
    let connection = zbus::connection::Builder::address(recorder.bus_address()).build().await.unwrap();
    let service = zbus::Proxy::new(
        &connection,
        "org.freedesktop.Notifications",
        "/org/freedesktop/Notifications",
        "org.freedesktop.Notifications",
    );
    let service = service.await.unwrap();
    let hints = || std::collections::HashMap::from([("urgency", zbus::Variant::from(2_u8))]);
    let notify = async |replaces: u32, summary: &str| -> zbus::Result<u32> {
        let actions = ["default", "Open"];
        service.call("Notify", &("test", replaces, "", summary, "body", actions.as_slice(), hints(), -1)).await
    };

    let mut actions = service.receive_signal("ActionInvoked").await.unwrap();
    let mut closes = service.receive_signal("NotificationClosed").await.unwrap();
    assert_eq!(notify(0, "first").await.unwrap(), 1);
    assert_eq!(notify(1, "instead").await.unwrap(), 1);
    assert_eq!(notify(0, "second").await.unwrap(), 2);
    let calls = recorder.at_least(3).await;
    let words: Vec<_> = calls.iter().map(|call| (call.id, call.replaces, call.summary.as_str())).collect();
    assert_eq!(words, [(1, 0, "first"), (1, 1, "instead"), (2, 0, "second")]);
    assert_eq!(calls[0].urgency(), Some(2));

    recorder.invoke(1, "default").await;
    assert_eq!(next(&mut actions).await.body().deserialize::<(u32, String)>().unwrap(), (1, "default".into()));
    assert_eq!(next(&mut closes).await.body().deserialize::<(u32, u32)>().unwrap(), (1, 2));
    let () = service.call("CloseNotification", &(2_u32,)).await.unwrap();
    assert_eq!(next(&mut closes).await.body().deserialize::<(u32, u32)>().unwrap(), (2, 3));
    assert_eq!((recorder.shown(), recorder.closed_by_program()), (vec![], vec![2]));

    recorder.refuse(Some("Too many."));
    let refusal = notify(0, "third").await.unwrap_err().to_string();
    assert!(refusal.contains("MaxNotificationsExceeded") && refusal.contains("Too many."), "{refusal}");
    recorder.refuse(None);
    recorder.stop().await;
    assert!(notify(0, "nobody there").await.is_err());
    recorder.start_again().await;
    assert_eq!(notify(0, "back").await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorder_can_be_the_daemon_of_a_desktop() {
    let desktop = Desktop { notifications: NotificationDaemon::None, tray: false, ..Desktop::default() }.start();
    let recorder = NotificationRecorder::start_on(desktop.bus_address()).await;
    desktop.run("notify-send", ["hello"]);
    assert_eq!(recorder.at_least(1).await[0].summary, "hello");
    eventually(LIMIT, "no window", async || desktop.window_titles().is_empty().then_some(())).await;
}

async fn next(signals: &mut zbus::proxy::SignalStream<'_>) -> zbus::Message {
    let signal = tokio::time::timeout(LIMIT, signals.next()).await.expect("a signal within 20 s");
    signal.expect("the bus is still there")
}
