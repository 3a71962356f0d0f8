// Mapping and rules tried while they are typed: not with each key, one trial at a time, and only the latest counts.
// Deliberately not here: what is to be tried.
import type { Backend } from './ipc/backend';
import type { FeedId, Trial, TrialReport } from './ipc/types.gen';
import { refusalWords } from './refusal_words';

/** How long nothing is typed before it is tried. */
const PAUSE_MS = 180;

export class Trying {
  readonly #backend: Backend;
  readonly #feed: FeedId;
  report = $state.raw<TrialReport | null>(null);
  /** Why it could not be tried at all. */
  problem = $state<string | null>(null);
  running = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What is to follow the trial that runs. */
  #next: Trial | null = null;
  /** Ascends with each thing asked for; the answer to an earlier one is dropped. */
  #asked = 0;

  constructor(backend: Backend, feed: FeedId) {
    this.#backend = backend;
    this.#feed = feed;
  }

  /** Tries this once nothing else has been asked for a moment. */
  ask(trial: Trial): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#timer = setTimeout(() => {
      if (this.running) this.#next = trial;
      else void this.#run(trial);
    }, PAUSE_MS);
  }

  /** Gives up what is asked for; what is shown stays. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#next = null;
  }

  async #run(trial: Trial): Promise<void> {
    const asked = this.#asked;
    this.running = true;
    try {
      const report = await this.#backend.tryRules(this.#feed, trial);
      if (asked === this.#asked) [this.report, this.problem] = [report, null];
    } catch (error) {
      if (asked === this.#asked) this.problem = refusalWords(error);
    }
    const next = this.#next;
    this.#next = null;
    if (next !== null) await this.#run(next);
    else this.running = false;
  }
}
