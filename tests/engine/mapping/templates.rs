//! Mappings of the user's own: what templates give, what is refused when it is saved, and that nothing hostile gets far.
use proptest::prelude::*;
use rstest::rstest;
use tidings_engine::mapping::{BODY_LIMIT, Mapped, Mapper, Mapping, TITLE_LIMIT, map};
use tidings_engine::template::Incoming;
use tidings_engine::{TemplateFault, Urgency};

fn incoming<'a>(event_type: &'a str, data: &'a str) -> Incoming<'a> {
    Incoming { event_type, data, last_event_id: "7", received_at: 1_000, catch_up: false }
}

fn titled(template: &str) -> Mapping {
    Mapping { title: template.to_owned(), ..Mapping::default() }
}

/// What a mapping gives for data of type `message` of the feed "builds".
fn mapped(mapping: &Mapping, data: &str) -> (Mapped, Option<String>) {
    Mapper::new(mapping).unwrap_or_else(|fault| panic!("{fault}")).map(&incoming("message", data), "builds")
}

fn fault(mapping: &Mapping) -> TemplateFault {
    Mapper::new(mapping).expect_err("it is refused")
}

const BUILD: &str = r#"{"build":{"name":"web","status":"failed","tests":[{"n":"a"},{"n":"b"}]},"ratio":0.25,"count":2,
    "payload":"{\"value\":\"ON\",\"inner\":\"{\\\"deep\\\":1}\"}","html":"<p>All &amp; <b>sundry</b></p>","none":null}"#;

#[rstest]
#[case::field("{{ event.json.build.name }}: {{ event.json.build.status }}", "web: failed")]
#[case::type_id_feed("{{ event.type }} {{ event.id }} {{ feed.name }}", "message 7 builds")]
#[case::condition(
    "{% if event.json.build.status == 'failed' %}✗{% else %}✓{% endif %} {{ event.json.build.name }}",
    "✗ web"
)]
#[case::expression("{{ '✗' if event.json.count > 1 else '✓' }}", "✗")]
#[case::each(
    "{% for test in event.json.build.tests %}{{ test.n }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "a, b"
)]
#[case::joined("{{ event.json.build.tests | map(attribute='n') | join(', ') }}", "a, b")]
#[case::set("{% set name = event.json.build.name | upper %}{{ name }}-{{ name | lower }}", "WEB-web")]
#[case::with_block("{% with n = event.json.count %}{{ n + 1 }}{% endwith %}", "3")]
#[case::nested("{{ (event.json.payload | fromjson).value }}", "ON")]
#[case::nested_twice("{{ ((event.json.payload | fromjson).inner | fromjson).deep }}", "1")]
#[case::arithmetic("{{ (event.json.ratio | float * 100) | round | int }} %", "25 %")]
#[case::fahrenheit("{{ event.json.count * 9 / 5 + 32 }}", "35.6")]
#[case::length("{{ event.json.build.tests | length }} tests", "2 tests")]
#[case::html("{{ event.json.html | text }}", "All & sundry")]
#[case::html_as_it_is("{{ event.json.html }}", "All & sundry")]
#[case::missing_is_nothing("a{{ event.json.no.such.thing }}b{{ event.json.none }}c", "abc")]
#[case::fallback("{{ event.json.missing | default('none given') }}", "none given")]
#[case::cut("{{ event.json.build.status | truncate(4) }}", "fai…")]
#[case::replaced("{{ event.json.build.status | replace('fail', 'pass') }}", "passed")]
#[case::encoded("{{ 'a b/c' | urlencode }}", "a%20b/c")]
#[case::json("{{ event.json.build.tests | tojson }}", r#"[{"n": "a"}, {"n": "b"}]"#)]
#[case::first_line_of_several("one\ntwo", "one two")]
#[case::tested("{{ 'yes' if event.json.count is number and event.json.x is undefined }}", "yes")]
#[case::contained("{{ 'fail' in event.json.build.status }}", "True")]
#[case::repeated("{{ '-' * 10 }}", "----------")]
#[case::comment("{# nothing #}x", "x")]
fn title_by_template(#[case] template: &str, #[case] title: &str) {
    let (mapped, problem) = mapped(&titled(template), BUILD);
    assert_eq!((mapped.title.as_str(), problem), (title, None));
}

#[test]
fn field_without_a_template_is_mapped_by_default() {
    let data = r#"{"title":"A","message":"B","url":"https://a.example","priority":4}"#;
    let (ours, problem) =
        mapped(&Mapping { group_key: "{{ event.json.title }}".to_owned(), ..Mapping::default() }, data);
    assert_eq!((ours, problem), (Mapped { group_key: Some("A".to_owned()), ..map("message", data) }, None));
    let (same, _) = mapped(&Mapping::default(), data);
    assert_eq!(same, map("message", data));
    // A title that says nothing is no title.
    assert_eq!(mapped(&titled("{{ event.json.nothing }}"), data).0.title, "A");
    // Where there is no JSON, its fields are missing.
    assert_eq!(mapped(&titled("{{ event.json.title }}"), "plain").0.title, "plain");
}

#[test]
fn all_fields_have_templates() {
    let mapping = Mapping {
        title: "{{ event.json.t }}".to_owned(),
        body: "{{ event.json.b }}".to_owned(),
        link: "https://a.example/{{ event.json.n | urlencode }}".to_owned(),
        icon: "{{ event.json.i }}".to_owned(),
        urgency: "{{ event.json.u }}".to_owned(),
        group_key: "{{ event.json.n }}".to_owned(),
        time: "{{ event.json.at }}".to_owned(),
        ..Mapping::default()
    };
    let data =
        r#"{"t":"T","b":"<p>one</p><p>two</p>","n":"x y","i":"🔥","u":"critical","at":"2026-07-31T14:58:47.5Z"}"#;
    let expected = Mapped {
        title: "T".to_owned(),
        body: "one\ntwo".to_owned(),
        link: Some("https://a.example/x%20y".to_owned()),
        urgency: Urgency::Urgent,
        icon: Some("🔥".to_owned()),
        group_key: Some("x y".to_owned()),
        happened_at: Some(1_785_509_927_500),
    };
    assert_eq!(mapped(&mapping, data), (expected, None));
    // What is missing is given as nothing, not by default.
    let (nothing, problem) = mapped(&Mapping { title: String::new(), ..mapping }, r#"{"t":"T","message":"M"}"#);
    let expected = Mapped { title: "M".to_owned(), link: Some("https://a.example/".to_owned()), ..Mapped::default() };
    assert_eq!((nothing, problem), (expected, None));
}

#[rstest]
#[case("low", Urgency::Low)]
#[case("Normal", Urgency::Normal)]
#[case(" HIGH ", Urgency::High)]
#[case("urgent", Urgency::Urgent)]
#[case("5", Urgency::Urgent)]
#[case("2", Urgency::Low)]
#[case("warning", Urgency::Normal)]
fn urgency_by_template(#[case] word: &str, #[case] urgency: Urgency) {
    let mapping = Mapping { urgency: word.to_owned(), ..Mapping::default() };
    let (mapped, problem) = mapped(&mapping, "x");
    assert_eq!((mapped.urgency, problem), (urgency, None));
}

#[rstest]
#[case("1785509927", Some(1_785_509_927_000))]
#[case("1785509927.25", Some(1_785_509_927_250))]
#[case("1785509927000", Some(1_785_509_927_000))]
#[case("1785509927000000", Some(1_785_509_927_000))]
#[case("1785509927000000000", Some(1_785_509_927_000))]
#[case("2026-07-31T16:58:47+02:00", Some(1_785_509_927_000))]
#[case("Fri, 31 Jul 2026 14:58:47 +0000", Some(1_785_509_927_000))]
#[case("", None)]
fn time_by_template(#[case] text: &str, #[case] time: Option<i64>) {
    let (mapped, problem) = mapped(&Mapping { time: format!("{{{{ '{text}' }}}}"), ..Mapping::default() }, "x");
    assert_eq!((mapped.happened_at, problem), (time, None));
}

#[rstest]
#[case::link(
    Mapping { link: "{{ event.data }}".to_owned(), ..Mapping::default() },
    "The link template gave “javascript:x”, which is no address that begins with http, https or mailto."
)]
#[case::urgency(
    Mapping { urgency: "{{ event.data }}".to_owned(), ..Mapping::default() },
    "The urgency template gave “javascript:x”, which is none of low, normal, high and urgent."
)]
#[case::icon(
    Mapping { icon: "../{{ event.data }}".to_owned(), ..Mapping::default() },
    "The icon template gave “../javascript:x”, which is neither the name of an icon nor an emoji."
)]
#[case::time(
    Mapping { time: "yesterday".to_owned(), ..Mapping::default() },
    "The time template gave “yesterday”, which is no time with a zone and no number."
)]
#[case::wrong_kind(
    titled("\n{{ event.data | round }}"),
    "The title template failed: line 2: cannot round value (string)."
)]
#[case::division(titled("{{ 1 // 0 }}"), "The title template failed: line 1: unable to calculate 1 // 0.")]
#[case::steps(
    titled("{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}"),
    "The title template failed: line 1: it takes too many steps."
)]
#[case::output(
    titled("{% for a in range(2000) %}{{ 'x' * 1000 }}{% endfor %}"),
    "The title template failed: its text is longer than 256 KiB."
)]
#[case::joined(
    titled("{{ range(90000) | join('xxxxxxxxxxxx') }}"),
    "The title template failed: line 1: it makes a text longer than 256 KiB."
)]
#[case::replaced(
    titled("{{ ('a' * 10000) | replace('a', 'a' * 10000) }}"),
    "The title template failed: line 1: it makes a text longer than 256 KiB."
)]
#[case::work(
    titled("{% for a in range(1000) %}{% set b = ('a' * 100000) | upper %}{% endfor %}"),
    "The title template failed: line 1: it works through too much text."
)]
fn failure_leaves_the_default_and_says_why(#[case] mapping: Mapping, #[case] sentence: &str) {
    let (mapped, problem) = mapped(&mapping, "javascript:x");
    assert_eq!(problem.as_deref(), Some(sentence));
    assert_eq!(mapped, map("message", "javascript:x"));
}

#[rstest]
#[case::unclosed("a\n  {{ event.type", 2, 12, "unexpected end of input, expected end of variable block")]
#[case::unfinished("{% if event.type %}x", 1, 20, "unexpected end of input, expected end of block")]
#[case::variable("{{ evnt.type }}", 1, 4, "“evnt” is not known; there are event and feed")]
#[case::filter("é {{ event.data | uper }}", 1, 19, "there is no filter “uper”")]
#[case::unknown_test("{{ event.data is strnig }}", 1, 18, "there is no test “strnig”")]
#[case::statement("{% include 'x' %}", 1, 4, "unknown statement include")]
#[case::macros("{% macro x() %}{% endmacro %}", 1, 4, "unknown statement macro")]
#[case::method("{{ event.data.upper() }}", 1, 14, "values have no methods here; is the filter “| upper” meant?")]
#[case::function("{{ open('/etc/passwd') }}", 1, 4, "only range(…) can be called")]
#[case::dynamic_function("{{ event.data[0]() }}", 1, 14, "only range(…) can be called")]
#[case::set_block("{% set x %}{% endset %}", 1, 4, "a block cannot be set here; write {% set name = value %}")]
#[case::filter_block(
    "{% filter upper %}{% endfilter %}",
    1,
    4,
    "a filter cannot be put on a block here; write {{ value | filter }}"
)]
#[case::recursion(
    "{% for x in event.json recursive %}{{ loop(x) }}{% endfor %}",
    1,
    4,
    "a loop cannot be recursive here"
)]
#[case::bomb(
    "{{ 'a' * 100000000 }}",
    1,
    4,
    "this could repeat a text many times; make both numbers: value | float * …"
)]
#[case::hidden_bomb(
    "{{ event.data * event.json.n }}",
    1,
    4,
    "this could repeat a text many times; make both numbers: value | float * …"
)]
#[case::doubling(
    "{% set a = event.data ~ event.data %}{% set a = a ~ a %}{% set a = a ~ a %}{% set a = a ~ a %}{% set a = a ~ a %}",
    1,
    87,
    "this could become larger than 8 MiB; shorten a part with truncate"
)]
fn mistake_is_refused_with_its_place(
    #[case] template: &str,
    #[case] line: u32,
    #[case] column: u32,
    #[case] reason: &str,
) {
    let expected = TemplateFault {
        what: "The title template".to_owned(),
        line: Some(line),
        column: Some(column),
        reason: reason.to_owned(),
        rule: None,
        field: "title".to_owned(),
    };
    assert_eq!(fault(&titled(template)), expected);
}

#[test]
fn faults_are_sentences() {
    let said = fault(&Mapping { group_key: "\n{{ x }}".to_owned(), ..Mapping::default() }).to_string();
    assert_eq!(
        said,
        "The group key template cannot be used: line 2, column 4: “x” is not known; there are event and feed."
    );
    let said = fault(&titled(&"x".repeat(9000))).to_string();
    assert_eq!(said, "The title template cannot be used: it is longer than 8 KiB.");
    let said = fault(&Mapping { split: "event.json |".to_owned(), ..Mapping::default() });
    assert_eq!((said.what.as_str(), said.line), ("The split expression", Some(1)));
    assert_eq!((said.rule, said.field.as_str()), (None, "split"));
}

/// An indentation would be as wide as a stranger's template likes, and each `<` becomes six characters.
#[test]
fn json_that_is_made_is_bounded() {
    let wide = titled("{{ event.json | tojson(9999999999) }}");
    assert!(mapped(&wide, r#"{"a":1}"#).1.is_some());
    let data = "<".repeat(60 * 1024);
    assert!(mapped(&titled("{{ event.data | tojson }}"), &data).1.is_some());
}

#[test]
fn large_event_is_mapped_by_what_templates_see_of_it() {
    let data = format!(r#"{{"title":"T","padding":"{}"}}"#, "x".repeat(300 * 1024));
    let (mapped, problem) = mapped(&titled("{{ event.json.padding }}"), &data);
    assert_eq!(mapped.title, "T");
    assert_eq!(
        problem.as_deref(),
        Some("The event is larger than 256 KiB: templates see the beginning of its text and no JSON.")
    );
}

/// Pieces of templates, put together at random: much of it is nonsense, and all of it has to be survived.
fn template() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "{{ ",
        " }}",
        "{% ",
        " %}",
        "event",
        ".json",
        ".data",
        "feed",
        "x",
        " | ",
        "upper",
        "join",
        "replace('a', 'bb')",
        "fromjson",
        "tojson",
        "(",
        ")",
        "[0]",
        "[",
        "]",
        "{",
        "}",
        " * ",
        " ~ ",
        " + ",
        "1000",
        "99999999",
        "'a'",
        "if ",
        "else ",
        "endif",
        "for x in ",
        "range(9999)",
        "endfor",
        "set x = ",
        "with x = ",
        "endwith",
        "and ",
        "not ",
        "is ",
        "in ",
        "defined",
        "\n",
        "é",
        ", ",
        "-",
        "sort",
        "list",
        "map('upper')",
        "loop",
        ".index",
        "recursive",
        "#}",
        "{#",
        "**",
        "//",
        "%",
    ];
    prop_oneof![
        prop::collection::vec(prop::sample::select(PIECES), 0..24).prop_map(|pieces| pieces.concat()),
        prop::collection::vec(prop::sample::select(PIECES), 1..10)
            .prop_map(|pieces| format!("{{{{ {} }}}}", pieces.concat())),
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
    #[test]
    fn any_template_on_any_data_is_bounded(
        [title, body, link, icon, urgency] in prop::array::uniform5(template()),
        [group_key, time, split] in prop::array::uniform3(template()),
        data in prop_oneof![any::<String>(), Just(BUILD.to_owned()), Just(format!("[{}1]", "1,".repeat(5000)))],
    ) {
        // Each alone: most of them do not compile.
        let all = [
            titled(&title), Mapping { body, ..Mapping::default() }, Mapping { link, ..Mapping::default() },
            Mapping { icon, ..Mapping::default() }, Mapping { urgency, ..Mapping::default() },
            Mapping { group_key, ..Mapping::default() }, Mapping { time, ..Mapping::default() },
            Mapping { split, ..Mapping::default() },
        ];
        for mapping in all {
            let Ok(mapper) = Mapper::new(&mapping) else { continue };
            let (mapped, problem) = mapper.map(&incoming("message", &data), "builds");
            prop_assert!(!mapped.title.is_empty() && mapped.title.chars().count() <= TITLE_LIMIT);
            prop_assert!(!mapped.title.chars().any(char::is_control));
            prop_assert!(mapped.body.len() <= BODY_LIMIT);
            prop_assert!(mapped.link.is_none_or(|link| link.starts_with("http") || link.starts_with("mailto:")));
            prop_assert!(mapped.group_key.is_none_or(|key| key.chars().count() <= 200));
            prop_assert!(problem.is_none_or(|problem| problem.ends_with('.') && problem.len() < 2000));
        }
    }
}
