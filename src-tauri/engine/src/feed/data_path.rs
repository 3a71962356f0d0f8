//! A path to a value in an event's JSON data, as people type it: `id`, `meta.id`, `$.items[0].id`, `/meta/id`.
//!
//! The first three are the part of `JSONPath` (RFC 9535) that names one value, its `$.` being left out by most; the last is a
//! JSON Pointer (RFC 6901), which can say every name. Deliberately not here: wildcards, filters and whatever else could
//! find several values or none in particular.
use super::fault::FeedFault;
use serde_json::Value;

/// The longest path, in bytes.
const LIMIT: usize = 1000;

/// A path to one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataPath {
    /// Names of members, or numbers of elements.
    steps: Vec<String>,
}

impl DataPath {
    /// Reads what was typed.
    pub(crate) fn parse(typed: &str) -> Result<Self, FeedFault> {
        let text = typed.trim();
        let steps = match text.strip_prefix('/') {
            _ if text.is_empty() || text.len() > LIMIT => None,
            Some(pointer) => Some(pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect()),
            None => dotted(text),
        };
        steps.map(|steps| Self { steps }).ok_or_else(|| FeedFault::Path { path: typed.escape_debug().to_string() })
    }

    /// The value as text, if it is a string that is not empty, or a number.
    pub(crate) fn find(&self, data: &str) -> Option<String> {
        // Most of what is no JSON is seen at its first character.
        if !data.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let data: Value = serde_json::from_str(data).ok()?;
        let found = self.steps.iter().try_fold(&data, |value, step| match value {
            Value::Object(members) => members.get(step),
            Value::Array(elements) => elements.get(step.parse::<usize>().ok()?),
            _ => None,
        })?;
        match found {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// The steps of `$.a[0]['b'].c`, with or without its `$`.
fn dotted(text: &str) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut rest = match text.strip_prefix('$') {
        Some(rest) => rest.to_owned(),
        None if text.starts_with('[') => text.to_owned(),
        None => format!(".{text}"),
    };
    while !rest.is_empty() {
        let (step, after) = if let Some(name) = rest.strip_prefix('.') {
            let (name, after) = name.split_at(name.find(['.', '[']).unwrap_or(name.len()));
            (name.trim(), after)
        } else {
            let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
            let quoted = |quote| inner.strip_prefix(quote).and_then(|inner: &str| inner.strip_suffix(quote));
            let number = (!inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit())).then_some(inner);
            (quoted('\'').or_else(|| quoted('"')).or(number)?, after)
        };
        if step.is_empty() || step == "*" {
            return None;
        }
        steps.push(step.to_owned());
        rest = after.to_owned();
    }
    (!steps.is_empty()).then_some(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("id", &["id"])]
    #[case(" $.id ", &["id"])]
    #[case("meta.id", &["meta", "id"])]
    #[case("$.items[0].id", &["items", "0", "id"])]
    #[case("items.0.id", &["items", "0", "id"])]
    #[case("[2]", &["2"])]
    #[case("$['a.b'][\"c d\"]", &["a.b", "c d"])]
    #[case("last id", &["last id"])]
    #[case("@id", &["@id"])]
    #[case("/meta/id", &["meta", "id"])]
    #[case("/a~1b/m~0n", &["a/b", "m~n"])]
    #[case("/", &[""])]
    fn paths(#[case] typed: &str, #[case] steps: &[&str]) {
        assert_eq!(DataPath::parse(typed).unwrap().steps, steps);
    }

    #[rstest]
    #[case("")]
    #[case("$")]
    #[case("a..b")]
    #[case("a.")]
    #[case(".")]
    #[case("$..id")]
    #[case("items[*].id")]
    #[case("items.*")]
    #[case("items[")]
    #[case("items[-1]")]
    #[case("items[?@.id]")]
    #[case("$id[0]x")]
    fn no_paths(#[case] typed: &str) {
        let sentence = DataPath::parse(typed).unwrap_err().to_string();
        assert!(sentence.starts_with(&format!("“{typed}” is no path to a value")), "{sentence}");
    }

    #[rstest]
    #[case("id", r#"{"id":"sPs71M8A2T"}"#, Some("sPs71M8A2T"))]
    #[case("id", r#" {"id":1234567890123456789}"#, Some("1234567890123456789"))]
    #[case("meta.id", r#"{"meta":{"id":"a"}}"#, Some("a"))]
    #[case("[0].id", r#"[{"id":"a"}]"#, Some("a"))]
    #[case("id", r#"{"id":""}"#, None)]
    #[case("id", r#"{"id":null}"#, None)]
    #[case("id", r#"{"id":true}"#, None)]
    #[case("id", r#"{"id":{}}"#, None)]
    #[case("id", r#"{"no":1}"#, None)]
    #[case("id", r#"{"id":"#, None)]
    #[case("id", "plain", None)]
    #[case("0", "[", None)]
    fn values(#[case] path: &str, #[case] data: &str, #[case] value: Option<&str>) {
        assert_eq!(DataPath::parse(path).unwrap().find(data).as_deref(), value);
    }
}
