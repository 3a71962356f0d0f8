//! The connection log of a feed, over real connections.
use super::{LIMIT, Running, direct};
use std::time::Duration;
use tidings_engine::{FeedConfig, FeedId, Header, LogEntry, LogReader, Logged};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, Gate, SseServer, response};

/// What was logged and looks alike in each run, in short.
fn short(entries: &[LogEntry]) -> Vec<String> {
    entries
        .iter()
        .map(|entry| match &entry.what {
            Logged::Connect { attempt, url, resumed, unsendable } => {
                let path = url.splitn(4, '/').nth(3).unwrap_or_default();
                format!("connect {attempt} /{path} {} {unsendable}", resumed.as_deref().unwrap_or("-"))
            }
            Logged::Waiting => "waiting".to_owned(),
            Logged::Open { status, protocol, content_type, redirected, .. } => {
                let redirected = redirected.as_deref().and_then(|url| url.splitn(4, '/').nth(3)).unwrap_or("-");
                format!("open {status} {protocol} {content_type} {redirected}")
            }
            Logged::Retry { asked, used } => format!("retry {asked} {used}"),
            Logged::Comment { text } => format!("comment {text}"),
            Logged::Id { last_event_id } => format!("id {last_event_id}"),
            Logged::Event { event_type, last_event_id, size } => format!("event {event_type} {last_event_id} {size}"),
            Logged::Oversized { size, limit } => format!("oversized {size} {limit}"),
            Logged::Polled { retry_in } => format!("polled {retry_in}"),
            Logged::Error { layer, short, needs_attention, retry_in, .. } => {
                format!("error {layer} {short} {needs_attention} {}", retry_in.is_some())
            }
            Logged::Closed { message } => format!("closed {message}"),
            Logged::NoNetwork => "no network".to_owned(),
            Logged::Disrupted => "disrupted".to_owned(),
            Logged::Reconnect => "reconnect".to_owned(),
            Logged::End => "end".to_owned(),
        })
        // Whether the answer comes together with the connection is chance.
        .filter(|line| line != "waiting")
        .collect()
}

/// Reads until there are so many lines.
async fn read(reader: &mut LogReader, entries: &mut Vec<LogEntry>, lines: usize) -> Vec<String> {
    let reading = async {
        while short(entries).len() < lines {
            entries.extend(reader.next().await.expect("the log goes on").entries);
        }
    };
    let done = tokio::time::timeout(LIMIT, reading).await;
    assert!(done.is_ok(), "not {lines} lines within {LIMIT:?}: {:#?}", short(entries));
    short(entries)
}

#[tokio::test]
async fn a_connection_is_told_from_its_beginning_to_its_end() {
    let gate = Gate::new();
    let server = gate
        .server(|mut connection, gate| async move {
            match connection.request.number {
                0 => {
                    gate.pass().await;
                    let stream = ": hello\n\nretry: 10\n\nretry: 10\n\nid: 7\n\nevent: alert\ndata: 12345\n\n";
                    connection.send(format!("{EVENT_STREAM}{stream}")).await;
                    gate.pass().await;
                }
                1 => connection.send(response("503 Service Unavailable", "text/plain", "")).await,
                2 => {
                    connection.send(format!("{EVENT_STREAM}data: again\n\n")).await;
                    connection.closed().await;
                }
                _ => {
                    connection.send("HTTP/1.1 204 No Content\r\n\r\n").await;
                }
            }
        })
        .await;
    let running = Running::new();
    let feed = running.add(&server.url("/events")).await.id;
    let mut reader = running.engine.read_log(feed).unwrap();
    gate.open();
    let mut entries = vec![];
    let first =
        ["connect 1 /events - false", "open 200 HTTP/1.1 text/event-stream -", "comment hello", "retry 10 1000"];
    let told = [first.as_slice(), &["id 7", "event alert 7 5"]].concat();
    assert_eq!(read(&mut reader, &mut entries, told.len()).await, told);

    gate.open();
    let then = [
        "polled 1000",
        "connect 1 /events 7 false",
        "error http-status 503 false true",
        "connect 2 /events 7 false",
        "open 200 HTTP/1.1 text/event-stream -",
        "event message 7 5",
    ];
    let told = [told.as_slice(), &then].concat();
    assert_eq!(read(&mut reader, &mut entries, told.len()).await, told);

    running.engine.reconnect(Some(feed)).await.unwrap();
    let last = ["reconnect", "connect 1 /events 7 false"];
    let closed = "closed The server answered 204 No Content, which means that there is nothing to follow any more.";
    let told = [told.as_slice(), &last, &[closed]].concat();
    assert_eq!(read(&mut reader, &mut entries, told.len()).await, told);

    // Numbered without a hole and in the order of time; and what is kept is what was told.
    let numbers: Vec<_> = entries.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=entries.len() as u64).collect::<Vec<_>>());
    assert!(entries.is_sorted_by_key(|entry| entry.at));
    assert_eq!(running.engine.log(feed).unwrap(), entries);

    running.engine.pause_feed(feed, true).await.unwrap();
    assert_eq!(read(&mut reader, &mut entries, told.len() + 1).await.last().unwrap(), "end");
    running.engine.remove_feed(feed).await.unwrap();
    let ended = tokio::time::timeout(LIMIT, reader.next()).await.expect("the log ends");
    assert_eq!(ended, None);
    assert!(running.engine.log(feed).is_err());
}

#[tokio::test]
async fn a_redirect_is_told_and_no_secret_is() {
    let server = SseServer::start(|mut connection| async move {
        if connection.request.target().starts_with("/first") {
            let location = format!("/second?signature=s3cret&topic={}", connection.request.number);
            connection.send(format!("HTTP/1.1 307 \r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n")).await;
        } else {
            connection.send(EVENT_STREAM).await;
            connection.closed().await;
        }
    })
    .await;
    let running = Running::new();
    let url = server.url("/first?access_token=s3cret&all=1#s3cret").replace("://", "://anna:s3cret@");
    let headers = vec![Header { name: "Authorization".to_owned(), value: "Bearer s3cret".to_owned() }];
    let feed = running.engine.add_feed(FeedConfig { headers, ..direct(&url) }).await.unwrap().id;
    let mut entries = vec![];
    let told = read(&mut running.engine.read_log(feed).unwrap(), &mut entries, 2).await;
    let expected = [
        "connect 1 /first?access_token=hidden&all=1 - false",
        "open 200 HTTP/1.1 text/event-stream second?signature=hidden&topic=0",
    ];
    assert_eq!(told, expected);
    assert!(!format!("{entries:?}").contains("s3cret") && !format!("{entries:?}").contains("anna"), "{entries:?}");
}

/// Nobody looks, and what is kept is little; what happened to the connection is kept all the same.
#[tokio::test]
async fn a_flood_that_nobody_looks_at_leaves_little() {
    const EVENTS: usize = 1000;
    let server = SseServer::start(|mut connection| async move {
        let events: Vec<_> = (1..=EVENTS).map(|n| format!("id: {n}\ndata: e\n\n")).collect();
        let large = format!("data: {}\n\n", "x".repeat(5000));
        connection.send(format!("{EVENT_STREAM}{large}{}", events.concat())).await;
        connection.closed().await;
    })
    .await;
    let running = Running::new();
    let config = FeedConfig { event_limit: Some(1024), ..direct(&server.url("/")) };
    let feed = running.engine.add_feed(config).await.unwrap().id;
    let all = async || (running.engine.counts().await.unwrap().all == EVENTS as u64).then_some(());
    eventually(LIMIT, "the arrival of all events", all).await;
    let told = short(&running.engine.log(feed).unwrap());
    assert_eq!(told[0], "connect 1 / - false");
    assert_eq!(told[1], "open 200 HTTP/1.1 text/event-stream -");
    assert!(told[2].starts_with("oversized 50") && told[2].ends_with(" 1024"), "{}", told[2]);
    assert_eq!(told.len(), 3 + 64);
    assert_eq!(told.last().unwrap(), &format!("event message {EVENTS} 1"));
}

/// What a server says may be of any length; what is kept of it is not.
#[tokio::test]
async fn long_texts_are_cut() {
    let server = SseServer::start(|mut connection| async move {
        let id = "é".repeat(100_000);
        connection.send(format!("{EVENT_STREAM}:{id}\n\nid: {id}\nevent: {id}\ndata: e\n\n")).await;
        connection.closed().await;
    })
    .await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    let mut entries = vec![];
    let told = read(&mut running.engine.read_log(feed).unwrap(), &mut entries, 4).await;
    let cut = format!("{}…", "é".repeat(128));
    assert_eq!(told[2..], [format!("comment {cut}"), format!("event {cut} {cut} 1")]);
}

#[tokio::test]
async fn a_log_ends_with_the_engine_and_there_is_none_of_a_feed_that_is_none() {
    let running = Running::new();
    assert!(running.engine.read_log(FeedId(99)).is_err());
    let feed = running.add("http://127.0.0.1:1/").await.id;
    let mut reader = running.engine.read_log(feed).unwrap();
    let mut entries = vec![];
    let told = read(&mut reader, &mut entries, 2).await;
    assert_eq!(told[..2], ["connect 1 / - false", "error network refused false true"]);
    running.engine.shut_down().await;
    let rest = async { while reader.next().await.is_some() {} };
    tokio::time::timeout(LIMIT, rest).await.expect("the log ends");
    assert!(running.engine.log(feed).is_err());
}

/// A reader that does not read for a while gets the newest of what came, and sees by the numbers that there was more.
#[tokio::test]
async fn a_slow_reader_misses_what_is_too_much_and_nobody_waits_for_it() {
    let gate = Gate::new();
    let server = gate
        .server(|mut connection, gate| async move {
            connection.send(EVENT_STREAM).await;
            gate.pass().await;
            let events: Vec<_> = (1..=2000).map(|n| format!("data: {n}\n\n")).collect();
            connection.send(events.concat()).await;
            connection.closed().await;
        })
        .await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    let mut reader = running.engine.read_log(feed).unwrap();
    let mut entries = vec![];
    read(&mut reader, &mut entries, 2).await;
    let before = entries.last().unwrap().number;
    gate.open();
    let all = async || (running.engine.counts().await.unwrap().all == 2000).then_some(());
    eventually(Duration::from_mins(1), "the arrival of all events", all).await;
    let batch = reader.next().await.unwrap();
    assert!(!batch.fresh);
    let numbers: Vec<_> = batch.entries.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (before + 2000 - 1023..=before + 2000).collect::<Vec<_>>());
}
