//! Every rule of "Interpreting an event stream", one stream a rule.
use crate::reading::Reading;
use crate::reference;
use tidings_event_source::{
    Event,
    Frame::{self, Comment, LastEventId, Retry},
};

const fn message(data: &str) -> Frame<'_> {
    event("message", data, "")
}

const fn event<'a>(event_type: &'a str, data: &'a str, last_event_id: &'a str) -> Frame<'a> {
    Frame::Event(Event { event_type, data, last_event_id })
}

type Case = (&'static str, &'static [u8], &'static [Frame<'static>]);

/// What it shows, the stream, the frames.
const CASES: &[Case] = &[
    // Line ends
    ("LF", b"data: a\n\n", &[message("a")]),
    ("CR", b"data: a\r\r", &[message("a")]),
    ("CR LF", b"data: a\r\n\r\n", &[message("a")]),
    ("LF, then CR LF", b"data: a\n\r\n", &[message("a")]),
    ("CR LF, then LF", b"data: a\r\n\n", &[message("a")]),
    ("CR, then CR LF", b"data: a\r\r\ndata: b\r\r\n", &[message("a"), message("b")]),
    ("CR LF, then CR at the very end", b"data: a\r\n\r", &[message("a")]),
    ("LF, then CR: two ends", b"data: a\n\rdata: b\n\r", &[message("a"), message("b")]),
    ("each end in one block", b"data: a\rdata: b\r\ndata: c\ndata: d\n\r", &[message("a\nb\nc\nd")]),
    ("an LF that only belongs to a CR ends no block", b"data: a\r\ndata: b\r\n\r\n", &[message("a\nb")]),
    ("many blank lines", b"\n\r\n\r\rdata: a\n\n\n\r\r\n\ndata: b\n\n", &[message("a"), message("b")]),
    (
        "no line end but these",
        "data: a\u{b}b\u{c}c\u{85}d\u{2028}e\n\n".as_bytes(),
        &[message("a\u{b}b\u{c}c\u{85}d\u{2028}e")],
    ),
    // The end of the stream
    ("empty", b"", &[]),
    ("cut before the blank line", b"data: a\n\ndata: b\n", &[message("a")]),
    ("cut in a line", b"data: a\n\ndata: b", &[message("a")]),
    ("cut in a name", b"data: a\n\ndat", &[message("a")]),
    ("cut after id", b"id: 1\ndata: a\n\nid: 2\n", &[event("message", "a", "1")]),
    ("cut in a comment", b": a\n: b", &[Comment(" a")]),
    ("cut in retry", b"retry: 10\nretry: 20", &[Retry(10)]),
    // Data
    ("lines join with LF", b"data: YHOO\ndata: +2\ndata: 10\n\n", &[message("YHOO\n+2\n10")]),
    ("empty data", b"data:\n\n", &[message("")]),
    ("empty data, with the space", b"data: \n\n", &[message("")]),
    ("empty data, without colon", b"data\n\n", &[message("")]),
    ("the standard's third example", b"data\n\ndata\ndata\n\ndata:", &[message(""), message("\n")]),
    ("empty lines of data", b"data:\ndata: a\ndata\n\n", &[message("\na\n")]),
    ("NUL in data", b"data: a\0b\n\n", &[message("a\0b")]),
    ("colons in data", b"data::a: b:\n\n", &[message(":a: b:")]),
    (
        "data around other fields",
        b"data: a\nevent: x\n: c\ndata: b\nid: 1\nretry: 2\ndata: c\n\n",
        &[Comment(" c"), Retry(2), event("x", "a\nb\nc", "1")],
    ),
    // The space
    ("no space", b"data:a\n\n", &[message("a")]),
    ("one space", b"data: a\n\n", &[message("a")]),
    ("two spaces", b"data:  a\n\n", &[message(" a")]),
    ("a tab is no space", b"data:\ta\n\n", &[message("\ta")]),
    ("a space at the end stays", b"data: a \n\n", &[message("a ")]),
    ("a no-break space is no space", "data:\u{a0}a\n\n".as_bytes(), &[message("\u{a0}a")]),
    ("the standard's fourth example", b"data:test\n\ndata: test\n\n", &[message("test"), message("test")]),
    // Names
    ("names are case-sensitive", b"Data: a\nDATA: b\nEvent: c\nID: d\nRetry: 5\ndata: e\n\n", &[message("e")]),
    ("a space before the colon is part of the name", b"data : a\nid : 1\ndata: b\n\n", &[message("b")]),
    ("a space before the name is part of it", b" data: a\ndata: b\n\n", &[message("b")]),
    (
        "unknown fields",
        b"foo: a\nx\ndatabase: b\ndat: c\neven: d\nevents: e\ni: f\nids: g\ndata: h\n\n",
        &[message("h")],
    ),
    ("only unknown fields", b"foo: a\n\nbar\n\ndata: b\n\n", &[message("b")]),
    ("an unknown name in bytes that are no UTF-8", b"\xff\xfe: a\ndata\xff: b\ndata: c\n\n", &[message("c")]),
    ("an HTML page", b"<!DOCTYPE html>\n<html lang=\"en\">\n\n<p>data: no\n\n", &[]),
    // Type
    ("type", b"event: add\ndata: 1\n\nevent: remove\ndata: 2\n\n", &[event("add", "1", ""), event("remove", "2", "")]),
    ("type after data", b"data: 1\nevent: add\n\n", &[event("add", "1", "")]),
    ("the type holds for one event", b"event: add\ndata: 1\n\ndata: 2\n\n", &[event("add", "1", ""), message("2")]),
    ("a block without data resets the type", b"event: add\n\ndata: 1\n\n", &[message("1")]),
    ("the last type counts", b"event: a\nevent: b\ndata: 1\n\n", &[event("b", "1", "")]),
    ("an empty type is the default", b"event: a\nevent\ndata: 1\n\nevent:\ndata: 2\n\n", &[message("1"), message("2")]),
    ("a type is text as it is", b"event:  a b \ndata: 1\n\n", &[event(" a b ", "1", "")]),
    // Last event ID
    ("id", b"id: 1\ndata: a\n\n", &[event("message", "a", "1")]),
    ("id after data", b"data: a\nid: \"1-g1AAAA\"\n\n", &[event("message", "a", "\"1-g1AAAA\"")]),
    (
        "an ID stays in force",
        b"id: 1\ndata: a\n\ndata: b\n\n",
        &[event("message", "a", "1"), event("message", "b", "1")],
    ),
    (
        "an empty ID resets",
        b"id: 1\ndata: a\n\nid\ndata: b\n\ndata: c\n\n",
        &[event("message", "a", "1"), message("b"), message("c")],
    ),
    ("an ID without data is in force", b"id: 1\n\ndata: a\n\n", &[LastEventId("1"), event("message", "a", "1")]),
    (
        "an ID without data that changes nothing",
        b"id: 1\ndata: a\n\nid: 1\n\nid:\n\nid\n\n",
        &[event("message", "a", "1"), LastEventId("")],
    ),
    ("the last ID counts", b"id: 1\nid: 2\ndata: a\n\n", &[event("message", "a", "2")]),
    (
        "an ID with NUL is ignored",
        b"id: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid: \0\n\n",
        &[event("message", "a", "1"), event("message", "b", "1")],
    ),
    ("an ID with NUL leaves the block's other one", b"id: 1\nid: 2\0\ndata: a\n\n", &[event("message", "a", "1")]),
    (
        "an ID with control characters",
        b"id: a\x01\x1b\x7f\ndata: a\n\n",
        &[event("message", "a", "a\u{1}\u{1b}\u{7f}")],
    ),
    ("an ID beyond ASCII", "id: ünï🦀\ndata: a\n\n".as_bytes(), &[event("message", "a", "ünï🦀")]),
    (
        "the standard's second example",
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        &[
            Comment(" test stream"),
            event("message", "first event", "1"),
            message("second event"),
            message(" third event"),
        ],
    ),
    // Retry
    ("retry without data", b"retry: 10000\n\ndata:this is a test\n\n", &[Retry(10000), message("this is a test")]),
    ("retry counts at once", b"data: a\nretry: 1\n\n", &[Retry(1), message("a")]),
    (
        "retry in every event",
        b"retry: 1\ndata: a\n\ndata: b\nretry:2\n\n",
        &[Retry(1), message("a"), Retry(2), message("b")],
    ),
    ("retry of zero, and with zeros before it", b"retry: 0\nretry: 007\n\n", &[Retry(0), Retry(7)]),
    ("an empty retry", b"retry:\nretry: \nretry\n\n", &[]),
    (
        "retry with anything but ASCII digits",
        "retry: 1s\nretry: -1\nretry: +1\nretry: 1.5\nretry: 1 \nretry:  1\nretry: ٣\nretry: 0x1\n\n".as_bytes(),
        &[],
    ),
    (
        "retry is saturated",
        b"retry: 18446744073709551615\nretry: 18446744073709551616\nretry: 99999999999999999999999\n\n",
        &[Retry(u64::MAX), Retry(u64::MAX), Retry(u64::MAX)],
    ),
    // Comments
    ("comments", b":\n: a\n:b: c\n::\n\n", &[Comment(""), Comment(" a"), Comment("b: c"), Comment(":")]),
    ("a comment in a block", b"data: a\n: x\ndata: b\n\n", &[Comment(" x"), message("a\nb")]),
    ("a comment that looks like a field", b":data: a\n\n", &[Comment("data: a")]),
    ("a comment in bytes that are no UTF-8", b":a\xffb\xe2\x82\n\n", &[Comment("a\u{fffd}b\u{fffd}")]),
    // Byte order mark
    ("a byte order mark", b"\xef\xbb\xbfdata: a\n\n", &[message("a")]),
    ("only one", b"\xef\xbb\xbf\xef\xbb\xbfdata: a\ndata: b\n\n", &[message("b")]),
    (
        "only at the start of the stream",
        b"data: a\n\n\xef\xbb\xbfdata: b\n\n: \xef\xbb\xbf\n",
        &[message("a"), Comment(" \u{feff}")],
    ),
    ("in data it is text", b"data: \xef\xbb\xbfa\n\n", &[message("\u{feff}a")]),
    ("before a comment", b"\xef\xbb\xbf:a\n", &[Comment("a")]),
    ("before a blank line", b"\xef\xbb\xbf\n\ndata: a\n\n", &[message("a")]),
    ("half of one makes the first line unknown", b"\xef\xbbdata: a\ndata: b\n\n", &[message("b")]),
    ("a third of one, and no comment either", b"\xef: a\n: b\n", &[Comment(" b")]),
    ("half of one and the line's end", b"\xef\xbb\ndata: a\n\n", &[message("a")]),
    ("nothing but one", b"\xef\xbb\xbf", &[]),
    // UTF-8
    ("text of every width", "data: aé€😀\n\n".as_bytes(), &[message("aé€😀")]),
    ("a byte that is none", b"data: a\xffb\n\n", &[message("a\u{fffd}b")]),
    (
        "a character broken off by the line's end",
        b"data: \xf0\x9f\x98\ndata: \x80\n\n",
        &[message("\u{fffd}\n\u{fffd}")],
    ),
    (
        "maximal subparts",
        b"data: \xe2\x82\xe2\x82\xac\xf0\x9f\x98a\xf4\x90\x80\x80\n\n",
        &[message("\u{fffd}€\u{fffd}a\u{fffd}\u{fffd}\u{fffd}\u{fffd}")],
    ),
    (
        "overlong forms and surrogates",
        b"data: \xc0\xaf\xed\xa0\x80\n\n",
        &[message("\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}")],
    ),
    ("in a type and an ID", b"event: \xffa\nid: \xfe\ndata: b\n\n", &[event("\u{fffd}a", "b", "\u{fffd}")]),
];

#[test]
fn every_case_however_it_is_cut() {
    for (name, stream, frames) in CASES {
        let expected: Vec<String> = frames.iter().map(|frame| format!("{frame:?}")).collect();
        Reading::default().assert(name, stream, &expected);
    }
}

#[test]
fn the_reference_agrees_with_the_table() {
    for (name, stream, frames) in CASES {
        let expected: Vec<String> = frames.iter().map(|frame| format!("{frame:?}")).collect();
        assert_eq!(reference::frames(stream, Reading::default()), expected, "{name}");
    }
}

#[test]
fn an_id_from_before_stays_in_force() {
    let reading = Reading { last_event_id: "41", ..Reading::default() };
    let expected = [event("message", "a", "41"), event("message", "b", "42"), LastEventId("")];
    let expected = expected.map(|frame| format!("{frame:?}"));
    reading.assert("resumed", b"data: a\n\nid: 41\n\nid: 42\ndata: b\n\nid\n\n", &expected);
}

#[test]
fn a_reset_discards_the_unfinished_block_and_keeps_the_id() {
    // Each stream ends inside of something; the next begins with a byte order mark of its own.
    for unfinished in
        ["data: b\nevent: x\nid: 2\n", "data: b", "da", "data", "data:", "id: 2", ": c", "retry: 1", "x\r", "\u{feff}"]
    {
        let mut decoder = tidings_event_source::Decoder::new("", 100);
        let mut frames = Vec::new();
        let streams = [b"id: 1\ndata: a\n\n".as_slice(), unfinished.as_bytes(), b"\xef\xbb\xbf\ndata: c\n\n"];
        for (index, mut input) in streams.into_iter().enumerate() {
            while let Some(frame) = decoder.decode(&mut input) {
                frames.push(format!("{frame:?}"));
            }
            if index > 0 {
                assert_eq!(decoder.last_event_id(), "1", "after {unfinished:?}");
            }
            if index == 1 {
                decoder.reset();
            }
        }
        let expected = [event("message", "a", "1"), event("message", "c", "1")].map(|frame| format!("{frame:?}"));
        assert_eq!(frames, expected, "after {unfinished:?}");
    }
}

#[test]
fn a_retry_counts_before_its_line_is_followed_by_anything() {
    let mut decoder = tidings_event_source::Decoder::new("", 100);
    let mut input = b"retry: 250\n".as_slice();
    assert_eq!(decoder.decode(&mut input), Some(Retry(250)));
    assert_eq!(decoder.decode(&mut input), None);
}

#[test]
fn a_cr_dispatches_without_waiting_for_what_follows() {
    let mut decoder = tidings_event_source::Decoder::new("", 100);
    let mut input = b"data: a\r\r".as_slice();
    assert_eq!(decoder.decode(&mut input), Some(message("a")));
    assert_eq!(decoder.decode(&mut input), None);
    let mut input = b"\ndata: b\n\n".as_slice();
    assert_eq!(decoder.decode(&mut input), Some(message("b")));
}
