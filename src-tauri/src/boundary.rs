//! What crosses the boundary between the window and its backend, besides the engine's own types.
//!
//! `ui/src/lib/ipc/types.gen.ts` is made of these types. Deliberately not here: the commands, which are Tauri's
//! (`window/commands/`), and how messages travel (`event_channel.rs`).
use crate::job::Job;
use crate::offer::{NoOffer, Offer};
use serde::{Deserialize, Serialize, Serializer};
use std::ops::Deref;
use std::sync::Arc;
use tidings_engine::feeds_file::FileFault;
use tidings_engine::{
    Counts, EngineError, Envelope, EventId, FeedFault, FeedId, FeedStatus, LogBatch, Mute, RemovedFeed, SetAside,
    Settings, Space, StorageProblem, Target, TestReport,
};
use ts_rs::TS;

/// All that a window needs to begin with.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// In the order of the sidebar.
    pub feeds: Vec<FeedStatus>,
    /// The feeds that were removed and whose history stays, the latest first.
    pub removed: Vec<RemovedFeed>,
    /// How many events there are.
    pub counts: Counts,
    /// What the user chose.
    pub settings: Settings,
    /// What is muted.
    pub mutes: Vec<Mute>,
    /// The banners to show.
    pub notices: Vec<Notice>,
    /// Long work, under way or ended.
    pub jobs: Vec<Job>,
    /// The number of the last engine event that is in here already; the first one to come is newer.
    #[ts(type = "number")]
    pub seq: u64,
    /// The newest event in the history.
    pub newest: Option<EventId>,
    /// What a notification or the tray asked for before there was a window to show it.
    pub show: Option<Place>,
    /// The program's version.
    pub version: String,
    /// Whether the demo feed can be offered: it is not among the feeds.
    pub demo_available: bool,
}

/// What the backend tells the window.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum WindowMessage {
    /// Something happened in the engine.
    Engine(#[ts(as = "Envelope")] SharedEnvelope),
    /// Show this to the user.
    Show {
        /// What was asked for.
        place: Place,
    },
    /// What happened on the connections of the feed whose log the page looks at.
    Log {
        /// The feed.
        feed: FeedId,
        /// What.
        #[serde(flatten)]
        batch: LogBatch,
    },
    /// How the test of an address fares that the page wants.
    Test {
        /// By which the page knows it.
        number: u32,
        /// Instead of that before.
        report: Box<TestReport>,
    },
    /// This long work, instead of that before.
    Jobs {
        /// In the order in which it was begun.
        jobs: Vec<Job>,
    },
    /// These banners, instead of those before.
    Notices {
        /// In a fixed order.
        notices: Vec<Notice>,
    },
}

/// The history as a file, as the settings show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct DataFacts {
    /// The folder it lies in.
    pub folder: String,
    /// How much it takes.
    pub space: Space,
}

/// A backup that can be restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BackupFile {
    /// Of the file, in the folder in which backups are put.
    pub name: String,
    /// How large it is.
    #[ts(type = "number")]
    pub bytes: u64,
    /// When it was made, in milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub made_at: i64,
    /// Whether a passphrase opens passwords and tokens in it.
    pub sealed: bool,
}

/// Where a backup is that is to be restored.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum BackupFrom {
    /// Where backups are put.
    Downloads {
        /// Its name there.
        name: String,
    },
    /// The page handed it over.
    Handed {
        /// By this number.
        file: u32,
    },
}

/// Something in the window that can be led to from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Place {
    /// An event, among those around it.
    Event {
        /// The event.
        id: EventId,
    },
    /// The events of a feed.
    Feed {
        /// The feed.
        id: FeedId,
    },
    /// All that is not read.
    Unread,
    /// The settings.
    Settings,
    /// The dialog for a new feed, filled in by a link. The link adds nothing and has no server asked.
    Add {
        /// What with.
        offer: Box<Offer>,
    },
    /// Nowhere: a link that says nothing which Tidings does.
    Nowhere,
}

impl From<Result<Offer, NoOffer>> for Place {
    fn from(read: Result<Offer, NoOffer>) -> Self {
        match read {
            Ok(offer) => Self::Add { offer: Box::new(offer) },
            Err(why) => {
                // The link itself may hold a secret.
                tracing::info!(%why, "a link was not followed");
                Self::Nowhere
            }
        }
    }
}

impl From<Target> for Place {
    fn from(target: Target) -> Self {
        match target {
            Target::Event(id) => Self::Event { id },
            Target::Feed(id) => Self::Feed { id },
            Target::Unread => Self::Unread,
        }
    }
}

/// An [`Envelope`] that the engine's other listeners have too, written like the envelope itself.
#[derive(Debug, Clone)]
pub struct SharedEnvelope(pub Arc<Envelope>);

impl Serialize for SharedEnvelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Envelope::serialize(self, serializer)
    }
}

impl Deref for SharedEnvelope {
    type Target = Envelope;

    fn deref(&self) -> &Envelope {
        &self.0
    }
}

/// A one-line banner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Notice {
    /// What it is about.
    pub code: NoticeCode,
    /// One sentence for the user, in English.
    pub message: String,
    /// More, for a sentence in the user's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub about: Option<NoticeAbout>,
}

impl Notice {
    /// One that a sentence says whole.
    pub fn new(code: NoticeCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), about: None }
    }
}

impl From<StorageProblem> for Notice {
    fn from(problem: StorageProblem) -> Self {
        let message = problem.message.clone();
        Self { code: NoticeCode::Storage, message, about: Some(NoticeAbout::Storage(problem)) }
    }
}

impl From<SetAside> for Notice {
    fn from(set_aside: SetAside) -> Self {
        let message = set_aside.sentence();
        Self { code: NoticeCode::SetAside, message, about: Some(NoticeAbout::SetAside(set_aside)) }
    }
}

/// What a [`Notice`] tells of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum NoticeAbout {
    /// Storing fails.
    Storage(StorageProblem),
    /// A damaged history was replaced.
    SetAside(SetAside),
}

/// What a [`Notice`] is about; there is one of each at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeCode {
    /// Events are not being stored.
    Storage,
    /// The history was damaged and goes on with what could be read.
    SetAside,
    /// Nothing can be announced.
    NoNotificationService,
    /// Nobody shows the tray icon.
    NoTrayHost,
    /// Closing the window left the program running in the tray.
    ToldAboutTray,
}

/// Why a command was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct CommandError {
    /// Stable, for programs.
    pub code: String,
    /// One sentence for the user.
    pub message: String,
    /// What is wrong with the store, where that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub storage: Option<StorageProblem>,
    /// What is wrong with the file, where that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub file: Option<Box<FileFault>>,
    /// What is wrong with the settings of a feed, where that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub feed: Option<Box<FeedFault>>,
}

impl CommandError {
    /// A refusal that does not come from the engine.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), storage: None, file: None, feed: None }
    }
}

impl From<EngineError> for CommandError {
    fn from(error: EngineError) -> Self {
        let said = Self::new(error.code(), error.to_string());
        match error {
            EngineError::Store(error) => Self { storage: Some(error.problem()), ..said },
            EngineError::BadFile(fault) => Self { file: Some(Box::new(fault)), ..said },
            EngineError::BadFeed(fault) => Self { feed: Some(Box::new(fault)), ..said },
            _ => said,
        }
    }
}
