//! What the window's process does when the computer wakes up, and when the user wants all feeds tried again.
use crate::window::Window;
use crate::{LIMIT, run};
use std::time::Duration;
use tidings_test_support::sse_server::SseServer;
use tidings_test_support::{Desktop, SystemMock, TrayItem};

#[tokio::test(flavor = "multi_thread")]
async fn the_tray_and_logind_have_feeds_tried_at_once() {
    // The next request is due in ten minutes.
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nretry: 600000\ndata: x\n\n";
    let server = SseServer::answering([answer]).await;
    let desktop = Desktop { system_bus: true, ..Desktop::default() }.start();
    let logind = SystemMock::logind(desktop.variable("DBUS_SYSTEM_BUS_ADDRESS")).await;
    let window = Window::open(&desktop).await;
    run(&desktop, &["feed", "add", "feed", &server.url("/"), "--no-notify"]);
    window.wait_for_state("feed", &["polling"]).await;
    TrayItem::find(desktop.bus_address()).await.choose("Reconnect all").await;
    server.request(1).await;
    window.wait_for_state("feed", &["polling"]).await;
    assert_eq!(server.requests().len(), 2);

    // Nothing shows when somebody begins to listen on the bus.
    let woken = async {
        loop {
            logind.prepare_for_sleep(false).await;
            if tokio::time::timeout(Duration::from_secs(5), server.request(2)).await.is_ok() {
                return;
            }
        }
    };
    tokio::time::timeout(LIMIT, woken).await.expect("tried after waking up");
    window.end().await;
}
