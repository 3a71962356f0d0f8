//! The demo's events: numbered, timed, and the same for everyone. Event N is a function of N, and due at a time that is a
//! function of N, so that nothing has to be kept for clients that come back.
//!
//! Deliberately not here: connections (`demo.rs`).
use serde::Serialize;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;
use tokio::time::Instant;

/// So many events make a chapter, which takes [`CHAPTER`].
const EVENTS: u64 = DUE.len() as u64;
/// When each event of a chapter is due, in milliseconds from its beginning. A burst of eight stands near the middle, where a
/// test run reports.
const DUE: [u64; 24] = [
    0, 2000, 4500, 7000, 9500, 12_000, 14_500, 17_000, 19_000, 19_100, 19_200, 19_300, 19_400, 19_500, 19_600, 19_700,
    22_500, 25_000, 27_500, 30_000, 32_500, 35_000, 37_500, 40_000,
];
const CHAPTER: Duration = Duration::from_millis(42_500);
/// So many events are past when the story begins, so that the first client sees something at once.
const PAST: u64 = 3;

/// The story of one run of the server: when it began, and how its events are numbered.
///
/// Inside, events are counted from 1; their ids are counted on from `base`.
pub(super) struct Story {
    beginning: Instant,
    base: u64,
}

impl Story {
    /// A story that begins now. Ids must not come twice, also not in another run (a client would take the second for a
    /// repetition), so they are counted on from `seconds`, the Unix time: no run has an event every second.
    pub(super) fn begin(now: Instant, seconds: u64) -> Self {
        Self { beginning: now, base: seconds }
    }

    /// When event `number` exists. Those of the past exist from the beginning; the pace starts after them.
    pub(super) fn due(&self, number: u64) -> Instant {
        self.beginning + offset(number.saturating_sub(PAST))
    }

    /// The number of the newest event that exists.
    pub(super) fn newest(&self, now: Instant) -> u64 {
        let elapsed = now.saturating_duration_since(self.beginning);
        let chapters = u64::try_from(elapsed.as_millis() / CHAPTER.as_millis()).unwrap_or(u64::MAX / EVENTS);
        let mut index = chapters * EVENTS;
        while offset(index + 1) <= elapsed {
            index += 1;
        }
        index + PAST
    }

    /// The number of the event that a client gets first: the one after `last_event_id`, as far back as `history` allows;
    /// the last few for a client that was never here, or at another run's story.
    pub(super) fn resume(&self, last_event_id: Option<u64>, history: u64, now: Instant) -> u64 {
        let newest = self.newest(now);
        match last_event_id.and_then(|id| id.checked_sub(self.base)) {
            Some(last) if last <= newest => (last + 1).max((newest + 1).saturating_sub(history)),
            _ => newest - PAST + 1,
        }
    }

    /// Writes event `number` as it stands in the stream.
    pub(super) fn write(&self, number: u64, to: &mut String) {
        let (kind, data) = match step(number) {
            Step::Item(kind, item) => (kind, serde_json::to_string(&item).ok()),
            Step::Text(kind, text) => (kind, Some(text)),
            Step::Empty(kind) => (kind, None),
        };
        let _ = writeln!(to, "id: {}", self.base + number);
        if kind != "message" {
            let _ = writeln!(to, "event: {kind}");
        }
        for line in data.iter().flat_map(|data| data.split('\n')) {
            let _ = writeln!(to, "data: {line}");
        }
        to.push('\n');
    }
}

fn offset(index: u64) -> Duration {
    let chapter = u32::try_from(index / EVENTS).unwrap_or(u32::MAX);
    let within = usize::try_from(index % EVENTS).unwrap_or_default();
    CHAPTER * chapter + Duration::from_millis(DUE[within])
}

/// What most events carry, in the order that people read it.
#[derive(Serialize)]
struct Item {
    title: Cow<'static, str>,
    message: Cow<'static, str>,
    /// From 1 to 5, as ntfy counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'static str>,
}

fn item(title: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Item {
    Item { title: title.into(), message: message.into(), priority: None, url: None }
}

impl Item {
    fn priority(self, priority: u8) -> Self {
        Self { priority: Some(priority), ..self }
    }

    fn url(self, url: &'static str) -> Self {
        Self { url: Some(url), ..self }
    }
}

/// What happens at each step of a chapter.
enum Step {
    /// JSON, of this type.
    Item(&'static str, Item),
    /// Text, of this type.
    Text(&'static str, String),
    /// A type without data, which dispatches nothing and only moves the last event ID.
    Empty(&'static str),
}

fn step(number: u64) -> Step {
    let chapter = (number - 1) / EVENTS;
    let build = 412 + chapter;
    let (kind, item) = match (number - 1) % EVENTS {
        0 => (
            "message",
            item(
                "Welcome to the demo feed",
                "Something happens every few seconds. Close the window: events keep coming, and those that matter are announced.",
            )
            .url("https://html.spec.whatwg.org/multipage/server-sent-events.html"),
        ),
        1 => (
            "weather",
            item(
                format!("{} °C and clear", 18 + chapter % 5),
                "A light wind from the south-west. No rain before tomorrow evening.",
            ),
        ),
        2 => ("build", item(format!("Build {build} started"), "main: Keep the cursor with the event").priority(2)),
        3 => ("message", item("Mira", "Coffee in ten minutes?")),
        4 => return Step::Empty("ping"),
        5 => {
            ("message", item("Parcel on its way", "It left the depot this morning and arrives between 14:00 and 16:00."))
        }
        6 => return Step::Text("note", shopping_list(chapter)),
        7 => ("weather", item("Clouds are coming up", "Visibility is good, the pressure is falling slowly.")),
        test @ 8..=15 => {
            let suites = ["decoder", "connection", "reconnection", "store", "mapping", "announcing", "window", "tray"];
            let suite = suites[usize::try_from(test - 8).unwrap_or_default()];
            let cases = 40 + test * 7;
            ("test", item(format!("Tests passed: {suite}"), format!("Build {build}, {cases} cases")).priority(2))
        }
        16 => ("build", item(format!("Build {build} passed"), "All tests passed in 3 min 12 s.")),
        17 => ("alert", item("Disk almost full on atlas", "/var has 4 % left. The oldest logs go first.").priority(4)),
        18 => (
            "message",
            item("Jonas", "The slides are ready, have a look when you can.").url("https://example.org/slides"),
        ),
        19 => ("alert", item("Disk on atlas is fine again", "/var has 38 % left.").priority(3)),
        20 => return Step::Text("message", "Plain text works as well: an event needs no JSON.".into()),
        21 => (
            "deploy",
            item(format!("Build {build} is live"), "Rolled out to all three regions.").url("https://example.org/status"),
        ),
        22 => (
            "alert",
            item("Water in the cellar", "The sensor beside the washing machine is wet. Somebody should look now.").priority(5),
        ),
        _ => ("message", item("Mira", "It was only the washing machine. All dry again!")),
    };
    Step::Item(kind, item)
}

/// Several lines of text, each of which travels in a `data` line of its own.
fn shopping_list(chapter: u64) -> String {
    format!(
        "Shopping list no. {}\n- bread\n- tomatoes, if there are good ones\n- two lemons\n\nThe market closes at six.",
        chapter + 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story() -> Story {
        Story::begin(Instant::now(), 1000)
    }

    #[test]
    fn the_newest_event_is_the_last_that_is_due() {
        let story = story();
        assert_eq!(story.newest(story.beginning), PAST);
        for number in PAST..3 * EVENTS {
            assert_eq!(story.newest(story.due(number)), number);
            assert_eq!(story.newest(story.due(number + 1) - Duration::from_millis(1)), number);
        }
    }

    #[test]
    fn a_client_gets_what_it_missed_and_no_more() {
        let story = story();
        let now = story.due(300);
        for (last, expected) in [
            (None, 298),
            (Some(1300), 301),
            (Some(1299), 300),
            (Some(1150), 151),
            (Some(1000), 101),
            (Some(1020), 101),
            (Some(1301), 298),
            (Some(999), 298),
        ] {
            assert_eq!(story.resume(last, 200, now), expected, "{last:?}");
        }
        assert_eq!(story.resume(None, 200, story.beginning), 1);
    }

    #[test]
    fn events_stand_in_the_stream_as_the_standard_wants_them() {
        let mut text = String::new();
        story().write(5, &mut text);
        assert_eq!(text, "id: 1005\nevent: ping\n\n");
        text.clear();
        story().write(7, &mut text);
        assert!(text.starts_with("id: 1007\nevent: note\ndata: Shopping list no. 1\ndata: - bread\n"), "{text}");
        text.clear();
        story().write(21, &mut text);
        assert_eq!(text, "id: 1021\ndata: Plain text works as well: an event needs no JSON.\n\n");
        for number in 1..=2 * EVENTS {
            text.clear();
            story().write(number, &mut text);
            assert!(text.ends_with("\n\n") && !text.trim_end().contains("\n\n"), "one block: {text}");
        }
    }
}
