//! `tidings decode`: an event stream on standard input becomes JSON, or a number.
//!
//! Deliberately not here: the decoder (the event-source crate).
use super::output::Output;
use super::watch::write_rest;
use super::{Failed, Outcome, say, unless_reader_gone};
use clap::Args;
use std::io::{self, ErrorKind, Read as _, Write as _};
use tidings_event_source::{Decoder, Frame, decoder};

/// Read an event stream from standard input and write one JSON object for each event
///
/// Comments, reconnection times and an event that is cut off by the end are left out.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  curl -N https://example.org/events | tidings decode")]
pub(super) struct Decode {
    /// Write the number of events instead
    #[arg(long)]
    count: bool,
}

impl Decode {
    pub(super) fn run(self) -> Outcome {
        if self.count { count() } else { to_ndjson() }
    }
}

fn count() -> Outcome {
    let mut count = 0_u64;
    each_chunk(|decoder, mut chunk| {
        while let Some(frame) = decoder.decode(&mut chunk) {
            match frame {
                Frame::Event(_) => count += 1,
                Frame::Oversized { size, .. } => say_dropped(size),
                _ => {}
            }
        }
        Ok(())
    })?;
    unless_reader_gone(writeln!(io::stdout(), "{count}"))
}

fn to_ndjson() -> Outcome {
    let mut output = Output::stdout()?;
    each_chunk(|decoder, mut chunk| {
        while let Some(frame) = decoder.decode(&mut chunk) {
            match frame {
                Frame::Event(event) => {
                    output.bytes(b"{\"type\":\"event\",\"event\":")?;
                    write_rest(&mut output, &event)?;
                }
                Frame::Oversized { size, .. } => say_dropped(size),
                _ => {}
            }
        }
        // The stream may be a live one: what has come is shown before more is waited for.
        output.flush()
    })
}

/// Hands each chunk of standard input to `decode`, which fails when it cannot write.
fn each_chunk(mut decode: impl FnMut(&mut Decoder, &[u8]) -> io::Result<()>) -> Outcome {
    let mut decoder = Decoder::new("", decoder::DEFAULT_EVENT_LIMIT);
    let mut buffer = vec![0; 64 * 1024];
    let mut input = io::stdin().lock();
    loop {
        match input.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => match decode(&mut decoder, &buffer[..length]) {
                Ok(()) => {}
                result => return unless_reader_gone(result),
            },
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Failed::Work(format!("Standard input cannot be read: {error}."))),
        }
    }
}

/// Says that an event was larger than may be.
pub(super) fn say_dropped(size: u64) {
    say(&format!("An event of {size} bytes was dropped; the limit is {} bytes.", decoder::DEFAULT_EVENT_LIMIT));
}
