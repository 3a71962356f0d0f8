// Mutes: what menus offer, and how one that is in force is written. Deliberately not here: what becomes of the events
// meanwhile (the backend).
import type { FeedId, Mute, MuteFor } from './ipc/types.gen';
import type { MenuAction } from './menu_action';
import { m } from './paraglide/messages.js';
import type { Session } from './session.svelte';
import { comingTime } from './time';

export const AN_HOUR: MuteFor = { kind: 'minutes', value: 60 };

/** Whatever can be muted. */
interface Muting {
  mute: (feed: FeedId | null, length: MuteFor) => void;
}

/** Muting a feed, and unmuting it if it is muted. */
export function muteActions(session: Session, feed: FeedId): MenuAction[] {
  return [
    ...unmuteAction(session, feed, m.unmute()),
    { name: 'mute', label: m.mute(), items: muteLengths(session, feed) },
  ];
}

/** For how long; `null`: of all feeds. */
export function muteLengths(session: Muting, feed: FeedId | null): MenuAction[] {
  const mute = (length: MuteFor) => () => void session.mute(feed, length);
  return [
    { name: 'mute-hour', label: m.mute_hour(), run: mute(AN_HOUR) },
    { name: 'mute-tomorrow', label: m.mute_tomorrow(), run: mute({ kind: 'tomorrow' }) },
    { name: 'mute-ever', label: m.mute_ever(), run: mute({ kind: 'ever' }) },
  ];
}

/** Nothing if it is not muted. */
export function unmuteAction(session: Session, feed: FeedId | null, label: string): MenuAction[] {
  if (session.muteOf(feed) === undefined) return [];
  return [{ name: 'unmute', label, run: () => void session.unmute(feed) }];
}

/** "Muted until 15:30" */
export function muteSentence({ until }: Mute, now: number): string {
  return until === null ? m.muted_ever() : m.muted_until({ until: comingTime(until, now) });
}
