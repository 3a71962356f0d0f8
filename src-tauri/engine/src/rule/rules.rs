//! Compiled rules, and what they say of an event.
//!
//! Pure: the same event gives the same verdict. Deliberately not here: what becomes of the verdict.
use super::{Action, DecidedBy, Decision, Hook, Rule, Verdict};
use crate::mapping::mapper::Problem;
use crate::mapping::{Mapped, text};
use crate::template::{DATA_LIMIT, Expression, Incoming, Subject, Template, TemplateFault};
use minijinja::value::Value;
use regex::{Regex, RegexBuilder};
use std::sync::Arc;

/// How many rules a feed may have.
pub const RULES_LIMIT: usize = 200;
/// The longest regular expression, in bytes, and how much memory it may take when compiled.
const REGEX_LIMIT: usize = 4 * 1024;
const REGEX_MEMORY: usize = 1024 * 1024;
/// The bounds of a hook: arguments, their length together in bytes, seconds.
const HOOK_ARGUMENTS: usize = 64;
const HOOK_LENGTH: usize = 16 * 1024;
const HOOK_TIME: std::ops::RangeInclusive<u32> = 1..=300;
/// What expressions and templates of rules may speak of.
const VARIABLES: &[&str] = &["body", "event", "feed", "link", "title", "urgency"];

/// The compiled rules of a feed.
#[derive(Debug, Default)]
pub struct Rules(Vec<Compiled>);

#[derive(Debug)]
struct Compiled {
    name: String,
    event_types: Vec<String>,
    expression: Option<Expression>,
    regex: Option<Regex>,
    /// In lower case.
    words: Vec<String>,
    action: Action,
    sound: Option<String>,
    link: Option<Template>,
    hook: Option<Arc<Hook>>,
}

impl Rules {
    /// Compiles rules. The fault names the rule and, where it can, the line and the column.
    pub fn new(rules: &[Rule]) -> Result<Self, TemplateFault> {
        if rules.len() > RULES_LIMIT {
            let fault = TemplateFault::whole("The list of rules", format!("it has more than {RULES_LIMIT} rules"));
            return Err(fault.within(None, "rules"));
        }
        let compiled = rules.iter().zip(1..).map(|(rule, number)| Compiled::new(rule, number));
        Ok(Self(compiled.collect::<Result<_, _>>()?))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the first rule that matches says of an event. It may change the urgency and the link that were mapped. An
    /// expression that fails does not match, and is noted.
    pub(crate) fn judge(
        &self,
        event: &Incoming<'_>,
        subject: &Subject,
        mapped: &mut Mapped,
        problem: &mut Problem,
    ) -> (Verdict, Option<Arc<Hook>>) {
        let values = subject.values_with([
            ("title", Value::from(&mapped.title)),
            ("body", Value::from(&mapped.body)),
            ("link", mapped.link.as_deref().map_or(Value::UNDEFINED, Value::from)),
            ("urgency", Value::from(mapped.urgency.word())),
        ]);
        for (rule, number) in self.0.iter().zip(1..) {
            if !rule.matches(event, mapped, &values, number, problem) {
                continue;
            }
            let decision = match rule.action {
                Action::Announce { urgency } => {
                    mapped.urgency = urgency.unwrap_or(mapped.urgency);
                    Decision::Announce
                }
                Action::Silent => Decision::Silent,
                Action::Drop => Decision::Drop,
            };
            if let Some(link) = &rule.link {
                match link.render(&values) {
                    Ok(link) if link.trim().is_empty() => mapped.link = None,
                    Ok(link) => match text::link(&link) {
                        Some(link) => mapped.link = Some(link),
                        None => problem.note(|| {
                            let given = text::cut(&text::line(&link), 80);
                            format!("The link of rule {number} gave “{given}”, which is no address that begins with http, https or mailto.")
                        }),
                    },
                    Err(reason) => problem.note(|| format!("The link of rule {number} failed: {reason}.")),
                }
            }
            let decided_by = DecidedBy::Rule { number, name: rule.name.clone() };
            return (Verdict { decision, decided_by, sound: rule.sound.clone() }, rule.hook.clone());
        }
        (Verdict::without_rule(event.data), None)
    }
}

impl Verdict {
    /// Where no rule matches: what there is to read is announced.
    pub(crate) fn without_rule(data: &str) -> Self {
        if data.is_empty() {
            Self { decision: Decision::Silent, decided_by: DecidedBy::Empty, sound: None }
        } else {
            Self::default()
        }
    }
}

impl Compiled {
    fn new(rule: &Rule, number: u32) -> Result<Self, TemplateFault> {
        let of = |part: &str| format!("The {part} of rule {number}");
        let within = |field: &'static str| move |fault: TemplateFault| fault.within(Some(number), field);
        let Rule { name, when, then } = rule;
        if let Some(hook) = &then.hook {
            check_hook(hook).map_err(|reason| within("hook")(TemplateFault::whole(&of("hook"), reason)))?;
        }
        if !then.sound.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)) || then.sound.len() > 64 {
            let reason = "it is no name of a sound theme, such as message-new-instant";
            return Err(within("sound")(TemplateFault::whole(&of("sound"), reason)));
        }
        let types = when.event_types.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        Ok(Self {
            name: text::line(name),
            event_types: types.collect(),
            expression: Expression::compile(&of("expression"), &when.expression, VARIABLES)
                .map_err(within("expression"))?,
            regex: regex(&of("regular expression"), &when.regex).map_err(within("regex"))?,
            words: when.words.split_whitespace().map(str::to_lowercase).collect(),
            action: then.action,
            sound: Some(then.sound.clone()).filter(|sound| !sound.is_empty()),
            link: Template::compile(&of("link"), &then.link, VARIABLES).map_err(within("link"))?,
            hook: then.hook.clone().map(Arc::new),
        })
    }

    /// Whether every condition that is given holds; the cheapest first.
    fn matches(
        &self,
        event: &Incoming<'_>,
        mapped: &Mapped,
        values: &Value,
        number: u32,
        problem: &mut Problem,
    ) -> bool {
        if !self.event_types.is_empty() && !self.event_types.iter().any(|name| name == event.event_type) {
            return false;
        }
        if !self.words.is_empty() {
            let text = format!("{}\n{}", mapped.title, mapped.body).to_lowercase();
            if !self.words.iter().all(|word| has_word(&text, word)) {
                return false;
            }
        }
        if let Some(regex) = &self.regex {
            let data = &event.data[..event.data.floor_char_boundary(DATA_LIMIT)];
            if ![data, &mapped.title, &mapped.body].into_iter().any(|text| regex.is_match(text)) {
                return false;
            }
        }
        match &self.expression {
            None => true,
            Some(expression) => match expression.evaluate(values) {
                Ok(value) => value.is_true(),
                Err(reason) => {
                    problem.note(|| format!("The expression of rule {number} failed: {reason}."));
                    false
                }
            },
        }
    }
}

/// Whether a word stands in a text, not within another. Where words are not told apart by spaces, anywhere.
fn has_word(text: &str, word: &str) -> bool {
    let joins = |outer: Option<char>, inner: Option<char>| {
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        is_part(outer) && is_part(inner)
    };
    text.match_indices(word).any(|(at, found)| {
        let (before, after) = (&text[..at], &text[at + found.len()..]);
        !joins(before.chars().next_back(), word.chars().next())
            && !joins(after.chars().next(), word.chars().next_back())
    })
}

fn regex(what: &str, source: &str) -> Result<Option<Regex>, TemplateFault> {
    if source.is_empty() {
        return Ok(None);
    }
    if source.len() > REGEX_LIMIT {
        return Err(TemplateFault::whole(what, format!("it is longer than {} KiB", REGEX_LIMIT / 1024)));
    }
    let built = RegexBuilder::new(source).size_limit(REGEX_MEMORY).dfa_size_limit(REGEX_MEMORY).build();
    built.map(Some).map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => TemplateFault::whole(what, "it takes too much memory"),
        // The last line of several says why; those before it draw where.
        other => {
            let text = other.to_string();
            let reason = text.lines().last().unwrap_or_default();
            TemplateFault::whole(what, reason.strip_prefix("error: ").unwrap_or(reason))
        }
    })
}

fn check_hook(hook: &Hook) -> Result<(), String> {
    if hook.command.first().is_none_or(|program| program.trim().is_empty()) {
        return Err("it names no program".to_owned());
    }
    if hook.command.len() > HOOK_ARGUMENTS || hook.command.iter().map(String::len).sum::<usize>() > HOOK_LENGTH {
        return Err(format!("it has more than {HOOK_ARGUMENTS} arguments, or they are too long"));
    }
    if hook.command.iter().any(|argument| argument.contains('\0')) {
        return Err("an argument has a zero byte".to_owned());
    }
    if !HOOK_TIME.contains(&hook.time_limit) {
        return Err(format!("its time limit has to be between {} and {} seconds", HOOK_TIME.start(), HOOK_TIME.end()));
    }
    Ok(())
}
