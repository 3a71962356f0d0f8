// The part of the history that the list holds: a gapless run of rows, newest first, that slides over any number of
// stored events. Deliberately not here: where the list is scrolled to and how rows look (views/list).
import { headsAbove, headsBelow, headsOf, itemsOf, plainItems, type Heads, type Item } from './bursts';
import type { Backend } from './ipc/backend';
import type { EventId, EventSummary, FeedId, Page, PageQuery, Scope } from './ipc/types.gen';
import type { Top, View } from './view_state';

/** How many events are asked for at once. */
export const PAGE = 200;
/** How many rows are held at most; those farthest from what is being read are let go. */
export const MOST_ROWS = 1_000;
/** How many bursts stay unfolded at most. */
const MOST_UNFOLDED = 100;
/** How long arrivals wait before a search is asked whether it matches them. */
const SEARCH_AGAIN_MS = 400;

/** Arrivals closer together than this are shown without movement. */
const CALM_MS = 600;

export class EventList {
  readonly #backend: Backend;
  /** Ascends with each new list; an answer to an earlier one is dropped. */
  #generation = 0;
  /** Arrivals during the first page's journey; they may or may not be in it, and of a search only the backend knows. */
  #early: EventSummary[] = [];
  /** When rows last slid in. */
  #arrivedAt = -Infinity;
  #refreshing = false;
  #refreshAgain = false;
  #searchTimer: ReturnType<typeof setTimeout> | undefined;

  scope = $state.raw<Scope>({ kind: 'all' });
  search = $state('');
  rows = $state.raw<readonly EventSummary[]>([]);
  /** The rows that are not folded behind another. */
  #heads = $state.raw<Heads>(new Set());
  /** Of each burst that the user unfolded, an event. */
  unfolded = $state.raw<ReadonlySet<EventId>>(new Set());
  /** Bursts are folded where feeds mix; who looks into one feed, at stars or for words wants each event. */
  readonly #folds = $derived(this.search === '' && this.scope.kind !== 'feed' && this.scope.kind !== 'starred');
  /** What is shown, newest first. */
  readonly items: readonly Item[] = $derived(
    this.#folds ? itemsOf(this.rows, this.#heads, this.unfolded) : plainItems(this.rows),
  );
  /** Whether nothing newer than the first row exists in the scope. */
  atNewest = $state(true);
  /** Whether older events than the last row exist. */
  more = $state(false);
  /** How many events arrived above the rows, not shown because something else is being read. */
  newer = $state(0);
  loading = $state<'first' | 'older' | 'newer' | null>(null);
  /** The rows that slid in with the last batch. */
  fresh = $state.raw<ReadonlySet<EventId>>(new Set());
  /** Ascends whenever the rows are replaced by others, so that the view starts at their top. */
  openings = $state(0);
  /** Set by the view: whether the list is scrolled to its top, so that arrivals may be shown at once. */
  atTop = true;
  /** Set by the session: the event that is being read, which nothing is to be folded over. */
  reading: () => EventId | null = () => null;
  /** Set by the view: what stands at its upper edge; `null` at the newest event. */
  top = $state.raw<Top | null>(null);
  /** Where a newly opened list begins, if not at its top. The view takes it. */
  sought: Top | null = null;

  /** Set by the session: whether a feed is in a folder. */
  inFolder: (feed: FeedId, folder: string) => boolean = () => false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Shows a scope from its newest event on. */
  async open(scope: Scope, search = ''): Promise<void> {
    this.scope = scope;
    this.search = search;
    this.unfolded = new Set();
    await this.toNewest();
  }

  /** Shows a scope where it was left. */
  async openAt({ scope, search, top, unfolded }: View): Promise<void> {
    this.scope = scope;
    this.search = search;
    this.unfolded = new Set(unfolded);
    if (top === null) return this.toNewest();
    this.rows = [];
    this.sought = top;
    await this.around(top.id);
  }

  async toNewest(): Promise<void> {
    this.sought = null;
    const generation = this.#begin();
    this.loading = 'first';
    this.atTop = true;
    try {
      const page = await this.#page({});
      if (generation !== this.#generation) return;
      const early = this.#oursAbove(page.events[0], this.#early);
      this.#replace([...early.reverse(), ...page.events]);
      this.more = page.more;
      this.atNewest = true;
      this.openings += 1;
    } finally {
      this.#end(generation);
    }
  }

  /** Shows the surroundings of an event. False if the scope does not hold it. */
  async around(id: EventId): Promise<boolean> {
    if (this.indexOf(id) >= 0) return true;
    const generation = this.#begin();
    this.loading = 'first';
    this.atTop = false;
    try {
      const [older, newer] = await Promise.all([this.#page({ before: id + 1 }), this.#above(id)]);
      if (generation !== this.#generation) return true;
      this.#replace([...newer.events, ...older.events]);
      this.more = older.more;
      this.newer = this.#oursAbove(this.rows[0], this.#early).length;
      this.atNewest = newer.atNewest && this.newer === 0;
      this.openings += 1;
    } finally {
      this.#end(generation);
    }
    return this.indexOf(id) >= 0;
  }

  /** Appends the next older page. Rows at the other end are let go by `trimNewest`, once the view has drawn these. */
  async loadOlder(): Promise<void> {
    const last = this.rows.at(-1);
    if (this.loading !== null || !this.more || last === undefined) return;
    const generation = this.#generation;
    this.loading = 'older';
    try {
      const page = await this.#page({ before: last.id });
      // The rows may have been asked for again meanwhile, and reach further down now.
      if (generation !== this.#generation || (this.rows.at(-1) ?? last).id < last.id) return;
      this.#heads = headsBelow(page.events, this.rows, this.#heads);
      this.rows = [...this.rows, ...page.events];
      this.more = page.more;
    } finally {
      if (generation === this.#generation) this.loading = null;
    }
  }

  /** Prepends the next newer page; `trimOldest` follows. */
  async loadNewer(): Promise<void> {
    const first = this.rows[0];
    if (this.loading !== null || this.atNewest || first === undefined) return;
    const generation = this.#generation;
    this.loading = 'newer';
    const known = this.newer;
    try {
      const page = await this.#above(first.id);
      if (generation !== this.#generation) return;
      this.#putAbove(page.events);
      // What arrived meanwhile may be missing from the page; the next one brings it.
      const arrived = this.newer - known;
      this.atNewest = page.atNewest && arrived === 0;
      this.newer = this.atNewest ? 0 : Math.max(arrived, this.newer - page.events.length);
    } finally {
      if (generation === this.#generation) this.loading = null;
    }
  }

  trimNewest(): void {
    if (this.rows.length <= MOST_ROWS) return;
    this.rows = this.rows.slice(-MOST_ROWS);
    this.atNewest = false;
  }

  trimOldest(): void {
    if (this.rows.length <= MOST_ROWS) return;
    this.rows = this.rows.slice(0, MOST_ROWS);
    this.more = true;
  }

  indexOf(id: EventId | null): number {
    return id === null ? -1 : this.rows.findIndex((row) => row.id === id);
  }

  /** The event as it is shown: by itself, or folded behind another; -1: not at all. */
  itemOf(id: EventId | null): number {
    return id === null
      ? -1
      : this.items.findIndex(
          ({ event, behind, unfolded }) => event.id === id || (!unfolded && behind.some((other) => other.id === id)),
        );
  }

  /** Shows what is folded behind an event, or together with it. */
  unfold(id: EventId): void {
    this.unfolded = new Set([...this.unfolded, id].slice(-MOST_UNFOLDED));
  }

  /** Folds the burst that begins with an event. */
  fold(head: EventId): void {
    const item = this.items.find(({ event }) => event.id === head);
    const folded = new Set([head, ...(item?.behind.map(({ id }) => id) ?? [])]);
    this.unfolded = new Set([...this.unfolded].filter((id) => !folded.has(id)));
  }

  /** Takes new events, oldest first. */
  arrived(events: EventSummary[]): void {
    if (this.loading === 'first') {
      this.#early = [...this.#early, ...events].slice(-PAGE);
      return;
    }
    if (this.search !== '') return this.#lookSoon();
    const ours = this.#oursAbove(this.rows[0], events);
    if (ours.length === 0) return;
    if (this.atTop && this.atNewest && this.loading === null) {
      this.#putAbove(ours.reverse());
      // One after another they slide in; a stream of them would only flicker.
      const now = performance.now();
      this.fresh = new Set(now - this.#arrivedAt > CALM_MS && ours.length <= 8 ? ours.map(({ id }) => id) : []);
      this.#arrivedAt = now;
      this.trimOldest();
    } else {
      this.newer += ours.length;
      this.atNewest = false;
    }
  }

  repeated(id: EventId, count: number): void {
    this.#change(new Set([id]), (row) => ({ ...row, count }));
  }

  /** Marks changed on these events; on an empty list they changed on many. */
  marked(events: EventId[], read: boolean | null, starred: boolean | null): void {
    const ids = new Set(events);
    const held = this.#change(ids, (row) => ({ ...row, read: read ?? row.read, starred: starred ?? row.starred }));
    // A row that no longer belongs stays until the scope is left: nothing vanishes under the reader's eyes.
    const joins =
      (this.scope.kind === 'starred' && starred === true) || (this.scope.kind === 'unread' && read === false);
    if (events.length === 0 || (joins && held < ids.size)) void this.refresh();
  }

  /** Old events of a feed are gone, up to this one; the starred ones are not. */
  pruned(feed: FeedId, until: EventId): void {
    const rows = this.rows.filter((row) => row.feedId !== feed || row.id > until || row.starred);
    if (rows.length < this.rows.length) this.rows = rows;
  }

  feedRemoved(feed: FeedId): void {
    this.rows = this.rows.filter((row) => row.feedId !== feed);
  }

  /** Asks for the held rows again, without moving. */
  async refresh(): Promise<void> {
    if (this.#refreshing || this.loading === 'first') {
      this.#refreshAgain = true;
      return;
    }
    this.#refreshing = true;
    try {
      do {
        this.#refreshAgain = false;
        await this.#refreshOnce();
      } while (this.#refreshAgain);
    } finally {
      this.#refreshing = false;
    }
  }

  async #refreshOnce(): Promise<void> {
    const generation = this.#generation;
    const first = this.rows[0];
    const wanted = Math.max(this.rows.length, PAGE);
    const rows: EventSummary[] = [];
    // What arrived since is shown only where nothing else is being read.
    let before = (this.atNewest && this.atTop) || first === undefined ? null : first.id + 1;
    let more = true;
    while (more && rows.length < wanted) {
      const page = await this.#page({ before });
      if (generation !== this.#generation) return;
      rows.push(...page.events);
      more = page.more;
      before = rows.at(-1)?.id ?? null;
    }
    const early = this.rows.filter((row) => row.id > (rows[0]?.id ?? 0) && row.id > (first?.id ?? 0));
    this.#renew([...early, ...rows]);
    this.more = more;
  }

  /** Asks what is newer than the rows: it is shown at the top, else counted. */
  async lookForNewer(): Promise<void> {
    const first = this.rows[0];
    if (first === undefined) return this.refresh();
    if (this.loading !== null) return this.#lookSoon();
    const generation = this.#generation;
    const page = await this.#page({ after: first.id });
    if (generation !== this.#generation || this.rows[0]?.id !== first.id || page.events.length === 0) return;
    if (this.atTop && this.atNewest) {
      // More than a page came at once: between it and the rows there would be a gap.
      if (page.more) return this.toNewest();
      this.#putAbove(page.events);
      this.trimOldest();
    } else {
      this.newer = page.events.length;
      this.atNewest = false;
    }
  }

  #lookSoon(): void {
    this.#searchTimer ??= setTimeout(() => {
      this.#searchTimer = undefined;
      void this.lookForNewer();
    }, SEARCH_AGAIN_MS);
  }

  /** The arrivals that belong above a row, as far as that is known here: of a search it is not. */
  #oursAbove(row: EventSummary | undefined, events: readonly EventSummary[]): EventSummary[] {
    const ours = (event: EventSummary): boolean => event.id > (row?.id ?? 0) && this.#belongs(event);
    return this.search === '' ? events.filter(ours) : [];
  }

  #replace(rows: readonly EventSummary[]): void {
    this.#heads = headsOf(rows);
    this.rows = rows;
  }

  #putAbove(rows: readonly EventSummary[]): void {
    const reading = this.reading();
    const fixed = (piece: readonly EventSummary[]): boolean =>
      piece.some(({ id }) => id === reading || this.unfolded.has(id));
    this.#heads = headsAbove(rows, this.rows, this.#heads, fixed);
    this.rows = [...rows, ...this.rows];
  }

  /** The same rows as they are now; some may have come, some gone. */
  #renew(rows: readonly EventSummary[]): void {
    const [first, last] = [this.rows[0]?.id ?? 0, this.rows.at(-1)?.id ?? 0];
    const held = new Set(this.rows.map(({ id }) => id));
    const above = rows.filter(({ id }) => id > first);
    const below = rows.filter(({ id }) => id < last);
    this.rows = rows.slice(above.length, rows.length - below.length);
    // What comes in between stands alone.
    this.#heads = new Set([...this.#heads, ...this.rows.map(({ id }) => id).filter((id) => !held.has(id))]);
    if (above.length > 0) this.#putAbove(above);
    this.#heads = headsBelow(below, this.rows, this.#heads);
    this.rows = [...this.rows, ...below];
  }

  #page(query: Partial<PageQuery>): Promise<Page> {
    return this.#backend.page({
      scope: this.scope,
      search: this.search,
      before: null,
      after: null,
      limit: PAGE,
      ...query,
    });
  }

  /**
   * At most a page of the events directly above one, and whether nothing newer exists. The backend gives the newest of
   * what is asked for, and says whether there was more: the range is halved until all of it fits.
   */
  async #above(id: EventId): Promise<{ events: EventSummary[]; atNewest: boolean }> {
    let page = await this.#page({ after: id });
    const atNewest = !page.more;
    // Nothing in the scope lies above `id` up to and including `low`.
    let low = id;
    while (page.more) {
      const middle = Math.floor((low + (page.events.at(-1)?.id ?? low)) / 2);
      const lower = await this.#page({ after: low, before: middle + 1 });
      if (lower.events.length > 0) page = lower;
      else if (middle > low) low = middle;
      else break;
    }
    return { events: page.events, atNewest };
  }

  #begin(): number {
    clearTimeout(this.#searchTimer);
    this.#searchTimer = undefined;
    this.#early = [];
    this.newer = 0;
    this.fresh = new Set();
    return ++this.#generation;
  }

  #end(generation: number): void {
    if (generation !== this.#generation) return;
    this.loading = null;
    if (this.search !== '' && this.#early.length > 0) this.#lookSoon();
    if (this.#refreshAgain) void this.refresh();
  }

  #belongs(event: EventSummary): boolean {
    switch (this.scope.kind) {
      case 'all':
        return true;
      case 'unread':
        return !event.read;
      case 'starred':
        return event.starred;
      case 'feed':
        return event.feedId === this.scope.feed;
      case 'folder':
        return this.inFolder(event.feedId, this.scope.folder);
    }
  }

  /** Changes the held rows among the ids and tells how many they were. */
  #change(ids: ReadonlySet<EventId>, change: (row: EventSummary) => EventSummary): number {
    let changed = 0;
    const rows = this.rows.map((row) => {
      if (!ids.has(row.id)) return row;
      changed += 1;
      return change(row);
    });
    if (changed > 0) this.rows = rows;
    return changed;
  }
}
