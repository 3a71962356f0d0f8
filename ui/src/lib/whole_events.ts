// Events with all that belongs to them, for what has to happen at once: a drag begins, the clipboard is filled. Rows
// hold only a summary, so the rest is asked for ahead of need. Deliberately not here: the event that is shown
// (opened_event).
import type { Backend } from './ipc/backend';
import type { Event, EventId } from './ipc/types.gen';

/** How many are kept. */
const MOST = 4;

export class WholeEvents {
  readonly #backend: Backend;
  #known: readonly Event[] = [];

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Asks for an event. */
  async of(id: EventId): Promise<Event> {
    const event = await this.#backend.event(id);
    this.#known = [event, ...this.#known.filter((known) => known.id !== id)].slice(0, MOST);
    return event;
  }

  /** Asks for an event that will be wanted soon, perhaps. */
  prepare(id: EventId): void {
    // Why it cannot be had is said when it is wanted.
    this.of(id).catch(() => {});
  }

  /** An event that was asked for lately. */
  known(id: EventId): Event | undefined {
    return this.#known.find((event) => event.id === id);
  }
}
