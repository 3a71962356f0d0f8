//! Events that are announced together: one by itself, the summary of a burst, a digest.
//!
//! Pure. Deliberately not here: which events, and when (`policy.rs`), the words for them in each language (`words.rs`).
use super::words::Words;
use super::{Announcement, AnnouncementId, Candidate, Hold, Target};
use crate::{FeedId, Language, Urgency};
use std::collections::BTreeMap;

/// How many feeds a digest names.
const NAMED: usize = 4;

/// What holds a bundle together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One event at a time.
    Alone,
    /// A burst.
    Summary,
    /// Events that waited.
    Digest(Because),
}

/// Why events waited, as far as a digest says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Because {
    Muted,
    QuietHours,
    DoNotDisturb,
    NoService,
    Refused,
    CatchUp,
    /// Each for its own reason.
    Several,
}

impl Because {
    pub(super) const fn of(hold: Hold) -> Self {
        match hold {
            Hold::Muted { .. } | Hold::FeedMuted { .. } => Self::Muted,
            Hold::QuietHours { .. } => Self::QuietHours,
            Hold::DoNotDisturb => Self::DoNotDisturb,
            Hold::NoService => Self::NoService,
            Hold::Refused => Self::Refused,
            Hold::CatchUp => Self::CatchUp,
        }
    }

    fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Several }
    }
}

/// The events of one feed in a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) count: u64,
    /// The highest of them.
    pub(super) urgency: Urgency,
    pub(super) latest: Candidate,
}

/// Events that are announced together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bundle {
    pub(super) id: AnnouncementId,
    pub(super) kind: Kind,
    parts: BTreeMap<FeedId, Part>,
}

impl Bundle {
    pub(super) fn new(id: AnnouncementId, kind: Kind) -> Self {
        Self { id, kind, parts: BTreeMap::new() }
    }

    pub(super) fn of(id: AnnouncementId, kind: Kind, event: Candidate) -> Self {
        let mut bundle = Self::new(id, kind);
        bundle.add(event);
        bundle
    }

    pub(super) fn add(&mut self, event: Candidate) {
        self.add_part(Part { count: 1, urgency: event.urgency, latest: event });
    }

    pub(super) fn add_part(&mut self, part: Part) {
        match self.parts.entry(part.latest.feed) {
            std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(part)),
            std::collections::btree_map::Entry::Occupied(mut there) => {
                let there = there.get_mut();
                there.count += part.count;
                there.urgency = there.urgency.max(part.urgency);
                if part.latest.event >= there.latest.event {
                    there.latest = part.latest;
                }
            }
        }
    }

    /// Takes up what waited for this reason.
    pub(super) fn hold(&mut self, because: Because) {
        self.kind = match self.kind {
            Kind::Digest(other) if !self.parts.is_empty() => Kind::Digest(other.and(because)),
            _ => Kind::Digest(because),
        };
    }

    /// Takes up another bundle.
    pub(super) fn merge(&mut self, other: Self) {
        for part in other.parts.into_values() {
            self.add_part(part);
        }
    }

    /// What it holds of each feed.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.values()
    }

    /// How many events it holds.
    pub(super) fn count(&self) -> u64 {
        self.parts.values().map(|part| part.count).sum()
    }

    /// Forgets the events of a feed. Whether none are left.
    pub(super) fn forget(&mut self, feed: FeedId) -> bool {
        self.parts.remove(&feed);
        self.parts.is_empty()
    }

    /// What is announced, in this language; `None` if there is nothing.
    pub(super) fn announcement(&self, language: Language) -> Option<Announcement> {
        let mut parts: Vec<&Part> = self.parts.values().collect();
        let first = *parts.first()?;
        let count = self.count();
        if count == 1 && self.kind != Kind::Summary || self.kind == Kind::Alone {
            return Some(first.latest.alone(self.id, language));
        }
        let said = Words::of(language);
        let words = match self.kind {
            Kind::Digest(because) => said.waited(count, because),
            Kind::Alone | Kind::Summary => said.more(count),
        };
        let urgency = parts.iter().map(|part| part.urgency).max().unwrap_or_default();
        let several = parts.len() > 1;
        let (title, body) = if several {
            parts.sort_by_key(|part| std::cmp::Reverse(part.count));
            (words, feeds(&parts, said))
        } else {
            ((said.of_feed)(&first.latest.feed_name, &words), first.latest.title.clone())
        };
        Some(Announcement {
            id: Some(self.id),
            language,
            replaces: Some(format!("bundle-{}", self.id.0)),
            target: if several { Target::Unread } else { Target::Feed(first.latest.feed) },
            feed: (!several).then_some(first.latest.feed),
            feed_name: if several { String::new() } else { first.latest.feed_name.clone() },
            title,
            body,
            urgency,
            link: None,
            icon: None,
            sound: parts.iter().find_map(|part| part.latest.sound.clone()),
        })
    }

    /// The one feed that it is about; `None`: several, or none.
    pub(super) fn feed(&self) -> Option<FeedId> {
        let mut feeds = self.parts.keys();
        feeds.next().filter(|_| feeds.next().is_none()).copied()
    }
}

/// "builds 300 · home 12 · 3 other feeds 7"
fn feeds(parts: &[&Part], said: &Words) -> String {
    let named = if parts.len() <= NAMED + 1 { parts.len() } else { NAMED };
    let mut words: Vec<_> =
        parts[..named].iter().map(|part| format!("{} {}", part.latest.feed_name, part.count)).collect();
    let others = &parts[named..];
    if !others.is_empty() {
        words.push(said.other_feeds(others.len(), others.iter().map(|part| part.count).sum()));
    }
    words.join(" · ")
}
