//! An event stream that says what a test tells it to say, when it tells it to.
//!
//! Deliberately not here: anything but plain events; for exact bytes, several connections and faults there is `SseServer`.
use crate::sse_server::{EVENT_STREAM, SseServer};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};

/// A server for one feed. What is said while nobody listens is heard by the next who does.
pub struct LiveStream {
    server: SseServer,
    say: mpsc::UnboundedSender<String>,
}

impl LiveStream {
    /// Starts the server.
    pub async fn start() -> Self {
        let (say, said) = mpsc::unbounded_channel::<String>();
        let said = Arc::new(Mutex::new(said));
        let server = SseServer::start(move |mut connection| {
            let said = Arc::clone(&said);
            async move {
                connection.send(EVENT_STREAM).await;
                // Nothing is said to one who has gone: the next waits for it.
                let mut said = said.lock().await;
                loop {
                    tokio::select! {
                        biased;
                        () = connection.closed() => return,
                        event = said.recv() => match event {
                            Some(event) => connection.send(event).await,
                            None => return,
                        },
                    }
                }
            }
        })
        .await;
        Self { server, say }
    }

    /// The address of the stream.
    pub fn url(&self) -> String {
        self.server.url("/")
    }

    /// Sends an event with this data, which is one line.
    ///
    /// # Panics
    /// When the server has ended.
    pub fn say(&self, data: &str) {
        self.say.send(format!("data: {data}\n\n")).expect("the server runs");
    }
}
