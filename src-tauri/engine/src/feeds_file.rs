//! Feeds as one readable file (`docs/feeds-file.md`): written for other computers and people, and read whoever wrote it.
//!
//! A file is untrusted: it is bounded, it is shown before anything is done with it ([`ImportPreview`]), and it starts no
//! program. Pure. Deliberately not here: what becomes of the feeds (`engine/core/exchange.rs`), and history, which a backup
//! has (`store/backup.rs`).
mod fault;
mod opml;
mod preview;
mod sealed;
mod written;

pub use fault::{FileFault, ItemFault};
pub(crate) use preview::{Chosen, Reading};
pub use preview::{Danger, Import, ImportItem, ImportPreview, Imported, Sealed, Standing};
pub(crate) use sealed::{SealedFeed, open, seal};

use crate::{EngineError, FeedConfig, FeedId, GivenSecret, Secret};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The format that is written, and the latest that is read.
pub const FORMAT: i64 = 1;
/// The largest file, in bytes.
pub const SIZE_LIMIT: usize = SIZE_LIMIT_MIB as usize * 1024 * 1024;
const SIZE_LIMIT_MIB: u32 = 2;
/// The most feeds of a file.
pub const FEEDS_LIMIT: usize = MOST_FEEDS as usize;
const MOST_FEEDS: u32 = 1000;
/// The longest title and description, in characters.
const TITLE_LIMIT: u32 = 200;
const DESCRIPTION_LIMIT: u32 = 5000;

/// Which feeds to write, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Export {
    /// These; `None`: all.
    pub feeds: Option<Vec<FeedId>>,
    /// What the file is called; may be empty.
    pub title: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Writes passwords and tokens too, sealed with this; `None`: leaves them out.
    pub passphrase: Option<Secret>,
}

/// A feed as a file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileFeed {
    /// Without programs to start. As it was typed, so that there may be secrets in it.
    pub(crate) config: FeedConfig,
    /// Whether it rests.
    pub(crate) paused: bool,
    /// The programs that its rules would start, and which are left out.
    pub(crate) hooks: Vec<Vec<String>>,
    /// Why it cannot be taken.
    pub(crate) fault: Option<ItemFault>,
}

impl FileFeed {
    pub(crate) fn new(config: FeedConfig, paused: bool) -> Self {
        let mut feed = Self { config, paused, hooks: vec![], fault: None };
        for rule in &mut feed.config.rules {
            feed.hooks.extend(rule.then.hook.take().map(|hook| hook.command));
        }
        feed
    }

    /// One that cannot be read.
    fn refused(name: String, url: String, fault: ItemFault) -> Self {
        Self { fault: Some(fault), ..Self::new(FeedConfig::new(name, url), false) }
    }
}

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FeedsFile {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) feeds: Vec<FileFeed>,
    /// Passwords and tokens, sealed.
    pub(crate) sealed: Option<String>,
}

impl FeedsFile {
    /// Reads a file of Tidings, OPML, or addresses one a line.
    pub(crate) fn read(text: &str) -> Result<Self, EngineError> {
        if text.len() > SIZE_LIMIT {
            return Err(FileFault::TooLarge { limit: SIZE_LIMIT_MIB }.into());
        }
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
        let file = match first {
            None => return Err(FileFault::Empty.into()),
            Some(line) if line.starts_with('<') => opml::read(text)?,
            Some(line) if is_address(line) => addresses(text),
            Some(_) => written::read(text)?,
        };
        if file.feeds.len() > FEEDS_LIMIT {
            return Err(FileFault::TooMany { limit: MOST_FEEDS }.into());
        }
        file.with_short_title()?;
        Ok(file)
    }

    fn with_short_title(&self) -> Result<(), FileFault> {
        let is_longer = |text: &str, limit: u32| text.chars().nth(limit as usize).is_some();
        if is_longer(&self.title, TITLE_LIMIT) || is_longer(&self.description, DESCRIPTION_LIMIT) {
            return Err(FileFault::LongTitle { title: TITLE_LIMIT, description: DESCRIPTION_LIMIT });
        }
        Ok(())
    }

    /// The file. Fails for what could not be read back.
    pub(crate) fn text(&self) -> Result<String, EngineError> {
        self.with_short_title()?;
        let text = written::text(self)?;
        if self.feeds.len() > FEEDS_LIMIT || text.len() > SIZE_LIMIT {
            return Err(bad(format!(
                "A file holds {FEEDS_LIMIT} feeds and {SIZE_LIMIT_MIB} MiB at most: write some of the feeds at a time."
            )));
        }
        Ok(text)
    }
}

fn is_address(line: &str) -> bool {
    let begins = |scheme: &str| line.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme));
    begins("http://") || begins("https://")
}

/// Addresses, one a line. What stands after a `#` at the beginning of a line is for people.
fn addresses(text: &str) -> FeedsFile {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let feed = |line: &str| {
        if is_address(line) {
            FileFeed::new(FeedConfig::new("", line), false)
        } else {
            let shown: String = line.chars().take(80).collect();
            FileFeed::refused(shown, String::new(), ItemFault::NoAddress)
        }
    };
    // One more than is taken, so that the others are not dropped without a word.
    FeedsFile { feeds: lines.take(FEEDS_LIMIT + 1).map(feed).collect(), ..FeedsFile::default() }
}

/// The settings by which a feed reaches its server, and by which it is known who may be told its secrets.
pub(crate) fn way(config: &FeedConfig) -> FeedConfig {
    let FeedConfig { headers, credential, proxy, ca_file, certificate_file, pinned, .. } = config.clone();
    FeedConfig {
        headers,
        credential,
        proxy,
        ca_file,
        certificate_file,
        pinned,
        insecure: config.insecure,
        credentials_follow_redirects: config.credentials_follow_redirects,
        ..FeedConfig::new(&*config.name, &*config.url)
    }
}

/// What is sealed of a feed: its secrets, and what they belong to.
pub(crate) fn sealed_feed(config: &FeedConfig, secrets: Vec<GivenSecret>) -> SealedFeed {
    SealedFeed { way: way(config), secrets }
}

/// For what has no word of its own.
pub(crate) const fn bad(sentence: String) -> EngineError {
    EngineError::BadFile(FileFault::Other { sentence })
}

#[cfg(test)]
mod tests;
