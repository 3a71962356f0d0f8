//! Data of events, and what is typed into the search field.
use super::checks::{check_mapping, check_mapping_fuzz, check_search};
use proptest::prelude::*;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tidings_test_support::stress;

/// How many inputs each test makes.
fn cases() -> ProptestConfig {
    ProptestConfig { cases: if stress() { 5_000 } else { 400 }, failure_persistence: None, ..ProptestConfig::default() }
}

/// The inputs of this name in the corpus.
fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/engine/hostile/corpus").join(name);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let inputs: Vec<_> =
        files.map(|file| file.unwrap().path()).map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    assert!(!inputs.is_empty(), "no corpus in {}", folder.display());
    inputs
}

/// What mapping looks for, and what stands there instead.
const NAMES: &[&str] = &[
    "title", "message", "text", "body", "name", "value", "data", "payload", "url", "link", "click", "priority",
    "level", "severity", "status", "content", "event", "id", "Title", "", "a\u{0}b", "é",
];
const WORDS: &[&str] = &[
    "",
    " ",
    "\n",
    "\u{1b}[31mred",
    "\u{1b}]0;x\u{7}",
    "\u{202e}",
    "<b>bold</b>",
    "<script>",
    "&amp;&#0;&#x110000;",
    "</",
    "http://a.example",
    "https://",
    "javascript:alert(1)",
    "mailto:a@b",
    "high",
    "5",
    "-1",
    "1e999",
    "null",
    "{",
    "[[",
    "{\"message\":\"inner\"}",
    "\u{feff}",
    "\u{fffd}",
    "a\r\nb",
    "…",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => proptest::sample::select(WORDS).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => (0..3000_usize, any::<char>()).prop_map(|(times, c)| c.to_string().repeat(times)),
    ]
}

/// JSON as sources send it, and as none would.
fn object() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        4 => word().prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 64, 8, |inner| {
        let field = (proptest::sample::select(NAMES), inner.clone());
        prop_oneof![
            3 => proptest::collection::vec(field, 0..8)
                .prop_map(|fields| fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            1 => proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            // JSON within a string.
            1 => inner.prop_map(|value| Value::from(value.to_string())),
        ]
    })
}

/// What the search field's language consists of, and FTS5's behind it.
const TYPED: &[&str] = &[
    " ",
    " ",
    "\"",
    "'",
    "(",
    ")",
    "*",
    "^",
    ":",
    "+",
    "-",
    "{",
    "}",
    "\0",
    "\u{feff}",
    "AND",
    "OR",
    "NOT",
    "NEAR(",
    "NEAR/2",
    "rowid:",
    "title:",
    "feed:",
    "type:",
    "is:",
    "is:unread",
    "is:starred",
    "after:",
    "before:",
    "2026-02-31",
    "9999",
    "0000-01-01",
    "yesterday",
    "today",
    "4294967295w",
    "1h",
    "door",
    "err",
    "e",
    "disk",
    "100%",
    "_",
    "%",
    "日本",
    "Wä",
    "rme",
    "é",
    "\u{301}",
    "💥",
    "a\"b",
    "\\",
    ";",
    "--",
    "/*",
];

fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => proptest::collection::vec(proptest::sample::select(TYPED), 0..12).prop_map(|parts| parts.concat()),
        1 => any::<String>(),
        1 => (proptest::sample::select(TYPED), 0..2000_usize).prop_map(|(part, times)| part.repeat(times)),
    ]
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_json_is_mapped(event_type in word(), value in object()) {
        check_mapping(&event_type, &value.to_string());
        check_mapping(&event_type, &format!("{value:#}"));
    }

    #[test]
    fn any_json_that_is_cut_is_mapped(value in object(), cut in any::<proptest::sample::Index>()) {
        let text = value.to_string();
        check_mapping("message", &text[..text.floor_char_boundary(cut.index(text.len() + 1))]);
    }

    #[test]
    fn any_text_is_mapped(event_type in word(), parts in proptest::collection::vec(word(), 0..20)) {
        check_mapping(&event_type, &parts.concat());
    }

    #[test]
    fn any_bytes_are_mapped(input in proptest::collection::vec(any::<u8>(), 0..300)) {
        check_mapping_fuzz(&input);
    }

    #[test]
    fn any_search_is_answered(typed in typed()) {
        check_search(&typed);
    }
}

#[test]
fn corpus_of_data_is_mapped() {
    for (path, input) in corpus("mapping") {
        println!("{}", path.display());
        check_mapping_fuzz(&input);
    }
}

#[test]
fn corpus_of_searches_is_answered() {
    for (path, input) in corpus("search") {
        println!("{}", path.display());
        check_search(&String::from_utf8_lossy(&input));
    }
}
