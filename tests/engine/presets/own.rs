//! The user's own presets: saved from a feed without its secrets, listed beside the others.
use rstest::rstest;
use std::fs;
use tempfile::tempdir;
use tidings_engine::preset::{self, Need, OwnPresets, Preset, Values, Way, saved};
use tidings_engine::{Action, FeedConfig, Header, Hook, ProxyChoice, RepeatRule, Rule, Signal, Then, When};

const SECRET: &str = "s3cret-t0ken";

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: value.to_owned() }
}

/// A feed with everything that a preset takes, and with secrets wherever one can be.
fn configured() -> FeedConfig {
    let mut config = FeedConfig::new(
        "Builds of us",
        format!("https://anna:{SECRET}@ci.example.org:8443/{SECRET}/events?key={SECRET}"),
    );
    config.headers = vec![
        header("Authorization", &format!("Bearer {SECRET}")),
        header("X-Api-Key", SECRET),
        header("Cookie", &format!("session={SECRET}; theme=dark")),
        header("Accept-Language", "de"),
    ];
    config.proxy = ProxyChoice::Url(format!("http://u:{SECRET}@proxy.example.org:3128"));
    config.ca_file = Some(format!("/home/anna/{SECRET}.pem"));
    config.folder = String::from("Work");
    config.icon = String::from("CI");
    config.repeats = RepeatRule::Key { path: "build.id".to_owned() };
    config.signals.heartbeats = vec![Signal { event_types: vec!["beat".to_owned()], ..Signal::default() }];
    config.mapping.title = String::from("{{ event.json.name }}: {{ event.json.status }}");
    config.rules = vec![Rule {
        name: "Failures".to_owned(),
        when: When { words: "failed".to_owned(), ..When::default() },
        then: Then {
            action: Action::Announce { urgency: Some(tidings_engine::Urgency::High) },
            hook: Some(Hook { command: vec!["curl".to_owned(), SECRET.to_owned()], time_limit: 5 }),
            ..Then::default()
        },
    }];
    config
}

#[test]
fn a_feed_becomes_a_preset_without_its_secrets() {
    let dir = tempdir().unwrap();
    let own = OwnPresets::of(dir.path());
    let path = own.write(&saved("our-ci", "Our CI", &configured()).unwrap(), false).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    for secret in [SECRET, "anna", "proxy.example.org", "Work", "curl"] {
        assert!(!text.contains(secret) || secret == "anna" && !text.contains("anna:"), "{secret} in\n{text}");
    }
    let preset = own.find("our-ci").unwrap();
    assert!(preset.own);
    assert_eq!(preset.summary().name, "Our CI");
    let wanted = preset.summary().authentication;
    assert_eq!(wanted.need, Need::Always);
    let ways = [
        Way::Bearer,
        Way::Header { name: "X-Api-Key".to_owned() },
        Way::Cookie { name: "session".to_owned() },
        Way::Header { name: "Accept-Language".to_owned() },
        Way::Basic,
    ];
    assert!(wanted.ways.iter().all(|way| ways.contains(way)), "{:?}", wanted.ways);

    // Another feed made of it is configured alike.
    let made = preset.config("https://ci.example.org:8443/other", &Values::new());
    let from = configured();
    assert_eq!((&made.repeats, &made.signals, &made.mapping), (&from.repeats, &from.signals, &from.mapping));
    let mut rule = from.rules[0].clone();
    rule.then.hook = None;
    assert_eq!((made.rules, made.icon, made.headers), (vec![rule], "CI".to_owned(), vec![]));

    // Its address is recognised, but not for sure: only the host is known.
    let (presets, bad) = own.with_built_in();
    assert_eq!(bad, []);
    let proposals = preset::recognise("https://ci.example.org:8443/other", &presets);
    let found: Vec<_> = proposals.iter().map(|proposal| (&*proposal.preset.id, proposal.sure)).collect();
    assert_eq!(found, [("our-ci", false)]);
    assert!(preset::recognise("https://ci.example.org/other", &presets).is_empty());
}

#[rstest]
#[case::template(|config: &mut FeedConfig| config.mapping.link = format!("https://x/?key={SECRET}"))]
#[case::rule(|config: &mut FeedConfig| config.rules[0].when.words = SECRET.to_owned())]
#[case::name(|config: &mut FeedConfig| config.name = SECRET.to_owned())]
fn a_secret_that_is_repeated_elsewhere_is_not_saved(#[case] change: fn(&mut FeedConfig)) {
    let mut config = configured();
    change(&mut config);
    let error = saved("x", "X", &config).unwrap_err().to_string();
    assert!(error.starts_with("A template, a rule or the name of this feed repeats "), "{error}");
    assert!(!error.contains(SECRET), "{error}");
}

#[test]
fn own_presets_stand_beside_the_others_and_replace_their_namesakes() {
    let dir = tempdir().unwrap();
    let own = OwnPresets::of(dir.path());
    assert_eq!(own.read().0.len(), 0);
    assert_eq!(own.find("ntfy").unwrap().file.name, "ntfy");
    assert_eq!(own.find("nothing").unwrap_err().to_string(), "There is no preset “nothing”; see tidings preset list.");
    assert!(own.find("../ntfy").is_err());

    let mine = saved("ntfy", "My ntfy", &FeedConfig::new("x", "https://ntfy.sh/a/sse")).unwrap();
    own.write(&mine, false).unwrap();
    let again = own.write(&mine, false).unwrap_err().to_string();
    assert_eq!(again, "There is a preset “ntfy” of yours already.");
    own.write(&mine, true).unwrap();
    let (presets, _) = own.with_built_in();
    let named: Vec<_> = presets.iter().filter(|preset| preset.id == "ntfy").map(|preset| &*preset.file.name).collect();
    assert_eq!(named, ["My ntfy"]);
    assert_eq!(presets.len(), preset::built_in().len());

    // One that cannot be read keeps the others from nobody.
    fs::write(dir.path().join("presets/broken.toml"), "name = ").unwrap();
    fs::write(dir.path().join("presets/huge.toml"), "#".repeat(70 * 1024)).unwrap();
    let (presets, bad) = own.with_built_in();
    assert_eq!(presets.len(), preset::built_in().len());
    assert_eq!(bad.len(), 2);
    assert!(bad[0].0.starts_with("The preset “broken” cannot be used: "), "{}", bad[0].0);
    assert_eq!(bad[1].0, "The preset “huge” cannot be used: it is larger than 64 KiB.");
}

#[test]
fn every_preset_survives_being_written_and_read() {
    for preset in preset::built_in() {
        let again = Preset::parse(&preset.id, &preset.text(), false).unwrap();
        assert_eq!(again.file, preset.file, "{}", preset.id);
    }
}

#[test]
fn a_name_makes_an_id() {
    for (name, expected) in [
        ("Our CI", Some("our-ci")),
        ("  A/B: c ", Some("a-b-c")),
        ("新闻", Some("u65b0-u95fb")),
        ("…", None),
        ("", None),
        (&"x".repeat(65), None),
    ] {
        assert_eq!(preset::id_of(name).ok().as_deref(), expected, "{name}");
    }
}
