//! What the tray says about the feeds, as a function of how they fare.
//!
//! Deliberately not here: Tauri.
use jiff::{SignedDuration, Timestamp, Zoned};
use tidings::notification::shortened;
use tidings::words::Words;
use tidings_engine::{EventId, EventSummary, FeedState, FeedStatus, Language, Mute};

/// How many of the latest events the menu has.
pub(super) const LATEST: usize = 5;
/// Characters of an entry; a menu is as wide as its longest.
const TEXT_LIMIT: usize = 60;

/// All that the tray shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TrayState {
    /// In which language it says so.
    language: Language,
    /// Feeds, the paused ones among them.
    feeds: usize,
    /// Feeds that should be connected.
    active: usize,
    connected: usize,
    /// Feeds that should be connected and are not, and not just because their first try is under way.
    failing: usize,
    unread: u64,
    latest: Vec<Latest>,
    muted: Option<Muted>,
    /// Notifications are switched off.
    off: bool,
    /// Nobody shows notifications.
    no_service: bool,
}

/// What is known beside the feeds of what becomes of their events, and in which language to say it.
#[derive(Debug, Clone, Default)]
pub(super) struct Announcing {
    /// The language.
    pub(super) language: Language,
    /// What is muted.
    pub(super) mutes: Vec<Mute>,
    /// Whether notifications are switched off.
    pub(super) off: bool,
    /// Whether a notification service is known to be missing.
    pub(super) no_service: bool,
}

/// All feeds are muted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Muted {
    /// When it ends, in words that stay true as time goes by; `None`: when the user says so.
    until: Option<String>,
}

impl Muted {
    fn of(mutes: &[Mute], words: &Words, now: &Zoned) -> Option<Self> {
        let all = mutes.iter().find(|mute| mute.feed.is_none())?;
        Some(Self { until: all.until.map(|end| moment(end, words, now)) })
    }

    fn said(&self, words: &Words) -> String {
        self.until.as_ref().map_or_else(|| words.muted.to_owned(), |until| (words.muted_until)(until))
    }
}

/// "18:30" of the coming day, "Mon 23 Nov 08:00" beyond.
fn moment(milliseconds: i64, words: &Words, now: &Zoned) -> String {
    let Ok(end) = Timestamp::from_millisecond(milliseconds) else { return String::from("?") };
    let soon = end.duration_since(now.timestamp()) < SignedDuration::from_hours(24);
    let end = end.to_zoned(now.time_zone().clone());
    if soon { end.strftime("%H:%M").to_string() } else { (words.far_moment)(&end) }
}

/// One of the latest events, as the menu shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Latest {
    pub(super) id: EventId,
    pub(super) text: String,
}

impl Latest {
    fn of(event: &EventSummary, feeds: &[FeedStatus]) -> Self {
        let feed = feeds
            .iter()
            .find(|status| status.id() == event.feed_id)
            .map_or("", |status| status.feed.config.name.as_str());
        // That of a feed that was removed stands by itself.
        let text = if feed.is_empty() { event.title.clone() } else { format!("{feed}: {}", event.title) };
        Self { id: event.id, text: shortened(&text, TEXT_LIMIT) }
    }
}

/// The icon's figure, of several that hold the latest here: trouble goes before what the user has chosen, and the menu's
/// first line says all of it. Told apart by shape too, never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Figure {
    #[default]
    Normal,
    /// All feeds are muted, or notifications are off. Quiet hours are none of this: they come and go by the plan that the user made.
    Muted,
    /// Some feed is not connected, or nobody shows notifications.
    Degraded,
    /// No feed is connected.
    Offline,
}

impl TrayState {
    /// `latest` are the newest events, newest first.
    pub(super) fn of(
        feeds: &[FeedStatus],
        unread: u64,
        latest: &[EventSummary],
        announcing: &Announcing,
        now: &Zoned,
    ) -> Self {
        let count = |of: fn(&FeedState) -> bool| feeds.iter().filter(|status| of(&status.state)).count();
        Self {
            language: announcing.language,
            feeds: feeds.len(),
            active: count(|state| *state != FeedState::Paused),
            connected: count(|state| {
                matches!(
                    state,
                    FeedState::Open { .. }
                        | FeedState::Polling { .. }
                        | FeedState::Connecting { waiting_for_server: true }
                )
            }),
            failing: count(|state| {
                matches!(
                    state,
                    FeedState::Waiting { .. }
                        | FeedState::NoNetwork
                        | FeedState::NeedsAttention { .. }
                        | FeedState::Closed { .. }
                )
            }),
            unread,
            latest: latest.iter().take(LATEST).map(|event| Latest::of(event, feeds)).collect(),
            muted: Muted::of(&announcing.mutes, Words::of(announcing.language), now),
            off: announcing.off,
            no_service: announcing.no_service,
        }
    }

    pub(super) fn latest(&self) -> &[Latest] {
        &self.latest
    }

    /// The menu's first line.
    pub(super) fn line(&self) -> String {
        let words = self.words();
        let feeds = match *self {
            Self { feeds: 0, .. } => words.no_feeds.to_owned(),
            Self { active: 0, .. } => words.all_paused.to_owned(),
            Self { connected, active, .. } => (words.connected)(connected, active),
        };
        let unread = (self.unread > 0).then(|| (words.unread)(self.unread));
        let muted = self.muted.as_ref().map(|muted| muted.said(words));
        let off = self.off.then(|| words.notifications_off.to_owned());
        let no_service = (self.no_service && !self.off).then(|| words.no_service.to_owned());
        [Some(feeds), unread, off.or(muted), no_service].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// The menu's entry that ends the mute; `None`: nothing is muted.
    pub(super) fn unmute(&self) -> Option<String> {
        let words = self.words();
        self.muted.as_ref().map(|muted| match muted.until {
            Some(_) => (words.unmute_what)(&muted.said(words)),
            None => words.unmute.to_owned(),
        })
    }

    /// The words in which all of it is said.
    pub(super) fn words(&self) -> &'static Words {
        Words::of(self.language)
    }

    pub(super) fn all_paused(&self) -> bool {
        self.feeds > 0 && self.active == 0
    }

    /// What the icon shows: its figure and the badge on it.
    pub(super) fn icon(&self) -> (Figure, Option<String>) {
        let figure = match *self {
            Self { failing: failing @ 1.., active, .. } if failing == active => Figure::Offline,
            Self { failing: 1.., .. } | Self { no_service: true, off: false, .. } => Figure::Degraded,
            Self { muted: Some(_), .. } | Self { off: true, .. } => Figure::Muted,
            _ => Figure::Normal,
        };
        let badge = match self.unread {
            0 => None,
            unread @ 1..=99 => Some(unread.to_string()),
            _ => Some("99+".to_owned()),
        };
        (figure, badge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_engine::{FeedId, Urgency};

    fn state(feeds: usize, active: usize, connected: usize, failing: usize, unread: u64) -> TrayState {
        TrayState { feeds, active, connected, failing, unread, ..TrayState::default() }
    }

    fn muted(state: TrayState, until: Option<&str>) -> TrayState {
        TrayState { muted: Some(Muted { until: until.map(str::to_owned) }), ..state }
    }

    #[test]
    fn the_line_and_the_icon_follow_the_feeds() {
        let unheard = |state| TrayState { no_service: true, ..state };
        let off = |state| TrayState { off: true, ..state };
        let badge = |text: &str| Some(text.to_owned());
        let cases = [
            (state(0, 0, 0, 0, 0), "No feeds yet", (Figure::Normal, None)),
            (state(2, 0, 0, 0, 3), "All feeds are paused · 3 unread", (Figure::Normal, badge("3"))),
            (state(7, 6, 4, 2, 17), "4 of 6 connected · 17 unread", (Figure::Degraded, badge("17"))),
            (state(1, 1, 0, 0, 0), "0 of 1 connected", (Figure::Normal, None)),
            (state(1, 1, 0, 1, 99), "0 of 1 connected · 99 unread", (Figure::Offline, badge("99"))),
            (state(1, 1, 1, 0, 100), "1 of 1 connected · 100 unread", (Figure::Normal, badge("99+"))),
            (muted(state(1, 1, 1, 0, 0), None), "1 of 1 connected · muted", (Figure::Muted, None)),
            (muted(state(0, 0, 0, 0, 0), None), "No feeds yet · muted", (Figure::Muted, None)),
            (
                muted(state(2, 2, 1, 1, 4), Some("18:30")),
                "1 of 2 connected · 4 unread · muted until 18:30",
                (Figure::Degraded, badge("4")),
            ),
            (
                muted(state(1, 1, 0, 1, 0), Some("18:30")),
                "0 of 1 connected · muted until 18:30",
                (Figure::Offline, None),
            ),
            (unheard(state(1, 1, 1, 0, 0)), "1 of 1 connected · no notification service", (Figure::Degraded, None)),
            (off(state(1, 1, 1, 0, 2)), "1 of 1 connected · 2 unread · notifications off", (Figure::Muted, badge("2"))),
            (
                off(unheard(muted(state(1, 1, 1, 0, 0), None))),
                "1 of 1 connected · notifications off",
                (Figure::Muted, None),
            ),
            (off(state(2, 2, 1, 1, 0)), "1 of 2 connected · notifications off", (Figure::Degraded, None)),
            (
                unheard(muted(state(1, 1, 0, 1, 0), None)),
                "0 of 1 connected · muted · no notification service",
                (Figure::Offline, None),
            ),
        ];
        for (state, line, icon) in cases {
            assert_eq!((state.line().as_str(), state.icon()), (line, icon));
        }
        let chinese = TrayState { language: Language::Chinese, ..muted(state(6, 6, 4, 2, 3), Some("18:30")) };
        assert_eq!(chinese.line(), "已连接 4/6 · 3 个未读 · 静音至 18:30");
        assert!(state(2, 0, 0, 0, 0).all_paused());
        assert!(!state(0, 0, 0, 0, 0).all_paused());
    }

    #[test]
    fn an_event_of_a_feed_that_was_removed_stands_by_itself() {
        let event = EventSummary {
            id: EventId(1),
            feed_id: FeedId(1),
            event_type: "message".to_owned(),
            title: "web: failed".to_owned(),
            snippet: String::new(),
            urgency: Urgency::Normal,
            received_at: 0,
            read: true,
            starred: false,
            count: 1,
            has_link: false,
        };
        assert_eq!(Latest::of(&event, &[]).text, "web: failed");
    }

    #[test]
    fn the_end_of_a_mute_is_said_so_that_it_stays_true() {
        let now: Zoned = "2026-11-21T22:00:00+01:00[Europe/Berlin]".parse().expect("a time");
        for (until, expected) in [
            ("2026-11-21T23:00:00+01:00", "Unmute (muted until 23:00)"),
            ("2026-11-22T08:00:00+01:00", "Unmute (muted until 08:00)"),
            ("2026-11-22T22:00:00+01:00", "Unmute (muted until Sun 22 Nov 22:00)"),
            ("2026-12-01T08:00:00+01:00", "Unmute (muted until Tue 1 Dec 08:00)"),
        ] {
            let until: Timestamp = until.parse().expect("a time");
            let announcing = Announcing {
                mutes: vec![
                    Mute { feed: Some(FeedId(1)), until: None },
                    Mute { feed: None, until: Some(until.as_millisecond()) },
                ],
                ..Announcing::default()
            };
            let state = TrayState::of(&[], 0, &[], &announcing, &now);
            assert_eq!(state.unmute().as_deref(), Some(expected));
        }
        assert_eq!(muted(state(1, 1, 1, 0, 0), None).unmute().as_deref(), Some("Unmute"));
        let of_one_feed =
            Announcing { mutes: vec![Mute { feed: Some(FeedId(1)), until: None }], ..Announcing::default() };
        assert_eq!(TrayState::of(&[], 0, &[], &of_one_feed, &now).unmute(), None);
    }
}
