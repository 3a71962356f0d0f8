//! Events of four sizes, for benchmarks and bursts: what is measured is measured on the same bytes everywhere.
//!
//! Deliberately not here: how they are served or timed.
use std::fmt::Write as _;

/// The shape of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// A notification as ntfy sends it: 200 bytes of JSON, no other field.
    Small,
    /// A change as Wikimedia sends it: 1.5 KB of JSON with type and ID.
    Medium,
    /// 64 KB of JSON in one line.
    Large,
    /// A log in 800 short `data` lines.
    Multi,
}

impl Payload {
    /// Every shape.
    pub const ALL: [Self; 4] = [Self::Small, Self::Medium, Self::Large, Self::Multi];

    /// The name used in tables and on command lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
            Self::Multi => "multi",
        }
    }

    /// The event numbered `number`, with its blank line. Every number makes another event of nearly the same length.
    pub fn event(self, number: usize) -> String {
        match self {
            Self::Small => format!(
                "data: {{\"id\":\"sPs71M{number:08}\",\"time\":1643935928,\"event\":\"message\",\"topic\":\"backups\",\
                 \"priority\":4,\"tags\":[\"warning\"],\"title\":\"Backup of db-{}\",\
                 \"message\":\"Finished after 412 s with 3 warnings, see the log\"}}\n\n",
                number % 10
            ),
            Self::Medium => format!(
                "event: message\nid: [{{\"topic\":\"eqiad.mediawiki.recentchange\",\"partition\":0,\
                 \"timestamp\":{number:013}}}]\ndata: {}\n\n",
                object(number, 1_400)
            ),
            Self::Large => format!("data: {}\n\n", object(number, 64 * 1024)),
            Self::Multi => {
                let mut event = String::with_capacity(32 * 1024);
                for line in 0..800 {
                    let step = ["ok", "compiling the next one", "linked", "42 tests passed, none failed"][line % 4];
                    let _ = writeln!(event, "data: {number:06}.{line:03} {step}");
                }
                event.push('\n');
                event
            }
        }
    }

    /// A stream of `events` events.
    pub fn stream(self, events: usize) -> Vec<u8> {
        (0..events).map(|number| self.event(number)).collect::<String>().into_bytes()
    }
}

/// A JSON object of about `len` bytes, numbered.
fn object(number: usize, len: usize) -> String {
    let mut object = format!(
        "{{\"id\":{number},\"type\":\"edit\",\"title\":\"Łódź – Straße {number}\",\"user\":\"Alice\",\"bot\":false,\
         \"wiki\":\"enwiki\",\"server_url\":\"https://en.wikipedia.org\",\"comments\":["
    );
    for index in 0.. {
        let comment = format!("{{\"index\":{index},\"text\":\"fixed a typo in the section \\\"History\\\"\"}}");
        if object.len() + comment.len() + 3 > len {
            break;
        }
        if index > 0 {
            object.push(',');
        }
        object.push_str(&comment);
    }
    object.push_str("]}");
    object
}

#[cfg(test)]
mod tests {
    use super::Payload;

    #[test]
    fn events_have_the_size_that_their_name_promises() {
        for (payload, least, most) in [
            (Payload::Small, 190, 220),
            (Payload::Medium, 1_450, 1_550),
            (Payload::Large, 65_400, 65_600),
            (Payload::Multi, 20_000, 30_000),
        ] {
            for number in [0, 7, 99_999] {
                let len = payload.event(number).len();
                assert!((least..=most).contains(&len), "{payload:?} {number} has {len} bytes");
            }
        }
    }

    #[test]
    fn events_are_told_apart() {
        for payload in Payload::ALL {
            assert_ne!(payload.event(1), payload.event(2));
            assert!(payload.event(1).ends_with("\n\n"));
        }
    }
}
