//! Which notification of the desktop is about what, so that a click finds its event and a replacement its predecessor.
//!
//! Deliberately not here: the calls and signals themselves (`service.rs`), and links, which the history keeps.
use super::description::{MARK_READ, MUTE_FEED, OPEN, OPEN_LINK};
use super::{Action, Link};
use std::collections::{BTreeMap, HashMap};
use tidings_engine::{FeedId, Target};

/// How many are remembered, at some hundred bytes each. Services that never tell that a notification was closed would let
/// this grow for ever; the oldest are forgotten, and a click on one of those does nothing.
const LIMIT: usize = 10_000;

/// What a notification is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct About {
    /// `None`: the program itself.
    pub(super) target: Option<Target>,
    /// `None`: it is about several, or about none.
    pub(super) feed: Option<FeedId>,
    pub(super) link: Option<Link>,
    /// The key under which a later announcement replaces it.
    pub(super) key: Option<String>,
}

#[derive(Debug)]
struct Notification {
    about: About,
    activation_token: Option<String>,
}

/// The notifications that the running service knows of, by the ids it gave. A service that starts anew knows none of
/// them and gives the same ids again.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// By their ids, which ascend: the first is the oldest.
    all: BTreeMap<u32, Notification>,
    by_key: HashMap<String, u32>,
    /// The latest about each.
    by_target: HashMap<Target, u32>,
}

impl Shown {
    /// The id that an announcement of this key replaces; 0, as the specification has it, for none.
    pub(super) fn replaced_by(&self, key: Option<&str>) -> u32 {
        key.and_then(|key| self.by_key.get(key)).copied().unwrap_or(0)
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        self.all.contains_key(&id)
    }

    pub(super) fn insert(&mut self, id: u32, about: About) {
        self.remove(id);
        if let Some(key) = &about.key {
            self.by_key.insert(key.clone(), id);
        }
        if let Some(target) = about.target {
            self.by_target.insert(target, id);
        }
        self.all.insert(id, Notification { about, activation_token: None });
        if self.all.len() > LIMIT
            && let Some((&oldest, _)) = self.all.first_key_value()
        {
            self.remove(oldest);
        }
    }

    pub(super) fn remove(&mut self, id: u32) {
        let Some(Notification { about, .. }) = self.all.remove(&id) else { return };
        if let Some(key) = about.key
            && self.by_key.get(&key) == Some(&id)
        {
            self.by_key.remove(&key);
        }
        if let Some(target) = about.target
            && self.by_target.get(&target) == Some(&id)
        {
            self.by_target.remove(&target);
        }
    }

    /// The service has gone, and with it everything it showed.
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.by_key.clear();
        self.by_target.clear();
    }

    pub(super) fn id_about(&self, target: Target) -> Option<u32> {
        self.by_target.get(&target).copied()
    }

    /// The token comes just before the click that it belongs to.
    pub(super) fn set_activation_token(&mut self, id: u32, token: String) {
        if let Some(shown) = self.all.get_mut(&id) {
            shown.activation_token = Some(token);
        }
    }

    /// What the user asks for by this action; `None` for a notification that is not ours or an action we did not offer.
    pub(super) fn action(&mut self, id: u32, key: &str) -> Option<Action> {
        let shown = self.all.get_mut(&id)?;
        let About { target, feed, link, .. } = &shown.about;
        match (key, *target) {
            (OPEN, target) => Some(Action::Open { target, activation_token: shown.activation_token.take() }),
            (OPEN_LINK, _) => Some(Action::OpenLink(link.clone()?)),
            (MUTE_FEED, _) => Some(Action::MuteFeed { feed: (*feed)? }),
            (MARK_READ, Some(Target::Event(event))) => Some(Action::MarkRead { event }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_engine::EventId;

    fn about(event: i64, key: Option<&str>) -> About {
        About {
            target: Some(Target::Event(EventId(event))),
            feed: Some(FeedId(1)),
            link: None,
            key: key.map(str::to_owned),
        }
    }

    #[test]
    fn a_key_leads_to_its_latest_notification_until_that_is_closed() {
        let mut shown = Shown::default();
        assert_eq!(shown.replaced_by(Some("disk")), 0);
        shown.insert(1, about(10, Some("disk")));
        assert_eq!((shown.replaced_by(Some("disk")), shown.replaced_by(None)), (1, 0));
        // A service may give a replacement a new id; the old one's closing must not forget the new.
        shown.insert(2, about(11, Some("disk")));
        shown.remove(1);
        assert_eq!(shown.replaced_by(Some("disk")), 2);
        shown.remove(2);
        assert_eq!(shown.replaced_by(Some("disk")), 0);
    }

    #[test]
    fn the_oldest_are_forgotten_beyond_the_limit() {
        let mut shown = Shown::default();
        for id in 1..=10_005_u32 {
            shown.insert(id, about(i64::from(id), Some(&format!("key {id}"))));
        }
        assert_eq!((shown.all.len(), shown.by_key.len(), shown.by_target.len()), (LIMIT, LIMIT, LIMIT));
        assert_eq!(shown.action(5, OPEN), None);
        assert!(shown.action(6, OPEN).is_some());
    }

    #[test]
    fn an_event_leads_to_the_notification_that_shows_it() {
        let mut shown = Shown::default();
        let target = |event| Target::Event(EventId(event));
        shown.insert(1, about(10, Some("disk")));
        assert_eq!(shown.id_about(target(10)), Some(1));
        // In the same place, something else.
        shown.insert(1, about(11, Some("disk")));
        assert_eq!((shown.id_about(target(10)), shown.id_about(target(11))), (None, Some(1)));
        shown.remove(1);
        assert_eq!(shown.id_about(target(11)), None);
        shown.insert(2, about(12, None));
        shown.clear();
        assert_eq!((shown.id_about(target(12)), shown.all.len(), shown.by_key.len()), (None, 0, 0));
    }

    #[test]
    fn only_what_was_offered_can_be_asked_for() {
        let mut shown = Shown::default();
        shown.insert(1, about(10, None));
        shown.insert(2, About::default());
        assert_eq!(shown.action(1, MARK_READ), Some(Action::MarkRead { event: EventId(10) }));
        assert_eq!(shown.action(1, OPEN_LINK), None, "it has no link");
        assert_eq!(shown.action(1, MUTE_FEED), Some(Action::MuteFeed { feed: FeedId(1) }));
        assert_eq!(shown.action(2, MUTE_FEED), None, "it is about no feed");
        assert_eq!(shown.action(2, OPEN), Some(Action::Open { target: None, activation_token: None }));
        assert_eq!(shown.action(2, MARK_READ), None, "it is about no event");
        assert_eq!(shown.action(3, OPEN), None, "it is not ours");
    }
}
