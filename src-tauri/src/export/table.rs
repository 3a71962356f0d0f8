//! Stored events as a table, for spreadsheets.
//!
//! Deliberately not here: quoting (the csv crate knows RFC 4180).
use super::record::Record;
use csv::{Terminator, Writer, WriterBuilder};
use std::io::{self, Write};

const COLUMNS: [&str; 13] = [
    "number", "received", "feed", "event", "id", "title", "body", "link", "urgency", "count", "read", "starred", "data",
];

/// A table whose head is written.
pub(crate) struct Table<W: Write> {
    rows: Writer<W>,
}

impl<W: Write> Table<W> {
    pub(crate) fn begin(output: W) -> io::Result<Self> {
        let mut rows = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(output);
        rows.write_record(COLUMNS).map_err(io_error)?;
        Ok(Self { rows })
    }

    pub(crate) fn row(&mut self, record: &Record<'_>) -> io::Result<()> {
        let (number, count) = (record.number.to_string(), record.count.to_string());
        let truth = |truth| if truth { "true" } else { "false" };
        self.rows
            .write_record([
                &*number,
                &*record.received,
                record.feed,
                record.event,
                record.id,
                record.title,
                record.body,
                record.link.unwrap_or_default(),
                record.urgency.word(),
                &*count,
                truth(record.read),
                truth(record.starred),
                record.data,
            ])
            .map_err(io_error)
    }

    pub(crate) fn end(&mut self) -> io::Result<()> {
        self.rows.flush()
    }
}

/// What went wrong with the output keeps its kind, by which a reader that has gone is known.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}
