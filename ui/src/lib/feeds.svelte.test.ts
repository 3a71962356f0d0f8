import { expect, test } from 'vitest';
import { configOf, Feeds, httpUrl, newConfig, suggestedName } from './feeds.svelte';
import type { FeedStatus } from './ipc/types.gen';

function status(id: number, state: FeedStatus['state']): FeedStatus {
  return {
    feed: { ...newConfig('https://example.org/'), id, paused: false },
    state,
    unread: 0,
    dropped: 0,
    lastByteAt: null,
  };
}

test('feeds keep the order they are given, and one of no place is the last', () => {
  const feeds = new Feeds();
  feeds.replace([status(3, { state: 'paused' }), status(1, { state: 'open', since: 0 })]);
  feeds.put(status(2, { state: 'connecting', waitingForServer: false }));
  expect(feeds.all.map(({ feed }) => feed.id)).toEqual([3, 1, 2]);
  expect([feeds.connected, feeds.active]).toEqual([1, 2]);
  feeds.put(status(2, { state: 'polling', retryAt: 0, everyMs: 1 }));
  expect([feeds.connected, feeds.active]).toEqual([2, 2]);
  feeds.remove(1);
  expect(feeds.all.map(({ feed }) => feed.id)).toEqual([3, 2]);
});

test.each([
  ['https://example.org/events', true],
  ['  http://127.0.0.1:8080/a?b=c#d ', true],
  ['example.org/events', false],
  ['localhost:8080', false],
  ['ftp://example.org/', false],
  ['javascript:alert(1)', false],
  ['https://', false],
  ['', false],
])('%j can be followed: %s', (text, can) => {
  expect(httpUrl(text) !== null).toBe(can);
});

test.each([
  ['https://www.example.org/events', 'example.org'],
  ['http://127.0.0.1:8080/', '127.0.0.1'],
  ['nonsense', ''],
])('%j suggests the name %j', (url, name) => {
  expect(suggestedName(url)).toBe(name);
});

test('a feed’s configuration is the feed without what the user did not choose', () => {
  const config = { ...newConfig('https://example.org/'), name: 'Example', idleLimit: 30 };
  expect(configOf({ ...config, id: 7, paused: true })).toEqual(config);
});
