//! Transcripts: what went over the connections of one address, in a file that people read and a server can say again, byte
//! for byte and at its own pace. The format is described in `docs/transcript.md`.
//!
//! Secrets are hidden in addresses and headers; what came over the stream is as it came. Deliberately not here: the server
//! that says one again, and where files lie (the shell).
mod reading;
mod recording;
mod writing;

pub use reading::{Piece, RecordedAnswer, Transcript, TranscriptError};
pub use recording::Recording;
pub(crate) use recording::Tap;
pub use writing::{Looking, TranscriptWriter};

use crate::connection_log::ConnectionStep;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

/// The format that is written, and the newest that is read.
pub const FORMAT: u32 = 1;

/// What a transcript says of itself in its first line.
const NOTE: &str = "Secrets are hidden in addresses and headers. What came over the stream is as it came: look through it before you hand it on.";

/// How much of a stream stands in a line, in bytes.
const PIECE: usize = 64 * 1024;

/// What stands in a line after the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// An attempt begins.
    Connect,
    /// The recording begins in the middle of a stream.
    Joined,
    /// A step of it.
    Step(ConnectionStep),
    /// Bytes of the stream.
    Body(Box<[u8]>),
    /// The attempt or the stream ended.
    End(String),
}

#[derive(Serialize)]
struct Line<T> {
    /// Milliseconds since the recording began.
    t: f64,
    #[serde(flatten)]
    what: T,
}

#[derive(Serialize)]
#[serde(tag = "step", rename_all = "camelCase")]
enum Marked<'a> {
    Connect,
    Joined,
    Body {
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        base64: Option<String>,
    },
    End {
        why: &'a str,
    },
}

impl Recorded {
    /// As a line, without its end. `at`: in microseconds.
    fn line(&self, at: u64) -> String {
        #[expect(clippy::cast_precision_loss, reason = "exact for three hundred years")]
        let t = at as f64 / 1000.0;
        let line = match self {
            Self::Step(step) => serde_json::to_string(&Line { t, what: step }),
            Self::Connect => serde_json::to_string(&Line { t, what: Marked::Connect }),
            Self::Joined => serde_json::to_string(&Line { t, what: Marked::Joined }),
            Self::End(why) => serde_json::to_string(&Line { t, what: Marked::End { why } }),
            Self::Body(bytes) => {
                let text = std::str::from_utf8(bytes).ok();
                let base64 = text.is_none().then(|| BASE64_STANDARD.encode(bytes));
                serde_json::to_string(&Line { t, what: Marked::Body { text, base64 } })
            }
        };
        // There is nothing in it that could not be written.
        line.unwrap_or_default()
    }

    /// About how many bytes it occupies.
    fn size(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Body(bytes) => bytes.len(),
                Self::Step(step) => step.texts(),
                Self::End(why) => why.len(),
                Self::Connect | Self::Joined => 0,
            }
    }
}

/// The first line.
fn head(url: &str) -> String {
    let recorded = jiff::Timestamp::from_millisecond(crate::clock::now()).unwrap_or_default().to_string();
    serde_json::json!({ "transcript": FORMAT, "url": url, "recorded": recorded, "note": NOTE }).to_string()
}
