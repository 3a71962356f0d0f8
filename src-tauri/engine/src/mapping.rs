//! What an event is about: its title, body, link and urgency, by what its data looks like when nobody has said better.
//!
//! Pure and bounded: whatever comes, an answer follows, in time proportional to the data. Deliberately not here: the
//! event's place in the history (`store/`), whether it is announced (`announce/`).
pub(crate) mod mapper;
mod object;
mod outline;
pub(crate) mod text;

pub use mapper::{Mapper, Mapping, PARTS_LIMIT};

use crate::Urgency;
use outline::Outline;

/// The longest title, in characters.
pub const TITLE_LIMIT: usize = 200;
/// The longest body, in bytes. The data itself is kept whole beside it.
pub const BODY_LIMIT: usize = 64 * 1024;

/// What an event is about. Plain text throughout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapped {
    /// One line, at most [`TITLE_LIMIT`] characters, without control characters. Never empty for an event with a type.
    pub title: String,
    /// At most [`BODY_LIMIT`] bytes; may be empty.
    pub body: String,
    /// http, https or mailto.
    pub link: Option<String>,
    /// How much it matters; normal unless the data, the mapping or a rule says otherwise.
    pub urgency: Urgency,
    /// A name of the desktop's icon theme, or one emoji; only where the mapping gives one.
    pub icon: Option<String>,
    /// Announcements of the same feed and key replace one another in place; only where the mapping gives one. At most 200
    /// characters.
    pub group_key: Option<String>,
    /// When it happened, as the source says, in milliseconds since the Unix epoch; only where the mapping gives it.
    pub happened_at: Option<i64>,
}

/// Maps an event by its type and data.
///
/// ```
/// use tidings_engine::mapping::map;
/// assert_eq!(map("message", r#"{"message":"Hi!"}"#).title, "Hi!");
/// assert_eq!(map("price", r#"{"price":3}"#).title, "price: 3");
/// assert_eq!(map("ping", "").title, "ping");
/// ```
pub fn map(event_type: &str, data: &str) -> Mapped {
    let mut mapped = match outline::read(data) {
        Some(Outline::Text(text)) => from_text(&text),
        Some(outline @ (Outline::Object(_) | Outline::Array { .. })) => {
            object::map(&outline).unwrap_or_else(|| from_text(data))
        }
        _ => from_text(data),
    };
    if mapped.title.is_empty() {
        mapped.title = text::line(event_type);
    }
    if mapped.link.is_none() {
        mapped.link = text::first_link(&mapped.title).or_else(|| text::first_link(&mapped.body));
    }
    mapped
}

/// The first line is the title and the rest the body; a first line too long for a title stands in the body as well.
fn from_text(data: &str) -> Mapped {
    let (title, body) = text::title_and_body(data);
    Mapped { title, body, ..Mapped::default() }
}
