//! `tidings preset …`: what is known of the sources that people follow, and own presets made of feeds.
//!
//! Deliberately not here: adding a feed with one (`feed/`), what a preset says (the engine's `preset.rs`).
use super::output::Output;
use super::owner::Owner;
use super::rule::described::{condition, consequence};
use super::{DataDir, Failed, Format, Outcome, say, shown, tell, unless_reader_gone};
use clap::{Args, Subcommand};
use std::io::{self, Write as _};
use tidings_engine::Language;
use tidings_engine::preset::{self, Need, OwnPresets, Preset, PresetError, PresetFile, PresetSettings, Wanted, Way};
use tidings_engine::{RepeatRule, ResumeMode, Signal, Signals};

/// Show what Tidings knows of well-known sources, and save a feed's settings for others like it
///
/// A preset says how a kind of source resumes, which of its events are heartbeats, how they are mapped, and more. It is used
/// by 'tidings feed add', by itself where the address says which source it is.
#[derive(Debug, Args)]
pub(super) struct PresetCommand {
    #[command(flatten)]
    pub(super) data: DataDir,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List all presets: your own, and those that come with Tidings
    List {
        /// How presets are written
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Show all about one preset
    Show {
        /// Its id, as listed
        id: String,
        /// Write its file, to begin one of your own with
        #[arg(long)]
        file: bool,
    },
    /// Make a preset of a feed's settings
    ///
    /// It has neither credentials nor the values of headers, nothing of the address but its host, and starts no programs. It is a
    /// file in the folder 'presets' of the data directory.
    Save {
        /// What to call it; its id is made of that
        name: String,
        /// The feed's name or id
        #[arg(long)]
        feed: String,
        /// Replace one of yours that is there already
        #[arg(long)]
        replace: bool,
    },
}

impl PresetCommand {
    pub(super) fn run(self) -> Outcome {
        let data_dir = self.data.path()?;
        let own = OwnPresets::of(&data_dir);
        match self.action {
            Action::List { format } => list(&own, format),
            Action::Show { id, file } => show(&own.find(&id).map_err(Failed::work)?, file),
            Action::Save { name, feed, replace } => {
                let id = preset::id_of(&name).map_err(|error| Failed::Usage(error.to_string()))?;
                let feed = Owner::of(data_dir)?.feed(&feed)?;
                let preset = preset::saved(&id, name.trim(), &feed.config).map_err(Failed::work)?;
                let path = own.write(&preset, replace).map_err(|error| match error {
                    PresetError::Exists(_) => Failed::Work(format!("{error} With --replace it is replaced.")),
                    error => Failed::work(error),
                })?;
                tell(&format!("Saved the preset “{id}” in {}.", path.display()))
            }
        }
    }
}

fn list(own: &OwnPresets, format: Format) -> Outcome {
    let (presets, bad) = own.with_built_in();
    for preset in bad {
        say(&preset.0);
    }
    let mut output = Output::stdout()?;
    let width = presets.iter().map(|preset| preset.id.len()).max().unwrap_or(0);
    let written = presets.iter().try_for_each(|preset| match format {
        Format::Ndjson => output.json_line(&preset.summary()),
        Format::Text => {
            let mark = if preset.own { " (your own)" } else { "" };
            let unverified =
                if preset.file.unverified.is_empty() { "" } else { " (in part not tried with a live server)" };
            writeln!(output, "{:width$}  {}{mark}{unverified}", preset.id, shown::line(&preset.file.name))
        }
    });
    unless_reader_gone(written.and_then(|()| output.flush()))
}

fn show(preset: &Preset, file: bool) -> Outcome {
    let mut output = Output::stdout()?;
    let written = if file { output.bytes(preset.text().as_bytes()) } else { text(&mut output, preset) };
    unless_reader_gone(written.and_then(|()| output.flush()))
}

fn text(output: &mut Output, preset: &Preset) -> io::Result<()> {
    let mut line = |what: &str, text: &str| writeln!(output, "{what:14}{}", shown::line(text));
    let PresetFile { name, help, unverified, address, sign: _, lookup: _, form, authentication, feed } = &preset.file;
    line("preset", &preset.id)?;
    line("name", name)?;
    line("about", help.of(Language::English))?;
    if !unverified.is_empty() {
        line("not tried", &format!("with a live server: {}", unverified.of(Language::English)))?;
    }
    for form in address {
        let host = if form.host.is_empty() { "(any host)".to_owned() } else { form.host.join(" or ") };
        let query = form.query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let query = if query.is_empty() { query } else { format!("?{query}") };
        let meant = if form.url.is_empty() { String::new() } else { format!(" → {}", form.url) };
        line("address", &format!("{host}{}{query}{meant}{}", form.path, if form.sure { "" } else { " (maybe)" }))?;
    }
    for field in &form.field {
        let given = [("default", &field.default), ("such as", &field.example)];
        let given = given.iter().filter(|(_, text)| !text.is_empty()).map(|(what, text)| format!(", {what} {text}"));
        let optional = if field.optional { ", may be left out" } else { "" };
        line("field", &format!("{}: {}{}{optional}", field.id, field.label.en, given.collect::<String>()))?;
    }
    if authentication.need != Need::Never {
        line("credentials", &wanted(authentication))?;
    }
    for (what, text) in set(feed) {
        line(what, &text)?;
    }
    feed.rules.iter().zip(1..).try_for_each(|(rule, number)| {
        line("rule", &format!("{number}  {} → {}", condition(&rule.rule), consequence(&rule.rule)))
    })
}

/// How a source wants to know who asks, in words.
pub(super) fn wanted(wanted: &Wanted) -> String {
    let way = |way: &Way| match way {
        Way::Bearer => "a token (Authorization: Bearer …)".to_owned(),
        Way::Basic => "user name and password".to_owned(),
        Way::Header { name } => format!("the header {name}"),
        Way::Query { name } => format!("the query parameter {name}"),
        Way::Cookie { name } => format!("the cookie {name}"),
    };
    let ways = wanted.ways.iter().map(way).collect::<Vec<_>>().join(", or ");
    let help =
        if wanted.help.is_empty() { String::new() } else { format!(" – {}", wanted.help.of(Language::English)) };
    let need = if wanted.need == Need::Always { "" } else { "sometimes: " };
    format!("{need}{ways}{help}")
}

/// What a preset sets that is not as it is by default.
fn set(feed: &PresetSettings) -> Vec<(&'static str, String)> {
    let mut set = Vec::new();
    match &feed.resume {
        ResumeMode::Header => {}
        ResumeMode::Query { parameter, path, .. } => {
            let from = path.as_ref().map(|path| format!(" from {path}")).unwrap_or_default();
            set.push(("resume", format!("query:{parameter}{from}")));
        }
        ResumeMode::Nothing => set.push(("resume", "none".to_owned())),
    }
    match &feed.repeats {
        RepeatRule::Whole => {}
        RepeatRule::Key { path } => set.push(("repeats", format!("key:{path}"))),
        RepeatRule::Never => set.push(("repeats", "never".to_owned())),
    }
    set.extend(signals(&feed.signals));
    if !feed.notify {
        set.push(("announced", "no".to_owned()));
    }
    set.extend(
        super::feed::mapped(&feed.mapping).into_iter().map(|(field, value)| ("map", format!("{field}={value}"))),
    );
    set
}

/// The signals of a feed, in words.
pub(super) fn signals(signals: &Signals) -> Vec<(&'static str, String)> {
    let words = |signal: &Signal| {
        let mut parts = Vec::new();
        if !signal.event_types.is_empty() {
            parts.push(format!("type {}", signal.event_types.join(" or ")));
        }
        if let Some(data) = &signal.data {
            parts.push(format!("data {data:?}"));
        }
        if !signal.expression.is_empty() {
            parts.push(format!("if {}", signal.expression));
        }
        parts.join(", ")
    };
    let heartbeats = signals.heartbeats.iter().map(|signal| ("heartbeat", words(signal)));
    heartbeats.chain(signals.refusals.iter().map(|signal| ("refusal", words(signal)))).collect()
}
