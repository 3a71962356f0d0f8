//! A replay as a feed: a transcript that the user chose is said again on this computer, and a feed of its own follows it. Both
//! end together, and leave nothing behind: no feed, no events, no file.
//!
//! Its transcript lies in the data directory under a name that is in the feed's address too. So what a killed process left is
//! known, and cleared away by the next. Deliberately not here: the server (`replay.rs`).
use super::{Manner, Replay, listen, serve, speed};
use crate::handed::HandedFile;
use crate::job::{Done, Reporter};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tidings_engine::transcript::Transcript;
use tidings_engine::{Engine, EngineEvent, Feed, FeedConfig, FeedId, ProxyChoice};
use tokio::net::TcpListener;
use ts_rs::TS;

/// Where transcripts lie that are replayed, in the data directory.
const FOLDER: &str = "replays";
/// What the names of transcripts end with.
const EXTENSION: &str = "transcript";

/// What is in a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TranscriptFacts {
    /// What was recorded, without secrets.
    pub url: String,
    /// How many answers of the server.
    #[ts(type = "number")]
    pub answers: u64,
    /// How long they lasted together, in milliseconds.
    #[ts(type = "number")]
    pub length: u64,
    /// How many bytes came over them.
    #[ts(type = "number")]
    pub bytes: u64,
}

impl TranscriptFacts {
    /// Looks a transcript through. Fails with a sentence.
    pub fn of(file: &HandedFile) -> Result<Self, String> {
        let transcript = open(file.path(), &file.name)?;
        let length: std::time::Duration = transcript.answers.iter().map(|answer| answer.length).sum();
        Ok(Self {
            answers: transcript.answers.len() as u64,
            length: u64::try_from(length.as_millis()).unwrap_or(u64::MAX),
            bytes: transcript.answers.iter().map(|answer| answer.bytes).sum(),
            url: transcript.url,
        })
    }
}

/// How a transcript is replayed in the window.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WantedReplay {
    /// What the feed is called.
    pub name: String,
    /// So many times as quickly as it came; null: without any wait.
    pub speed: Option<f64>,
    /// The feed that it takes mapping, rules and what belongs to them from; null: none.
    pub like: Option<FeedId>,
    /// Whether its events are announced.
    pub notify: bool,
}

/// A replay that is under way.
pub struct FeedReplay {
    engine: Engine,
    feed: FeedId,
    listener: TcpListener,
    replay: Replay,
    file: PathBuf,
}

impl FeedReplay {
    /// Adds the feed. Nothing is left of it when that fails, with a sentence.
    pub async fn begin(
        engine: Engine,
        data_dir: &Path,
        file: HandedFile,
        wanted: WantedReplay,
    ) -> Result<(Feed, Self), String> {
        wanted.speed.map(|wanted| speed(&wanted.to_string())).transpose()?;
        let name = file.name.clone();
        let key = format!("{:016x}", fastrand::u64(..));
        let folder = data_dir.join(FOLDER);
        let place = folder.join(&key).with_extension(EXTENSION);
        let kept = fs::create_dir_all(&folder).and_then(|()| file.keep_at(&place));
        let begun = async {
            kept.map_err(|error| format!("The transcript cannot be put into {}: {error}.", folder.display()))?;
            let transcript = open(&place, &name)?;
            let listener = listen(Some(0)).await.map_err(cannot_listen)?;
            let port = listener.local_addr().map_err(cannot_listen)?.port();
            let path = path_of(&key);
            let like = match wanted.like {
                Some(like) => Some(engine.feed(like).await.map_err(|error| error.to_string())?.feed.config),
                None => None,
            };
            let config = config(format!("http://127.0.0.1:{port}{path}"), like, &wanted);
            let feed = engine.add_feed(config).await.map_err(|error| error.to_string())?;
            let manner = Manner { speed: wanted.speed, repeat: false, any_origin: false };
            Ok((feed, listener, Replay { path, ..Replay::new(transcript, manner) }))
        };
        match begun.await {
            Ok((feed, listener, replay)) => {
                let id = feed.id;
                Ok((feed, Self { engine, feed: id, listener, replay, file: place }))
            }
            Err(error) => {
                let _ = fs::remove_file(&place);
                Err(error)
            }
        }
    }

    /// Serves it until the user has enough, or has deleted the feed with its history; then everything of it is removed.
    pub async fn run(self, reporter: &Reporter) -> Result<ControlFlow<(), Done>, String> {
        let Self { engine, feed, listener, replay, file } = self;
        let served = tokio::select! {
            served = serve(listener, replay) => served.map_err(|error| format!("The replay ended: {error}.")),
            () = reporter.cancelled() => Ok(()),
            () = deleted(&engine, feed) => Ok(()),
        };
        // It may be gone already.
        let _ = engine.delete_feed(feed).await;
        let _ = fs::remove_file(&file);
        served.map(ControlFlow::Break)
    }
}

/// Clears away what a process has left that ended while it replayed: it ends without further ado.
pub async fn sweep(engine: &Engine, data_dir: &Path) {
    let Ok(entries) = fs::read_dir(data_dir.join(FOLDER)) else { return };
    let left: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    if left.is_empty() {
        return;
    }
    let feeds = engine.feeds().await.unwrap_or_default();
    for file in left {
        let Some(key) = file.file_stem().and_then(|stem| stem.to_str()) else { continue };
        let path = path_of(key);
        for status in feeds.iter().filter(|status| is_at(&status.feed.config.url, &path)) {
            if let Err(error) = engine.delete_feed(status.feed.id).await {
                tracing::warn!(%error, "the feed of a replay stays");
                return;
            }
        }
        let _ = fs::remove_file(&file);
    }
}

fn open(file: &Path, name: &str) -> Result<Transcript, String> {
    Transcript::open_as(file, Path::new(name)).map_err(|error| error.to_string())
}

fn path_of(key: &str) -> String {
    format!("/replay/{key}")
}

/// Whether an address is on this computer, with that path.
fn is_at(url: &str, path: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| url.host_str() == Some("127.0.0.1") && url.path() == path)
}

/// What the feed is configured with. Of another it takes how events are understood, and nothing that reaches out: no
/// credentials and no programs.
fn config(url: String, like: Option<FeedConfig>, wanted: &WantedReplay) -> FeedConfig {
    let own = FeedConfig {
        // It is on this machine; no proxy could reach it.
        proxy: ProxyChoice::None,
        notify: wanted.notify,
        ..FeedConfig::new(&wanted.name, url)
    };
    let Some(mut like) = like else { return own };
    for rule in &mut like.rules {
        rule.then.hook = None;
    }
    FeedConfig {
        color: like.color,
        icon: like.icon,
        resume: like.resume,
        repeats: like.repeats,
        signals: like.signals,
        mapping: like.mapping,
        rules: like.rules,
        event_limit: like.event_limit,
        announcing: like.announcing,
        ..own
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn cannot_listen(error: io::Error) -> String {
    format!("The replay cannot listen on this computer: {error}. Close other programs and try again.")
}

/// Completes when the feed is gone with its history. One that can be brought back is not.
async fn deleted(engine: &Engine, feed: FeedId) {
    let mut events = engine.events();
    loop {
        let Some(envelope) = events.next().await else { return std::future::pending().await };
        match envelope.event {
            EngineEvent::FeedRemoved { feed: removed } if removed == feed => {}
            EngineEvent::Removed { .. } | EngineEvent::Missed => {}
            _ => continue,
        }
        let removed = engine.removed_feeds().await.unwrap_or_default();
        if engine.feed(feed).await.is_err() && removed.iter().all(|removed| removed.id != feed) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_engine::rule::{Hook, Rule, Then};
    use tidings_engine::{Credential, Header};

    #[test]
    fn what_reaches_out_is_not_taken_from_another_feed() {
        let hook = Hook { command: vec!["sh".into()], time_limit: 1 };
        let rule =
            Rule { name: "a rule".into(), then: Then { hook: Some(hook), ..Then::default() }, ..Rule::default() };
        let like = FeedConfig {
            headers: vec![Header { name: "x".into(), value: "y".into() }],
            credential: Credential::Bearer,
            proxy: ProxyChoice::Url("http://proxy.example/".into()),
            ca_file: Some("/ca.pem".into()),
            folder: "Work".into(),
            icon: "B".into(),
            rules: vec![rule.clone()],
            ..FeedConfig::new("builds", "https://ci.example/events")
        };
        let wanted = WantedReplay { name: "again".into(), speed: None, like: Some(FeedId(1)), notify: false };
        let expected = FeedConfig {
            icon: "B".into(),
            rules: vec![Rule { then: Then::default(), ..rule }],
            notify: false,
            proxy: ProxyChoice::None,
            ..FeedConfig::new("again", "http://127.0.0.1:1/replay/x")
        };
        assert_eq!(config("http://127.0.0.1:1/replay/x".into(), Some(like), &wanted), expected);
    }

    #[test]
    fn only_the_address_of_a_replay_is_known_as_one() {
        for (url, expected) in [
            ("http://127.0.0.1:4890/replay/0123456789abcdef", true),
            ("http://127.0.0.1:4890/replay/0123456789abcdef0", false),
            ("http://127.0.0.1:4890/events", false),
            ("http://ci.example/replay/0123456789abcdef", false),
            ("nonsense", false),
        ] {
            assert_eq!(is_at(url, &path_of("0123456789abcdef")), expected, "{url}");
        }
    }
}
