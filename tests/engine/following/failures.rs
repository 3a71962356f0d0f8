//! What does not work, in a sentence and a word, and without harm to others.
use super::{Running, direct};
use rstest::rstest;
use tidings_engine::{Cause, FeedConfig, FeedState, Target};
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer, response};

fn cause(state: FeedState) -> Option<Cause> {
    match state {
        FeedState::Waiting { cause, .. } | FeedState::NeedsAttention { cause, .. } | FeedState::Closed { cause } => {
            Some(cause)
        }
        _ => None,
    }
}

#[rstest]
#[case::html(response("200 OK", "text/html", "<title>Log in</title>"), "not-an-event-stream", "HTML")]
#[case::json(response("200 OK", "application/json", "{}"), "not-an-event-stream", "JSON")]
#[case::not_found(response("404 Not Found", "text/plain", ""), "http-status", "404")]
#[case::unauthorized(response("401 Unauthorized", "text/plain", ""), "http-status", "401")]
#[case::unavailable(response("503 Service Unavailable", "text/plain", ""), "http-status", "503")]
#[case::redirect("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_owned(), "http-status", "redirect")]
#[case::no_answer(String::new(), "closed-by-server", "dropped")]
#[case::garbage("220 smtp.example ESMTP\r\n\r\n".to_owned(), "network", "no HTTP")]
#[case::ended(EVENT_STREAM.to_owned(), "closed-by-server", "ended")]
#[tokio::test]
async fn causes(#[case] answer: String, #[case] layer: &str, #[case] short: &str) {
    let server = SseServer::answering([Box::leak(answer.into_boxed_str())]).await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    let cause = running.when(feed, "a failure", cause).await;
    assert_eq!((cause.layer.as_str(), cause.short.as_str()), (layer, short), "{}", cause.message);
}

#[tokio::test]
async fn nobody_listens_and_no_such_host() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let running = Running::new();
    let refused = running.add(&format!("http://{address}/")).await.id;
    let unnamed = running.add("http://tidings.invalid/").await.id;
    let cause_of_refused = running.when(refused, "a failure", cause).await;
    assert_eq!((cause_of_refused.layer.as_str(), cause_of_refused.short.as_str()), ("network", "refused"));
    let cause_of_unnamed = running.when(unnamed, "a failure", cause).await;
    assert_eq!((cause_of_unnamed.layer.as_str(), cause_of_unnamed.short.as_str()), ("name-lookup", "DNS"));
}

#[tokio::test]
async fn broken_feed_disturbs_no_other() {
    let broken = SseServer::answering(["HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: cut"]).await;
    let good = SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        for n in 0..100 {
            connection.send(format!("data: e{n}\n\n")).await;
        }
        connection.closed().await;
    })
    .await;
    let running = Running::new();
    let broken_feed = running.add(&broken.url("/")).await.id;
    let good_feed = running.add(&good.url("/")).await.id;
    assert_eq!(running.titles(100).await.len(), 100);
    running.when(broken_feed, "a failure", cause).await;
    running.when_open(good_feed).await;
    assert_eq!(good.requests().len(), 1);
}

#[tokio::test]
async fn wrong_credentials_alert_once() {
    let server = SseServer::start(|mut connection| async move {
        connection.send(response("401 Unauthorized", "text/plain", "")).await;
    })
    .await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    let attention = |state| matches!(state, FeedState::NeedsAttention { .. }).then_some(());
    running.when(feed, "a need of attention", attention).await;
    running.engine.reconnect(Some(feed)).await.unwrap();
    server.request(1).await;
    running.engine.shut_down().await;
    let alerts = running.notifier.all();
    assert_eq!(alerts.len(), 1);
    assert_eq!((alerts[0].title.as_str(), alerts[0].target), ("test needs attention", Target::Feed(feed)));
    assert_eq!(
        alerts[0].body,
        "The server answered 401 Unauthorized: it wants a password or a token, and this feed sends none."
    );
}

/// A fault inside one feed's task ends neither the others nor, for long, itself; one behind a commit ends nothing.
#[tokio::test]
async fn fault_within_stays_where_it_is() {
    let faulty = SseServer::start(|mut connection| async move {
        if connection.request.number == 0 {
            connection.send(response("401 Unauthorized", "text/plain", "")).await;
        } else {
            connection.send(format!("{EVENT_STREAM}data: back\n\n")).await;
            connection.closed().await;
        }
    })
    .await;
    let good = SseServer::start(|mut connection| async move {
        connection.send(format!("{EVENT_STREAM}data: fault\n\n")).await;
        connection.send("data: after\n\n").await;
        connection.closed().await;
    })
    .await;
    let running = Running::new();
    let config = FeedConfig { name: "fault".to_owned(), ..direct(&faulty.url("/")) };
    let feed = running.engine.add_feed(config).await.unwrap().id;
    let fault = |state| cause(state).filter(|cause| cause.layer == "internal");
    assert_eq!(running.when(feed, "a fault", fault).await.short, "fault");
    running.add(&good.url("/")).await;
    assert_eq!(running.titles(2).await, ["fault", "after"]);
    running.engine.reconnect(Some(feed)).await.unwrap();
    assert_eq!(running.titles(3).await[2], "back");
}
