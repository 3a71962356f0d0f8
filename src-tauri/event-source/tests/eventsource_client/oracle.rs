//! Decoders by others as independent oracles: wherever they and the standard agree, so must we.
use crate::script::{Answer, Script};
use bytes::Bytes;
use eventsource_client::{ReconnectOptionsBuilder, SSE};
use eventsource_stream::Eventsource;
use futures_util::{FutureExt, Stream, StreamExt, stream};
use proptest::prelude::*;
use std::convert::Infallible;
use tidings_event_source::{Decoder, Frame, decoder::DEFAULT_EVENT_LIMIT};

/// Text of which every block means the same to the oracles and to the standard (`defects.rs` has the other kinds).
const TOKENS: &[&str] = &[
    "\n",
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    "\r\n\r\n",
    ":",
    ": ",
    ": a\n",
    "data",
    "data:",
    "data: ",
    "data: ",
    "\ndata: ",
    "\ndata:a\n\n",
    "\n\ndata: {\"a\": 1}\n\n",
    "\nevent: ping\n",
    "\nevent:",
    "\nid: 7\n",
    "\nid\n",
    "\nid:",
    "\0",
    " ",
    "\nretry: 10\n",
    "a",
    "Data: ",
    "foo: ",
    "é",
    "😀",
    "\u{feff}",
];

/// A stream that begins with or without a byte order mark, and the lengths of its chunks.
fn stream_and_cuts() -> impl Strategy<Value = (String, Vec<usize>)> {
    let text = proptest::collection::vec(proptest::sample::select(TOKENS), 0..50).prop_map(|tokens| tokens.concat());
    let text = (any::<bool>(), text).prop_map(|(mark, text)| format!("{}{text}", if mark { "\u{feff}" } else { "" }));
    (text, proptest::collection::vec(1..40_usize, 1..10))
}

fn chunks<'a>(mut stream: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    cuts.iter().cycle().map_while(move |&cut| {
        let (chunk, rest) = stream.split_at(cut.min(stream.len()));
        stream = rest;
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// Type, data and ID of each event, and each comment if wanted.
fn ours<'a>(chunks: impl Iterator<Item = &'a [u8]>, comments: bool) -> Vec<String> {
    let mut decoder = Decoder::new("", DEFAULT_EVENT_LIMIT);
    let mut found = Vec::new();
    for mut input in chunks {
        while let Some(frame) = decoder.decode(&mut input) {
            match frame {
                Frame::Event(event) => found.push(format!("{event:?}")),
                Frame::Comment(text) if comments => found.push(text.to_owned()),
                _ => {}
            }
        }
    }
    found
}

/// An event in the same form.
fn event(event_type: &str, data: &str, last_event_id: &str) -> String {
    format!("{:?}", tidings_event_source::Event { event_type, data, last_event_id })
}

/// All items of a stream that never waits.
fn items<T>(mut stream: impl Stream<Item = T> + Unpin) -> Vec<T> {
    std::iter::from_fn(|| stream.next().now_or_never().expect("no waiting")).collect()
}

/// What eventsource-client finds up to the first block that it fails on, and whether it came to the end.
fn client(chunks: Vec<&[u8]>) -> (Vec<String>, bool) {
    let options = ReconnectOptionsBuilder::new(false).build();
    let mut found = Vec::new();
    let mut complete = true;
    for item in items(Script::new([Answer::stream(chunks)]).client(options)) {
        match item {
            Ok(SSE::Event(parts)) => {
                found.push(event(&parts.event_type, &parts.data, parts.id.as_deref().unwrap_or_default()));
            }
            Ok(SSE::Comment(text)) => found.push(text),
            Err(eventsource_client::Error::InvalidEvent) => complete = false,
            Ok(SSE::Connected(_)) | Err(eventsource_client::Error::Eof | eventsource_client::Error::UnexpectedEof) => {}
            Err(error) => panic!("{error}"),
        }
    }
    (found, complete)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn eventsource_client_agrees((stream, cuts) in stream_and_cuts()) {
        let ours = ours(chunks(stream.as_bytes(), &cuts), true);
        let (theirs, complete) = client(chunks(stream.as_bytes(), &cuts).collect());
        if complete {
            prop_assert_eq!(ours, theirs);
        } else {
            // It gave up at a block without any field that counts (a defect, `defects.rs`).
            prop_assert!(ours.starts_with(&theirs), "{:?} against {:?}", ours, theirs);
        }
    }

    #[test]
    fn eventsource_stream_agrees((stream, cuts) in stream_and_cuts()) {
        // It panics at a byte order mark.
        let stream = stream.trim_start_matches('\u{feff}');
        let ours = ours(chunks(stream.as_bytes(), &cuts), false);
        let theirs = chunks(stream.as_bytes(), &cuts).map(|chunk| Ok::<_, Infallible>(Bytes::copy_from_slice(chunk)));
        let theirs: Vec<_> = items(stream::iter(theirs).eventsource())
            .into_iter()
            .map(|parts| parts.map(|parts| event(&parts.event, &parts.data, &parts.id)))
            .collect::<Result<_, _>>()
            .expect("all of it is an event stream");
        // It waits for what follows a CR, and so never dispatches at one that ends the stream.
        let seen_by_both = ours.len() - usize::from(stream.ends_with('\r') && ours.len() > theirs.len());
        prop_assert_eq!(&ours[..seen_by_both], &theirs);
    }
}
