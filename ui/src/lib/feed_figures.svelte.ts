// The figures of the feed whose page is looked at, asked for again when something is told that changes them. Deliberately
// not here: when a minute is over, which the page sees.
import type { Backend } from './ipc/backend';
import type { FeedId, Figures } from './ipc/types.gen';
import { dayStart } from './time';

/** The least time between two questions, however much is told. */
const PAUSE_MS = 1_000;

export class FeedFigures {
  readonly #backend: Backend;
  #feed: FeedId | null = null;
  /** Ascends with each question; an answer to an earlier one is dropped. */
  #asked = 0;
  #askedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  now = $state.raw<Figures | null>(null);

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Looks at the figures of a feed; `null`: at none. */
  async follow(feed: FeedId | null): Promise<void> {
    if (feed !== this.#feed) this.now = null;
    this.#feed = feed;
    if (feed !== null) await this.refresh();
  }

  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [feed, asked] = [this.#feed, ++this.#asked];
    if (feed === null) return;
    this.#askedAt = Date.now();
    try {
      const figures = await this.#backend.figures({ feed, today: dayStart(Date.now()) });
      if (asked === this.#asked) this.now = figures;
    } catch {
      // The feed has just been removed, or storing fails: both are told otherwise. What is shown stays.
    }
  }

  /** Something was told of a feed. */
  stir(feed: FeedId): void {
    if (feed !== this.#feed || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#askedAt + PAUSE_MS - Date.now());
    this.#timer = setTimeout(() => void this.refresh(), wait);
  }
}
