//! The names that the standard gives to the lines of an event stream.
//!
//! Deliberately not here: what a field does to the event being read (`block.rs`).

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// A line that begins with a colon.
    Comment,
    Data,
    Event,
    Id,
    Retry,
    /// Any other name; the standard ignores it.
    Unknown,
}

impl Field {
    /// The length of the longest name, in bytes. A longer one need not be read to its end.
    pub(super) const LONGEST_NAME: usize = 5;

    /// The field of this name (compared case-sensitively).
    pub(super) fn named(name: &[u8]) -> Self {
        match name {
            b"" => Self::Comment,
            b"data" => Self::Data,
            b"event" => Self::Event,
            b"id" => Self::Id,
            b"retry" => Self::Retry,
            _ => Self::Unknown,
        }
    }

    /// Parts a line that is not blank into its field and the field's value.
    #[inline]
    pub(super) fn split(line: &[u8]) -> (Self, &[u8]) {
        // What nearly every line is.
        if let Some(value) = line.strip_prefix(b"data: ") {
            return (Self::Data, value);
        }
        let (name, value) = match Self::name_end(line) {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, [].as_slice()),
        };
        let field = Self::named(name);
        (field, field.without_space(value))
    }

    /// Where the colon is, if the name is short enough to be one that counts.
    pub(super) fn name_end(line: &[u8]) -> Option<usize> {
        line.iter().take(Self::LONGEST_NAME + 1).position(|&byte| byte == b':')
    }

    /// The value without the one space that may lead it. A comment is no field and keeps its space.
    pub(super) fn without_space(self, value: &[u8]) -> &[u8] {
        match value {
            [b' ', rest @ ..] if self != Self::Comment => rest,
            _ => value,
        }
    }
}
