//! Why a connection did not open, or ended.
//!
//! Deliberately not here: what follows from it (`reconnection.rs`).
use std::time::Duration;

/// The layer that failed, as the user is told it. Stable: stored, and shown by the window in its own language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    NameLookup,
    Network,
    Tls,
    HttpStatus,
    NotAnEventStream,
    TooLarge,
    Idle,
    ClosedByServer,
}

impl Layer {
    /// A stable name, in kebab case (`name-lookup`, `network`, `tls`, `http-status`, `not-an-event-stream`,
    /// `too-large`, `idle`, `closed-by-server`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::NameLookup => "name-lookup",
            Self::Network => "network",
            Self::Tls => "tls",
            Self::HttpStatus => "http-status",
            Self::NotAnEventStream => "not-an-event-stream",
            Self::TooLarge => "too-large",
            Self::Idle => "idle",
            Self::ClosedByServer => "closed-by-server",
        }
    }
}

/// Why a connection did not open, or ended. Its `Display` is one sentence for the user, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    // The connection's author completes these; `layer()` below is the contract.
    #[error("The server ended the stream.")]
    Ended {
        /// Whether an event had come over this connection. An end after delivering is normal.
        delivered: bool,
    },
    #[error("The server answered {status} {}.", reason)]
    Status { status: u16, reason: String, retry_after: Option<Duration> },
}

impl Failure {
    /// The layer to name.
    pub fn layer(&self) -> Layer {
        match self {
            Self::Ended { .. } => Layer::ClosedByServer,
            Self::Status { .. } => Layer::HttpStatus,
        }
    }
}
