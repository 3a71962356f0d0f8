//! What servers and the ways to them do wrong, each by its name, done to a numbered story that a server tells.
//!
//! Deliberately not here: when which fault is done (the test's table or seed), and what a client makes of it.
use crate::sse_server::{CHUNKED_EVENT_STREAM, Connection, EVENT_STREAM, chunk, response};
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

/// The type of the story's events: whatever else comes is not part of it.
pub const STORY: &str = "story";

/// Bytes of the data in [`Fault::LongLine`].
pub const LONG_LINE: usize = 5 * 1024 * 1024;

/// Between two signs of life.
const HEARTBEAT: Duration = Duration::from_millis(200);

/// A numbered story: event `n` has the ID `n` and the data `NAME n`. Whoever names an ID hears what follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// What the data begin with.
    pub name: String,
    /// The number of the last event; the first is 1.
    pub length: usize,
}

impl Story {
    /// The data of an event.
    pub fn data(&self, number: usize) -> String {
        format!("{} {number}", self.name)
    }

    /// The data of all events, in their order.
    pub fn whole(&self) -> Vec<String> {
        (1..=self.length).map(|number| self.data(number)).collect()
    }

    /// The events of these numbers, as far as there are such, with `eol` at the end of each line.
    fn events(&self, numbers: std::ops::Range<usize>, eol: &str) -> String {
        let mut text = String::new();
        for number in numbers.start..numbers.end.min(self.length + 1) {
            let _ = write!(text, "event: {STORY}{eol}id: {number}{eol}data: {}{eol}{eol}", self.data(number));
        }
        text
    }

    /// The number of the first event that this client has not heard.
    fn next_for(connection: &Connection) -> usize {
        let last = connection.request.header("Last-Event-ID");
        last.and_then(|id| id.parse::<usize>().ok()).unwrap_or(0) + 1
    }
}

/// Something that goes wrong, or is done as few servers do it, in one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    // No answer, or none that is an event stream.
    /// The connection ends before the answer.
    Dropped,
    /// It is reset before the answer.
    ResetBeforeHead,
    /// It is reset within the answer's head.
    ResetInHead,
    /// Another protocol answers.
    GarbageHead,
    /// A head of 300 KiB.
    HugeHead,
    /// A login page, with 200.
    Html,
    /// 204: the server says stop.
    NoContent,
    /// 307 to another origin, which tells the story well.
    CrossHostRedirect,
    /// 429 with `Retry-After` in seconds.
    TooManyRequests,
    /// 429 with `Retry-After` as a date.
    TooManyRequestsUntil,
    /// 503.
    Unavailable,
    /// 401.
    Unauthorized,
    /// 404.
    NotFound,
    // A stream that ends too soon.
    /// In order, after some events.
    CleanEnd,
    /// At once.
    EmptyStream,
    /// After an event that says why, as some do where 401 would be right.
    InBandClose,
    /// Within a block, which is thereby lost.
    CutInBlock,
    /// By a reset.
    ResetInBody,
    /// By a reset within a chunk.
    ResetInChunk,
    /// By a chunk that is none.
    GarbageChunk,
    /// By silence: the connection stays, nothing comes.
    HalfOpen,
    /// In a line that does not end, of 4 MiB.
    EndlessLine,
    // A stream that comes in an unusual form.
    /// `retry: 0` before each event.
    RetryZero,
    /// `retry: 99999999`, and the end.
    RetryHuge,
    /// Lines end with CR.
    CrOnly,
    /// Lines end with whatever.
    MixedLineEnds,
    /// A byte order mark first.
    Bom,
    /// Each byte by itself.
    ByteByByte,
    /// Each byte in a chunk of its own.
    ChunkByChunk,
    /// IDs with NUL, which count for nothing.
    NulIds,
    /// Events without data, which are none.
    DatalessEvents,
    /// An event with [`LONG_LINE`] bytes of data in a line.
    LongLine,
    /// Compressed although nobody asked for it.
    Gzip,
    /// A piece now and then.
    SlowDrip,
    /// The head comes only with the first event, late.
    LateHead,
    /// Events that were told before are told again.
    Replayed,
    /// Everything at once.
    Burst,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 37] = [
        Self::Dropped,
        Self::ResetBeforeHead,
        Self::ResetInHead,
        Self::GarbageHead,
        Self::HugeHead,
        Self::Html,
        Self::NoContent,
        Self::CrossHostRedirect,
        Self::TooManyRequests,
        Self::TooManyRequestsUntil,
        Self::Unavailable,
        Self::Unauthorized,
        Self::NotFound,
        Self::CleanEnd,
        Self::EmptyStream,
        Self::InBandClose,
        Self::CutInBlock,
        Self::ResetInBody,
        Self::ResetInChunk,
        Self::GarbageChunk,
        Self::HalfOpen,
        Self::EndlessLine,
        Self::RetryZero,
        Self::RetryHuge,
        Self::CrOnly,
        Self::MixedLineEnds,
        Self::Bom,
        Self::ByteByByte,
        Self::ChunkByChunk,
        Self::NulIds,
        Self::DatalessEvents,
        Self::LongLine,
        Self::Gzip,
        Self::SlowDrip,
        Self::LateHead,
        Self::Replayed,
        Self::Burst,
    ];

    /// Answers a request with this fault, after (or in) the next `some` events of the story. A connection that the fault
    /// does not end is held until the client leaves.
    ///
    /// `elsewhere` is where [`Self::CrossHostRedirect`] leads: a URL of another origin.
    pub async fn answer(self, mut connection: Connection, story: &Story, some: usize, elsewhere: &str) {
        let next = Story::next_for(&connection);
        let until = next + some;
        let told = |eol| story.events(next..until, eol);
        match self {
            Self::Dropped => return,
            Self::ResetBeforeHead => return connection.reset(),
            Self::ResetInHead => {
                connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/ev").await;
                return connection.reset();
            }
            Self::GarbageHead => return connection.send("SSH-2.0-OpenSSH_9.2\r\n\r\n").await,
            Self::HugeHead => {
                let header = format!("X-Padding: {}\r\n", "x".repeat(1000));
                return connection
                    .send(EVENT_STREAM.replacen("\r\n\r\n", "\r\n", 1) + &header.repeat(300) + "\r\n")
                    .await;
            }
            Self::Html => {
                let page = "<!doctype html><title>Log in</title><p>data: none\n\n";
                return connection.send(response("200 OK", "text/html", page)).await;
            }
            Self::NoContent => return connection.send("HTTP/1.1 204 No Content\r\n\r\n").await,
            Self::CrossHostRedirect => {
                let head = format!("HTTP/1.1 307 X\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n");
                return connection.send(head).await;
            }
            Self::TooManyRequests => return connection.send(refusal("429 X\r\nRetry-After: 1")).await,
            Self::TooManyRequestsUntil => {
                return connection.send(refusal("429 X\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT")).await;
            }
            Self::Unavailable => return connection.send(refusal("503 X")).await,
            Self::Unauthorized => return connection.send(refusal("401 X")).await,
            Self::NotFound => return connection.send(refusal("404 X")).await,
            Self::CleanEnd => return connection.send(EVENT_STREAM.to_owned() + &told("\n")).await,
            Self::EmptyStream => return connection.send(EVENT_STREAM).await,
            Self::InBandClose => {
                let close = "event: close\ndata: unauthorized\n\n";
                return connection.send(format!("{EVENT_STREAM}{}{close}", told("\n"))).await;
            }
            Self::CutInBlock => {
                let cut = story.events(until..until + 1, "\n");
                let cut = cut.strip_suffix("\n").unwrap_or("data: lost\n");
                return connection.send(format!("{EVENT_STREAM}{}{cut}", told("\n"))).await;
            }
            Self::ResetInBody => {
                connection.send(EVENT_STREAM.to_owned() + &told("\n")).await;
                return connection.reset();
            }
            Self::ResetInChunk => {
                connection.send(CHUNKED_EVENT_STREAM).await;
                connection.send(chunk(told("\n"))).await;
                connection.send("ffff\r\ndata: lo").await;
                return connection.reset();
            }
            Self::GarbageChunk => {
                connection.send(CHUNKED_EVENT_STREAM).await;
                connection.send(chunk(told("\n"))).await;
                return connection.send("no chunk\r\n").await;
            }
            Self::HalfOpen => connection.send(EVENT_STREAM.to_owned() + &told("\n")).await,
            Self::EndlessLine => {
                connection.send(format!("{EVENT_STREAM}{}data: ", told("\n"))).await;
                let part = vec![b'x'; 64 * 1024];
                for _ in 0..64 {
                    connection.send(&part).await;
                }
                return;
            }
            Self::RetryHuge => return connection.send(format!("{EVENT_STREAM}retry: 99999999\n{}", told("\n"))).await,
            form => form.tell(&mut connection, story, next, some).await,
        }
        connection.closed().await;
    }

    /// Tells the whole rest of the story in an unusual form.
    async fn tell(self, connection: &mut Connection, story: &Story, next: usize, some: usize) {
        let all = |eol| story.events(next..usize::MAX, eol);
        let head = EVENT_STREAM;
        match self {
            Self::RetryZero => {
                connection.send(head).await;
                connection.send(all("\n").replace("event:", "retry: 0\nevent:")).await;
            }
            Self::CrOnly => connection.send(head.to_owned() + &all("\r")).await,
            Self::MixedLineEnds => {
                connection.send(head).await;
                for number in next..=story.length {
                    let eol = ["\n", "\r", "\r\n"][number % 3];
                    connection.send(story.events(number..number + 1, eol)).await;
                }
            }
            Self::Bom => connection.send(format!("{head}\u{feff}{}", all("\n"))).await,
            Self::ByteByByte | Self::ChunkByChunk => {
                let chunked = self == Self::ChunkByChunk;
                connection.send(if chunked { CHUNKED_EVENT_STREAM } else { head }).await;
                let wrap = |bytes: &[u8]| if chunked { chunk(bytes) } else { bytes.to_vec() };
                for byte in story.events(next..next + some, "\r\n").as_bytes() {
                    connection.send(wrap(std::slice::from_ref(byte))).await;
                }
                connection.send(wrap(story.events(next + some..usize::MAX, "\n").as_bytes())).await;
            }
            Self::NulIds => connection.send(head.to_owned() + &all("\n").replace("event:", "id: 999\0\nevent:")).await,
            Self::DatalessEvents => {
                connection.send(head.to_owned() + &all("\n").replace("event:", "event: ping\n\nevent:")).await;
            }
            Self::LongLine => {
                connection.send(format!("{head}event: long\ndata: {}\n\n{}", "x".repeat(LONG_LINE), all("\n"))).await;
            }
            Self::Gzip => {
                let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                packed.write_all(all("\n").as_bytes()).expect("a vector takes everything");
                packed.flush().expect("a vector takes everything");
                connection.send(head.replacen("\r\n\r\n", "\r\nContent-Encoding: gzip\r\n\r\n", 1)).await;
                connection.send(&*packed.get_ref().clone()).await;
            }
            Self::SlowDrip => {
                connection.send(head).await;
                for piece in story.events(next..next + some, "\n").as_bytes().chunks(7) {
                    connection.send(piece).await;
                    tokio::time::sleep(Duration::from_millis(3)).await;
                }
                connection.send(story.events(next + some..usize::MAX, "\n")).await;
            }
            Self::LateHead => {
                tokio::time::sleep(Duration::from_millis(200)).await;
                connection.send(head.to_owned() + &all("\n")).await;
            }
            Self::Replayed => {
                let again = next.saturating_sub(some).max(1);
                connection.send(head.to_owned() + &story.events(again..usize::MAX, "\n")).await;
            }
            _ => connection.send(head.to_owned() + &all("\n")).await,
        }
    }
}

/// Tells the rest of the story as it should be told, an event after each `pause`, and then gives signs of life until the
/// client leaves.
pub async fn tell_well(mut connection: Connection, story: &Story, pause: Duration) {
    let next = Story::next_for(&connection);
    connection.send(EVENT_STREAM).await;
    if pause.is_zero() {
        connection.send(story.events(next..usize::MAX, "\n")).await;
    } else {
        for number in next..=story.length {
            connection.send(story.events(number..number + 1, "\n")).await;
            if tokio::time::timeout(pause, connection.closed()).await.is_ok() {
                return;
            }
        }
    }
    while tokio::time::timeout(HEARTBEAT, connection.closed()).await.is_err() {
        connection.send(":\n").await;
    }
}

/// A status with headers, and no body.
fn refusal(status: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n")
}
