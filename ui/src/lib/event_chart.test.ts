import { describe, expect, test } from 'vitest';
import { barsOf, ceiling } from './event_chart';
import type { Absence, Figures } from './ipc/types.gen';

const MINUTE = 60_000;
/** Twenty past an hour, and half a minute. */
const AT = 1_789_999_200_000 + 20 * MINUTE + 30_000;

function figures(absences: Absence[], events: Partial<Pick<Figures, 'hour' | 'day'>> = {}): Figures {
  return {
    at: AT,
    hour: Array.from({ length: 60 }, () => 0),
    day: Array.from({ length: 96 }, () => 0),
    eventsToday: 0,
    openedToday: 0,
    connectedToday: null,
    connectedWeek: null,
    firstByte: null,
    lastError: null,
    absences,
    ...events,
  };
}

describe('the bars', () => {
  test('end with the present one and lie side by side', () => {
    const hour = barsOf(figures([], { hour: [...Array.from({ length: 59 }, (_, index) => index), 7] }), 'hour');
    expect(hour.length).toBe(60);
    expect(hour.at(-1)).toEqual({ from: AT - 30_000, until: AT + 30_000, events: 7, absent: 0 });
    expect(hour[0]).toMatchObject({ from: AT - 30_000 - 59 * MINUTE, events: 0 });
    expect(hour.every(({ until }, index) => index === 59 || until === hour[index + 1]?.from)).toBe(true);
    const day = barsOf(figures([]), 'day');
    expect(day.length).toBe(96);
    expect(day.at(-1)).toMatchObject({ from: AT - 30_000 - 5 * MINUTE, until: AT - 30_000 + 10 * MINUTE });
  });

  test('say for how much of their time there was no connection', () => {
    const start = AT - 30_000;
    const bars = barsOf(
      figures([
        { from: start - MINUTE - 15_000, until: start - 30_000, madeUp: true },
        { from: start + 15_000, until: null, madeUp: false },
        { from: start - 100 * MINUTE, until: start - 58 * MINUTE, madeUp: false },
      ]),
      'hour',
    );
    expect(bars.map(({ absent }) => absent).filter((absent) => absent > 0)).toEqual([1, 0.25, 0.5, 0.25]);
    expect([bars[0]?.absent, bars[57]?.absent, bars[58]?.absent, bars[59]?.absent]).toEqual([1, 0.25, 0.5, 0.25]);
  });
});

test.each([
  [[0], 1],
  [[1], 1],
  [[3], 5],
  [[7, 10], 10],
  [[11], 20],
  [[499], 500],
  [[501], 1_000],
])('the ceiling above %s is %i', (counts, expected) => {
  const bars = counts.map((events) => ({ from: 0, until: 1, events, absent: 0 }));
  expect(ceiling(bars)).toBe(expected);
});
