//! The well-known fields of JSON events, and what stands in for them where there are none.
//!
//! Deliberately not here: how JSON is read (`outline.rs`), how text is cleaned (`text.rs`).
use super::outline::{self, Outline};
use super::{Mapped, TITLE_LIMIT, text};
use crate::Urgency;

/// Fields that name the event.
const TITLES: &[&str] = &["title", "subject", "headline"];
/// Fields that say what happened. The first of them is the title where no title is (ntfy).
const BODIES: &[&str] =
    &["message", "text", "body", "msg", "description", "content", "summary", "details", "comment", "reason", "error"];
/// Fields that name the thing rather than the event: a title only together with the other fields.
const NAMES: &[&str] = &["name", "label", "display_name"];
const LINKS: &[&str] =
    &["click", "url", "link", "href", "html_url", "permalink", "web_url", "target_url", "notify_url", "uri"];
/// Wrappers around the event proper.
const WRAPPERS: &[&str] = &[
    "data",
    "payload",
    "event",
    "notification",
    "alert",
    "message",
    "body",
    "status",
    "result",
    "record",
    "item",
    "content",
];
/// Fields that rarely tell a reader anything.
const NOISE: &[&str] = &[
    "id",
    "uuid",
    "guid",
    "_id",
    "time",
    "timestamp",
    "ts",
    "created_at",
    "updated_at",
    "type",
    "event",
    "version",
    "specversion",
    "seq",
    "offset",
    "$schema",
];

/// How far wrappers are followed.
const WRAPPED: u8 = 3;
/// How many fields make a title where no field names one, and how long a value may be there, in characters.
const TITLE_FIELDS: usize = 3;
const TITLE_VALUE_LIMIT: usize = 80;
/// How many fields are listed in a body.
const BODY_FIELDS: usize = 32;

/// Maps an object or an array; `None` when it has nothing to read.
pub(super) fn map(outline: &Outline<'_>) -> Option<Mapped> {
    let mut mapped = known(outline, 0).or_else(|| listed(outline))?;
    if let Outline::Array { len, .. } = outline
        && *len > 1
    {
        let more = format!(" (+{} more)", len - 1);
        mapped.title = text::cut(&mapped.title, TITLE_LIMIT - more.len()) + &more;
    }
    Some(mapped)
}

/// By well-known fields, here or in a wrapper.
fn known(outline: &Outline<'_>, wrapped: u8) -> Option<Mapped> {
    let object = match outline {
        Outline::Array { first, .. } => first,
        other => other,
    };
    let mut mapped = here(object).or_else(|| {
        // A wrapper may hold the event as JSON inside a string.
        WRAPPERS.iter().filter(|_| wrapped < WRAPPED).filter_map(|name| object.field(name)).find_map(
            |inner| match inner {
                Outline::Text(text) => known(&outline::read(text)?, wrapped + 1),
                inner => known(inner, wrapped + 1),
            },
        )
    })?;
    // What the outer object says of link and urgency counts more.
    mapped.link = link(object).or(mapped.link);
    mapped.urgency = urgency(object).unwrap_or(mapped.urgency);
    Some(mapped)
}

fn here(object: &Outline<'_>) -> Option<Mapped> {
    let find = |names: &[&str]| names.iter().find_map(|name| prose(object.field(name)?));
    let body = find(BODIES);
    let (title, body) = match (find(TITLES), body) {
        (Some(title), body) => (text::line(title), body.map(text::block).unwrap_or_default()),
        (None, Some(body)) => {
            let (title, mut rest) = text::title_and_body(body);
            if rest.is_empty() {
                let more = BODIES.iter().filter_map(|name| prose(object.field(name)?)).find(|other| *other != body);
                rest = more.map(text::block).unwrap_or_default();
            }
            (title, rest)
        }
        (None, None) => {
            let name = find(NAMES)?;
            let others = leaves(object);
            let others = others.iter().filter(|leaf| !NAMES.iter().any(|name| leaf.path.eq_ignore_ascii_case(name)));
            (text::line(name), lines(others))
        }
    };
    Some(Mapped { title, body, link: link(object), urgency: urgency(object).unwrap_or_default(), ..Mapped::default() })
}

/// Text meant to be read: no nested JSON.
fn prose<'a>(value: &'a Outline<'_>) -> Option<&'a str> {
    value.scalar().filter(|text| !text.starts_with('{'))
}

/// Without well-known fields: the fields themselves, `price: 3`.
fn listed(outline: &Outline<'_>) -> Option<Mapped> {
    let leaves = leaves(outline);
    let telling: Vec<_> = leaves.iter().filter(|leaf| !leaf.is_noise()).collect();
    let telling = if telling.is_empty() { leaves.iter().collect() } else { telling };
    let title = telling.iter().take(TITLE_FIELDS).map(|leaf| leaf.short()).collect::<Vec<_>>().join(", ");
    if title.is_empty() {
        return None;
    }
    let whole = leaves.len() <= TITLE_FIELDS && leaves.len() == telling.len() && leaves.iter().all(Leaf::is_short);
    Some(Mapped {
        title: text::line(&title),
        body: if whole { String::new() } else { lines(leaves.iter()) },
        link: link(outline),
        urgency: urgency(outline).unwrap_or_default(),
        ..Mapped::default()
    })
}

/// A scalar and where it stands.
struct Leaf<'a> {
    path: String,
    value: &'a str,
}

impl Leaf<'_> {
    fn is_noise(&self) -> bool {
        NOISE.iter().any(|name| self.path.eq_ignore_ascii_case(name))
    }

    fn is_short(&self) -> bool {
        self.value.chars().nth(TITLE_VALUE_LIMIT).is_none()
    }

    fn short(&self) -> String {
        format!("{}: {}", self.path, text::cut(self.value, TITLE_VALUE_LIMIT))
    }
}

/// The scalars of an object in their order, named by their path; wrappers are not part of the path.
fn leaves<'a>(outline: &'a Outline<'_>) -> Vec<Leaf<'a>> {
    fn collect<'a>(outline: &'a Outline<'_>, path: &str, found: &mut Vec<Leaf<'a>>) {
        if found.len() >= BODY_FIELDS {
            return;
        }
        match outline {
            Outline::Object(fields) => {
                for (key, value) in fields {
                    let wraps = matches!(value, Outline::Object(_) | Outline::Array { .. })
                        && WRAPPERS.iter().any(|name| key.eq_ignore_ascii_case(name));
                    match (wraps, path) {
                        (true, _) => collect(value, path, found),
                        (false, "") => collect(value, key, found),
                        (false, _) => collect(value, &format!("{path}.{key}"), found),
                    }
                }
            }
            Outline::Array { first, .. } => collect(first, path, found),
            value => {
                if let Some(value) = value.scalar() {
                    found.push(Leaf { path: path.to_owned(), value });
                }
            }
        }
    }
    let mut found = Vec::new();
    // A bare array of scalars has no names to show.
    if !matches!(outline, Outline::Array { first, .. } if first.scalar().is_some()) {
        collect(outline, "", &mut found);
    }
    found
}

fn lines<'a>(leaves: impl Iterator<Item = &'a Leaf<'a>>) -> String {
    let lines: Vec<_> = leaves.map(|leaf| format!("{}: {}", leaf.path, text::line(leaf.value))).collect();
    text::block(&lines.join("\n"))
}

fn link(object: &Outline<'_>) -> Option<String> {
    LINKS.iter().find_map(|name| match object.field(name)? {
        Outline::Text(url) => text::link(url),
        _ => None,
    })
}

/// How much an event says that it matters. Numbers count as ntfy's 1 to 5 in `priority`, as syslog's 0 to 7 in
/// `severity`, as the 10 to 60 of JSON loggers in `level`.
fn urgency(object: &Outline<'_>) -> Option<Urgency> {
    ["priority", "urgency", "importance", "severity", "level"].iter().find_map(|name| {
        let value = object.field(name)?.scalar()?.trim();
        match value.parse::<f64>() {
            Ok(number) => numeric_urgency(name, number),
            Err(_) => worded_urgency(value),
        }
    })
}

/// The urgency that a word or a number of a template means: ntfy's 1 to 5 for numbers.
pub(super) fn urgency_of(word: &str) -> Option<Urgency> {
    match word.parse::<f64>() {
        Ok(number) => (1.0..6.0).contains(&number).then(|| numeric_urgency("priority", number)).flatten(),
        Err(_) => worded_urgency(word),
    }
}

fn numeric_urgency(field: &str, number: f64) -> Option<Urgency> {
    let (low, high, urgent) = match field {
        // The lower the number, the worse.
        "severity" => (number >= 7.0, number <= 3.0, number <= 2.0),
        // A level below 10 may be anything: a floor, a battery, a game.
        "level" if number < 10.0 => return None,
        "level" => (number <= 20.0, number >= 50.0, number >= 60.0),
        // Gotify counts to 10, where 8 is what 4 is here.
        _ => (number <= 2.0, number >= 4.0, (5.0..6.0).contains(&number)),
    };
    Some(match (low, high, urgent) {
        (_, _, true) => Urgency::Urgent,
        (_, true, _) => Urgency::High,
        (true, ..) => Urgency::Low,
        _ => Urgency::Normal,
    })
}

fn worded_urgency(word: &str) -> Option<Urgency> {
    Some(match word.to_ascii_lowercase().as_str() {
        "min" | "minimal" | "lowest" | "low" | "minor" | "trivial" | "trace" | "debug" | "verbose" => Urgency::Low,
        "default" | "normal" | "medium" | "moderate" | "info" | "information" | "informational" | "notice" | "warn"
        | "warning" => Urgency::Normal,
        "high" | "important" | "major" | "error" | "err" | "severe" => Urgency::High,
        "max" | "highest" | "urgent" | "critical" | "crit" | "fatal" | "alert" | "emergency" | "emerg" | "panic"
        | "blocker" => Urgency::Urgent,
        _ => return None,
    })
}
