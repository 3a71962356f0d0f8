//! What became of the programs that rules started, as people and as programs read it.
use crate::cli::output::Output;
use crate::cli::{Format, Outcome, moment, unless_reader_gone};
use std::io;
use tidings_engine::{HookEnd, HookReport};

pub(super) fn write(reports: &[HookReport], format: Format) -> Outcome {
    let mut output = Output::stdout()?;
    let clock = moment::Clock::local();
    let written = reports.iter().try_for_each(|report| match format {
        Format::Ndjson => output.json_line(report),
        Format::Text => text(&mut output, report, &clock),
    });
    unless_reader_gone(written.and_then(|()| output.flush()))
}

/// A line, and what the program wrote, indented.
fn text(output: &mut Output, report: &HookReport, clock: &moment::Clock) -> io::Result<()> {
    let HookReport { event, rule, command, at, end, output: wrote, took } = report;
    let program = command.first().map(String::as_str).unwrap_or_default();
    let ended = match end {
        HookEnd::Exited { status: 0 } => format!("ended well after {took} ms"),
        HookEnd::Exited { status } => format!("ended with status {status} after {took} ms"),
        HookEnd::Signalled { signal } => format!("was ended by signal {signal} after {took} ms"),
        HookEnd::TimedOut => format!("ran for {took} ms, which was too long, and was killed"),
        HookEnd::NotStarted { reason } => format!("was not started: {reason}"),
    };
    let at = clock.moment(*at);
    output.line(&format!("{at}  event {}, rule {rule}: {program} {ended}", event.0))?;
    wrote.lines().try_for_each(|line| output.line(&format!("    {line}")))
}
