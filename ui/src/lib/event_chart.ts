// What a chart of events over time draws, as a function of the figures alone. Deliberately not here: how it is drawn.
import type { Figures } from './ipc/types.gen';

export type Span = 'hour' | 'day';

const MINUTE = 60_000;
/** How long a bar of each chart is. */
const LENGTHS: Readonly<Record<Span, number>> = { hour: MINUTE, day: 15 * MINUTE };

export interface Bar {
  /** Milliseconds since the Unix epoch. */
  readonly from: number;
  readonly until: number;
  readonly events: number;
  /** For which share of its time the feed was not connected, from 0 to 1. */
  readonly absent: number;
}

/** Oldest first; the last is the present one, of which not all is over. */
export function barsOf(figures: Figures, span: Span): Bar[] {
  const length = LENGTHS[span];
  const counts = figures[span];
  const last = Math.floor(figures.at / length) * length;
  return counts.map((events, index) => {
    const from = last - (counts.length - 1 - index) * length;
    const until = from + length;
    const absent = figures.absences.reduce((sum, absence) => {
      const end = absence.until ?? figures.at;
      return sum + Math.max(0, Math.min(end, until) - Math.max(absence.from, from));
    }, 0);
    return { from, until, events, absent: Math.min(1, absent / length) };
  });
}

/** A round number that no bar exceeds, at least 1: 1, 2, 5, 10, 20, … */
export function ceiling(bars: readonly Bar[]): number {
  const most = Math.max(1, ...bars.map(({ events }) => events));
  const power = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 5, 10].find((factor) => factor * power >= most) ?? 10) * power;
}
