// What can be done with an event, as its menus offer it. Deliberately not here: how a menu looks, and the forms in which
// an event is copied (event_forms).
import type { Item } from './bursts';
import { eventBlock, eventJson, eventText } from './event_forms';
import { copyAndSay } from './copy';
import type { Event, EventId, EventSummary, Feed, FeedId } from './ipc/types.gen';
import type { MenuAction } from './menu_action';
import { muteActions } from './mute_actions';
import { m } from './paraglide/messages.js';
import type { Session } from './session.svelte';
import { number } from './time';
import type { WindowState } from './window_state.svelte';

export function eventActions(
  session: Session,
  windowState: WindowState,
  event: EventSummary,
  behind: Item['behind'] = [],
): MenuAction[] {
  const { backend, toasts } = session;
  const feed = session.feeds.get(event.feedId)?.feed;
  const attempt = (command: () => Promise<unknown>) => () => void toasts.attempt(command);
  const ids = [event, ...behind].map(({ id }) => id);
  const unread = [event, ...behind].some(({ read }) => !read);

  const actions: MenuAction[] = [];
  if (event.hasLink)
    actions.push({ name: 'open-link', label: m.open_link(), run: () => void openLink(session, event) });
  actions.push(
    {
      name: 'star',
      label: event.starred ? m.unstar() : m.star(),
      run: attempt(() => backend.star(event.id, !event.starred)),
    },
    event.read
      ? { name: 'unread', label: m.mark_unread(), run: attempt(() => backend.markRead([event.id], false)) }
      : { name: 'read', label: m.mark_read(), run: attempt(() => backend.markRead([event.id], true)) },
  );
  if (behind.length > 0 && unread) {
    const label = m.mark_burst_read({ shown: number(ids.length) });
    actions.push({ name: 'burst-read', label, run: attempt(() => backend.markRead(ids, true)) });
  }
  actions.push({ name: 'copy', label: m.copy(), items: copyActions(session, event), parted: true });
  if (feed) {
    actions.push(...feedPart(session, feed), {
      name: 'rules',
      label: m.use_for_rules(),
      run: () => (windowState.dialog = { kind: 'rules', feed, event: event.id }),
    });
  }
  return actions;
}

/** In the menu of an event it is not plain what is muted. */
function feedPart(session: Session, { id, name }: Feed): MenuAction[] {
  return muteActions(session, id).map((action, index) => ({
    ...action,
    label: action.name === 'mute' ? m.mute_feed({ name }) : action.label,
    parted: index === 0,
  }));
}

/** The forms in which an event can be copied. */
function copyActions(session: Session, event: EventSummary): MenuAction[] {
  const form = (name: string, label: string, write: (whole: Event) => string): MenuAction => ({
    name: `copy-${name}`,
    label,
    run: () => void copyEvent(session, event, write),
  });
  const actions = [
    form('text', m.copy_text(), eventText),
    form('json', m.copy_json(), (whole) => eventJson(whole, feedName(session, whole))),
    form('raw', m.copy_raw(), eventBlock),
  ];
  return event.hasLink ? [...actions, form('link', m.copy_link(), ({ link }) => link ?? '')] : actions;
}

export function feedName(session: Session, { feedId }: { feedId: FeedId }): string {
  return session.feeds.look(feedId).name;
}

/** All of an event, if it need not be asked for. */
export function atHand({ opened, whole }: Session, id: EventId): Event | undefined {
  return opened.event?.id === id ? opened.event : whole.known(id);
}

/** Copies an event, by itself as text. */
export async function copyEvent(
  session: Session,
  { id, read, starred, count }: EventSummary,
  write: (whole: Event) => string = eventText,
): Promise<void> {
  // A web view lets go of the clipboard soon after the key or the click: what is at hand is not asked for again.
  const whole = atHand(session, id);
  await session.toasts.attempt(async () =>
    copyAndSay(session, write({ ...(whole ?? (await session.whole.of(id))), read, starred, count })),
  );
}

async function openLink(session: Session, { id }: EventSummary): Promise<void> {
  await session.toasts.attempt(async () => {
    const { link } = atHand(session, id) ?? (await session.whole.of(id));
    if (link !== null) await session.backend.openLink(link);
  });
}
