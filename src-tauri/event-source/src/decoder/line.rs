//! A line that comes in pieces, because the end of a chunk cuts it.
//!
//! Deliberately not here: lines that lie whole in a chunk (`decoder.rs` reads them where they lie), and data, which goes
//! straight into the block's buffer (`block.rs`).
use super::{COMMENT_LIMIT, block, field::Field, utf8};

/// How far into the line the pieces so far reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing of the line has been read.
    Start,
    /// In the name.
    Name,
    /// After the colon, where one space may follow.
    Colon(Field),
    Value(Field),
}

/// The line being read.
#[derive(Debug)]
pub(super) struct Line {
    place: Place,
    /// First the name, as much of it as matters; then the value, as much of it as may be kept.
    bytes: Vec<u8>,
    /// The length of the value, kept or not.
    length: u64,
    has_nul: bool,
    /// The value as a number, as long as it is one.
    number: Option<u64>,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self { place: Place::Start, bytes: Vec::new(), length: 0, has_nul: false, number: None }
    }

    /// Whether nothing of the line has been read.
    #[inline]
    pub(super) fn is_at_start(&self) -> bool {
        self.place == Place::Start
    }

    /// Makes this a line that is ignored, whatever follows.
    pub(super) fn ignore(&mut self) {
        self.begin(Field::Unknown);
    }

    /// Starts with the value of `field`.
    pub(super) fn begin(&mut self, field: Field) {
        self.place = Place::Value(field);
        self.bytes.clear();
        self.length = 0;
        self.has_nul = false;
        self.number = Some(0);
    }

    /// Reads a piece up to where the value begins. Returns the field, once it is known, and the value's piece.
    pub(super) fn advance<'b>(&mut self, mut piece: &'b [u8]) -> Option<(Field, &'b [u8])> {
        if self.place == Place::Start && !piece.is_empty() {
            self.place = Place::Name;
            self.bytes.clear();
        }
        if self.place == Place::Name {
            // One byte more than the longest name is enough to tell that the field is unknown.
            let missing = Field::LONGEST_NAME + 1 - self.bytes.len();
            let colon = piece.iter().take(missing).position(|&byte| byte == b':');
            self.bytes.extend_from_slice(&piece[..colon.unwrap_or(piece.len().min(missing))]);
            if let Some(colon) = colon {
                let field = Field::named(&self.bytes);
                self.begin(field);
                self.place = Place::Colon(field);
                piece = &piece[colon + 1..];
            } else if self.bytes.len() > Field::LONGEST_NAME {
                self.ignore();
            }
        }
        if let Place::Colon(field) = self.place
            && !piece.is_empty()
        {
            self.place = Place::Value(field);
            piece = field.without_space(piece);
        }
        match self.place {
            Place::Value(field) => Some((field, piece)),
            _ => None,
        }
    }

    /// Appends a piece of the value of any field but `data`. At most `limit` bytes and a few are kept.
    pub(super) fn push(&mut self, field: Field, piece: &[u8], limit: usize) {
        self.length += piece.len() as u64;
        let bound = match field {
            Field::Data | Field::Unknown => return,
            Field::Retry => return self.number = more_digits(self.number, piece),
            // A character that begins before the limit and ends after it is to be seen whole.
            Field::Comment => COMMENT_LIMIT + 3,
            Field::Event => limit,
            Field::Id => {
                self.has_nul |= memchr::memchr(0, piece).is_some();
                limit
            }
        };
        let kept = &piece[..piece.len().min(bound.saturating_sub(self.bytes.len()))];
        if self.bytes.capacity() - self.bytes.len() < kept.len() {
            block::grow(&mut self.bytes, kept.len(), bound);
        }
        self.bytes.extend_from_slice(kept);
    }

    /// Ends the line. Returns its field.
    pub(super) fn end(&mut self) -> Field {
        match std::mem::replace(&mut self.place, Place::Start) {
            Place::Value(field) | Place::Colon(field) => field,
            // A line without a colon is a name, and its value is empty.
            Place::Start | Place::Name => {
                let field = Field::named(&self.bytes);
                self.begin(field);
                self.place = Place::Start;
                field
            }
        }
    }

    /// The bytes of the value that were kept.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn has_nul(&self) -> bool {
        self.has_nul
    }

    /// The value of a `retry` field, if it is made of ASCII digits only, and of one at least.
    pub(super) fn number(&self) -> Option<u64> {
        self.number.filter(|_| self.length > 0)
    }

    /// Exchanges the value, as text, for what is in `buffer`, unless it is longer than `limit`. Returns its size.
    pub(super) fn exchange(&mut self, buffer: &mut String, limit: usize) -> u64 {
        if self.length > limit as u64 {
            return self.length;
        }
        let text = match String::from_utf8(std::mem::take(&mut self.bytes)) {
            Ok(text) => text,
            Err(error) => {
                let len = utf8::decoded_len(error.as_bytes());
                if len > limit {
                    return len as u64;
                }
                utf8::replace(error.as_bytes())
            }
        };
        let size = text.len() as u64;
        self.bytes = std::mem::replace(buffer, text).into_bytes();
        size
    }

    /// The bytes of memory that are held.
    pub(super) fn memory(&self) -> usize {
        self.bytes.capacity()
    }

    /// Lets go of a buffer larger than `kept`.
    pub(super) fn release(&mut self, kept: usize) {
        if self.bytes.capacity() > kept {
            self.bytes = Vec::new();
        }
    }
}

/// A number to which digits are appended, saturated; `None` once anything else came.
fn more_digits(number: Option<u64>, digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(number?, |number, digit| {
        digit.is_ascii_digit().then(|| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    })
}
