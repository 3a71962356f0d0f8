//! The peer of announcing that most people would write: reqwest, eventsource-stream and notify-rust's `show()` for each
//! event. Takes a URL and ends with the stream.
use eventsource_stream::Eventsource;
use futures_util::StreamExt;

#[tokio::main]
async fn main() {
    rustls::crypto::ring::default_provider().install_default().expect("no other provider is installed");
    let url = std::env::args().nth(1).expect("a URL");
    let response = reqwest::get(&url).await.expect("the server answers");
    let mut events = std::pin::pin!(response.bytes_stream().eventsource());
    while let Some(event) = events.next().await {
        let event = event.expect("the stream is well formed");
        let json: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
        let (title, message) = (json["title"].as_str().unwrap_or(&event.data), json["message"].as_str().unwrap_or(""));
        notify_rust::Notification::new().summary(title).body(message).show_async().await.expect("it is shown");
    }
}
