//! What real servers and proxies do, and a client must survive.
use crate::{IMPATIENT, follow, line, next, next_lines};
use tidings_event_source::{Occurrence, Policy};
use tidings_test_support::sse_server::{CHUNKED_EVENT_STREAM, Connection, EVENT_STREAM, Gate, SseServer, chunk};

/// Plain Node, Rails and others send no head before their first event.
#[tokio::test]
async fn a_late_head_is_awaited_and_said() {
    let gate = Gate::new();
    let server = SseServer::start({
        let gate = gate.clone();
        move |mut connection: Connection| {
            let gate = gate.clone();
            async move {
                gate.pass().await;
                connection.send(EVENT_STREAM).await;
                connection.send("data: x\n\n").await;
                connection.closed().await;
            }
        }
    })
    .await;
    let mut source = follow(&server.url("/"), Policy::BROWSER);
    assert!(matches!(source.next().await, Some(Occurrence::Connecting { .. })));
    assert_eq!(source.next().await, Some(Occurrence::Waiting));
    // Said once, and a dropped `next` loses nothing.
    for _ in 0..3 {
        let patience = std::time::Duration::from_millis(20);
        assert!(tokio::time::timeout(patience, source.next()).await.is_err());
    }
    gate.open();
    assert_eq!(next_lines(&mut source, 2).await, ["open 200", "message “x”"]);
    assert_eq!(server.requests().len(), 1);
}

/// One response after another: each line of this table is one that servers send every day.
#[tokio::test]
async fn survives() {
    let chunked = |pieces: &[&str]| {
        let body: Vec<u8> = pieces.iter().flat_map(chunk).collect();
        CHUNKED_EVENT_STREAM.to_owned() + std::str::from_utf8(&body).unwrap()
    };
    let padding = format!("{EVENT_STREAM}:{}\ndata: x\n\n", " ".repeat(2048));
    let table = [
        ("no reason phrase", "HTTP/1.1 200\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n".to_owned()),
        ("an empty one", "HTTP/1.1 200 \r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n".to_owned()),
        ("HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n".to_owned()),
        ("LF alone in the head", "HTTP/1.1 200 OK\nContent-Type: text/event-stream\n\ndata: x\n\n".to_owned()),
        (
            "Content-Encoding: none",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: none\r\n\r\ndata: x\n\n".to_owned(),
        ),
        (
            "Content-Encoding: identity",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: identity\r\n\r\ndata: x\n\n".to_owned(),
        ),
        (
            "Connection: Transfer-Encoding",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: x\n\n\r\n0\r\n\r\n".to_owned(),
        ),
        (
            "one event by Content-Length and keep-alive",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\ndata: x\n\n".to_owned(),
        ),
        ("chunked", chunked(&["data: x\n\n", ""])),
        ("zero-padded chunk sizes", CHUNKED_EVENT_STREAM.to_owned() + "00000009\r\ndata: x\n\n\r\n00000000\r\n\r\n"),
        ("a chunk extension", CHUNKED_EVENT_STREAM.to_owned() + "9;a=b\r\ndata: x\n\n\r\n0\r\n\r\n"),
        ("each line in its own chunk, LF too", chunked(&["data: x", "\n", "\n", ""])),
        ("cut off without a last chunk", chunked(&["data: x\n\n"])),
        ("cut off within a chunk", CHUNKED_EVENT_STREAM.to_owned() + "ff\r\ndata: x\n\ndata: lost"),
        (
            "cut off before the Content-Length",
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 999\r\n\r\ndata: x\n\ndata".to_owned(),
        ),
        ("2 KB of padding", padding),
        (
            "space after a header name",
            "HTTP/1.1 200 OK\r\nServer : x\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n".to_owned(),
        ),
        (
            "a folded header",
            "HTTP/1.1 200 OK\r\nX-Long: a\r\n  b\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n".to_owned(),
        ),
        (
            "a header that is none",
            "HTTP/1.1 200 OK\r\nthis is no header\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n".to_owned(),
        ),
        (
            "Latin-1 in a header",
            "HTTP/1.1 200 OK\r\nX-Name: \u{e9}\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n".to_owned(),
        ),
        (
            "100 Continue first",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n".to_owned(),
        ),
    ];
    for (habit, answer) in table {
        let server = SseServer::start(move |mut connection: Connection| {
            let answer = answer.clone();
            async move { connection.send(answer).await }
        })
        .await;
        let mut source = follow(&server.url("/"), IMPATIENT);
        let mut lines = next_lines(&mut source, 5).await;
        lines.retain(|line| !line.starts_with("comment"));
        assert_eq!(
            lines[..4],
            ["connecting 1", "open 200", "message “x”", "lost closed-by-server (polling)"],
            "{habit}"
        );
    }
}

/// A response that ends after one event, again and again: normal, and as often as the reconnection time says.
#[tokio::test]
async fn a_hundred_short_connections() {
    let server = SseServer::start(|mut connection: Connection| async move {
        let number = connection.request.number;
        connection.send(format!("{EVENT_STREAM}id: {number}\ndata: {number}\n\n")).await;
    })
    .await;
    let mut source = follow(&server.url("/"), IMPATIENT);
    for number in 0..100 {
        let before = number - 1;
        let from = if number == 0 { String::new() } else { format!(" from #{before}") };
        assert_eq!(
            next_lines(&mut source, 4).await,
            [
                format!("connecting 1{from}"),
                "open 200".into(),
                format!("message “{number}” #{number}"),
                "lost closed-by-server (polling)".into(),
            ]
        );
    }
}

/// Bytes one by one make the same events; what came already is served without waiting.
#[tokio::test]
async fn what_came_already_is_buffered() {
    let server = SseServer::streaming("retry: 20\n: hi\ndata: 1\n\nid: 2\n\ndata: 2\n\ndata: unfinished").await;
    let mut source = follow(&server.url("/"), IMPATIENT);
    assert_eq!(next_lines(&mut source, 3).await, ["connecting 1", "open 200", "retry 20"]);
    let mut lines = Vec::new();
    while let Some(occurrence) = source.buffered() {
        lines.push(line(&occurrence));
    }
    assert_eq!(lines, ["comment “ hi”", "message “1”", "last event ID #2", "message “2” #2"]);
}

#[tokio::test]
async fn a_block_that_is_cut_off_is_discarded() {
    let server = SseServer::answering([
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\nid: 9\ndata: lost\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 2\n\n",
    ])
    .await;
    let mut source = follow(&server.url("/"), IMPATIENT);
    let lines = next_lines(&mut source, 7).await;
    assert_eq!(lines[2], "message “1”");
    assert_eq!(lines[4], "connecting 1");
    assert_eq!(lines[6], "message “2”");
    assert_eq!(next(&mut source).await, "lost closed-by-server (polling)");
}
