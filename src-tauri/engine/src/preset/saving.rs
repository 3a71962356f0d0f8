//! A preset made of a feed that is configured well: without anything that is secret, or only this feed's.
//!
//! Deliberately not here: the file (`own.rs`).
use super::{Address, LocalText, Need, Preset, PresetError, PresetFile, PresetSettings, Wanted, Way, address};
use crate::{Credential, FeedConfig, Header};
use url::Url;

/// Values shorter than this are found everywhere and are nobody's secret.
const LEAST_SECRET: usize = 6;

/// A preset of this ID, made of a feed. Of its address it has the host alone: a path or a query is often a secret. Headers
/// are named, never their values; rules start no programs.
pub fn saved(id: &str, name: &str, config: &FeedConfig) -> Result<Preset, PresetError> {
    let url = Url::parse(&config.url).map_err(|_| PresetError::Refused("The feed has no address.".to_owned()))?;
    let host = address::origin(&url).rsplit(['/', '@']).next().unwrap_or_default().to_owned();
    let chosen = credential(&config.credential);
    let mut ways: Vec<_> = chosen.into_iter().chain(config.headers.iter().filter_map(way)).chain(user(&url)).collect();
    ways.dedup();
    let file = PresetFile {
        name: name.to_owned(),
        help: LocalText { en: format!("Saved from the feed “{}”.", config.name), zh_cn: String::new() },
        address: vec![Address { host: vec![host], sure: false, ..Address::default() }],
        authentication: Wanted {
            need: if ways.is_empty() { Need::Never } else { Need::Always },
            ways,
            ..Wanted::default()
        },
        feed: PresetSettings::of(config),
        ..PresetFile::default()
    };
    let text = toml::to_string_pretty(&file).map_err(|error| PresetError::Refused(error.to_string()))?;
    if let Some(place) = secrets(config, &url).into_iter().find(|(secret, _)| text.contains(secret.as_str())) {
        let what = place.1;
        return Err(PresetError::Refused(format!(
            "A template, a rule or the name of this feed repeats {what}, which may be a secret: take it out there first."
        )));
    }
    Preset::parse(id, &text, true)
}

fn credential(credential: &Credential) -> Option<Way> {
    Some(match credential {
        Credential::None => return None,
        Credential::Bearer => Way::Bearer,
        Credential::Basic { .. } => Way::Basic,
        Credential::Header { name } => Way::Header { name: name.clone() },
        Credential::Query { name } => Way::Query { name: name.clone() },
        Credential::Cookie { name } => Way::Cookie { name: name.clone() },
    })
}

/// How a header says who asks, if it does.
fn way(header: &Header) -> Option<Way> {
    if !crate::feed::carries_secret(&header.name) {
        return None;
    }
    let name = header.name.trim().to_ascii_lowercase();
    let scheme = header.value.trim().split(' ').next().unwrap_or_default().to_ascii_lowercase();
    match (&*name, &*scheme) {
        ("authorization", "bearer") => Some(Way::Bearer),
        ("authorization", "basic") => Some(Way::Basic),
        ("cookie", _) => {
            let cookie = header.value.split('=').next().unwrap_or_default().trim();
            Some(Way::Cookie { name: cookie.to_owned() })
        }
        _ => Some(Way::Header { name: header.name.trim().to_owned() }),
    }
}

fn user(url: &Url) -> Option<Way> {
    (!url.username().is_empty() || url.password().is_some()).then_some(Way::Basic)
}

/// What may be secret, and what it is.
fn secrets(config: &FeedConfig, url: &Url) -> Vec<(String, String)> {
    let headers = config.headers.iter().flat_map(|header| {
        let value = header.value.trim();
        let parts: Vec<_> = if header.name.trim().eq_ignore_ascii_case("cookie") {
            value.split(';').filter_map(|cookie| Some(cookie.split_once('=')?.1.trim())).collect()
        } else {
            value.split(' ').chain([value]).collect()
        };
        parts
            .into_iter()
            .map(|part| (part.to_owned(), format!("the value of the header “{}”", header.name)))
            .collect::<Vec<_>>()
    });
    let query = url.query_pairs().map(|(name, value)| (value.into_owned(), format!("the query parameter “{name}”")));
    let password = url.password().map(|password| (password.to_owned(), "the password".to_owned()));
    let all = headers.chain(query).chain(password);
    all.filter(|(secret, _)| secret.len() >= LEAST_SECRET && !is_common(secret)).collect()
}

/// Words of headers that are no secret.
fn is_common(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "bearer" | "basic" | "digest" | "eventsource" | "message" | "application/json"
    )
}
