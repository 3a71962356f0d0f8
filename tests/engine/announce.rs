//! No floods, with a clock of the test's own.
use std::time::{Duration, Instant};
use tidings_engine::announce::{Bursts, Candidate};
use tidings_engine::{Announcement, EventId, FeedId, Target, Urgency};

/// Events of feeds 1 and 2, at times in milliseconds since the start.
struct Clock {
    bursts: Bursts,
    start: Instant,
    events: i64,
}

impl Clock {
    fn new() -> Self {
        Self { bursts: Bursts::default(), start: Instant::now(), events: 0 }
    }

    fn at(&self, ms: u64) -> Instant {
        self.start + Duration::from_millis(ms)
    }

    fn offer_urgent(&mut self, feed: i64, ms: u64, urgency: Urgency) -> Option<String> {
        self.events += 1;
        let event = Candidate {
            event: EventId(self.events),
            feed: FeedId(feed),
            feed_name: format!("feed {feed}"),
            title: format!("e{}", self.events),
            body: String::new(),
            urgency,
            link: None,
        };
        self.bursts.offer(event, self.at(ms)).map(|announcement| describe(&announcement))
    }

    fn offer(&mut self, feed: i64, ms: u64) -> Option<String> {
        self.offer_urgent(feed, ms, Urgency::Normal)
    }

    fn due(&self) -> Option<u128> {
        self.bursts.due().map(|due| (due - self.start).as_millis())
    }

    fn take_due(&mut self, ms: u64) -> Vec<String> {
        self.bursts.take_due(self.at(ms)).iter().map(describe).collect()
    }
}

fn describe(announcement: &Announcement) -> String {
    match (&announcement.replaces, announcement.target) {
        (None, Target::Event(_)) => announcement.title.clone(),
        (Some(key), Target::Feed(_)) => format!("[{key}] {} | {}", announcement.title, announcement.body),
        _ => panic!("neither an event alone nor a summary of a feed: {announcement:?}"),
    }
}

#[test]
fn first_five_are_announced_one_by_one_and_the_rest_counted() {
    let mut clock = Clock::new();
    for expected in ["e1", "e2", "e3", "e4", "e5"] {
        assert_eq!(clock.offer(1, 0).as_deref(), Some(expected));
    }
    assert_eq!(clock.offer(1, 100).as_deref(), Some("[burst-1] feed 1: 1 more event | e6"));
    assert_eq!(clock.offer(1, 200), None);
    assert_eq!(clock.offer(1, 300), None);
    assert_eq!(clock.due(), Some(1100));
    assert_eq!(clock.take_due(1099), Vec::<String>::new());
    assert_eq!(clock.take_due(1100), ["[burst-1] feed 1: 3 more events | e8"]);
    assert_eq!(clock.due(), None);
    assert_eq!(clock.take_due(9000), Vec::<String>::new());
}

#[test]
fn summary_is_replaced_at_most_once_a_second_and_ends_exact() {
    let mut clock = Clock::new();
    let mut told = vec![];
    for ms in (0..5000).step_by(10) {
        told.extend(clock.take_due(ms));
        told.extend(clock.offer(1, ms));
    }
    told.extend(clock.take_due(6000));
    let last = told.last().unwrap();
    assert_eq!(last, "[burst-1] feed 1: 495 more events | e500");
    assert_eq!(told.len(), 5 + 6);
}

#[test]
fn tokens_come_back_one_every_two_seconds() {
    let mut clock = Clock::new();
    for ms in [0, 0, 0, 0, 0, 2000, 4000] {
        assert!(clock.offer(1, ms).is_some_and(|title| title.starts_with('e')), "at {ms}");
    }
    assert_eq!(clock.offer(1, 4001).as_deref(), Some("[burst-1] feed 1: 1 more event | e8"));
}

#[test]
fn slow_feed_is_never_summarised() {
    let mut clock = Clock::new();
    for n in 1..=100 {
        assert_eq!(clock.offer(1, n * 2000), Some(format!("e{n}")));
    }
}

#[test]
fn burst_is_over_after_ten_quiet_seconds_and_the_next_counts_anew() {
    let mut clock = Clock::new();
    for _ in 0..7 {
        clock.offer(1, 0);
    }
    assert_eq!(clock.take_due(1000), ["[burst-1] feed 1: 2 more events | e7"]);
    // Within the burst, an event is counted although there would be room for it alone.
    assert_eq!(clock.offer(1, 9999).as_deref(), Some("[burst-1] feed 1: 3 more events | e8"));
    for expected in ["e9", "e10", "e11", "e12", "e13"] {
        assert_eq!(clock.offer(1, 19_999).as_deref(), Some(expected));
    }
    assert_eq!(clock.offer(1, 19_999).as_deref(), Some("[burst-2] feed 1: 1 more event | e14"));
}

#[test]
fn feeds_do_not_disturb_one_another() {
    let mut clock = Clock::new();
    for _ in 0..8 {
        clock.offer(1, 0);
    }
    assert_eq!(clock.offer(2, 1).as_deref(), Some("e9"));
    clock.bursts.forget(FeedId(1));
    assert_eq!(clock.due(), None);
    assert_eq!(clock.offer(1, 2).as_deref(), Some("e10"));
}

#[test]
fn summary_is_as_urgent_as_the_most_urgent_in_it() {
    let mut clock = Clock::new();
    for _ in 0..6 {
        clock.offer(1, 0);
    }
    clock.offer_urgent(1, 1, Urgency::High);
    clock.offer_urgent(1, 2, Urgency::Low);
    let start = clock.at(2000);
    assert_eq!(clock.bursts.take_due(start)[0].urgency, Urgency::High);
}

#[test]
fn body_is_cut_between_characters() {
    let clock = Clock::new();
    let mut bursts = Bursts::default();
    let event = Candidate {
        event: EventId(1),
        feed: FeedId(1),
        feed_name: "f".to_owned(),
        title: "t".to_owned(),
        body: "é".repeat(1000),
        urgency: Urgency::Urgent,
        link: Some("https://a.example".to_owned()),
    };
    let announcement = bursts.offer(event, clock.start).unwrap();
    assert_eq!(announcement.body, "é".repeat(400));
    assert_eq!((announcement.urgency, announcement.link.as_deref()), (Urgency::Urgent, Some("https://a.example")));
}
