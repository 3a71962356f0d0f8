//! The filters, tests and functions of the language: those of Jinja that cannot grow without bound, each charged for what
//! it looks at, and a few of our own.
//!
//! Deliberately not here: files, environment variables, clocks, random numbers.
use super::subject::from_json;
use crate::mapping::text;
use minijinja::value::{Rest, Value, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, filters, functions, tests};

/// How much all filters of one evaluation may look at together: bytes of text, and 16 for each element of a list.
const WORK: u64 = 32 * 1024 * 1024;
/// The longest text that a filter makes, in bytes.
pub(super) const TEXT_LIMIT: usize = 256 * 1024;

/// What filters have looked at in this evaluation.
#[derive(Default)]
struct Work(u64);

fn charge(state: &mut State<'_, '_>, values: &[Value]) -> Result<(), Error> {
    let weight = |value: &Value| match value.as_str() {
        Some(text) => text.len(),
        None => value.len().unwrap_or(1).saturating_mul(16),
    };
    let work = state.get_or_insert_extension_with(Work::default);
    work.0 += values.iter().map(|value| weight(value) as u64).sum::<u64>();
    if work.0 > WORK { Err(failed("it works through too much text")) } else { Ok(()) }
}

fn failed(reason: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, reason)
}

/// The names of all filters, for the check before compiling.
pub(super) fn is_filter(name: &str) -> bool {
    LINEAR.iter().chain(NUMERIC).chain(GROWING).any(|known| *known == name)
}

/// Whether a filter gives a number, whatever it is given.
pub(super) fn is_numeric(name: &str) -> bool {
    NUMERIC.contains(&name)
}

/// Whether what a filter gives is never longer than [`TEXT_LIMIT`], though it may be longer than what it is given.
pub(super) fn is_growing(name: &str) -> bool {
    GROWING.contains(&name)
}

/// They give no more than they are given.
const LINEAR: &[&str] = &[
    "attr",
    "bool",
    "capitalize",
    "d",
    "default",
    "dictsort",
    "first",
    "items",
    "last",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "reverse",
    "select",
    "selectattr",
    "sort",
    "split",
    "string",
    "sum",
    "text",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
];
const NUMERIC: &[&str] = &["abs", "count", "float", "int", "length", "round"];
const GROWING: &[&str] = &["fromjson", "join", "replace", "tojson", "urlencode"];

/// The names of all tests.
pub(super) const TESTS: &[&str] = &[
    "boolean",
    "defined",
    "divisibleby",
    "endingwith",
    "eq",
    "even",
    "false",
    "float",
    "ge",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lt",
    "lower",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "true",
    "undefined",
    "upper",
];

/// The names of all functions.
pub(super) const FUNCTIONS: &[&str] = &["range"];

/// Adds all of them.
pub(super) fn add(environment: &mut Environment<'static>) {
    macro_rules! charged {
        ($($name:literal => $filter:path),* $(,)?) => {
            $({
                let filter = Value::from_function($filter);
                environment.add_filter($name, move |state: &mut State<'_, '_>, values: Rest<ValueOrKwargs>| {
                    let values: Vec<Value> = values.0.into_iter().map(Value::from).collect();
                    charge(state, &values)?;
                    filter.call(state, &values)
                });
            })*
        };
    }
    charged! {
        "abs" => filters::abs, "attr" => filters::attr, "bool" => filters::bool, "capitalize" => filters::capitalize,
        "count" => filters::length, "d" => filters::default, "default" => filters::default,
        "dictsort" => filters::dictsort, "first" => filters::first, "float" => filters::float, "fromjson" => from_text,
        "int" => filters::int, "items" => filters::items, "join" => join, "last" => filters::last,
        "length" => filters::length, "lines" => filters::lines, "list" => filters::list, "lower" => filters::lower,
        "map" => filters::map, "max" => filters::max, "min" => filters::min, "reject" => filters::reject,
        "rejectattr" => filters::rejectattr, "replace" => replace, "reverse" => filters::reverse,
        "round" => filters::round, "select" => filters::select, "selectattr" => filters::selectattr,
        "sort" => filters::sort, "split" => filters::split, "string" => filters::string, "sum" => filters::sum,
        "text" => plain_text, "title" => filters::title, "tojson" => to_json, "trim" => filters::trim,
        "truncate" => truncate, "unique" => filters::unique, "upper" => filters::upper, "urlencode" => urlencode,
    }
    macro_rules! tests {
        ($($name:literal => $test:path),* $(,)?) => { $(environment.add_test($name, $test);)* };
    }
    tests! {
        "boolean" => tests::is_boolean, "defined" => tests::is_defined, "divisibleby" => tests::is_divisibleby,
        "endingwith" => tests::is_endingwith, "eq" => tests::is_eq, "==" => tests::is_eq, "even" => tests::is_even,
        "false" => tests::is_false, "float" => tests::is_float, "ge" => tests::is_ge, ">=" => tests::is_ge,
        "gt" => tests::is_gt, ">" => tests::is_gt, "in" => tests::is_in, "integer" => tests::is_integer,
        "iterable" => tests::is_iterable, "le" => tests::is_le, "<=" => tests::is_le, "lt" => tests::is_lt,
        "<" => tests::is_lt, "lower" => tests::is_lower, "mapping" => tests::is_mapping, "ne" => tests::is_ne,
        "!=" => tests::is_ne, "none" => tests::is_none, "number" => tests::is_number, "odd" => tests::is_odd,
        "sequence" => tests::is_sequence, "startingwith" => tests::is_startingwith, "string" => tests::is_string,
        "true" => tests::is_true, "undefined" => tests::is_undefined, "upper" => tests::is_upper,
    }
    environment.add_function("range", functions::range);
}

/// Text without markup and control characters.
fn plain_text(value: &Value) -> Value {
    match value.as_str() {
        Some(text) => Value::from(text::block(text)),
        None => value.clone(),
    }
}

/// JSON inside a string. What is no string stays as it is; what is no JSON is undefined.
fn from_text(value: &Value) -> Value {
    match value.as_str() {
        Some(text) if text.len() <= TEXT_LIMIT => from_json(text),
        Some(_) => Value::UNDEFINED,
        None => value.clone(),
    }
}

/// As JSON, on one line: an indentation could be of any width.
fn to_json(value: &Value) -> Result<Value, Error> {
    let json = filters::tojson(value, None, std::iter::empty::<(&str, Value)>().collect())?;
    within_limit(json.as_str().map_or(0, str::len))?;
    Ok(json)
}

/// At most so many characters (80), the last of which tells when something was cut off.
fn truncate(value: &Value, length: Option<usize>) -> Value {
    match value.as_str() {
        Some(text) => Value::from(text::cut(text, length.unwrap_or(80).max(1))),
        None => value.clone(),
    }
}

fn join(list: &Value, separator: Option<&str>) -> Result<String, Error> {
    let separator = separator.unwrap_or_default();
    let mut joined = String::new();
    if list.is_undefined() || list.is_none() {
        return Ok(joined);
    }
    for (at, item) in list.try_iter()?.enumerate() {
        if at > 0 {
            joined.push_str(separator);
        }
        if !item.is_none() {
            joined.push_str(&item.to_string());
        }
        within_limit(joined.len())?;
    }
    Ok(joined)
}

fn replace(text: &Value, from: &str, to: &str) -> Result<String, Error> {
    let text = to_text(text);
    let found = if from.is_empty() { text.chars().count() + 1 } else { text.matches(from).count() };
    within_limit(text.len().saturating_add(found.saturating_mul(to.len())))?;
    Ok(text.replace(from, to))
}

fn urlencode(value: &Value) -> Result<String, Error> {
    if matches!(value.kind(), ValueKind::Undefined | ValueKind::None) {
        return Ok(String::new());
    }
    within_limit(to_text(value).len().saturating_mul(3))?;
    filters::urlencode(value)
}

fn to_text(value: &Value) -> String {
    if value.is_none() { String::new() } else { value.to_string() }
}

fn within_limit(length: usize) -> Result<(), Error> {
    if length > TEXT_LIMIT {
        return Err(failed(format!("it makes a text longer than {} KiB", TEXT_LIMIT / 1024)));
    }
    Ok(())
}
