//! What those who listen are told, and when.
use super::{LIMIT, Running, direct};
use futures_util::FutureExt as _;
use tidings_engine::{Counts, EngineEvent, EventId, FeedState, History, PageQuery, Scope};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

async fn sending(events: usize) -> SseServer {
    SseServer::start(move |mut connection| async move {
        connection.send(EVENT_STREAM).await;
        for n in 1..=events {
            connection.send(format!("data: e{n}\n\n")).await;
        }
        connection.closed().await;
    })
    .await
}

#[tokio::test]
async fn events_are_stored_before_anyone_is_told() {
    let server = sending(300).await;
    let running = Running::new();
    let mut told = running.engine.events();
    running.add(&server.url("/")).await;
    let history = History::open(running.dir.path()).unwrap();
    let mut arrived = vec![];
    let mut seq = 0;
    while arrived.len() < 300 {
        let envelope = told.next().await.unwrap();
        seq += 1;
        assert_eq!(envelope.seq, seq);
        let EngineEvent::Arrived { events } = &envelope.event else { continue };
        assert!(events.len() <= 64);
        for event in events {
            assert_eq!(&history.event(event.id).unwrap().expect("not stored").summary, event);
            arrived.push(event.id.0);
        }
    }
    assert_eq!(arrived, (1..=300).collect::<Vec<_>>());
    assert!(running.engine.seq() >= seq);
}

#[tokio::test]
async fn states_and_counts_are_told_as_they_change() {
    let server = sending(2).await;
    let running = Running::new();
    let mut told = running.engine.events();
    let feed = running.add(&server.url("/")).await.id;
    let (mut open, mut counted) = (false, false);
    while !(open && counted) {
        match &told.next().await.unwrap().event {
            EngineEvent::Feed { status } if matches!(status.state, FeedState::Open { .. }) => {
                assert_eq!(status.id(), feed);
                open |= status.unread == 2 && status.last_byte_at.is_some();
            }
            EngineEvent::Counts { counts } => counted |= *counts == Counts { all: 2, unread: 2, starred: 0 },
            _ => {}
        }
    }
}

#[tokio::test]
async fn marks_are_told_and_counted() {
    let server = sending(5).await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    running.titles(5).await;
    let mut told = running.engine.events();
    running.engine.mark_read(vec![EventId(1), EventId(2), EventId(99)], true).await.unwrap();
    running.engine.mark_read(vec![EventId(1)], true).await.unwrap();
    running.engine.star(EventId(3), true).await.unwrap();
    running.engine.mark_all_read(Scope::Feed { feed }, EventId(4)).await.unwrap();
    running.engine.mark_all_read(Scope::All, EventId(4)).await.unwrap();
    assert_eq!(running.engine.counts().await.unwrap(), Counts { all: 5, unread: 1, starred: 1 });
    assert_eq!(running.engine.feeds().await.unwrap()[0].unread, 1);
    let mut marks = vec![];
    while marks.len() < 3 {
        if let EngineEvent::Marked { events, read, starred } = &told.next().await.unwrap().event {
            marks.push((events.iter().map(|event| event.0).collect::<Vec<_>>(), *read, *starred));
        }
    }
    let expected = [(vec![1, 2], Some(true), None), (vec![3], None, Some(true)), (vec![], Some(true), None)];
    assert_eq!(marks, expected);
    let unread = running.engine.page(PageQuery { scope: Scope::Unread, ..PageQuery::default() }).await.unwrap();
    assert_eq!(unread.events.iter().map(|event| event.id.0).collect::<Vec<_>>(), [5]);
    // What was told last is what is.
    let last = async || match &told.next().await?.event {
        EngineEvent::Counts { counts } => (*counts == Counts { all: 5, unread: 1, starred: 1 }).then_some(()),
        _ => None,
    };
    eventually(LIMIT, "the last counts", last).await;
}

#[tokio::test]
async fn slow_listener_is_told_that_it_missed_something() {
    let server = sending(1).await;
    let running = Running::new();
    running.add(&server.url("/")).await;
    running.titles(1).await;
    let mut slow = running.engine.events();
    for starred in [true, false].repeat(200) {
        running.engine.star(EventId(1), starred).await.unwrap();
    }
    running.engine.shut_down().await;
    let first = slow.next().await.unwrap();
    assert_eq!(first.event, EngineEvent::Missed);
    let mut seq = first.seq;
    let mut rest = 0;
    while let Some(envelope) = slow.next().await {
        seq += 1;
        rest += 1;
        assert_eq!(envelope.seq, seq);
    }
    assert_eq!((rest, seq), (256, running.engine.seq()));
}

#[tokio::test]
async fn what_was_begun_is_finished_without_its_caller() {
    let running = Running::new();
    let mut told = running.engine.events();
    // Begun, and dropped before it is done.
    let adding = running.engine.add_feed(direct("http://127.0.0.1:1/"));
    assert!(adding.now_or_never().is_none());
    while !matches!(told.next().await.unwrap().event, EngineEvent::Feed { .. }) {}
    assert_eq!(running.engine.feeds().await.unwrap().len(), 1);
}
