//! The defects of eventsource-client 0.18.0 that keep Tidings from being built on it. When one of these tests fails, that
//! one is mended: docs/decisions says what depends on them.
use crate::script::{Answer, Script};
use eventsource_client::{Error, ReconnectOptions, ReconnectOptionsBuilder, SSE};
use futures_util::StreamExt;
use rstest::rstest;
use std::time::Duration;
use tidings_event_source::{Decoder, Frame, decoder::DEFAULT_EVENT_LIMIT};
use tokio::time::Instant;

/// Reconnects, after about a second.
fn persistent() -> ReconnectOptions {
    ReconnectOptionsBuilder::new(true).retry_initial(true).delay(Duration::from_secs(1)).build()
}

/// The next item in short: `open`, `<type>: <data>`, `:<comment>` or the error.
async fn next(client: &mut (impl StreamExt<Item = eventsource_client::Result<SSE>> + Unpin)) -> String {
    match client.next().await {
        None => "end".to_owned(),
        Some(Ok(SSE::Connected(_))) => "open".to_owned(),
        Some(Ok(SSE::Event(event))) => format!("{}: {}", event.event_type, event.data),
        Some(Ok(SSE::Comment(text))) => format!(":{text}"),
        Some(Err(Error::Eof)) => "eof".to_owned(),
        Some(Err(error)) => format!("{error:?}").split(['(', ' ']).next().unwrap_or_default().to_owned(),
    }
}

/// The events and comments that our decoder finds, in the same form.
fn ours(stream: &[u8]) -> Vec<String> {
    let mut decoder = Decoder::new("", DEFAULT_EVENT_LIMIT);
    let mut input = stream;
    let mut found = Vec::new();
    while let Some(frame) = decoder.decode(&mut input) {
        match frame {
            Frame::Event(event) => found.push(format!("{}: {}", event.event_type, event.data)),
            Frame::Comment(text) => found.push(format!(":{text}")),
            _ => {}
        }
    }
    found
}

/// A stream after which the connection is given up, and what the standard makes of it.
#[rstest]
#[case::unknown_fields(b"foo: a\n\ndata: b\n\n", "InvalidEvent", &["message: b"])]
#[case::an_empty_type(b"event\n\ndata: b\n\n", "InvalidEvent", &["message: b"])]
#[case::a_retry_that_is_no_number(b"retry: soon\n\ndata: b\n\n", "InvalidEvent", &["message: b"])]
#[case::an_invalid_byte(b"data: a\xff\n\ndata: b\n\n", "InvalidLine", &["message: a\u{fffd}", "message: b"])]
#[case::an_invalid_byte_in_a_comment(b":\xff\ndata: b\n\n", "InvalidLine", &[":\u{fffd}", "message: b"])]
#[tokio::test(start_paused = true)]
async fn a_block_drops_the_connection(#[case] stream: &[u8], #[case] error: &str, #[case] standard: &[&str]) {
    let script = Script::new([Answer::stream([stream])]);
    let mut client = script.client(persistent());
    assert_eq!(next(&mut client).await, "open");
    assert_eq!(next(&mut client).await, error);
    // What follows is lost, and the client turns to the next connection.
    assert!(tokio::time::timeout(Duration::from_mins(1), client.next()).await.is_err());
    assert_eq!(script.requests().len(), 2);
    assert_eq!(ours(stream), standard);
}

#[tokio::test(start_paused = true)]
async fn a_field_named_comment_is_a_comment() {
    let stream = b"comment: a\n\ndata: b\n\n".as_slice();
    let mut client = Script::new([Answer::stream([stream])]).client(persistent());
    assert_eq!(next(&mut client).await, "open");
    assert_eq!(next(&mut client).await, ":a");
    assert_eq!(ours(stream), ["message: b"]);
}

#[rstest]
#[case::with_data("retry: 20000\ndata: a\n\n", true)]
#[case::without_data("retry: 20000\n\n", false)]
#[case::without_data_in_a_stream_with_an_event("retry: 20000\n\ndata: a\n\n", false)]
#[tokio::test(start_paused = true)]
async fn a_retry_block_without_data_is_ignored(#[case] stream: &str, #[case] honoured: bool) {
    let script = Script::new([Answer::stream([stream.as_bytes()]), Answer::stream([])]);
    let mut client = script.client(persistent());
    while next(&mut client).await != "eof" {}
    let ended = Instant::now();
    assert_eq!(next(&mut client).await, "open");
    // Its jitter takes up to half of the delay away. The clock is tokio's own, and stands still otherwise.
    assert_eq!(ended.elapsed() >= Duration::from_secs(10), honoured);
    assert_eq!(ended.elapsed() <= Duration::from_secs(1), !honoured);
}

#[tokio::test(start_paused = true)]
async fn the_last_event_id_is_lost_after_a_reconnection_when_an_event_carries_no_id() {
    let streams = ["id: 7\ndata: a\n\n", "data: b\n\n", ""];
    let script = Script::new(streams.map(|stream| Answer::stream([stream.as_bytes()])));
    let mut client = script.client(persistent());
    for _ in 0..streams.len() {
        while next(&mut client).await != "eof" {}
    }
    let ids: Vec<_> = script.requests().into_iter().map(|(_, id)| id).collect();
    assert_eq!(ids, [None, Some("7".to_owned()), None]);
}

#[tokio::test(start_paused = true)]
async fn a_control_character_in_an_id_ends_the_stream_for_good() {
    let script = Script::new([Answer::stream([b"id: a\x01\ndata: b\n\n".as_slice()]), Answer::stream([])]);
    let mut client = script.client(persistent());
    for expected in ["open", "message: b", "eof", "InvalidParameter", "end"] {
        assert_eq!(next(&mut client).await, expected);
    }
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_content_counts_as_success() {
    let script = Script::new([Answer::head(204, vec![]), Answer::head(204, vec![])]);
    let mut client = script.client(persistent());
    for expected in ["open", "eof", "open", "eof"] {
        assert_eq!(next(&mut client).await, expected);
    }
}

#[rstest]
#[case::html(vec![("content-type", "text/html")])]
#[case::none(vec![])]
#[tokio::test(start_paused = true)]
async fn any_content_type_counts_as_success(#[case] headers: Vec<(&'static str, &'static str)>) {
    let body = vec!["data: a\n\n".into()];
    let mut client = Script::new([Answer::Response { status: 200, headers, body }]).client(persistent());
    for expected in ["open", "message: a", "eof"] {
        assert_eq!(next(&mut client).await, expected);
    }
}

#[rstest]
#[case(302)]
#[case(303)]
#[case(308)]
#[tokio::test(start_paused = true)]
async fn other_redirects_are_not_followed(#[case] status: u16) {
    let redirect = Answer::head(status, vec![("location", "http://example.test/elsewhere")]);
    let script = Script::new([redirect, Answer::stream([])]);
    let mut client = script.client(persistent());
    assert_eq!(next(&mut client).await, "UnexpectedResponse");
    assert_eq!(next(&mut client).await, "open");
    // It asked the same URL again.
    let urls: Vec<_> = script.requests().into_iter().map(|(url, _)| url).collect();
    assert_eq!(urls, ["http://example.test/stream", "http://example.test/stream"]);
}

#[rstest]
#[case(301)]
#[case(307)]
#[tokio::test(start_paused = true)]
async fn a_relative_redirect_is_not_resolved(#[case] status: u16) {
    let script = Script::new([Answer::head(status, vec![("location", "/elsewhere")]), Answer::stream([])]);
    let mut client = script.client(persistent());
    assert_eq!(next(&mut client).await, "open");
    let urls: Vec<_> = script.requests().into_iter().map(|(url, _)| url).collect();
    assert_eq!(urls, ["http://example.test/stream", "/elsewhere"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_bounds_a_line() {
    let chunk = vec![b'x'; 64 * 1024];
    let chunks = std::iter::once(b"data: ".as_slice()).chain(std::iter::repeat_n(chunk.as_slice(), 640));
    let mut client = Script::new([Answer::stream(chunks.chain([b"\n\n".as_slice()]))]).client(persistent());
    assert_eq!(next(&mut client).await, "open");
    assert_eq!(next(&mut client).await.len(), "message: ".len() + 40 * 1024 * 1024);
}

#[tokio::test(start_paused = true)]
async fn connection_errors_are_hidden() {
    let mut client = Script::new([Answer::Refused, Answer::Refused, Answer::stream([])]).client(persistent());
    assert_eq!(next(&mut client).await, "open");
}
