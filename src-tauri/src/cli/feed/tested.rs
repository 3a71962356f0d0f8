//! `tidings feed send-test`: what becomes of an event, step by step.
//!
//! Deliberately not here: the steps (the engine).
use super::owner::{Owner, not_understood};
use crate::cli::{Format, Outcome, shown, unless_reader_gone, why};
use crate::control::{Reply, Request};
use std::io::{self, Write as _};
use tidings_engine::Tested;

pub(super) fn send(owner: &mut Owner, feed: &str, event_type: String, data: String, format: Format) -> Outcome {
    let feed = owner.feed(feed)?.id;
    let tested = match owner.ask_running(Request::SendTest { feed, event_type, data })? {
        Reply::Tested(tested) => tested,
        _ => return Err(not_understood()),
    };
    let mut out = io::stdout();
    let written = tested.iter().try_for_each(|tested| match format {
        Format::Ndjson => {
            serde_json::to_writer(&mut out, tested).map_err(io::Error::from).and_then(|()| out.write_all(b"\n"))
        }
        Format::Text => sentences(tested).iter().try_for_each(|sentence| writeln!(out, "{}", shown::line(sentence))),
    });
    unless_reader_gone(written)
}

fn sentences(tested: &Tested) -> Vec<String> {
    let Tested { title, body, link, urgency, verdict, problem, plan, answer } = tested;
    let mut sentences = vec![format!("Title: {title}")];
    let line = |name: &str, text: &str| (!text.is_empty()).then(|| format!("{name}: {text}"));
    sentences.extend(line("Body", body));
    sentences.extend(line("Link", link.as_deref().unwrap_or_default()));
    sentences.extend(problem.as_ref().map(|problem| format!("The mapping or a rule could not be applied: {problem}")));
    sentences.push(why::verdict(verdict, *urgency));
    sentences.extend(plan.as_ref().and_then(|plan| why::plan(plan, None)));
    sentences.extend(answer.as_ref().map(|answer| why::answer(answer, "")));
    sentences
}
