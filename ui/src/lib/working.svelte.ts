// Work that the user waits for where it was asked for: one at a time, and why it failed. Deliberately not here: long work in
// the background (jobs), and failures that are said in passing (toasts).
import { refusalWords } from './refusal_words';

export class Working {
  /** Whether some is under way. */
  running = $state(false);
  /** Why the last failed; `null`: it did not. */
  problem = $state<string | null>(null);

  /** Does it, unless something else is under way. */
  async run(work: () => Promise<unknown>): Promise<void> {
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
  }
}
