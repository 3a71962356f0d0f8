//! Which events are announced, with which words, and why; a function of events, settings and time.
//!
//! Deliberately not here: delivery to the desktop (the shell's `notification/`), and what is kept of it (`store/outcomes.rs`).
mod announcer;
mod bucket;
mod bundle;
mod clock;
mod mute;
mod outcome;
mod policy;
mod quiet;
mod tested;
mod words;

pub use announcer::Reports;
pub(crate) use announcer::{Announcer, Left};
pub use bucket::Burst;
pub use clock::{Clock, Moment, SystemClock};
pub use mute::{Mute, MuteFor};
pub use outcome::{AnnouncementId, Answer, Hold, Note, Plan, Silence, Told, Why};
pub use policy::{Choices, Effects, Open, Policy};
pub use quiet::{Day, QuietHours, QuietSpan, TimeOfDay};
pub use tested::Tested;
pub(crate) use words::Words;

use crate::{EventId, FeedId, Language, Urgency};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How many characters of a body an announcement shows.
const BODY: usize = 400;

/// What a click on an announcement leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "kind", content = "id", rename_all = "camelCase")]
pub enum Target {
    /// The event it is about.
    Event(EventId),
    /// The feed it is about, when it is about several of its events or about the feed itself.
    Feed(FeedId),
    /// All that is not read, when it is about events of several feeds.
    Unread,
}

/// How the events of a feed are announced, as far as its user wants it otherwise than for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct FeedAnnouncing {
    /// How many are shown one by one.
    pub burst: Option<Burst>,
    /// Whether urgent ones are announced whatever else holds.
    pub urgent_passes: Option<bool>,
    /// Whether its events are announced in quiet hours too.
    pub ignores_quiet_hours: bool,
    /// Whether nothing is announced of what the focused window shows.
    pub quiet_in_view: Option<bool>,
}

/// An event that may be announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The event.
    pub event: EventId,
    /// Whose it is.
    pub feed: FeedId,
    /// The feed's name.
    pub feed_name: String,
    /// The folder the feed is in; empty: none.
    pub feed_folder: String,
    /// Whether events of the feed are announced at all.
    pub notify: bool,
    /// What the user wants of the feed's announcements.
    pub choices: FeedAnnouncing,
    /// Why it is kept silently, if what it is says so.
    pub silent: Option<Silence>,
    /// Whether it was missed while the feed was not connected, and comes as part of what was.
    pub catch_up: bool,
    /// One line.
    pub title: String,
    /// Any length; cut for announcing.
    pub body: String,
    /// How much it matters.
    pub urgency: Urgency,
    /// http, https or mailto.
    pub link: Option<String>,
    /// Events of the feed with the same key take one another's place.
    pub group: Option<String>,
    /// A name of the desktop's icon theme, or one emoji.
    pub icon: Option<String>,
    /// A name of the desktop's sound theme.
    pub sound: Option<String>,
}

impl Candidate {
    /// Keeps of the body what is announced: it may wait for long.
    fn shorten(&mut self) {
        if let Some((at, _)) = self.body.char_indices().nth(BODY) {
            self.body.truncate(at);
            self.body.shrink_to_fit();
        }
    }

    /// Its announcement by itself.
    pub(crate) fn alone(&self, id: AnnouncementId, language: Language) -> Announcement {
        Announcement {
            id: Some(id),
            language,
            replaces: self.group.as_ref().map(|key| format!("group-{}-{key}", self.feed)),
            target: Target::Event(self.event),
            feed: Some(self.feed),
            feed_name: self.feed_name.clone(),
            title: self.title.clone(),
            body: self.body.clone(),
            urgency: self.urgency,
            link: self.link.clone(),
            icon: self.icon.clone(),
            sound: self.sound.clone(),
        }
    }
}

/// One native notification, yet to be delivered. Plain text throughout; markup is the deliverer's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// By which the deliverer says what became of it; `None`: nobody asks.
    pub id: Option<AnnouncementId>,
    /// In which language it is written; what the deliverer adds is, too.
    pub language: Language,
    /// Announcements of the same key replace one another in place; `None`: stands alone.
    pub replaces: Option<String>,
    /// What a click on it leads to.
    pub target: Target,
    /// Whose it is; `None`: it is about several feeds.
    pub feed: Option<FeedId>,
    /// The feed's name; empty if it is about several.
    pub feed_name: String,
    /// One line.
    pub title: String,
    /// A few lines at most; may be empty.
    pub body: String,
    /// How much it matters.
    pub urgency: Urgency,
    /// http, https or mailto.
    pub link: Option<String>,
    /// A name of the desktop's icon theme, or one emoji; `None`: the program's.
    pub icon: Option<String>,
    /// A name of the desktop's sound theme.
    pub sound: Option<String>,
}

/// Who delivers announcements. The real one lives in the shell; tests record.
pub trait Notifier: Send + Sync + 'static {
    /// Takes an announcement for delivery and returns at once: never waits for the desktop. What cannot be delivered is
    /// the notifier's to report; the event is stored already.
    fn announce(&self, announcement: Announcement);

    /// Takes what it reports by, before the first announcement. `true`: it reports what becomes of each; `false`: what it
    /// was given counts as delivered.
    fn report_to(&self, _reports: Reports) -> bool {
        false
    }

    /// The language of the desktop, in which the program speaks unless the user chose another.
    fn language(&self) -> Language {
        Language::default()
    }
}
