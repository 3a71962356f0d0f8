//! Presets: what is known of a kind of source, as data. One file each (`presets/`, and the user's own), in TOML; adding one
//! touches no code.
//!
//! A preset is a proposal: what it says is copied into a feed's settings when the feed is added, where the user can see and
//! change all of it, and a feed that was made of a preset knows nothing of it any more. Pure but for `preset/own.rs`: no
//! network. Deliberately not here: credentials, of which a preset only names the kind.
mod address;
mod content;
mod form;
mod own;
mod recognition;
mod saving;
mod settings;

pub use content::{Listening, Sign};
pub use form::Values;
pub use own::{Bad, OwnPresets};
pub use recognition::{Proposal, lookups, recognise, with_lookup};
pub use saving::saved;
pub use settings::{PresetRule, PresetSettings};

use crate::{FeedConfig, Language};
use address::Pattern;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use ts_rs::TS;

/// Each file of `presets/`: its name without `.toml`, and its text.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/presets.rs"));

/// The longest file, in bytes.
const FILE_LIMIT: usize = 64 * 1024;
/// The longest ID, in bytes.
const ID_LIMIT: usize = 64;

/// A preset: what is known of a kind of source.
#[derive(Debug, Clone)]
pub struct Preset {
    /// The name of its file, without `.toml`.
    pub id: String,
    /// Whether the user made it.
    pub own: bool,
    /// What its file says.
    pub file: PresetFile,
    /// As in [`PresetFile::address`].
    patterns: Vec<Pattern>,
}

/// What the file of a preset says. `docs/presets.md` explains it to those who write one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PresetFile {
    /// What the source is called.
    pub name: String,
    /// What it is, and what the user has to know of it.
    pub help: LocalText,
    /// What of this preset nobody could try with a live server.
    #[serde(skip_serializing_if = "LocalText::is_empty")]
    pub unverified: LocalText,
    /// The forms that its addresses have, and how those are mended that look alike.
    pub address: Vec<Address>,
    /// By what its stream is known; one of them is enough.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sign: Vec<Sign>,
    /// Where the source says where its stream is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lookup: Option<Lookup>,
    /// What to ask the user, and the address that is made of it.
    pub form: Form,
    /// How the source wants to know who asks.
    pub authentication: Wanted,
    /// What a feed of it is set to.
    pub feed: PresetSettings,
}

/// A text in the languages of the program.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct LocalText {
    /// English.
    pub en: String,
    /// Simplified Chinese; empty: the English one.
    #[serde(rename = "zh-CN")]
    pub zh_cn: String,
}

/// A form of addresses. All that is given has to fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Address {
    /// The host is one of these, with `{name}` for a label and `*` for any number of them. Empty for any.
    pub host: Vec<String>,
    /// The path, with `{name}` for a part between slashes, and `{name*}` for any number of them. Empty for any.
    pub path: String,
    /// Parameters that the query has to have, with the value as a pattern: `*` for any.
    pub query: Values,
    /// Whether an address of this form belongs to this source for sure.
    pub sure: bool,
    /// What is found besides: names, and templates for what they stand for.
    pub set: Values,
    /// The address that is meant by it, with `{name}` for what was found, and `{origin}`. Empty: as it is.
    pub url: String,
}

impl Default for Address {
    fn default() -> Self {
        Self {
            host: vec![],
            path: String::new(),
            query: Values::new(),
            sure: true,
            set: Values::new(),
            url: String::new(),
        }
    }
}

/// A JSON document in which a server names the host of its streams.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Lookup {
    /// Where it is on the same server: a path.
    pub path: String,
    /// Where in it an address stands whose host is the right one (a JSON Pointer).
    pub value: String,
}

/// What to ask the user for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Form {
    /// The address that is made of the answers, with `{id}` for a field's.
    pub url: String,
    /// In the order in which they are asked.
    pub field: Vec<Field>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Field {
    /// The name of the answer.
    pub id: String,
    /// What is asked.
    pub label: LocalText,
    /// What stands there at first.
    pub default: String,
    /// What an answer looks like.
    pub example: String,
    /// Which kind of answer it is.
    pub kind: FieldKind,
    /// Whether it may be left empty.
    pub optional: bool,
}

/// A kind of answer, and so what is done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FieldKind {
    /// Any text: written so that it stays one part of an address.
    #[default]
    Text,
    /// A part of an address that may have slashes.
    Path,
    /// The address of a server: scheme, host and port, and maybe the path under which the source is there.
    Server,
}

/// How a source wants to know who asks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Wanted {
    /// Whether it is needed.
    pub need: Need,
    /// The ways there are, the most common first.
    pub ways: Vec<Way>,
    /// Where the user gets it from.
    #[serde(skip_serializing_if = "LocalText::is_empty")]
    pub help: LocalText,
}

/// Whether credentials are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Need {
    /// There are none.
    #[default]
    Never,
    /// It depends on the server or on what is followed.
    Sometimes,
    /// Nothing comes without.
    Always,
}

/// A way to say who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Way {
    /// `Authorization: Bearer …`
    Bearer,
    /// User name and password.
    Basic,
    /// A header of this name.
    Header {
        /// Its name.
        name: String,
    },
    /// A parameter of the query.
    Query {
        /// Its name.
        name: String,
    },
    /// A cookie.
    Cookie {
        /// Its name.
        name: String,
    },
}

/// What a list of presets shows of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PresetSummary {
    /// See [`Preset::id`].
    pub id: String,
    /// What the source is called.
    pub name: String,
    /// Whether the user made it.
    pub own: bool,
    /// What it is, and what the user has to know of it.
    pub help: LocalText,
    /// What of it nobody could try with a live server; empty: nothing.
    pub unverified: LocalText,
    /// What to ask the user for; empty: the address.
    pub fields: Vec<Field>,
    /// How the source wants to know who asks.
    pub authentication: Wanted,
}

/// What is wrong with a preset, or with what was made of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PresetError {
    /// Its file; the sentence says where and why.
    #[error("The preset “{id}” cannot be used: {reason}")]
    Bad {
        /// See [`Preset::id`].
        id: String,
        /// A sentence.
        reason: String,
    },
    /// There is none of this name.
    #[error("There is no preset “{0}”; see tidings preset list.")]
    Unknown(String),
    /// One of the user's own has this ID.
    #[error("There is a preset “{0}” of yours already.")]
    Exists(String),
    /// What was answered, or its saving; a sentence.
    #[error("{0}")]
    Refused(String),
}

impl LocalText {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.en.is_empty()
    }

    /// In a language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Chinese if !self.zh_cn.is_empty() => &self.zh_cn,
            _ => &self.en,
        }
    }
}

/// The presets that come with the program, by their IDs. One that cannot be read is left out (a test sees to it that there is none).
pub fn built_in() -> &'static [Preset] {
    static PRESETS: LazyLock<Vec<Preset>> =
        LazyLock::new(|| FILES.iter().filter_map(|(id, text)| Preset::parse(id, text, false).ok()).collect());
    &PRESETS
}

/// The files of the presets that come with the program: ID and text.
pub fn built_in_files() -> &'static [(&'static str, &'static str)] {
    FILES
}

impl Preset {
    /// Reads the text of a file. All that can be wrong with it is found here.
    pub fn parse(id: &str, text: &str, own: bool) -> Result<Self, PresetError> {
        let bad = |reason: String| PresetError::Bad { id: id.to_owned(), reason };
        if !is_id(id) {
            return Err(bad("its name may have small letters, digits and hyphens only.".to_owned()));
        }
        if text.len() > FILE_LIMIT {
            return Err(bad(format!("it is larger than {} KiB.", FILE_LIMIT / 1024)));
        }
        let file: PresetFile = toml::from_str(text).map_err(|error| bad(sentence(&error.to_string())))?;
        unknown_key(text, &file).map_err(bad)?;
        let patterns = file.address.iter().map(Pattern::new).collect::<Result<Vec<_>, _>>().map_err(bad)?;
        let preset = Self { id: id.to_owned(), own, file, patterns };
        preset.check().map_err(bad)?;
        Ok(preset)
    }

    /// What a list shows of it.
    pub fn summary(&self) -> PresetSummary {
        let PresetFile { name, help, unverified, form, authentication, .. } = self.file.clone();
        PresetSummary { id: self.id.clone(), name, own: self.own, help, unverified, fields: form.field, authentication }
    }

    /// Its file anew, in the same format.
    pub fn text(&self) -> String {
        toml::to_string_pretty(&self.file).unwrap_or_default()
    }

    /// What parsing alone does not see.
    fn check(&self) -> Result<(), String> {
        let PresetFile { name, help, form, feed, lookup, .. } = &self.file;
        if name.trim().is_empty() {
            return Err("it has no name.".to_owned());
        }
        if !self.own && (help.en.is_empty() || help.zh_cn.is_empty()) {
            return Err("its help is missing in English or in Chinese.".to_owned());
        }
        for field in &form.field {
            if !address::is_name(&field.id) {
                return Err(format!("“{}” is no name for a field: use letters, digits and _.", field.id));
            }
            if !self.own && (field.label.en.is_empty() || field.label.zh_cn.is_empty()) {
                return Err(format!("the label of the field “{}” is missing in English or in Chinese.", field.id));
            }
        }
        let known: Vec<&str> = form.field.iter().map(|field| &*field.id).collect();
        address::check_template(&form.url, &known).map_err(|reason| format!("form.url: {reason}"))?;
        feed.check(&known)?;
        content::compiled(&self.file.sign).map_err(|fault| format!("sign: {fault}"))?;
        if lookup.as_ref().is_some_and(|lookup| !lookup.path.starts_with('/') || !lookup.value.starts_with('/')) {
            return Err("lookup.path and lookup.value have to begin with a slash.".to_owned());
        }
        // With every answer that can be given by example, its settings have to be ones that can be saved.
        let values = form.field.iter().map(|field| (field.id.clone(), field.any_answer().to_owned())).collect();
        let url = if form.url.is_empty() { "http://localhost/".to_owned() } else { form.fill(&values)? };
        let config = feed.applied_to(FeedConfig::new("preset", &url), &values);
        config.checked().map(drop).map_err(|error| error.to_string())
    }
}

impl Field {
    /// Something that can be answered.
    fn any_answer(&self) -> &str {
        if self.default.is_empty() { &self.example } else { &self.default }
    }
}

/// Whether a text can name a preset, and so its file.
pub fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= ID_LIMIT
        && !id.starts_with('-')
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The ID for a name: its letters and digits, in small letters. Where none of them are ASCII, their numbers in Unicode.
pub fn id_of(name: &str) -> Result<String, PresetError> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut id = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    if id.is_empty() {
        let letters = name.chars().filter(|c| c.is_alphanumeric()).take(8);
        id = letters.map(|letter| format!("u{:x}", u32::from(letter))).collect::<Vec<_>>().join("-");
    }
    let sentence = || format!("{name:?} makes no id for a preset; use some letters or digits, not too many.");
    if is_id(&id) { Ok(id) } else { Err(PresetError::Refused(sentence())) }
}

/// Finds a key that means nothing, deep in settings that other versions may have more of.
fn unknown_key(text: &str, file: &PresetFile) -> Result<(), String> {
    let given: toml::Value = toml::from_str(text).map_err(|error| sentence(&error.to_string()))?;
    let known = toml::Value::try_from(file).map_err(|error| sentence(&error.to_string()))?;
    match first_unknown(&given, &known, "") {
        Some(key) => Err(format!("“{key}” means nothing.")),
        None => Ok(()),
    }
}

/// The first key of `given` that `known` has not.
pub(crate) fn first_unknown(given: &toml::Value, known: &toml::Value, at: &str) -> Option<String> {
    match (given, known) {
        (toml::Value::Table(given), toml::Value::Table(known)) => given.iter().find_map(|(key, value)| {
            let at = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
            match known.get(key) {
                Some(known) => first_unknown(value, known, &at),
                None => Some(at),
            }
        }),
        (toml::Value::Array(given), toml::Value::Array(known)) => {
            given.iter().zip(known).find_map(|(given, known)| first_unknown(given, known, at))
        }
        _ => None,
    }
}

/// The lines of an error in one.
pub(crate) fn sentence(error: &str) -> String {
    let mut line = error.split_whitespace().collect::<Vec<_>>().join(" ");
    if !line.ends_with('.') {
        line.push('.');
    }
    line
}
