// The event whose detail is shown. Deliberately not here: the list it was chosen from (events).
import type { Backend } from './ipc/backend';
import type { Event, EventId } from './ipc/types.gen';
import { refusalWords } from './refusal_words';
import type { DataTab } from './view_state';

export class OpenedEvent {
  readonly #backend: Backend;
  id = $state<EventId | null>(null);
  event = $state.raw<Event | null>(null);
  /** Why it cannot be shown. */
  problem = $state<string | null>(null);
  /** The tab that was chosen last; it stays from event to event. */
  tab = $state<DataTab | null>(null);

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Shows an event and marks it as read. */
  async open(id: EventId): Promise<void> {
    if (this.id === id && this.event !== null) return;
    await this.show(id);
    if (this.id !== id || this.event === null || this.event.read) return;
    try {
      await this.#backend.markRead([id], true);
    } catch (error) {
      if (this.id === id) this.#fail(error);
    }
  }

  /** Shows an event and leaves it unread if it is. */
  async show(id: EventId): Promise<void> {
    this.id = id;
    this.problem = null;
    try {
      const event = await this.#backend.event(id);
      // Another was opened meanwhile.
      if (this.id !== id) return;
      this.event = event;
    } catch (error) {
      if (this.id === id) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.event = null;
    this.problem = refusalWords(error);
  }

  close(): void {
    this.id = null;
    this.event = null;
    this.problem = null;
  }

  /** Asks for it again, after something was missed. */
  async refresh(): Promise<void> {
    const { id } = this;
    if (id === null) return;
    try {
      const event = await this.#backend.event(id);
      if (this.id === id) this.event = event;
    } catch {
      if (this.id === id) this.close();
    }
  }

  repeated(id: EventId, count: number): void {
    if (this.event?.id === id) this.event = { ...this.event, count };
  }

  marked(events: EventId[], read: boolean | null, starred: boolean | null): void {
    const { event } = this;
    if (event === null) return;
    if (events.length === 0) void this.refresh();
    else if (events.includes(event.id)) {
      this.event = { ...event, read: read ?? event.read, starred: starred ?? event.starred };
    }
  }
}
