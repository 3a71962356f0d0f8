//! The lines up to a blank one: the standard's data buffer, event type buffer and last event ID buffer, within a limit.
//!
//! Deliberately not here: how lines are found and named (`decoder.rs`, `field.rs`).
use super::line::Line;

/// The block being read.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The values of all `data` lines, each followed by LF, except for those that never left their chunk.
    data: Vec<u8>,
    /// How many `data` lines there are.
    data_lines: u64,
    event_type: String,
    id: String,
    has_id: bool,
    /// The bytes of all values that count, kept or not, without the LFs that join the data.
    size: u64,
    /// How much the data of an event amounted to that was last kept here: the next is likely of about the same size.
    expected: usize,
    limit: usize,
}

impl Block {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Whether no `data` line is in the block.
    #[inline]
    pub(super) fn is_without_data(&self) -> bool {
        self.data_lines == 0
    }

    /// Whether nothing that counts is in the block.
    pub(super) fn is_empty(&self) -> bool {
        self.data_lines == 0 && self.size == 0 && !self.has_id
    }

    /// The data, its lines joined with LF.
    #[inline]
    pub(super) fn data(&self) -> &[u8] {
        self.data.strip_suffix(b"\n").unwrap_or_default()
    }

    /// The event type; empty when the block names none.
    #[inline]
    pub(super) fn event_type(&self) -> &str {
        &self.event_type
    }

    /// The bytes of data, type and ID.
    #[inline]
    pub(super) fn size(&self) -> u64 {
        self.size + self.data_lines.saturating_sub(1)
    }

    #[inline]
    pub(super) fn is_oversized(&self) -> bool {
        self.size() > self.limit as u64
    }

    /// Counts a `data` line that stays where it is, in its chunk.
    #[inline]
    pub(super) fn count_line(&mut self, value: &[u8]) {
        self.size += value.len() as u64;
        self.data_lines += 1;
    }

    /// Appends a whole `data` line.
    #[inline]
    pub(super) fn push_line(&mut self, value: &[u8]) {
        self.count_line(value);
        if self.is_oversized() {
            return self.discard();
        }
        self.reserve(value.len() + 1);
        self.data.extend_from_slice(value);
        self.data.push(b'\n');
    }

    /// Appends a piece of a `data` line.
    #[inline]
    pub(super) fn push_data(&mut self, piece: &[u8]) {
        self.size += piece.len() as u64;
        // `data_lines` LFs join the lines before this one with it.
        if self.size + self.data_lines > self.limit as u64 {
            return self.discard();
        }
        self.reserve(piece.len());
        self.data.extend_from_slice(piece);
    }

    /// Ends a `data` line.
    #[inline]
    pub(super) fn end_data_line(&mut self) {
        self.data_lines += 1;
        if !self.is_oversized() {
            self.reserve(1);
            self.data.push(b'\n');
        }
    }

    /// Takes the value of an `event` line.
    pub(super) fn set_event_type(&mut self, line: &mut Line) {
        self.size += line.exchange(&mut self.event_type, self.limit);
        self.discard_if_oversized();
    }

    /// Takes the value of an `id` line. An ID larger than the limit by itself cannot be kept and changes nothing.
    pub(super) fn set_id(&mut self, line: &mut Line) {
        let size = line.exchange(&mut self.id, self.limit);
        self.has_id |= size <= self.limit as u64;
        self.size += size;
        self.discard_if_oversized();
    }

    /// Commits the ID, if the block has one, to the last event ID. Returns whether that changes it.
    #[inline]
    pub(super) fn commit_id(&mut self, last_event_id: &mut String) -> bool {
        let changes = self.has_id && self.id != *last_event_id;
        if changes {
            std::mem::swap(&mut self.id, last_event_id);
        }
        changes
    }

    /// Starts the next block.
    #[inline]
    pub(super) fn clear(&mut self) {
        if !self.data.is_empty() {
            self.expected = self.data.len();
        }
        self.data.clear();
        self.data_lines = 0;
        self.event_type.clear();
        self.has_id = false;
        self.size = 0;
    }

    /// The bytes of memory that are held.
    pub(super) fn memory(&self) -> usize {
        self.data.capacity() + self.event_type.capacity() + self.id.capacity()
    }

    /// Lets go of buffers larger than `kept`, in an empty block.
    pub(super) fn release(&mut self, kept: usize) {
        if self.data.capacity() > kept {
            self.data = Vec::new();
        }
        for text in [&mut self.event_type, &mut self.id] {
            if text.capacity() > kept {
                *text = String::new();
            }
        }
    }

    /// Makes room for `more` bytes of data, which are within the limit.
    #[inline]
    fn reserve(&mut self, more: usize) {
        if self.data.capacity() - self.data.len() < more {
            let expected = if self.data.capacity() == 0 { self.expected } else { 0 };
            grow(&mut self.data, more.max(expected.min(self.limit)), self.limit + 1);
        }
    }

    fn discard_if_oversized(&mut self) {
        if self.is_oversized() {
            self.discard();
        }
    }

    /// Lets go of what an event too large to be dispatched would be made of. Its ID is wanted all the same.
    #[cold]
    fn discard(&mut self) {
        self.data = Vec::new();
        self.event_type = String::new();
    }
}

/// Makes room for `more` bytes in a buffer that at most doubles, and never grows past `bound` without need.
#[cold]
pub(super) fn grow(buffer: &mut Vec<u8>, more: usize, bound: usize) {
    let capacity = (buffer.len() + more).max(buffer.capacity().saturating_mul(2).min(bound));
    buffer.reserve_exact(capacity - buffer.len());
}
