//! `tidings feed …`: the feeds, changed by the process that runs them, or here if none does.
//!
//! Deliberately not here: what a feed does (the engine), the socket (`control.rs`).
mod announcing;
mod arranging;
mod config;
pub(super) mod credential;
mod log;
mod preset;
mod record;
mod status;
mod tested;
mod testing;

pub(super) use record::not_created;
pub(super) use status::mapped;

use super::owner::Owner;
use super::{DataDir, Failed, Format, Outcome, tell};
use crate::control::Request;
use clap::{Args, Subcommand};
use std::path::PathBuf;
use tidings_engine::preset::OwnPresets;
use tidings_engine::{Feed, FeedId, Item};

/// Add, show and change feeds
///
/// If Tidings is running on the same data directory, it is asked, and changes take effect at once.
#[derive(Debug, Args)]
pub(super) struct FeedCommand {
    #[command(flatten)]
    pub(super) data: DataDir,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Follow another event stream
    #[command(after_help = "\
Examples:
  tidings feed add builds https://ci.example.org/events
  tidings feed add home https://home.example.org/api/stream --auth bearer
  pass show ci | tidings feed add ci https://ci.example.org/events --auth basic:anna --secret-stdin
  tidings feed add topic https://ntfy.sh/mytopic
  tidings feed add berlin --preset wikimedia --set site=de.wikipedia.org --set about=Berlin
  tidings feed add topic https://push.example.org/topic/sse --resume query:since --resume-path id")]
    Add {
        /// What to call it
        name: String,
        /// Its address (http or https); with --preset and --set it can be left out
        url: Option<String>,
        #[command(flatten)]
        preset: preset::Choice,
        #[command(flatten)]
        choices: config::Choices,
    },
    /// List all feeds, and how they fare if Tidings is running
    ///
    /// They are in the order of the window, those in a folder indented under its name.
    List {
        /// List the feeds that were removed and whose history stays instead
        #[arg(long)]
        removed: bool,
        /// How feeds are written
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Show all about one feed
    Show {
        /// Its name or id
        feed: String,
        /// How it is written
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Change a feed; what is not named stays
    Edit {
        /// Its name or id
        feed: String,
        #[command(flatten)]
        changes: config::Changes,
    },
    /// Try an address once, layer by layer, without adding it
    ///
    /// Name lookup, connection, TLS, answer, content type, first bytes, first event, heartbeat: each with its time, as it comes.
    /// Then what is wrong, if anything is, and a better address where one can be named. It is asked exactly as a feed with
    /// these settings would ask. If the address or what comes shows which source it is, that is said too.
    #[command(after_help = "\
Exit status: 0 if it is an event stream, 1 if it does not work, 2 for bad usage, 3 if the server took the request but did not
answer in time (many do not before their first event).

Examples:
  tidings feed test https://ci.example.org/events --auth bearer
  tidings feed test ntfy.sh/mytopic/sse --for 1m --preset ntfy")]
    Test {
        /// The address (http or https)
        url: String,
        /// How long: seconds (10s) or minutes (2m)
        #[arg(long = "for", value_name = "TIME", default_value = "10s")]
        length: String,
        /// End as soon as so many events have come
        #[arg(long, value_name = "N")]
        max_events: Option<u64>,
        /// Set it up as this kind of source first, as 'feed add' does
        #[arg(long, value_name = "ID")]
        preset: Option<String>,
        /// How the result is written
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        /// The same as --format ndjson
        #[arg(long, conflicts_with = "format")]
        json: bool,
        #[command(flatten)]
        choices: config::Choices,
    },
    /// Show what happened lately on the connections of a feed
    ///
    /// Attempts, answers with their times, events, comments, and why a connection was lost; the last of it, since Tidings was
    /// started. Nothing of it is kept when Tidings ends. Passwords and tokens are left out.
    #[command(after_help = "\
Examples:
  tidings feed log builds --verbose                # each attempt step by step, with the headers of request and answer
  tidings feed log builds --follow --format ndjson # one JSON object on each line, for programs
  tidings feed log builds --raw                    # the lines of the stream as they come, comments and all")]
    Log {
        /// Its name or id
        feed: String,
        /// Go on with what happens, until Ctrl-C
        #[arg(long)]
        follow: bool,
        /// Each step of the last attempts with its time, and the headers of request and answer
        #[arg(long, short)]
        verbose: bool,
        /// The lines of the stream as they come from now on, until Ctrl-C, instead of what they mean
        #[arg(long)]
        raw: bool,
        /// How entries are written
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Write all that goes over the connections of a feed into a file, for tidings replay
    ///
    /// Requests, answers and every byte of the stream with its time, from now on, until Ctrl-C. Passwords and tokens are hidden in
    /// addresses and headers; what comes over the stream is written as it comes.
    Record {
        /// Its name or id
        feed: String,
        /// The file; it must not be there yet
        file: PathBuf,
        /// Make a new connection, to record it from its beginning
        #[arg(long)]
        reconnect: bool,
    },
    /// Write the request of a feed as a command line of curl, with placeholders for passwords and tokens
    Curl {
        /// Its name or id
        feed: String,
    },
    /// Send a test event through mapping, rules, quiet hours and the notification service
    ///
    /// It says what becomes of it at each step. The event is not stored, and its notification is marked as a test.
    SendTest {
        /// Its name or id
        feed: String,
        /// The event's type
        #[arg(long = "event", value_name = "TYPE", default_value = "message")]
        event_type: String,
        /// The event's data
        #[arg(long, default_value = "A test of Tidings", allow_hyphen_values = true)]
        data: String,
        /// How the steps are written
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Stop following a feed for now
    Pause {
        /// Its name or id
        feed: String,
    },
    /// Follow a paused feed again
    Resume {
        /// Its name or id
        feed: String,
    },
    /// End a feed's connection and make a new one at once
    Reconnect {
        /// Its name or id
        #[arg(required_unless_present = "all")]
        feed: Option<String>,
        /// All feeds that are not paused
        #[arg(long, conflicts_with = "feed")]
        all: bool,
    },
    /// Remove a feed, and leave its stored events
    ///
    /// They stay in the list and are found; what was unread counts as read. For a day the feed can be brought back as it was
    /// (tidings feed restore). After that its settings are forgotten.
    Remove {
        /// Its name or id
        feed: String,
        /// Delete its stored events too, for good; also those of a feed that was removed before
        #[arg(long)]
        with_history: bool,
    },
    /// Bring a removed feed back as it was, within a day
    Restore {
        /// Its name or id
        feed: String,
    },
    /// Put a feed elsewhere in the list
    #[command(after_help = "\
Examples:
  tidings feed move builds --into Work
  tidings feed move builds --before alerts")]
    Move {
        /// Its name or id
        feed: String,
        #[command(flatten)]
        to: arranging::FeedTo,
    },
    /// Put a folder elsewhere in the list, rename it, or dissolve it
    Folder {
        /// Its name
        folder: String,
        #[command(flatten)]
        to: arranging::FolderTo,
    },
}

impl FeedCommand {
    pub(super) fn run(self) -> Outcome {
        let data_dir = self.data.path()?;
        let own = OwnPresets::of(&data_dir);
        if let Action::Test { url, length, max_events, preset, format, json, choices } = self.action {
            let format = if json { Format::Ndjson } else { format };
            let preset = preset.map(|id| own.find(&id)).transpose().map_err(Failed::work)?;
            return testing::Asked { url, length, max_events, format, preset }.test(&own, choices);
        }
        let mut owner = Owner::of(data_dir)?;
        let told = match self.action {
            Action::Add { name, url, preset, choices } => {
                let (choices, secrets) = choices.check().map_err(Failed::Usage)?;
                let begun = preset.begin(config::named(name).map_err(Failed::Usage)?, url, &own)?;
                let feed =
                    owner.ask_for_feed(Request::FeedAdd { config: choices.apply(begun.config.clone()), secrets })?;
                let kept = credential::kept(&feed.config);
                tell(&format!("Added “{}” as feed {}.{kept}", feed.config.name, feed.id))?;
                return begun.said(&feed.config).iter().try_for_each(|sentence| tell(sentence));
            }
            Action::Edit { feed, changes } => {
                // What was typed wrongly is said before anybody is asked.
                let (preset, changes) = changes.check().map_err(Failed::Usage)?;
                let feed = owner.feed(&feed)?;
                let secrets = changes.secrets().map_err(Failed::Usage)?;
                let begun = match preset {
                    Some(id) => preset::applied(&id, feed.config, &own)?,
                    None => feed.config,
                };
                let (id, config) = (feed.id, changes.apply(begun));
                let told = if secrets.is_empty() { |_: &_| String::new() } else { credential::kept };
                let feed = owner.ask_for_feed(Request::FeedEdit { id, config, secrets })?;
                format!("Changed “{}”.{}", feed.config.name, told(&feed.config))
            }
            Action::Pause { feed } => {
                let feed = owner.feed(&feed)?;
                owner.ask(Request::FeedPause { id: feed.id, paused: true })?;
                format!("Paused “{}”.", feed.config.name)
            }
            Action::Resume { feed } => {
                let feed = owner.feed(&feed)?;
                owner.ask(Request::FeedPause { id: feed.id, paused: false })?;
                format!("Resumed “{}”.", feed.config.name)
            }
            Action::Reconnect { feed: None, .. } => {
                owner.ask_running(Request::Reconnect { id: None })?;
                "Reconnecting all feeds.".into()
            }
            Action::Reconnect { feed: Some(feed), .. } => {
                let feed = owner.feed(&feed)?;
                let name = &feed.config.name;
                if feed.paused {
                    return Err(Failed::Work(format!("“{name}” is paused; follow it again with tidings feed resume.")));
                }
                owner.ask_running(Request::Reconnect { id: Some(feed.id) })?;
                format!("Reconnecting “{name}”.")
            }
            Action::Remove { feed, with_history: false } => {
                let feed = owner.feed(&feed)?;
                owner.ask(Request::FeedRemove { id: feed.id })?;
                format!("Removed “{}”. Its stored events stay; tidings feed restore brings it back.", feed.config.name)
            }
            Action::Remove { feed, with_history: true } => {
                let (id, name) = there_or_removed(&mut owner, &feed)?;
                owner.ask(Request::FeedDelete { id })?;
                format!("Deleted “{name}” and its stored events.")
            }
            Action::Restore { feed } => {
                let (id, _) = removed(&mut owner, &feed)?.ok_or_else(|| {
                    Failed::Work(format!("No feed “{feed}” was removed; see tidings feed list --removed."))
                })?;
                let feed = owner.ask_for_feed(Request::FeedRestore { id })?;
                format!("“{}” is back.", feed.config.name)
            }
            Action::Move { feed, to } => {
                let feeds = owner.feeds()?;
                let feed = find(&feeds, &feed).map_err(Failed::Work)?;
                let to = to.destination(&feeds).map_err(Failed::Work)?;
                owner.ask(Request::Move { item: Item::Feed { feed: feed.id }, to })?;
                format!("Moved “{}”.", feed.config.name)
            }
            Action::Folder { folder, to } => {
                let feeds = owner.feeds()?;
                let folder = arranging::folder(&feeds, &folder).map_err(Failed::Work)?;
                let (to, told) = to.destination(&feeds, &folder).map_err(Failed::Work)?;
                owner.ask(Request::Move { item: Item::Folder { folder }, to })?;
                told
            }
            Action::Log { feed, follow, verbose, raw, format } => {
                return log::show(&mut owner, &feed, follow || raw, log::Shown { verbose, raw }, format);
            }
            Action::Record { feed, file, reconnect } => return record::record(&mut owner, &feed, &file, reconnect),
            Action::Curl { feed } => owner.feed(&feed)?.config.curl(&owner.settings()?.network),
            Action::SendTest { feed, event_type, data, format } => {
                return tested::send(&mut owner, &feed, event_type, data, format);
            }
            // Needs nobody's feeds, and was done above.
            Action::Test { .. } => return Ok(()),
            Action::List { removed: true, format } => return status::list_removed(&owner.look_at_removed()?, format),
            Action::List { removed: false, format } => return status::list(&owner.look()?, format),
            Action::Show { feed, format } => return status::show(&owner.look()?, &feed, format, &|id| owner.gaps(id)),
        };
        tell(&told)
    }
}

/// The feed that is meant by a name or an id; a name goes before an id, and case only counts where it has to.
///
/// Fails with a sentence.
pub(super) fn find<'a>(feeds: &'a [Feed], meant: &str) -> Result<&'a Feed, String> {
    find_if_there(feeds, meant)?.ok_or_else(|| nothing_called(meant))
}

/// [`find`], where none may be meant.
fn find_if_there<'a>(feeds: &'a [Feed], meant: &str) -> Result<Option<&'a Feed>, String> {
    let id = find_named(&feeds.iter().map(|feed| (feed.id, &*feed.config.name)), meant)?;
    Ok(id.and_then(|id| feeds.iter().find(|feed| feed.id == id)))
}

/// The feed that is meant among those that are there, or else among those that were removed and left their history.
///
/// Fails with a sentence.
pub(super) fn find_or_removed<'a>(there: &'a [Feed], removed: &'a [Feed], meant: &str) -> Result<&'a Feed, String> {
    let there = find_if_there(there, meant)?;
    let feed = if there.is_none() { find_if_there(removed, meant)? } else { there };
    feed.ok_or_else(|| nothing_called(meant))
}

/// [`find`] among anything that has an id and a name. That several may be meant is a failure, with a sentence: then none is
/// looked for elsewhere.
fn find_named<'a>(
    named: &(impl Iterator<Item = (FeedId, &'a str)> + Clone),
    meant: &str,
) -> Result<Option<FeedId>, String> {
    let exact: Vec<_> = named.clone().filter(|(_, name)| *name == meant).collect();
    let found = if exact.is_empty() {
        let folded = meant.to_lowercase();
        named.clone().filter(|(_, name)| name.to_lowercase() == folded).collect()
    } else {
        exact
    };
    match *found {
        [(id, _)] => return Ok(Some(id)),
        [] => {}
        ref several => {
            let ids: Vec<_> = several.iter().map(|(id, _)| id.to_string()).collect();
            return Err(format!("Several feeds are called “{meant}”; name one by its id: {}.", ids.join(", ")));
        }
    }
    let id = meant.parse().ok().map(FeedId);
    Ok(id.filter(|id| named.clone().any(|(other, _)| other == *id)))
}

fn nothing_called(meant: &str) -> String {
    format!("There is no feed “{meant}”; see tidings feed list.")
}

/// A feed that is there, or else one that was removed and left its history.
fn there_or_removed(owner: &mut Owner, meant: &str) -> Result<(FeedId, String), Failed> {
    if let Some(feed) = find_if_there(&owner.feeds()?, meant).map_err(Failed::Work)? {
        return Ok((feed.id, feed.config.name.clone()));
    }
    removed(owner, meant)?.ok_or_else(|| Failed::Work(nothing_called(meant)))
}

/// The feed that is meant among those that were removed and left their history.
fn removed(owner: &mut Owner, meant: &str) -> Result<Option<(FeedId, String)>, Failed> {
    let removed = owner.removed()?;
    let id = find_named(&removed.iter().map(|feed| (feed.id, &*feed.name)), meant).map_err(Failed::Work)?;
    Ok(removed.into_iter().find(|feed| Some(feed.id) == id).map(|feed| (feed.id, feed.name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_engine::FeedConfig;

    fn feed(id: i64, name: &str) -> Feed {
        let config = FeedConfig::new(name, "http://localhost/");
        Feed { id: FeedId(id), config, paused: false }
    }

    #[test]
    fn a_feed_is_found_by_what_people_call_it() {
        let feeds =
            [feed(1, "Builds"), feed(2, "builds"), feed(3, "News"), feed(4, "3"), feed(7, "twin"), feed(8, "twin")];
        for (meant, expected) in [
            ("Builds", Ok(1)),
            ("builds", Ok(2)),
            ("NEWS", Ok(3)),
            ("3", Ok(4)),
            ("7", Ok(7)),
            ("BUILDS", Err("Several feeds are called “BUILDS”; name one by its id: 1, 2.")),
            ("twin", Err("Several feeds are called “twin”; name one by its id: 7, 8.")),
            ("9", Err("There is no feed “9”; see tidings feed list.")),
            ("", Err("There is no feed “”; see tidings feed list.")),
        ] {
            assert_eq!(find(&feeds, meant).map(|feed| feed.id.0), expected.map_err(str::to_owned), "{meant}");
        }
    }
}
