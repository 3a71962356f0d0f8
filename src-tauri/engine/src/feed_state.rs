//! How a feed fares just now: connecting, open, waiting for its next try, and why.
//!
//! Deliberately not here: what the user configured (`feed.rs`), the transitions (`subscription.rs`).
use crate::clock::milliseconds;
use crate::store::RetiredFeed;
use crate::{Feed, FeedColor, FeedConfig, FeedId};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use ts_rs::TS;

/// So long before a server's certificate ends the user is warned.
pub const CERTIFICATE_WARNING: Duration = Duration::from_hours(14 * 24);

/// Why a connection did not open, or ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Cause {
    /// The layer that failed: a code of `tidings_event_source::Layer`.
    pub layer: String,
    /// One sentence for the user, in English, without secrets.
    pub message: String,
    /// The same in simplified Chinese; empty where there is only the English.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[ts(optional, as = "Option<String>")]
    pub chinese: String,
    /// A word for the sidebar where there is little room: "401", "HTML", "refused".
    pub short: String,
    /// SHA-256 of the server's certificate, if that is what is wrong: what [`FeedConfig::pinned`] would trust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub fingerprint: Option<String>,
}

/// Where a subscription stands. Times are milliseconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum FeedState {
    /// The user paused it.
    Paused,
    /// A connection is being made.
    Connecting {
        /// The connection stands, and only the server's answer is missing: many answer with their first event.
        waiting_for_server: bool,
    },
    /// The event stream is open.
    Open {
        /// When it opened.
        #[ts(type = "number")]
        since: i64,
    },
    /// Lost or refused; the next try follows by itself.
    Waiting {
        /// When the next try follows.
        #[ts(type = "number")]
        retry_at: i64,
        /// Why.
        cause: Cause,
    },
    /// There is no network at all; the next try follows when there is one.
    NoNetwork,
    /// The server answers and closes, as many do: the next request follows by itself, and all is well.
    Polling {
        /// When the next try follows.
        #[ts(type = "number")]
        retry_at: i64,
        /// How long it waits between two requests.
        #[ts(type = "number")]
        every_ms: u64,
    },
    /// The user has to do something; it is tried now and then all the same.
    NeedsAttention {
        /// When the next try follows.
        #[ts(type = "number")]
        retry_at: i64,
        /// Why.
        cause: Cause,
    },
    /// The server said stop (204). Not tried again until the user asks.
    Closed {
        /// Why.
        cause: Cause,
    },
}

/// A feed that the user removed and whose history stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RemovedFeed {
    /// The feed it was.
    pub id: FeedId,
    /// What it was called.
    pub name: String,
    /// The colour of its icon; `None`: one of its own.
    pub color: Option<FeedColor>,
    /// The sign of its icon; empty: the first letter of its name.
    pub icon: String,
    /// When it was removed, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub removed_at: i64,
    /// How many events it left.
    #[ts(type = "number")]
    pub events: u64,
    /// Whether it can be brought back as it was.
    pub restorable: bool,
}

impl RemovedFeed {
    /// What there is to tell of it.
    pub fn of(retired: &RetiredFeed) -> Self {
        let FeedConfig { name, color, icon, .. } = &retired.feed.config;
        Self {
            id: retired.feed.id,
            name: name.clone(),
            color: *color,
            icon: icon.clone(),
            removed_at: retired.at,
            events: retired.counts.events,
            restorable: retired.is_whole(),
        }
    }
}

/// A feed with all that a list of feeds shows of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FeedStatus {
    /// The feed.
    pub feed: Feed,
    /// Where its subscription stands.
    pub state: FeedState,
    /// How many of its events are not read.
    #[ts(type = "number")]
    pub unread: u64,
    /// How many of its events rules dropped, so far.
    #[ts(type = "number")]
    #[serde(default)]
    pub dropped: u64,
    /// Milliseconds since the Unix epoch, until when the certificate is valid that the server showed last.
    #[ts(optional, type = "number")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_valid_until: Option<i64>,
    /// Milliseconds since the Unix epoch, when the last byte came.
    #[ts(type = "number | null")]
    pub last_byte_at: Option<i64>,
}

impl FeedStatus {
    /// When the server's certificate ends, if that is within [`CERTIFICATE_WARNING`] of `now` (both in milliseconds since the
    /// Unix epoch).
    pub fn certificate_ends_soon(&self, now: i64) -> Option<i64> {
        let soon = now.saturating_add(milliseconds(CERTIFICATE_WARNING));
        self.certificate_valid_until.filter(|until| *until < soon)
    }

    /// The feed it is of.
    pub fn id(&self) -> FeedId {
        self.feed.id
    }
}
