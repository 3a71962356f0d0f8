// What is kept of events, in words. Deliberately not here: keeping it (the backend).
import { m } from './paraglide/messages.js';
import { number } from './time';

/** The bounds that are offered. */
export const DAYS: readonly number[] = [7, 30, 90, 365];
export const EVENTS: readonly number[] = [1_000, 10_000, 100_000, 1_000_000];

/** "for 30 days"; 0: for ever. */
export function daysWords(days: number): string {
  return days === 0 ? m.keep_for_ever() : m.keep_days({ count: days, shown: number(days) });
}

/** "the newest 10,000"; 0: all. */
export function eventsWords(events: number): string {
  return events === 0 ? m.keep_all() : m.keep_events({ shown: number(events) });
}
