//! `tidings feed test`: an address, tried once and told layer by layer.
//!
//! Deliberately not here: the trying, and what is made of it (the engine).
use super::config::Choices;
use crate::cli::output::Output;
use crate::cli::{Failed, Format, Outcome, argument, log, moment, say, unless_reader_gone};
use serde::Serialize;
use std::io;
use std::time::Duration;
use tidings_engine::live_test::{self, Detail, Finding, Heartbeat, Preview, Step, TestReport, TestStep, Verdict};
use tidings_engine::preset::{self, OwnPresets, Preset, Proposal, Values};
use tidings_engine::{FeedConfig, LiveTest};
use tokio::sync::watch;

/// What is to be tried, and how.
pub(super) struct Asked {
    pub(super) url: String,
    pub(super) length: String,
    pub(super) max_events: Option<u64>,
    pub(super) format: Format,
    /// As which kind of source.
    pub(super) preset: Option<Preset>,
}

impl Asked {
    /// Tries it, and writes what becomes of it as it comes.
    pub(super) fn test(self, own: &OwnPresets, choices: Choices) -> Outcome {
        let Self { url, length, max_events, format, preset } = self;
        let url = match live_test::completed_address(&url) {
            Some(completed) => {
                let scheme = completed.split_once("://").map_or("", |(scheme, _)| scheme);
                say(&format!("The address has no http:// or https://; trying {scheme}."));
                completed
            }
            None => url,
        };
        argument::address(&url).map_err(Failed::Usage)?;
        let length = argument::length(&length).map_err(Failed::Usage)?;
        let (choices, secrets) = choices.check().map_err(Failed::Usage)?;
        let proposed = preset.as_ref().and_then(|preset| preset.proposed(&url, &Values::new()));
        let config = proposed.map_or_else(|| FeedConfig::new("test", &url), |proposal| proposal.config);
        let test = LiveTest::new(choices.apply(config), secrets, crate::USER_AGENT)
            .map_err(|error| Failed::Usage(error.to_string()))?;
        let (presets, _) = own.with_built_in();
        // Whoever says which source it is need not be told.
        let known = if preset.is_some() { vec![] } else { presets.clone() };
        run(test.knowing(presets), length, max_events, format, |report| source(&url, report, &known))
    }
}

/// The source that the stream is of: by what came, else by the address.
fn source(url: &str, report: &TestReport, presets: &[Preset]) -> Option<Proposal> {
    let by_content = report.source.as_ref().and_then(|id| presets.iter().find(|preset| preset.id == *id));
    let by_content = by_content.and_then(|preset| preset.proposed(url, &Values::new()));
    by_content.or_else(|| preset::recognise(url, presets).into_iter().next())
}

fn run(
    test: LiveTest,
    length: Duration,
    max_events: Option<u64>,
    format: Format,
    source: impl Fn(&TestReport) -> Option<Proposal>,
) -> Outcome {
    log::start(None);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failed::work)?;
    let mut writer = Writer { output: Output::stdout()?, format, told: [false; 8], previews: 0 };
    let mut written = Ok(());
    let events = watch::Sender::new(0);
    let mut counted = events.subscribe();
    let mut last = None;
    let report = runtime.block_on(async {
        let testing = test.run(length, |report| {
            if written.is_ok() {
                written = writer.write(report);
            }
            last = Some(report.clone());
            events.send_replace(if written.is_ok() { report.events } else { u64::MAX });
        });
        let enough = async {
            let wanted = max_events.unwrap_or(u64::MAX);
            let _ = counted.wait_for(|events| *events >= wanted).await;
        };
        tokio::select! {
            biased;
            report = testing => Some(report),
            () = enough => None,
        }
    });
    let report = match report {
        Some(report) => report,
        // What it came to until then.
        None => last.ok_or(Failed::Silently)?,
    };
    unless_reader_gone(written.and_then(|()| writer.end(&report, source(&report).as_ref())))?;
    match report.outcome {
        live_test::Outcome::Works | live_test::Outcome::Silent => Ok(()),
        live_test::Outcome::Unanswered => Err(Failed::Undecided),
        live_test::Outcome::Failed | live_test::Outcome::Running => Err(Failed::Silently),
    }
}

struct Writer {
    output: Output,
    format: Format,
    /// Which steps are written already.
    told: [bool; 8],
    previews: usize,
}

/// What programs read, one on each line.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Step(&'a TestStep),
    Event(&'a Preview),
    Finding(&'a Finding),
    Preset {
        id: &'a str,
        name: &'a str,
        /// Whether what came says so, and not the address alone.
        seen: bool,
        url: &'a str,
    },
    Result {
        url: &'a str,
        outcome: live_test::Outcome,
        cause: Option<&'a tidings_engine::Cause>,
        events: u64,
        took: u64,
    },
}

impl Writer {
    /// Writes what has been settled since.
    fn write(&mut self, report: &TestReport) -> io::Result<()> {
        for (step, told) in report.steps.iter().zip(&mut self.told) {
            if step.verdict == Verdict::Waiting {
                // A redirect begins anew.
                *told = false;
            } else if !std::mem::replace(told, true) && is_worth_a_line(step) {
                match self.format {
                    Format::Ndjson => self.output.json_line(&Line::Step(step))?,
                    Format::Text => self.output.line(&line(step))?,
                }
            }
        }
        for preview in report.previews.iter().skip(std::mem::replace(&mut self.previews, report.previews.len())) {
            match self.format {
                Format::Ndjson => self.output.json_line(&Line::Event(preview))?,
                Format::Text => self.output.line(&event(preview))?,
            }
        }
        self.output.flush()
    }

    /// Writes what it comes to.
    fn end(&mut self, report: &TestReport, source: Option<&Proposal>) -> io::Result<()> {
        let TestReport { url, outcome, cause, events, took, findings, .. } = report;
        match self.format {
            Format::Ndjson => {
                findings.iter().try_for_each(|finding| self.output.json_line(&Line::Finding(finding)))?;
                if let Some(Proposal { preset, config, .. }) = source {
                    let (id, name, seen) = (&*preset.id, &*preset.name, report.source.is_some());
                    self.output.json_line(&Line::Preset { id, name, seen, url: &shown(&config.url) })?;
                }
                let result =
                    Line::Result { url, outcome: *outcome, cause: cause.as_ref(), events: *events, took: *took };
                self.output.json_line(&result)?;
            }
            Format::Text => {
                self.output.line("")?;
                self.output.line(&verdict(report))?;
                for finding in findings {
                    if finding.message != verdict(report) {
                        self.output.line(&finding.message)?;
                    }
                    if let Some(proposal) = &finding.proposal {
                        self.output.line(&format!("Try: {}", shown(proposal)))?;
                    }
                }
                if let Some(Proposal { preset, sure, .. }) = source {
                    let is = if report.source.is_some() || *sure { "It is" } else { "It looks like" };
                    let (id, name) = (&preset.id, &preset.name);
                    self.output.line(&format!("{is} {name}: with --preset {id} it is set up for that."))?;
                }
            }
        }
        self.output.flush()
    }
}

/// A step that was not reached is none; one that is not needed says so.
fn is_worth_a_line(step: &TestStep) -> bool {
    step.verdict != Verdict::Skipped || step.detail.is_some()
}

/// The user typed the password, but the line may be copied.
fn shown(address: &str) -> String {
    argument::address(address).map_or_else(|sentence| sentence, |address| address.shown)
}

const fn word(step: Step) -> &'static str {
    match step {
        Step::Lookup => "name",
        Step::Tcp => "connection",
        Step::Tls => "TLS",
        Step::Http => "answer",
        Step::ContentType => "type",
        Step::FirstBytes => "first bytes",
        Step::FirstEvent => "first event",
        Step::Heartbeat => "heartbeat",
    }
}

fn line(step: &TestStep) -> String {
    let verdict = match step.verdict {
        Verdict::Good => "ok",
        Verdict::Warning => "warning",
        Verdict::Failed => "failed",
        Verdict::Skipped => "-",
        Verdict::Waiting => "waiting",
    };
    let took = step.took.map(|took| format!("{took} ms")).unwrap_or_default();
    let detail = step.detail.as_ref().map(detail).unwrap_or_default();
    format!("{:12} {verdict:7} {took:>8}  {detail}", word(step.step)).trim_end().to_owned()
}

fn detail(detail: &Detail) -> String {
    match detail {
        Detail::Addresses { addresses, count } => {
            let more =
                if *count > addresses.len() { format!(" and {} more", count - addresses.len()) } else { String::new() };
            format!("{}{more}", addresses.join(", "))
        }
        Detail::IsAddress => "not needed".into(),
        Detail::Connected { to, proxy: Some(proxy) } => format!("{to}, through the proxy {proxy}"),
        Detail::Connected { to, proxy: None } => to.clone(),
        Detail::Plain => "not encrypted".into(),
        Detail::Tls { version, names, issuer, expires, checked } => {
            let version = version.as_ref().map(|version| format!("TLS {version}"));
            let names = (!names.is_empty()).then(|| format!("for {names}"));
            let issuer = (!issuer.is_empty()).then(|| format!("by {issuer}"));
            let expires = expires.map(|expires| format!("good until {}", moment::date(expires)));
            let unchecked = (!checked).then(|| "not checked".to_owned());
            [version, names, issuer, expires, unchecked].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        }
        Detail::Answer { status, protocol, to, .. } => {
            let to = to.as_ref().map(|to| format!(" · {to}")).unwrap_or_default();
            format!("{status} · {protocol}{to}")
        }
        Detail::Type { value } if value.is_empty() => "none is stated".into(),
        Detail::Type { value } => value.clone(),
        Detail::Bytes { count } => format!("{count} B"),
        Detail::Events { first_type, .. } => first_type.clone(),
        Detail::Beats { what, every } => {
            let what = match what {
                Heartbeat::Comment => "a comment".to_owned(),
                Heartbeat::Event { event_type } => format!("an event “{event_type}”"),
            };
            let every = every.map(|every| format!(", every {}", moment::wait(Duration::from_millis(every))));
            format!("{what}{}", every.unwrap_or_default())
        }
    }
}

fn event(preview: &Preview) -> String {
    let Preview { event_type, title, body, after, .. } = preview;
    let body = body.lines().next().unwrap_or_default();
    let body = if body.is_empty() { String::new() } else { format!(" — {body}") };
    format!("  {after:>8} ms  {event_type} · {title}{body}")
}

fn verdict(report: &TestReport) -> String {
    use live_test::Outcome::{Failed, Running, Silent, Unanswered, Works};
    let events = match report.events {
        0 => "no event yet".to_owned(),
        1 => "1 event".to_owned(),
        events => format!("{events} events"),
    };
    let seconds = moment::wait(Duration::from_millis(report.took));
    match (report.outcome, &report.cause) {
        (Works, _) => format!("It works: {events} in {seconds}."),
        (Silent, _) => format!("It is an event stream; nothing has come in {seconds}."),
        (Unanswered, _) => format!("The server took the request, and has not answered in {seconds}."),
        (Failed, Some(cause)) => cause.message.clone(),
        (Failed | Running, _) => format!("It does not work: nothing came of it in {seconds}."),
    }
}
