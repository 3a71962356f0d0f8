//! The engine's handle: cheap to clone, the only way in.
//!
//! Deliberately not here: the work of one feed (`subscription.rs`), the database (`store/`).
mod core;
mod network;
mod prune;

use self::core::Core;
pub use self::core::RESTORABLE;
use crate::announce::{Clock, Mute, MuteFor, Tested, Why};
use crate::clock::now;
use crate::connection_log::Scrub;
use crate::event::Counts;
use crate::feeds_file::{Export, Import, ImportPreview, Imported};
use crate::hook::Hooks;
use crate::secret::{Hidden, Secrets, SecretsFacts};
use crate::store::{SetAside, Space, StorageProblem, Store};
use crate::transcript::Recording;
use crate::{
    Destination, EngineError, EngineEvents, Event, EventId, Feed, FeedConfig, FeedId, FeedStatus, Figures,
    FiguresQuery, Gap, GapQuery, GivenSecret, HookReport, Item, Language, LiveTest, LogBatch, LogReader, MarkedRead,
    NetworkSettings, Notifier, Page, PageQuery, Placed, RemovedFeed, Scope, Secret, SecretOf, SecretPlace, Settings,
    Trial, TrialReport, WorldChange,
};
use network::Network;
use std::path::PathBuf;
use std::sync::Arc;
use tidings_event_source::{Policy, Url};

/// What an engine needs of the world.
pub struct EngineOptions {
    /// Where the database lives. Made if missing.
    pub data_dir: PathBuf,
    /// Names the program in `User-Agent`.
    pub user_agent: String,
    /// Who delivers announcements.
    pub notifier: Arc<dyn Notifier>,
    /// Says what time it is, for quiet hours, mutes and bursts.
    pub clock: Arc<dyn Clock>,
    /// Whether subscriptions are started. The command line opens an engine without them to edit feeds.
    pub connect: bool,
    /// How subscriptions come back after a failure: [`Policy::FEED`]. A test of many failures brings shorter waits.
    pub policy: Policy,
    /// Who runs the programs that rules start.
    pub hooks: Arc<dyn Hooks>,
    /// Who keeps passwords and tokens.
    pub secrets: Arc<dyn Secrets>,
}

/// The running engine. Its network runs on one thread of its own, its database writer on another. Its futures may be
/// awaited on any runtime of tokio's; what was begun is finished even when its future is dropped.
///
/// When the last clone goes away without [`Self::shut_down`], it ends by itself a little later.
#[derive(Clone)]
pub struct Engine {
    core: Arc<Core>,
    network: Arc<Network>,
}

#[expect(clippy::unused_async, reason = "what needs no waiting today may need it tomorrow")]
impl Engine {
    /// Opens the store and starts a subscription for each feed that is not paused.
    ///
    /// Fails when another process owns the data directory ([`StoreError::Owned`](crate::store::StoreError)), when the
    /// database is newer than the program, or cannot be opened.
    pub fn open(options: EngineOptions) -> Result<Self, EngineError> {
        let store = Store::open(&options.data_dir)?;
        let core = Arc::new(Core::new(store, options)?);
        let network = Network::start(Arc::clone(&core)).map_err(|error| EngineError::NoThread(error.to_string()))?;
        Ok(Self { core, network: Arc::new(network) })
    }

    /// Ends the subscriptions, writes what is under way, and closes the store; within two seconds, whatever the disk
    /// does. What could not be written is asked for again by the cursor. Everything but this fails from now on.
    pub async fn shut_down(&self) {
        let core = Arc::clone(&self.core);
        let _ = self.network.run(async move { core.shut_down().await }).await;
        self.network.stop();
    }

    /// Listens from now on.
    pub fn events(&self) -> EngineEvents {
        self.core.teller.listen()
    }

    /// The `seq` of the last envelope that was told, 0 before the first: where a snapshot taken after this call joins on.
    pub fn seq(&self) -> u64 {
        self.core.teller.seq()
    }

    /// What is wrong with the store just now, as [`EngineEvent::Storage`](crate::EngineEvent::Storage) told it.
    pub fn storage_problem(&self) -> Option<StorageProblem> {
        self.core.storage_problem()
    }

    /// What became of the last database that was damaged, in this run or an earlier one: until that file is moved away or
    /// [`Self::forget_set_aside`] is called.
    pub fn set_aside(&self) -> Option<SetAside> {
        self.core.set_aside()
    }

    /// The user has taken note of the damaged file.
    pub async fn forget_set_aside(&self) -> Result<(), EngineError> {
        self.run(move |core| async move { core.forget_set_aside().await }).await
    }

    /// All feeds, in the user's order.
    pub async fn feeds(&self) -> Result<Vec<FeedStatus>, EngineError> {
        self.core.running()?;
        Ok(self.core.surroundings.overview.statuses())
    }

    /// One feed as it is now. Its last byte is not told with each change, since it may come many times a second.
    pub async fn feed(&self, id: FeedId) -> Result<FeedStatus, EngineError> {
        self.core.running()?;
        self.core.surroundings.overview.status(id).ok_or(EngineError::NoSuchFeed(id))
    }

    /// Adds a feed and starts following it. Fails with [`EngineError::BadFeed`] for settings that cannot work. Passwords and
    /// tokens that were typed into addresses and headers are kept apart.
    pub async fn add_feed(&self, config: FeedConfig) -> Result<Feed, EngineError> {
        self.add_feed_with(config, vec![]).await
    }

    /// [`Self::add_feed`] with passwords and tokens. Fails with [`EngineError::Secrets`] when they cannot be kept; then
    /// nothing is added.
    pub async fn add_feed_with(&self, config: FeedConfig, secrets: Vec<GivenSecret>) -> Result<Feed, EngineError> {
        self.run(move |core| async move { core.add_feed(config, secrets).await }).await
    }

    /// Replaces what the user chose; the subscription starts anew where that matters. What secrets are kept stay kept, as
    /// far as the new settings have a use for them.
    pub async fn edit_feed(&self, id: FeedId, config: FeedConfig) -> Result<Feed, EngineError> {
        self.edit_feed_with(id, config, vec![]).await
    }

    /// [`Self::edit_feed`] with passwords and tokens, each instead of the one that was kept for the same use.
    pub async fn edit_feed_with(
        &self,
        id: FeedId,
        config: FeedConfig,
        secrets: Vec<GivenSecret>,
    ) -> Result<Feed, EngineError> {
        self.run(move |core| async move { core.edit_feed(id, config, secrets).await }).await
    }

    /// Where passwords and tokens are kept, and how many.
    pub async fn secrets(&self) -> Result<SecretsFacts, EngineError> {
        self.run(move |core| async move { Ok(core.secrets_facts().await) }).await
    }

    /// Keeps all passwords and tokens there, also those that older versions stored with the feeds. What cannot be read or
    /// kept stays where it is, and is told as an error. How many were moved.
    pub async fn move_secrets(&self, to: SecretPlace) -> Result<u32, EngineError> {
        self.run(move |core| async move { core.move_secrets(to).await }).await
    }

    /// These feeds as one readable file. Fails with [`EngineError::BadFile`], also when a secret is wanted that cannot be
    /// read.
    pub async fn export_feeds(&self, export: Export) -> Result<String, EngineError> {
        self.run(move |core| async move { core.export_feeds(export).await }).await
    }

    /// What an import of a file would do. Fails with [`EngineError::BadFile`] for what is none, and with
    /// [`EngineError::WrongPassphrase`].
    pub async fn preview_import(&self, import: Import) -> Result<ImportPreview, EngineError> {
        self.run(move |core| async move { core.preview_import(import).await }).await
    }

    /// Adds the feeds of a file that have these numbers in its preview, and replaces the settings of those that are there:
    /// all of them or, when it fails, none.
    pub async fn import_feeds(&self, import: Import, chosen: Vec<u32>) -> Result<Imported, EngineError> {
        self.run(move |core| async move { core.import_feeds(import, chosen).await }).await
    }

    /// All passwords and tokens for a backup, sealed; `None`: there are none. Fails when one cannot be read.
    pub async fn seal_secrets(&self, passphrase: Secret) -> Result<Option<String>, EngineError> {
        self.run(move |core| async move { core.seal_secrets(passphrase).await }).await
    }

    /// Removes a feed. Its history stays and counts as read; for [`RESTORABLE`] the feed can be brought back as it was, and
    /// after that its settings are forgotten.
    pub async fn remove_feed(&self, id: FeedId) -> Result<(), EngineError> {
        self.run(move |core| async move { core.remove_feed(id).await }).await
    }

    /// Brings a removed feed back as it was: to its place, with what was unread, and it goes on from where it was. Fails
    /// with [`EngineError::NotRestorable`] when it is too late.
    pub async fn restore_feed(&self, id: FeedId) -> Result<Feed, EngineError> {
        self.run(move |core| async move { core.restore_feed(id).await }).await
    }

    /// The feeds that were removed and whose history stays, the latest first.
    pub async fn removed_feeds(&self) -> Result<Vec<RemovedFeed>, EngineError> {
        self.core.running()?;
        Ok(self.core.surroundings.overview.removed())
    }

    /// Deletes a feed, also one that was removed before, together with its history. This cannot be taken back.
    pub async fn delete_feed(&self, id: FeedId) -> Result<(), EngineError> {
        self.run(move |core| async move { core.delete_feed(id).await }).await
    }

    /// Moves a feed or a folder; also renames folders. The order as it was before, for [`Self::arrange`].
    pub async fn move_item(&self, item: Item, to: Destination) -> Result<Vec<Placed>, EngineError> {
        self.run(move |core| async move { core.move_item(item, to).await }).await
    }

    /// Puts the feeds in an order and into folders. Feeds that have gone since are left out, those that have come follow.
    pub async fn arrange(&self, feeds: Vec<Placed>) -> Result<(), EngineError> {
        self.run(move |core| async move { core.arrange(feeds).await }).await
    }

    /// Ends a feed's subscription, or lets it go on from where it was.
    pub async fn pause_feed(&self, id: FeedId, paused: bool) -> Result<(), EngineError> {
        self.run(move |core| async move { core.pause_feed(id, paused).await }).await
    }

    /// [`Self::pause_feed`] for several; those that have gone are no error.
    pub async fn pause_feeds(&self, feeds: Vec<FeedId>, paused: bool) -> Result<(), EngineError> {
        self.run(move |core| async move { core.pause_feeds(feeds, paused).await }).await
    }

    /// Connects anew at once: one feed, or all. A paused feed stays paused.
    pub async fn reconnect(&self, id: Option<FeedId>) -> Result<(), EngineError> {
        self.run(move |core| async move { core.reconnect(id).await }).await
    }

    /// Tells it what happened to the computer. After [`Resumed`](WorldChange::Resumed) and
    /// [`NetworkChanged`](WorldChange::NetworkChanged) every subscription that waits tries again, spread over a second,
    /// and every connection has to prove within 10 s that it lives. While the network is
    /// [gone](WorldChange::NetworkGone), nothing is tried but feeds on this computer.
    pub fn world_changed(&self, change: WorldChange) {
        tracing::debug!(?change, "the world");
        self.core.surroundings.world.change(change);
        // A mute or quiet hours may have ended meanwhile: what waits for that waits on a clock that stood still.
        self.core.surroundings.announcer.look();
        self.core.pruning.notify_one();
        self.core.forgetting.notify_one();
    }

    /// A page of the history. Reads do not wait for the writer.
    pub async fn page(&self, query: PageQuery) -> Result<Page, EngineError> {
        self.core.running()?;
        self.core.page(query).await
    }

    /// An event, whole.
    pub async fn event(&self, id: EventId) -> Result<Event, EngineError> {
        self.core.running()?;
        self.core.event(id).await?.ok_or(EngineError::NoSuchEvent(id))
    }

    /// What would become of the newest events of a feed with another mapping or other rules. Nothing is changed. It stops
    /// when its future is dropped; one trial is done after the other.
    pub async fn try_rules(&self, feed: FeedId, trial: Trial) -> Result<TrialReport, EngineError> {
        self.core.running()?;
        Ok(self.core.readers.try_rules(self.core.feed(feed)?, trial).await?)
    }

    /// What became of the last programs that rules of a feed wanted started, since the engine was opened; newest last.
    pub async fn hook_log(&self, feed: FeedId) -> Result<Vec<HookReport>, EngineError> {
        self.core.running()?;
        self.core.feed(feed)?;
        Ok(self.core.hooks.log(feed))
    }

    /// Why an event was announced, or was not.
    pub async fn why(&self, id: EventId) -> Result<Why, EngineError> {
        self.core.running()?;
        self.core.readers.why(id).await?.ok_or(EngineError::NoSuchEvent(id))
    }

    /// Sends a test event of a feed through mapping, rules, policy and delivery, and says what became of it at each step,
    /// waiting for the notification service. It is not stored, and counts for nothing.
    pub async fn send_test(&self, id: FeedId, event_type: String, data: String) -> Result<Vec<Tested>, EngineError> {
        self.run(move |core| async move { core.send_test(id, &event_type, &data).await }).await
    }

    /// Announces nothing for a while, of one feed or of all; afterwards one digest. Urgent events pass if the user wants it.
    pub async fn mute(&self, feed: Option<FeedId>, length: MuteFor) -> Result<(), EngineError> {
        self.run(move |core| async move { core.mute(feed, length) }).await
    }

    /// Ends a mute. That there is none is no error.
    pub async fn unmute(&self, feed: Option<FeedId>) -> Result<(), EngineError> {
        self.core.running()?;
        self.core.surroundings.announcer.unmute(feed);
        Ok(())
    }

    /// What is muted.
    pub fn mutes(&self) -> Vec<Mute> {
        self.core.surroundings.announcer.mutes()
    }

    /// What the focused window shows, of which nothing has to be announced; `None`: no window is focused.
    pub fn set_in_view(&self, in_view: Option<Scope>) {
        self.core.surroundings.announcer.set_in_view(in_view);
    }

    /// Prepares the test of an address with these settings. Secrets that are not given are those that are kept for a feed of
    /// the same server; another server never gets them.
    pub async fn live_test(
        &self,
        config: FeedConfig,
        mut given: Vec<GivenSecret>,
        user_agent: &str,
    ) -> Result<LiveTest, EngineError> {
        let origin = |url: &str| Url::parse(url.trim()).ok().map(|url| url.origin());
        let feeds = self.feeds().await?;
        for kept in config.secrets.iter().filter(|kept| config.uses(&kept.of)) {
            let of_this_server = feeds.iter().map(|status| &status.feed.config).any(|feed| {
                feed.secrets.contains(kept) && origin(&feed.url).is_some() && origin(&feed.url) == origin(&config.url)
            });
            if of_this_server && !given.iter().any(|given| given.of == kept.of) {
                let secret = self.core.surroundings.vault.read(kept).await?;
                given.push(GivenSecret { of: kept.of.clone(), secret });
            }
        }
        let network = self.core.settings().network;
        if network.leads(&config)
            && let Some(kept) = &network.secret
        {
            let secret = self.core.surroundings.vault.read(kept).await?;
            given.push(GivenSecret { of: SecretOf::Proxy, secret });
        }
        LiveTest::new(network.applied_to(config), given, user_agent)
    }

    /// The times in which a feed was not connected, as far as its source did not make up for them.
    pub async fn gaps(&self, query: GapQuery) -> Result<Vec<Gap>, EngineError> {
        self.core.running()?;
        Ok(self.core.readers.gaps(query).await?)
    }

    /// How much came over the connections of a feed and when, and for how much of the time it was connected.
    pub async fn figures(&self, query: FiguresQuery) -> Result<Figures, EngineError> {
        self.core.running()?;
        self.core.feed(query.feed)?;
        let at = now();
        let counted = self.core.readers.count(query, at).await?;
        Ok(counted.figures(query, self.core.surroundings.overview.log(query.feed).facts(), at))
    }

    /// What happened on the connections of a feed lately, oldest first, as far as it is kept.
    pub fn log(&self, feed: FeedId) -> Result<LogBatch, EngineError> {
        self.core.running()?;
        self.core.feed(feed)?;
        Ok(self.core.surroundings.overview.log(feed).all())
    }

    /// Reads along what happens on the connections of a feed, from what is kept on, until the feed is removed or the engine
    /// ends. While somebody does, more is kept. `lines`: also the lines of the stream as they come, from now on.
    pub fn read_log(&self, feed: FeedId, lines: bool) -> Result<LogReader, EngineError> {
        self.core.running()?;
        self.core.feed(feed)?;
        Ok(self.core.surroundings.overview.log(feed).read(lines))
    }

    /// Records what goes over the connections of a feed from now on, as a [transcript](crate::transcript), until the recording
    /// is dropped. A stream that is open goes on; it is recorded from here.
    pub fn record(&self, feed: FeedId) -> Result<Recording, EngineError> {
        self.core.running()?;
        let config = self.core.feed(feed)?.config;
        let url = Url::parse(&config.url).map(|url| Scrub::new(&config, Hidden::default()).address(&url));
        Ok(self.core.surroundings.overview.log(feed).record(&url.unwrap_or_default()))
    }

    /// How many events there are, without counting them.
    pub async fn counts(&self) -> Result<Counts, EngineError> {
        self.core.running()?;
        Ok(self.core.surroundings.overview.counts())
    }

    /// Marks events as read or not. Events that are gone are no error.
    pub async fn mark_read(&self, events: Vec<EventId>, read: bool) -> Result<(), EngineError> {
        self.run(move |core| async move { core.mark_read(events, read).await }).await
    }

    /// Marks everything in the scope up to and including `until` as read.
    pub async fn mark_all_read(&self, scope: Scope, until: EventId) -> Result<MarkedRead, EngineError> {
        self.run(move |core| async move { core.mark_all_read(scope, until).await }).await
    }

    /// Takes that back: what was unread then is unread again. Fails with [`EngineError::TooLate`] in a later run of the
    /// engine, and when much else was marked since.
    pub async fn undo_mark_all_read(&self, undo: u64) -> Result<(), EngineError> {
        self.run(move |core| async move { core.undo_mark_all_read(undo).await }).await
    }

    /// Stars an event or takes its star away.
    pub async fn star(&self, event: EventId, starred: bool) -> Result<(), EngineError> {
        self.run(move |core| async move { core.star(event, starred).await }).await
    }

    /// The program's settings.
    pub async fn settings(&self) -> Result<Settings, EngineError> {
        self.core.running()?;
        Ok(self.core.settings())
    }

    /// How much the history takes on the disk.
    pub async fn space(&self) -> Result<Space, EngineError> {
        self.core.running()?;
        Ok(self.core.readers.space().await?)
    }

    /// Gives so many spare pages of the history's file back to the disk, and says what is left. In a file of an older
    /// format the first call gives all of it back at once, and new events wait for that.
    pub async fn give_back(&self, pages: u32) -> Result<Space, EngineError> {
        self.run(move |core| async move { core.change(move |store| store.give_back(pages)).await }).await
    }

    /// The language in which the program speaks: the user's choice, or else the desktop's.
    pub fn language(&self) -> Language {
        self.core.language()
    }

    /// Replaces the program's settings, but for the way to servers ([`Self::change_network`]).
    pub async fn change_settings(&self, settings: Settings) -> Result<(), EngineError> {
        self.run(move |core| async move { core.change_settings(settings).await }).await
    }

    /// Replaces the way to servers; feeds that name none of their own connect anew. `password`: of the proxy's user; `None`:
    /// as it is kept; empty: none. Fails with a sentence for a proxy that is none and a file that cannot be read.
    pub async fn change_network(&self, network: NetworkSettings, password: Option<Secret>) -> Result<(), EngineError> {
        self.run(move |core| async move { core.change_network(network, password).await }).await
    }

    /// How many tasks live on the network thread, for a test that looks for what was left behind.
    #[doc(hidden)]
    pub fn tasks(&self) -> usize {
        self.network.tasks()
    }

    /// Has the network thread do something to its end, whether or not the caller waits for it.
    async fn run<T, F>(&self, operation: impl FnOnce(Arc<Core>) -> F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, EngineError>> + Send + 'static,
    {
        self.core.running()?;
        self.network.run(operation(Arc::clone(&self.core))).await.unwrap_or(Err(EngineError::ShutDown))
    }
}
