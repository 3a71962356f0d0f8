//! What a file says, whoever wrote it.
use super::{
    Danger, FEEDS_LIMIT, FeedsFile, FileFault, FileFeed, ItemFault, Reading, SIZE_LIMIT, Standing, open, seal,
};
use crate::announce::{Burst, FeedAnnouncing};
use crate::{
    Action, Credential, EngineError, FeedColor, FeedConfig, FeedFault, FeedRetention, GivenSecret, Header, Hook,
    Mapping, ProxyChoice, RepeatRule, ResumeMode, Rule, Secret, SecretOf, Signal, Signals, Then, Urgency, When,
};
use proptest::prelude::*;
use rstest::rstest;

fn refusal(text: &str) -> String {
    match FeedsFile::read(text) {
        Err(EngineError::BadFile(fault)) => fault.to_string(),
        other => panic!("{other:?}"),
    }
}

fn preview(text: &str) -> Reading {
    Reading::new(FeedsFile::read(text).unwrap(), None, &[], |_| Ok(()))
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}", "[ -~\u{e4}\u{4e2d}\u{1f514}\"'\\\\\n\t]{0,12}"]
}

fn signal() -> impl Strategy<Value = Signal> {
    (proptest::collection::vec(word(), 0..2), proptest::option::of(word()), word())
        .prop_map(|(event_types, data, expression)| Signal { event_types, data, expression })
}

fn rule() -> impl Strategy<Value = Rule> {
    let action = prop_oneof![
        Just(Action::Silent),
        Just(Action::Drop),
        Just(Action::Announce { urgency: None }),
        Just(Action::Announce { urgency: Some(Urgency::Urgent) }),
    ];
    (word(), proptest::collection::vec(word(), 0..2), word(), word(), word(), action, word()).prop_map(
        |(name, event_types, expression, regex, words, action, sound)| Rule {
            name,
            when: When { event_types, expression, regex, words },
            then: Then { action, sound, ..Then::default() },
        },
    )
}

prop_compose! {
    fn ways()(
        headers in proptest::collection::vec((word(), word()), 0..3),
        credential in prop_oneof![
            Just(Credential::None), Just(Credential::Bearer),
            word().prop_map(|user| Credential::Basic { user }), word().prop_map(|name| Credential::Cookie { name }),
        ],
        proxy in prop_oneof![Just(ProxyChoice::System), Just(ProxyChoice::None), word().prop_map(ProxyChoice::Url)],
        ca_file in proptest::option::of(word()),
        pinned in proptest::option::of(word()),
        flags in any::<[bool; 3]>(),
    ) -> FeedConfig {
        FeedConfig {
            headers: headers.into_iter().map(|(name, value)| Header { name, value }).collect(),
            credential, proxy, ca_file, pinned, insecure: flags[0], credentials_follow_redirects: flags[1],
            notify: flags[2], ..FeedConfig::new("", "")
        }
    }
}

prop_compose! {
    fn feed()(
        way in ways(),
        name in word(),
        url in word(),
        folder in word(),
        color in proptest::option::of(Just(FeedColor::Teal)),
        resume in prop_oneof![
            Just(ResumeMode::Header), Just(ResumeMode::Nothing),
            (word(), proptest::option::of(word()), proptest::collection::vec(word(), 0..2))
                .prop_map(|(parameter, path, types)| ResumeMode::Query { parameter, path, types }),
        ],
        repeats in prop_oneof![
            Just(RepeatRule::Whole), Just(RepeatRule::Never), word().prop_map(|path| RepeatRule::Key { path }),
        ],
        limits in (
            proptest::option::of(0..=1_u64 << 40), proptest::option::of(any::<u32>()), proptest::option::of(any::<u32>()),
        ),
        announcing in (any::<bool>(), proptest::option::of(any::<bool>())),
        signals in (proptest::collection::vec(signal(), 0..3), proptest::collection::vec(signal(), 0..2)),
        mapping in (word(), word(), any::<u32>()),
        rules in proptest::collection::vec(rule(), 0..3),
        paused in any::<bool>(),
    ) -> FileFeed {
        let config = FeedConfig {
            name, url, folder, color, resume, repeats, rules,
            event_limit: limits.0,
            idle_limit: limits.1,
            retention: FeedRetention { days: limits.2, events: None },
            announcing: FeedAnnouncing {
                burst: announcing.0.then_some(Burst { size: 3, seconds: 7 }),
                urgent_passes: announcing.1,
                ..FeedAnnouncing::default()
            },
            signals: Signals { heartbeats: signals.0, refusals: signals.1 },
            mapping: Mapping { title: mapping.0, group_key: mapping.1, first_events: mapping.2, ..Mapping::default() },
            ..way
        };
        FileFeed::new(config, paused)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    /// Written, read and written again it is the same, whatever is chosen.
    #[test]
    fn what_is_written_is_read(
        feeds in proptest::collection::vec(feed(), 0..4), title in "[a-z ]{0,9}[a-z]?", sealed in proptest::option::of("[a-z\n]{1,30}"),
    ) {
        let file = FeedsFile { title: title.trim().to_owned(), description: String::new(), feeds, sealed };
        let text = file.text().unwrap();
        let read = FeedsFile::read(&text).unwrap();
        prop_assert_eq!(&read, &file, "{}", text);
        prop_assert_eq!(read.text().unwrap(), text);
    }

    #[test]
    fn anything_is_understood_or_refused(text in any::<String>(), begin in prop_oneof![
        Just(""), Just("format = 1\n[[feed]]\n"), Just("http://h/\n"), Just("<opml><outline "), Just("<opml>"),
    ]) {
        if let Ok(file) = FeedsFile::read(&format!("{begin}{text}")) {
            let reading = Reading::new(file, None, &[], |_| Ok(()));
            prop_assert_eq!(reading.preview.feeds.len(), reading.wanted.len());
        }
    }
}

#[test]
fn only_what_is_chosen_stands_in_the_file() {
    let builds = FeedConfig {
        folder: "Work".to_owned(),
        credential: Credential::Basic { user: "anna".to_owned() },
        rules: vec![Rule {
            name: "broken".to_owned(),
            when: When { words: "failed".to_owned(), ..When::default() },
            then: Then {
                action: Action::Announce { urgency: Some(Urgency::High) },
                hook: Some(Hook { command: vec!["siren".to_owned(), "s3cret".to_owned()], time_limit: 5 }),
                ..Then::default()
            },
        }],
        mapping: Mapping { title: "{{ event.json.job }}\n".to_owned(), ..Mapping::default() },
        ..FeedConfig::new("builds", "https://ci.example.org/events")
    };
    let feeds = vec![FileFeed::new(builds, true), FileFeed::new(FeedConfig::new("news", "http://h/"), false)];
    let file = FeedsFile { title: "Ours".to_owned(), feeds, ..FeedsFile::default() };
    assert_eq!(
        file.text().unwrap(),
        r#"# Feeds of Tidings. What is not named is as by default; see "tidings feeds import --help".

format = 1
title = "Ours"

[[feed]]
name = "builds"
url = "https://ci.example.org/events"
folder = "Work"
paused = true

[feed.credential]
kind = "basic"
user = "anna"

[feed.mapping]
title = """
{{ event.json.job }}
"""

[[feed.rules]]
name = "broken"

[feed.rules.when]
words = "failed"

[feed.rules.then.action]
kind = "announce"
urgency = "high"

[[feed]]
name = "news"
url = "http://h/"
"#
    );
}

#[rstest]
#[case("", "There is nothing in the file.")]
#[case("\u{feff}\n# only words\n", "There is nothing in the file.")]
#[case(
    "format = 2",
    "The file is of format 2, which a newer Tidings wrote; this one reads up to format 1. Nothing was changed."
)]
#[case("format = 0", "The file is no list of feeds that Tidings can read: it does not begin with format = 1.")]
#[case("format = \"1\"", "The file is no list of feeds that Tidings can read: it does not begin with format = 1.")]
#[case("{\"format\": 1}", "TOML")]
#[case("format = 1\nowner = \"x\"", "The file is no list of feeds that Tidings can read: “owner” means nothing.")]
#[case(
    "format = 1\nfeed = 1",
    "The file is no list of feeds that Tidings can read: “feed” is no list; write [[feed]]."
)]
#[case(
    "format = 1\n[sealed]\nsecrets = 1",
    "The file is no list of feeds that Tidings can read: “sealed.secrets” is no text."
)]
#[case(
    "format = 1\n[sealed]\nkey = \"\"",
    "The file is no list of feeds that Tidings can read: “sealed.key” means nothing."
)]
#[case("format = 1\n[[feed]]\nurl = \"http://h", "TOML")]
#[case("<html><body>", "The file is no OPML that Tidings can read: it is XML, but no OPML.")]
#[case("<opml><body></opml>", "OPML")]
#[case("<opml><outline text=\"&lol;\"/></opml>", "OPML")]
#[case("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><opml><outline xmlUrl=\"&b;\"/></opml>", "OPML")]
#[case("<opml><outline text=\"a\" text=\"b\"/></opml>", "OPML")]
fn what_is_no_list_is_refused(#[case] text: &str, #[case] sentence: &str) {
    let said = refusal(text);
    match sentence {
        "TOML" => assert!(said.starts_with("The file is no list of feeds that Tidings can read: "), "{said}"),
        "OPML" => assert!(said.starts_with("The file is no OPML that Tidings can read: "), "{said}"),
        sentence => assert_eq!(said, sentence),
    }
    assert!(!said.contains('\n') && said.ends_with('.'), "{said}");
}

#[test]
fn bombs_are_refused() {
    let large = format!("http://h/{}", "a".repeat(SIZE_LIMIT));
    assert_eq!(refusal(&large), "The file is larger than 2 MiB, so it is no list of feeds.");
    let many = "http://h/\n".repeat(FEEDS_LIMIT + 1);
    assert_eq!(refusal(&many), "There are more than 1000 feeds in the file: divide it.");
    assert_eq!(
        refusal(&format!("format = 1\n{}", "[[feed]]\n".repeat(FEEDS_LIMIT + 1))).split(':').next(),
        Some("There are more than 1000 feeds in the file")
    );
    let outlines = format!("<opml>{}", "<outline xmlUrl='http://h/'/>".repeat(FEEDS_LIMIT + 1));
    assert_eq!(refusal(&outlines), "There are more than 1000 feeds in the file: divide it.");
    let nested = format!("<opml>{}", "<outline text='a'>".repeat(50_000));
    assert_eq!(refusal(&nested), "The file is no OPML that Tidings can read: its outlines are nested too deeply.");
    // Nothing of this may take the stack or the memory of the process.
    for text in [
        format!("format = 1\nx = {}", "[".repeat(100_000)),
        format!("format = 1\nx = {}", "{a=".repeat(100_000)),
        format!("format = 1\n{} = 1", vec!["a"; 500_000].join(".")),
        format!("format = 1\n[{}]", vec!["a"; 500_000].join(".")),
        format!("format = 1\n{}", "[a]\n".repeat(100_000)),
        format!("format = 1\n[[feed]]\nrules = {}{}", "[".repeat(60), "]".repeat(60)),
        format!("<opml {}>", "a='' ".repeat(50_000)),
        format!("<opml>{}", "<".repeat(500_000)),
        format!("<!DOCTYPE {}", "[<!ENTITY ".repeat(50_000)),
    ] {
        if let Ok(file) = FeedsFile::read(&text) {
            assert!(file.feeds.iter().all(|feed| feed.fault.is_some()), "{}", &text[..60]);
        }
    }
}

#[test]
fn a_feed_that_cannot_be_is_refused_alone_and_says_why() {
    let text = r#"
format = 1
[[feed]]
url = "http://good/"
[[feed]]
name = "typing mistake"
url = "http://h/"
colour = "red"
[[feed]]
url = "ftp://h/"
[[feed]]
name = "deep"
url = "http://h/"
rules = [{ when = { word = "x" } }]
[[feed]]
url = "http://h/"
secrets = []
[[feed]]
url = "http://h/"
paused = "yes"
[[feed]]
url = "http://h/"
pinned = "AB"
[[feed]]
url = "http://good/"
name = "good"
[[feed]]
url = "http://h/"
credential = { kind = "oauth" }
[[feed]]
name = "bad template"
url = "http://h/"
mapping = { title = "{{ event." }
"#;
    let reading = preview(text);
    let said: Vec<_> = reading
        .preview
        .feeds
        .iter()
        .map(|item| match &item.standing {
            Standing::Refused { reason, .. } => reason.clone(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        said[..6],
        [
            "New",
            "“colour” means nothing.",
            "Tidings follows http and https addresses; this one begins with “ftp:”.",
            "“rules.when.word” means nothing.",
            "“secrets” means nothing: passwords and tokens are sealed.",
            "“paused” is neither true nor false.",
        ]
    );
    assert_eq!(said[7], "It stands in the file twice.");
    assert!(said[8].starts_with("unknown variant `oauth`"), "{}", said[8]);
    for at in [6, 9] {
        assert_ne!(said[at], "New");
    }
    assert_eq!(reading.wanted.iter().filter(|wanted| wanted.is_some()).count(), 1);

    // As words, for who says it in another language.
    let settings = |fault| ItemFault::Settings { fault };
    let faults: Vec<_> = reading
        .preview
        .feeds
        .into_iter()
        .filter_map(|item| match item.standing {
            Standing::Refused { fault, .. } => Some(fault),
            _ => None,
        })
        .collect();
    assert_eq!(
        faults[..7],
        [
            ItemFault::Unknown { key: "colour".to_owned() },
            settings(FeedFault::OtherScheme { scheme: "ftp".to_owned() }),
            ItemFault::Unknown { key: "rules.when.word".to_owned() },
            ItemFault::Secrets,
            ItemFault::Paused,
            settings(FeedFault::Fingerprint),
            ItemFault::Twice,
        ]
    );
    assert!(matches!(&faults[7], ItemFault::Unreadable { .. }), "{:?}", faults[7]);
    let template = serde_json::to_value(&faults[8]).unwrap();
    assert_eq!(
        [&template["kind"], &template["fault"]["kind"], &template["fault"]["field"]],
        ["settings", "template", "title"]
    );
    assert_eq!(serde_json::from_value::<ItemFault>(template).unwrap(), faults[8], "as another process is told");
}

#[test]
fn opml_and_plain_addresses_are_read() {
    let opml = r#"<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>My &amp; feeds</title></head><body>
  <outline text="Work"><outline text="CI"><outline title="Builds" xmlUrl="https://ci.example.org/events?a=1&amp;b=2" type="sse"/></outline>
    <outline text="Alerts" url="http://h/alerts"/></outline>
  <outline text="Last" htmlUrl="http://h/last"/><outline XMLURL="http://h/unnamed"/><outline text="comment"/>
  <outline text="Evil" xmlUrl="file:///etc/passwd"/>
</body></opml>"#;
    let reading = preview(opml);
    let seen: Vec<_> = reading
        .preview
        .feeds
        .iter()
        .map(|item| (&*item.name, &*item.url, &*item.folder, item.standing == Standing::New))
        .collect();
    assert_eq!(
        seen,
        [
            ("Builds", "https://ci.example.org/events?a=1&b=2", "Work / CI", true),
            ("Alerts", "http://h/alerts", "Work", true),
            ("Last", "http://h/last", "", true),
            ("h", "http://h/unnamed", "", true),
            ("Evil", "file:///etc/passwd", "", false),
        ]
    );
    assert_eq!(reading.preview.title, "My & feeds");

    let reading = preview("# mine\nHTTPS://a.example/x\n\n  http://anna:s3cret@b.example/ \nnot an address\n");
    let seen: Vec<_> = reading.preview.feeds.iter().map(|item| (&*item.url, item.standing == Standing::New)).collect();
    assert_eq!(seen, [("HTTPS://a.example/x", true), ("http://b.example/", true), ("", false)]);
    assert_eq!(reading.wanted[1].as_ref().map(|wanted| wanted.secrets.len()), Some(1));
}

#[test]
fn programs_are_never_taken_and_dangers_are_named() {
    let text = r#"
format = 1
[[feed]]
url = "https://h/"
insecure = true
credentialsFollowRedirects = true
caFile = "/ca.pem"
certificateFile = "/me.p12"
proxy = { kind = "url", url = "socks5://anna:s3cret@proxy:1080" }
headers = [{ name = "Authorization", value = "Bearer s3cret" }]
rules = [{ name = "x", then = { hook = { command = ["rm", "-rf", "~"] } } }]
"#;
    let reading = preview(text);
    assert_eq!(
        serde_json::to_value(&reading.preview.feeds[0].dangers).unwrap(),
        serde_json::json!([
            { "kind": "hook", "what": "rm -rf ~" },
            { "kind": "insecure" },
            { "kind": "authority", "what": "/ca.pem" },
            { "kind": "certificate", "what": "/me.p12" },
            { "kind": "proxy", "what": "proxy:1080" },
            { "kind": "credentialsFollow" },
            { "kind": "plainSecret" },
        ])
    );
    let past = preview("format = 1\n[[feed]]\nurl = \"https://h/\"\nproxy = { kind = \"none\" }\n");
    assert_eq!(past.preview.feeds[0].dangers, [Danger::NoProxy]);
    let wanted = reading.wanted[0].as_ref().unwrap();
    assert_eq!(wanted.config.rules[0].then.hook, None);
    assert!(!serde_json::to_string(&wanted.config).unwrap().contains("s3cret"));
    assert_eq!(wanted.secrets.len(), 2);
}

#[test]
fn what_is_sealed_opens_with_the_passphrase_alone_and_goes_only_where_it_went() {
    let config = FeedConfig { credential: Credential::Bearer, ..FeedConfig::new("a", "https://h/") };
    let secrets = vec![GivenSecret { of: SecretOf::Credential, secret: Secret::new("s3cret") }];
    let passphrase = Secret::new("correct horse");
    let sealed = seal(&vec![super::sealed_feed(&config, secrets)], &passphrase).unwrap();
    assert!(sealed.starts_with("-----BEGIN AGE ENCRYPTED FILE-----") && !sealed.contains("s3cret"));
    let opened = |sealed: &str, passphrase: &str| open::<Vec<super::SealedFeed>>(sealed, &Secret::new(passphrase));

    assert!(matches!(opened(&sealed, "correct horse "), Err(EngineError::WrongPassphrase)));
    assert!(matches!(seal(&1, &Secret::new("")), Err(EngineError::BadFile(_))));
    let half = &sealed[..sealed.len() / 2];
    let other = sealed.replacen('b', "c", 1);
    for damaged in ["", "x", half, &other, &sealed[..sealed.len() - 40], &sealed.replace('\n', "")] {
        assert!(opened(damaged, "correct horse").is_err(), "{damaged}");
    }

    // The feeds as they were, and with another way to another server.
    let evil = FeedConfig { proxy: ProxyChoice::Url("http://evil:80".to_owned()), ..config.clone() };
    for (config, count) in [
        (config.clone(), 1),
        (FeedConfig { folder: "elsewhere".to_owned(), ..config.clone() }, 1),
        (FeedConfig { url: "https://evil/".to_owned(), ..config.clone() }, 0),
        (FeedConfig { insecure: true, ..config.clone() }, 0),
        (FeedConfig { credential: Credential::Query { name: "t".to_owned() }, ..config.clone() }, 0),
        (FeedConfig { credentials_follow_redirects: true, ..config.clone() }, 0),
        (evil, 0),
    ] {
        let file = FeedsFile {
            feeds: vec![FileFeed::new(config.clone(), false)],
            sealed: Some(sealed.clone()),
            ..FeedsFile::default()
        };
        let reading = Reading::new(file, Some(opened(&sealed, "correct horse").unwrap()), &[], |_| Ok(()));
        assert_eq!(reading.wanted[0].as_ref().map(|wanted| wanted.secrets.len()), Some(count), "{config:?}");
    }
}

#[test]
fn work_that_would_take_too_long_is_refused() {
    // As another program seals with 2^30 rounds. Nothing is tried.
    let header = "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 30\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    match open::<Vec<super::SealedFeed>>(header, &Secret::new("x")) {
        Err(EngineError::BadFile(fault)) => assert_eq!(fault, FileFault::SealedTooHard),
        other => panic!("{other:?}"),
    }
}
