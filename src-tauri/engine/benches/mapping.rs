//! Mapping by templates and judging by rules, beside the default mapping of the same event: 1.5 KB of JSON.
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use tidings_engine::template::Incoming;
use tidings_engine::{Action, Intake, Mapping, Rule, Then, When};

/// In the manner of Wikimedia's recent changes.
fn medium() -> String {
    let padding = "0123456789".repeat(60);
    format!(
        r#"{{"$schema":"/mediawiki/recentchange/1.0.0","meta":{{"uri":"https://en.example.org/wiki/7","id":"7","dt":"2026-07-31T14:58:47Z","domain":"en.example.org","stream":"mediawiki.recentchange","partition":0,"offset":7}},"id":7,"type":"edit","namespace":0,"title":"Example","title_url":"https://en.example.org/wiki/7","comment":"a typo in the second paragraph","timestamp":1785509927,"user":"Alice","bot":false,"notify_url":"https://en.example.org/w/index.php?diff=7","minor":false,"patrolled":true,"length":{{"old":10000,"new":10120}},"revision":{{"old":6,"new":7}},"server_url":"https://en.example.org","server_name":"en.example.org","wiki":"enwiki","parsedcomment":"a typo in the second paragraph","padding":"{padding}"}}"#
    )
}

fn rule(when: When) -> Rule {
    Rule { when, then: Then { action: Action::Silent, ..Then::default() }, ..Rule::default() }
}

fn take(criterion: &mut Criterion) {
    let title = Mapping { title: "{{ event.json.user }}: {{ event.json.title }}".to_owned(), ..Mapping::default() };
    let all = Mapping {
        body: "{{ event.json.comment }} ({{ event.json.length.new - event.json.length.old }} bytes)".to_owned(),
        link: "{{ event.json.notify_url }}".to_owned(),
        urgency: "{% if event.json.bot %}low{% endif %}".to_owned(),
        group_key: "{{ event.json.title }}".to_owned(),
        time: "{{ event.json.meta.dt }}".to_owned(),
        ..title.clone()
    };
    let rules = vec![
        rule(When { event_types: vec!["ping".to_owned()], ..When::default() }),
        rule(When { words: "vandalism".to_owned(), ..When::default() }),
        rule(When { regex: "(?i)urgent|critical".to_owned(), ..When::default() }),
        rule(When { expression: "event.json.bot and event.json.wiki == 'enwiki'".to_owned(), ..When::default() }),
    ];
    let cases = [
        ("default", Mapping::default(), vec![]),
        ("a template", title, vec![]),
        ("six templates", all.clone(), vec![]),
        ("four rules", Mapping::default(), rules.clone()),
        ("six templates, four rules", all, rules),
    ];
    let data = medium();
    let event = Incoming { event_type: "message", data: &data, last_event_id: "7", received_at: 0, catch_up: false };
    let mut group = criterion.benchmark_group("mapping a medium event");
    for (name, mapping, rules) in cases {
        let intake = Intake::of("bench", &mapping, &rules).expect("it compiles");
        assert_eq!(intake.take(&event, false)[0].problem, None);
        group.bench_function(name, |bencher| bencher.iter(|| intake.take(black_box(&event), false)));
    }
    group.finish();
}

criterion_group!(benches, take);
criterion_main!(benches);
