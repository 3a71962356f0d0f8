//! The feed "Demo", which follows this program's own server.
//!
//! Deliberately not here: the server (`demo.rs`).
use std::io;
use tidings_engine::announce::FeedAnnouncing;
use tidings_engine::{FeedConfig, FeedStatus, ProxyChoice};
use tokio::net::TcpListener;

const NAME: &str = "Demo";

/// What the demo feed is configured with.
pub fn config() -> FeedConfig {
    FeedConfig {
        // It is on this machine; no proxy could reach it.
        proxy: ProxyChoice::None,
        // It is there to show what notifications look like.
        announcing: FeedAnnouncing { quiet_in_view: Some(false), ..FeedAnnouncing::default() },
        ..FeedConfig::new(NAME, url())
    }
}

/// Whether the demo feed is among these.
pub fn is_among(feeds: &[FeedStatus]) -> bool {
    let url = url();
    feeds.iter().any(|status| status.feed.config.url == url)
}

/// Where its server listens. `None`: something listens there already, which is taken for another Tidings.
pub async fn listen() -> io::Result<Option<TcpListener>> {
    match crate::demo::listen(Some(crate::demo::PORT)).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(None),
        Err(error) => Err(error),
    }
}

fn url() -> String {
    format!("http://127.0.0.1:{}/events", crate::demo::PORT)
}
