// Short messages that pass: something was copied, a command was refused, something was done that can be taken back.
// Deliberately not here: lasting banners, which are the backend's notices (session).
import { refusalWords } from './refusal_words';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
  /** Whether it offers to take back what it tells of. */
  readonly undoable: boolean;
}

interface Undo {
  /** The toast that offers it. */
  readonly id: number;
  readonly until: number;
  readonly takeBack: () => Promise<unknown>;
}

const SHOWN_MS = 6_000;
/** Long enough to be read, thought about and reached. */
const UNDOABLE_MS = 15_000;
const MOST = 3;
/** For how long Ctrl+Z takes back what a toast told of, and how much of it. */
const UNDO_MS = 5 * 60_000;
const UNDOS = 10;

export class Toasts {
  #last = 0;
  #held = false;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #undos: Undo[] = [];
  all = $state.raw<readonly Toast[]>([]);

  say(text: string, bad = false): void {
    this.#show({ id: ++this.#last, text, bad, undoable: false });
  }

  /** Tells of something that was done and can be taken back: by the toast for a while, by Ctrl+Z a little longer. */
  offer(text: string, takeBack: () => Promise<unknown>): void {
    this.#show({ id: this.remember(takeBack), text, bad: false, undoable: true });
  }

  /** Keeps for Ctrl+Z how something is taken back that is seen to be done without words. */
  remember(takeBack: () => Promise<unknown>): number {
    const id = ++this.#last;
    this.#undos = [...this.#undos, { id, until: Date.now() + UNDO_MS, takeBack }].slice(-UNDOS);
    return id;
  }

  /** Takes back what a toast tells of, or (without one) what was done last. False if there is nothing. */
  undo(id?: number): boolean {
    const now = Date.now();
    this.#undos = this.#undos.filter(({ until }) => until > now);
    const undo = id === undefined ? this.#undos.at(-1) : this.#undos.find((undo) => undo.id === id);
    if (id !== undefined) this.dismiss(id);
    if (undo === undefined) return false;
    this.dismiss(undo.id);
    this.#undos = this.#undos.filter((other) => other !== undo);
    void this.attempt(undo.takeBack);
    return true;
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.all = this.all.filter((toast) => toast.id !== id);
    if (this.all.length === 0) this.#held = false;
  }

  /** While somebody is at them, none goes; afterwards each has its whole time again. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    this.all.forEach((toast) => this.#time(toast));
  }

  /** Runs a command and says why if it is refused. True if it was done. */
  async attempt(command: () => Promise<unknown>): Promise<boolean> {
    try {
      await command();
      return true;
    } catch (error) {
      this.say(refusalWords(error), true);
      return false;
    }
  }

  #show(toast: Toast): void {
    const [...before] = this.all;
    while (before.length >= MOST) this.dismiss(before.shift()?.id ?? 0);
    this.all = [...this.all, toast];
    this.#time(toast);
  }

  #time({ id, undoable }: Toast): void {
    clearTimeout(this.#timers.get(id));
    if (!this.#held)
      this.#timers.set(
        id,
        setTimeout(() => this.dismiss(id), undoable ? UNDOABLE_MS : SHOWN_MS),
      );
  }
}
