//! `tidings mute`, `unmute`: nothing announced for a while, of one feed or of all.
//!
//! Deliberately not here: what becomes of the events meanwhile (the engine's announcing policy).
use super::owner::{Owner, not_understood};
use super::{DataDir, Failed, Outcome, moment, tell};
use crate::control::{Reply, Request};
use clap::Args;
use jiff::Zoned;
use tidings_engine::{Mute as Muted, MuteFor};

/// Announce nothing for a while; without times, until it is ended
///
/// Events are stored all the same, and afterwards one notification says how many came. Urgent events are announced unless
/// the settings say otherwise. It ends by itself, also if Tidings is not running then.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tidings mute --for 1h
  tidings mute builds --until tomorrow
  tidings mute --until 18:30
  tidings mute --list")]
pub(super) struct Mute {
    #[command(flatten)]
    pub(super) data: DataDir,
    /// Only this feed (its name or id)
    feed: Option<String>,
    /// For how long: 45m, 1h, 2d
    #[arg(long = "for", value_name = "TIME", conflicts_with = "until")]
    length: Option<String>,
    /// Until when: 'tomorrow' (eight in the morning), 18:30, a date, or an RFC 3339 time
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
    /// Say what is muted, and change nothing
    #[arg(long, conflicts_with_all = ["feed", "length", "until"])]
    list: bool,
}

/// Announce again
///
/// Ends what `tidings mute` began: for all feeds, or for one that was muted by itself.
#[derive(Debug, Args)]
pub(super) struct Unmute {
    #[command(flatten)]
    pub(super) data: DataDir,
    /// Only this feed (its name or id)
    feed: Option<String>,
}

impl Mute {
    pub(super) fn run(self) -> Outcome {
        let now = Zoned::now();
        let length = match (&self.length, &self.until) {
            (Some(length), _) => moment::length(length).map(MuteFor::Minutes),
            (None, Some(until)) if until == "tomorrow" => Ok(MuteFor::Tomorrow),
            (None, Some(until)) => moment::ahead(until, &now).map(|until| MuteFor::Until(until.as_millisecond())),
            (None, None) => Ok(MuteFor::Ever),
        };
        let length = length.map_err(Failed::Usage)?;
        let mut owner = Owner::of(self.data.path()?)?;
        if self.list {
            return list(&mut owner);
        }
        let feed = self.feed.map(|feed| owner.feed(&feed)).transpose()?;
        let id = feed.as_ref().map(|feed| feed.id);
        let mutes = mutes(owner.ask(Request::Mute { feed: id, length })?)?;
        let this = mutes.into_iter().find(|mute| mute.feed == id);
        let what = feed.map_or_else(|| "all feeds".to_owned(), |feed| format!("“{}”", feed.config.name));
        tell(&format!("Muted {what} {}.", until(this.and_then(|mute| mute.until))))
    }
}

impl Unmute {
    pub(super) fn run(self) -> Outcome {
        let mut owner = Owner::of(self.data.path()?)?;
        let feed = self.feed.map(|feed| owner.feed(&feed)).transpose()?;
        let id = feed.as_ref().map(|feed| feed.id);
        let left = mutes(owner.ask(Request::Unmute { feed: id })?)?;
        let what = feed.map_or_else(|| "All feeds are".to_owned(), |feed| format!("“{}” is", feed.config.name));
        let all = left.iter().find(|mute| mute.feed.is_none());
        tell(&match all {
            Some(all) if id.is_some() => {
                format!("{what} not muted by itself any more; all feeds are {}.", until(all.until))
            }
            _ => format!("{what} announced again."),
        })
    }
}

fn list(owner: &mut Owner) -> Outcome {
    let feeds = owner.feeds()?;
    let mutes = mutes(owner.ask(Request::Mutes)?)?;
    if mutes.is_empty() {
        return tell("Nothing is muted.");
    }
    for mute in mutes {
        let feed = mute.feed.and_then(|id| feeds.iter().find(|feed| feed.id == id));
        let what = feed.map_or_else(|| "all feeds".to_owned(), |feed| format!("“{}”", feed.config.name));
        tell(&format!("{what} {}", until(mute.until)))?;
    }
    Ok(())
}

fn mutes(reply: Reply) -> Result<Vec<Muted>, Failed> {
    if let Reply::Mutes(mutes) = reply { Ok(mutes) } else { Err(not_understood()) }
}

fn until(end: Option<i64>) -> String {
    end.map_or_else(|| "until you end it".to_owned(), |end| format!("until {}", moment::Clock::local().moment(end)))
}
