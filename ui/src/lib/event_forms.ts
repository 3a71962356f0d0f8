// An event in the forms in which it leaves the window: by the clipboard, or dragged out. Deliberately not here: how it
// gets there (event_actions, views/list).
import type { Event } from './ipc/types.gen';
import { rawFields } from './raw_fields';

/** As a person would write it down: title, body, link. */
export function eventText({ title, body, link }: Event): string {
  const parts = [title, body.trim() === title.trim() ? '' : body];
  // Often the body ends with it.
  if (link !== null && !parts.some((part) => part.includes(link))) parts.push(link);
  return parts.filter(Boolean).join('\n');
}

/** As `tidings export` writes it, only on several lines. */
export function eventJson(event: Event, feed: string): string {
  const { eventType, data, lastEventId, id, receivedAt, title, body, link, urgency, count, read, starred } = event;
  const received = new Date(receivedAt).toISOString();
  return JSON.stringify(
    {
      type: 'event',
      feed,
      event: eventType,
      data,
      id: lastEventId,
      number: id,
      received,
      title,
      body,
      link,
      urgency,
      count,
      read,
      starred,
    },
    null,
    2,
  );
}

/** As it came: the fields, and the blank line that ends an event. */
export function eventBlock(event: Event): string {
  return `${rawFields(event)}\n\n`;
}

/** What a drag carries: the first that the place where it ends can take. */
export function dragged(event: Event, feed: string): readonly [type: string, content: string][] {
  const link = event.link?.startsWith('mailto:') === false ? [['text/uri-list', event.link] as [string, string]] : [];
  return [...link, ['text/plain', eventText(event)], ['application/json', eventJson(event, feed)]];
}
