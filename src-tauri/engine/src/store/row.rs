//! Values of rows, read so that one that a fault of the disk or a hand has changed spoils nothing but itself.
//!
//! Deliberately not here: which columns there are.
use crate::FeedConfig;
use rusqlite::Row;
use rusqlite::types::Type;
use serde::de::DeserializeOwned;

/// Text, with replacement characters for what is none.
pub(super) fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<String> {
    Ok(String::from_utf8_lossy(row.get_ref(at)?.as_bytes()?).into_owned())
}

/// [`text`], or nothing.
pub(super) fn optional_text(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<String>> {
    Ok(row.get_ref(at)?.as_bytes_or_null()?.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
}

/// A value that is kept as JSON; `None` when it cannot be understood.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<T>> {
    Ok(serde_json::from_slice(row.get_ref(at)?.as_bytes()?).ok())
}

/// The settings of a feed. Of settings that cannot be understood only the name is kept: with half of them the feed might
/// be followed past its proxy, or without its credentials. Without an address it is not followed and says so, and the
/// user can give it new settings, or remove it.
pub(super) fn feed_config(row: &Row<'_>, at: usize) -> rusqlite::Result<FeedConfig> {
    if let Some(config) = json(row, at)? {
        return Ok(config);
    }
    let value: serde_json::Value = json(row, at)?.unwrap_or_default();
    let name = value.get("name").and_then(serde_json::Value::as_str).unwrap_or("(damaged settings)");
    // All else has its default.
    serde_json::from_value(serde_json::json!({ "name": name, "url": "" }))
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(at, Type::Text, Box::new(error)))
}
