//! Which source an address belongs to, and which address is meant by it.
//!
//! Pure: an address is looked at, not asked. Deliberately not here: what a server answers (the live test).
use super::{Preset, PresetError, PresetSummary, Values, address};
use crate::FeedConfig;
use serde::Serialize;
use ts_rs::TS;
use url::Url;

/// A preset that fits an address, and the feed it would make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// The preset.
    pub preset: PresetSummary,
    /// Whether it belongs to this source for sure; otherwise it looks like it.
    pub sure: bool,
    /// The address that is meant, where another one was given: of the web page instead of the stream.
    pub corrected: Option<String>,
    /// All of the feed's settings, with the address that is meant. No credentials but those in the address.
    pub config: FeedConfig,
}

/// The presets that an address fits, the best first; of each preset at most one proposal. None for what is no address.
pub fn recognise<'a>(typed: &str, presets: impl IntoIterator<Item = &'a Preset>) -> Vec<Proposal> {
    let Some(url) = web_address(typed) else { return vec![] };
    let mut found: Vec<_> = presets.into_iter().filter_map(|preset| Some((preset, preset.fitting(&url)?))).collect();
    found.sort_by_key(|(preset, fit)| std::cmp::Reverse((fit.sure, preset.own, fit.weight)));
    found.into_iter().map(|(preset, fit)| preset.proposal(typed, &url, fit, &Values::new())).collect()
}

/// Where to ask which host has the streams of a server, for the presets that know: paths made into addresses.
pub fn lookups<'a>(typed: &str, presets: impl IntoIterator<Item = &'a Preset>) -> Vec<(&'a Preset, Url)> {
    let Some(url) = web_address(typed) else { return vec![] };
    let fits = |preset: &&Preset| preset.fitting(&url).is_some();
    let lookup = |preset: &'a Preset| Some((preset, url.join(&preset.file.lookup.as_ref()?.path).ok()?));
    presets.into_iter().filter(fits).filter_map(lookup).collect()
}

/// The address with the host that a server named in its answer to a lookup; `None` when it names none, or this one.
pub fn with_lookup(preset: &Preset, typed: &str, answer: &serde_json::Value) -> Option<String> {
    let mut url = web_address(typed)?;
    let named = answer.pointer(&preset.file.lookup.as_ref()?.value)?.as_str()?;
    let named = Url::parse(named).ok()?;
    let scheme = match named.scheme() {
        "ws" | "http" => "http",
        "wss" | "https" => "https",
        _ => return None,
    };
    // Whoever answers over TLS does not send us, and maybe a token, anywhere without it.
    if url.scheme() == "https" && scheme != "https" || named.origin() == url.origin() {
        return None;
    }
    url.set_scheme(scheme).ok()?;
    url.set_host(named.host_str()).ok()?;
    url.set_port(named.port()).ok()?;
    let below = named.path().trim_end_matches('/');
    url.set_path(&format!("{below}{}", url.path()));
    (url.as_str() != typed.trim()).then(|| url.into())
}

struct Fit {
    sure: bool,
    weight: usize,
    values: Values,
    /// The template of the address that is meant; empty: this one.
    url: String,
}

impl Preset {
    /// The first of its forms that an address has; one that is sure goes before one that is not.
    fn fitting(&self, url: &Url) -> Option<Fit> {
        let forms = self.file.address.iter().zip(&self.patterns).filter_map(|(form, pattern)| {
            let values = pattern.find(url)?;
            Some(Fit {
                sure: form.sure,
                weight: pattern.weight,
                values: with_set(values, &form.set),
                url: form.url.clone(),
            })
        });
        forms.reduce(|best, other| if other.sure && !best.sure { other } else { best })
    }

    /// The feed of this preset at an address, whether or not that fits, and with these answers to the fields of its form.
    /// `None` for what is no address.
    pub fn proposed(&self, typed: &str, answers: &Values) -> Option<Proposal> {
        let url = web_address(typed)?;
        let unknown = || Fit { sure: false, weight: 0, values: Values::new(), url: String::new() };
        Some(self.proposal(typed, &url, self.fitting(&url).unwrap_or_else(unknown), answers))
    }

    /// The feed that these answers ask for; for a preset that asks nothing, the one at this address.
    pub fn answered(&self, typed: &str, answers: &Values) -> Result<Proposal, PresetError> {
        self.check_answers(answers)?;
        if self.file.form.url.is_empty() {
            let missing =
                || PresetError::Refused("The address is missing: enter the URL of an event stream.".to_owned());
            return self.proposed(typed, answers).ok_or_else(missing);
        }
        let config = self.filled(answers)?;
        Ok(Proposal { preset: self.summary(), sure: true, corrected: None, config })
    }

    /// The settings of a feed that is there, with all that this preset says, at the address that is meant by its own. `None`
    /// where it has no address.
    pub fn adopted(&self, config: FeedConfig) -> Option<FeedConfig> {
        let proposal = self.proposed(&config.url, &Values::new())?;
        let of_preset = super::PresetSettings::of(&proposal.config);
        Some(FeedConfig { url: proposal.config.url, ..of_preset.applied_to(config, &Values::new()) })
    }

    fn proposal(&self, typed: &str, url: &Url, fit: Fit, answers: &Values) -> Proposal {
        let origin = address::origin(url);
        let meant = (!fit.url.is_empty()).then(|| {
            address::fill(&fit.url, |name| match name {
                "origin" => Some(origin.clone()),
                "query" => Some(url.query().map(|query| format!("?{query}")).unwrap_or_default()),
                name => fit.values.get(name).cloned(),
            })
        });
        let corrected = meant.filter(|meant| Url::parse(meant).is_ok_and(|meant| meant != *url));
        let mut values = fit.values;
        values.entry("server".to_owned()).or_insert(origin);
        values.extend(answers.clone());
        let config = self.config(corrected.as_deref().unwrap_or(typed.trim()), &values);
        Proposal { preset: self.summary(), sure: fit.sure, corrected, config }
    }
}

/// What was found, and what follows from it.
fn with_set(mut found: Values, set: &Values) -> Values {
    let more: Vec<_> = set
        .iter()
        .map(|(name, template)| (name.clone(), address::fill(template, |name| found.get(name).cloned())))
        .collect();
    found.extend(more);
    found
}

/// What can be followed.
fn web_address(typed: &str) -> Option<Url> {
    let url = Url::parse(typed.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}
