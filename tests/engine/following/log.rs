//! The connection log of a feed, over real connections.
use super::{LIMIT, Running, direct};
use std::time::Duration;
use tidings_engine::{
    ConnectionStep, Credential, FeedConfig, FeedId, GivenSecret, Header, Headers, LogAttempt, LogEntry, LogReader,
    Logged, Secret, SecretOf,
};
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
            Logged::Closed { message, .. } => format!("closed {message}"),
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
    let mut reader = running.engine.read_log(feed, false).unwrap();
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
    assert_eq!(running.engine.log(feed).unwrap().entries, entries);

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
    let told = read(&mut running.engine.read_log(feed, false).unwrap(), &mut entries, 2).await;
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
    let told = short(&running.engine.log(feed).unwrap().entries);
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
    let told = read(&mut running.engine.read_log(feed, false).unwrap(), &mut entries, 4).await;
    let cut = format!("{}…", "é".repeat(128));
    assert_eq!(told[2..], [format!("comment {cut}"), format!("event {cut} {cut} 1")]);
}

#[tokio::test]
async fn a_log_ends_with_the_engine_and_there_is_none_of_a_feed_that_is_none() {
    let running = Running::new();
    assert!(running.engine.read_log(FeedId(99), false).is_err());
    let feed = running.add("http://127.0.0.1:1/").await.id;
    let mut reader = running.engine.read_log(feed, false).unwrap();
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
    let mut reader = running.engine.read_log(feed, false).unwrap();
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

/// A step without its time and headers.
fn named(what: &ConnectionStep) -> String {
    match what {
        ConnectionStep::Lookup { .. } => "lookup".to_owned(),
        ConnectionStep::Tcp { proxy, .. } => format!("tcp {}", proxy.is_some()),
        ConnectionStep::Certificate { names, issuer, believed, .. } => {
            format!("certificate {names} {issuer} {believed}")
        }
        ConnectionStep::Tls { version } => format!("tls {}", version.as_deref().unwrap_or("resumed")),
        ConnectionStep::Request { url, .. } => format!("request /{}", url.splitn(4, '/').nth(3).unwrap_or_default()),
        ConnectionStep::Answer { status, protocol, .. } => format!("answer {status} {protocol}"),
        ConnectionStep::FirstByte => "first byte".to_owned(),
        ConnectionStep::FirstEvent => "first event".to_owned(),
    }
}

fn steps(attempt: &LogAttempt) -> Vec<String> {
    assert!(attempt.steps.is_sorted_by_key(|step| step.after), "{attempt:?}");
    attempt.steps.iter().map(|step| named(&step.what)).collect()
}

/// The attempts that are kept, once the last of them has so many steps.
async fn attempts(running: &Running, feed: FeedId, steps: usize) -> Vec<LogAttempt> {
    let there = async || {
        let attempts = running.engine.log(feed).unwrap().attempts;
        attempts.last().is_some_and(|attempt| attempt.steps.len() >= steps).then_some(attempts)
    };
    eventually(LIMIT, &format!("{steps} steps"), there).await
}

/// What a thousand idle feeds keep is a thousand times this.
#[tokio::test]
async fn a_silent_feed_keeps_one_attempt_that_is_small() {
    let server = SseServer::streaming(": welcome\n\n").await;
    let running = Running::new();
    let feed = running.engine.add_feed(direct(&server.url("/events"))).await.unwrap().id;
    let told = attempts(&running, feed, 4).await;
    let whats: Vec<_> = told[0].steps.iter().map(|step| std::mem::discriminant(&step.what)).collect();
    assert_eq!((told.len(), whats.len()), (1, 4), "connected, asked, answered, first byte: {told:?}");
    // As text it is larger than in memory.
    let size = serde_json::to_string(&told[0]).unwrap().len();
    assert!(size <= 2048, "{size} bytes: {told:?}");
}

fn headers(headers: &Headers) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What is told of a request is what went over the wire, header by header and in its order, but for the secrets.
#[tokio::test]
async fn each_step_is_told_as_it_was_sent_and_answered() {
    let server = SseServer::start(|mut connection| async move {
        if connection.request.target().starts_with("/first") {
            let head = "HTTP/1.1 307 \r\nX-Trace: 1\r\nSet-Cookie: sid=s3cret; Path=/\r\nX-Trace: 2\r\n";
            let location = "Location: //anna:s3cret@HOST/second?token=s3cret&a=1\r\nContent-Length: 0\r\n\r\n";
            let host = connection.request.header("host").unwrap();
            connection.send(format!("{head}{}", location.replace("HOST", &host))).await;
        } else {
            let head = "HTTP/1.1 200 OK\r\nServer: test\r\nContent-Type: text/event-stream; charset=utf-8\r\nX-Auth-Token: s3cret\r\nX-Id: 7\r\n\r\n";
            connection.send(format!("{head}: hi\n\ndata: x\n\n")).await;
            connection.closed().await;
        }
    })
    .await;
    let running = Running::new();
    let url = server.url("/first?access_token=s3cret&all=1").replace("://", "://anna:s3cret@");
    let given = [("X-Note", "s3cret"), ("Accept-Language", "de"), ("Authorization", "Bearer s3cret")];
    let given = given.map(|(name, value)| Header { name: name.to_owned(), value: value.to_owned() });
    let feed = running.engine.add_feed(FeedConfig { headers: given.into(), ..direct(&url) }).await.unwrap().id;
    let told = attempts(&running, feed, 8).await;
    let expected = ["tcp false", "request /first?access_token=hidden&all=1", "answer 307 HTTP/1.1"];
    let then = ["tcp false", "request /second?token=hidden&a=1", "answer 200 HTTP/1.1", "first byte", "first event"];
    assert_eq!(steps(&told[0]), [expected.as_slice(), &then].concat());
    assert!(!format!("{told:?}").contains("s3cret") && !format!("{told:?}").contains("anna"), "{told:?}");
    assert_eq!(told[0].number, 1);

    let sent = told[0].steps.iter().filter_map(|step| match &step.what {
        ConnectionStep::Request { headers: sent, .. } => Some(headers(sent)),
        _ => None,
    });
    let received = server.requests();
    assert_eq!(received.len(), 2);
    for (sent, received) in sent.zip(&received) {
        let head = String::from_utf8_lossy(&received.head).into_owned();
        let lines = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let wire: Vec<_> = lines.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let shown: Vec<_> = wire
            .iter()
            .map(|(name, value)| {
                let value = match name.as_str() {
                    "authorization" => "Bearer …",
                    "cookie" => "sid=…",
                    "x-note" => "…",
                    _ => value,
                };
                (name.clone(), value.to_owned())
            })
            .collect();
        assert_eq!(sent, shown);
    }
    let answers = told[0].steps.iter().filter_map(|step| match &step.what {
        ConnectionStep::Answer { headers: came, from, .. } => Some((headers(came), from.clone())),
        _ => None,
    });
    let answers: Vec<_> = answers.collect();
    assert_eq!(answers[1].1.as_deref(), Some(&*server.address().to_string()));
    let location = format!("//{}/second?token=hidden&a=1", server.address());
    let pairs =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    let first = [
        ("x-trace", "1"),
        ("x-trace", "2"),
        ("set-cookie", "sid=…; Path=/"),
        ("location", &location),
        ("content-length", "0"),
    ];
    assert_eq!(answers[0].0, pairs(&first));
    let second = [
        ("server", "test"),
        ("content-type", "text/event-stream; charset=utf-8"),
        ("x-auth-token", "…"),
        ("x-id", "7"),
    ];
    assert_eq!(answers[1].0, pairs(&second));
}

/// What the feed's own credential is called and how it is written in an address does not matter.
#[tokio::test]
async fn a_credential_is_shown_nowhere_however_it_travels() {
    let server = SseServer::start(|mut connection| async move {
        // Repeats all that it was told, as servers that refuse do.
        let target = connection.request.target().to_owned();
        let note = connection.request.header("x-who").or(connection.request.header("cookie")).unwrap_or_default();
        connection
            .send(format!("HTTP/1.1 403 No\r\nX-Target: {target}\r\nX-You-Said: {note}\r\nContent-Length: 0\r\n\r\n"))
            .await;
    })
    .await;
    let running = Running::new();
    for credential in [
        Credential::Bearer,
        Credential::Basic { user: "anna".into() },
        Credential::Header { name: "X-Who".into() },
        Credential::Query { name: "who".into() },
        Credential::Cookie { name: "who".into() },
    ] {
        let config = FeedConfig { credential: credential.clone(), ..direct(&server.url("/events")) };
        let given = GivenSecret { of: SecretOf::Credential, secret: Secret::new("open s3cret") };
        let feed = running.engine.add_feed_with(config, vec![given]).await.unwrap().id;
        let told = attempts(&running, feed, 3).await;
        assert_eq!(steps(&told[0])[2], "answer 403 HTTP/1.1");
        assert!(!format!("{:?}", running.engine.log(feed).unwrap()).contains("s3cret"), "{credential:?}: {told:?}");
    }
}
