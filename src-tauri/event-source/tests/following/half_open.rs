//! Connections whose other side is gone without a word: nothing that it sends arrives, and nothing says so. Each test has
//! a network of its own.
use crate::life::{beating, pass, silence};
use crate::{IMPATIENT, connector, follow, get, next, next_lines};
use std::time::Duration;
use tidings_event_source::{ConnectorOptions, EventSource, Policy, Probing, Proxy};
use tidings_test_support::network_namespace::{DeadPeer, entered};

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

#[test]
fn tcp_notices() {
    if !entered("half_open::tcp_notices") {
        return;
    }
    run(async {
        let (server, gate) = beating("data: x\n\n").await;
        let second = Duration::from_secs(1);
        let probing = Probing { after: second, interval: second, limit: 2 * second };
        let connector = connector(ConnectorOptions { proxy: Proxy::None, probing, ..ConnectorOptions::default() });
        let mut source = EventSource::new(connector, get(&server.url("/")), IMPATIENT, "", 1024);
        gate.open();
        assert_eq!(next_lines(&mut source, 3).await, ["connecting 1", "open 200", "message “x”"]);
        let dead = DeadPeer::on(server.address().port());
        // Sent, and lost.
        gate.open();
        assert_eq!(next(&mut source).await, "lost network");
        drop(dead);
        assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
        assert_eq!(server.requests().len(), 2);
    });
}

#[test]
fn the_missing_heartbeat_is_noticed() {
    if !entered("half_open::the_missing_heartbeat_is_noticed") {
        return;
    }
    run(async {
        let (server, gate) = beating(":\n").await;
        let mut source = follow(&server.url("/"), Policy::FEED);
        assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
        for _ in 0..4 {
            pass(Duration::from_secs(20)).await;
            gate.open();
            assert_eq!(next(&mut source).await, "comment “”");
        }
        let dead = DeadPeer::on(server.address().port());
        gate.open();
        let (after, retry_in) = silence(&mut source).await.unwrap();
        // Less what passed in truth until then.
        assert!((40..=50).contains(&after.as_secs()), "{after:?}");
        drop(dead);
        pass(retry_in).await;
        assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
        assert_eq!(server.requests().len(), 2);
    });
}

#[test]
fn after_a_sleep_it_is_replaced_at_once() {
    if !entered("half_open::after_a_sleep_it_is_replaced_at_once") {
        return;
    }
    run(async {
        let (server, gate) = beating(":\n").await;
        let mut source = follow(&server.url("/"), Policy::FEED);
        assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
        let dead = DeadPeer::on(server.address().port());
        gate.open();
        source.disrupted();
        let (after, retry_in) = silence(&mut source).await.unwrap();
        assert_eq!((after.as_secs(), retry_in), (10, Duration::ZERO));
        drop(dead);
        assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
        assert_eq!(server.requests().len(), 2);
    });
}
