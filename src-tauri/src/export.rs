//! Stored events as a file for other programs: what `tidings export` writes to standard output, the window into a file;
//! and a copy of the whole history.
//!
//! Deliberately not here: which events (the engine's `History`), in which folder the file lies.
pub(crate) mod record;
mod table;

pub(crate) use record::Record;
pub(crate) use table::Table;

use crate::job::{Done, Reporter};
use serde::Deserialize;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tidings_engine::{Event, EventId, History, PageQuery, Scope};
use ts_rs::TS;

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
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

/// A file that is there whole or not at all: written under another name beside its place, and put there at the end.
struct Whole {
    file: PathBuf,
    unfinished: PathBuf,
}

impl Whole {
    /// In `folder`, under a name of this stem that nothing has yet.
    fn new(folder: &Path, stem: &str, extension: &str) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let name = |number: u32| match number {
            1 => format!("{stem}.{extension}"),
            number => format!("{stem} ({number}).{extension}"),
        };
        let file = (1..=999).map(|number| folder.join(name(number))).find(|file| !file.exists());
        let file = file.ok_or(io::ErrorKind::AlreadyExists)?;
        let mut unfinished = file.clone().into_os_string();
        unfinished.push(".part");
        Ok(Self { file, unfinished: unfinished.into() })
    }

    fn finish(self) -> io::Result<PathBuf> {
        fs::rename(&self.unfinished, &self.file)?;
        Ok(self.file.clone())
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        // There is none any more when it is finished.
        let _ = fs::remove_file(&self.unfinished);
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
    let newest = history.page(&PageQuery { limit: 1, ..PageQuery::default() }).map_err(|error| error.to_string())?;
    let newest = newest.events.first().map_or(0, |event| event.id.0);
    let whole = Whole::new(folder, &stem("events"), format.extension()).map_err(&failed)?;
    let output = BufWriter::new(File::create_new(&whole.unfinished).map_err(&failed)?);
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
        let feed = feeds.iter().find(|feed| feed.id == event.summary.feed_id);
        let record = Record::new(&event, feed.map_or("", |feed| feed.config.name.as_str()));
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

/// Copies the whole history, feeds and settings with it, into a new file in `folder`. Fails with a sentence.
pub fn back_up(data_dir: &Path, folder: &Path, reporter: &Reporter) -> Result<ControlFlow<(), Done>, String> {
    let failed = not_written(folder);
    let history = History::open(data_dir).map_err(|error| error.to_string())?;
    let whole = Whole::new(folder, &stem("backup"), "db").map_err(&failed)?;
    let copied = history.copy_to(&whole.unfinished, &mut |done, total| reporter.at(done, total));
    if copied.map_err(|error| error.to_string())?.is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let amount = fs::metadata(&whole.unfinished).map_err(&failed)?.len();
    let file = whole.finish().map_err(&failed)?;
    Ok(ControlFlow::Continue(Done { amount, file: Some(file) }))
}
