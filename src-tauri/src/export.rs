//! Stored events as a file for other programs: what `tidings export` writes to standard output, the window into a file;
//! and a backup of everything.
//!
//! Deliberately not here: which events (the engine's `History`), how a file comes to be there whole (`whole_file.rs`), in
//! which folder it lies.
pub(crate) mod record;
mod table;

pub(crate) use record::Record;
pub(crate) use table::Table;

use crate::boundary::BackupFile;
use crate::job::{Done, Reporter};
use crate::whole_file::{self, Whole};
use serde::Deserialize;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::SystemTime;
use tidings_engine::preset::OwnPresets;
use tidings_engine::store::look;
use tidings_engine::transcript::Recording;
use tidings_engine::{Event, EventId, History, PageQuery, Scope, StoreError};
use ts_rs::TS;

/// What the name of a backup ends with.
const BACKUP: &str = "db";

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    /// One JSON object on each line.
    Ndjson,
    /// Comma-separated values with a head line (RFC 4180).
    Csv,
}

impl ExportFormat {
    const fn extension(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// Where events are written, in one of the formats.
enum Output {
    Lines(BufWriter<File>),
    Table(Box<Table<BufWriter<File>>>),
}

impl Output {
    fn write(&mut self, record: &Record<'_>) -> io::Result<()> {
        match self {
            Self::Lines(lines) => {
                serde_json::to_writer(&mut *lines, record)?;
                lines.write_all(b"\n")
            }
            Self::Table(table) => table.row(record),
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Lines(mut lines) => lines.flush(),
            Self::Table(mut table) => table.end(),
        }
    }
}

fn stem(what: &str) -> String {
    format!("tidings-{what}-{}", jiff::Zoned::now().strftime("%Y-%m-%d-%H%M%S"))
}

fn not_written(folder: &Path) -> impl Fn(io::Error) -> String {
    move |error| {
        format!(
            "The file was not written to {}, because the disk refused it: {error}. Nothing is left of it.",
            folder.display()
        )
    }
}

/// Writes the events of a scope that a search finds, oldest first, into a new file in `folder`. Fails with a sentence.
pub fn to_folder(
    data_dir: &Path,
    (scope, search): (&Scope, &str),
    format: ExportFormat,
    folder: &Path,
    reporter: &Reporter,
) -> Result<ControlFlow<(), Done>, String> {
    let failed = not_written(folder);
    let history = History::open(data_dir).map_err(|error| error.to_string())?;
    let feeds = history.feeds().map_err(|error| error.to_string())?;
    // The events of those that were removed are still there.
    let removed = history.retired().map_err(|error| error.to_string())?;
    let feeds = feeds.into_iter().chain(removed.into_iter().map(|retired| retired.feed));
    let names: HashMap<_, _> = feeds.map(|feed| (feed.id, feed.config.name)).collect();
    let newest = history.page(&PageQuery { limit: 1, ..PageQuery::default() }).map_err(|error| error.to_string())?;
    let newest = newest.events.first().map_or(0, |event| event.id.0);
    let (whole, part) = Whole::new(folder, &stem("events"), format.extension()).map_err(&failed)?;
    let output = BufWriter::new(part);
    let mut output = match format {
        ExportFormat::Ndjson => Output::Lines(output),
        ExportFormat::Csv => Output::Table(Box::new(Table::begin(output).map_err(&failed)?)),
    };
    let (mut amount, mut oldest) = (0, None);
    let mut written = Ok(());
    let mut broken_off = false;
    let mut each = |event: Event| {
        let EventId(id) = event.summary.id;
        let oldest = *oldest.get_or_insert(id);
        let feed = names.get(&event.summary.feed_id).map_or("", String::as_str);
        let record = Record::new(&event, feed);
        written = output.write(&record);
        amount += 1;
        // Where in the history it is: how many there will be is not known before they are found.
        broken_off = reporter.at(id.abs_diff(oldest), newest.abs_diff(oldest)).is_break();
        if written.is_err() || broken_off { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    history.export(scope, search, None, &mut each).map_err(|error| error.to_string())?;
    written.map_err(&failed)?;
    if broken_off {
        return Ok(ControlFlow::Break(()));
    }
    output.end().map_err(&failed)?;
    let file = whole.finish().map_err(&failed)?;
    Ok(ControlFlow::Continue(Done { amount, file: Some(file) }))
}

/// Copies everything into a new file in `folder`; passwords and tokens only as they are sealed. Fails with a sentence.
pub fn back_up(
    data_dir: &Path,
    folder: &Path,
    sealed: Option<&str>,
    reporter: &Reporter,
) -> Result<ControlFlow<(), Done>, String> {
    let failed = not_written(folder);
    let history = History::open(data_dir).map_err(|error| error.to_string())?;
    let (mut whole, _) = Whole::new(folder, &stem("backup"), BACKUP).map_err(&failed)?;
    let presets = OwnPresets::of(data_dir);
    let copied = history.back_up(&whole.place_to_fill(), &presets, sealed, &mut |done, total| reporter.at(done, total));
    if copied.map_err(|error| error.to_string())?.is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let file = whole.finish().map_err(&failed)?;
    let amount = fs::metadata(&file).map_err(&failed)?.len();
    Ok(ControlFlow::Continue(Done { amount, file: Some(file) }))
}

/// [`back_up`] into a file of this name. How many bytes it has.
pub(crate) fn back_up_to(data_dir: &Path, file: &Path, replace: bool, sealed: Option<&str>) -> Result<u64, String> {
    let (mut whole, _) = Whole::at(file, replace)?;
    let history = History::open(data_dir).map_err(|error| error.to_string())?;
    let go_on = &mut |_, _| ControlFlow::Continue(());
    let copied = history.back_up(&whole.place_to_fill(), &OwnPresets::of(data_dir), sealed, go_on);
    if copied.map_err(|error| error.to_string())?.is_break() {
        return Err("The backup was broken off.".to_owned());
    }
    let bytes = whole.finish().and_then(|file| Ok(fs::metadata(file)?.len()));
    bytes.map_err(|error| whole_file::not_written(file, &error))
}

/// Writes the file of feeds into a new one in `folder`. Fails with a sentence.
pub fn feeds_to_folder(text: &str, folder: &Path) -> Result<ControlFlow<(), Done>, String> {
    let failed = not_written(folder);
    let (whole, part) = Whole::new(folder, &stem("feeds"), "toml").map_err(&failed)?;
    let file = whole.write(part, text.as_bytes()).map_err(&failed)?;
    let amount = text.lines().filter(|line| *line == "[[feed]]").count() as u64;
    Ok(ControlFlow::Continue(Done { amount, file: Some(file) }))
}

/// What is seen of a backup from outside. Fails for what is none.
pub fn backup(file: &Path, name: String) -> Result<BackupFile, StoreError> {
    let beside = look(file)?;
    let metadata = fs::metadata(file).ok();
    let changed = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
    let changed = changed.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
    let changed = changed.and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or(0);
    let made_at = beside.about.as_ref().map_or(changed, |about| about.made_at);
    let bytes = metadata.map_or(0, |metadata| metadata.len());
    Ok(BackupFile { name, bytes, made_at, sealed: beside.is_sealed() })
}

/// The backups in a folder, the latest first. What only looks like one is left out.
pub fn backups(folder: &Path) -> Vec<BackupFile> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let backup = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        Path::new(&name).extension().filter(|end| *end == BACKUP)?;
        backup(&entry.path(), name).ok()
    };
    let mut backups: Vec<_> = entries.filter_map(backup).collect();
    backups.sort_by_key(|backup| std::cmp::Reverse(backup.made_at));
    backups
}

/// Writes a recording into a new file in `folder`, until the user has enough or there is nothing more. Fails with a sentence.
pub async fn record(
    mut recording: Recording,
    folder: &Path,
    reporter: &Reporter,
) -> Result<ControlFlow<(), Done>, String> {
    let failed = not_written(folder);
    let (whole, mut output) = Whole::new(folder, &stem("recording"), "transcript").map_err(&failed)?;
    let mut amount = 0;
    loop {
        let lines = tokio::select! {
            biased;
            lines = recording.next() => lines,
            () = reporter.cancelled() => None,
        };
        let Some(lines) = lines else { break };
        let text: String = lines.into_iter().map(|line| line + "\n").collect();
        output.write_all(text.as_bytes()).map_err(&failed)?;
        amount += text.len() as u64;
    }
    let file = whole.finish().map_err(&failed)?;
    if recording.overrun() {
        return Err(overrun(&file.display()));
    }
    Ok(ControlFlow::Continue(Done { amount, file: Some(file) }))
}

/// Why a recording ended by itself, as a sentence.
pub(crate) fn overrun(file: &dyn std::fmt::Display) -> String {
    format!(
        "The recording ended because it could not be written as quickly as the stream came: what is in {file} is whole up to there."
    )
}
