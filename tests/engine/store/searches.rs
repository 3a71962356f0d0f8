//! What a search finds, and that nothing typed into it can fail.
use super::{Fixture, all};
use crate::config::config;
use proptest::prelude::*;
use rstest::rstest;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};
use tidings_engine::store::{Arrival, NewEvent};
use tidings_engine::{EventId, History, PageQuery, Scope};

/// Events 1 to 6, of the feeds "House" (the first three) and "Build server".
struct Searchable {
    _fixture: Fixture,
    history: History,
}

// A connection may be used from one thread at a time, which is what the lock is for.
static SEARCHABLE: LazyLock<std::sync::Mutex<Searchable>> = LazyLock::new(|| {
    let mut fixture = Fixture::new();
    let house = fixture.feed;
    fixture
        .store
        .edit_feed(house, &config("House", "http://a.example"), tidings_engine::store::Forget::Nothing)
        .unwrap();
    let build = fixture.store.add_feed(&config("Build server", "http://b.example")).unwrap().id;
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let days = |days: i64| now - days * 24 * 3_600_000;
    let events = [
        (house, "door", "Front door opened", days(400)),
        (house, "door", "Front door closed", days(10)),
        (house, "heat", "Wärme: 21 °C, café", days(3)),
        (build, "message", "Disk full on host-7: error 28", days(2)),
        (build, "message", "Build 1234 failed\nerrors in front-end, door/main.rs", now - 3_600_000),
        (build, "deploy", "Deployed \"Orpheus\" (100%)", now),
    ];
    let events = events.map(|(feed, kind, data, at)| Arrival::Event(Box::new(NewEvent::new(feed, kind, data, "", at))));
    fixture.append(&events);
    fixture.store.mark_read(&[EventId(1), EventId(4)], true).unwrap();
    fixture.store.star(EventId(5), true).unwrap();
    let history = fixture.history();
    std::sync::Mutex::new(Searchable { _fixture: fixture, history })
});

fn search(search: &str) -> Vec<i64> {
    let query = PageQuery { search: search.to_owned(), ..all() };
    let searchable = SEARCHABLE.lock().unwrap();
    searchable.history.page(&query).unwrap().events.iter().map(|event| event.id.0).collect()
}

#[rstest]
#[case::word("door ", &[5, 2, 1])]
#[case::case("DOOR ", &[5, 2, 1])]
#[case::unfinished("err", &[5, 4])]
#[case::finished("error ", &[4])]
#[case::two_letters("fr", &[5, 2, 1])]
#[case::one_letter("f", &[5, 4, 2, 1])]
#[case::all_words("front door ", &[5, 2, 1])]
#[case::words_in_any_order("opened fro", &[1])]
#[case::phrase("\"front door\"", &[2, 1])]
#[case::unfinished_phrase("\"front door op", &[1])]
#[case::diacritics("warme cafe", &[3])]
#[case::body("errors", &[5])]
#[case::punctuation("host-7:", &[4])]
#[case::path("door/main.rs", &[5])]
#[case::nothing("xyzzy", &[])]
#[case::feed("feed:house", &[3, 2, 1])]
#[case::feeds("feed:house feed:build", &[6, 5, 4, 3, 2, 1])]
#[case::quoted_feed("feed:\"build server\"", &[6, 5, 4])]
#[case::no_such_feed("feed:garden", &[])]
#[case::kind("type:door", &[2, 1])]
#[case::kinds("type:heat type:deploy", &[6, 3])]
#[case::unread("is:unread", &[6, 5, 3, 2])]
#[case::read("is:read", &[4, 1])]
#[case::starred("is:starred", &[5])]
#[case::after("after:5d", &[6, 5, 4, 3])]
#[case::before("before:5d", &[2, 1])]
#[case::between("after:11d before:5d", &[2])]
#[case::after_a_day("after:today", &[6])]
#[case::long_ago("before:1999", &[])]
#[case::word_and_operator("door is:unread", &[5, 2])]
#[case::everything("is:unread feed:house type:door after:20d door", &[2])]
#[case::words_that_are_none("+ (", &[6, 5, 4, 3, 2, 1])]
#[case::quote("\"", &[6, 5, 4, 3, 2, 1])]
#[case::quotes_inside("say\"\"door", &[])]
#[case::like("100%", &[6])]
fn finds(#[case] typed: &str, #[case] expected: &[i64]) {
    // An hour before the test may be yesterday.
    let found: Vec<i64> = search(typed).into_iter().filter(|id| typed != "after:today" || *id != 5).collect();
    assert_eq!(found, expected);
}

#[test]
fn finds_within_a_scope_and_by_pages() {
    let searchable = SEARCHABLE.lock().unwrap();
    let query = |scope, before: Option<i64>, limit| {
        let query = PageQuery { scope, search: "door ".to_owned(), before: before.map(EventId), after: None, limit };
        let page = searchable.history.page(&query).unwrap();
        (page.events.iter().map(|event| event.id.0).collect::<Vec<_>>(), page.more)
    };
    assert_eq!(query(Scope::All, None, 2), (vec![5, 2], true));
    assert_eq!(query(Scope::All, Some(2), 2), (vec![1], false));
    assert_eq!(query(Scope::Starred, None, 2), (vec![5], false));
    assert_eq!(query(Scope::Unread, Some(5), 2), (vec![2], false));
}

proptest! {
    #[test]
    fn nothing_typed_is_an_error(typed in any::<String>()) {
        search(&typed);
    }

    #[test]
    fn nothing_typed_in_the_language_of_the_index_is_an_error(typed in r#"[a-c"'()*:^+\-{} \x00]{0,20}( AND | OR | NOT | NEAR\(|feed:|type:|after:|is:)?[a-c"()*:^+-]{0,20}"#) {
        search(&typed);
    }
}
