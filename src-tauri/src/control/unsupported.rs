//! Where there is no control socket yet: the first process listens to nobody, and the second says that the first is running.
//!
//! Deliberately not here: the Windows named pipe that will take this place.
use super::Answers;
use std::io;
use std::path::Path;
use tokio::io::DuplexStream;

pub(super) async fn connect(_: &Path) -> io::Result<DuplexStream> {
    Err(io::ErrorKind::NotFound.into())
}

#[derive(Debug)]
pub(super) struct Listening;

#[expect(clippy::unnecessary_wraps, reason = "as where it can fail")]
pub(super) fn listen(_: &Path, _: Answers) -> io::Result<Listening> {
    Ok(Listening)
}
