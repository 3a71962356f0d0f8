//! Notifications of `tidings watch --notify` and of the headless engine.
use crate::command::{Running, run, tidings};
use crate::headless::headless_with;
use rustix::process::Signal;
use tidings_test_support::NotificationRecorder;
use tidings_test_support::sse_server::SseServer;

async fn serving(body: &'static str) -> SseServer {
    SseServer::streaming(body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_can_announce() {
    let desktop = NotificationRecorder::start().await;
    let server =
        serving("data: {\"title\":\"Fire\",\"message\":\"In the house\",\"priority\":5}\n\ndata: two\n\n").await;
    let mut watch = tidings(["watch", "--notify", "--max-events", "2", &server.url("/")]);
    let watch = Running::start(watch.env("DBUS_SESSION_BUS_ADDRESS", desktop.bus_address()));
    assert_eq!(watch.end().good().lines().count(), 3);
    // It ended after the desktop had them all.
    let told: Vec<_> = desktop.notifications().iter().map(|told| (told.summary.clone(), told.body.clone())).collect();
    assert_eq!(told, [("Fire".into(), "127.0.0.1 · In the house".into()), ("two".into(), "127.0.0.1".to_owned())]);
    assert_eq!(desktop.notifications()[0].urgency(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_summed_up() {
    let desktop = NotificationRecorder::start().await;
    let body = (1..=30).map(|number| format!("data: {number}\n\n")).collect::<Vec<_>>().concat();
    let server = serving(body.leak()).await;
    let mut watch = tidings(["watch", "--notify", "--max-events", "30", &server.url("/")]);
    Running::start(watch.env("DBUS_SESSION_BUS_ADDRESS", desktop.bus_address())).end().good();
    let told: Vec<_> = desktop.notifications().into_iter().map(|told| told.summary).collect();
    assert_eq!(told[..5], ["1", "2", "3", "4", "5"]);
    assert_eq!(told.last().map(String::as_str), Some("127.0.0.1: 25 more events"));
    assert!(told.len() <= 7, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_desktop_watching_goes_on() {
    let server = serving("data: x\n\n").await;
    assert_eq!(run(["watch", "--notify", "--max-events", "1", &server.url("/")]).good().lines().count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_headless_engine_announces_and_takes_answers() {
    let desktop = NotificationRecorder::start().await;
    let server = serving("id: 1\ndata: {\"title\":\"Fire\",\"message\":\"In the house\"}\n\n").await;
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().to_str().expect("UTF-8");
    run(["feed", "add", "house", &server.url("/"), "--data-dir", path]).good();
    let engine = headless_with(dir.path(), |command| {
        command.env("DBUS_SESSION_BUS_ADDRESS", desktop.bus_address());
    });
    let told = desktop.at_least(1).await;
    assert_eq!((&*told[0].summary, &*told[0].body), ("Fire", "house · In the house"));
    desktop.invoke(told[0].id, "mark-read").await;
    let unread = async || {
        run(["feed", "show", "house", "--format", "ndjson", "--data-dir", path]).good().contains("\"unread\":0")
    };
    tidings_test_support::eventually(crate::command::LIMIT, "the mark", async || unread().await.then_some(())).await;
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
}
