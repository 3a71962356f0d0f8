//! Sleep, and networks that come and go: what is tried at once, what has to prove that it lives, what waits.
use super::{LIMIT, Running, direct};
use std::collections::BTreeSet;
use tidings_engine::{FeedConfig, FeedId, FeedState, ProxyChoice, WorldChange};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, Gate, SseServer};

/// Answers each request with one event and an end; the next request is due in ten minutes.
async fn polled() -> SseServer {
    SseServer::answering(["HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 600000\ndata: x\n\n"]).await
}

/// Opens a stream, says one event, and then a comment whenever the gate lets it.
async fn alive(gate: &Gate) -> SseServer {
    let gate = gate.clone();
    SseServer::start(move |mut connection: Connection| {
        let gate = gate.clone();
        async move {
            let number = connection.request.number;
            connection.send(format!("{EVENT_STREAM}id: {number}\ndata: e{number}\n\n")).await;
            loop {
                tokio::select! {
                    () = connection.closed() => return,
                    () = gate.pass() => {}
                }
                connection.send(":\n").await;
            }
        }
    })
    .await
}

/// A feed elsewhere. What leads there is a proxy on this computer.
fn elsewhere(proxy: &SseServer) -> FeedConfig {
    FeedConfig { proxy: ProxyChoice::Url(proxy.url("")), ..direct("http://feed.example/") }
}

impl Running {
    async fn when_polling(&self, feed: FeedId) {
        self.when(feed, "the wait", |state| matches!(state, FeedState::Polling { .. }).then_some(())).await;
    }

    async fn when_without_network(&self, feed: FeedId) {
        self.when(feed, "the wait for a network", |state| (state == FeedState::NoNetwork).then_some(())).await;
    }
}

#[tokio::test]
async fn what_waits_is_tried_once_after_each_disruption() {
    let server = polled().await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    running.when_polling(feed).await;
    for (tried, change) in [(2, WorldChange::Resumed), (3, WorldChange::NetworkChanged), (4, WorldChange::Resumed)] {
        running.engine.world_changed(change);
        server.request(tried - 1).await;
        running.when_polling(feed).await;
        assert_eq!(server.requests().len(), tried, "{change:?}");
    }
    // A loss of the network is no reason to try.
    running.engine.world_changed(WorldChange::NetworkGone);
    running.engine.world_changed(WorldChange::NetworkGone);
    running.engine.reconnect(Some(feed)).await.unwrap();
    server.request(4).await;
    running.when_polling(feed).await;
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn all_that_wait_are_tried_at_moments_of_their_own() {
    const FEEDS: usize = 40;
    let server = polled().await;
    let running = Running::new();
    for n in 0..FEEDS {
        running.add(&server.url(&format!("/{n}"))).await;
    }
    let all_wait = async || {
        let feeds = running.engine.feeds().await.unwrap();
        feeds.iter().all(|feed| matches!(feed.state, FeedState::Polling { .. })).then_some(())
    };
    eventually(LIMIT, "the wait of all", all_wait).await;
    running.engine.world_changed(WorldChange::Resumed);
    server.request(2 * FEEDS - 1).await;
    eventually(LIMIT, "the wait of all", all_wait).await;
    let requests = server.requests();
    assert_eq!(requests.len(), 2 * FEEDS);
    let again: Vec<_> = requests[FEEDS..].iter().map(|request| request.target().to_owned()).collect();
    assert_eq!(again.iter().collect::<BTreeSet<_>>().len(), FEEDS, "each is tried once: {again:?}");
    let in_turn: Vec<_> = (0..FEEDS).map(|n| format!("/{n}")).collect();
    assert_ne!(again, in_turn, "each has a moment of its own");
}

#[tokio::test]
async fn a_connection_that_proves_no_life_is_replaced_and_another_is_not() {
    let (silence, life) = (Gate::new(), Gate::new());
    let (silent, living) = (alive(&silence).await, alive(&life).await);
    let running = Running::new();
    running.add(&silent.url("/")).await;
    running.add(&living.url("/")).await;
    running.titles(2).await;
    running.engine.world_changed(WorldChange::Resumed);
    life.open();
    let second = async || silent.requests().get(1).cloned();
    let second = eventually(LIMIT, "another connection", second).await;
    let replaced = silent.requests().swap_remove(0).ended;
    assert!(replaced.is_some_and(|ended| ended <= second.at), "the old one ends before the new one begins");
    assert_eq!(second.header("Last-Event-ID").as_deref(), Some("0"));
    running.titles(3).await;
    assert_eq!((silent.requests().len(), living.requests().len()), (2, 1));
}

#[tokio::test]
async fn without_a_network_only_what_needs_none_goes_on() {
    let gate = Gate::new();
    let (far, near) = (alive(&gate).await, alive(&gate).await);
    let running = Running::new();
    running.engine.world_changed(WorldChange::NetworkGone);
    let away = running.engine.add_feed(elsewhere(&far)).await.unwrap().id;
    running.when_without_network(away).await;
    let here = running.add(&near.url("/")).await.id;
    running.when_open(here).await;
    running.engine.world_changed(WorldChange::Resumed);
    // Started without a network too; and the wait of the first has outlasted the disruption.
    let other = running.engine.add_feed(elsewhere(&far)).await.unwrap().id;
    running.when_without_network(other).await;
    assert_eq!(far.requests().len(), 0);
    assert_eq!(running.state(away).await, Some(FeedState::NoNetwork));

    running.engine.world_changed(WorldChange::NetworkChanged);
    running.when_open(away).await;
    running.when_open(other).await;
    assert_eq!((far.requests().len(), near.requests().len()), (2, 1));
    assert_eq!(far.requests()[0].target(), "http://feed.example/");
}

#[tokio::test]
async fn an_open_stream_outlives_the_loss_of_the_network_and_one_that_ends_waits() {
    let (say, end) = (Gate::new(), Gate::new());
    let server = SseServer::start({
        let (say, end) = (say.clone(), end.clone());
        move |mut connection: Connection| {
            let (say, end) = (say.clone(), end.clone());
            async move {
                let number = connection.request.number;
                connection.send(EVENT_STREAM).await;
                say.pass().await;
                connection.send(format!("id: {number}\ndata: e{number}\n\n")).await;
                end.pass().await;
            }
        }
    })
    .await;
    let running = Running::new();
    let feed = running.engine.add_feed(elsewhere(&server)).await.unwrap().id;
    running.when_open(feed).await;
    running.engine.world_changed(WorldChange::NetworkGone);
    say.open();
    assert_eq!(running.titles(1).await, ["e0"]);
    end.open();
    running.when_without_network(feed).await;
    assert_eq!(server.requests().len(), 1);
    // The user knows better.
    running.engine.reconnect(None).await.unwrap();
    assert_eq!(server.request(1).await.header("Last-Event-ID").as_deref(), Some("0"));
    running.when_open(feed).await;
    say.open();
    end.open();
    running.when_without_network(feed).await;
    running.engine.world_changed(WorldChange::NetworkChanged);
    server.request(2).await;
    running.when_open(feed).await;
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_feed_without_a_network_can_be_paused_edited_and_removed() {
    let gate = Gate::new();
    let (far, near) = (alive(&gate).await, alive(&gate).await);
    let running = Running::new();
    running.engine.world_changed(WorldChange::NetworkGone);
    let feed = running.engine.add_feed(elsewhere(&far)).await.unwrap().id;
    running.when_without_network(feed).await;
    running.engine.pause_feed(feed, true).await.unwrap();
    assert_eq!(running.state(feed).await, Some(FeedState::Paused));
    running.engine.pause_feed(feed, false).await.unwrap();
    running.when_without_network(feed).await;
    running.engine.edit_feed(feed, direct(&near.url("/"))).await.unwrap();
    running.when_open(feed).await;
    running.engine.remove_feed(feed).await.unwrap();
    near.ended(0).await;
    assert_eq!((far.requests().len(), near.requests().len()), (0, 1));
}
