//! Whatever happens in whatever order, the counts are those of the rows, and the index of words is that of the texts.
use super::{Fixture, event};
use crate::config::config;
use proptest::prelude::*;
use tidings_engine::store::{Arrival, FeedCounts, Kept, Store};
use tidings_engine::{EventId, FeedId, Scope};

#[derive(Debug, Clone)]
enum Operation {
    Append(Vec<(u8, u8, u8)>),
    MarkRead(Vec<u8>, bool),
    Star(u8, bool),
    MarkAllRead(u8, u8, u8),
    RemoveFeed(u8),
    Sweep(u8),
    Prune(u8, u8, u8),
    FullDisk,
    Reopen,
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        4 => prop::collection::vec((0..4_u8, 0..6_u8, 0..4_u8), 1..12).prop_map(Operation::Append),
        2 => (prop::collection::vec(0..40_u8, 1..8), any::<bool>()).prop_map(|(ids, read)| Operation::MarkRead(ids, read)),
        2 => (0..40_u8, any::<bool>()).prop_map(|(id, starred)| Operation::Star(id, starred)),
        1 => (0..6_u8, 0..40_u8, 1..10_u8).prop_map(|(scope, until, limit)| Operation::MarkAllRead(scope, until, limit)),
        1 => (1..4_u8).prop_map(Operation::RemoveFeed),
        1 => (1..10_u8).prop_map(Operation::Sweep),
        2 => (1..4_u8, 0..12_u8, 1..6_u8).prop_map(|(feed, kept, limit)| Operation::Prune(feed, kept, limit)),
        1 => Just(Operation::FullDisk),
        1 => Just(Operation::Reopen),
    ]
}

fn scope(number: u8) -> Scope {
    match number {
        0 => Scope::All,
        1 => Scope::Unread,
        2 => Scope::Starred,
        feed => Scope::Feed { feed: FeedId((feed - 2).into()) },
    }
}

fn counted(store: &Store, feed: FeedId) -> FeedCounts {
    let sql = "SELECT count(*), count(*) FILTER (WHERE read = 0), count(*) FILTER (WHERE starred = 1) FROM events WHERE feed_id = ?1";
    let count = |row: &rusqlite::Row<'_>, at| row.get::<_, i64>(at).map(i64::cast_unsigned);
    store
        .connection()
        .query_row(sql, [feed.0], |row| {
            Ok(FeedCounts { events: count(row, 0)?, unread: count(row, 1)?, starred: count(row, 2)?, dropped: 0 })
        })
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn counts_are_those_of_the_rows(operations in prop::collection::vec(operation(), 1..30)) {
        let mut fixture = Fixture::new();
        for n in 2..4 {
            fixture.store.add_feed(&config(&n.to_string(), "http://a.example")).unwrap();
        }
        for operation in operations {
            let store = &mut fixture.store;
            let told = match operation {
                Operation::Append(events) => {
                    let arrivals: Vec<Arrival> = events
                        .iter()
                        .map(|(feed, data, id)| {
                            let id = if *id == 0 { String::new() } else { id.to_string() };
                            event(FeedId((*feed).into()), &format!("word{data}"), &id)
                        })
                        .collect();
                    store.append(&arrivals).unwrap().counts
                }
                Operation::MarkRead(ids, read) => {
                    let ids: Vec<_> = ids.into_iter().map(|id| EventId(id.into())).collect();
                    store.mark_read(&ids, read).unwrap().counts
                }
                Operation::Star(id, starred) => store.star(EventId(id.into()), starred).unwrap().counts,
                Operation::MarkAllRead(number, until, limit) => {
                    store.mark_all_read(&scope(number), EventId(until.into()), limit.into()).unwrap().counts
                }
                Operation::RemoveFeed(feed) => {
                    store.delete_feed(FeedId(feed.into())).unwrap();
                    vec![]
                }
                Operation::Sweep(limit) => {
                    store.sweep(limit.into()).unwrap();
                    vec![]
                }
                Operation::Prune(feed, events, limit) => {
                    let feed = FeedId(feed.into());
                    let known = store.feeds().unwrap().iter().any(|stored| stored.feed.id == feed);
                    let kept = Kept { since: None, events: Some(events.into()) };
                    let pruned = store.prune(feed, kept, limit.into()).unwrap();
                    if known { vec![(feed, pruned.counts)] } else { vec![] }
                }
                Operation::FullDisk => {
                    let pages: i64 = store.connection().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
                    store.connection().pragma_update(None, "max_page_count", pages).unwrap();
                    let large: Vec<_> =
                        (1..4).flat_map(|feed| (0..9).map(move |_| event(FeedId(feed), &"y ".repeat(5000), ""))).collect();
                    let _ = store.append(&large);
                    store.connection().pragma_update(None, "max_page_count", 1_000_000).unwrap();
                    vec![]
                }
                Operation::Reopen => {
                    fixture = fixture.reopened();
                    vec![]
                }
            };
            // Of a removed feed nobody asks.
            let feeds: Vec<_> = fixture.store.feeds().unwrap().into_iter().map(|stored| stored.feed.id).collect();
            for (feed, counts) in told.into_iter().filter(|(feed, _)| feeds.contains(feed)) {
                prop_assert_eq!(counts, counted(&fixture.store, feed));
            }
            for stored in fixture.store.feeds().unwrap() {
                prop_assert_eq!(stored.counts, counted(&fixture.store, stored.feed.id));
            }
        }
        let check = "INSERT INTO events_text (events_text, rank) VALUES ('integrity-check', 1)";
        prop_assert!(fixture.store.connection().execute(check, []).is_ok());
    }
}
