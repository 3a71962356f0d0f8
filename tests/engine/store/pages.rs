//! Pages by key, in every scope, while marks change and events come.
use super::{Fixture, all, event};
use crate::config::config;
use std::ops::ControlFlow;
use tidings_engine::store::Arrival;
use tidings_engine::{EventId, FeedConfig, FeedId, Page, PageQuery, Scope};

/// 300 events of three feeds: those of the second are multiples of 3, those of the third the other multiples of 7, and the
/// two are in a folder; multiples of 4 are read, multiples of 5 starred.
fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    let mut add = |name: &str| {
        let config = FeedConfig { folder: "pair".to_owned(), ..config(name, "http://b.example") };
        fixture.store.add_feed(&config).unwrap().id
    };
    let (second, third) = (add("second"), add("third"));
    let feed_of = |n| {
        if n % 3 == 0 {
            second
        } else if n % 7 == 0 {
            third
        } else {
            feed
        }
    };
    let events: Vec<Arrival> = (1..=300).map(|n| event(feed_of(n), &format!("e{n}"), &n.to_string())).collect();
    fixture.append(&events);
    let read: Vec<_> = (1..=300).filter(|n| n % 4 == 0).map(EventId).collect();
    fixture.store.mark_read(&read, true).unwrap();
    for n in (1..=300).filter(|n| n % 5 == 0) {
        fixture.store.star(EventId(n), true).unwrap();
    }
    fixture
}

/// Whether an event belongs to a scope.
type Belongs = fn(i64) -> bool;

fn scopes() -> [(Scope, Belongs); 6] {
    [
        (Scope::All, |_| true),
        (Scope::Unread, |n| n % 4 != 0),
        (Scope::Starred, |n| n % 5 == 0),
        (Scope::Feed { feed: FeedId(2) }, |n| n % 3 == 0),
        (Scope::Folder { folder: "pair".to_owned() }, |n| n % 3 == 0 || n % 7 == 0),
        (Scope::Folder { folder: "Pair".to_owned() }, |_| false),
    ]
}

fn ids(page: &Page) -> Vec<i64> {
    page.events.iter().map(|event| event.id.0).collect()
}

#[test]
fn pages_join_in_every_scope() {
    let fixture = fixture();
    let history = fixture.history();
    for (scope, belongs) in scopes() {
        let expected: Vec<i64> = (1..=300).rev().filter(|n| belongs(*n)).collect();
        for limit in [1, 7, 50, 500] {
            let mut found = vec![];
            let mut before = None;
            loop {
                let page =
                    history.page(&PageQuery { scope: scope.clone(), before, limit, ..PageQuery::default() }).unwrap();
                assert!(page.events.len() <= limit as usize);
                found.extend(ids(&page));
                before = page.events.last().map(|event| event.id);
                if !page.more {
                    break;
                }
            }
            assert_eq!(found, expected, "{scope:?} by {limit}");
        }
    }
}

#[test]
fn pages_begin_where_they_are_asked_to() {
    let fixture = fixture();
    let history = fixture.history();
    let ask = |before: Option<i64>, after: Option<i64>, limit| {
        let query = PageQuery { before: before.map(EventId), after: after.map(EventId), limit, ..PageQuery::default() };
        let page = history.page(&query).unwrap();
        (ids(&page), page.more)
    };
    assert_eq!(ask(None, Some(298), 50), (vec![300, 299], false));
    assert_eq!(ask(None, Some(298), 1), (vec![300], true));
    assert_eq!(ask(Some(3), None, 2), (vec![2, 1], false));
    assert_eq!(ask(Some(10), Some(6), 50), (vec![9, 8, 7], false));
    assert_eq!(ask(Some(1), None, 50), (vec![], false));
    assert_eq!(ask(None, None, 0).0.len(), 50);
    assert_eq!(ask(None, None, 10_000).0.len(), 300);
}

/// Whoever pages through the unread while marking them read sees each of them once.
#[test]
fn paging_is_steady_while_marks_change() {
    let mut fixture = fixture();
    let history = fixture.history();
    let mut seen = vec![];
    let mut before = None;
    loop {
        let query = PageQuery { scope: Scope::Unread, before, limit: 20, ..PageQuery::default() };
        let page = history.page(&query).unwrap();
        seen.extend(ids(&page));
        before = page.events.last().map(|event| event.id);
        fixture.store.mark_read(&page.events.iter().map(|event| event.id).collect::<Vec<_>>(), true).unwrap();
        let feed = fixture.feed;
        fixture.append(&[event(feed, "new", "")]);
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, (1..=300).rev().filter(|n| n % 4 != 0).collect::<Vec<_>>());
}

#[test]
fn marking_tells_what_it_changed() {
    let mut fixture = fixture();
    let marked = fixture.store.mark_read(&[1, 4, 999].map(EventId), true).unwrap();
    assert_eq!(marked.events, [EventId(1)]);
    assert_eq!(marked.counts[0].1.unread, 128);
    assert_eq!(fixture.store.star(EventId(5), true).unwrap().events, []);
    assert_eq!(fixture.store.star(EventId(5), false).unwrap().events, [EventId(5)]);
}

#[test]
fn everything_up_to_an_event_is_marked_read_bit_by_bit() {
    for (scope, belongs) in scopes() {
        let mut fixture = fixture();
        let unread = |n: i64| n % 4 != 0;
        let mut marked = vec![];
        loop {
            let some = fixture.store.mark_all_read(&scope, EventId(250), 30).unwrap();
            marked.extend(some.events.iter().map(|event| event.0));
            if some.events.len() < 30 {
                break;
            }
        }
        marked.sort_unstable();
        assert_eq!(marked, (1..=250).filter(|n| belongs(*n) && unread(*n)).collect::<Vec<_>>(), "{scope:?}");
    }
}

#[test]
fn export_is_oldest_first_and_can_be_broken_off() {
    let mut fixture = fixture();
    let history = fixture.history();
    for (scope, belongs) in scopes() {
        let mut found = vec![];
        let mut each = |event: tidings_engine::Event| {
            found.push(event.summary.id.0);
            ControlFlow::Continue(())
        };
        history.export(&scope, "", None, &mut each).unwrap();
        assert_eq!(found, (1..=300).filter(|n| belongs(*n)).collect::<Vec<_>>(), "{scope:?}");
    }
    let feed = fixture.feed;
    let late = tidings_engine::store::NewEvent::new(feed, "message", "late", "", 5000);
    fixture.append(&[Arrival::Event(Box::new(late))]);
    let mut found = vec![];
    history
        .export(&Scope::All, "", Some(5000), &mut |event| {
            found.push(event.data);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(found, ["late"]);
    let mut count = 0;
    history
        .export(&Scope::All, "", None, &mut |_| {
            count += 1;
            if count == 100 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
    assert_eq!(count, 100);
}

#[test]
fn a_folder_is_searched_and_narrowed_like_any_scope() {
    let fixture = fixture();
    let history = fixture.history();
    let ask = |search: &str, before: Option<i64>| {
        let scope = Scope::Folder { folder: "pair".to_owned() };
        let query = PageQuery { scope, search: search.to_owned(), before: before.map(EventId), limit: 3, after: None };
        let page = history.page(&query).unwrap();
        (ids(&page), page.more)
    };
    assert_eq!(ask("is:unread", None), (vec![297, 294, 291], true));
    assert_eq!(ask("is:starred feed:third", None), (vec![280, 245, 175], true));
    assert_eq!(ask("is:starred feed:third", Some(71)), (vec![70, 35], false));
    assert_eq!(ask("e29* ", None), (vec![297, 294, 291], false));
    assert_eq!(ask("e29* feed:third", None), (vec![], false));
    let elsewhere = PageQuery { search: "folder:PAI e28* ".to_owned(), ..all() };
    assert_eq!(ids(&history.page(&elsewhere).unwrap()), [288, 287, 285, 282, 280, 28]);
}

/// The plans that make a page cost the same at any depth: by the row's own key or one index, never sorted.
#[test]
fn no_page_is_sorted_or_scanned() {
    let fixture = fixture();
    for (scope, column) in
        [("e.read = 0", "events_unread"), ("e.starred = 1", "events_starred"), ("e.feed_id = 2", "events_feed")]
    {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT title FROM events AS e WHERE e.id < 100
             AND e.feed_id NOT IN (SELECT id FROM feeds WHERE removed) AND {scope} ORDER BY e.id DESC LIMIT 51"
        );
        let mut statement = fixture.store.connection().prepare(&sql).unwrap();
        let plan: Vec<String> = statement.query_map([], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
        assert!(plan[0].contains(column), "{scope}: {plan:?}");
        assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE")), "{scope}: {plan:?}");
    }
    assert_eq!(fixture.titles(&all()).len(), 300);
}
