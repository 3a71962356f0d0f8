//! What holds for every input. The property tests and the fuzz targets share it.
use std::sync::{LazyLock, Mutex};
use tidings_engine::mapping::{BODY_LIMIT, TITLE_LIMIT, map};
use tidings_engine::store::{Arrival, NewEvent, Store};
use tidings_engine::{EventId, FeedConfig, History, PageQuery, Scope};

/// The longest link, in bytes.
const LINK_LIMIT: usize = 2048;

/// Asserts what every mapping of an event promises.
pub(crate) fn check_mapping(event_type: &str, data: &str) {
    let mapped = map(event_type, data);
    let unwanted = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(mapped.title.chars().count() <= TITLE_LIMIT, "title of {} characters", mapped.title.chars().count());
    assert!(!mapped.title.chars().any(unwanted), "title {:?}", mapped.title);
    assert!(!mapped.title.is_empty() || map(event_type, "").title.is_empty(), "no title, although the type makes one");
    assert!(mapped.body.len() <= BODY_LIMIT, "body of {} bytes", mapped.body.len());
    assert!(!mapped.body.chars().any(|c| c != '\n' && c != '\t' && unwanted(c)), "body {:?}", mapped.body);
    if let Some(link) = &mapped.link {
        assert!(link.len() <= LINK_LIMIT, "link of {} bytes", link.len());
        assert!(!link.chars().any(|c| c.is_control() || c.is_whitespace()), "link {link:?}");
        let scheme = link.split(':').next().unwrap_or_default().to_ascii_lowercase();
        assert!(matches!(scheme.as_str(), "http" | "https" | "mailto"), "link {link:?}");
    }
    assert_eq!(map(event_type, data), mapped, "mapped otherwise the second time");
}

/// Type and data from one piece of fuzz: what is before the first line feed, and what is behind it.
pub(crate) fn check_mapping_fuzz(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (event_type, data) = text.split_once('\n').unwrap_or(("message", &text));
    check_mapping(event_type, data);
}

/// A history of events that resemble what is searched for.
struct Searched {
    _dir: tempfile::TempDir,
    // A connection may be used from one thread at a time.
    history: Mutex<History>,
}

const EVENTS: i64 = 60;

static SEARCHED: LazyLock<Searched> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a directory");
    let mut store = Store::open(dir.path()).expect("a new history");
    for name in ["House", "b\"uild: 100%", "é"] {
        let config = serde_json::json!({ "name": name, "url": "http://a.example" });
        let config: FeedConfig = serde_json::from_value(config).expect("settings");
        store.add_feed(&config).expect("a feed");
    }
    let feeds = store.feeds().expect("three feeds");
    let texts = ["disk full: error 28", "a\"b'c(d)*e^f", "Wärme 21 °C", "AND OR NOT NEAR", "日本語 текст", "100% _x"];
    let event = |number: i64| {
        let at = usize::try_from(number).expect("a small number");
        let feed = feeds[at % feeds.len()].feed.id;
        let kind = ["door", "message", "a b"][at % 3];
        Arrival::Event(Box::new(NewEvent::new(feed, kind, texts[at % texts.len()], "", number * 1_000_000_000)))
    };
    store.append(&(0..EVENTS).map(event).collect::<Vec<_>>()).expect("stored");
    drop(store);
    let history = Mutex::new(History::open(dir.path()).expect("a history"));
    Searched { _dir: dir, history }
});

/// Asserts what every search promises: an answer, newest first, within its bounds, the same in parts.
pub(crate) fn check_search(typed: &str) {
    let history = SEARCHED.history.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let page = |scope, before, after, limit| {
        let query = PageQuery { scope, search: typed.to_owned(), before, after, limit };
        let page = history.page(&query).unwrap_or_else(|error| panic!("{typed:?} failed: {error}"));
        (page.events.iter().map(|event| event.id.0).collect::<Vec<_>>(), page.more)
    };
    let (all, more) = page(Scope::All, None, None, 500);
    assert!(!more && all.len() <= 60, "{all:?}");
    assert!(all.is_sorted_by(|one, next| one > next), "{typed:?} gives {all:?}");
    // Page by page it is the same, and so it is from the other side.
    let mut pages: Vec<i64> = vec![];
    let mut before = None;
    loop {
        let (page, more) = page(Scope::All, before, None, 7);
        pages.extend(&page);
        before = page.last().copied().map(EventId);
        if !more {
            break;
        }
    }
    assert_eq!(pages, all, "{typed:?} page by page");
    let middle = EVENTS / 2;
    let (newer, _) = page(Scope::All, None, Some(EventId(middle)), 500);
    assert_eq!(newer, all.iter().copied().filter(|id| *id > middle).collect::<Vec<_>>(), "{typed:?} after {middle}");
    for scope in [Scope::Unread, Scope::Starred, Scope::Feed { feed: tidings_engine::FeedId(2) }] {
        let (part, _) = page(scope.clone(), None, None, 500);
        assert!(part.iter().all(|id| all.contains(id)), "{typed:?} in {scope:?} finds more than in all");
    }
    for extreme in [i64::MIN, -1, 0, i64::MAX] {
        page(Scope::All, Some(EventId(extreme)), Some(EventId(-extreme.saturating_add(1))), u32::MAX);
    }
}
