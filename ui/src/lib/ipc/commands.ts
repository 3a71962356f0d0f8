// The backend over Tauri's IPC; the only file that imports @tauri-apps. Deliberately not here: state.
import { Channel, invoke } from '@tauri-apps/api/core';
import type { Backend } from './backend';
import type { WindowMessage } from './types.gen';

export const commands: Backend = {
  subscribe(receive) {
    const channel = new Channel<WindowMessage[]>();
    channel.onmessage = receive;
    return invoke('subscribe', { channel });
  },
  page: (query) => invoke('page', { query }),
  event: (id) => invoke('event', { id }),
  feed: (id) => invoke('feed', { id }),
  figures: (query) => invoke('figures', { query }),
  readLog: (feed) => invoke('read_log', { feed }),
  gaps: (query) => invoke('gaps', { query }),
  addFeed: (config, secrets = []) => invoke('add_feed', { config, secrets }),
  editFeed: (id, config, secrets = []) => invoke('edit_feed', { id, config, secrets }),
  secrets: () => invoke('secrets'),
  moveSecrets: (to) => invoke('move_secrets', { to }),
  removeFeed: (id) => invoke('remove_feed', { id }),
  restoreFeed: (id) => invoke('restore_feed', { id }),
  deleteFeed: (id) => invoke('delete_feed', { id }),
  moveItem: (item, to) => invoke('move_item', { item, to }),
  arrange: (feeds) => invoke('arrange', { feeds }),
  pauseFeeds: (feeds, paused) => invoke('pause_feeds', { feeds, paused }),
  pauseFeed: (id, paused) => invoke('pause_feed', { id, paused }),
  reconnect: (id) => invoke('reconnect', { id }),
  tryRules: (feed, trial) => invoke('try_rules', { feed, trial }),
  hookLog: (feed) => invoke('hook_log', { feed }),
  markRead: (events, read) => invoke('mark_read', { events, read }),
  markAllRead: (scope, until) => invoke('mark_all_read', { scope, until }),
  undoMarkAllRead: (undo) => invoke('undo_mark_all_read', { undo }),
  star: (event, starred) => invoke('star', { event, starred }),
  changeSettings: (settings) => invoke('change_settings', { settings }),
  why: (id) => invoke('why', { id }),
  mute: (feed, length) => invoke('mute', { feed, length }),
  unmute: (feed) => invoke('unmute', { feed }),
  sendTest: (feed, eventType, data) => invoke('send_test', { feed, eventType, data }),
  setInView: (scope) => invoke('set_in_view', { scope }),
  setUnsaved: (unsaved) => invoke('set_unsaved', { unsaved }),
  startDemo: () => invoke('start_demo'),
  openLink: (url) => invoke('open_link', { url }),
  forgetSetAside: () => invoke('forget_set_aside'),
  showData: () => invoke('show_data'),
  dataFacts: () => invoke('data_facts'),
  startExport: (scope, search, format) => invoke('start_export', { scope, search, format }),
  startBackup: () => invoke('start_backup'),
  startVacuum: () => invoke('start_vacuum'),
  cancelJob: (id) => invoke('cancel_job', { id }),
  dismissJob: (id) => invoke('dismiss_job', { id }),
  showJob: (id) => invoke('show_job', { id }),
  autostart: () => invoke('autostart'),
  setAutostart: (on) => invoke('set_autostart', { on }),
  saveLog: () => invoke('save_log'),
  startAgain: () => invoke('start_again'),
};
