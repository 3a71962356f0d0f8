//! The engine of Tidings: it holds the feeds, keeps one subscription of each alive, maps what comes to title and body,
//! decides what is announced, stores it, and only then tells.
//!
//! Deliberately not here: Tauri, D-Bus, a window, a tray, the command line. What the engine needs of them it takes as a
//! narrow trait ([`announce::Notifier`], [`secret::Secrets`], [`hook::Hooks`]).
pub mod announce;
pub mod arrangement;
mod clock;
pub mod connection_log;
pub mod engine;
pub mod engine_event;
pub mod error;
pub mod event;
pub mod feed;
pub mod feed_state;
pub mod feeds_file;
pub mod figures;
pub mod hook;
pub mod intake;
pub mod language;
pub mod live_test;
pub mod mapping;
mod overview;
pub mod preset;
pub mod restoring;
pub mod retention;
pub mod rule;
pub mod secret;
pub mod settings;
pub mod signal;
pub mod store;
mod subscription;
mod teller;
pub mod template;
pub mod transcript;
pub mod trial;
mod vault;
pub mod world;

pub use announce::{
    Announcement, AnnouncementId, Answer, Clock, Mute, MuteFor, Notifier, Reports, SystemClock, Target, Tested, Why,
};
pub use arrangement::{Destination, Item, Placed};
pub use connection_log::{
    ConnectionStep, Headers, LogAttempt, LogBatch, LogEntry, LogReader, LogStep, Logged, RawLine,
};
pub use engine::{Engine, EngineOptions, RESTORABLE};
pub use engine_event::{EngineEvent, EngineEvents, Envelope};
pub use error::EngineError;
pub use event::{Counts, Event, EventId, EventSummary, Gap, GapQuery, MarkedRead, Page, PageQuery, Scope, Urgency};
pub use feed::{
    Credential, Feed, FeedColor, FeedConfig, FeedFault, FeedId, Header, ProxyChoice, RepeatRule, ResumeMode,
};
pub use feed_state::{Cause, FeedState, FeedStatus, RemovedFeed};
pub use figures::{Absence, Figures, FiguresQuery, LastError};
pub use hook::{HookEnd, HookReport, Hooks, NoHooks};
pub use intake::{Intake, Taken};
pub use language::{Language, LanguageChoice};
pub use live_test::{LiveTest, TestReport};
pub use mapping::Mapping;
pub use retention::{FeedRetention, Retention};
pub use rule::{Action, DecidedBy, Decision, Hook, Rule, Then, Verdict, When};
pub use secret::{
    GivenSecret, KeptSecret, NoSecrets, Secret, SecretOf, SecretPlace, Secrets, SecretsError, SecretsFacts,
};
pub use settings::{Click, NetworkSettings, Settings, Theme};
pub use signal::{Meaning, Signal, Signals};
pub use store::{Fault, History, SetAside, Space, StorageProblem, StoreError};
pub use template::TemplateFault;
pub use trial::{Trial, TrialReport, Tried};
pub use world::WorldChange;
