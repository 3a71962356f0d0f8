// Writes an event as the fields of an event stream again. Deliberately not here: comments and retry, which are not kept.
import type { Event } from './ipc/types.gen';

/** The block of fields that makes this event. A type of `message` is what an event without `event:` has. */
export function rawFields({ lastEventId, eventType, data }: Event): string {
  const lines = data.split('\n').map((line) => `data: ${line}`);
  if (eventType !== 'message') lines.unshift(`event: ${eventType}`);
  if (lastEventId !== '') lines.unshift(`id: ${lastEventId}`);
  return lines.join('\n');
}

/** What ECMAScript has and the type library does not know yet: a number as it was written. */
interface WithSources {
  rawJSON?: (source: string) => object;
  isRawJSON?: (value: unknown) => boolean;
  parse: (text: string, reviver: (key: string, value: unknown, context?: { source?: string }) => unknown) => unknown;
}
const sources = JSON as WithSources;

/** Whether it stands for a number that a double cannot hold, such as an ID of twenty digits. */
export function isExactNumber(value: unknown): boolean {
  return sources.isRawJSON?.(value) ?? false;
}

/** Numbers are what they were written as, where the engine can tell. */
function parsed(data: string): unknown {
  if (!sources.rawJSON || !/\d{16}|[eE]\+?\d{3}/.test(data)) return JSON.parse(data);
  const { rawJSON } = sources;
  return sources.parse(data, (_, value, context) => {
    if (typeof value !== 'number' || context?.source === undefined) return value;
    const held = Number.isFinite(value) && (Number.isSafeInteger(value) || !/^-?\d+$/.test(context.source));
    return held ? value : rawJSON(context.source);
  });
}

/** The data as a JSON object or array; undefined if it is none. */
export function jsonData(data: string): object | undefined {
  if (!/^\s*[[{]/.test(data)) return undefined;
  try {
    const value: unknown = parsed(data);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
