//! A feed that is set up by a preset: the one that is named, or the one that its address belongs to.
//!
//! Deliberately not here: what a preset says (the engine's `preset.rs`).
use crate::cli::Failed;
use crate::cli::argument::address;
use crate::cli::preset::wanted;
use crate::cli::shown;
use clap::Args;
use tidings_engine::preset::{self, Need, OwnPresets, PresetSummary, Proposal, Values};
use tidings_engine::{Credential, FeedConfig};

/// Stands for no preset.
const NONE: &str = "none";

#[derive(Debug, Args)]
pub(super) struct Choice {
    /// Set it up as this kind of source (see 'tidings preset list'), or as 'none' in particular [default: the one that the
    /// address belongs to]
    #[arg(long, value_name = "ID")]
    preset: Option<String>,
    /// The same as --preset none
    #[arg(long, conflicts_with = "preset")]
    no_preset: bool,
    /// An answer to a field of the preset's form, instead of the address or besides; may be repeated
    #[arg(long = "set", value_name = "FIELD=ANSWER", requires = "preset")]
    set: Vec<String>,
}

/// The settings to begin with, and what to say of them once the feed is added.
pub(super) struct Begun {
    pub(super) config: FeedConfig,
    said: Vec<String>,
    preset: Option<PresetSummary>,
}

impl Begun {
    fn plain(url: String) -> Self {
        Self { config: FeedConfig::new("", url), said: vec![], preset: None }
    }

    /// What there is to say of the feed that was made of it.
    pub(super) fn said(mut self, feed: &FeedConfig) -> Vec<String> {
        self.said.extend(self.preset.as_ref().filter(|_| feed.credential == Credential::None).and_then(needs));
        self.said
    }
}

impl Choice {
    pub(super) fn begin(self, name: String, url: Option<String>, own: &OwnPresets) -> Result<Begun, Failed> {
        if let Some(url) = &url {
            address(url).map_err(Failed::Usage)?;
        }
        let answers =
            self.set.iter().map(|given| answer(given)).collect::<Result<Values, _>>().map_err(Failed::Usage)?;
        let refused = self.no_preset || self.preset.as_deref() == Some(NONE);
        let mut begun = match (self.preset.filter(|_| !refused), url) {
            (None, None) => return Err(Failed::Usage("The address is missing; see tidings feed add --help.".into())),
            (None, Some(url)) if refused => Begun::plain(url),
            (None, Some(url)) => recognised(&name, url, own),
            (Some(id), url) => {
                let preset = own.find(&id).map_err(Failed::work)?;
                preset.check_answers(&answers).map_err(|error| Failed::Usage(error.to_string()))?;
                if let Some(proposal) = url.and_then(|url| preset.proposed(&url, &answers)) {
                    taken(proposal, false)
                } else {
                    let config = preset.filled(&answers).map_err(|error| Failed::Usage(error.to_string()))?;
                    Begun { config, said: vec![], preset: Some(preset.summary()) }
                }
            }
        };
        begun.config.name = name;
        Ok(begun)
    }
}

/// What the address alone tells. Only what is sure is used.
fn recognised(name: &str, url: String, own: &OwnPresets) -> Begun {
    let (presets, _) = own.with_built_in();
    match preset::recognise(&url, &presets).into_iter().next() {
        None => Begun::plain(url),
        Some(proposal) if proposal.sure => taken(proposal, true),
        Some(Proposal { preset, .. }) => {
            let name = if name.contains(char::is_whitespace) { format!("'{name}'") } else { name.to_owned() };
            let hint = format!(
                "It looks like {}. If it is: tidings feed edit {name} --preset {} sets it up for that.",
                preset.name, preset.id
            );
            Begun { said: vec![hint], ..Begun::plain(url) }
        }
    }
}

fn taken(proposal: Proposal, by_itself: bool) -> Begun {
    let Proposal { preset, corrected, config, .. } = proposal;
    let mut said = vec![];
    if by_itself {
        said.push(format!(
            "It is set up for {} (see tidings preset show {}); with --no-preset it is not.",
            preset.name, preset.id
        ));
    }
    if let Some(corrected) = corrected {
        said.push(format!("Its stream is at {}, so that is followed.", shown::stored_address(&corrected)));
    }
    Begun { config, said, preset: Some(preset) }
}

/// What is still missing where nothing comes without credentials.
fn needs(preset: &PresetSummary) -> Option<String> {
    let needed = preset.authentication.need == Need::Always;
    needed.then(|| {
        format!(
            "{} wants {}. See --auth of tidings feed edit.",
            preset.name,
            wanted(&preset.authentication).trim_end_matches('.')
        )
    })
}

/// `topics=a,b`.
fn answer(given: &str) -> Result<(String, String), String> {
    let pair = given.split_once('=').map(|(field, answer)| (field.trim().to_owned(), answer.trim().to_owned()));
    pair.ok_or_else(|| format!("{given:?} answers nothing; write FIELD=ANSWER, such as topics=alerts."))
}

/// A preset for a feed that is there: its settings with all that the preset says, at the address that is meant.
pub(super) fn applied(id: &str, config: FeedConfig, own: &OwnPresets) -> Result<FeedConfig, Failed> {
    own.find(id).map_err(Failed::work)?.adopted(config).ok_or_else(|| Failed::Work("The feed has no address.".into()))
}
