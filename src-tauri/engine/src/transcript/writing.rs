//! A transcript as it is written by who follows an address itself, without a feed.
//!
//! Deliberately not here: the recording of a feed (`recording.rs`).
use super::{PIECE, Recorded, head};
use crate::connection_log::{Scrub, Steps};
use crate::secret::Hidden;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use tidings_event_source::{Occurrence, Request, Sighting, Witness};
use tokio::time::Instant;

/// Writes a transcript. After the first failure nothing more is written.
pub struct TranscriptWriter<W> {
    out: W,
    began: Instant,
    last: u64,
    steps: Steps,
    connected: bool,
    failed: Option<io::Error>,
}

impl<W: Write> TranscriptWriter<W> {
    /// Begins with the first line. What the request carries in its address and headers is hidden.
    pub fn begin(out: W, request: &Request) -> io::Result<Self> {
        let text = |value: &http::HeaderValue| value.to_str().map(str::to_owned).ok();
        let values = request.headers.values().filter(|value| value.is_sensitive()).filter_map(text);
        // Of "Bearer s3cret" what follows the scheme.
        let values = values.flat_map(|value| [value.split_once(' ').map(|(_, secret)| secret.to_owned()), Some(value)]);
        let password = request.url.password().map(str::to_owned);
        let query = request.query_credential.as_ref();
        let secrets = values.flatten().chain(password).chain(query.map(|query| query.value.clone()));
        let hidden = Hidden::new(secrets);
        let scrub = Scrub::hiding(hidden, query.map(|query| query.name.clone()));
        let url = scrub.address(&request.url);
        let mut writer =
            Self { out, began: Instant::now(), last: 0, steps: Steps::new(scrub), connected: false, failed: None };
        writeln!(writer.out, "{}", head(&url))?;
        writer.out.flush()?;
        Ok(writer)
    }

    /// Something happened to the connection.
    pub fn occurred(&mut self, occurrence: &Occurrence<'_>) {
        match occurrence {
            Occurrence::Connecting { .. } => {
                self.connected = true;
                self.write(Instant::now(), &Recorded::Connect);
            }
            Occurrence::Lost { failure, .. } | Occurrence::Closed(failure) => {
                if std::mem::take(&mut self.connected) {
                    self.write(Instant::now(), &Recorded::End(failure.to_string()));
                }
            }
            Occurrence::Waiting | Occurrence::Open(_) | Occurrence::Frame(_) => return,
        }
        self.flush();
    }

    /// Why it could not be written; told once.
    pub fn take_failure(&mut self) -> Option<io::Error> {
        self.failed.take()
    }

    fn saw(&mut self, Sighting { at, what }: Sighting) {
        let mut seen = vec![];
        self.steps.see(what, |step| seen.push(step));
        for step in seen {
            self.write(at, &Recorded::Step(step));
        }
    }

    fn received(&mut self, bytes: &[u8]) {
        let now = Instant::now();
        for piece in bytes.chunks(PIECE) {
            self.write(now, &Recorded::Body(piece.into()));
        }
        self.flush();
    }

    fn write(&mut self, at: Instant, what: &Recorded) {
        let at = u64::try_from(at.saturating_duration_since(self.began).as_micros()).unwrap_or(u64::MAX);
        self.last = self.last.max(at);
        let line = what.line(self.last);
        self.attempt(|out| writeln!(out, "{line}"));
    }

    fn flush(&mut self) {
        self.attempt(Write::flush);
    }

    fn attempt(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) {
        if self.failed.is_none()
            && let Err(error) = write(&mut self.out)
        {
            self.failed = Some(error);
        }
    }
}

/// Looks on for a transcript.
pub struct Looking<W>(pub Arc<Mutex<TranscriptWriter<W>>>);

impl<W: Write + Send> Witness for Looking<W> {
    fn saw(&mut self, sighting: Sighting) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).saw(sighting);
    }

    fn received(&mut self, bytes: &[u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).received(bytes);
    }
}
