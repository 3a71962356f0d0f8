//! Reads streams in every way they can be cut.
use tidings_event_source::{Decoder, decoder::DEFAULT_EVENT_LIMIT};

/// How a stream is to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) last_event_id: &'a str,
    pub(crate) event_limit: usize,
}

impl Default for Reading<'_> {
    fn default() -> Self {
        Self { last_event_id: "", event_limit: DEFAULT_EVENT_LIMIT }
    }
}

impl Reading<'_> {
    /// The frames of a stream that comes in these chunks.
    pub(crate) fn frames<'c>(self, chunks: impl IntoIterator<Item = &'c [u8]>) -> Vec<String> {
        let mut decoder = Decoder::new(self.last_event_id, self.event_limit);
        let mut frames = Vec::new();
        for mut input in chunks {
            while let Some(frame) = decoder.decode(&mut input) {
                frames.push(format!("{frame:?}"));
            }
            assert!(input.is_empty(), "the decoder stopped before the end of its input");
        }
        frames
    }

    /// Asserts the frames of `stream`: whole, byte by byte, in two at every point and, if short, in three at any two.
    pub(crate) fn assert(self, name: &str, stream: &[u8], expected: &[String]) {
        assert_eq!(self.frames([stream]), expected, "{name}: whole");
        assert_eq!(self.frames(stream.chunks(1)), expected, "{name}: byte by byte");
        for first in 0..=stream.len() {
            let (head, rest) = stream.split_at(first);
            assert_eq!(self.frames([head, rest]), expected, "{name}: cut at {first}");
            if stream.len() <= 48 {
                for second in 0..=rest.len() {
                    let (middle, tail) = rest.split_at(second);
                    assert_eq!(self.frames([head, middle, tail]), expected, "{name}: cut at {first} and {second} more");
                }
            }
        }
    }
}
