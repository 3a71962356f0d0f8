//! A user who edits, pauses, reconnects, adds and removes feeds all the time.
//!
//! Deliberately not here: what must hold meanwhile.
use crate::server::Server;
use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tidings_engine::{Engine, FeedConfig, FeedId, FeedState, Header, ProxyChoice, WorldChange};

/// The settings of a feed: little patience, and small events.
pub(crate) fn config(url: &str) -> FeedConfig {
    let config: FeedConfig = serde_json::from_value(serde_json::json!({ "name": "chaos", "url": url })).unwrap();
    FeedConfig { proxy: ProxyChoice::None, event_limit: Some(64 * 1024), idle_limit: Some(2), ..config }
}

/// Someone at the keyboard, with the feeds that they are not content with.
pub(crate) struct User {
    engine: Engine,
    random: fastrand::Rng,
    faulty: Vec<FeedId>,
    /// How often each feed was made to connect anew.
    wishes: HashMap<FeedId, usize>,
    /// Feeds that come and go.
    passing: Vec<FeedId>,
}

impl User {
    pub(crate) fn new(engine: Engine, random: fastrand::Rng, faulty: Vec<FeedId>) -> Self {
        Self { engine, random, faulty, wishes: HashMap::new(), passing: vec![] }
    }

    pub(crate) async fn does_something(&mut self, server: &Server) {
        tokio::time::sleep(Duration::from_millis(self.random.u64(1..40))).await;
        let id = self.random.choice(&self.faulty).copied().expect("there are faulty feeds");
        match self.random.u8(0..10) {
            0 => self.edits(id).await,
            1 => {
                self.engine.pause_feed(id, true).await.unwrap();
                self.engine.pause_feed(id, false).await.unwrap();
                self.wished(id);
            }
            2 => {
                // A story that others hear too, cut short.
                let path = self.random.choice(server.paths()).expect("there are feeds");
                let feed = self.engine.add_feed(config(&server.url(&format!("{path}?passing")))).await.unwrap();
                self.passing.push(feed.id);
            }
            3 => {
                if let Some(id) = self.passing.pop() {
                    self.engine.delete_feed(id).await.unwrap();
                }
            }
            // Now and then the computer sleeps for a moment: all feeds that wait try again.
            4 if self.random.u8(0..4) == 0 => {
                self.engine.world_changed(WorldChange::Resumed);
                self.faulty.clone().into_iter().for_each(|id| self.wished(id));
            }
            _ => self.helps(id).await,
        }
    }

    /// Another header makes another connection.
    async fn edits(&mut self, id: FeedId) {
        let feeds = self.engine.feeds().await.unwrap();
        let feed = feeds.into_iter().find(|status| status.id() == id).expect("it is there").feed;
        let headers = vec![Header { name: "X-Edit".to_owned(), value: self.random.u64(..).to_string() }];
        self.engine.edit_feed(id, FeedConfig { headers, ..feed.config }).await.unwrap();
        self.wished(id);
    }

    /// Reconnects a feed that waits for the user, or for long.
    pub(crate) async fn helps(&mut self, id: FeedId) {
        let feeds = self.engine.feeds().await.unwrap();
        let state = feeds.into_iter().find(|status| status.id() == id).expect("it is there").state;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let soon = i64::try_from(now).unwrap() + 500;
        let waits = match state {
            FeedState::Closed { .. } => true,
            FeedState::Waiting { retry_at, .. }
            | FeedState::NeedsAttention { retry_at, .. }
            | FeedState::Polling { retry_at, .. } => retry_at > soon,
            _ => false,
        };
        if waits {
            self.engine.reconnect(Some(id)).await.unwrap();
            self.wished(id);
        }
    }

    /// Removes what only passed.
    pub(crate) async fn leaves(&mut self) {
        for id in std::mem::take(&mut self.passing) {
            self.engine.delete_feed(id).await.unwrap();
        }
    }

    pub(crate) fn wishes_of(&self, id: FeedId) -> usize {
        self.wishes.get(&id).copied().unwrap_or(0)
    }

    fn wished(&mut self, id: FeedId) {
        *self.wishes.entry(id).or_default() += 1;
    }
}
