import { expect, test } from 'vitest';
import { Typeahead } from './typeahead';

const LABELS = ['Mark all as read', 'Mute', 'Pause', 'Move to', 'Édit', '静音'];

/** Where each of the keys leads, so many milliseconds after each other. */
function type(keys: string, apart: number, from = -1): (number | null)[] {
  const typeahead = new Typeahead();
  let at = from;
  return [...keys].map((key, index) => {
    const found = typeahead.find(key, index * apart, LABELS, at);
    at = found ?? at;
    return found;
  });
}

test.each([
  ['p', 100, -1, [2]],
  ['P', 100, -1, [2]],
  ['mu', 100, -1, [0, 1]],
  ['mo', 100, -1, [0, 3]],
  ['mmmm', 100, -1, [0, 1, 3, 0]],
  ['mp', 1_000, -1, [0, 2]],
  ['mx', 100, -1, [0, null]],
  ['m', 100, 1, [3]],
  ['é', 100, -1, [4]],
  ['静', 100, -1, [5]],
  ['mark al', 100, -1, [0, 0, 0, 0, 0, 0, 0]],
] as const)('“%s”, a letter each %i ms, from %i', (keys, apart, from, found) => {
  expect(type(keys, apart, from)).toEqual(found);
});

test('letters belong together for a moment', () => {
  const typeahead = new Typeahead();
  expect(typeahead.goesOn(0)).toBe(false);
  typeahead.find('m', 0, LABELS, -1);
  expect([typeahead.goesOn(500), typeahead.goesOn(5_000)]).toEqual([true, false]);
});
