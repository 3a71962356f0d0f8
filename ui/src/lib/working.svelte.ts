// Work that the user waits for where it was asked for: one at a time, and why it failed. Deliberately not here: long work in
// the background (jobs), and failures that are said in passing (toasts).
import { refusalWords } from './refusal_words';

type Work = () => Promise<unknown>;

export class Working {
  /** Whether some is under way. */
  running = $state(false);
  /** Why the last failed; `null`: it did not. */
  problem = $state<string | null>(null);
  #next: Work | null = null;

  /** Does it, unless something else is under way. */
  async run(work: Work): Promise<void> {
    if (this.running) return;
    this.running = true;
    this.problem = null;
    try {
      await work();
    } catch (error) {
      this.problem = refusalWords(error);
    } finally {
      this.running = false;
    }
    const next = this.#next;
    this.#next = null;
    if (next !== null) await this.run(next);
  }

  /** Does it as soon as nothing else is under way, unless it is asked for something newer by then. */
  async runNext(work: Work): Promise<void> {
    if (this.running) this.#next = work;
    else await this.run(work);
  }
}
