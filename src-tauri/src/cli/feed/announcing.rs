//! What can be chosen on the command line for how the events of a feed are announced.
//!
//! Deliberately not here: what the choices mean (the engine's `announce.rs`), and what holds for all feeds that have none
//! of their own (`cli/settings.rs`).
use crate::cli::settings;
use clap::{Args, ValueEnum};
use tidings_engine::announce::{Burst, FeedAnnouncing};

/// What can be chosen for a new feed as well as for one that is there.
#[derive(Debug, Default, Args)]
pub(super) struct OwnChoices {
    /// Announce so many one by one in so many seconds, and count the rest in one: '5/10', or 'default' (as the settings
    /// say)
    #[arg(long, value_name = "N/SECONDS")]
    burst: Option<String>,
    /// Whether urgent events are announced whatever else holds: quiet hours, mutes, do-not-disturb
    #[arg(long, value_name = "WHETHER")]
    urgent_passes: Option<Whether>,
    /// Announce its events in quiet hours too
    #[arg(long)]
    ignore_quiet_hours: bool,
    /// Whether nothing is announced of what the focused window shows
    #[arg(long, value_name = "WHETHER")]
    quiet_in_view: Option<Whether>,
}

/// A choice of the feed's own, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Whether {
    Yes,
    No,
    /// As the settings say
    Default,
}

impl Whether {
    const fn own(self) -> Option<bool> {
        match self {
            Self::Yes => Some(true),
            Self::No => Some(false),
            Self::Default => None,
        }
    }
}

/// A burst of the feed's own, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BurstChoice(Option<Burst>);

/// Changes that can be made to any feed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Checked {
    burst: Option<BurstChoice>,
    urgent_passes: Option<Whether>,
    pub(super) ignores_quiet_hours: Option<bool>,
    quiet_in_view: Option<Whether>,
}

impl OwnChoices {
    /// Fails with a sentence.
    pub(super) fn check(self) -> Result<Checked, String> {
        Ok(Checked {
            burst: self.burst.as_deref().map(burst).transpose()?,
            urgent_passes: self.urgent_passes,
            ignores_quiet_hours: self.ignore_quiet_hours.then_some(true),
            quiet_in_view: self.quiet_in_view,
        })
    }
}

impl Checked {
    /// What was not named stays.
    pub(super) fn apply(self, old: FeedAnnouncing) -> FeedAnnouncing {
        FeedAnnouncing {
            burst: self.burst.map_or(old.burst, |BurstChoice(own)| own),
            urgent_passes: self.urgent_passes.map_or(old.urgent_passes, Whether::own),
            ignores_quiet_hours: self.ignores_quiet_hours.unwrap_or(old.ignores_quiet_hours),
            quiet_in_view: self.quiet_in_view.map_or(old.quiet_in_view, Whether::own),
        }
    }
}

fn burst(given: &str) -> Result<BurstChoice, String> {
    if given == "default" { Ok(BurstChoice(None)) } else { settings::burst(given).map(|own| BurstChoice(Some(own))) }
}
