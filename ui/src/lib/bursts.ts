// Which neighbouring events are a burst, and behind which of them the others are folded. Rows stand newest first.
// Deliberately not here: which lists are folded at all, and what the user has unfolded (events).
//
// A burst is at least four events of one feed, of one type and urgency, each within ten seconds of the next, on one day.
// What is urgent is never folded. A burst is shown in pieces of at most 25 events, each behind its newest: one row and a
// line that says how many more.
//
// Nothing that is shown falls apart or together by what is loaded or arrives later: a piece grows, or another begins. So
// the rows that begin an item, the heads, are not found anew each time, but are added to.
import type { EventId, EventSummary } from './ipc/types.gen';
import { dayStart } from './time';

const BURST_LEAST = 4;
/** However many come at once, a screen of pieces is a bounded number of events. */
export const BURST_MOST = 25;
const BURST_NEAR_MS = 10_000;

export type Heads = ReadonlySet<EventId>;

/** What the list shows as one, newest first. */
export interface Item {
  readonly event: EventSummary;
  /** The rest of its piece; empty for what is no burst, and for what has been unfolded from behind another. */
  readonly behind: readonly EventSummary[];
  readonly unfolded: boolean;
  /** The event from behind which it was unfolded. */
  readonly of: EventId | null;
}

/** Whether two neighbours can be of one burst. */
export function alike(newer: EventSummary, older: EventSummary): boolean {
  return (
    newer.feedId === older.feedId &&
    newer.eventType === older.eventType &&
    newer.urgency === older.urgency &&
    newer.urgency !== 'urgent' &&
    Math.abs(newer.receivedAt - older.receivedAt) <= BURST_NEAR_MS &&
    dayStart(newer.receivedAt) === dayStart(older.receivedAt)
  );
}

/** The heads of rows that are shown at first. */
export function headsOf(rows: readonly EventSummary[]): Heads {
  return headsAbove(rows, [], new Set(), () => false);
}

/** The heads with new rows put above those that are shown. What is fixed does not disappear behind a newer event. */
export function headsAbove(
  rows: readonly EventSummary[],
  shown: readonly EventSummary[],
  heads: Heads,
  fixed: (piece: readonly EventSummary[]) => boolean,
): Heads {
  const all = new Set(heads);
  const lowest = rows.at(-1);
  const first = shown[0];
  for (const { from, to } of runs(rows)) {
    const touches = to === rows.length && lowest && first && alike(lowest, first);
    const below = touches ? runLength(shown) : 0;
    if (to - from + below < BURST_LEAST) {
      for (const row of rows.slice(from, to)) all.add(row.id);
      continue;
    }
    let rest = to;
    if (first && below >= BURST_LEAST) {
      const piece = shown.slice(0, pieceEnd(shown, heads, 0));
      const joining = fixed(piece) ? 0 : Math.min(rest - from, Math.max(0, BURST_MOST - piece.length));
      const head = rows[rest - joining];
      if (joining > 0 && head) {
        all.delete(first.id);
        all.add(head.id);
        rest -= joining;
      }
    }
    // From below, so that the newest piece is the one that may still grow.
    while (rest > from) {
      rest = Math.max(from, rest - BURST_MOST);
      const head = rows[rest];
      if (head) all.add(head.id);
    }
  }
  return all;
}

/** The heads with older rows put below those that are shown. */
export function headsBelow(rows: readonly EventSummary[], shown: readonly EventSummary[], heads: Heads): Heads {
  const all = new Set(heads);
  const highest = rows[0];
  const last = shown.at(-1);
  for (const { from, to } of runs(rows)) {
    const touches = from === 0 && highest && last && alike(last, highest);
    const upwards = touches ? shown.toReversed() : [];
    const above = runLength(upwards);
    if (to - from + above < BURST_LEAST) {
      for (const row of rows.slice(from, to)) all.add(row.id);
      continue;
    }
    let next = from;
    if (above >= BURST_LEAST) {
      const size = upwards.findIndex((row) => heads.has(row.id)) + 1;
      next += Math.min(to - from, Math.max(0, BURST_MOST - size));
    }
    for (; next < to; next += BURST_MOST) {
      const head = rows[next];
      if (head) all.add(head.id);
    }
  }
  return all;
}

/** What is shown of the rows. */
export function itemsOf(rows: readonly EventSummary[], heads: Heads, unfolded: Heads): Item[] {
  const items: Item[] = [];
  for (let at = 0; at < rows.length;) {
    const end = pieceEnd(rows, heads, at);
    const event = rows[at] as EventSummary;
    const behind = rows.slice(at + 1, end);
    const open = behind.length > 0 && [event, ...behind].some(({ id }) => unfolded.has(id));
    items.push({ event, behind, unfolded: open, of: null });
    if (open) for (const child of behind) items.push({ event: child, behind: [], unfolded: false, of: event.id });
    at = end;
  }
  return items;
}

/** Every row by itself. */
export function plainItems(rows: readonly EventSummary[]): Item[] {
  return rows.map((event) => ({ event, behind: [], unfolded: false, of: null }));
}

/** Where the piece ends that begins at a row. A row that is unlike the one above it begins its own, whatever vanished. */
function pieceEnd(rows: readonly EventSummary[], heads: Heads, from: number): number {
  let end = from + 1;
  for (; end < rows.length; end += 1) {
    const [above, row] = [rows[end - 1], rows[end]];
    if (!above || !row || heads.has(row.id) || !alike(above, row)) break;
  }
  return end;
}

/** How many rows from the first on are of one burst, as far as that matters. */
function runLength(rows: readonly EventSummary[]): number {
  let length = Math.min(1, rows.length);
  for (; length < Math.min(BURST_LEAST, rows.length); length += 1) {
    const [one, other] = [rows[length - 1], rows[length]];
    if (!one || !other || !alike(one, other)) break;
  }
  return length;
}

/** The longest stretches of neighbours that are alike, from above. */
function runs(rows: readonly EventSummary[]): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let from = 0; from < rows.length;) {
    let to = from + 1;
    for (; to < rows.length; to += 1) {
      const [one, other] = [rows[to - 1], rows[to]];
      if (!one || !other || !alike(one, other)) break;
    }
    found.push({ from, to });
    from = to;
  }
  return found;
}
