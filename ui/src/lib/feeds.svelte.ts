// The feeds, their order, folders and states, as the backend last told them. Deliberately not here: asking for changes
// (session).
import { connected, worse, type Tone, tone } from './feed_state';
import type {
  Feed,
  FeedColor,
  FeedConfig,
  FeedId,
  FeedStatus,
  Item,
  Mapping,
  Placed,
  RemovedFeed,
} from './ipc/types.gen';
import { m } from './paraglide/messages.js';

/** What a feed is known by where there is no more room. */
export interface FeedLook {
  readonly id: FeedId;
  readonly name: string;
  readonly color: FeedColor | null;
  readonly icon: string;
  /** Whether only its history is left. */
  readonly removed?: boolean;
}

/** A folder as the sidebar shows it: its feeds, and what they come to. */
export interface Folder {
  readonly kind: 'folder';
  readonly name: string;
  readonly feeds: readonly FeedStatus[];
  readonly unread: number;
  /** How the feed in it fares that fares worst. */
  readonly tone: Tone;
}

/** What stands in the sidebar beside one another: feeds and folders. */
export type Branch = { readonly kind: 'feed'; readonly status: FeedStatus } | Folder;

export class Feeds {
  #byId = $state.raw<ReadonlyMap<FeedId, FeedStatus>>(new Map());
  #order = $state.raw<readonly FeedId[]>([]);
  /** Ascends with each new order. */
  arrangements = $state(0);
  /** Those that were removed and whose history stays, the latest first. */
  removed = $state.raw<readonly RemovedFeed[]>([]);

  /** In the user's order. One of which no place is told yet is the last. */
  readonly all = $derived.by(() => {
    const placed = new Set(this.#order);
    const ids = [...this.#order, ...[...this.#byId.keys()].filter((id) => !placed.has(id)).sort((a, b) => a - b)];
    return ids.map((id) => this.#byId.get(id)).filter((status) => status !== undefined);
  });
  /** The same, the feeds of each folder together where the first of them stands. */
  readonly branches = $derived(branchesOf(this.all));
  readonly folders = $derived(this.branches.filter((branch) => branch.kind === 'folder'));
  /** Those that should be connected. */
  readonly active = $derived(this.all.filter(({ state }) => state.state !== 'paused').length);
  readonly connected = $derived(this.all.filter(({ state }) => connected(state)).length);

  replace(feeds: FeedStatus[], removed: RemovedFeed[] = []): void {
    this.#byId = new Map(feeds.map((status) => [status.feed.id, status]));
    this.#order = feeds.map(({ feed }) => feed.id);
    this.removed = removed;
  }

  get(id: FeedId): FeedStatus | undefined {
    return this.#byId.get(id);
  }

  inFolder(folder: string): FeedStatus[] {
    return this.all.filter(({ feed }) => feed.folder === folder);
  }

  /** How a feed is named and shown, also one that was removed. */
  look(id: FeedId): FeedLook {
    const there = this.get(id)?.feed;
    if (there) return there;
    const removed = this.removed.find((feed) => feed.id === id);
    return removed
      ? { ...removed, removed: true }
      : { id, name: m.removed_feed(), color: null, icon: '', removed: true };
  }

  put(status: FeedStatus): void {
    this.#byId = new Map(this.#byId).set(status.feed.id, status);
  }

  /** Takes an order, and the folders in it: feeds are told of singly, and a little later. */
  arrange(feeds: readonly Placed[]): void {
    const byId = new Map(this.#byId);
    for (const { feed, folder } of feeds) {
      const status = byId.get(feed);
      if (status && status.feed.folder !== folder) byId.set(feed, { ...status, feed: { ...status.feed, folder } });
    }
    this.#byId = byId;
    this.#order = feeds.map(({ feed }) => feed);
    this.arrangements += 1;
  }

  /** Only this is asked for; all else is told in its order. */
  heard(id: FeedId, lastByteAt: number | null): void {
    const status = this.get(id);
    if (status && status.lastByteAt !== lastByteAt) this.put({ ...status, lastByteAt });
  }

  remove(id: FeedId): void {
    const rest = new Map(this.#byId);
    rest.delete(id);
    this.#byId = rest;
  }
}

function branchesOf(feeds: readonly FeedStatus[]): Branch[] {
  const branches: (Branch | FeedStatus[])[] = [];
  const folders = new Map<string, FeedStatus[]>();
  for (const status of feeds) {
    const { folder } = status.feed;
    const of = folders.get(folder);
    if (folder === '') branches.push({ kind: 'feed', status });
    else if (of) of.push(status);
    else {
      const feeds = [status];
      folders.set(folder, feeds);
      branches.push(feeds);
    }
  }
  return branches.map((branch) => (Array.isArray(branch) ? folderOf(branch) : branch));
}

function folderOf(feeds: FeedStatus[]): Folder {
  return {
    kind: 'folder',
    name: feeds[0]?.feed.folder ?? '',
    feeds,
    unread: feeds.reduce((sum, { unread }) => sum + unread, 0),
    tone: feeds.map(({ state }) => tone(state)).reduce(worse),
  };
}

export function itemOf(branch: Branch): Item {
  return branch.kind === 'feed'
    ? { kind: 'feed', feed: branch.status.feed.id }
    : { kind: 'folder', folder: branch.name };
}

/** Every field by default, nothing split, nothing kept silently at first. */
export const DEFAULT_MAPPING: Mapping = {
  title: '',
  body: '',
  link: '',
  icon: '',
  urgency: '',
  groupKey: '',
  time: '',
  split: '',
  firstEvents: 0,
  firstSeconds: 0,
};

/** What a feed has when the user has chosen nothing but its address. */
export function newConfig(url: string): FeedConfig {
  return {
    name: '',
    url,
    folder: '',
    color: null,
    icon: '',
    headers: [],
    credential: { kind: 'none' },
    secrets: [],
    resume: { kind: 'header' },
    repeats: { kind: 'whole' },
    proxy: { kind: 'system' },
    caFile: null,
    certificateFile: null,
    pinned: null,
    insecure: false,
    credentialsFollowRedirects: false,
    notify: true,
    announcing: { burst: null, urgentPasses: null, ignoresQuietHours: false, quietInView: null },
    eventLimit: null,
    idleLimit: null,
    signals: { heartbeats: [], refusals: [] },
    mapping: { ...DEFAULT_MAPPING },
    rules: [],
    retention: { days: null, events: null },
  };
}

/** The part of a feed that the user chose. */
export function configOf(feed: Feed): FeedConfig {
  const { id: _id, paused: _paused, ...config } = feed;
  return config;
}

/** A name for an address: its host without "www.". Empty while the address is none. */
export function suggestedName(url: string): string {
  return httpUrl(url)?.hostname.replace(/^www\./, '') ?? '';
}

/** The address, if it is one that can be followed. */
export function httpUrl(text: string): URL | null {
  const url = URL.parse(text.trim());
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url : null;
}
