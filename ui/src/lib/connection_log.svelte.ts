// What happens on the connections of the feed whose page is looked at: a bounded tail of it, which can be held still.
// Deliberately not here: words (log_words), and what the backend keeps.
import type { Backend } from './ipc/backend';
import type { FeedId, LogEntry } from './ipc/types.gen';

/** The most entries that are shown, and the most that wait while it is held still. */
export const SHOWN = 2_000;

export class ConnectionLog {
  readonly #backend: Backend;
  #feed: FeedId | null = null;

  /** Oldest first. */
  entries = $state.raw<readonly LogEntry[]>([]);
  /** What came while it was held still, the newest of it. */
  waiting = $state.raw<readonly LogEntry[]>([]);
  #paused = $state(false);

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** The number of the newest entry. */
  get #last(): number {
    return (this.waiting.at(-1) ?? this.entries.at(-1))?.number ?? 0;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Looks at the log of a feed; `null`: at none. The backend tells it only as long as somebody does. */
  async follow(feed: FeedId | null): Promise<void> {
    if (feed !== this.#feed && feed !== null) this.clear();
    this.#feed = feed;
    await this.#backend.readLog(feed);
  }

  /** Asks again, after the backend has forgotten who looks at what. */
  async again(): Promise<void> {
    if (this.#feed !== null) await this.#backend.readLog(this.#feed);
  }

  take(feed: FeedId, fresh: boolean, entries: readonly LogEntry[]): void {
    if (feed !== this.#feed) return;
    // The backend began anew.
    if (fresh && (entries.at(-1)?.number ?? 0) < this.#last) this.clear();
    // After a look elsewhere all that is kept is told again.
    const last = this.#last;
    const news = fresh ? entries.filter(({ number }) => number > last) : entries;
    if (this.#paused) this.waiting = [...this.waiting, ...news].slice(-SHOWN);
    else this.entries = [...this.entries, ...news].slice(-SHOWN);
  }

  /** Holds it still, for reading, or lets it go on. */
  pause(paused: boolean): void {
    this.#paused = paused;
    if (paused) return;
    this.entries = [...this.entries, ...this.waiting].slice(-SHOWN);
    this.waiting = [];
  }

  clear(): void {
    this.entries = [];
    this.waiting = [];
    this.#paused = false;
  }
}
