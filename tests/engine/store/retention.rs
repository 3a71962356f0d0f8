//! Old events go, and with them what is kept of them; starred ones stay, and what is gone is still recognised.
use super::{Fixture, all, event};
use tidings_engine::announce::{AnnouncementId, Answer, Note, Plan};
use tidings_engine::store::{Arrival, Kept, NewEvent, Outcome, Pruned, Store};
use tidings_engine::{EventId, FeedId, Gap, GapQuery, PageQuery, Scope};

/// Event `n` comes at the moment `n`, with an ID.
fn came(feed: FeedId, n: i64) -> Arrival {
    Arrival::Event(Box::new(NewEvent::new(feed, "message", &format!("e{n}"), &n.to_string(), n)))
}

fn newest(events: u64) -> Kept {
    Kept { since: None, events: Some(events) }
}

fn since(moment: i64) -> Kept {
    Kept { since: Some(moment), events: None }
}

/// Prunes to its end, so many at a time; how many events went.
fn prune(store: &mut Store, feed: FeedId, kept: Kept, limit: u32) -> u64 {
    let mut events = 0;
    loop {
        let Pruned { events: some, more, .. } = store.prune(feed, kept, limit).unwrap();
        assert!(some <= u64::from(limit), "{some} at once");
        events += some;
        if !more {
            return events;
        }
    }
}

fn filled(count: i64) -> Fixture {
    let mut fixture = Fixture::new();
    let arrivals: Vec<_> = (1..=count).map(|n| came(fixture.feed, n)).collect();
    fixture.append(&arrivals);
    fixture
}

#[test]
fn the_oldest_go_and_the_starred_stay() {
    let mut fixture = filled(10);
    let (other, feed) = (fixture.store.add_feed(&crate::config::config("b", "http://b")).unwrap().id, fixture.feed);
    fixture.append(&[came(other, 1)]);
    fixture.store.star(EventId(2), true).unwrap();
    fixture.store.mark_read(&[EventId(1), EventId(9)], true).unwrap();

    let pruned = fixture.store.prune(feed, newest(4), 3).unwrap();
    assert_eq!((pruned.events, pruned.until, pruned.next, pruned.more), (3, Some(EventId(4)), Some(5), true));
    assert_eq!((pruned.counts.events, pruned.counts.unread, pruned.counts.starred), (7, 6, 1));
    assert_eq!(prune(&mut fixture.store, feed, newest(4), 3), 2);
    let of = |feed| PageQuery { scope: Scope::Feed { feed }, ..all() };
    assert_eq!(fixture.titles(&of(feed)), ["e10", "e9", "e8", "e7", "e2"]);
    assert_eq!(fixture.titles(&of(other)), ["e1"]);
    // Their words are gone with them.
    assert_eq!(fixture.titles(&PageQuery { search: "e3 ".into(), ..all() }), [""; 0]);
    assert_eq!(fixture.titles(&PageQuery { search: "e2 ".into(), ..all() }), ["e2"]);

    // For their age; the one in question stays.
    assert_eq!(prune(&mut fixture.store, feed, since(9), 100), 2);
    assert_eq!(fixture.titles(&of(feed)), ["e10", "e9", "e2"]);
    assert_eq!(fixture.store.prune(feed, since(9), 100).unwrap().next, Some(9));
    // A star that is taken away gives the event up.
    fixture.store.star(EventId(2), false).unwrap();
    assert_eq!(prune(&mut fixture.store, feed, newest(2), 100), 1);
    assert_eq!(prune(&mut fixture.store, feed, since(11), 100), 2);
    let counts = fixture.store.counts(feed).unwrap();
    assert_eq!((counts.events, counts.unread, counts.starred), (0, 0, 0));
}

#[test]
fn what_is_gone_is_recognised_when_it_comes_again() {
    let mut fixture = filled(5);
    let feed = fixture.feed;
    assert_eq!(prune(&mut fixture.store, feed, newest(1), 2), 4);
    let again: Vec<_> = (1..=5).map(|n| came(feed, n)).collect();
    let known = [Outcome::Noted, Outcome::Noted, Outcome::Noted, Outcome::Noted, Outcome::Repeated(EventId(5), 2)];
    assert_eq!(fixture.append(&again), known);
    let mut fixture = fixture.reopened();
    assert_eq!(fixture.append(&again)[..4], known[..4], "after a restart");
    assert_eq!(fixture.store.cursor(feed).unwrap().last_event_id, "5");
    assert_eq!(fixture.append(&[came(feed, 6)]), [Outcome::Added(EventId(6))]);
    // As if they were stored: behind a thousand newer ones nothing is known of them any more.
    let many: Vec<_> = (7..=1004).map(|n| came(feed, n)).collect();
    fixture.append(&many);
    assert_eq!(prune(&mut fixture.store, feed, newest(10), 100), 990);
    let mut fixture = fixture.reopened();
    assert_eq!(fixture.append(&[came(feed, 5), came(feed, 4)]), [Outcome::Noted, Outcome::Added(EventId(1005))]);
    let kept: i64 = fixture.store.connection().query_row("SELECT count(*) FROM pruned", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 990, "what is remembered is bounded");
}

#[test]
fn what_became_of_them_goes_with_them() {
    let mut fixture = filled(6);
    let feed = fixture.feed;
    let decided = |event| {
        let announcement = Some(AnnouncementId(event));
        Note::Decided { feed, event: EventId(event), plan: Plan::Alone, announcement }
    };
    let answered = |announcement| Note::Answered {
        announcement: AnnouncementId(announcement),
        answer: Answer::Delivered { number: 1 },
        at: 7,
    };
    let notes: Vec<_> = (1..=6).flat_map(|n| [decided(n), answered(n)]).collect();
    fixture.store.note(&notes).unwrap();
    fixture.store.star(EventId(2), true).unwrap();
    assert_eq!(prune(&mut fixture.store, feed, since(100), 2), 5);
    let numbers = |store: &Store, sql: &str| {
        let mut statement = store.connection().prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<Vec<i64>, _>>().unwrap()
    };
    // The starred one's, and the last: by it is known what is decided, and which number comes next.
    let outcomes = numbers(&fixture.store, "SELECT first_event FROM outcomes ORDER BY 1");
    assert_eq!(outcomes, [2, 6]);
    assert_eq!(numbers(&fixture.store, "SELECT id FROM announcements ORDER BY 1"), [2, 6]);
    assert_eq!(fixture.store.undecided(10).unwrap(), []);
    assert_eq!(fixture.store.last_announcement().unwrap(), AnnouncementId(6));
    assert!(fixture.history().why(EventId(2)).unwrap().is_some());
}

#[test]
fn gaps_go_with_the_events_around_them_and_the_presence_stays() {
    let mut fixture = filled(3);
    let feed = fixture.feed;
    let gap = |from, until| Arrival::Gap(Gap { feed_id: feed, from, until });
    fixture.append(&[gap(1, 2), gap(3, 20), event(feed, "later", "")]);
    let gaps = |fixture: &Fixture| -> Vec<i64> {
        let gaps = fixture.history().gaps(GapQuery { feed, from: None, until: None }).unwrap();
        gaps.into_iter().map(|gap| gap.until).collect()
    };
    let connected = fixture.store.connected_until(feed).unwrap();
    assert_eq!((connected, gaps(&fixture)), (Some(1000), vec![20, 2]));
    assert_eq!(prune(&mut fixture.store, feed, since(3), 100), 2);
    assert_eq!(gaps(&fixture), [20]);
    assert_eq!(prune(&mut fixture.store, feed, since(2000), 100), 2);
    assert_eq!(gaps(&fixture), [0; 0]);
    assert_eq!(fixture.store.connected_until(feed).unwrap(), connected);
    assert_eq!(fixture.reopened().store.connected_until(feed).unwrap(), connected);
}

/// A million events in a run under stress: what a step costs, beside what a commit of new events does.
#[test]
fn a_long_history_goes_step_by_step() {
    let count: i64 = if tidings_test_support::stress() { 1_000_000 } else { 2_000 };
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    for first in (1..=count).step_by(500) {
        let arrivals: Vec<_> = (first..first + 500).map(|n| came(feed, n)).collect();
        fixture.store.append(&arrivals).unwrap();
    }
    let begun = std::time::Instant::now();
    let (mut steps, mut longest) = (0_u32, std::time::Duration::ZERO);
    loop {
        let step = std::time::Instant::now();
        let pruned = fixture.store.prune(feed, newest(1000), 100).unwrap();
        steps += 1;
        longest = longest.max(step.elapsed());
        if !pruned.more {
            assert_eq!(pruned.counts.events, 1000);
            break;
        }
    }
    println!("{} events in {steps} steps: {:?}, the longest {longest:?}", count - 1000, begun.elapsed());
    assert_eq!(fixture.titles(&PageQuery { limit: 1, ..all() }), [format!("e{count}")]);
}

#[test]
fn a_removed_feed_is_forgotten_with_the_last_of_its_events() {
    let mut fixture = filled(2);
    let feed = fixture.feed;
    fixture.store.retire_feed(feed, 5).unwrap();
    assert_eq!(fixture.store.forget_retired(5).unwrap(), None);
    assert_eq!(prune(&mut fixture.store, feed, since(2), 100), 1);
    assert_eq!(fixture.store.forget_retired(5).unwrap(), None);
    assert_eq!(fixture.store.retired().unwrap().len(), 1, "an event is left");
    assert_eq!(prune(&mut fixture.store, feed, since(100), 100), 1);
    assert_eq!(fixture.store.forget_retired(5).unwrap(), None);
    assert_eq!(fixture.store.retired().unwrap(), []);
    assert!(!fixture.store.sweep(10).unwrap());
    let feeds: i64 = fixture.store.connection().query_row("SELECT count(*) FROM feeds", [], |row| row.get(0)).unwrap();
    assert_eq!(feeds, 0);
}

#[test]
fn settings_that_cannot_be_understood_are_forgotten_too() {
    let mut fixture = filled(1);
    let damaged = r#"UPDATE feeds SET config = '{"name":"mine","url":7,"headers":"s3cret"}'"#;
    fixture.store.connection().execute_batch(damaged).unwrap();
    fixture.store.retire_feed(fixture.feed, 5).unwrap();
    let config = |store: &Store| -> String {
        store.connection().query_row("SELECT config FROM feeds", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(fixture.store.forget_retired(4).unwrap(), Some(5));
    assert!(config(&fixture.store).contains("s3cret"), "its time is not over");
    assert_eq!(fixture.store.forget_retired(5).unwrap(), None);
    let left = config(&fixture.store);
    assert!(left.contains("mine") && !left.contains("s3cret"), "{left}");
}
