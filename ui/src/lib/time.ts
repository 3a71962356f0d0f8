// How times and numbers are written, by Intl in the chosen language. Deliberately not here: the current time (clock).
import { m } from './paraglide/messages.js';
import { getLocale } from './paraglide/runtime.js';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = getLocale() + JSON.stringify(options);
  let found = formats.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat(getLocale(), options);
    formats.set(key, found);
  }
  return found;
}

const HOUR_MINUTE: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const TO_THE_SECOND: Intl.DateTimeFormatOptions = { ...HOUR_MINUTE, second: '2-digit' };

/** "14:32" */
export function clockTime(ms: number): string {
  return format(HOUR_MINUTE).format(ms);
}

/** "14:32:07.418" */
export function preciseTime(ms: number): string {
  return format({ ...TO_THE_SECOND, fractionalSecondDigits: 3 }).format(ms);
}

/** "20 November 2026, 14:32:07.418": everything there is to know. */
export function fullTime(ms: number): string {
  return format({
    ...TO_THE_SECOND,
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    fractionalSecondDigits: 3,
  }).format(ms);
}

/** "20 November 2026" */
export function fullDate(ms: number): string {
  return format({ day: 'numeric', month: 'long', year: 'numeric' }).format(ms);
}

/** "today 14:32:07", "18 Nov 2026, 14:32:07" */
export function eventTime(ms: number, now: number): string {
  const days = daysBetween(ms, now);
  if (days > 1 || days < 0) {
    return format({ ...TO_THE_SECOND, day: 'numeric', month: 'short', year: 'numeric' }).format(ms);
  }
  return `${relativeDay(-days)} ${format(TO_THE_SECOND).format(ms)}`;
}

/** "just now", "12 min ago" */
export function relativeTime(ms: number, now: number): string {
  return now - ms < 60_000 ? m.just_now() : m.ago({ duration: duration(now - ms) });
}

/** The header above a day's events: "Today", "Yesterday", "Wednesday, 18 November". */
export function dayLabel(ms: number, now: number): string {
  const days = daysBetween(ms, now);
  if (days === 0 || days === 1) return capitalized(relativeDay(-days));
  return capitalized(format({ weekday: 'long', day: 'numeric', month: 'long', ...yearUnlessThis(ms, now) }).format(ms));
}

/** Midnight before the given time, where the user is. Two times lie on the same day when theirs are equal. */
export function dayStart(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** "02:10 – 06:40", "18 Nov, 02:10 – 06:40", "18 Nov, 23:50 – 19 Nov, 06:40"; with seconds where both would read the same. */
export function timeSpan(from: number, until: number, now: number): string {
  const time = Math.floor(from / 60_000) === Math.floor(until / 60_000) ? TO_THE_SECOND : HOUR_MINUTE;
  const today = dayStart(from) === dayStart(now) && dayStart(until) === dayStart(now);
  const day = { day: 'numeric', month: 'short', ...yearUnlessThis(from, now) } as const;
  return format(today ? time : { ...time, ...day }).formatRange(from, until);
}

/** When something ends: "14:32" today, "tomorrow 08:00", "18 Nov, 08:00". */
export function comingTime(ms: number, now: number): string {
  const days = daysBetween(now, ms);
  if (days === 0) return clockTime(ms);
  if (days === 1 || days === -1) return `${relativeDay(days)} ${clockTime(ms)}`;
  return format({ ...HOUR_MINUTE, day: 'numeric', month: 'short', ...yearUnlessThis(ms, now) }).format(ms);
}

/** The same where there is little room: "14:32" within a day, else "18 Nov". */
export function endTime(ms: number, now: number): string {
  return ms - now < 86_400_000 ? clockTime(ms) : format({ day: 'numeric', month: 'short' }).format(ms);
}

/** "in 12 s", "in 3 min"; "now" when it is due. */
export function countdown(until: number, now: number): string {
  const seconds = Math.ceil((until - now) / 1_000);
  if (seconds <= 0) return m.time_now();
  if (seconds < 100) return m.time_in_seconds({ seconds });
  if (seconds < 5_400) return m.time_in_minutes({ minutes: Math.round(seconds / 60) });
  return m.time_in_hours({ hours: Math.round(seconds / 3_600) });
}

/** The days of the week in the chosen language, from Monday on: "Mon" or "Monday". */
export function weekdays(length: 'short' | 'long'): string[] {
  // The first of January 2024 was a Monday.
  return [1, 2, 3, 4, 5, 6, 7].map((day) => format({ weekday: length }).format(new Date(2024, 0, day)));
}

/** "12 s", "3 min", "2 h" */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 100) return unit(seconds, 'second');
  if (seconds < 5_400) return unit(Math.round(seconds / 60), 'minute');
  if (seconds < 172_800) return unit(Math.round(seconds / 3_600), 'hour');
  return unit(Math.round(seconds / 86_400), 'day');
}

/** "38 ms", "2.5 s", "3 min" */
export function milliseconds(ms: number): string {
  if (ms < 1_000) return unit(ms, 'millisecond');
  return ms < 10_000 ? unit(Math.round(ms / 100) / 10, 'second') : duration(ms);
}

/** "99.2%"; never 100 % of what is less, nor 0 % of what is more. */
export function share(value: number): string {
  const bounded = value === 1 || value === 0 ? value : Math.min(0.999, Math.max(0.001, value));
  return new Intl.NumberFormat(getLocale(), { style: 'percent', maximumFractionDigits: 1 }).format(bounded);
}

/** "1,284" */
export function number(value: number): string {
  return new Intl.NumberFormat(getLocale()).format(value);
}

/** "42%", of a part from 0 to 1 */
export function percent(part: number): string {
  return new Intl.NumberFormat(getLocale(), { style: 'percent' }).format(part);
}

/** "412 B", "3.4 kB" */
export function bytes(value: number): string {
  const [scaled, name] =
    value < 1_000 ? [value, 'byte'] : value < 1e6 ? [value / 1e3, 'kilobyte'] : [value / 1e6, 'megabyte'];
  return new Intl.NumberFormat(getLocale(), {
    style: 'unit',
    unit: String(name),
    unitDisplay: 'short',
    maximumFractionDigits: 1,
  }).format(Number(scaled));
}

function unit(value: number, name: string): string {
  return new Intl.NumberFormat(getLocale(), { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
}

function daysBetween(ms: number, now: number): number {
  return Math.round((dayStart(now) - dayStart(ms)) / 86_400_000);
}

function yearUnlessThis(ms: number, now: number): Intl.DateTimeFormatOptions {
  return new Date(ms).getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' };
}

function relativeDay(days: number): string {
  return new Intl.RelativeTimeFormat(getLocale(), { numeric: 'auto' }).format(days, 'day');
}

function capitalized(text: string): string {
  return text.charAt(0).toLocaleUpperCase(getLocale()) + text.slice(1);
}
