//! The upper levels of a JSON text, read in one pass: strings stay borrowed, what lies deep or far back is skipped.
//!
//! Deliberately not here: what the fields mean (`object.rs`).
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// How many levels are read; what lies deeper is skipped without recursion.
const DEPTH: u8 = 6;
/// How many fields of one object are read.
const FIELDS: usize = 64;

/// A JSON value as far as mapping looks at it.
#[derive(Debug, PartialEq)]
pub(super) enum Outline<'a> {
    Text(Cow<'a, str>),
    /// A number or a boolean, as text.
    Plain(String),
    Object(Vec<(Cow<'a, str>, Outline<'a>)>),
    Array {
        first: Box<Outline<'a>>,
        len: usize,
    },
    /// null, or too deep to look at.
    Nothing,
}

/// Reads a JSON text; `None` when it is none.
pub(super) fn read(text: &str) -> Option<Outline<'_>> {
    // Most plain text is told apart by its first byte.
    let first = text.trim_ascii_start().bytes().next()?;
    if !matches!(first, b'{' | b'[' | b'"') {
        return None;
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let outline = Level(0).deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(outline)
}

impl<'a> Outline<'a> {
    /// The value of a field, whatever the case of its name.
    pub(super) fn field(&self, name: &str) -> Option<&Outline<'a>> {
        match self {
            Self::Object(fields) => {
                fields.iter().find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
            }
            _ => None,
        }
    }

    /// A string, number or boolean that says something.
    pub(super) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.trim().is_empty() => Some(text),
            Self::Plain(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads one value at this depth.
#[derive(Clone, Copy)]
struct Level(u8);

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Outline<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.0 >= DEPTH {
            deserializer.deserialize_ignored_any(IgnoredAny)?;
            return Ok(Outline::Nothing);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Outline<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Outline::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Outline::Plain(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Outline::Plain(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Outline::Plain(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Outline::Nothing, |number| Outline::Plain(number.to_string())))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Outline::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Outline::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let Some(first) = seq.next_element_seed(Self(self.0 + 1))? else {
            return Ok(Outline::Nothing);
        };
        let mut len = 1;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            len += 1;
        }
        Ok(Outline::Array { first: Box::new(first), len })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            if fields.len() < FIELDS {
                fields.push((key, map.next_value_seed(Self(self.0 + 1))?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Outline::Object(fields))
    }
}

/// Reads the name of a field, borrowed where it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}
