//! Notifications as a notification service receives them, and what becomes of its answers.
use std::time::Duration;
use tidings::notification::{Action, Desktop, Link, Service};
use tidings_engine::{Announcement, AnnouncementId, EventId, FeedId, Language, Notifier as _, Target, Urgency};
use tidings_test_support::{Notification, NotificationRecorder, SessionBus};
use tokio::sync::mpsc;
use zbus::{OwnedVariant, Variant};

const LIMIT: Duration = Duration::from_secs(20);

fn announcement(title: &str) -> Announcement {
    Announcement {
        language: Language::English,
        id: None,
        replaces: None,
        target: Target::Event(EventId(7)),
        feed: Some(FeedId(1)),
        feed_name: "Build farm".to_owned(),
        title: title.to_owned(),
        body: "1,912 tests in 4 min".to_owned(),
        urgency: Urgency::Normal,
        link: None,
        icon: None,
        sound: None,
    }
}

/// The notifier under test and what the user answers on its notifications.
fn connect(bus: &str) -> (Desktop, mpsc::UnboundedReceiver<Action>) {
    let (send, actions) = mpsc::unbounded_channel();
    (Desktop::connect_at(bus, move |action| drop(send.send(action))), actions)
}

async fn next(actions: &mut mpsc::UnboundedReceiver<Action>) -> Action {
    tokio::time::timeout(LIMIT, actions.recv()).await.expect("an action comes").expect("the notifier is there")
}

async fn becomes(desktop: &Desktop, expected: Service) {
    let mut service = desktop.service();
    let reached = tokio::time::timeout(LIMIT, service.wait_for(|now| *now == expected)).await;
    assert!(reached.is_ok(), "the service becomes {expected:?}");
}

#[tokio::test]
async fn an_announcement_becomes_exactly_this_call() {
    let recorder = NotificationRecorder::start().await;
    let (desktop, _actions) = connect(recorder.bus_address());
    desktop.announce(Announcement { link: Some("https://ci.example/1".to_owned()), ..announcement("Nightly passed") });
    let call = recorder.at_least(1).await.remove(0);
    assert_eq!((call.app.as_str(), call.replaces, call.timeout), ("Tidings", 0, -1));
    assert_eq!(call.summary, "Nightly passed");
    assert_eq!(call.body, "Build farm · 1,912 tests in 4 min");
    let buttons = ["default", "Open", "open-link", "Open link", "mark-read", "Mark read", "mute-feed", "Mute feed 1 h"];
    assert_eq!(call.actions, buttons);
    assert_eq!(call.urgency(), Some(1));
    assert_eq!(hints(&call), ["category=x-tidings.event", "desktop-entry=org.tidings.Tidings", "urgency=1"]);
    assert!(call.icon == "tidings" || call.icon.ends_with("/tidings/icon.png"), "{}", call.icon);
}

/// All hints in the order of their names.
fn hints(call: &Notification) -> Vec<String> {
    let shown = |hint: &OwnedVariant| match &**hint {
        Variant::Str(text) => text.to_string(),
        Variant::U8(number) => number.to_string(),
        Variant::Bool(value) => value.to_string(),
        other => format!("{other:?}, which is no hint of the specification"),
    };
    let mut hints: Vec<_> = call.hints.iter().map(|(name, hint)| format!("{name}={}", shown(hint))).collect();
    hints.sort();
    hints
}

#[tokio::test]
async fn icons_and_sounds_are_sent_to_whoever_can_do_something_with_them() {
    const EVENT: &str = "category=x-tidings.event";
    const ENTRY: &str = "desktop-entry=org.tidings.Tidings";
    const URGENCY: &str = "urgency=1";
    const IMAGE: &str = "image-path=dialog-warning";
    const SOUND: &str = "sound-name=bell";
    let cases: [(&[&str], _, _, &str, &[&str]); 7] = [
        // what it can do, icon, sound, title, hints
        (
            &["icon-static", "sound"],
            Some("dialog-warning"),
            Some("bell"),
            "Disk full",
            &[EVENT, ENTRY, IMAGE, SOUND, URGENCY],
        ),
        (&["icon-multi"], Some("dialog-warning"), Some("bell"), "Disk full", &[EVENT, ENTRY, IMAGE, URGENCY]),
        (&["sound"], Some("dialog-warning"), Some("bell"), "Disk full", &[EVENT, ENTRY, SOUND, URGENCY]),
        (&["icon-static", "sound"], None, None, "Disk full", &[EVENT, ENTRY, URGENCY]),
        (&["icon-static", "sound"], Some("🔥"), None, "🔥 Disk full", &[EVENT, ENTRY, URGENCY]),
        (&[], Some("🔥"), Some("bell"), "🔥 Disk full", &[EVENT, ENTRY, URGENCY]),
        (&[], Some("dialog-warning"), Some("bell"), "Disk full", &[EVENT, ENTRY, URGENCY]),
    ];
    for (can, icon, sound, title, expected) in cases {
        let recorder = NotificationRecorder::start().await;
        recorder.set_capabilities(can);
        let (desktop, _actions) = connect(recorder.bus_address());
        let (icon, sound) = (icon.map(str::to_owned), sound.map(str::to_owned));
        desktop.announce(Announcement { icon: icon.clone(), sound, ..announcement("Disk full") });
        let call = recorder.at_least(1).await.remove(0);
        assert_eq!((call.summary.as_str(), hints(&call)), (title, owned(expected)), "{can:?} {icon:?}");
        assert!(!call.icon.is_empty(), "the program's own goes with all");
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

#[tokio::test]
async fn an_emoji_that_leads_the_title_already_is_not_said_twice() {
    let recorder = NotificationRecorder::start().await;
    let (desktop, _actions) = connect(recorder.bus_address());
    desktop.announce(Announcement { icon: Some("🔥".to_owned()), ..announcement("🔥 Disk full") });
    assert_eq!(recorder.at_least(1).await[0].summary, "🔥 Disk full");
}

#[tokio::test]
async fn the_programs_own_words_digests_and_tests_say_what_they_are() {
    let recorder = NotificationRecorder::start().await;
    let (desktop, _actions) = connect(recorder.bus_address());
    desktop.tell(Language::English, "Tidings is in the tray", "It goes on.");
    desktop.announce(Announcement {
        target: Target::Unread,
        feed: None,
        ..announcement("12 events during quiet hours")
    });
    desktop.announce(Announcement { id: Some(AnnouncementId(-1)), ..announcement("Test: is anybody there?") });
    let calls = recorder.at_least(3).await;
    assert_eq!(hints(&calls[0]), ["desktop-entry=org.tidings.Tidings"]);
    assert_eq!(calls[0].actions, ["default", "Open"]);
    assert_eq!(hints(&calls[1]), ["category=x-tidings.digest", "desktop-entry=org.tidings.Tidings", "urgency=1"]);
    assert_eq!(calls[1].actions, ["default", "Open"], "of several feeds none can be muted");
    let test = ["category=x-tidings.event", "desktop-entry=org.tidings.Tidings", "transient=true", "urgency=1"];
    assert_eq!(hints(&calls[2]), test);
}

#[tokio::test]
async fn text_of_events_is_text() {
    let recorder = NotificationRecorder::start().await;
    let (desktop, _actions) = connect(recorder.bus_address());
    let long = "ä".repeat(2000);
    let cases = [
        // title, body, summary, body as markup
        (
            "<b>bold</b> & co",
            "<a href=\"x\">a</a> & b",
            "<b>bold</b> & co",
            "F · &lt;a href=\"x\"&gt;a&lt;/a&gt; &amp; b",
        ),
        ("two\nlines\tand\u{0}nul", "one\r\ntwo\rthree\u{1b}[31m", "two lines andnul", "F\none\ntwo\nthree[31m"),
        ("no body", " \n ", "no body", "F"),
        ("F: 12 more events", "the latest", "F: 12 more events", "the latest"),
        ("F: 1 more event", "", "F: 1 more event", ""),
    ];
    for (title, body, ..) in cases {
        let words = Announcement { feed_name: "F".to_owned(), body: body.to_owned(), ..announcement(title) };
        desktop.announce(words);
    }
    desktop.announce(Announcement { body: long.clone(), ..announcement(&long) });
    let calls = recorder.at_least(cases.len() + 1).await;
    for ((title, _, summary, markup), call) in cases.iter().zip(&calls) {
        assert_eq!((call.summary.as_str(), call.body.as_str()), (*summary, *markup), "{title:?}");
    }
    let last = &calls[cases.len()];
    assert_eq!((last.summary.chars().count(), last.body.chars().count()), (200, 1000));
    assert!(last.summary.ends_with('…') && last.body.ends_with('…'));
}

#[tokio::test]
async fn a_poor_service_gets_no_markup_and_no_buttons() {
    let recorder = NotificationRecorder::start().await;
    recorder.set_capabilities(&["body"]);
    let (desktop, _actions) = connect(recorder.bus_address());
    desktop.announce(Announcement { body: "a < b".to_owned(), ..announcement("Maths") });
    let call = recorder.at_least(1).await.remove(0);
    assert_eq!((call.body.as_str(), call.actions.len()), ("Build farm · a < b", 0));
}

#[tokio::test]
async fn urgency_and_buttons_follow_the_announcement() {
    let recorder = NotificationRecorder::start().await;
    let (desktop, _actions) = connect(recorder.bus_address());
    let cases = [(Urgency::Low, 0), (Urgency::Normal, 1), (Urgency::High, 1), (Urgency::Urgent, 2)];
    for (urgency, _) in cases {
        desktop.announce(Announcement { urgency, target: Target::Feed(FeedId(1)), ..announcement("x") });
    }
    for ((urgency, level), call) in cases.iter().zip(recorder.at_least(cases.len()).await) {
        assert_eq!((call.urgency(), call.actions.len()), (Some(*level), 4), "{urgency:?}");
    }
}

#[tokio::test]
async fn the_same_key_replaces_in_place_until_it_is_closed() {
    let recorder = NotificationRecorder::start().await;
    let (desktop, _actions) = connect(recorder.bus_address());
    let keyed = |key: &str, title: &str| Announcement { replaces: Some(key.to_owned()), ..announcement(title) };
    desktop.announce(keyed("disk", "disk full"));
    desktop.announce(keyed("door", "door open"));
    desktop.announce(keyed("disk", "disk ok"));
    let calls = recorder.at_least(3).await;
    assert_eq!(calls.iter().map(|call| (call.id, call.replaces)).collect::<Vec<_>>(), [(1, 0), (2, 0), (1, 1)]);
    recorder.dismiss(1).await;
    // The signal and the next call travel in opposite directions; a later answer proves that the signal has been heard.
    desktop.announce(announcement("in between"));
    recorder.at_least(4).await;
    desktop.delivered().await;
    desktop.announce(keyed("disk", "disk full again"));
    assert_eq!(recorder.at_least(5).await[4].replaces, 0, "what the user has closed is not replaced");
}

#[tokio::test]
async fn answers_come_back_as_actions() {
    let recorder = NotificationRecorder::start().await;
    let (desktop, mut actions) = connect(recorder.bus_address());
    let (target, link) = (Target::Event(EventId(7)), "https://ci.example/1".to_owned());
    for _ in 0..4 {
        desktop.announce(Announcement { link: Some(link.clone()), ..announcement("Nightly") });
    }
    desktop.tell(Language::English, "Tidings is in the tray", "It goes on.");
    recorder.at_least(5).await;
    desktop.delivered().await;
    recorder.invoke(1, "default").await;
    let open = |target, token: Option<&str>| Action::Open { target, activation_token: token.map(str::to_owned) };
    assert_eq!(next(&mut actions).await, open(Some(target), None));
    recorder.invoke(2, "open-link").await;
    assert_eq!(next(&mut actions).await, Action::OpenLink(Link::Of(EventId(7))));
    recorder.invoke(3, "mark-read").await;
    assert_eq!(next(&mut actions).await, Action::MarkRead { event: EventId(7) });
    recorder.give_activation_token(4, "token 9").await;
    recorder.invoke(4, "default").await;
    assert_eq!(next(&mut actions).await, open(Some(target), Some("token 9")));
    recorder.invoke(5, "no such button").await;
    desktop.tell(Language::English, "Once more", "");
    recorder.at_least(6).await;
    desktop.delivered().await;
    recorder.invoke(6, "default").await;
    assert_eq!(next(&mut actions).await, open(None, None), "what was not offered was ignored");
}

#[tokio::test]
async fn an_answer_that_overtakes_its_notifications_id_counts_once() {
    let recorder = NotificationRecorder::start().await;
    let (desktop, mut actions) = connect(recorder.bus_address());
    recorder.press_early("mark-read");
    desktop.announce(announcement("Nightly passed"));
    assert_eq!(next(&mut actions).await, Action::MarkRead { event: EventId(7) });
    recorder.press_early("default");
    desktop.announce(announcement("Nightly failed"));
    let opened = Action::Open { target: Some(Target::Event(EventId(7))), activation_token: None };
    assert_eq!(next(&mut actions).await, opened);
    desktop.delivered().await;
    assert!(actions.try_recv().is_err(), "each answer counts once");
}

#[tokio::test]
async fn one_connection_sends_and_listens_for_thousands() {
    const MANY: u32 = 5000;
    let recorder = NotificationRecorder::start().await;
    let (desktop, mut actions) = connect(recorder.bus_address());
    for number in 1..=MANY {
        let target = Target::Event(EventId(number.into()));
        desktop.announce(Announcement { target, ..announcement("one of many") });
        // No more of them may wait than the engine would announce in a burst.
        if number % 100 == 0 {
            desktop.delivered().await;
        }
    }
    let calls = recorder.at_least(MANY as usize).await;
    assert!(calls.iter().all(|call| call.sender == calls[0].sender));
    for id in [1, MANY, MANY / 2] {
        recorder.invoke(id, "default").await;
        let target = Some(Target::Event(EventId(id.into())));
        assert_eq!(next(&mut actions).await, Action::Open { target, activation_token: None });
    }
    // As a desktop whose list is cleared.
    for id in recorder.shown() {
        recorder.dismiss(id).await;
    }
    recorder.tell_all_of_press(3, "default").await;
    desktop.announce(announcement("the last"));
    let last = recorder.at_least(MANY as usize + 1).await[MANY as usize].id;
    desktop.delivered().await;
    recorder.invoke(last, "mark-read").await;
    let expected = Action::MarkRead { event: EventId(7) };
    assert_eq!(next(&mut actions).await, expected, "to close is no click, and what is closed is forgotten");
}

#[tokio::test]
async fn clicks_on_what_is_not_ours_do_nothing() {
    let recorder = NotificationRecorder::start().await;
    let (earlier, mut ignored) = connect(recorder.bus_address());
    earlier.announce(Announcement { target: Target::Event(EventId(1)), ..announcement("of an earlier run") });
    earlier.delivered().await;
    drop(earlier);
    assert!(ignored.recv().await.is_none(), "its thread has ended");

    let (desktop, mut actions) = connect(recorder.bus_address());
    desktop.announce(Announcement { target: Target::Event(EventId(2)), ..announcement("of this run") });
    recorder.at_least(2).await;
    desktop.delivered().await;
    for key in ["default", "open-link", "mark-read", "mute-feed"] {
        recorder.tell_all_of_press(1, key).await;
        recorder.tell_all_of_press(99, key).await;
    }
    recorder.tell_all_of_press(2, "mark-read").await;
    assert_eq!(next(&mut actions).await, Action::MarkRead { event: EventId(2) }, "the others come before it");
    assert!(actions.try_recv().is_err());
}

#[tokio::test]
async fn a_number_that_is_given_anew_is_that_of_the_new_notification() {
    let mut recorder = NotificationRecorder::start().await;
    let (desktop, mut actions) = connect(recorder.bus_address());
    let of = |event| Announcement { target: Target::Event(EventId(event)), ..announcement("x") };
    desktop.announce(of(1));
    recorder.at_least(1).await;
    desktop.delivered().await;
    // A service that starts again begins with the first number, and somebody else is the first.
    recorder.stop().await;
    becomes(&desktop, Service::Absent).await;
    recorder.start_again().await;
    becomes(&desktop, Service::Present).await;
    let (other, mut others) = connect(recorder.bus_address());
    other.announce(of(100));
    recorder.at_least(2).await;
    recorder.tell_all_of_press(1, "mark-read").await;
    assert_eq!(next(&mut others).await, Action::MarkRead { event: EventId(100) });
    desktop.announce(of(2));
    desktop.announce(of(3));
    let ids: Vec<_> = recorder.at_least(4).await.iter().map(|call| call.id).collect();
    assert_eq!(ids, [1, 1, 2, 3]);
    desktop.delivered().await;
    recorder.tell_all_of_press(2, "mark-read").await;
    assert_eq!(next(&mut actions).await, Action::MarkRead { event: EventId(2) });
    assert!(others.try_recv().is_err());
}

#[tokio::test]
async fn a_service_that_starts_anew_is_asked_anew() {
    let mut recorder = NotificationRecorder::start().await;
    let (desktop, mut actions) = connect(recorder.bus_address());
    let keyed = |title: &str, event| Announcement {
        replaces: Some("disk".to_owned()),
        target: Target::Event(EventId(event)),
        ..announcement(title)
    };
    desktop.announce(keyed("disk full", 1));
    recorder.at_least(1).await;
    recorder.stop().await;
    becomes(&desktop, Service::Absent).await;
    desktop.announce(keyed("nobody shows this", 2));
    desktop.delivered().await;
    recorder.set_capabilities(&["body"]);
    recorder.start_again().await;
    becomes(&desktop, Service::Present).await;
    desktop.announce(keyed("disk ok", 3));
    let calls = recorder.at_least(2).await;
    assert_eq!(calls.len(), 2, "what nobody could show is not shown late");
    assert_eq!((calls[1].summary.as_str(), calls[1].id, calls[1].replaces), ("disk ok", 1, 0));
    assert_eq!(calls[1].actions.len(), 0, "the new one can do less");
    recorder.invoke(1, "default").await;
    let target = Some(Target::Event(EventId(3)));
    let expected = Action::Open { target, activation_token: None };
    assert_eq!(next(&mut actions).await, expected, "its id 1 is not its predecessor's");
}

#[tokio::test]
async fn announcing_begins_when_a_service_appears() {
    let bus = SessionBus::start();
    let (desktop, _actions) = connect(bus.address());
    becomes(&desktop, Service::Absent).await;
    desktop.announce(announcement("too early"));
    desktop.delivered().await;
    let recorder = NotificationRecorder::start_on(bus.address()).await;
    becomes(&desktop, Service::Present).await;
    desktop.announce(announcement("in time"));
    assert_eq!(recorder.at_least(1).await[0].summary, "in time");
}

#[tokio::test]
async fn without_a_bus_nothing_blocks() {
    let (desktop, _actions) = connect("unix:path=/nonexistent/bus");
    for _ in 0..10_000 {
        desktop.announce(announcement("nobody hears this"));
    }
    becomes(&desktop, Service::Absent).await;
    desktop.delivered().await;
}

#[tokio::test]
async fn a_refusal_concerns_one_notification() {
    let recorder = NotificationRecorder::start().await;
    let (desktop, _actions) = connect(recorder.bus_address());
    recorder.refuse(Some("too many"));
    desktop.announce(announcement("one too many"));
    desktop.delivered().await;
    recorder.refuse(None);
    desktop.announce(announcement("the next"));
    assert_eq!(recorder.at_least(1).await[0].summary, "the next");
}

#[tokio::test]
async fn a_frozen_service_is_given_up_and_found_again() {
    let recorder = NotificationRecorder::start().await;
    let (desktop, _actions) = connect(recorder.bus_address());
    becomes(&desktop, Service::Present).await;
    recorder.answer_after(Duration::from_hours(1));
    desktop.announce(announcement("stuck"));
    // Announcing never waits, however long the service does; what is more than the queue holds is refused.
    for _ in 0..10_000 {
        desktop.announce(announcement("behind it"));
    }
    becomes(&desktop, Service::Silent).await;
    recorder.answer_after(Duration::ZERO);
    desktop.announce(announcement("thawed"));
    assert!(!recorder.at_least(1).await.is_empty());
    becomes(&desktop, Service::Present).await;
}

#[tokio::test]
async fn what_was_seen_elsewhere_is_taken_back() {
    let recorder = NotificationRecorder::start().await;
    let (desktop, _actions) = connect(recorder.bus_address());
    desktop.announce(announcement("read in the window"));
    desktop.announce(Announcement { target: Target::Event(EventId(8)), ..announcement("still new") });
    recorder.at_least(2).await;
    desktop.withdraw(Target::Event(EventId(7)));
    desktop.withdraw(Target::Event(EventId(99)));
    desktop.delivered().await;
    assert_eq!((recorder.closed_by_program(), recorder.shown()), (vec![1], vec![2]));
}
