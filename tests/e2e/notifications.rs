//! Notifications of the real daemon: what a click does, and what happens where there is no daemon.
use crate::window::Window;
use crate::{LIMIT, look_away, ndjson, run, stored, tidings};
use serde_json::Value;
use std::time::Instant;
use tidings_test_support::{
    Desktop, DesktopSession, LiveStream, NotificationDaemon, NotificationRecorder, Process, Tutorial, TutorialServer,
    eventually,
};

async fn announced(desktop: &DesktopSession, words: &str) {
    let what = format!("a notification '{words}'");
    let wait = eventually(LIMIT, &what, async || {
        desktop.announced().into_iter().find(|shown| format!("{} {}", shown.summary, shown.body).contains(words))
    });
    wait.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_opens_the_event_also_when_the_window_is_hidden() {
    let desktop = Desktop::default().start();
    let server = TutorialServer::start(Tutorial::Nchan);
    look_away(&desktop);
    let window = Window::open(&desktop).await;
    window.add_feed("nchan", &server.url()).await;
    server.publish("first");
    announced(&desktop, "first").await;
    desktop.run("dunstctl", ["action", "0"]);
    window.wait_for_words("[data-testid=detail-title]", "first").await;

    desktop.run("dunstctl", ["close-all"]);
    desktop.run("wmctrl", ["-c", "Tidings"]);
    let titled = || desktop.window_titles().contains(&"Tidings".to_owned());
    eventually(LIMIT, "the end of the window", async || (!titled()).then_some(())).await;
    announced(&desktop, "tray").await;
    desktop.run("dunstctl", ["close-all"]);
    server.publish("second");
    announced(&desktop, "second").await;
    desktop.run("dunstctl", ["action", "0"]);
    eventually(LIMIT, "the window again", async || titled().then_some(())).await;
    window.wait_for_words("[data-testid=detail-title]", "second").await;
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_daemon_events_are_kept_and_announcing_resumes_when_one_comes() {
    let desktop = Desktop { notifications: NotificationDaemon::None, tray: false, ..Desktop::default() }.start();
    let server = TutorialServer::start(Tutorial::Nchan);
    look_away(&desktop);
    let window = Window::open(&desktop).await;
    window.add_feed("nchan", &server.url()).await;
    server.publish("nobody shows this");
    window.show_feed("nchan").await;
    window.wait_for_event("nobody shows this").await;
    let says_so = async |said: bool| {
        let what = if said { "a banner" } else { "the end of the banner" };
        let wait = eventually(LIMIT, what, async || {
            let banners = window.texts("[data-testid=banner]").await;
            (banners.iter().any(|banner| banner.contains("notification service")) == said).then_some(())
        });
        wait.await;
    };
    says_so(true).await;

    let _dunst = desktop.start_dunst();
    says_so(false).await;
    server.publish("this is shown");
    announced(&desktop, "this is shown").await;
    assert_eq!(stored(&desktop, "nchan").len(), 2);
    window.end().await;
}

/// What was decided about the newest event, and what became of that, as soon as it says `wanted` of it.
async fn why(desktop: &DesktopSession, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut seen = Value::Null;
    let limit = Instant::now() + LIMIT;
    let wait = eventually(LIMIT * 2, what, async || {
        let newest = ndjson(desktop, &["list", "--limit", "1", "--format", "ndjson"]).1.pop()?;
        seen = ndjson(desktop, &["why", &newest["number"].to_string(), "--format", "ndjson"]).1.pop()?;
        assert!(wanted(&seen) || Instant::now() < limit, "{what} did not happen within {LIMIT:?}; what was: {seen}");
        wanted(&seen).then(|| seen.take())
    });
    wait.await
}

/// Each daemon has a switch of its own.
async fn the_switch_of_a_daemon_is_heeded(
    notifications: NotificationDaemon,
    switch: impl AsyncFn(&DesktopSession, bool),
) {
    let desktop = Desktop { notifications, window_manager: false, ..Desktop::default() }.start();
    let stream = LiveStream::start().await;
    run(&desktop, &["feed", "add", "builds", &stream.url(), "--proxy", "none"]);
    let _engine = Process::start(&mut tidings(&desktop, &["run", "--headless"]));
    stream.say("before");
    why(&desktop, "an announcement", |why| why["told"]["answer"]["kind"] == "delivered").await;
    switch(&desktop, true).await;
    // Nothing shows when it has been heard of but what follows from it.
    let mut said = 1;
    let heard = eventually(LIMIT, "an event that waits", async || {
        stream.say("held?");
        said += 1;
        let all = async || (stored(&desktop, "builds").len() == said).then_some(());
        eventually(LIMIT, "the event", all).await;
        let decided = why(&desktop, "a decision", |why| !why["told"]["events"].is_null()).await;
        (decided["plan"]["because"]["kind"] == "doNotDisturb").then_some(decided)
    });
    let held = heard.await;
    assert_eq!((&held["told"]["events"], &held["told"]["answer"]), (&1.into(), &Value::Null), "{held}");
    for _ in 0..9 {
        stream.say("held");
    }
    let ten = |why: &Value| why["told"]["events"] == 10;
    let held = why(&desktop, "ten that wait", ten).await;
    assert_eq!(held["told"]["answer"], Value::Null, "{held}");
    switch(&desktop, false).await;
    why(&desktop, "the digest", |why| ten(why) && why["told"]["answer"]["kind"] == "delivered").await;
    if notifications == NotificationDaemon::Dunst {
        announced(&desktop, "builds: 10 events while the desktop was not to disturb").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_dunst_is_paused_events_wait_for_one_digest() {
    let switch =
        async |desktop: &DesktopSession, on: bool| drop(desktop.run("dunstctl", ["set-paused", &on.to_string()]));
    the_switch_of_a_daemon_is_heeded(NotificationDaemon::Dunst, switch).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_xfce_is_not_to_disturb_events_wait_for_one_digest() {
    let switch = async |desktop: &DesktopSession, on: bool| {
        let set: &[&str] = if on { &["--create", "--type", "bool", "--set", "true"] } else { &["--reset"] };
        let property = ["--channel", "xfce4-notifyd", "--property", "/do-not-disturb"];
        desktop.run("xfconf-query", property.iter().chain(set));
    };
    the_switch_of_a_daemon_is_heeded(NotificationDaemon::Xfce4, switch).await;
}

/// A desktop whose notification service is the test: it has buttons, and the test is the person who presses them.
#[tokio::test(flavor = "multi_thread")]
async fn each_button_has_its_effect_while_the_window_is_closed() {
    let desktop = Desktop { notifications: NotificationDaemon::None, ..Desktop::default() }.start();
    let recorder = NotificationRecorder::start_on(desktop.bus_address()).await;
    let stream = LiveStream::start().await;
    let window = Window::open(&desktop).await;
    window.add_feed("builds", &stream.url()).await;
    run(&desktop, &["settings", "set", "burst", "100/10"]);
    // What is looked at is not announced, once it is known to be looked at.
    let seen = eventually(LIMIT, "an event that is seen", async || {
        stream.say("seen");
        let decided = why(&desktop, "a decision", |why| !why["plan"].is_null()).await;
        (decided["plan"]["because"] == "inView").then_some(())
    });
    seen.await;
    desktop.run("wmctrl", ["-c", "Tidings"]);
    let titled = || desktop.window_titles().contains(&"Tidings".to_owned());
    eventually(LIMIT, "the end of the window", async || (!titled()).then_some(())).await;
    shown(&recorder, "Tidings is in the tray").await;

    for title in ["a", "b", "c"] {
        stream.say(&format!("{{\"title\":\"{title}\",\"url\":\"https://builds.example/{title}\"}}"));
    }
    recorder.invoke(shown(&recorder, "a").await, "open-link").await;
    eventually(LIMIT, "the link", async || (desktop.opened() == ["https://builds.example/a"]).then_some(())).await;
    recorder.invoke(shown(&recorder, "b").await, "mark-read").await;
    // Newest first.
    let read = || stored(&desktop, "builds").iter().take(3).map(|event| event["read"] == true).collect::<Vec<_>>();
    eventually(LIMIT, "the mark", async || (read() == [false, true, false]).then_some(())).await;
    recorder.invoke(shown(&recorder, "c").await, "mute-feed").await;
    let muted = || run(&desktop, &["mute", "--list"]).starts_with("“builds” until ");
    eventually(LIMIT, "the mute", async || muted().then_some(())).await;
    stream.say("held");
    why(&desktop, "a decision", |why| why["plan"]["because"]["kind"] == "feedMuted").await;
    assert!(!titled(), "nothing of that needs the window");
    assert!(recorder.notifications().iter().all(|told| told.summary != "held"));
    window.end().await;
}

/// Waits until the service has been asked to show this, and returns its number for it.
async fn shown(recorder: &NotificationRecorder, title: &str) -> u32 {
    let of_title = || recorder.notifications().iter().find(|told| told.summary == title).map(|told| told.id);
    eventually(LIMIT, &format!("a notification '{title}'"), async || of_title()).await
}
