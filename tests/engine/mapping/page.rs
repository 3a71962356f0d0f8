//! The examples of the pages on mapping and rules, all of them.
use std::collections::BTreeMap;
use tidings_engine::template::Incoming;
use tidings_engine::{Action, Decision, Intake, Mapping, Rule, Then, When};

const PAGES: [&str; 2] = [include_str!("../../../docs/mapping-and-rules.md"), include_str!("../../../docs/recipes.md")];

/// Lines of an example: a key, spaces, a value.
fn fields<'a>(lines: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, String> {
    let field = |line: &'a str| {
        let (key, value) = line.split_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
        (key, value.trim().replace(r"\n", "\n"))
    };
    lines.map(field).collect()
}

/// What the example says it gives, and what it gives.
fn check(example: &str) {
    let (expected, given): (Vec<&str>, Vec<&str>) = example.lines().partition(|line| line.starts_with("=> "));
    let expected = fields(expected.into_iter().map(|line| &line[3..]));
    let mut given = fields(given.into_iter());
    // Escapes in the data are JSON's own.
    let data = example.lines().find_map(|line| line.strip_prefix("data ")).expect("data").trim();
    given.remove("data");
    let mut take = |key: &str| given.remove(key).unwrap_or_default();
    let mapping = Mapping {
        title: take("title"),
        body: take("body"),
        link: take("link"),
        icon: take("icon"),
        urgency: take("urgency"),
        group_key: take("group"),
        time: take("time"),
        split: take("split"),
        ..Mapping::default()
    };
    let when = When { expression: take("if"), regex: take("regex"), words: take("words"), ..When::default() };
    assert!(given.is_empty(), "what is {given:?}?");
    let is_rule = when != When::default();
    let rule = Rule { when, then: Then { action: Action::Silent, ..Then::default() }, ..Rule::default() };
    let intake = match Intake::of("builds", &mapping, &if is_rule { vec![rule] } else { vec![] }) {
        Ok(intake) => intake,
        Err(fault) => return assert_eq!(Some(&fault.to_string()), expected.get("refused")),
    };
    let incoming = Incoming { event_type: "message", data, last_event_id: "1", received_at: 0, catch_up: false };
    let taken = intake.take(&incoming, false);
    let mapped = &taken[0].mapped;
    for (key, value) in &expected {
        let found = match *key {
            "title" => Some(mapped.title.clone()),
            "body" => Some(mapped.body.clone()),
            "link" => mapped.link.clone(),
            "icon" => mapped.icon.clone(),
            "urgency" => Some(mapped.urgency.word().to_owned()),
            "group" => mapped.group_key.clone(),
            "time" => mapped.happened_at.map(|time| time.to_string()),
            "problem" => taken[0].problem.clone(),
            "titles" => Some(taken.iter().map(|taken| &*taken.mapped.title).collect::<Vec<_>>().join(", ")),
            "matches" if taken[0].verdict.decision == Decision::Silent => Some("yes".to_owned()),
            "matches" => Some("no".to_owned()),
            other => panic!("what is {other}?"),
        };
        assert_eq!(found.as_ref(), Some(value), "{key} of\n{example}");
    }
    if !expected.contains_key("problem") {
        assert_eq!(taken[0].problem, None, "{example}");
    }
    assert!(!expected.is_empty(), "nothing is expected of\n{example}");
}

#[test]
fn every_example_gives_what_it_says() {
    for page in PAGES {
        let examples = page.split("```example\n").skip(1).filter_map(|rest| rest.split("\n```").next());
        let checked = examples.map(check).count();
        assert!(checked >= 6, "{checked}");
    }
}
