import { expect, test } from 'vitest';
import { aimsAt } from './menu_aim';

/** A sub menu to the right of where the pointer begins. */
const RIGHT = new DOMRect(200, 100, 120, 90);
const LEFT = new DOMRect(-120, 100, 120, 90);

test.each([
  ['straight towards it', RIGHT, [100, 120], [110, 120], true],
  ['down towards its lower corner', RIGHT, [100, 120], [110, 126], true],
  ['too steeply down', RIGHT, [100, 120], [110, 130], false],
  ['too steeply up', RIGHT, [100, 120], [110, 110], false],
  ['straight down', RIGHT, [100, 120], [100, 130], false],
  ['away from it', RIGHT, [100, 120], [90, 120], false],
  ['back out of it', RIGHT, [210, 120], [190, 120], false],
  ['to the left towards it', LEFT, [100, 120], [90, 126], true],
  ['to the right away from it', LEFT, [100, 120], [110, 120], false],
  ['not at all', RIGHT, [100, 120], [100, 120], false],
] as const)('a pointer that moves %s', (_, area, [x, y], [toX, toY], aims) => {
  expect(aimsAt({ x, y }, { x: toX, y: toY }, area)).toBe(aims);
});
