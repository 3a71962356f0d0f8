//! Arbitrary streams, cut arbitrarily: the same frames as the reference finds, in bounded memory.
use crate::checks::{check, check_fuzz};
use crate::{reading::Reading, reference};
use proptest::prelude::*;

/// What event streams consist of, and what breaks them.
const TOKENS: &[&[u8]] = &[
    b"\n",
    b"\n",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b":",
    b": ",
    b" ",
    b"data",
    b"data:",
    b"data: ",
    b"\ndata: ",
    b"\ndata:a\n\n",
    b"event",
    b"event: ",
    b"\nevent: ping\n",
    b"id",
    b"id: ",
    b"\nid: 7\n",
    b"id\n",
    b"\0",
    b"retry",
    b"\nretry: ",
    b"\nretry: 10\n",
    b"0",
    b"9",
    b"123456789",
    b"a",
    b"abcdefghijklmnopqrstuvwxyz",
    b"Data: ",
    b"foo: ",
    "é".as_bytes(),
    "😀".as_bytes(),
    b"\xef\xbb\xbf",
    b"\xef",
    b"\xbb",
    b"\xbf",
    b"\xff",
    b"\xf0\x9f",
    b"\xe2\x82",
    b"\x80",
];

/// A stream that is mostly one.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        20 => proptest::sample::select(TOKENS).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
        1 => (0..1500_usize, any::<u8>()).prop_map(|(times, byte)| vec![byte; times]),
    ];
    proptest::collection::vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

/// The lengths of chunks, used in turn.
fn cuts() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(prop_oneof![3 => 1..8_usize, 1 => 8..200_usize, 1 => Just(0)], 1..12)
        .prop_filter("no progress", |cuts| cuts.iter().any(|&cut| cut > 0))
}

fn limit() -> impl Strategy<Value = usize> {
    prop_oneof![0..40_usize, Just(1024), Just(usize::MAX)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_reference_agrees(stream in stream(), cuts in cuts(), event_limit in limit(), last_event_id in "[a-z]{0,3}") {
        check(&stream, &cuts, Reading { last_event_id: &last_event_id, event_limit });
    }

    /// The fuzz target's body, for a bounded time and on the stable toolchain.
    #[test]
    fn fuzz(input in proptest::collection::vec(any::<u8>(), 0..300)) {
        check_fuzz(&input);
    }

    #[test]
    fn fuzz_of_what_matters(settings in any::<[u8; 3]>(), stream in stream()) {
        check_fuzz(&[settings.as_slice(), &stream].concat());
    }
}

#[test]
fn every_short_stream_of_what_matters() {
    // All streams of up to five of these, whole and byte by byte.
    const BYTES: &[&[u8]] = &[b"\n", b"\r", b":", b" ", b"data", b"id", b"x", b"event:"];
    fn extend(stream: &mut Vec<u8>, depth: usize) {
        let expected = reference::frames(stream, Reading::default());
        assert_eq!(Reading::default().frames([stream.as_slice()]), expected, "{:?}", stream.escape_ascii().to_string());
        assert_eq!(Reading::default().frames(stream.chunks(1)), expected, "{:?}", stream.escape_ascii().to_string());
        if depth > 0 {
            for bytes in BYTES {
                let len = stream.len();
                stream.extend_from_slice(bytes);
                extend(stream, depth - 1);
                stream.truncate(len);
            }
        }
    }
    extend(&mut Vec::new(), 5);
}
