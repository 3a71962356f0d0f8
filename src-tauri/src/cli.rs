//! The command line: what can be typed, and which part of the program answers.
//!
//! Deliberately not here: the work of a subcommand (one file for each group, in `cli/`), the window (another executable).
mod argument;
mod backup;
mod decode;
mod demo;
mod feed;
mod feeds;
mod generate;
mod headless;
mod history;
mod interrupt;
mod json;
mod log;
mod moment;
mod mute;
mod output;
mod owner;
mod passphrase;
mod preset;
mod replay;
mod rule;
mod settings;
mod shown;
mod storage;
mod unseen;
mod watch;
mod why;
mod window;

use clap::error::{ContextKind, ErrorKind};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// How a command ends other than well.
#[derive(Debug)]
pub(crate) enum Failed {
    /// It was called wrongly: one sentence, and exit status 2.
    Usage(String),
    /// It could not do its work: one sentence, and exit status 1.
    Work(String),
    /// All is said already: exit status 1.
    Silently,
    /// All is said already, and nothing is known for sure: exit status 3.
    Undecided,
}

impl Failed {
    fn work(error: impl std::fmt::Display) -> Self {
        Self::Work(error.to_string())
    }
}

/// Standard output cannot be written. Where its reader has gone, which is a good end, see [`unless_reader_gone`].
impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Work(format!("The output cannot be written: {error}."))
    }
}

type Outcome = Result<(), Failed>;

/// Turns "the reader has gone" into a good end: `tidings watch … | head -1`.
fn unless_reader_gone(result: io::Result<()>) -> Outcome {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// Says a sentence to whoever gave the command.
fn tell(sentence: &str) -> Outcome {
    unless_reader_gone(writeln!(io::stdout(), "{}", shown::line(sentence)))
}

/// Follow any server-sent event stream from your desktop.
///
/// Without a command it opens the window; if Tidings is running already, its window is raised.
#[derive(Debug, Parser)]
#[command(name = "tidings", version, max_term_width = 100, subcommand_help_heading = "Commands", after_help = AFTER_HELP)]
struct Tidings {
    /// Where feeds and history live [default: the platform's data directory]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Start in the tray, without showing the window
    #[arg(long)]
    hidden: bool,
    /// A tidings:// link to open
    #[arg(hide = true)]
    link: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Examples:
  tidings watch https://stream.wikimedia.org/v2/stream/recentchange
  tidings feed add builds https://ci.example.org/events --header 'Authorization: Bearer …'
  tidings search \"disk full\"
  tidings demo";

#[derive(Debug, Subcommand)]
enum Command {
    Watch(watch::Watch),
    Run(headless::Run),
    Feed(Box<feed::FeedCommand>),
    Feeds(feeds::FeedsCommand),
    Rule(rule::RuleCommand),
    Preset(preset::PresetCommand),
    List(history::List),
    Search(history::Search),
    Why(why::WhyCommand),
    Mute(mute::Mute),
    Unmute(mute::Unmute),
    Settings(settings::SettingsCommand),
    Decode(decode::Decode),
    Export(history::Export),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Demo(demo::Demo),
    Replay(replay::ReplayCommand),
    Generate(generate::Generate),
}

/// Where feeds and history live.
#[derive(Debug, Args)]
struct DataDir {
    /// Where feeds and history live [default: the platform's data directory]
    #[arg(long = "data-dir", value_name = "DIR", global = true)]
    chosen: Option<PathBuf>,
}

impl DataDir {
    fn path(self) -> Result<PathBuf, Failed> {
        crate::platform::dirs::data_dir(self.chosen).map_err(Failed::work)
    }

    /// `--data-dir` may stand before a command as well as after it.
    fn or(&mut self, outer: Option<PathBuf>) {
        self.chosen = self.chosen.take().or(outer);
    }
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object on each line
    Ndjson,
}

/// Answers the command line of this process.
pub fn main() -> ExitCode {
    match run(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed::Usage(sentence)) => {
            say(&sentence);
            ExitCode::from(2)
        }
        Err(Failed::Work(sentence)) => {
            say(&sentence);
            ExitCode::FAILURE
        }
        Err(Failed::Silently) => ExitCode::FAILURE,
        Err(Failed::Undecided) => ExitCode::from(3),
    }
}

/// One line on standard error. That nobody reads it is no reason to fail.
fn say(sentence: &str) {
    let _ = writeln!(io::stderr(), "tidings: {}", shown::line(sentence));
}

fn run(arguments: impl Iterator<Item = OsString>) -> Outcome {
    let arguments: Vec<_> = arguments.collect();
    let tidings = match Tidings::try_parse_from(&arguments) {
        Ok(tidings) => tidings,
        Err(error) => return usage(&error, &arguments),
    };
    let outer = tidings.data_dir;
    match tidings.command {
        None => window::open(outer, tidings.hidden, tidings.link),
        Some(command) => match command {
            Command::Watch(watch) => watch.run(),
            Command::Run(mut run) => {
                run.data.or(outer);
                run.run()
            }
            Command::Feed(mut feed) => {
                feed.data.or(outer);
                feed.run()
            }
            Command::Feeds(mut feeds) => {
                feeds.data.or(outer);
                feeds.run()
            }
            Command::Rule(mut rule) => {
                rule.data.or(outer);
                rule.run()
            }
            Command::Preset(mut preset) => {
                preset.data.or(outer);
                preset.run()
            }
            Command::List(mut list) => {
                list.data.or(outer);
                list.run()
            }
            Command::Search(mut search) => {
                search.data.or(outer);
                search.run()
            }
            Command::Why(mut why) => {
                why.data.or(outer);
                why.run()
            }
            Command::Mute(mut mute) => {
                mute.data.or(outer);
                mute.run()
            }
            Command::Unmute(mut unmute) => {
                unmute.data.or(outer);
                unmute.run()
            }
            Command::Settings(mut settings) => {
                settings.data.or(outer);
                settings.run()
            }
            Command::Decode(decode) => decode.run(),
            Command::Export(mut export) => {
                export.data.or(outer);
                export.run()
            }
            Command::Backup(mut backup) => {
                backup.data.or(outer);
                backup.run()
            }
            Command::Restore(mut restore) => {
                restore.data.or(outer);
                restore.run()
            }
            Command::Demo(demo) => demo.run(),
            Command::Replay(replay) => replay.run(),
            Command::Generate(generate) => generate.run(),
        },
    }
}

/// Help goes to standard output and is no failure; anything else is told in one sentence.
///
/// The parser is only given what may be repeated to the user: addresses and headers, which may hold secrets, are taken
/// as text and looked at later. An address in the wrong place is hidden if it may hold a password.
fn usage(error: &clap::Error, arguments: &[OsString]) -> Outcome {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return unless_reader_gone(error.print());
    }
    if matches!(error.kind(), ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand) {
        let tidings = Tidings::command();
        let group = tidings.get_subcommands().find(|command| {
            command.has_subcommands() && arguments.iter().any(|argument| argument == command.get_name())
        });
        let group = group.or_else(|| tidings.find_subcommand("feed"));
        let name = group.map(clap::Command::get_name).unwrap_or_default();
        let commands = group.into_iter().flat_map(clap::Command::get_subcommands).map(clap::Command::get_name);
        let commands: Vec<_> = commands.collect();
        return Err(Failed::Usage(format!(
            "What should be done with the {}s? One of: {}.",
            name.trim_end_matches('s'),
            commands.join(", ")
        )));
    }
    let text = without_passwords(error.render().to_string(), arguments);
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let sentence: Vec<_> = text.split("\n\n").next().unwrap_or(text).split_whitespace().collect();
    let mut sentence = sentence.join(" ");
    if let Some(suggested) = error.get(ContextKind::SuggestedArg) {
        sentence = format!("{sentence}; did you mean {suggested}?");
    } else {
        sentence.push_str("; see --help.");
    }
    Err(Failed::Usage(sentence))
}

/// Hides the arguments that may be an address with a password in it, and the values of options that may.
fn without_passwords(text: String, arguments: &[OsString]) -> String {
    let arguments = arguments.iter().map(|argument| argument.to_string_lossy()).filter(|it| it.contains('@'));
    arguments.fold(text, |text, argument| {
        let value =
            argument.split_once('=').filter(|(option, _)| option.starts_with('-')).map_or("", |(_, value)| value);
        let text = text.replace(&*argument, "(hidden)");
        if value.is_empty() { text } else { text.replace(value, "(hidden)") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        Tidings::command().debug_assert();
    }
}
