import { describe, expect, test } from 'vitest';
import { completed, completions, firstFault, pieceAt, piecesOf, searchable, type Known } from './search_query';

const KNOWN: Known = { feeds: ['Build farm', 'Buildings', 'Home'], folders: ['Work'], types: ['build', 'deploy'] };
const NO_FOLDERS: Known = { ...KNOWN, folders: [] };

describe('what is typed', () => {
  test.each([
    ['', []],
    [
      'disk full',
      [
        [null, 'disk'],
        [null, 'full'],
      ],
    ],
    [
      '"disk full" x',
      [
        [null, 'disk full'],
        [null, 'x'],
      ],
    ],
    [
      'feed:"Build farm" is:unread',
      [
        ['feed', 'Build farm'],
        ['is', 'unread'],
      ],
    ],
    ['FEED:a', [['feed', 'a']]],
    ['"feed:a"', [[null, 'feed:a']]],
    [
      'http://a.example color:red',
      [
        [null, 'http://a.example'],
        [null, 'color:red'],
      ],
    ],
    ['feed:"open qu', [['feed', 'open qu']]],
    [
      'after: x',
      [
        ['after', ''],
        [null, 'x'],
      ],
    ],
  ])('%j', (typed, pieces) => {
    expect(piecesOf(typed).map(({ operator, value }) => [operator, value])).toEqual(pieces);
    for (const { from, to, text } of piecesOf(typed)) expect(typed.slice(from, to)).toBe(text);
  });
});

describe('what is wrong', () => {
  test.each([
    ['disk is:unread after:2026-05-04', null],
    ['is:seen', 'state'],
    ['is:', 'value'],
    ['after:soon', 'time'],
    ['before:2026-13', 'time'],
    ['before:2026-01-32', 'time'],
    ['before:2026', null],
    ['after:Yesterday', null],
    ['after:12h', null],
    ['feed:farm', null],
    ['feed:ferm', 'feed'],
    ['folder:work', null],
    ['folder:home', 'folder'],
    ['type:anything', null],
    ['color:red http://x', null],
  ])('with %j is %j', (typed, kind) => {
    expect(firstFault(typed, null, KNOWN)?.kind ?? null).toBe(kind);
  });

  test('is not said of what is being typed, nor searched for', () => {
    const typed = 'disk is:un';
    expect(firstFault(typed, typed.length, KNOWN)).toBe(null);
    expect(searchable(typed, typed.length, KNOWN)).toBe('disk');
    expect(searchable('is:un disk', 5, KNOWN)).toBe('disk');
    expect(searchable('disk is:unread', 14, KNOWN)).toBe('disk is:unread');
    expect(searchable('is:un disk', 10, KNOWN)).toBe('is:un disk');
  });
});

describe('a completion', () => {
  function offered(typed: string, known = KNOWN): string[] {
    return completions(pieceAt(typed, typed.length), known).map(({ text }) => text);
  }

  test.each([
    ['', []],
    ['x ', []],
    ['f', ['feed:', 'folder:']],
    ['be', ['before:']],
    ['"fe', []],
    ['feed:', ['feed:"Build farm"', 'feed:Buildings', 'feed:Home']],
    ['feed:FARM', ['feed:"Build farm"']],
    ['feed:"build f', ['feed:"Build farm"']],
    ['type:e', ['type:deploy']],
    ['is:re', ['is:read']],
    ['is:unread', []],
    ['after:y', ['after:yesterday']],
  ])('of %j', (typed, expected) => {
    expect(offered(typed)).toEqual(expected);
  });

  test('offers no folders where there are none', () => {
    expect(offered('f', NO_FOLDERS)).toEqual(['feed:']);
  });

  test.each([
    ['fe', 'feed:'],
    ['x fe', 'x feed:'],
    ['feed:b', 'feed:"Build farm" '],
    ['is:s', 'is:starred '],
  ])('of %j makes %j', (typed, expected) => {
    const first = completions(pieceAt(typed, typed.length), NO_FOLDERS)[0];
    if (!first) throw new Error('nothing is offered');
    expect(completed(typed, typed.length, first)).toEqual({ typed: expected, cursor: expected.length });
  });

  test('leaves what follows', () => {
    const first = completions(pieceAt('is:u disk', 4), KNOWN)[0];
    if (!first) throw new Error('nothing is offered');
    expect(completed('is:u disk', 4, first)).toEqual({ typed: 'is:unread disk', cursor: 10 });
  });
});
