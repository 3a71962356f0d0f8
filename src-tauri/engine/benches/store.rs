//! The store beside "plain": what most people would write with `rusqlite`, one transaction an event. And pages and
//! searches in a history of a million events (`TIDINGS_BENCH_EVENTS` sets another number), made once and kept.
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rusqlite::Connection;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use tidings_engine::store::{Arrival, NewEvent, Store};
use tidings_engine::{EventId, FeedConfig, FeedId, History, PageQuery, Scope};

/// Numbers that are the same in each run.
struct Random(fastrand::Rng);

impl Random {
    fn new() -> Self {
        Self(fastrand::Rng::with_seed(7))
    }

    /// Few words are frequent, many rare, as in real text.
    fn word(&mut self) -> String {
        const SYLLABLES: [&str; 20] = [
            "ka", "to", "re", "mi", "sol", "an", "ber", "qui", "dra", "po", "lu", "ne", "ti", "os", "em", "fa", "gre",
            "hil", "ju", "wex",
        ];
        let rank = (20_000.0_f64).powf(self.0.f64());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 20,000")]
        let mut rank = rank as usize;
        let mut word = String::new();
        while rank > 0 {
            word.push_str(SYLLABLES[rank % SYLLABLES.len()]);
            rank /= SYLLABLES.len();
        }
        word
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    /// About 1.5 KB, in the manner of Wikimedia's recent changes.
    fn medium(&mut self, number: u64) -> String {
        let (title, comment) = (self.words(3), self.words(9));
        format!(
            r#"{{"$schema":"/mediawiki/recentchange/1.0.0","meta":{{"uri":"https://en.example.org/wiki/{number}","request_id":"{number:032x}","id":"{number:032x}","dt":"2026-07-31T14:58:47Z","domain":"en.example.org","stream":"mediawiki.recentchange","topic":"eqiad.mediawiki.recentchange","partition":0,"offset":{number}}},"id":{number},"type":"edit","namespace":0,"title":"{title}","title_url":"https://en.example.org/wiki/{number}","comment":"{comment}","timestamp":1785509927,"user":"{user}","bot":false,"notify_url":"https://en.example.org/w/index.php?diff={number}&oldid={number}","minor":false,"patrolled":true,"length":{{"old":10000,"new":10120}},"revision":{{"old":{number},"new":{number}}},"server_url":"https://en.example.org","server_name":"en.example.org","server_script_path":"/w","wiki":"enwiki","parsedcomment":"{comment}","padding":"{padding}"}}"#,
            user = self.word(),
            padding = "0123456789".repeat(50),
        )
    }
}

fn config() -> FeedConfig {
    serde_json::from_value(serde_json::json!({ "name": "bench", "url": "http://localhost/" })).expect("a feed")
}

fn arrival(feed: FeedId, data: &str, number: u64) -> Arrival {
    Arrival::Event(Box::new(NewEvent::new(feed, "message", data, &number.to_string(), 1_785_509_927_000)))
}

/// What most people would write, made as good as it gets without batches: a write-ahead log, prepared statements, and
/// the same index of words.
fn plain(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("a database");
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE events (id INTEGER PRIMARY KEY, type TEXT, data TEXT, last_event_id TEXT, received_at INTEGER);
             CREATE VIRTUAL TABLE events_text USING fts5 (title, comment);",
        )
        .expect("tables");
    connection
}

fn insert_plain(connection: &mut Connection, data: &str, number: u64) -> rusqlite::Result<()> {
    let json: serde_json::Value = serde_json::from_str(data).expect("JSON");
    let transaction = connection.transaction()?;
    transaction
        .prepare_cached("INSERT INTO events (type, data, last_event_id, received_at) VALUES ('message', ?1, ?2, ?3)")?
        .execute((data, number.to_string(), 1_785_509_927_000_i64))?;
    transaction
        .prepare_cached("INSERT INTO events_text (rowid, title, comment) VALUES (last_insert_rowid(), ?1, ?2)")?
        .execute((json["title"].as_str(), json["comment"].as_str()))?;
    transaction.commit()
}

fn insert(criterion: &mut Criterion) {
    const EVENTS: usize = 10_000;
    /// One transaction an event is so much slower that fewer have to do; compare the throughput.
    const PLAIN_EVENTS: usize = 1_000;
    let mut random = Random::new();
    let data: Vec<String> = (0_u64..).take(EVENTS).map(|number| random.medium(number)).collect();
    let mut group = criterion.benchmark_group("insert medium events");
    group.sample_size(10);

    let store = |directory: &tempfile::TempDir| {
        let mut store = Store::open(directory.path()).expect("a store");
        let feed = store.add_feed(&config()).expect("a feed").id;
        (store, feed)
    };
    for batch in [1000, 1] {
        let events = if batch == 1 { PLAIN_EVENTS } else { EVENTS };
        group.throughput(Throughput::Elements(events as u64));
        group.bench_function(format!("tidings, {batch} a transaction"), |bencher| {
            bencher.iter_batched_ref(
                || {
                    let directory = tempfile::tempdir().expect("a directory");
                    (store(&directory), directory)
                },
                |((store, feed), _directory)| {
                    for (chunk, first) in data[..events].chunks(batch).zip((0_u64..).step_by(batch)) {
                        let arrivals: Vec<_> =
                            chunk.iter().zip(first..).map(|(data, number)| arrival(*feed, data, number)).collect();
                        store.append(&arrivals).expect("stored");
                    }
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.throughput(Throughput::Elements(PLAIN_EVENTS as u64));
    group.bench_function("plain, 1 a transaction", |bencher| {
        bencher.iter_batched_ref(
            || {
                let directory = tempfile::tempdir().expect("a directory");
                (plain(&directory.path().join("plain.db")), directory)
            },
            |(connection, _directory)| {
                for (data, number) in data[..PLAIN_EVENTS].iter().zip(0..) {
                    insert_plain(connection, data, number).expect("stored");
                }
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// A history of many events, made by the first run: 10 feeds, 1 in 100 unread, 1 in 1,000 starred.
fn large_history(events: u64) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("history-{events}"));
    if History::open(&directory).is_ok_and(|history| {
        history.event(EventId(events.cast_signed())).is_ok_and(|last| last.is_some_and(|last| last.summary.starred))
    }) {
        return directory;
    }
    let _ = std::fs::remove_dir_all(&directory);
    let mut store = Store::open(&directory).expect("a store");
    let feeds: Vec<_> = (0..10).map(|_| store.add_feed(&config()).expect("a feed").id).collect();
    let mut random = Random::new();
    for first in (1..=events).step_by(1000) {
        let numbers = first..(first + 1000).min(events + 1);
        let arrivals: Vec<_> = numbers
            .clone()
            .map(|number| arrival(feeds[(number % 10) as usize], &random.medium(number), number))
            .collect();
        store.append(&arrivals).expect("stored");
        let ids = |every: u64, rest: bool| {
            numbers
                .clone()
                .filter(move |number| (number % every == 0) == rest)
                .map(|number| EventId(number.cast_signed()))
        };
        store.mark_read(&ids(100, false).collect::<Vec<_>>(), true).expect("marked");
        for id in ids(1000, true) {
            store.star(id, true).expect("starred");
        }
    }
    directory
}

fn read(criterion: &mut Criterion) {
    let events = std::env::var("TIDINGS_BENCH_EVENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let history = History::open(&large_history(events)).expect("a history");
    let page = |query: PageQuery| {
        let query = PageQuery { limit: 50, ..query };
        history.page(black_box(&query)).expect("a page").events.len()
    };

    let mut group = criterion.benchmark_group(format!("page of 50 in {events} events"));
    let scopes = [
        ("all", Scope::All),
        ("unread", Scope::Unread),
        ("starred", Scope::Starred),
        ("feed", Scope::Feed { feed: FeedId(3) }),
    ];
    for (name, scope) in scopes {
        for (depth, part) in [("newest", 100), ("middle", 50), ("oldest", 10)] {
            let before = Some(EventId((events * part / 100).cast_signed()));
            group.bench_function(format!("{name}, {depth}"), |bencher| {
                bencher.iter(|| page(PageQuery { scope: scope.clone(), before, ..PageQuery::default() }));
            });
        }
    }
    group.finish();

    let mut group = criterion.benchmark_group(format!("search in {events} events"));
    group.sample_size(20);
    // From the most frequent of the made words to one that never occurs.
    for search in ["to ", "to", "qui", "quito", "quito ", "tokare", "wexwexwex ", "feed:bench is:starred to"] {
        let found = page(PageQuery { search: search.to_owned(), ..PageQuery::default() });
        group.bench_function(format!("“{search}” ({found} of 50)"), |bencher| {
            bencher.iter(|| page(PageQuery { search: search.to_owned(), ..PageQuery::default() }));
        });
    }
    group.finish();
}

criterion_group!(benches, insert, read);
criterion_main!(benches);
