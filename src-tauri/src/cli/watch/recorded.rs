//! `--transcript`: all that goes over the connections, in a file.
//!
//! Deliberately not here: the format (the engine's `transcript`).
use crate::cli::feed::not_created;
use crate::whole_file::create_private;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tidings_engine::transcript::{Looking, TranscriptWriter};
use tidings_event_source::{Occurrence, Request, Witness};

type Writer = TranscriptWriter<BufWriter<File>>;

pub(super) struct Recorded(Arc<Mutex<Writer>>);

impl Recorded {
    /// Fails with a sentence.
    pub(super) fn begin(file: &Path, request: &Request) -> Result<Self, String> {
        let failed = |error| not_created(file, &error);
        let out = BufWriter::new(create_private(file).map_err(failed)?);
        let writer = TranscriptWriter::begin(out, request).map_err(failed)?;
        Ok(Self(Arc::new(Mutex::new(writer))))
    }

    pub(super) fn witness(&self) -> Box<dyn Witness> {
        Box::new(Looking(Arc::clone(&self.0)))
    }

    /// Fails with a sentence when the file cannot be written any more.
    pub(super) fn occurred(&self, occurrence: &Occurrence<'_>) -> Result<(), String> {
        let mut writer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writer.occurred(occurrence);
        match writer.take_failure() {
            None => Ok(()),
            Some(error) => Err(format!("The transcript cannot be written any more: {error}.")),
        }
    }
}
