// Where a feed or a folder goes when it is moved in the sidebar: by a step of the keyboard, or let go of at a point.
// Deliberately not here: the pointer (drag.svelte.ts), and the moving, which is the backend's.
import { itemOf, type Branch } from '../../lib/feeds.svelte';
import type { Destination, Item } from '../../lib/ipc/types.gen';

/** Names an item in the page. */
export function keyOf(item: Item): string {
  return item.kind === 'feed' ? `feed:${item.feed}` : `folder:${item.folder}`;
}

export function itemOfKey(key: string | undefined): Item | null {
  const [, kind, name] = key?.match(/^(feed|folder):(.*)$/s) ?? [];
  if (kind === undefined || name === undefined) return null;
  return kind === 'feed' ? { kind: 'feed', feed: Number(name) } : { kind: 'folder', folder: name };
}

export function same(one: Item, other: Item): boolean {
  return keyOf(one) === keyOf(other);
}

/**
 * Where an item goes that is moved up (-1) or down (1) by one place as it is seen: a feed into the folder that stands in
 * its way, if that is open, and out of it at its other end. `null`: nowhere.
 */
export function step(
  branches: readonly Branch[],
  isFolded: (folder: string) => boolean,
  item: Item,
  by: -1 | 1,
): Destination | null {
  const side = by < 0 ? 'before' : 'after';
  const at = branches.findIndex((branch) => same(itemOf(branch), item));
  if (at >= 0) {
    const next = branches[at + by];
    if (next === undefined) return null;
    const into = item.kind === 'feed' && next.kind === 'folder' && !isFolded(next.name);
    if (!into) return { kind: side, item: itemOf(next) };
    const first = next.feeds[0];
    if (by < 0 || first === undefined) return { kind: 'into', folder: next.name };
    return { kind: 'before', item: { kind: 'feed', feed: first.feed.id } };
  }
  for (const branch of branches) {
    if (branch.kind !== 'folder') continue;
    const within = branch.feeds.findIndex(({ feed }) => same({ kind: 'feed', feed: feed.id }, item));
    if (within < 0) continue;
    const next = branch.feeds[within + by];
    return { kind: side, item: next ? { kind: 'feed', feed: next.feed.id } : itemOf(branch) };
  }
  return null;
}

/** A row of the sidebar as it is drawn. */
export interface Row {
  readonly item: Item;
  /** The folder that a feed is in; empty: none. */
  readonly folder: string;
  readonly top: number;
  readonly bottom: number;
}

/** What letting go does, and where that is shown. */
export interface Drop {
  readonly to: Destination;
  /** A line between two rows … */
  readonly line: { readonly y: number; readonly within: boolean } | null;
  /** … or a folder as a whole. */
  readonly into: string | null;
}

/** What happens when an item is let go of at a height. `null`: nothing. */
export function dropAt(rows: readonly Row[], dragged: Item, y: number): Drop | null {
  const last = rows.at(-1);
  if (last === undefined) return null;
  const row = rows.find(({ bottom }) => y < bottom);
  const drop = row ? dropOn(rows, row, dragged, y) : beside(topOf(last), 'after', last.bottom, false);
  if (drop === null || drop.to.kind === 'into') return drop;
  return same(drop.to.item, dragged) ? null : drop;
}

function dropOn(rows: readonly Row[], row: Row, dragged: Item, y: number): Drop | null {
  const part = (y - row.top) / (row.bottom - row.top);
  if (dragged.kind === 'folder') {
    // Folders are not put into folders: a folder and what is in it is one.
    const of = topOf(row);
    const block = rows.filter((other) => same(topOf(other), of));
    const top = block[0]?.top ?? row.top;
    const bottom = block.at(-1)?.bottom ?? row.bottom;
    return y < (top + bottom) / 2 ? beside(of, 'before', top, false) : beside(of, 'after', bottom, false);
  }
  if (row.item.kind === 'feed') {
    const within = row.folder !== '';
    return part < 0.5 ? beside(row.item, 'before', row.top, within) : beside(row.item, 'after', row.bottom, within);
  }
  const { folder } = row.item;
  if (part < 0.3) return beside(row.item, 'before', row.top, false);
  if (part < 0.7) return { to: { kind: 'into', folder }, line: null, into: folder };
  const first = rows.find((other) => other.folder === folder);
  return first ? beside(first.item, 'before', row.bottom, true) : beside(row.item, 'after', row.bottom, false);
}

function topOf({ item, folder }: Row): Item {
  return folder === '' ? item : { kind: 'folder', folder };
}

function beside(item: Item, kind: 'before' | 'after', y: number, within: boolean): Drop {
  return { to: { kind, item }, line: { y, within }, into: null };
}
