// Quiet hours as they are typed and explained. Deliberately not here: when it is quiet (the backend).
import type { Day, QuietSpan, TimeOfDay } from './ipc/types.gen';
import { m } from './paraglide/messages.js';

/** The week, from Monday on. */
export const DAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const MINUTES_A_DAY = 24 * 60;

/** A time as it is kept, from what was typed: "22:00" from "22", "2200", "22.00"; null if it is none. */
export function timeOfDay(text: string): TimeOfDay | null {
  const [, hour, minute = '0'] = /^(\d{1,2})(?:[:.：]?(\d{2}))?$/.exec(text.trim()) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59) return null;
  return `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
}

/** So many minutes later, or (negative) earlier, around the clock. */
export function moved(time: TimeOfDay, minutes: number): TimeOfDay {
  const [hour, minute] = time.split(':').map(Number) as [number, number];
  const moved = (hour * 60 + minute + minutes + MINUTES_A_DAY) % MINUTES_A_DAY;
  const written = (part: number): string => String(part).padStart(2, '0');
  return `${written(Math.floor(moved / 60))}:${written(moved % 60)}`;
}

/** What is wrong with a span, as a sentence. */
export function spanProblem({ days, from, until }: QuietSpan): string | null {
  if (timeOfDay(from) === null || timeOfDay(until) === null) return m.quiet_no_time();
  return days.length === 0 ? m.quiet_no_day() : null;
}

/** What its times do not say by themselves. */
export function spanNote({ from, until }: QuietSpan): string | null {
  if (from === until) return m.quiet_whole_day({ until });
  return until < from ? m.quiet_over_midnight({ until }) : null;
}

/** The same span with a day more, or one less; the days in the order of the week. */
export function withDay(span: QuietSpan, day: Day): QuietSpan {
  const on = span.days.includes(day);
  return { ...span, days: DAYS.filter((each) => (each === day ? !on : span.days.includes(each))) };
}
