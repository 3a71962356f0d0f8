//! Feeds as they are listed and shown.
//!
//! Deliberately not here: secrets. Passwords in addresses and the values of headers that carry keys are left out.
use super::{credential, find};
use crate::cli::output::Output;
use crate::cli::owner::Seen;
use crate::cli::preset::signals;
use crate::cli::rule::described::{condition, consequence};
use crate::cli::{Failed, Format, Outcome, moment, settings, shown, unless_reader_gone};
use serde::Serialize;
use std::io::{self, Write as _};
use tidings_engine::{
    Credential, Feed, FeedColor, FeedId, FeedState, FeedStatus, Gap, Mapping, ProxyChoice, RemovedFeed, RepeatRule,
    ResumeMode, Rule, SecretOf, Signals,
};

const HIDDEN: &str = "(hidden)";

/// A feed as other programs read it. What is only known of a running feed is null otherwise.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that other programs read")]
struct Shown<'a> {
    id: i64,
    name: &'a str,
    url: String,
    /// Null: in none.
    folder: Option<&'a str>,
    /// Null here and for the icon: as it is by itself.
    color: Option<&'static str>,
    icon: Option<&'a str>,
    paused: bool,
    notify: bool,
    /// "5/10". Here and where it is yes or no, null means: as the settings say.
    burst: Option<String>,
    urgent_passes: Option<bool>,
    ignores_quiet_hours: bool,
    quiet_in_view: Option<bool>,
    /// "30", "all"; null: as the settings say.
    keep_days: Option<String>,
    keep_events: Option<String>,
    headers: Vec<(&'a str, &'a str)>,
    /// As `--auth` takes it.
    credential: String,
    /// Where its passwords and tokens are kept: "keyring", "file"; null: it has none.
    secrets: Option<&'static str>,
    /// "header", "none", "query:NAME"
    resume: String,
    /// Where the value for that parameter stands in the data; null: the last event ID is sent.
    resume_path: Option<&'a str>,
    resume_types: &'a [String],
    /// "whole", "never", "key:PATH"
    repeats: String,
    /// "system", "none", or an address
    proxy: String,
    ca: Option<&'a str>,
    /// The file of the client certificate.
    certificate: Option<&'a str>,
    /// The fingerprint of the only certificate that is trusted.
    trust: Option<&'a str>,
    /// That of the server's certificate, where it is what is wrong.
    refused_certificate: Option<&'a str>,
    certificate_valid_until: Option<String>,
    insecure: bool,
    state: Option<&'static str>,
    /// Why it is not open.
    message: Option<&'a str>,
    retry_at: Option<String>,
    last_byte_at: Option<String>,
    unread: Option<u64>,
    dropped: Option<u64>,
    signals: &'a Signals,
    mapping: &'a Mapping,
    rules: &'a [Rule],
    /// When it was not connected, newest first; only where one feed is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    gaps: Option<Vec<Absence>>,
}

#[derive(Debug, Serialize)]
struct Absence {
    from: String,
    until: String,
}

/// How many of the latest gaps are shown.
const GAPS: usize = 5;

impl<'a> Shown<'a> {
    fn new(feed: &'a Feed, status: Option<&'a FeedStatus>) -> Self {
        let config = &feed.config;
        let state = status.map(|status| &status.state);
        let is_kept = |name: &str| {
            let name = name.to_ascii_lowercase();
            config.secrets.iter().any(|kept| kept.of == SecretOf::Header(name.clone()))
        };
        let hide = |name: &str, value: &'a str| if shown::is_secret(name) || is_kept(name) { HIDDEN } else { value };
        Self {
            id: feed.id.0,
            name: &config.name,
            url: shown::stored_address(&config.url).into_owned(),
            folder: non_empty(&config.folder),
            color: config.color.map(FeedColor::word),
            icon: non_empty(&config.icon),
            paused: feed.paused,
            notify: config.notify,
            burst: config.announcing.burst.map(settings::burst_word),
            urgent_passes: config.announcing.urgent_passes,
            ignores_quiet_hours: config.announcing.ignores_quiet_hours,
            quiet_in_view: config.announcing.quiet_in_view,
            keep_days: config.retention.days.map(settings::kept),
            keep_events: config.retention.events.map(settings::kept),
            headers: config.headers.iter().map(|header| (&*header.name, hide(&header.name, &header.value))).collect(),
            credential: credential::word(&config.credential),
            secrets: config.secrets.first().map(|kept| credential::place(kept.place)),
            resume: match &config.resume {
                ResumeMode::Header => "header".into(),
                ResumeMode::Query { parameter, .. } => format!("query:{parameter}"),
                ResumeMode::Nothing => "none".into(),
            },
            resume_path: match &config.resume {
                ResumeMode::Query { path, .. } => path.as_deref(),
                _ => None,
            },
            resume_types: match &config.resume {
                ResumeMode::Query { types, .. } => types,
                _ => &[],
            },
            repeats: match &config.repeats {
                RepeatRule::Whole => "whole".into(),
                RepeatRule::Key { path } => format!("key:{path}"),
                RepeatRule::Never => "never".into(),
            },
            proxy: match &config.proxy {
                ProxyChoice::System => "system".into(),
                ProxyChoice::None => "none".into(),
                ProxyChoice::Url(url) => shown::stored_address(url).into_owned(),
            },
            ca: config.ca_file.as_deref(),
            certificate: config.certificate_file.as_deref(),
            trust: config.pinned.as_deref(),
            refused_certificate: state.and_then(refused_certificate),
            certificate_valid_until: status.and_then(|status| status.certificate_valid_until).map(moment::rfc3339),
            insecure: config.insecure,
            state: state.map(name),
            message: state.and_then(cause),
            retry_at: state.and_then(retry_at).map(moment::rfc3339),
            last_byte_at: status.and_then(|status| status.last_byte_at).map(moment::rfc3339),
            unread: status.map(|status| status.unread),
            dropped: status.map(|status| status.dropped),
            signals: &config.signals,
            mapping: &config.mapping,
            rules: &config.rules,
            gaps: None,
        }
    }
}

fn non_empty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

const fn name(state: &FeedState) -> &'static str {
    match state {
        FeedState::Paused => "paused",
        FeedState::Connecting { .. } => "connecting",
        FeedState::Open { .. } => "open",
        FeedState::Waiting { .. } => "waiting",
        FeedState::NoNetwork => "no-network",
        FeedState::Polling { .. } => "polling",
        FeedState::NeedsAttention { .. } => "needs-attention",
        FeedState::Closed { .. } => "closed",
    }
}

fn cause(state: &FeedState) -> Option<&str> {
    match state {
        FeedState::Waiting { cause, .. } | FeedState::NeedsAttention { cause, .. } | FeedState::Closed { cause } => {
            Some(&cause.message)
        }
        _ => None,
    }
}

fn refused_certificate(state: &FeedState) -> Option<&str> {
    match state {
        FeedState::Waiting { cause, .. } | FeedState::NeedsAttention { cause, .. } => cause.fingerprint.as_deref(),
        _ => None,
    }
}

/// That the certificate of the server is about to end.
fn expiry(status: &FeedStatus, clock: &moment::Clock) -> String {
    status.certificate_ends_soon(jiff::Timestamp::now().as_millisecond()).map_or(String::new(), |until| {
        format!(", the server's certificate is valid until {} only", clock.moment(until))
    })
}

const fn retry_at(state: &FeedState) -> Option<i64> {
    match state {
        FeedState::Waiting { retry_at, .. }
        | FeedState::Polling { retry_at, .. }
        | FeedState::NeedsAttention { retry_at, .. } => Some(*retry_at),
        _ => None,
    }
}

/// The state in words.
fn words(state: &FeedState, clock: &moment::Clock) -> String {
    match state {
        FeedState::Paused => "paused".into(),
        FeedState::Connecting { waiting_for_server: false } => "connecting".into(),
        FeedState::Connecting { waiting_for_server: true } => "connected, waiting for the server".into(),
        FeedState::Open { since } => format!("open since {}", clock.moment(*since)),
        FeedState::Waiting { retry_at, cause } => format!("{} Next try {}.", cause.message, clock.distance(*retry_at)),
        FeedState::NoNetwork => "no network; the next try follows when there is one".into(),
        FeedState::Polling { every_ms, .. } => {
            format!("polling every {}", moment::wait(std::time::Duration::from_millis(*every_ms)))
        }
        FeedState::NeedsAttention { retry_at, cause } => {
            format!("needs attention: {} Next try {}.", cause.message, clock.distance(*retry_at))
        }
        FeedState::Closed { cause } => format!("closed: {}", cause.message),
    }
}

/// The state in words, and when an open stream was last heard from.
fn words_and_age(status: &FeedStatus, clock: &moment::Clock) -> String {
    let words = words(&status.state, clock);
    let words = match (&status.state, status.last_byte_at) {
        (FeedState::Open { .. }, Some(at)) => format!("{words}, last byte {}", clock.distance(at)),
        _ => words,
    };
    words + &expiry(status, clock)
}

fn resting(feed: &Feed) -> String {
    if feed.paused { "paused".into() } else { "not running".into() }
}

impl Seen {
    fn all(&self) -> Vec<(&Feed, Option<&FeedStatus>)> {
        match self {
            Self::Running(feeds) => feeds.iter().map(|status| (&status.feed, Some(status))).collect(),
            Self::Resting(feeds) => feeds.iter().map(|feed| (feed, None)).collect(),
        }
    }
}

pub(super) fn list(seen: &Seen, format: Format) -> Outcome {
    let mut output = Output::stdout()?;
    let feeds = seen.all();
    let written = match format {
        Format::Ndjson => feeds.iter().try_for_each(|&(feed, status)| output.json_line(&Shown::new(feed, status))),
        Format::Text => {
            let clock = moment::Clock::local();
            let width = |of: &dyn Fn(&Feed) -> usize| feeds.iter().map(|(feed, _)| of(feed)).max().unwrap_or(0);
            let ids = width(&|feed| feed.id.to_string().len());
            let names = width(&|feed| shown::line(&feed.config.name).chars().count()).min(32);
            let mut folder = "";
            feeds.iter().try_for_each(|&(feed, status)| {
                if folder != feed.config.folder {
                    folder = &feed.config.folder;
                    if !folder.is_empty() {
                        writeln!(output, "{}", shown::line(folder))?;
                    }
                }
                let indent = if folder.is_empty() { "" } else { "  " };
                let state = status.map_or_else(|| resting(feed), |status| words_and_age(status, &clock));
                let (id, name) = (feed.id.0, shown::line(&feed.config.name));
                writeln!(output, "{indent}{id:ids$}  {name:names$}  {}", shown::line(&state))
            })
        }
    };
    unless_reader_gone(written.and_then(|()| output.flush()))
}

/// A feed that was removed, as other programs read it.
#[derive(Debug, Serialize)]
struct Gone<'a> {
    id: i64,
    name: &'a str,
    removed_at: String,
    events: u64,
    restorable: bool,
}

pub(super) fn list_removed(feeds: &[RemovedFeed], format: Format) -> Outcome {
    let mut output = Output::stdout()?;
    let clock = moment::Clock::local();
    let ids = feeds.iter().map(|feed| feed.id.to_string().len()).max().unwrap_or(0);
    let names = feeds.iter().map(|feed| shown::line(&feed.name).chars().count()).max().unwrap_or(0).min(32);
    let written = feeds.iter().try_for_each(|feed| match format {
        Format::Ndjson => output.json_line(&Gone {
            id: feed.id.0,
            name: &feed.name,
            removed_at: moment::rfc3339(feed.removed_at),
            events: feed.events,
            restorable: feed.restorable,
        }),
        Format::Text => {
            let (id, name, at) = (feed.id.0, shown::line(&feed.name), clock.moment(feed.removed_at));
            let events = if feed.events == 1 { "1 event".to_owned() } else { format!("{} events", feed.events) };
            let back = if feed.restorable { ", can be brought back" } else { "" };
            writeln!(output, "{id:ids$}  {name:names$}  removed {at}, {events}{back}")
        }
    });
    unless_reader_gone(written.and_then(|()| output.flush()))
}

pub(super) fn show(
    seen: &Seen,
    meant: &str,
    format: Format,
    gaps: &dyn Fn(FeedId) -> Result<Vec<Gap>, Failed>,
) -> Outcome {
    let all = seen.all();
    let feeds: Vec<Feed> = all.iter().map(|(feed, _)| (*feed).clone()).collect();
    let id = find(&feeds, meant).map_err(Failed::Work)?.id;
    let mut gaps = gaps(id)?;
    gaps.truncate(GAPS);
    let mut output = Output::stdout()?;
    let written = all.iter().filter(|(feed, _)| feed.id == id).try_for_each(|&(feed, status)| match format {
        Format::Ndjson => {
            let absence = |gap: &Gap| Absence { from: moment::rfc3339(gap.from), until: moment::rfc3339(gap.until) };
            let gaps = Some(gaps.iter().map(absence).collect());
            output.json_line(&Shown { gaps, ..Shown::new(feed, status) })
        }
        Format::Text => text(&mut output, feed, status, &gaps),
    });
    unless_reader_gone(written.and_then(|()| output.flush()))
}

fn text(output: &mut Output, feed: &Feed, status: Option<&FeedStatus>, gaps: &[Gap]) -> io::Result<()> {
    let clock = moment::Clock::local();
    let facts = Shown::new(feed, status);
    let mut line = |what: &str, text: &str| writeln!(output, "{what:14}{}", shown::line(text));
    line("name", facts.name)?;
    line("id", &facts.id.to_string())?;
    line("address", &facts.url)?;
    for (what, chosen) in [("folder", facts.folder), ("colour", facts.color), ("icon", facts.icon)] {
        if let Some(chosen) = chosen {
            line(what, chosen)?;
        }
    }
    line("state", &status.map_or_else(|| resting(feed), |status| words(&status.state, &clock)))?;
    if let Some(at) = status.and_then(|status| status.last_byte_at) {
        line("last byte", &clock.distance(at))?;
    }
    if let Some(unread) = facts.unread {
        line("unread", &unread.to_string())?;
    }
    for (name, value) in &facts.headers {
        line("header", &format!("{name}: {value}"))?;
    }
    if feed.config.credential != Credential::None {
        line("credential", &facts.credential)?;
    }
    for kept in &feed.config.secrets {
        let what = match &kept.of {
            SecretOf::Credential => "its password or token".to_owned(),
            SecretOf::Header(name) => format!("the header {name}"),
            SecretOf::Proxy => "the password for the proxy".to_owned(),
            SecretOf::Certificate => "the password of the certificate".to_owned(),
        };
        line("secret", &format!("{what} is kept in {}", kept.place.words()))?;
    }
    line("resume", &resume_words(&facts))?;
    line("repeats", &facts.repeats)?;
    line("proxy", &facts.proxy)?;
    if let Some(ca) = facts.ca {
        line("authorities", ca)?;
    }
    if let Some(file) = facts.certificate {
        line("certificate", file)?;
    }
    if let Some(pinned) = facts.trust {
        line("trusts only", &format!("SHA-256 {pinned}"))?;
    }
    if let Some(refused) = facts.refused_certificate {
        line("refused", &format!("SHA-256 {refused}"))?;
        line("", "if it is the server's own: tidings feed edit … --trust and this fingerprint")?;
    }
    if let Some(until) = status.and_then(|status| status.certificate_valid_until) {
        line("valid until", &clock.moment(until))?;
    }
    if facts.insecure {
        line("certificates", "not checked")?;
    }
    let yes_no = |yes| if yes { "yes" } else { "no" };
    line("announced", yes_no(facts.notify))?;
    if let Some(burst) = &facts.burst {
        line("burst", burst)?;
    }
    if let Some(passes) = facts.urgent_passes {
        line("urgent passes", yes_no(passes))?;
    }
    if facts.ignores_quiet_hours {
        line("quiet hours", "ignored")?;
    }
    if let Some(quiet) = facts.quiet_in_view {
        line("quiet in view", yes_no(quiet))?;
    }
    if let Some(days) = &facts.keep_days {
        line("keep days", days)?;
    }
    if let Some(events) = &facts.keep_events {
        line("keep events", events)?;
    }
    if let Some(dropped) = facts.dropped.filter(|dropped| *dropped > 0) {
        line("dropped", &dropped.to_string())?;
    }
    for (what, signal) in signals(facts.signals) {
        line(what, &signal)?;
    }
    for (field, value) in mapped(facts.mapping) {
        line("map", &format!("{field}={value}"))?;
    }
    for (rule, number) in facts.rules.iter().zip(1..) {
        line("rule", &format!("{number}  {} → {}", condition(rule), consequence(rule)))?;
    }
    gaps.iter().try_for_each(|gap| line("not connected", &clock.span(gap.from, gap.until)))
}

/// "query:since from id", "query:since from id of update, delete"
fn resume_words(facts: &Shown<'_>) -> String {
    let mut words = facts.resume.clone();
    if let Some(path) = facts.resume_path {
        words = format!("{words} from {path}");
        if !facts.resume_types.is_empty() {
            words = format!("{words} of {}", facts.resume_types.join(", "));
        }
    }
    words
}

/// The fields of a mapping that are not mapped by default, as `--map` takes them.
pub(in crate::cli) fn mapped(mapping: &Mapping) -> Vec<(&'static str, String)> {
    let number = |number: u32| if number == 0 { String::new() } else { number.to_string() };
    let fields = [
        ("title", mapping.title.clone()),
        ("body", mapping.body.clone()),
        ("link", mapping.link.clone()),
        ("icon", mapping.icon.clone()),
        ("urgency", mapping.urgency.clone()),
        ("group", mapping.group_key.clone()),
        ("time", mapping.time.clone()),
        ("split", mapping.split.clone()),
        ("first-events", number(mapping.first_events)),
        ("first-seconds", number(mapping.first_seconds)),
    ];
    fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}
