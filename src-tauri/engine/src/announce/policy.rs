//! Which events are announced, when, and together with which others: a function of events, settings, state and time.
//!
//! Pure: nothing is asked, everything is told; what follows is handed back as [`Effects`]. Every event that is to be
//! announced is in exactly one bundle: by itself, in the summary of a burst, or in a digest. Deliberately not here: who
//! waits for the time to come and who delivers (`announcer.rs`).
use super::bucket::Bucket;
use super::bundle::{Because, Bundle, Kind, Part};
use super::{
    Announcement, AnnouncementId, Answer, Burst, Candidate, Hold, Moment, Mute, Note, Plan, QuietHours, Silence,
};
use crate::{FeedId, Language, Scope, Settings, Urgency};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// How often a summary, or a notification of the same group, is brought up to date at most.
const UPDATE_INTERVAL: Duration = Duration::from_secs(1);
/// A backlog is over when nothing of it has come for so long …
const LULL: Duration = Duration::from_secs(2);
/// … and is told of after so long in any case.
const GATHERING: Duration = Duration::from_secs(10);
/// When what a service refused is tried again: doubling from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LAST_PAUSE: Duration = Duration::from_mins(5);
/// How many groups of a feed may be updated in place at a time; further ones are events like others.
const SLOTS: usize = 32;

/// What follows from an event, an answer, or time going by.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// To be handed to the notifier, in this order.
    pub announce: Vec<Announcement>,
    /// To be written down, before that.
    pub notes: Vec<Note>,
    /// Whether the mutes are others now.
    pub mutes_changed: bool,
}

/// What the policy has to know of the program's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own that the user sees")]
pub struct Choices {
    /// Whether anything is announced.
    pub notify: bool,
    /// For feeds that have no choice of their own.
    pub burst: Burst,
    /// Whether urgent events are announced whatever else holds, as far as the feed does not say otherwise.
    pub urgent_passes: bool,
    /// When nothing is announced.
    pub quiet_hours: QuietHours,
    /// Whether what comes into view in the focused window is kept silent.
    pub quiet_in_view: bool,
    /// Whether the desktop's wish not to be disturbed is heeded.
    pub heed_do_not_disturb: bool,
    /// Whether what was missed while a feed was not connected becomes one digest.
    pub catch_up_digest: bool,
    /// In which language announcements are written.
    pub language: Language,
}

/// Where the desktop speaks English.
impl From<&Settings> for Choices {
    fn from(settings: &Settings) -> Self {
        Self {
            notify: settings.notify,
            burst: settings.burst,
            urgent_passes: settings.urgent_passes,
            quiet_hours: settings.quiet_hours.clone(),
            quiet_in_view: settings.quiet_in_view,
            heed_do_not_disturb: settings.heed_do_not_disturb,
            catch_up_digest: settings.catch_up_digest,
            language: settings.language.or(Language::default()),
        }
    }
}

/// An announcement of an earlier run that got no answer then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The announcement.
    pub id: AnnouncementId,
    /// The feeds in it: how many events, the highest urgency, the latest.
    pub parts: Vec<(u64, Urgency, Candidate)>,
    /// What was decided about the latest of its events.
    pub plan: Plan,
}

/// The policy and what it remembers.
#[derive(Debug, Clone)]
pub struct Policy {
    choices: Choices,
    zone: TimeZone,
    feeds: BTreeMap<FeedId, PerFeed>,
    mutes: BTreeMap<Option<FeedId>, Option<Timestamp>>,
    /// What waits until nothing holds it any more.
    held: BTreeMap<Beyond, Option<Bundle>>,
    /// What of an earlier run is to be told as soon as time is looked at.
    ready: Vec<Bundle>,
    /// Handed over and not answered yet, with how many answers are due.
    told: BTreeMap<AnnouncementId, (Bundle, u32)>,
    in_view: Option<Scope>,
    do_not_disturb: bool,
    /// Whether somebody answers to the notification service's name.
    service: bool,
    /// After a refusal: until when nothing is handed over, and how long the next pause will be.
    pause: Option<(Instant, Duration)>,
    last_id: AnnouncementId,
    /// For the minute of that time: until when it is quiet.
    quiet: Option<(i64, Option<Timestamp>)>,
}

/// What does not hold an event that waits for the notification service: it follows when there is one, in the night too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Beyond {
    /// Nothing but that service, because it is urgent.
    all: bool,
    quiet_hours: bool,
}

/// What is remembered of a feed.
#[derive(Debug, Clone, Default)]
struct PerFeed {
    bucket: Bucket,
    /// Urgent events that pass are not counted against others, but bounded all the same.
    urgent_bucket: Bucket,
    /// The burst under way.
    summary: Option<Running>,
    /// The backlog under way.
    catch_up: Option<Running>,
    /// What waits while the feed is muted.
    muted: Option<Bundle>,
    /// Groups that were announced just now.
    slots: VecDeque<Slot>,
}

/// A bundle that grows while it is told.
#[derive(Debug, Clone)]
struct Running {
    bundle: Bundle,
    began_at: Instant,
    latest_at: Instant,
    told_at: Option<Instant>,
    /// Whether something came since it was told.
    changed: bool,
    /// Whether it is told only after a lull at first.
    gathers: bool,
}

impl Running {
    const fn new(bundle: Bundle, now: Instant, gathers: bool) -> Self {
        Self { bundle, began_at: now, latest_at: now, told_at: None, changed: false, gathers }
    }

    fn add(&mut self, event: Candidate, now: Instant) {
        self.bundle.add(event);
        self.latest_at = now;
        self.changed = true;
    }

    fn due(&self) -> Option<Instant> {
        self.changed.then(|| match self.told_at {
            Some(told_at) => told_at + UPDATE_INTERVAL,
            None if self.gathers => (self.latest_at + LULL).min(self.began_at + GATHERING),
            None => self.latest_at,
        })
    }

    /// Whether nothing is to be told any more and nothing has come for so long.
    fn is_over(&self, quiet_for: Duration, now: Instant) -> bool {
        !self.changed && self.latest_at + quiet_for <= now
    }
}

/// The notification of a group, which later events of that group take over.
#[derive(Debug, Clone)]
struct Slot {
    key: String,
    /// All that it stood for; shown is the latest.
    bundle: Bundle,
    told_at: Instant,
    /// Whether an event came too soon after the last to be shown yet.
    changed: bool,
}

/// When what is held back may go.
enum Release {
    Now,
    Steady(Instant),
    Wall(Timestamp),
    /// When something changes of which the policy is told.
    Unknown,
}

impl Policy {
    /// A policy that has seen nothing yet. Announcements are numbered from `last_id` on.
    pub fn new(choices: Choices, zone: TimeZone, last_id: AnnouncementId) -> Self {
        Self {
            choices,
            zone,
            feeds: BTreeMap::new(),
            mutes: BTreeMap::new(),
            held: BTreeMap::new(),
            ready: Vec::new(),
            told: BTreeMap::new(),
            in_view: None,
            do_not_disturb: false,
            service: true,
            pause: None,
            last_id,
            quiet: None,
        }
    }

    /// Takes up what an earlier run left: its mutes, and announcements that were not answered.
    pub fn restore(&mut self, mutes: &[Mute], open: Vec<Open>, effects: &mut Effects) {
        for mute in mutes {
            self.mutes.insert(mute.feed, mute.until.and_then(|until| Timestamp::from_millisecond(until).ok()));
        }
        for Open { id, mut parts, plan } in open {
            // Announcing may have been switched off while nothing ran.
            parts.retain(|(.., latest)| self.choices.notify && latest.notify);
            if parts.is_empty() {
                effects.notes.push(dropped(id, Timestamp::UNIX_EPOCH));
                continue;
            }
            let count: u64 = parts.iter().map(|(count, ..)| count).sum();
            let kind = match plan {
                Plan::Digest { because } => Kind::Digest(Because::of(because)),
                Plan::Summary if count > 1 => Kind::Summary,
                _ => Kind::Alone,
            };
            let mut bundle = Bundle::new(id, kind);
            for (count, urgency, latest) in parts {
                bundle.add_part(Part { count, urgency, latest });
            }
            match plan {
                Plan::Digest { because: because @ Hold::FeedMuted { .. } } => match bundle.feed() {
                    Some(feed) => hold(&mut self.feeds.entry(feed).or_default().muted, bundle, because, effects),
                    None => self.keep(bundle, because, effects),
                },
                Plan::Digest { because: Hold::CatchUp } => self.ready.push(bundle),
                Plan::Digest { because } => self.keep(bundle, because, effects),
                _ => self.ready.push(bundle),
            }
        }
    }

    /// Replaces what the user chose.
    pub fn set_choices(&mut self, choices: Choices, now: &Moment, effects: &mut Effects) {
        self.choices = choices;
        self.quiet = None;
        if !self.choices.notify {
            let feeds = std::mem::take(&mut self.feeds).into_values();
            let of_feeds = feeds.flat_map(PerFeed::waiting);
            let held = std::mem::take(&mut self.held).into_values().flatten();
            let bundles = of_feeds.chain(held).chain(std::mem::take(&mut self.ready));
            effects.notes.extend(bundles.map(|bundle| dropped(bundle.id, now.wall)));
        }
    }

    /// The user lives in this zone now.
    pub fn set_zone(&mut self, zone: TimeZone) {
        if self.zone != zone {
            self.zone = zone;
            self.quiet = None;
        }
    }

    /// What the focused window shows; `None`: no window is focused.
    pub fn set_in_view(&mut self, in_view: Option<Scope>) {
        self.in_view = in_view;
    }

    /// Whether the desktop is asked not to disturb.
    pub const fn set_do_not_disturb(&mut self, on: bool) {
        self.do_not_disturb = on;
    }

    /// Whether somebody answers to the notification service's name.
    pub const fn set_service(&mut self, there: bool) {
        self.service = there;
        if there {
            self.pause = None;
        }
    }

    /// Mutes a feed, or all, until then; `None`: until the user says so.
    pub fn mute(&mut self, feed: Option<FeedId>, until: Option<Timestamp>, effects: &mut Effects) {
        self.mutes.insert(feed, until);
        self.note_mutes(effects);
    }

    /// Ends a mute. What waited follows with the next look at the time.
    pub fn unmute(&mut self, feed: Option<FeedId>, effects: &mut Effects) {
        if self.mutes.remove(&feed).is_some() {
            self.note_mutes(effects);
        }
    }

    /// What is muted.
    pub fn mutes(&self) -> Vec<Mute> {
        let mute = |(&feed, until): (&Option<FeedId>, &Option<Timestamp>)| Mute {
            feed,
            until: until.map(Timestamp::as_millisecond),
        };
        self.mutes.iter().map(mute).collect()
    }

    fn note_mutes(&self, effects: &mut Effects) {
        effects.mutes_changed = true;
        effects.notes.push(Note::Mutes(self.mutes()));
    }

    /// Decides about an event that is stored.
    pub fn offer(&mut self, mut event: Candidate, now: &Moment, effects: &mut Effects) -> Plan {
        event.shorten();
        let (feed, id) = (event.feed, event.event);
        let (plan, announcement) = self.decide(event, now, effects);
        effects.notes.push(Note::Decided { feed, event: id, plan, announcement });
        plan
    }

    fn decide(&mut self, event: Candidate, now: &Moment, effects: &mut Effects) -> (Plan, Option<AnnouncementId>) {
        let silent = |because| (Plan::Silent { because }, None);
        if !self.choices.notify {
            return silent(Silence::Off);
        }
        if !event.notify {
            return silent(Silence::FeedOff);
        }
        if let Some(because) = event.silent {
            return silent(because);
        }
        let feed = event.feed;
        let beyond = self.beyond(event.urgency, &event);
        let passes = beyond.all;
        if !passes {
            if event.choices.quiet_in_view.unwrap_or(self.choices.quiet_in_view) && self.is_in_view(&event) {
                return silent(Silence::InView);
            }
            if let Some(until) = self.mutes.get(&Some(feed)).filter(|until| is_ahead(**until, now.wall)) {
                let because = Hold::FeedMuted { until: until.map(Timestamp::as_millisecond) };
                let per_feed = self.feeds.entry(feed).or_default();
                return digest(&mut per_feed.muted, &mut self.last_id, event, because);
            }
        }
        if let Some(because) = self.hold(beyond, now) {
            let place = self.held.entry(beyond.while_held(because)).or_default();
            return digest(place, &mut self.last_id, event, because);
        }
        self.announce(event, passes, now, effects)
    }

    /// Nothing holds: what is left are backlogs and bursts.
    fn announce(
        &mut self,
        event: Candidate,
        passes: bool,
        now: &Moment,
        effects: &mut Effects,
    ) -> (Plan, Option<AnnouncementId>) {
        let burst = event.choices.burst.unwrap_or(self.choices.burst);
        let now = now.steady;
        let per_feed = self.feeds.entry(event.feed).or_default();
        per_feed.end_what_is_over(burst.period(), now);
        if event.catch_up && !passes && self.choices.catch_up_digest {
            let running = per_feed.catch_up.get_or_insert_with(|| {
                Running::new(Bundle::new(next(&mut self.last_id), Kind::Digest(Because::CatchUp)), now, true)
            });
            running.add(event, now);
            return (Plan::Digest { because: Hold::CatchUp }, Some(running.bundle.id));
        }
        if let Some(slot) = event.group.as_ref().and_then(|key| per_feed.slots.iter_mut().find(|slot| slot.key == *key))
        {
            let id = slot.bundle.id;
            slot.bundle.add(event);
            slot.changed = slot.told_at + UPDATE_INTERVAL > now;
            if !slot.changed {
                slot.told_at = now;
                tell(&slot.bundle, self.choices.language, &mut self.told, effects);
            }
            return (Plan::Alone, Some(id));
        }
        let bucket = if passes { &mut per_feed.urgent_bucket } else { &mut per_feed.bucket };
        if (per_feed.summary.is_none() || passes) && bucket.take(burst, now) {
            let id = next(&mut self.last_id);
            let key = event.group.clone();
            let bundle = Bundle::of(id, Kind::Alone, event);
            tell(&bundle, self.choices.language, &mut self.told, effects);
            if let Some(key) = key {
                per_feed.take_slot(Slot { key, bundle, told_at: now, changed: false });
            }
            return (Plan::Alone, Some(id));
        }
        let running = per_feed
            .summary
            .get_or_insert_with(|| Running::new(Bundle::new(next(&mut self.last_id), Kind::Summary), now, false));
        running.add(event, now);
        let id = running.bundle.id;
        if running.due().is_some_and(|due| due <= now) {
            running.tell(now, self.choices.language, &mut self.told, effects);
        }
        (Plan::Summary, Some(id))
    }

    /// What does not hold an event of this urgency and, for the rest, like that.
    fn beyond(&self, urgency: Urgency, event: &Candidate) -> Beyond {
        let passes = event.choices.urgent_passes.unwrap_or(self.choices.urgent_passes);
        Beyond { all: passes && urgency == Urgency::Urgent, quiet_hours: event.choices.ignores_quiet_hours }
    }

    /// Puts a bundle to what waits for the same.
    fn keep(&mut self, bundle: Bundle, because: Hold, effects: &mut Effects) {
        let of_parts = bundle.parts().map(|part| self.beyond(part.urgency, &part.latest));
        let of_all = of_parts.reduce(|one, other| Beyond {
            all: one.all && other.all,
            quiet_hours: one.quiet_hours && other.quiet_hours,
        });
        let place = self.held.entry(of_all.unwrap_or_default().while_held(because)).or_default();
        hold(place, bundle, because, effects);
    }

    /// What keeps an event from being announced just now.
    fn hold(&mut self, beyond: Beyond, now: &Moment) -> Option<Hold> {
        if !beyond.all {
            if let Some(until) = self.mutes.get(&None).filter(|until| is_ahead(**until, now.wall)) {
                return Some(Hold::Muted { until: until.map(Timestamp::as_millisecond) });
            }
            if !beyond.quiet_hours
                && let Some(until) = self.quiet_until(now.wall)
            {
                return Some(Hold::QuietHours { until: until.as_millisecond() });
            }
            if self.do_not_disturb && self.choices.heed_do_not_disturb {
                return Some(Hold::DoNotDisturb);
            }
        }
        if !self.service {
            return Some(Hold::NoService);
        }
        self.pause.filter(|(until, _)| now.steady < *until).map(|_| Hold::Refused)
    }

    /// When nothing holds it any more, as far as that is known.
    fn release(&mut self, beyond: Beyond, now: &Moment) -> Release {
        match self.hold(beyond, now) {
            None => Release::Now,
            Some(Hold::Muted { until: Some(until) } | Hold::QuietHours { until }) => {
                Timestamp::from_millisecond(until).map_or(Release::Unknown, Release::Wall)
            }
            Some(Hold::Refused) => self.pause.map_or(Release::Now, |(until, _)| Release::Steady(until)),
            Some(_) => Release::Unknown,
        }
    }

    /// Spans begin and end on the minute, so that one look a minute will do.
    fn quiet_until(&mut self, now: Timestamp) -> Option<Timestamp> {
        if !self.choices.quiet_hours.on {
            return None;
        }
        let minute = now.as_second().div_euclid(60);
        match self.quiet {
            Some((of, until)) if of == minute => until,
            _ => {
                let until = self.choices.quiet_hours.until(now, &self.zone);
                self.quiet = Some((minute, until));
                until
            }
        }
    }

    fn is_in_view(&self, event: &Candidate) -> bool {
        match &self.in_view {
            Some(Scope::All | Scope::Unread) => true,
            Some(Scope::Feed { feed }) => *feed == event.feed,
            Some(Scope::Folder { folder }) => *folder == event.feed_folder,
            Some(Scope::Starred) | None => false,
        }
    }

    /// How long nothing has to be done; `None`: until something happens of which the policy is told.
    pub fn wait(&mut self, now: &Moment) -> Option<Duration> {
        if !self.ready.is_empty() {
            return Some(Duration::ZERO);
        }
        let mut waits: Vec<Duration> = Vec::new();
        for per_feed in self.feeds.values() {
            let running = [&per_feed.summary, &per_feed.catch_up].into_iter().flatten().filter_map(Running::due);
            let slots = per_feed.slots.iter().filter(|slot| slot.changed);
            let slots = slots.map(|slot| slot.told_at + UPDATE_INTERVAL);
            waits.extend(running.chain(slots).map(|due| due.saturating_duration_since(now.steady)));
        }
        let wall = |until: Timestamp| until.duration_since(now.wall).try_into().unwrap_or(Duration::ZERO);
        waits.extend(self.mutes.values().flatten().map(|until| wall(*until)));
        let muted = |feed: &FeedId| self.mutes.contains_key(&Some(*feed));
        let of_feeds = self.feeds.iter().any(|(feed, state)| state.muted.is_some() && !muted(feed));
        let held = self.held.iter().filter(|(_, bundle)| bundle.is_some()).map(|(beyond, _)| *beyond);
        for beyond in held.chain(of_feeds.then(Beyond::default)).collect::<Vec<_>>() {
            waits.extend(match self.release(beyond, now) {
                Release::Now => Some(Duration::ZERO),
                Release::Steady(until) => Some(until.saturating_duration_since(now.steady)),
                Release::Wall(until) => Some(wall(until)),
                Release::Unknown => None,
            });
        }
        waits.into_iter().min()
    }

    /// Does what is due.
    pub fn take_due(&mut self, now: &Moment, effects: &mut Effects) {
        let before = self.mutes.len();
        self.mutes.retain(|_, until| is_ahead(*until, now.wall));
        if self.mutes.len() != before {
            self.note_mutes(effects);
        }
        for bundle in std::mem::take(&mut self.ready) {
            tell(&bundle, self.choices.language, &mut self.told, effects);
        }
        for (beyond, bundle) in std::mem::take(&mut self.held) {
            match bundle {
                Some(bundle) if matches!(self.release(beyond, now), Release::Now) => {
                    tell(&bundle, self.choices.language, &mut self.told, effects);
                }
                waits => drop(self.held.insert(beyond, waits)),
            }
        }
        if matches!(self.release(Beyond::default(), now), Release::Now) {
            for (feed, per_feed) in &mut self.feeds {
                if !self.mutes.contains_key(&Some(*feed))
                    && let Some(bundle) = per_feed.muted.take()
                {
                    tell(&bundle, self.choices.language, &mut self.told, effects);
                }
            }
        }
        let steady = now.steady;
        for per_feed in self.feeds.values_mut() {
            for running in [&mut per_feed.catch_up, &mut per_feed.summary].into_iter().flatten() {
                if running.due().is_some_and(|due| due <= steady) {
                    running.tell(steady, self.choices.language, &mut self.told, effects);
                }
            }
            for slot in &mut per_feed.slots {
                if slot.changed && slot.told_at + UPDATE_INTERVAL <= steady {
                    (slot.told_at, slot.changed) = (steady, false);
                    tell(&slot.bundle, self.choices.language, &mut self.told, effects);
                }
            }
        }
    }

    /// What the service said about an announcement. What it did not take waits for a digest.
    pub fn answered(&mut self, id: AnnouncementId, answer: Answer, now: &Moment, effects: &mut Effects) {
        let at = now.wall.as_millisecond();
        let because = match answer {
            Answer::Delivered { .. } | Answer::Dropped => {
                self.pause = None;
                let Some((_, due)) = self.told.get_mut(&id) else { return };
                *due -= 1;
                if *due == 0 {
                    self.told.remove(&id);
                    // What came into it since is still to be told, and to be answered.
                    if !self.feeds.values().any(|per_feed| per_feed.has_more_for(id)) {
                        effects.notes.push(Note::Answered { announcement: id, answer, at });
                    }
                }
                return;
            }
            Answer::NoService => {
                self.service = false;
                Hold::NoService
            }
            Answer::Refused { .. } => {
                // Those that were on their way when the first was refused lengthen nothing.
                if self.pause.is_none_or(|(until, _)| until <= now.steady) {
                    let pause = self.pause.map_or(FIRST_PAUSE, |(_, next)| next);
                    self.pause = Some((now.steady + pause, (pause * 2).min(LAST_PAUSE)));
                }
                Hold::Refused
            }
        };
        let Some((mut bundle, _)) = self.told.remove(&id) else { return };
        if let Answer::Refused { words } = answer {
            effects.notes.push(Note::Refused { announcement: id, words });
        }
        // One that still grows is told as it is now.
        for per_feed in self.feeds.values_mut() {
            for place in [&mut per_feed.summary, &mut per_feed.catch_up] {
                if let Some(running) = place.take_if(|running| running.bundle.id == id) {
                    bundle = running.bundle;
                }
            }
            if let Some(at) = per_feed.slots.iter().position(|slot| slot.bundle.id == id)
                && let Some(slot) = per_feed.slots.remove(at)
            {
                bundle = slot.bundle;
            }
        }
        self.keep(bundle, because, effects);
    }

    /// In which language the program speaks; `None`: it says nothing at all.
    pub fn speaks(&self) -> Option<Language> {
        self.choices.notify.then_some(self.choices.language)
    }

    /// How many announcements have been handed over and not answered.
    pub fn unanswered(&self) -> usize {
        self.told.len()
    }

    /// Forgets a feed that is gone, or is not to be announced any more.
    pub fn forget(&mut self, feed: FeedId, now: &Moment, effects: &mut Effects) {
        let per_feed = self.feeds.remove(&feed).unwrap_or_default();
        let held = self.held.values_mut().filter_map(|place| place.take_if(|held| held.forget(feed)));
        effects.notes.extend(per_feed.waiting().chain(held).map(|bundle| dropped(bundle.id, now.wall)));
        self.ready.retain_mut(|bundle| !bundle.forget(feed));
        if self.mutes.remove(&Some(feed)).is_some() {
            self.note_mutes(effects);
        }
    }
}

impl Beyond {
    /// Mutes, quiet hours and do-not-disturb end for all that they held at the same time.
    fn while_held(self, because: Hold) -> Self {
        match because {
            Hold::NoService | Hold::Refused => self,
            _ => Self::default(),
        }
    }
}

impl PerFeed {
    /// What is still to be told.
    fn waiting(self) -> impl Iterator<Item = Bundle> {
        let running = [self.summary, self.catch_up].into_iter().flatten().filter(|running| running.changed);
        let slots = self.slots.into_iter().filter(|slot| slot.changed).map(|slot| slot.bundle);
        running.map(|running| running.bundle).chain(slots).chain(self.muted)
    }

    /// Whether something waits to be told under this announcement.
    fn has_more_for(&self, id: AnnouncementId) -> bool {
        let running = [&self.summary, &self.catch_up].into_iter().flatten();
        running.into_iter().any(|running| running.changed && running.bundle.id == id)
            || self.slots.iter().any(|slot| slot.changed && slot.bundle.id == id)
    }

    /// Remembers a group, in place of the oldest of which nothing waits if there are too many.
    fn take_slot(&mut self, slot: Slot) {
        if self.slots.len() == SLOTS
            && let Some(at) = self.slots.iter().position(|slot| !slot.changed)
        {
            self.slots.remove(at);
        }
        if self.slots.len() < SLOTS {
            self.slots.push_back(slot);
        }
    }

    fn end_what_is_over(&mut self, period: Duration, now: Instant) {
        self.summary.take_if(|running| running.is_over(period, now));
        self.catch_up.take_if(|running| running.is_over(GATHERING, now));
        self.slots.retain(|slot| slot.changed || slot.told_at + period > now);
    }
}

impl Running {
    fn tell(
        &mut self,
        now: Instant,
        language: Language,
        told: &mut BTreeMap<AnnouncementId, (Bundle, u32)>,
        effects: &mut Effects,
    ) {
        self.told_at = Some(now);
        self.changed = false;
        tell(&self.bundle, language, told, effects);
    }
}

fn tell(
    bundle: &Bundle,
    language: Language,
    told: &mut BTreeMap<AnnouncementId, (Bundle, u32)>,
    effects: &mut Effects,
) {
    if let Some(announcement) = bundle.announcement(language) {
        effects.announce.push(announcement);
        let due = told.get(&bundle.id).map_or(0, |(_, due)| *due) + 1;
        told.insert(bundle.id, (bundle.clone(), due));
    }
}

/// Puts an event into what waits at a place.
fn digest(
    place: &mut Option<Bundle>,
    last_id: &mut AnnouncementId,
    event: Candidate,
    because: Hold,
) -> (Plan, Option<AnnouncementId>) {
    let bundle = place.get_or_insert_with(|| Bundle::new(next(last_id), Kind::Digest(Because::of(because))));
    bundle.hold(Because::of(because));
    bundle.add(event);
    (Plan::Digest { because }, Some(bundle.id))
}

/// Puts a bundle to what waits at a place.
fn hold(place: &mut Option<Bundle>, mut bundle: Bundle, because: Hold, effects: &mut Effects) {
    let from = bundle.id;
    let into = if let Some(held) = place {
        held.hold(Because::of(because));
        held.merge(bundle);
        held.id
    } else {
        if !matches!(bundle.kind, Kind::Digest(_)) {
            bundle.kind = Kind::Digest(Because::of(because));
        }
        *place = Some(bundle);
        from
    };
    effects.notes.push(Note::Merged { from, into, because });
}

const fn next(last_id: &mut AnnouncementId) -> AnnouncementId {
    last_id.0 += 1;
    *last_id
}

fn dropped(announcement: AnnouncementId, at: Timestamp) -> Note {
    Note::Answered { announcement, answer: Answer::Dropped, at: at.as_millisecond() }
}

fn is_ahead(until: Option<Timestamp>, now: Timestamp) -> bool {
    until.is_none_or(|until| now < until)
}
