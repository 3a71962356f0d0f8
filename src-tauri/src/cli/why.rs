//! `tidings why`: why an event was announced, or was not; and what became of a test event. One sentence for each step.
//!
//! Deliberately not here: finding out (the engine).
use super::output::Output;
use super::{DataDir, Failed, Format, Outcome, moment, unless_reader_gone};
use clap::Args;
use tidings_engine::announce::{Hold, Plan, Silence, Told};
use tidings_engine::{Answer, DecidedBy, Decision, EventId, History, Urgency, Verdict, Why};

/// Say why an event was announced, or was not
///
/// The number of an event is what `tidings list --format ndjson` calls "number".
#[derive(Debug, Args)]
pub(super) struct WhyCommand {
    #[command(flatten)]
    pub(super) data: DataDir,
    /// The event's number
    id: i64,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl WhyCommand {
    pub(super) fn run(self) -> Outcome {
        let history = History::open(&self.data.path()?).map_err(Failed::work)?;
        let id = EventId(self.id);
        let event = history.event(id).map_err(Failed::work)?;
        let why = history.why(id).map_err(Failed::work)?;
        let (Some(event), Some(why)) = (event, why) else {
            return Err(Failed::Work(format!("There is no event {id}. It may have been removed.")));
        };
        let mut output = Output::stdout()?;
        let written = match self.format {
            Format::Ndjson => output.json_line(&why),
            Format::Text => sentences(&why, event.summary.urgency).iter().try_for_each(|line| output.line(line)),
        };
        unless_reader_gone(written.and_then(|()| output.flush()))
    }
}

fn sentences(why: &Why, urgency: Urgency) -> Vec<String> {
    let mut sentences = vec![verdict(&why.verdict, urgency)];
    sentences
        .extend(why.problem.as_ref().map(|problem| format!("Its mapping or rules could not be applied: {problem}")));
    match &why.plan {
        None => sentences.push("Nothing has been decided about announcing it yet.".into()),
        Some(plan) => sentences.extend(self::plan(plan, why.told.as_ref())),
    }
    if let Some(told) = &why.told {
        sentences.extend(told.refusal.as_ref().map(|words| refusal(words, "")));
        sentences.extend(self::told(told));
    }
    if why.count > 1 {
        sentences.push(format!("It came {} times; only the first time counts.", why.count));
    }
    sentences
}

/// What rules said.
pub(super) fn verdict(verdict: &Verdict, urgency: Urgency) -> String {
    let matters = urgency.word();
    let by = match &verdict.decided_by {
        DecidedBy::NoRule => return format!("No rule matched, so it is announced as {matters}."),
        DecidedBy::Empty => {
            return "There is nothing to read in it, and no rule matched, so it is kept silently.".into();
        }
        DecidedBy::FirstSnapshot => {
            return "It belongs to what the server tells first on each connection, which is kept silently.".into();
        }
        DecidedBy::Rule { number, name } if name.is_empty() => format!("Rule {number}"),
        DecidedBy::Rule { number, name } => format!("Rule {number}, “{name}”,"),
    };
    match verdict.decision {
        Decision::Announce => format!("{by} has it announced as {matters}."),
        Decision::Silent => format!("{by} keeps it silently."),
        Decision::Drop => format!("{by} drops it."),
    }
}

/// What was decided about announcing it; nothing that the rules said already.
pub(super) fn plan(plan: &Plan, told: Option<&Told>) -> Option<String> {
    let until = |end: &Option<i64>| {
        end.map_or_else(
            || "until you end that".to_owned(),
            |end| format!("until {}", moment::Clock::local().moment(end)),
        )
    };
    let count = told.map_or(0, |told| told.events);
    Some(match plan {
        Plan::Alone => "It is announced by itself.".into(),
        Plan::Summary if count > 1 => {
            format!("More came than are announced one by one, so it is in a summary of {count} events.")
        }
        Plan::Summary => "More came than are announced one by one, so it is in a summary.".into(),
        Plan::Digest { because } => {
            let because = match because {
                Hold::Muted { until: end } => format!("Notifications were muted {}", until(end)),
                Hold::FeedMuted { until: end } => format!("Its feed was muted {}", until(end)),
                Hold::QuietHours { until: end } => format!("It was in quiet hours {}", until(&Some(*end))),
                Hold::DoNotDisturb => "The desktop was not to be disturbed".into(),
                Hold::NoService => "There was no notification service".into(),
                Hold::Refused => "The notification service refused it or did not answer".into(),
                Hold::CatchUp => "It was missed while the feed was not connected".into(),
            };
            match count {
                0 | 1 => format!("{because}, so it is announced afterwards."),
                count => format!("{because}, so it is announced afterwards in a digest of {count} events."),
            }
        }
        Plan::Silent { because } => match because {
            Silence::Off => "Notifications are switched off.".into(),
            Silence::FeedOff => "Notifications of its feed are switched off.".into(),
            Silence::InView => "It came into view while the window was focused, so it is not announced.".into(),
            Silence::Unrecorded => "It came before Tidings wrote down what it decides.".into(),
            Silence::Rule | Silence::Empty | Silence::FirstSnapshot => return None,
        },
    })
}

fn told(told: &Told) -> Option<String> {
    let at = told.at.map_or_else(String::new, |at| format!(" at {}", moment::Clock::local().moment(at)));
    if let Some(later) = told.replaced_by {
        return Some(format!("In its notification, event {later} of the same group took its place."));
    }
    told.answer.as_ref().map_or_else(|| Some("That waits, or is on its way.".into()), |said| Some(answer(said, &at)))
}

fn refusal(words: &str, at: &str) -> String {
    format!("The notification service refused it{at}: {}.", words.trim_end_matches('.'))
}

/// What the notification service said.
pub(super) fn answer(answer: &Answer, at: &str) -> String {
    match answer {
        Answer::Delivered { number: 0 } => format!("It was delivered{at}."),
        Answer::Delivered { number } => format!("The notification service took it{at}, as its number {number}."),
        Answer::Refused { words } => refusal(words, at),
        Answer::NoService => format!("There was no notification service{at}."),
        Answer::Dropped => format!("Nobody wanted it any more{at}: notifications were switched off, or feeds removed."),
    }
}
