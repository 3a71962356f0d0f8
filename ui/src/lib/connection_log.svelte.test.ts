import { expect, test } from 'vitest';
import { ConnectionLog, SHOWN } from './connection_log.svelte';
import { MockBackend } from './ipc/mock';
import type { LogBatch, LogEntry } from './ipc/types.gen';

function entries(from: number, until: number): LogEntry[] {
  return Array.from({ length: until - from + 1 }, (_, index) => ({
    number: from + index,
    at: from + index,
    kind: 'comment' as const,
    text: 'heartbeat',
  }));
}

const batch = (fresh: boolean, entries: LogEntry[]): LogBatch => ({ fresh, entries, attempts: [], lines: [] });

async function following(feed: number): Promise<ConnectionLog> {
  const log = new ConnectionLog(new MockBackend());
  await log.follow(feed);
  return log;
}

const numbers = (all: readonly LogEntry[]): (number | undefined)[] => [all.length, all[0]?.number, all.at(-1)?.number];

test('shows the end of what comes, and no more than is bearable', async () => {
  const log = await following(1);
  log.take(1, batch(true, entries(5, 10)));
  log.take(2, batch(false, entries(1, 3)));
  log.take(1, batch(false, entries(11, 12)));
  expect(numbers(log.entries)).toEqual([8, 5, 12]);
  log.take(1, batch(false, entries(13, SHOWN + 100)));
  expect(numbers(log.entries)).toEqual([SHOWN, 101, SHOWN + 100]);
});

test('held still it collects, and goes on where it was', async () => {
  const log = await following(1);
  log.take(1, batch(true, entries(1, 2)));
  log.pause(true);
  log.take(1, batch(false, entries(3, SHOWN + 10)));
  expect(numbers(log.entries)).toEqual([2, 1, 2]);
  expect(numbers(log.waiting)).toEqual([SHOWN, 11, SHOWN + 10]);
  log.pause(false);
  expect(numbers(log.entries)).toEqual([SHOWN, 11, SHOWN + 10]);
  expect(log.waiting).toEqual([]);
});

test('told again what is kept, it takes what is new of it', async () => {
  const log = await following(1);
  log.take(1, batch(true, entries(1, 5)));
  log.take(1, batch(true, entries(3, 8)));
  expect(numbers(log.entries)).toEqual([8, 1, 8]);
  // After another start of the backend the numbers begin anew.
  log.take(1, batch(true, entries(1, 2)));
  expect(numbers(log.entries)).toEqual([2, 1, 2]);
  // Nothing is left of one feed when another is looked at.
  await log.follow(2);
  expect(log.entries).toEqual([]);
});

test('keeps the steps of attempts as they are now, and lines only while they are looked at', async () => {
  const log = await following(1);
  const attempt = (number: number, steps: number) => ({
    number,
    steps: Array.from({ length: steps }, (_, after) => ({ after, step: 'firstByte' as const })),
    leftOut: 0,
  });
  const line = (number: number) => ({ number, at: 0, text: 'data: x', size: 7 });
  log.take(1, { fresh: false, entries: [], attempts: [attempt(1, 1), attempt(4, 2)], lines: [line(1)] });
  log.take(1, { fresh: false, entries: [], attempts: [attempt(4, 3)], lines: [] });
  expect([...log.attempts.values()].map(({ number, steps }) => [number, steps.length])).toEqual([
    [1, 1],
    [4, 3],
  ]);
  expect(log.lines).toEqual([]);
  await log.lookAtLines(true);
  log.take(1, { fresh: true, entries: [], attempts: [], lines: [line(2)] });
  log.pause(true);
  log.take(1, { fresh: false, entries: [], attempts: [], lines: [line(3), line(4)] });
  expect([log.lines.length, log.held]).toEqual([1, 2]);
  log.pause(false);
  expect(log.lines.map(({ number }) => number)).toEqual([2, 3, 4]);
  await log.lookAtLines(false);
  expect(log.lines).toEqual([]);
});
