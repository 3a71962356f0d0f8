//! The standard's algorithm on a whole stream, written to be seen correct: no chunks, no borrowing, no speed.
use tidings_event_source::{Event, Frame, decoder::COMMENT_LIMIT};

use crate::reading::Reading;

/// The frames of `stream`.
pub(crate) fn frames(stream: &[u8], Reading { last_event_id, event_limit }: Reading<'_>) -> Vec<String> {
    let limit = event_limit as u64;
    let mut last_event_id = last_event_id.to_owned();
    let mut frames = Vec::new();
    let mut block = Block::default();
    for line in lines(stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stream)) {
        if line.is_empty() {
            let block = std::mem::take(&mut block);
            let id_changed = block.id.as_ref().is_some_and(|id| *id != last_event_id);
            last_event_id = block.id.unwrap_or(last_event_id);
            if block.data.is_empty() {
                if id_changed {
                    frames.push(format!("{:?}", Frame::LastEventId(&last_event_id)));
                }
                continue;
            }
            let data = block.data.join(b"\n".as_slice());
            let text = String::from_utf8_lossy(&data);
            let mut size = block.other + data.len() as u64;
            if size <= limit {
                size = block.other + text.len() as u64;
            }
            let frame = if size > limit {
                Frame::Oversized { size, last_event_id: &last_event_id }
            } else {
                let event_type = if block.event_type.is_empty() { "message" } else { &block.event_type };
                Frame::Event(Event { event_type, data: &text, last_event_id: &last_event_id })
            };
            frames.push(format!("{frame:?}"));
        } else if let Some(comment) = line.strip_prefix(b":") {
            let comment = String::from_utf8_lossy(comment);
            frames.push(format!("{:?}", Frame::Comment(&comment[..comment.floor_char_boundary(COMMENT_LIMIT)])));
        } else {
            let mut parts = line.splitn(2, |&byte| byte == b':');
            let (name, value) = (parts.next().unwrap(), parts.next().unwrap_or_default());
            let value = value.strip_prefix(b" ").unwrap_or(value);
            let text = String::from_utf8_lossy(value);
            let size = if value.len() > event_limit { value.len() } else { text.len() } as u64;
            match name {
                b"data" => block.data.push(value.to_vec()),
                b"event" => {
                    block.other += size;
                    block.event_type = text.into_owned();
                }
                b"id" if !value.contains(&0) => {
                    block.other += size;
                    if size <= limit {
                        block.id = Some(text.into_owned());
                    }
                }
                b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                    frames.push(format!("{:?}", Frame::Retry(text.parse().unwrap_or(u64::MAX))));
                }
                _ => {}
            }
        }
    }
    frames
}

#[derive(Default)]
struct Block {
    data: Vec<Vec<u8>>,
    event_type: String,
    id: Option<String>,
    /// The bytes of all types and IDs.
    other: u64,
}

/// The lines that an end follows.
fn lines(mut stream: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    while let Some(end) = stream.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        lines.push(&stream[..end]);
        let width = if stream[end..].starts_with(b"\r\n") { 2 } else { 1 };
        stream = &stream[end + width..];
    }
    lines
}
