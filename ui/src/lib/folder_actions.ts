// What can be done with a folder, with the scopes above the feeds, and with a feed that was removed. Deliberately not
// here: what can be done with a feed (feed_actions.ts).
import type { Folder } from './feeds.svelte';
import type { FeedStatus, RemovedFeed, Scope } from './ipc/types.gen';
import type { MenuAction } from './menu_action';
import { muteLengths, unmuteAction } from './mute_actions';
import { m } from './paraglide/messages.js';
import type { Session } from './session.svelte';
import type { WindowState } from './window_state.svelte';

export function folderActions(session: Session, windowState: WindowState, folder: Folder): MenuAction[] {
  const { name, feeds } = folder;
  const { toasts, backend } = session;
  const muted = feeds.filter(({ feed }) => session.muteOf(feed.id) !== undefined);
  return [
    markRead(session, { kind: 'folder', folder: name }),
    ...pausing(session, feeds),
    ...(muted.length > 0
      ? [{ name: 'unmute', label: m.unmute(), run: () => muted.forEach(({ feed }) => void session.unmute(feed.id)) }]
      : []),
    {
      name: 'mute',
      label: m.mute(),
      items: muteLengths(
        { mute: (_, length) => feeds.forEach(({ feed }) => void session.mute(feed.id, length)) },
        null,
      ),
    },
    {
      name: 'reconnect',
      label: m.reconnect(),
      run: () =>
        void toasts.attempt(() =>
          Promise.all(feeds.filter(({ feed }) => !feed.paused).map(({ feed }) => backend.reconnect(feed.id))),
        ),
    },
    {
      name: 'rename',
      label: m.rename_folder(),
      run: () => (windowState.dialog = { kind: 'folder', item: { kind: 'folder', folder: name } }),
      parted: true,
    },
    {
      name: 'export',
      label: m.export_feeds(),
      run: () => (windowState.dialog = { kind: 'save', what: 'feeds', feeds: feeds.map(({ feed }) => feed.id) }),
    },
    {
      name: 'dissolve',
      label: m.dissolve_folder(),
      run: () =>
        void session.move({ kind: 'folder', folder: name }, { kind: 'into', folder: '' }, m.dissolved({ name })),
    },
  ];
}

export function scopeActions(session: Session, scope: Scope): MenuAction[] {
  if (scope.kind !== 'all') return [markRead(session, scope)];
  const { toasts, backend } = session;
  return [
    markRead(session, scope),
    ...pausing(session, session.feeds.all),
    ...unmuteAction(session, null, m.unmute_all()),
    { name: 'mute', label: m.mute_all(), items: muteLengths(session, null) },
    {
      name: 'reconnect',
      label: m.reconnect_all(),
      run: () => void toasts.attempt(() => backend.reconnect(null)),
    },
  ];
}

export function removedActions(session: Session, windowState: WindowState, feed: RemovedFeed): MenuAction[] {
  return [
    ...(feed.restorable ? [{ name: 'restore', label: m.restore(), run: () => void session.restoreFeed(feed.id) }] : []),
    {
      name: 'delete',
      label: m.delete_history(),
      run: () => (windowState.dialog = { kind: 'delete', feed }),
      danger: true,
    },
  ];
}

function markRead(session: Session, scope: Scope): MenuAction {
  return { name: 'mark-read', label: m.mark_all_read(), run: () => void session.markAllRead(scope) };
}

function pausing(session: Session, feeds: readonly FeedStatus[]): MenuAction[] {
  const pause = (paused: boolean) => () => void session.pause(feeds, paused);
  const actions: MenuAction[] = [];
  if (feeds.some(({ feed }) => !feed.paused)) {
    actions.push({ name: 'pause', label: m.pause_all(), run: pause(true) });
  }
  if (feeds.some(({ feed }) => feed.paused)) {
    actions.push({ name: 'resume', label: m.resume_all(), run: pause(false) });
  }
  return actions;
}
