// Times as people type them, and spans of the week.
import { describe, expect, test } from 'vitest';
import type { QuietSpan } from './ipc/types.gen';
import { DAYS, moved, spanNote, spanProblem, timeOfDay, withDay } from './quiet_hours';

test.each([
  ['22:00', '22:00'],
  ['7:05', '07:05'],
  [' 22 ', '22:00'],
  ['2230', '22:30'],
  ['22.30', '22:30'],
  ['22：30', '22:30'],
  ['0', '00:00'],
  ['24:00', null],
  ['12:60', null],
  ['12:5', null],
  ['9 pm', null],
  ['', null],
])('%j is %j', (typed, time) => {
  expect(timeOfDay(typed)).toBe(time);
});

test.each([
  ['22:00', 15, '22:15'],
  ['23:50', 15, '00:05'],
  ['00:00', -15, '23:45'],
  ['07:07', -15, '06:52'],
])('%s and %i minutes are %s', (time, minutes, then) => {
  expect(moved(time, minutes)).toBe(then);
});

describe('a span', () => {
  const night: QuietSpan = { days: ['fri', 'sat'], from: '22:00', until: '07:00' };

  test.each([
    [{}, null, 'Over midnight: they end at 07:00 on the following day.'],
    [{ from: '12:00', until: '13:30' }, null, null],
    [{ until: '22:00' }, null, 'A whole day: they end at 22:00 on the following day.'],
    [{ days: [] }, 'Choose at least one day. Until then this is not saved.', expect.anything()],
    [{ from: 'noon' }, 'Write each time like 22:00. Until then this is not saved.', expect.anything()],
  ])('with %j', (change, problem, note) => {
    const span: QuietSpan = { ...night, ...change };
    expect(spanProblem(span)).toBe(problem);
    expect(spanNote(span)).toEqual(note);
  });

  test('gains and loses days, in the order of the week', () => {
    expect(withDay(night, 'mon').days).toEqual(['mon', 'fri', 'sat']);
    expect(withDay(night, 'fri').days).toEqual(['sat']);
    expect(DAYS.reduce(withDay, night).days).toEqual(['mon', 'tue', 'wed', 'thu', 'sun']);
  });
});
