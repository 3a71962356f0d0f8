//! Where feeds and folders can be put on the command line.
//!
//! Deliberately not here: what a move does (the engine's `arrangement.rs`).
use super::find;
use clap::Args;
use tidings_engine::{Destination, Feed, Item};

/// Where a feed goes.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct FeedTo {
    /// Directly before this feed, in its folder; or before this folder
    #[arg(long, value_name = "NAME")]
    before: Option<String>,
    /// Directly after this feed, in its folder; or after this folder
    #[arg(long, value_name = "NAME")]
    after: Option<String>,
    /// To the end of this folder, which is made if it is new
    #[arg(long, value_name = "FOLDER")]
    into: Option<String>,
    /// Out of its folder
    #[arg(long)]
    out: bool,
}

/// Where a folder goes, or what becomes of it.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct FolderTo {
    /// Directly before this feed or folder
    #[arg(long, value_name = "NAME")]
    before: Option<String>,
    /// Directly after this feed or folder
    #[arg(long, value_name = "NAME")]
    after: Option<String>,
    /// Another name; if another folder has it, the two become one
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    /// Take all feeds out of it
    #[arg(long)]
    dissolve: bool,
}

impl FeedTo {
    /// Fails with a sentence.
    pub(super) fn destination(self, feeds: &[Feed]) -> Result<Destination, String> {
        match self {
            Self { before: Some(name), .. } => Ok(Destination::Before { item: item(feeds, &name)? }),
            Self { after: Some(name), .. } => Ok(Destination::After { item: item(feeds, &name)? }),
            Self { into: Some(name), .. } => {
                // One that is there is meant, whatever the case.
                Ok(Destination::Into { folder: folder(feeds, &name).unwrap_or(name) })
            }
            _ => Ok(Destination::Into { folder: String::new() }),
        }
    }
}

impl FolderTo {
    /// And what is said when it is done. Fails with a sentence.
    pub(super) fn destination(self, feeds: &[Feed], moving: &str) -> Result<(Destination, String), String> {
        let moved = format!("Moved the folder “{moving}”.");
        match self {
            Self { before: Some(name), .. } => Ok((Destination::Before { item: item(feeds, &name)? }, moved)),
            Self { after: Some(name), .. } => Ok((Destination::After { item: item(feeds, &name)? }, moved)),
            Self { rename: Some(name), .. } if !name.trim().is_empty() => {
                let told = format!("The folder “{moving}” is called “{name}” now.");
                Ok((Destination::Into { folder: name }, told))
            }
            Self { rename: Some(_), .. } => Err("A folder needs a name; --dissolve takes all feeds out of it.".into()),
            _ => {
                let told = format!("Dissolved the folder “{moving}”; its feeds are where it was.");
                Ok((Destination::Into { folder: String::new() }, told))
            }
        }
    }
}

/// The name of the folder that is meant, as it is written; case only counts where it has to.
pub(super) fn folder(feeds: &[Feed], meant: &str) -> Result<String, String> {
    let folders = || feeds.iter().map(|feed| &feed.config.folder).filter(|folder| !folder.is_empty());
    let folded = meant.to_lowercase();
    let found = folders().find(|folder| *folder == meant);
    let found = found.or_else(|| folders().find(|folder| folder.to_lowercase() == folded));
    found.cloned().ok_or_else(|| format!("There is no folder “{meant}”; see tidings feed list."))
}

/// A feed, or else a folder.
fn item(feeds: &[Feed], meant: &str) -> Result<Item, String> {
    let no_feed = match find(feeds, meant) {
        Ok(feed) => return Ok(Item::Feed { feed: feed.id }),
        Err(sentence) => sentence,
    };
    folder(feeds, meant).map(|folder| Item::Folder { folder }).map_err(|_| no_feed)
}
