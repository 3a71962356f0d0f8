//! What events are about, case by case.
mod page;
mod templates;

use proptest::prelude::*;
use rstest::rstest;
use tidings_engine::Urgency;
use tidings_engine::mapping::{BODY_LIMIT, TITLE_LIMIT, map};

#[rstest]
// The tutorial servers.
#[case::php(
    "The server time is: Fri, 21 Nov 2025 00:27:27 +0000",
    "The server time is: Fri, 21 Nov 2025 00:27:27 +0000",
    ""
)]
#[case::node_ping(r#"{"date":"2025-11-21T00:27:27.000Z"}"#, "date: 2025-11-21T00:27:27.000Z", "")]
#[case::hello("Hello World", "Hello World", "")]
// Plain text.
#[case::lines("first\nsecond\nthird", "first", "second\nthird")]
#[case::leading_blank_lines("\n\n  first\nsecond", "first", "second")]
#[case::number("42", "42", "")]
#[case::null("null", "null", "")]
#[case::json_string(r#""hello\nworld""#, "hello", "world")]
#[case::cut_off_json(r#"{"title":"x""#, r#"{"title":"x""#, "")]
#[case::json_and_more(r#"{"title":"x"} y"#, r#"{"title":"x"} y"#, "")]
// Well-known fields.
#[case::ntfy_titled(
    r#"{"id":"s","time":1,"event":"message","topic":"t","title":"Door","message":"It moved"}"#,
    "Door",
    "It moved"
)]
#[case::ntfy_untitled(
    r#"{"id":"p0","time":1635528909,"event":"message","topic":"mytopic","message":"Hi!"}"#,
    "Hi!",
    ""
)]
#[case::pascal_case(r#"{"Title":"A","Message":"B"}"#, "A", "B")]
#[case::message_of_two_lines(r#"{"message":"one\ntwo"}"#, "one", "two")]
#[case::message_and_description(r#"{"description":"long","message":"short"}"#, "short", "long")]
#[case::numeric_message(r#"{"message":42}"#, "42", "")]
#[case::empty_title(r#"{"title":"","message":"B"}"#, "B", "")]
#[case::name_and_value(r#"{"name":"kitchen","value":21.5}"#, "kitchen", "value: 21.5")]
#[case::wikimedia(
    r#"{"meta":{"domain":"en.wikipedia.org"},"title":"Example","comment":"typo","user":"Alice"}"#,
    "Example",
    "typo"
)]
// Wrapped.
#[case::data(r#"{"type":"x","data":{"title":"A","text":"B"}}"#, "A", "B")]
#[case::json_in_a_string(r#"{"topic":"t","payload":"{\"message\":\"inner\"}"}"#, "inner", "")]
#[case::mastodon(r#"{"id":"6","status":{"content":"<p><span>@you</span> hello</p>"}}"#, "@you hello", "")]
#[case::array(r#"[{"title":"A"},{"title":"B"},{"title":"C"}]"#, "A (+2 more)", "")]
#[case::array_of_one(r#"[{"title":"A"}]"#, "A", "")]
// Nothing well known.
#[case::price(r#"{"price":3}"#, "price: 3", "")]
#[case::three(r#"{"a":1,"b":true,"c":"x"}"#, "a: 1, b: true, c: x", "")]
#[case::four(r#"{"a":1,"b":2,"c":3,"d":4}"#, "a: 1, b: 2, c: 3", "a: 1\nb: 2\nc: 3\nd: 4")]
#[case::noise(r#"{"id":7,"type":"OnOff","value":"ON"}"#, "value: ON", "id: 7\ntype: OnOff\nvalue: ON")]
#[case::only_noise(r#"{"id":7}"#, "id: 7", "")]
#[case::home_assistant(
    r#"{"event_type":"state_changed","data":{"entity_id":"door","new_state":{"state":"on"}}}"#,
    "event_type: state_changed, entity_id: door, new_state.state: on",
    ""
)]
#[case::numbers("[1,2,3]", "[1,2,3]", "")]
#[case::empty_object("{}", "{}", "")]
// Cleaning.
#[case::ansi("\u{1b}[1;31mred\u{1b}[0m alert\u{7}", "red alert", "")]
#[case::title_of_a_terminal("\u{1b}]0;evil\u{7}text", "text", "")]
#[case::turned_around("a\u{202e}b", "ab", "")]
#[case::html("<h1>Up</h1><p>All &amp; sundry<br>again</p><script>x()</script>", "Up", "All & sundry\nagain")]
#[case::no_html("if a < b and c > d", "if a < b and c > d", "")]
#[case::no_tag("Vec<String> &amp; more", "Vec<String> &amp; more", "")]
#[case::tabs("a\tb   c", "a b c", "")]
fn title_and_body(#[case] data: &str, #[case] title: &str, #[case] body: &str) {
    let mapped = map("message", data);
    assert_eq!((mapped.title.as_str(), mapped.body.as_str()), (title, body));
}

#[test]
fn empty_data_is_titled_by_its_type() {
    assert_eq!(map("ping", "").title, "ping");
    assert_eq!(map("ping", " \n ").title, "ping");
    assert_eq!(map("a\u{1b}[31mb\nc", "").title, "ab c");
}

#[test]
fn long_first_line_stands_in_the_body_as_well() {
    let data = "x".repeat(TITLE_LIMIT + 1);
    let mapped = map("message", &data);
    assert_eq!(mapped.title.chars().count(), TITLE_LIMIT);
    assert!(mapped.title.ends_with('…'));
    assert_eq!(mapped.body, data);
}

#[rstest]
#[case::click(r#"{"message":"m","click":"https://a.example/x?y=1"}"#, Some("https://a.example/x?y=1"))]
#[case::mail(r#"{"message":"m","link":"mailto:a@b.example"}"#, Some("mailto:a@b.example"))]
#[case::script(r#"{"message":"m","url":"javascript:alert(1)"}"#, None)]
#[case::file(r#"{"message":"m","url":"file:///etc/passwd"}"#, None)]
#[case::broken(r#"{"message":"m","url":"https://a b"}"#, None)]
#[case::next_best(r#"{"message":"m","url":"/relative","html_url":"https://a.example"}"#, Some("https://a.example"))]
#[case::wrapped(r#"{"data":{"message":"m","url":"https://a.example"}}"#, Some("https://a.example"))]
#[case::outer_first(
    r#"{"url":"https://o.example","data":{"message":"m","url":"https://a.example"}}"#,
    Some("https://o.example")
)]
#[case::in_text("see https://a.example/b, now", Some("https://a.example/b"))]
#[case::in_chinese_text("详见https://ci.example/1，请处理", Some("https://ci.example/1"))]
#[case::in_a_body(r#"{"title":"t","message":"(http://a.example)"}"#, Some("http://a.example"))]
#[case::almost("httpx://a https:/b", None)]
fn link_of(#[case] data: &str, #[case] link: Option<&str>) {
    assert_eq!(map("message", data).link.as_deref(), link);
}

#[rstest]
#[case(r#"{"message":"m"}"#, Urgency::Normal)]
#[case(r#"{"message":"m","priority":1}"#, Urgency::Low)]
#[case(r#"{"message":"m","priority":3}"#, Urgency::Normal)]
#[case(r#"{"message":"m","priority":4}"#, Urgency::High)]
#[case(r#"{"message":"m","priority":"5"}"#, Urgency::Urgent)]
#[case(r#"{"message":"m","priority":8}"#, Urgency::High)]
#[case(r#"{"message":"m","severity":"critical"}"#, Urgency::Urgent)]
#[case(r#"{"message":"m","severity":0}"#, Urgency::Urgent)]
#[case(r#"{"message":"m","severity":6}"#, Urgency::Normal)]
#[case(r#"{"message":"m","level":"ERROR"}"#, Urgency::High)]
#[case(r#"{"message":"m","level":50}"#, Urgency::High)]
#[case(r#"{"message":"m","level":5}"#, Urgency::Normal)]
#[case(r#"{"message":"m","level":"purple"}"#, Urgency::Normal)]
#[case(r#"{"data":{"message":"m","priority":4}}"#, Urgency::High)]
fn urgency_of(#[case] data: &str, #[case] urgency: Urgency) {
    assert_eq!(map("message", data).urgency, urgency);
}

/// Each of these would take minutes, memory or the stack of a mapping that does not bound its work.
#[rstest]
#[case::depth("[".repeat(1 << 20))]
#[case::closed_depth(format!("{}{}", r#"{"a":"#.repeat(1 << 16), "}".repeat(1 << 16)))]
#[case::open_tags("<p ".repeat(1 << 20))]
#[case::unknown_tags(format!("{}>", "<p><zz ".repeat(1 << 20)))]
#[case::ampersands("<br>".to_owned() + &"&".repeat(1 << 22))]
#[case::escapes("\u{1b}]".repeat(1 << 20))]
#[case::links("http://".repeat(1 << 20))]
#[case::one_line("x".repeat(1 << 24))]
#[case::wide(format!("{{{}\"z\":1}}", "\"k\":1,".repeat(1 << 20)))]
#[case::blanks(" ".repeat(1 << 24))]
fn hostile_data_is_bounded(#[case] data: String) {
    let mapped = map("message", &data);
    assert!(mapped.title.chars().count() <= TITLE_LIMIT && mapped.body.len() <= BODY_LIMIT);
    assert!(!mapped.title.is_empty());
}

proptest! {
    #[test]
    fn any_data_gives_a_clean_bounded_title(event_type in "[a-z]{1,8}", data in any::<String>()) {
        let mapped = map(&event_type, &data);
        prop_assert!(!mapped.title.is_empty());
        prop_assert!(mapped.title.chars().count() <= TITLE_LIMIT && !mapped.title.chars().any(char::is_control));
        prop_assert!(mapped.body.len() <= BODY_LIMIT);
    }

    #[test]
    fn any_marked_up_data_gives_a_clean_bounded_title(data in r#"[<>/&;a-dp\x1b\[\]{}":0-9 \n]{0,200}"#) {
        let mapped = map("message", &data);
        prop_assert!(!mapped.title.is_empty() && !mapped.title.chars().any(char::is_control));
    }
}
