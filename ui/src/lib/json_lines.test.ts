import { describe, expect, test } from 'vitest';
import { allUnfolded, childrenOf, CHILDREN, idOf, linesOf, rootUnfolded, toggled } from './json_lines';

const VALUE = { a: 1, list: [true, { deep: null }], none: {}, text: 'x' };

/** The lines as one would write them down. */
function written(value: unknown, unfolded = rootUnfolded()): string[] {
  return linesOf(value, unfolded).map(
    ({ kind, keys, depth, last, count }) =>
      `${'  '.repeat(depth)}${kind} ${keys.at(-1) ?? 'root'}${count > 0 ? ` (${count})` : ''}${last ? '' : ','}`,
  );
}

describe('a JSON value as lines', () => {
  test('shows only what is unfolded', () => {
    expect(written(VALUE)).toEqual([
      'open root (4)',
      '  leaf a,',
      '  folded list (2),',
      '  leaf none,',
      '  leaf text',
      'close root (4)',
    ]);
  });

  test('unfolds and folds a value', () => {
    const list = idOf(['list']);
    const unfolded = toggled(rootUnfolded(), list);
    expect(written(VALUE, unfolded).slice(2, 6)).toEqual([
      '  open list (2),',
      '    leaf 0,',
      '    folded 1 (1)',
      '  close list (2),',
    ]);
    expect(written(VALUE, toggled(unfolded, list))).toEqual(written(VALUE));
  });

  test('unfolds everything', () => {
    const lines = linesOf(VALUE, allUnfolded(VALUE, 1_000));
    expect(lines.filter(({ kind }) => kind === 'folded')).toEqual([]);
    expect(lines.map(({ id }) => id)).toHaveLength(new Set(lines.map(({ id }) => id)).size);
  });

  test('unfolds what lies nearest where that is too much', () => {
    const wide = Array.from({ length: 50 }, () => ({ in: { deeper: [1, 2, 3] } }));
    const lines = linesOf(wide, allUnfolded(wide, 60));
    expect(lines.length).toBeLessThan(120);
    expect(lines.filter(({ kind, depth }) => kind === 'open' && depth === 1).length).toBeGreaterThan(5);
  });

  test('unfolds what is nested without end only so far', () => {
    const deep: unknown = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000));
    const lines = linesOf(deep, allUnfolded(deep, 20_000));
    expect(lines[100]).toMatchObject({ kind: 'folded', depth: 100 });
    expect(lines).toHaveLength(201);
  });

  test('begins a long list, and says how much is left', () => {
    const long = Array.from({ length: 250 }, (_, index) => index);
    expect(written(long).slice(-2)).toEqual([`  rest root (${250 - CHILDREN})`, 'close root (250)']);
    expect(written(long, new Map([[idOf([]), 250]])).slice(-2)).toEqual(['  leaf 249', 'close root (250)']);
  });
});

test.each([
  ['text', null],
  [null, null],
  [[7], [[0, 7]]],
  [
    { b: 1, a: 2 },
    [
      ['b', 1],
      ['a', 2],
    ],
  ],
])('the children of %j', (value, children) => {
  expect(childrenOf(value)).toEqual(children);
});
