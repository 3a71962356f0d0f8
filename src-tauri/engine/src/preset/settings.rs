//! What a preset sets a feed to.
//!
//! Deliberately not here: addresses (`address.rs`, `form.rs`), and whatever is the user's alone: names of folders, headers,
//! credentials, proxies, certificates, programs to start.
use super::{Values, address};
use crate::announce::FeedAnnouncing;
use crate::{FeedColor, FeedConfig, FeedRetention, Mapping, RepeatRule, ResumeMode, Rule, Signals};
use serde::{Deserialize, Serialize};

/// The part of a feed's settings that belongs to the kind of its source. In templates of names, `{name}` stands for what
/// was found in the address or answered; in expressions and regular expressions of rules, `$name` does, as a string.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PresetSettings {
    /// What a feed without a name is called.
    pub name: String,
    /// The sign of its icon.
    pub icon: String,
    /// The colour of its icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<FeedColor>,
    /// How it resumes.
    pub resume: ResumeMode,
    /// What counts as the same event again.
    pub repeats: RepeatRule,
    /// Lets credentials follow a redirect to another origin.
    pub credentials_follow_redirects: bool,
    /// Whether its events are announced.
    pub notify: bool,
    /// How they are.
    pub announcing: FeedAnnouncing,
    /// Which of its events are meant for Tidings.
    pub signals: Signals,
    /// How its events become title, body and so on.
    pub mapping: Mapping,
    /// What is kept.
    pub retention: FeedRetention,
    /// Seconds without a byte after which the connection is taken for dead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_limit: Option<u32>,
    /// Its rules.
    pub rules: Vec<PresetRule>,
}

/// A rule of a preset.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PresetRule {
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// Only if this field was answered; empty: always.
    pub only_with: String,
    /// Only if this field was not; empty: always.
    pub only_without: String,
}

impl Default for PresetSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            icon: String::new(),
            color: None,
            resume: ResumeMode::default(),
            repeats: RepeatRule::default(),
            credentials_follow_redirects: false,
            notify: true,
            announcing: FeedAnnouncing::default(),
            signals: Signals::default(),
            mapping: Mapping::default(),
            retention: FeedRetention::default(),
            idle_limit: None,
            rules: vec![],
        }
    }
}

impl PresetSettings {
    /// Of a feed that is there.
    pub(super) fn of(config: &FeedConfig) -> Self {
        // A preset starts no program: it may come from anywhere.
        let rule = |rule: &Rule| PresetRule {
            rule: Rule { then: crate::Then { hook: None, ..rule.then.clone() }, ..rule.clone() },
            ..PresetRule::default()
        };
        Self {
            name: String::new(),
            icon: config.icon.clone(),
            color: config.color,
            resume: config.resume.clone(),
            repeats: config.repeats.clone(),
            credentials_follow_redirects: config.credentials_follow_redirects,
            notify: config.notify,
            announcing: config.announcing,
            signals: config.signals.clone(),
            mapping: config.mapping.clone(),
            retention: config.retention,
            idle_limit: config.idle_limit,
            rules: config.rules.iter().map(rule).collect(),
        }
    }

    /// These settings with all of it.
    pub(super) fn applied_to(&self, config: FeedConfig, values: &Values) -> FeedConfig {
        let answered = |id: &String| values.get(id).is_some_and(|answer| !answer.trim().is_empty());
        let rules = self
            .rules
            .iter()
            .filter(|rule| rule.only_with.is_empty() || answered(&rule.only_with))
            .filter(|rule| rule.only_without.is_empty() || !answered(&rule.only_without));
        let name = address::fill(&self.name, |name| values.get(name).map(|value| decoded(value)));
        let Self { resume, repeats, announcing, signals, mapping, .. } = self.clone();
        FeedConfig {
            name: if config.name.trim().is_empty() { name.trim().to_owned() } else { config.name },
            icon: if config.icon.is_empty() { self.icon.clone() } else { config.icon },
            color: config.color.or(self.color),
            resume,
            repeats,
            credentials_follow_redirects: self.credentials_follow_redirects || config.credentials_follow_redirects,
            notify: self.notify && config.notify,
            announcing,
            signals,
            mapping,
            retention: self.retention,
            idle_limit: self.idle_limit.or(config.idle_limit),
            rules: rules.map(|rule| rule.filled(values)).collect(),
            ..config
        }
    }

    /// Fails with a sentence for what no feed can be set to.
    pub(super) fn check(&self, fields: &[&str]) -> Result<(), String> {
        for PresetRule { rule, only_with, only_without } in &self.rules {
            if rule.then.hook.is_some() {
                return Err("a rule of it starts a program, which only the user's own may.".to_owned());
            }
            for id in [only_with, only_without] {
                if !id.is_empty() && !fields.contains(&id.as_str()) {
                    return Err(format!("a rule speaks of the field “{id}”, which there is not."));
                }
            }
        }
        Ok(())
    }
}

impl PresetRule {
    fn filled(&self, values: &Values) -> Rule {
        let mut rule = self.rule.clone();
        // Longer names first, so that none is taken for the beginning of another.
        let mut names: Vec<_> = values.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, value) in names {
            let (value, sign) = (decoded(value), format!("${name}"));
            let quoted = serde_json::Value::String(value.trim().to_owned()).to_string();
            rule.when.expression = rule.when.expression.replace(&sign, &quoted);
            rule.when.regex = rule.when.regex.replace(&sign, &regex::escape(value.trim()));
            rule.when.words = rule.when.words.replace(&sign, value.trim());
        }
        rule
    }
}

/// A part of an address as a reader would write it.
fn decoded(value: &str) -> String {
    let plus = value.replace('+', "%2B");
    let pair = format!("v={}", plus.replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}
