// The small functions from data to text: times, searched words, raw fields, shortcuts.
import { describe, expect, test } from 'vitest';
import { newConfig } from './feeds.svelte';
import type { Event } from './ipc/types.gen';
import { linesOf, rootUnfolded } from './json_lines';
import { findingWords } from './live_test_words';
import { brought } from './presets';
import { jsonData, rawFields } from './raw_fields';
import { searchMarks } from './search_marks';
import { Shortcuts } from './shortcuts';
import { bytes, clockTime, countdown, dayLabel, duration, eventTime, fullTime, number } from './time';

const NOW = Date.UTC(2026, 10, 20, 14, 32, 7, 418);
const DAY = 86_400_000;

describe('times', () => {
  test.each([
    [clockTime(NOW), '14:32'],
    [clockTime(Date.UTC(2026, 0, 1, 0, 5)), '00:05'],
    [fullTime(NOW), 'November 20, 2026 at 14:32:07.418'],
    [eventTime(NOW - 1_000, NOW), 'today 14:32:06'],
    [eventTime(NOW - DAY, NOW), 'yesterday 14:32:07'],
    [eventTime(NOW - 3 * DAY, NOW), 'Nov 17, 2026, 14:32:07'],
    [dayLabel(NOW, NOW), 'Today'],
    [dayLabel(NOW - DAY, NOW), 'Yesterday'],
    [dayLabel(NOW - 2 * DAY, NOW), 'Wednesday, November 18'],
    [dayLabel(NOW - 400 * DAY, NOW), 'Thursday, October 16, 2025'],
    [countdown(NOW + 1, NOW), 'in 1 s'],
    [countdown(NOW + 99_000, NOW), 'in 99 s'],
    [countdown(NOW + 900_000, NOW), 'in 15 min'],
    [countdown(NOW + 7_200_000, NOW), 'in 2 h'],
    [duration(38_000), '38 sec'],
    [duration(3 * DAY), '3 days'],
    [number(1_284), '1,284'],
    [bytes(412), '412 byte'],
    [bytes(3_400), '3.4 kB'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });
});

describe('counts', () => {
  const ends = (days: number): string =>
    findingWords({ kind: 'certificateEnds', days, weight: 'warning', message: '', proposal: null }, null);
  const config = newConfig('https://ci.example/events');
  const keeps = (events: number): string[] => brought({ ...config, retention: { ...config.retention, events } });

  test.each([
    [ends(0), 'The server’s certificate ends within 1 day. Its owner has to renew it.'],
    [ends(13), 'The server’s certificate ends within 14 days. Its owner has to renew it.'],
    [keeps(1).join(), 'keeps 1 event'],
    [keeps(20_000).join(), 'keeps 20,000 events'],
  ])('%s', (written, expected) => {
    expect(written).toBe(expected);
  });
});

describe('searched words', () => {
  test.each([
    ['', 'Nightly passed', []],
    ['night', 'Nightly passed', ['Night']],
    ['pass NIGHT', 'Nightly passed', ['Night', 'pass']],
    ['ass', 'Nightly passed', []],
    ['is:unread feed:"Build farm" night', 'Nightly is unread at the farm', ['Night']],
    ['(.*', 'a (.*) b', []],
    ['müll', 'Die Müllabfuhr', ['Müll']],
    ['mull', 'Die Müllabfuhr', ['Müll']],
    ['MÜLL', 'Die mullige Sache', ['mull']],
    ['"disk full"', 'Disk  full: the full disk', ['Disk  full']],
    ['"disk full" disk', 'A full disk, disk full', ['disk', 'disk full']],
    ['err*', 'No error', ['err']],
    ['http://a.example', 'See http://a.example/x', ['http', 'a', 'example']],
    ['东京', '去东京 东京塔', ['东京']],
  ])('of %j in %j are %j', (search, text, hits) => {
    const parts = searchMarks(search)(text);
    expect(parts.filter(({ hit }) => hit).map((part) => part.text)).toEqual(hits);
    expect(parts.map((part) => part.text).join('')).toBe(text);
  });
});

describe('numbers in JSON', () => {
  test.each([
    ['{"id":12345678901234567890}', '{"id":12345678901234567890}'],
    ['[-9007199254740993, 1e400]', '[-9007199254740993,1e400]'],
    ['[1.50, 7, 1234567890123456]', '[1.5,7,1234567890123456]'],
  ])('are kept as they were written: %s', (data, written) => {
    expect(JSON.stringify(jsonData(data))).toBe(written);
  });

  test('have no parts', () => {
    expect(linesOf(jsonData('[12345678901234567890]'), rootUnfolded()).map(({ kind }) => kind)).toEqual([
      'open',
      'leaf',
      'close',
    ]);
  });
});

describe('raw fields', () => {
  const event = { lastEventId: '140312', eventType: 'load', data: 'Hello World' } as Event;

  test.each([
    [{}, 'id: 140312\nevent: load\ndata: Hello World'],
    [{ eventType: 'message', lastEventId: '' }, 'data: Hello World'],
    [{ data: 'a\n\nb' }, 'id: 140312\nevent: load\ndata: a\ndata: \ndata: b'],
    [{ data: '', eventType: 'message', lastEventId: '' }, 'data: '],
  ])('%o', (change, expected) => {
    expect(rawFields({ ...event, ...change })).toBe(expected);
  });

  test.each([
    ['{"a":1}', { a: 1 }],
    [' [1]', [1]],
    ['12', undefined],
    ['"text"', undefined],
    ['{broken', undefined],
    ['', undefined],
  ])('JSON of %j', (data, expected) => {
    expect(jsonData(data)).toEqual(expected);
  });
});

describe('shortcuts', () => {
  function press(keys: string[], on = 'div', attributes: Record<string, string> = {}): unknown[] {
    const target = document.createElement(on);
    for (const [name, value] of Object.entries(attributes)) target.setAttribute(name, value);
    document.body.append(target);
    const shortcuts = new Shortcuts();
    const meant: unknown[] = [];
    target.addEventListener('keydown', (event) => meant.push(shortcuts.of(event)));
    for (const key of keys) {
      const [name = '', modifier] = key.split('+').reverse();
      target.dispatchEvent(new KeyboardEvent('keydown', { key: name, ctrlKey: modifier === 'Ctrl' }));
    }
    target.remove();
    return meant;
  }

  test.each([
    [
      ['j', 'k', 's', 'u', '?', 'Escape'],
      ['next', 'previous', 'star', 'unread', 'help', 'back'],
    ],
    [
      ['g', 'a', 'g', 'u', 'g', 's'],
      [null, 'all', null, 'unreadScope', null, 'starredScope'],
    ],
    [
      ['g', 'x', 's'],
      [null, null, 'star'],
    ],
    [
      ['Ctrl+n', 'Ctrl+r', 'Ctrl+s'],
      ['add', 'reconnect', null],
    ],
    [['x'], [null]],
  ])('%j mean %j', (keys, expected) => {
    expect(press(keys)).toEqual(expected);
  });

  test('a text field keeps its keys, save those with Ctrl', () => {
    expect(press(['j', 's', 'Escape', 'Ctrl+n'], 'input')).toEqual([null, null, null, 'add']);
  });

  test('a button keeps Enter, a separator its arrows', () => {
    expect(press(['Enter', 'j'], 'button')).toEqual([null, 'next']);
    expect(press(['ArrowDown', 'j'], 'div', { role: 'separator' })).toEqual([null, 'next']);
  });
});
