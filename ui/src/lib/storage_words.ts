// What banners say, and what is wrong with the history, in the user's language: for its banner, and for the page of a
// program that could not begin. Deliberately not here: what the backend says in English, which stands in when there are no words for it.
import type { Problem } from './ipc/backend';
import type { Fault, Notice, NoticeCode, SetAside } from './ipc/types.gen';
import { m } from './paraglide/messages.js';
import { number } from './time';

const FAULTS: Partial<Record<Fault, () => string>> = {
  'disk-full': m.storage_disk_full,
  'read-only': m.storage_read_only,
  busy: m.storage_busy,
  'disk-error': m.storage_disk_error,
  damaged: m.storage_damaged,
};

/** Of the banners that say the same each time. */
const NOTICES: Partial<Record<NoticeCode, () => string>> = {
  'no-notification-service': m.notice_no_service,
  'no-tray-host': m.notice_no_tray,
  'told-about-tray': m.notice_in_tray,
};

/** A banner's line. */
export function noticeWords(notice: Notice): string {
  switch (notice.about?.kind) {
    case 'storage':
      return FAULTS[notice.about.fault]?.() ?? notice.message;
    case 'set-aside':
      return setAsideWords(notice.about);
    case undefined:
      return NOTICES[notice.code]?.() ?? notice.message;
  }
}

function setAsideWords({ feeds, events, lost }: SetAside): string {
  const kept = m.storage_set_aside({ feeds: number(feeds), events: number(events) });
  return lost === 0 ? kept : `${kept} ${m.storage_lost({ count: lost, shown: number(lost) })}`;
}

/** Whether a Tidings without a window is at work, which gives way to this one. */
export function isHeadless(problem: Problem): boolean {
  return problem.code === 'no-window';
}

/** The heading of the page that stands instead of the window. */
export function stoppedTitle(problem: Problem): string {
  if (isHeadless(problem)) return m.stopped_headless();
  if (problem.storage === null) return m.no_backend();
  return problem.storage.fault === 'newer' ? m.stopped_newer() : m.stopped_storage();
}

/** What is the matter and what to do, below that heading. */
export function stoppedHint(problem: Problem): string {
  if (isHeadless(problem)) return m.stopped_headless_hint();
  switch (problem.storage?.fault) {
    case 'newer':
      return m.stopped_newer_hint({ path: problem.storage.path });
    case 'disk-full':
      return m.stopped_disk_full_hint({ path: problem.storage.path });
    case 'read-only':
      return m.stopped_read_only_hint({ path: problem.storage.path });
    default:
      return problem.message;
  }
}
