//! Which events are announced, with a clock of the test's own.
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};
use tidings_engine::announce::{Candidate, Choices, Effects, FeedAnnouncing, Moment, Note, Plan, Policy};
use tidings_engine::{Announcement, AnnouncementId, Answer, EventId, FeedId, Settings, Target, Urgency};

mod holds;
mod week;

/// The night to Sunday, 29 March 2026, in which Berlin's clocks are set forward, is three days ahead.
const START: &str = "2026-03-26T12:00:00+01:00";

/// A policy and the time, which passes when the test says so.
pub(crate) struct World {
    pub(crate) policy: Policy,
    start: Instant,
    wall: Timestamp,
    /// Since the start.
    pub(crate) elapsed: Duration,
    events: i64,
    pub(crate) announced: Vec<Announcement>,
    pub(crate) notes: Vec<Note>,
    /// Whether each announcement is delivered at once.
    pub(crate) delivers: bool,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(&Settings::default())
    }

    pub(crate) fn with(settings: &Settings) -> Self {
        Self::on(START.parse().unwrap(), TimeZone::get("Europe/Berlin").unwrap(), settings)
    }

    pub(crate) fn on(wall: Timestamp, zone: TimeZone, settings: &Settings) -> Self {
        Self {
            policy: Policy::new(Choices::from(settings), zone, AnnouncementId(0)),
            start: Instant::now(),
            wall,
            elapsed: Duration::ZERO,
            events: 0,
            announced: vec![],
            notes: vec![],
            delivers: true,
        }
    }

    pub(crate) fn now(&self) -> Moment {
        let wall = self.wall + SignedDuration::try_from(self.elapsed).unwrap();
        Moment { steady: self.start + self.elapsed, wall }
    }

    /// Takes what follows; what was announced is described.
    pub(crate) fn take(&mut self, effects: Effects) -> Vec<String> {
        let described = effects.announce.iter().map(describe).collect();
        self.notes.extend(effects.notes);
        for announcement in effects.announce {
            if self.delivers {
                self.answer(announcement.id.unwrap(), Answer::Delivered { number: 1 });
            }
            self.announced.push(announcement);
        }
        described
    }

    pub(crate) fn answer(&mut self, id: AnnouncementId, answer: Answer) {
        let mut effects = Effects::default();
        self.policy.answered(id, answer, &self.now(), &mut effects);
        assert!(effects.announce.is_empty(), "an answer announces nothing by itself");
        self.notes.extend(effects.notes);
    }

    pub(crate) fn event(&mut self, feed: i64) -> Candidate {
        self.events += 1;
        Candidate {
            event: EventId(self.events),
            feed: FeedId(feed),
            feed_name: format!("feed {feed}"),
            feed_folder: "home".to_owned(),
            notify: true,
            choices: FeedAnnouncing::default(),
            silent: None,
            catch_up: false,
            title: format!("e{}", self.events),
            body: String::new(),
            urgency: Urgency::Normal,
            link: None,
            group: None,
            icon: None,
            sound: None,
        }
    }

    pub(crate) fn offer(&mut self, event: Candidate) -> (Plan, Vec<String>) {
        let mut effects = Effects::default();
        let plan = self.policy.offer(event, &self.now(), &mut effects);
        (plan, self.take(effects))
    }

    /// Changes what the policy knows; nothing may be announced by that alone.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Policy, &Moment, &mut Effects)) {
        let (now, mut effects) = (self.now(), Effects::default());
        change(&mut self.policy, &now, &mut effects);
        assert!(effects.announce.is_empty(), "what changes is announced when time is looked at");
        self.notes.extend(effects.notes);
    }

    /// An event of a feed at a time in milliseconds since the start; what is announced at once.
    pub(crate) fn at(&mut self, ms: u64, feed: i64) -> Option<String> {
        self.elapsed = Duration::from_millis(ms);
        let event = self.event(feed);
        let mut announced = self.offer(event).1;
        assert!(announced.len() < 2, "{announced:?}");
        announced.pop()
    }

    pub(crate) fn due(&mut self) -> Vec<String> {
        let mut effects = Effects::default();
        self.policy.take_due(&self.now(), &mut effects);
        self.take(effects)
    }

    pub(crate) fn due_at(&mut self, ms: u64) -> Vec<String> {
        self.elapsed = Duration::from_millis(ms);
        self.due()
    }

    /// Lets time pass, looking at it only when the policy asks for it.
    pub(crate) fn pass(&mut self, time: Duration) -> Vec<String> {
        let end = self.elapsed + time;
        let mut announced = self.due();
        while let Some(wait) = self.policy.wait(&self.now()).filter(|wait| self.elapsed + *wait <= end) {
            assert!(!wait.is_zero(), "what is due has been done");
            self.elapsed += wait;
            announced.extend(self.due());
        }
        self.elapsed = end;
        announced
    }

    pub(crate) fn wait(&self) -> Option<u128> {
        self.policy.clone().wait(&self.now()).map(|wait| wait.as_millis())
    }
}

pub(crate) fn describe(announcement: &Announcement) -> String {
    match (&announcement.replaces, announcement.target) {
        (None, Target::Event(_)) => announcement.title.clone(),
        (Some(key), Target::Event(_)) => format!("[{key}] {}", announcement.title),
        (Some(_), Target::Feed(_) | Target::Unread) => format!("{} | {}", announcement.title, announcement.body),
        (None, _) => panic!("several events in a notification that cannot be replaced: {announcement:?}"),
    }
}

#[test]
fn first_five_are_announced_one_by_one_and_the_rest_counted() {
    let mut world = World::new();
    for expected in ["e1", "e2", "e3", "e4", "e5"] {
        assert_eq!(world.at(0, 1).as_deref(), Some(expected));
    }
    assert_eq!(world.at(100, 1).as_deref(), Some("feed 1: 1 more event | e6"));
    assert_eq!(world.at(200, 1), None);
    assert_eq!(world.at(300, 1), None);
    assert_eq!(world.wait(), Some(800));
    assert_eq!(world.due_at(1099), Vec::<String>::new());
    assert_eq!(world.due_at(1100), ["feed 1: 3 more events | e8"]);
    assert_eq!(world.wait(), None);
    assert_eq!(world.due_at(9000), Vec::<String>::new());
    let keys: Vec<_> = world.announced[5..].iter().map(|summary| summary.replaces.clone().unwrap()).collect();
    assert_eq!(keys[0], keys[1], "the summary is replaced in place");
}

#[test]
fn summary_is_replaced_at_most_once_a_second_and_ends_exact() {
    let mut world = World::new();
    let mut told = vec![];
    for ms in (0..5000).step_by(10) {
        told.extend(world.due_at(ms));
        told.extend(world.at(ms, 1));
    }
    told.extend(world.due_at(6000));
    assert_eq!(told.last().unwrap(), "feed 1: 495 more events | e500");
    assert_eq!(told.len(), 5 + 6);
}

#[test]
fn ten_thousand_in_a_minute_are_five_and_one_exact_summary() {
    let mut world = World::new();
    let mut told = vec![];
    for n in 0..10_000_u64 {
        told.extend(world.at(n * 6, 1));
        told.extend(world.due());
    }
    told.extend(world.pass(Duration::from_mins(1)));
    let alone = told.iter().filter(|told| !told.contains('|')).count();
    assert_eq!((alone, told.last().unwrap().as_str()), (5, "feed 1: 9995 more events | e10000"));
    let keys: std::collections::HashSet<_> = world.announced[5..].iter().map(|summary| &summary.replaces).collect();
    assert_eq!(keys.len(), 1, "one notification, brought up to date");
    assert!(told.len() <= 5 + 61, "at most once a second: {}", told.len());
}

#[test]
fn tokens_come_back_one_every_two_seconds() {
    let mut world = World::new();
    for ms in [0, 0, 0, 0, 0, 2000, 4000] {
        assert!(world.at(ms, 1).is_some_and(|title| title.starts_with('e')), "at {ms}");
    }
    assert_eq!(world.at(4001, 1).as_deref(), Some("feed 1: 1 more event | e8"));
}

#[test]
fn slow_feed_is_never_summarised() {
    let mut world = World::new();
    for n in 1..=100 {
        assert_eq!(world.at(n * 2000, 1), Some(format!("e{n}")));
    }
}

#[test]
fn burst_is_over_after_ten_quiet_seconds_and_the_next_counts_anew() {
    let mut world = World::new();
    for _ in 0..7 {
        world.at(0, 1);
    }
    assert_eq!(world.due_at(1000), ["feed 1: 2 more events | e7"]);
    // Within the burst, an event is counted although there would be room for it alone.
    assert_eq!(world.at(9999, 1).as_deref(), Some("feed 1: 3 more events | e8"));
    for expected in ["e9", "e10", "e11", "e12", "e13"] {
        assert_eq!(world.at(19_999, 1).as_deref(), Some(expected));
    }
    assert_eq!(world.at(19_999, 1).as_deref(), Some("feed 1: 1 more event | e14"));
    let keys: std::collections::HashSet<_> = world.announced.iter().filter_map(|one| one.replaces.as_ref()).collect();
    assert_eq!(keys.len(), 2, "a notification for each burst");
}

#[test]
fn feeds_do_not_disturb_one_another() {
    let mut world = World::new();
    for _ in 0..8 {
        world.at(0, 1);
    }
    assert_eq!(world.at(1, 2).as_deref(), Some("e9"));
    let mut effects = Effects::default();
    world.policy.forget(FeedId(1), &world.now(), &mut effects);
    assert_eq!(world.wait(), None);
    assert_eq!(world.at(2, 1).as_deref(), Some("e10"));
}

#[test]
fn summary_is_as_urgent_as_the_most_urgent_in_it() {
    let mut world = World::new();
    for _ in 0..6 {
        world.at(0, 1);
    }
    for urgency in [Urgency::High, Urgency::Low] {
        let event = Candidate { urgency, ..world.event(1) };
        world.offer(event);
    }
    world.due_at(2000);
    assert_eq!(world.announced.last().unwrap().urgency, Urgency::High);
}

#[test]
fn body_is_cut_between_characters() {
    let mut world = World::new();
    let event = Candidate {
        body: "é".repeat(1000),
        urgency: Urgency::Urgent,
        link: Some("https://a.example".to_owned()),
        sound: Some("bell".to_owned()),
        ..world.event(1)
    };
    world.offer(event);
    let announcement = &world.announced[0];
    assert_eq!(announcement.body, "é".repeat(400));
    assert_eq!((announcement.urgency, announcement.link.as_deref()), (Urgency::Urgent, Some("https://a.example")));
    assert_eq!(announcement.sound.as_deref(), Some("bell"));
}
