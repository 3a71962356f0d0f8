//! Spare space is given back a little at a time.
use super::{Fixture, came_at};
use std::ops::ControlFlow;
use tidings_engine::store::Kept;

#[test]
fn spare_pages_go_back_step_by_step() {
    let mut fixture = Fixture::new();
    let feed = fixture.feed;
    let large = "x".repeat(20_000);
    for n in 0..100 {
        fixture.append(&[came_at(feed, &format!("{n} {large}"), 1000)]);
    }
    let kept = Kept { since: None, events: Some(10) };
    while fixture.store.prune(feed, kept, 100).unwrap().more {}
    let first = fixture.store.give_back(50).unwrap();
    assert!(first.spare > 0, "{first:?}");
    let mut steps = 1;
    let last = loop {
        let now = fixture.store.give_back(50).unwrap();
        steps += 1;
        assert!(now.spare == 0 || now.bytes < first.bytes, "{now:?}");
        if now.spare == 0 {
            break now;
        }
    };
    assert!(steps > 3 && last.bytes < first.bytes / 2, "{steps} steps, {first:?}, {last:?}");
    let file = std::fs::metadata(fixture.dir.path().join("tidings.db")).unwrap().len();
    assert_eq!(file, last.bytes);
    assert_eq!(fixture.titles(&super::all()).len(), 10);
}

#[test]
fn a_file_of_an_older_format_is_shortened_too() {
    let mut fixture = Fixture::new();
    fixture.store.connection().execute_batch("PRAGMA auto_vacuum = NONE; VACUUM;").unwrap();
    let feed = fixture.feed;
    for n in 0..100 {
        fixture.append(&[came_at(feed, &format!("{n} {}", "x".repeat(20_000)), 1000)]);
    }
    while fixture.store.prune(feed, Kept { since: Some(2000), events: None }, 100).unwrap().more {}
    assert_eq!(fixture.store.give_back(1).unwrap().spare, 0);
    assert_eq!(fixture.append(&[came_at(feed, "after", 1000)]).len(), 1);
}

/// A path is a path, also where it is no text; and what is wrong with it is not said of the history.
#[cfg(unix)]
#[test]
fn a_copy_goes_to_the_file_that_is_named() {
    use std::os::unix::ffi::OsStrExt as _;
    let mut fixture = Fixture::new();
    fixture.append(&[came_at(fixture.feed, "e", 1000)]);
    let go_on = &mut |_, _| ControlFlow::Continue(());
    let other = tempfile::tempdir().unwrap();
    let file = other.path().join(std::ffi::OsStr::from_bytes(b"b\xff"));
    assert!(fixture.history().copy_to(&file, go_on).unwrap().is_continue());
    let names: Vec<_> = std::fs::read_dir(other.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(names, std::slice::from_ref(&file));
    assert!(std::fs::metadata(&file).unwrap().len() > 4096);
    let missing = other.path().join("missing/b");
    let error = fixture.history().copy_to(&missing, go_on).unwrap_err().to_string();
    assert!(error.starts_with(&format!("The history in {} cannot be used: ", missing.display())), "{error}");
}
