//! What holds for every stream, every way to cut it and every limit. The property tests and the fuzz target share it.
use crate::{reading::Reading, reference};
use tidings_event_source::Decoder;

/// Asserts that `stream`, in chunks of these lengths in turn, gives the frames of the reference, in bounded memory.
pub(crate) fn check(stream: &[u8], cuts: &[usize], reading: Reading<'_>) {
    let expected = reference::frames(stream, reading);
    assert_eq!(reading.frames([stream]), expected, "whole");
    assert_eq!(reading.frames(stream.chunks(1)), expected, "byte by byte");
    assert_eq!(reading.frames(chunks(stream, cuts)), expected, "cut");

    // As `Decoder::memory` says: five limits at the very most, and what is small.
    let bound = reading.event_limit.saturating_mul(5).saturating_add(8 * 1024);
    let mut decoder = Decoder::new(reading.last_event_id, reading.event_limit);
    for mut input in chunks(stream, cuts) {
        while decoder.decode(&mut input).is_some() {}
        assert!(decoder.memory() <= bound, "{} bytes held", decoder.memory());
    }
}

/// The same, with everything taken from one piece of fuzz.
pub(crate) fn check_fuzz(input: &[u8]) {
    let [limit, first, second, stream @ ..] = input else { return };
    let event_limit = if *limit == u8::MAX { usize::MAX } else { usize::from(*limit) };
    let cuts = [usize::from(*first), usize::from(*second), 1];
    check(stream, &cuts, Reading { event_limit, ..Reading::default() });
}

/// `stream` in chunks of these lengths, used in turn. One of them at least is not zero.
fn chunks<'a>(mut stream: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    cuts.iter().cycle().map_while(move |&cut| {
        if stream.is_empty() {
            return None;
        }
        let (chunk, rest) = stream.split_at(cut.min(stream.len()));
        stream = rest;
        Some(chunk)
    })
}
