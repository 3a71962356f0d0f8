//! `tidings feed send-test`: what becomes of an event, step by step.
//!
//! Deliberately not here: the steps (the engine).
use crate::cli::output::Output;
use crate::cli::owner::{Owner, not_understood};
use crate::cli::{Format, Outcome, unless_reader_gone, why};
use crate::control::{Reply, Request};
use tidings_engine::Tested;

pub(super) fn send(owner: &mut Owner, feed: &str, event_type: String, data: String, format: Format) -> Outcome {
    let feed = owner.feed(feed)?.id;
    let request = Request::SendTest { feed, event_type, data };
    let Reply::Tested(tested) = owner.ask_running(request)? else { return Err(not_understood()) };
    let mut output = Output::stdout()?;
    let written = tested.iter().try_for_each(|tested| match format {
        Format::Ndjson => output.json_line(tested),
        Format::Text => sentences(tested).iter().try_for_each(|sentence| output.line(sentence)),
    });
    unless_reader_gone(written.and_then(|()| output.flush()))
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
