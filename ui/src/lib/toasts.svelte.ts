// Short messages that pass: something was copied, a command was refused. Deliberately not here: lasting banners, which
// are the backend's notices (session).
import { reason } from './ipc/backend';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
}

const SHOWN_MS = 6_000;
const MOST = 3;

export class Toasts {
  #last = 0;
  all = $state.raw<readonly Toast[]>([]);

  say(text: string, bad = false): void {
    const toast = { id: ++this.#last, text, bad };
    this.all = [...this.all, toast].slice(-MOST);
    setTimeout(() => this.dismiss(toast.id), SHOWN_MS);
  }

  dismiss(id: number): void {
    this.all = this.all.filter((toast) => toast.id !== id);
  }

  /** Runs a command and says why if it is refused. True if it was done. */
  async attempt(command: () => Promise<unknown>): Promise<boolean> {
    try {
      await command();
      return true;
    } catch (error) {
      this.say(reason(error), true);
      return false;
    }
  }
}
