import { expect, test } from 'vitest';
import { Gaps } from './gaps.svelte';
import { MockBackend } from './ipc/mock';
import type { Gap, Scope } from './ipc/types.gen';

const gap = (feedId: number, from: number, until: number): Gap => ({ feedId, from, until });
const feed = (id: number): Scope => ({ kind: 'feed', feed: id });

function withGaps(): { backend: MockBackend; gaps: Gaps } {
  const backend = new MockBackend();
  backend.gapsOf = [gap(1, 50, 60), gap(1, 10, 20), gap(2, 5, 6)];
  return { backend, gaps: new Gaps(backend) };
}

test('are known of the one feed in view, not of several and not while searching', async () => {
  const { gaps } = withGaps();
  await gaps.follow(feed(1), '');
  expect(gaps.all).toEqual([gap(1, 50, 60), gap(1, 10, 20)]);
  await gaps.follow(feed(1), 'words');
  expect(gaps.all).toEqual([]);
  await gaps.follow({ kind: 'all' }, '');
  expect(gaps.all).toEqual([]);
  await gaps.follow(feed(2), '');
  expect(gaps.all).toEqual([gap(2, 5, 6)]);
});

test('come with the next connection, once, and only of the feed in view', async () => {
  const { gaps } = withGaps();
  await gaps.follow(feed(2), '');
  gaps.add(gap(1, 70, 80));
  gaps.add(gap(2, 70, 80));
  gaps.add(gap(2, 70, 80));
  expect(gaps.all).toEqual([gap(2, 70, 80), gap(2, 5, 6)]);
});

test('an answer that comes too late is dropped', async () => {
  const { backend, gaps } = withGaps();
  let answer: (gaps: Gap[]) => void = () => {};
  const late = new Promise<Gap[]>((resolve) => (answer = resolve));
  const real = backend.gaps.bind(backend);
  backend.gaps = () => late;
  const first = gaps.follow(feed(1), '');
  backend.gaps = real;
  await gaps.follow(feed(2), '');
  answer([gap(1, 50, 60)]);
  await first;
  expect(gaps.all).toEqual([gap(2, 5, 6)]);
});

test('stand between the events before and after them', async () => {
  const { gaps } = withGaps();
  await gaps.follow(feed(1), '');
  expect(gaps.between(10, 49)).toEqual([gap(1, 10, 20)]);
  expect(gaps.between(49, 60)).toEqual([gap(1, 50, 60)]);
  expect(gaps.between(60, null)).toEqual([]);
  expect(gaps.between(49, null)).toEqual([gap(1, 50, 60)]);
  expect(gaps.between(0, 100)).toEqual([gap(1, 50, 60), gap(1, 10, 20)]);
});
