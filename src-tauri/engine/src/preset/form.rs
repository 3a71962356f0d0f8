//! Answers of the user, made into an address.
//!
//! Deliberately not here: the questions (`preset.rs`), the rest of the settings (`settings.rs`).
use super::{Field, FieldKind, Form, Preset, PresetError, address};
use crate::FeedConfig;
use std::collections::BTreeMap;
use url::Url;

/// Answers, or what was found in an address, by name.
pub type Values = BTreeMap<String, String>;

impl Preset {
    /// The settings of a feed that these answers ask for. Fields that are not answered have their default.
    pub fn filled(&self, answers: &Values) -> Result<FeedConfig, PresetError> {
        let form = &self.file.form;
        if form.url.is_empty() {
            let name = &self.file.name;
            return Err(PresetError::Refused(format!(
                "The preset “{name}” makes no address: give the URL of the stream."
            )));
        }
        self.check_answers(answers)?;
        let values = form.with_defaults(answers.clone());
        let url = form.fill(&values).map_err(PresetError::Refused)?;
        Ok(self.config(&url, &values))
    }

    /// Fails for an answer to what is not asked.
    pub fn check_answers(&self, answers: &Values) -> Result<(), PresetError> {
        let form = &self.file.form;
        if let Some(unknown) = answers.keys().find(|id| form.field.iter().all(|field| field.id != **id)) {
            let known: Vec<_> = form.field.iter().map(|field| &*field.id).collect();
            let known = known.join(", ");
            return Err(PresetError::Refused(format!(
                "The preset “{}” has no field “{unknown}”; it has {known}.",
                self.id
            )));
        }
        Ok(())
    }

    /// The settings of a feed at this address.
    pub fn config(&self, url: &str, values: &Values) -> FeedConfig {
        self.applied_to(FeedConfig::new("", url), values)
    }

    /// These settings with all that the preset says; what it does not speak of stays. A name is only given to a feed that
    /// has none.
    pub fn applied_to(&self, config: FeedConfig, values: &Values) -> FeedConfig {
        self.file.feed.applied_to(config, &self.file.form.with_defaults(values.clone()))
    }
}

impl Form {
    /// These answers, and the defaults of the other fields.
    pub(super) fn with_defaults(&self, mut answers: Values) -> Values {
        for field in self.field.iter().filter(|field| !field.default.is_empty()) {
            let answer = answers.entry(field.id.clone()).or_default();
            if answer.trim().is_empty() {
                answer.clone_from(&field.default);
            }
        }
        answers
    }

    /// The address. Fails with a sentence.
    pub(super) fn fill(&self, values: &Values) -> Result<String, String> {
        let mut written = Values::new();
        for field in &self.field {
            let answer = values.get(&field.id).map(|answer| answer.trim()).unwrap_or_default();
            if answer.is_empty() && !field.optional {
                return Err(format!("“{}” ({}) is missing: fill it in.", field.label.en, field.id));
            }
            written.insert(field.id.clone(), field.written(answer)?);
        }
        let mut url = address::fill(&self.url, |name| written.get(name).cloned());
        // Whatever could follow and does not leaves no slash behind.
        if written.iter().any(|(name, answer)| answer.is_empty() && self.url.ends_with(&format!("/{{{name}}}"))) {
            url.truncate(url.trim_end_matches('/').len());
        }
        Url::parse(&url).map(String::from).map_err(|error| format!("What was filled in makes no address ({error})."))
    }
}

impl Field {
    /// An answer as a part of an address.
    fn written(&self, answer: &str) -> Result<String, String> {
        match self.kind {
            FieldKind::Text => Ok(encoded(answer, false)),
            FieldKind::Path => Ok(encoded(answer.trim_matches('/'), true)),
            FieldKind::Server => server(answer).ok_or_else(|| {
                format!(
                    "“{}” ({}) has to be the address of a server, such as {}.",
                    self.label.en,
                    self.id,
                    self.any_answer()
                )
            }),
        }
    }
}

/// An address without what could hide the rest: no query, no slash at its end. Without a scheme, https is meant.
fn server(answer: &str) -> Option<String> {
    let with_scheme = if answer.contains("://") { answer.to_owned() } else { format!("https://{answer}") };
    let url = Url::parse(&with_scheme).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    Some(url[..url::Position::AfterPath].trim_end_matches('/').to_owned())
}

/// Percent-encoded but for what has no meaning of its own in any part of an address (RFC 3986, 2.3), and for commas and
/// asterisks, which the sources of such lists want as they are.
fn encoded(text: &str, slashes: bool) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~,*".contains(&byte) || (slashes && byte == b'/') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_stay_in_their_place() {
        let field = |id: &str, kind| Field { id: id.to_owned(), kind, ..Field::default() };
        let form = Form {
            url: "{server}/{path}/x?topic={topic}".to_owned(),
            field: vec![
                field("server", FieldKind::Server),
                field("path", FieldKind::Path),
                field("topic", FieldKind::Text),
            ],
        };
        let filled = |server: &str, path: &str, topic: &str| {
            let pairs = [("server", server), ("path", path), ("topic", topic)];
            form.fill(&pairs.map(|(id, value)| (id.to_owned(), value.to_owned())).into())
        };
        let table = [
            (("h", "a", "b"), "https://h/a/x?topic=b"),
            (("http://h:8080/base/", "/a/b/", "a,b"), "http://h:8080/base/a/b/x?topic=a,b"),
            (
                ("https://h?q#f", "a?b#c", "https://x/{id}&y=1"),
                "https://h/a%3Fb%23c/x?topic=https%3A%2F%2Fx%2F%7Bid%7D%26y%3D1",
            ),
            (("h", "ä b", "新"), "https://h/%C3%A4%20b/x?topic=%E6%96%B0"),
        ];
        for ((server, path, topic), expected) in table {
            assert_eq!(filled(server, path, topic).as_deref(), Ok(expected));
        }
        assert!(filled("ftp://h", "a", "b").unwrap_err().contains("has to be the address of a server"));
        assert!(filled("h", "", "b").unwrap_err().contains("is missing"));
    }
}
