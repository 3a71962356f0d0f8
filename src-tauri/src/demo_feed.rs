//! The feed "Demo", which follows this program's own server.
//!
//! Deliberately not here: the server (`demo.rs`).
use std::io;
use tidings_engine::announce::FeedAnnouncing;
use tidings_engine::{Credential, FeedConfig, FeedRetention, FeedStatus, Mapping, ProxyChoice, RepeatRule, ResumeMode};
use tokio::net::TcpListener;

const NAME: &str = "Demo";

/// What the demo feed is configured with.
pub fn config() -> FeedConfig {
    FeedConfig {
        name: NAME.to_owned(),
        url: url(),
        folder: String::new(),
        color: None,
        icon: String::new(),
        headers: Vec::new(),
        credential: Credential::None,
        secrets: Vec::new(),
        resume: ResumeMode::default(),
        repeats: RepeatRule::default(),
        // It is on this machine; no proxy could reach it.
        proxy: ProxyChoice::None,
        ca_file: None,
        certificate_file: None,
        pinned: None,
        insecure: false,
        credentials_follow_redirects: false,
        notify: true,
        // It is there to show what notifications look like.
        announcing: FeedAnnouncing { quiet_in_view: Some(false), ..FeedAnnouncing::default() },
        event_limit: None,
        mapping: Mapping::default(),
        rules: vec![],
        retention: FeedRetention::default(),
        idle_limit: None,
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
