//! A small SSE server with pleasant content: what "Try the demo feed" and `tidings demo` show.
//!
//! Every client sees the same numbered story (`story.rs`), which goes on while nobody watches: an event exists from the moment
//! that the clock reaches it. So a client that comes back with its last event ID gets exactly what it missed, and nothing
//! has to be kept for it.
//! Deliberately not here: HTTP beyond what a GET of an event stream needs.
mod story;

use self::story::Story;
use crate::loopback::http::{self, Head};
use crate::loopback::{self, Asked};
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::{Instant, sleep_until};

/// Where the demo listens unless told otherwise.
pub const PORT: u16 = 4874;

/// How far back a client can resume; also the most that is sent in one go.
const HISTORY: u64 = 200;
/// A comment this often, whatever else is sent.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many events `/flaky` sends before it breaks off.
const FLAKY: u64 = 4;

/// Listens on the loopback interface: on `port`, or else on [`PORT`] or one of the next few that is free.
pub async fn listen(port: Option<u16>) -> io::Result<TcpListener> {
    loopback::listen(port, PORT..=PORT + 15).await
}

/// Serves until dropped. The story begins now.
pub async fn serve(listener: TcpListener) -> io::Result<()> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    loopback::serve(listener, Story::begin(Instant::now(), seconds), answer).await
}

async fn answer(Asked { head, from, to }: Asked, story: Arc<Story>) -> io::Result<()> {
    if head.method != "GET" {
        return http::refuse(to, "405 Method Not Allowed").await;
    }
    let next = story.resume(head.last_event_id, HISTORY, Instant::now());
    let stream = Stream { to, story: &story, next };
    match head.path.as_str() {
        "/" => http::tell(stream.to, WELCOME).await,
        // Whoever listens to a stream says nothing more: reading only tells that it has gone.
        "/events" => tokio::select! {
            result = stream.all() => result,
            () = http::gone(from) => Ok(()),
        },
        "/once" => stream.once(&head).await,
        "/flaky" => stream.flaky().await,
        _ => http::refuse(stream.to, "404 Not Found").await,
    }
}

const WELCOME: &str = "\
This is the demo of Tidings. It serves event streams:

/events   typed events with ids; comes back where you left off (Last-Event-ID)
/once     one event, then the end; each request gets the next one
/flaky    breaks off after a few events
";

/// One client's way through the story.
struct Stream<'a> {
    to: OwnedWriteHalf,
    story: &'a Story,
    /// The number of the event to send next.
    next: u64,
}

impl Stream<'_> {
    /// Everything, for as long as the client listens.
    async fn all(mut self) -> io::Result<()> {
        http::begin(&mut self.to).await?;
        self.to.write_all(b": welcome\n\nretry: 2000\n\n").await?;
        let mut heartbeat = Instant::now() + HEARTBEAT;
        loop {
            let due = self.story.due(self.next);
            if heartbeat < due {
                sleep_until(heartbeat).await;
                self.to.write_all(b": still here\n\n").await?;
                heartbeat += HEARTBEAT;
            } else {
                sleep_until(due).await;
                self.send_next().await?;
            }
        }
    }

    /// One event and the end, as many small servers do. The length is said, so that the connection could be kept.
    async fn once(self, head: &Head) -> io::Result<()> {
        // Without a last event ID it is the newest; with one it is the next, or none if there is none yet.
        let newest = self.story.newest(Instant::now());
        let number = if head.last_event_id.is_some() { self.next } else { newest };
        let mut body = String::from("retry: 2000\n\n");
        if number <= newest {
            self.story.write(number, &mut body);
        }
        http::whole(self.to, "text/event-stream", &body).await
    }

    /// A few events, then the connection breaks in the middle of one.
    async fn flaky(mut self) -> io::Result<()> {
        http::begin(&mut self.to).await?;
        self.to.write_all(b"retry: 2000\n\n").await?;
        for _ in 0..FLAKY {
            sleep_until(self.story.due(self.next)).await;
            self.send_next().await?;
        }
        self.to.write_all(b"data: this event is never fin").await
    }

    async fn send_next(&mut self) -> io::Result<()> {
        let mut event = String::new();
        self.story.write(self.next, &mut event);
        self.next += 1;
        self.to.write_all(event.as_bytes()).await
    }
}
