//! The peer of the engine's store: eventsource-stream and rusqlite with one transaction an event and a full-text index.
//! Takes a URL and a database path and ends with the stream.
use eventsource_stream::Eventsource;
use futures_util::StreamExt;

#[tokio::main]
async fn main() {
    rustls::crypto::ring::default_provider().install_default().expect("no other provider is installed");
    let mut arguments = std::env::args().skip(1);
    let (url, path) = (arguments.next().expect("a URL"), arguments.next().expect("a path"));
    let database = rusqlite::Connection::open(path).expect("the database opens");
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE events (id INTEGER PRIMARY KEY, type TEXT, last_event_id TEXT, title TEXT, data TEXT);
             CREATE VIRTUAL TABLE search USING fts5(title, data);",
        )
        .expect("the tables are made");
    let response = reqwest::get(&url).await.expect("the server answers");
    let mut events = std::pin::pin!(response.bytes_stream().eventsource());
    while let Some(event) = events.next().await {
        let event = event.expect("the stream is well formed");
        let json: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
        let title = json["title"].as_str().unwrap_or(&event.data);
        let transaction = database.unchecked_transaction().expect("a transaction begins");
        transaction
            .execute(
                "INSERT INTO events (type, last_event_id, title, data) VALUES (?1, ?2, ?3, ?4)",
                (&event.event, &event.id, title, &event.data),
            )
            .and_then(|_| transaction.execute("INSERT INTO search (title, data) VALUES (?1, ?2)", (title, &event.data)))
            .expect("the event is stored");
        transaction.commit().expect("the event is committed");
    }
}
