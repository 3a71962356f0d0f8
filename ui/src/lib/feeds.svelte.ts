// The feeds and their states, as the backend last told them. Deliberately not here: asking for changes (session).
import { connected } from './feed_state';
import type { Feed, FeedConfig, FeedId, FeedStatus, Mapping } from './ipc/types.gen';

export class Feeds {
  #byId = $state.raw<ReadonlyMap<FeedId, FeedStatus>>(new Map());

  /** In the order they were added. */
  readonly all = $derived([...this.#byId.values()].sort((a, b) => a.feed.id - b.feed.id));
  /** Those that should be connected. */
  readonly active = $derived(this.all.filter(({ state }) => state.state !== 'paused').length);
  readonly connected = $derived(this.all.filter(({ state }) => connected(state)).length);

  replace(feeds: FeedStatus[]): void {
    this.#byId = new Map(feeds.map((status) => [status.feed.id, status]));
  }

  get(id: FeedId): FeedStatus | undefined {
    return this.#byId.get(id);
  }

  inFolder(folder: string): FeedStatus[] {
    return this.all.filter(({ feed }) => feed.folder === folder);
  }

  put(status: FeedStatus): void {
    this.#byId = new Map(this.#byId).set(status.feed.id, status);
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
    resume: { kind: 'header' },
    repeats: { kind: 'whole' },
    proxy: { kind: 'system' },
    caFile: null,
    insecure: false,
    credentialsFollowRedirects: false,
    notify: true,
    announcing: { burst: null, urgentPasses: null, ignoresQuietHours: false, quietInView: null },
    eventLimit: null,
    idleLimit: null,
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
