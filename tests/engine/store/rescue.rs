//! What becomes of a database that is broken in all the ways that a file can be: nothing of it is deleted, its feeds go on,
//! and so does whatever of the history can be read.
use super::{Fixture, all, event};
use crate::config::config;
use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tidings_engine::store::{Arrival, Fault, Forget, NewEvent, Outcome, Store};
use tidings_engine::{EventId, FeedConfig, History, PageQuery, ResumeMode, Scope};

const FEEDS: usize = 40;
const EVENTS: usize = 700;

/// A directory with forty feeds and a history, closed in order. The data of some events spill over into further pages.
fn filled() -> tempfile::TempDir {
    let Fixture { dir, mut store, feed } = Fixture::new();
    let mut feeds = vec![feed];
    for n in 1..FEEDS {
        feeds.push(store.add_feed(&config(&format!("feed {n}"), &format!("http://{n}.example"))).unwrap().id);
    }
    let events: Vec<_> = (1..=EVENTS).map(|n| event(feeds[n % FEEDS], &data(n), &n.to_string())).collect();
    for batch in events.chunks(200) {
        store.append(batch).unwrap();
    }
    dir
}

fn data(n: usize) -> String {
    let length = if n.is_multiple_of(17) { 9000 } else { 300 };
    format!("event {n} {}", "lorem ipsum ".repeat(length / 12))
}

fn database(dir: &Path) -> PathBuf {
    dir.join("tidings.db")
}

/// Opens it and gives the data of all events by their numbers, in their order.
fn events(dir: &Path) -> BTreeMap<i64, String> {
    let mut found = BTreeMap::new();
    let each = &mut |event: tidings_engine::Event| {
        found.insert(event.summary.id.0, event.data);
        ControlFlow::Continue(())
    };
    History::open(dir).unwrap().export(&Scope::All, "", None, each).unwrap();
    found
}

/// The names of all feeds.
fn names(store: &Store) -> Vec<String> {
    store.feeds().unwrap().into_iter().map(|stored| stored.feed.config.name).collect()
}

fn all_names() -> Vec<String> {
    std::iter::once("first".to_owned()).chain((1..FEEDS).map(|n| format!("feed {n}"))).collect()
}

/// Whatever happened: no feed is missing, no event is wrong or twice or out of place, counts and words agree with the
/// rows, and it can be written.
#[track_caller]
fn assert_sound(store: &mut Store, dir: &Path) {
    assert_eq!(names(store), all_names());
    let found = events(dir);
    for (id, found) in found.iter().filter(|(_, data)| *data != "after") {
        assert_eq!(*found, data(usize::try_from(*id).unwrap()), "event {id}");
    }
    let stored = store.feeds().unwrap();
    let counted: u64 = stored.iter().map(|stored| stored.counts.events).sum();
    assert_eq!(counted, found.len() as u64);
    let check: String = store.connection().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let words = "INSERT INTO events_text (events_text, rank) VALUES ('integrity-check', 1)";
    store.connection().execute_batch(words).unwrap();
    let last = *found.keys().next_back().unwrap_or(&0);
    let Outcome::Added(id) = store.append(&[event(stored[0].feed.id, "after", "")]).unwrap().outcomes[0] else {
        panic!("not added")
    };
    assert!(id.0 > last, "{id:?} was given out before");
}

/// Opens it when somebody has met damage in it, so that all of it is looked at.
fn mended(dir: &Path) -> Store {
    fs::write(dir.join("tidings.suspect"), []).unwrap();
    Store::open(dir).unwrap()
}

#[test]
fn broken_pages_lose_at_most_what_stood_on_them() {
    let rounds = if tidings_test_support::stress() { 400 } else { 8 };
    let whole = filled();
    let bytes = fs::read(database(whole.path())).unwrap();
    let pages = bytes.len() / 4096;
    let schema = pages_of_schema(&bytes);
    let mut rescued = 0;
    for seed in 0..rounds {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut broken = bytes.clone();
        let how_many = random.usize(1..=4);
        let mut inner = 0;
        for _ in 0..how_many {
            // The first page says what is where; it has a test of its own, and so have pages of nothing but text.
            let page = loop {
                let start = random.usize(1..pages) * 4096;
                if is_of_a_tree(&bytes[start..]) {
                    inner += usize::from(bytes[start] == 5 || schema.contains(&start));
                    break &mut broken[start..start + 4096];
                }
            };
            if random.bool() {
                page.fill(0);
            } else {
                random.fill(page);
            }
        }
        let dir = tempfile::tempdir().unwrap();
        fs::write(database(dir.path()), &broken).unwrap();
        fs::copy(whole.path().join("tidings.feeds.json"), dir.path().join("tidings.feeds.json")).unwrap();
        let mut store = mended(dir.path());
        let found = events(dir.path());
        println!("seed {seed}: {how_many} of {pages} pages, {} events, {:?}", found.len(), store.set_aside());
        assert_sound(&mut store, dir.path());
        if let Some(aside) = store.set_aside() {
            rescued += 1;
            // Nothing of the broken file is deleted, and it is told how much of it goes on.
            assert_eq!(fs::metadata(&aside.file).unwrap().len(), bytes.len() as u64, "seed {seed}");
            assert_eq!(aside.feeds, FEEDS as u64, "seed {seed}");
        }
        // A page that leads to others takes them along, the first one of the events all of them; any other has a few.
        let lost = EVENTS.saturating_sub(found.len());
        assert!(lost <= 16 * how_many || inner > 0, "seed {seed}: {lost} events lost by {how_many} pages");
    }
    assert!(rescued > 0, "no round broke anything");
}

/// Where the pages after the first begin that say what is where.
fn pages_of_schema(bytes: &[u8]) -> Vec<usize> {
    let number =
        |at: usize, length: usize| bytes[at..at + length].iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte));
    // The file's own head takes 100 bytes; a page of type 5 leads to others.
    if bytes[100] != 5 {
        return Vec::new();
    }
    let cells = (0..number(103, 2)).map(|cell| number(number(112 + 2 * cell, 2), 4));
    cells.chain([number(108, 4)]).map(|page| (page - 1) * 4096).collect()
}

/// Whether rows or ways to them stand on a page, rather than the rest of a long text, or nothing.
fn is_of_a_tree(page: &[u8]) -> bool {
    matches!(page[0], 2 | 5 | 10 | 13)
}

/// `SQLite` has no checksums of texts: one that was changed where it stands is met by nobody. It spoils itself alone.
#[test]
fn changed_texts_spoil_nothing_but_themselves() {
    let rounds = if tidings_test_support::stress() { 200 } else { 8 };
    let whole = filled();
    let bytes = fs::read(database(whole.path())).unwrap();
    let rest: Vec<_> =
        (1..bytes.len() / 4096).map(|page| page * 4096).filter(|at| !is_of_a_tree(&bytes[*at..])).collect();
    for seed in 0..rounds {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut broken = bytes.clone();
        let at = rest[random.usize(..rest.len())];
        // Behind the number of the page that follows.
        random.fill(&mut broken[at + 4..at + 4096]);
        let dir = tempfile::tempdir().unwrap();
        fs::write(database(dir.path()), &broken).unwrap();
        let mut store = mended(dir.path());
        assert_eq!(names(&store), all_names(), "seed {seed}");
        let found = events(dir.path());
        let right = found.iter().filter(|(id, found)| **found == data(usize::try_from(**id).unwrap())).count();
        assert!(right >= EVENTS - 1, "seed {seed}: {right} of {EVENTS}");
        let feed = store.feeds().unwrap()[0].feed.id;
        let appended = store.append(&[event(feed, "after", "")]).unwrap().outcomes;
        assert_eq!(appended, [Outcome::Added(EventId(i64::try_from(EVENTS).unwrap() + 1))], "seed {seed}");
    }
}

#[test]
fn whatever_stands_in_its_place_is_put_aside_and_the_feeds_go_on() {
    let whole = filled();
    let bytes = fs::read(database(whole.path())).unwrap();
    let mut without_head = bytes.clone();
    without_head[..4096].fill(0x5a);
    let cases: [(&str, Vec<u8>, bool); 6] = [
        ("a text", b"my novel, ".repeat(1000), false),
        ("nothing", vec![], false),
        ("less than a head", bytes[..50].to_vec(), false),
        ("zeros", vec![0; bytes.len()], false),
        ("no first page", without_head, false),
        ("its first half", bytes[..bytes.len() / 8192 * 4096].to_vec(), true),
    ];
    for (name, content, some_history) in cases {
        let dir = tempfile::tempdir().unwrap();
        fs::write(database(dir.path()), &content).unwrap();
        fs::copy(whole.path().join("tidings.feeds.json"), dir.path().join("tidings.feeds.json")).unwrap();
        let mut store = mended(dir.path());
        let aside = store.set_aside().unwrap_or_else(|| panic!("{name}: not put aside")).clone();
        assert!(fs::read(&aside.file).unwrap() == content, "{name}: the file is another one");
        assert_eq!(aside.events > 0, some_history, "{name}: {aside:?}");
        assert_eq!(aside.feeds, FEEDS as u64, "{name}");
        assert!(aside.sentence().contains("goes on with 40 feeds and "), "{}", aside.sentence());
        assert_sound(&mut store, dir.path());
    }
}

#[test]
fn a_directory_in_its_place_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(database(dir.path()).join("mine")).unwrap();
    let Err(error) = Store::open(dir.path()) else { panic!("opened") };
    assert!(error.to_string().ends_with("a directory stands in its place. Move it away."), "{error}");
    assert!(database(dir.path()).join("mine").exists());
}

#[test]
fn a_broken_index_of_words_costs_no_event() {
    let whole = filled();
    let search = PageQuery { search: "lorem".to_owned(), ..all() };
    // What its blocks say is wrong: it is made anew where it stands.
    let connection = rusqlite::Connection::open(database(whole.path())).unwrap();
    let blocks = "UPDATE events_text_data SET block = zeroblob(100) WHERE id > 10";
    assert!(connection.execute(blocks, []).unwrap() > 0);
    connection.close().unwrap();
    let Err(error) = History::open(whole.path()).unwrap().page(&search) else { panic!("found in a broken index") };
    assert_eq!(error.fault(), Fault::Damaged);
    let mut store = mended(whole.path());
    assert_eq!(store.set_aside(), None);
    assert_eq!(History::open(whole.path()).unwrap().page(&search).unwrap().events.len(), 500);
    assert_sound(&mut store, whole.path());
    drop(store);

    // Its pages are broken, so that it cannot even be emptied: the rows go on in a new file, all of them.
    let connection = rusqlite::Connection::open(database(whole.path())).unwrap();
    let roots: Vec<i64> = ["events_text_data", "events_text_idx"]
        .iter()
        .map(|table| {
            let root = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
            connection.query_row(root, [table], |row| row.get(0)).unwrap()
        })
        .collect();
    connection.close().unwrap();
    let bytes = fs::read(database(whole.path())).unwrap();
    for root in roots {
        let mut broken = bytes.clone();
        let end = usize::try_from(root).unwrap() * 4096;
        broken[end - 4096..end].fill(0x5a);
        let dir = tempfile::tempdir().unwrap();
        fs::write(database(dir.path()), &broken).unwrap();
        let mut store = mended(dir.path());
        assert_eq!(store.set_aside().map(|aside| aside.lost), Some(0), "page {root}");
        assert_eq!(events(dir.path()).len(), EVENTS + 1, "page {root}");
        assert_eq!(History::open(dir.path()).unwrap().page(&search).unwrap().events.len(), 500, "page {root}");
        assert_sound(&mut store, dir.path());
    }
}

/// The log has checksums: what is broken in it, and what follows, was never committed. Event and cursor go together.
#[test]
fn a_broken_log_ends_where_it_is_broken() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    for n in 1..=60 {
        fixture.append(&[event(feed, &format!("e{n}"), &n.to_string())]);
    }
    let log = fs::read(fixture.dir.path().join("tidings.db-wal")).unwrap();
    for seed in 0..20 {
        let mut random = fastrand::Rng::with_seed(seed);
        let left = tempfile::tempdir().unwrap();
        fs::copy(database(fixture.dir.path()), database(left.path())).unwrap();
        let mut broken = log.clone();
        let at = random.usize(32..broken.len() - 64);
        random.fill(&mut broken[at..at + 64]);
        fs::write(left.path().join("tidings.db-wal"), broken).unwrap();
        let store = Store::open(left.path()).unwrap();
        assert_eq!(store.set_aside(), None, "seed {seed}");
        let found = events(left.path());
        assert!(found.keys().copied().eq((1..).take(found.len())), "seed {seed}");
        let cursor = store.cursor(feed).unwrap().last_event_id;
        let expected = if found.is_empty() { String::new() } else { found.len().to_string() };
        assert_eq!(cursor, expected, "seed {seed}");
    }
}

/// Events in the middle are lost with their page and later ones are not: the cursor goes back to before the hole, as far
/// as what comes twice is recognised.
#[test]
fn cursors_go_back_to_before_a_hole_of_which_later_events_are_recognised() {
    const LENGTH: usize = 3000;
    let Fixture { dir, mut store, feed } = Fixture::new();
    let quiet = store.add_feed(&config("quiet", "http://b.example")).unwrap().id;
    let batch: Vec<_> =
        (1..=LENGTH).map(|n| event(feed, &format!("e{n} {}", "x".repeat(500)), &n.to_string())).collect();
    store.append(&[event(quiet, "early", "kept")]).unwrap();
    store.append(&batch).unwrap();
    drop(store);
    let bytes = fs::read(database(dir.path())).unwrap();
    // Event 2500 is among the last thousand; event 500 is not, and events 500 and 2500 both break in the third case.
    for (broken, expected) in [(&[2500][..], Some(2500)), (&[500], None), (&[500, 2500], Some(2500))] {
        let mut bytes = bytes.clone();
        for number in broken {
            let text = format!("e{number} x");
            let at = bytes.windows(text.len()).position(|window| window == text.as_bytes()).expect("the event");
            bytes[at / 4096 * 4096..][..4096].fill(0x5a);
        }
        let dir = tempfile::tempdir().unwrap();
        fs::write(database(dir.path()), &bytes).unwrap();
        let mut store = mended(dir.path());
        let aside = store.set_aside().unwrap().clone();
        assert!((1..20).contains(&aside.lost), "{broken:?}: {aside:?}");
        let cursor: usize = store.cursor(feed).unwrap().last_event_id.parse().unwrap();
        match expected {
            Some(number) => assert!((number - 10..number).contains(&cursor), "{broken:?}: {cursor}"),
            None => assert_eq!(cursor, LENGTH, "{broken:?}"),
        }
        assert_eq!(store.cursor(quiet).unwrap().last_event_id, "kept", "{broken:?}");
        // What the server sends again from there on: what was lost is there again, and nothing is there twice.
        let before = aside.events;
        let outcomes = store.append(&batch[cursor..]).unwrap().outcomes;
        let added = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Added(_))).count() as u64;
        let after = store.counts(feed).unwrap().events + 1;
        assert_eq!(after, before + added, "{broken:?}");
        let mut texts: Vec<_> = events(dir.path()).into_values().collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len() as u64, after, "{broken:?}: an event is there twice");
        if broken.len() == 1 && expected.is_some() {
            assert_eq!(after, LENGTH as u64 + 1);
        }
    }
}

/// The newest events are lost with their page: the cursor goes back to before them, so that the server sends them again.
#[test]
fn cursors_go_back_to_before_what_was_lost() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    let silent = fixture.store.add_feed(&config("silent", "http://b.example")).unwrap().id;
    let batch: Vec<_> = (1..=400).map(|n| event(feed, &format!("e{n} {}", "x".repeat(500)), &n.to_string())).collect();
    fixture.append(&batch);
    fixture.append(&[Arrival::LastEventId(silent, "kept".into()), Arrival::ReconnectionTime(feed, 7000)]);
    let Fixture { dir, store, .. } = fixture;
    drop(store);
    let connection = rusqlite::Connection::open(database(dir.path())).unwrap();
    // The page of the newest row.
    let page: i64 = connection
        .query_row("SELECT max(pageno) FROM dbstat WHERE name = 'events' AND pagetype = 'leaf'", [], |row| row.get(0))
        .unwrap_or_else(|_| newest_leaf(&connection));
    connection.close().unwrap();
    let mut bytes = fs::read(database(dir.path())).unwrap();
    let start = (usize::try_from(page).unwrap() - 1) * 4096;
    bytes[start..start + 4096].fill(0x5a);
    fs::write(database(dir.path()), &bytes).unwrap();
    fs::write(dir.path().join("tidings.suspect"), []).unwrap();

    let mut store = Store::open(dir.path()).unwrap();
    let aside = store.set_aside().unwrap().clone();
    let newest = *events(dir.path()).keys().next_back().unwrap();
    assert!((300..400).contains(&newest), "{newest}");
    assert_eq!((aside.events, aside.lost), (newest.cast_unsigned(), 400 - newest.cast_unsigned()));
    let cursor = store.cursor(feed).unwrap();
    assert_eq!((cursor.last_event_id, cursor.reconnection_time), (newest.to_string(), Some(7000)));
    assert_eq!(store.cursor(silent).unwrap().last_event_id, "kept");
    // The server sends again from there on: nothing missing, nothing twice, and no number is used again.
    let outcomes = store.append(&batch[usize::try_from(newest).unwrap() - 1..]).unwrap().outcomes;
    assert_eq!(outcomes[0], Outcome::Repeated(EventId(newest), 2));
    assert_eq!(outcomes[1], Outcome::Added(EventId(401)));
    assert_eq!(store.counts(feed).unwrap().events, 400);
}

/// The page that the table's rightmost way leads to, where `SQLite` cannot say.
fn newest_leaf(connection: &rusqlite::Connection) -> i64 {
    let root: i64 =
        connection.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'events'", [], |row| row.get(0)).unwrap();
    let bytes = fs::read(connection.path().unwrap()).unwrap();
    let mut page = usize::try_from(root).unwrap();
    loop {
        let at = (page - 1) * 4096;
        // 5: an inner page, whose rightmost child stands at its eighth byte.
        if bytes[at] != 5 {
            return i64::try_from(page).unwrap();
        }
        page = u32::from_be_bytes(bytes[at + 8..at + 12].try_into().unwrap()) as usize;
    }
}

#[test]
fn an_end_between_any_two_steps_is_made_good_by_the_next_start() {
    let whole = filled();
    let bytes = fs::read(database(whole.path())).unwrap();
    // A new database that is not finished, while the damaged one is still there: begun anew.
    fs::write(whole.path().join("tidings.rescue.db"), "half").unwrap();
    assert_eq!(events(whole.path()).len(), EVENTS);
    drop(Store::open(whole.path()).unwrap());
    assert!(!whole.path().join("tidings.rescue.db").exists());
    // A finished one, and the damaged one moved away but not its log: the log is not taken for the new one's.
    fs::rename(database(whole.path()), whole.path().join("tidings.rescue.db")).unwrap();
    fs::write(whole.path().join("tidings.damaged-1.db"), "damaged").unwrap();
    let file = whole.path().join("tidings.damaged-1.db");
    let report = format!(r#"{{"file":{:?},"feeds":40,"events":{EVENTS},"lost":2}}"#, file.display().to_string());
    fs::write(whole.path().join("tidings.damaged.json"), report).unwrap();
    fs::write(whole.path().join("tidings.db-wal"), "log").unwrap();
    let store = Store::open(whole.path()).unwrap();
    assert_eq!(names(&store), all_names());
    assert_eq!(store.set_aside().unwrap().lost, 2);
    drop(store);
    assert_eq!(fs::read(database(whole.path())).unwrap().len(), bytes.len());
    assert_eq!(fs::read_to_string(whole.path().join("tidings.damaged-1.db-wal")).unwrap(), "log");
}

#[test]
fn the_second_copy_of_the_feeds_follows_every_change_and_is_the_users_alone() {
    let Fixture { dir, mut store, feed } = Fixture::new();
    let copy = dir.path().join("tidings.feeds.json");
    let read = || serde_json::from_slice::<Vec<tidings_engine::Feed>>(&fs::read(&copy).unwrap()).unwrap();
    let second = store.add_feed(&config("second", "http://b.example")).unwrap().id;
    store.edit_feed(feed, &config("renamed", "http://c.example"), Forget::Nothing).unwrap();
    store.pause_feed(second, true).unwrap();
    let expected: Vec<_> = store.feeds().unwrap().into_iter().map(|stored| stored.feed).collect();
    assert_eq!(read(), expected);
    store.delete_feed(second).unwrap();
    assert_eq!(read(), expected[..1]);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&copy).unwrap().permissions()) & 0o777, 0o600);
}

/// Breaks the page on which a table begins.
fn break_root(dir: &Path, table: &str) {
    let connection = rusqlite::Connection::open(database(dir)).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = ?1";
    let page: u32 = connection.query_row(root, [table], |row| row.get(0)).unwrap();
    connection.close().unwrap();
    let mut bytes = fs::read(database(dir)).unwrap();
    let end = page as usize * 4096;
    bytes[end - 4096..end].fill(0x5a);
    fs::write(database(dir), &bytes).unwrap();
}

#[test]
fn lost_cursors_and_figures_are_told_by_the_events() {
    let Fixture { dir, mut store, feed } = Fixture::new();
    let resume = ResumeMode::Query { parameter: "since".into(), path: Some("id".into()), types: vec![] };
    let other = store.add_feed(&FeedConfig { resume, ..config("other", "http://b.example") }).unwrap().id;
    let now = jiff::Timestamp::now().as_millisecond();
    let came = |feed, data: &str, id| Arrival::Event(Box::new(NewEvent::new(feed, "message", data, id, now)));
    store.append(&[came(feed, "a", "1"), came(other, r#"{"id":"t1"}"#, "")]).unwrap();
    store.append(&[came(other, r#"{"id":"t2"}"#, "x"), came(feed, "b", "2")]).unwrap();
    drop(store);
    break_root(dir.path(), "cursors");
    let store = mended(dir.path());
    assert_eq!(store.set_aside().map(|aside| (aside.events, aside.lost)), Some((4, 0)));
    assert_eq!(store.cursor(feed).unwrap().last_event_id, "2");
    let cursor = store.cursor(other).unwrap();
    assert_eq!((&*cursor.last_event_id, &*cursor.resume_token), ("x", "t2"));
    let counted = "SELECT sum(events) FROM activity";
    assert_eq!(store.connection().query_row(counted, [], |row| row.get::<_, i64>(0)).unwrap(), 4);
}

#[test]
fn numbers_that_nobody_counted_hold_nothing_up() {
    let Fixture { dir, mut store, feed } = Fixture::new();
    store.add_feed(&config("other", "http://b.example")).unwrap();
    store.append(&[event(feed, "a", "1"), event(feed, "b", "2")]).unwrap();
    let largest = "UPDATE feeds SET events = 0x7fffffffffffffff; UPDATE sqlite_sequence SET seq = 0x7fffffffffffffff;
                   UPDATE events SET id = 0x7fffffffffffffff WHERE id = 2;";
    store.connection().execute_batch(largest).unwrap();
    drop(store);
    break_root(dir.path(), "cursors");
    let mut store = mended(dir.path());
    assert_eq!(events(dir.path()).into_keys().collect::<Vec<_>>(), [1]);
    assert_eq!(store.append(&[event(feed, "c", "3")]).unwrap().outcomes, [Outcome::Added(EventId(2))]);
}

#[test]
fn a_missing_second_copy_of_the_feeds_is_made_by_the_next_start() {
    let Fixture { dir, store, .. } = Fixture::new();
    drop(store);
    let copy = dir.path().join("tidings.feeds.json");
    let before = fs::read(&copy).unwrap();
    fs::remove_file(&copy).unwrap();
    drop(Store::open(dir.path()).unwrap());
    assert_eq!(fs::read(&copy).unwrap(), before);
}
