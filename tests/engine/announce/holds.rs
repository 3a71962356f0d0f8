//! What holds announcements back, the digest afterwards, and what passes all the same.
use super::World;
use jiff::Timestamp;
use rstest::rstest;
use std::time::Duration;
use tidings_engine::announce::{Candidate, FeedAnnouncing, Hold, Note, Plan, QuietHours, Silence};
use tidings_engine::{Answer, FeedId, Scope, Settings, Urgency};

const HOUR: Duration = Duration::from_hours(1);

fn quiet(spans: &str) -> Settings {
    Settings { quiet_hours: spans.parse().unwrap(), ..Settings::default() }
}

impl World {
    /// An event of a feed, now, that matters so much.
    fn urgent(&mut self, feed: i64, urgency: Urgency) -> (Plan, Vec<String>) {
        let event = Candidate { urgency, ..self.event(feed) };
        self.offer(event)
    }

    fn normal(&mut self, feed: i64) -> (Plan, Vec<String>) {
        self.urgent(feed, Urgency::Normal)
    }

    fn mute(&mut self, feed: Option<i64>, length: Option<Duration>) {
        let now = self.now().wall;
        let until = length.map(|length| now + jiff::SignedDuration::try_from(length).unwrap());
        self.change(|policy, _, effects| policy.mute(feed.map(FeedId), until, effects));
    }

    fn unmute(&mut self, feed: Option<i64>) -> Vec<String> {
        self.change(|policy, _, effects| policy.unmute(feed.map(FeedId), effects));
        self.due()
    }
}

fn because(plan: Plan) -> Hold {
    match plan {
        Plan::Digest { because } => because,
        other => panic!("not held: {other:?}"),
    }
}

#[test]
fn a_night_of_500_events_is_one_exact_digest() {
    let mut world = World::with(&quiet("22:00-07:00"));
    assert_eq!(world.pass(HOUR * 10 + Duration::from_mins(5)), Vec::<String>::new(), "it is 22:05");
    let mut announced = vec![];
    for _ in 0..500 {
        announced.extend(world.normal(1).1);
        announced.extend(world.pass(Duration::from_mins(1)));
    }
    assert_eq!(announced, Vec::<String>::new());
    assert_eq!(world.pass(HOUR), ["feed 1: 500 events during quiet hours | e500"]);
    assert_eq!(world.pass(HOUR * 10), Vec::<String>::new(), "and nothing after it");
}

#[test]
fn what_waits_of_several_feeds_is_one_digest() {
    let mut world = World::with(&quiet("daily 12:00-13:00"));
    for (feed, count) in [(1, 3), (2, 300), (3, 20), (4, 1), (5, 1), (6, 2)] {
        for _ in 0..count {
            assert!(matches!(because(world.normal(feed).0), Hold::QuietHours { .. }));
        }
    }
    let digest = "327 events during quiet hours | feed 2 300 · feed 3 20 · feed 1 3 · feed 6 2 · 2 other feeds 2";
    assert_eq!(world.pass(HOUR), [digest]);
    let digest = &world.announced[0];
    assert_eq!((digest.feed, digest.feed_name.as_str()), (None, ""));
}

#[test]
fn one_event_that_waited_is_announced_as_itself() {
    let mut world = World::with(&quiet("daily 12:00-13:00"));
    let event = Candidate { body: "whole".into(), link: Some("https://a.example".into()), ..world.event(1) };
    world.offer(event);
    assert_eq!(world.pass(HOUR), ["e1"]);
    assert_eq!((world.announced[0].body.as_str(), world.announced[0].link.is_some()), ("whole", true));
}

#[test]
fn urgent_events_pass_at_once_if_the_user_wants_it() {
    for (everywhere, here, passes) in
        [(true, None, true), (true, Some(false), false), (false, None, false), (false, Some(true), true)]
    {
        let mut world = World::with(&Settings { urgent_passes: everywhere, ..quiet("12:00-13:00") });
        world.mute(None, None);
        world.mute(Some(1), None);
        world.policy.set_do_not_disturb(true);
        world.policy.set_in_view(Some(Scope::All));
        let choices = FeedAnnouncing { urgent_passes: here, ..FeedAnnouncing::default() };
        let event = Candidate { urgency: Urgency::Urgent, choices, ..world.event(1) };
        assert_eq!(world.offer(event).1.len(), usize::from(passes), "{everywhere} {here:?}");
        world.policy.set_in_view(None);
        let event = Candidate { urgency: Urgency::High, choices, ..world.event(1) };
        assert!(matches!(because(world.offer(event).0), Hold::FeedMuted { until: None }));
    }
}

#[test]
fn urgent_floods_are_bounded_too() {
    let mut world = World::new();
    let mut alone = 0;
    for _ in 0..100 {
        alone += usize::from(world.urgent(1, Urgency::Urgent).0 == Plan::Alone);
    }
    assert_eq!(alone, 5);
    // They do not take from others, nor others from them.
    let mut world = World::new();
    for _ in 0..20 {
        world.normal(1);
    }
    assert_eq!(world.urgent(1, Urgency::Urgent).1, ["e21"]);
}

#[rstest]
#[case::inside("2026-03-26T13:00:00+01:00", Some("2026-03-26T14:00:00+01:00"))]
#[case::at_the_beginning("2026-03-26T12:30:00+01:00", Some("2026-03-26T14:00:00+01:00"))]
#[case::at_the_end("2026-03-26T14:00:00+01:00", None)]
#[case::before("2026-03-26T12:29:59+01:00", None)]
#[case::over_midnight("2026-03-27T01:00:00+01:00", Some("2026-03-27T06:00:00+01:00"))]
#[case::weekend_taken_together("2026-03-28T10:00:00+01:00", Some("2026-03-30T06:00:00+02:00"))]
fn quiet_hours_end(#[case] now: Timestamp, #[case] end: Option<&str>) {
    let hours: QuietHours =
        "thu 12:30-14:00; mon-fri 23:00-06:00; sat,sun 00:00-00:00; sun 22:00-06:00".parse().unwrap();
    let berlin = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    assert_eq!(hours.until(now, &berlin), end.map(|end| end.parse().unwrap()));
}

#[rstest]
// Set forward at two in the night to Sunday, 29 March: what lies in the hour left out, lies where it is left out.
#[case::ends_where_left_out("Europe/Berlin", "sat 23:00-02:30", "2026-03-28T23:00:00Z", Some("2026-03-29T01:00:00Z"))]
#[case::begins_where_left_out("Europe/Berlin", "sun 02:30-05:00", "2026-03-29T01:00:00Z", Some("2026-03-29T03:00:00Z"))]
#[case::not_before("Europe/Berlin", "sun 02:30-05:00", "2026-03-29T00:59:59Z", None)]
#[case::shorter_night("Europe/Berlin", "daily 22:00-07:00", "2026-03-28T21:00:00Z", Some("2026-03-29T05:00:00Z"))]
// Set back at three in the night to Sunday, 25 October: the hour that comes twice is quiet twice.
#[case::longer_night("Europe/Berlin", "daily 22:00-07:00", "2026-10-24T20:00:00Z", Some("2026-10-25T06:00:00Z"))]
#[case::ends_the_second_time("Europe/Berlin", "sat 23:00-02:30", "2026-10-25T00:45:00Z", Some("2026-10-25T01:30:00Z"))]
#[case::begins_the_first_time("Europe/Berlin", "sun 02:30-05:00", "2026-10-25T00:30:00Z", Some("2026-10-25T04:00:00Z"))]
// The clocks of Havana are set forward at midnight, those of Lord Howe by half an hour.
#[case::day_without_midnight("America/Havana", "sun 00:00-08:00", "2026-03-08T05:00:00Z", Some("2026-03-08T12:00:00Z"))]
#[case::half_an_hour("Australia/Lord_Howe", "daily 01:00-02:15", "2026-10-03T14:45:00Z", Some("2026-10-03T15:30:00Z"))]
fn quiet_hours_when_clocks_are_set(
    #[case] zone: &str,
    #[case] hours: QuietHours,
    #[case] now: Timestamp,
    #[case] end: Option<&str>,
) {
    assert_eq!(hours.until(now, &jiff::tz::TimeZone::get(zone).unwrap()), end.map(|end| end.parse().unwrap()));
}

#[rstest]
#[case("off", Some("off"))]
#[case("22:00-07:00", Some("daily 22:00-07:00"))]
#[case("mon-fri 22:00-7:00; sat,sun 23:00-09:00", Some("mon,tue,wed,thu,fri 22:00-07:00; sat,sun 23:00-09:00"))]
#[case("fri-mon 00:00-00:00", Some("mon,fri,sat,sun 00:00-00:00"))]
#[case("", None)]
#[case("22-7", None)]
#[case("24:00-07:00", None)]
#[case("freitag 22:00-07:00", None)]
#[case("mon 22:00", None)]
fn quiet_hours_are_written_as_people_do(#[case] text: &str, #[case] written: Option<&str>) {
    let read = text.parse::<QuietHours>();
    assert_eq!(read.as_ref().ok().map(ToString::to_string).as_deref(), written);
    if let Ok(hours) = read {
        let json = serde_json::to_string(&hours).unwrap();
        assert_eq!(serde_json::from_str::<QuietHours>(&json).unwrap(), hours);
    }
}

#[test]
fn mutes_end_by_themselves_and_each_has_its_digest() {
    let mut world = World::new();
    world.mute(Some(1), Some(HOUR));
    world.mute(None, Some(HOUR * 2));
    let end = world.now().wall.as_millisecond() + 3_600_000;
    assert_eq!(because(world.normal(1).0), Hold::FeedMuted { until: Some(end) });
    assert_eq!(because(world.normal(1).0), Hold::FeedMuted { until: Some(end) });
    assert_eq!(because(world.normal(2).0), Hold::Muted { until: Some(end + 3_600_000) });
    // The feed's mute is over, that of all is not.
    assert_eq!(world.pass(HOUR), Vec::<String>::new());
    assert_eq!(world.policy.mutes().len(), 1);
    assert_eq!(because(world.normal(1).0), Hold::Muted { until: Some(end + 3_600_000) });
    let digests = ["2 events while muted | feed 1 1 · feed 2 1", "feed 1: 2 events while muted | e2"];
    assert_eq!(world.pass(HOUR), digests);
    assert!(world.policy.mutes().is_empty());
    assert!(matches!(world.notes.last(), Some(Note::Answered { .. })));
    assert_eq!(world.normal(1).0, Plan::Alone);
}

#[test]
fn until_i_say_so_lasts_until_i_say_so() {
    let mut world = World::new();
    world.mute(None, None);
    world.normal(1);
    world.normal(1);
    assert_eq!(world.pass(HOUR * 1000), Vec::<String>::new());
    assert_eq!(world.unmute(None), ["feed 1: 2 events while muted | e2"]);
}

#[test]
fn what_ends_while_something_else_holds_waits_on() {
    let mut world = World::with(&quiet("12:00-13:00"));
    world.normal(1);
    world.policy.set_do_not_disturb(true);
    assert_eq!(world.pass(HOUR), Vec::<String>::new());
    assert_eq!(because(world.normal(1).0), Hold::DoNotDisturb);
    world.policy.set_do_not_disturb(false);
    assert_eq!(world.due(), ["feed 1: 2 events while notifications were held back | e2"]);
}

#[test]
fn the_desktops_wish_counts_only_if_it_is_heeded() {
    let mut world = World::with(&Settings { heed_do_not_disturb: false, ..Settings::default() });
    world.policy.set_do_not_disturb(true);
    assert_eq!(world.normal(1).0, Plan::Alone);
}

#[test]
fn what_is_looked_at_is_not_announced() {
    let silent = Plan::Silent { because: Silence::InView };
    let mut world = World::new();
    for (scope, expected) in [
        (Some(Scope::All), silent),
        (Some(Scope::Unread), silent),
        (Some(Scope::Feed { feed: FeedId(1) }), silent),
        (Some(Scope::Feed { feed: FeedId(2) }), Plan::Alone),
        (Some(Scope::Folder { folder: "home".to_owned() }), silent),
        (Some(Scope::Folder { folder: "work".to_owned() }), Plan::Alone),
        (Some(Scope::Starred), Plan::Alone),
        (None, Plan::Alone),
    ] {
        world.policy.set_in_view(scope.clone());
        assert_eq!(world.normal(1).0, expected, "{scope:?}");
    }
    world.policy.set_in_view(Some(Scope::All));
    let choices = FeedAnnouncing { quiet_in_view: Some(false), ..FeedAnnouncing::default() };
    let event = Candidate { choices, ..world.event(1) };
    assert_eq!(world.offer(event).0, Plan::Alone);
}

#[test]
fn a_feed_may_ignore_quiet_hours() {
    let mut world = World::with(&quiet("12:00-13:00"));
    let choices = FeedAnnouncing { ignores_quiet_hours: true, ..FeedAnnouncing::default() };
    let event = Candidate { choices, ..world.event(1) };
    assert_eq!(world.offer(event).0, Plan::Alone);
}

#[test]
fn what_was_missed_is_one_digest_of_each_feed_and_urgent_events_pass() {
    let mut world = World::new();
    let mut announced = vec![];
    for n in 0..30 {
        for feed in [1, 2] {
            let urgency = if n == 7 && feed == 1 { Urgency::Urgent } else { Urgency::Normal };
            let event = Candidate { catch_up: true, urgency, ..world.event(feed) };
            announced.extend(world.offer(event).1);
        }
        announced.extend(world.pass(Duration::from_millis(100)));
    }
    assert_eq!(announced, ["e15"]);
    let digests =
        ["feed 1: 29 events while it was not connected | e59", "feed 2: 30 events while it was not connected | e60"];
    assert_eq!(world.pass(Duration::from_secs(3)), digests);
    assert_eq!(world.normal(1).0, Plan::Alone, "what happens now is announced as ever");
}

#[test]
fn a_long_backlog_is_told_in_between_in_place() {
    let mut world = World::new();
    let mut told = vec![];
    for _ in 0..300 {
        let event = Candidate { catch_up: true, ..world.event(1) };
        told.extend(world.offer(event).1);
        told.extend(world.pass(Duration::from_millis(50)));
    }
    told.extend(world.pass(Duration::from_secs(5)));
    assert_eq!(told.last().unwrap(), "feed 1: 300 events while it was not connected | e300");
    assert!((2..=7).contains(&told.len()), "{told:?}");
    let keys: std::collections::HashSet<_> = world.announced.iter().map(|digest| &digest.replaces).collect();
    assert_eq!(keys.len(), 1);
}

#[test]
fn events_of_a_group_replace_one_another_also_in_a_burst() {
    let mut world = World::new();
    let grouped = |world: &mut World, group: &str| {
        let event = Candidate { group: Some(group.to_owned()), ..world.event(1) };
        world.offer(event)
    };
    assert_eq!(grouped(&mut world, "disk").1, ["[group-1-disk] e1"]);
    for _ in 0..20 {
        world.normal(1);
    }
    // The burst is on, yet the notification of the disk is up to date, once a second.
    world.pass(Duration::from_secs(2));
    assert_eq!(grouped(&mut world, "disk").1, ["[group-1-disk] e22"]);
    assert_eq!(grouped(&mut world, "disk"), (Plan::Alone, vec![]));
    assert_eq!(grouped(&mut world, "disk"), (Plan::Alone, vec![]));
    assert_eq!(world.pass(Duration::from_secs(1)), ["[group-1-disk] e24"]);
    // A group that is not on the screen is an event like others.
    assert_eq!(grouped(&mut world, "door").0, Plan::Summary);
    let ids: std::collections::HashSet<_> = world
        .announced
        .iter()
        .filter(|one| one.title != "e2" && one.replaces.as_deref() == Some("group-1-disk"))
        .map(|one| one.id)
        .collect();
    assert_eq!(ids.len(), 1, "one announcement, told three times");
}

#[test]
fn without_a_service_all_waits_for_one() {
    let mut world = World::new();
    world.delivers = false;
    world.normal(1);
    let id = world.announced[0].id.unwrap();
    world.answer(id, Answer::NoService);
    for _ in 0..11 {
        assert_eq!(because(world.normal(1).0), Hold::NoService);
    }
    assert_eq!(because(world.urgent(1, Urgency::Urgent).0), Hold::NoService, "nobody could deliver it");
    assert_eq!(world.pass(HOUR * 100), Vec::<String>::new());
    world.policy.set_service(true);
    // What is urgent is not hidden in a digest.
    assert_eq!(world.due(), ["feed 1: 12 events while no notification service was there | e12", "e13"]);
}

/// What does not wait for the end of the night does not because nobody could deliver it for a moment.
#[test]
fn what_passes_the_night_waits_for_the_service_alone() {
    let mut world = World::with(&quiet("22:00-07:00"));
    world.pass(HOUR * 11);
    world.delivers = false;
    world.policy.set_service(false);
    assert_eq!(because(world.urgent(1, Urgency::Urgent).0), Hold::NoService);
    let ignoring = FeedAnnouncing { ignores_quiet_hours: true, ..FeedAnnouncing::default() };
    let event = Candidate { choices: ignoring, ..world.event(2) };
    assert_eq!(because(world.offer(event).0), Hold::NoService);
    assert!(matches!(because(world.normal(3).0), Hold::QuietHours { .. }));
    world.policy.set_service(true);
    let mut told = world.due();
    told.sort();
    assert_eq!(told, ["e1", "e2"]);
    // Nor because it was refused once.
    world.urgent(1, Urgency::Urgent);
    let id = world.announced.last().unwrap().id.unwrap();
    world.answer(id, Answer::Refused { words: "later".into() });
    assert_eq!(world.pass(HOUR), ["e4"]);
    assert_eq!(world.pass(HOUR * 9), ["e3"]);
}

#[test]
fn what_is_refused_is_told_again_as_one_and_less_and_less_often() {
    let mut world = World::new();
    world.delivers = false;
    for _ in 0..3 {
        world.normal(1);
    }
    for announced in world.announced.clone() {
        world.answer(announced.id.unwrap(), Answer::Refused { words: "too many".into() });
    }
    assert_eq!(because(world.normal(1).0), Hold::Refused);
    let mut waits = vec![];
    for _ in 0..9 {
        let before = world.elapsed;
        let wait = Duration::from_millis(u64::try_from(world.wait().unwrap()).unwrap());
        let told = world.pass(wait);
        assert_eq!(told, ["feed 1: 4 events while the notification service refused more | e4"]);
        waits.push(world.elapsed.saturating_sub(before).as_secs());
        let id = world.announced.last().unwrap().id.unwrap();
        world.answer(id, Answer::Refused { words: "still too many".into() });
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
    world.pass(Duration::from_mins(5));
    let id = world.announced.last().unwrap().id.unwrap();
    world.answer(id, Answer::Delivered { number: 4 });
    assert_eq!(world.normal(1).0, Plan::Alone);
    assert_eq!(world.policy.unanswered(), 1);
}

#[test]
fn switched_off_nothing_waits_any_more() {
    let mut world = World::new();
    world.mute(None, None);
    world.normal(1);
    let off = Settings { notify: false, ..Settings::default() };
    world.change(|policy, now, effects| policy.set_choices((&off).into(), now, effects));
    assert!(matches!(world.notes.last(), Some(Note::Answered { answer: Answer::Dropped, .. })));
    assert_eq!(world.normal(1).0, Plan::Silent { because: Silence::Off });
    world.change(|policy, now, effects| policy.set_choices((&Settings::default()).into(), now, effects));
    assert_eq!(world.unmute(None), Vec::<String>::new());
}
