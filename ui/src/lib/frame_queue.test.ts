import { expect, test } from 'vitest';
import { FrameQueue } from './frame_queue';

function queue(): { taken: number[][]; queue: FrameQueue<number> } {
  const taken: number[][] = [];
  return { taken, queue: new FrameQueue((items) => taken.push(items)) };
}

test('hands over once what came within a frame', async () => {
  const { taken, queue: frames } = queue();
  frames.push([1, 2]);
  frames.push([3]);
  expect(taken).toEqual([]);
  await expect.poll(() => taken).toEqual([[1, 2, 3]]);
  frames.push([4]);
  await expect.poll(() => taken).toEqual([[1, 2, 3], [4]]);
});

test('held, it forgets what waits and keeps what comes', async () => {
  const { taken, queue: frames } = queue();
  frames.push([1]);
  frames.hold();
  frames.push([2]);
  frames.flush();
  expect(taken).toEqual([]);
  frames.release();
  await expect.poll(() => taken).toEqual([[2]]);
});

test('an empty queue hands over nothing', () => {
  const { taken, queue: frames } = queue();
  frames.flush();
  expect(taken).toEqual([]);
});
