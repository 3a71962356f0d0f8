// A JSON value as lines of a tree that folds: one for each value that is in view, and one for each bracket that closes.
// Deliberately not here: how a line looks, and which one has the keyboard (components/JsonTree).

import { isExactNumber } from './raw_fields';

export type Key = string | number;
export type Keys = readonly Key[];

export interface Line {
  /** Unlike that of any other line. */
  readonly id: string;
  readonly kind: 'leaf' | 'folded' | 'open' | 'close' | 'rest';
  /** What leads to the value. */
  readonly keys: Keys;
  readonly value: unknown;
  /** 0 at the root. */
  readonly depth: number;
  /** Whether a comma follows. */
  readonly last: boolean;
  /** How many children it has; of a `rest`, how many are not in view. */
  readonly count: number;
}

/** What is unfolded, by `idOf`, and how many of its children are shown. */
export type Unfolded = ReadonlyMap<string, number>;

/** Of a long list or object its beginning says what the rest is like. */
export const CHILDREN = 100;

export function idOf(keys: Keys): string {
  return JSON.stringify(keys);
}

/** The children of an object or a list; null of anything else. */
export function childrenOf(value: unknown): readonly (readonly [Key, unknown])[] | null {
  if (Array.isArray(value)) return value.map((child, index) => [index, child] as const);
  return typeof value === 'object' && value !== null && !isExactNumber(value) ? Object.entries(value) : null;
}

/** The lines in view. */
export function linesOf(root: unknown, unfolded: Unfolded): Line[] {
  const lines: Line[] = [];
  const add = (value: unknown, keys: Keys, last: boolean): void => {
    const id = idOf(keys);
    const depth = keys.length;
    const children = childrenOf(value);
    const count = children?.length ?? 0;
    const shown = unfolded.get(id);
    const line = { id, keys, value, depth, last, count };
    if (children === null || count === 0) lines.push({ ...line, kind: 'leaf' });
    else if (shown === undefined) lines.push({ ...line, kind: 'folded' });
    else {
      lines.push({ ...line, kind: 'open' });
      children.slice(0, shown).forEach(([key, child], index) => add(child, [...keys, key], index === count - 1));
      if (count > shown) {
        lines.push({ ...line, id: `${id}…`, kind: 'rest', depth: depth + 1, count: count - shown });
      }
      lines.push({ ...line, id: `${id}.`, kind: 'close' });
    }
  };
  add(root, [], true);
  return lines;
}

/** Only the root is unfolded. */
export function rootUnfolded(): Unfolded {
  return new Map([[idOf([]), CHILDREN]]);
}

/** How deep everything is unfolded at most: nobody reads what lies deeper, but each of its lines knows all keys above it. */
const LEVELS = 100;

/** Everything is unfolded, up to so many values. */
export function allUnfolded(root: unknown, most: number): Unfolded {
  const unfolded = new Map<string, number>();
  let left = most;
  // Level by level, so that the bound cuts what lies deepest.
  let level: (readonly [Keys, unknown])[] = [[[], root]];
  for (let depth = 0; depth < LEVELS && level.length > 0 && left > 0; depth += 1) {
    const next: (readonly [Keys, unknown])[] = [];
    for (const [keys, value] of level) {
      const children = childrenOf(value);
      if (children === null || children.length === 0 || left <= 0) continue;
      unfolded.set(idOf(keys), CHILDREN);
      for (const [key, child] of children.slice(0, CHILDREN)) {
        left -= 1;
        next.push([[...keys, key], child]);
      }
    }
    level = next;
  }
  return unfolded;
}

/** With the value folded or unfolded. */
export function toggled(unfolded: Unfolded, id: string): Unfolded {
  const changed = new Map(unfolded);
  if (!changed.delete(id)) changed.set(id, CHILDREN);
  return changed;
}
