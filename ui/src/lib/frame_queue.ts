// Collects what comes and hands it over once per frame, or four times a second while the window is hidden.
// Deliberately not here: what is done with it.

const HIDDEN_MS = 250;

export class FrameQueue<T> {
  readonly #take: (items: T[]) => void;
  #items: T[] = [];
  #cancel: (() => void) | null = null;
  #held = false;

  constructor(take: (items: T[]) => void) {
    this.#take = take;
  }

  push(items: readonly T[]): void {
    for (const item of items) this.#items.push(item);
    if (!this.#held) this.#cancel ??= soon(() => this.flush());
  }

  /** Forgets what is waiting, and keeps what comes until `release`. */
  hold(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#items = [];
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.push([]);
  }

  /** Hands over at once what is waiting. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#held) return;
    const items = this.#items;
    this.#items = [];
    if (items.length > 0) this.#take(items);
  }
}

/** Whichever comes first: a hidden or covered window gets no frames. */
function soon(run: () => void): () => void {
  const frame = requestAnimationFrame(run);
  const timer = setTimeout(run, HIDDEN_MS);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
