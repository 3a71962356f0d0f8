// The order of feeds and folders, as far as the mock needs it; the backend's is src-tauri/engine/src/arrangement.rs.
import type { Destination, Item, Placed } from './types.gen';

function holds(item: Item, placed: Placed): boolean {
  return item.kind === 'feed' ? placed.feed === item.feed : placed.folder === item.folder;
}

/** The feeds of each folder together, where the first of them stands. */
function tidied(order: readonly Placed[]): Placed[] {
  const tidy: Placed[] = [];
  for (const placed of order) {
    const end = placed.folder === '' ? -1 : tidy.findLastIndex(({ folder }) => folder === placed.folder);
    tidy.splice(end < 0 ? tidy.length : end + 1, 0, placed);
  }
  return tidy;
}

export function moved(given: readonly Placed[], item: Item, to: Destination): Placed[] {
  const order = tidied(given);
  const first = order.findIndex((placed) => holds(item, placed));
  let at = first;
  let folder: string | null = null;
  if (to.kind === 'into') {
    folder = to.folder;
    const old = order[first]?.folder ?? '';
    const into = item.kind === 'feed' && folder === '' ? old : folder;
    if (into !== '') at = order.findLastIndex((placed) => placed.folder === into) + 1 || first;
  } else {
    let beside = to.item;
    const target = order.find((placed) => holds(beside, placed))?.folder ?? '';
    if (item.kind === 'feed') folder = beside.kind === 'feed' ? target : '';
    else if (target !== '') beside = { kind: 'folder', folder: target };
    const is = (placed: Placed): boolean => holds(beside, placed);
    at = to.kind === 'before' ? order.findIndex(is) : order.findLastIndex(is) + 1;
  }
  const block = order.filter((placed) => holds(item, placed));
  const before = order.slice(0, at).filter((placed) => !holds(item, placed));
  const after = order.slice(at).filter((placed) => !holds(item, placed));
  return tidied([...before, ...block.map((placed) => ({ ...placed, folder: folder ?? placed.folder })), ...after]);
}
