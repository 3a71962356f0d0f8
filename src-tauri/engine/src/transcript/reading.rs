//! A transcript, read back: looked through once from its first line to its last, then answer by answer when it is said again.
//!
//! The file may come from anywhere. Nothing of it is kept but the answers' heads and where their bytes stand, and nothing of it
//! is believed: lines are bounded, times ascend, headers are such as can be sent. Deliberately not here: saying it again.
use super::FORMAT;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a line may be, in bytes. What Tidings writes is much shorter.
const LINE: u64 = 4 * 1024 * 1024;
/// How many answers there may be.
const ANSWERS: usize = 100_000;
/// How long a recording may have lasted, in milliseconds: a year.
const LONGEST: f64 = 366.0 * 24.0 * 3_600_000.0;
/// Redirects led to the answer that follows, and are not said again: nothing is asked of the real server.
const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

/// Why a transcript cannot be replayed. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TranscriptError {
    /// The file cannot be read.
    #[error("The transcript “{}” cannot be read: {error}.", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// It does not begin as one.
    #[error("“{}” is no transcript of Tidings: its first line does not say so. Record one with tidings feed record.", .0.display())]
    NoTranscript(PathBuf),
    /// Its format is of a later version.
    #[error("“{}” was written by a newer Tidings (format {format}, this one reads {FORMAT}): install that version.", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        format: u32,
    },
    /// The last line is not whole.
    #[error("“{}” is cut off in line {line}: the recording did not end well. Delete that line to replay what is before it.", file.display())]
    CutOff {
        /// The file.
        file: PathBuf,
        /// From 1.
        line: usize,
    },
    /// A line is not what it should be.
    #[error("Line {line} of “{}” cannot be replayed: {why}. Mend it, or record anew.", file.display())]
    BadLine {
        /// The file.
        file: PathBuf,
        /// From 1.
        line: usize,
        /// As it stands in a sentence.
        why: String,
    },
    /// Nobody answered while it was recorded.
    #[error("“{}” holds no answer of a server, so there is nothing to replay.", .0.display())]
    Empty(PathBuf),
}

/// A transcript that can be said again.
#[derive(Debug)]
pub struct Transcript {
    file: PathBuf,
    /// What was recorded.
    pub url: String,
    /// In their order.
    pub answers: Vec<RecordedAnswer>,
}

/// An answer of a server.
#[derive(Debug)]
pub struct RecordedAnswer {
    /// 200 to 999.
    pub status: u16,
    /// As they came.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// How long after the request it came.
    pub after: Duration,
    /// How long after the request its last byte came, or it ended.
    pub length: Duration,
    /// How many bytes came over it.
    pub bytes: u64,
    /// When it was asked for, in milliseconds since the recording began.
    asked: f64,
    /// Where the lines with its bytes begin and end in the file.
    from: u64,
    until: u64,
}

/// Bytes of a stream that came together.
#[derive(Debug, PartialEq, Eq)]
pub struct Piece {
    /// How long after the request.
    pub after: Duration,
    /// As they came.
    pub bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct Head {
    transcript: u32,
    #[serde(default)]
    url: String,
}

/// What of a line matters. Fields that are not named here are for people.
#[derive(Deserialize)]
struct Line {
    t: f64,
    step: String,
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    base64: Option<String>,
}

impl Line {
    fn body(self) -> Result<Vec<u8>, String> {
        match (self.text, self.base64) {
            (Some(text), None) => Ok(text.into_bytes()),
            (None, Some(base64)) => {
                BASE64_STANDARD.decode(base64).map_err(|_| "its base64 is not well-formed".to_owned())
            }
            _ => Err("bytes have to be given as text or as base64".to_owned()),
        }
    }
}

/// What is done with each line.
enum Step {
    Connect,
    Request,
    Answer,
    Body,
    End,
    Other,
}

impl Step {
    fn of(name: &str) -> Result<Self, String> {
        Ok(match name {
            "connect" => Self::Connect,
            "request" => Self::Request,
            "answer" => Self::Answer,
            "body" => Self::Body,
            "end" => Self::End,
            "joined" | "lookup" | "tcp" | "certificate" | "tls" => Self::Other,
            name => return Err(format!("“{}” is no step of a connection", name.escape_debug())),
        })
    }
}

impl Transcript {
    /// Looks a file through, whole.
    pub fn open(file: &Path) -> Result<Self, TranscriptError> {
        Self::open_as(file, file)
    }

    /// [`Self::open`] of a file that has another name for the user, which errors say.
    pub fn open_as(place: &Path, file: &Path) -> Result<Self, TranscriptError> {
        let unreadable = |error| TranscriptError::Unreadable { file: file.to_owned(), error };
        let opened = File::open(place).map_err(unreadable)?;
        if opened.metadata().is_ok_and(|about| about.is_dir()) {
            return Err(unreadable(io::ErrorKind::IsADirectory.into()));
        }
        let mut reader = BufReader::new(opened);
        let mut buffer = Vec::new();
        let no_transcript = || TranscriptError::NoTranscript(file.to_owned());
        let size = read_line(&mut reader, &mut buffer).map_err(unreadable)?;
        let head: Head = serde_json::from_slice(&buffer).map_err(|_| no_transcript())?;
        if head.transcript == 0 {
            return Err(no_transcript());
        }
        if head.transcript > FORMAT {
            return Err(TranscriptError::Newer { file: file.to_owned(), format: head.transcript });
        }
        let mut found = Found::default();
        let (mut at, mut line) = (size, 1);
        loop {
            let size = read_line(&mut reader, &mut buffer).map_err(unreadable)?;
            if size == 0 {
                break;
            }
            line += 1;
            let is_whole = buffer.ends_with(b"\n");
            let bad = |why: String| TranscriptError::BadLine { file: file.to_owned(), line, why };
            if !is_whole && size >= LINE {
                return Err(bad("it is longer than any that Tidings writes".to_owned()));
            }
            if !buffer.trim_ascii().is_empty() {
                let parsed = serde_json::from_slice::<Line>(&buffer).map_err(|error| {
                    if is_whole {
                        bad(format!("it is no step of a connection ({error})"))
                    } else {
                        TranscriptError::CutOff { file: file.to_owned(), line }
                    }
                })?;
                found.take(parsed, at + size).map_err(bad)?;
            }
            at += size;
        }
        if found.answers.is_empty() {
            return Err(TranscriptError::Empty(file.to_owned()));
        }
        Ok(Self { file: place.to_owned(), url: head.url, answers: found.answers })
    }

    /// The bytes of an answer, in their order.
    pub fn pieces(&self, answer: &RecordedAnswer) -> io::Result<impl Iterator<Item = io::Result<Piece>> + use<>> {
        let mut file = File::open(&self.file)?;
        file.seek(SeekFrom::Start(answer.from))?;
        let mut lines = BufReader::new(file.take(answer.until.saturating_sub(answer.from)));
        let asked = answer.asked;
        let mut buffer = Vec::new();
        Ok(std::iter::from_fn(move || {
            loop {
                match read_line(&mut lines, &mut buffer) {
                    Ok(0) => return None,
                    Ok(_) => {}
                    Err(error) => return Some(Err(error)),
                }
                if buffer.trim_ascii().is_empty() {
                    continue;
                }
                let line = match serde_json::from_slice::<Line>(&buffer) {
                    Ok(line) if line.step == "body" => line,
                    Ok(_) => continue,
                    // It was looked through before: somebody has changed it since.
                    Err(error) => return Some(Err(error.into())),
                };
                let after = since(asked, line.t);
                return Some(line.body().map(|bytes| Piece { after, bytes }).map_err(io::Error::other));
            }
        }))
    }
}

/// What was found so far.
#[derive(Default)]
struct Found {
    answers: Vec<RecordedAnswer>,
    /// The time of the last line.
    last: f64,
    asked: f64,
    /// Whether the last answer's stream is going on.
    open: bool,
}

impl Found {
    /// Takes a line that ends there in the file. Fails with a reason as it stands in a sentence.
    fn take(&mut self, line: Line, until: u64) -> Result<(), String> {
        let t = line.t;
        if !t.is_finite() || !(0.0..=LONGEST).contains(&t) {
            return Err(format!("its time {t} is none"));
        }
        if t < self.last {
            return Err("its time is before that of the line above".to_owned());
        }
        self.last = t;
        match Step::of(&line.step)? {
            Step::Connect | Step::Request => (self.asked, self.open) = (t, false),
            Step::Answer => self.answer(line, until)?,
            Step::Body => {
                let Some(answer) = self.answers.last_mut().filter(|_| self.open) else {
                    return Err("there are bytes, but no answer that they belong to".to_owned());
                };
                answer.bytes += line.body()?.len() as u64;
                answer.length = since(answer.asked, t);
                answer.until = until;
            }
            Step::End => {
                if let Some(answer) = self.answers.last_mut().filter(|_| self.open) {
                    answer.length = since(answer.asked, t);
                }
                self.open = false;
            }
            Step::Other => {}
        }
        Ok(())
    }

    fn answer(&mut self, line: Line, until: u64) -> Result<(), String> {
        let status = line.status.filter(|status| (100..1000).contains(status));
        let status = status.ok_or("the answer has no status that a server could give")?;
        let header = |(name, value): (String, String)| {
            // The mark of what was too much to be kept.
            if name == "…" {
                return Ok(None);
            }
            let (parsed, value) = (HeaderName::try_from(&*name), HeaderValue::try_from(value));
            match (parsed, value) {
                (Ok(name), Ok(value)) => Ok(Some((name, value))),
                _ => Err(format!("the header “{}” cannot be sent", name.escape_debug())),
            }
        };
        let headers = line.headers.into_iter().map(header).filter_map(Result::transpose).collect::<Result<_, _>>()?;
        self.open = false;
        // What only precedes the answer, or leads on to another, is not said again.
        if status < 200 || REDIRECTS.contains(&status) {
            return Ok(());
        }
        if self.answers.len() == ANSWERS {
            return Err(format!("there are more than {ANSWERS} answers"));
        }
        let after = since(self.asked, line.t);
        self.open = true;
        self.answers.push(RecordedAnswer {
            status,
            headers,
            after,
            length: after,
            bytes: 0,
            asked: self.asked,
            from: until,
            until,
        });
        Ok(())
    }
}

/// Reads a line with its end, and says how many bytes that were. What is longer than a line may be is not read to its end.
fn read_line(from: &mut impl io::BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    line.clear();
    Ok(from.by_ref().take(LINE).read_until(b'\n', line)? as u64)
}

fn since(asked: f64, t: f64) -> Duration {
    Duration::try_from_secs_f64(((t - asked) / 1000.0).max(0.0)).unwrap_or_default()
}
