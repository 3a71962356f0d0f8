import { expect, test } from 'vitest';
import { place, type Placing } from './menu_place';

const ROOM = { width: 1000, height: 600 };
const MENU = { width: 200, height: 300 };

const DOWN: Placing = { side: 'bottom', align: 'start', gap: 2 };
const DOWN_END: Placing = { side: 'bottom', align: 'end', gap: 4 };
const UP_END: Placing = { side: 'top', align: 'end', gap: 4 };
const RIGHT: Placing = { side: 'right', align: 'start', gap: 2 };

test.each([
  ['below a point', DOWN, [100, 100, 0, 0], [100, 102]],
  ['above a point near the lower edge', DOWN, [100, 500, 0, 0], [100, 198]],
  ['left of the right edge', DOWN, [990, 100, 0, 0], [792, 102]],
  ['in the lower right corner', DOWN, [999, 599, 0, 0], [792, 292]],
  ['right of the left edge', DOWN_END, [20, 100, 28, 28], [8, 132]],
  ['in line with the end of a button', DOWN_END, [900, 10, 28, 28], [728, 42]],
  ['above a button at the foot', UP_END, [400, 560, 28, 28], [228, 256]],
  ['below a button at the head', UP_END, [400, 10, 28, 28], [228, 42]],
  ['where neither side has room', DOWN, [100, 290, 50, 20], [100, 292]],
  ['beside an item', RIGHT, [100, 100, 200, 28], [302, 94]],
  ['on the other side of an item at the right edge', RIGHT, [700, 100, 200, 28], [498, 94]],
  ['beside an item near the lower edge', RIGHT, [100, 560, 200, 28], [302, 292]],
] as const)('a menu opens %s', (_, placing, [x, y, width, height], at) => {
  const { x: left, y: top } = place(new DOMRect(x, y, width, height), MENU, ROOM, placing);
  expect([left, top]).toEqual(at);
});

test('a menu larger than the window begins at its edge', () => {
  const { x, y } = place(new DOMRect(100, 100), { width: 2000, height: 2000 }, ROOM, DOWN);
  expect([x, y]).toEqual([8, 8]);
});
