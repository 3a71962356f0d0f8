//! A sample of what each real source sends (design facts: the presets' help texts), and what it consists of.
use crate::{reading::Reading, reference};
use tidings_event_source::{Decoder, Frame, decoder::DEFAULT_EVENT_LIMIT};

/// Name, stream, and its frames in outline: `type` or `type#last event ID`, `:comment`, `retry milliseconds`.
const SOURCES: &[(&str, &str, &[&str])] = &[
    (
        "Ably",
        include_str!("sources/ably.txt"),
        &["message#cbfKayrzgAXDWM:1556806691343-0", ":keepalive", "error#cbfKayrzgAXDWM:1556806691343-0"],
    ),
    ("Argo CD", include_str!("sources/argocd.txt"), &["message"]),
    ("Centrifugo", include_str!("sources/centrifugo.txt"), &["message", "message", "ping"]),
    ("CouchDB", include_str!("sources/couchdb.txt"), &["message#\"1-g1AAAA\"", "heartbeat#\"1-g1AAAA\""]),
    ("ESPHome", include_str!("sources/esphome.txt"), &["retry 30000", "ping#5512345", "state#5512345", "log#5512345"]),
    ("Firebase", include_str!("sources/firebase.txt"), &["put", "patch", "keep-alive", "auth_revoked"]),
    ("Gitea", include_str!("sources/gitea.txt"), &["notification-count", "ping", "close"]),
    ("Home Assistant", include_str!("sources/home-assistant.txt"), &["message", "message"]),
    (
        "Horizon",
        include_str!("sources/horizon.txt"),
        &["retry 1000", "open", "message#120192452468154369", "retry 10", "close#120192452468154369"],
    ),
    ("Hue", include_str!("sources/hue.txt"), &[": hi", "message#1700000000:0"]),
    ("Mastodon", include_str!("sources/mastodon.txt"), &[":)", "notification", ":thump", "delete", "filters_changed"]),
    (
        "Mercure",
        include_str!("sources/mercure.txt"),
        &[":", "message#urn:uuid:5e94c686-2c0b-4f9b-958c-92ccc3bbb4eb", ":"],
    ),
    ("nchan", include_str!("sources/nchan.txt"), &[": hi", "message#1700000000:0", "update#1700000001:0"]),
    ("ntfy", include_str!("sources/ntfy.txt"), &["open", "message", "keepalive", "message", "message_delete"]),
    ("openHAB", include_str!("sources/openhab.txt"), &["alive", "message"]),
    ("Particle", include_str!("sources/particle.txt"), &[":ok", "temp"]),
    ("smee.io", include_str!("sources/smee.txt"), &["ready#0", "ping#0", "message#3"]),
    (
        "Wikimedia",
        include_str!("sources/wikimedia.txt"),
        &[
            ":ok",
            "message#[{\"topic\":\"eqiad.mediawiki.recentchange\",\"partition\":0,\"timestamp\":1596207527001},{\"topic\":\"codfw.mediawiki.recentchange\",\"partition\":0,\"offset\":-1}]",
            "message#[{\"topic\":\"codfw.mediawiki.recentchange\",\"partition\":0,\"offset\":-1},{\"topic\":\"eqiad.mediawiki.recentchange\",\"partition\":0,\"timestamp\":1596207527500}]",
            "error#[{\"topic\":\"codfw.mediawiki.recentchange\",\"partition\":0,\"offset\":-1},{\"topic\":\"eqiad.mediawiki.recentchange\",\"partition\":0,\"timestamp\":1596207527500}]",
        ],
    ),
    ("Woodpecker", include_str!("sources/woodpecker.txt"), &[": ping", "message"]),
];

#[test]
fn every_source_reads_as_it_is_meant() {
    for (name, stream, expected) in SOURCES {
        let mut decoder = Decoder::new("", DEFAULT_EVENT_LIMIT);
        let mut input = stream.as_bytes();
        let mut outline = Vec::new();
        let mut data = Vec::new();
        while let Some(frame) = decoder.decode(&mut input) {
            outline.push(match frame {
                Frame::Event(event) => {
                    data.push(event.data.to_owned());
                    match event.last_event_id {
                        "" => event.event_type.to_owned(),
                        id => format!("{}#{id}", event.event_type),
                    }
                }
                Frame::Comment(text) => format!(":{text}"),
                Frame::Retry(milliseconds) => format!("retry {milliseconds}"),
                other => panic!("{name}: {other:?}"),
            });
        }
        assert_eq!(outline, *expected, "{name}");
        // Each sample has one data line an event.
        let lines = stream.lines().filter_map(|line| line.strip_prefix("data"));
        let lines: Vec<_> = lines.map(|line| line.trim_start_matches([':', ' '])).collect();
        assert_eq!(data, lines, "{name}");
    }
}

#[test]
fn every_source_reads_the_same_however_it_is_cut() {
    for (name, stream, _) in SOURCES {
        for stream in [stream.to_string(), stream.replace('\n', "\r\n"), stream.replace('\n', "\r")] {
            Reading::default().assert(
                name,
                stream.as_bytes(),
                &reference::frames(stream.as_bytes(), Reading::default()),
            );
        }
    }
}
