// What the window knows: a snapshot from the backend, and every change since, applied once per frame. It holds no truth
// of its own; after anything missed it asks again. Deliberately not here: what is drawn, and where focus is.
import { ConnectionLog } from './connection_log.svelte';
import { LiveTest } from './live_test.svelte';
import { DEFAULT_SETTINGS } from './default_settings';
import { EventList } from './events.svelte';
import { FeedFigures } from './feed_figures.svelte';
import { Feeds } from './feeds.svelte';
import { Gaps } from './gaps.svelte';
import { FrameQueue } from './frame_queue';
import { problem, type Backend, type Problem } from './ipc/backend';
import type {
  Counts,
  Destination,
  EngineEvent,
  EventId,
  EventSummary,
  FeedId,
  FeedStatus,
  Item,
  Job,
  MuteFor,
  NetworkSettings,
  Notice,
  Offer,
  Placed,
  RemovedFeed,
  Scope,
  Settings,
  Snapshot,
  Mute,
  Place,
  WindowMessage,
} from './ipc/types.gen';
import { OpenedEvent } from './opened_event.svelte';
import { m } from './paraglide/messages.js';
import { refusalWords } from './refusal_words';
import { number } from './time';
import { Toasts } from './toasts.svelte';
import { remembered, type View } from './view_state';
import { WholeEvents } from './whole_events';

/** How long it waits before what was missed is asked for again, if that was refused. */
export const AGAIN_MS = 5_000;

/** What a session has opened. */
export interface Dialogs {
  showSettings(): void;
  /** The dialog for a new feed; `held`: nobody is asked before the user says so. */
  showOffer(offer: Offer, held: boolean): void;
}

export class Session {
  readonly backend: Backend;
  readonly feeds = new Feeds();
  readonly list: EventList;
  readonly gaps: Gaps;
  readonly log: ConnectionLog;
  readonly test: LiveTest;
  readonly figures: FeedFigures;
  readonly opened: OpenedEvent;
  readonly whole: WholeEvents;
  readonly toasts = new Toasts();

  ready = $state(false);
  /** Why the backend cannot be reached at all, or no longer. */
  problem = $state.raw<Problem | null>(null);
  counts = $state.raw<Counts>({ all: 0, unread: 0, starred: 0 });
  settings = $state.raw<Settings>(DEFAULT_SETTINGS);
  mutes = $state.raw<readonly Mute[]>([]);
  /** Long work, under way or ended. */
  jobs = $state.raw<readonly Job[]>([]);
  version = $state('');
  demoAvailable = $state(false);
  #told = $state.raw<readonly Notice[]>([]);
  #dismissed = $state.raw<readonly Notice[]>([]);

  /** The banners to show. */
  readonly notices = $derived(
    this.#told.filter((notice) => !this.#dismissed.some((dismissed) => isSame(dismissed, notice))),
  );

  /** The number of the last engine event that was applied. */
  #seq = -1;
  #queue = new FrameQueue<WindowMessage>((messages) => this.#apply(messages));
  /** Ascends with each subscription; what an earlier one still delivers is dropped. */
  #subscription = 0;
  #subscribing = false;
  #later: ReturnType<typeof setTimeout> | undefined;

  readonly #dialogs = Promise.withResolvers<Dialogs>();

  constructor(backend: Backend) {
    this.backend = backend;
    this.list = new EventList(backend);
    this.list.inFolder = (feed, folder) => this.feeds.get(feed)?.feed.folder === folder;
    this.gaps = new Gaps(backend);
    this.log = new ConnectionLog(backend);
    this.test = new LiveTest(backend);
    this.figures = new FeedFigures(backend);
    this.opened = new OpenedEvent(backend);
    this.whole = new WholeEvents(backend);
    this.list.reading = () => this.opened.id;
  }

  /** The window is drawn: what was to be opened in it is opened now. */
  drawn(dialogs: Dialogs): void {
    this.#dialogs.resolve(dialogs);
    // Before the second frame the first is on the screen. Where nothing stood in its place, nobody has to know.
    requestAnimationFrame(() => requestAnimationFrame(() => void this.backend.drawn().catch(() => {})));
  }

  #open(open: (dialogs: Dialogs) => void): void {
    void this.#dialogs.promise.then(open);
  }

  /** Subscribes and shows the newest events. Called again after something was missed. */
  async start(): Promise<void> {
    clearTimeout(this.#later);
    // What is missed while it still catches up would not be found by that.
    if (this.#subscribing) return this.#startLater();
    this.#subscribing = true;
    const subscription = ++this.#subscription;
    // What comes before the snapshot has been applied waits for it.
    this.#queue.hold();
    try {
      const snapshot = await this.backend.subscribe((messages) => {
        if (subscription === this.#subscription) this.#queue.push(messages);
      });
      const again = this.ready;
      this.#begin(snapshot);
      this.#queue.release();
      await (again ? this.#catchUp() : this.#begins(remembered()));
      this.ready = true;
      this.problem = null;
      if (snapshot.show) await this.show(snapshot.show);
    } catch (error) {
      if (this.ready) {
        // Nothing is told any more: who looks at what stands here has to know, once.
        if (this.problem === null) this.toasts.say(refusalWords(error), true);
        this.#startLater();
      }
      this.problem = problem(error);
    } finally {
      this.#subscribing = false;
    }
  }

  #startLater(): void {
    this.#later = setTimeout(() => void this.start(), AGAIN_MS);
  }

  #begin(snapshot: Snapshot): void {
    this.#seq = snapshot.seq;
    this.feeds.replace(snapshot.feeds, snapshot.removed);
    this.mutes = snapshot.mutes;
    this.counts = snapshot.counts;
    this.settings = snapshot.settings;
    this.version = snapshot.version;
    this.demoAvailable = snapshot.demoAvailable;
    this.#tell(snapshot.notices);
    this.jobs = snapshot.jobs;
  }

  /** A banner that was taken down is forgotten: when it returns, there is something new to be told by it. */
  #tell(notices: readonly Notice[]): void {
    this.#told = notices;
    this.#dismissed = this.#dismissed.filter((dismissed) => notices.some((notice) => isSame(dismissed, notice)));
  }

  /** Where the user is. */
  get view(): View {
    const { list, opened } = this;
    const { scope, search, top } = list;
    return { scope, search, selected: opened.id, top, tab: opened.tab, unfolded: [...list.unfolded] };
  }

  /** Begins where the user was, else with the newest event. */
  async #begins(view: View | null): Promise<void> {
    if (view === null || !this.#isThere(view.scope)) return this.list.toNewest();
    const { selected } = view;
    this.opened.tab = view.tab;
    // It is shown again, not opened: what was marked as unread stays so.
    const shown = selected === null ? null : this.opened.show(selected);
    await this.list.openAt(view);
    await shown;
    // It has been removed meanwhile.
    if (this.opened.problem !== null) this.opened.close();
  }

  #isThere(scope: Scope): boolean {
    if (scope.kind === 'folder') return this.feeds.inFolder(scope.folder).length > 0;
    if (scope.kind !== 'feed') return true;
    return this.feeds.get(scope.feed) !== undefined || this.feeds.removed.some(({ id }) => id === scope.feed);
  }

  /** Shows a scope from its newest event on. */
  async go(scope: Scope): Promise<void> {
    this.opened.close();
    await this.toasts.attempt(() => this.list.open(scope));
  }

  async find(search: string): Promise<void> {
    await this.toasts.attempt(() => this.list.open(this.list.scope, search));
  }

  /** Returns to the newest event of the list. */
  async toNewest(): Promise<void> {
    await this.toasts.attempt(() => this.list.toNewest());
  }

  /** Leads to what was clicked in a notification or in the tray. */
  async show(place: Place): Promise<void> {
    if (place.kind === 'settings') return this.#open((dialogs) => dialogs.showSettings());
    if (place.kind === 'add') return this.#open((dialogs) => dialogs.showOffer(place.offer, true));
    if (place.kind === 'nowhere') return this.toasts.say(m.link_nowhere(), true);
    if (place.kind === 'unread') return this.go({ kind: 'unread' });
    if (place.kind === 'feed') return this.go({ kind: 'feed', feed: place.id });
    const open = this.opened.open(place.id);
    if (this.list.indexOf(place.id) < 0) {
      if (this.list.scope.kind !== 'all' || this.list.search !== '') {
        this.list.scope = { kind: 'all' };
        this.list.search = '';
        this.list.rows = [];
      }
      await this.toasts.attempt(() => this.list.around(place.id));
    }
    this.#unfoldTo(place.id);
    await open;
  }

  /** What is to be shown does not stay folded behind another. */
  #unfoldTo(id: EventId): void {
    const item = this.list.items[this.list.itemOf(id)];
    if (item && item.event.id !== id) this.list.unfold(id);
  }

  /** Opens the dialog for a new feed with an address or a link that was dropped or pasted. */
  async offer(text: string, held: boolean): Promise<void> {
    await this.toasts.attempt(async () => {
      const offer = await this.backend.readOffer(text);
      this.#open((dialogs) => dialogs.showOffer(offer, held));
    });
  }

  /** Selects the event that many rows below (or, negative, above) the selected one. What is folded is passed over. */
  async step(by: number): Promise<void> {
    const { list, opened } = this;
    if (opened.id !== null && list.indexOf(opened.id) < 0) {
      // What is being read has long left the rows.
      await this.toasts.attempt(() => list.around(opened.id as EventId));
    }
    const { items } = list;
    const { id } = opened;
    let from = list.itemOf(id);
    if (id !== null && from < 0) {
      // It is not of this scope, or no longer: from where it would stand.
      const below = items.findIndex(({ event }) => event.id < id);
      from = (below < 0 ? items.length : below) - (by > 0 ? 1 : 0);
    }
    const to = items[id === null ? 0 : Math.max(0, Math.min(from + by, items.length - 1))];
    if (to) await opened.open(to.event.id);
  }

  /** Selects the first event of the list, unless one of them is selected. */
  async enter(): Promise<void> {
    const { list, opened } = this;
    const first = list.items[0];
    if (first && list.itemOf(opened.id) < 0) await opened.open(first.event.id);
  }

  /** Unfolds the burst of the selected event, or enters it. False if there is none. */
  async unfold(): Promise<boolean> {
    const item = this.list.items[this.list.itemOf(this.opened.id)];
    if (!item || item.behind.length === 0) return false;
    if (item.unfolded) await this.step(1);
    else this.list.unfold(item.event.id);
    return true;
  }

  /** Folds the burst of the selected event, or goes to its beginning first. False if there is none. */
  async fold(): Promise<boolean> {
    const item = this.list.items[this.list.itemOf(this.opened.id)];
    if (item && item.of !== null) await this.opened.open(item.of);
    else if (item?.unfolded) this.list.fold(item.event.id);
    else return false;
    return true;
  }

  /** Folds or unfolds the burst of the selected event. False if there is none. */
  async toggleFold(): Promise<boolean> {
    const item = this.list.items[this.list.itemOf(this.opened.id)];
    if (!item || (item.of === null && item.behind.length === 0)) return false;
    const head = item.of ?? item.event.id;
    if (item.of === null && !item.unfolded) this.list.unfold(head);
    else {
      await this.opened.open(head);
      this.list.fold(head);
    }
    return true;
  }

  dismiss(notice: Notice): void {
    this.#dismissed = [...this.#dismissed, notice];
    if (notice.code === 'told-about-tray') void this.changeSettings({ toldAboutTray: true });
    if (notice.code === 'set-aside') void this.toasts.attempt(() => this.backend.forgetSetAside());
  }

  changeSettings(change: Partial<Settings>): Promise<boolean> {
    const before = this.settings;
    this.settings = { ...before, ...change };
    return this.toasts.attempt(async () => {
      try {
        await this.backend.changeSettings(this.settings);
      } catch (error) {
        this.settings = before;
        throw error;
      }
    });
  }

  /** `password`: of the proxy's user; `null`: as it is kept. What is in force then, the backend tells. */
  changeNetwork(network: NetworkSettings, password: string | null): Promise<boolean> {
    return this.toasts.attempt(() => this.backend.changeNetwork(network, password));
  }

  /** Marks as read what the scope holds up to its newest event known here. */
  async markAllRead(scope: Scope): Promise<void> {
    await this.toasts.attempt(async () => {
      const { events } = await this.backend.page({ scope, search: '', before: null, after: null, limit: 1 });
      const newest = events[0];
      if (!newest) return;
      const { events: count, undo } = await this.backend.markAllRead(scope, newest.id);
      if (undo === null) return;
      this.toasts.offer(m.marked_all_read({ count, shown: number(count) }), () => this.backend.undoMarkAllRead(undo));
    });
  }

  /** Pauses feeds, or lets them go on. That of several can be taken back. */
  async pause(feeds: readonly FeedStatus[], paused: boolean): Promise<void> {
    const changing = feeds.filter(({ feed }) => feed.paused !== paused).map(({ feed }) => feed.id);
    const done = await this.toasts.attempt(() => this.backend.pauseFeeds(changing, paused));
    if (!done || changing.length < 2) return;
    const count = { count: changing.length, shown: number(changing.length) };
    this.toasts.offer(paused ? m.paused_feeds(count) : m.resumed_feeds(count), () =>
      this.backend.pauseFeeds(changing, !paused),
    );
  }

  /** Moves a feed or a folder. Afterwards `told` says so, with a way back; what is plain to see needs no words. */
  async move(item: Item, to: Destination, told?: string): Promise<boolean> {
    return this.toasts.attempt(async () => {
      const before = await this.backend.moveItem(item, to);
      const takeBack = (): Promise<void> => this.backend.arrange(before);
      if (told === undefined) this.toasts.remember(takeBack);
      else this.toasts.offer(told, takeBack);
    });
  }

  /** Asks when a feed was last heard from. The backend does not tell each byte by itself. */
  async listen(feed: FeedId): Promise<void> {
    try {
      const { lastByteAt } = await this.backend.feed(feed);
      this.feeds.heard(feed, lastByteAt);
    } catch {
      // It has just been removed, which is told too.
    }
  }

  /** Says what the user looks at, of which nothing has to be announced; `null`: not at this window. */
  look(scope: Scope | null): void {
    // That it cannot be said costs a notification too many.
    if (this.ready) this.backend.setInView(scope).catch(() => {});
  }

  /** Says whether something stands in a form that is not saved yet. */
  holdUnsaved(unsaved: boolean): void {
    // That it cannot be said costs what is typed only if the window is hidden in the midst of it.
    this.backend.setUnsaved(unsaved).catch(() => {});
  }

  /** The mute of a feed by itself, or (`null`) that of all feeds. */
  muteOf(feed: FeedId | null): Mute | undefined {
    return this.mutes.find((mute) => mute.feed === feed);
  }

  mute(feed: FeedId | null, length: MuteFor): Promise<boolean> {
    return this.toasts.attempt(() => this.backend.mute(feed, length));
  }

  unmute(feed: FeedId | null): Promise<boolean> {
    return this.toasts.attempt(() => this.backend.unmute(feed));
  }

  /** Removes a feed and leaves its history. */
  async removeFeed(feed: FeedId): Promise<void> {
    const { name } = this.feeds.look(feed);
    if (await this.toasts.attempt(() => this.backend.removeFeed(feed))) {
      this.toasts.offer(m.removed({ name }), () => this.backend.restoreFeed(feed));
    }
  }

  async restoreFeed(feed: FeedId): Promise<void> {
    const { name } = this.feeds.look(feed);
    if (await this.toasts.attempt(() => this.backend.restoreFeed(feed))) this.toasts.say(m.restored({ name }));
  }

  /** Deletes a feed, there or removed before, together with its history. */
  async deleteFeed(feed: FeedId): Promise<void> {
    const { name } = this.feeds.look(feed);
    if (await this.toasts.attempt(() => this.backend.deleteFeed(feed))) this.toasts.say(m.deleted({ name }));
  }

  #apply(messages: WindowMessage[]): void {
    let arrived: EventSummary[] = [];
    const arrive = (): void => {
      if (arrived.length > 0) this.list.arrived(arrived);
      arrived = [];
    };
    let missed = false;
    for (const message of messages) {
      // All that follows is asked for again, but for what is to be shown, which is told once.
      if (missed && message.kind !== 'show') continue;
      if (message.kind === 'notices') this.#tell(message.notices);
      else if (message.kind === 'jobs') this.jobs = message.jobs;
      else if (message.kind === 'show') void this.show(message.place);
      else if (message.kind === 'test') this.test.take(message.number, message.report);
      else if (message.kind === 'log') this.log.take(message.feed, message);
      else if (message.event.kind === 'missed') missed = true;
      else if (message.seq > this.#seq) {
        this.#seq = message.seq;
        if (message.event.kind === 'arrived') {
          arrived.push(...message.event.events);
          for (const { feedId } of message.event.events) this.figures.stir(feedId);
        } else {
          arrive();
          this.#applyEvent(message.event);
        }
      }
    }
    if (missed) void this.start();
    else arrive();
  }

  #applyEvent(event: EngineEvent): void {
    switch (event.kind) {
      case 'arrived':
      case 'missed':
        return;
      case 'repeated':
        this.list.repeated(event.id, event.count);
        this.opened.repeated(event.id, event.count);
        return;
      case 'gap':
        this.gaps.add(event.gap);
        this.figures.stir(event.gap.feedId);
        return;
      case 'marked':
        this.list.marked(event.events, event.read, event.starred);
        this.opened.marked(event.events, event.read, event.starred);
        return;
      case 'pruned':
        this.list.pruned(event.feed, event.until);
        return;
      case 'feed':
        this.feeds.put(event.status);
        this.figures.stir(event.status.feed.id);
        return;
      case 'arranged':
        this.#arranged(event.feeds);
        return;
      case 'removed':
        this.#removedAre(event.feeds);
        return;
      case 'feedRemoved':
        this.#feedRemoved(event.feed);
        return;
      case 'mutes':
        this.mutes = event.mutes;
        return;
      case 'settings':
        this.settings = event.settings;
        return;
      case 'counts':
        this.counts = event.counts;
        return;
      case 'storage':
      case 'setAside':
        // The shell makes banners of them.
        return;
    }
  }

  #arranged(feeds: Placed[]): void {
    const { scope } = this.list;
    const before = scope.kind === 'folder' ? this.feeds.inFolder(scope.folder).map(({ feed }) => feed.id) : [];
    this.feeds.arrange(feeds);
    if (scope.kind !== 'folder') return;
    // A folder whose feeds have another one now goes by another name.
    const now = new Set(before.map((id) => this.feeds.get(id)?.feed.folder ?? ''));
    const [folder] = now;
    if (this.feeds.inFolder(scope.folder).length > 0) void this.list.refresh();
    else if (now.size === 1 && folder) void this.toasts.attempt(() => this.list.open({ kind: 'folder', folder }));
    else void this.go({ kind: 'all' });
  }

  /** What a removed feed left counts as read, and not so when it comes back. */
  #removedAre(feeds: RemovedFeed[]): void {
    const others = feeds.length !== this.feeds.removed.length;
    this.feeds.removed = feeds;
    if (others) {
      void this.list.refresh();
      void this.opened.refresh();
    }
  }

  #feedRemoved(feed: FeedId): void {
    this.feeds.remove(feed);
    const left = this.feeds.removed.some(({ id }) => id === feed);
    if (left && !(this.list.scope.kind === 'feed' && this.list.scope.feed === feed)) return;
    if (this.list.scope.kind === 'feed' && this.list.scope.feed === feed) void this.go({ kind: 'all' });
    else {
      if (this.opened.event?.feedId === feed) this.opened.close();
      this.list.feedRemoved(feed);
    }
  }

  /** After something was missed: every row again, and whatever is newer. */
  async #catchUp(): Promise<void> {
    void this.test.anew();
    const { scope } = this.list;
    if (!this.#isThere(scope)) return this.go({ kind: 'all' });
    await this.opened.refresh();
    // Of a feed that is gone there is no log.
    await Promise.all([this.gaps.refresh(), this.figures.refresh(), this.log.again().catch(() => {})]);
    if (this.list.atTop) await this.list.toNewest();
    else {
      await this.list.refresh();
      await this.list.lookForNewer();
    }
  }
}

function isSame(one: Notice, other: Notice): boolean {
  return one.code === other.code && one.message === other.message;
}
