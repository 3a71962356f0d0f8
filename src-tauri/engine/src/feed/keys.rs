//! What the events of a feed are known by: what a source resumes from, and what tells the same event when it comes again.
//!
//! Deliberately not here: the comparison with what is stored (`store/append.rs`), the requests (`subscription.rs`).
pub(crate) use super::data_path::DataPath;
use super::fault::FeedFault;
use crate::{FeedConfig, RepeatRule, ResumeMode};
use std::sync::Arc;

/// The standard's type of an event that names none. What has another (an `open`, a keepalive) is no message to resume from.
const MESSAGE: &str = "message";

/// How the events of a feed are known.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    /// Where the resume token stands, and in which types of events.
    token: Option<(DataPath, Vec<String>)>,
    /// When an event is the same as an earlier one.
    pub(crate) recognition: Recognition,
}

/// When an event is the same as an earlier one of its feed and type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Recognition {
    /// The ID, which is not empty, and the data are the same.
    #[default]
    Whole,
    /// The value at this path is the same. An event that has none is compared as a whole.
    Key(Arc<DataPath>),
    /// Never.
    Never,
}

impl Keys {
    /// Fails for a path that is none.
    pub(crate) fn of(config: &FeedConfig) -> Result<Self, FeedFault> {
        let token = match &config.resume {
            ResumeMode::Query { path: Some(path), types, .. } => {
                let types = if types.is_empty() { vec![MESSAGE.to_owned()] } else { types.clone() };
                Some((DataPath::parse(path)?, types))
            }
            _ => None,
        };
        let recognition = match &config.repeats {
            RepeatRule::Whole => Recognition::Whole,
            RepeatRule::Key { path } => Recognition::Key(Arc::new(DataPath::parse(path)?)),
            RepeatRule::Never => Recognition::Never,
        };
        Ok(Self { token, recognition })
    }

    /// What the source resumes from after this event, if it says so.
    pub(crate) fn token(&self, event_type: &str, data: &str) -> Option<String> {
        let (path, types) = self.token.as_ref()?;
        types.iter().any(|one| one == event_type).then(|| path.find(data)).flatten()
    }

    /// Whether a source resumes from something else than the last event ID.
    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }
}
