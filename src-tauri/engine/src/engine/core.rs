//! What the engine is made of, and what it does with it: feeds come, change and go; events are marked.
//!
//! Deliberately not here: threads (`network.rs`), the public face (`engine.rs`).
mod arranging;
mod exchange;
mod network;
mod removal;
mod secrets;
mod unread;

pub use removal::RESTORABLE;

use crate::announce::{
    Announcement, AnnouncementId, Announcer, Candidate, Choices, Left, Mute, MuteFor, Plan, Silence, Target, Tested,
    Words,
};
use crate::hook::{Input, Starter};
use crate::overview::Overview;
use crate::store::{
    Arrival, Commit, Fault, Forget, Marked, NewEvent, Outcome, Readers, SetAside, StorageProblem, Store, StoreError,
    Writer, WriterNews, snippet,
};
use crate::subscription::{Connectors, Subscription, Surroundings};
use crate::teller::{EVENTS_AT_ONCE, Teller};
use crate::template::Incoming;
use crate::vault::Vault;
use crate::world::World;
use crate::{
    Decision, EngineError, EngineEvent, EngineOptions, Event, EventId, EventSummary, Feed, FeedConfig, FeedId,
    GivenSecret, KeptSecret, Language, Page, PageQuery, Settings, Taken,
};
use futures_util::future::join_all;
use secrets::unused;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as AsyncMutex, Notify};
use tokio::time::{Instant, sleep, timeout_at};
use unread::Undo;

/// Between the starts of two subscriptions, when many start together.
const STAGGER: Duration = Duration::from_millis(5);
/// How many events are marked or deleted in one transaction, so that new ones need not wait long.
const AT_ONCE: u32 = 1000;
/// How long ending may take in all. Subscriptions take half of it at most, and nothing unless storing fails.
const END_LIMIT: Duration = Duration::from_secs(2);

pub(super) struct Core {
    pub(super) surroundings: Arc<Surroundings>,
    pub(super) readers: Readers,
    pub(super) teller: Arc<Teller>,
    pub(super) hooks: Arc<Starter>,
    /// Those of feeds that are not paused. Held while a feed changes, so that changes of feeds happen one after the
    /// other.
    subscriptions: AsyncMutex<HashMap<FeedId, Subscription>>,
    settings: Mutex<Settings>,
    /// That of the desktop.
    language: Language,
    health: Arc<Mutex<Health>>,
    /// Something may have to go that had not before.
    pub(super) pruning: Arc<Notify>,
    /// A star was taken away, so that an event may have to go that was kept for it.
    pub(super) unstarred: AtomicBool,
    /// Held while the settings of a feed are replaced.
    editing: AsyncMutex<()>,
    /// Held while the settings of the program are replaced.
    choosing: AsyncMutex<()>,
    /// Another history took the place of a damaged one.
    replaced: Arc<Notify>,
    /// A feed was removed, which in a while cannot be brought back, or nothing is left of one; or the computer slept meanwhile.
    pub(super) forgetting: Notify,
    /// The mutes of removed feeds, for the case that they are brought back.
    muted: AsyncMutex<HashMap<FeedId, Mute>>,
    /// What was marked as read and can be taken back.
    undo: Mutex<Undo>,
    connect: bool,
    ended: AtomicBool,
}

impl Core {
    pub(super) fn new(store: Store, options: EngineOptions) -> Result<Self, EngineError> {
        let EngineOptions { data_dir: _, user_agent, notifier, clock, connect, policy, hooks, secrets } = options;
        let overview = Arc::new(Overview::new(store.feeds()?, store.retired()?));
        let settings = store.settings()?;
        let hooks = Arc::new(Starter::new(hooks, settings.allow_hooks));
        let teller = Arc::new(Teller::new());
        let health = Arc::new(Mutex::new(Health { problem: None, set_aside: store.set_aside().cloned() }));
        let replaced = Arc::new(Notify::new());
        let pruning = Arc::new(Notify::new());
        let readers = Readers::new(&store);
        let left = Left::read(&store, connect);
        let language = notifier.language();
        let announcer = Announcer::new(notifier, clock, Arc::clone(&teller), choices(&settings, language), left);
        let aftermath = Aftermath {
            overview: Arc::clone(&overview),
            announcer: Arc::clone(&announcer),
            hooks: Arc::clone(&hooks),
            teller: Arc::clone(&teller),
            health: Arc::clone(&health),
            replaced: Arc::clone(&replaced),
            pruning: Arc::clone(&pruning),
        };
        let writer = Writer::start(store, move |news, store| aftermath.take(news, store))?;
        let connectors = Connectors::new(user_agent);
        let surroundings = Arc::new(Surroundings {
            overview,
            writer,
            announcer,
            connectors,
            vault: Vault::new(secrets),
            policy,
            world: World::new(),
        });
        Ok(Self {
            surroundings,
            readers,
            teller,
            hooks,
            subscriptions: AsyncMutex::default(),
            settings: Mutex::new(settings),
            language,
            health,
            pruning,
            unstarred: AtomicBool::new(false),
            editing: AsyncMutex::default(),
            choosing: AsyncMutex::default(),
            replaced,
            forgetting: Notify::new(),
            muted: AsyncMutex::default(),
            undo: Mutex::default(),
            connect,
            ended: AtomicBool::new(false),
        })
    }

    /// What the engine does without being asked, for as long as it runs.
    pub(super) async fn run(self: Arc<Self>) {
        if self.connect {
            let announcer = Arc::clone(&self.surroundings.announcer);
            if let Err(error) = self.change(move |store| announcer.offer_undecided(store)).await {
                tracing::warn!(%error, "what came just before the last end may go unannounced");
            }
        }
        {
            let mut subscriptions = self.subscriptions.lock().await;
            let mut feeds = self.surroundings.overview.all();
            // One that was added meanwhile is followed already.
            feeds.retain(|feed| !feed.paused && !subscriptions.contains_key(&feed.id));
            for (feed, turn) in feeds.into_iter().zip(0..) {
                self.start(&mut subscriptions, feed, STAGGER * turn);
            }
        }
        let Surroundings { overview, writer, announcer, .. } = &*self.surroundings;
        let prune = async {
            if self.connect {
                self.prune().await;
            }
        };
        tokio::join!(
            announcer.run(writer),
            self.teller.follow(overview),
            self.sweep(),
            self.forget_removed(),
            prune,
            self.begin_anew()
        );
    }

    /// Starts the subscriptions anew whenever the history lost events: servers that can resume are asked for them again.
    async fn begin_anew(&self) {
        loop {
            self.replaced.notified().await;
            let mut subscriptions = self.subscriptions.lock().await;
            let feeds = self.surroundings.overview.all().into_iter().filter(|feed| !feed.paused);
            for (feed, turn) in feeds.zip(0..) {
                end(&mut subscriptions, feed.id).await;
                self.start(&mut subscriptions, feed, STAGGER * turn);
            }
        }
    }

    pub(super) async fn shut_down(&self) {
        if self.ended.swap(true, Ordering::SeqCst) {
            return;
        }
        let limit = Instant::now() + END_LIMIT;
        // Whoever holds them may wait for a disk that does nothing.
        if let Ok(mut held) = timeout_at(limit - END_LIMIT / 2, self.subscriptions.lock()).await {
            let subscriptions = std::mem::take(&mut *held);
            drop(held);
            join_all(subscriptions.into_values().map(Subscription::end)).await;
        }
        // What is in the queue is stored and announced, and what became of that is written down.
        let settled = async {
            if self.change(|_| Ok(())).await.is_ok() {
                self.surroundings.announcer.settled().await;
            }
        };
        let _ = timeout_at(limit - END_LIMIT / 4, settled).await;
        // The last connection to a database tidies up after it: the readers close first.
        self.readers.end();
        if timeout_at(limit, self.surroundings.writer.finish()).await.is_err() {
            tracing::warn!("the store could not be written to its end; what is missing is asked for again");
        }
        self.surroundings.overview.end_logs();
        self.teller.end();
    }

    pub(super) fn running(&self) -> Result<(), EngineError> {
        if self.ended.load(Ordering::SeqCst) { Err(EngineError::ShutDown) } else { Ok(()) }
    }

    pub(super) async fn add_feed(&self, config: FeedConfig, given: Vec<GivenSecret>) -> Result<Feed, EngineError> {
        let (config, new) = self.keep_apart(config, given, None).await?;
        let mut subscriptions = self.subscriptions.lock().await;
        let added = self.change(move |store| store.add_feed(&config)).await;
        let feed = self.unless_failed(added, new).await?;
        self.surroundings.overview.put(feed.clone());
        self.start(&mut subscriptions, feed.clone(), Duration::ZERO);
        if !feed.config.folder.is_empty() {
            self.find_place(feed.id, feed.config.folder.clone()).await?;
        }
        Ok(feed)
    }

    pub(super) async fn edit_feed(
        &self,
        id: FeedId,
        config: FeedConfig,
        given: Vec<GivenSecret>,
    ) -> Result<Feed, EngineError> {
        // A person who unlocks a keyring takes a while, in which other feeds can be changed; and two changes of this one
        // happen one after the other all the same.
        let _one_at_a_time = self.editing.lock().await;
        let (config, new) = self.keep_apart(config, given, Some(&self.feed(id)?.config)).await?;
        self.replace(id, config, new).await
    }

    /// Replaces what the user chose. `new` are those of its secrets that were kept for it just now.
    pub(super) async fn replace(
        &self,
        id: FeedId,
        config: FeedConfig,
        new_secrets: Vec<KeptSecret>,
    ) -> Result<Feed, EngineError> {
        let mut subscriptions = self.subscriptions.lock().await;
        let old = match self.feed(id) {
            Ok(old) => old,
            Err(gone) => {
                drop(subscriptions);
                self.surroundings.vault.forget(new_secrets).await;
                return Err(gone);
            }
        };
        let unused = unused(&old.config, &config);
        let new = Feed { config, ..old.clone() };
        let anew = new.config.connects_otherwise_than(&old.config);
        let forget = if new.config.is_another_stream_than(&old.config) {
            Forget::Cursor
        } else if new.config.resume != old.config.resume {
            Forget::ResumeToken
        } else {
            Forget::Nothing
        };
        if anew {
            end(&mut subscriptions, id).await;
        }
        let config = new.config.clone();
        let edited = self.change(move |store| store.edit_feed(id, &config, forget)).await;
        let folder = old.config.folder.clone();
        let feed = if edited.is_ok() { new } else { old };
        self.surroundings.overview.put(feed.clone());
        if !feed.config.notify {
            self.surroundings.announcer.forget(id);
        }
        if anew && !feed.paused {
            self.start(&mut subscriptions, feed.clone(), Duration::ZERO);
        }
        self.pruning.notify_one();
        let placed = if edited.is_ok() && folder != feed.config.folder {
            self.find_place(id, feed.config.folder.clone()).await
        } else {
            Ok(())
        };
        // A keyring may wait for a person, and other feeds must not.
        drop(subscriptions);
        self.unless_failed(edited, new_secrets).await?;
        self.surroundings.vault.forget(unused).await;
        placed.map(|()| feed)
    }

    pub(super) async fn pause_feed(&self, id: FeedId, paused: bool) -> Result<(), EngineError> {
        let mut subscriptions = self.subscriptions.lock().await;
        let feed = Feed { paused, ..self.feed(id)? };
        self.change(move |store| store.pause_feed(id, paused)).await?;
        self.surroundings.overview.put(feed.clone());
        if paused {
            end(&mut subscriptions, id).await;
        } else if !subscriptions.contains_key(&id) {
            self.start(&mut subscriptions, feed, Duration::ZERO);
        }
        Ok(())
    }

    /// Ends the subscriptions of several feeds, or lets them go on. Those that have gone are no error.
    pub(super) async fn pause_feeds(&self, feeds: Vec<FeedId>, paused: bool) -> Result<(), EngineError> {
        for feed in feeds {
            match self.pause_feed(feed, paused).await {
                Err(EngineError::NoSuchFeed(_)) => {}
                done => done?,
            }
        }
        Ok(())
    }

    pub(super) async fn reconnect(&self, id: Option<FeedId>) -> Result<(), EngineError> {
        let subscriptions = self.subscriptions.lock().await;
        match id {
            Some(id) => {
                self.feed(id)?;
                if let Some(subscription) = subscriptions.get(&id) {
                    subscription.reconnect();
                }
            }
            None => subscriptions.values().for_each(Subscription::reconnect),
        }
        Ok(())
    }

    pub(super) async fn mark_read(&self, events: Vec<EventId>, read: bool) -> Result<(), EngineError> {
        let marked = self.change(move |store| store.mark_read(&events, read)).await?;
        self.tell_marked(marked, Some(read), None);
        Ok(())
    }

    pub(super) async fn star(&self, event: EventId, starred: bool) -> Result<(), EngineError> {
        let marked = self.change(move |store| store.star(event, starred)).await?;
        self.tell_marked(marked, None, Some(starred));
        if !starred {
            self.unstarred.store(true, Ordering::Relaxed);
        }
        self.pruning.notify_one();
        Ok(())
    }

    /// All but the way to servers.
    pub(super) async fn change_settings(&self, settings: Settings) -> Result<(), EngineError> {
        self.choose(|old| Settings { network: old.network, ..settings }).await
    }

    /// Changes the settings as they are then.
    async fn choose(&self, change: impl FnOnce(Settings) -> Settings + Send) -> Result<(), EngineError> {
        let _one_at_a_time = self.choosing.lock().await;
        let settings = change(self.settings());
        let saved = settings.clone();
        self.change(move |store| store.save_settings(&saved)).await?;
        let choices = choices(&settings, self.language);
        self.surroundings.announcer.change(|policy, now, effects| policy.set_choices(choices, now, effects));
        self.hooks.set_allowed(settings.allow_hooks);
        lock(&self.settings).clone_from(&settings);
        self.pruning.notify_one();
        self.teller.tell(EngineEvent::Settings { settings: Box::new(settings) });
        Ok(())
    }

    /// Sends an event the way of all events, but for the store.
    pub(super) async fn send_test(&self, id: FeedId, event_type: &str, data: &str) -> Result<Vec<Tested>, EngineError> {
        let config = self.feed(id)?.config;
        let Surroundings { overview, announcer, .. } = &*self.surroundings;
        let intake = overview.intake(id).ok_or(EngineError::NoSuchFeed(id))?.get();
        let received_at = announcer.now().as_millisecond();
        let incoming = Incoming { event_type, data, last_event_id: "", received_at, catch_up: false };
        let mut tested = Vec::new();
        for Taken { mapped, verdict, problem, .. } in intake.take(&incoming, false) {
            let candidate = Candidate {
                event: EventId(0),
                feed: id,
                feed_name: config.name.clone(),
                feed_folder: config.folder.clone(),
                notify: config.notify,
                choices: config.announcing,
                silent: Silence::of(&verdict),
                catch_up: false,
                title: mapped.title.clone(),
                body: mapped.body.clone(),
                urgency: mapped.urgency,
                link: mapped.link.clone(),
                group: None,
                icon: mapped.icon,
                sound: verdict.sound.clone(),
            };
            let plan = (verdict.decision != Decision::Drop).then(|| announcer.would_decide(candidate.clone()));
            let answer = match plan {
                Some(Plan::Alone | Plan::Summary) => {
                    let language = self.language();
                    let announcement = candidate.alone(AnnouncementId(0), language);
                    let title = (Words::of(language).test)(&announcement.title);
                    announcer.test(Announcement { title, target: Target::Feed(id), ..announcement }).await
                }
                _ => None,
            };
            let (title, body, link, urgency) = (mapped.title, mapped.body, mapped.link, mapped.urgency);
            tested.push(Tested { title, body, link, urgency, verdict, problem, plan, answer });
        }
        Ok(tested)
    }

    /// Mutes a feed, or all.
    pub(super) fn mute(&self, feed: Option<FeedId>, length: MuteFor) -> Result<(), EngineError> {
        feed.map(|feed| self.feed(feed)).transpose()?;
        self.surroundings.announcer.mute(feed, length);
        Ok(())
    }

    pub(super) fn language(&self) -> Language {
        lock(&self.settings).language.or(self.language)
    }

    pub(super) fn settings(&self) -> Settings {
        lock(&self.settings).clone()
    }

    pub(super) fn storage_problem(&self) -> Option<StorageProblem> {
        lock(&self.health).problem.clone()
    }

    pub(super) fn set_aside(&self) -> Option<SetAside> {
        lock(&self.health).set_aside.clone()
    }

    pub(super) async fn forget_set_aside(&self) -> Result<(), EngineError> {
        self.change(Store::forget_set_aside).await?;
        lock(&self.health).set_aside = None;
        self.teller.tell(EngineEvent::SetAside { set_aside: None });
        Ok(())
    }

    pub(super) async fn page(&self, query: PageQuery) -> Result<Page, EngineError> {
        let seen = self.readers.generation();
        match self.readers.page(query.clone()).await {
            Err(error) if self.is_mended(&error, seen).await => Ok(self.readers.page(query).await?),
            page => Ok(page?),
        }
    }

    pub(super) async fn event(&self, id: EventId) -> Result<Option<Event>, EngineError> {
        let seen = self.readers.generation();
        match self.readers.event(id).await {
            Err(error) if self.is_mended(&error, seen).await => Ok(self.readers.event(id).await?),
            event => Ok(event?),
        }
    }

    /// Whether an error told of damage and the database was mended since. `seen`: the generation that was read.
    async fn is_mended(&self, error: &StoreError, seen: u64) -> bool {
        error.fault() == Fault::Damaged && matches!(self.surroundings.writer.mend(seen).await, Some(Ok(())))
    }

    fn tell_marked(&self, marked: Marked, read: Option<bool>, starred: Option<bool>) {
        self.surroundings.overview.set_counts(&marked.counts);
        if !marked.events.is_empty() {
            self.teller.tell(EngineEvent::Marked { events: marked.events, read, starred });
        }
    }

    pub(super) fn feed(&self, id: FeedId) -> Result<Feed, EngineError> {
        self.surroundings.overview.feed(id).ok_or(EngineError::NoSuchFeed(id))
    }

    fn start(&self, subscriptions: &mut HashMap<FeedId, Subscription>, feed: Feed, after: Duration) {
        if self.connect && self.running().is_ok() {
            let id = feed.id;
            let feed = Feed { config: self.settings().network.applied_to(feed.config), ..feed };
            subscriptions.insert(id, Subscription::start(Arc::clone(&self.surroundings), feed, after));
        }
    }

    /// Changes the store on its own thread.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, EngineError> {
        Ok(self.surroundings.writer.change(change).await.ok_or(EngineError::ShutDown)??)
    }

    /// Deletes what removed feeds left behind, a little at a time. What is left when it fails is deleted after the next
    /// start.
    async fn sweep(&self) {
        while matches!(self.change(|store| store.sweep(AT_ONCE)).await, Ok(true)) {
            // New events have precedence.
            sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Ends the subscription of a feed, if it has one.
async fn end(subscriptions: &mut HashMap<FeedId, Subscription>, id: FeedId) {
    if let Some(subscription) = subscriptions.remove(&id) {
        subscription.end().await;
    }
}

/// How the store fares.
struct Health {
    problem: Option<StorageProblem>,
    set_aside: Option<SetAside>,
}

/// What follows from a commit; on the writer's thread, so that nothing comes between.
struct Aftermath {
    overview: Arc<Overview>,
    announcer: Arc<Announcer>,
    hooks: Arc<Starter>,
    teller: Arc<Teller>,
    health: Arc<Mutex<Health>>,
    replaced: Arc<Notify>,
    pruning: Arc<Notify>,
}

impl Aftermath {
    fn take(&self, news: WriterNews, store: &mut Store) {
        match news {
            WriterNews::Committed(arrivals, commit) => self.committed(arrivals, &commit, store),
            WriterNews::Storage(problem) => {
                let problem = problem.map(|error| error.problem());
                lock(&self.health).problem.clone_from(&problem);
                self.teller.tell(EngineEvent::Storage { problem });
            }
            WriterNews::Mended(feeds, set_aside) => {
                let counts: Vec<_> = feeds.iter().map(|stored| (stored.feed.id, stored.counts)).collect();
                self.overview.set_counts(&counts);
                if set_aside.is_some() {
                    lock(&self.health).set_aside.clone_from(&set_aside);
                    self.teller.tell(EngineEvent::SetAside { set_aside });
                    self.teller.tell(EngineEvent::Missed);
                    self.replaced.notify_one();
                }
            }
        }
    }

    fn committed(&self, arrivals: Vec<Arrival>, commit: &Commit, store: &mut Store) {
        self.overview.set_counts(&commit.counts);
        if !commit.counts.is_empty() {
            self.pruning.notify_one();
        }
        let mut events = Vec::new();
        let mut candidates = Vec::new();
        for (arrival, outcome) in arrivals.into_iter().flat_map(Arrival::into_each).zip(&commit.outcomes) {
            match (arrival, outcome) {
                (Arrival::Event(event), Outcome::Added(id)) => {
                    events.push(summary(*id, &event));
                    self.start_hook(*id, &event);
                    candidates.extend(self.candidate(*id, *event));
                }
                (Arrival::Gap(gap), Outcome::Noted) => {
                    self.tell_arrived(&mut events);
                    self.teller.tell(EngineEvent::Gap { gap });
                }
                (_, Outcome::Repeated(id, count)) => {
                    self.tell_arrived(&mut events);
                    self.teller.tell(EngineEvent::Repeated { id: *id, count: *count });
                }
                _ => {}
            }
            if events.len() == EVENTS_AT_ONCE {
                self.tell_arrived(&mut events);
            }
        }
        self.tell_arrived(&mut events);
        self.announcer.offer(candidates.into_iter(), store);
    }

    fn tell_arrived(&self, events: &mut Vec<EventSummary>) {
        if !events.is_empty() {
            self.teller.tell(EngineEvent::Arrived { events: std::mem::take(events) });
        }
    }

    /// Starts what a rule wants started for a new event.
    fn start_hook(&self, id: EventId, event: &NewEvent) {
        let Some(hook) = &event.hook else { return };
        let Some(feed) = self.overview.announced(event.feed) else { return };
        let input = Input {
            feed: event.feed,
            feed_name: &feed.name,
            event: id,
            r#type: &event.event_type,
            last_event_id: &event.last_event_id,
            received_at: event.received_at,
            title: &event.mapped.title,
            body: &event.mapped.body,
            link: event.mapped.link.as_deref(),
            urgency: event.mapped.urgency.word(),
            data: &event.data,
        };
        self.hooks.start(hook, &event.verdict.decided_by, &input);
    }

    /// A new event as it is offered for announcing; `None` when its feed has gone.
    fn candidate(&self, id: EventId, event: NewEvent) -> Option<Candidate> {
        let feed = self.overview.announced(event.feed)?;
        Some(Candidate {
            event: id,
            feed: event.feed,
            feed_name: feed.name,
            feed_folder: feed.folder,
            notify: feed.notify,
            choices: feed.choices,
            silent: Silence::of(&event.verdict),
            catch_up: event.catch_up,
            title: event.mapped.title,
            body: event.mapped.body,
            urgency: event.mapped.urgency,
            link: event.mapped.link,
            group: event.mapped.group_key,
            icon: event.mapped.icon,
            sound: event.verdict.sound,
        })
    }
}

fn summary(id: EventId, event: &NewEvent) -> EventSummary {
    EventSummary {
        id,
        feed_id: event.feed,
        event_type: event.event_type.to_string(),
        title: event.mapped.title.clone(),
        snippet: snippet(&event.mapped.body),
        urgency: event.mapped.urgency,
        received_at: event.received_at,
        read: false,
        starred: false,
        count: 1,
        has_link: event.mapped.link.is_some(),
    }
}

/// What announcing has to know of the settings, where the desktop has this language.
fn choices(settings: &Settings, system: Language) -> Choices {
    Choices { language: settings.language.or(system), ..Choices::from(settings) }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
