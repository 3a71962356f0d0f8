//! What the engine can fail with, as its callers need to tell apart.
//!
//! Deliberately not here: failures of connections, which are a feed's state and no error (`feed_state.rs`).
use crate::feeds_file::FileFault;
use crate::{EventId, FeedFault, FeedId, SecretsError};

/// Each message says what failed, why, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No such feed, any more.
    #[error("There is no feed {0}. It may have been removed.")]
    NoSuchFeed(FeedId),
    /// No such folder, any more.
    #[error("There is no folder “{0}”. It may have been renamed.")]
    NoSuchFolder(String),
    /// No such event, any more.
    #[error("There is no event {0}. It may have been removed.")]
    NoSuchEvent(EventId),
    /// A removed feed that has no settings any more.
    #[error("Feed {0} cannot be brought back: it was not removed, or longer than a day ago. Add it again.")]
    NotRestorable(FeedId),
    /// What cannot be taken back any more.
    #[error("This cannot be taken back any more.")]
    TooLate,
    /// Settings that cannot work.
    #[error("{0}")]
    BadFeed(#[from] FeedFault),
    /// A password or token cannot be kept or read.
    #[error("{0}")]
    Secrets(#[from] SecretsError),
    /// A file of feeds, or a backup, that cannot be used or made.
    #[error("{0}")]
    BadFile(#[from] FileFault),
    /// A passphrase does not open what was sealed.
    #[error("The passphrase is not the one with which the passwords and tokens were sealed: check it.")]
    WrongPassphrase,
    /// The store cannot be opened, read or written.
    #[error("{0}")]
    Store(#[from] crate::store::StoreError),
    /// The system gives no further thread, or none that can wait for the network.
    #[error("The engine could not start: {0}. Close other programs and try again.")]
    NoThread(String),
    /// [`Engine::shut_down`](crate::Engine::shut_down) was called.
    #[error("The engine has shut down.")]
    ShutDown,
}

impl EngineError {
    /// A stable code for the boundary to the window and the command line.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchFeed(_) => "no-such-feed",
            Self::NoSuchFolder(_) => "no-such-folder",
            Self::NoSuchEvent(_) => "no-such-event",
            Self::NotRestorable(_) => "not-restorable",
            Self::TooLate => "too-late",
            Self::BadFeed(_) => "bad-feed",
            Self::Secrets(_) => "secrets",
            Self::BadFile(_) => "bad-file",
            Self::WrongPassphrase => "wrong-passphrase",
            Self::Store(_) => "store",
            Self::NoThread(_) => "no-thread",
            Self::ShutDown => "shut-down",
        }
    }
}
