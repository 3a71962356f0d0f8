//! The file as Tidings writes it: TOML, in which only what is not as by default stands.
//!
//! Deliberately not here: secrets, which are sealed (`sealed.rs`).
use super::{FORMAT, FeedsFile, FileFault, FileFeed, ItemFault, bad};
use crate::preset::{first_unknown, sentence};
use crate::{EngineError, FeedConfig, Rule, Signal};
use serde::Serialize;
use toml::{Table, Value};

const HEAD: &str = "# Feeds of Tidings. What is not named is as by default; see \"tidings feeds import --help\".\n\n";

pub(super) fn text(file: &FeedsFile) -> Result<String, EngineError> {
    let mut table = Table::new();
    table.insert("format".to_owned(), Value::Integer(FORMAT));
    for (key, text) in [("title", &file.title), ("description", &file.description)] {
        if !text.is_empty() {
            table.insert(key.to_owned(), Value::String(text.clone()));
        }
    }
    let feeds = file.feeds.iter().map(feed_table).collect::<Result<Vec<_>, _>>()?;
    table.insert("feed".to_owned(), Value::Array(feeds.into_iter().map(Value::Table).collect()));
    if let Some(sealed) = &file.sealed {
        let sealed = Table::from_iter([("secrets".to_owned(), Value::String(sealed.clone()))]);
        table.insert("sealed".to_owned(), Value::Table(sealed));
    }
    let text = toml::to_string_pretty(&table).map_err(|error| bad(sentence(&error.to_string())))?;
    Ok(format!("{HEAD}{text}"))
}

fn feed_table(feed: &FileFeed) -> Result<Table, EngineError> {
    let mut table = without_defaults(table(&feed.config)?, &table_of_defaults()?);
    let elements = [("rules", table_of(&Rule::default())?), ("heartbeats", table_of(&Signal::default())?)];
    let [(_, rule), (_, signal)] = &elements;
    shorten(table.get_mut("rules"), rule);
    if let Some(Value::Table(signals)) = table.get_mut("signals") {
        shorten(signals.get_mut("heartbeats"), signal);
        shorten(signals.get_mut("refusals"), signal);
    }
    if feed.paused {
        table.insert("paused".to_owned(), Value::Boolean(true));
    }
    Ok(table)
}

/// Leaves out of each element what is as by default.
fn shorten(elements: Option<&mut Value>, default: &Table) {
    for element in elements.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Value::Table(table) = element {
            *table = without_defaults(std::mem::take(table), default);
        }
    }
}

fn without_defaults(table: Table, default: &Table) -> Table {
    let differs = |(key, value): (String, Value)| {
        let value = match (value, default.get(&key)) {
            (value, Some(default)) if value == *default => return None,
            // One that says of which kind it is means something only as a whole.
            (Value::Table(inner), Some(Value::Table(default))) if !inner.contains_key("kind") => {
                Value::Table(without_defaults(inner, default))
            }
            (value, _) => value,
        };
        Some((key, value))
    };
    table.into_iter().filter_map(differs).collect()
}

fn table_of(value: &impl Serialize) -> Result<Table, EngineError> {
    Table::try_from(value).map_err(|error| bad(sentence(&error.to_string())))
}

/// The settings, without what only this computer knows.
fn table(config: &FeedConfig) -> Result<Table, EngineError> {
    let mut table = table_of(config)?;
    table.remove("secrets");
    Ok(table)
}

fn table_of_defaults() -> Result<Table, EngineError> {
    table(&FeedConfig::new("", ""))
}

pub(super) fn read(text: &str) -> Result<FeedsFile, FileFault> {
    let mut table: Table =
        toml::from_str(text).map_err(|error| FileFault::NoToml { why: sentence(&error.to_string()) })?;
    match table.remove("format") {
        Some(Value::Integer(FORMAT)) => {}
        Some(Value::Integer(newer @ 2..)) => {
            return Err(FileFault::Newer { found: newer, known: FORMAT });
        }
        _ => return Err(FileFault::NoFormat),
    }
    let mut line = |key: &str| match table.remove(key) {
        None => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.trim().to_owned()),
        Some(_) => Err(FileFault::NoText { key: key.to_owned() }),
    };
    let (title, description) = (line("title")?, line("description")?);
    let sealed = match table.remove("sealed") {
        None => None,
        Some(Value::Table(mut sealed)) => match (sealed.remove("secrets"), sealed.keys().next()) {
            (_, Some(key)) => return Err(unknown(&format!("sealed.{key}"))),
            (Some(Value::String(text)), None) => Some(text),
            _ => return Err(FileFault::NoText { key: "sealed.secrets".to_owned() }),
        },
        Some(_) => return Err(FileFault::SealedNoTable),
    };
    let feeds = match table.remove("feed") {
        None => vec![],
        Some(Value::Array(feeds)) => feeds,
        Some(_) => return Err(FileFault::FeedNoList),
    };
    if let Some(key) = table.keys().next() {
        return Err(unknown(key));
    }
    // One that is wrong is no reason to refuse the others.
    let feeds = feeds.into_iter().map(|feed| match feed {
        Value::Table(table) => {
            let text = |key: &str| table.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (name, url) = (text("name"), text("url"));
            read_feed(table).unwrap_or_else(|fault| FileFeed::refused(name, url, fault))
        }
        _ => FileFeed::refused(String::new(), String::new(), ItemFault::NoTable),
    });
    Ok(FeedsFile { title, description, feeds: feeds.collect(), sealed })
}

fn read_feed(mut table: Table) -> Result<FileFeed, ItemFault> {
    let paused = match table.remove("paused") {
        None => false,
        Some(Value::Boolean(paused)) => paused,
        Some(_) => return Err(ItemFault::Paused),
    };
    for key in ["name", "url"] {
        table.entry(key).or_insert_with(|| Value::String(String::new()));
    }
    if table.contains_key("secrets") {
        return Err(ItemFault::Secrets);
    }
    let given = Value::Table(table.clone());
    let unreadable = |why: String| ItemFault::Unreadable { why: sentence(&why) };
    let config: FeedConfig = table.try_into().map_err(|error: toml::de::Error| unreadable(error.to_string()))?;
    let known = Value::try_from(&config).map_err(|error| unreadable(error.to_string()))?;
    match first_unknown(&given, &known, "") {
        Some(key) => Err(ItemFault::Unknown { key: key.escape_debug().to_string() }),
        None => Ok(FileFeed::new(config, paused)),
    }
}

fn unknown(key: &str) -> FileFault {
    FileFault::Unknown { key: key.escape_debug().to_string() }
}
