//! The peer of `tidings watch --format ndjson` that most people would write: reqwest and eventsource-stream on tokio's
//! default runtime, one JSON line printed for each event. Takes a URL and ends with the stream.
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use std::io::Write;

#[tokio::main]
async fn main() {
    rustls::crypto::ring::default_provider().install_default().expect("no other provider is installed");
    let url = std::env::args().nth(1).expect("a URL");
    let response = reqwest::get(&url).await.expect("the server answers");
    let mut events = std::pin::pin!(response.bytes_stream().eventsource());
    let mut out = std::io::stdout().lock();
    while let Some(event) = events.next().await {
        let event = event.expect("the stream is well formed");
        let line = serde_json::json!({"type": "event", "event": event.event, "data": event.data, "id": event.id});
        writeln!(out, "{line}").expect("standard output can be written");
    }
}
