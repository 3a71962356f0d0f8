//! Puts the policy to work: asks the clock, hands announcements to the notifier, has notes written, waits for what is due.
//!
//! What was decided is written down before the notifier is given anything, and what became of it after; so after a crash
//! each announcement that was not answered is told again, and none is lost. Deliberately not here: what is right (`policy.rs`).
use super::{
    Announcement, AnnouncementId, Answer, Candidate, Choices, Clock, Effects, Moment, Mute, MuteFor, Note, Notifier,
    Open, Plan, Policy,
};
use crate::store::{Store, StoreError, Writer};
use crate::teller::Teller;
use crate::{EngineEvent, FeedId, Language, Scope};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{Notify, oneshot, watch};

/// The wall clock may be set, and the machine may sleep, while something waits for a time on it.
const LOOK_AGAIN: Duration = Duration::from_mins(15);
/// How long the answer to a test is waited for; a service that does not answer is given up before.
const TEST_TIME: Duration = Duration::from_secs(8);
/// After the store refused notes.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Shared by the thread that commits events, the task that waits, and the notifier that answers.
pub(crate) struct Announcer {
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
    teller: Arc<Teller>,
    state: Mutex<State>,
    /// Something waits that did not before.
    stirred: Notify,
    /// Everything that was handed over is answered, or something of it.
    answered: Notify,
    written: watch::Sender<Written>,
    /// Whether the notifier says what becomes of announcements.
    reports: std::sync::OnceLock<bool>,
}

/// How far writing down has got.
#[derive(Debug, Clone, Copy, Default)]
struct Written {
    /// How many notes.
    notes: u64,
    /// Whether the store refused those that followed.
    refused: bool,
}

struct State {
    policy: Policy,
    /// To be written down, in this order; taken on the writer's thread only, so that the order stays.
    notes: Vec<Note>,
    /// To be handed to the notifier after that.
    announce: Vec<Announcement>,
    /// How many notes there have been.
    noted: u64,
    /// Announcements of tests, whose answers are waited for. They are not written down.
    tests: HashMap<AnnouncementId, oneshot::Sender<Answer>>,
    last_test: AnnouncementId,
}

/// By what a notifier reports. Cheap to clone; does nothing any more when the engine has gone.
#[derive(Clone, Debug)]
pub struct Reports(Weak<Announcer>);

impl Reports {
    /// What the service said about an announcement; one answer for each that was handed over.
    ///
    /// It is taken at once. What is returned ends when it is written down, or the store refuses that: after a crash what is
    /// not written down is told again, so who waits for it before the next announcement has one told again at most.
    pub fn answered(&self, announcement: AnnouncementId, answer: Answer) -> impl Future<Output = ()> + use<> {
        let written = self.0.upgrade().map(|announcer| announcer.take_answer(announcement, answer));
        async move {
            if let Some((mut written, turn)) = written {
                // The engine may end before.
                let _ = written.wait_for(|written| written.refused || written.notes >= turn).await;
            }
        }
    }

    /// Whether somebody answers to the notification service's name. While nobody does, events gather in a digest.
    pub fn service(&self, there: bool) {
        if let Some(announcer) = self.0.upgrade() {
            announcer.change(|policy, _, _| policy.set_service(there));
        }
    }

    /// Whether the desktop is asked not to disturb.
    pub fn do_not_disturb(&self, on: bool) {
        if let Some(announcer) = self.0.upgrade() {
            announcer.change(|policy, _, _| policy.set_do_not_disturb(on));
        }
    }
}

impl std::fmt::Debug for Announcer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Announcer").finish_non_exhaustive()
    }
}

/// What an earlier run left.
#[derive(Debug, Default)]
pub(crate) struct Left {
    pub(crate) last_id: AnnouncementId,
    pub(crate) mutes: Vec<Mute>,
    pub(crate) open: Vec<Open>,
}

impl Left {
    /// Reads it. Whoever only changes feeds (`announces` is false) announces nothing; what waits goes on waiting.
    ///
    /// A history in which this cannot be read is still one: what waited is not announced then.
    pub(crate) fn read(store: &Store, announces: bool) -> Self {
        let read = || {
            let open = if announces { store.open_announcements()? } else { vec![] };
            Ok(Self { last_id: store.last_announcement()?, mutes: store.mutes()?, open })
        };
        read().unwrap_or_else(|error: StoreError| {
            tracing::warn!(%error, "what waited to be announced cannot be read");
            Self::default()
        })
    }
}

impl Announcer {
    pub(crate) fn new(
        notifier: Arc<dyn Notifier>,
        clock: Arc<dyn Clock>,
        teller: Arc<Teller>,
        choices: Choices,
        left: Left,
    ) -> Arc<Self> {
        let mut policy = Policy::new(choices, clock.zone(), left.last_id);
        let mut effects = Effects::default();
        policy.restore(&left.mutes, left.open, &mut effects);
        let announcer = Arc::new(Self {
            notifier,
            clock,
            teller,
            state: Mutex::new(State {
                policy,
                noted: effects.notes.len() as u64,
                notes: effects.notes,
                announce: effects.announce,
                tests: HashMap::new(),
                last_test: AnnouncementId(0),
            }),
            stirred: Notify::new(),
            answered: Notify::new(),
            written: watch::Sender::default(),
            reports: std::sync::OnceLock::new(),
        });
        let reports = announcer.notifier.report_to(Reports(Arc::downgrade(&announcer)));
        // Set once, here.
        let _ = announcer.reports.set(reports);
        announcer
    }

    /// Decides about events that are stored, writes that down and announces what is to be announced now. On the writer's
    /// thread.
    pub(crate) fn offer(&self, events: impl Iterator<Item = Candidate>, store: &mut Store) {
        let mut events = events.peekable();
        if events.peek().is_none() {
            return;
        }
        let now = self.clock.now();
        let zone = self.clock.zone();
        {
            let mut state = self.state();
            let mut effects = Effects::default();
            state.policy.set_zone(zone);
            for event in events {
                state.policy.offer(event, &now, &mut effects);
            }
            self.keep(&mut state, effects);
        }
        self.write(store);
        self.stirred.notify_one();
    }

    /// Offers what was stored just before an earlier run ended without deciding about it. On the writer's thread.
    pub(crate) fn offer_undecided(&self, store: &mut Store) -> Result<(), StoreError> {
        const AT_ONCE: u32 = 500;
        let mut last = None;
        loop {
            let events = store.undecided(AT_ONCE)?;
            let newest = events.last().map(|event| event.event);
            // What cannot be written down would come again and again.
            if newest.is_none() || newest <= last {
                return Ok(());
            }
            last = newest;
            self.offer(events.into_iter(), store);
        }
    }

    /// Writes down what there is and then hands over what waited for that. On the writer's thread.
    fn write(&self, store: &mut Store) -> bool {
        let (notes, announce, upto) = {
            let mut state = self.state();
            (std::mem::take(&mut state.notes), std::mem::take(&mut state.announce), state.noted)
        };
        let written = store.note(&notes);
        if let Err(error) = &written {
            // An announcement that cannot be written down is made all the same; an untold alert would be worse than one
            // that is told again.
            // That storing fails is told with the events that cannot be stored.
            tracing::debug!(%error, "what was decided about events was not written down; it is tried again");
            self.state().notes.splice(0..0, notes);
        }
        self.written.send_modify(|to| {
            to.refused = written.is_err();
            if written.is_ok() {
                to.notes = upto;
            }
        });
        for announcement in announce {
            self.hand_over(announcement);
        }
        written.is_ok()
    }

    fn hand_over(&self, announcement: Announcement) {
        let id = announcement.id;
        self.notifier.announce(announcement);
        if let Some(id) = id
            && !self.reports.get().copied().unwrap_or(false)
        {
            drop(self.take_answer(id, Answer::Delivered { number: 0 }));
        }
    }

    /// How far writing down has got, and how far it will have got with this answer.
    fn take_answer(&self, id: AnnouncementId, answer: Answer) -> (watch::Receiver<Written>, u64) {
        let written = self.written.subscribe();
        let mut state = self.state();
        if let Some(test) = state.tests.remove(&id) {
            // One who does not wait any more is no error.
            let _ = test.send(answer);
            return (written, 0);
        }
        let now = self.clock.now();
        let mut effects = Effects::default();
        state.policy.answered(id, answer, &now, &mut effects);
        self.keep(&mut state, effects);
        let noted = state.noted;
        drop(state);
        self.stirred.notify_one();
        (written, noted)
    }

    fn keep(&self, state: &mut State, effects: Effects) {
        state.noted += effects.notes.len() as u64;
        state.notes.extend(effects.notes);
        state.announce.extend(effects.announce);
        if effects.mutes_changed {
            self.teller.tell(EngineEvent::Mutes { mutes: state.policy.mutes() });
        }
    }

    /// Announces something that is no event.
    pub(crate) fn tell(&self, announcement: impl FnOnce(Language) -> Announcement) {
        let spoken = self.state().policy.speaks();
        if let Some(language) = spoken {
            self.hand_over(announcement(language));
        }
    }

    /// Changes what the policy knows, at a moment of its clock.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Policy, &Moment, &mut Effects)) {
        let now = self.clock.now();
        let mut effects = Effects::default();
        let mut state = self.state();
        change(&mut state.policy, &now, &mut effects);
        self.keep(&mut state, effects);
        drop(state);
        self.stirred.notify_one();
    }

    /// Mutes a feed, or all.
    pub(crate) fn mute(&self, feed: Option<FeedId>, length: MuteFor) {
        let zone = self.clock.zone();
        self.change(|policy, now, effects| {
            let until = length.end(now.wall, &zone).and_then(|until| Timestamp::from_millisecond(until).ok());
            policy.mute(feed, until, effects);
        });
    }

    /// Ends a mute.
    pub(crate) fn unmute(&self, feed: Option<FeedId>) {
        self.change(|policy, _, effects| policy.unmute(feed, effects));
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now().wall
    }

    pub(crate) fn mutes(&self) -> Vec<Mute> {
        self.state().policy.mutes()
    }

    /// What the focused window shows.
    pub(crate) fn set_in_view(&self, in_view: Option<Scope>) {
        self.change(|policy, _, _| policy.set_in_view(in_view));
    }

    /// What waits of a feed is not announced any more.
    pub(crate) fn forget(&self, feed: FeedId) {
        self.change(|policy, now, effects| policy.forget(feed, now, effects));
    }

    /// Tells what is due when it is due, and has answers written down; for ever.
    pub(crate) async fn run(self: &Arc<Self>, writer: &Writer) {
        loop {
            let (wait, idle) = self.take_due();
            let wait = if idle {
                self.answered.notify_waiters();
                wait
            } else {
                let announcer = Arc::clone(self);
                match writer.change(move |store| Ok(announcer.write(store))).await {
                    Some(Ok(true)) => continue,
                    Some(_) => Some(AFTER_FAILURE),
                    // The writer has ended.
                    None => return,
                }
            };
            match wait {
                None => self.stirred.notified().await,
                // That the time is over is no more than that.
                Some(wait) => drop(tokio::time::timeout(wait.min(LOOK_AGAIN), self.stirred.notified()).await),
            }
        }
    }

    /// Does what is due. How long nothing has to be done then, and whether there is nothing to write down or hand over.
    fn take_due(&self) -> (Option<Duration>, bool) {
        let now = self.clock.now();
        let zone = self.clock.zone();
        let mut effects = Effects::default();
        let mut state = self.state();
        state.policy.set_zone(zone);
        state.policy.take_due(&now, &mut effects);
        self.keep(&mut state, effects);
        (state.policy.wait(&now), state.notes.is_empty() && state.announce.is_empty())
    }

    /// Waits until everything that was handed over is answered and that is written down.
    pub(crate) async fn settled(&self) {
        self.stirred.notify_one();
        loop {
            let answered = self.answered.notified();
            tokio::pin!(answered);
            answered.as_mut().enable();
            {
                let state = self.state();
                if state.policy.unanswered() == 0 && state.notes.is_empty() && state.announce.is_empty() {
                    return;
                }
            }
            answered.await;
        }
    }

    /// Looks at the time anew.
    pub(crate) fn look(&self) {
        self.stirred.notify_one();
    }

    /// What the policy would decide about an event just now; nothing follows from it.
    pub(crate) fn would_decide(&self, event: Candidate) -> Plan {
        let now = self.clock.now();
        let mut policy = self.state().policy.clone();
        policy.set_zone(self.clock.zone());
        policy.offer(event, &now, &mut Effects::default())
    }

    /// Hands over an announcement that stands for no stored event, and waits for the answer to it. `None`: none came within
    /// [`TEST_TIME`].
    pub(crate) async fn test(&self, mut announcement: Announcement) -> Option<Answer> {
        let (answer, answered) = oneshot::channel();
        let id = {
            let mut state = self.state();
            // Numbers of their own.
            state.last_test.0 -= 1;
            let id = state.last_test;
            state.tests.insert(id, answer);
            id
        };
        announcement.id = Some(id);
        self.hand_over(announcement);
        let answer = tokio::time::timeout(TEST_TIME, answered).await;
        self.state().tests.remove(&id);
        answer.ok()?.ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
