//! Each preset with a stream of its source (`presets/*.stream`), delivered twice: what is asked of the server, what is kept,
//! what is announced, and how the feed fares in the end (`presets/*.expected`).
//!
//! `TIDINGS_REWRITE=1` writes what is found instead of comparing it. A line `: pause` in a stream waits until what a server
//! tells first is over.
use super::{built_in, folder};
use crate::following::{LIMIT, Recorder, options};
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;
use std::time::Duration;
use tidings_engine::preset::{Preset, Values};
use tidings_engine::{
    Announcement, DecidedBy, Decision, Engine, Event, FeedConfig, FeedId, FeedState, PageQuery, ProxyChoice,
};
use tidings_event_source::Policy;
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer, response};

/// A server that says the stream on the first two connections, and stop on the third.
async fn saying(stream: String, pause: Duration) -> SseServer {
    let stream = Arc::new(stream);
    SseServer::start(move |mut connection| {
        let stream = Arc::clone(&stream);
        async move {
            if connection.request.number >= 2 {
                return connection.send(response("204 No Content", "text/plain", "")).await;
            }
            connection.send(EVENT_STREAM).await;
            for (number, part) in stream.split(": pause\n").enumerate() {
                if number > 0 {
                    tokio::time::sleep(pause).await;
                }
                connection.send(part).await;
            }
        }
    })
    .await
}

/// What the form makes of its examples, with this server in the place of the source's.
fn config(preset: &Preset, server: &SseServer) -> FeedConfig {
    let example = |field: &tidings_engine::preset::Field| {
        let answer = if field.default.is_empty() && !field.optional { &field.example } else { &field.default };
        (field.id.clone(), answer.clone())
    };
    let values: Values = preset.file.form.field.iter().map(example).collect();
    let filled = preset.filled(&values).unwrap();
    let url = tidings_event_source::Url::parse(&filled.url).unwrap();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let url = server.url(&format!("{}{query}", url.path()));
    FeedConfig { url, name: preset.id.clone(), proxy: ProxyChoice::None, ..filled }
}

fn told_of(event: &Event, told: &mut String) {
    let Event { summary, body, link, group_key, happened_at, verdict, problem, .. } = event;
    let decision = match (verdict.decision, &verdict.decided_by) {
        (Decision::Announce, DecidedBy::NoRule) => "announce".to_owned(),
        (Decision::Silent, DecidedBy::FirstSnapshot) => "silent (told first)".to_owned(),
        (Decision::Silent, DecidedBy::Empty) => "silent (empty)".to_owned(),
        (decision, DecidedBy::Rule { number, name }) => {
            format!("{} (rule {number}, {name})", format!("{decision:?}").to_lowercase())
        }
        other => format!("{other:?}"),
    };
    let repeated = if summary.count > 1 { format!(", ×{}", summary.count) } else { String::new() };
    writeln!(told, "  {}: {}, {decision}{repeated}", summary.event_type, summary.urgency.word()).unwrap();
    let mut line = |name: &str, text: &str| {
        if !text.is_empty() {
            writeln!(told, "    {name}: {}", text.replace('\n', "⏎")).unwrap();
        }
    };
    line("title", &summary.title);
    line("body", body);
    line("link", link.as_deref().unwrap_or_default());
    line("group", group_key.as_deref().unwrap_or_default());
    line("time", &happened_at.map(|at| at.to_string()).unwrap_or_default());
    line("problem", problem.as_deref().unwrap_or_default());
}

fn announced(announcements: &[Announcement]) -> String {
    let mut lines: Vec<_> = announcements
        .iter()
        .map(|announcement| {
            let Announcement { title, body, urgency, .. } = announcement;
            let body = if body.is_empty() { String::new() } else { format!(" | {}", body.replace('\n', "⏎")) };
            format!("  {}: {title}{body}\n", urgency.word())
        })
        .collect();
    // An alert waits for nothing, an event until it is stored.
    lines.sort();
    format!("announced\n{}", lines.concat())
}

async fn state(engine: &Engine, feed: FeedId) -> FeedState {
    engine.feed(feed).await.unwrap().state
}

/// Lets the feed run until the server has said all of it twice.
async fn run_to_the_end(engine: &Engine, feed: FeedId, server: &SseServer) -> FeedState {
    let refused = async |requests: usize| {
        let state = state(engine, feed).await;
        let refused = matches!(state, FeedState::NeedsAttention { .. }) && server.requests().len() == requests;
        (refused || matches!(state, FeedState::Closed { .. })).then_some(state)
    };
    let first = eventually(LIMIT, "the end of the streams, or a refusal", async || refused(1).await).await;
    if matches!(first, FeedState::Closed { .. }) {
        return first;
    }
    engine.reconnect(Some(feed)).await.unwrap();
    eventually(LIMIT, "the second refusal", async || refused(2).await).await
}

async fn becomes_what_is_expected(id: &str) {
    let preset = built_in(id);
    let stream = fs::read_to_string(folder().join(format!("{id}.stream"))).unwrap();
    let first = Duration::from_secs(preset.file.feed.mapping.first_seconds.into());
    let server = saying(stream, first + Duration::from_millis(300)).await;
    let dir = tempfile::tempdir().unwrap();
    let notifier = Arc::new(Recorder::default());
    let policy = Policy {
        least_reconnection_time: Duration::from_millis(20),
        longest_reconnection_time: Duration::from_millis(20),
        ..Policy::FEED
    };
    let engine =
        Engine::open(tidings_engine::EngineOptions { policy, ..options(dir.path(), &notifier, true) }).unwrap();
    let config = config(preset, &server);
    assert_eq!(config.clone().checked().unwrap(), config, "what a preset makes is kept as it is");
    let feed = engine.add_feed(config).await.unwrap().id;
    let end = run_to_the_end(&engine, feed, &server).await;

    let mut told = String::from("asked\n");
    for request in server.requests().into_iter().take(2) {
        let resumed = request.header("Last-Event-ID").map(|id| format!(", Last-Event-ID: {id}")).unwrap_or_default();
        writeln!(told, "  GET {}{resumed}", request.target()).unwrap();
    }
    // In its turn behind what came over the connections.
    engine.pause_feed(feed, true).await.unwrap();
    told.push_str("kept\n");
    let status = engine.feed(feed).await.unwrap();
    let mut events = engine.page(PageQuery { limit: 500, ..PageQuery::default() }).await.unwrap().events;
    events.reverse();
    for summary in events {
        told_of(&engine.event(summary.id).await.unwrap(), &mut told);
    }
    writeln!(told, "dropped by rules: {}", status.dropped).unwrap();
    if let FeedState::NeedsAttention { cause, .. } = end {
        writeln!(told, "needs attention ({}, {}): {}", cause.layer, cause.short, cause.message).unwrap();
    }

    let path = folder().join(format!("{id}.expected"));
    if std::env::var_os("TIDINGS_REWRITE").is_some() {
        tokio::time::sleep(Duration::from_secs(5)).await;
        fs::write(path, told + &announced(&notifier.all())).unwrap();
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    let (kept, announcements) = expected.split_at(expected.find("announced\n").unwrap_or(expected.len()));
    assert_eq!(told, kept, "{id}");
    let all = async || (announced(&notifier.all()) == announcements).then_some(());
    let waiting = tokio::time::timeout(LIMIT / 2, async {
        while all().await.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    if waiting.await.is_err() {
        assert_eq!(announced(&notifier.all()), announcements, "{id}");
    }
}

macro_rules! streams {
    ($($name:ident = $id:literal),* $(,)?) => {
        $(#[tokio::test]
        async fn $name() {
            becomes_what_is_expected($id).await;
        })*

        /// A new preset takes its place in this table.
        #[test]
        fn each_preset_is_in_the_table() {
            assert_eq!([$($id),*].as_slice(), super::files(".toml"));
        }
    };
}

streams! {
    ably = "ably",
    argo_cd = "argo-cd",
    centrifugo = "centrifugo",
    couchdb = "couchdb",
    esphome = "esphome",
    firebase = "firebase",
    gitea = "gitea",
    home_assistant = "home-assistant",
    horizon = "horizon",
    hue = "hue",
    mastodon = "mastodon",
    mercure = "mercure",
    nchan = "nchan",
    ntfy = "ntfy",
    openhab = "openhab",
    particle = "particle",
    smee = "smee",
    wikimedia = "wikimedia",
    woodpecker = "woodpecker",
}
