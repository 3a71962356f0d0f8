import { describe, expect, test } from 'vitest';
import { connected, stateHint, stateSentence, stateWord, tone } from './feed_state';
import type { Feed, FeedState } from './ipc/types.gen';
import { newConfig } from './feeds.svelte';

const NOW = Date.UTC(2026, 10, 20, 14, 32, 7);
const cause = { layer: 'http-status', message: 'The server answered 401 Unauthorized.', short: '401' };
const feed: Feed = { ...newConfig('https://example.org/'), id: 1, paused: false };

const STATES: [FeedState, string, string, string, string][] = [
  [{ state: 'open', since: NOW - 60_000 }, 'open', 'connected', '', 'Connected since 14:31.'],
  [
    { state: 'polling', retryAt: NOW + 4_000, everyMs: 10_000 },
    'open',
    'connected, polling',
    '',
    'Connected: the server answers and closes, as many do. Asking again every 10 sec; next in 4 s.',
  ],
  [{ state: 'connecting', waitingForServer: false }, 'trying', 'connecting', '', 'Connecting…'],
  [
    { state: 'connecting', waitingForServer: true },
    'trying',
    'connected, waiting for the server',
    '',
    'Connected; waiting for the server to answer.',
  ],
  [
    { state: 'waiting', retryAt: NOW + 11_400, cause },
    'trying',
    'not connected, will try again',
    'in 12 s',
    'The server answered 401 Unauthorized. Next try in 12 s.',
  ],
  [
    { state: 'waiting', retryAt: NOW - 5, cause },
    'trying',
    'not connected, will try again',
    'now',
    'The server answered 401 Unauthorized. Next try now.',
  ],
  [
    { state: 'needsAttention', retryAt: NOW + 900_000, cause },
    'attention',
    'needs attention',
    '401',
    'The server answered 401 Unauthorized. Next try in 15 min.',
  ],
  [
    { state: 'noNetwork' },
    'trying',
    'not connected, no network',
    'no network',
    'This computer has no network. The next try follows when there is one.',
  ],
  [{ state: 'paused' }, 'paused', 'paused', '', 'Paused. Nothing is received until you resume it.'],
  [
    { state: 'closed', cause: { ...cause, message: 'The server said stop (204).', short: '204' } },
    'closed',
    'closed by the server',
    '204',
    'The server said stop (204). It will not be tried again until you reconnect.',
  ],
];

describe.each(STATES)('%o', (state, look, word, hint, sentence) => {
  test('has its look, word, hint and sentence', () => {
    expect(tone(state)).toBe(look);
    expect(stateWord(state)).toBe(word);
    expect(stateHint(state, NOW)).toBe(hint);
    expect(stateSentence({ feed, state, unread: 0, dropped: 0, lastByteAt: null }, NOW)).toBe(sentence);
    expect(connected(state)).toBe(look === 'open');
  });
});

test('an open feed tells when it was last heard from', () => {
  const state: FeedState = { state: 'open', since: NOW - 60_000 };
  expect(stateSentence({ feed, state, unread: 0, dropped: 0, lastByteAt: NOW - 45_000 }, NOW)).toBe(
    'Connected since 14:31. Last heard from 45 sec ago.',
  );
});
