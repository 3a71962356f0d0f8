//! What must hold between a server, the headless engine and the notification service, as processes: counts are exact
//! whatever the service does, and what a person answers has its effect.
use crate::command::{LIMIT, Running, run};
use crate::headless::{add, exported, headless_with};
use rustix::process::Signal;
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tidings_test_support::{LiveStream, NotificationRecorder, SessionBus, eventually};

/// What a service that is gone for a while, or refuses, may take: it is tried again after 5 s, and then after 10 s.
const LONG: Duration = Duration::from_mins(1);

/// A headless engine that follows a feed called "house" and announces on a bus.
struct House {
    dir: TempDir,
    bus: String,
    engine: Running,
}

impl House {
    fn following(url: &str, bus: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        add(dir.path(), "house", url);
        let engine = Self::engine(dir.path(), bus);
        Self { dir, bus: bus.to_owned(), engine }
    }

    fn engine(dir: &Path, bus: &str) -> Running {
        // What opens links here writes them down.
        let opener = dir.join("xdg-open");
        std::fs::write(&opener, "#!/bin/sh\necho \"$@\" >>\"${0%/*}/opened\"\n").expect("written");
        std::fs::set_permissions(&opener, PermissionsExt::from_mode(0o755)).expect("it may be run");
        headless_with(dir, |command| {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus).env("PATH", dir);
        })
    }

    /// Ends the engine and starts it again.
    fn start_again(&mut self) {
        self.engine.signal(Signal::TERM);
        assert_eq!(self.engine.status().code(), Some(0));
        self.engine = Self::engine(self.dir.path(), &self.bus);
    }

    /// Runs a command on the same data.
    fn ask(&self, arguments: &[&str]) -> String {
        run(arguments.iter().chain(&["--data-dir", self.dir.path().to_str().expect("UTF-8")])).good()
    }

    async fn stores(&self, count: usize) {
        let stored = async || (exported(self.dir.path()).len() >= count).then_some(());
        eventually(LIMIT, &format!("{count} events in the history"), stored).await;
    }

    fn why(&self, event: usize) -> Value {
        serde_json::from_str(&self.ask(&["why", &event.to_string(), "--format", "ndjson"])).expect("an object")
    }

    /// What was decided about an event, as soon as something was.
    async fn decided(&self, event: usize) -> Value {
        let plan = async || Some(self.why(event)["plan"].clone()).filter(|plan| !plan.is_null());
        eventually(LIMIT, "a decision", plan).await
    }

    fn unread(&self) -> u64 {
        let shown: Value =
            serde_json::from_str(&self.ask(&["feed", "show", "house", "--format", "ndjson"])).expect("an object");
        shown["unread"].as_u64().expect("a count")
    }

    /// The links that were opened so far.
    fn opened(&self) -> Vec<String> {
        let opened = std::fs::read_to_string(self.dir.path().join("opened")).unwrap_or_default();
        opened.lines().map(str::to_owned).collect()
    }
}

/// What stands in each notification now, by its number.
fn shown(recorder: &NotificationRecorder) -> BTreeMap<u32, String> {
    recorder.notifications().into_iter().map(|told| (told.id, told.summary)).collect()
}

/// How many events the notifications are about: "house: 12 more events", or one.
fn told_of(recorder: &NotificationRecorder) -> u64 {
    let counted = |title: &str| title.strip_prefix("house: ")?.split(' ').next()?.parse().ok();
    shown(recorder).values().map(|title| counted(title).unwrap_or(1)).sum()
}

async fn when_told_of(recorder: &NotificationRecorder, count: u64) {
    let what = format!("{count} events that were told of");
    eventually(LONG, &what, async || (told_of(recorder) == count).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_events_are_five_notifications_and_one_that_counts_the_others() {
    const EVENTS: usize = 10_000;
    let recorder = NotificationRecorder::start().await;
    let server = SseServer::start(|mut connection| async move {
        let events: Vec<_> = (1..=EVENTS).map(|number| format!("data: {number}\n\n")).collect();
        connection.send(format!("{EVENT_STREAM}{}", events.concat())).await;
        connection.closed().await;
    })
    .await;
    let house = House::following(&server.url("/"), recorder.bus_address());
    when_told_of(&recorder, EVENTS as u64).await;
    let titles: Vec<_> = shown(&recorder).into_values().collect();
    assert_eq!(titles, ["1", "2", "3", "4", "5", "house: 9995 more events"]);
    assert_eq!(exported(house.dir.path()).len(), EVENTS);
    let why = house.why(EVENTS);
    assert_eq!((&why["plan"]["kind"], &why["told"]["events"]), (&"summary".into(), &9995.into()), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_service_everything_waits_for_one_digest() {
    const EVENTS: usize = 300;
    let bus = SessionBus::start();
    let stream = LiveStream::start().await;
    let mut house = House::following(&stream.url(), bus.address());
    for number in 1..=EVENTS {
        stream.say(&format!("event {number}"));
    }
    house.stores(EVENTS).await;
    let plan = house.decided(EVENTS).await;
    assert_eq!(plan["because"]["kind"], "noService", "{plan}");
    // What waits survives the program.
    house.start_again();
    let recorder = NotificationRecorder::start_on(bus.address()).await;
    when_told_of(&recorder, EVENTS as u64).await;
    stream.say("afterwards");
    when_told_of(&recorder, EVENTS as u64 + 1).await;
    let told: Vec<_> = recorder.notifications().into_iter().map(|told| told.summary).collect();
    assert_eq!(told, ["house: 300 events while no notification service was there", "afterwards"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_does_not_answer_holds_up_no_event() {
    const EVENTS: usize = 1000;
    let recorder = NotificationRecorder::start().await;
    recorder.answer_after(Duration::from_hours(1));
    let stream = LiveStream::start().await;
    let house = House::following(&stream.url(), recorder.bus_address());
    for number in 1..=EVENTS {
        stream.say(&format!("event {number}"));
    }
    house.stores(EVENTS).await;
    assert_eq!(shown(&recorder), BTreeMap::new());
    // It gets better, slowly: what it did not take within 5 s is told of again.
    recorder.answer_after(Duration::from_secs(1));
    when_told_of(&recorder, EVENTS as u64).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_refuses_is_told_of_later_in_one_digest() {
    const EVENTS: usize = 200;
    let recorder = NotificationRecorder::start().await;
    recorder.refuse(Some("Created too many similar notifications in quick succession"));
    let stream = LiveStream::start().await;
    let house = House::following(&stream.url(), recorder.bus_address());
    stream.say("event 1");
    house.stores(1).await;
    let refused = "The notification service refused it or did not answer, so it is announced afterwards.\n";
    let says_so = async || house.ask(&["why", "1"]).contains(refused).then_some(());
    eventually(LIMIT, "the refusal", says_so).await;
    for number in 2..=EVENTS {
        stream.say(&format!("event {number}"));
    }
    house.stores(EVENTS).await;
    assert_eq!(shown(&recorder), BTreeMap::new());
    recorder.refuse(None);
    when_told_of(&recorder, EVENTS as u64).await;
    let told: Vec<_> = recorder.notifications().into_iter().map(|told| told.summary).collect();
    assert_eq!(told, ["house: 200 events while the notification service refused more"]);
    let why = house.why(EVENTS);
    assert_eq!(why["plan"]["because"]["kind"], "refused", "{why}");
    let words = "The notification service refused it: Created too many similar notifications in quick succession.\n";
    let why = house.ask(&["why", "1"]);
    assert!(why.contains(words) && why.contains("in a digest of 200 events"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_button_has_its_effect_without_a_window() {
    let recorder = NotificationRecorder::start().await;
    let stream = LiveStream::start().await;
    let house = House::following(&stream.url(), recorder.bus_address());
    for title in ["a", "b", "c"] {
        stream.say(&format!("{{\"title\":\"{title}\",\"url\":\"https://house.example/{title}\"}}"));
    }
    stream.say("{\"title\":\"d\",\"url\":\"javascript:alert(1)\"}");
    let calls = recorder.at_least(4).await;
    assert_eq!(calls[0].actions.len(), 8, "{:?}", calls[0].actions);
    assert!(!calls[3].actions.contains(&"open-link".to_owned()), "{:?}", calls[3].actions);
    assert_eq!((house.unread(), house.opened()), (4, vec![]));

    recorder.invoke(calls[0].id, "open-link").await;
    let opens = async |links: &[&str]| {
        eventually(LIMIT, "the link", async || (house.opened() == links).then_some(())).await;
    };
    opens(&["https://house.example/a"]).await;
    // Without a window there is nothing else that a click could show.
    recorder.invoke(calls[1].id, "default").await;
    opens(&["https://house.example/a", "https://house.example/b"]).await;
    recorder.invoke(calls[2].id, "mark-read").await;
    eventually(LIMIT, "the mark", async || (house.unread() == 3).then_some(())).await;
    let read = house.ask(&["list", "--format", "ndjson"]);
    let read: Vec<Value> = read.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    let read: Vec<_> = read.iter().filter(|event| event["read"] == true).map(|event| &event["title"]).collect();
    assert_eq!(read, ["c"]);

    recorder.invoke(calls[3].id, "mute-feed").await;
    let muted = async || house.ask(&["mute", "--list"]).starts_with("“house” until ").then_some(());
    eventually(LIMIT, "the mute", muted).await;
    stream.say("e");
    house.stores(5).await;
    let plan = house.decided(5).await;
    assert_eq!(plan["because"]["kind"], "feedMuted", "{plan}");
    let length = plan["because"]["until"].as_i64().expect("a time") - jiff::Timestamp::now().as_millisecond();
    assert!((59 * 60_000..=60 * 60_000).contains(&length), "an hour, not {length} ms");
    assert_eq!(house.opened().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_what_an_earlier_run_showed_does_nothing() {
    let recorder = NotificationRecorder::start().await;
    let stream = LiveStream::start().await;
    let mut house = House::following(&stream.url(), recorder.bus_address());
    stream.say("{\"title\":\"before\",\"url\":\"https://house.example/before\"}");
    let before = recorder.at_least(1).await[0].id;
    house.start_again();
    stream.say("{\"title\":\"after\",\"url\":\"https://house.example/after\"}");
    let after = recorder.at_least(2).await[1].id;
    for key in ["default", "open-link", "mark-read", "mute-feed"] {
        recorder.tell_all_of_press(before, key).await;
        recorder.tell_all_of_press(12_345, key).await;
    }
    // Answers are obeyed one after the other.
    recorder.tell_all_of_press(after, "mark-read").await;
    eventually(LIMIT, "the mark", async || (house.unread() == 1).then_some(())).await;
    assert_eq!((house.opened(), house.ask(&["mute", "--list"])), (vec![], "Nothing is muted.\n".to_owned()));
    let list = house.ask(&["list", "--format", "ndjson"]);
    let unread = list.lines().find(|line| line.contains("\"read\":false")).expect("one");
    assert!(unread.contains("\"title\":\"before\""), "{unread}");
}
