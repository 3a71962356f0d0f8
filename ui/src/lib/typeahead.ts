// Finding an item of a menu by the letters it begins with. Deliberately not here: moving to it.

/** Letters that follow each other within this time belong together. */
const TOGETHER_MS = 800;

export class Typeahead {
  #typed = '';
  #at = -Infinity;

  /** Whether what is typed at this time, in milliseconds, belongs to letters before it. */
  goesOn(now: number): boolean {
    return this.#typed !== '' && now - this.#at < TOGETHER_MS;
  }

  /** The next item, by its index, that begins with what was typed; the same letter again leads from one to the next. */
  find(key: string, now: number, labels: readonly string[], current: number): number | null {
    this.#typed = (this.goesOn(now) ? this.#typed : '') + key.toLocaleLowerCase();
    this.#at = now;
    const [first] = this.#typed;
    const again = [...this.#typed].every((letter) => letter === first);
    const sought = again ? (first ?? '') : this.#typed;
    const from = again ? current + 1 : Math.max(current, 0);
    for (let step = 0; step < labels.length; step += 1) {
      const index = (from + step) % labels.length;
      if (labels[index]?.trim().toLocaleLowerCase().startsWith(sought)) return index;
    }
    return null;
  }
}
