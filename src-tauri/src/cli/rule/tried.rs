//! What would become of stored events, as people and as programs read it.
use crate::cli::output::Output;
use crate::cli::{Failed, Format, Outcome, moment, shown, unless_reader_gone};
use serde::Serialize;
use std::io::{self, Write as _};
use tidings_engine::{DecidedBy, Decision, TrialReport, Tried};

/// The fields in the order in which they are written.
#[derive(Serialize)]
struct Record<'a> {
    /// The event's number in the history.
    number: i64,
    /// Which part of it, from 1; 0 for one that is not split.
    part: u32,
    /// "announce", "silent", "drop"
    outcome: &'static str,
    /// "rule", "no-rule", "empty"
    because: &'static str,
    rule: Option<u32>,
    rule_name: Option<&'a str>,
    urgency: &'static str,
    title: &'a str,
    body: &'a str,
    link: Option<&'a str>,
    icon: Option<&'a str>,
    group_key: Option<&'a str>,
    happened: Option<String>,
    problem: Option<&'a str>,
}

impl<'a> Record<'a> {
    fn new(tried: &'a Tried) -> Self {
        let rule = tried.rule();
        Self {
            number: tried.id.0,
            part: tried.part,
            outcome: outcome(tried.verdict.decision),
            because: match tried.verdict.decided_by {
                DecidedBy::NoRule => "no-rule",
                DecidedBy::Empty => "empty",
                DecidedBy::FirstSnapshot => "first-snapshot",
                DecidedBy::Rule { .. } => "rule",
            },
            rule: rule.map(|(number, _)| number),
            rule_name: rule.map(|(_, name)| name),
            urgency: tried.urgency.word(),
            title: &tried.title,
            body: &tried.body,
            link: tried.link.as_deref(),
            icon: tried.icon.as_deref(),
            group_key: tried.group_key.as_deref(),
            happened: tried.happened_at.map(moment::rfc3339),
            problem: tried.problem.as_deref(),
        }
    }
}

const fn outcome(decision: Decision) -> &'static str {
    match decision {
        Decision::Announce => "announce",
        Decision::Silent => "silent",
        Decision::Drop => "drop",
    }
}

/// Writes a report; a fault in the rules is a failure.
pub(super) fn write(report: TrialReport, format: Format) -> Outcome {
    if let Some(fault) = report.fault {
        return Err(Failed::Work(fault.to_string()));
    }
    let mut output = Output::stdout()?;
    let written = match format {
        Format::Ndjson => report.events.iter().try_for_each(|tried| output.json_line(&Record::new(tried))),
        Format::Text => text(&mut output, &report.events),
    };
    unless_reader_gone(written.and_then(|()| output.flush()))
}

fn text(output: &mut Output, events: &[Tried]) -> io::Result<()> {
    for tried in events {
        let number = match tried.part {
            0 => format!("#{}", tried.id),
            part => format!("#{}.{part}", tried.id),
        };
        let urgency = if tried.verdict.decision == Decision::Announce { tried.urgency.word() } else { "" };
        let outcome = format!("{} {urgency}", outcome(tried.verdict.decision));
        let because = match tried.rule() {
            Some((number, "")) => format!("rule {number}"),
            Some((number, name)) => format!("rule {number} ({})", shown::line(name)),
            None => "no rule".to_owned(),
        };
        writeln!(output, "{number:>8}  {outcome:15}  {because}  {}", shown::line(&tried.title))?;
        if let Some(problem) = &tried.problem {
            writeln!(output, "{:10}{}", "", shown::line(problem))?;
        }
    }
    let count = |decision| events.iter().filter(|tried| tried.verdict.decision == decision).count();
    let (announced, silent, dropped) = (count(Decision::Announce), count(Decision::Silent), count(Decision::Drop));
    let events = if events.len() == 1 { "1 event".to_owned() } else { format!("{} events", events.len()) };
    writeln!(output, "{events}: {announced} announced, {silent} kept silently, {dropped} dropped.")
}
