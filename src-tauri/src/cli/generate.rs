//! `tidings generate`: man pages and completions of the command line, made of the definitions that also parse it.
//!
//! Packages call it when they are built, hence hidden from the help; whoever unpacks an archive may call it too.
//! Deliberately not here: where a distribution keeps such files (`packaging/stage`).
use super::{Failed, Outcome, Tidings, unless_reader_gone};
use clap::{Args, Command, CommandFactory as _, Subcommand};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Write man pages or completions of this command line
#[derive(Debug, Args)]
#[command(hide = true)]
pub(super) struct Generate {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write a man page for each command into a folder
    Man {
        /// The folder, which is made if it is not there
        folder: PathBuf,
    },
    /// Write the completions for a shell to standard output
    Completions {
        /// The shell
        shell: Shell,
    },
}

impl Generate {
    pub(super) fn run(self) -> Outcome {
        match self.what {
            What::Man { folder } => man(&folder).map_err(|error| {
                Failed::Work(format!("The man pages cannot be written into {}: {error}.", folder.display()))
            }),
            What::Completions { shell } => {
                // The generator panics where it cannot write, as it must not when its reader has gone.
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Tidings::command(), "tidings", &mut script);
                unless_reader_gone(io::stdout().write_all(&script))
            }
        }
    }
}

/// A page for each command that is not hidden, called as git calls its own: `tidings-feed-add.1`.
fn man(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut tidings = Tidings::command().disable_help_subcommand(true);
    tidings.build();
    let version = tidings.get_version().unwrap_or_default().to_owned();
    pages(&tidings, &mut |command| {
        let shown = command.clone().subcommand_help_heading("COMMANDS").subcommand_value_name("COMMAND");
        let man = Man::new(shown).source(format!("Tidings {version}")).manual("User Commands");
        let mut page = Vec::new();
        write_page(&man, command, &mut page)?;
        fs::write(folder.join(man.get_filename()), page)
    })
}

/// Hands out a command and all below it that are not hidden.
fn pages(command: &Command, write: &mut impl FnMut(&Command) -> io::Result<()>) -> io::Result<()> {
    for below in command.get_subcommands().filter(|command| !command.is_hide_set()) {
        pages(below, write)?;
    }
    write(command)
}

fn write_page(man: &Man, command: &Command, page: &mut dyn Write) -> io::Result<()> {
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        man.render_options_section(page)?;
    }
    let whole = command.get_name() == "tidings";
    if command.has_subcommands() {
        man.render_subcommands_section(page)?;
    }
    let mut sections = Roff::default();
    if whole {
        sections.control("SH", ["FILES"]);
        entries(&mut sections, FILES);
        sections.control("SH", ["ENVIRONMENT"]);
        entries(&mut sections, ENVIRONMENT);
        sections.control("SH", ["EXIT STATUS"]);
        entries(&mut sections, EXIT_STATUS);
    }
    if let Some(text) = command.get_after_long_help().or_else(|| command.get_after_help()) {
        after_help(&mut sections, &text.to_string());
    }
    if !whole {
        sections.control("SH", ["SEE ALSO"]);
        sections.text([roman("tidings(1)")]);
    }
    sections.to_writer(page)
}

/// What stands below the options in the help: paragraphs, of which some are sections of their own here.
fn after_help(sections: &mut Roff, text: &str) {
    for paragraph in text.split("\n\n") {
        if let Some((heading, lines)) = paragraph.split_once('\n').filter(|(heading, _)| heading.starts_with("Example"))
        {
            sections.control("SH", [heading.trim_end_matches(':').to_uppercase().as_str()]);
            sections.control("nf", []);
            for line in lines.lines() {
                sections.text([roman(line)]);
            }
            sections.control("fi", []);
        } else if let Some(statuses) = paragraph.strip_prefix("Exit status: ") {
            sections.control("SH", ["EXIT STATUS"]);
            sections.text([roman(statuses)]);
        } else {
            sections.control("SH", ["NOTES"]);
            sections.text([roman(paragraph)]);
        }
    }
}

/// Terms, each with what it is.
fn entries(section: &mut Roff, entries: &[(&str, &str)]) {
    for (term, meaning) in entries {
        section.control("TP", []);
        section.text([clap_mangen::roff::bold(*term)]);
        section.text([roman(*meaning)]);
    }
}

const FILES: &[(&str, &str)] = &[
    (
        "$XDG_DATA_HOME/tidings/",
        "Feeds, history and settings, by default in ~/.local/share/tidings/. Another folder is named by --data-dir. One \
         process at a time uses it; the others ask that one.",
    ),
    ("$XDG_CONFIG_HOME/autostart/org.tidings.Tidings.desktop", "Is there if Tidings starts with the desktop."),
    ("tidings.service", "The systemd user unit that follows all feeds without a window (systemctl --user)."),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "TIDINGS_LOG",
        "How much is logged on standard error: warn, info, debug, or a filter such as tidings_engine=debug.",
    ),
    ("NO_COLOR", "If it is not empty, nothing is coloured."),
    ("LC_ALL, LC_MESSAGES, LANG", "The language of notifications and of the window: English or Chinese."),
];

const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "All went well, or it was interrupted, or the reader of standard output went away."),
    ("1", "It could not do its work; for watch: all streams are closed."),
    ("2", "It was called wrongly."),
    ("3", "For feed test: the server took the request and did not answer in time."),
];
