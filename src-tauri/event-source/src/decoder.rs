//! Bytes in, frames out: the standard's section 9.2.6 "Interpreting an event stream".
//!
//! A line that lies whole in a chunk is read where it lies; so is the data of an event that has one line of it. What the
//! end of a chunk cuts is copied, once, to where it is wanted.
//!
//! Deliberately not here: I/O of any kind, and what a frame means to the one who reads it.
mod block;
mod field;
mod line;
mod utf8;

use crate::{Event, Frame};
use block::Block;
use field::Field;
use line::Line;

/// How many bytes of a comment are kept.
pub const COMMENT_LIMIT: usize = 1024;

/// The event size limit unless one is set: 16 MiB.
pub const DEFAULT_EVENT_LIMIT: usize = 16 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The largest buffer, in bytes, that an idle decoder keeps for what may come next.
const KEPT_BUFFER: usize = 128;

/// Turns the bytes of one event stream into frames, however they are cut into chunks.
///
/// ```
/// use tidings_event_source::{Decoder, Event, Frame};
///
/// let mut decoder = Decoder::new("", 1024);
/// let mut seen = Vec::new();
/// for chunk in ["retry: 5000\n\nid: 7\nda", "ta: hello\r", "\n\r\n"] {
///     let mut input = chunk.as_bytes();
///     while let Some(frame) = decoder.decode(&mut input) {
///         match frame {
///             Frame::Event(Event { event_type, data, last_event_id }) => {
///                 seen.push(format!("{event_type} {last_event_id}: {data}"));
///             }
///             Frame::Retry(milliseconds) => seen.push(format!("retry after {milliseconds} ms")),
///             _ => {}
///         }
///     }
/// }
/// assert_eq!(seen, ["retry after 5000 ms", "message 7: hello"]);
/// ```
#[derive(Debug)]
pub struct Decoder {
    /// What of a byte order mark may still come: all of it at the start of a stream, nothing later on.
    byte_order_mark: &'static [u8],
    /// The last chunk ended with CR: an LF at the start of the next belongs to it.
    after_cr: bool,
    line: Line,
    block: Block,
    /// The block was dispatched. It is cleared when the next frame is asked for, as this one is borrowed from it.
    dispatched: bool,
    last_event_id: String,
    /// The text of a frame that had invalid bytes.
    replaced: String,
    event_limit: usize,
}

/// A frame, before it borrows what it consists of. `None` stands for what is not in the chunk but in the decoder.
#[derive(Clone, Copy)]
enum Found<'b> {
    Event(Option<&'b [u8]>),
    Comment(Option<&'b [u8]>),
    Retry(u64),
    LastEventId,
}

impl Decoder {
    /// A decoder at the start of a stream. `last_event_id` is the one in force from before (the standard keeps it over
    /// a reconnection); `event_limit` bounds one event, in bytes.
    pub fn new(last_event_id: &str, event_limit: usize) -> Self {
        // No buffer can be larger.
        let event_limit = event_limit.min(isize::MAX as usize);
        Self {
            byte_order_mark: BYTE_ORDER_MARK,
            after_cr: false,
            line: Line::new(),
            block: Block::new(event_limit),
            dispatched: false,
            last_event_id: last_event_id.to_owned(),
            replaced: String::new(),
            event_limit,
        }
    }

    /// The next frame in `input`, which is advanced past what was read. `None`: all of `input` is read, and the next
    /// chunk may follow.
    ///
    /// Ask until `None` comes: only then is memory let go that the last event needed. A block that no blank line ends is
    /// never dispatched, so at the end of a stream there is nothing left to ask for.
    pub fn decode<'a, 'b: 'a>(&'a mut self, input: &mut &'b [u8]) -> Option<Frame<'a>> {
        if self.dispatched {
            self.dispatched = false;
            self.block.clear();
        }
        if !self.replaced.is_empty() {
            self.replaced = String::new();
        }
        let found = self.find(input)?;
        Some(self.frame(found))
    }

    /// Starts anew for the next connection: an unfinished block is discarded, the last event ID stays.
    pub fn reset(&mut self) {
        *self = Self { last_event_id: std::mem::take(&mut self.last_event_id), ..Self::new("", self.event_limit) };
    }

    /// The last event ID in force.
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The bytes of memory that the decoder holds, apart from its own size.
    ///
    /// That is the data and type of one event at most (the event limit), and as much again for each of: an ID that is
    /// not in force yet, the ID that is, a line cut by the end of a chunk that is neither data nor a comment, and text
    /// whose invalid bytes were replaced, until the next call. Between events, when all input is read: a few hundred
    /// bytes and the last event ID.
    pub fn memory(&self) -> usize {
        self.block.memory() + self.line.memory() + self.last_event_id.capacity() + self.replaced.capacity()
    }

    /// Reads lines up to the first that yields a frame.
    fn find<'b>(&mut self, input: &mut &'b [u8]) -> Option<Found<'b>> {
        self.skip_byte_order_mark(input);
        self.skip_line_feed(input);
        // The block's only data line so far, if it lies in this chunk: copied only if it turns out not to be the only one,
        // or not to end in this chunk.
        let mut in_place: Option<&'b [u8]> = None;
        while let Some(end) = line_end(input) {
            let (line, rest) = input.split_at(end);
            *input = self.after_line_end(rest);
            let found = if !self.line.is_at_start() {
                self.read_piece(line);
                self.end_line()
            } else if line.is_empty() {
                let found = self.dispatch(in_place.take());
                if found.is_some() {
                    return found;
                }
                continue;
            } else {
                match Field::split(line) {
                    (Field::Data, value) if in_place.is_none() && self.block.is_without_data() => {
                        in_place = Some(value);
                        continue;
                    }
                    (Field::Data, value) => {
                        self.keep(in_place.take());
                        self.block.push_line(value);
                        continue;
                    }
                    (Field::Comment, comment) => Some(Found::Comment(Some(comment))),
                    (field, value) => {
                        self.line.begin(field);
                        self.line.push(field, value, self.event_limit);
                        self.end_line()
                    }
                }
            };
            if found.is_some() {
                self.keep(in_place);
                return found;
            }
        }
        self.keep(in_place);
        self.read_piece(input);
        *input = &[];
        self.release();
        None
    }

    /// Copies a data line that cannot stay where it is.
    #[inline]
    fn keep(&mut self, in_place: Option<&[u8]>) {
        if let Some(value) = in_place {
            self.block.push_line(value);
        }
    }

    /// Reads a piece of a line that lies in more than one chunk.
    fn read_piece(&mut self, piece: &[u8]) {
        match self.line.advance(piece) {
            Some((Field::Data, value)) => self.block.push_data(value),
            Some((field, value)) => self.line.push(field, value, self.event_limit),
            None => {}
        }
    }

    /// Ends the line in `self.line`.
    fn end_line<'b>(&mut self) -> Option<Found<'b>> {
        match self.line.end() {
            Field::Data => self.block.end_data_line(),
            Field::Event => self.block.set_event_type(&mut self.line),
            // The standard ignores an ID with NUL.
            Field::Id if self.line.has_nul() => {}
            Field::Id => self.block.set_id(&mut self.line),
            Field::Retry => return self.line.number().map(Found::Retry),
            Field::Comment => return Some(Found::Comment(None)),
            Field::Unknown => {}
        }
        None
    }

    /// What a blank line does: the standard's "dispatch the event".
    fn dispatch<'b>(&mut self, in_place: Option<&'b [u8]>) -> Option<Found<'b>> {
        // Even without data, and even if the event is too large: a server that resumes would otherwise send the same
        // event again and again.
        let id_changed = self.block.commit_id(&mut self.last_event_id);
        if let Some(value) = in_place {
            self.block.count_line(value);
        }
        let found = if !self.block.is_without_data() {
            Some(Found::Event(in_place))
        } else if id_changed {
            Some(Found::LastEventId)
        } else {
            None
        };
        match found {
            Some(_) => self.dispatched = true,
            None => self.block.clear(),
        }
        found
    }

    /// The frame that was found, made of what the decoder and the chunk hold.
    fn frame<'a>(&'a mut self, found: Found<'a>) -> Frame<'a> {
        let last_event_id = &self.last_event_id;
        match found {
            Found::Event(_) if self.block.is_oversized() => Frame::Oversized { size: self.block.size(), last_event_id },
            Found::Event(in_place) => {
                let bytes = in_place.unwrap_or_else(|| self.block.data());
                let data = if let Ok(data) = simdutf8::basic::from_utf8(bytes) {
                    data
                } else {
                    let size = self.block.size() + (utf8::decoded_len(bytes) - bytes.len()) as u64;
                    if size > self.event_limit as u64 {
                        return Frame::Oversized { size, last_event_id };
                    }
                    self.replaced = utf8::replace(bytes);
                    &self.replaced
                };
                let event_type = Some(self.block.event_type()).filter(|name| !name.is_empty()).unwrap_or("message");
                Frame::Event(Event { event_type, data, last_event_id })
            }
            Found::Comment(whole) => {
                let bytes = whole.unwrap_or_else(|| self.line.bytes());
                // A character that begins before the limit and ends after it is read whole, and then left out.
                let bytes = &bytes[..bytes.len().min(COMMENT_LIMIT + 3)];
                let text = if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
                    text
                } else {
                    self.replaced = utf8::replace(bytes);
                    &self.replaced
                };
                Frame::Comment(&text[..text.floor_char_boundary(COMMENT_LIMIT)])
            }
            Found::Retry(milliseconds) => Frame::Retry(milliseconds),
            Found::LastEventId => Frame::LastEventId(last_event_id),
        }
    }

    /// Drops the byte order mark that may lead a stream, byte by byte.
    #[inline]
    fn skip_byte_order_mark(&mut self, input: &mut &[u8]) {
        while let [expected, missing @ ..] = self.byte_order_mark
            && let [byte, rest @ ..] = *input
        {
            if byte == expected {
                self.byte_order_mark = missing;
                *input = rest;
            } else {
                if self.byte_order_mark.len() < BYTE_ORDER_MARK.len() {
                    // A mark broken off belongs to the name of a field, which is then none that counts.
                    self.line.ignore();
                }
                self.byte_order_mark = &[];
            }
        }
    }

    /// Drops the LF of a CR LF that lies in two chunks.
    #[inline]
    fn skip_line_feed(&mut self, input: &mut &[u8]) {
        if self.after_cr && !input.is_empty() {
            self.after_cr = false;
            *input = input.strip_prefix(b"\n").unwrap_or(input);
        }
    }

    /// What follows the line end that `rest` begins with.
    #[inline]
    fn after_line_end<'b>(&mut self, rest: &'b [u8]) -> &'b [u8] {
        self.after_cr = rest == b"\r";
        match rest {
            [b'\r', b'\n', next @ ..] | [_, next @ ..] => next,
            [] => &[],
        }
    }

    /// Lets go of large buffers between events, when all input is read: the next event may be hours away.
    fn release(&mut self) {
        if self.line.is_at_start() && self.block.is_empty() {
            self.block.release(KEPT_BUFFER);
            self.line.release(KEPT_BUFFER);
            if self.last_event_id.capacity() > KEPT_BUFFER {
                self.last_event_id.shrink_to_fit();
            }
        }
    }
}

/// Where the first line ends.
#[inline]
fn line_end(input: &[u8]) -> Option<usize> {
    match input {
        // A blank line, after every event: not worth the call.
        [b'\n' | b'\r', ..] => Some(0),
        _ => memchr::memchr2(b'\n', b'\r', input),
    }
}
