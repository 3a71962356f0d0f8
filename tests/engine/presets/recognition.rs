//! Which source an address belongs to, and which address is meant by it.
use super::built_in;
use rstest::rstest;
use serde_json::json;
use tidings_engine::preset::{self, Values};
use tidings_engine::{FeedConfig, ResumeMode};

/// The best proposal: preset, whether it is sure, and the address that is meant if it is another.
fn best(url: &str) -> Option<(String, bool, Option<String>)> {
    let best = preset::recognise(url, preset::built_in()).into_iter().next()?;
    Some((best.preset.id, best.sure, best.corrected))
}

#[rstest]
#[case("https://ntfy.sh/alerts,backups/sse", Some(("ntfy", true, None)))]
#[case("https://ntfy.sh/alerts", Some(("ntfy", true, Some("https://ntfy.sh/alerts/sse"))))]
#[case(" https://user:pw@ntfy.example.org:8443/alerts/json?poll=1 ", Some(("ntfy", true, Some("https://user:pw@ntfy.example.org:8443/alerts/sse"))))]
#[case("https://push.example.org/alerts/sse", Some(("ntfy", false, None)))]
#[case("https://example.org/.well-known/mercure?topic=a", Some(("mercure", true, None)))]
#[case("https://stream.wikimedia.org/v2/stream/recentchange?since=2020-01-01T00:00:00Z", Some(("wikimedia", true, None)))]
#[case("https://de.wikipedia.org/wiki/Berlin", Some(("wikimedia", true, Some("https://stream.wikimedia.org/v2/stream/recentchange"))))]
#[case("https://streaming.example.social/api/v1/streaming/user", Some(("mastodon", true, None)))]
#[case("https://mastodon.social/api/v1/streaming/hashtag?tag=rust", Some(("mastodon", true, Some("https://streaming.mastodon.social/api/v1/streaming/hashtag?tag=rust"))))]
#[case("https://mastodon.social/@Gargron", Some(("mastodon", true, Some("https://streaming.mastodon.social/api/v1/streaming/user/notification"))))]
#[case("http://192.168.1.5:8123/api/stream?restrict=state_changed", Some(("home-assistant", true, None)))]
#[case("http://homeassistant.local:8123/lovelace/0", Some(("home-assistant", true, Some("http://homeassistant.local:8123/api/stream?restrict=state_changed"))))]
#[case("https://smee.io/AbCdEf", Some(("smee", true, None)))]
#[case("http://openhab.local:8080/rest/events?topics=openhab/items/*/statechanged", Some(("openhab", true, None)))]
#[case("http://box:8080/rest/events", Some(("openhab", true, Some("http://box:8080/rest/events?topics=openhab/items/*/statechanged"))))]
#[case("https://x-default-rtdb.firebaseio.com/rooms.json?auth=t", Some(("firebase", true, None)))]
#[case("https://x.europe-west1.firebasedatabase.app/rooms?auth=t", Some(("firebase", true, Some("https://x.europe-west1.firebasedatabase.app/rooms.json?auth=t"))))]
#[case("http://localhost:5984/orders/_changes?feed=eventsource", Some(("couchdb", true, None)))]
#[case("http://localhost:5984/orders/_changes", Some(("couchdb", true, Some("http://localhost:5984/orders/_changes?feed=eventsource&since=now"))))]
#[case("https://horizon.stellar.org/payments?cursor=now", Some(("horizon", true, None)))]
#[case("https://horizon.stellar.org/payments", Some(("horizon", true, Some("https://horizon.stellar.org/payments?cursor=now"))))]
#[case("https://192.168.1.2/eventstream/clip/v2", Some(("hue", true, None)))]
#[case("http://power.local/events", Some(("esphome", false, None)))]
#[case("https://api.particle.io/v1/devices/events/temp", Some(("particle", true, None)))]
#[case("https://c.example.org/connection/uni_sse?cf_connect=%7B%7D", Some(("centrifugo", true, None)))]
#[case("https://main.realtime.ably.net/sse?channels=x&v=1.2&key=k", Some(("ably", true, None)))]
#[case("https://git.example.org/user/events", Some(("gitea", true, None)))]
#[case("https://codeberg.org/forgejo/forgejo", Some(("gitea", true, Some("https://codeberg.org/user/events"))))]
#[case("https://ci.codeberg.org/repos/1", Some(("woodpecker", true, Some("https://ci.codeberg.org/api/stream/events"))))]
#[case("https://argocd.example.org/applications/shop", Some(("argo-cd", true, Some("https://argocd.example.org/api/v1/stream/applications"))))]
#[case("https://example.org/events", None)]
#[case("https://example.org/", None)]
#[case("https://notntfy.sh/a/b", None)]
#[case("https://xntfy.sh/a", None)]
#[case("ntfy.sh/alerts", None)]
#[case("ftp://ntfy.sh/alerts", None)]
#[case("", None)]
fn an_address_belongs_to_a_source(#[case] url: &str, #[case] expected: Option<(&str, bool, Option<&str>)>) {
    let expected = expected.map(|(id, sure, corrected)| (id.to_owned(), sure, corrected.map(str::to_owned)));
    assert_eq!(best(url), expected);
}

#[test]
fn the_address_of_each_form_belongs_to_its_preset() {
    for preset in preset::built_in().iter().filter(|preset| !preset.file.address.is_empty()) {
        let example = |field: &preset::Field| {
            (field.id.clone(), if field.default.is_empty() { &field.example } else { &field.default }.clone())
        };
        let values: Values = preset.file.form.field.iter().map(example).collect();
        let url = preset.filled(&values).unwrap().url;
        let best = preset::recognise(&url, preset::built_in()).into_iter().next();
        let best = best.unwrap_or_else(|| panic!("{url} is not recognised"));
        assert_eq!((best.preset.id.as_str(), best.corrected), (preset.id.as_str(), None), "{url}");
    }
}

#[test]
fn a_proposal_is_a_feed_that_can_be_added() {
    let proposal = preset::recognise("https://ntfy.sh/alerts", preset::built_in()).remove(0);
    let FeedConfig { name, url, resume, headers, .. } = proposal.config.clone();
    assert_eq!((&*name, &*url, headers.len()), ("alerts", "https://ntfy.sh/alerts/sse", 0));
    let since = ResumeMode::Query { parameter: "since".to_owned(), path: Some("id".to_owned()), types: vec![] };
    assert_eq!(resume, since);
    assert_eq!(proposal.config.clone().checked().unwrap(), proposal.config);

    // What an address tells goes into the rules, as text and never as code.
    let proposal = preset::recognise("https://de.wikipedia.org/", preset::built_in()).remove(0);
    assert_eq!(proposal.config.name, "de.wikipedia.org");
    let rules: Vec<_> = proposal.config.rules.iter().map(|rule| &*rule.when.expression).collect();
    assert!(rules.contains(&"event.json.server_name and event.json.server_name != \"de.wikipedia.org\""), "{rules:?}");
    let about = Values::from([("about".to_owned(), "\" or true or \"".to_owned())]);
    let config = built_in("wikimedia").filled(&about).unwrap().checked().unwrap();
    let rule = config.rules.iter().find(|rule| rule.name == "What it is about").unwrap();
    assert!(rule.when.expression.starts_with(r#"("\" or true or \"" | lower) in"#), "{}", rule.when.expression);
}

#[test]
fn settings_of_the_user_stay() {
    let mut own = FeedConfig::new("Mine", "https://ntfy.sh/alerts/sse");
    own.folder = "Home".to_owned();
    own.headers = vec![tidings_engine::Header { name: "Authorization".to_owned(), value: "Bearer tk_x".to_owned() }];
    let applied = built_in("ntfy").applied_to(own.clone(), &Values::new());
    assert_eq!((applied.name, applied.folder, applied.headers), (own.name, own.folder, own.headers));
}

#[test]
fn a_mistake_in_a_form_is_told() {
    let filled = |id: &str, values: &[(&str, &str)]| {
        let values = values.iter().map(|&(id, value)| (id.to_owned(), value.to_owned())).collect();
        built_in(id).filled(&values).map(|config| config.url).map_err(|error| error.to_string())
    };
    assert_eq!(filled("ntfy", &[("topics", "a,b")]).as_deref(), Ok("https://ntfy.sh/a,b/sse"));
    for (id, values, sentence) in [
        ("ntfy", &[][..], "“Topics, separated by commas” (topics) is missing: fill it in."),
        ("ntfy", &[("topics", " ")], "“Topics, separated by commas” (topics) is missing: fill it in."),
        ("ntfy", &[("topic", "a")], "The preset “ntfy” has no field “topic”; it has server, topics."),
        (
            "ntfy",
            &[("topics", "a"), ("server", "ftp://x")],
            "“Server” (server) has to be the address of a server, such as https://ntfy.sh.",
        ),
    ] {
        assert_eq!(filled(id, values).unwrap_err(), sentence);
    }
}

#[test]
fn a_server_may_name_the_host_of_its_streams() {
    let url = "https://social.example/api/v1/streaming/user?x=1";
    let lookups = preset::lookups(url, preset::built_in());
    let asked: Vec<_> = lookups.iter().map(|(preset, url)| (&*preset.id, url.as_str())).collect();
    assert_eq!(asked, [("mastodon", "https://social.example/api/v2/instance")]);
    let named = |streaming: &str| {
        let answer = json!({ "configuration": { "urls": { "streaming": streaming } } });
        preset::with_lookup(built_in("mastodon"), url, &answer)
    };
    let expected = Some("https://streaming.social.example/api/v1/streaming/user?x=1".to_owned());
    assert_eq!(named("wss://streaming.social.example"), expected);
    assert_eq!(named("https://streaming.social.example/"), expected);
    let below = "https://streaming.social.example/below/api/v1/streaming/user?x=1";
    assert_eq!(named("wss://streaming.social.example/below/").as_deref(), Some(below));
    assert_eq!(named("wss://social.example"), None, "it is this one");
    assert_eq!(named("ws://streaming.social.example"), None, "without TLS");
    assert_eq!(named("javascript:alert(1)"), None);
    assert_eq!(preset::with_lookup(built_in("mastodon"), url, &json!({})), None);
}
