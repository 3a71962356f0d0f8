//! `tidings rule …`: which events of a feed are announced, kept silently or dropped; tried before it is saved.
//!
//! Deliberately not here: what rules mean (the engine's `rule.rs`), the owner of the feeds (`owner.rs`).
pub(super) mod described;
mod started;
mod tried;

use self::described::{condition, consequence};
use super::feed::find;
use super::output::Output;
use super::owner::{Owner, not_understood};
use super::{DataDir, Failed, Format, Outcome, shown, tell, unless_reader_gone};
use crate::control::{Reply, Request};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tidings_engine::{Action as Decided, Feed, History, Hook, Rule, Then, Trial, Urgency, When};

/// Decide which events of a feed are announced
///
/// Rules are ordered, and the first that matches decides. Where none does, an event is announced.
#[derive(Debug, Args)]
pub(super) struct RuleCommand {
    #[command(flatten)]
    pub(super) data: DataDir,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the rules of a feed in their order
    List {
        /// Its name or id
        feed: String,
        /// How rules are written
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Add a rule: all conditions that are given must hold
    #[command(after_help = "\
Examples:
  tidings rule add builds --if \"event.json.status == 'failed'\" --announce urgent
  tidings rule add home --type ping --drop
  tidings rule add home --words 'door open' --announce high --sound bell
  tidings rule add home --regex '(?i)leak|smoke' --announce urgent -- /usr/local/bin/siren --loud")]
    Add(Box<Add>),
    /// Remove a rule
    Remove {
        /// The feed's name or id
        feed: String,
        /// The rule's number, as listed
        number: usize,
    },
    /// Give a rule another place
    Move {
        /// The feed's name or id
        feed: String,
        /// The rule's number, as listed
        number: usize,
        /// The number it shall have
        to: usize,
    },
    /// Show what became of the programs that rules started, newest last
    ///
    /// Tidings keeps the last 50 of each feed for as long as it runs.
    Log {
        /// The feed's name or id
        feed: String,
        /// How they are written
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Show what would become of stored events; nothing is changed
    Test {
        /// The feed's name or id
        feed: String,
        /// At most so many events, the newest (up to 1000)
        #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Rules from a file instead of the feed's own: a JSON array, or as 'rule list --format ndjson' writes them
        #[arg(long, value_name = "FILE")]
        rules: Option<PathBuf>,
        /// How results are written
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// The feed's name or id
    feed: String,
    /// What to call the rule
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,
    /// For events of this type; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// For events for which this expression is true
    #[arg(long = "if", value_name = "EXPRESSION", default_value = "", hide_default_value = true)]
    expression: String,
    /// For events in which this regular expression is found
    #[arg(long, value_name = "REGEX", default_value = "", hide_default_value = true)]
    regex: String,
    /// For events in whose title or body all these words occur
    #[arg(long, default_value = "", hide_default_value = true)]
    words: String,
    /// Announce them, with this urgency or as they are mapped (this is the default)
    #[arg(long, value_name = "URGENCY", num_args = 0..=1, group = "then", value_enum)]
    #[expect(clippy::option_option, reason = "whether it is there, and whether it has a value")]
    announce: Option<Option<Named>>,
    /// Keep them without announcing them
    #[arg(long, group = "then")]
    silent: bool,
    /// Do not keep them
    #[arg(long, group = "then")]
    drop: bool,
    /// Announce with this sound of the desktop's sound theme
    #[arg(long, default_value = "", hide_default_value = true)]
    sound: String,
    /// A template for the link
    #[arg(long, value_name = "TEMPLATE", default_value = "", hide_default_value = true)]
    link: String,
    /// Seconds after which the program is killed (1 to 300)
    #[arg(long, value_name = "SECONDS", default_value_t = 30, requires = "program")]
    time_limit: u32,
    /// The number it shall have; without, it comes last
    #[arg(long, value_name = "N")]
    at: Option<usize>,
    /// After --: a program to start for each event, and its arguments. It is started only if the settings allow hooks
    #[arg(last = true, value_name = "PROGRAM")]
    program: Vec<String>,
}

/// An urgency as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Named {
    Low,
    Normal,
    High,
    Urgent,
}

impl From<Named> for Urgency {
    fn from(named: Named) -> Self {
        match named {
            Named::Low => Self::Low,
            Named::Normal => Self::Normal,
            Named::High => Self::High,
            Named::Urgent => Self::Urgent,
        }
    }
}

impl Add {
    fn rule(self) -> (Rule, Option<usize>) {
        let action = match (self.silent, self.drop, self.announce) {
            (true, ..) => Decided::Silent,
            (_, true, _) => Decided::Drop,
            (.., announce) => Decided::Announce { urgency: announce.flatten().map(Urgency::from) },
        };
        let hook = (!self.program.is_empty()).then_some(Hook { command: self.program, time_limit: self.time_limit });
        let when = When { event_types: self.types, expression: self.expression, regex: self.regex, words: self.words };
        let then = Then { action, sound: self.sound, link: self.link, hook };
        (Rule { name: self.name, when, then }, self.at)
    }
}

impl RuleCommand {
    pub(super) fn run(self) -> Outcome {
        let data_dir = self.data.path()?;
        let told = match self.action {
            Action::List { feed, format } => return list(&stored(&data_dir, &feed)?.1, format),
            Action::Test { feed, limit, rules, format } => {
                let rules = rules.as_deref().map(read).transpose()?;
                let (history, feed) = stored(&data_dir, &feed)?;
                let trial = Trial { rules, limit, ..Trial::default() };
                return tried::write(history.try_rules(&feed, &trial).map_err(Failed::work)?, format);
            }
            Action::Log { feed, format } => {
                let mut owner = Owner::of(data_dir)?;
                let feed = owner.feed(&feed)?.id;
                let reply = owner.ask_running(Request::HookLog { feed })?;
                let Reply::HookLog(reports) = reply else { return Err(not_understood()) };
                return started::write(&reports, format);
            }
            Action::Add(add) => {
                let mut owner = Owner::of(data_dir)?;
                let feed = owner.feed(&add.feed)?;
                let (rule, at) = add.rule();
                let last = feed.config.rules.len() + 1;
                let number = at.unwrap_or(last).clamp(1, last);
                change(&mut owner, feed, |rules| rules.insert(number - 1, rule))?;
                format!("Added rule {number}.")
            }
            Action::Remove { feed, number } => {
                let mut owner = Owner::of(data_dir)?;
                let feed = owner.feed(&feed)?;
                exists(&feed, number)?;
                change(&mut owner, feed, |rules| drop(rules.remove(number - 1)))?;
                format!("Removed rule {number}.")
            }
            Action::Move { feed, number, to } => {
                let mut owner = Owner::of(data_dir)?;
                let feed = owner.feed(&feed)?;
                exists(&feed, number)?;
                exists(&feed, to)?;
                change(&mut owner, feed, |rules| {
                    let rule = rules.remove(number - 1);
                    rules.insert(to - 1, rule);
                })?;
                format!("Rule {number} is rule {to} now.")
            }
        };
        tell(&told)
    }
}

/// Saves a feed with other rules.
fn change(owner: &mut Owner, feed: Feed, change: impl FnOnce(&mut Vec<Rule>)) -> Outcome {
    let mut config = feed.config;
    change(&mut config.rules);
    owner.ask_for_feed(Request::FeedEdit { id: feed.id, config, secrets: vec![] }).map(drop)
}

/// The history and the feed that is meant, without becoming the owner of either.
fn stored(data_dir: &Path, meant: &str) -> Result<(History, Feed), Failed> {
    let history = History::open(data_dir).map_err(Failed::work)?;
    let feed = find(&history.feeds().map_err(Failed::work)?, meant).cloned().map_err(Failed::Work)?;
    Ok((history, feed))
}

fn exists(feed: &Feed, number: usize) -> Outcome {
    if (1..=feed.config.rules.len()).contains(&number) {
        return Ok(());
    }
    let name = &feed.config.name;
    Err(Failed::Work(match feed.config.rules.len() {
        0 => format!("“{name}” has no rules."),
        1 => format!("There is no rule {number}; “{name}” has one."),
        count => format!("There is no rule {number}; “{name}” has {count}."),
    }))
}

/// Rules of a file: an array, or one on each line.
fn read(file: &Path) -> Result<Vec<Rule>, Failed> {
    let unusable = |reason: &dyn std::fmt::Display| {
        Failed::Work(format!("The rules in {} cannot be read: {reason}.", file.display()))
    };
    let text = std::fs::read_to_string(file).map_err(|error| unusable(&error))?;
    if text.trim_start().starts_with('[') {
        return serde_json::from_str(&text).map_err(|error| unusable(&error));
    }
    serde_json::Deserializer::from_str(&text).into_iter().collect::<Result<_, _>>().map_err(|error| unusable(&error))
}

/// A rule as other programs read it.
#[derive(Serialize)]
struct Numbered<'a> {
    number: usize,
    #[serde(flatten)]
    rule: &'a Rule,
}

fn list(feed: &Feed, format: Format) -> Outcome {
    let mut output = Output::stdout()?;
    let written = feed.config.rules.iter().zip(1..).try_for_each(|(rule, number)| match format {
        Format::Ndjson => output.json_line(&Numbered { number, rule }),
        Format::Text => {
            let name = if rule.name.is_empty() { String::new() } else { format!("{}: ", rule.name) };
            let line = format!("{name}{} → {}", condition(rule), consequence(rule));
            writeln!(output, "{number}  {}", shown::line(&line))
        }
    });
    unless_reader_gone(written.and_then(|()| output.flush()))
}
