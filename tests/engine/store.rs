//! The store on real files: what is kept, what is recognised, what is refused, and that the counts are right.
mod damage;
mod model;
mod pages;
mod rescue;
mod retention;
mod searches;
mod space;

use crate::config::config;
use std::fs;
use tidings_engine::store::{Arrival, Cursor, Forget, NewEvent, Outcome, Store, StoreError};
use tidings_engine::{EventId, FeedId, Gap, GapQuery, History, PageQuery, Settings, Theme};

/// A store in a directory of its own, with one feed.
pub(crate) struct Fixture {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) store: Store,
    pub(crate) feed: FeedId,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut store = Store::open(dir.path()).unwrap();
        let feed = store.add_feed(&config("first", "http://a.example")).unwrap().id;
        Self { dir, store, feed }
    }

    /// Closes the store and opens it again.
    pub(crate) fn reopened(self) -> Self {
        let Self { dir, store, feed } = self;
        drop(store);
        let store = Store::open(dir.path()).unwrap();
        Self { dir, store, feed }
    }

    pub(crate) fn append(&mut self, arrivals: &[Arrival]) -> Vec<Outcome> {
        self.store.append(arrivals).unwrap().outcomes
    }

    pub(crate) fn history(&self) -> History {
        History::open(self.dir.path()).unwrap()
    }

    pub(crate) fn titles(&self, query: &PageQuery) -> Vec<String> {
        self.history().page(query).unwrap().events.into_iter().map(|event| event.title).collect()
    }
}

pub(crate) fn event(feed: FeedId, data: &str, id: &str) -> Arrival {
    Arrival::Event(Box::new(NewEvent::new(feed, "message", data, id, 1000)))
}

/// An event that came at a moment, in milliseconds since the Unix epoch.
pub(crate) fn came_at(feed: FeedId, data: &str, at: i64) -> Arrival {
    Arrival::Event(Box::new(NewEvent::new(feed, "message", data, "", at)))
}

pub(crate) fn all() -> PageQuery {
    PageQuery { limit: 500, ..PageQuery::default() }
}

fn cursor(last_event_id: &str, reconnection_time: Option<u64>) -> Cursor {
    Cursor { last_event_id: last_event_id.to_owned(), reconnection_time, ..Cursor::default() }
}

#[test]
fn keeps_events_whole() {
    let mut fixture = Fixture::new();
    let data = r#"{"title":"A","message":"B\nC","click":"https://a.example","priority":5}"#;
    let arrival = Arrival::Event(Box::new(NewEvent::new(fixture.feed, "door", data, "é\u{1f389}", 1234)));
    assert_eq!(fixture.append(&[arrival]), [Outcome::Added(EventId(1))]);
    let fixture = fixture.reopened();
    let event = fixture.history().event(EventId(1)).unwrap().unwrap();
    insta::assert_debug_snapshot!(event, @r#"
    Event {
        summary: EventSummary {
            id: EventId(
                1,
            ),
            feed_id: FeedId(
                1,
            ),
            event_type: "door",
            title: "A",
            snippet: "B",
            urgency: Urgent,
            received_at: 1234,
            read: false,
            starred: false,
            count: 1,
            has_link: true,
        },
        body: "B\nC",
        link: Some(
            "https://a.example",
        ),
        data: "{\"title\":\"A\",\"message\":\"B\\nC\",\"click\":\"https://a.example\",\"priority\":5}",
        last_event_id: "é🎉",
        latest_at: 1234,
        icon: None,
        group_key: None,
        happened_at: None,
        verdict: Verdict {
            decision: Announce,
            decided_by: NoRule,
            sound: None,
        },
        problem: None,
    }
    "#);
}

#[test]
fn cursor_moves_with_and_without_events() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    assert_eq!(fixture.store.cursor(feed).unwrap(), Cursor::default());
    fixture.append(&[event(feed, "a", "1"), event(feed, "b", "2")]);
    assert_eq!(fixture.store.cursor(feed).unwrap(), cursor("2", None));
    let moved = [Arrival::LastEventId(feed, "3".into()), Arrival::ReconnectionTime(feed, u64::MAX)];
    assert_eq!(fixture.append(&moved), [Outcome::Noted, Outcome::Noted]);
    let mut fixture = fixture.reopened();
    assert_eq!(fixture.store.cursor(feed).unwrap(), cursor("3", Some(u64::MAX)));
    // An empty ID resets it.
    fixture.append(&[event(feed, "c", "")]);
    assert_eq!(fixture.store.cursor(feed).unwrap(), cursor("", Some(u64::MAX)));
}

#[test]
fn what_belongs_together_is_kept_together() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    let token = |token: &str| Arrival::ResumeToken(feed, token.into());
    let gap = Gap { feed_id: feed, from: 1, until: 2 };
    let outcomes = fixture.append(&[
        Arrival::Together(feed, vec![event(feed, "a", "1"), token("t1")]),
        Arrival::Gap(gap),
        Arrival::Together(feed, vec![event(feed, "a", "1"), token("t2")]),
        Arrival::Connected(feed, 5),
    ]);
    let expected = [
        Outcome::Added(EventId(1)),
        Outcome::Noted,
        Outcome::Noted,
        Outcome::Repeated(EventId(1), 2),
        Outcome::Noted,
        Outcome::Noted,
    ];
    assert_eq!(outcomes, expected);
    let mut fixture = fixture.reopened();
    let cursor = fixture.store.cursor(feed).unwrap();
    assert_eq!((&*cursor.resume_token, cursor.connected_until), ("t2", Some(5)));
    // The newest event came later than that.
    assert_eq!(fixture.store.connected_until(feed).unwrap(), Some(1000));
    let query = GapQuery { feed, from: None, until: None };
    assert_eq!(fixture.history().gaps(query).unwrap(), [gap]);
    // Another way to resume forgets the token, another stream everything but when it was connected.
    let edited = config("first", "http://a.example");
    fixture.store.edit_feed(feed, &edited, Forget::ResumeToken).unwrap();
    let cursor = fixture.store.cursor(feed).unwrap();
    assert_eq!((&*cursor.last_event_id, &*cursor.resume_token, cursor.connected_until), ("1", "", Some(5)));
    fixture.store.edit_feed(feed, &edited, Forget::Cursor).unwrap();
    assert_eq!(fixture.store.cursor(feed).unwrap(), Cursor { connected_until: Some(5), ..Cursor::default() });
    fixture.store.delete_feed(feed).unwrap();
    assert_eq!(fixture.history().gaps(query).unwrap(), []);
    fixture.store.sweep(10).unwrap();
    let rows = "SELECT (SELECT count(*) FROM gaps) + (SELECT count(*) FROM cursors)";
    assert_eq!(fixture.store.connection().query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
}

#[test]
fn same_event_again_is_counted() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    let other = fixture.store.add_feed(&config("other", "http://b.example")).unwrap().id;
    let first = event(feed, "a", "1");
    let renamed = Arrival::Event(Box::new(NewEvent::new(feed, "other", "a", "1", 1000)));
    let again = |at| Arrival::Event(Box::new(NewEvent::new(feed, "message", "a", "1", at)));
    let outcomes = fixture.append(&[
        first.clone(),
        again(2000),
        event(feed, "b", "1"),
        event(feed, "a", "2"),
        renamed,
        event(other, "a", "1"),
        event(feed, "a", ""),
        event(feed, "a", ""),
    ]);
    let expected = [
        Outcome::Added(EventId(1)),
        Outcome::Repeated(EventId(1), 2),
        Outcome::Added(EventId(2)),
        Outcome::Added(EventId(3)),
        Outcome::Added(EventId(4)),
        Outcome::Added(EventId(5)),
        Outcome::Added(EventId(6)),
        Outcome::Added(EventId(7)),
    ];
    assert_eq!(outcomes, expected);
    // Recognised after a restart as well, and the cursor follows all the same.
    let mut fixture = fixture.reopened();
    assert_eq!(fixture.append(&[again(3000)]), [Outcome::Repeated(EventId(1), 3)]);
    assert_eq!(fixture.store.cursor(feed).unwrap().last_event_id, "1");
    let event = fixture.history().event(EventId(1)).unwrap().unwrap();
    assert_eq!((event.summary.count, event.summary.received_at, event.latest_at), (3, 1000, 3000));
    assert_eq!(fixture.store.counts(feed).unwrap().events, 6);
}

#[test]
fn recent_window_is_a_thousand_events_long() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    let events: Vec<_> = (1..=1001).map(|n| event(feed, &format!("e{n}"), &n.to_string())).collect();
    fixture.append(&events);
    for _ in 0..2 {
        assert_eq!(fixture.append(&events[1..2]).len(), 1);
        assert!(matches!(fixture.append(&events[1..2])[..], [Outcome::Repeated(EventId(2), _)]));
        fixture = fixture.reopened();
    }
    assert_eq!(fixture.append(&events[..1]), [Outcome::Added(EventId(1002))]);
}

#[test]
fn failed_batch_leaves_nothing_behind() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    fixture.append(&[event(feed, "a", "1")]);
    let pages: i64 = fixture.store.connection().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    fixture.store.connection().pragma_update(None, "max_page_count", pages + 2).unwrap();
    // One ID for all: wherever it breaks off, the cursor would have moved to it.
    let batch: Vec<_> = (0..500).map(|n| event(feed, &format!("{n} {}", "x".repeat(1000)), "2")).collect();
    let error = fixture.store.append(&batch).unwrap_err();
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert_eq!(fixture.store.cursor(feed).unwrap().last_event_id, "1");
    assert_eq!(fixture.store.counts(feed).unwrap().events, 1);
    // What the failed batch would have moved the cursor to is news to the store all the same.
    fixture.append(&[Arrival::LastEventId(feed, "2".into())]);
    assert_eq!(fixture.store.cursor(feed).unwrap().last_event_id, "2");
    // The same batch goes in once there is room, and nothing of the failure is taken for a first delivery.
    fixture.store.connection().pragma_update(None, "max_page_count", 1_000_000).unwrap();
    assert!(fixture.append(&batch).iter().all(|outcome| matches!(outcome, Outcome::Added(_))));
    assert_eq!(fixture.store.counts(feed).unwrap().events, 501);
}

#[test]
fn deleted_feed_is_gone_at_once_and_swept_later() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    let other = fixture.store.add_feed(&config("other", "http://b.example")).unwrap().id;
    fixture.append(&[event(feed, "a b", "1"), event(other, "b", "1"), event(feed, "c", "2")]);
    fixture.store.delete_feed(feed).unwrap();
    let search = PageQuery { search: "b".to_owned(), ..all() };
    for _ in 0..2 {
        assert_eq!(fixture.titles(&all()), ["b"]);
        assert_eq!(fixture.titles(&search), ["b"]);
        assert_eq!(fixture.history().event(EventId(1)).unwrap(), None);
        assert_eq!(fixture.history().feeds().unwrap().len(), 1);
        assert_eq!(fixture.append(&[event(feed, "late", "3")]), [Outcome::Ignored]);
        fixture = fixture.reopened();
    }
    assert!(fixture.store.sweep(1).unwrap());
    assert!(fixture.store.sweep(1).unwrap());
    assert!(!fixture.store.sweep(1).unwrap());
    let rows: i64 = fixture.store.connection().query_row("SELECT count(*) FROM events", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1);
    fixture
        .store
        .connection()
        .execute("INSERT INTO events_text(events_text, rank) VALUES ('integrity-check', 1)", [])
        .unwrap();
    // Its number is not used again.
    assert_eq!(fixture.store.add_feed(&config("third", "http://c.example")).unwrap().id, FeedId(3));
}

#[test]
fn feeds_and_settings_are_kept() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    assert_eq!(fixture.store.settings().unwrap(), Settings::default());
    let settings = Settings { theme: Theme::Dark, notify: false, ..Settings::default() };
    fixture.store.save_settings(&settings).unwrap();
    fixture.append(&[event(feed, "a", "1")]);
    fixture.store.pause_feed(feed, true).unwrap();
    fixture.store.edit_feed(feed, &config("renamed", "http://a.example"), Forget::Nothing).unwrap();
    let mut fixture = fixture.reopened();
    assert_eq!(fixture.store.settings().unwrap(), settings);
    let stored = fixture.store.feeds().unwrap().remove(0);
    assert_eq!((stored.feed.config.name.as_str(), stored.feed.paused, stored.counts.unread), ("renamed", true, 1));
    assert_eq!(fixture.store.cursor(feed).unwrap().last_event_id, "1");
    fixture.store.edit_feed(feed, &config("moved", "http://z.example"), Forget::Cursor).unwrap();
    assert_eq!(fixture.store.cursor(feed).unwrap(), Cursor::default());
}

#[test]
fn second_owner_is_refused_and_told_who_is_first() {
    let fixture = Fixture::new();
    let Err(StoreError::Owned { path, pid }) = Store::open(fixture.dir.path()) else { panic!("two owners") };
    assert_eq!((path, pid), (fixture.dir.path().display().to_string(), std::process::id()));
    fixture.reopened();
}

#[test]
fn history_reads_beside_the_owner_and_without_one() {
    let empty = tempfile::tempdir().unwrap();
    let history = History::open(&empty.path().join("nothing here")).unwrap();
    assert_eq!((history.feeds().unwrap(), history.page(&all()).unwrap().events), (vec![], vec![]));

    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    let history = fixture.history();
    fixture.append(&[event(feed, "a", "1")]);
    assert_eq!(history.page(&all()).unwrap().events.len(), 1);
    fixture.append(&[event(feed, "b", "2")]);
    assert_eq!(history.page(&all()).unwrap().events.len(), 2);
    let Fixture { dir, store, .. } = fixture;
    drop((store, history));
    assert_eq!(History::open(dir.path()).unwrap().page(&all()).unwrap().events.len(), 2);
}

#[cfg(unix)]
#[test]
fn only_the_user_can_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("deep").join("data");
    let mut store = Store::open(&dir).unwrap();
    let feed = store.add_feed(&config("x", "http://a.example")).unwrap().id;
    store.append(&[event(feed, "a", "1")]).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    let files: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}
