//! Rows that a hand, or a fault of the disk that leaves the file in order, has changed.
//!
//! Deliberately not here: a damaged file (`store/damage.rs`).
use crate::following::{LIMIT, Running, direct};
use proptest::prelude::*;
use rstest::rstest;
use tidings_engine::store::Store;
use tidings_engine::{EventId, FeedId, FeedState, History, PageQuery, Scope, Settings};
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tidings_test_support::{eventually, stress};

/// Sends an event to who has none, and stays.
async fn server() -> SseServer {
    SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        if connection.request.values("Last-Event-ID").is_empty() {
            connection.send("id: 1\ndata: {\"title\":\"sound\"}\n\n").await;
        }
        connection.closed().await;
    })
    .await
}

/// An engine whose rows this has changed: feed 1 with its event 1 is the changed one, feed 2 is sound.
async fn changed(server: &SseServer, sql: &str) -> Running {
    let dir = tempfile::tempdir().unwrap();
    {
        let running = Running::open_connecting(dir, true);
        running.add(&server.url("/changed")).await;
        running.titles(1).await;
        running.add(&server.url("/sound")).await;
        running.titles(2).await;
        running.engine.shut_down().await;
        let database = rusqlite::Connection::open(running.dir.path().join("tidings.db")).unwrap();
        database.execute_batch(sql).unwrap();
        drop(database);
        Running::open(running.dir)
    }
}

/// Asserts that the sound feed is followed, and that everything can be asked for.
async fn all_else_works(running: &Running, server: &SseServer) {
    running.when_open(FeedId(2)).await;
    assert!(server.requests().iter().filter(|request| request.target() == "/sound").count() >= 2);
    assert_eq!(running.engine.feeds().await.unwrap().len(), 2);
    running.engine.settings().await.unwrap();
    running.engine.counts().await.unwrap();
    for search in ["", "sound", "feed:test", "feed:damaged sound"] {
        for scope in [Scope::All, Scope::Unread, Scope::Feed { feed: FeedId(1) }] {
            let query = PageQuery { scope, search: search.to_owned(), ..PageQuery::default() };
            // A server that is asked without an ID tells its event again, maybe between the two looks.
            let same = async || {
                let page = running.engine.page(query.clone()).await.unwrap();
                (History::open(running.dir.path()).unwrap().page(&query).unwrap() == page).then_some(())
            };
            eventually(LIMIT, &format!("the same page for {query:?}"), same).await;
        }
    }
    assert!(running.engine.event(EventId(1)).await.is_ok());
    running.engine.mark_read(vec![EventId(1), EventId(2)], true).await.unwrap();
    assert_eq!(running.engine.storage_problem(), None);
}

#[rstest]
#[case::no_json("{")]
#[case::empty("")]
#[case::nothing("null")]
#[case::empty_object("{}")]
#[case::array("[]")]
#[case::wrong_types(r#"{"name":1,"url":2}"#)]
#[case::no_address(r#"{"name":"kept"}"#)]
#[case::wrong_header(r#"{"name":"kept","url":"http://127.0.0.1:1/","headers":[7]}"#)]
#[case::negative_limit(r#"{"name":"kept","url":"http://127.0.0.1:1/","event_limit":-1,"eventLimit":-1}"#)]
#[case::unknown_proxy(r#"{"name":"kept","url":"http://127.0.0.1:1/","proxy":{"kind":"carrier pigeon"}}"#)]
#[case::deep(&"[".repeat(100_000))]
#[tokio::test]
async fn feed_of_damaged_settings_says_so_and_can_be_mended(#[case] config: &str) {
    let server = server().await;
    let sql = format!("UPDATE feeds SET config = '{config}' WHERE id = 1");
    let running = changed(&server, &sql).await;
    let cause = running.when(FeedId(1), "a need of attention", |state| match state {
        FeedState::NeedsAttention { cause, .. } => Some(cause),
        _ => None,
    });
    assert_eq!(cause.await.message, "The address is missing: enter the URL of an event stream.");
    let feeds = running.engine.feeds().await.unwrap();
    let name = if config.contains("kept") { "kept" } else { "(damaged settings)" };
    assert_eq!((feeds[0].feed.config.name.as_str(), feeds[1].feed.config.name.as_str()), (name, "test"));
    all_else_works(&running, &server).await;
    // Its history is there, and so it is when the user has said again what to follow.
    running.engine.edit_feed(FeedId(1), direct(&server.url("/mended"))).await.unwrap();
    running.when_open(FeedId(1)).await;
    assert_eq!(running.engine.event(EventId(1)).await.unwrap().summary.title, "sound");
    let running = running.restarted().await;
    running.when_open(FeedId(1)).await;
}

#[rstest]
#[case::settings_of_no_json("INSERT INTO settings VALUES (1, '{')")]
#[case::settings_of_nothing("INSERT INTO settings VALUES (1, 'null')")]
#[case::settings_of_a_theme_that_is_none("INSERT INTO settings VALUES (1, '{\"theme\":\"neon\"}')")]
#[case::settings_of_no_text("INSERT INTO settings VALUES (1, CAST(x'ff00' AS TEXT))")]
#[case::counts("UPDATE feeds SET events = -5, unread = 9223372036854775807, starred = -1")]
#[case::address("UPDATE feeds SET config = '{\"name\":\"x\",\"url\":\"javascript:alert(1)\"}' WHERE id = 1")]
#[case::cursor("UPDATE cursors SET last_event_id = CAST(x'ff0d0a41' AS TEXT), reconnection_time = -1")]
#[case::title("UPDATE events SET title = CAST(x'ff61' AS TEXT) WHERE id = 1")]
#[case::whole_event(
    "UPDATE events SET type = CAST(x'ff' AS TEXT), last_event_id = CAST(x'ff' AS TEXT), body = CAST(x'ff' AS TEXT),
     data = CAST(x'ff' AS TEXT), link = CAST(x'ff' AS TEXT) WHERE id = 1"
)]
#[case::numbers(
    "UPDATE events SET count = -3, urgency = 99, read = 7, starred = -1, received_at = -9223372036854775808,
     latest_at = 9223372036854775807, fingerprint = 0 WHERE id = 1"
)]
#[case::orphan("UPDATE events SET feed_id = 77 WHERE id = 1")]
#[case::index_of_words("DELETE FROM events WHERE id = 1")]
#[tokio::test]
async fn damaged_row_spoils_nothing_else(#[case] sql: &str) {
    let server = server().await;
    let running = changed(&server, sql).await;
    if sql.starts_with("DELETE") {
        assert_eq!(running.events().await.len(), 1);
        return;
    }
    all_else_works(&running, &server).await;
    if sql.contains("settings") {
        assert_eq!(running.engine.settings().await.unwrap(), Settings::default());
        let chosen = Settings { close_to_tray: false, ..Settings::default() };
        running.engine.change_settings(chosen.clone()).await.unwrap();
        assert_eq!(running.restarted().await.engine.settings().await.unwrap(), chosen);
    }
}

/// Settings that mean something, with a piece of them replaced.
fn nearly_settings() -> impl Strategy<Value = String> {
    const WHOLE: &str = r#"{"name":"n","url":"http://127.0.0.1:9/","headers":[{"name":"a","value":"b"}],"resume":{"kind":"header"},"proxy":{"kind":"none"},"ca_file":null,"caFile":null,"insecure":false,"credentialsFollowRedirects":false,"notify":true,"eventLimit":1024,"idleLimit":1,"theme":"dark","closeToTray":true,"toldAboutTray":false}"#;
    let piece = prop_oneof![
        Just(String::new()),
        any::<String>(),
        "[0-9eE.+-]{1,30}",
        Just("null".to_owned()),
        "[\\[{\"\\\\]{1,9}"
    ];
    (0..WHOLE.len(), 0..40_usize, piece).prop_map(|(at, len, piece)| {
        let end = (at + len).min(WHOLE.len());
        format!("{}{piece}{}", &WHOLE[..at], &WHOLE[end..])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if stress() { 2000 } else { 60 }, failure_persistence: None, ..ProptestConfig::default() })]

    /// However settings are changed, the store opens with all feeds and with some settings.
    #[test]
    fn any_settings_are_opened(config in prop_oneof![nearly_settings(), any::<String>()]) {
        let dir = tempfile::tempdir().unwrap();
        Store::open(dir.path()).unwrap().add_feed(&direct("http://127.0.0.1:9/")).unwrap();
        let database = rusqlite::Connection::open(dir.path().join("tidings.db")).unwrap();
        database.execute("UPDATE feeds SET config = ?1", [&config]).unwrap();
        database.execute("INSERT INTO settings VALUES (1, ?1)", [&config]).unwrap();
        drop(database);
        let store = Store::open(dir.path()).unwrap();
        store.settings().unwrap();
        let feeds = store.feeds().unwrap();
        prop_assert_eq!(feeds.len(), 1);
        // What could not be understood is not followed.
        let config = &feeds[0].feed.config;
        prop_assert!(serde_json::from_str::<tidings_engine::FeedConfig>(&config_text(&dir)).is_ok() || config.url.is_empty());
    }
}

fn config_text(dir: &tempfile::TempDir) -> String {
    let database = rusqlite::Connection::open(dir.path().join("tidings.db")).unwrap();
    database.query_row("SELECT config FROM feeds", [], |row| row.get(0)).unwrap()
}
