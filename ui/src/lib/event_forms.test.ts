import { describe, expect, test } from 'vitest';
import { dragged, eventBlock, eventJson, eventText } from './event_forms';
import type { Event } from './ipc/types.gen';

const EVENT: Event = {
  id: 41,
  feedId: 1,
  eventType: 'deploy',
  title: 'Deploy failed',
  snippet: 'web-7f9c',
  urgency: 'urgent',
  receivedAt: Date.UTC(2026, 10, 20, 14, 32, 7, 418),
  read: true,
  starred: false,
  count: 2,
  hasLink: true,
  body: 'web-7f9c\nRolled back.',
  link: 'https://ci.example/991',
  data: '{"a":1}\n{"b":2}',
  lastEventId: '140312',
  latestAt: 0,
  icon: null,
  groupKey: null,
  happenedAt: null,
  verdict: { decision: 'announce', decidedBy: { kind: 'noRule' } },
  problem: null,
};

describe('an event as text', () => {
  test.each([
    ['is title, body and link', {}, 'Deploy failed\nweb-7f9c\nRolled back.\nhttps://ci.example/991'],
    ['says nothing twice', { body: ' Deploy failed\n', link: null }, 'Deploy failed'],
    ['names no link twice', { body: 'See https://ci.example/991.' }, 'Deploy failed\nSee https://ci.example/991.'],
  ])('%s', (_, change, text) => {
    expect(eventText({ ...EVENT, ...change })).toBe(text);
  });
});

test('an event as JSON is what the export writes', () => {
  expect(JSON.parse(eventJson(EVENT, 'Build farm'))).toEqual({
    type: 'event',
    feed: 'Build farm',
    event: 'deploy',
    data: '{"a":1}\n{"b":2}',
    id: '140312',
    number: 41,
    received: '2026-11-20T14:32:07.418Z',
    title: 'Deploy failed',
    body: 'web-7f9c\nRolled back.',
    link: 'https://ci.example/991',
    urgency: 'urgent',
    count: 2,
    read: true,
    starred: false,
  });
});

test('an event as it came is a whole block of a stream', () => {
  expect(eventBlock(EVENT)).toBe('id: 140312\nevent: deploy\ndata: {"a":1}\ndata: {"b":2}\n\n');
});

describe('a drag', () => {
  test.each([
    ['a link', {}, ['text/uri-list', 'text/plain', 'application/json']],
    ['no link', { link: null }, ['text/plain', 'application/json']],
    ['an address to write to', { link: 'mailto:ada@example.org' }, ['text/plain', 'application/json']],
  ])('of an event with %s carries %s', (_, change, types) => {
    expect(dragged({ ...EVENT, ...change }, 'Build farm').map(([type]) => type)).toEqual(types);
  });
});
