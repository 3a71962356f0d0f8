//! Standard output as the commands write it: a bounded buffer, one write for each batch, and an end that is noticed.
//!
//! Deliberately not here: what the lines say (`watch.rs`, `decode.rs`, `history.rs`).
use super::{json, shown};
use std::fs::File;
use std::io::{self, ErrorKind, Write as _};
use std::{future, thread};
use tokio::sync::oneshot;

/// As much is collected before it is written, whether or not a flush is asked for.
const BUFFER_SIZE: usize = 64 * 1024;

/// Standard output. Writing blocks while its reader does not read, and so slows those that write into it.
///
/// Nothing is written after an error: each later write fails with the same kind.
pub(super) struct Output {
    buffer: Box<[u8]>,
    filled: usize,
    stdout: File,
    failed: Option<ErrorKind>,
}

impl Output {
    pub(super) fn stdout() -> io::Result<Self> {
        Ok(Self { buffer: vec![0; BUFFER_SIZE].into_boxed_slice(), filled: 0, stdout: own_stdout()?, failed: None })
    }

    /// Adds bytes as they are.
    pub(super) fn bytes(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        loop {
            let room = &mut self.buffer[self.filled..];
            if bytes.len() <= room.len() {
                room[..bytes.len()].copy_from_slice(bytes);
                self.filled += bytes.len();
                return Ok(());
            }
            let (now, later) = bytes.split_at(room.len());
            room.copy_from_slice(now);
            self.filled = self.buffer.len();
            bytes = later;
            self.flush()?;
        }
    }

    /// Adds a JSON string, with its quotation marks.
    pub(super) fn json_string(&mut self, text: &str) -> io::Result<()> {
        let mut rest = text.as_bytes();
        self.bytes(b"\"")?;
        loop {
            let (read, written) = json::escape(rest, &mut self.buffer[self.filled..]);
            self.filled += written;
            rest = &rest[read..];
            if rest.is_empty() {
                return self.bytes(b"\"");
            }
            self.flush()?;
        }
    }

    /// Adds a value as JSON on a line of its own.
    pub(super) fn json_line(&mut self, value: &impl serde::Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut *self, value)?;
        self.bytes(b"\n")
    }

    /// Adds a sentence on a line of its own, without what would control a terminal.
    pub(super) fn line(&mut self, sentence: &str) -> io::Result<()> {
        self.bytes(shown::line(sentence).as_bytes())?;
        self.bytes(b"\n")
    }

    /// Hands what was collected to the reader.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        if let Some(kind) = self.failed {
            return Err(kind.into());
        }
        let mut waiting = &self.buffer[..self.filled];
        self.filled = 0;
        while !waiting.is_empty() {
            match self.stdout.write(waiting) {
                Ok(written) => waiting = &waiting[written..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Somebody else with the same pipe or terminal has made it non-blocking.
                Err(error) if error.kind() == ErrorKind::WouldBlock => wait_until_writable(&self.stdout)?,
                Err(error) => {
                    self.failed = Some(error.kind());
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flush()
    }
}

/// Standard output without the line buffer that the standard library puts before it.
#[cfg(unix)]
pub(super) fn own_stdout() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
pub(super) fn own_stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;
    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
}

#[cfg(unix)]
fn wait_until_writable(file: &File) -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    match poll(&mut [PollFd::new(file, PollFlags::OUT)], None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
fn wait_until_writable(_: &File) -> io::Result<()> {
    Err(ErrorKind::WouldBlock.into())
}

/// Completes when the reader of standard output has gone, also while nothing is written.
///
/// A thread waits for that in the kernel, which costs nothing; the command's own thread may be blocked in a write. Where the
/// platform does not tell, this never completes: the next write will fail.
pub(super) async fn reader_gone() {
    let (tell, gone) = oneshot::channel();
    let waiting = thread::Builder::new().name("reader".into()).stack_size(64 * 1024).spawn(move || {
        if wait_until_reader_gone().is_ok() {
            // Nobody waits for it any more at the end of the process.
            let _ = tell.send(());
        }
    });
    if waiting.is_err() || gone.await.is_err() {
        future::pending::<()>().await;
    }
}

#[cfg(unix)]
fn wait_until_reader_gone() -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    let stdout = own_stdout()?;
    loop {
        // Errors are told without being asked for. A regular file never has one.
        match poll(&mut [PollFd::new(&stdout, PollFlags::empty())], None) {
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(not(unix))]
fn wait_until_reader_gone() -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}
