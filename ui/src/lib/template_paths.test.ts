import { expect, test } from 'vitest';
import type { Event } from './ipc/types.gen';
import { complete, matching, pathOf, pathsOf, templateOf, wordAt } from './template_paths';

test.each([
  [[], 'event.json'],
  [['service', 'name'], 'event.json.service.name'],
  [['probes', 0], 'event.json.probes[0]'],
  [['a b', 'c-d', '1'], 'event.json["a b"]["c-d"]["1"]'],
  [['say "x"'], 'event.json["say \\"x\\""]'],
])('%j is %s', (keys, expression) => {
  expect(pathOf(keys)).toBe(expression);
  expect(templateOf(keys)).toBe(`{{ ${expression} }}`);
});

test('an event offers every value of its JSON, and its own fields', () => {
  const event = {
    data: '{"title":"T","service":{"name":"web"},"probes":[503,{"x":1},7],"none":null}',
    eventType: 'deploy',
    lastEventId: '9',
    receivedAt: 5,
  } as Event;
  expect(pathsOf(event)).toEqual([
    { expression: 'event.json.title', preview: 'T' },
    { expression: 'event.json.service.name', preview: 'web' },
    { expression: 'event.json.probes', preview: '[503,{"x":1},7]' },
    { expression: 'event.json.probes[0]', preview: '503' },
    { expression: 'event.json.probes[1].x', preview: '1' },
    { expression: 'event.json.none', preview: 'null' },
    { expression: 'event.type', preview: 'deploy' },
    { expression: 'event.id', preview: '9' },
    { expression: 'event.data', preview: event.data.slice(0, 60) + '…' },
    { expression: 'event.received_at', preview: '5' },
  ]);
});

test('text that is no JSON, and endless JSON, are bounded', () => {
  const plain = { data: 'hello', eventType: 'message', lastEventId: '', receivedAt: 5 } as Event;
  expect(pathsOf(plain).map(({ expression }) => expression)).toEqual([
    'event.type',
    'event.id',
    'event.data',
    'event.received_at',
  ]);
  const wide = JSON.stringify(Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`k${n}`, n])));
  expect(pathsOf({ ...plain, data: wide }).length).toBe(304);
  expect(pathsOf({ ...plain, data: '['.repeat(50) + ']'.repeat(50) }).length).toBe(13);
});

// The cursor is where | stands.
test.each([
  ['|', 'template', '{{ event.json.title }}|'],
  ['Say tit|', 'template', 'Say {{ event.json.title }}|'],
  ['{|', 'template', '{{ event.json.title }}|'],
  ['{{|', 'template', '{{ event.json.title }}|'],
  ['{{ event.js|', 'template', '{{ event.json.title }}|'],
  ['{{ event.js| }} and {{ x }}', 'template', '{{ event.json.title| }} and {{ x }}'],
  ['{{ a }} {{ event.js| {{ b }}', 'template', '{{ a }} {{ event.json.title }}| {{ b }}'],
  ['{% if event.js| %}', 'template', '{% if event.json.title| %}'],
  ['event.js|', 'expression', 'event.json.title|'],
  ['x == event.js| and y', 'expression', 'x == event.json.title| and y'],
] as const)('%s in a %s becomes %s', (before, language, after) => {
  const done = complete(before.replace('|', ''), before.indexOf('|'), language, 'event.json.title');
  expect(`${done.text.slice(0, done.cursor)}|${done.text.slice(done.cursor)}`).toBe(after);
});

test('what begins with the word comes before what contains it', () => {
  const paths = ['a.title', 'title', 'x'].map((expression) => ({ expression, preview: '' }));
  expect(matching(paths, 'tit').map(({ expression }) => expression)).toEqual(['title', 'a.title']);
  expect(matching(paths, 'title').map(({ expression }) => expression)).toEqual(['a.title']);
});

test('the word at the cursor knows whether an expression is expected', () => {
  expect(wordAt('Hello {{ event.ty', 17, 'template')).toEqual({ from: 9, text: 'event.ty', inside: true });
  expect(wordAt('Hello wor', 9, 'template')).toEqual({ from: 6, text: 'wor', inside: false });
});
