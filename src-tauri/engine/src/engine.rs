//! The engine's handle: cheap to clone, the only way in.
//!
//! Deliberately not here: the work of one feed (`subscription.rs`), the database (`store/`).
use crate::event::Counts;
use crate::{
    EngineError, EngineEvents, Event, EventId, Feed, FeedConfig, FeedId, FeedStatus, Notifier, Page, PageQuery, Scope,
    Settings,
};
use std::path::PathBuf;
use std::sync::Arc;

/// What an engine needs of the world.
pub struct EngineOptions {
    /// Where the database lives. Made if missing.
    pub data_dir: PathBuf,
    /// Names the program in `User-Agent`.
    pub user_agent: String,
    pub notifier: Arc<dyn Notifier>,
    /// Whether subscriptions are started. The command line opens an engine without them to edit feeds.
    pub connect: bool,
}

/// The running engine. Its network runs on one thread of its own, its database writer on another.
#[derive(Clone)]
pub struct Engine {}

#[expect(clippy::unused_async, clippy::unused_self, unused_variables)]
impl Engine {
    /// Opens the store and starts a subscription for each feed that is not paused.
    ///
    /// Fails when another process owns the data directory ([`StoreError::Owned`](crate::store::StoreError)), when the
    /// database is newer than the program, or cannot be opened.
    pub fn open(options: EngineOptions) -> Result<Self, EngineError> {
        Ok(Self {})
    }

    /// Ends the subscriptions, writes what is under way, and closes the store.
    pub async fn shut_down(&self) {}

    /// Listens from now on.
    pub fn events(&self) -> EngineEvents {
        EngineEvents {}
    }

    /// The `seq` of the last envelope that was told, 0 before the first: where a snapshot taken after this call joins on.
    pub fn seq(&self) -> u64 {
        0
    }

    pub async fn feeds(&self) -> Result<Vec<FeedStatus>, EngineError> {
        Ok(vec![])
    }

    pub async fn add_feed(&self, config: FeedConfig) -> Result<Feed, EngineError> {
        Err(EngineError::ShutDown)
    }

    /// Replaces what the user chose; the subscription starts anew where that matters.
    pub async fn edit_feed(&self, id: FeedId, config: FeedConfig) -> Result<Feed, EngineError> {
        Err(EngineError::ShutDown)
    }

    /// Removes a feed together with its history.
    pub async fn remove_feed(&self, id: FeedId) -> Result<(), EngineError> {
        Err(EngineError::ShutDown)
    }

    pub async fn pause_feed(&self, id: FeedId, paused: bool) -> Result<(), EngineError> {
        Err(EngineError::ShutDown)
    }

    /// Connects anew at once: one feed, or all.
    pub async fn reconnect(&self, id: Option<FeedId>) -> Result<(), EngineError> {
        Ok(())
    }

    /// A page of the history. Reads do not wait for the writer.
    pub async fn page(&self, query: PageQuery) -> Result<Page, EngineError> {
        Ok(Page::default())
    }

    pub async fn event(&self, id: EventId) -> Result<Event, EngineError> {
        Err(EngineError::NoSuchEvent(id))
    }

    pub async fn counts(&self) -> Result<Counts, EngineError> {
        Ok(Counts::default())
    }

    pub async fn mark_read(&self, events: Vec<EventId>, read: bool) -> Result<(), EngineError> {
        Ok(())
    }

    /// Marks everything in the scope up to and including `until` as read.
    pub async fn mark_all_read(&self, scope: Scope, until: EventId) -> Result<(), EngineError> {
        Ok(())
    }

    pub async fn star(&self, event: EventId, starred: bool) -> Result<(), EngineError> {
        Ok(())
    }

    pub async fn settings(&self) -> Result<Settings, EngineError> {
        Ok(Settings::default())
    }

    pub async fn change_settings(&self, settings: Settings) -> Result<(), EngineError> {
        Ok(())
    }
}
