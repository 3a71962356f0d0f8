//! The end of the engine: what it has taken is stored, within a bound, whatever the disk does.
//!
//! Deliberately not here: signals (`tests/cli/headless.rs`), crashes (`delivery.rs`, `tests/cli`).
use super::{LIMIT, Running};
use std::ops::ControlFlow;
use std::path::Path;
use tidings_engine::{History, Scope};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

/// As many as wait for the writer at once, and no more: with the socket's part there would be no telling what was taken.
const TAKEN: usize = 400;

/// Sends events without IDs, which nobody sends again, all at once.
async fn unrepeatable() -> SseServer {
    SseServer::start(|mut connection| async move {
        let events: Vec<_> = (1..=TAKEN).map(|n| format!("data: e{n}\n\n")).collect();
        connection.send(EVENT_STREAM.to_owned() + &events.concat()).await;
        connection.closed().await;
    })
    .await
}

/// The data of all events, oldest first.
fn stored(data_dir: &Path) -> Vec<String> {
    let mut stored = vec![];
    let keep = &mut |event: tidings_engine::Event| {
        stored.push(event.data);
        ControlFlow::Continue(())
    };
    History::open(data_dir).unwrap().export(&Scope::All, "", None, keep).unwrap();
    stored
}

/// An engine whose database another program holds, so that everything that comes waits.
async fn blocked() -> (SseServer, Running, rusqlite::Connection) {
    let server = unrepeatable().await;
    let running = Running::new();
    let other = rusqlite::Connection::open(running.dir.path().join("tidings.db")).unwrap();
    running.add(&server.url("/")).await;
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    eventually(LIMIT, "the report that storing fails", async || running.engine.storage_problem()).await;
    (server, running, other)
}

#[tokio::test]
async fn what_waits_for_the_disk_is_written_before_the_end() {
    let (_server, running, other) = blocked().await;
    let before = stored(running.dir.path()).len();
    assert!(before < TAKEN, "everything was stored before the end");
    other.execute_batch("ROLLBACK").unwrap();
    running.engine.shut_down().await;
    assert_eq!(stored(running.dir.path()), (1..=TAKEN).map(|n| format!("e{n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn disk_that_stays_blocked_does_not_keep_it_from_ending() {
    let (server, running, other) = blocked().await;
    tokio::time::timeout(LIMIT, running.engine.shut_down()).await.expect("the engine does not end");
    server.ended(0).await;
    other.execute_batch("ROLLBACK").unwrap();
    // What was stored is whole, and the next start can go on.
    let stored = stored(running.dir.path());
    assert_eq!(stored, (1..=stored.len()).map(|n| format!("e{n}")).collect::<Vec<_>>());
    running.restarted().await.engine.shut_down().await;
}
