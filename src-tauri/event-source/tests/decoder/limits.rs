//! What is too large: dropped, told, and over with the blank line.
use crate::reading::Reading;
use tidings_event_source::{Decoder, Event, Frame, decoder::COMMENT_LIMIT};

/// What it shows, the stream, the frames; the limit is 10 bytes.
const CASES: &[(&str, &str, &[&str])] = &[
    ("data at the limit", "data: 0123456789\n\n", &["message: 0123456789 #"]),
    ("data beyond it", "data: 0123456789a\n\ndata: b\n\n", &["oversized: 11 #", "message: b #"]),
    ("the LFs between lines count, the last does not", "data: 0123\ndata: 56789\n\n", &["message: 0123\n56789 #"]),
    ("lines beyond it", "data: 0123\ndata: 567890\n\n", &["oversized: 11 #"]),
    (
        "empty lines at the limit",
        "data\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\n\n",
        &["message: \n\n\n\n\n\n\n\n\n\n #"],
    ),
    (
        "empty lines beyond it",
        "data\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\ndata\n\n",
        &["oversized: 11 #"],
    ),
    ("type and ID count", "event: abc\nid: 123\ndata: 6789\n\n", &["abc: 6789 #123"]),
    ("type before data beyond it", "event: abcd\nid: 123\ndata: 6789\n\n", &["oversized: 11 #123"]),
    ("type after data beyond it", "id: 123\ndata: 67\ndata: 9\nevent: abcd\n\n", &["oversized: 11 #123"]),
    ("type after data at the limit", "data: 67\ndata: 9\nevent: abcdef\n\n", &["abcdef: 67\n9 #"]),
    ("ID after data beyond it", "data: 0123456\nid: 1234\n\ndata: a\n\n", &["oversized: 11 #1234", "message: a #1234"]),
    (
        "the ID in force does not count",
        "id: 12345678\n\ndata: 0123456789\n\n",
        &["#12345678", "message: 0123456789 #12345678"],
    ),
    ("a type beyond it", "event: abcdefghijk\ndata: a\n\ndata: b\n\n", &["oversized: 12 #", "message: b #"]),
    ("a type beyond it without data", "event: abcdefghijk\n\ndata: b\n\n", &["message: b #"]),
    (
        "an ID beyond it changes nothing",
        "id: 1\n\nid: 123456789ab\ndata: a\n\nid: 123456789ab\n\n",
        &["#1", "oversized: 12 #1"],
    ),
    ("an ID beyond it with NUL does not even count", "id: 123456789ab\0\ndata: a\n\n", &["message: a #"]),
    (
        "other fields do not count",
        "foo: 0123456789ab\nfoofoofoofoo\n:c\nretry: 000000000001\ndata: a\n\n",
        &[":c", "retry 1", "message: a #"],
    ),
    ("several lines beyond it", "data: 0123456789\ndata: a\ndata: b\ndata: c\n\n", &["oversized: 16 #"]),
    ("cut off before the blank line", "data: 0123456789a\n", &[]),
];

/// A frame in short.
fn short(frame: &Frame<'_>) -> String {
    match frame {
        Frame::Event(Event { event_type, data, last_event_id }) => format!("{event_type}: {data} #{last_event_id}"),
        Frame::Comment(text) => format!(":{text}"),
        Frame::Retry(milliseconds) => format!("retry {milliseconds}"),
        Frame::LastEventId(id) => format!("#{id}"),
        Frame::Oversized { size, last_event_id } => format!("oversized: {size} #{last_event_id}"),
    }
}

fn short_frames(stream: &[u8], event_limit: usize) -> Vec<String> {
    let mut decoder = Decoder::new("", event_limit);
    let mut input = stream;
    std::iter::from_fn(|| decoder.decode(&mut input).as_ref().map(short)).collect()
}

#[test]
fn every_limit_however_the_stream_is_cut() {
    for (name, stream, expected) in CASES {
        assert_eq!(short_frames(stream.as_bytes(), 10), *expected, "{name}");
        let reading = Reading { event_limit: 10, ..Reading::default() };
        reading.assert(name, stream.as_bytes(), &reading.frames([stream.as_bytes()]));
    }
}

#[test]
fn replaced_bytes_count_as_what_replaces_them() {
    assert_eq!(short_frames(b"data: 0123456\xff\n\n", 10), ["message: 0123456\u{fffd} #"]);
    assert_eq!(short_frames(b"data: 01234567\xff\n\n", 10), ["oversized: 11 #"]);
    assert_eq!(short_frames(b"id: 01234567\xff\ndata\n\n", 10), ["oversized: 11 #"]);
    assert_eq!(short_frames(b"event: 01234567\xff\ndata\n\n", 10), ["oversized: 11 #"]);
}

#[test]
fn a_comment_is_cut_between_characters() {
    for before in COMMENT_LIMIT - 4..=COMMENT_LIMIT + 1 {
        let stream = format!(":{}😀 and more\n", "a".repeat(before));
        let rest = if before + 4 <= COMMENT_LIMIT { "😀 and more" } else { "" };
        let mut kept = "a".repeat(before.min(COMMENT_LIMIT)) + rest;
        kept.truncate(COMMENT_LIMIT);
        let expected = format!("{:?}", Frame::Comment(&kept));
        Reading::default().assert("comment", stream.as_bytes(), &[expected]);
    }
}

#[test]
fn a_mebibyte_of_data_arrives_whole() {
    let data = "0123456789abcdef".repeat(64 * 1024);
    let stream = format!("data: {data}\n\n");
    let mut decoder = Decoder::new("", tidings_event_source::decoder::DEFAULT_EVENT_LIMIT);
    for size in [1, 1448, 65536, stream.len()] {
        let mut events = 0;
        for mut input in stream.as_bytes().chunks(size) {
            while let Some(frame) = decoder.decode(&mut input) {
                assert!(frame == Frame::Event(Event { event_type: "message", data: &data, last_event_id: "" }));
                events += 1;
            }
        }
        assert_eq!(events, 1, "in chunks of {size}");
    }
}
