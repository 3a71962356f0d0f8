//! `tidings list`, `search` and `export`: what is stored, read beside the process that stores it.
//!
//! Deliberately not here: queries (the engine's `History`), changes of any kind.
mod absence;

use self::absence::Gaps;
use super::output::Output;
use super::{DataDir, Failed, Format, Outcome, moment, shown, storage, unless_reader_gone};
use crate::export::{ExportFormat, Record, Table};
use clap::Args;
use std::collections::HashMap;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use tidings_engine::{Event, EventId, EventSummary, Feed, FeedId, GapQuery, History, PageQuery, Scope, StoreError};

/// The most that is read at once.
const PAGE: u32 = 500;

/// Show stored events, newest first
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    pub(super) data: DataDir,
    /// Only those of this feed (its name or id)
    #[arg(long, value_name = "NAME")]
    feed: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u64,
    /// How events are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// With --format ndjson: also the times in which the feed was not connected; text has them always
    #[arg(long, requires = "feed")]
    gaps: bool,
}

/// Search stored events, newest first
///
/// An event is found if all words occur in its title or body: whole words, or their beginnings where they end with `*`
/// ("err*" finds "error").
#[derive(Debug, Args)]
pub(super) struct Search {
    #[command(flatten)]
    pub(super) data: DataDir,
    /// The words to look for
    #[arg(required = true)]
    query: Vec<String>,
    /// Only those of this feed (its name or id)
    #[arg(long, value_name = "NAME")]
    feed: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u64,
    /// How events are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Write the stored events, oldest first, for other programs
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tidings export --since 2026-01-01 > events.ndjson
  tidings export --feed builds --since 7d --format csv > builds.csv
  tidings export --search 'disk is:unread' > disk.ndjson")]
pub(super) struct Export {
    #[command(flatten)]
    pub(super) data: DataDir,
    /// Only those of this feed (its name or id)
    #[arg(long, value_name = "NAME")]
    feed: Option<String>,
    /// Only those that a search finds, as in 'tidings search'
    #[arg(long, value_name = "QUERY")]
    search: Option<String>,
    /// Only those received since: a date, an RFC 3339 time, or how long ago (45m, 2h, 3d)
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// How events are written
    #[arg(long, value_enum, default_value_t = ExportFormat::Ndjson)]
    format: ExportFormat,
}

impl List {
    pub(super) fn run(self) -> Outcome {
        let stored = Stored::open(self.data)?;
        let scope = stored.scope(self.feed.as_deref())?;
        let gaps = if self.gaps || self.format == Format::Text { stored.gaps(&scope)? } else { None };
        stored.show(scope, String::new(), self.limit, self.format, gaps)
    }
}

impl Search {
    pub(super) fn run(self) -> Outcome {
        let stored = Stored::open(self.data)?;
        let scope = stored.scope(self.feed.as_deref())?;
        // What has been typed to its end: the last word is a whole one.
        stored.show(scope, self.query.join(" ") + " ", self.limit, self.format, None)
    }
}

impl Export {
    pub(super) fn run(self) -> Outcome {
        let now = jiff::Zoned::now();
        let since = self.since.as_deref().map(|text| moment::parse(text, &now)).transpose().map_err(Failed::Usage)?;
        let stored = Stored::open(self.data)?;
        let scope = stored.scope(self.feed.as_deref())?;
        let since = since.map(jiff::Timestamp::as_millisecond);
        // What has been typed to its end: the last word is a whole one.
        let search = self.search.map(|search| search + " ").unwrap_or_default();
        let mut output = Output::stdout()?;
        let written = match self.format {
            ExportFormat::Ndjson => stored.each(&scope, &search, since, |record| output.json_line(record))?,
            ExportFormat::Csv => {
                let mut table = Table::begin(&mut output)?;
                let written = stored.each(&scope, &search, since, |record| table.row(record))?;
                written.and_then(|()| table.end())
            }
        };
        unless_reader_gone(written.and_then(|()| output.flush()))
    }
}

/// The history, with the names of its feeds.
struct Stored {
    history: History,
    feeds: Vec<Feed>,
    /// Feeds that were removed and left their history.
    removed: Vec<Feed>,
}

impl Stored {
    fn open(data: DataDir) -> Result<Self, Failed> {
        let data_dir = data.path()?;
        let history = History::open(&data_dir).map_err(Failed::work)?;
        storage::warn(&data_dir, &history);
        let feeds = history.feeds().map_err(Failed::work)?;
        let removed = history.retired().map_err(Failed::work)?.into_iter().map(|retired| retired.feed).collect();
        Ok(Self { history, feeds, removed })
    }

    fn scope(&self, feed: Option<&str>) -> Result<Scope, Failed> {
        let Some(name) = feed else { return Ok(Scope::All) };
        let feed = super::feed::find_or_removed(&self.feeds, &self.removed, name).map_err(Failed::Work)?;
        Ok(Scope::Feed { feed: feed.id })
    }

    fn names(&self) -> HashMap<FeedId, &str> {
        self.feeds.iter().chain(&self.removed).map(|feed| (feed.id, &*feed.config.name)).collect()
    }

    /// The times in which the feed that the scope is of was not connected.
    fn gaps(&self, scope: &Scope) -> Result<Option<Gaps<'_>>, Failed> {
        let Scope::Feed { feed } = *scope else { return Ok(None) };
        let gaps = self.history.gaps(GapQuery { feed, from: None, until: None }).map_err(Failed::work)?;
        let name = self.names().get(&feed).copied().unwrap_or_default();
        Ok(Some(Gaps::new(name, gaps)))
    }

    /// Writes the newest events of a scope, a page at a time, and the gaps between them.
    fn show(&self, scope: Scope, search: String, limit: u64, format: Format, mut gaps: Option<Gaps<'_>>) -> Outcome {
        let mut output = Output::stdout()?;
        let line = Line::new(self.names());
        let mut query = PageQuery { scope, search, ..PageQuery::default() };
        let mut left = limit;
        while left > 0 {
            query.limit = u32::try_from(left).unwrap_or(PAGE).min(PAGE);
            let page = self.history.page(&query).map_err(Failed::work)?;
            for summary in &page.events {
                let above = match (&mut gaps, format) {
                    (None, _) => Ok(()),
                    (Some(gaps), Format::Text) => gaps.write(&mut output, &line.clock, summary.received_at),
                    (Some(gaps), Format::Ndjson) => gaps.write_ndjson(&mut output, summary.received_at),
                };
                if above.is_err() {
                    return unless_reader_gone(above);
                }
                let written = match format {
                    Format::Text => line.write(&mut output, summary),
                    // One that is removed just now is left out.
                    Format::Ndjson => match self.history.event(summary.id).map_err(Failed::work)? {
                        Some(event) => output.json_line(&Record::new(&event, line.name(event.summary.feed_id))),
                        None => Ok(()),
                    },
                };
                if written.is_err() {
                    return unless_reader_gone(written);
                }
            }
            left = left.saturating_sub(page.events.len() as u64);
            query.before = page.events.last().map(|last: &EventSummary| -> EventId { last.id });
            if !page.more || page.events.is_empty() {
                break;
            }
        }
        unless_reader_gone(output.flush())
    }

    /// Calls `write` with every event since a time, oldest first, until it fails.
    fn each(
        &self,
        scope: &Scope,
        search: &str,
        since: Option<i64>,
        mut write: impl FnMut(&Record<'_>) -> io::Result<()>,
    ) -> Result<io::Result<()>, Failed> {
        let names = self.names();
        let mut written = Ok(());
        let mut each = |event: Event| {
            let feed = names.get(&event.summary.feed_id).copied().unwrap_or_default();
            written = write(&Record::new(&event, feed));
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        self.history.export(scope, search, since, &mut each).map_err(|error: StoreError| Failed::work(error))?;
        Ok(written)
    }
}

/// Events as lines for people.
struct Line<'a> {
    clock: moment::Clock,
    names: HashMap<FeedId, &'a str>,
    /// The column of feeds is as wide as the longest name, within reason.
    width: usize,
}

impl<'a> Line<'a> {
    fn new(names: HashMap<FeedId, &'a str>) -> Self {
        let width = names.values().map(|name| name.chars().count()).max().unwrap_or(0).min(24);
        Self { clock: moment::Clock::local(), names, width }
    }

    fn name(&self, feed: FeedId) -> &'a str {
        self.names.get(&feed).copied().unwrap_or_default()
    }

    fn write(&self, output: &mut Output, event: &EventSummary) -> io::Result<()> {
        let time = self.clock.moment(event.received_at);
        let feed = shown::line(self.name(event.feed_id));
        let title = shown::line(&event.title);
        write!(output, "{time:16}  {feed:width$}  {title}", width = self.width)?;
        if !event.snippet.is_empty() {
            write!(output, " – {}", shown::line(&event.snippet))?;
        }
        if event.count > 1 {
            write!(output, " (×{})", event.count)?;
        }
        output.bytes(b"\n")
    }
}
