// What can be done with a feed, as its menus and its page offer it. Deliberately not here: how a menu looks.
import { copyAndSay } from './copy';
import type { FeedStatus, Item } from './ipc/types.gen';
import type { MenuAction } from './menu_action';
import { muteActions } from './mute_actions';
import { m } from './paraglide/messages.js';
import type { Session } from './session.svelte';
import type { WindowState } from './window_state.svelte';

export function feedActions(session: Session, windowState: WindowState, status: FeedStatus): MenuAction[] {
  const { feed } = status;
  const attempt = (command: () => Promise<unknown>) => () => void session.toasts.attempt(command);
  return [
    {
      name: 'mark-read',
      label: m.mark_all_read(),
      run: () => void session.markAllRead({ kind: 'feed', feed: feed.id }),
    },
    feed.paused
      ? { name: 'resume', label: m.resume(), run: () => void session.pause([status], false) }
      : { name: 'pause', label: m.pause(), run: () => void session.pause([status], true) },
    ...muteActions(session, feed.id),
    { name: 'reconnect', label: m.reconnect(), run: attempt(() => session.backend.reconnect(feed.id)) },
    moveAction(session, windowState, status),
    { name: 'edit', label: m.edit(), run: () => (windowState.dialog = { kind: 'edit', feed }), parted: true },
    { name: 'rules', label: m.edit_rules(), run: () => (windowState.dialog = { kind: 'rules', feed }) },
    { name: 'test', label: m.send_test(), run: () => (windowState.dialog = { kind: 'test', feed }) },
    { name: 'save-preset', label: m.save_preset(), run: () => (windowState.dialog = { kind: 'preset', feed }) },
    { name: 'copy-url', label: m.copy_url(), run: () => void copyAndSay(session, feed.url) },
    {
      name: 'remove',
      label: m.remove(),
      run: () => void session.removeFeed(feed.id),
      parted: true,
    },
    {
      name: 'delete',
      label: m.delete(),
      run: () => (windowState.dialog = { kind: 'delete', feed }),
      danger: true,
    },
  ];
}

/** Into another folder, a new one, or none. */
function moveAction(session: Session, windowState: WindowState, { feed }: FeedStatus): MenuAction {
  const item: Item = { kind: 'feed', feed: feed.id };
  const into = (folder: string, told: string) => () => void session.move(item, { kind: 'into', folder }, told);
  const { name } = feed;
  const others = session.feeds.folders.filter((folder) => folder.name !== feed.folder);
  return {
    name: 'move',
    label: m.move_to_folder(),
    items: [
      ...others.map(({ name: folder }) => ({
        name: `folder-${folder}`,
        label: folder,
        run: into(folder, m.moved_to({ name, folder })),
      })),
      {
        name: 'new-folder',
        label: m.new_folder(),
        run: () => (windowState.dialog = { kind: 'folder', item }),
        parted: others.length > 0,
      },
      ...(feed.folder === ''
        ? []
        : [{ name: 'no-folder', label: m.no_folder(), run: into('', m.moved_out({ name, folder: feed.folder })) }]),
    ],
  };
}
