//! Weeks of streams at random, and what must hold in all of them: every event that is to be announced is in exactly one
//! notification, and each notification says how many it stands for.
use super::World;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use tidings_engine::announce::{Candidate, Note, Plan};
use tidings_engine::{Announcement, AnnouncementId, Answer, EventId, FeedId, Scope, Settings, Target, Urgency};

/// What happens, and how long after what happened before.
#[derive(Debug, Clone)]
enum Happening {
    Events {
        feed: i64,
        count: u8,
        urgency: Urgency,
        catch_up: bool,
        group: Option<u8>,
    },
    Mute {
        feed: Option<i64>,
        minutes: Option<u16>,
    },
    Unmute(Option<i64>),
    DoNotDisturb(bool),
    Service(bool),
    InView(Option<i64>),
    /// How the service answers from now on.
    Refuses(bool),
}

fn happening() -> impl Strategy<Value = Happening> {
    let feed = || 1..4_i64;
    let maybe_feed = || prop::option::of(1..4_i64);
    let urgency = prop_oneof![8 => Just(Urgency::Normal), 1 => Just(Urgency::Low), 1 => Just(Urgency::Urgent)];
    prop_oneof![
        12 => (feed(), 1..40_u8, urgency, prop::bool::weighted(0.2), prop::option::weighted(0.2, 0..3_u8)).prop_map(
            |(feed, count, urgency, catch_up, group)| Happening::Events { feed, count, urgency, catch_up, group }
        ),
        1 => (maybe_feed(), prop::option::of(1..600_u16)).prop_map(|(feed, minutes)| Happening::Mute { feed, minutes }),
        1 => maybe_feed().prop_map(Happening::Unmute),
        1 => any::<bool>().prop_map(Happening::DoNotDisturb),
        1 => any::<bool>().prop_map(Happening::Service),
        1 => maybe_feed().prop_map(Happening::InView),
        1 => any::<bool>().prop_map(Happening::Refuses),
    ]
}

/// The outcomes as the store keeps them, by the notes.
#[derive(Default)]
struct Ledger {
    plans: BTreeMap<EventId, (Plan, Option<AnnouncementId>)>,
    read: usize,
}

impl Ledger {
    fn read(&mut self, notes: &[Note]) {
        for note in &notes[self.read..] {
            match note {
                Note::Decided { event, plan, announcement, .. } => {
                    assert!(self.plans.insert(*event, (*plan, *announcement)).is_none(), "decided once");
                }
                Note::Merged { from, into, because } => {
                    for (plan, announcement) in self.plans.values_mut().filter(|(_, id)| *id == Some(*from)) {
                        (*plan, *announcement) = (Plan::Digest { because: *because }, Some(*into));
                    }
                }
                Note::Answered { .. } | Note::Refused { .. } | Note::Mutes(_) => {}
            }
        }
        self.read = notes.len();
    }
}

/// How many events a notification says it stands for.
fn stands_for(announcement: &Announcement) -> u64 {
    if let Target::Event(_) = announcement.target {
        return 1;
    }
    let words = announcement.title.rsplit(": ").next().unwrap();
    words.split(' ').next().unwrap().parse().unwrap()
}

fn check(happenings: &[(u32, Happening)], quiet: &str, start: &str) -> Result<(), TestCaseError> {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let settings = Settings { quiet_hours: quiet.parse().unwrap(), ..Settings::default() };
    let mut world = World::on(start.parse().unwrap(), zone.clone(), &settings);
    world.delivers = false;
    let (mut ledger, mut answered, mut refuses, mut service) = (Ledger::default(), 0, false, true);
    // Each announcement in its last form that was delivered.
    let mut shown: HashMap<AnnouncementId, u64> = HashMap::new();
    let mut offered = 0;
    let answer = |world: &mut World, answered: &mut usize, refuses: bool, shown: &mut HashMap<AnnouncementId, u64>| {
        while let Some(announcement) = world.announced.get(*answered).cloned() {
            *answered += 1;
            let id = announcement.id.unwrap();
            if refuses {
                shown.remove(&id);
                world.answer(id, Answer::Refused { words: "too many".into() });
            } else {
                shown.insert(id, stands_for(&announcement));
                world.answer(id, Answer::Delivered { number: 1 });
            }
        }
    };
    let steps = happenings.iter().cloned();
    // In the end everything is let go.
    let end =
        [Happening::DoNotDisturb(false), Happening::Service(true), Happening::Refuses(false), Happening::InView(None)];
    let unmutes = [None, Some(1), Some(2), Some(3)].map(Happening::Unmute);
    for (seconds, happening) in steps.chain(end.into_iter().chain(unmutes).map(|happening| (1, happening))) {
        let target = world.elapsed + Duration::from_secs(seconds.into());
        while world.elapsed < target {
            world.pass(target.saturating_sub(world.elapsed).min(Duration::from_secs(30)));
            answer(&mut world, &mut answered, refuses || !service, &mut shown);
            if target.saturating_sub(world.elapsed) > Duration::from_mins(20) {
                // Nobody looks for a while, as when the machine sleeps.
                world.elapsed = target.saturating_sub(Duration::from_mins(1));
            }
        }
        match happening {
            Happening::Events { feed, count, urgency, catch_up, group } => {
                for _ in 0..count {
                    let group = group.map(|group| group.to_string());
                    let event = Candidate { urgency, catch_up, group, ..world.event(feed) };
                    offered += 1;
                    let (plan, told) = world.offer(event);
                    let held = matches!(plan, Plan::Digest { .. } | Plan::Silent { .. });
                    prop_assert!(!held || told.is_empty(), "what is held is not told at once");
                }
            }
            Happening::Mute { feed, minutes } => {
                let until = minutes.map(|minutes| world.now().wall + jiff::SignedDuration::from_mins(minutes.into()));
                world.change(|policy, _, effects| policy.mute(feed.map(FeedId), until, effects));
            }
            Happening::Unmute(feed) => world.change(|policy, _, effects| policy.unmute(feed.map(FeedId), effects)),
            Happening::DoNotDisturb(on) => world.policy.set_do_not_disturb(on),
            Happening::Service(there) => {
                service = there;
                world.policy.set_service(there);
            }
            Happening::InView(feed) => world.policy.set_in_view(feed.map(|feed| Scope::Feed { feed: FeedId(feed) })),
            Happening::Refuses(on) => refuses = on,
        }
        answer(&mut world, &mut answered, refuses || !service, &mut shown);
        ledger.read(&world.notes);
    }
    for _ in 0..200 {
        world.pass(Duration::from_mins(30));
        answer(&mut world, &mut answered, false, &mut shown);
    }
    ledger.read(&world.notes);
    prop_assert_eq!(ledger.plans.len(), offered, "each is decided about");
    prop_assert_eq!(world.policy.unanswered(), 0);
    // What the store would say of each announcement is what it says itself.
    let mut counted: BTreeMap<AnnouncementId, (u64, bool)> = BTreeMap::new();
    for (plan, announcement) in ledger.plans.values() {
        match (plan, announcement) {
            (Plan::Silent { .. }, None) => {}
            (plan, Some(id)) => {
                let (count, alone) = counted.entry(*id).or_default();
                *count += 1;
                *alone = *plan == Plan::Alone;
            }
            (plan, None) => prop_assert!(false, "{plan:?} without an announcement"),
        }
    }
    for (id, (count, alone)) in &counted {
        // The events of a group share a notification, which shows the latest.
        let expected = if *alone { 1 } else { *count };
        prop_assert_eq!(shown.get(id), Some(&expected), "{:?}", id);
    }
    for id in shown.keys() {
        prop_assert!(counted.contains_key(id), "{id:?} stands for nothing");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: if tidings_test_support::stress() { 5000 } else { 150 }, ..ProptestConfig::default() })]

    /// A week over the night in which clocks are set forward, and one over that in which they are set back.
    #[test]
    fn counts_are_exact_whatever_happens(
        happenings in prop::collection::vec((0..20_000_u32, happening()), 1..60),
        quiet in prop::sample::select(&["off", "22:00-07:00", "mon-fri 22:00-07:00; sat,sun 00:00-00:00", "sun 02:30-03:30"]),
        start in prop::sample::select(&["2026-03-26T12:00:00Z", "2026-10-22T12:00:00Z"]),
    ) {
        check(&happenings, quiet, start)?;
    }
}

/// Each feed sends an event every so many minutes; the nights are quiet.
#[test]
fn a_week_over_the_change_of_clocks_counts_to_the_last_event() {
    // From Thursday noon to Thursday noon, over the night in which an hour is left out.
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let settings = Settings { quiet_hours: "22:00-07:00".parse().unwrap(), ..Settings::default() };
    let mut world = World::on("2026-03-26T11:00:00Z".parse().unwrap(), zone.clone(), &settings);
    let (mut alone, mut digests) = (0, vec![]);
    let (mut day, mut nights) = (0, vec![0]);
    for minute in 0..7 * 24 * 60_u64 {
        let hour = zone.to_datetime(world.now().wall).hour();
        let quiet = !(7..22).contains(&hour);
        for (feed, every) in [(1, 10), (2, 60), (3, 7)] {
            if minute % every == 0 {
                let event = world.event(feed);
                alone += world.offer(event).1.len();
                if quiet {
                    *nights.last_mut().unwrap() += 1;
                } else {
                    day += 1;
                }
            }
        }
        for told in world.pass(Duration::from_mins(1)) {
            digests.push(told);
            nights.push(0);
        }
    }
    assert_eq!(nights.pop(), Some(0), "it ends at noon");
    assert_eq!((alone, day + nights.iter().sum::<usize>()), (day, 1008 + 168 + 1440));
    let counts: Vec<usize> = digests.iter().map(|digest| digest.split(' ').next().unwrap().parse().unwrap()).collect();
    assert_eq!(counts, nights);
    assert_eq!(counts.len(), 7, "{digests:?}");
    // Nine hours of quiet; eight in the night to Sunday.
    assert!(counts.iter().all(|&count| if count == counts[2] { count < 130 } else { count > 138 }), "{counts:?}");
    assert!(digests.iter().all(|digest| digest.contains("events during quiet hours | feed 3 ")), "{digests:?}");
}
