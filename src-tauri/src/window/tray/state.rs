//! What the tray says about the feeds, as a function of how they fare.
//!
//! Deliberately not here: Tauri.
use tidings_engine::{EventId, EventSummary, FeedState, FeedStatus};

/// How many of the latest events the menu has.
pub(super) const LATEST: usize = 5;
/// Characters of an entry; a menu is as wide as its longest.
const TEXT_LIMIT: usize = 60;

/// All that the tray shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TrayState {
    /// Feeds, the paused ones among them.
    feeds: usize,
    /// Feeds that should be connected.
    active: usize,
    connected: usize,
    /// Feeds that should be connected and are not, and not just because their first try is under way.
    failing: usize,
    unread: u64,
    latest: Vec<Latest>,
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
        let text = format!("{feed}: {}", event.title);
        let text = match text.char_indices().nth(TEXT_LIMIT) {
            Some(_) => text.chars().take(TEXT_LIMIT - 1).chain(['…']).collect(),
            None => text,
        };
        Self { id: event.id, text }
    }
}

/// The icon's figure. Told apart by shape too, never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Figure {
    #[default]
    Normal,
    /// Some feed is not connected.
    Degraded,
    /// No feed is connected.
    Offline,
}

impl TrayState {
    /// `latest` are the newest events, newest first.
    pub(super) fn of(feeds: &[FeedStatus], unread: u64, latest: &[EventSummary]) -> Self {
        let count = |of: fn(&FeedState) -> bool| feeds.iter().filter(|status| of(&status.state)).count();
        Self {
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
        }
    }

    pub(super) fn latest(&self) -> &[Latest] {
        &self.latest
    }

    /// The menu's first line.
    pub(super) fn line(&self) -> String {
        let feeds = match *self {
            Self { feeds: 0, .. } => "No feeds yet".to_owned(),
            Self { active: 0, .. } => "All feeds are paused".to_owned(),
            Self { connected, active, .. } => format!("{connected} of {active} connected"),
        };
        if self.unread == 0 { feeds } else { format!("{feeds} · {} unread", self.unread) }
    }

    pub(super) fn all_paused(&self) -> bool {
        self.feeds > 0 && self.active == 0
    }

    /// What the icon shows: its figure and the badge on it.
    pub(super) fn icon(&self) -> (Figure, Option<String>) {
        let figure = match *self {
            Self { failing: 0, .. } => Figure::Normal,
            Self { failing, active, .. } if failing == active => Figure::Offline,
            _ => Figure::Degraded,
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

    #[test]
    fn the_line_and_the_icon_follow_the_feeds() {
        let state = |feeds, active, connected, failing, unread| {
            let latest = Vec::new();
            TrayState { feeds, active, connected, failing, unread, latest }
        };
        let badge = |text: &str| Some(text.to_owned());
        let cases = [
            (state(0, 0, 0, 0, 0), "No feeds yet", (Figure::Normal, None)),
            (state(2, 0, 0, 0, 3), "All feeds are paused · 3 unread", (Figure::Normal, badge("3"))),
            (state(7, 6, 4, 2, 17), "4 of 6 connected · 17 unread", (Figure::Degraded, badge("17"))),
            (state(1, 1, 0, 0, 0), "0 of 1 connected", (Figure::Normal, None)),
            (state(1, 1, 0, 1, 99), "0 of 1 connected · 99 unread", (Figure::Offline, badge("99"))),
            (state(1, 1, 1, 0, 100), "1 of 1 connected · 100 unread", (Figure::Normal, badge("99+"))),
        ];
        for (state, line, icon) in cases {
            assert_eq!((state.line().as_str(), state.icon()), (line, icon));
        }
        assert!(state(2, 0, 0, 0, 0).all_paused());
        assert!(!state(0, 0, 0, 0, 0).all_paused());
    }
}
