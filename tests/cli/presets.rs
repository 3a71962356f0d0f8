//! `tidings preset …`, and feeds that are set up by a preset.
use crate::command::{Ran, run};
use serde_json::Value;
use std::path::Path;
use tempfile::{TempDir, tempdir};

const SECRET: &str = "s3cret-t0ken";

fn tidings(dir: &Path, arguments: &[&str]) -> Ran {
    run(arguments.iter().copied().chain(["--data-dir", dir.to_str().expect("UTF-8")]))
}

fn dir() -> TempDir {
    tempdir().expect("a directory")
}

fn shown(dir: &Path, feed: &str) -> Value {
    let line = tidings(dir, &["feed", "show", feed, "--format", "ndjson"]).good();
    serde_json::from_str(&line).expect("an object")
}

#[test]
fn a_known_address_is_set_up_and_that_is_said() {
    let dir = dir();
    let said = tidings(dir.path(), &["feed", "add", "alerts", "https://ntfy.sh/alerts"]).good();
    assert_eq!(
        said,
        "Added “alerts” as feed 1.\n\
         It is set up for ntfy (see tidings preset show ntfy); with --no-preset it is not.\n\
         Its stream is at https://ntfy.sh/alerts/sse, so that is followed.\n"
    );
    let feed = shown(dir.path(), "alerts");
    assert_eq!((&feed["url"], &feed["resume"]), (&"https://ntfy.sh/alerts/sse".into(), &"query:since".into()));
    assert_eq!(feed["signals"]["heartbeats"][0]["eventTypes"], serde_json::json!(["open", "keepalive"]));

    for (name, refusal) in [("plain", &["--no-preset"][..]), ("bare", &["--preset", "none"])] {
        tidings(dir.path(), &[&["feed", "add", name, "https://ntfy.sh/alerts"], refusal].concat()).good();
        assert_eq!(shown(dir.path(), name)["url"], "https://ntfy.sh/alerts");
    }

    // What only looks like a source is left as it is. What the user chooses goes before what a preset says.
    let said = tidings(dir.path(), &["feed", "add", "maybe", "https://push.example.org/a/sse"]).good();
    assert!(
        said.ends_with("It looks like ntfy. If it is: tidings feed edit maybe --preset ntfy sets it up for that.\n")
    );
    assert_eq!(shown(dir.path(), "maybe")["resume"], "header");
    tidings(dir.path(), &["feed", "edit", "maybe", "--preset", "ntfy", "--repeats", "never"]).good();
    let feed = shown(dir.path(), "maybe");
    assert_eq!((&feed["resume"], &feed["repeats"]), (&"query:since".into(), &"never".into()));
}

#[test]
fn a_preset_makes_an_address_of_answers() {
    let dir = dir();
    let add = ["feed", "add", "x", "--preset"];
    let with = |more: &[&str]| tidings(dir.path(), &[&add[..], more].concat());
    with(&["wikimedia", "--set", "site=de.wikipedia.org", "--set", "about=Berlin"]).good();
    let feed = shown(dir.path(), "x");
    assert_eq!(feed["url"], "https://stream.wikimedia.org/v2/stream/recentchange");
    assert!(feed["rules"].to_string().contains("de.wikipedia.org"), "{}", feed["rules"]);

    for (more, sentence) in [
        (&["nothing"][..], "There is no preset “nothing”; see tidings preset list."),
        (&["ntfy"], "“Topics, separated by commas” (topics) is missing: fill it in."),
        (&["ntfy", "--set", "topic=a"], "The preset “ntfy” has no field “topic”; it has server, topics."),
        (&["ntfy", "--set", "topics"], "\"topics\" answers nothing; write FIELD=ANSWER, such as topics=alerts."),
    ] {
        let failed = with(more);
        assert_eq!(failed.stderr, format!("tidings: {sentence}\n"));
    }
    let failed = tidings(dir.path(), &["feed", "add", "x"]);
    assert_eq!(failed.stderr, "tidings: The address is missing; see tidings feed add --help.\n");
}

#[test]
fn a_feed_is_saved_as_a_preset_without_its_secrets() {
    let dir = dir();
    let url = format!("https://ci.example.org/{SECRET}/events?key={SECRET}");
    let header = format!("X-Api-Key: {SECRET}");
    tidings(dir.path(), &["feed", "add", "builds", &url, "--header", &header, "--heartbeat", "beat"]).good();
    tidings(dir.path(), &["preset", "save", "Our CI", "--feed", "builds"]).good();
    let listed = tidings(dir.path(), &["preset", "list"]).good();
    let first = listed.lines().next().expect("a line");
    assert!(first.starts_with("our-ci ") && first.ends_with("Our CI (your own)"), "{listed}");
    let file = tidings(dir.path(), &["preset", "show", "our-ci", "--file"]).good();
    assert!(file.contains("beat") && file.contains("ci.example.org") && !file.contains(SECRET), "{file}");
    let text = tidings(dir.path(), &["preset", "show", "our-ci"]).good();
    assert!(text.contains("the header X-Api-Key") && text.contains("heartbeat     type beat"), "{text}");
    let again = tidings(dir.path(), &["preset", "save", "Our CI", "--feed", "builds"]);
    assert_eq!(again.stderr, "tidings: There is a preset “our-ci” of yours already. With --replace it is replaced.\n");
    tidings(dir.path(), &["preset", "save", "Our CI", "--feed", "builds", "--replace"]).good();
}
