//! What rules say of events, case by case; and through the whole engine: parts, first snapshots, dropped events, hooks.
use crate::config::config;
use crate::following::{LIMIT, Recorder, direct, options};
use rstest::rstest;
use std::sync::{Arc, Mutex};
use tidings_engine::hook::{HookOutcome, HookStart, Report};
use tidings_engine::rule::RULES_LIMIT;
use tidings_engine::template::Incoming;
use tidings_engine::{
    Action, DecidedBy, Decision, Engine, EngineOptions, FeedConfig, Hook, HookEnd, Hooks, Intake, Mapping, PageQuery,
    Rule, Settings, Then, Trial, Urgency, When,
};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

fn rule(when: When, action: Action) -> Rule {
    Rule { name: String::new(), when, then: Then { action, ..Then::default() } }
}

fn incoming(data: &str) -> Incoming<'_> {
    Incoming { event_type: "build", data, last_event_id: "7", received_at: 0, catch_up: false }
}

fn intake(rules: &[Rule]) -> Intake {
    Intake::of("builds", &Mapping::default(), rules).unwrap_or_else(|fault| panic!("{fault}"))
}

const FAILED: &str = r#"{"title":"Build failed","message":"Two of 30 tests, naïvely","status":"failed","n":2}"#;

#[rstest]
#[case::all(When::default(), true)]
#[case::type_of_it(When { event_types: vec!["x".to_owned(), " build ".to_owned()], ..When::default() }, true)]
#[case::another_type(When { event_types: vec!["Build".to_owned()], ..When::default() }, false)]
#[case::expression(When { expression: "event.json.status == 'failed' and feed.name == 'builds'".to_owned(), ..When::default() }, true)]
#[case::mapped_fields(When { expression: "title is startingwith('Build') and urgency == 'normal' and link is undefined".to_owned(), ..When::default() }, true)]
#[case::false_expression(When { expression: "event.json.n > 2".to_owned(), ..When::default() }, false)]
#[case::missing(When { expression: "event.json.nothing.at.all".to_owned(), ..When::default() }, false)]
#[case::regex(When { regex: r"(?i)FAILED.*tests".to_owned(), ..When::default() }, true)]
#[case::regex_in_data(When { regex: r#""n":\d"#.to_owned(), ..When::default() }, true)]
#[case::other_regex(When { regex: "^failed".to_owned(), ..When::default() }, false)]
#[case::words(When { words: "tests FAILED".to_owned(), ..When::default() }, true)]
#[case::part_of_a_word(When { words: "test".to_owned(), ..When::default() }, false)]
#[case::word_with_accent(When { words: "NAÏVELY".to_owned(), ..When::default() }, true)]
#[case::only_one_condition_holds(When { words: "failed".to_owned(), regex: "passed".to_owned(), ..When::default() }, false)]
fn when_it_matches(#[case] when: When, #[case] matches: bool) {
    let taken = intake(&[rule(when, Action::Silent)]).take(&incoming(FAILED), false).remove(0);
    let expected = if matches { Decision::Silent } else { Decision::Announce };
    assert_eq!((taken.verdict.decision, taken.problem), (expected, None));
}

#[test]
fn first_rule_that_matches_decides() {
    let word = |words: &str| When { words: words.to_owned(), ..When::default() };
    let loud = Rule {
        name: "loud".to_owned(),
        when: word("failed"),
        then: Then {
            action: Action::Announce { urgency: Some(Urgency::Urgent) },
            sound: "bell".to_owned(),
            link: "https://a.example/{{ event.json.n }}".to_owned(),
            hook: None,
        },
    };
    let intake = intake(&[rule(word("passed"), Action::Drop), loud, rule(When::default(), Action::Silent)]);
    let taken = intake.take(&incoming(FAILED), false).remove(0);
    assert_eq!(taken.verdict.decision, Decision::Announce);
    assert_eq!(taken.verdict.decided_by, DecidedBy::Rule { number: 2, name: "loud".to_owned() });
    assert_eq!(taken.verdict.sound.as_deref(), Some("bell"));
    assert_eq!((taken.mapped.urgency, taken.mapped.link.as_deref()), (Urgency::Urgent, Some("https://a.example/2")));
    assert_eq!(intake.take(&incoming("tests passed"), false)[0].verdict.decision, Decision::Drop);
    assert_eq!(
        intake.take(&incoming(""), false)[0].verdict.decided_by,
        DecidedBy::Rule { number: 3, name: String::new() }
    );
}

#[test]
fn without_a_rule_what_can_be_read_is_announced() {
    let decided = |data: &str, first: bool| {
        let verdict = intake(&[]).take(&incoming(data), first).remove(0).verdict;
        (verdict.decision, verdict.decided_by)
    };
    assert_eq!(decided("x", false), (Decision::Announce, DecidedBy::NoRule));
    assert_eq!(decided("", false), (Decision::Silent, DecidedBy::Empty));
    assert_eq!(decided("x", true), (Decision::Silent, DecidedBy::FirstSnapshot));
}

#[test]
fn first_snapshot_is_silent_whatever_announces_it() {
    let urgent = rule(When::default(), Action::Announce { urgency: Some(Urgency::Urgent) });
    assert_eq!(intake(&[urgent]).take(&incoming("x"), true)[0].verdict.decided_by, DecidedBy::FirstSnapshot);
    assert_eq!(
        intake(&[rule(When::default(), Action::Drop)]).take(&incoming("x"), true)[0].verdict.decision,
        Decision::Drop
    );
    // A program is not started for it either, whatever the rule says besides.
    for action in [Action::Announce { urgency: None }, Action::Silent] {
        let hook = Some(Hook { command: vec!["true".to_owned()], time_limit: 30 });
        let mut with_hook = rule(When::default(), action);
        with_hook.then.hook = hook.clone();
        let intake = intake(&[with_hook]);
        assert_eq!(intake.take(&incoming("x"), true)[0].hook, None);
        assert_eq!(intake.take(&incoming("x"), false)[0].hook.is_some(), hook.is_some());
    }
    let mapping = Mapping { first_events: 2, first_seconds: 3, ..Mapping::default() };
    let intake = Intake::of("b", &mapping, &[]).unwrap();
    let first = |number, seconds| intake.is_first(number, std::time::Duration::from_secs(seconds));
    assert_eq!([first(2, 9), first(3, 2), first(3, 3)], [true, true, false]);
}

#[rstest]
#[case::several(r#"[{"a":1},"two",[3],null]"#, &[r#"{"a":1}"#, "two", "[3]", "null"])]
#[case::empty("[]", &["[]"])]
#[case::no_list(r#"{"a":1}"#, &[r#"{"a":1}"#])]
#[case::text("plain", &["plain"])]
fn split(#[case] data: &str, #[case] parts: &[&str]) {
    let mapping = Mapping { split: "event.json".to_owned(), ..Mapping::default() };
    let taken = Intake::of("b", &mapping, &[]).unwrap().take(&incoming(data), false);
    assert_eq!(taken.iter().map(|taken| &*taken.data).collect::<Vec<_>>(), parts);
    let numbers: Vec<_> = taken.iter().map(|taken| taken.part).collect();
    let expected: Vec<u32> = if parts.len() > 1 { (1..).take(parts.len()).collect() } else { vec![0] };
    assert_eq!(numbers, expected);
}

#[test]
fn too_many_parts_stay_whole() {
    let mapping = Mapping { split: "event.json".to_owned(), ..Mapping::default() };
    let data = format!("[{}1]", "1,".repeat(1000));
    let taken = Intake::of("b", &mapping, &[]).unwrap().take(&incoming(&data), false);
    assert_eq!((taken.len(), taken[0].part), (1, 0));
    let sentence = "The event was not split: it has more than 1000 parts, or they are too long.";
    assert_eq!(taken[0].problem.as_deref(), Some(sentence));
}

#[rstest]
#[case::many(vec![Rule::default(); RULES_LIMIT + 1], "The list of rules cannot be used: it has more than 200 rules.")]
#[case::memory(
    vec![rule(When { regex: r"\w{1000}{100}".to_owned(), ..When::default() }, Action::Drop)],
    "The regular expression of rule 1 cannot be used: it takes too much memory."
)]
#[case::no_program(
    vec![Rule { then: Then { hook: Some(Hook { command: vec![], time_limit: 30 }), ..Then::default() }, ..Rule::default() }],
    "The hook of rule 1 cannot be used: it names no program."
)]
#[case::time(
    vec![Rule { then: Then { hook: Some(Hook { command: vec!["x".to_owned()], time_limit: 0 }), ..Then::default() }, ..Rule::default() }],
    "The hook of rule 1 cannot be used: its time limit has to be between 1 and 300 seconds."
)]
fn faults(#[case] rules: Vec<Rule>, #[case] sentence: &str) {
    let config = FeedConfig { rules, ..config("x", "http://a.example") };
    assert_eq!(config.checked().unwrap_err().to_string(), sentence);
}

/// Keeps what it is to start, and says that all is well.
#[derive(Default)]
struct Started(Mutex<Vec<HookStart>>);

impl Hooks for Started {
    fn start(&self, start: HookStart, report: Report) {
        self.0.lock().unwrap().push(start);
        let took = std::time::Duration::from_millis(5);
        report(HookOutcome { end: HookEnd::Exited { status: 0 }, output: "well".to_owned(), took });
    }
}

/// Three connections: a snapshot and two events on each; the second replays the last event, an array.
#[tokio::test]
async fn parts_snapshots_drops_and_hooks_through_the_engine() {
    let server = SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        connection.send("retry: 1\nid: s\ndata: snapshot\n\n").await;
        connection.send("id: 1\ndata: noise\n\nid: 2\ndata: [{\"message\":\"a\"},{\"message\":\"a\"},{\"message\":\"noise\"}]\n\n").await;
        if connection.request.number > 0 {
            connection.send("id: 3\ndata: end\n\n").await;
            connection.closed().await;
        }
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let (notifier, started) = (Arc::new(Recorder::default()), Arc::new(Started::default()));
    let hooks = Arc::clone(&started) as Arc<dyn Hooks>;
    let engine = Engine::open(EngineOptions { hooks, ..options(dir.path(), &notifier, true) }).unwrap();
    engine.change_settings(Settings { allow_hooks: true, ..Settings::default() }).await.unwrap();
    let word = |words: &str| When { words: words.to_owned(), ..When::default() };
    let run = Hook { command: vec!["siren".to_owned(), "$x".to_owned()], time_limit: 9 };
    let feed = engine
        .add_feed(FeedConfig {
            mapping: Mapping { split: "event.json".to_owned(), first_events: 1, ..Mapping::default() },
            rules: vec![
                rule(word("noise"), Action::Drop),
                Rule { name: "end".to_owned(), when: word("end"), then: Then { hook: Some(run), ..Then::default() } },
            ],
            ..direct(&server.url("/"))
        })
        .await
        .unwrap();
    let events = async || {
        let page = engine.page(PageQuery::default()).await.unwrap().events;
        page.iter().any(|event| event.title == "end").then_some(page)
    };
    let events = eventually(LIMIT, "the last event", events).await;
    let listed: Vec<_> = events.iter().rev().map(|event| (event.title.as_str(), event.count)).collect();
    // Parts that are alike are two events, and each is recognised when it comes again.
    assert_eq!(listed, [("snapshot", 2), ("a", 2), ("a", 2), ("end", 1)]);
    eventually(LIMIT, "the announcements", async || (notifier.titles().len() == 3).then_some(())).await;
    assert_eq!(notifier.titles(), ["a", "a", "end"]);

    let first = engine.event(events[3].id).await.unwrap();
    assert_eq!(first.verdict.decided_by, DecidedBy::FirstSnapshot);
    let part = engine.event(events[1].id).await.unwrap();
    assert_eq!((part.data.as_str(), part.last_event_id.as_str()), (r#"{"message":"a"}"#, "2"));
    // "noise" alone and in the array, on both connections.
    let dropped = async || (engine.feeds().await.unwrap()[0].dropped == 4).then_some(());
    eventually(LIMIT, "the count of what was dropped", dropped).await;

    eventually(LIMIT, "the hook", async || (!engine.hook_log(feed.id).await.unwrap().is_empty()).then_some(())).await;
    let log = engine.hook_log(feed.id).await.unwrap();
    assert_eq!(log.len(), 1);
    assert_eq!((log[0].event, log[0].rule, log[0].end.clone()), (events[0].id, 2, HookEnd::Exited { status: 0 }));
    assert_eq!((log[0].output.as_str(), log[0].took), ("well", 5));
    let start = started.0.lock().unwrap().remove(0);
    assert_eq!((start.command, start.time_limit.as_secs()), (vec!["siren".to_owned(), "$x".to_owned()], 9));
    let input: serde_json::Value = serde_json::from_str(&start.input).unwrap();
    assert_eq!(
        (&input["title"], &input["data"], &input["event"]),
        (&"end".into(), &"end".into(), &events[0].id.0.into())
    );

    // What is tried changes nothing.
    let trial = Trial { rules: Some(vec![rule(word("a"), Action::Silent)]), ..Trial::default() };
    let report = engine.try_rules(feed.id, trial).await.unwrap();
    let decisions: Vec<_> = report.events.iter().map(|tried| (tried.title.as_str(), tried.verdict.decision)).collect();
    let (announce, silent) = (Decision::Announce, Decision::Silent);
    assert_eq!(decisions, [("end", announce), ("a", silent), ("a", silent), ("snapshot", announce)]);
    let fault = engine
        .try_rules(
            feed.id,
            Trial { mapping: Some(Mapping { body: "{{".to_owned(), ..Mapping::default() }), ..Trial::default() },
        )
        .await
        .unwrap();
    assert_eq!((fault.fault.map(|fault| fault.what), fault.events), (Some("The body template".to_owned()), vec![]));
    engine.shut_down().await;
}

#[tokio::test]
async fn hook_is_not_started_unless_the_settings_allow_it() {
    let server = SseServer::streaming("data: x\n\n").await;
    let dir = tempfile::tempdir().unwrap();
    let started = Arc::new(Started::default());
    let hooks = Arc::clone(&started) as Arc<dyn Hooks>;
    let engine = Engine::open(EngineOptions { hooks, ..options(dir.path(), &Arc::default(), true) }).unwrap();
    let run = Hook { command: vec!["siren".to_owned()], time_limit: 9 };
    let always = Rule { then: Then { hook: Some(run), ..Then::default() }, ..Rule::default() };
    let feed = engine.add_feed(FeedConfig { rules: vec![always], ..direct(&server.url("/")) }).await.unwrap().id;
    let log = async || engine.hook_log(feed).await.unwrap().into_iter().next();
    let report = eventually(LIMIT, "the report", log).await;
    let reason = "Hooks are switched off; allow them in the settings.".to_owned();
    assert_eq!(report.end, HookEnd::NotStarted { reason });
    assert!(started.0.lock().unwrap().is_empty());
    engine.shut_down().await;
}
