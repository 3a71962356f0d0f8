//! The lines of a stream as they come, for somebody who looks at them: comments, unknown fields and all, in their order.
//!
//! Deliberately not here: what they mean (`tidings-event-source`'s decoder reads the same bytes).
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How much is kept of a line, in bytes.
const LINE: usize = 4 * 1024;

/// A line of an event stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RawLine {
    /// Ascends by one with each line, from 1 where somebody began to look. Where one is missing, it is no longer kept.
    #[ts(type = "number")]
    pub number: u64,
    /// When its end came, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub at: i64,
    /// Without what ends it; empty for the blank line that ends an event. Cut if it is long, and what is not UTF-8 is
    /// replaced.
    pub text: Box<str>,
    /// How many bytes it had.
    #[ts(type = "number")]
    pub size: u64,
}

impl RawLine {
    /// About how many bytes it occupies.
    pub(super) fn size_kept(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }
}

/// Parts a stream into lines. What of a line is not here yet is kept, as much of it as is shown.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
    size: u64,
    /// The last byte was CR: an LF that follows belongs to it.
    after_cr: bool,
}

impl Lines {
    /// Another stream begins.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Hands over the lines that end in these bytes: each with its text and its size.
    pub(super) fn read(&mut self, mut bytes: &[u8], mut tell: impl FnMut(Box<str>, u64)) {
        if std::mem::take(&mut self.after_cr) {
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            let (piece, rest) = bytes.split_at(end);
            self.take(piece);
            let size = std::mem::take(&mut self.size);
            let line = std::mem::take(&mut self.begun);
            let cut = if size > line.len() as u64 { "…" } else { "" };
            tell(format!("{}{cut}", String::from_utf8_lossy(&line)).into(), size);
            bytes = match rest {
                [b'\r', b'\n', rest @ ..] => rest,
                [b'\r'] => {
                    self.after_cr = true;
                    &[]
                }
                rest => &rest[1..],
            };
        }
        self.take(bytes);
    }

    fn take(&mut self, piece: &[u8]) {
        let room = LINE - self.begun.len();
        self.begun.extend_from_slice(&piece[..piece.len().min(room)]);
        self.size += piece.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut seen) = (Lines::default(), vec![]);
        for piece in pieces {
            lines.read(piece, |text, _| seen.push(text.into()));
        }
        seen
    }

    #[test]
    fn lines_are_the_same_however_they_are_cut() {
        let stream = b": hi\r\nid: 7\rfoo: bar\ndata: \xc3\xbc\n\r\n\rretry: 5\n\nunfinished";
        let expected = [": hi", "id: 7", "foo: bar", "data: ü", "", "", "retry: 5", ""];
        assert_eq!(read(&[stream]), expected);
        for at in 0..stream.len() {
            assert_eq!(read(&[&stream[..at], &stream[at..]]), expected, "cut at {at}");
        }
    }

    #[test]
    fn a_long_line_is_cut_and_its_size_told() {
        let (mut lines, mut seen) = (Lines::default(), vec![]);
        for _ in 0..100 {
            lines.read(&[b'x'; 1000], |_, _| panic!("no end yet"));
        }
        lines.read(b"\n", |text, size| seen.push((text.len(), size)));
        assert_eq!(seen, [(LINE + "…".len(), 100_000)]);
    }
}
