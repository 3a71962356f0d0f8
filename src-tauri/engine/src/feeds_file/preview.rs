//! What an import would do, feed by feed, before it does it.
//!
//! Deliberately not here: doing it (`engine/core/exchange.rs`).
use super::{FeedsFile, FileFeed, ItemFault, SealedFeed, way};
use crate::{Credential, Feed, FeedConfig, FeedFault, FeedId, GivenSecret, ProxyChoice, Secret, SecretOf};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use ts_rs::TS;

/// A file that is to be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Import {
    /// What stands in it.
    pub text: String,
    /// Opens its passwords and tokens; `None`: leaves them out.
    #[serde(default)]
    pub passphrase: Option<Secret>,
}

/// What a file has, and what would become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    /// What the file is called; may be empty.
    pub title: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Whether passwords and tokens come with it.
    pub sealed: Sealed,
    /// In the order of the file.
    pub feeds: Vec<ImportItem>,
}

/// Whether passwords and tokens come with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Sealed {
    /// There are none in it.
    Nothing,
    /// There are, and a passphrase opens them.
    Locked,
    /// There are, and the passphrase opened them.
    Open,
}

/// A feed of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportItem {
    /// Its place in the file, from 1.
    pub number: u32,
    /// What it is called.
    pub name: String,
    /// Without password.
    pub url: String,
    /// The folder it would stand in; empty: none.
    pub folder: String,
    /// What would become of it.
    pub standing: Standing,
    /// What is to be known before it is followed.
    pub dangers: Vec<Danger>,
}

/// What an import of a feed would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Standing {
    /// It would be added.
    New,
    /// It is followed already, with the same settings.
    Same {
        /// By this feed.
        feed: FeedId,
    },
    /// Its address is followed already; these settings would be replaced.
    Changed {
        /// That of this feed.
        feed: FeedId,
        /// What that is called.
        name: String,
        /// The settings, as the file calls them.
        settings: Vec<String>,
    },
    /// It cannot be imported.
    Refused {
        /// Why.
        fault: ItemFault,
        /// The same as an English sentence.
        reason: String,
    },
}

/// What is to be known of a feed from elsewhere before it is followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "what", rename_all = "camelCase")]
pub enum Danger {
    /// A rule of it would start this program. That is never imported.
    Hook(String),
    /// It accepts any certificate.
    Insecure,
    /// It believes this certificate and no other.
    Pinned(String),
    /// It believes the authorities in this file.
    Authority(String),
    /// It shows the server the client certificate in this file.
    Certificate(String),
    /// It goes through this proxy.
    Proxy(String),
    /// It goes through no proxy, not even that of all feeds.
    NoProxy,
    /// Its credentials follow redirects to other servers.
    CredentialsFollow,
    /// A password or token stands in it unsealed; it is kept apart.
    PlainSecret,
    /// It wants a password or token, which the file has not: it has to be entered.
    SecretMissing,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// The new feeds.
    pub added: Vec<Feed>,
    /// Those whose settings were replaced, as they were before.
    pub changed: Vec<Feed>,
}

/// A feed as it is to be added or changed.
pub(crate) struct Chosen {
    /// The one that is changed; `None`: it is added.
    pub(crate) feed: Option<FeedId>,
    pub(crate) config: FeedConfig,
    pub(crate) paused: bool,
    pub(crate) secrets: Vec<GivenSecret>,
}

/// A file beside the feeds that there are.
pub(crate) struct Reading {
    pub(crate) preview: ImportPreview,
    /// For each feed of the file what would be done.
    pub(crate) wanted: Vec<Option<Chosen>>,
}

impl Reading {
    /// `opened`: the secrets in the file, if a passphrase opened them. `usable` says of settings why they cannot be used
    /// here, such as a file that is missing.
    pub(crate) fn new(
        file: FeedsFile,
        mut opened: Option<Vec<SealedFeed>>,
        there: &[Feed],
        usable: impl Fn(&FeedConfig) -> Result<(), FeedFault>,
    ) -> Self {
        let sealed = match (&file.sealed, &opened) {
            (None, _) => Sealed::Nothing,
            (Some(_), None) => Sealed::Locked,
            (Some(_), Some(_)) => Sealed::Open,
        };
        let mut taken = HashSet::new();
        let mut seen: Vec<FeedConfig> = Vec::new();
        let mut items = Vec::new();
        let mut wanted = Vec::new();
        for (feed, number) in file.feeds.into_iter().zip(1..) {
            let mut secrets = Vec::new();
            let FileFeed { config, paused, hooks, fault } = feed;
            let had_plain = config.has_plain_secrets();
            let shown = config.without_secrets(&mut secrets);
            let checked = match fault {
                Some(fault) => Err(fault),
                None => shown.clone().checked().map_err(ItemFault::from),
            };
            let checked = checked.and_then(|config| {
                usable(&config)?;
                if seen.contains(&config) { Err(ItemFault::Twice) } else { Ok(config) }
            });
            let (config, mut standing) = match checked {
                Ok(config) => (config, Standing::New),
                Err(fault) => (shown, Standing::Refused { reason: fault.to_string(), fault }),
            };
            let mut dangers = dangers(&config, &hooks, had_plain);
            let mut chosen = None;
            if standing == Standing::New {
                seen.push(config.clone());
                for given in opened.as_mut().map(|opened| take(opened, &config)).unwrap_or_default() {
                    if !secrets.iter().any(|secret| secret.of == given.of) {
                        secrets.push(given);
                    }
                }
                let known = same(there, &taken, &config);
                let missing = config.lacks_given(&secrets) && known.is_none_or(|feed| feed.config.secrets.is_empty());
                if missing {
                    dangers.push(Danger::SecretMissing);
                }
                let (config, feed) = match known {
                    Some(known) => {
                        taken.insert(known.id);
                        let config = with_own_hooks(config, &known.config);
                        let settings = differences(&config, &known.config);
                        standing = if settings.is_empty() && secrets.is_empty() {
                            Standing::Same { feed: known.id }
                        } else {
                            Standing::Changed { feed: known.id, name: known.config.name.clone(), settings }
                        };
                        (config, Some(known.id))
                    }
                    None => (config, None),
                };
                let FeedConfig { name, url, folder, .. } = &config;
                items.push(item(number, [name, url, folder], standing, dangers));
                chosen = Some(Chosen { feed, config, paused, secrets });
            } else {
                items.push(item(number, [&config.name, &config.url, &config.folder], standing, dangers));
            }
            wanted.push(chosen);
        }
        let preview = ImportPreview { title: file.title, description: file.description, sealed, feeds: items };
        Self { preview, wanted }
    }
}

fn item(number: u32, [name, url, folder]: [&String; 3], standing: Standing, dangers: Vec<Danger>) -> ImportItem {
    ImportItem { number, name: name.clone(), url: url.clone(), folder: folder.clone(), standing, dangers }
}

/// The feed of this address that is followed already: one of the same name before any other.
fn same<'a>(there: &'a [Feed], taken: &HashSet<FeedId>, config: &FeedConfig) -> Option<&'a Feed> {
    let of_this_address = || there.iter().filter(|feed| feed.config.url == config.url && !taken.contains(&feed.id));
    of_this_address().find(|feed| feed.config.name == config.name).or_else(|| of_this_address().next())
}

/// Takes the secrets that were sealed for a feed that reaches its server exactly so.
fn take(opened: &mut Vec<SealedFeed>, config: &FeedConfig) -> Vec<GivenSecret> {
    let way = way(config);
    let found = opened.iter().position(|sealed| sealed.way == way);
    found.map(|at| opened.swap_remove(at).secrets).unwrap_or_default()
}

/// A file has no programs to start; those of the user's own that nothing else is changed about stay.
fn with_own_hooks(mut config: FeedConfig, known: &FeedConfig) -> FeedConfig {
    let mut plain = known.rules.clone();
    for rule in &mut plain {
        rule.then.hook = None;
    }
    if plain == config.rules {
        config.rules.clone_from(&known.rules);
    }
    config
}

/// The settings that are others, as the file calls them.
fn differences(config: &FeedConfig, known: &FeedConfig) -> Vec<String> {
    let table = |config: &FeedConfig| match serde_json::to_value(config) {
        Ok(serde_json::Value::Object(table)) => table,
        _ => serde_json::Map::new(),
    };
    let (new, old) = (table(config), table(known));
    let differs = |key: &&String| *key != "secrets" && new.get(*key) != old.get(*key);
    new.keys().filter(differs).cloned().collect()
}

fn dangers(config: &FeedConfig, hooks: &[Vec<String>], had_plain: bool) -> Vec<Danger> {
    let mut dangers: Vec<_> = hooks.iter().map(|command| Danger::Hook(command.join(" "))).collect();
    if config.insecure {
        dangers.push(Danger::Insecure);
    }
    dangers.extend(config.pinned.clone().map(Danger::Pinned));
    dangers.extend(config.ca_file.clone().map(Danger::Authority));
    dangers.extend(config.certificate_file.clone().map(Danger::Certificate));
    match &config.proxy {
        ProxyChoice::System => {}
        ProxyChoice::None => dangers.push(Danger::NoProxy),
        ProxyChoice::Url(url) => dangers.push(Danger::Proxy(url.rsplit('@').next().unwrap_or_default().to_owned())),
    }
    if config.credentials_follow_redirects && (config.credential != Credential::None || !config.headers.is_empty()) {
        dangers.push(Danger::CredentialsFollow);
    }
    if had_plain {
        dangers.push(Danger::PlainSecret);
    }
    dangers
}

impl FeedConfig {
    /// Whether secrets are wanted that are not among these.
    fn lacks_given(&self, given: &[GivenSecret]) -> bool {
        let has = |of: &SecretOf| given.iter().any(|given| given.of == *of);
        let header = self.headers.iter().any(|header| {
            header.value.is_empty()
                && crate::feed::carries_secret(&header.name)
                && !has(&SecretOf::Header(header.name.trim().to_ascii_lowercase()))
        });
        header || self.credential != Credential::None && !has(&SecretOf::Credential)
    }
}
