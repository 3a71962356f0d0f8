//! What the user wants events of a feed to say: templates for the fields that the default mapping does not get right.
//!
//! Compiled once for each change of the settings. Pure: the same event gives the same answer. Deliberately not here: the
//! language of the templates (`template.rs`), the default mapping (`mapping.rs`), rules (`rule/`).
use super::{Mapped, object, text};
use crate::template::{Expression, Incoming, Subject, Template, TemplateFault};
use minijinja::value::{Value, ValueKind};
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use ts_rs::TS;

/// Into how many events one is split at most. One of more parts stays whole.
pub const PARTS_LIMIT: usize = 1000;
/// How long the parts of an event may be together, in bytes.
const PARTS_BYTES: usize = 1024 * 1024;
/// The longest icon name, in bytes, and the longest group key, in characters.
const ICON_LIMIT: usize = 64;
const GROUP_KEY_LIMIT: usize = 200;
/// What templates may speak of.
const VARIABLES: &[&str] = &["event", "feed"];

/// How the events of a feed are mapped. A field that is empty is mapped by default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Mapping {
    /// A template for the title: one line.
    pub title: String,
    /// A template for the body. HTML in it becomes text.
    pub body: String,
    /// A template for the link: http, https or mailto; nothing for none.
    pub link: String,
    /// A template for the icon: a name of the desktop's icon theme, or one emoji.
    pub icon: String,
    /// A template for the urgency: `low`, `normal`, `high`, `urgent`, another word or number that is common for them;
    /// nothing for the default.
    pub urgency: String,
    /// A template for the group key: an announcement replaces an earlier one of the same key.
    pub group_key: String,
    /// A template for the time when it happened: seconds, milliseconds, microseconds or nanoseconds since the Unix epoch,
    /// or RFC 3339.
    pub time: String,
    /// An expression that gives a list: each of its items becomes an event of its own.
    pub split: String,
    /// So many events after each opening of the connection are kept silently: what a server tells first is often no news.
    pub first_events: u32,
    /// Events are kept silently for so many seconds after each opening of the connection.
    pub first_seconds: u32,
}

/// A compiled [`Mapping`].
#[derive(Debug, Default)]
pub struct Mapper {
    title: Option<Template>,
    body: Option<Template>,
    link: Option<Template>,
    icon: Option<Template>,
    urgency: Option<Template>,
    group_key: Option<Template>,
    time: Option<Template>,
    split: Option<Expression>,
}

/// What went wrong with an event: the first thing of all, as a sentence.
#[derive(Debug, Default)]
pub(crate) struct Problem(pub(crate) Option<String>);

impl Problem {
    pub(crate) fn note(&mut self, sentence: impl FnOnce() -> String) {
        self.0.get_or_insert_with(sentence);
    }
}

impl Mapper {
    /// Compiles a mapping. The fault names the template, the line and the column.
    pub fn new(mapping: &Mapping) -> Result<Self, TemplateFault> {
        let template = |field: &'static str, name: &str, source: &str| {
            let compiled = Template::compile(&format!("The {name} template"), source, VARIABLES);
            compiled.map_err(|fault| fault.within(None, field))
        };
        let split = Expression::compile("The split expression", &mapping.split, VARIABLES);
        Ok(Self {
            title: template("title", "title", &mapping.title)?,
            body: template("body", "body", &mapping.body)?,
            link: template("link", "link", &mapping.link)?,
            icon: template("icon", "icon", &mapping.icon)?,
            urgency: template("urgency", "urgency", &mapping.urgency)?,
            group_key: template("groupKey", "group key", &mapping.group_key)?,
            time: template("time", "time", &mapping.time)?,
            split: split.map_err(|fault| fault.within(None, "split"))?,
        })
    }

    /// Whether it does anything that the default mapping does not.
    pub fn is_default(&self) -> bool {
        let Self { title, body, link, icon, urgency, group_key, time, split } = self;
        split.is_none() && [title, body, link, icon, urgency, group_key, time].into_iter().all(Option::is_none)
    }

    /// What an event is about. A template that fails leaves its field to the default; the sentence says why, of the first
    /// that did.
    pub fn map(&self, event: &Incoming<'_>, feed_name: &str) -> (Mapped, Option<String>) {
        let mut problem = Problem::default();
        let mapped = self.map_subject(event, &Subject::new(event, feed_name), &mut problem);
        (mapped, problem.0)
    }

    pub(crate) fn map_subject(&self, event: &Incoming<'_>, subject: &Subject, problem: &mut Problem) -> Mapped {
        if self.is_default() {
            return super::map(event.event_type, event.data);
        }
        if !subject.is_whole() {
            problem.note(|| {
                let limit = crate::template::DATA_LIMIT / 1024;
                format!("The event is larger than {limit} KiB: templates see the beginning of its text and no JSON.")
            });
        }
        let values = subject.values();
        let default = OnceCell::new();
        let default = || default.get_or_init(|| super::map(event.event_type, event.data));

        let title = render("title", self.title.as_ref(), values, problem).map(|title| text::line(&title));
        let title = title.filter(|title| !title.is_empty()).unwrap_or_else(|| default().title.clone());
        let body = render("body", self.body.as_ref(), values, problem).map(|body| text::block(&body));
        let body = body.unwrap_or_else(|| default().body.clone());
        let link = match render("link", self.link.as_ref(), values, problem) {
            None => default().link.clone(),
            Some(link) if link.trim().is_empty() => None,
            Some(link) => text::link(&link).or_else(|| {
                problem.note(|| wrong("link", &link, "no address that begins with http, https or mailto"));
                default().link.clone()
            }),
        };
        let urgency = render("urgency", self.urgency.as_ref(), values, problem);
        let urgency = urgency.filter(|word| !word.trim().is_empty()).and_then(|word| {
            let known = object::urgency_of(word.trim());
            if known.is_none() {
                problem.note(|| wrong("urgency", &word, "none of low, normal, high and urgent"));
            }
            known
        });
        let urgency = urgency.unwrap_or_else(|| default().urgency);
        let icon = render("icon", self.icon.as_ref(), values, problem);
        let icon = icon.filter(|icon| !icon.trim().is_empty()).and_then(|icon| {
            let known = icon_of(icon.trim());
            if known.is_none() {
                problem.note(|| wrong("icon", &icon, "neither the name of an icon nor an emoji"));
            }
            known
        });
        let group_key = render("group key", self.group_key.as_ref(), values, problem)
            .map(|key| text::cut(&text::line(&key), GROUP_KEY_LIMIT))
            .filter(|key| !key.is_empty());
        let time = render("time", self.time.as_ref(), values, problem);
        let happened_at = time.filter(|time| !time.trim().is_empty()).and_then(|time| {
            let known = time_of(time.trim());
            if known.is_none() {
                problem.note(|| wrong("time", &time, "no time with a zone and no number"));
            }
            known
        });
        Mapped { title, body, link, urgency, icon, group_key, happened_at }
    }

    /// The data of the events that an event consists of; `None` when it is one.
    pub(crate) fn split(&self, subject: &Subject, problem: &mut Problem) -> Option<Vec<String>> {
        let split = self.split.as_ref()?;
        let list = split.evaluate(subject.values()).map_err(|reason| {
            problem.note(|| format!("The split expression failed: {reason}."));
        });
        let list = list.ok().filter(|list| matches!(list.kind(), ValueKind::Seq | ValueKind::Iterable))?;
        let mut parts = Vec::new();
        let mut bytes = 0;
        for part in list.try_iter().ok()? {
            let part = match part.as_str() {
                Some(text) => text.to_owned(),
                None => serde_json::to_string(&part).unwrap_or_default(),
            };
            bytes += part.len();
            if parts.len() >= PARTS_LIMIT || bytes > PARTS_BYTES {
                problem.note(|| {
                    format!("The event was not split: it has more than {PARTS_LIMIT} parts, or they are too long.")
                });
                return None;
            }
            parts.push(part);
        }
        (!parts.is_empty()).then_some(parts)
    }
}

/// What a template says; `None` when there is none or it fails.
fn render(name: &str, template: Option<&Template>, values: &Value, problem: &mut Problem) -> Option<String> {
    template?.render(values).map_err(|reason| problem.note(|| format!("The {name} template failed: {reason}."))).ok()
}

fn wrong(name: &str, given: &str, what: &str) -> String {
    format!("The {name} template gave “{}”, which is {what}.", text::cut(&text::line(given), 80))
}

/// A name of an icon theme, never a path; or something short that is no text at all, as emoji are.
fn icon_of(icon: &str) -> Option<String> {
    let named = icon.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) && !icon.starts_with('.');
    let pictured =
        icon.chars().count() <= 8 && icon.chars().all(|c| !c.is_ascii() && !c.is_alphabetic() && !c.is_control());
    (icon.len() <= ICON_LIMIT && (named || pictured)).then(|| icon.to_owned())
}

/// Milliseconds since the Unix epoch.
fn time_of(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<f64>() {
        // By their size: seconds until the year 5138, and so on.
        let milliseconds = match number.abs() {
            seconds if seconds < 1e11 => number * 1e3,
            milliseconds if milliseconds < 1e14 => number,
            microseconds if microseconds < 1e17 => number / 1e3,
            _ => number / 1e6,
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "of a number this far within the bounds, only the fraction"
        )]
        return (milliseconds.is_finite() && milliseconds.abs() < 1e15).then_some(milliseconds as i64);
    }
    let rfc2822 = || jiff::fmt::rfc2822::parse(text).map(|zoned| zoned.timestamp());
    text.parse::<jiff::Timestamp>().or_else(|_| rfc2822()).ok().map(jiff::Timestamp::as_millisecond)
}
