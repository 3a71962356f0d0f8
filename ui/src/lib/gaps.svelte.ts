// The times in which the feed in view was not connected. Deliberately not here: where in the list they stand (views/list).
import type { Backend } from './ipc/backend';
import type { FeedId, Gap, Scope } from './ipc/types.gen';

export class Gaps {
  readonly #backend: Backend;
  /** Ascends with each question; an answer to an earlier one is dropped. */
  #asked = 0;
  #feed: FeedId | null = null;

  /** Newest first. Empty unless a feed is in view. */
  all = $state.raw<readonly Gap[]>([]);

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Knows the gaps of the feed that the scope is of; of no feed where several are in view, or only what was found. */
  async follow(scope: Scope, search: string): Promise<void> {
    const feed = scope.kind === 'feed' && search === '' ? scope.feed : null;
    if (feed !== this.#feed) this.all = [];
    this.#feed = feed;
    await this.refresh();
  }

  async refresh(): Promise<void> {
    const asked = ++this.#asked;
    if (this.#feed === null) return;
    const all = await this.#backend.gaps({ feed: this.#feed, from: null, until: null });
    if (asked === this.#asked) this.all = all;
  }

  add(gap: Gap): void {
    if (gap.feedId !== this.#feed || this.all.some(({ from, until }) => from === gap.from && until === gap.until))
      return;
    this.all = [gap, ...this.all];
  }

  /** Those between an event and the one above it; `null`: up to now. */
  between(older: number, newer: number | null): readonly Gap[] {
    // An event that opened the stream came at the end of the gap.
    return this.all.filter(({ until }) => until > older && (newer === null || until <= newer));
  }
}
