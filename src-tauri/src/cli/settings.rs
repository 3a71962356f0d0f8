//! `tidings settings`: what the user chose for the whole program.
//!
//! Deliberately not here: choices for one feed (`feed/config.rs`).
use super::owner::{Owner, not_understood};
use super::{DataDir, Failed, Outcome, argument, shown, tell, unless_reader_gone, unseen};
use crate::control::{Reply, Request};
use clap::{Args, Subcommand};
use std::io::{self, Write as _};
use std::path::Path;
use tidings_engine::announce::{Burst, QuietHours};
use tidings_engine::{Click, LanguageChoice, ProxyChoice, Secret, SecretPlace, SecretsFacts, Settings, Theme};

/// Show the settings, or change one
///
/// If Tidings is running on the same data directory, a change takes effect at once.
#[derive(Debug, Args)]
pub(super) struct SettingsCommand {
    #[command(flatten)]
    pub(super) data: DataDir,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show all settings, one on each line
    Show,
    /// Change one
    #[command(after_help = "\
Examples:
  tidings settings set quiet-hours 'mon-fri 22:00-07:00; sat,sun 23:00-09:00'
  tidings settings set quiet-hours off
  tidings settings set burst 5/10          five in ten seconds one by one, the rest counted
  tidings settings set click link
  tidings settings set keep-days 90        starred events are kept in any case
  tidings settings set keep-events all
  tidings settings set proxy socks5://anna@proxy.example.org:1080 --proxy-password
  tidings settings set ca-file /etc/ssl/our-authority.pem")]
    Set {
        /// One of those that 'tidings settings' shows
        key: String,
        /// As it is shown there
        value: String,
        /// Ask for the password of the user that a proxy's address names
        #[arg(long)]
        proxy_password: bool,
        /// Read the password from standard input instead
        #[arg(long, requires = "proxy_password")]
        secret_stdin: bool,
    },
}

/// The way to servers, for feeds that name none of their own.
const PROXY: &str = "proxy";
const CA_FILE: &str = "ca-file";
const NONE: &str = "none";

type Get = fn(&Settings) -> String;
type Set = fn(&mut Settings, &str) -> Result<(), String>;

/// Each with its name, how it is written and how it is read.
const KEYS: &[(&str, Get, Set)] = &[
    ("notify", |s| on_off(s.notify), |s, v| switch(&mut s.notify, v)),
    ("burst", |s| burst_word(s.burst), |s, v| burst(v).map(|burst| s.burst = burst)),
    ("quiet-hours", |s| s.quiet_hours.to_string(), |s, v| v.parse::<QuietHours>().map(|quiet| s.quiet_hours = quiet)),
    ("urgent-passes", |s| on_off(s.urgent_passes), |s, v| switch(&mut s.urgent_passes, v)),
    ("quiet-in-view", |s| on_off(s.quiet_in_view), |s, v| switch(&mut s.quiet_in_view, v)),
    ("heed-do-not-disturb", |s| on_off(s.heed_do_not_disturb), |s, v| switch(&mut s.heed_do_not_disturb, v)),
    ("catch-up-digest", |s| on_off(s.catch_up_digest), |s, v| switch(&mut s.catch_up_digest, v)),
    (
        "click",
        |s| word(s.click == Click::Link, "link", "event"),
        |s, v| {
            s.click = choice(v, &[("event", Click::Event), ("link", Click::Link)])?;
            Ok(())
        },
    ),
    (
        "language",
        |s| language_word(s.language).to_owned(),
        |s, v| {
            let choices = [LanguageChoice::System, LanguageChoice::English, LanguageChoice::Chinese];
            s.language = choice(v, &choices.map(|choice| (language_word(choice), choice)))?;
            Ok(())
        },
    ),
    (
        "theme",
        |s| theme_word(s.theme),
        |s, v| {
            s.theme = choice(v, &[("system", Theme::System), ("light", Theme::Light), ("dark", Theme::Dark)])?;
            Ok(())
        },
    ),
    ("close-to-tray", |s| on_off(s.close_to_tray), |s, v| switch(&mut s.close_to_tray, v)),
    ("keep-days", |s| kept(s.retention.days), |s, v| keep(v).map(|days| s.retention.days = days)),
    ("keep-events", |s| kept(s.retention.events), |s, v| keep(v).map(|events| s.retention.events = events)),
    (
        "secrets",
        |s| secrets_word(s.secret_place).to_owned(),
        |s, v| {
            let places = [None, Some(SecretPlace::Keyring), Some(SecretPlace::File)];
            s.secret_place = choice(v, &places.map(|place| (secrets_word(place), place)))?;
            Ok(())
        },
    ),
    (PROXY, |s| proxy_words(&s.network.proxy), |s, v| argument::proxy_choice(v).map(|proxy| s.network.proxy = proxy)),
    (
        CA_FILE,
        |s| s.network.ca_file.clone().unwrap_or_else(|| NONE.to_owned()),
        |s, v| {
            s.network.ca_file = if v == NONE { None } else { Some(argument::readable(Path::new(v))?) };
            Ok(())
        },
    ),
    ("allow-hooks", |s| on_off(s.allow_hooks), |s, v| switch(&mut s.allow_hooks, v)),
];

impl SettingsCommand {
    pub(super) fn run(self) -> Outcome {
        let mut owner = Owner::of(self.data.path()?)?;
        let mut settings = owner.settings()?;
        match self.action.unwrap_or(Action::Show) {
            Action::Show => {
                let Reply::Secrets(facts) = owner.ask(Request::Secrets)? else { return Err(not_understood()) };
                let width = KEYS.iter().map(|(key, ..)| key.len()).max().unwrap_or(0) + 2;
                let mut out = io::stdout();
                let mut keys = KEYS.iter();
                let written = keys.try_for_each(|(key, get, _)| {
                    writeln!(out, "{key:width$}{}", shown::line(&get(&settings)))?;
                    if *key == "secrets" { writeln!(out, "{:width$}{}", "", secrets_kept(&facts)) } else { Ok(()) }
                });
                unless_reader_gone(written)
            }
            Action::Set { key, value, proxy_password, secret_stdin } => {
                let Some((key, get, set)) = KEYS.iter().find(|(name, ..)| *name == key) else {
                    let keys: Vec<_> = KEYS.iter().map(|(key, ..)| *key).collect();
                    return Err(Failed::Usage(format!("There is no setting {key:?}; there are {}.", keys.join(", "))));
                };
                set(&mut settings, &value).map_err(Failed::Usage)?;
                if proxy_password && *key != PROXY {
                    return Err(Failed::Usage("--proxy-password goes with the setting proxy.".to_owned()));
                }
                if [PROXY, CA_FILE].contains(key) {
                    let password = proxy_password.then(|| typed_password(secret_stdin)).transpose();
                    let password = password.map_err(Failed::Usage)?;
                    owner.ask(Request::NetworkChange { network: settings.network, password })?;
                    // Without a password that was in the address.
                    let now = owner.settings()?;
                    return tell(&format!("{key} is now {}.", get(&now)));
                }
                owner.ask(Request::SettingsChange { settings: settings.clone() })?;
                if *key == "secrets" {
                    return move_secrets(&mut owner, &get(&settings));
                }
                tell(&format!("{key} is now {}.", get(&settings)))
            }
        }
    }
}

fn typed_password(from_stdin: bool) -> Result<Secret, String> {
    let instead = "give it on standard input with --secret-stdin";
    unseen::ask(from_stdin, "Password for the proxy: ", "proxy's password", instead).map(Secret::new)
}

fn proxy_words(proxy: &ProxyChoice) -> String {
    match proxy {
        ProxyChoice::System => "system".to_owned(),
        ProxyChoice::None => NONE.to_owned(),
        ProxyChoice::Url(url) => url.clone(),
    }
}

/// Moves what is kept to where it shall be kept from now on.
fn move_secrets(owner: &mut Owner, word: &str) -> Outcome {
    let Reply::Secrets(facts) = owner.ask(Request::Secrets)? else { return Err(not_understood()) };
    let moved = match owner.ask(Request::SecretsMove { to: facts.place }) {
        Ok(Reply::SecretsMoved(moved)) => moved,
        Ok(_) => return Err(not_understood()),
        Err(Failed::Work(why)) => {
            return Err(Failed::Work(format!("secrets is now {word}, but not everything was moved there. {why}")));
        }
        Err(failed) => return Err(failed),
    };
    tell(&format!("secrets is now {word}. Passwords and tokens that were moved to {}: {moved}.", facts.place.words()))
}

/// Where passwords and tokens are.
fn secrets_kept(facts: &SecretsFacts) -> String {
    let mut places = Vec::new();
    for (count, place) in [(facts.in_keyring, SecretPlace::Keyring), (facts.in_file, SecretPlace::File)] {
        if count > 0 {
            places.push(format!("{count} in {}", place.words()));
        }
    }
    if facts.with_feeds > 0 {
        places.push(format!("those of {} feeds with their settings, as older versions kept them", facts.with_feeds));
    }
    let kept = if places.is_empty() { String::new() } else { format!("; kept: {}", places.join(", ")) };
    format!("(new ones are kept in {}{kept})", facts.place.words())
}

fn word(first: bool, yes: &str, no: &str) -> String {
    if first { yes } else { no }.to_owned()
}

fn on_off(on: bool) -> String {
    word(on, "on", "off")
}

const fn secrets_word(place: Option<SecretPlace>) -> &'static str {
    match place {
        None => "automatic",
        Some(SecretPlace::Keyring) => "keyring",
        Some(SecretPlace::File) => "file",
    }
}

const fn language_word(language: LanguageChoice) -> &'static str {
    match language {
        LanguageChoice::System => "system",
        LanguageChoice::English => "en",
        LanguageChoice::Chinese => "zh-CN",
    }
}

fn theme_word(theme: Theme) -> String {
    match theme {
        Theme::System => "system",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
    .to_owned()
}

fn choice<T: Copy>(given: &str, choices: &[(&str, T)]) -> Result<T, String> {
    choices.iter().find(|(word, _)| *word == given).map(|(_, choice)| *choice).ok_or_else(|| {
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        format!("{given:?} is none of {}.", words.join(", "))
    })
}

fn switch(switch: &mut bool, given: &str) -> Result<(), String> {
    *switch = choice(given, &[("on", true), ("off", false)])?;
    Ok(())
}

/// A bound of what is kept; there is none where it is 0.
pub(super) fn kept(bound: u32) -> String {
    if bound == 0 { "all".to_owned() } else { bound.to_string() }
}

/// "all", or a number.
pub(super) fn keep(given: &str) -> Result<u32, String> {
    match given.parse() {
        _ if given == "all" => Ok(0),
        Ok(bound @ 1..) => Ok(bound),
        _ => Err(format!("{given:?} is no number of days or events to keep; write a number from 1 on, or all.")),
    }
}

pub(super) fn burst_word(Burst { size, seconds }: Burst) -> String {
    format!("{size}/{seconds}")
}

/// "5/10": five in ten seconds.
pub(super) fn burst(given: &str) -> Result<Burst, String> {
    let parts = given.split_once('/').and_then(|(size, seconds)| Some((size.parse().ok()?, seconds.parse().ok()?)));
    match parts {
        Some((size @ 1..=1000, seconds @ 1..=3600)) => Ok(Burst { size, seconds }),
        _ => Err(format!("{given:?} is no burst; write 5/10 for five in ten seconds, up to 1000/3600.")),
    }
}
