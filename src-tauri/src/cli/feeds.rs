//! `tidings feeds export|import`: the feeds as one readable file.
//!
//! Deliberately not here: what stands in it (the engine's `feeds_file.rs`), and a single feed (`feed.rs`).
use super::output::Output;
use super::owner::{Owner, not_understood};
use super::passphrase::Passphrase;
use super::{DataDir, Failed, Format, Outcome, say, shown, tell, unless_reader_gone};
use crate::control::{Reply, Request};
use crate::whole_file::write_private;
use clap::{Args, Subcommand};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use tidings_engine::feeds_file::{
    Danger, Export, Import, ImportItem, ImportPreview, Imported, SIZE_LIMIT, Sealed, Standing,
};
use tidings_engine::{Feed, FeedId};

/// Write the feeds into one readable file, or take feeds from such a file
///
/// The file is text (TOML): names, addresses, folders, looks, mapping, rules and all that is chosen for a feed. It has no
/// passwords and tokens unless they are asked for, and then they are sealed with a passphrase. It never starts programs.
#[derive(Debug, Args)]
pub(super) struct FeedsCommand {
    #[command(flatten)]
    pub(super) data: DataDir,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write the feeds into a file
    #[command(after_help = "\
Examples:
  tidings feeds export feeds.toml
  tidings feeds export --feed builds --feed alerts --title 'Our servers' pack.toml
  tidings feeds export --with-secrets feeds.toml")]
    Export(Written),
    /// Take feeds from a file: one of Tidings, OPML, or addresses one a line
    ///
    /// Feeds whose address is followed already stay as they are, unless --update is given. All that are chosen are imported, or
    /// none.
    #[command(after_help = "\
Examples:
  tidings feeds import feeds.toml --dry-run
  tidings feeds import pack.toml --only builds --only alerts
  tidings feeds import reader.opml")]
    Import(Taken),
}

#[derive(Debug, Args)]
struct Written {
    /// The file; standard output if none is named
    file: Option<PathBuf>,
    /// Only this feed (its name or id); may be repeated
    #[arg(long = "feed", value_name = "NAME")]
    feeds: Vec<String>,
    /// What to call the file
    #[arg(long, default_value = "")]
    title: String,
    /// What the file is for
    #[arg(long, default_value = "")]
    description: String,
    /// Write passwords and tokens too, sealed with a passphrase that is asked for
    #[arg(long)]
    with_secrets: bool,
    /// Read the passphrase from standard input
    #[arg(long, requires = "with_secrets")]
    passphrase_stdin: bool,
    /// Replace the file if it is there
    #[arg(long, requires = "file")]
    replace: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that can be typed")]
struct Taken {
    /// The file; - is standard input
    file: PathBuf,
    /// Only this feed of the file, by its name; may be repeated
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Also replace the settings of feeds whose address is followed already
    #[arg(long)]
    update: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Leave out the passwords and tokens in the file
    #[arg(long, conflicts_with = "passphrase_stdin")]
    without_secrets: bool,
    /// Read the passphrase from standard input
    #[arg(long)]
    passphrase_stdin: bool,
    /// How the feeds of the file are shown
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

impl FeedsCommand {
    pub(super) fn run(self) -> Outcome {
        let data_dir = self.data.path()?;
        match self.action {
            Action::Export(written) => written.run(&mut Owner::of(data_dir)?),
            Action::Import(taken) => taken.run(&mut Owner::of(data_dir)?),
        }
    }
}

impl Written {
    fn run(self, owner: &mut Owner) -> Outcome {
        let feeds = self.feeds.iter().map(|feed| owner.feed(feed)).collect::<Result<Vec<Feed>, _>>()?;
        let ids: Vec<FeedId> = feeds.iter().map(|feed| feed.id).collect();
        let all = if feeds.is_empty() { owner.feeds()? } else { feeds };
        let passphrase =
            if self.with_secrets { Some(Passphrase { from_stdin: self.passphrase_stdin }.chosen()?) } else { None };
        let export = Export {
            feeds: (!ids.is_empty()).then_some(ids),
            title: self.title,
            description: self.description,
            passphrase,
        };
        let Reply::FeedsFile(text) = owner.ask(Request::FeedsExport { export })? else { return Err(not_understood()) };
        match self.file {
            None => unless_reader_gone(io::stdout().lock().write_all(text.as_bytes()))?,
            Some(file) => {
                write_private(&file, text.as_bytes(), self.replace).map_err(Failed::Work)?;
                tell(&format!("Wrote {} into {}.", count(all.len(), "feed"), file.display()))?;
            }
        }
        let telling: Vec<_> =
            all.iter().filter(|feed| feed.config.address_may_tell()).map(|feed| &*feed.config.name).collect();
        if !telling.is_empty() {
            say(&format!(
                "The addresses of these feeds have parameters that may be secret; look at them before you give the file to somebody: {}.",
                telling.join(", ")
            ));
        }
        Ok(())
    }
}

impl Taken {
    fn run(self, owner: &mut Owner) -> Outcome {
        if self.passphrase_stdin && self.file == Path::new("-") {
            return Err(Failed::Usage("The file and the passphrase cannot both be read from standard input.".into()));
        }
        let mut import = Import { text: read(&self.file)?, passphrase: None };
        let mut preview = ask(owner, &import)?;
        if preview.sealed == Sealed::Locked && !self.without_secrets {
            let passphrase = Passphrase { from_stdin: self.passphrase_stdin };
            import.passphrase = Some(passphrase.known("; --without-secrets leaves them out")?);
            preview = ask(owner, &import)?;
        }
        let chosen = self.chosen(&preview)?;
        if self.dry_run || self.format == Format::Ndjson {
            self.show(&preview, &chosen)?;
        }
        if self.dry_run {
            return Ok(());
        }
        for item in preview.feeds.iter().filter(|item| chosen.contains(&item.number)) {
            for danger in &item.dangers {
                say(&format!("{}: {}", item.name, danger_words(danger)));
            }
        }
        for item in &preview.feeds {
            if let Standing::Refused { reason, .. } = &item.standing {
                say(&format!("“{}” is left out: {reason}", named(item)));
            }
        }
        let Reply::FeedsImported(imported) = owner.ask(Request::FeedsImport { import, chosen })? else {
            return Err(not_understood());
        };
        if self.format == Format::Text { tell(&done(&preview, &imported)) } else { Ok(()) }
    }

    fn chosen(&self, preview: &ImportPreview) -> Result<Vec<u32>, Failed> {
        let mut chosen = Vec::new();
        for only in &self.only {
            let found: Vec<_> = preview.feeds.iter().filter(|item| item.name == *only).collect();
            if found.is_empty() {
                return Err(Failed::Work(format!("There is no feed “{only}” in the file; see --dry-run.")));
            }
            for item in found {
                match &item.standing {
                    Standing::Refused { reason, .. } => {
                        return Err(Failed::Work(format!("“{only}” cannot be imported: {reason}")));
                    }
                    Standing::Changed { .. } if !self.update => {
                        return Err(Failed::Work(format!(
                            "The address of “{only}” is followed already; --update replaces its settings."
                        )));
                    }
                    Standing::New | Standing::Changed { .. } | Standing::Same { .. } => chosen.push(item.number),
                }
            }
        }
        if self.only.is_empty() {
            let is_chosen = |item: &&ImportItem| match item.standing {
                Standing::New => true,
                Standing::Changed { .. } => self.update,
                Standing::Same { .. } | Standing::Refused { .. } => false,
            };
            chosen.extend(preview.feeds.iter().filter(is_chosen).map(|item| item.number));
        }
        Ok(chosen)
    }

    fn show(&self, preview: &ImportPreview, chosen: &[u32]) -> Outcome {
        let mut output = Output::stdout()?;
        let written = match self.format {
            Format::Ndjson => preview.feeds.iter().try_for_each(|item| output.json_line(item)),
            Format::Text => text(&mut output, preview, chosen),
        };
        unless_reader_gone(written.and_then(|()| output.flush()))
    }
}

fn ask(owner: &mut Owner, import: &Import) -> Result<ImportPreview, Failed> {
    match owner.ask(Request::FeedsPreview { import: import.clone() })? {
        Reply::FeedsPreview(preview) => Ok(preview),
        _ => Err(not_understood()),
    }
}

/// A bounded file, or standard input.
fn read(file: &Path) -> Result<String, Failed> {
    let failed = |error: io::Error| Failed::Work(format!("{} cannot be read: {error}.", file.display()));
    let source: Box<dyn io::Read> = if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(file).map_err(failed)?)
    };
    let mut bytes = Vec::new();
    // One more than is taken: then it is too large.
    source.take(SIZE_LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    String::from_utf8(bytes)
        .map_err(|_| Failed::Work(format!("{} is no text (UTF-8), so it is no list of feeds.", file.display())))
}

fn named(item: &ImportItem) -> &str {
    if item.name.is_empty() { &item.url } else { &item.name }
}

fn text(output: &mut Output, preview: &ImportPreview, chosen: &[u32]) -> io::Result<()> {
    if !preview.title.is_empty() {
        writeln!(output, "{}", shown::line(&preview.title))?;
    }
    for line in preview.description.lines() {
        writeln!(output, "{}", shown::line(line))?;
    }
    let width = preview.feeds.iter().map(|item| named(item).chars().count()).max().unwrap_or(0).min(40);
    for item in &preview.feeds {
        let word = match &item.standing {
            Standing::New => "add",
            Standing::Same { .. } => "there",
            Standing::Changed { .. } => "change",
            Standing::Refused { .. } => "refused",
        };
        let mark = if chosen.contains(&item.number) { '*' } else { ' ' };
        writeln!(output, "{mark} {word:8} {:width$}  {}", shown::line(named(item)), shown::line(&item.url))?;
        let mut more = |text: &str| writeln!(output, "           {}", shown::line(text));
        match &item.standing {
            Standing::Refused { reason, .. } => more(reason)?,
            Standing::Changed { name, settings, .. } => {
                let settings = if settings.is_empty() { "passwords and tokens".into() } else { settings.join(", ") };
                more(&format!("of “{name}”: {settings}"))?;
            }
            Standing::New | Standing::Same { .. } => {}
        }
        if !item.folder.is_empty() {
            more(&format!("in the folder {}", item.folder))?;
        }
        item.dangers.iter().try_for_each(|danger| more(&danger_words(danger)))?;
    }
    Ok(())
}

fn danger_words(danger: &Danger) -> String {
    match danger {
        Danger::Hook(command) => format!("a rule of it would start a program, which is left out: {command}"),
        Danger::Insecure => "it accepts any certificate".into(),
        Danger::Pinned(fingerprint) => format!("it believes this certificate and no other: {fingerprint}"),
        Danger::Authority(file) => format!("it believes the certificate authorities in {file}"),
        Danger::Certificate(file) => format!("it shows the server the client certificate in {file}"),
        Danger::Proxy(url) => format!("it goes through the proxy {url}"),
        Danger::NoProxy => "it goes through no proxy, not even that of all feeds".into(),
        Danger::CredentialsFollow => "its credentials follow redirects to other servers".into(),
        Danger::PlainSecret => "a password or token stands in the file unsealed; it is kept apart".into(),
        Danger::SecretMissing => "its password or token is not in the file: enter it with tidings feed edit".into(),
    }
}

fn done(preview: &ImportPreview, imported: &Imported) -> String {
    let mut parts = Vec::new();
    if !imported.added.is_empty() {
        parts.push(format!("Added {}.", count(imported.added.len(), "feed")));
    }
    if !imported.changed.is_empty() {
        parts.push(format!("Changed {}.", count(imported.changed.len(), "feed")));
    }
    if parts.is_empty() {
        parts.push("Nothing was imported.".to_owned());
    }
    let followed = |item: &&ImportItem| matches!(item.standing, Standing::Same { .. } | Standing::Changed { .. });
    let there = preview.feeds.iter().filter(followed).count().saturating_sub(imported.changed.len());
    if there > 0 {
        parts.push(format!("Followed already: {there}."));
    }
    parts.join(" ")
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
