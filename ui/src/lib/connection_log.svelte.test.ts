import { expect, test } from 'vitest';
import { ConnectionLog, SHOWN } from './connection_log.svelte';
import { MockBackend } from './ipc/mock';
import type { LogEntry } from './ipc/types.gen';

function entries(from: number, until: number): LogEntry[] {
  return Array.from({ length: until - from + 1 }, (_, index) => ({
    number: from + index,
    at: from + index,
    kind: 'comment' as const,
    text: 'heartbeat',
  }));
}

async function following(feed: number): Promise<ConnectionLog> {
  const log = new ConnectionLog(new MockBackend());
  await log.follow(feed);
  return log;
}

const numbers = (all: readonly LogEntry[]): (number | undefined)[] => [all.length, all[0]?.number, all.at(-1)?.number];

test('shows the end of what comes, and no more than is bearable', async () => {
  const log = await following(1);
  log.take(1, true, entries(5, 10));
  log.take(2, false, entries(1, 3));
  log.take(1, false, entries(11, 12));
  expect(numbers(log.entries)).toEqual([8, 5, 12]);
  log.take(1, false, entries(13, SHOWN + 100));
  expect(numbers(log.entries)).toEqual([SHOWN, 101, SHOWN + 100]);
});

test('held still it collects, and goes on where it was', async () => {
  const log = await following(1);
  log.take(1, true, entries(1, 2));
  log.pause(true);
  log.take(1, false, entries(3, SHOWN + 10));
  expect(numbers(log.entries)).toEqual([2, 1, 2]);
  expect(numbers(log.waiting)).toEqual([SHOWN, 11, SHOWN + 10]);
  log.pause(false);
  expect(numbers(log.entries)).toEqual([SHOWN, 11, SHOWN + 10]);
  expect(log.waiting).toEqual([]);
});

test('told again what is kept, it takes what is new of it', async () => {
  const log = await following(1);
  log.take(1, true, entries(1, 5));
  log.take(1, true, entries(3, 8));
  expect(numbers(log.entries)).toEqual([8, 1, 8]);
  // After another start of the backend the numbers begin anew.
  log.take(1, true, entries(1, 2));
  expect(numbers(log.entries)).toEqual([2, 1, 2]);
  // Nothing is left of one feed when another is looked at.
  await log.follow(2);
  expect(log.entries).toEqual([]);
});
