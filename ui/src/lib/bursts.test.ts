import { describe, expect, test } from 'vitest';
import { alike, BURST_MOST, headsAbove, headsBelow, headsOf, itemsOf, type Heads } from './bursts';
import type { EventSummary } from './ipc/types.gen';

const NOON = Date.UTC(2026, 10, 20, 12);

function event(id: number, change: Partial<EventSummary> = {}): EventSummary {
  return {
    id,
    feedId: 1,
    eventType: 'message',
    title: `Event ${id}`,
    snippet: '',
    urgency: 'normal',
    receivedAt: NOON + id * 1_000,
    read: false,
    starred: false,
    count: 1,
    hasLink: false,
    ...change,
  };
}

/** Rows of one burst, newest first: from the highest id to the lowest. */
function burst(from: number, to: number, change: Partial<EventSummary> = {}): EventSummary[] {
  return Array.from({ length: from - to + 1 }, (_, index) => event(from - index, change));
}

/** What is shown: an id alone, or with how many are folded behind it. */
function shown(rows: readonly EventSummary[], heads: Heads, unfolded: number[] = []): (number | string)[] {
  return itemsOf(rows, heads, new Set(unfolded)).map(({ event, behind, unfolded, of }) => {
    if (of !== null) return `${event.id} of ${of}`;
    return behind.length === 0 ? event.id : `${event.id}${unfolded ? '-' : '+'}${behind.length}`;
  });
}

const free = (): boolean => false;

describe('two neighbours', () => {
  test.each([
    ['of another feed', { feedId: 2 }],
    ['of another type', { eventType: 'edit' }],
    ['of another urgency', { urgency: 'high' }],
    ['ten seconds and more apart', { receivedAt: NOON + 2_000 + 10_001 }],
  ] as const)('%s are no burst', (_, change) => {
    expect(alike(event(2), event(1))).toBe(true);
    expect(alike(event(2, change), event(2))).toBe(false);
  });

  test('that are urgent are no burst', () => {
    expect(alike(event(2, { urgency: 'urgent' }), event(1, { urgency: 'urgent' }))).toBe(false);
  });

  test('on both sides of midnight are no burst', () => {
    const midnight = new Date(2026, 10, 20).getTime();
    expect(alike(event(2, { receivedAt: midnight }), event(1, { receivedAt: midnight - 1 }))).toBe(false);
  });

  test('whose clock was set back between them are one', () => {
    expect(alike(event(2, { receivedAt: NOON }), event(1, { receivedAt: NOON + 5_000 }))).toBe(true);
  });
});

describe('rows at first', () => {
  test.each([
    ['nothing', [], []],
    ['three alike', burst(3, 1), [3, 2, 1]],
    ['four alike', burst(4, 1), ['4+3']],
    [
      'bursts among others',
      [event(20, { feedId: 2 }), ...burst(9, 4), event(3, { feedId: 3 }), ...burst(2, 1)],
      [20, '9+5', 3, 2, 1],
    ],
    ['one feed between', [...burst(9, 7), event(6, { feedId: 2 }), ...burst(5, 3)], [9, 8, 7, 6, 5, 4, 3]],
    ['more than a piece', burst(60, 1), ['60+9', '50+24', '25+24']],
  ])('%s', (_, rows, expected) => {
    expect(shown(rows, headsOf(rows))).toEqual(expected);
  });

  test('unfold where one of them has been unfolded', () => {
    const rows = [...burst(14, 11), event(10, { feedId: 2 }), ...burst(4, 1)];
    expect(shown(rows, headsOf(rows), [2])).toEqual(['14+3', 10, '4-3', '3 of 4', '2 of 4', '1 of 4']);
  });
});

describe('a burst that arrives', () => {
  /** What is shown after each arrival, one after the other. */
  function arriving(last: number, fixed: (piece: readonly EventSummary[]) => boolean = free): (number | string)[][] {
    let rows: EventSummary[] = [];
    let heads: Heads = new Set();
    const seen: (number | string)[][] = [];
    for (let id = 1; id <= last; id += 1) {
      heads = headsAbove([event(id)], rows, heads, fixed);
      rows = [event(id), ...rows];
      seen.push(shown(rows, heads));
    }
    return seen;
  }

  test('never takes away what is shown, nor pushes it down for long', () => {
    expect(arriving(7)).toEqual([
      [1],
      [2, 1],
      [3, 2, 1],
      [4, 3, 2, 1],
      ['5+1', 3, 2, 1],
      ['6+2', 3, 2, 1],
      ['7+3', 3, 2, 1],
    ]);
  });

  test('begins another piece when one is full', () => {
    const last = BURST_MOST + 5;
    expect(arriving(last).at(-1)).toEqual([`${last}+1`, `${last - 2}+${BURST_MOST - 1}`, 3, 2, 1]);
  });

  test('leaves alone what is being read', () => {
    const reading = (piece: readonly EventSummary[]): boolean => piece.some(({ id }) => id === 6);
    expect(arriving(9, reading).slice(5)).toEqual([
      ['6+2', 3, 2, 1],
      [7, '6+2', 3, 2, 1],
      ['8+1', '6+2', 3, 2, 1],
      ['9+2', '6+2', 3, 2, 1],
    ]);
  });

  test('at once is folded at once', () => {
    const rows = [event(10, { feedId: 2 }), event(9, { feedId: 3 })];
    const heads = headsAbove(burst(25, 18), rows, headsOf(rows), free);
    expect(shown([...burst(25, 18), ...rows], heads)).toEqual(['25+7', 10, 9]);
  });

  test('fills what is there, and goes on above it', () => {
    const rows = burst(10, 1);
    const more = burst(40, 11);
    expect(shown([...more, ...rows], headsAbove(more, rows, headsOf(rows), free))).toEqual(['40+14', '25+24']);
  });
});

describe('older rows', () => {
  test.each([
    ['join the last piece', burst(30, 21), burst(20, 16), ['30+14']],
    ['begin another when it is full', burst(45, 21), burst(20, 16), ['45+24', '20+4']],
    ['fill it first', burst(40, 21), burst(20, 11), ['40+24', '15+4']],
    ['leave loose rows loose', burst(22, 20), burst(19, 18), [22, 21, 20, '19+1']],
    ['of another feed stand alone', burst(30, 21), burst(20, 19, { feedId: 2 }), ['30+9', 20, 19]],
    ['are folded by themselves', burst(30, 21), burst(20, 15, { feedId: 2 }), ['30+9', '20+5']],
  ])('%s', (_, rows, older, expected) => {
    const heads = headsBelow(older, rows, headsOf(rows));
    expect(shown([...rows, ...older], heads)).toEqual(expected);
  });
});

test('what follows a head that vanished begins anew', () => {
  const rows = [event(9, { feedId: 2 }), ...burst(8, 4)];
  const heads = headsOf(rows);
  expect(
    shown(
      rows.filter(({ id }) => id !== 8),
      heads,
    ),
  ).toEqual([9, '7+3']);
});
