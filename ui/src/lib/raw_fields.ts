// Writes an event as the fields of an event stream again. Deliberately not here: comments and retry, which are not kept.
import type { Event } from './ipc/types.gen';

/** The block of fields that makes this event. A type of `message` is what an event without `event:` has. */
export function rawFields({ lastEventId, eventType, data }: Event): string {
  const lines = data.split('\n').map((line) => `data: ${line}`);
  if (eventType !== 'message') lines.unshift(`event: ${eventType}`);
  if (lastEventId !== '') lines.unshift(`id: ${lastEventId}`);
  return lines.join('\n');
}

/** The data as a JSON object or array; undefined if it is none. */
export function jsonData(data: string): object | undefined {
  if (!/^\s*[[{]/.test(data)) return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
