//! Why a file of feeds, or a feed in it, cannot be taken: as a word with its details, for who says it in another language, and as
//! an English sentence.
//!
//! Deliberately not here: finding it (the modules beside this one), settings that cannot be (`FeedFault`).
use crate::FeedFault;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a file of feeds, or a backup, cannot be used or made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum FileFault {
    /// It is too large.
    #[error("The file is larger than {limit} MiB, so it is no list of feeds.")]
    TooLarge {
        /// The largest, in MiB.
        limit: u32,
    },
    /// There is nothing in it.
    #[error("There is nothing in the file.")]
    Empty,
    /// There are too many feeds in it.
    #[error("There are more than {limit} feeds in the file: divide it.")]
    TooMany {
        /// The most.
        limit: u32,
    },
    /// What it is called, or what it is for, is too long.
    #[error("The title ({title} characters) or the description ({description}) of the file is too long.")]
    LongTitle {
        /// The longest title, in characters.
        title: u32,
        /// The longest description, in characters.
        description: u32,
    },
    /// A later version of Tidings wrote it.
    #[error(
        "The file is of format {found}, which a newer Tidings wrote; this one reads up to format {known}. Nothing was changed."
    )]
    Newer {
        /// Its format.
        #[ts(type = "number")]
        found: i64,
        /// The latest that is read.
        #[ts(type = "number")]
        known: i64,
    },
    /// It is no TOML.
    #[error("The file is no list of feeds that Tidings can read: {why}")]
    NoToml {
        /// What the parser says, as an English sentence.
        why: String,
    },
    /// It does not say that it is a list of feeds.
    #[error("The file is no list of feeds that Tidings can read: it does not begin with format = 1.")]
    NoFormat,
    /// A setting of the file is of another kind.
    #[error("The file is no list of feeds that Tidings can read: “{key}” is no text.")]
    NoText {
        /// The setting.
        key: String,
    },
    /// `sealed` is of another kind.
    #[error("The file is no list of feeds that Tidings can read: “sealed” is no table.")]
    SealedNoTable,
    /// `feed` is of another kind.
    #[error("The file is no list of feeds that Tidings can read: “feed” is no list; write [[feed]].")]
    FeedNoList,
    /// It has a setting that there is not.
    #[error("The file is no list of feeds that Tidings can read: “{key}” means nothing.")]
    Unknown {
        /// The setting.
        key: String,
    },
    /// It is XML, and something else than OPML.
    #[error("The file is no OPML that Tidings can read: it is XML, but no OPML.")]
    OtherXml,
    /// Outlines in outlines in outlines.
    #[error("The file is no OPML that Tidings can read: its outlines are nested too deeply.")]
    TooDeep,
    /// It is no XML.
    #[error("The file is no OPML that Tidings can read: {why}.")]
    NoXml {
        /// What the parser says, in English.
        why: String,
    },
    /// Its secrets are sealed so that opening them would take too long.
    #[error("The passwords and tokens in the file are sealed so that opening them would take too long.")]
    SealedTooHard,
    /// Its secrets are sealed with something else than a passphrase.
    #[error("The passwords and tokens in the file are not sealed with a passphrase.")]
    SealedOtherwise,
    /// What is sealed is not whole. The error of a parser would quote what it read.
    #[error("The passwords and tokens in the file are damaged: get the whole file again, or import it without them.")]
    SealedDamaged,
    /// Because of one feed none was taken.
    #[error("Nothing was imported, because of “{name}”: {why}")]
    NotImported {
        /// What that one is called.
        name: String,
        /// Why, as an English sentence.
        why: String,
    },
    /// What has no word of its own.
    #[error("{sentence}")]
    Other {
        /// In English.
        sentence: String,
    },
}

/// Why a feed of a file cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum ItemFault {
    /// A line of a list of addresses is none.
    #[error("This line is no address of a stream (http or https).")]
    NoAddress,
    /// It is no table.
    #[error("It is no table; write [[feed]].")]
    NoTable,
    /// `paused` is of another kind.
    #[error("“paused” is neither true nor false.")]
    Paused,
    /// It pretends to know where secrets are kept.
    #[error("“secrets” means nothing: passwords and tokens are sealed.")]
    Secrets,
    /// It has a setting that there is not.
    #[error("“{key}” means nothing.")]
    Unknown {
        /// The setting.
        key: String,
    },
    /// A setting is of another kind, or has a value that there is not.
    #[error("{why}")]
    Unreadable {
        /// What the parser says, as an English sentence.
        why: String,
    },
    /// An earlier one in the file is the same.
    #[error("It stands in the file twice.")]
    Twice,
    /// A feed cannot have such settings.
    #[error("{fault}")]
    Settings {
        /// Why.
        fault: FeedFault,
    },
}

impl From<FeedFault> for ItemFault {
    fn from(fault: FeedFault) -> Self {
        Self::Settings { fault }
    }
}
