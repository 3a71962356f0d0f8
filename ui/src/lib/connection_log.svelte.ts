// What happens on the connections of the feed whose page is looked at: a bounded tail of it, which can be held still; the
// steps of its last attempts; and, while that is looked at, the stream itself, line by line. Deliberately not here: words
// (log_words), and what the backend keeps.
import type { Backend } from './ipc/backend';
import type { FeedId, LogAttempt, LogBatch, LogEntry, RawLine } from './ipc/types.gen';

/** The most entries that are shown, and the most that wait while it is held still. */
export const SHOWN = 2_000;

/** The steps of so many attempts can be looked at. */
const ATTEMPTS = 100;

/** A bounded tail, of which what came last may wait while it is held still. */
interface Tail<T> {
  shown: readonly T[];
  waiting: readonly T[];
}

function longer<T>({ shown, waiting }: Tail<T>, news: readonly T[], held: boolean): Tail<T> {
  return held
    ? { shown, waiting: [...waiting, ...news].slice(-SHOWN) }
    : { shown: [...shown, ...waiting, ...news].slice(-SHOWN), waiting: [] };
}

const EMPTY = { shown: [], waiting: [] };

export class ConnectionLog {
  readonly #backend: Backend;
  #feed: FeedId | null = null;

  #entries = $state.raw<Tail<LogEntry>>(EMPTY);
  #lines = $state.raw<Tail<RawLine>>(EMPTY);
  /** By the number of the entry with which they began. */
  attempts = $state.raw<ReadonlyMap<number, LogAttempt>>(new Map());
  #raw = $state(false);
  #paused = $state(false);

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Oldest first. */
  get entries(): readonly LogEntry[] {
    return this.#entries.shown;
  }

  /** What came while it was held still, the newest of it. */
  get waiting(): readonly LogEntry[] {
    return this.#entries.waiting;
  }

  /** Of the stream, while it is looked at as it comes. */
  get lines(): readonly RawLine[] {
    return this.#lines.shown;
  }

  /** How much waits of what is looked at. */
  get held(): number {
    return (this.#raw ? this.#lines : this.#entries).waiting.length;
  }

  /** Whether the stream is looked at as it comes. */
  get raw(): boolean {
    return this.#raw;
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
    await this.#backend.readLog(feed, this.#raw);
  }

  /** Looks at the stream as it comes, from now on, or no longer. */
  async lookAtLines(raw: boolean): Promise<void> {
    this.#raw = raw;
    this.#lines = EMPTY;
    await this.again();
  }

  /** Asks again, after the backend has forgotten who looks at what. */
  async again(): Promise<void> {
    if (this.#feed !== null) await this.#backend.readLog(this.#feed, this.#raw);
  }

  take(feed: FeedId, { fresh, entries, attempts, lines }: LogBatch): void {
    if (feed !== this.#feed) return;
    // The backend began anew.
    if (fresh && (entries.at(-1)?.number ?? 0) < this.#last) this.clear();
    // After a look elsewhere all that is kept is told again.
    const last = this.#last;
    const news = fresh ? entries.filter(({ number }) => number > last) : entries;
    this.#entries = longer(this.#entries, news, this.#paused);
    if (lines.length > 0 && this.#raw) this.#lines = longer(this.#lines, lines, this.#paused);
    if (attempts.length > 0) {
      const all = [...this.attempts, ...attempts.map((attempt) => [attempt.number, attempt] as const)];
      this.attempts = new Map<number, LogAttempt>([...new Map<number, LogAttempt>(all)].slice(-ATTEMPTS));
    }
  }

  /** Holds it still, for reading, or lets it go on. */
  pause(paused: boolean): void {
    this.#paused = paused;
    if (paused) return;
    this.#entries = longer(this.#entries, [], false);
    this.#lines = longer(this.#lines, [], false);
  }

  clear(): void {
    this.#entries = EMPTY;
    this.#lines = EMPTY;
    this.attempts = new Map();
    this.#paused = false;
  }
}
