//! What templates and expressions speak of: `event` and `feed`.
//!
//! JSON is read when something asks for it, once for all templates and rules of an event.
use minijinja::value::{Enumerator, Object, Value};
use std::sync::{Arc, OnceLock};

/// How much of an event's data templates see, in bytes. JSON that is longer is not read for them.
pub const DATA_LIMIT: usize = 256 * 1024;

/// An event that has come and is to be mapped and judged.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// Its type.
    pub event_type: &'a str,
    /// As it came.
    pub data: &'a str,
    /// The last event ID in force; may be empty.
    pub last_event_id: &'a str,
    /// Milliseconds since the Unix epoch.
    pub received_at: i64,
    /// Whether it was missed while the feed was not connected.
    pub catch_up: bool,
}

/// An [`Incoming`] event of a feed as templates see it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Subject {
    event: Arc<EventValue>,
    values: Value,
}

impl Subject {
    /// Copies what templates may look at.
    pub fn new(event: &Incoming<'_>, feed_name: &str) -> Self {
        let event = Arc::new(EventValue {
            event_type: Value::from(event.event_type),
            id: Value::from(event.last_event_id),
            data: Value::from(&event.data[..event.data.floor_char_boundary(DATA_LIMIT)]),
            received_at: event.received_at,
            whole: event.data.len() <= DATA_LIMIT,
            json: OnceLock::new(),
        });
        let feed = Value::from_pairs([("name", Value::from(feed_name))]);
        let values = Value::from_pairs([("event", Value::from_dyn_object(Arc::clone(&event))), ("feed", feed)]);
        Self { event, values }
    }

    /// Whether templates see all of the event's data.
    pub fn is_whole(&self) -> bool {
        self.event.whole
    }

    /// `event` and `feed` by name.
    pub(crate) fn values(&self) -> &Value {
        &self.values
    }

    /// `event` and `feed`, and more.
    pub(crate) fn values_with<const N: usize>(&self, more: [(&'static str, Value); N]) -> Value {
        let of = |name| (name, self.values.get_attr(name).unwrap_or_default());
        Value::from_pairs([of("event"), of("feed")].into_iter().chain(more))
    }
}

/// `event`.
#[derive(Debug)]
struct EventValue {
    event_type: Value,
    id: Value,
    data: Value,
    received_at: i64,
    whole: bool,
    json: OnceLock<Value>,
}

impl EventValue {
    fn json(&self) -> &Value {
        self.json.get_or_init(|| match self.data.as_str() {
            Some(data) if self.whole => from_json(data),
            _ => Value::UNDEFINED,
        })
    }
}

impl Object for EventValue {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        Some(match key {
            "type" => self.event_type.clone(),
            "id" => self.id.clone(),
            "data" => self.data.clone(),
            "json" => self.json().clone(),
            "received_at" => Value::from(self.received_at),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["type", "id", "data", "json", "received_at"])
    }
}

/// A JSON text as a value; undefined when it is none.
pub(super) fn from_json(text: &str) -> Value {
    // serde_json goes 128 levels deep and no further.
    serde_json::from_str(text).unwrap_or(Value::UNDEFINED)
}
