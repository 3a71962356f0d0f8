//! Files that are not as they should be, and a process that ends in the middle.
use super::{Fixture, all, event};
use crate::config::config;
use std::fs;
use std::path::Path;
use tidings_engine::store::{Outcome, Store, StoreError};
use tidings_engine::{EventId, History};

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn process_that_ends_between_two_commits_loses_nothing() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    for n in 1..=50 {
        fixture.append(&[event(feed, &format!("e{n}"), &n.to_string())]);
        // What a killed process leaves: the files as they are, with the log not yet moved into the database.
        let left = tempfile::tempdir().unwrap();
        copy(fixture.dir.path(), left.path());
        let mut store = Store::open(left.path()).unwrap();
        assert_eq!(store.cursor(feed).unwrap().last_event_id, n.to_string());
        assert_eq!(store.counts(feed).unwrap().events, n);
        // The server sends the last one again, for it does not know that it arrived.
        let again = store.append(&[event(feed, &format!("e{n}"), &n.to_string())]).unwrap();
        assert_eq!(again.outcomes, [Outcome::Repeated(EventId(n.cast_signed()), 2)]);
    }
}

#[test]
fn torn_write_loses_event_and_cursor_together() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    for n in 1..=20 {
        fixture.append(&[event(feed, &"x".repeat(n * 300), &n.to_string())]);
    }
    let log = fs::metadata(fixture.dir.path().join("tidings.db-wal")).unwrap().len();
    let mut seen = std::collections::BTreeSet::new();
    for cut in (0..=log).step_by(3000) {
        let left = tempfile::tempdir().unwrap();
        copy(fixture.dir.path(), left.path());
        let _ = fs::remove_file(left.path().join("tidings.db-shm"));
        fs::File::options().write(true).open(left.path().join("tidings.db-wal")).unwrap().set_len(cut).unwrap();
        let store = Store::open(left.path()).unwrap();
        let Some(stored) = store.feeds().unwrap().pop() else { continue };
        let cursor = store.cursor(feed).unwrap().last_event_id;
        let expected = if stored.counts.events == 0 { String::new() } else { stored.counts.events.to_string() };
        assert_eq!(cursor, expected, "cut at {cut}");
        assert_eq!(History::open(left.path()).unwrap().page(&all()).unwrap().events.len() as u64, stored.counts.events);
        seen.insert(stored.counts.events);
    }
    assert!(seen.len() > 10, "{seen:?}");
}

#[test]
fn newer_format_is_refused_untouched() {
    let fixture = Fixture::new();
    fixture.store.connection().pragma_update(None, "user_version", 999).unwrap();
    let Fixture { dir, store, .. } = fixture;
    drop(store);
    let before = fs::read(dir.path().join("tidings.db")).unwrap();
    let Err(StoreError::Newer { found, known, .. }) = Store::open(dir.path()) else { panic!("opened") };
    assert_eq!((found, known), (999, 7));
    assert!(matches!(History::open(dir.path()), Err(StoreError::Newer { .. })));
    assert_eq!(fs::read(dir.path().join("tidings.db")).unwrap(), before);
}

#[test]
fn file_that_is_no_database_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("tidings.db"), "my novel, ".repeat(1000)).unwrap();
    let mut store = Store::open(dir.path()).unwrap();
    let aside = store.set_aside().unwrap().clone();
    assert_eq!(fs::read_to_string(&aside.file).unwrap(), "my novel, ".repeat(1000));
    assert_eq!((aside.feeds, aside.events, aside.lost), (0, 0, 0));
    store.add_feed(&config("x", "http://a.example")).unwrap();
    drop(store);
    // It is said until the user takes note, or moves the file away.
    let mut store = Store::open(dir.path()).unwrap();
    assert_eq!(store.set_aside(), Some(&aside));
    assert_eq!(History::open(dir.path()).unwrap().set_aside(), Some(aside.clone()));
    store.forget_set_aside().unwrap();
    drop(store);
    assert_eq!(Store::open(dir.path()).unwrap().set_aside(), None);
    assert!(aside.file.exists());
}
