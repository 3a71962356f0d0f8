//! Which answers are an event stream, and what becomes of the others.
use crate::{End, IMPATIENT_FEED, end, follow, next, next_lines};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};
use tidings_event_source::{Layer, Occurrence, Policy};
use tidings_test_support::sse_server::{Connection, Gate, SseServer, chunk, response};

#[tokio::test]
async fn open_is_200_with_the_right_type() {
    let table = [
        ("text/event-stream", true),
        ("TEXT/Event-Stream", true),
        ("text/event-stream;charset=utf-8", true),
        ("text/event-stream ; charset=\"x\"", true),
        ("text/event-streams", false),
        ("text/plain", false),
        ("application/json; x=text/event-stream", false),
        ("", false),
    ];
    for (content_type, opens) in table {
        let server = SseServer::start(move |mut connection: Connection| async move {
            connection.send(response("200 OK", content_type, "data: x\n\n")).await;
        })
        .await;
        let mut source = follow(&server.url("/"), Policy::BROWSER);
        assert_eq!(next(&mut source).await, "connecting 1");
        let expected = if opens { "open 200" } else { "closed not-an-event-stream" };
        assert_eq!(next(&mut source).await, expected, "{content_type:?}");
    }
}

/// What a policy makes of a status.
async fn end_of(head: &'static str, policy: Policy) -> End {
    let server = SseServer::answering([head]).await;
    end(&mut follow(&server.url("/"), policy)).await
}

#[tokio::test]
async fn a_browser_gives_up_on_any_status_but_200() {
    for status in [201, 202, 204, 205, 206, 300, 304, 400, 401, 403, 404, 407, 410, 429, 500, 502, 503, 599, 999] {
        let head: &'static str = format!("HTTP/1.1 {status} X\r\nContent-Type: text/event-stream\r\n\r\n").leak();
        let end = end_of(head, Policy::BROWSER).await;
        assert_eq!(end.retry_in, None, "{status}");
        assert_eq!(end.layer, Layer::HttpStatus, "{status}");
        assert!(end.message.contains(&status.to_string()), "{status}: {}", end.message);
    }
}

#[tokio::test]
async fn a_feed_judges_by_status() {
    let minutes = Duration::from_mins;
    // The least and the most that the first wait may be, and whether the user is called at once.
    let soon = (Duration::from_millis(3750), Duration::from_millis(4500), false);
    let table = [
        (408, soon),
        (425, soon),
        (429, soon),
        (500, soon),
        (502, soon),
        (503, soon),
        (401, (minutes(15), minutes(15), true)),
        (403, (minutes(15), minutes(15), true)),
        (400, soon),
        (404, soon),
        (407, soon),
        (410, soon),
        (206, soon),
        (304, soon),
    ];
    for (status, (least, most, attention)) in table {
        let head: &'static str = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n").leak();
        let end = end_of(head, Policy::FEED).await;
        let wait = end.retry_in.unwrap();
        assert!(wait >= least && wait <= most, "{status}: {wait:?}");
        assert_eq!(end.needs_attention, attention, "{status}");
    }
}

#[tokio::test]
async fn no_content_closes_even_a_feed() {
    let server = SseServer::answering(["HTTP/1.1 204 No Content\r\n\r\n"]).await;
    let mut source = follow(&server.url("/"), Policy::FEED);
    assert_eq!(next_lines(&mut source, 4).await, ["connecting 1", "closed http-status", "over", "over"]);
    // Until the user asks.
    source.reconnect_now();
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "closed http-status"]);
}

#[tokio::test]
async fn retry_after_is_honoured_up_to_an_hour() {
    let table = [("120", 120, 120), ("1", 3, 5), ("86400", 3600, 3600), ("soon", 3, 5)];
    for (value, least, most) in table {
        for status in [429, 503] {
            let head: &'static str =
                format!("HTTP/1.1 {status} X\r\nRetry-After: {value}\r\nContent-Length: 0\r\n\r\n").leak();
            let wait = end_of(head, Policy::FEED).await.retry_in.unwrap().as_secs();
            assert!((least..=most).contains(&wait), "{value}: {wait}");
        }
    }
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(200));
    let head: &'static str = format!("HTTP/1.1 503 X\r\nRetry-After: {date}\r\nContent-Length: 0\r\n\r\n").leak();
    let wait = end_of(head, Policy::FEED).await.retry_in.unwrap().as_secs();
    assert!((150..=200).contains(&wait), "{wait}");
}

#[tokio::test]
async fn says_what_came_instead() {
    let table = [
        (
            response("200 OK", "text/html; charset=utf-8", "<html><title>Log in</title><p>Password?"),
            "The server answered with text/html, an HTML page (“Log in”), not with an event stream: check the address.",
        ),
        (
            response("200 OK", "application/json", "{\"a\": 1}"),
            "The server answered with application/json (“{\"a\": 1}”), not with an event stream: check the address.",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_owned(),
            "The server answered with a body of no stated type (“hi”), not with an event stream: check the address.",
        ),
    ];
    for (answer, sentence) in table {
        let server = SseServer::start(move |mut connection: Connection| {
            let answer = answer.clone();
            async move { connection.send(answer).await }
        })
        .await;
        let end = end(&mut follow(&server.url("/"), Policy::BROWSER)).await;
        assert_eq!((end.layer, &end.message[..]), (Layer::NotAnEventStream, sentence));
    }
}

/// The page may well be endless.
#[tokio::test]
async fn does_not_wait_for_the_end_of_what_came_instead() {
    let server = SseServer::start(|mut connection: Connection| async move {
        connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nonly this").await;
        connection.closed().await;
    })
    .await;
    let end = end(&mut follow(&server.url("/"), Policy::BROWSER)).await;
    assert!(end.message.contains("“only this”"), "{}", end.message);
    server.ended(0).await;
}

/// Three lines, flushed one by one by a server that compresses: each must come out before the next goes in.
#[tokio::test]
async fn a_compressed_stream_is_uncompressed_as_it_flows() {
    for coding in ["gzip", "br", "zstd"] {
        let gate = Gate::new();
        let server = SseServer::start({
            let gate = gate.clone();
            move |mut connection: Connection| {
                let gate = gate.clone();
                async move {
                    let head = format!(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: {coding}\r\nTransfer-Encoding: chunked\r\n\r\n"
                    );
                    connection.send(head).await;
                    for piece in compressed(coding, &["data: one\n\n", "data: two\n\n", "data: three\n\n"]) {
                        connection.send(chunk(piece)).await;
                        gate.pass().await;
                    }
                }
            }
        })
        .await;
        let mut source = follow(&server.url("/"), Policy::BROWSER);
        assert_eq!(next_lines(&mut source, 3).await, ["connecting 1", "open 200", "message “one”"], "{coding}");
        gate.open();
        assert_eq!(next(&mut source).await, "message “two”", "{coding}");
        gate.open();
        assert_eq!(next(&mut source).await, "message “three”", "{coding}");
        gate.open();
        assert_eq!(next(&mut source).await, "lost closed-by-server (polling)", "{coding}");
    }
}

/// The texts in one compressed stream, flushed after each.
fn compressed(coding: &str, texts: &[&str]) -> Vec<Vec<u8>> {
    fn pieces<W: std::io::Write>(mut writer: W, texts: &[&str], output: impl Fn(&mut W) -> Vec<u8>) -> Vec<Vec<u8>> {
        texts
            .iter()
            .map(|text| {
                writer.write_all(text.as_bytes()).unwrap();
                writer.flush().unwrap();
                output(&mut writer)
            })
            .collect()
    }
    match coding {
        "gzip" => pieces(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default()), texts, |writer| {
            std::mem::take(writer.get_mut())
        }),
        "br" => pieces(brotli::CompressorWriter::new(Vec::new(), 4096, 5, 20), texts, |writer| {
            std::mem::take(writer.get_mut())
        }),
        "zstd" => pieces(zstd::Encoder::new(Vec::new(), 3).unwrap(), texts, |writer| std::mem::take(writer.get_mut())),
        other => panic!("{other}"),
    }
}

/// A few bytes of a socket become very many of a stream: who else runs on this thread has a turn in between.
#[tokio::test]
async fn a_compressed_flood_leaves_others_a_turn() {
    const LINE: usize = 1024;
    const LINES: usize = 64 * 1024;
    let lines = format!(":{}\n", "x".repeat(LINE - 2)).repeat(LINES);
    let flood: Vec<u8> = compressed("zstd", &[&lines]).concat();
    assert!(flood.len() < 64 * 1024, "it comes at once: {}", flood.len());
    let server = SseServer::start(move |mut connection: Connection| {
        let flood = flood.clone();
        async move {
            connection
                .send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: zstd\r\n\r\n")
                .await;
            connection.send(flood).await;
        }
    })
    .await;
    let turns = Arc::new(AtomicUsize::new(0));
    let others = tokio::spawn({
        let turns = Arc::clone(&turns);
        async move {
            loop {
                turns.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        }
    });
    let mut source = follow(&server.url("/"), Policy::BROWSER);
    let (mut came, mut longest, mut since, mut turn) = (0, 0, 0, 0);
    loop {
        match source.next().await.expect("it goes on") {
            Occurrence::Frame(_) => came += 1,
            Occurrence::Lost { .. } => break,
            _ => {}
        }
        let now = turns.load(Ordering::Relaxed);
        since = if now == turn { since + 1 } else { 0 };
        (turn, longest) = (now, longest.max(since));
    }
    others.abort();
    assert_eq!(came, LINES);
    assert!(longest < LINES / 8, "{longest} lines without a turn");
}

#[tokio::test]
async fn what_is_not_compressed_as_it_says_breaks_the_stream() {
    let server = SseServer::answering([
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\ndata: not gzip at all\n\n",
    ])
    .await;
    let end = end(&mut follow(&server.url("/"), Policy::BROWSER)).await;
    assert_eq!(end.message, "The server says that it compresses the stream, but the stream cannot be uncompressed.");
    assert!(end.retry_in.is_some());
}

#[tokio::test]
async fn the_head_is_bounded() {
    let head_of = |size: usize, line: usize| {
        let header = format!("X-{{}}: {}\r\n", "x".repeat(line));
        let mut head = String::from("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n");
        let mut number = 0;
        while head.len() < size {
            head.push_str(&header.replace("{}", &number.to_string()));
            number += 1;
        }
        head + "\r\ndata: x\n\n"
    };
    let table = [
        (200 * 1024, 100, true),
        (200 * 1024, 20_000, true),
        (300 * 1024, 20_000, false),
        (300 * 1024, 1000, false),
        (600 * 1024, 20_000, false),
    ];
    for (size, line, opens) in table {
        let head = head_of(size, line);
        let server = SseServer::start(move |mut connection: Connection| {
            let head = head.clone();
            async move { connection.send(head).await }
        })
        .await;
        let mut source = follow(&server.url("/"), IMPATIENT_FEED);
        assert_eq!(next(&mut source).await, "connecting 1");
        let expected = if opens { "open 200" } else { "lost too-large" };
        assert_eq!(next(&mut source).await, expected, "{size} in lines of {line}");
    }
}
