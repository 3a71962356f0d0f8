//! The demo's events: numbered, timed, and the same for everyone. Event N is a function of N, and due at a time that is a
//! function of N, so that nothing has to be kept for clients that come back.
//!
//! Deliberately not here: connections (`demo.rs`).
use serde_json::json;
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
        let (kind, data) = event(number);
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

/// Type and data of an event; no data makes it one that only moves the last event ID, as a server's `ping` does.
fn event(number: u64) -> (&'static str, Option<String>) {
    let chapter = (number - 1) / EVENTS;
    let build = 412 + chapter;
    let (kind, data) = match (number - 1) % EVENTS {
        0 => (
            "message",
            json!({
                "title": "Welcome to the demo feed",
                "message": "Events arrive every few seconds. Close the window: they keep coming, and the ones that matter are announced.",
                "url": "https://html.spec.whatwg.org/multipage/server-sent-events.html",
            }),
        ),
        1 => (
            "weather",
            json!({
                "title": format!("{} °C and clear", 18 + chapter % 5),
                "message": "A light wind from the south-west. No rain before tomorrow evening.",
                "temperature": 18 + chapter % 5,
            }),
        ),
        2 => (
            "build",
            json!({ "title": format!("Build {build} started"), "message": "main: Keep the cursor with the event", "priority": 2, "build": build }),
        ),
        3 => ("message", json!({ "title": "Mira", "message": "Coffee in ten minutes?" })),
        4 => return ("ping", None),
        5 => (
            "message",
            json!({ "title": "Parcel on its way", "message": "It left the depot this morning and arrives between 14:00 and 16:00." }),
        ),
        6 => return ("note", Some(note(chapter))),
        7 => (
            "weather",
            json!({ "title": "Clouds are coming up", "message": "Visibility is good, the pressure is falling slowly.", "temperature": 17 + chapter % 5 }),
        ),
        step @ 8..=15 => {
            let suite = ["decoder", "connection", "reconnection", "store", "mapping", "announcing", "window", "tray"]
                [usize::try_from(step - 8).unwrap_or_default()];
            (
                "test",
                json!({ "title": format!("Tests passed: {suite}"), "message": format!("Build {build}, {} cases", 40 + step * 7), "priority": 2, "build": build }),
            )
        }
        16 => (
            "build",
            json!({ "title": format!("Build {build} passed"), "message": "All tests passed in 3 min 12 s.", "build": build }),
        ),
        17 => (
            "alert",
            json!({ "title": "Disk almost full on atlas", "message": "/var has 4 % left. The oldest logs go first.", "priority": 4, "host": "atlas" }),
        ),
        18 => (
            "message",
            json!({ "title": "Jonas", "message": "The slides are ready, have a look when you can.", "url": "https://example.org/slides" }),
        ),
        19 => (
            "alert",
            json!({ "title": "Disk on atlas is fine again", "message": "/var has 38 % left.", "priority": 3, "host": "atlas" }),
        ),
        20 => return ("message", Some("Plain text works as well: an event needs no JSON.".into())),
        21 => (
            "deploy",
            json!({ "title": format!("Build {build} is live"), "message": "Rolled out to all three regions.", "build": build, "url": "https://example.org/status" }),
        ),
        22 => (
            "alert",
            json!({ "title": "Water in the cellar", "message": "The sensor beside the washing machine is wet. Somebody should look now.", "priority": 5, "host": "cellar" }),
        ),
        _ => ("message", json!({ "title": "Mira", "message": "It was only the washing machine. All dry again!" })),
    };
    (kind, Some(data.to_string()))
}

/// Several lines of text, each of which travels in a `data` line of its own.
fn note(chapter: u64) -> String {
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
