//! What can be chosen for a feed on the command line.
//!
//! Deliberately not here: what the choices mean (the engine's `feed.rs`). What may hold a secret is never repeated.
use super::{announcing, credential};
use crate::cli::argument::{address, header, proxy_choice, readable};
use crate::cli::settings;
use clap::Args;
use std::path::PathBuf;
use tidings_engine::{
    FeedColor, FeedConfig, FeedRetention, GivenSecret, Header, Mapping, ProxyChoice, RepeatRule, ResumeMode, Signal,
};

/// What can be chosen for a new feed as well as for one that is there.
#[derive(Debug, Args)]
struct Common {
    /// The folder to put it in; made if it is new. '' takes it out
    #[arg(long, value_name = "NAME")]
    folder: Option<String>,
    /// The colour of its icon: green, orange, blue, purple, pink, teal, brown, slate, red, or 'default'
    #[arg(long, value_name = "COLOUR")]
    color: Option<String>,
    /// One or two letters, or an emoji, for its icon; '' is the first letter of its name
    #[arg(long, value_name = "SIGN")]
    icon: Option<String>,
    /// A header to send; may be repeated. The value of one that carries a password or token is kept apart, like that of --auth
    #[arg(long = "header", value_name = "'Name: value'", allow_hyphen_values = true)]
    headers: Vec<String>,
    #[command(flatten)]
    credential: credential::Typed,
    /// How it resumes: 'header' (Last-Event-ID), 'query:NAME' (a query parameter), or 'none'
    #[arg(long, value_name = "HOW")]
    resume: Option<String>,
    /// With --resume query:NAME: fill the parameter not with the last event ID but with this value of the last message's
    /// JSON data: a name (id), names with dots (meta.id) or a JSON Pointer (/meta/id)
    #[arg(long, value_name = "PATH", requires = "resume")]
    resume_path: Option<String>,
    /// With --resume-path: the types of the events that carry the value, separated by commas [default: message]
    #[arg(long, value_name = "TYPES", requires = "resume_path", value_delimiter = ',')]
    resume_types: Vec<String>,
    /// What counts as the same event again: 'whole' (same type, ID and data), 'key:PATH' (same type and value in its JSON
    /// data), or 'never' (every delivery counts)
    #[arg(long, value_name = "WHAT")]
    repeats: Option<String>,
    /// 'system' (the environment's), 'none', or the URL of a proxy (http, https, socks5, socks5h)
    #[arg(long, value_name = "PROXY")]
    proxy: Option<String>,
    /// A PEM file with certificate authorities to trust as well
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Accept any certificate
    #[arg(long)]
    insecure: bool,
    /// Store its events without announcing them
    #[arg(long)]
    no_notify: bool,
    #[command(flatten)]
    announcing: announcing::OwnChoices,
    /// Keep an event for so many days after it came; 'all' keeps them for ever, 'default' is as the settings say
    #[arg(long, value_name = "DAYS")]
    keep_days: Option<String>,
    /// Keep so many of its newest events, besides the starred ones; or 'all', or 'default'
    #[arg(long, value_name = "EVENTS")]
    keep_events: Option<String>,
    /// Take events of this type for heartbeats, which are neither kept nor announced; may be repeated
    #[arg(long = "heartbeat", value_name = "TYPE")]
    heartbeats: Vec<String>,
    /// Map a field by a template; may be repeated. FIELD is title, body, link, icon, urgency, group or time; split (an
    /// expression); first-events or first-seconds (numbers). Nothing after the sign: by default
    #[arg(long = "map", value_name = "FIELD=TEMPLATE")]
    map: Vec<String>,
}

/// The choices for a new feed.
#[derive(Debug, Args)]
pub(super) struct Choices {
    #[command(flatten)]
    common: Common,
}

/// The choices for a feed that is there.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that can be typed")]
pub(super) struct Changes {
    /// A new name
    #[arg(long)]
    name: Option<String>,
    /// A new address
    #[arg(long)]
    url: Option<String>,
    /// Set it up anew as this kind of source: resuming, heartbeats, mapping, rules, retention; see 'tidings preset list'
    #[arg(long, value_name = "ID")]
    preset: Option<String>,
    #[command(flatten)]
    common: Common,
    /// Send no headers of its own any more (before those that are named with --header)
    #[arg(long)]
    no_headers: bool,
    /// Trust no further certificate authorities any more
    #[arg(long, conflicts_with = "ca")]
    no_ca: bool,
    /// Check certificates again
    #[arg(long, conflicts_with = "insecure")]
    secure: bool,
    /// Take no events for heartbeats any more (before those that are named with --heartbeat)
    #[arg(long)]
    no_heartbeats: bool,
    /// Map all fields by default again (before those that are named with --map)
    #[arg(long)]
    no_mapping: bool,
    /// Announce its events again
    #[arg(long, conflicts_with = "no_notify")]
    notify: bool,
    /// Keep the quiet hours again
    #[arg(long, conflicts_with = "ignore_quiet_hours")]
    heed_quiet_hours: bool,
}

/// Changes that can be made to any feed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Checked {
    name: Option<String>,
    url: Option<String>,
    folder: Option<String>,
    color: Option<ColorChoice>,
    icon: Option<String>,
    no_headers: bool,
    headers: Vec<Header>,
    credential: credential::Checked,
    resume: Option<ResumeMode>,
    repeats: Option<RepeatRule>,
    proxy: Option<ProxyChoice>,
    ca_file: Option<CaFile>,
    insecure: Option<bool>,
    notify: Option<bool>,
    announcing: announcing::Checked,
    keep_days: Option<Keep>,
    keep_events: Option<Keep>,
    no_heartbeats: bool,
    heartbeats: Vec<String>,
    no_mapping: bool,
    mapping: Vec<Mapped>,
}

/// A field of the mapping, as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mapped {
    field: String,
    value: String,
}

/// Certificate authorities of a file, or no further ones.
#[derive(Debug, PartialEq, Eq)]
struct CaFile(Option<String>);

/// A bound of what is kept of the feed, or that of all feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Keep(Option<u32>);

/// A colour, or the one that a feed has by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ColorChoice(Option<FeedColor>);

impl Choices {
    /// Fails with a sentence.
    pub(super) fn check(self) -> Result<(Checked, Vec<GivenSecret>), String> {
        let checked = self.common.check()?;
        let secrets = checked.secrets()?;
        Ok((checked, secrets))
    }
}

impl Changes {
    /// A preset to take over first, and the changes. Fails with a sentence.
    pub(super) fn check(self) -> Result<(Option<String>, Checked), String> {
        let mut checked = self.common.check()?;
        checked.name = self.name.map(named).transpose()?;
        if let Some(url) = self.url {
            address(&url)?;
            checked.url = Some(url);
        }
        checked.no_headers = self.no_headers;
        checked.no_mapping = self.no_mapping;
        checked.no_heartbeats = self.no_heartbeats;
        if self.no_ca {
            checked.ca_file = Some(CaFile(None));
        }
        if self.secure {
            checked.insecure = Some(false);
        }
        if self.notify {
            checked.notify = Some(true);
        }
        if self.heed_quiet_hours {
            checked.announcing.ignores_quiet_hours = Some(false);
        }
        if checked == Checked::default() && self.preset.is_none() {
            return Err("Nothing was named that should change; see tidings feed edit --help.".into());
        }
        Ok((self.preset, checked))
    }
}

impl Common {
    fn check(self) -> Result<Checked, String> {
        Ok(Checked {
            folder: self.folder,
            color: self.color.as_deref().map(color_choice).transpose()?,
            icon: self.icon,
            headers: self.headers.iter().map(|given| checked_header(given)).collect::<Result<_, _>>()?,
            credential: self.credential.check()?,
            resume: resume_choice(self.resume.as_deref(), self.resume_path, self.resume_types)?,
            repeats: self.repeats.as_deref().map(repeat_rule).transpose()?,
            proxy: self.proxy.as_deref().map(proxy_choice).transpose()?,
            ca_file: self.ca.as_deref().map(readable).transpose()?.map(|file| CaFile(Some(file))),
            insecure: self.insecure.then_some(true),
            notify: self.no_notify.then_some(false),
            announcing: self.announcing.check()?,
            keep_days: self.keep_days.as_deref().map(keep).transpose()?,
            keep_events: self.keep_events.as_deref().map(keep).transpose()?,
            heartbeats: self.heartbeats,
            mapping: self.map.iter().map(|given| mapped(given)).collect::<Result<_, _>>()?,
            ..Checked::default()
        })
    }
}

impl Checked {
    /// Asks for the passwords and tokens that belong to it. Fails with a sentence.
    pub(super) fn secrets(&self) -> Result<Vec<GivenSecret>, String> {
        self.credential.secrets()
    }

    /// What was not named stays. A header takes the place of those of the same name.
    pub(super) fn apply(self, mut config: FeedConfig) -> FeedConfig {
        if self.no_headers {
            config.headers.clear();
        }
        if self.no_heartbeats {
            config.signals.heartbeats.clear();
        }
        if !self.heartbeats.is_empty() {
            config.signals.heartbeats.push(Signal { event_types: self.heartbeats, ..Signal::default() });
        }
        if self.no_mapping {
            config.mapping = Mapping::default();
        }
        for Mapped { field, value } in self.mapping {
            set(&mut config.mapping, &field, value);
        }
        config.headers.retain(|old| !self.headers.iter().any(|new| new.name.eq_ignore_ascii_case(&old.name)));
        config.headers.extend(self.headers);
        let config = self.credential.apply(config);
        FeedConfig {
            name: self.name.unwrap_or(config.name),
            url: self.url.unwrap_or(config.url),
            folder: self.folder.unwrap_or(config.folder),
            color: self.color.map_or(config.color, |ColorChoice(color)| color),
            icon: self.icon.unwrap_or(config.icon),
            resume: self.resume.unwrap_or(config.resume),
            repeats: self.repeats.unwrap_or(config.repeats),
            proxy: self.proxy.unwrap_or(config.proxy),
            ca_file: self.ca_file.map_or(config.ca_file, |CaFile(file)| file),
            insecure: self.insecure.unwrap_or(config.insecure),
            notify: self.notify.unwrap_or(config.notify),
            announcing: self.announcing.apply(config.announcing),
            retention: FeedRetention {
                days: self.keep_days.map_or(config.retention.days, |Keep(days)| days),
                events: self.keep_events.map_or(config.retention.events, |Keep(events)| events),
            },
            ..config
        }
    }
}

/// `title={{ event.json.name }}`.
fn mapped(given: &str) -> Result<Mapped, String> {
    let Some((field, value)) = given.split_once('=') else {
        return Err(format!(
            "{given:?} maps nothing; write FIELD=TEMPLATE, such as title='{{{{ event.json.name }}}}'."
        ));
    };
    let field = field.trim().to_owned();
    if matches!(field.as_str(), "first-events" | "first-seconds") && !value.is_empty() && value.parse::<u32>().is_err()
    {
        return Err(format!("{value:?} is no number; write {field}=NUMBER."));
    }
    if set(&mut Mapping::default(), &field, value.to_owned()) {
        Ok(Mapped { field, value: value.to_owned() })
    } else {
        Err(format!("{field:?} is no field that can be mapped; see tidings feed edit --help."))
    }
}

/// Sets a field of the mapping. `false`: there is none of that name.
fn set(mapping: &mut Mapping, field: &str, value: String) -> bool {
    match field {
        "title" => mapping.title = value,
        "body" => mapping.body = value,
        "link" => mapping.link = value,
        "icon" => mapping.icon = value,
        "urgency" => mapping.urgency = value,
        "group" => mapping.group_key = value,
        "time" => mapping.time = value,
        "split" => mapping.split = value,
        "first-events" => mapping.first_events = value.parse().unwrap_or_default(),
        "first-seconds" => mapping.first_seconds = value.parse().unwrap_or_default(),
        _ => return false,
    }
    true
}

pub(super) fn named(name: String) -> Result<String, String> {
    if name.trim().is_empty() { Err("A feed needs a name.".into()) } else { Ok(name) }
}

fn keep(given: &str) -> Result<Keep, String> {
    if given == "default" { Ok(Keep(None)) } else { settings::keep(given).map(|bound| Keep(Some(bound))) }
}

fn color_choice(given: &str) -> Result<ColorChoice, String> {
    if given == "default" {
        return Ok(ColorChoice(None));
    }
    let color = FeedColor::ALL.into_iter().find(|color| color.word() == given);
    color.map(|color| ColorChoice(Some(color))).ok_or_else(|| {
        let words = FeedColor::ALL.map(FeedColor::word).join(", ");
        format!("{given:?} is no colour of an icon; write one of {words}, or default.")
    })
}

/// As it was typed, so that it is shown as it was typed.
fn checked_header(given: &str) -> Result<Header, String> {
    header(given)?;
    let (name, value) = given.split_once(':').unwrap_or((given, ""));
    Ok(Header { name: name.trim().into(), value: value.trim().into() })
}

/// A path goes with a query parameter, types go with a path.
fn resume_choice(given: Option<&str>, path: Option<String>, types: Vec<String>) -> Result<Option<ResumeMode>, String> {
    match (given.map(resume_mode).transpose()?, path) {
        (Some(ResumeMode::Query { parameter, .. }), path) => Ok(Some(ResumeMode::Query { parameter, path, types })),
        (mode, None) => Ok(mode),
        (_, Some(_)) => Err("--resume-path goes with --resume query:NAME.".into()),
    }
}

fn repeat_rule(given: &str) -> Result<RepeatRule, String> {
    match given.split_once(':') {
        None if given == "whole" => Ok(RepeatRule::Whole),
        None if given == "never" => Ok(RepeatRule::Never),
        Some(("key", path)) if !path.is_empty() => Ok(RepeatRule::Key { path: path.into() }),
        _ => Err(format!("{given:?} does not say what is the same event again; write whole, key:PATH or never.")),
    }
}

fn resume_mode(given: &str) -> Result<ResumeMode, String> {
    match given.split_once(':') {
        None if given == "header" => Ok(ResumeMode::Header),
        None if given == "none" => Ok(ResumeMode::Nothing),
        Some(("query", parameter)) if !parameter.is_empty() => {
            Ok(ResumeMode::Query { parameter: parameter.into(), path: None, types: vec![] })
        }
        _ => Err(format!("{given:?} is no way to resume; write header, query:NAME or none.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_resume_are_named() {
        for (given, expected) in [
            ("header", Some(ResumeMode::Header)),
            ("none", Some(ResumeMode::Nothing)),
            ("query:since", Some(ResumeMode::Query { parameter: "since".into(), path: None, types: vec![] })),
            ("query:", None),
            ("query", None),
            ("Header", None),
        ] {
            assert_eq!(resume_mode(given).ok(), expected, "{given}");
        }
    }

    #[test]
    fn repeats_are_named() {
        for (given, expected) in [
            ("whole", Some(RepeatRule::Whole)),
            ("never", Some(RepeatRule::Never)),
            ("key:meta.id", Some(RepeatRule::Key { path: "meta.id".into() })),
            ("key:", None),
            ("key", None),
            ("", None),
        ] {
            assert_eq!(repeat_rule(given).ok(), expected, "{given}");
        }
    }

    #[test]
    fn a_header_takes_the_place_of_its_namesakes() {
        let headers = |given: &[&str]| given.iter().map(|given| checked_header(given).expect("a header")).collect();
        let mut config = FeedConfig::new("n", "http://h/");
        config.headers = headers(&["A: 1", "B: 2", "a: 3"]);
        let common = Common {
            folder: None,
            color: None,
            icon: None,
            headers: vec!["a: 4".into()],
            credential: credential::Typed::default(),
            resume: None,
            resume_path: None,
            resume_types: vec![],
            repeats: None,
            proxy: None,
            ca: None,
            insecure: false,
            no_notify: false,
            announcing: announcing::OwnChoices::default(),
            keep_days: None,
            keep_events: None,
            heartbeats: vec![],
            map: vec![],
        };
        let changed = common.check().expect("good").apply(config.clone());
        assert_eq!(changed, FeedConfig { headers: headers(&["B: 2", "a: 4"]), ..config });
    }
}
