import { expect, test } from 'vitest';
import { Feeds, newConfig } from '../../lib/feeds.svelte';
import type { FeedStatus, Item } from '../../lib/ipc/types.gen';
import { dropAt, itemOfKey, keyOf, step, type Row } from './moves';

/** "1 2a": feed 1, and 2 in folder a. */
function feeds(text: string): Feeds {
  const feeds = new Feeds();
  feeds.replace(
    text.split(' ').map((word): FeedStatus => {
      const config = { ...newConfig('https://example.org/'), folder: word.slice(1) };
      return {
        feed: { ...config, id: Number(word[0]), paused: false },
        state: { state: 'paused' },
        unread: 0,
        dropped: 0,
        lastByteAt: null,
      };
    }),
  );
  return feeds;
}

function item(text: string): Item {
  return itemOfKey(/^\d/.test(text) ? `feed:${text}` : `folder:${text}`) as Item;
}

test('items have keys', () => {
  for (const key of ['feed:12', 'folder:a:b\nc', 'folder:feed:1']) expect(keyOf(itemOfKey(key) as Item)).toBe(key);
  expect(itemOfKey('scope:all')).toBe(null);
  expect(itemOfKey(undefined)).toBe(null);
});

const before = (of: string) => ({ kind: 'before', item: item(of) });
const after = (of: string) => ({ kind: 'after', item: item(of) });

test.each([
  ['1', -1, null],
  ['1', 1, before('2')],
  ['4', -1, { kind: 'into', folder: 'a' }],
  ['4', 1, after('b')],
  ['2', -1, before('a')],
  ['2', 1, after('3')],
  ['3', -1, before('2')],
  ['3', 1, after('a')],
  ['5', 1, after('b')],
  ['6', 1, null],
  ['a', -1, before('1')],
  ['a', 1, after('4')],
  ['b', 1, after('6')],
  ['9', 1, null],
] as const)('a step of %s by %i', (moving, by, to) => {
  const { branches } = feeds('1 2a 3a 4 5b 6');
  expect(step(branches, (folder) => folder === 'b', item(moving), by)).toEqual(to);
});

/** Rows of 10 pixels each. */
const ROWS: Row[] = ['1', 'a', '2a', '3a', 'b', '4'].map((word, index) => ({
  item: item(word.replace(/(?<=\d)\D/, '')),
  folder: /^\d/.test(word) ? word.slice(1) : '',
  top: index * 10,
  bottom: index * 10 + 10,
}));

test.each([
  ['4', -5, before('1'), 0, false],
  ['4', 7, after('1'), 10, false],
  ['4', 11, before('a'), 10, false],
  ['4', 15, { kind: 'into', folder: 'a' }, null, false],
  ['4', 19, before('2'), 20, true],
  ['4', 26, after('2'), 30, true],
  ['4', 38, after('3'), 40, true],
  ['4', 45, { kind: 'into', folder: 'b' }, null, false],
  ['1', 49, after('b'), 50, false],
  ['1', 500, after('4'), 60, false],
  ['b', 12, before('a'), 10, false],
  ['b', 33, after('a'), 40, false],
  ['b', 3, before('1'), 0, false],
  ['a', 500, after('4'), 60, false],
] as const)('%s let go of at %i', (moving, y, to, line, within) => {
  const drop = dropAt(ROWS, item(moving), y);
  expect(drop?.to).toEqual(to);
  expect(drop?.line ?? null).toEqual(line === null ? null : { y: line, within });
  expect(drop?.into).toBe('folder' in to ? to.folder : null);
});

test('beside itself nothing is let go of', () => {
  expect(dropAt(ROWS, item('2'), 22)).toBe(null);
  expect(dropAt(ROWS, item('a'), 25)).toBe(null);
  expect(dropAt([], item('2'), 25)).toBe(null);
});

test('below a folder that is the last there is a place outside it', () => {
  expect(dropAt(ROWS.slice(0, 4), item('1'), 100)?.to).toEqual(after('a'));
});
