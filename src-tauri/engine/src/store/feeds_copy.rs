//! A second copy of the feeds beside the database, for the day on which that one breaks where they stand in it.
//!
//! Written when feeds change, which is seldom; read only to replace a damaged database. Deliberately not here: history,
//! and cursors, which change with every event.
use super::{Store, damage};
use crate::Feed;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

fn file(database: &Path) -> PathBuf {
    database.with_file_name("tidings.feeds.json")
}

pub(super) fn exists(database: &Path) -> bool {
    file(database).exists()
}

/// A feed as the copy has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Copied {
    #[serde(flatten)]
    pub(super) feed: Feed,
    /// When it was removed; its history stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retired_at: Option<i64>,
}

/// The feeds as they last were; none when the copy is missing or cannot be read.
pub(super) fn read(database: &Path) -> Vec<Copied> {
    let Ok(bytes) = fs::read(file(database)) else { return Vec::new() };
    // One feed that cannot be read is no reason to lose the others.
    let feeds: Vec<serde_json::Value> = serde_json::from_slice(&bytes).unwrap_or_default();
    feeds.into_iter().filter_map(|feed| serde_json::from_value(feed).ok()).collect()
}

impl Store {
    /// Writes the copy. The feeds are safe in the database already, so that a failure is only noted.
    pub(super) fn copy_feeds(&self) {
        let written = || {
            let there = self.feeds()?.into_iter().map(|stored| Copied { feed: stored.feed, retired_at: None });
            let retired = self.retired()?.into_iter();
            let retired = retired.map(|retired| Copied { feed: retired.feed, retired_at: Some(retired.at) });
            let feeds: Vec<Copied> = there.chain(retired).collect();
            let content = serde_json::to_vec_pretty(&feeds).map_err(std::io::Error::from);
            let written = content.and_then(|content| damage::write_privately(&file(&self.path), &content));
            written.map_err(|error| super::StoreError::of_io(&file(&self.path), &error))
        };
        if let Err(error) = written() {
            tracing::warn!(%error, "the second copy of the feeds was not written");
        }
    }
}
